"""Nothing of the vocabulary becomes public unseen: names and descriptions of series, themes, organizations and people."""

import pytest

from ctportal.publishing import release
from ctportal.publishing.gate import checksum, gate_for, naming, refresh_draft
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, relabel, withdraw
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_series,
    make_theme,
)

pytestmark = pytest.mark.django_db
MAKERS = {"series": make_series, "theme": make_theme, "organization": make_organization, "person": make_person}


@pytest.fixture
def writer():
    return make_account("editor", "writer")


@pytest.fixture
def publisher():
    return make_account("publisher")


def conference_naming(*, series=None, theme=None, organization=None, person=None, in_session=False):
    """A conference that names the entries given, people and organizations where *in_session* says."""
    conference = make_conference()
    if series:
        conference.series_entries.create(series=series)
    if theme:
        conference.themes.add(theme)
    part = conference.sessions.create(title_en="Opening") if in_session else conference
    if organization:
        part.organization_roles.create(organization=organization, role="host")
    if person:
        part.appearances.create(person=person, role="speaker")
    refresh_draft(conference)
    return conference


def changed(entry, by, **fields):
    """*entry* as *by* saves it with *fields*, as the admin does."""
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.save()
    refresh_draft(entry)
    return entry


def draft_of(record):
    return gate_for(record).content(record)


# A public entry is shown under its public name


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("in_session", [False, True])
def test_what_shows_a_public_entry_is_published_under_its_public_name(kind, in_session, writer, frozen_clock):
    entry = MAKERS[kind]("The name agreed on", slug="agreed")
    publish(conference_naming(**{kind: entry}), by=writer)
    frozen_clock.tick()
    changed(entry, writer, name_en="CANARY", name_ru="CANARY", slug="canary")
    other = conference_naming(**{kind: entry}, in_session=in_session)

    edition = publish(other, by=writer)

    assert "canary" not in (edition.json + edition.card + edition.text).casefold()
    assert '"name":{"en":"The name agreed on"}' in edition.json
    assert '"slug":"agreed"' in edition.json


def test_an_acronym_is_part_of_the_public_name(writer, frozen_clock):
    organization = make_organization("A ministry", acronym="AM")
    publish(conference_naming(organization=organization), by=writer)
    frozen_clock.tick()
    changed(organization, writer, acronym="CANARY")

    edition = publish(conference_naming(organization=organization), by=writer)

    assert edition.data["organizations"][0]["acronym"] == "AM"


def test_documents_and_photos_keep_the_public_names_too(writer, frozen_clock):
    person, organization, theme = make_person("Agreed"), make_organization("Agreed"), make_theme("Agreed")
    conference = conference_naming(person=person, organization=organization, theme=theme)
    publish(conference, by=writer)
    frozen_clock.tick()
    for entry in (person, organization, theme):
        changed(entry, writer, name_en="CANARY")
    document = make_document(conference, delivered_by=person, issued_by=organization)
    document.themes.add(theme)
    photo = make_photo(conference)
    photo.people.add(person)

    editions = [publish(record, by=writer) for record in (document, photo)]

    assert [edition.json.count("CANARY") for edition in editions] == [0, 0]
    assert [edition.json.count("Agreed") for edition in editions] == [3, 1]


def test_a_rename_that_is_not_published_is_no_change_of_what_shows_the_entry(writer, publisher, frozen_clock):
    person = make_person("Agreed")
    conference = conference_naming(person=person)
    edition = publish(conference, by=writer)
    frozen_clock.tick()
    changed(person, writer, name_en="CANARY")
    refresh_draft(conference)

    assert conference.draft_sha256 == edition.sha256
    assert [part.plan for part in release.parts_of(conference, publisher)] == [release.Plan.NOTHING]


def test_the_same_person_twice_in_the_same_role_stays_twice(writer, frozen_clock):
    person = make_person("Agreed")
    conference = conference_naming(person=person)
    conference.appearances.create(person=person, role="speaker")
    edition = publish(conference, by=writer)
    frozen_clock.tick()
    changed(person, writer, name_en="CANARY")

    assert draft_of(conference).json == edition.json


def test_an_entry_that_is_public_no_more_is_shown_as_it_is_called_now(writer, frozen_clock):
    person = make_person("Before")
    before = conference_naming(person=person)
    publish(before, by=writer)
    frozen_clock.tick()
    changed(person, writer, name_en="Now")
    withdraw(before, by=writer, reason="In doubt")
    frozen_clock.tick()

    edition = publish(conference_naming(person=person), by=writer)

    assert edition.data["people"][0]["name"] == {"en": "Now"}
    assert Edition.objects.public().get(uid=person.uid).data["name"] == {"en": "Now"}


def test_a_new_name_published_everywhere_is_noted_on_every_draft_that_names_the_entry(writer, publisher, frozen_clock):
    person = make_person("Before")
    publish(conference_naming(person=person), by=writer)
    frozen_clock.tick()
    draft, document = conference_naming(person=person, in_session=True), make_document(delivered_by=person)
    refresh_draft(document)
    changed(person, writer, name_en="After")
    before = draft.draft_sha256

    relabel(person, by=publisher)

    for record in (draft, document):
        record.refresh_from_db()
        assert record.draft_sha256 == checksum(draft_of(record).json)
    assert draft.draft_sha256 != before
    assert draft_of(document).data["delivered_by"]["name"] == {"en": "After"}


def test_the_public_names_are_read_at_once_for_all_drafts(writer, django_assert_num_queries):
    person = make_person()
    publish(conference_naming(person=person), by=writer)
    gate = gate_for(conference_naming(person=person))
    records = list(gate.queryset())

    for number in (1, len(records)):
        with django_assert_num_queries(1):
            gate.contents_of(records[:number])


@pytest.mark.parametrize("kind", MAKERS)
def test_naming_gives_the_records_that_show_an_entry_and_no_others(kind):
    entry = MAKERS[kind]()
    named = {conference_naming(**{kind: entry}), conference_naming(**{kind: entry}, in_session=True)}
    conference_naming(**{kind: MAKERS[kind]()})
    make_document()

    assert {record for records in naming(entry) for record in records} == named
