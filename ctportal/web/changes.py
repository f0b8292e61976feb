"""Describe the differences between two editions in the reader's language, for visitors and staff.

Only the two JSON texts are compared. ``changed`` returns the input of ``components/changes.html``, one entry per
difference.
"""

import json
from dataclasses import dataclass, field
from datetime import date

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ctportal.core import codes
from ctportal.core.countries import country_name
from ctportal.core.dates import format_date
from ctportal.core.languages import CODES, DEFAULT, comma, direction
from ctportal.reading.differences import Part, differences, text_changes

from .cards import date_of, dates_of
from .labels import language_name, number_in_series
from .text import LanguageContext, media_name, number, size

# Names of the fields of a record, in the order in which their changes are listed.
FIELDS = {
    "title": gettext_lazy("title"),
    "short_title": gettext_lazy("short title"),
    "alternate_title": gettext_lazy("alternate title"),
    "name": gettext_lazy("name"),
    "acronym": gettext_lazy("acronym"),
    "motto": gettext_lazy("motto"),
    "caption": gettext_lazy("caption"),
    "alt_text": gettext_lazy("alternative text"),
    "decorative": gettext_lazy("decorative"),
    "kind": gettext_lazy("kind"),
    "also_serves_as": gettext_lazy("also serves as"),
    "occasion": gettext_lazy("occasion"),
    "event_status": gettext_lazy("status"),
    "format": gettext_lazy("format"),
    "start_date": gettext_lazy("first day"),
    "end_date": gettext_lazy("last day"),
    "date": gettext_lazy("date"),
    "date_precision": gettext_lazy("precision"),
    "taken_on": gettext_lazy("taken on"),
    "announced_on": gettext_lazy("announced on"),
    "announced_dates": gettext_lazy("announced and reported dates"),
    "reason": gettext_lazy("reason for the change"),
    "city": gettext_lazy("city"),
    "venue": gettext_lazy("venue"),
    "place": gettext_lazy("place"),
    "country": gettext_lazy("country"),
    "latitude": gettext_lazy("latitude"),
    "longitude": gettext_lazy("longitude"),
    "time_zone": gettext_lazy("time zone"),
    "summary": gettext_lazy("summary"),
    "description": gettext_lazy("description"),
    "background": gettext_lazy("background"),
    "outcome": gettext_lazy("outcome"),
    "body": gettext_lazy("text"),
    "main_topics": gettext_lazy("main topics"),
    "series": gettext_lazy("series"),
    "ordinal": gettext_lazy("number"),
    "themes": gettext_lazy("themes"),
    "organizations": gettext_lazy("organizations and their roles"),
    "people": gettext_lazy("people"),
    "role": gettext_lazy("role"),
    "organization": gettext_lazy("organization"),
    "sessions": gettext_lazy("programme"),
    "number": gettext_lazy("number"),
    "start_time": gettext_lazy("from"),
    "end_time": gettext_lazy("to"),
    "room": gettext_lazy("room"),
    "figures": gettext_lazy("participation figures"),
    "measure": gettext_lazy("measure"),
    "expectation": gettext_lazy("actual or expected"),
    "qualifier": gettext_lazy("qualifier"),
    "value": gettext_lazy("value"),
    "source": gettext_lazy("source (text)"),
    "source_address": gettext_lazy("address of the source"),
    "source_date": gettext_lazy("date of the source"),
    "official": gettext_lazy("official"),
    "issued_by": gettext_lazy("issued by"),
    "delivered_by": gettext_lazy("delivered by"),
    "mentions": gettext_lazy("people quoted or mentioned"),
    "symbol": gettext_lazy("UN symbol"),
    "reissue": gettext_lazy("asterisk"),
    "dateline": gettext_lazy("dateline"),
    "hashtags": gettext_lazy("hashtags"),
    "session": gettext_lazy("session"),
    "expected_documents": gettext_lazy("expected documents"),
    "links": gettext_lazy("related links"),
    "address": gettext_lazy("address"),
    "website": gettext_lazy("website"),
    "same_as": gettext_lazy("addresses in other catalogues"),
    "language": gettext_lazy("language"),
    "contact": gettext_lazy("contact"),
    "contact_email": gettext_lazy("contact e-mail"),
    "contact_phone": gettext_lazy("contact telephone"),
    "credit": gettext_lazy("credit"),
    "rights": gettext_lazy("rights"),
    "original_language": gettext_lazy("original language"),
    "languages": gettext_lazy("languages"),
    "partial_languages": gettext_lazy("languages, in part"),
    "languages_in_preparation": gettext_lazy("languages in preparation"),
    "versions": gettext_lazy("language versions"),
    "state": gettext_lazy("state of the text"),
    "standing": gettext_lazy("standing"),
    "file": gettext_lazy("file"),
    "external_url": gettext_lazy("external address"),
    "download": gettext_lazy("file to download"),
    "renditions": gettext_lazy("sizes of the picture"),
    "featured": gettext_lazy("featured"),
    "order": gettext_lazy("order"),
}
_ORDER = {name: place for place, name in enumerate(FIELDS)}
RELATIONS = {
    "conference": gettext_lazy("conference"),
    "parent": gettext_lazy("part of"),
    "reference": gettext_lazy("reference documents"),
    "source": gettext_lazy("source (document)"),
    "expected": gettext_lazy("expected documents"),
    "featured_photo": gettext_lazy("featured photo"),
    **dict(codes.ConferenceRelationKind.choices),
    **dict(codes.DocumentRelationKind.choices),
}
CODED = {
    "event_status": codes.EventStatus.choices,
    "format": codes.EventFormat.choices,
    "date_precision": codes.DatePrecision.choices,
    "occasion": codes.Occasion.choices,
    "also_serves_as": codes.DocumentKind.choices,
    "measure": codes.Measure.choices,
    "expectation": codes.Expectation.choices,
    "qualifier": codes.Qualifier.choices,
    "state": codes.TextState.choices,
    "standing": codes.TextStanding.choices,
}
# By the list that the role stands in: whoever convenes is called differently as a person and as an organization.
ROLES = {"people": codes.AppearanceRole.choices, "organizations": codes.OrganizerRole.choices}
# By the type of record or the list that the kind stands in: one code has several labels.
KINDS = {
    "conference": codes.ConferenceKind.choices,
    "document": codes.DocumentKind.choices,
    "organization": codes.OrganizationKind.choices,
    "sessions": codes.SessionKind.choices,
    "links": codes.LinkKind.choices,
    "announced_dates": codes.DateKind.choices,
    "mentions": codes.MentionKind.choices,
    "expected_documents": codes.DocumentKind.choices,
}
LANGUAGES = frozenset({"language", "original_language", "languages", "partial_languages", "languages_in_preparation"})
DATES = frozenset({"start_date", "end_date", "date", "taken_on", "announced_on", "source_date"})
# Fields with text in a single language that is compared word by word.
TEXTS = frozenset({"reason", "source", "contact", "credit", "rights", "room", "name"})


@dataclass
class Shown:
    """One difference as a page shows it.

    A text is given in *paragraphs*, as lists of ``differences.Part``. Any other value is given whole in *before* and
    *after*, as lists of lines. *tongue* is the name of the text's language, *lang* and *dir* are its HTML attributes;
    they are "" for other values.
    """

    label: str
    paragraphs: list[list[Part]] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    remark: str = ""
    tongue: str = ""
    lang: str = ""
    dir: str = ""


def changed(record_type, before, after, language):
    """Return the differences between two JSON texts of a record as a list of Shown. *language* must be active."""
    old, new = json.loads(before), json.loads(after)
    teller = _Teller(record_type, language, old, new)
    found = sorted(differences(old, new), key=lambda change: _ORDER.get(str(change.path[0]), len(_ORDER)))
    return _together(teller.tell(change) for change in found)


def _together(shown):
    """Return *shown* with entries of the same label and language merged: two people added become one difference."""
    kept: dict = {}
    for each in shown:
        same = kept.setdefault((each.label, each.tongue), each)
        if same is not each:
            same.paragraphs += each.paragraphs
            same.before += each.before
            same.after += each.after
            same.remark = " ".join(dict.fromkeys(text for text in (same.remark, each.remark) if text))
    return list(kept.values())


def relations_changed(before, after):
    """Return the differences between two lists of relations, each (name, title of the target), as a list of Shown."""
    gone = [Shown(_relation(name), before=[title]) for name, title in before if (name, title) not in after]
    new = [Shown(_relation(name), after=[title]) for name, title in after if (name, title) not in before]
    return _together([*gone, *new])


def _relation(name):
    return _label(RELATIONS.get(name, name))


def _label(name):
    return capfirst(str(name))


def _code(choices, code):
    return _label(dict(choices).get(code, code))


class _Teller:
    """Turns each Change into a Shown in one language."""

    def __init__(self, record_type, language, old, new):
        original = new.get("original_language") or old.get("original_language") or DEFAULT
        self.record_type, self.language, self.texts = record_type, language, LanguageContext(language, original)

    def tell(self, change):
        shown = Shown(self.where(change))
        if change.language:
            shown.tongue = language_name(change.language)
            shown.lang, shown.dir = change.language, direction(change.language)
        both_are_texts = all(each and isinstance(each, str) for each in (change.before, change.after))
        if change.reordered:
            shown.remark = _("The same entries in a different order.")
        elif change.language or (change.field in TEXTS and both_are_texts):
            shown.paragraphs = text_changes(change.before or "", change.after or "")
            if not shown.paragraphs:
                shown.remark = _("The words are the same; the formatting has changed.")
        else:
            shown.before, shown.after = self.lines(change, change.before, 0), self.lines(change, change.after, 1)
        return shown

    def where(self, change):
        """Return the path to *change* in words: names of fields and of list entries, joined by " › "."""
        steps = []
        for part in change.path:
            if isinstance(part, str):
                steps.append(_label(FIELDS.get(part, part.replace("_", " "))))
            elif part is not (change.before if change.after is None else change.after):
                steps.append(self.entry(part))
        return " › ".join(step for step in steps if step)

    def lines(self, change, value, side):
        """Return *value* as lines of text; [] where there is none. *side* is 0 for the value before, 1 for that after."""
        if value in (None, "", [], {}):
            return []
        name = change.field
        if name == "kind":
            return [_code(KINDS[change.path[-3] if len(change.path) > 2 else self.record_type], value)]
        if name == "role":
            return [_code(ROLES[change.path[-3]], value)]
        if name in ("date", "start_date", "end_date"):
            precision = change.owners[side].get("date_precision", "day")
            return [format_date(date.fromisoformat(value), self.language, precision)]
        if isinstance(value, list):
            said = [self.value(name, each) for each in value]
            return said if any(isinstance(each, dict) for each in value) else [comma(self.language).join(said)]
        return [self.value(name, value)]

    def value(self, name, value):
        """Return one value of the field *name* in words."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, dict):
            return self.entry(value)
        if name in CODED:
            return _code(CODED[name], value)
        if name in DATES:
            return format_date(date.fromisoformat(value), self.language)
        if name == "country":
            return country_name(value, self.language)
        if name in LANGUAGES and value in CODES:
            return language_name(value)
        if isinstance(value, int):
            return number(value, self.language)
        return str(value)

    def entry(self, entry):
        """Return an entry of a list, or an object, in words."""
        if "sha256" in entry:
            form = f"{media_name(entry['media_type'])}, {size(entry['size'], self.language)}"
            return f"{entry['name']} ({form}, SHA-256 {entry['sha256']})"
        if "measure" in entry:
            names = (name for name in ("measure", "qualifier", "value") if entry[name] is not None)
            parts = (self.value(name, entry[name]) for name in names)
            return comma(self.language).join(parts)
        if "announced_on" in entry:
            return dates_of(entry, self.language)
        if "date_precision" in entry:  # an expected document
            said = self.said(entry["title"]) or _code(KINDS["expected_documents"], entry["kind"])
            return f"{said} ({date_of(entry, self.language)['date']})"
        if "standing" in entry:
            return language_name(entry["language"])
        # A person or group without a name has a title.
        said = next((self.said(entry[name]) for name in ("name", "title") if entry.get(name)), "")
        if "start_time" in entry:
            kind = _code(KINDS["sessions"], entry["kind"]) + (f" {entry['number']}" if entry["number"] else "")
            return f"{kind}: {said}" if said else kind
        if "role" in entry:
            return f"{said} ({_code(ROLES['organizations' if 'acronym' in entry else 'people'], entry['role'])})"
        if "uid" in entry and "kind" in entry:  # a person quoted or mentioned
            return f"{said} ({_code(KINDS['mentions'], entry['kind'])})"
        if entry.get("ordinal"):
            return f"{said} ({number_in_series(entry['ordinal'])})"
        return said or entry.get("address", "")

    def said(self, texts):
        return texts if isinstance(texts, str) else str(self.texts.pick(texts))
