"""Publishers in the last seconds before an instant: what they are told, and what they typed."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages

from conferences.admin import sheet
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.services import publish
from ctportal.staff.draft_admin import DraftAdmin
from ctportal.workflow.models import AuditEntry, WorkflowStep
from tests.admin.forms import AdminForm, errors_of
from tests.factories import make_conference, make_document, make_photo

pytestmark = pytest.mark.django_db
TOO_LATE = (
    "At 2026-03-02 10:00:00 UTC it becomes public. It is too late to change that, but from then on you can withdraw it."
)
TOOK_TOO_LONG = (
    "Nothing was saved because it took too long: what happens at 2026-03-02 10:00:00 UTC can no longer be changed. After "
    "that time you can withdraw or restore it."
)


@pytest.fixture
def dossier(frozen_clock, staff, editor):
    """A conference, a document and a photo, to be public in an hour; the clock shows a minute before."""
    conference = make_conference("The conference")
    document, photo = make_document(conference, "The opening"), make_photo(conference)
    at = frozen_clock.now + timedelta(hours=1)
    for record in (conference, document, photo):
        publish(record, by=editor, at=at)
    frozen_clock.move_to(at - timedelta(minutes=1))
    return conference, document, photo


@pytest.fixture
def document(frozen_clock, staff, editor):
    """A document like that, of a public conference."""
    conference = make_conference()
    publish(conference, by=editor)
    document = make_document(conference, "The opening")
    at = frozen_clock.now + timedelta(hours=1)
    publish(document, by=editor, at=at)
    frozen_clock.move_to(at - timedelta(minutes=1))
    return document


def address(document):
    return f"/admin/documents/pressrelease/{document.pk}/change/"


def happened():
    return [list(model.objects.values_list("pk")) for model in (Edition, LedgerEntry, WorkflowStep, LogEntry)]


@pytest.mark.parametrize("button", ["_unschedule", "_redate", "_replace", "_replace_at"])
def test_in_the_last_seconds_a_button_says_what_can_be_done_instead(staff, document, frozen_clock, button):
    form = AdminForm(staff, address(document)).fill(title="Typed", publish_at="2026-03-02T12:00")
    frozen_clock.tick(seconds=51)
    before = happened()

    response = form.press(button)

    assert (response.status_code, errors_of(response)["__all__"]) == (422, [TOO_LATE])
    assert (form.again(response).values["title"], happened()) == ("Typed", before)
    document.refresh_from_db()
    assert str(document) != "Typed"


def test_from_the_instant_on_the_withdrawal_is_offered(staff, document, frozen_clock):
    assert "_withdraw" not in AdminForm(staff, address(document)).buttons
    frozen_clock.tick(minutes=1)

    form = AdminForm(staff, address(document))
    assert "_unschedule" not in form.buttons
    frozen_clock.tick(microseconds=1)
    assert form.fill(withdraw_reason="Wrong").press("_withdraw").status_code == 302


@pytest.fixture
def slow(monkeypatch, frozen_clock):
    """Let the time pass to four seconds before the instant when a page has done its work and tells so."""
    tell = DraftAdmin.message_user

    def late(admin, request, *arguments, **how):
        frozen_clock.tick(seconds=56)
        return tell(admin, request, *arguments, **how)

    monkeypatch.setattr(DraftAdmin, "message_user", late)


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_form_that_took_too_long_saves_nothing_and_keeps_what_was_typed(staff, document, slow):
    form = AdminForm(staff, address(document)).fill(title="Typed")
    before = happened()

    response = form.press("_unschedule")

    assert (response.status_code, errors_of(response)["__all__"]) == (422, [TOOK_TOO_LONG])
    assert (form.again(response).values["title"], happened(), told(response)) == ("Typed", before, [])
    assert list(document.versions.values_list("title", flat=True)) == ["The opening"]
    assert AuditEntry.objects.filter(what__contains="took too long").count() == 1


@pytest.mark.parametrize("button", ["_redate", "_unschedule"])
def test_a_release_that_took_too_long_moves_nothing(staff, dossier, slow, button):
    conference = dossier[0]
    form = AdminForm(staff, f"/admin/conferences/conference/{conference.pk}/release/")
    form.fill(at="2026-03-02T12:00", note="Typed")
    before = happened()

    response = form.press(button)

    assert (response.status_code, response.context["form"].errors["__all__"]) == (422, [TOOK_TOO_LONG])
    assert (form.again(response).values["note"], happened(), told(response)) == ("Typed", before, [])


def test_a_contact_sheet_that_took_too_long_publishes_nothing(staff, dossier, frozen_clock, monkeypatch):
    conference = dossier[0]
    other = make_photo(conference)
    publish_ready = sheet.publish_ready

    def late(*arguments, **how):
        done = publish_ready(*arguments, **how)
        frozen_clock.tick(seconds=56)
        return done

    monkeypatch.setattr(sheet, "publish_ready", late)
    form = AdminForm(staff, f"/admin/conferences/conference/{conference.pk}/photos/")
    form.fill(**{f"photo-{other.pk}-caption": "Typed"}, alone_reason="Nobody is here")
    before = happened()

    response = form.press("_publish_ready")

    assert (response.status_code, response.context["problem"]) == (422, TOOK_TOO_LONG)
    assert (form.again(response).values[f"photo-{other.pk}-caption"], happened(), told(response)) == (
        "Typed",
        before,
        [],
    )
    other.refresh_from_db()
    assert not other.caption_en
