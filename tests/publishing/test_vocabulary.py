"""Nothing of the vocabulary becomes public unseen: names and descriptions of series, themes, organizations and people."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences.admin.merging import merge
from ctportal.publishing import epoch
from ctportal.publishing.base_models import Stage
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.renaming import relabel
from ctportal.publishing.services import publish, withdraw
from ctportal.publishing.snapshot import builder_for, checksum, naming, opening
from ctportal.workflow import release, restoring, review, revisions
from ctportal.workflow.models import UnreviewedEdit
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_series,
    make_theme,
    make_user,
)
from tests.search.index import indexed
from tests.workflow.test_workflow import code_of, stage, steps

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
    review.note_entry_change(entry, by)
    return entry


def draft_of(record):
    return builder_for(record).snapshot(record)


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

    assert "canary" not in (edition.json + edition.card + indexed(edition)).casefold()
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
    assert Edition.objects.public(epoch.now()).get(uid=person.uid).data["name"] == {"en": "Now"}


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
    assert draft_of(document).data["delivered_by"][0]["name"] == {"en": "After"}


def test_the_public_names_are_read_at_once_for_all_drafts(writer, django_assert_num_queries):
    person = make_person()
    publish(conference_naming(person=person), by=writer)
    builder = builder_for(conference_naming(person=person))
    records = list(builder.queryset())

    for number in (1, len(records)):
        with django_assert_num_queries(1):
            builder.snapshots_of(records[:number])


# An entry that is not public yet: what its words go with has changed with them


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("in_session", [False, True])
def test_a_change_of_an_entry_returns_what_would_publish_it(kind, in_session, writer):
    entry = MAKERS[kind]("Before")
    conference = conference_naming(**{kind: entry}, in_session=in_session)
    review.submit(conference, by=writer)
    before = conference.draft_sha256

    changed(entry, make_account("contributor"), name_en="CANARY")

    conference.refresh_from_db()
    assert (conference.stage, conference.draft_sha256 == before) == (Stage.DRAFT, False)
    assert conference.draft_sha256 == checksum(draft_of(conference).json)
    remark = "A person, organization, series or theme that would become public with it was changed."
    assert steps(conference)[-1] == ("changed", "contributor", remark)


def test_documents_and_photos_return_too(writer):
    person, theme = make_person(), make_theme()
    document, photo = make_document(delivered_by=person), make_photo(make_conference())
    document.themes.add(theme)
    photo.people.add(person)
    for record in (document, photo):
        review.submit(record, by=writer)

    changed(person, writer, name_en="CANARY")
    assert (stage(document), stage(photo)) == (Stage.DRAFT, Stage.DRAFT)

    review.submit(document, by=writer)
    changed(theme, writer, name_en="CANARY")
    assert stage(document) == Stage.DRAFT


def test_a_description_alone_returns_what_would_publish_it(writer):
    theme = make_theme()
    conference = conference_naming(theme=theme)
    review.submit(conference, by=writer)

    changed(theme, writer, description_en="CANARY")

    assert stage(conference) == Stage.DRAFT


def test_what_only_names_a_public_entry_stays_in_review(writer, frozen_clock):
    person = make_person("Agreed")
    publish(conference_naming(person=person), by=writer)
    frozen_clock.tick()
    conference = conference_naming(person=person)
    review.submit(conference, by=writer)

    changed(person, writer, name_en="CANARY")

    conference.refresh_from_db()
    assert conference.stage == Stage.REVIEW
    assert conference.draft_sha256 == checksum(draft_of(conference).json)


def test_who_wrote_an_entry_is_not_the_second_reader_of_what_opens_it(writer, publisher):
    theme = changed(make_theme(), publisher, description_en="The publisher’s own words")
    conference = conference_naming(theme=theme)
    review.submit(conference, by=writer)

    with pytest.raises(ValidationError) as refused:
        review.approve(conference, by=publisher)
    assert code_of(refused.value) == "second_person_needed"
    assert not Edition.objects.exists()

    review.approve(conference, by=make_account("publisher", "another"))
    assert not UnreviewedEdit.objects.exists()


def test_who_wrote_an_entry_that_is_public_may_be_the_second_reader_of_what_shows_it(writer, publisher, frozen_clock):
    person = changed(make_person(), publisher, name_en="Agreed")
    first = conference_naming(person=person)
    review.submit(first, by=writer)
    review.approve(first, by=make_account("publisher", "another"))
    frozen_clock.tick()
    second = conference_naming(person=person)
    review.submit(second, by=writer)

    assert review.has_second_reader(second, publisher)


def test_hands_in_an_entry_are_kept_while_what_opens_it_is_only_scheduled(writer, publisher, frozen_clock):
    person = changed(make_person(), publisher, name_en="Agreed")
    conference = conference_naming(person=person)
    review.submit(conference, by=writer)
    later = frozen_clock.now + timedelta(days=1)
    review.approve(conference, by=make_account("publisher", "another"), at=later)
    review.unschedule(conference, by=publisher)
    review.submit(conference, by=writer)

    assert not review.has_second_reader(conference, publisher)


def test_a_restored_entry_is_a_changed_one(writer, publisher):
    person = make_person("Old words")
    old = revisions.keep(person, by=publisher, comment="Saved.")
    changed(person, writer, name_en="New words")
    revisions.keep(person, by=writer, comment="Saved.")
    conference = conference_naming(person=person)
    review.submit(conference, by=writer)

    restoring.restore(person, revisions.SavedState.of_revision(old), by=writer, comment="Restored.")

    conference.refresh_from_db()
    assert conference.stage == Stage.DRAFT
    assert draft_of(conference).data["people"][0]["name"] == {"en": "Old words"}
    assert conference.draft_sha256 == checksum(draft_of(conference).json)
    assert set(UnreviewedEdit.objects.filter(uid=person.uid).values_list("user", flat=True)) == {
        writer.pk,
        publisher.pk,
    }


# Merging


def test_a_merger_returns_what_would_be_published_otherwise(writer, publisher):
    away, into = make_person("Ann Speker"), make_person("Ann Speaker")
    conference, untouched = conference_naming(person=away), conference_naming(person=into)
    for record in (conference, untouched):
        review.submit(record, by=writer)

    merge(away, into, by=publisher)

    assert (stage(conference), stage(untouched)) == (Stage.DRAFT, Stage.REVIEW)
    assert steps(conference)[-1][:2] == ("changed", "publisher")


def test_hands_in_an_entry_go_into_the_one_that_it_is_merged_into(writer, publisher):
    away, into = changed(make_person("Ann Speker"), writer, name_fr="Ann"), make_person("Ann Speaker")

    merge(away, into, by=publisher)

    edits = set(UnreviewedEdit.objects.values_list("uid", "user"))
    assert edits == {(into.uid, writer.pk), (into.uid, publisher.pk)}


def test_a_merger_into_what_is_public_leaves_no_hands(writer, publisher, frozen_clock):
    away, into = make_person("Ann Speker"), make_person("Ann Speaker")
    publish(conference_naming(person=into), by=writer)
    frozen_clock.tick()
    changed(away, writer, name_fr="Ann")

    merge(away, into, by=publisher)

    assert Edition.objects.public(epoch.now()).get(uid=into.uid).data["name"] == {"en": "Ann Speaker", "fr": "Ann"}
    assert not UnreviewedEdit.objects.exists()
    reasons = {entry.reason for entry in LedgerEntry.objects.filter(at=LedgerEntry.objects.last().at)}
    assert "“Ann Speker” was merged into “Ann Speaker”." in reasons


def test_the_longest_names_can_be_merged_in_public(writer, publisher, frozen_clock):
    away, into = make_organization("A" * 250), make_organization("B" * 250)
    publish(conference_naming(organization=away), by=writer)
    frozen_clock.tick()

    merge(away, into, by=publisher)

    assert max(len(entry.reason) for entry in LedgerEntry.objects.all()) == 500


# What opens with a record


def test_what_opens_with_a_record_are_the_entries_that_are_not_public(writer, frozen_clock):
    public, theme, person = make_person("Public"), make_theme(), make_person("In a session")
    series, organization, scheduled = make_series(), make_organization(), make_organization("Scheduled")
    make_theme("Named by nobody")
    publish(conference_naming(person=public), by=writer)
    publish(conference_naming(organization=scheduled), by=writer, at=frozen_clock.now + timedelta(hours=1))
    frozen_clock.tick()
    conference = conference_naming(
        series=series, theme=theme, organization=organization, person=person, in_session=True
    )
    conference.appearances.create(person=public, organization=scheduled, role="chair")

    expected = {series, theme, organization, person, scheduled}
    assert (set(opening(conference)), len(opening(conference))) == (expected, 5)
    assert set(draft_of(conference).newly_public) == expected
    publish(conference, by=writer)
    assert opening(conference) == draft_of(conference).newly_public == []


@pytest.mark.parametrize("kind", MAKERS)
def test_naming_gives_the_records_that_show_an_entry_and_no_others(kind):
    entry = MAKERS[kind]()
    named = {conference_naming(**{kind: entry}), conference_naming(**{kind: entry}, in_session=True)}
    conference_naming(**{kind: MAKERS[kind]()})
    make_document()

    assert {record for records in naming(entry) for record in records} == named


def test_the_release_of_a_dossier_knows_what_opens_with_it_at_the_same_number_of_queries(writer, publisher):
    conference = conference_naming(theme=make_theme())
    person = make_person()
    make_document(conference, delivered_by=person)
    with CaptureQueriesContext(connection) as few:
        parts = release.parts_of(conference, publisher)
    assert [entry.record_type for entry in release.newly_public_with(parts)] == ["person", "theme"]

    for _number in range(3):
        make_document(conference, delivered_by=person, issued_by=make_organization())
    with CaptureQueriesContext(connection) as many:
        parts = release.parts_of(conference, publisher)
    assert len(release.newly_public_with(parts)) == 5
    assert len(many) == len(few)


def test_the_mark_of_a_release_changes_with_the_words_that_open(publisher):
    theme = make_theme()
    conference = conference_naming(theme=theme)
    before = release.mark_of(release.parts_of(conference, publisher))

    changed(theme, publisher, description_en="CANARY")

    assert release.mark_of(release.parts_of(conference, publisher)) != before


# Publishing a new name


@pytest.fixture
def renamed(writer, frozen_clock):
    """A public person whom the writer has renamed."""
    person = make_person("Before")
    publish(conference_naming(person=person), by=make_user())
    frozen_clock.tick()
    return changed(person, writer, name_en="After")


def test_who_published_a_new_name_without_a_hand_in_it_is_its_second_reader(renamed, publisher):
    made, _left_out = review.relabel(renamed, by=publisher)

    assert made[0].data["people"][0]["name"] == {"en": "After"}
    assert steps(renamed) == [("approved", "publisher", "")]
    assert not UnreviewedEdit.objects.exists()


def test_ones_own_new_name_needs_a_reason_that_stays_in_the_ledger(renamed, publisher):
    changed(renamed, publisher, name_en="My own words")
    with pytest.raises(ValidationError) as refused:
        review.relabel(renamed, by=publisher)
    assert code_of(refused.value) == "second_person_needed"
    assert not Edition.objects.filter(json__contains="My own words").exists()

    made, _left_out = review.relabel(renamed, by=publisher, alone="Nobody else is here")

    assert steps(renamed) == [("alone", "publisher", "Nobody else is here")]
    inserted = LedgerEntry.objects.filter(action="inserted", reason="Nobody else is here")
    assert set(inserted.values_list("uid", flat=True)) == {renamed.uid, made[0].uid}


def test_only_publishers_publish_a_new_name(renamed, writer):
    with pytest.raises(PermissionDenied):
        review.relabel(renamed, by=writer, alone="I want to")
