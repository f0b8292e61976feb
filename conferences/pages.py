"""What the pages of conferences and photos show, computed in plain Python from the edition's JSON, without models.

Data that may change without a new edition (documents, photos, relations) is passed in or added by the view.
"""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from ctportal.core import codes
from ctportal.core.countries import country_name
from ctportal.core.dates import format_date, last_day
from ctportal.core.instants import end_of_day
from ctportal.core.languages import LANGUAGES
from ctportal.web.cards import dates_of, event_status, off, web_address
from ctportal.web.labels import label, language_notice, measure
from ctportal.web.text import LanguageContext, number, texts_of_page

# schema.org's terms for the status of an event and for the way to attend it.
EVENT_STATUS = {"postponed": "EventPostponed", "cancelled": "EventCancelled"}
ATTENDANCE = {"in-person": "Offline", "online": "Online", "hybrid": "Mixed"}


def has_ended(data, at: datetime) -> bool:
    """Return whether the conference is over at *at*, at its place."""
    last = last_day(date.fromisoformat(data["end_date"]), data["date_precision"])
    return end_of_day(last, data["time_zone"]) <= at


def conference_view(data, language, *, is_over, sources=None, documents=None):
    """Return what the page of a conference shows of its public JSON *data*. *language* must be active.

    *sources* is {key of a figure: its public source document}, *documents* is {key of a session: its documents}.
    """
    texts = texts_of_page(data, language)
    title = texts.pick(data["title"])
    rest = texts.after(title)
    dates = dates_of(data, language)
    city = rest.pick(data["city"])
    country = country_name(data["country"], language)
    summary = rest.pick(data["summary"])
    places = [place for place in (str(city), country) if place]
    days = programme(data["sessions"], rest, documents or {})
    return {
        "title": title,
        "name": data["name"],
        "kind": label(codes.ConferenceKind, data["kind"]),
        "status": event_status(data["event_status"], is_over=is_over),
        "off": off(data["event_status"]),
        "format": label(codes.EventFormat, data["format"]),
        "dates": dates,
        "start_date": data["start_date"],
        "announced": [announced(entry, language) for entry in data["announced_dates"]],
        "city": city,
        "venue": rest.pick(data["venue"]),
        "country": country,
        "motto": rest.pick(data["motto"]),
        "summary": summary,
        "texts": [
            (heading, text)
            for name, heading in (("description", ""), ("background", _("Background")), ("outcome", _("Outcome")))
            if (text := rest.pick(data[name]))
        ],
        "topics": [rest.pick(topic["title"]) for topic in data["main_topics"]],
        "themes": [(rest.pick(theme["name"]), f"/{language}/themes/{theme['slug']}/") for theme in data["themes"]],
        "organizers": by_role(data["organizations"], rest),
        "people": [appearance(entry, rest) for entry in data["people"]],
        "days": days,
        "time_note": time_note(days, city),
        "figures": figures(data["figures"], language, sources or {}, official=True),
        "other_figures": figures(data["figures"], language, sources or {}, official=False),
        "links": [link(entry, rest) for entry in data["links"]],
        "contact": data["contact"],
        "contact_email": data["contact_email"],
        "notice": notice(title, data, language),
        "description": str(summary) or ", ".join([dates, *places]),
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


def announced(entry, language):
    on = entry["announced_on"] and format_date(date.fromisoformat(entry["announced_on"]), language)
    return {"dates": dates_of(entry, language), "on": on, "reason": entry["reason"]}


def by_role(entries, texts):
    """Return [(heading, organizations)] in the order in which the roles first appear."""
    groups = defaultdict(list)
    for entry in entries:
        groups[entry["role"]].append(organization(entry, texts))
    return [(codes.ORGANIZER_HEADINGS.get(role, role), members) for role, members in groups.items()]


def organization(entry, texts):
    name = texts.pick(entry["name"])
    acronym = entry.get("acronym", "")
    return {
        "name": name,
        "acronym": acronym if acronym != str(name) else "",
        "address": f"/{texts.language}/conferences/?organization={entry['slug']}",
    }


def appearance(entry, texts):
    return {
        "name": texts.pick(entry["name"]),
        "address": f"/{texts.language}/documents/?person={entry['slug']}",
        "role": label(codes.AppearanceRole, entry["role"]),
        "title": texts.pick(entry["title"]),
        "organization": entry["organization"] and texts.pick(entry["organization"]["name"]),
    }


def programme(sessions, texts, documents):
    """Return [(formatted day, sessions)], each session with its *documents*; the day is "" for those without a date."""
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
                "room": entry["room"],
                "organizers": by_role(entry["organizations"], texts),
                "people": [appearance(person, texts) for person in entry["people"]],
                "documents": documents.get(entry["key"], ()),
            }
        )
    return [(format_date(date.fromisoformat(on), texts.language) if on else "", held) for on, held in days.items()]


def figures(entries, language, sources, *, official):
    """Return the *official* figures or the others, each with its public source document, if there is one."""
    return [
        {
            "value": number(entry["value"], language),
            "qualifier": codes.QUALIFIER_WORDS.get(entry["qualifier"], entry["qualifier"]),
            "measure": measure(entry["measure"], entry["value"]),
            "expected": entry["expectation"] == "expected",
            "source": entry["source"],
            "document": sources.get(entry["key"]),
        }
        for entry in entries
        if entry["official"] == official
    ]


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
        "inLanguage": title.language,
        "description": str(texts.pick(data["summary"])),
        "eventAttendanceMode": f"https://schema.org/{ATTENDANCE[data['format']]}EventAttendanceMode",
        "eventStatus": f"https://schema.org/{EVENT_STATUS.get(data['event_status'], 'EventScheduled')}",
        "organizer": [{"@type": "Organization", "name": name} for name in organizers(data, texts)],
        "superEvent": [{"@type": "EventSeries", "name": str(texts.pick(entry["name"]))} for entry in data["series"]],
    }
    length = {"day": 10, "month": 7, "year": 4}[data["date_precision"]]  # characters of YYYY-MM-DD to keep
    known |= {"startDate": data["start_date"][:length], "endDate": data["end_date"][:length]}
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
    return known


def organizers(data, texts):
    """Return the names of the hosts, conveners and co-organizers, each once even if it has several roles."""
    entries = (each for each in data["organizations"] if each["role"] in ("host", "convener", "co-organizer"))
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
        "credit": data["credit"],
        "rights": data["rights"],
        "taken_on": format_date(date.fromisoformat(data["taken_on"]), language) if data["taken_on"] else "",
        "iso_date": data["taken_on"],
        "place": rest.pick(data["place"]),
        "people": [
            (rest.pick(person["name"]), f"/{language}/documents/?person={person['slug']}") for person in data["people"]
        ],
    }
