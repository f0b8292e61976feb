"""The page on which a publisher releases a dossier."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.workflow import review
from tests.admin.forms import AdminForm
from tests.factories import make_account, make_conference, make_document, make_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def conference():
    """A conference with one document in review, and one that is not ready."""
    conference = make_conference("The conference", time_zone="Europe/Minsk")
    document = make_document(conference, "The opening")
    make_document(conference, "Not ready", body="")
    for record in (conference, document):
        review.submit(record, by=make_account("editor"))
    return conference


def address(conference):
    return f"/admin/conferences/conference/{conference.pk}/release/"


def opened(client, conference):
    """The page as a form; what is ticked is in its field "parts"."""
    form = AdminForm(client, address(conference))
    form.values["parts"] = [row["part"].key for row in form.response.context["rows"] if row["chosen"]]
    return form


def test_the_page_lists_what_appears_and_what_does_not_and_why(staff, conference):
    rows = AdminForm(staff, address(conference)).response.context["rows"]

    found = [(row["part"].plan, row["chosen"], row["part"].missing) for row in rows]
    assert found == [
        ("publish", True, []),
        ("publish", True, []),
        ("not ready", False, ["A text, a file or an external address is missing in: English."]),
    ]


def test_a_release_is_typed_in_the_time_zone_of_the_conference(staff, conference):
    response = opened(staff, conference).fill(at="2030-01-01T10:00").press("_release_at")

    assert response.status_code == 302
    editions = Edition.objects.to_come(epoch.now()).filter(type__in=["conference", "document"])
    assert {edition.public_from.isoformat() for edition in editions} == {"2030-01-01T07:00:00+00:00"}
    assert editions.count() == 2
    text = staff.get(address(conference)).content.decode()
    assert "2 parts will be public at 2030-01-01 10:00 Europe/Minsk (07:00 UTC)." in text
    assert text.count('data-own-time="2030-01-01T07:00:00+00:00" hidden>In your own time zone:') == 2


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59", "2030-01-01T10:00Z"])
def test_an_instant_that_is_none_is_refused_by_the_field(staff, conference, typed):
    response = opened(staff, conference).fill(at=typed).press("_release_at")

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["at"])
    assert not Edition.objects.exists()


def test_everything_scheduled_is_moved_and_unscheduled(staff, conference):
    opened(staff, conference).fill(at="2030-01-01T10:00").press("_release_at")

    opened(staff, conference).fill(at="2031-01-01T10:00").press("_redate")
    assert {edition.public_from.year for edition in Edition.objects.to_come(epoch.now())} == {2031}

    opened(staff, conference).press("_unschedule")
    assert not Edition.objects.to_come(epoch.now()).exists()


def scheduled(publisher, conference):
    """The document of *conference*, scheduled for the same instant as it."""
    document = conference.documents.get(versions__title="The opening")
    at = timezone.now() + timedelta(days=5)
    for record in (conference, document):
        review.approve(record, by=publisher, at=at, alone="Alone")
    return document


def test_a_document_that_is_left_out_does_not_become_public_with_its_conference(staff, editor, conference):
    document = scheduled(editor, conference)
    form = AdminForm(staff, address(conference))
    assert "not ticked keep their own time" in form.response.content.decode()

    form.fill(parts=[str(conference.uid)]).press("_release")

    assert list(Edition.objects.public(epoch.now()).values_list("uid", flat=True)) == [conference.uid]
    assert Edition.objects.to_come(epoch.now()).get().uid == document.uid
    assert [str(message) for message in staff.get(address(conference)).context["messages"]] == ["1 part is public."]


def test_a_document_that_is_left_out_and_cannot_stay_is_named(staff, editor, conference):
    document = scheduled(editor, conference)

    form = AdminForm(staff, address(conference)).fill(parts=[str(conference.uid)], at="2030-01-01T10:00")
    assert form.press("_release_at").status_code == 302

    assert {edition.public_from.year for edition in Edition.objects.to_come(epoch.now())} == {2030}
    told = [str(message) for message in staff.get(address(conference)).context["messages"]]
    assert told[1:] == [f"Moved to another time along with the conference (1): “{document}”"]


@pytest.mark.parametrize(
    ("values", "button", "message"),
    [
        ({"at": ""}, "_release_at", "Enter the date and time."),
        ({"at": "soon"}, "_release_at", "“soon” is not a valid date and time."),
        ({"at": "2001-01-01T10:00"}, "_release_at", "is already past."),
        ({"at": "2027-03-28T02:30"}, "_release_at", "does not exist in Europe/Vienna"),
        ({"parts": []}, "_release", "Choose what to release."),
        ({"mark": "other"}, "_release", "has changed since you opened the page"),
        ({"mark": "other"}, "_unschedule", "has changed since you opened the page"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_keeps_what_was_typed(staff, conference, values, button, message):
    type(conference).objects.update(time_zone="Europe/Vienna")
    form = opened(staff, conference).fill(note="A note", **values)
    form.buttons.append("_unschedule")

    response = form.press(button)

    assert response.status_code == 422
    html = response.content.decode()
    assert message in html
    assert "A note" in html
    assert not Edition.objects.exists()


def test_a_change_meanwhile_is_shown_before_anything_is_released(staff, conference):
    form = opened(staff, conference)
    review.note_change(conference, make_account("editor"))

    assert form.press("_release").status_code == 422
    assert not Edition.objects.exists()


def test_the_page_is_for_publishers_alone(client, conference):
    client.force_login(make_account("editor"))
    assert client.get(address(conference)).status_code == 403
    assert client.post(address(conference), {"_release": "1"}).status_code == 403
    form = client.get(f"/admin/conferences/conference/{conference.pk}/change/").content.decode()
    assert "Release the dossier" not in form
    assert not Edition.objects.exists()


def test_the_form_leads_to_the_page(staff, conference):
    html = staff.get(f"/admin/conferences/conference/{conference.pk}/change/").content.decode()
    assert address(conference) in html


def test_the_page_takes_no_more_than_a_few_queries_for_each_photo(staff):
    counts = {}
    for photos in (1, 2, 12):  # the first for what is asked once in the life of a process
        conference = make_conference()
        for _ in range(photos):
            make_photo(conference)
        form = opened(staff, conference).fill(alone="Alone")
        with CaptureQueriesContext(connection) as queries:
            assert form.press("_release").status_code == 302
        counts[photos] = len(queries)
        assert LogEntry.objects.filter(change_message="Released with the dossier.").count() == sum(counts) + len(counts)

    assert counts[12] - counts[2] <= 4 * 10, counts
