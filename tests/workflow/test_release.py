"""The release of a dossier: all of it at one instant or nothing of it; moved and unscheduled in one step."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, withdraw
from ctportal.publishing.state import state_of
from ctportal.workflow import release, review
from tests.factories import make_account, make_conference, make_document, make_photo, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher():
    return make_account("publisher")


@pytest.fixture
def dossier():
    """A conference with two documents and a photo, submitted by an editor; returns the four records."""
    conference = make_conference("The conference")
    records = [
        conference,
        make_document(conference, "The opening"),
        make_document(conference, "The closing"),
        make_photo(conference),
    ]
    for record in records:
        review.submit(record, by=make_account("editor"))
    return records


def plans(conference, user):
    return [part.plan for part in release.parts_of(conference, user)]


def keys(conference, user, *records):
    wanted = {record.uid for record in records}
    return {part.key for part in release.parts_of(conference, user) if not wanted or part.record.uid in wanted}


def starts(records):
    return [state.to_come and state.to_come.public_from for state in (state_of(record.uid) for record in records)]


def days(number):
    return timezone.now() + timedelta(days=number)


def test_a_dossier_becomes_public_at_one_instant(dossier, publisher):
    at = days(2)
    release.release(dossier[0], keys(dossier[0], publisher), by=publisher, at=at)

    assert starts(dossier) == [at] * 4
    assert not Edition.objects.public(at - timedelta(milliseconds=1)).exists()
    assert Edition.objects.public(at).count() == 4
    assert {review.steps_of(record)[0].action for record in dossier} == {"approved"}


def test_a_dossier_becomes_public_now(dossier, publisher):
    release.release(dossier[0], keys(dossier[0], publisher), by=publisher)
    assert Edition.objects.public(epoch.now()).count() == 4


def test_parts_may_be_left_out(dossier, publisher):
    conference, opening, _closing, _photo = dossier
    release.release(conference, keys(conference, publisher, conference, opening), by=publisher)

    public = set(Edition.objects.public(epoch.now()).values_list("uid", flat=True))
    assert public == {conference.uid, opening.uid}
    assert plans(conference, publisher) == ["nothing", "nothing", "publish", "publish"]


@pytest.mark.parametrize("is_changed", [False, True], ids=["as approved", "changed since"])
@pytest.mark.parametrize("hours", [None, 5])
def test_a_scheduled_part_left_out_keeps_its_own_time_when_the_conference_comes_earlier(
    dossier, publisher, hours, is_changed
):
    conference, opening, closing, photo = dossier
    at, earlier = days(2), hours and timezone.now() + timedelta(hours=hours)
    release.release(conference, keys(conference, publisher), by=publisher, at=at)
    if is_changed:
        conference.texts.update(title="A better title")

    chosen = keys(conference, publisher, conference, opening)
    released, cascaded = release.release(conference, chosen, by=publisher, at=earlier, alone="Alone")

    assert starts([closing, photo]) == [at, at]
    assert starts([conference, opening]) == [earlier, earlier]
    assert ([part.record for part in released], cascaded) == ([conference, opening], [])
    assert set(Edition.objects.public(at).values_list("uid", flat=True)) == {record.uid for record in dossier}


def test_a_scheduled_part_left_out_goes_along_and_is_named_where_the_conference_comes_later(dossier, publisher):
    conference, opening, closing, photo = dossier
    between, later = days(3), days(4)
    release.release(conference, keys(conference, publisher), by=publisher, at=days(2))
    review.redate(photo, by=publisher, at=between)

    chosen = keys(conference, publisher, conference, opening)
    _released, cascaded = release.release(conference, chosen, by=publisher, at=later)

    assert starts(dossier) == [later, later, later, None]
    assert {(child.uid, child.action) for child in cascaded} == {
        (closing.uid, "moved-with-conference"),
        (photo.uid, "unscheduled-with-conference"),
    }


def test_what_is_not_ready_is_named_with_the_reason(dossier, publisher):
    conference, opening, closing, photo = dossier
    closing.versions.update(body="")
    photo.alt_text_en = ""
    photo.save()

    parts = {part.record.uid: part for part in release.parts_of(conference, publisher)}

    assert parts[opening.uid].missing == []
    assert parts[closing.uid].missing == ["A text, a file or an external address is missing in: English."]
    assert parts[photo.uid].missing[0].startswith("The alternative text is missing")
    assert not parts[closing.uid].can_be_released


def test_where_one_part_is_refused_nothing_is_released_and_the_part_is_named(dossier, publisher):
    conference, _opening, closing, _photo = dossier
    chosen = keys(conference, publisher)
    closing.versions.update(body="")

    with pytest.raises(ValidationError) as refused:
        release.release(conference, chosen, by=publisher)

    assert refused.value.messages == [f"{closing}: A text, a file or an external address is missing in: English."]
    assert not Edition.objects.exists()


def test_all_that_stands_against_a_release_is_told_at_once(dossier, publisher):
    conference, opening, closing, photo = dossier
    chosen = keys(conference, publisher)
    review.note_change(opening, publisher)
    closing.versions.update(body="")
    photo.alt_text_en = photo.credit = ""
    photo.save()

    with pytest.raises(ValidationError) as refused:
        release.release(conference, chosen, by=publisher, at=days(-1))

    told = refused.value.message_dict
    assert set(told) == {"__all__", "alone", "at"}
    assert {text.partition(":")[0] for text in told["__all__"]} == {str(closing), str(photo)}
    assert len(told["__all__"]) == 3
    assert len(told["alone"]) == len(told["at"]) == 1
    assert not Edition.objects.exists()


def test_documents_without_their_conference_are_refused(dossier, publisher):
    conference, opening, *_rest = dossier
    with pytest.raises(ValidationError) as refused:
        release.release(conference, keys(conference, publisher, opening), by=publisher)
    assert "Publish the conference first" in refused.value.messages[0]


def test_one_reason_serves_for_all_parts_without_second_reader(dossier, publisher):
    conference, opening, closing, _photo = dossier
    review.note_change(closing, publisher)
    chosen = keys(conference, publisher)

    with pytest.raises(ValidationError) as refused:
        release.release(conference, chosen, by=publisher)
    assert set(refused.value.message_dict) == {"alone"}
    assert not Edition.objects.exists()
    release.release(conference, chosen, by=publisher, alone="On duty alone")

    assert review.steps_of(closing)[0].remark == "On duty alone"
    assert review.steps_of(opening)[0].remark == ""


def test_a_release_unscheduled_leaves_its_writers_without_the_right_to_read_it_as_second(dossier, publisher):
    conference, _opening, closing, _photo = dossier
    review.note_change(closing, publisher)
    release.release(conference, keys(conference, publisher), by=publisher, at=days(2), alone="On duty alone")
    release.unschedule(conference, by=publisher)
    for record in dossier:
        review.submit(record, by=make_account("editor"))

    parts = release.parts_of(conference, publisher)

    assert [part.record for part in parts if not part.has_second_reader] == [closing]


def test_languages_in_preparation_are_named_and_stay_behind(dossier, publisher):
    conference = dossier[0]
    conference.texts.create(language="fr", title="La conférence", ready=True)
    conference.texts.create(language="ru", title="Конференция", ready=False)

    part = release.parts_of(conference, publisher)[0]

    assert (part.languages, part.waiting) == (["en", "fr"], ["ru"])


def test_the_whole_moves_later_and_earlier_as_it_was_approved(dossier, publisher):
    conference = dossier[0]
    release.release(conference, keys(conference, publisher), by=publisher, at=days(2))
    late = days(2) + timedelta(hours=5)
    review.redate(dossier[2], by=publisher, at=late)
    conference.texts.update(title="Typed since")

    for at in (days(5), days(1)):
        assert release.redate(conference, by=publisher, at=at) == 4
        assert starts(dossier) == [at] * 4
    assert state_of(conference.uid).to_come.data["title"] == {"en": "The conference"}


def test_the_whole_is_unscheduled_in_one_step(dossier, publisher):
    release.release(dossier[0], keys(dossier[0], publisher), by=publisher, at=days(2))

    assert release.unschedule(dossier[0], by=publisher) == 4

    assert not Edition.objects.to_come(epoch.now()).exists()
    assert {review.steps_of(record)[0].action for record in dossier} == {"unscheduled"}
    for step in (release.unschedule, lambda c, by: release.redate(c, by=by, at=days(1))):
        with pytest.raises(ValidationError) as refused:
            step(dossier[0], by=publisher)
        assert refused.value.code == "nothing_to_come"


def test_a_second_release_moves_what_is_scheduled_and_replaces_what_has_changed(dossier, publisher):
    conference, opening, _closing, _photo = dossier
    release.release(conference, keys(conference, publisher), by=publisher, at=days(2))
    opening.versions.update(title="A better opening")

    assert plans(conference, publisher) == ["move", "replace", "move", "move"]
    for at in (days(4), days(1), None):
        release.release(conference, keys(conference, publisher), by=publisher, at=at, alone="Small things")
        opening.versions.update(title=f"Opening {at}")
        if at:
            assert starts(dossier) == [at] * 4
    # What was replaced before it began was never public, not even for an instant.
    assert Edition.objects.effective(epoch.now()).filter(uid=opening.uid).count() == 1


def test_a_withdrawn_part_comes_back_only_when_it_is_chosen(dossier, publisher):
    conference, opening, *_rest = dossier
    release.release(conference, keys(conference, publisher), by=publisher)
    withdraw(opening, by=publisher, reason="A mistake")

    part = release.parts_of(conference, publisher)[1]

    assert (part.plan, part.can_be_released, part.is_suggested) == ("bring back", True, False)


def test_what_is_public_and_unchanged_is_not_released_again(dossier, publisher):
    conference = dossier[0]
    release.release(conference, keys(conference, publisher), by=publisher)
    with pytest.raises(ValidationError):
        release.release(conference, keys(conference, publisher), by=publisher)
    with pytest.raises(ValidationError) as refused:
        release.release(conference, set(), by=publisher)
    assert refused.value.code == "nothing_chosen"


@pytest.mark.parametrize("alone", ["I want to", ""])
def test_only_a_publisher_releases(dossier, alone):
    editor = make_account("editor")
    with pytest.raises(PermissionDenied):
        release.release(dossier[0], keys(dossier[0], editor), by=editor, alone=alone)
    publish(dossier[0], by=make_user(), at=days(1))
    with pytest.raises(PermissionDenied):
        release.unschedule(dossier[0], by=editor)


def test_parts_cost_the_same_queries_however_many_documents(dossier, publisher):
    with CaptureQueriesContext(connection) as few:
        release.parts_of(dossier[0], publisher)
    for number in range(20):
        make_document(dossier[0], f"Document {number}")
    with CaptureQueriesContext(connection) as many:
        release.parts_of(dossier[0], publisher)
    assert len(many) == len(few)
