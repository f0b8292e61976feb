"""The pages of people and organizations: what the public editions that name them say.

The newest of these are shown; a link leads to the list of all. Titles belong to the occasion, so they come from there.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from ctportal.core import codes
from ctportal.core.countries import country_name
from ctportal.core.dates import format_date, iso_date
from ctportal.reading.context import ReadRequest
from ctportal.reading.queries import naming, organization_lines, referring, uids_of
from ctportal.web import cards
from ctportal.web.labels import label
from ctportal.web.organizations import organization
from ctportal.web.page import Crumb
from ctportal.web.records import RecordPage, render_record_page, structured_data
from ctportal.web.text import LanguageContext

CONFERENCES, DOCUMENTS, PHOTOS = 100, 20, 12


def render_person(request: ReadRequest, page: RecordPage) -> HttpResponse:
    """Return the page of a person: titles held, conferences and sessions, documents, photos."""
    language = page.language
    name = LanguageContext(language).pick(page.data["name"])
    shown = _of_person(page, request.read_context.at) if page.edition else {}
    titles = shown.get("titles", ())
    return render_record_page(
        request,
        page,
        "conferences/person.html",
        {"name": name, "banner": page.banner, "all": f"?person={page.slug}", **shown},
        title=str(name),
        description=_("%(name)s: titles held, conferences, documents and photos.") % {"name": name},
        crumbs=(Crumb(_("People"), "people/"), Crumb(name)),
        data=structured_data(
            request, page, "Person", {"name": str(name), "jobTitle": [str(each["title"]) for each in titles]}
        ),
    )


def _of_person(page, at):
    language, uids = page.language, uids_of(page.uid)
    conferences, documents, photos = (
        list(naming("person", uids, kind, at)[: limit + 1])
        for kind, limit in (("conference", CONFERENCES), ("document", DOCUMENTS), ("photo", PHOTOS))
    )
    homes = cards.pointed_to([*documents[:DOCUMENTS], *photos[:PHOTOS]], "conference", at)
    occasions = [
        (record, entry)
        for record in sorted(
            [*conferences[:CONFERENCES], *documents[:DOCUMENTS]], key=lambda each: (str(each.date), each.slug)
        )
        for entry in entries_of(record)
        if entry["uid"] in uids
    ]
    return {
        "titles": _titles(reversed(occasions), language),
        "conferences": [_appearances(each, uids, at, language) for each in conferences[:CONFERENCES]],
        "documents": [
            cards.document_row(each, language, homes.get(each.pk), with_excerpt=False) for each in documents[:DOCUMENTS]
        ],
        "photos": [cards.photo_tile(each, language, homes.get(each.pk)) for each in photos[:PHOTOS]],
        "more": _more(conferences, documents, photos),
    }


def _more(conferences, documents, photos=()):
    """Return which of the lists are longer than what the page shows."""
    return {
        "conferences": len(conferences) > CONFERENCES,
        "documents": len(documents) > DOCUMENTS,
        "photos": len(photos) > PHOTOS,
    }


def entries_of(record):
    """Yield the entries for people in the JSON of a conference or document."""
    data = record.data
    if record.type == "document":
        yield from data["delivered_by"]
        yield from data["mentions"]
    else:
        for part in (data, *data["sessions"]):
            yield from part["people"]


def _titles(occasions, language):
    """Return the titles held, each with its organization and the *occasions*, (record, entry of the person)."""
    titles: dict[tuple[str, str], dict[str, Any]] = {}
    for record, entry in occasions:
        texts = LanguageContext(language, record.data["original_language"])
        title = texts.pick(entry["title"])
        if not title:
            continue
        named = entry["organization"] and organization(entry["organization"], texts)
        held = titles.setdefault(
            (str(title), str(named["name"]) if named else ""), {"title": title, "organization": named, "occasions": {}}
        )
        held["occasions"][record.pk] = _occasion(record, language)
    return [held | {"occasions": list(held["occasions"].values())} for held in titles.values()]


def _occasion(record, language):
    data = record.card_data
    if record.type == "document":
        return cards.target(record, language) | cards.date_of(data, language)
    precision = data["date_precision"]
    return {
        "title": cards.short_title(data, language),
        "address": cards.target(record, language)["address"],
        "date": format_date(date.fromisoformat(data["start_date"]), language, precision),
        "iso_date": iso_date(data["start_date"], precision),
    }


def _appearances(conference, uids, at, language):
    """Return the row of *conference* with ``parts``, the roles of the person *uids* in it and in its sessions."""
    data = conference.data
    texts = LanguageContext(language, data["original_language"])
    own = [(label(codes.AppearanceRole, entry["role"]), "") for entry in data["people"] if entry["uid"] in uids]
    in_sessions = [
        (label(codes.AppearanceRole, entry["role"]), _session(session, texts))
        for session in data["sessions"]
        for entry in session["people"]
        if entry["uid"] in uids
    ]
    return cards.conference_row(conference, at, language) | {"summary": "", "parts": [*own, *in_sessions]}


def _session(session, texts):
    """Return the title of a *session*, or its kind and number."""
    kind = label(codes.SessionKind, session["kind"])
    return texts.pick(session["title"]) or (f"{kind} {session['number']}" if session["number"] else kind)


# Organizations -------------------------------------------------------------------------------------------------------


def render_organization(request: ReadRequest, page: RecordPage) -> HttpResponse:
    """Return the page of an organization: what it is part of, its units, its conferences by role, its documents."""
    language, data = page.language, page.data
    texts = LanguageContext(language)
    name = texts.pick(data["name"])
    shown = _of_organization(page, request.read_context.at) if page.edition else {}
    kind, country = label(codes.OrganizationKind, data["kind"]), country_name(data["country"], language)
    acronym = data["acronym"] if data["acronym"] != str(name) else ""
    website = cards.web_address(data["website"])
    known = {"name": str(name), "alternateName": acronym, "sameAs": website}
    return render_record_page(
        request,
        page,
        "conferences/organization.html",
        {
            "name": name,
            "acronym": acronym,
            "kind": kind,
            "country": country,
            "website": website,
            "banner": page.banner,
            "all": f"?organization={page.slug}",
            **shown,
        },
        title=str(name),
        description=_("%(name)s: units, conferences and documents.") % {"name": name},
        crumbs=(Crumb(_("Organizations"), "organizations/"), Crumb(name)),
        data=structured_data(request, page, "Organization", known),
    )


def _of_organization(page, at):
    language, uids = page.language, uids_of(page.uid)
    conferences, documents = (
        list(naming("organization", uids, kind, at)[: limit + 1])
        for kind, limit in (("conference", CONFERENCES), ("document", DOCUMENTS))
    )
    homes = cards.pointed_to(documents[:DOCUMENTS], "conference", at)
    units = [each for each in referring(page.uid, "parent", at=at) if each.type == "organization"]
    line = organization_lines([page.uid], at).get(page.uid, [])
    return {
        "above": [
            {"name": cards.title_of(each.card_data, language)} | cards.target(each, language) for each in line[1:]
        ],
        "units": sorted((cards.target(each, language) for each in units), key=lambda unit: str(unit["title"])),
        "roles": _by_role(conferences[:CONFERENCES], uids, at, language),
        "documents": [
            cards.document_row(each, language, homes.get(each.pk), with_excerpt=False) for each in documents[:DOCUMENTS]
        ],
        "more": _more(conferences, documents) | {"conferences": bool(conferences or units)},
    }


def _by_role(conferences, uids, at, language):
    """Return [(role, rows of conferences)]; each row has in ``parts`` the sessions where the organization had that role."""
    roles = defaultdict(list)
    for conference in conferences:
        data = conference.data
        texts = LanguageContext(language, data["original_language"])
        parts: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        for part in (data, *data["sessions"]):
            for entry in part["organizations"]:
                if entry["uid"] in uids:
                    parts[entry["role"]] += [("", _session(part, texts))] if part is not data else []
        for role, sessions in parts.items():
            row = cards.conference_row(conference, at, language) | {"summary": "", "parts": sessions}
            roles[role].append(row)
    return [(label(codes.OrganizerRole, role), roles[role]) for role in codes.OrganizerRole.values if role in roles]
