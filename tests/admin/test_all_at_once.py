"""Where several things are missing for what a button does, all of them are told at once, each by its field."""

import pytest

from conferences.models import Conference
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from tests.admin.forms import AdminForm, errors_of
from tests.admin.test_forms import address, minsk
from tests.factories import make_conference, make_document, make_user

pytestmark = pytest.mark.django_db

PUBLISH = ["_publish", "_publish_at"]


def told(response):
    assert response.status_code == 422
    return set(errors_of(response))


@pytest.mark.parametrize("button", PUBLISH)
def test_publishing_tells_what_is_missing_with_the_reason_and_the_time(staff, button):
    form = minsk(staff, title="", country="", alone_reason=None)

    time = {"publish_at"} if button == "_publish_at" else set()
    assert told(form.press(button)) == {"alone_reason", "title", "country"} | time
    assert not Conference.objects.exists()


@pytest.mark.parametrize("button", PUBLISH)
def test_what_the_form_itself_refuses_is_told_with_what_publishing_asks_for(staff, button):
    form = minsk(staff, name="", slug="minsk-2019", title="", country="", alone_reason=None)

    time = {"publish_at"} if button == "_publish_at" else set()
    assert told(form.press(button)) == {"name", "alone_reason", "title", "country"} | time


def test_what_a_refused_row_needs_is_told_with_what_publishing_asks_for(staff):
    form = minsk(staff, country="", alone_reason=None).add_row("sessions", title="", start_time="10:00")

    assert told(form.press("_publish")) == {"sessions-0-title", "alone_reason", "country"}


def test_a_document_tells_all_at_once(staff):
    conference = make_conference()
    form = AdminForm(staff, f"/admin/documents/pressrelease/add/?conference={conference.pk}")

    response = form.fill(date="", title="Title", body="", alone_reason=None).press("_publish")

    assert told(response) == {"date", "body", "alone_reason"}


def test_saving_a_draft_asks_for_nothing_of_that(staff):
    form = minsk(staff, name="", slug="minsk-2019", title="", country="", alone_reason=None)

    assert told(form.press("_continue")) == {"name"}


def test_withdrawing_tells_the_time_the_reason_and_the_replacement(staff):
    conference = make_conference()
    publish(conference, by=make_user())

    form = AdminForm(staff, address(conference)).fill(withdraw_replacement="nowhere")

    assert told(form.press("_withdraw_at")) == {"withdraw_at", "withdraw_reason", "withdraw_replacement"}


def test_withdrawing_from_a_form_that_is_refused_tells_the_reason_too(staff):
    conference = make_conference()
    publish(conference, by=make_user())

    assert told(AdminForm(staff, address(conference)).fill(kind="").press("_withdraw")) == {"kind", "withdraw_reason"}


def test_the_page_of_a_language_tells_all_at_once(staff):
    conference = make_conference()
    publish(conference, by=make_user())
    form = AdminForm(staff, address(conference, "language", "fr")).fill(title="Titre", alone_reason=None)

    response = form.press("_publish_language")

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"ready", "alone_reason"}
    assert not conference.texts.filter(language="fr").exists()


@pytest.mark.parametrize(("time", "of_the_time"), [("", "Enter the date"), ("2001-01-01T10:00", "is already past")])
def test_the_release_of_a_dossier_tells_what_is_missing_of_every_part(staff, time, of_the_time):
    conference = make_conference(country="")
    documents = [make_document(conference, "A release", body=""), make_document(conference, "A ready one")]
    form = AdminForm(staff, address(conference, "release"))

    form.fill(parts=[str(record.uid) for record in (conference, *documents)], at=time, alone="")
    response = form.press("_release_at")

    assert response.status_code == 422
    errors = response.context["form"].errors
    assert set(errors) == {"__all__", "at", "alone"}
    assert [message.partition(":")[0] for message in errors["__all__"]] == [str(conference), "A release"]
    assert of_the_time in errors["at"][0]
    assert not Edition.objects.exists()


def test_a_release_at_a_time_without_parts_tells_both(staff):
    form = AdminForm(staff, address(make_conference(), "release"))

    response = form.fill(parts=[], at="").press("_release_at")

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"__all__", "at"}
