"""The limits of signing in: how many passwords are tried, whom that keeps out, and what is told and kept of it."""

import logging
import re
from contextlib import suppress
from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from ctportal.accounts import hashing, limits
from ctportal.accounts.models import AttemptCounter
from ctportal.workflow.models import AuditEntry
from tests.accounts.conftest import PASSWORD
from tests.factories import make_account

pytestmark = pytest.mark.django_db
ACCEPTED, AGAIN, REFUSED, BUSY = 302, 200, 429, 503


def statuses(responses):
    return [response.status_code for response in responses]


def without_tokens(response):
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)


# How many


def test_invented_forwarded_addresses_win_no_attempts(maria, hashed, sign_in):
    found = statuses(sign_in(HTTP_X_FORWARDED_FOR=f"203.0.113.{number}") for number in range(60))

    assert found == [AGAIN] * 5 + [REFUSED] * 55
    response = sign_in(PASSWORD)
    assert (response.status_code, int(response["Retry-After"]) in range(890, 901)) == (REFUSED, True)
    assert hashed == ["wrong"] * 5


def test_one_name_is_tried_twenty_times_from_wherever(maria, hashed, sign_in):
    found = statuses(sign_in(REMOTE_ADDR=f"203.0.113.{number}") for number in range(60))

    assert found == [AGAIN] * 20 + [REFUSED] * 40
    assert sign_in(PASSWORD, REMOTE_ADDR="198.51.100.1").status_code == REFUSED
    assert len(hashed) == 20


def test_one_address_has_a_limit_for_all_names_that_a_venue_can_share(monkeypatch, maria, hashed, sign_in):
    assert limits.LIMITS["password"] == (5, 20, 100)
    monkeypatch.setitem(limits.LIMITS, "password", limits.Limits(5, 20, 8))

    found = statuses(sign_in(name=f"name{number}") for number in range(10))

    assert found == [AGAIN] * 8 + [REFUSED] * 2
    assert sign_in(PASSWORD, REMOTE_ADDR="198.51.100.1").status_code == ACCEPTED


def test_addresses_of_one_ipv6_network_are_one(maria, sign_in):
    found = statuses(sign_in(REMOTE_ADDR=f"2001:db8:1:2::{number}") for number in range(6))

    assert found == [AGAIN] * 5 + [REFUSED]
    assert sign_in(REMOTE_ADDR="2001:db8:1:3::1").status_code == AGAIN


def test_what_is_refused_is_not_counted_and_makes_nobody_wait_longer(frozen_clock, maria, sign_in):
    for _ in range(5):
        sign_in()
        frozen_clock.tick(minutes=1)
    frozen_clock.tick(minutes=9)
    refused = sign_in(PASSWORD)

    frozen_clock.tick(seconds=int(refused["Retry-After"]))

    assert refused["Retry-After"] == "60"
    assert sign_in(PASSWORD).status_code == ACCEPTED


def test_no_quarter_of_an_hour_has_more_attempts_than_the_limit(frozen_clock, maria, hashed, sign_in):
    made = []
    for _ in range(60):
        if sign_in().status_code == AGAIN:
            made.append(frozen_clock.now)
        frozen_clock.tick(minutes=1)

    assert len(made) == len(hashed) == 20
    assert all((later - earlier).total_seconds() >= 900 for earlier, later in zip(made, made[5:], strict=False))


def test_signing_in_forgets_ones_own_failures_alone(maria, sign_in):
    for _ in range(4):
        sign_in()
    assert sign_in(PASSWORD).status_code == ACCEPTED
    stranger = Client()

    assert statuses(sign_in(client=stranger) for _ in range(6)) == [AGAIN] * 5 + [REFUSED]
    counts = sorted(len(counter.attempts) for counter in AttemptCounter.objects.all())
    assert counts == [5, 9, 9]


def test_an_attempt_that_ends_in_an_error_stays_counted(monkeypatch, maria, sign_in, client):
    client.raise_request_exception = False
    monkeypatch.setattr("django.contrib.auth.forms.authenticate", lambda *args, **kwargs: 1 / 0)

    assert statuses(sign_in() for _ in range(6)) == [500] * 5 + [REFUSED]


def test_counters_that_no_longer_count_are_removed(frozen_clock, sign_in):
    sign_in(name="somebody")
    frozen_clock.tick(minutes=31)
    sign_in(name="else", REMOTE_ADDR="203.0.113.9")

    assert AttemptCounter.objects.count() == 3


def accepted(request, purpose, name="maria"):
    """Return how many attempts are accepted, none of which is noted as made or not."""
    for number in range(200):
        try:
            limits.check(request, purpose, name)
        except limits.Limited:
            return number
    return None


def test_each_purpose_has_attempts_of_its_own(db):
    request = RequestFactory().post("/")

    assert {purpose: accepted(request, purpose) for purpose in limits.LIMITS} == {"password": 5, "code": 5, "mail": 3}
    assert accepted(request, "code", "mario") == 5


def test_an_attempt_that_was_not_made_is_taken_back_and_no_other(db):
    request = RequestFactory().post("/")
    limits.check(request, "code", "maria")
    for _ in range(30):
        limits.check(request, "code", "maria")
        limits.note_unmade(request, "code", "maria")

    assert [len(counter.attempts) for counter in AttemptCounter.objects.all()] == [1, 1, 1]


# Names


def test_a_name_without_account_is_answered_in_the_same_way(maria, sign_in, frozen_clock):
    answers = {
        name: [
            (
                response.status_code,
                without_tokens(response).replace(name.encode(), b""),
                dict(response.headers) | {"Expires": ""},  # of the second in which it was made
            )
            for response in (sign_in(name=name, REMOTE_ADDR=address) for _ in range(7))
        ]
        for name, address in (("maria", "203.0.113.1"), ("mario", "203.0.113.2"))
    }

    assert answers["maria"] == answers["mario"]


LETTERS = {"m": "Mｍ𝐦ⓜм", "a": "Aａáаⓐ", "r": "Rｒŕгⓡ", "i": "Iｉíıі"}
INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u0301", " ", "\u00a0", "\u3000", "\t"]
SPELLINGS = sorted(
    {"".join(LETTERS[each][way] if bits >> at & 1 else each for at, each in enumerate("mari")) + "a"
     for way in range(5) for bits in range(1, 16)}
    | {"maria"[:at] + sign + "maria"[at:] for sign in INVISIBLE for at in range(6)}
    | {f"{before}{word}{after}" for word in ("maria", "MARIA", "Maria", "mária", "ｍａｒｉａ", "ᵐaria")
       for before in ("", " ", "\u200e", "\u3000") for after in ("", " ", "\u200f", "\u2009", ".", "\ufe0f", "\u0338", "%00")}
)  # fmt: skip


@pytest.mark.slow
def test_no_spelling_of_a_name_wins_an_attempt(monkeypatch, maria, sign_in):
    monkeypatch.setitem(limits.LIMITS, "password", limits.Limits(5, 20, 10_000))
    for _ in range(5):
        sign_in()

    let_in = [name for name in SPELLINGS if sign_in(PASSWORD, name).status_code not in (AGAIN, REFUSED)]

    assert len(SPELLINGS) >= 320
    assert let_in == []


# A browser that is known


def test_who_has_signed_in_there_gets_in_however_often_others_fail(maria, sign_in):
    browser = Client()
    sign_in(PASSWORD, client=browser)
    browser.post("/admin/logout/")
    for number in range(30):
        sign_in(REMOTE_ADDR=f"203.0.113.{number}")
    assert sign_in(PASSWORD, REMOTE_ADDR="203.0.113.99").status_code == REFUSED

    assert sign_in(PASSWORD, client=browser).status_code == ACCEPTED


def test_a_known_browser_has_the_same_limit_and_its_copies_none_of_their_own(maria, hashed, sign_in):
    browser, copy = Client(), Client()
    sign_in(PASSWORD, client=browser)
    copy.cookies.load({name: morsel.value for name, morsel in browser.cookies.items() if name.startswith("browser_")})
    sign_in(PASSWORD, client=browser)  # renews the cookie
    del hashed[:]

    assert statuses(sign_in(client=each) for each in (browser, copy) * 4) == [AGAIN] * 5 + [REFUSED] * 3
    assert len(hashed) == 5


@pytest.mark.parametrize(
    "forged",
    ["", "x", "x:y:z", "a" * 5000, "of another account", "of an old password"],
)
def test_a_cookie_that_does_not_hold_wins_nothing(maria, sign_in, forged):
    owner, other = Client(), make_account("editor", "other")
    other.set_password(PASSWORD)
    other.save()
    sign_in(PASSWORD, client=owner)
    value = forged
    if forged == "of another account":
        sign_in(PASSWORD, "other", client=owner)
        value = owner.cookies[f"browser_{other.pk}"].value
    elif forged == "of an old password":
        value = owner.cookies[f"browser_{maria.pk}"].value
        maria.set_password("another long password")
        maria.save()
    thief = Client()
    for _ in range(5):
        sign_in(client=thief)
    thief.cookies[f"browser_{maria.pk}"] = value

    assert sign_in(client=thief).status_code == REFUSED


@pytest.mark.parametrize("is_secure", [True, False])
def test_the_cookie_is_kept_from_scripts_and_from_the_public_side(settings, maria, sign_in, client, is_secure):
    settings.SESSION_COOKIE_SECURE = is_secure

    response = sign_in(PASSWORD)

    cookie = response.cookies[f"browser_{maria.pk}"]
    found = {name: cookie[name] for name in ("path", "httponly", "secure", "samesite", "max-age")}
    assert found == {
        "path": "/admin/",
        "httponly": True,
        "samesite": "Lax",
        "max-age": 30 * 24 * 3600,
        "secure": is_secure or "",
    }
    assert [name for name in sign_in("wrong", client=Client()).cookies if name.startswith("browser_")] == []


# What is told and kept


def test_a_limit_is_logged_once_and_stands_in_the_audit_trail(frozen_clock, caplog, maria, sign_in):
    caplog.set_level(logging.INFO)
    for _ in range(9):
        sign_in("my secret", REMOTE_ADDR="203.0.113.7")

    alarms = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [line for line in alarms if line.startswith("Limit")] == [
        f"Limit reached: 5 failed attempts (password, one name from one address): account {maria.pk}, from 203.0.113.7"
    ]
    entry = AuditEntry.objects.filter(outcome="refused").values_list("kind", "what", "address").get()
    assert entry == ("sign-in", "limit reached (password, one name from one address): account maria", "203.0.113.7")
    frozen_clock.tick(minutes=16)
    for _ in range(5):
        sign_in(REMOTE_ADDR="203.0.113.7")
    assert AuditEntry.objects.filter(outcome="refused").count() == 2


def test_nothing_that_was_typed_is_kept(caplog, sign_in):
    caplog.set_level(logging.DEBUG)
    for _ in range(7):
        sign_in("typed-password", "typed-name")

    kept = [
        *(record.getMessage() for record in caplog.records),
        str(list(AuditEntry.objects.values_list())),
        str(list(AttemptCounter.objects.values_list())),
    ]
    assert any("a name that no account has" in text for text in kept)
    assert [text for text in kept if "typed" in text] == []


def test_the_page_says_when_to_come_back_and_is_never_kept(sign_in):
    response = [sign_in() for _ in range(6)][-1]

    assert (response.status_code, "no-store" in response["Cache-Control"]) == (REFUSED, True)
    assert "Wait 15 minutes, then try again." in response.text


# Locks and errors


def test_where_attempts_cannot_be_counted_nobody_is_let_in(monkeypatch, maria, hashed, sign_in, client):
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        raise OperationalError("no such table")

    monkeypatch.setattr(AttemptCounter.objects, "filter", fail)

    assert (sign_in(PASSWORD).status_code, hashed) == (BUSY, [])


def test_two_at_once_do_not_both_get_the_last_attempt(transactional_db):
    request = RequestFactory().post("/admin/login/")
    for _ in range(4):
        limits.check(request, "password", "maria")
    start, passed = Barrier(6), []

    def attempt():
        start.wait()
        with suppress(limits.Limited):
            limits.check(request, "password", "maria")
            passed.append(1)
        connection.close()

    threads = [Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert passed == [1]


def test_no_lock_is_held_while_a_password_is_hashed(monkeypatch, transactional_db, sign_in):
    held = []
    monkeypatch.setattr(
        "django.contrib.auth.forms.authenticate", lambda *args, **kwargs: held.append(connection.in_atomic_block)
    )

    sign_in()

    assert held == [False]


def test_who_would_wait_behind_others_is_asked_to_come_back(maria, hashed, sign_in):
    browser = Client()
    sign_in(PASSWORD, client=browser)
    del hashed[:]
    with hashing._strangers, hashing._strangers:
        response = sign_in(PASSWORD)
        known = sign_in(PASSWORD, client=browser)

    assert (response.status_code, response["Retry-After"]) == (BUSY, "10")
    assert known.status_code == ACCEPTED
    assert [counter.attempts for counter in AttemptCounter.objects.all()] == [[]] * 4
    assert sign_in(PASSWORD).status_code == ACCEPTED


def test_one_stranger_is_hashed_at_a_time_and_not_longer_waited_for_than_said(monkeypatch):
    monkeypatch.setattr(hashing, "PATIENCE", 0.01)
    with hashing.one_at_a_time(is_known=False):
        with pytest.raises(hashing.Busy), hashing.one_at_a_time(is_known=False):
            pass
        with hashing.one_at_a_time(is_known=True):
            pass
    with hashing.one_at_a_time(is_known=False):
        pass
