import json
from datetime import date, time

import pytest

from ctportal.publishing.services import publish
from tests.factories import (
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_series,
    make_stored_file,
    make_theme,
    make_user,
)

# {collection: type of its records}
COLLECTIONS = {
    "conferences": "conference",
    "documents": "document",
    "photos": "photo",
    "series": "series",
    "themes": "theme",
    "organizations": "organization",
    "people": "person",
}


@pytest.fixture
def publisher(db):
    return make_user()


@pytest.fixture
def get(client):
    """Return a function that GETs an address below /api/v1/ and returns (status, parsed body)."""

    def get(address, **headers):
        response = client.get(f"/api/v1/{address}", headers=headers)
        return response.status_code, json.loads(response.content) if response.content else None

    return get


class Dossier:
    """A published conference with one part of each kind, with documents and a photo."""

    def __init__(self, publisher):
        self.series = make_series(
            "Regional conferences", slug="regional-conferences", description_en="Of 2019 and 2020."
        )
        self.theme = make_theme("Youth", slug="youth", name_fr="Jeunesse")
        self.organization = make_organization("Office", slug="office", acronym="OFF", kind="un-entity", country="US")
        self.person = make_person("Somebody", slug="somebody", name_ru="Некто")
        self.week = make_conference("Week of events", slug="week", kind="week")
        self.reference = make_document(
            None, "Resolution", slug="resolution", kind="reference", symbol="S/RES/2396 (2017)", date=date(2017, 12, 21)
        )
        self.conference = make_conference(
            "Countering terrorism", slug="minsk-2019", name="Minsk 2019", parent=self.week, city_ru="Минск"
        )
        self._fill(self.conference)
        self.document = make_document(
            self.conference, "Closing release", slug="closing-release", body="<p>Said.</p>", issued_by=self.organization
        )
        self.document.versions.create(language="ru", title="Пресс-релиз", file=make_stored_file(), ready=True)
        self.document.themes.add(self.theme)
        self.document.relations.create(kind="cites", target=self.reference)
        self.photo = make_photo(self.conference, caption_en="A hall", featured=True, taken_on=date(2019, 9, 3))
        self.photo.people.add(self.person)
        for record in (self.week, self.reference, self.conference, self.document, self.photo):
            publish(record, by=publisher)

    def _fill(self, conference):
        conference.texts.create(
            language="ru", title="Противодействие терроризму", description="<p>О чём.</p>", ready=True
        )
        conference.announced_dates.create(start_date=date(2019, 9, 1), end_date=date(2019, 9, 2), reason="Venue.")
        conference.main_topics.create(title_en="First topic")
        conference.themes.add(self.theme)
        conference.series_entries.create(series=self.series, ordinal=4)
        conference.organization_roles.create(organization=self.organization, role="co-organizer")
        conference.appearances.create(
            person=self.person, role="keynote", title_en="Head of Office", organization=self.organization
        )
        session = conference.sessions.create(
            kind="panel", number=1, title_en="Session", date=date(2019, 9, 3), start_time=time(10), room="CR6"
        )
        session.appearances.create(person=self.person, role="moderator")
        session.organization_roles.create(organization=self.organization, role="host")
        session.appearances.create(title_en="Legal Officer", organization=self.organization)
        session.appearances.create(title_en="Heads of regional organizations", role="present")
        conference.same_as.create(address="https://www.wikidata.org/wiki/Q1")
        session.figures.create(measure="countries", qualifier="at least", value=55)
        session.links.create(kind="video", title_en="Video", address="https://example.org/tv")
        conference.figures.create(
            measure="participants", qualifier="close to", value=400, official=True, source_document=self.reference
        )
        conference.figures.create(measure="un-delegations", qualifier="several")
        conference.links.create(kind="video", title_en="Video", address="https://example.org/video", language="en")
        conference.references.create(document=self.reference)


@pytest.fixture
def dossier(publisher, frozen_clock):
    return Dossier(publisher)
