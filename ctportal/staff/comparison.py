"""The page that compares two texts of a record field by field: its draft or any of its editions."""

import json
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ctportal.core import languages
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition, RecordType, Relation
from ctportal.publishing.snapshot import BUILDERS, builder_for, canonical
from ctportal.publishing.state import SHOWS
from ctportal.reading.differences import CHANGED
from ctportal.staff.interface_language import interface_language
from ctportal.staff.object_pages import page_address
from ctportal.staff.versions import VersionsPage
from ctportal.web.changes import Shown, changed, relations_changed
from ctportal.web.history import title_of
from ctportal.workflow import roles
from ctportal.workflow.redaction import labels_for

DRAFT = "draft"
POINTED_TO = (RecordType.CONFERENCE, RecordType.DOCUMENT, RecordType.PHOTO)


def address(admin, record, before="", after=DRAFT):
    """Return the address of the page that compares two texts of *record*, each "draft" or the key of an edition.

    The default is the current edition and the draft.
    """
    address = page_address(admin, "compare", record.pk)
    return f"{address}?{urlencode({'from': before, 'to': after})}" if before else address


class Side(NamedTuple):
    """One side of the comparison: the public JSON, the slug, and the relations as (name, uid)."""

    json: str
    slug: str
    pointers: list


class ComparePage(VersionsPage):
    """The page ``…/<id>/versions/compare/?from=…&to=…``."""

    def get(self, request, **kwargs):
        rows = self._rows()
        self.editions = {row["key"]: row for row in rows}
        usual = self._usual_before(rows)
        before, after = request.GET.get("from", usual), request.GET.get("to", DRAFT)
        try:
            self._check(before, after)
            context, status = self._compared(before, after), 200
        except ValidationError as error:
            before, after = usual, DRAFT
            context, status = {"error": " ".join(error.messages)}, int(error.code)
        context |= {"rows": rows[::-1], "before": before, "after": after}
        return self.answer("record/compare", _("Compare"), context, status)

    def _check(self, before, after):
        """Raise ValidationError if the two cannot be compared. Its code is the HTTP status of the response."""
        if not before:
            if self.editions:
                raise ValidationError(_("Choose two of those below."), code=400)
            return  # nothing was ever published
        for key in (before, after):
            if key != DRAFT and key not in self.editions:
                text = _("“%(value)s” is neither the draft nor an edition of this record. Choose two of those below.")
                raise ValidationError(text, code=404, params={"value": key[:40]})
            if key != DRAFT and self.editions[key]["edition"].is_sealed:
                text = _("“%(name)s” was sealed: its text is gone and cannot be compared.")
                raise ValidationError(text, code=410, params={"name": self.editions[key]["name"]})
        if before == after:
            raise ValidationError(_("You chose the same one twice. Choose two different ones."), code=400)

    def _compared(self, before, after):
        if not before:
            remark = _("It was never published: there is nothing to compare the draft with.")
            return {"heading": _("Draft"), "remark": remark}
        language = interface_language()
        old, new = self._sides(before, after)
        changes = self._changes(old, new, language)
        leaving = self._leaving(before, after, old, new)
        waiting = self._waiting() if DRAFT in (before, after) else []
        return {
            "heading": _("From “%(before)s” to “%(after)s”")
            % {"before": self._called(before), "after": self._called(after)},
            "changes": changes,
            "remark": "" if changes else _("Nothing shown on this page has changed."),
            "language": language,
            "waiting": [name for name in waiting if name not in leaving],
            "leaving": leaving,
            "leaves_out": not self.request.user.has_perm("publishing.read_all_drafts"),
        }

    def _called(self, key):
        return self.editions[key]["name"] if key in self.editions else _("Draft")

    def _waiting(self):
        """Return the names of the languages of the draft that are not ready and would not be published."""
        states = self.admin.language_states(self.record)
        return [name for code, name in languages.LANGUAGES.items() if states.get(code) == "draft"]

    def _leaving(self, before, after, old, new):
        """Return the names of the languages that are public now and would not be if the draft were published."""
        if after != DRAFT or not self.editions[before]["in_force"]:
            return []
        public, ready = (json.loads(side.json).get("languages", []) for side in (old, new))
        return [languages.LANGUAGES[code] for code in public if code not in ready]

    def _sides(self, *keys):
        pointers = Relation.objects.exclude(name=SHOWS).order_by("name", "order")
        editions = Edition.objects.filter(uid=self.record.uid, pk__in=[key for key in keys if key != DRAFT])
        sides = {
            str(edition.pk): Side(
                self._json(edition), edition.slug, [(each.name, each.target) for each in edition.pointers]
            )
            for edition in editions.prefetch_related(Prefetch("relations", pointers, "pointers"))
        }
        if DRAFT in keys:
            snapshot = builder_for(self.record).snapshot(self.record)
            json = canonical(labels_for(self.request.user, snapshot.data, snapshot.shows))
            sides[DRAFT] = Side(json, snapshot.slug, [(link.name, link.target) for link in snapshot.links])
        return [sides[key] for key in keys]

    def _json(self, edition):
        """Return the JSON of *edition*. Labels the user may not view are redacted unless it took effect."""
        if self.editions[str(edition.pk)]["number"]:
            return edition.json
        shows = edition.relations.filter(name=SHOWS).values_list("target", flat=True)
        return canonical(labels_for(self.request.user, edition.data, shows))

    def _changes(self, before, after, language):
        titles = self._titles({uid for _name, uid in (*before.pointers, *after.pointers)}, language)
        was, now = ([(name, titles[uid]) for name, uid in side.pointers if uid in titles] for side in (before, after))
        moved = Shown(_("Web address"), CHANGED, before=[before.slug], after=[after.slug])
        return [
            *([moved] if before.slug != after.slug else []),
            *changed(before.json, after.json, language),
            *relations_changed(was, now, language),
        ]

    def _titles(self, uids, language):
        """Return {uid: title} of the records *uids*: from their drafts if the user may read these, else from their
        current editions. Other records are left out.
        """
        found = list(Edition.objects.public(epoch.reached()).filter(uid__in=uids))
        for builder in (BUILDERS[kind] for kind in POINTED_TO):
            records = builder.queryset().filter(uid__in=uids)
            found += builder.snapshots_of([record for record in records if roles.may_read(self.request.user, record)])
        titles = {each.uid: (title_of(each, language), each.slug) for each in found}
        return {uid: f"{title} ({slug})" if slug else title for uid, (title, slug) in titles.items()}
