"""From draft to public, by people: who may take which step when, and what each leaves behind."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from ctportal.publishing import services
from ctportal.publishing.base_models import Stage
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.state import state_of
from ctportal.workflow import review
from ctportal.workflow.models import UnreviewedEdit
from tests.factories import make_account, make_conference, make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make_account("editor")


@pytest.fixture
def publisher():
    return make_account("publisher")


@pytest.fixture
def draft(editor):
    """A conference that the editor has written and not submitted."""
    conference = make_conference(created_by=editor)
    review.note_change(conference, editor)
    return conference


def steps(record):
    return [(step.action, step.by, step.remark) for step in reversed(review.steps_of(record))]


def code_of(error):
    return next(iter(error.error_dict.values()))[0].code if hasattr(error, "error_dict") else error.code


def days(number):
    return timezone.now() + timedelta(days=number)


def stage(record):
    return type(record).objects.get(pk=record.pk).stage


def test_a_record_is_submitted_sent_back_submitted_again_and_approved(draft, editor, publisher):
    review.submit(draft, by=editor, remark="Please by noon")
    review.send_back(draft, by=publisher, remark="The date is wrong")
    review.note_change(draft, editor)
    review.submit(draft, by=editor)
    assert stage(draft) == Stage.REVIEW

    edition = review.approve(draft, by=publisher).edition

    assert edition.is_public(timezone.now())
    assert stage(draft) == Stage.DRAFT
    assert steps(draft) == [
        ("submitted", "editor", "Please by noon"),
        ("sent-back", "publisher", "The date is wrong"),
        ("submitted", "editor", ""),
        ("approved", "publisher", ""),
    ]
    assert not UnreviewedEdit.objects.exists()


def test_an_edit_in_review_returns_the_record_to_draft(draft, editor, publisher):
    review.submit(draft, by=editor)
    review.note_change(draft, editor)

    assert stage(draft) == Stage.DRAFT
    assert steps(draft)[-1] == ("changed", "editor", "")
    with pytest.raises(ValidationError) as refused:
        review.approve(draft, by=publisher)
    assert code_of(refused.value) == "second_person_needed"
    assert not Edition.objects.exists()


def test_an_approval_looks_at_the_stage_in_the_database_and_not_at_a_copy_read_before(draft, editor, publisher):
    review.submit(draft, by=editor)
    read_before = type(draft).objects.get(pk=draft.pk)
    review.note_change(draft, editor)

    with pytest.raises(ValidationError):
        review.approve(read_before, by=publisher)


def test_who_had_a_hand_in_it_is_no_second_reader(draft, editor, publisher):
    review.note_change(draft, publisher)
    review.submit(draft, by=editor)

    with pytest.raises(ValidationError) as refused:
        review.approve(draft, by=publisher)

    assert code_of(refused.value) == "second_person_needed"
    assert review.approve(draft, by=make_account("publisher", "second")).edition.is_public(timezone.now())


def test_of_several_approved_at_once_all_that_is_missing_is_told(editor, publisher):
    conferences = [make_conference("One", created_by=editor, country=""), make_conference("Two", created_by=editor)]
    conferences[1].texts.all().delete()
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        drafts = [services.draft_of(conference) for conference in conferences]
        review.approve_all(drafts, by=publisher, options=services.PublishOptions(at=days(-1)))

    assert set(refused.value.message_dict) == {"alone", "at", "country", "title"}
    assert {len(messages) for messages in refused.value.message_dict.values()} == {1}
    assert not Edition.objects.exists()


def test_publishing_without_second_reader_needs_a_reason_which_stays_in_history_and_ledger(draft, publisher):
    edition = review.approve(draft, by=publisher, alone="Nobody else is on duty").edition

    assert steps(draft) == [("alone", "publisher", "Nobody else is on duty")]
    assert LedgerEntry.objects.get(edition=edition).reason == "Nobody else is on duty"


def test_what_one_publishes_oneself_counts_anew_after_publication(draft, editor, publisher):
    review.note_change(draft, publisher)
    review.approve(draft, by=publisher, alone="Nobody else is on duty")
    review.note_change(draft, editor)
    review.submit(draft, by=editor)

    assert review.approve(draft, by=publisher).edition.is_public(timezone.now())
    assert steps(draft)[-1] == ("approved", "publisher", "")


def pages(record, user):
    """The pages of *record* of which *user* cannot be the second reader."""
    return {page for _uid, page in review.unreviewed_edits(user, [record.uid])}


def test_a_hand_counts_until_the_edition_that_holds_it_has_begun(frozen_clock, draft, publisher):
    review.note_change(draft, publisher)
    edition = review.approve(draft, by=publisher, at=days(1), alone="Alone").edition
    assert pages(draft, publisher) == {""}

    frozen_clock.move_to(edition.public_from)

    assert pages(draft, publisher) == set()
    review.note_change(draft, publisher)
    assert pages(draft, publisher) == {""}


def test_unscheduling_what_was_scheduled_makes_nobody_the_second_reader_of_their_own_text(draft, editor, publisher):
    review.note_change(draft, publisher)
    review.approve(draft, by=publisher, at=days(1), alone="Alone")
    review.unschedule(draft, by=publisher)
    review.submit(draft, by=editor)

    with pytest.raises(ValidationError) as refused:
        review.approve(draft, by=publisher)

    assert code_of(refused.value) == "second_person_needed"
    assert review.approve(draft, by=make_account("publisher", "second")).edition.is_public(timezone.now())
    assert not UnreviewedEdit.objects.exists()


def test_replacing_what_was_scheduled_makes_nobody_the_second_reader_of_their_own_text(draft, editor, publisher):
    review.note_change(draft, publisher)
    review.approve(draft, by=publisher, at=days(1), alone="Alone")
    review.note_change(draft, editor)
    review.submit(draft, by=editor)

    with pytest.raises(ValidationError) as refused:
        review.approve(draft, by=publisher, at=days(2), replace=True)
    assert code_of(refused.value) == "second_person_needed"

    second = make_account("publisher", "second")
    edition = review.approve(draft, by=second, at=days(2), replace=True).edition
    assert set(UnreviewedEdit.objects.values_list("user", "edition")) == {
        (user.pk, edition.pk) for user in (editor, publisher)
    }


@pytest.mark.parametrize("what", ["itself", "its conference"])
def test_a_hand_moves_with_the_edition_that_holds_it(frozen_clock, draft, publisher, what):
    document = make_document(draft)
    review.note_change(document, publisher)
    for record in (draft, document):
        review.approve(record, by=publisher, at=days(1), alone="Alone")

    moved = review.redate(draft if what == "its conference" else document, by=publisher, at=days(3)).edition

    frozen_clock.move_to(moved.public_from - timedelta(seconds=1))
    assert pages(document, publisher) == {""}
    frozen_clock.move_to(moved.public_from)
    assert pages(document, publisher) == set()


def test_a_hand_in_what_began_is_gone_at_the_next_approval_and_none_before(frozen_clock, draft, editor, publisher):
    scheduled = review.approve(draft, by=publisher, at=days(1), alone="Alone").edition
    frozen_clock.move_to(scheduled.public_from)
    review.note_change(draft, publisher)
    assert UnreviewedEdit.objects.count() == 2

    later = review.approve(draft, by=publisher, at=days(1), alone="Alone").edition

    assert list(UnreviewedEdit.objects.values_list("user", "edition")) == [(publisher.pk, later.pk)]


def test_what_was_withdrawn_and_comes_back_later_was_read_before(frozen_clock, draft, publisher):
    scheduled = review.approve(draft, by=publisher, at=days(1), alone="Alone").edition
    frozen_clock.move_to(scheduled.public_from + timedelta(hours=1))
    review.withdraw(draft, by=publisher, reason="A mistake")
    review.restore(draft, by=publisher, at=days(1))

    assert pages(draft, draft.created_by) == set()


@pytest.mark.parametrize("role", ["contributor", "editor", "translator", "photo editor"])
def test_only_a_publisher_approves_sends_back_unschedules_and_withdraws(draft, editor, role):
    user = make_account(role, "somebody")
    review.submit(draft, by=editor)
    later = timezone.now() + timedelta(days=1)

    for step in (
        lambda: review.approve(draft, by=user, alone="I want to"),
        lambda: review.approve_language(draft, "ru", by=user, alone="I want to"),
        lambda: review.send_back(draft, by=user, remark="No"),
        lambda: review.unschedule(draft, by=user),
        lambda: review.redate(draft, by=user, at=later),
        lambda: review.withdraw(draft, by=user, reason="No"),
        lambda: review.restore(draft, by=user),
    ):
        with pytest.raises(PermissionDenied):
            step()
    assert stage(draft) == Stage.REVIEW
    assert not Edition.objects.exists()


def test_a_contributor_submits_and_takes_back_their_own_record_alone(draft):
    contributor = make_account("contributor")
    mine = make_conference(created_by=contributor)

    review.submit(mine, by=contributor)
    review.take_back(mine, by=contributor)

    assert steps(mine) == [("submitted", "contributor", ""), ("taken-back", "contributor", "")]
    with pytest.raises(PermissionDenied):
        review.submit(draft, by=contributor)


def test_what_lacks_something_is_not_submitted_and_everything_is_listed(editor):
    conference = make_conference(title="", country="", city_en="")
    with pytest.raises(ValidationError) as refused:
        review.submit(conference, by=editor)

    assert set(refused.value.message_dict) >= {"title"}
    assert stage(conference) == Stage.DRAFT


def test_sending_back_needs_words(draft, editor, publisher):
    review.submit(draft, by=editor)
    with pytest.raises(ValidationError) as refused:
        review.send_back(draft, by=publisher, remark="  ")

    assert set(refused.value.message_dict) == {"remark"}
    assert stage(draft) == Stage.REVIEW


def test_a_step_that_somebody_has_taken_already_is_refused(draft, editor, publisher):
    review.submit(draft, by=editor)
    with pytest.raises(ValidationError) as twice:
        review.submit(draft, by=editor)
    review.send_back(draft, by=publisher, remark="The date is wrong")
    with pytest.raises(ValidationError) as back_twice:
        review.send_back(draft, by=publisher, remark="The date is wrong")

    assert [code_of(error.value) for error in (twice, back_twice)] == ["in_review", "not_in_review"]


def test_a_language_marked_as_ready_by_another_needs_no_reason(draft, publisher):
    review.approve(draft, by=publisher, alone="First")
    translator = make_account("translator")
    draft.texts.create(language="ru", title="Конференция", ready=True)
    review.note_change(draft, translator, "ru")

    edition = review.approve_language(draft, "ru", by=publisher)

    assert edition.data["title"] == {"en": "A conference", "ru": "Конференция"}
    assert steps(draft)[-1] == ("approved", "publisher", "")
    assert not UnreviewedEdit.objects.exists()


def test_ones_own_translation_needs_a_reason(draft, publisher):
    review.approve(draft, by=publisher, alone="First")
    draft.texts.create(language="ru", title="Конференция", ready=True)
    review.note_change(draft, publisher, "ru")

    with pytest.raises(ValidationError) as refused:
        review.approve_language(draft, "ru", by=publisher)

    assert code_of(refused.value) == "second_person_needed"


def test_a_language_in_preparation_is_nobodys_part_of_what_is_published(draft, editor, publisher):
    draft.texts.create(language="ru", title="Конференция", ready=False)
    review.note_change(draft, publisher, "ru")
    review.submit(draft, by=editor)

    edition = review.approve(draft, by=publisher).edition

    assert edition.data["title"] == {"en": "A conference"}
    assert list(UnreviewedEdit.objects.values_list("language", "user")) == [("ru", publisher.pk)]


def test_a_scheduled_edition_moves_as_it_was_approved_and_takes_its_documents_along(draft, editor, publisher):
    first, second = (timezone.now() + timedelta(days=days) for days in (1, 3))
    document = make_document(draft)
    review.approve(draft, by=publisher, at=first, alone="Alone")
    review.approve(document, by=publisher, at=first, alone="Alone")
    draft.texts.update(title="A title typed since")

    edition = review.redate(draft, by=publisher, at=second).edition

    assert edition.data["title"] == {"en": "A conference"}
    assert [state_of(record.uid).to_come.public_from for record in (draft, document)] == [second, second]
    assert not Edition.objects.public(first + timedelta(hours=1)).exists()
    assert steps(draft)[-1] == ("redated", "publisher", "")


def test_a_document_has_a_step_of_its_own_for_whatever_it_does_along_with_its_conference(draft, publisher):
    first, second, end = (timezone.now() + timedelta(days=days) for days in (1, 3, 5))
    document, unmoved = make_document(draft), make_document(draft)
    for record in (draft, document):
        review.approve(record, by=publisher, at=first, alone="Alone")
    told = [
        review.redate(draft, by=publisher, at=second).cascaded,
        review.unschedule(draft, by=publisher),
    ]
    for record in (draft, document):
        review.approve(record, by=publisher, alone="Alone")
    told += [
        review.withdraw(draft, by=publisher, reason="The event is over", at=end).cascaded,
        review.unschedule(draft, by=publisher),
        review.withdraw(draft, by=publisher, reason="A mistake").cascaded,
        review.restore(draft, by=publisher).cascaded,
    ]

    cascaded = [
        "moved-with-conference",
        "unscheduled-with-conference",
        "withdrawn-with-conference",
        "kept-with-conference",
        "withdrawn-with-conference",
        "restored-with-conference",
    ]
    assert told == [[(document.uid, "document", action)] for action in cascaded]
    assert [action for action, _by, _remark in steps(document)] == ["alone", *cascaded[:2], "alone", *cascaded[2:]]
    assert {by for _action, by, _remark in steps(document)} == {"publisher"}
    assert steps(unmoved) == []


def test_a_correction_unscheduled_and_a_text_withdrawn_with_the_conference_are_one_step(draft, publisher):
    document = make_document(draft)
    for record in (draft, document):
        review.approve(record, by=publisher, alone="Alone")
    document.versions.update(title="Corrected")
    review.approve(document, by=publisher, at=timezone.now() + timedelta(days=1), alone="Alone")

    review.withdraw(draft, by=publisher, reason="A mistake")

    assert [action for action, _by, _remark in steps(document)][2:] == ["withdrawn-with-conference"]


def test_a_scheduled_edition_moves_with_its_scheduled_withdrawal_and_not_beyond_it(draft, publisher):
    now = timezone.now()
    first, second, end = (now + timedelta(days=days) for days in (1, 3, 5))
    review.approve(draft, by=publisher, at=first, alone="Alone")
    review.withdraw(draft, by=publisher, reason="The event is over", at=end)

    review.redate(draft, by=publisher, at=second)

    state = state_of(draft.uid)
    assert (state.to_come.public_from, state.to_come.public_until) == (second, end)
    assert state.scheduled_end.reason == "The event is over"
    with pytest.raises(ValidationError) as refused:
        review.redate(draft, by=publisher, at=end)
    assert set(refused.value.message_dict) == {"at"}


def test_a_scheduled_correction_moves_and_the_public_edition_stays(draft, publisher):
    now = timezone.now()
    review.approve(draft, by=publisher, alone="Alone")
    draft.texts.update(title="Corrected")
    review.approve(draft, by=publisher, at=now + timedelta(days=1), alone="Alone")

    review.redate(draft, by=publisher, at=now + timedelta(days=2))

    titles = [Edition.objects.public(now + timedelta(days=days)).get().data["title"]["en"] for days in (0.1, 1.5, 2.5)]
    assert titles == ["A conference", "A conference", "Corrected"]


def test_nothing_scheduled_cannot_be_moved(draft, publisher):
    with pytest.raises(ValidationError) as refused:
        review.redate(draft, by=publisher, at=timezone.now() + timedelta(days=1))
    assert code_of(refused.value) == "nothing_to_come"


def test_the_mark_of_a_form_changes_with_draft_stage_and_editions(draft, editor, publisher):
    marks = [review.mark(draft)]
    review.submit(draft, by=editor)
    marks.append(review.mark(draft))
    review.approve(draft, by=publisher)
    marks.append(review.mark(draft))
    draft.slug = "another-address"
    marks.append(review.mark(draft))

    assert len(set(marks)) == 4
    assert review.mark(draft) == marks[-1]
