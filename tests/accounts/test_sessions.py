"""The end of a session: unused, over, taken away; and cookies that name no session."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ctportal.publishing.services import publish
from ctportal.staff.preview import preview_address
from ctportal.workflow.models import AuditEntry
from ctportal.workflow.roles import ROLES
from tests.accounts.conftest import PASSWORD
from tests.factories import make_conference, make_photo, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, maria, frozen_clock):
    """A client in which maria has signed in now."""
    client.force_login(maria)
    return client


def is_signed_in(client):
    return client.get("/admin/").status_code == 200


def ends():
    return [entry.what for entry in AuditEntry.objects.filter(kind="sign-out")]


# Unused and over


def test_a_session_ends_after_half_an_hour_without_a_request(signed_in, frozen_clock):
    frozen_clock.tick(minutes=29, seconds=59)
    assert is_signed_in(signed_in)
    frozen_clock.tick(minutes=29, seconds=59)
    assert is_signed_in(signed_in)
    frozen_clock.tick(minutes=30)

    assert not is_signed_in(signed_in)
    assert ends() == ["session ended after half an hour without a request"]
    assert not Session.objects.exists()


def test_a_session_ends_twelve_hours_after_signing_in_however_busy_and_written_to(signed_in, frozen_clock):
    for _ in range(35):
        frozen_clock.tick(minutes=20)
        assert signed_in.post("/admin/session/").status_code == 200
    Session.objects.update(expire_date=frozen_clock.now + timedelta(days=1))  # as every write does
    frozen_clock.tick(minutes=20)

    assert not is_signed_in(signed_in)
    assert ends() == ["session ended twelve hours after signing in"]
    assert not Session.objects.exists()


def test_whoever_keeps_the_cookie_of_the_session_alone_has_half_an_hour(signed_in, frozen_clock):
    stolen = Client()
    stolen.cookies["sessionid"] = signed_in.cookies["sessionid"].value
    frozen_clock.tick(minutes=20)
    assert is_signed_in(signed_in)
    frozen_clock.tick(minutes=15)

    assert not is_signed_in(stolen)


def test_the_instant_of_another_session_or_a_forged_one_does_not_count(signed_in, maria, frozen_clock):
    frozen_clock.tick(minutes=20)
    assert is_signed_in(signed_in)
    instant = signed_in.cookies["last_request"].value
    for forged in (instant, instant.replace("1", "2"), "9999999999", "9999999999:x", "", "\0", "ü"):
        other = Client()
        other.force_login(maria)
        frozen_clock.tick(minutes=30)
        other.cookies["last_request"] = forged
        assert not is_signed_in(other), forged


def test_no_request_writes_the_instant_to_the_database(signed_in, frozen_clock):
    frozen_clock.tick(minutes=10)

    with CaptureQueriesContext(connection) as queries:
        signed_in.get("/admin/")

    assert [query["sql"] for query in queries if not query["sql"].lstrip().startswith(("SELECT", "WITH"))] == []
    cookie = signed_in.cookies["last_request"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_what_a_page_asks_by_itself_does_not_keep_a_session(signed_in, frozen_clock):
    conference = make_conference()
    page = f"/admin/conferences/conference/{conference.pk}/change/"
    html = signed_in.get(page).content.decode()
    key = re.search(r'data-page="([^"]+)"', html)[1]
    for _ in range(29):
        frozen_clock.tick(minutes=1)
        assert signed_in.post(page.replace("change", "presence"), {"page": key}).status_code == 200
    frozen_clock.tick(minutes=1)

    assert signed_in.post(page.replace("change", "presence"), {"page": key}).status_code == 302
    assert not is_signed_in(signed_in)


def test_staying_signed_in_is_one_small_request(signed_in, frozen_clock):
    assert signed_in.get("/admin/session/").status_code == 405
    frozen_clock.tick(minutes=25)

    assert signed_in.post("/admin/session/").json() == {"seconds": 29 * 60}
    frozen_clock.tick(minutes=25)
    assert is_signed_in(signed_in)
    frozen_clock.tick(minutes=30)
    assert signed_in.post("/admin/session/").status_code == 302


def test_near_the_twelve_hours_the_page_is_told_what_is_left(signed_in, frozen_clock):
    for _ in range(35):
        frozen_clock.tick(minutes=20)
        signed_in.post("/admin/session/")
    frozen_clock.tick(minutes=10)

    assert signed_in.post("/admin/session/").json() == {"seconds": 10 * 60}


def test_the_page_to_sign_in_says_that_the_session_has_ended(signed_in, frozen_clock):
    frozen_clock.tick(minutes=30)

    response = signed_in.get("/admin/", follow=True)

    assert "Your session has ended. Sign in again" in response.content.decode()


def test_the_session_changes_at_signing_in(client, maria, sign_in):
    client.get("/admin/login/")
    preset = "a" * 32
    client.cookies["sessionid"] = preset
    sign_in(PASSWORD)

    assert client.cookies["sessionid"].value != preset
    assert is_signed_in(client)
    first = client.cookies["sessionid"].value
    sign_in(PASSWORD)
    assert client.cookies["sessionid"].value != first
    old = Client()
    old.cookies["sessionid"] = first
    assert not is_signed_in(old)


# Taken away


def take_account(maria):
    maria.is_active = False
    maria.save()


def take_staff(maria):
    maria.is_staff = False
    maria.save()


def change_password(maria):
    maria.set_password("another horse battery")
    maria.save()


def delete_account(maria):
    maria.delete()


@pytest.mark.parametrize("take", [take_account, take_staff, change_password, delete_account])
def test_what_is_taken_away_ends_at_the_next_request_everywhere(client, maria, take):
    conference = make_conference()
    photo = make_photo(conference)
    client.force_login(maria)
    addresses = {
        "/admin/": 302,
        f"/admin/conferences/conference/{conference.pk}/change/": 302,
        f"/admin/files/{photo.file.key}/{photo.file.name}": 404,
        preview_address(SimpleNamespace(session=client.session), conference): 404,
        "/admin/session/": 302,
    }
    before = [client.get(address).status_code for address in addresses]
    assert before == [200, 200, 200, 200, 405]

    take(maria)

    assert {address: client.get(address).status_code for address in addresses} == addresses


def test_a_role_taken_away_ends_at_the_next_request(client, maria):
    conference = make_conference()
    address = f"/admin/conferences/conference/{conference.pk}/change/"
    client.force_login(maria)
    assert client.get(address).status_code == 200

    maria.groups.remove(*Group.objects.filter(name__in=ROLES))

    assert client.get(address).status_code == 403


def test_who_changes_their_password_stays_and_their_other_sessions_end(client, maria):
    other = Client()
    other.force_login(maria)
    client.force_login(maria)

    new = "another horse battery"
    response = client.post(
        "/admin/password_change/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )

    assert response.status_code == 302
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)


# Cookies that name no session

MALFORMED = [
    *(
        "",
        "a",
        "abc",
        "-" * 32,
        "A" * 32,
        "a" * 31,
        "a" * 33,
        "a" * 5000,
        "é" * 32,
        "🦊" * 8,
        "../../etc/passwd",
        "null",
    ),
    *('"\\000\\000\\000\\000\\000\\000\\000\\000\\000"', '"a\\012b\\012cccccccccc"', '"\\377\\376\\375\\374aaaaaaaa"'),
    *("' OR 1=1 --aaaaaaaaa", "%00%00%00%00%00%00%00%00", "a b c d e f g h i", "{}", "[1,2,3]", "=====", "\x7f" * 32),
    *("a" * 32, "z" * 32, "0" * 32),  # well-formed, but of no session
]


@pytest.fixture
def public_pages(db):
    conference = make_conference()
    publish(conference, by=make_user())
    return ["/", f"/en/conferences/{conference.slug}/", "/en/nothing/", "/api/v1/conferences/"]


def seen(client, address, cookie=None):
    headers = {} if cookie is None else {"HTTP_COOKIE": cookie.encode().decode("latin-1")}
    response = client.get(address, **headers)
    return response.status_code, dict(response.headers), response.content, dict(response.cookies)


def test_a_cookie_that_names_no_session_changes_no_public_answer(client, public_pages):
    for address in public_pages:
        plain = seen(client, address)
        for value in MALFORMED:
            assert seen(client, address, f"sessionid={value}; last_request={value}") == plain, (address, value)


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/preview/x/", "/admin/files/xxxxxxxxxxxxxxxxxxxx/x"])
def test_a_cookie_that_names_no_session_is_like_none_for_staff(db, address):
    plain = seen(Client(), address)[0]

    statuses = {seen(Client(), address, f"sessionid={value}; last_request={value}")[0] for value in MALFORMED}

    assert statuses == {plain}
    assert not Session.objects.exists()
