"""The builder: what becomes public when, what ends it, and what the services refuse."""

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from ctportal.publishing import epoch
from ctportal.publishing.ledger import entry_hash
from ctportal.publishing.models import Edition, LedgerEntry, Redirect, Withdrawal
from ctportal.publishing.renaming import merge_entries, relabel
from ctportal.publishing.services import publish, publish_language, restore, unschedule_all, withdraw
from ctportal.publishing.snapshot import canonical, checksum
from ctportal.publishing.state import slug_is_reserved, state_of
from ctportal.publishing.vocabulary import merged
from ctportal.workflow.models import WorkflowStep
from tests.database_guards import lifted_guards
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

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def by():
    return make_user()


def public_uids(at=None):
    return {edition.uid for edition in Edition.objects.public(at or epoch.now())}


def titles(edition):
    return edition.data["title"]


# Intervals


def test_an_edition_is_hidden_until_its_instant(frozen_clock, by):
    edition = publish(make_conference(), by=by, at=frozen_clock.now + HOUR)

    frozen_clock.move_to(edition.public_from - timedelta(microseconds=1))
    assert list(Edition.objects.public(epoch.now())) == []
    frozen_clock.move_to(edition.public_from)
    assert list(Edition.objects.public(epoch.now())) == [edition]


@pytest.mark.parametrize(
    ("start", "end", "public"),
    [
        (-1, None, True),
        (0, None, True),
        (1, None, False),
        (-1, 0, False),
        (-1, 1, True),
        (0, 0, False),
        (-2, -1, False),
    ],
)
def test_the_rule_for_queries_and_for_one_row_agree(frozen_clock, by, start, end, public):
    now = frozen_clock.now
    frozen_clock.tick(days=-1)
    edition = publish(make_conference(), by=by)
    frozen_clock.move_to(now)
    edition.public_from = now + start * HOUR
    edition.public_until = None if end is None else now + end * HOUR
    with lifted_guards():
        edition.save()

    assert edition.is_public(now) is public
    assert Edition.objects.public(epoch.now()).filter(pk=edition.pk).exists() is public


def test_publishing_again_ends_the_edition_before(frozen_clock, by):
    conference = make_conference("First")
    first = publish(conference, by=by)
    frozen_clock.tick()
    conference.texts.update(title="Second")
    second = publish(conference, by=by, note="Corrected")

    first.refresh_from_db()
    assert (first.public_until, second.public_until) == (second.public_from, None)
    assert titles(Edition.objects.public(epoch.now()).get()) == {"en": "Second"}
    versions = Edition.objects.effective(epoch.now()).with_history().order_by("public_from")
    assert list(versions.values_list("version", "published")) == [(1, first.public_from), (2, first.public_from)]


def test_a_scheduled_correction_takes_effect_by_the_clock_alone(frozen_clock, by):
    conference = make_conference("Old")
    publish(conference, by=by)
    frozen_clock.tick()
    conference.texts.update(title="New")
    correction = publish(conference, by=by, at=frozen_clock.now + HOUR)

    assert titles(Edition.objects.public(epoch.now()).get()) == {"en": "Old"}
    frozen_clock.move_to(correction.public_from)
    assert titles(Edition.objects.public(epoch.now()).get()) == {"en": "New"}


def test_content_is_fixed_when_it_is_scheduled(frozen_clock, by):
    conference = make_conference("As scheduled")
    edition = publish(conference, by=by, at=frozen_clock.now + HOUR)
    conference.texts.update(title="Edited later")

    frozen_clock.move_to(edition.public_from)
    assert titles(Edition.objects.public(epoch.now()).get()) == {"en": "As scheduled"}


def test_the_database_refuses_two_editions_of_one_record_at_once(frozen_clock, by):
    conference = make_conference()
    edition = publish(conference, by=by)
    values = {f.name: getattr(edition, f.name) for f in Edition._meta.fields if f.name != "id"}
    for start in (-HOUR, timedelta(0), HOUR):
        with pytest.raises(DatabaseError), transaction.atomic():
            Edition.objects.create(**values | {"public_from": edition.public_from + start})
    other = Edition.objects.create(**values | {"public_until": edition.public_from})  # unscheduled: an empty interval
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.filter(pk=other.pk).update(public_until=None)


def test_an_instant_already_past_is_refused(frozen_clock, by):
    with pytest.raises(ValidationError) as refusal:
        publish(make_conference(), by=by, at=frozen_clock.now - HOUR)

    assert refusal.value.message_dict == {
        "at": ["2026-03-02 08:00 UTC is already past. Choose a later time, or publish now."]
    }
    assert Edition.objects.count() == 0


def test_while_one_edition_is_to_come_another_is_refused_and_offered_as_unschedule_and_publish(frozen_clock, by):
    conference = make_conference("Scheduled")
    scheduled = publish(conference, by=by, at=frozen_clock.now + HOUR)
    frozen_clock.tick()
    with pytest.raises(ValidationError) as refusal:
        publish(conference, by=by)
    assert refusal.value.code == "edition_to_come"

    conference.texts.update(title="At once")
    edition = publish(conference, by=by, replace=True)

    scheduled.refresh_from_db()
    assert scheduled.is_unscheduled
    assert list(Edition.objects.public(epoch.now())) == [edition]
    assert list(Edition.objects.to_come(epoch.now())) == []


def test_everything_missing_is_listed_at_once_and_nothing_is_saved(by):
    conference = make_conference()
    publish(conference, by=by)
    photo = make_photo(conference, alt_text_en="", credit=" ")
    photo.file.renditions.all().delete()
    before = (Edition.objects.count(), LedgerEntry.objects.count())

    with pytest.raises(ValidationError) as refusal:
        publish(photo, by=by)

    assert set(refusal.value.message_dict) == {"alt_text", "credit", "file"}
    assert (Edition.objects.count(), LedgerEntry.objects.count()) == before


# Unscheduling


def test_an_unscheduled_edition_counts_as_neither_public_nor_past_nor_to_come(frozen_clock, by):
    conference = make_conference("Old")
    first = publish(conference, by=by)
    frozen_clock.tick()
    correction = publish(conference, by=by, at=frozen_clock.now + HOUR)
    unschedule_all([conference], by=by)

    first.refresh_from_db()
    assert first.public_until is None
    assert list(Edition.objects.to_come(epoch.now())) == []
    frozen_clock.move_to(correction.public_from + HOUR)
    assert list(Edition.objects.public(epoch.now())) == [first]
    assert list(Edition.objects.effective(epoch.now())) == [first]


def test_unscheduling_gives_a_scheduled_withdrawal_back_to_the_edition_before(frozen_clock, by):
    conference = make_conference()
    first = publish(conference, by=by)
    frozen_clock.tick()
    end = frozen_clock.now + 3 * HOUR
    withdraw(conference, by=by, reason="Expires", at=end)
    correction = publish(conference, by=by, at=frozen_clock.now + HOUR)
    assert (correction.public_until, correction.withdrawal.reason) == (end, "Expires")

    unschedule_all([conference], by=by)

    first.refresh_from_db()
    assert (first.public_until, first.withdrawal.reason) == (end, "Expires")


def test_unscheduling_with_nothing_to_come_lifts_a_scheduled_withdrawal(frozen_clock, by):
    conference = make_conference()
    document = make_document(conference)
    publish(conference, by=by)
    publish(document, by=by)
    frozen_clock.tick()
    withdraw(conference, by=by, reason="Expires", at=frozen_clock.now + HOUR)
    assert {e.public_until for e in Edition.objects.all()} == {frozen_clock.now + HOUR}

    unschedule_all([conference], by=by)

    assert {e.public_until for e in Edition.objects.all()} == {None}
    assert Withdrawal.objects.count() == 0
    with pytest.raises(ValidationError) as refusal:
        unschedule_all([conference], by=by)
    assert refusal.value.code == "nothing_to_come"


# Withdrawing and restoring


def test_a_withdrawal_needs_a_reason(by):
    conference = make_conference()
    publish(conference, by=by)

    with pytest.raises(ValidationError) as refusal:
        withdraw(conference, by=by, reason="  \n ")

    assert set(refusal.value.message_dict) == {"reason"}
    assert public_uids() == {conference.uid}


def test_a_withdrawal_takes_what_is_to_come_along(frozen_clock, by):
    conference = make_conference()
    publish(conference, by=by)
    frozen_clock.tick()
    publish(conference, by=by, at=frozen_clock.now + HOUR)
    frozen_clock.tick()
    withdraw(conference, by=by, reason="Published by mistake")

    assert public_uids() == set()
    assert public_uids(frozen_clock.now + 2 * HOUR) == set()
    assert state_of(conference.uid).withdrawal.reason == "Published by mistake"


def test_a_child_is_never_unscheduled_into_staying_longer_than_its_conference(frozen_clock, by):
    conference = make_conference()
    cascaded, before = make_document(conference), make_document(conference)
    for record in (conference, cascaded, before):
        publish(record, by=by)
    end = frozen_clock.now + 2 * HOUR
    withdraw(conference, by=by, reason="An error", at=end)
    withdraw(before, by=by, reason="An error of its own", at=end - HOUR)

    with pytest.raises(ValidationError) as refused:
        unschedule_all([cascaded], by=by)
    unschedule_all([before], by=by)

    assert refused.value.code == "ends_with_conference"
    assert public_uids(end - HOUR) == {conference.uid, cascaded.uid, before.uid}
    assert public_uids(end) == set()
    unschedule_all([conference], by=by)
    assert public_uids(end) == {conference.uid, cascaded.uid, before.uid}


@pytest.fixture
def moving(frozen_clock, by):
    """(a conference that ends in an hour, one that does not, a document of the first), all public."""
    ending, other = make_conference(), make_conference()
    document = make_document(ending)
    for record in (ending, other, document):
        publish(record, by=by)
    frozen_clock.tick()
    withdraw(ending, by=by, reason="An error", at=frozen_clock.now + HOUR)
    return ending, other, document


def move(document, conference):
    document.conference = conference
    document.save()


def ends(record):
    """When each edition of *record* ends, and which conference's withdrawal is the cause, or False for none."""
    return [
        (edition.public_until, hasattr(edition, "withdrawal") and edition.withdrawal.cause)
        for edition in Edition.objects.not_unscheduled().filter(uid=record.uid).order_by("public_from")
    ]


@pytest.mark.parametrize("to", ["another conference", "none"])
def test_a_document_that_left_its_conference_does_not_end_with_it(frozen_clock, by, moving, to):
    ending, other, document = moving
    move(document, other if to == "another conference" else None)

    edition = publish(document, by=by)

    assert ends(document) == [(edition.public_from, False), (None, False)]
    assert public_uids(frozen_clock.now + HOUR) == {other.uid, document.uid}
    unschedule_all([ending], by=by)
    assert ends(document) == [(edition.public_from, False), (None, False)]


def test_a_document_that_came_to_a_conference_ends_with_that_one(frozen_clock, by, moving):
    _ending, other, document = moving
    end = frozen_clock.now + 3 * HOUR
    withdraw(other, by=by, reason="Over", at=end)
    move(document, other)

    edition = publish(document, by=by)

    assert ends(document) == [(edition.public_from, False), (end, other.uid)]


def test_a_document_withdrawn_for_a_reason_of_its_own_takes_that_end_along_to_another_conference(
    frozen_clock, by, moving
):
    _ending, other, document = moving
    end = frozen_clock.now + HOUR / 2
    withdraw(document, by=by, reason="An error of its own", at=end)
    move(document, other)

    edition = publish(document, by=by)

    assert ends(document) == [(edition.public_from, False), (end, None)]


def test_a_move_to_another_conference_that_is_unscheduled_leaves_the_document_to_end_with_its_own(
    frozen_clock, by, moving
):
    ending, other, document = moving
    withdraw(other, by=by, reason="Over", at=frozen_clock.now + 3 * HOUR)
    move(document, other)
    publish(document, by=by, at=frozen_clock.now + HOUR / 2)

    unschedule_all([document], by=by)

    assert ends(document) == [(frozen_clock.now + HOUR, ending.uid)]
    unschedule_all([ending], by=by)
    assert ends(document) == [(None, False)]


def test_what_is_not_public_cannot_be_withdrawn(frozen_clock, by):
    conference = make_conference()
    publish(conference, by=by, at=frozen_clock.now + HOUR)

    with pytest.raises(ValidationError) as refusal:
        withdraw(conference, by=by, reason="Changed our mind")

    assert refusal.value.code == "not_public"
    assert len(Edition.objects.to_come(epoch.now())) == 1


def test_restoring_brings_back_the_json_of_the_last_public_edition(frozen_clock, by):
    conference = make_conference("As it was")
    first = publish(conference, by=by)
    frozen_clock.tick()
    withdraw(conference, by=by, reason="In doubt")
    conference.texts.update(title="Edited since")
    frozen_clock.tick()
    again = restore(conference, by=by).edition

    assert (again.sha256, again.json) == (first.sha256, first.json)
    assert {(f.name, f.value) for f in again.facets.all()} == {(f.name, f.value) for f in first.facets.all()}
    assert list(Edition.objects.public(epoch.now())) == [again]


def test_restoring_needs_something_withdrawn(frozen_clock, by):
    conference = make_conference()
    with pytest.raises(ValidationError) as never:
        restore(conference, by=by)
    publish(conference, by=by)
    with pytest.raises(ValidationError) as public:
        restore(conference, by=by)

    assert (never.value.code, public.value.code) == ("never_public", "not_withdrawn")


# Children


def test_a_document_cannot_be_public_before_its_conference(frozen_clock, by):
    conference = make_conference()
    document = make_document(conference)
    with pytest.raises(ValidationError) as refusal:
        publish(document, by=by)
    assert refusal.value.code == "outside_conference"

    opening = frozen_clock.now + 2 * HOUR
    publish(conference, by=by, at=opening)
    with pytest.raises(ValidationError) as refusal:
        publish(document, by=by, at=opening - HOUR)
    assert "2026-03-02 11:00 UTC" in refusal.value.messages[0]
    assert publish(document, by=by, at=opening).public_from == opening


def test_withdrawing_a_conference_takes_its_children_and_restoring_brings_back_just_these(frozen_clock, by):
    conference = make_conference()
    kept, gone, coming = make_document(conference), make_document(conference), make_document(conference)
    photo = make_photo(conference)
    for record in (conference, kept, gone, photo):
        publish(record, by=by)
    publish(coming, by=by, at=frozen_clock.now + HOUR)
    frozen_clock.tick()
    withdraw(gone, by=by, reason="Wrong file")
    frozen_clock.tick()
    withdraw(conference, by=by, reason="Postponed", replacement=None)

    assert public_uids() == set()
    assert public_uids(frozen_clock.now + 2 * HOUR) == set()
    assert state_of(kept.uid).withdrawal.reason == "Postponed"
    assert state_of(gone.uid).withdrawal.reason == "Wrong file"

    frozen_clock.tick()
    restore(conference, by=by)

    assert public_uids() == {conference.uid, kept.uid, photo.uid}


def test_a_child_published_into_a_conference_that_will_end_ends_with_it(frozen_clock, by):
    conference = make_conference()
    publish(conference, by=by)
    frozen_clock.tick()
    end = frozen_clock.now + HOUR
    withdraw(conference, by=by, reason="Expires", at=end)
    edition = publish(make_document(conference), by=by)

    edition.refresh_from_db()
    assert (edition.public_until, edition.withdrawal.cause) == (end, conference.uid)


def test_unscheduling_a_conference_that_was_to_open_unschedules_its_children(frozen_clock, by):
    conference = make_conference()
    document = make_document(conference)
    opening = frozen_clock.now + HOUR
    publish(conference, by=by, at=opening)
    publish(document, by=by, at=opening + HOUR)
    unschedule_all([conference], by=by)

    assert list(Edition.objects.to_come(epoch.now())) == []
    assert public_uids(opening + 2 * HOUR) == set()


def test_unscheduling_a_correction_of_the_conference_leaves_its_children_alone(frozen_clock, by):
    conference = make_conference()
    publish(conference, by=by)
    frozen_clock.tick()
    publish(conference, by=by, at=frozen_clock.now + HOUR)
    scheduled = publish(make_document(conference), by=by, at=frozen_clock.now + 2 * HOUR)
    unschedule_all([conference], by=by)

    assert list(Edition.objects.to_come(epoch.now())) == [scheduled]


def test_a_correction_to_come_of_a_child_is_unscheduled_when_the_conference_ends_at_that_instant(frozen_clock, by):
    conference = make_conference()
    document = make_document(conference)
    publish(conference, by=by)
    publish(document, by=by)
    frozen_clock.tick()
    end = frozen_clock.now + HOUR
    publish(document, by=by, at=end)
    withdraw(conference, by=by, reason="Expires", at=end)

    assert public_uids(end - timedelta(microseconds=1)) == {conference.uid, document.uid}
    assert public_uids(end) == set()


@pytest.mark.parametrize("hours", [None, 3])
def test_children_set_for_the_opening_move_with_it(frozen_clock, by, hours):
    conference = make_conference()
    document, later = make_document(conference), make_document(conference)
    opening = frozen_clock.now + HOUR
    publish(conference, by=by, at=opening)
    publish(document, by=by, at=opening)
    publish(later, by=by, at=opening + HOUR)
    frozen_clock.tick()
    new = frozen_clock.now + hours * HOUR if hours else None
    edition = publish(conference, by=by, at=new, replace=True)

    assert public_uids(edition.public_from) == {conference.uid, document.uid}
    assert (later.uid in public_uids(opening + 3 * HOUR)) is (hours is None)


# Slugs


def test_a_slug_that_was_public_is_never_given_to_another_record(frozen_clock, by):
    conference = make_conference(slug="minsk-2019")
    publish(conference, by=by)
    frozen_clock.tick()
    conference.slug = "minsk-2019-technology"
    conference.save()
    publish(conference, by=by)
    taker = make_conference(slug="minsk-2019")
    with pytest.raises(ValidationError) as refusal:
        publish(taker, by=by)

    assert set(refusal.value.message_dict) == {"slug"}
    assert slug_is_reserved("conference", "minsk-2019", taker.uid)
    assert not slug_is_reserved("conference", "minsk-2019", conference.uid)


# Vocabulary


def test_vocabulary_is_public_as_long_as_something_public_shows_it(frozen_clock, by):
    theme = make_theme()
    first, second = make_conference(), make_conference()
    for conference in (first, second):
        conference.themes.add(theme)
    opening = frozen_clock.now + HOUR
    publish(first, by=by, at=opening)
    assert theme.uid not in public_uids()
    frozen_clock.tick()
    publish(second, by=by)
    assert theme.uid in public_uids()
    frozen_clock.tick()
    withdraw(second, by=by, reason="Mistake")
    assert theme.uid not in public_uids()
    frozen_clock.move_to(opening)
    assert theme.uid in public_uids()
    frozen_clock.tick()
    first.themes.clear()
    publish(first, by=by)
    assert public_uids() == {first.uid}


def test_unscheduling_what_shows_it_unschedules_the_vocabulary(frozen_clock, by):
    conference = make_conference()
    conference.themes.add(make_theme())
    edition = publish(conference, by=by, at=frozen_clock.now + HOUR)
    unschedule_all([conference], by=by)

    assert public_uids(edition.public_from) == set()


def test_publishing_writes_every_entry_shown_in_sessions_and_roles(by):
    conference = make_conference()
    session = conference.sessions.create(title_en="Opening")
    host, unit, speaker, series = make_organization(), make_organization(), make_person(), make_series()
    conference.organization_roles.create(organization=host, role="host")
    session.appearances.create(person=speaker, organization=unit)
    conference.series_entries.create(series=series, ordinal=4)
    publish(conference, by=by)

    assert public_uids() == {conference.uid, host.uid, unit.uid, speaker.uid, series.uid}


def test_a_label_that_was_only_scheduled_is_not_what_an_earlier_publication_opens_with(frozen_clock, by):
    conference, person = make_conference(), make_person("CANARY")
    scheduled, now = make_document(conference, delivered_by=person), make_document(conference, delivered_by=person)
    publish(conference, by=by)
    publish(scheduled, by=by, at=frozen_clock.now + HOUR)
    person.name_en = "The name agreed on"
    person.save()
    publish(now, by=by)

    assert [edition.data["name"] for edition in Edition.objects.public(epoch.now()).filter(uid=person.uid)] == [
        {"en": "The name agreed on"}
    ]


def test_vocabulary_is_not_published_by_itself(by):
    for service in (publish, lambda record, by: withdraw(record, by=by, reason="No")):
        with pytest.raises(ValidationError) as refusal:
            service(make_theme(), by=by)
        assert refusal.value.code == "vocabulary"


def test_renaming_publishes_minor_editions_of_all_that_shows_it_but_not_their_drafts(frozen_clock, by):
    person = make_person("Jon Smith")
    conference = make_conference("Public title")
    document = make_document(conference, delivered_by=person)
    waiting = make_document(conference, delivered_by=person)
    for record in (conference, document, waiting):
        publish(record, by=by)
    frozen_clock.tick()
    publish(waiting, by=by, at=frozen_clock.now + HOUR)
    document.versions.update(title="Draft title")
    person.name_en = "John Smith"
    person.save()
    frozen_clock.tick()
    made, left_out = relabel(person, by=by)

    current = Edition.objects.public(epoch.now()).get(uid=document.uid)
    assert (made, [e.uid for e in left_out]) == ([current], [waiting.uid])
    assert (current.minor, current.data["delivered_by"][0]["name"], titles(current)) == (
        True,
        {"en": "John Smith"},
        {"en": "A document"},
    )
    assert Edition.objects.public(epoch.now()).get(uid=person.uid).data["name"] == {"en": "John Smith"}


def test_merging_moves_what_is_public_and_leaves_a_redirect(frozen_clock, by):
    double, person = make_person("J. Smith"), make_person("John Smith")
    document = make_document(delivered_by=double)
    publish(document, by=by)
    frozen_clock.tick()
    merge_entries(double, person, by=by)

    assert public_uids() == {document.uid, person.uid}
    assert Edition.objects.public(epoch.now()).get(uid=document.uid).data["delivered_by"][0]["uid"] == str(person.uid)
    assert Redirect.objects.values_list("uid", "target").get() == (double.uid, person.uid)


def steps():
    return set(WorkflowStep.objects.values_list("action", "uid", "type", "by", "at"))


def test_a_renaming_is_a_step_of_every_page_that_it_changes(frozen_clock, by):
    person = make_person("J. Smith")
    shown, elsewhere = make_document(delivered_by=person), make_document()
    for record in (shown, elsewhere):
        publish(record, by=by)
    person.name_en = "John Smith"
    person.save()
    at = frozen_clock.tick()

    relabel(person, by=by)

    assert steps() == {("renamed", shown.uid, "document", "publisher", at)}
    assert "Smith" not in str(list(WorkflowStep.objects.values_list()))


def test_a_merger_is_a_step_of_both_entries_and_of_every_page_that_it_changes(frozen_clock, by):
    double, person = make_person("J. Smith"), make_person("John Smith")
    shown, already = make_document(delivered_by=double), make_document(delivered_by=person)
    for record in (shown, already):
        publish(record, by=by)
    at = frozen_clock.tick()

    merge_entries(double, person, by=by)

    assert steps() == {
        ("merged", double.uid, "person", "publisher", at),
        ("merged", person.uid, "person", "publisher", at),
        ("merged", shown.uid, "document", "publisher", at),
    }


def test_restoring_follows_merges_made_meanwhile(frozen_clock, by):
    double, person = make_person("J. Smith"), make_person("John Smith")
    document, other = make_document(delivered_by=double), make_document(delivered_by=person)
    for record in (document, other):
        publish(record, by=by)
    frozen_clock.tick()
    withdraw(document, by=by, reason="In doubt")
    frozen_clock.tick()
    merge_entries(double, person, by=by)
    frozen_clock.tick()
    restored = restore(document, by=by).edition

    assert restored.data["delivered_by"][0]["uid"] == str(person.uid)
    assert public_uids() == {document.uid, other.uid, person.uid}


def test_a_vocabulary_entry_cannot_open_under_an_address_that_was_another_ones(frozen_clock, by):
    person = make_person("First", slug="smith")
    publish(make_document(delivered_by=person), by=by)
    person.slug = "smith-1"
    person.save()
    frozen_clock.tick()
    relabel(person, by=by)
    taker = make_document(delivered_by=make_person("Second", slug="smith"))
    with pytest.raises(ValidationError) as refusal:
        publish(taker, by=by)

    assert refusal.value.code == "slug_reserved"
    assert taker.uid not in public_uids()


# Languages


def test_only_languages_that_are_ready_go_through_the_gate(by):
    document = make_document(place_en="Minsk", place_ru="Минск", place_fr="Minsk (fr)")
    document.versions.create(language="ru", title="Готово", body="<p>Текст</p>", ready=True)
    document.versions.create(language="fr", title="Brouillon", body="<p>Pas prêt</p>")
    edition = publish(document, by=by)

    assert edition.data["title"] == {"en": "A document", "ru": "Готово"}
    assert edition.data["place"] == {"en": "Minsk", "ru": "Минск"}
    assert edition.data["languages"] == ["en", "ru"]
    assert "prêt" not in edition.json + edition.text + edition.card


def test_labels_of_main_topics_sessions_and_links_wait_for_their_language(by):
    conference, person = make_conference(), make_person()
    labels = {"title_en": "Ready", "title_fr": "CANARY", "title_ru": "CANARY"}
    conference.texts.create(language="fr", title="Brouillon")
    conference.main_topics.create(**labels)
    conference.links.create(address="https://example.org/", **labels)
    conference.appearances.create(person=person, role="speaker", **labels)
    session = conference.sessions.create(**labels, description_en="Ready", description_fr="CANARY")
    session.appearances.create(person=person, role="speaker", **labels)
    by_whom = {"issued_by_en": "Ready", "issued_by_fr": "CANARY", "issued_by_ru": "CANARY"}
    conference.expected_documents.create(date=date(2022, 11, 1), **labels, **by_whom)
    edition = publish(conference, by=by)

    assert "canary" not in (edition.json + edition.text + edition.card).casefold()
    assert edition.json.count('"title":{"en":"Ready"}') == 6
    assert '"issued_by":{"en":"Ready"}' in edition.json


def test_titles_at_a_document_wait_for_their_language(by):
    document = make_document()
    document.versions.create(language="fr", title="Brouillon")
    for rows in (document.deliveries, document.mentions):
        rows.create(person=make_person(), title_en="Ready", title_fr="CANARY", title_ru="CANARY")
    edition = publish(document, by=by)

    assert "canary" not in (edition.json + edition.text + edition.card).casefold()
    assert edition.json.count('"title":{"en":"Ready"}') == 2


def test_one_language_ahead_leaves_the_rest_of_the_draft_unpublished(frozen_clock, by):
    conference = make_conference("Public title")
    session = conference.sessions.create(title_en="Opening", title_ru="Открытие")
    document = make_document(conference, kind="statement")
    old, new = make_stored_file("en.pdf"), make_stored_file("ru.pdf")
    document.versions.update(file=old)
    speaker = document.deliveries.create(person=make_person("Ada"), title_en="Minister")
    publish(conference, by=by)
    publish(document, by=by)
    frozen_clock.tick()
    conference.texts.update(title="Half done")
    conference.sessions.create(title_en="Added")
    conference.texts.create(language="ru", title="Заголовок", ready=True)
    document.versions.filter(language="en").update(title="Half done", file=make_stored_file("draft.pdf"))
    document.versions.create(language="ru", title="Перевод", file=new, ready=True)
    speaker.title_en, speaker.title_ru = "Half done", "Министр"
    speaker.save()
    document.deliveries.create(person=make_person("Ben"), title_ru="Посол")

    first = publish_language(conference, "ru", by=by)
    second = publish_language(document, "ru", by=by)

    assert first.minor and titles(first) == {"en": "Public title", "ru": "Заголовок"}
    assert [s["title"] for s in first.data["sessions"]] == [{"en": "Opening", "ru": "Открытие"}]
    assert first.data["sessions"][0]["key"] == str(session.uid)
    assert titles(second) == {"en": "A document", "ru": "Перевод"}
    assert [entry["title"] for entry in second.data["delivered_by"]] == [{"en": "Minister", "ru": "Министр"}]
    assert [v["language"] for v in second.data["versions"]] == ["en", "ru"]
    assert {row.file for row in second.files.all()} == {old, new}
    assert ("language", "ru") in {(f.name, f.value) for f in second.facets.all()}


def test_one_language_ahead_matches_main_topics_by_what_they_say_and_not_by_their_place(frozen_clock, by):
    conference = make_conference()
    conference.texts.create(language="ru", title="Заголовок", ready=True)
    for order, title in enumerate(["Borders", "Youth"]):
        conference.main_topics.create(title_en=title, order=order)
    publish(conference, by=by)
    frozen_clock.tick()
    conference.main_topics.all().delete()
    for order, (title, translated) in enumerate(
        [("CANARY", "КАНАРЕЙКА"), ("Youth", "Молодёжь"), ("Borders", "Границы")]
    ):
        conference.main_topics.create(title_en=title, title_ru=translated, order=order)

    edition = publish_language(conference, "ru", by=by)

    assert edition.data["main_topics"] == [
        {"title": {"en": "Borders", "ru": "Границы"}},
        {"title": {"en": "Youth", "ru": "Молодёжь"}},
    ]


def test_one_language_ahead_matches_people_without_a_name_by_their_titles(frozen_clock, by):
    conference, office = make_conference(), make_organization()
    conference.texts.create(language="ru", title="Заголовок", ready=True)
    for order, title in enumerate(["Legal Officer", "Interpreter"]):
        conference.appearances.create(title_en=title, organization=office, order=order)
    publish(conference, by=by)
    frozen_clock.tick()
    conference.appearances.filter(title_en="Interpreter").update(order=0, title_ru="Переводчик")
    conference.appearances.filter(title_en="Legal Officer").update(order=1, title_ru="Юрист")

    edition = publish_language(conference, "ru", by=by)

    assert [entry["title"] for entry in edition.data["people"]] == [
        {"en": "Legal Officer", "ru": "Юрист"},
        {"en": "Interpreter", "ru": "Переводчик"},
    ]


def same_but_for_kind(document, person):
    return [document.mentions.create(person=person, kind=kind) for kind in ("quoted", "mentioned")]


def same_person_twice(document, person):
    return [document.deliveries.create(person=person) for _ in range(2)]


def nobody_of_two_offices(document, _person):
    offices = [make_organization() for _ in range(2)]
    return [document.conference.appearances.create(title_en="Legal Officer", organization=office) for office in offices]


def groups_by_their_titles(document, _person):
    titles = ("Heads of organizations", "Officials")
    return [document.conference.appearances.create(title_en=title) for title in titles]


@pytest.mark.parametrize(
    ("create", "field", "titles_in_english"),
    [
        (same_but_for_kind, "mentions", ["Minister", "President"]),
        (same_person_twice, "delivered_by", ["Minister", "President"]),
        (nobody_of_two_offices, "people", ["Legal Officer", "Legal Officer"]),
        (groups_by_their_titles, "people", ["Heads of organizations", "Officials"]),
    ],
)
def test_one_language_ahead_gives_each_entry_its_own_title(frozen_clock, by, create, field, titles_in_english):
    document = make_document(make_conference())
    document.conference.texts.create(language="ru", title="Заголовок", ready=True)
    document.versions.create(language="ru", title="Перевод", body="<p>…</p>", ready=True)
    rows = create(document, make_person())
    for order, (row, title) in enumerate(zip(rows, titles_in_english, strict=True)):
        row.title_en, row.order = title, order
        row.save()
    for record in (document.conference, document):
        publish(record, by=by)
    frozen_clock.tick()
    for order, (row, title) in enumerate(zip(rows, ["Первый", "Второй"], strict=True)):
        row.title_ru, row.order = title, 1 - order
        row.save()

    edition = publish_language(document.conference if field == "people" else document, "ru", by=by)

    assert [entry["title"]["ru"] for entry in edition.data[field]] == ["Первый", "Второй"]


def test_a_language_that_is_not_ready_or_has_nothing_in_force_is_refused(by):
    document = make_document()
    document.versions.create(language="fr", title="Brouillon", body="<p>…</p>")
    with pytest.raises(ValidationError) as early:
        publish_language(document, "fr", by=by)
    publish(document, by=by)
    with pytest.raises(ValidationError) as unready:
        publish_language(document, "fr", by=by)

    assert (early.value.code, unready.value.code) == ("not_public", "language_not_ready")


# What an edition is made of


def test_an_edition_is_canonical_json_and_its_checksum(by):
    edition = publish(make_conference("Ünïcode “quotes” & <b>"), by=by)

    assert edition.json == canonical(json.loads(edition.json))
    assert edition.sha256 == checksum(edition.json)
    assert "\\u" not in edition.json


def test_nothing_of_another_record_is_frozen_into_the_text(by):
    umbrella = make_conference("CANARY-UMBRELLA", name="CANARY-NAME")
    source = make_document(title="CANARY-SOURCE", slug="canary-source")
    conference = make_conference(parent=umbrella)
    conference.references.create(document=source)
    conference.figures.create(measure="participants", value=400, source_document=source)
    photo = make_photo(conference, featured=True, caption_en="CANARY-PHOTO")
    edition = publish(conference, by=by)

    assert "canary" not in (edition.json + edition.card + edition.text).casefold()
    assert [(r.name, r.target) for r in edition.relations.order_by("order")] == [
        ("parent", umbrella.uid),
        ("reference", source.uid),
        ("source", source.uid),
        ("featured_photo", photo.uid),
    ]


def test_an_undated_photo_tells_nothing_of_new_dates_in_the_draft_of_its_conference(by):
    conference = make_conference(start_date=date(2019, 9, 3), end_date=date(2019, 9, 4))
    publish(conference, by=by)
    conference.start_date, conference.end_date = date(2031, 5, 6), date(2031, 5, 7)
    conference.save()

    edition = publish(make_photo(conference), by=by)

    assert (edition.date, edition.end_date) == (date(2019, 9, 3), date(2019, 9, 3))


def test_publishing_notes_that_the_draft_is_what_is_public(by):
    conference = make_conference()
    edition = publish(conference, by=by)
    conference.refresh_from_db()

    assert conference.draft_sha256 == edition.sha256


# Ledger


def test_every_change_has_an_entry_in_an_unbroken_chain(frozen_clock, by):
    conference = make_conference()
    publish(conference, by=by)
    frozen_clock.tick()
    publish(conference, by=by, at=frozen_clock.now + HOUR)
    unschedule_all([conference], by=by)
    withdraw(conference, by=by, reason="Mistake")
    entries = list(LedgerEntry.objects.order_by("pk"))

    assert [e.action for e in entries] == ["inserted", "ended", "inserted", "unscheduled", "reopened", "withdrawn"]
    assert [e.previous for e in entries] == ["", *(e.hash for e in entries[:-1])]
    assert [e.hash for e in entries] == [entry_hash(e) for e in entries]


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([], []),
        ([(-5, 2)], [(0, 2)]),
        ([(1, 2), (2, 3)], [(1, 3)]),
        ([(1, 2), (3, None), (3, 5)], [(1, 2), (3, None)]),
        ([(1, None), (2, 3)], [(1, None)]),
    ],
)
def test_intervals_are_joined_where_they_touch(frozen_clock, intervals, expected):
    def at(hours):
        return None if hours is None else frozen_clock.now + hours * HOUR

    assert merged([(at(a), at(b)) for a, b in intervals], frozen_clock.now) == [(at(a), at(b)) for a, b in expected]
