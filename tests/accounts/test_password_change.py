"""Changing one's own password: with the limits of signing in, in a browser that stays known."""

import pytest
from django.test import Client

from ctportal.accounts import hashing
from tests.accounts.conftest import PASSWORD
from tests.factories import make_account

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


def set_own(client, account):
    return client.post(
        "/admin/password_change/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    )


def set_anothers(client, account):
    client.force_login(make_account("administrator", "boss"))
    typed = {"usable_password": "true", "password1": NEW, "password2": NEW}
    return client.post(f"/admin/auth/user/{account.pk}/password/", typed)


@pytest.mark.parametrize("set_password", [set_own, set_anothers])
def test_a_new_password_is_hashed_in_its_turn_and_saved_after_it(maria, client, monkeypatch, set_password):
    """Nobody's password is hashed while it is saved: that may wait for other writers."""
    client.force_login(maria)
    at_work = []
    save = type(maria).save

    def saved(self, *args, **kwargs):
        free = hashing._slots[True].acquire(blocking=False)
        at_work.append(not free)
        if free:
            hashing._slots[True].release()
        save(self, *args, **kwargs)

    monkeypatch.setattr(type(maria), "save", saved)
    assert set_password(client, maria).status_code == 302
    assert not any(at_work)
    maria.refresh_from_db()
    assert maria.check_password(NEW)


def test_a_new_password_is_not_hashed_beside_too_many_others(maria, hashed, client, monkeypatch):
    monkeypatch.setattr(hashing, "PATIENCE", 0)

    with hashing.one_at_a_time(is_known=True):
        del hashed[:]
        response = set_anothers(client, maria)

    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert NEW not in response.content.decode()
    assert hashed == []
