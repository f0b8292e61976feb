"""What the page of a conference or a photo shows, worked out in plain Python from the edition's JSON. Knows no model.

``view_of`` reads frozen text only, so what it returns hangs on that text and the language and is kept in the process.
What may change without a new edition (documents, photos, relations) is added by the view on each request.
"""

import json
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _

from ctportal.dates import format_date, format_date_range
from ctportal.geography import country_name
from ctportal.languages import LANGUAGES
from ctportal.web.addresses import page_address
from ctportal.web.cards import dates_of, day, kinds, off, web_address
from ctportal.web.labels import labels, measure
from ctportal.web.page import comma, part
from ctportal.web.text import Reader, number, rich

# What of the page hangs on the edition alone, rendered once with it.
PARTS = ("heading", "basics", "organizers", "announced", "about", "people", "links", "margin")
# Vocabulary that schema.org has for what became of an event and how it is attended.
EVENT_STATUS = {"postponed": "EventPostponed", "cancelled": "EventCancelled"}
ATTENDANCE = {"in-person": "Offline", "online": "Online", "hybrid": "Mixed"}


@lru_cache(maxsize=1024)
def view_of(text, language):
    """Return what the page of a conference shows of its own JSON *text*. The language must be active."""
    data = json.loads(text)
    words = labels(language)
    reader = Reader(language, data["original_language"])
    title = reader.say(data["title"])
    rest = reader.after(title)
    dates = dates_of(data, language)
    city = rest.say(data["city"])
    places = [place for place in (city.plain, country_name(data["country"], language)) if place]
    view = {
        "title": title,
        "name": data["name"],
        "kind": words.conference_kinds.get(data["kind"], data["kind"]),
        "status": words.statuses.get(data["event_status"], data["event_status"]),
        "off": off(data["event_status"]),
        "format": words.formats.get(data["format"], data["format"]),
        "dates": dates,
        "start_date": data["start_date"],
        "announced": [announced(entry, language) for entry in data["announced_dates"]],
        "city": city,
        "venue": rest.say(data["venue"]),
        "country": country_name(data["country"], language),
        "country_code": data["country"],
        "motto": rest.say(data["motto"]),
        "summary": rest.say(data["summary"]),
        "texts": [
            (name, heading, said, rich(said.plain, deeper=2 if heading else 1))
            for name, heading in (("description", ""), ("background", _("Background")), ("outcome", _("Outcome")))
            if (said := rest.say(data[name]))
        ],
        "topics": [rest.say(topic["title"]) for topic in data["main_topics"]],
        "themes": [(rest.say(theme["name"]), f"/{language}/themes/{theme['slug']}/") for theme in data["themes"]],
        "organizers": by_role(data["organizations"], rest, words),
        "people": [appearance(entry, rest, words) for entry in data["people"]],
        "days": programme(data["sessions"], rest, words),
        "figures": [figure(entry, words, language) for entry in data["figures"] if entry["official"]],
        "other_figures": [figure(entry, words, language) for entry in data["figures"] if not entry["official"]],
        "links": [link(entry, rest, words) for entry in data["links"]],
        "contact": data["contact"],
        "contact_email": data["contact_email"],
        "notice": notice(title, language, data["languages"]),
        "languages": data["languages"],
        "description": rest.say(data["summary"]).plain or ", ".join([dates, *places]),
        "event": event_data(data, language, title, rest),
        "series": [
            {
                "uid": entry["uid"],
                "name": rest.say(entry["name"]),
                "ordinal": entry["ordinal"],
                "address": f"/{language}/series/{entry['slug']}/",
            }
            for entry in data["series"]
        ],
    }
    view["time_note"] = time_note(view)
    view["title_is_long"] = len(title) > 70
    view["parts"] = {name: part(f"conferences/parts/{name}.html", {**view, "comma": comma(language)}) for name in PARTS}
    return view


@lru_cache(maxsize=1024)
def figures_part(text, language, sources):
    """Return the figures of the conference with JSON *text*; *sources* are (key, address, title) of public documents."""
    view = view_of(text, language)
    documents = {key: {"address": address, "title": title} for key, address, title in sources}
    groups = {
        name: [{**each, "document": documents.get(each["key"])} for each in view[name]]
        for name in ("figures", "other_figures")
    }
    return part("conferences/parts/figures.html", groups) if any(groups.values()) else ""


@lru_cache(maxsize=1024)
def programme_part(text, language, documents):
    """Return the programme of the conference with JSON *text*; *documents* are (key of the session, card, slug, uid)."""
    view = view_of(text, language)
    if not view["days"]:
        return ""
    by_session = {}
    for key, card, slug, uid in documents:
        by_session.setdefault(key, []).append(session_document(card, slug, uid, language))
    days = [
        (on, [{**session, "documents": by_session.get(session["key"], ())} for session in sessions])
        for on, sessions in view["days"]
    ]
    values = {"days": days, "time_note": view["time_note"], "comma": comma(language)}
    return part("conferences/parts/programme.html", values)


def session_document(card, slug, uid, language):
    data = json.loads(card)
    return {
        "title": Reader(language, data["original_language"]).say(data["title"]),
        "kind": kinds(data, labels(language)),
        "address": page_address("document", slug, uid, language),
    }


def time_note(view):
    """Return whose times the programme gives, "" where it gives none."""
    if not any(session["from"] for _day, sessions in view["days"] for session in sessions):
        return ""
    if not view["city"]:
        return _("Times are local times of the conference.")
    return _("Times are local times in %(city)s.") % {"city": view["city"].plain}


def notice(title, language, languages):
    """Return the banner of a page whose record is not in the reader's language, None where it is."""
    if not title.foreign:
        return None
    words = labels(language)
    return {
        "lines": [
            _("This page is not yet available in %(language)s. Its texts are shown in %(shown)s.")
            % {"language": words.languages[language], "shown": words.languages[title.lang]}
        ]
    }


def announced(entry, language):
    dates = format_date_range(day(entry["start_date"]), day(entry["end_date"]), entry["date_precision"], language)
    on = entry["announced_on"] and format_date(day(entry["announced_on"]), language)
    return {"dates": dates, "on": on, "reason": entry["reason"]}


def by_role(entries, reader, words):
    """Return [(heading, organizations)] in the order in which the roles first appear."""
    groups = {}
    for entry in entries:
        groups.setdefault(entry["role"], []).append(organization(entry, reader))
    return [(words.organization_roles.get(role, role), members) for role, members in groups.items()]


def organization(entry, reader):
    name = reader.say(entry["name"])
    acronym = entry.get("acronym", "")
    return {
        "name": name,
        "acronym": acronym if acronym != name.plain else "",
        "address": f"/{reader.language}/conferences/?organization={entry['slug']}",
    }


def appearance(entry, reader, words):
    return {
        "name": reader.say(entry["name"]),
        "address": f"/{reader.language}/documents/?person={entry['slug']}",
        "role": words.appearance_roles.get(entry["role"], entry["role"]),
        "title": reader.say(entry["title"]),
        "organization": entry["organization"] and reader.say(entry["organization"]["name"]),
    }


def programme(sessions, reader, words):
    """Return [(day as text, sessions)]; sessions without a date stand together under ""."""
    days = {}
    for entry in sessions:
        kind = words.session_kinds.get(entry["kind"], entry["kind"])
        title = reader.say(entry["title"])
        days.setdefault(entry["date"], []).append(
            {
                "key": entry["key"],
                "kind": f"{kind} {entry['number']}" if entry["number"] else kind,
                "title": title or kind,
                "named": bool(title) and title.plain.casefold() != kind.casefold(),
                "description": reader.say(entry["description"]),
                "from": entry["start_time"],
                "to": entry["end_time"],
                "room": entry["room"],
                "organizers": by_role(entry["organizations"], reader, words),
                "people": [appearance(person, reader, words) for person in entry["people"]],
            }
        )
    return [(format_date(date.fromisoformat(on), reader.language) if on else "", held) for on, held in days.items()]


def figure(entry, words, language):
    return {
        "key": entry["key"],
        "value": number(entry["value"], language),
        "qualifier": words.qualifiers.get(entry["qualifier"], entry["qualifier"]),
        "measure": measure(entry["measure"], entry["value"]),
        "expected": entry["expectation"] == "expected",
        "source": entry["source"],
    }


def link(entry, reader, words):
    title = reader.say(entry["title"])
    return {
        "address": web_address(entry["address"]),
        "shown": entry["address"],
        "title": title or Reader(reader.language).say({reader.language: entry["address"]}),
        "kind": words.link_kinds.get(entry["kind"], entry["kind"]),
        "language": LANGUAGES.get(entry["language"], ""),
        "code": entry["language"],
    }


def event_data(data, language, title, reader):
    """Return what schema.org/Event says of the conference: only what is known, dates only where the day is meant."""
    known = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": title.plain,
        "inLanguage": title.lang,
        "description": reader.say(data["summary"]).plain,
        "eventAttendanceMode": f"https://schema.org/{ATTENDANCE[data['format']]}EventAttendanceMode",
        "eventStatus": f"https://schema.org/{EVENT_STATUS.get(data['event_status'], 'EventScheduled')}",
        "organizer": [{"@type": "Organization", "name": name} for name in organizers(data, reader)],
        "superEvent": [{"@type": "EventSeries", "name": reader.say(entry["name"]).plain} for entry in data["series"]],
    }
    if data["date_precision"] == "day":
        known |= {"startDate": data["start_date"], "endDate": data["end_date"]}
    elif data["date_precision"] == "month":
        known |= {"startDate": data["start_date"][:7], "endDate": data["end_date"][:7]}
    else:
        known |= {"startDate": data["start_date"][:4], "endDate": data["end_date"][:4]}
    if data["country"] or data["city"]:
        address = {
            "@type": "PostalAddress",
            "addressLocality": reader.say(data["city"]).plain,
            "addressCountry": data["country"],
        }
        known["location"] = {
            "@type": "Place",
            "name": (reader.say(data["venue"]) or reader.say(data["city"])).plain
            or country_name(data["country"], language),
            "address": {key: value for key, value in address.items() if value},
        }
    return {key: value for key, value in known.items() if value}


def organizers(data, reader):
    """Return the names of those who held the conference, each once whatever its roles."""
    entries = (each for each in data["organizations"] if each["role"] in ("host", "convener", "co-organizer"))
    return list({each["uid"]: reader.say(each["name"]).plain for each in entries}.values())


def photo_view(data, language):
    """Return what the page of a photo shows of its own JSON."""
    reader = Reader(language, data["original_language"])
    caption = reader.say(data["caption"])
    rest = reader.after(caption)
    alt = rest.say(data["alt_text"])
    return {
        "caption": caption,
        "alt": alt,
        "credit": data["credit"],
        "rights": data["rights"],
        "taken_on": format_date(day(data["taken_on"]), language) if data["taken_on"] else "",
        "iso_date": data["taken_on"],
        "place": rest.say(data["place"]),
        "people": [
            (rest.say(person["name"]), f"/{language}/documents/?person={person['slug']}") for person in data["people"]
        ],
    }
