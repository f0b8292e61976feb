"""The shape of every answer, written down by hand: keys and JSON types at any depth, and one form of emptiness for each type.

A key is always there. What is empty is "" for a text, [] for a list, {} for an object by language, relation or file, and null
for everything else.
"""

import re
from datetime import date, time

import pytest

from ctportal.core.languages import CODES
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, withdraw
from ctportal.workflow.sealing import seal
from tests.factories import (
    make_organization,
    make_person,
    make_photo,
    make_series,
    make_stored_file,
    make_theme,
    make_user,
)

from .conftest import COLLECTIONS

TEXT = "a text by language"  # with the parameter lang: the text and its language, or null
UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CODE = re.compile(r"[a-z]+([ -][a-z]+)*")
LANGUAGE = re.compile("|".join(CODES))
DAY = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d\d:\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
HASH = re.compile(r"[0-9a-f]{64}")
DEGREES = re.compile(r"-?\d{1,3}\.\d{5}")
HERE = re.compile(r"http://testserver/\S+")  # an address of this site


class Maybe(tuple):
    """A value that may be null."""


def maybe(shape):
    return Maybe([shape])


class Some(dict):
    """An object that holds only the keys that exist."""


LABEL = {"uid": UID, "slug": SLUG, "name": TEXT}
ROLE = {**LABEL, "acronym": str, "role": CODE}
PERSON_THERE = {"title": TEXT, "organization": maybe(LABEL)}
APPEARANCE = {**PERSON_THERE, "uid": maybe(UID), "slug": str, "name": TEXT, "role": CODE}
FILE = {
    "key": re.compile(r"[A-Za-z0-9_-]{16,43}"),
    "name": str,
    "media_type": re.compile(r"\w+/[\w.+-]+"),
    "size": int,
    "sha256": HASH,
    "width": maybe(int),
    "height": maybe(int),
    "pages": maybe(int),
}
FIGURE = {
    "key": UID,
    "measure": CODE,
    "expectation": CODE,
    "qualifier": CODE,
    "value": maybe(int),
    "official": bool,
    "source": str,
    "source_address": str,
    "source_date": maybe(DAY),
}
LINK = {"kind": CODE, "title": TEXT, "address": str, "language": str}
DATES = {"start_date": DAY, "end_date": DAY, "date_precision": CODE}
SESSION = {
    "key": UID,
    "kind": CODE,
    "number": maybe(int),
    "title": TEXT,
    "description": TEXT,
    "date": maybe(DAY),
    "start_time": maybe(TIME),
    "end_time": maybe(TIME),
    "room": str,
    "organizations": [ROLE],
    "people": [APPEARANCE],
    "figures": [FIGURE],
    "links": [LINK],
}
LANGUAGES = {"original_language": LANGUAGE, "languages": [LANGUAGE], "partial_languages": [LANGUAGE]}
SERIES_ENTRY = {**LABEL, "ordinal": maybe(int)}
VERSION = {"language": LANGUAGE, "state": CODE, "standing": CODE, "file": maybe(FILE), "external_url": str}
CONTACT = {"contact": str, "contact_email": str}
OWN = {
    "conference": {
        "short_title": TEXT, "kind": CODE, "event_status": CODE, "format": CODE, **DATES, **LANGUAGES,
        "announced_dates": [{**DATES, "kind": CODE, "announced_on": maybe(DAY), "reason": str, "source": str,
                                "source_address": str}],
        "city": TEXT, "venue": TEXT, "country": str, "latitude": maybe(DEGREES), "longitude": maybe(DEGREES),
        "time_zone": str, "languages_in_preparation": [LANGUAGE], "title": TEXT, "alternate_title": TEXT,
        "motto": TEXT, "summary": TEXT, "description": TEXT, "background": TEXT, "outcome": TEXT,
        "main_topics": [{"title": TEXT}], "series": [SERIES_ENTRY], "themes": [LABEL], "organizations": [ROLE],
        "people": [APPEARANCE], "sessions": [SESSION], "figures": [FIGURE], "links": [LINK], "same_as": [str],
        "expected_documents": [{"key": UID, "kind": CODE, "title": TEXT, "date": DAY, "date_precision": CODE,
                                   "organization": maybe(LABEL), "issued_by": TEXT}],
        **CONTACT,
    },
    "document": {
        "kind": CODE, "also_serves_as": str, "occasion": CODE, "date": DAY, "date_precision": CODE, "place": TEXT,
        **LANGUAGES, "languages_in_preparation": [LANGUAGE], "title": TEXT, "body": TEXT, "versions": [VERSION],
        "issued_by": [{**LABEL, "acronym": str}], "delivered_by": [{**LABEL, **PERSON_THERE}],
        "mentions": [{**LABEL, **PERSON_THERE, "kind": CODE}], "symbol": str, "reissue": str, "dateline": TEXT,
        "contact": str, "hashtags": [str], "themes": [LABEL], "session": maybe(UID),
    },
    "photo": {
        "alt_text": TEXT, "decorative": bool, "caption": TEXT, "credit": str, "rights": str, "taken_on": maybe(DAY),
        "place": TEXT, "people": [LABEL], "order": int, "featured": bool, **LANGUAGES,
        "download": FILE, "renditions": [FILE],
    },
    "series": {"name": TEXT, "description": TEXT},
    "theme": {"name": TEXT, "description": TEXT},
    "organization": {"name": TEXT, "acronym": str, "kind": CODE, "country": str, "website": str, **CONTACT,
                     "contact_phone": str},
    "person": {"name": TEXT},
}  # fmt: skip


def some_of(record_type, *names):
    return {name: OWN[record_type][name] for name in names}


# What stands in ``card``, of the types that relations lead to.
CARDS = {
    "conference": {
        **some_of("conference", "title", "short_title", "summary", "kind", "event_status", "format", *DATES),
        **some_of("conference", "city", "country", "series", "languages", "original_language"),
        "sessions": [UID],
    },
    "document": {
        **some_of("document", "title", "kind", "also_serves_as", "occasion", "date", "date_precision", "place"),
        **some_of("document", "symbol", "dateline", "session", "languages", "original_language", "versions"),
        "delivered_by": [LABEL],
        "excerpt": TEXT,
    },
    "photo": {
        **some_of("photo", "alt_text", "decorative", "caption", "credit", "rights", "taken_on", "order", "featured"),
        **some_of("photo", "original_language", "renditions", "download"),
    },
    "organization": some_of("organization", "name", "acronym", "kind", "contact", "contact_email", "contact_phone"),
}
CONFERENCE_RELATIONS = ("parent", "follows-up-on", "postponed-to", "replaced-by")
DOCUMENT_RELATIONS = ("supersedes", "corrects", "cites")
# {type: {name of a relation: type of the record that it leads to}}
RELATIONS = {
    "conference": dict.fromkeys(CONFERENCE_RELATIONS, "conference")
    | dict.fromkeys(("reference", "source", "expected"), "document")
    | {"featured_photo": "photo"},
    "document": dict.fromkeys(DOCUMENT_RELATIONS, "document")
    | dict.fromkeys(("conference", "adopted-at"), "conference"),
    "photo": {"conference": "conference"},
    "organization": dict.fromkeys(("parents", "units"), "organization"),
}


def named(record_type):
    return {
        "uid": UID,
        "type": re.compile(record_type),
        "url": re.compile(r"http://testserver/id/" + UID.pattern),
        **({} if record_type == "photo" else {"slug": SLUG}),
    }


def record_of(record_type, *, card, **more):
    links = {
        name: [{**named(target), "key": str, **({"card": CARDS[target]} if card else {})}]
        for name, target in RELATIONS.get(record_type, {}).items()
    }
    return {
        **named(record_type),
        "version": int,
        "published": INSTANT,
        "updated": INSTANT,
        "sha256": HASH,
        **more,
        "files": {"*": HERE},
        "related": Some(links),
        **OWN[record_type],
    }


def page_of(record_type):
    return {
        "count": int,
        "page": int,
        "pages": int,
        "next": maybe(HERE),
        "previous": maybe(HERE),
        "shortened_q": str,
        "results": [record_of(record_type, card=False)],
    }


VERSIONS = {
    "uid": UID,
    "type": CODE,
    "count": int,
    "results": [
        {
            "version": int,
            "url": HERE,
            "public_from": INSTANT,
            "public_until": maybe(INSTANT),
            "minor": bool,
            "note": str,
        }
        | {"sealed": bool, "sha256": HASH, "chain": HASH}
    ],
}
ROOT = {
    "openapi": HERE,
    "docs": HERE,
    "developers": HERE,
    "collections": dict.fromkeys(COLLECTIONS, HERE),
}
PROBLEM = {"type": HERE, "title": str, "status": int, "detail": str}
ERRORS = {"errors": [{"parameter": str, "code": re.compile(r"[a-z_]+"), "detail": str}]}
WITHDRAWN = {
    "uid": UID,
    "type": CODE,
    "url": HERE,
    "published": INSTANT,
    "withdrawn": INSTANT,
    "reason": str,
    "replacement": maybe(named("document")),
}
SEALED = {"version": int, "sha256": HASH, "chain": HASH, "public_from": INSTANT}


class Check:
    """Compares answers with shapes, with texts in one *language* or in all.

    ``places`` are the paths to what may be empty, ``filled`` those where something was found.
    """

    def __init__(self):
        self.places, self.filled, self.language = set(), set(), ""

    def __call__(self, value, shape, path=""):
        if shape is TEXT:
            self.text(value, path)
        elif isinstance(shape, Maybe):
            self.note(path, value is not None)
            if value is not None:
                self(value, shape[0], path)
        elif isinstance(shape, list):
            assert type(value) is list, path
            self.note(path, bool(value))
            for each in value:
                self(each, shape[0], f"{path}[]")
        elif isinstance(shape, dict):
            self.object(value, shape, path)
        elif isinstance(shape, re.Pattern):
            assert type(value) is str, path
            assert shape.fullmatch(value), (path, value)
        else:
            assert type(value) is shape, (path, value)

    def object(self, value, shape, path):
        assert type(value) is dict, path
        if "*" in shape:
            shape = dict.fromkeys(value, shape["*"])
        assert set(value) <= set(shape) if isinstance(shape, Some) else set(value) == set(shape), path
        for name, each in value.items():
            self(each, shape[name], f"{path}.{name}")

    def text(self, value, path):
        if not self.language:
            assert type(value) is dict, path
            self.note(path, bool(value))
            assert set(value) <= set(CODES), path
            assert all(type(text) is str and text for text in value.values()), path
        elif value is not None:
            self(value, {"text": re.compile(".+", re.DOTALL), "language": LANGUAGE}, path)

    def note(self, path, is_filled):
        self.places.add(path)
        if is_filled:
            self.filled.add(path)


@pytest.fixture
def records(dossier, publisher, frozen_clock):
    """The dossier with everything that a record may hold, beside records that hold next to nothing."""
    conference, document, photo = dossier.conference, dossier.document, dossier.photo
    everything = dict.fromkeys(
        ("motto", "summary", "description", "background", "outcome", "alternate_title"), "<p>W</p>"
    )
    conference.texts.filter(language="en").update(**everything)
    conference.texts.create(language="fr", title="Conférence", plan="in-preparation")
    for name, value in {
        "short_title_en": "Minsk",
        "venue_en": "A hall",
        "latitude": "53.9006",
        "longitude": "27.559",
        "contact": "Somebody",
        "contact_email": "somebody@example.org",
    }.items():
        setattr(conference, name, value)
    conference.save()
    conference.announced_dates.update(announced_on=date(2019, 1, 1))
    conference.announced_dates.create(
        start_date=date(2019, 9, 1), end_date=date(2019, 9, 1), kind="reported", source="A paper",
        source_address="https://example.org/p",
    )  # fmt: skip
    conference.series_entries.create(series=make_series())
    conference.figures.update(source="A paper", source_address="https://example.org/p", source_date=date(2019, 9, 9))
    session = conference.sessions.get()
    session.figures.update(source_date=date(2019, 9, 9))
    session.end_time, session.description_en = time(12), "On much."
    session.save()
    empty = conference.sessions.create(title_en="Another")
    empty.figures.create(measure="countries", value=1)
    for title in ("A report", ""):
        conference.expected_documents.create(
            title_en=title, date=date(2022, 11, 1), document=document if title else None,
            issued_by_en=title, organization=dossier.organization if title else None,
        )  # fmt: skip
    conference.relations.create(kind="follows-up-on", target=dossier.week)

    for name, value in {
        "also_serves_as": "statement",
        "place_en": "Minsk",
        "symbol": "S/2018/1177",
        "reissue": "*",
        "dateline_en": "Minsk, 4 September",
        "contact": "Somebody",
        "hashtags": "#Minsk",
        "session": session,
    }.items():
        setattr(document, name, value)
    document.save()
    document.versions.filter(language="en").update(external_url="https://example.org/d", file=make_stored_file(pages=3))
    document.versions.create(language="fr", title="Communiqué", plan="in-preparation")
    for rows in (document.deliveries, document.mentions):
        rows.create(person=dossier.person, title_en="Head", organization=dossier.organization)
        rows.create(person=dossier.person)
    document.relations.create(kind="adopted-at", conference=dossier.week)

    photo.rights, photo.place_en, photo.caption_fr = "Free", "Minsk", "Une salle"
    photo.save()
    photos = [photo, make_photo(conference, decorative=True, alt_text_en="")]
    unit = make_organization(parent=dossier.organization, website="https://example.org", contact_phone="1")
    conference.organization_roles.create(organization=unit, role="donor")
    conference.appearances.create(person=make_person(), role="present")
    conference.themes.add(make_theme(description_en="On much."))
    frozen_clock.tick()
    for record in (conference, document, *photos):
        publish(record, by=publisher)
    return dossier


# Pages of lists, cards, versions that nothing follows, and what pictures or documents do not have.
NOT_FILLED = re.compile(r"\.(next|previous|results\[\].*)|\.related\..*|.*\.(file\.width|file\.height|pages)")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_record_has_exactly_its_shape(get, records, collection):
    record_type = COLLECTIONS[collection]
    check = Check()
    for language in ("", "fr"):
        check.language = language
        query = f"?lang={language}" if language else ""
        page = get(f"{collection}/{query}")[1]
        check(page, page_of(record_type))
        for row in page["results"]:
            base = f"{collection}/{row['uid']}/"
            check(get(base + query)[1], record_of(record_type, card=True))
            number = f"{base}versions/{row['version']}/"
            check(get(number + query)[1], record_of(record_type, card=True, chain=HASH))
            check(get(base + "versions/")[1], VERSIONS)
    assert len(page["results"]) >= 2
    # Each place of the record was filled somewhere, so that what stands in it was compared too.
    assert [path for path in sorted(check.places - check.filled) if not NOT_FILLED.fullmatch(path)] == []


def test_the_root_has_exactly_its_shape(get, db):
    Check()(get("")[1], ROOT)


def test_every_problem_has_exactly_its_shape(get, client, dossier, publisher, frozen_clock):
    frozen_clock.tick()
    publish(dossier.reference, by=publisher)
    first = Edition.objects.filter(uid=dossier.reference.uid).earliest("public_from")
    seal(first, by=make_user("administrator", is_superuser=True), reason="A person is in danger.")
    frozen_clock.tick()
    withdraw(dossier.document, by=publisher, reason="Wrong.", replacement=dossier.reference.uid)
    withdraw(dossier.photo, by=publisher, reason="Wrong.")
    check = Check()
    for address, status, more in (
        ("documents/?page=0&nonsense=1&lang=", 400, ERRORS),
        ("documents/?page=77", 404, ERRORS),
        ("documents/nowhere/", 404, {}),
        ("nowhere/", 404, {}),
        ("documents/closing-release/", 410, {"record": WITHDRAWN}),
        (f"photos/{dossier.photo.uid}/", 410, {"record": WITHDRAWN}),
        ("documents/resolution/versions/1/", 410, SEALED),
    ):
        found, problem = get(address)
        assert found == status
        check(problem, PROBLEM | more)
    check(client.get("/api/v1/", headers={"accept": "text/html"}).json(), PROBLEM)
    check(client.post("/api/v1/").json(), PROBLEM)
    check(client.get("/api/v1/", headers={"if-match": '"other"'}).json(), PROBLEM)
    check(client.get("/api/v1/", headers={"host": "other.example"}).json(), PROBLEM | {"type": str})
