"""Changing one's own password: with the limits of signing in, in a browser that stays known."""

import pytest
from django.test import Client

from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "battery horse correct"


def change(client, old, new=NEW):
    return client.post(
        "/admin/password_change/", {"old_password": old, "new_password1": new, "new_password2": new}
    ).status_code


def test_the_present_password_is_guessed_no_more_often_than_at_signing_in(maria, hashed, client):
    client.force_login(maria)
    del hashed[:]

    assert [change(client, "wrong") for _ in range(7)] == [200] * 5 + [429] * 2
    assert change(client, PASSWORD) == 429
    assert hashed == ["wrong"] * 5


def test_a_bad_new_password_counts_as_no_guess(maria, client):
    client.force_login(maria)

    assert [change(client, PASSWORD, "short") for _ in range(7)] == [200] * 7
    assert change(client, PASSWORD) == 302


def test_the_browser_stays_known_and_the_old_cookie_does_not(maria, sign_in, client):
    sign_in(PASSWORD)
    old = client.cookies[f"browser_{maria.pk}"].value
    assert change(client, PASSWORD) == 302
    client.post("/admin/logout/")
    thief = Client()
    thief.cookies[f"browser_{maria.pk}"] = old
    for number in range(25):
        sign_in(REMOTE_ADDR=f"203.0.113.{number}", client=Client())

    assert sign_in(NEW, client=thief).status_code == 429
    assert sign_in(NEW).status_code == 302
