"""What the pages of conferences and photos show, computed in plain Python from the edition's JSON, without models.

Data that may change without a new edition (documents, photos, relations) is passed in or added by the view.
"""

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from ctportal.core import codes
from ctportal.core.countries import country_name, place_name
from ctportal.core.dates import format_date, iso_date
from ctportal.core.instants import over_at
from ctportal.core.languages import LANGUAGES, comma
from ctportal.web.addresses import page_address
from ctportal.web.cards import date_of, dates_of, event_status, off, person, short_title, web_address
from ctportal.web.labels import figure_without_number, label, language_notice, measure
from ctportal.web.organizations import organization
from ctportal.web.text import LanguageContext, number, texts_of_page

# schema.org's terms for the status of an event and for the way to attend it.
EVENT_STATUS = {"postponed": "EventPostponed", "cancelled": "EventCancelled"}
ATTENDANCE = {
    "in-person": "https://schema.org/OfflineEventAttendanceMode",
    "online": "https://schema.org/OnlineEventAttendanceMode",
    "hybrid": "https://schema.org/MixedEventAttendanceMode",
}


def has_ended(data, at: datetime) -> bool:
    """Return whether the conference is over at *at*, at its place."""
    return over_at(date.fromisoformat(data["end_date"]), data["date_precision"], data["time_zone"]) <= at


def conference_view(data, language, *, is_over, sources=None, documents=None, fulfilled=(), lines=None):
    """Return what the page of a conference shows of its public JSON *data*. *language* must be active.

    *sources* is {key of a figure: its public source document}, *documents* is {key of a session: its documents},
    *fulfilled* are the keys of the expected documents that have been issued, *lines* are the organizations with those above
    them (``web.organizations.Lines``).
    """
    texts = texts_of_page(data, language)
    title = texts.pick(data["title"])
    rest = texts.after(title)
    dates = dates_of(data, language)
    city = rest.pick(data["city"])
    country = country_name(data["country"], language)
    summary = rest.pick(data["summary"])
    place = place_name(str(city), country, language)
    days = programme(data["sessions"], rest, sources or {}, documents or {}, lines)
    return {
        "title": title,
        "short_title": short_title(data, language),
        "kind": label(codes.ConferenceKind, data["kind"]),
        "status": event_status(data["event_status"], is_over=is_over),
        "off": off(data["event_status"]),
        "format": label(codes.EventFormat, data["format"]) if data["format"] != "not-known" else "",
        "dates": dates,
        "iso_date": iso_date(data["start_date"], data["date_precision"]),
        "year": data["start_date"][:4],
        "announced": other_dates(data["announced_dates"], "announced", texts),
        "reported": other_dates(data["announced_dates"], "reported", texts),
        "city": city,
        "venue": rest.pick(data["venue"]),
        "country": country,
        "coordinates": coordinates(data),
        "alternate_title": rest.pick(data["alternate_title"]),
        "motto": rest.pick(data["motto"]),
        "summary": summary,
        "texts": [
            (heading, text)
            for name, heading in (("description", ""), ("background", _("Background")), ("outcome", _("Outcome")))
            if (text := rest.pick(data[name]))
        ],
        "topics": [rest.pick(topic["title"]) for topic in data["main_topics"]],
        "themes": [(rest.pick(theme["name"]), f"/{language}/themes/{theme['slug']}/") for theme in data["themes"]],
        "organizers": by_role(data["organizations"], rest, lines),
        "people": [appearance(entry, rest) for entry in data["people"]],
        "days": days,
        "time_note": time_note(days, city),
        "figures": figures_by_source(data["figures"], texts, sources or {}, official=True),
        "other_figures": figures_by_source(data["figures"], texts, sources or {}, official=False),
        "expected": [
            expected(entry, rest, lines) for entry in data["expected_documents"] if entry["key"] not in fulfilled
        ],
        **links(data["links"], rest),
        "same_as": same_as(data),
        "notice": notice(title, data, language),
        "description": str(summary) or comma(language).join(filter(None, [dates, place])),
        "series": [
            {
                "uid": entry["uid"],
                "name": rest.pick(entry["name"]),
                "ordinal": entry["ordinal"],
                "address": f"/{language}/series/{entry['slug']}/",
            }
            for entry in data["series"]
        ],
    }


def coordinates(data):
    """Return latitude and longitude in degrees, without zeros at the end: "53.9, 27.56"; "" if they are not given."""
    if data["latitude"] is None:
        return ""
    return ", ".join(data[name].rstrip("0").rstrip(".") for name in ("latitude", "longitude"))


def same_as(data):
    return [address for address in data["same_as"] if web_address(address)]


def time_note(days, city):
    """Return a note on the time zone of the programme, "" if the programme has no times."""
    if not any(session["from"] for _day, sessions in days for session in sessions):
        return ""
    if not city:
        return _("Times are local times of the conference.")
    return _("Times are local times in %(city)s.") % {"city": city}


def notice(title, data, language):
    sentence = _("This page is not yet available in %(language)s. Its texts are shown in %(shown)s.")
    return language_notice(title, data, language, sentence)


def other_dates(entries, kind, texts):
    """Return the dates of this *kind*, announced or reported, each with its reason and source."""
    return [
        {
            "dates": dates_of(entry, texts.language),
            # When it was announced, or the date of the source.
            "on" if kind == "announced" else "source_date": entry["announced_on"]
            and format_date(date.fromisoformat(entry["announced_on"]), texts.language),
            "reason": texts.own(entry["reason"]),
            "source": texts.own(entry["source"]),
            "source_address": web_address(entry["source_address"]),
        }
        for entry in entries
        if entry["kind"] == kind
    ]


def organizations_of(data):
    """Yield the organizers of a conference and of its sessions, and who is to issue the expected documents (or None)."""
    for part in (data, *data["sessions"]):
        yield from part["organizations"]
    for entry in data["expected_documents"]:
        yield entry["organization"]


def by_role(entries, texts, lines):
    """Return [(heading, organizations)] in the order in which the roles first appear."""
    groups = defaultdict(list)
    for entry in entries:
        groups[entry["role"]].append(organization(entry, texts, lines))
    return [(codes.ORGANIZER_HEADINGS.get(role, role), members) for role, members in groups.items()]


def appearance(entry, texts):
    return person(entry, texts) | {"role": label(codes.AppearanceRole, entry["role"])}


def programme(sessions, texts, sources, documents, lines):
    """Return [(heading, sessions)] by day, each session with its *documents* and the *sources* of its figures.

    Those whose day is not known come last, without heading if no day is known.
    """
    days = defaultdict(list)
    for entry in sessions:
        kind = label(codes.SessionKind, entry["kind"])
        title = texts.pick(entry["title"])
        days[entry["date"]].append(
            {
                "key": entry["key"],
                "kind": f"{kind} {entry['number']}" if entry["number"] else kind,
                "title": title or kind,
                "named": bool(title) and str(title).casefold() != kind.casefold(),
                "description": texts.pick(entry["description"]),
                "from": entry["start_time"],
                "to": entry["end_time"],
                "next_day": bool(entry["end_time"]) and entry["end_time"] < (entry["start_time"] or ""),
                "room": texts.own(entry["room"]),
                "organizers": by_role(entry["organizations"], texts, lines),
                "people": [appearance(person, texts) for person in entry["people"]],
                "figures": [
                    *figures_by_source(entry["figures"], texts, sources, official=True),
                    *figures_by_source(entry["figures"], texts, sources, official=False),
                ],
                "links": [link(each, texts) | {"named": each["language"] != texts.language} for each in entry["links"]],
                "documents": documents.get(entry["key"], ()),
            }
        )
    dated = sorted(day for day in days if day)
    headings = [(format_date(date.fromisoformat(day), texts.language), days[day]) for day in dated]
    undated = [(_("Day not known") if dated else "", days[None])] if None in days else []
    return headings + undated


def figures_by_source(entries, texts, sources, *, official):
    """Return the *official* figures or the others in groups of one source, which is then named once.

    A group has ``figures`` and the inputs of ``components/source.html``; *sources* are the public source documents.
    """
    groups = {}
    for entry in entries:
        if entry["official"] != official:
            continue
        document = sources.get(entry["key"])
        named = (document and document["address"], entry["source"], entry["source_address"], entry["source_date"])
        if named not in groups:
            groups[named] = {
                "figures": [],
                "source": texts.own(entry["source"]),
                "source_address": web_address(entry["source_address"]),
                "source_date": entry["source_date"]
                and format_date(date.fromisoformat(entry["source_date"]), texts.language),
                "document": document,
            }
        groups[named]["figures"].append(
            amount(entry, texts.language) | {"expected": entry["expectation"] == "expected"}
        )
    return list(groups.values())


def amount(entry, language):
    """Return how many of what a figure counts: qualifier, value and measure, or all in ``words`` without a number."""
    if entry["value"] is None:
        return {"words": figure_without_number(entry["qualifier"], entry["measure"])}
    return {
        "value": number(entry["value"], language),
        "qualifier": codes.QUALIFIER_WORDS.get(entry["qualifier"], entry["qualifier"]),
        "measure": measure(entry["measure"], entry["value"]),
    }


def expected(entry, texts, lines):
    kind = label(codes.DocumentKind, entry["kind"])
    title = texts.pick(entry["title"])
    return {
        **date_of(entry, texts.language),
        "kind": kind if title else "",
        "title": title or kind,
        "by": texts.pick(entry["issued_by"]),
        "organization": entry["organization"] and organization(entry["organization"], texts, lines),
    }


def links(entries, texts):
    """Return {"links": …, "links_language": the language of most of them, with ``code`` and ``name``, if it is not the page's}.

    That language is then said once, and a link names its own only where that is another one.
    """
    counted = Counter(entry["language"] for entry in entries).most_common(1)
    common = counted[0][0] if counted else ""
    if common not in LANGUAGES or common == texts.language:
        said = None
    else:
        said = {"code": common, "name": LANGUAGES[common]}
        texts = LanguageContext(texts.language, texts.original, (*texts.announced, common))
    named = [link(entry, texts) | {"named": entry["language"] != common} for entry in entries]
    return {"links": named, "links_language": said}


def link(entry, texts):
    title = texts.pick(entry["title"])
    return {
        "address": web_address(entry["address"]),
        "shown": entry["address"],
        "title": title or entry["address"],
        "kind": label(codes.LinkKind, entry["kind"]),
        "language": LANGUAGES.get(entry["language"], ""),
        "code": entry["language"],
    }


def event_data(data, language):
    """Return the conference as schema.org/Event. Unknown values are empty, and dates are cut to their precision."""
    texts = LanguageContext(language, data["original_language"])
    title = texts.pick(data["title"])
    known: dict[str, Any] = {
        "name": str(title),
        "alternateName": str(texts.pick(data["alternate_title"])),
        "sameAs": same_as(data),
        "inLanguage": title.language,
        "description": str(texts.pick(data["summary"])),
        "eventAttendanceMode": ATTENDANCE.get(data["format"], ""),
        "eventStatus": f"https://schema.org/{EVENT_STATUS.get(data['event_status'], 'EventScheduled')}",
        "organizer": [{"@type": "Organization", "name": name} for name in organizers(data, texts)],
        "superEvent": [{"@type": "EventSeries", "name": str(texts.pick(entry["name"]))} for entry in data["series"]],
    }
    known |= {
        "startDate": iso_date(data["start_date"], data["date_precision"]),
        "endDate": iso_date(data["end_date"], data["date_precision"]),
    }
    if data["country"] or data["city"]:
        address = {
            "@type": "PostalAddress",
            "addressLocality": str(texts.pick(data["city"])),
            "addressCountry": data["country"],
        }
        known["location"] = {
            "@type": "Place",
            "name": str(texts.pick(data["venue"]) or texts.pick(data["city"]))
            or country_name(data["country"], language),
            "address": {key: value for key, value in address.items() if value},
        }
        if data["latitude"] is not None:
            degrees = {"latitude": data["latitude"], "longitude": data["longitude"]}
            known["location"]["geo"] = {"@type": "GeoCoordinates", **degrees}
    return known


def organizers(data, texts):
    """Return the names of the hosts, organizers, co-organizers and conveners, each once even if it has several roles."""
    roles = ("host", "organizer", "co-organizer", "convener")
    entries = (each for each in data["organizations"] if each["role"] in roles)
    return list({each["uid"]: str(texts.pick(each["name"])) for each in entries}.values())


def photo_view(data, language):
    """Return what the page of a photo shows of its public JSON *data*."""
    texts = texts_of_page(data, language)
    caption = texts.pick(data["caption"])
    rest = texts.after(caption)
    alt = rest.pick(data["alt_text"])
    return {
        "caption": caption,
        "alt": alt,
        "credit": texts.own(data["credit"]),
        "rights": texts.own(data["rights"]),
        "taken_on": format_date(date.fromisoformat(data["taken_on"]), language) if data["taken_on"] else "",
        "iso_date": data["taken_on"],
        "place": rest.pick(data["place"]),
        "people": [
            (rest.pick(person["name"]), page_address("person", person["slug"], person["uid"], language))
            for person in data["people"]
        ],
    }
