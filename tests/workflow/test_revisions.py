"""The history of drafts: what a revision holds, bringing it back, and what is kept with an edition."""

import json
from contextlib import nullcontext
from datetime import date, time, timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import models
from django.db.models import ProtectedError
from reversion.models import Revision, Version

from conferences.admin.merging import merge
from conferences.models import Conference, ConferenceText, Person, Photo, Session
from ctportal.files.models import StoredFile
from ctportal.publishing.base_models import label_names
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition
from ctportal.publishing.renaming import relabel
from ctportal.publishing.services import publish, publish_language, redate_all, restore, unschedule_all, withdraw
from ctportal.publishing.snapshot import builder_for, checksum
from ctportal.publishing.state import differs, state_of
from ctportal.workflow import restoring, review, revisions
from ctportal.workflow.models import EditionRevision, UnreviewedEdit
from ctportal.workflow.revisions import SavedState
from ctportal.workflow.sealing import seal
from documents.models import CoChairsSummary, Document, LanguageVersion, PressRelease, Statement
from tests.factories import (
    make_account,
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

pytestmark = pytest.mark.django_db
QUERIES = 28  # the record with all that belongs to it, its last revision, and writing them


@pytest.fixture
def editor():
    return make_account("publisher", "editor", first_name="Edith")


@pytest.fixture
def whole():
    """A conference with one row, at least, of every kind that belongs to it, and a text in every kind of column."""
    conference = make_conference("The title", parent=make_conference(), venue_en="Palace", venue_ar="قصر")
    conference.texts.create(language="ru", title="Название", description="<p>Текст</p>")
    conference.themes.set([make_theme("One"), make_theme("Two")])
    conference.series_entries.create(series=make_series(), ordinal=4)
    conference.announced_dates.create(start_date=date(2019, 5, 1), end_date=date(2019, 5, 2), reason="The hall")
    conference.main_topics.create(title_en="A topic", title_ru="Тема", order=1)
    session = conference.sessions.create(
        title_en="Opening",
        description_fr="Une ouverture",
        start_time=time(10),
        end_time=time(11),
        date=date(2019, 9, 3),
    )
    for place in (conference, session):
        place.organization_roles.create(organization=make_organization(), role="host")
        place.appearances.create(person=make_person(), organization=make_organization(), title_es="Ministro")
    conference.figures.create(
        measure="participants", value=400, official=True, source_document=make_document(conference)
    )
    conference.references.create(document=make_document())
    conference.links.create(title_en="Video", address="https://example.org/")
    conference.expected_documents.create(title_fr="Un rapport", date=date(2019, 11, 1), document=make_document())
    conference.same_as.create(address="https://example.org/elsewhere")
    conference.relations.create(kind="follows-up-on", target=make_conference())
    session.figures.create(measure="participants", qualifier="many", source_document=make_document(conference))
    session.links.create(title_en="Web TV", address="https://example.org/tv")
    conference.appearances.create(organization=make_organization(), title_es="Jurista")
    conference.appearances.create(title_fr="Chefs d’organisations régionales")
    return conference


def taken(record):
    """What the database holds of *record*, as a SavedState's rows."""
    return SavedState.of(builder_for(record).load(record)).rows


def kept(record, by="Somebody", comment="Saved."):
    return SavedState.of_revision(revisions.keep(record, by=by, comment=comment))


# What a revision holds


def test_a_revision_holds_a_conference_with_every_row_that_belongs_to_it(whole):
    saved_state = kept(whole)

    assert saved_state.rows == taken(whole)
    assert saved_state.root == (Conference, whole.pk)
    counts = {}
    for model, _pk in saved_state.rows:
        counts[model._meta.model_name] = counts.get(model._meta.model_name, 0) + 1
    assert counts == {
        "conference": 1, "conferencetext": 2, "seriesentry": 1, "announceddate": 1, "maintopic": 1, "session": 1,
        "organizationrole": 2, "appearance": 4, "figure": 2, "reference": 1, "link": 2, "sameas": 1,
        "conferencerelation": 1, "expecteddocument": 1,
    }  # fmt: skip


def test_every_column_is_held_but_what_the_portal_notes_itself():
    """Found in the models, so that a column or an inline that is added later is kept the day it is added."""
    left_out = {}
    for model in revisions.record_models():
        for kind in {model, *(key.model for key in revisions.parts_of(model).values())}:
            held = {column.name for column in revisions.columns_of(kind)}
            every = {field.name for field in (*kind._meta.concrete_fields, *kind._meta.many_to_many)}
            left_out[kind] = every - held - {"id"} - label_names(kind)
    assert {kind: names for kind, names in left_out.items() if names} == {
        model: {"draft_sha256", "modified_at", "search_text"}
        | ({"stage"} if model in (Conference, Document, Photo) else set())
        | ({"original_sha256"} if model in (Conference, Document) else set())
        for model in revisions.record_models()
    } | {model: {"search_text"} for model in (ConferenceText, Session, LanguageVersion)}


def test_labels_are_held_in_every_language_whatever_the_interface_speaks(whole):
    from django.utils import translation

    with translation.override("ar"):
        fields = kept(whole).fields

    assert (fields["venue_en"], fields["venue_ar"], fields["city_en"]) == ("Palace", "قصر", "Minsk")
    assert "venue" not in fields


def test_a_revision_is_one_record_with_who_when_and_what_happened(editor, frozen_clock):
    document = make_document(make_conference())

    revision = revisions.keep(document, by=editor, comment="Saved.")

    assert (revision.user, revision.date_created, revision.comment) == (editor, frozen_clock.now, "Saved.")
    held = {(version.content_type.model, version.object_id) for version in revision.version_set.all()}
    assert held == {("document", str(document.pk)), ("languageversion", str(document.versions.get().pk))}


def test_nothing_new_is_kept_where_nothing_has_changed(whole, editor):
    first = revisions.keep(whole, by=editor, comment="Saved.")
    refresh_draft(whole)
    Conference.objects.filter(pk=whole.pk).update(modified_at="2020-01-01T00:00Z", stage="review")

    assert revisions.keep(whole, by=editor, comment="Saved again.") == first
    whole.main_topics.update(title_zh="题目")
    assert revisions.keep(whole, by=editor, comment="Saved again.") != first


def test_keeping_takes_the_same_number_of_queries_whatever_there_is(editor, django_assert_num_queries):
    conference = make_conference()
    for number in range(3):
        for _row in range(5):
            conference.references.create(document=make_document())
            conference.appearances.create(person=make_person(), organization=make_organization(), role="speaker")
            session = conference.sessions.create(title_en="A session")
            session.organization_roles.create(organization=make_organization(), role="host")
            session.figures.create(measure="participants", value=4, source_document=make_document())
            session.links.create(title_en="Web TV", address="https://example.org/tv")
            conference.relations.create(kind="follows-up-on", target=make_conference())
            conference.same_as.create(address=f"https://example.org/{len(conference.same_as.all())}")
            conference.figures.create(measure="participants", value=4, source_document=make_document())
        with django_assert_num_queries(QUERIES) if number else nullcontext():  # at first it asks for the kinds of row
            revisions.keep(conference, by=editor, comment="Saved.")


@pytest.mark.parametrize("proxy", [PressRelease, CoChairsSummary, Statement])
def test_a_document_has_one_history_whichever_entry_saved_it(proxy, editor):
    document = make_document(kind=proxy.kinds[0])
    first = revisions.keep(document, by=editor, comment="One.")
    document.versions.update(title="Changed")
    second = revisions.keep(proxy.objects.get(pk=document.pk), by=editor, comment="Two.")

    assert list(revisions.revisions_of(document)) == [second, first]
    assert list(revisions.revisions_of(proxy.objects.get(pk=document.pk))) == [second, first]


# Restoring


def disturb(conference):
    """Change, add and remove something of everything that belongs to *conference*."""
    conference.themes.set([make_theme("Three")])
    conference.venue_en, conference.venue_fr = "Hotel", "Hôtel"
    conference.end_date = date(2019, 9, 5)
    conference.parent = None
    conference.save()
    conference.texts.filter(language="ru").delete()
    conference.texts.create(language="fr", title="Le titre")
    conference.texts.filter(language="en").update(title="Changed")
    for rows in (conference.series_entries, conference.announced_dates, conference.links, conference.references):
        rows.all().delete()
    conference.main_topics.update(title_ru="Другая")
    conference.main_topics.create(title_en="Another")
    for rows in (conference.same_as, conference.relations):
        rows.all().delete()
    conference.figures.update(value=500)
    conference.expected_documents.update(date_precision="day", document=None)
    conference.sessions.get().figures.update(qualifier="several", source_document=None)
    conference.sessions.get().links.all().delete()
    conference.appearances.update(person=make_person())
    conference.organization_roles.all().delete()
    conference.sessions.get().appearances.all().delete()
    conference.sessions.update(title_en="Closing")
    conference.sessions.create(title_en="Another").organization_roles.create(
        organization=make_organization(), role="host"
    )


def test_restoring_brings_back_every_row_and_column_and_takes_away_what_came_since(whole, editor):
    saved_state = kept(whole)
    disturb(whole)
    assert taken(whole) != saved_state.rows

    told = restoring.restore(whole, saved_state, by=editor, comment="Restored.")

    assert taken(whole) == saved_state.rows
    assert told == []


def test_restoring_a_document_brings_back_who_issued_delivered_and_is_named_in_it(editor):
    document = make_document(issued_by=make_organization(), delivered_by=make_person(), delivered_title="Minister")
    document.mentions.create(
        person=make_person(), kind="quoted", title_ru="Президент", organization=make_organization()
    )
    saved_state = kept(document)
    document.issuers.update(organization=make_organization())
    document.deliveries.update(person=make_person(), title_en="Envoy")
    document.mentions.all().delete()
    document.mentions.create(person=make_person())

    restoring.restore(document, saved_state, by=editor, comment="Restored.")

    assert taken(document) == saved_state.rows


@pytest.mark.slow
def test_what_every_kind_of_row_was_is_restored_alone_as_well(whole, editor):
    """Each kind by itself, so that none is restored only because another is."""
    saved_state = kept(whole)
    for model, pk in list(saved_state.rows)[1:]:
        row = model._base_manager.get(pk=pk)
        row.delete()
        restoring.restore(whole, saved_state, by=editor, comment="Restored.")
        assert taken(whole) == saved_state.rows, model


def test_a_restored_record_keeps_what_it_is(whole, editor):
    maker = make_user("maker")
    saved_state = kept(whole)
    disturb(whole)
    Conference.objects.filter(pk=whole.pk).update(created_by=maker)
    before = Conference.objects.values("pk", "uid", "created_by", "created_at").get(pk=whole.pk)

    restoring.restore(whole, saved_state, by=editor, comment="Restored.")

    assert Conference.objects.values("pk", "uid", "created_by", "created_at").get(pk=whole.pk) == before


def test_restoring_is_a_change_of_the_draft_and_a_revision_of_its_own(whole, editor):
    saved_state = kept(whole)
    disturb(whole)
    latest = revisions.keep(whole, by="Somebody", comment="Disturbed.")
    review.submit(whole, by=editor)

    restoring.restore(whole, saved_state, by=editor, comment="Restored.")

    fresh = Conference.objects.get(pk=whole.pk)
    assert fresh.stage == "draft"
    assert UnreviewedEdit.objects.filter(uid=whole.uid, user=editor, language="").exists()
    assert fresh.draft_sha256 == checksum(builder_for(fresh).snapshot(fresh).json)
    newest, before = revisions.revisions_of(whole)[:2]
    assert (newest.comment, newest.user, before) == ("Restored.", editor, latest)
    assert not Edition.objects.exists()


def test_who_wrote_what_is_restored_is_not_its_second_reader(editor):
    """What was published before it was approved; what was written since and never published was not."""
    first, second, third = (make_account("publisher", name) for name in ("first", "second", "third"))
    document = make_document(make_conference())
    publish(document.conference, by=editor)
    for title, by in (("Approved", first), ("Begun", second), ("Never approved", third), ("Later", first)):
        document.versions.update(title=title)
        revision = revisions.keep(document, by=by, comment="Saved.")
        if title in ("Approved", "Later"):
            publish(document, by=editor)
        if title == "Never approved":
            restored = SavedState.of_revision(revision)

    restoring.restore(document, restored, by=editor, comment="Restored.")
    assert set(UnreviewedEdit.objects.filter(uid=document.uid).values_list("user__username", flat=True)) == {
        "editor", "second", "third",
    }  # fmt: skip

    UnreviewedEdit.objects.all().delete()
    restoring.restore(document, SavedState.of_revision(revision), by=editor, comment="Restored.")
    assert UnreviewedEdit.objects.get(uid=document.uid).user == editor


def test_a_restored_language_has_no_second_reader_in_who_wrote_or_restored_it(editor):
    """It has a page of its own, and is published ahead of the rest by whoever had no hand in that page."""
    writer, restorer = make_account("publisher", "writer"), make_account("publisher", "restorer")
    document = make_document(make_conference())
    publish(document.conference, by=editor)
    publish(document, by=editor)
    russian = document.versions.create(language="ru", title="Никем не прочитано", ready=True)
    written = revisions.keep(document, by=writer, comment="Changed.")
    russian.title = "Прочитано"
    russian.save()
    publish_language(document, "ru", by=editor)

    restoring.restore(document, SavedState.of_revision(written.pk), by=restorer, comment="Restored.")

    for by in (writer, restorer):
        with pytest.raises(ValidationError, match="Nobody else has read it"):
            review.approve_language(document, "ru", by=by)
    assert not UnreviewedEdit.objects.filter(uid=document.uid).exclude(language__in=["", "ru"]).exists()
    assert review.approve_language(document, "ru", by=editor).data["title"]["ru"] == "Никем не прочитано"


def test_a_document_is_known_to_have_changed_when_restoring_takes_its_session_away(editor):
    conference = make_conference()
    before = SavedState.of_revision(revisions.keep(conference, by=editor, comment="Saved.").pk)
    document = make_document(conference, session=conference.sessions.create(title_en="Opening"))
    refresh_draft(document)

    restoring.restore(conference, before, by=editor, comment="Restored.")

    document = Document.objects.get(pk=document.pk)
    assert (document.session, document.draft_sha256) == (None, checksum(builder_for(document).snapshot(document).json))


def test_rows_that_have_changed_places_are_restored(editor):
    """Unique numbers, the one official figure and the texts by language pass over each other."""
    conference = make_conference()
    one, two = make_series("One"), make_series("Two")
    conference.series_entries.create(series=one, ordinal=1)
    conference.series_entries.create(series=two, ordinal=1)
    for official, value in ((True, 1), (False, 2)):
        conference.figures.create(measure="participants", value=value, official=official)
    saved_state = kept(conference)
    conference.series_entries.all().delete()
    conference.series_entries.create(series=two, ordinal=1)
    conference.series_entries.create(series=one, ordinal=1)
    conference.figures.update(official=False)
    conference.figures.filter(value=2).update(official=True)

    restoring.restore(conference, saved_state, by=editor, comment="Restored.")

    assert taken(conference) == saved_state.rows


def test_sessions_that_documents_name_stay_where_they_are(whole, editor):
    session = whole.sessions.get()
    document = make_document(whole, session=session)
    saved_state = kept(whole)
    whole.sessions.update(title_en="Changed")

    restoring.restore(whole, saved_state, by=editor, comment="Restored.")

    document.refresh_from_db()
    assert document.session == session


@pytest.mark.parametrize("role", ["contributor", "translator", "photo editor"])
def test_who_may_not_edit_restores_nothing(whole, role):
    saved_state = kept(whole)
    disturb(whole)
    before = taken(whole)

    with pytest.raises(PermissionDenied):
        restoring.restore(whole, saved_state, by=make_account(role), comment="Restored.")

    assert taken(whole) == before


def test_the_place_of_a_photo_among_others_stays_when_its_text_is_restored(editor):
    photo = make_photo(make_conference(), order=1, featured=True)
    saved_state = kept(photo)
    Photo.objects.filter(pk=photo.pk).update(order=5, featured=False, alt_text_en="Changed")

    restoring.restore(photo, saved_state, by=editor, comment="Restored.")

    photo.refresh_from_db()
    assert (photo.order, photo.featured, photo.alt_text_en) == (5, False, "A hall")


# What is gone meanwhile


def delete(record):
    """Delete *record* as the admin does: its last state is kept."""
    revisions.keep(record, by="Somebody", comment="Deleted.", always=True)
    record.delete()


def refusal(saved_state, record, editor):
    before = taken(record)
    with pytest.raises(ValidationError) as refused:
        restoring.restore(record, saved_state, by=editor, comment="Restored.")
    assert taken(record) == before
    return refused.value.messages


def test_what_was_merged_away_is_followed_to_what_it_was_merged_into(editor):
    away, middle, into = make_person("Jon"), make_person("John"), make_person("John Smith")
    conference = make_conference()
    conference.appearances.create(person=away, role="chair")
    photo = make_photo(conference)
    photo.people.set([away])
    saved_states = [kept(conference), kept(photo)]
    conference.appearances.all().delete()
    photo.people.clear()
    for one, other in ((away, middle), (middle, into)):
        revisions.keep(one, by="Somebody", comment="Merged.")
        merge(one, other, by=editor)

    told = [
        restoring.restore(record, saved_state, by=editor, comment="Restored.")
        for record, saved_state in zip((conference, photo), saved_states, strict=True)
    ]

    assert conference.appearances.get().person == into
    assert list(photo.people.all()) == [into]
    assert told == [["“Jon” was merged into “John Smith”, which replaces it."]] * 2


@pytest.mark.parametrize("order", [1, -1])
def test_two_rows_that_a_merger_made_the_same_are_one(editor, order):
    away, into = make_organization("OSCE mission"), make_organization("OSCE")
    conference = make_conference()
    for organization in (away, into)[::order]:
        conference.organization_roles.create(organization=organization, role="host")
    saved_state = kept(conference)
    conference.organization_roles.all().delete()
    revisions.keep(away, by="Somebody", comment="Merged.")
    merge(away, into, by=editor)

    told = restoring.restore(conference, saved_state, by=editor, comment="Restored.")

    assert conference.organization_roles.get().organization == into
    assert told == ["“OSCE mission” was merged into “OSCE”, which replaces it."]


def test_what_a_record_can_be_without_is_left_out_and_told(editor):
    conference = make_conference()
    theme, session = make_theme("Border security"), conference.sessions.create(title_en="Opening")
    document = make_document(conference, session=session)
    document.themes.set([theme])
    revisions.keep(conference, by="Somebody", comment="Saved.")
    saved_state = kept(document)
    document.themes.clear()
    delete(theme)
    session.delete()

    told = restoring.restore(document, saved_state, by=editor, comment="Restored.")

    document.refresh_from_db()
    assert (document.session, list(document.themes.all())) == (None, [])
    assert sorted(told) == [
        "Session: “Opening” was deleted and is left out.",
        "Themes: “Border security” was deleted and is left out.",
    ]


def test_a_conference_that_was_deleted_since_is_named(editor):
    conference = make_conference(name="Dushanbe 2019")
    document = make_document(conference)
    saved_state = kept(document)
    Document.objects.update(conference=None)
    delete(conference)

    assert refusal(saved_state, document, editor) == ["Conference: “Dushanbe 2019” was deleted. Recover it first."]


def test_a_series_that_was_deleted_since_is_named_with_the_row_that_needs_it(editor):
    conference, series = make_conference(), make_series("Regional conferences")
    conference.series_entries.create(series=series, ordinal=2)
    saved_state = kept(conference)
    conference.series_entries.all().delete()
    delete(series)

    assert refusal(saved_state, conference, editor) == [
        "Place in a series: Series: “Regional conferences” was deleted. Recover it first."
    ]


def test_what_another_record_has_taken_meanwhile_is_refused_by_field_all_at_once(editor):
    series = make_series()
    conference = make_conference(slug="minsk", name="Minsk")
    conference.series_entries.create(series=series, ordinal=4)
    saved_state = kept(conference)
    conference.slug, conference.name = "other", "Other"
    conference.save()
    conference.series_entries.all().delete()
    other = make_conference(slug="minsk", name="Minsk")
    other.series_entries.create(series=series, ordinal=4)

    assert sorted(refusal(saved_state, conference, editor)) == [
        "Address: This address is already in use. Add a place or a year.",
        "Name: Conference with this Name already exists.",
    ]
    Conference.objects.filter(pk=other.pk).update(slug="third", name="Third")
    assert refusal(saved_state, conference, editor) == [
        "Place in a series: Another conference already has this number in that series."
    ]


def test_a_conference_is_not_brought_back_as_part_of_its_own_part(editor):
    day = make_conference(name="The day")
    week = make_conference(name="The week", parent=day)
    saved_state = kept(week)
    Conference.objects.filter(pk=week.pk).update(parent=None)
    Conference.objects.filter(pk=day.pk).update(parent=week)

    message = "“The day” is itself part of “The week”: choose another conference, or none."
    assert refusal(saved_state, week, editor) == [f"Part of: {message}"]


def test_an_address_that_belongs_to_another_record_for_good_is_refused(editor):
    document = make_document(slug="speech")
    saved_state = kept(document)
    Document.objects.update(slug="other")
    other = make_document(make_conference(), slug="speech")
    publish(other.conference, by=editor)
    publish(other, by=editor)
    Document.objects.filter(pk=other.pk).update(slug="moved")

    in_use = ["Address: This address is already in use. Add a place or a year."]
    assert refusal(saved_state, document, editor) == in_use
    Document.objects.filter(pk=other.pk).update(slug="speech")
    assert refusal(saved_state, document, editor) == in_use  # told once, though it is the address of the draft as well


def test_a_file_that_is_not_there_any_more_is_refused(editor):
    document, stored = make_document(), make_stored_file()
    document.versions.update(file=stored)
    saved_state = kept(document)
    document.versions.update(file=None)
    stored.delete()

    assert refusal(saved_state, document, editor) == [
        f"Language version: File: “stored file {stored_key(saved_state)}” no longer exists."
    ]


def stored_key(saved_state):
    return next(fields["file"] for fields in saved_state.rows.values() if "file" in fields)


def test_what_only_the_database_refuses_is_said_too(editor, monkeypatch):
    conference, series = make_conference(), make_series()
    conference.series_entries.create(series=series, ordinal=4)
    saved_state = kept(conference)
    conference.series_entries.all().delete()
    make_conference().series_entries.create(series=series, ordinal=4)
    monkeypatch.setattr(models.Model, "full_clean", lambda *args, **kwargs: None)

    assert refusal(saved_state, conference, editor) == [
        "It cannot be restored because it conflicts with another record. Nothing was changed."
    ]


# Recovering


def test_a_deleted_conference_comes_back_with_everything(whole, editor):
    Conference.objects.update(created_at="2020-01-01T00:00Z")
    made = Conference.objects.values("uid", "created_at").get(pk=whole.pk)
    Document.objects.update(conference=None)
    whole.figures.update(source_document=None)
    pk, saved_state = whole.pk, kept(whole)
    delete(whole)
    assert not Session.objects.exists()

    record, told = restoring.recover(saved_state, by=editor, comment="Recovered.")

    assert (record.pk, told, taken(record)) == (pk, [], saved_state.rows)
    assert Conference.objects.values("uid", "created_at").get(pk=pk) == made
    assert (record.stage, UnreviewedEdit.objects.get(uid=record.uid).user) == ("draft", editor)
    assert record.draft_sha256 == checksum(builder_for(record).snapshot(record).json)
    assert revisions.revisions_of(record)[0].comment == "Recovered."


def test_a_deleted_document_and_photo_come_back_with_their_files(editor, settings):
    conference = make_conference()
    document, photo = make_document(conference), make_photo(conference)
    document.versions.update(file=make_stored_file("speech.pdf", b"A speech"))
    saved_states = [kept(record) for record in (document, photo)]
    for record in (document, photo):
        delete(record)
    StoredFile.objects.update(created_at="2020-01-01T00:00Z")
    call_command("sweep_files", remove=True)

    document, photo = (restoring.recover(each, by=editor, comment="Recovered.")[0] for each in saved_states)

    with document.versions.get().file.file.open() as file:
        assert file.read() == b"A speech"
    assert sorted(file.variant for file in photo.file.renditions.all()) == ["download", "w640.webp"]


def test_a_file_that_no_revision_names_any_more_is_swept(editor):
    document = make_document()
    document.versions.update(file=make_stored_file("speech.pdf"))
    revisions.keep(document, by=editor, comment="Saved.")
    document.delete()
    StoredFile.objects.update(created_at="2020-01-01T00:00Z")
    Revision.objects.all().delete()

    call_command("sweep_files", remove=True)

    assert not StoredFile.objects.exists()


def test_only_what_an_account_could_have_edited_is_offered_for_recovery(editor):
    contributor, other = make_account("contributor"), make_account("contributor", "other")
    records = [
        make_document(title="Mine", created_by=contributor),
        make_document(title="Theirs", created_by=other),
        make_document(title="A summary of mine", kind="co-chairs-summary", created_by=contributor),
    ]
    saved_states = [kept(record) for record in records]
    for record in records:
        delete(record)

    def offered(model, user):
        return sorted(version.object_repr for version, _fields in restoring.recoverable(model, user))

    assert offered(PressRelease, contributor) == ["Mine"]
    assert offered(CoChairsSummary, contributor) == ["A summary of mine"]
    assert offered(Document, contributor) == ["A summary of mine", "Mine"]
    assert offered(PressRelease, editor) == ["Mine", "Theirs"]
    assert offered(PressRelease, make_account("translator")) == []
    for user in (contributor, make_account("translator")):
        with pytest.raises(PermissionDenied):
            restoring.recover(saved_states[1], by=user, comment="Recovered.")
    assert not Document.objects.exists()


def test_what_was_merged_away_is_not_offered_for_recovery(editor):
    away, into, deleted = make_person("Jon"), make_person("John"), make_person("Somebody")
    revisions.keep(away, by=editor, comment="Merged.")
    merge(away, into, by=editor)
    delete(deleted)

    assert [version.object_repr for version, _fields in restoring.recoverable(Person, editor)] == ["Somebody"]


def test_a_record_comes_back_once_and_under_an_address_that_is_free(editor):
    document = make_document(slug="speech")
    saved_state = kept(document)
    delete(document)
    other = make_document(slug="speech")

    with pytest.raises(ValidationError) as refused:
        restoring.recover(saved_state, by=editor, comment="Recovered.")
    assert refused.value.messages == ["Address: This address is already in use. Add a place or a year."]
    assert list(Document.objects.all()) == [other]

    Document.objects.update(slug="other")
    restoring.recover(saved_state, by=editor, comment="Recovered.")
    with pytest.raises(ValidationError) as refused:
        restoring.recover(saved_state, by=editor, comment="Recovered.")
    assert refused.value.messages == ["It has already been recovered."]
    assert restoring.recoverable(Document, editor) == []


# The revision of an edition


@pytest.fixture
def public(editor, frozen_clock):
    """A conference, a document and a photo of it, public; a day later."""
    conference = make_conference("The title", venue_en="Palace")
    conference.main_topics.create(title_en="A topic")
    records = conference, make_document(conference, title="A speech"), make_photo(conference)
    for record in records:
        publish(record, by=editor)
    frozen_clock.tick(days=1)
    return records


def change(record):
    """Change something of *record* that the public reads."""
    if isinstance(record, Photo):
        record.credit, record.order, record.alt_text_ru = "Somebody else", 7, "Зал"
        record.save()
    elif isinstance(record, Conference):
        record.venue_en = "Hotel"
        record.save()
        record.texts.create(language="fr", title="Le titre", ready=True)
        record.main_topics.all().delete()
    else:
        record.versions.update(title="Changed", body="<p>Changed.</p>")
        record.slug = "changed"
        record.save()
    refresh_draft(record)


def is_as_public(record):
    return not differs(record, state_of(record.uid).in_force)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_discarding_makes_the_draft_what_is_public(public, editor, number):
    record = public[number]
    before = taken(record)
    change(record)
    changed = taken(record)
    assert not is_as_public(record)

    assert restoring.discard(record, by=editor) == []

    assert taken(record) == before
    assert is_as_public(record)
    fresh = type(record).objects.get(pk=record.pk)
    assert fresh.draft_sha256 == state_of(record.uid).in_force.sha256
    newest, before = revisions.revisions_of(record)[:2]
    assert (newest.comment, newest.user) == ("Changes since publication discarded.", editor)
    assert (before.comment, before.user) == ("State before the restore.", None)
    assert SavedState.of_revision(before).rows == changed


def test_discarding_can_be_undone_and_gives_nobody_a_hand_in_the_record(public, editor):
    record = public[1]
    change(record)
    changed = kept(record)
    restoring.discard(record, by=editor)
    assert not UnreviewedEdit.objects.exists()

    restoring.restore(record, changed, by=editor, comment="Restored.")

    assert taken(record) == changed.rows


def test_discarding_goes_back_to_the_edition_in_force_not_to_what_is_scheduled_or_unscheduled(
    public, editor, frozen_clock
):
    conference = public[0]
    before = taken(conference)
    change(conference)
    publish(conference, by=editor, at=frozen_clock.now + timedelta(days=1))
    restoring.discard(conference, by=editor)
    assert taken(conference) == before
    unschedule_all([conference], by=editor)
    change(conference)

    restoring.discard(conference, by=editor)

    assert taken(conference) == before


def one_language_ahead(conference, editor, language, title):
    conference.texts.filter(language=language).delete()
    conference.texts.create(language=language, title=title, ready=True)
    conference.venue_en = f"Venue of {title}"  # unpublished work beside it
    setattr(conference, f"venue_{language}", f"{title}: venue")
    conference.save()
    return publish_language(conference, language, by=editor)


def test_after_languages_ahead_discarding_keeps_these_and_nothing_else(public, editor, frozen_clock):
    conference = public[0]
    for language, title in (("fr", "Titre"), ("ru", "Название"), ("fr", "Le titre")):
        one_language_ahead(conference, editor, language, title)
        frozen_clock.tick()
    conference.texts.update(title="Changed")
    assert not is_as_public(conference)

    restoring.discard(conference, by=editor)

    conference.refresh_from_db()
    texts = dict(conference.texts.values_list("language", "title"))
    assert texts == {"en": "The title", "fr": "Le titre", "ru": "Название"}
    assert (conference.venue_en, conference.venue_fr) == ("Palace", "Le titre: venue")
    assert is_as_public(conference)


def test_minor_editions_redating_and_restoring_keep_the_revision_of_what_they_say(public, editor, frozen_clock):
    conference, document, _photo = public
    theme = make_theme("Border")
    conference.themes.add(theme)
    first = publish(conference, by=editor, at=frozen_clock.now + timedelta(days=1))
    moved = redate_all([conference], by=editor)[0].edition
    frozen_clock.tick()
    theme.name_en = "Border security"
    theme.save()
    relabelled = relabel(theme, by=editor)[0][0]
    frozen_clock.tick()
    withdraw(conference, by=editor, reason="A test")
    frozen_clock.tick()
    restored = restore(conference, by=editor).edition
    before = taken(conference)
    change(conference)

    editions = [first, moved, relabelled, restored]
    assert len(set(EditionRevision.objects.filter(edition__in=editions).values_list("revision", flat=True))) == 1
    restoring.discard(conference, by=editor)

    assert taken(conference) == before
    assert is_as_public(conference)
    assert is_as_public(document)


def test_what_was_published_before_revisions_were_kept_is_not_guessed(public, editor):
    conference = public[0]
    EditionRevision.objects.all().delete()
    change(conference)
    before = taken(conference)

    with pytest.raises(ValidationError) as refused:
        restoring.discard(conference, by=editor)
    assert (refused.value.code, taken(conference)) == ("not_kept", before)
    one_language_ahead(conference, editor, "ru", "Название")
    with pytest.raises(ValidationError) as refused:
        restoring.discard(conference, by=editor)
    assert refused.value.code == "not_kept"


def test_publishing_what_was_just_saved_keeps_no_second_revision(editor):
    conference = make_conference()
    saved = revisions.keep(conference, by=editor, comment="Saved.")

    edition = publish(conference, by=editor)

    assert list(revisions.revisions_of(conference)) == [saved]
    assert EditionRevision.objects.get(edition=edition).revision == saved


def test_a_publication_that_is_refused_keeps_nothing(editor):
    conference = make_conference()
    conference.texts.all().delete()

    with pytest.raises(ValidationError):
        publish(conference, by=editor)

    assert not Revision.objects.exists()


# Sealing


def everything():
    """All that the history holds, as one text."""
    held = Version.objects.values_list("serialized_data", "object_repr", "revision__comment")
    return json.dumps(list(held), ensure_ascii=False)


def test_sealing_takes_the_words_out_of_the_whole_history(public, frozen_clock):
    by = make_user("administrator", is_superuser=True)
    document = public[1]
    for title in ("Canary in a draft", "Canary in public"):
        document.versions.update(title=title)
        revisions.keep(document, by=by, comment=f"{title} saved.")
    sealed = publish(document, by=by)
    frozen_clock.tick()
    document.versions.update(title="A speech")
    published = publish(document, by=by)
    frozen_clock.tick()
    assert "Canary" in everything()
    others = set(Revision.objects.values_list("pk", flat=True)) - {r.pk for r in revisions.revisions_of(document)}

    seal(sealed, by=by, reason="A person is in danger")

    assert "Canary" not in everything()
    only = revisions.revisions_of(document).get()
    assert (only.user, only.comment) == (by, "A version was sealed; the history starts again.")
    assert EditionRevision.objects.get(edition=published).revision == only
    assert set(Revision.objects.values_list("pk", flat=True)) == others | {only.pk}


def test_sealing_takes_the_words_out_of_what_was_logged_before_there_was_a_history(frozen_clock):
    by = make_user("administrator", is_superuser=True)
    conference = make_conference()
    session = conference.sessions.create(title_en="Opening")
    sealed = publish(conference, by=by)
    revisions.remove(Revision.objects.all())
    for row in (conference, session):
        LogEntry.objects.log_actions(by.pk, [row], CHANGE, change_message="Canary", single_object=True)
    LogEntry.objects.update(object_repr="Canary")
    frozen_clock.tick()
    conference.texts.update(title="A new title")
    publish(conference, by=by)
    revisions.remove(Revision.objects.all())
    frozen_clock.tick()

    seal(sealed, by=by, reason="A person is in danger")

    assert list(LogEntry.objects.values_list("user", "object_repr", "change_message")) == [(by.pk, "–", "")] * 2


def test_after_sealing_changes_cannot_be_discarded_where_the_draft_had_changed(public, frozen_clock):
    by = make_user("administrator", is_superuser=True)
    document = public[1]
    document.versions.update(title="Second")
    publish(document, by=by)
    frozen_clock.tick()
    document.versions.update(title="Third")

    seal(Edition.objects.filter(uid=document.uid).earliest("public_from"), by=by, reason="A reason")

    with pytest.raises(ValidationError) as refused:
        restoring.discard(document, by=by)
    assert refused.value.code == "not_kept"


def test_the_history_of_what_was_merged_away_goes_with_its_edition(frozen_clock):
    by = make_user("administrator", is_superuser=True)
    conference, away, into = make_conference(), make_person("Canary"), make_person("Another")
    conference.appearances.create(person=away, role="chair")
    publish(conference, by=by)
    frozen_clock.tick()
    revisions.keep(away, by=by, comment="Merged.")
    merge(away, into, by=by)
    frozen_clock.tick()
    assert Version.objects.filter(object_repr="Canary").exists()

    seal(Edition.objects.get(uid=away.uid), by=by, reason="A reason")

    assert not Version.objects.filter(object_repr="Canary").exists()


# Trimming


def test_old_revisions_are_trimmed_but_for_the_last_and_those_of_what_is_public(public, editor, frozen_clock):
    conference, document, _photo = public
    published = list(revisions.revisions_of(conference))
    for number in range(3):
        frozen_clock.tick(days=1)
        conference.venue_en = f"Venue {number}"
        conference.save()
        revisions.keep(conference, by=editor, comment=f"Saved {number}.")
    deleted = make_document(title="Deleted")
    revisions.keep(deleted, by=editor, comment="Saved.")
    deleted.versions.update(title="Deleted later")
    delete(deleted)
    frozen_clock.tick(days=400)

    assert revisions.trim(frozen_clock.now - timedelta(days=365)) == 3

    assert [r.comment for r in revisions.revisions_of(conference)] == ["Saved 2.", published[0].comment]
    assert [version.object_repr for version, _f in restoring.recoverable(Document, editor)] == ["Deleted later"]
    assert revisions.revisions_of(document).count() == 1
    restoring.discard(conference, by=editor)
    assert is_as_public(conference)


def test_revisions_of_past_editions_are_trimmed_with_what_linked_them(public, editor, frozen_clock):
    document = public[1]
    change(document)
    publish(document, by=editor)
    frozen_clock.tick(days=400)

    call_command("trim_revisions", days=365)

    assert [r.comment for r in revisions.revisions_of(document)] == ["Published."]
    assert EditionRevision.objects.filter(edition__uid=document.uid).count() == 1


def test_nothing_is_trimmed_that_is_younger(public, editor, frozen_clock):
    change(public[1])
    revisions.keep(public[1], by=editor, comment="Saved.")
    before = Revision.objects.count()

    call_command("trim_revisions", days=30)

    assert Revision.objects.count() == before


def test_the_command_of_django_reversion_cannot_take_what_an_edition_needs(public):
    with pytest.raises(ProtectedError):
        call_command("deleterevisions", verbosity=0)
    assert EditionRevision.objects.count() == 3
