"""Answers kept in a real Redis, for all workers; what happens when it goes away and when it comes back."""

import time
from datetime import timedelta

import pytest
from django.test import Client

from ctportal.publishing.services import publish, withdraw
from ctportal.reading import cache
from tests.factories import make_account, make_conference

from .conftest import started_redis

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/en/conferences/minsk-2019/"


@pytest.fixture
def by():
    return make_account("administrator")


@pytest.fixture
def conference(by, frozen_clock):
    conference = make_conference("The title", slug="minsk-2019")
    publish(conference, by=by)
    return conference


def test_what_one_worker_has_made_another_serves(conference, in_redis, is_kept):
    is_kept(PAGE)
    cache.store.cache_clear()  # a process that has asked nothing yet

    assert is_kept(PAGE)


def test_it_keeps_plain_bytes_and_for_a_quarter_of_an_hour(conference, in_redis):
    import redis

    page = Client().get(PAGE).content
    server = redis.Redis(port=in_redis)
    (key, *more) = [key for key in server.scan_iter() if server.get(key).endswith(page)]

    assert more == []
    assert key.startswith(b"ctportal:")
    assert 0 < server.ttl(key) <= cache.QUARTER


def test_a_release_and_a_withdrawal_are_never_stale(conference, by, in_redis, frozen_clock):
    client = Client()
    end = frozen_clock.now + timedelta(hours=1)
    withdraw(conference, by=by, reason="It is over.", at=end)
    statuses = [client.get(PAGE).status_code for _turn in range(2)]
    frozen_clock.move_to(end)

    assert [*statuses, client.get(PAGE).status_code] == [200, 200, 410]


def test_without_redis_answers_are_made_anew_until_it_is_back(conference, settings, is_kept, monkeypatch):
    monkeypatch.setattr(cache.RedisStore, "PAUSE", 0.2)
    with started_redis() as port:
        settings.CTPORTAL_CACHE_URL = f"redis://127.0.0.1:{port}/0"
        cache.store.cache_clear()
        kept = [is_kept(PAGE), is_kept(PAGE)]
    answers = [Client().get(PAGE).status_code for _turn in range(3)]
    away = is_kept(PAGE)
    with started_redis(port):
        time.sleep(0.3)
        back = [is_kept(PAGE), is_kept(PAGE)]

    assert (kept, answers, away, back) == ([False, True], [200] * 3, False, [False, True])


def test_a_redis_that_does_not_answer_is_waited_for_once(conference, settings, monkeypatch):
    import socket

    monkeypatch.setattr(cache.RedisStore, "PATIENCE", 0.1)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        settings.CTPORTAL_CACHE_URL = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        cache.store.cache_clear()
        begin = time.monotonic()
        statuses = [Client().get(PAGE).status_code for _turn in range(5)]

    assert statuses == [200] * 5
    assert time.monotonic() - begin < 5 * cache.RedisStore.PAUSE
