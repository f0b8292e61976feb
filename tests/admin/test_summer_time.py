"""Release, correction and withdrawal typed in local time, around the nights in which clocks are changed: what visitors, the
API and those who fetch the file read a millisecond before and at the instant."""

from datetime import UTC, datetime, timedelta

import pytest

from ctportal.publishing.models import Edition
from ctportal.workflow import review
from tests.admin.forms import AdminForm
from tests.factories import make_account, make_conference
from tests.files.test_public import body_of, document_with_file

pytestmark = pytest.mark.django_db

MS = timedelta(milliseconds=1)
# zone, local time as typed, the instant that it means
NIGHTS = {
    "forward, the first minute after it": ("Europe/Vienna", "2026-03-29T03:00", "2026-03-29 01:00"),
    "back, an hour that comes twice": ("Europe/Vienna", "2026-10-25T02:30", "2026-10-25 01:30"),
    "back, the minute after it": ("Europe/Vienna", "2026-10-25T03:00", "2026-10-25 02:00"),
    "back, west of Greenwich": ("America/New_York", "2026-11-01T01:15", "2026-11-01 06:15"),
    "back by half an hour": ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04 15:15"),
    "never changed, not a whole hour": ("Asia/Kathmandu", "2026-03-29T02:30", "2026-03-28 20:45"),
}


@pytest.fixture(params=NIGHTS)
def night(request):
    zone, local, instant = NIGHTS[request.param]
    return zone, local, datetime.strptime(instant, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


@pytest.fixture
def site(night, frozen_clock):
    """(a public conference there, a document of it with a file, its form as a publisher sees it)"""
    frozen_clock.move_to(night[2] - timedelta(days=2))
    conference = make_conference(time_zone=night[0])
    document, file = document_with_file(conference, title="Before", slug="release")
    review.approve(conference, by=make_account("publisher"), alone="In this test.")
    frozen_clock.tick()
    return document, file


def press(client, document, button, **values):
    client.force_login(make_account("publisher", f"publisher-{button}"))
    form = AdminForm(client, f"/admin/documents/{document.kind.replace('-', '')}/{document.pk}/change/")
    response = form.fill(**values).press(button)
    assert response.status_code == 302
    client.logout()


def answers(client, document, file):
    """(status of the page, the title it shows; status of the API; status of the file)"""
    page = client.get(f"/en/documents/{document.slug}/")
    title = next((title for title in ("Before", "After") if title in page.content.decode()), "")
    api, fetched = client.get(f"/api/v1/documents/{document.slug}/"), client.get(file.path)
    body_of(fetched)
    return page.status_code, title, api.status_code, fetched.status_code


def around(client, clock, site, instant):
    """The answers a millisecond before *instant*, and at it."""
    found = []
    for at in (instant - MS, instant):
        clock.move_to(at)
        found.append(answers(client, *site))
    return found


PUBLIC, CORRECTED = (200, "Before", 200, 200), (200, "After", 200, 200)


@pytest.mark.slow
def test_a_first_release(client, site, night, frozen_clock):
    _zone, local, instant = night
    press(client, site[0], "_publish_at", publish_at=local)

    assert around(client, frozen_clock, site, instant) == [(404, "", 404, 404), PUBLIC]


# Typed in the same field as a first release: the nights differ no further.
@pytest.mark.parametrize("night", ["back, an hour that comes twice"], indirect=True)
def test_a_correction(client, site, night, frozen_clock):
    _zone, local, instant = night
    review.approve(site[0], by=make_account("publisher"), alone="In this test.")
    frozen_clock.tick()
    press(client, site[0], "_publish_at", publish_at=local, title="After")

    assert around(client, frozen_clock, site, instant) == [PUBLIC, CORRECTED]


def test_a_withdrawal(client, site, night, frozen_clock):
    _zone, local, instant = night
    review.approve(site[0], by=make_account("publisher"), alone="In this test.")
    frozen_clock.tick()
    press(client, site[0], "_withdraw_at", withdraw_at=local, withdraw_reason="The text was wrong.")

    assert around(client, frozen_clock, site, instant) == [PUBLIC, (410, "", 410, 410)]
    assert not Edition.objects.public(instant).filter(uid=site[0].uid).exists()
