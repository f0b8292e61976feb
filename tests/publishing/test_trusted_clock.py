"""A clock that jumps releases nothing: readers do not follow it, nothing is published, and the portal is not ready."""

import logging
import runpy
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.utils import timezone

from ctportal.publishing import clock, epoch
from ctportal.publishing.models import APART, Edition
from ctportal.publishing.services import publish, unschedule_all, withdraw
from ctportal.publishing.transactions import atomic
from ctportal.workflow.sealing import seal
from tests.factories import make_account, make_conference, make_document

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
JUMPS = pytest.mark.parametrize("jump", [HOUR, -HOUR, timedelta(seconds=5.1), timedelta(seconds=-5.1)], ids=str)
MS = timedelta(milliseconds=1)


class Machine:
    """The clock of this server, that of the database, and the time that really elapses."""

    def __init__(self, frozen, patch):
        self.true, self.ahead, self.database_ahead = frozen.now, timedelta(), timedelta()
        patch.setattr(timezone, "now", lambda: self.true + self.ahead)
        patch.setattr(clock, "elapsed", lambda: datetime.timestamp(self.true))
        patch.setattr(clock, "database_now", lambda: self.true + self.database_ahead)
        clock.trust()
        clock.now()

    def wait(self, **delta):
        self.true += timedelta(**delta)


@pytest.fixture
def machine(frozen_clock, monkeypatch):
    return Machine(frozen_clock, monkeypatch)


@pytest.fixture
def by():
    return make_account("administrator")


@pytest.fixture
def conference(machine, by):
    conference = make_conference(slug="minsk-2019")
    publish(conference, by=by)
    machine.wait(minutes=1)
    return conference


def logged(caplog):
    ours = (record for record in caplog.records if record.name == clock.logger.name)
    return [(record.levelname, record.getMessage().partition(".")[0]) for record in ours]


@JUMPS
def test_readers_do_not_follow_a_jump(machine, client, conference, by, jump):
    document = make_document(conference, slug="release")
    publish(document, by=by, at=machine.true + HOUR)
    withdrawn = make_document(conference, slug="gone")
    publish(withdrawn, by=by)
    machine.wait(minutes=10)
    machine.ahead = jump

    seen = [client.get(f"/en/documents/{slug}/").status_code for slug in ("release", "gone")]

    assert (seen, epoch.now()) == ([404, 200], machine.true)
    machine.wait(minutes=50)
    assert client.get("/en/documents/release/").status_code == 200


@pytest.mark.parametrize("jump", [timedelta(seconds=5), timedelta(seconds=-5), timedelta(0)], ids=str)
def test_small_corrections_are_followed_one_after_the_other(machine, conference, by, jump):
    for _minute in range(5):
        machine.ahead += jump
        machine.wait(seconds=61)
        assert clock.now() == timezone.now()
        machine.database_ahead = machine.ahead  # they are set together
        publish(conference, by=by)


def test_a_jump_in_two_steps_within_a_minute_is_a_jump(machine):
    machine.wait(seconds=61)
    clock.now()
    for expected in (True, False):
        machine.wait(seconds=10)
        machine.ahead += timedelta(seconds=4)
        assert (clock.now() == timezone.now()) is expected


@JUMPS
def test_nothing_is_published_after_a_jump(machine, conference, by, jump):
    old = Edition.objects.get()
    publish(conference, by=by)
    machine.wait(hours=2)
    machine.ahead = jump
    acts = (
        lambda: publish(conference, by=by),
        lambda: withdraw(conference, by=by, reason="Wrong"),
        lambda: seal(old, by=by, reason="Wrong"),
    )

    for act in acts:
        with pytest.raises(ValidationError) as refused:
            act()
        why = f"The clock of this server has jumped by {abs(round(jump.total_seconds()))} seconds."
        text = f"Nothing can be published, scheduled or withdrawn now. {why} Tell whoever operates the portal."
        assert (refused.value.code, refused.value.messages) == ("wrong_clock", [text])
    machine.ahead = timedelta()
    publish(conference, by=by)


WRONG = {
    "jump": (lambda machine: setattr(machine, "ahead", HOUR), "The clock of this server has jumped by 3600 seconds"),
    "database": (
        lambda machine: setattr(machine, "database_ahead", timedelta(seconds=6)),
        "The clock of this server is 6 seconds away from that of the database",
    ),
    "ledger": (
        lambda machine: (machine.wait(hours=-1), clock.trust()),
        "The clock of this server is 3540 seconds behind the last entry of the ledger",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_clock_is_told_once_and_the_portal_is_not_ready(machine, client, conference, by, caplog, wrong):
    make_wrong, text = WRONG[wrong]
    right = {"database": "ok", "files": "ok", "clock": "ok"}
    assert client.get("/readyz").json() == right
    caplog.set_level(logging.WARNING, logger=clock.logger.name)
    true = machine.true
    make_wrong(machine)

    answers = [client.get("/readyz") for _turn in range(3)]
    with pytest.raises(ValidationError, match=text):
        publish(conference, by=by)
    client.get("/en/conferences/minsk-2019/")

    assert [(answer.status_code, answer.json()) for answer in answers] == [(503, right | {"clock": "unavailable"})] * 3
    assert logged(caplog) == [("ERROR", text)]
    machine.true, machine.ahead, machine.database_ahead = true, timedelta(), timedelta()
    caplog.clear()
    assert [client.get("/readyz").status_code for _turn in range(2)] == [200, 200]
    assert logged(caplog) == [("WARNING", "The clock of this server is right again")]


def test_the_log_tells_within_a_minute_where_nobody_asks(machine, conference, caplog, monkeypatch):
    caplog.set_level(logging.WARNING, logger=clock.logger.name)
    answers = iter([timedelta(), HOUR, OperationalError, HOUR, timedelta()])
    told = []

    def database_now():
        answer = next(answers, KeyboardInterrupt)
        if isinstance(answer, timedelta):
            return machine.true + answer
        raise answer

    def sleep(seconds):
        told.append((seconds, len(logged(caplog))))
        machine.wait(seconds=seconds)

    monkeypatch.setattr(clock, "database_now", database_now)
    monkeypatch.setattr(clock, "close_old_connections", lambda: None)  # it would end the transaction of the test
    monkeypatch.setattr(time, "sleep", sleep)
    with pytest.raises(KeyboardInterrupt):
        clock.watch()

    assert told == [(60, number) for number in (0, 1, 1, 1, 2)]
    assert logged(caplog) == [
        ("ERROR", "The clock of this server is 3600 seconds away from that of the database"),
        ("WARNING", "The clock of this server is right again"),
    ]


@pytest.mark.parametrize("ahead", [APART, -APART])
def test_machines_may_be_as_far_apart_as_readers_do_not_notice(machine, client, conference, by, ahead):
    machine.database_ahead = ahead
    publish(conference, by=by)
    machine.wait(seconds=-5)
    clock.trust()

    assert client.get("/readyz").status_code == 200
    publish(conference, by=by)


@pytest.mark.parametrize(("ahead", "committed"), [(4, False), (1, True), (-4, True)])
def test_what_is_committed_too_late_by_the_clock_of_the_database_is_rolled_back(
    machine, conference, by, ahead, committed
):
    """Another machine may be as far ahead of the database as this one is behind it."""
    machine.database_ahead = timedelta(seconds=ahead)
    document = make_document(conference)
    edition = publish(document, by=by, at=machine.true + HOUR)

    def slowly():
        with atomic():
            unschedule_all([document], by=by)
            machine.wait(hours=1, seconds=-7)

    if committed:
        slowly()
    else:
        with pytest.raises(ValidationError, match="Nothing was saved because it took too long"):
            slowly()
    assert Edition.objects.get(pk=edition.pk).is_unscheduled is committed


def test_a_start_trusts_the_clock_anew(machine, conference, by):
    machine.ahead = machine.database_ahead = HOUR
    assert clock.now() == machine.true
    clock.trust()

    assert clock.now() == machine.true + HOUR
    publish(conference, by=by)


def test_a_worker_that_replaces_another_trusts_the_clock_no_more_than_that(machine):
    right = machine.true, clock.elapsed()
    machine.wait(minutes=5)
    machine.ahead = HOUR
    clock.trust(right)

    assert clock.now() == machine.true


def test_the_server_hands_down_a_clock_that_has_not_jumped(monkeypatch, settings):
    server = runpy.run_path(str(settings.BASE_DIR / "deploy" / "gunicorn.conf.py"))
    real = time.time

    def handed_down_after(seconds):
        monkeypatch.setattr(time, "time", lambda: real() + seconds)
        server["pre_fork"](None, None)
        return server["clock"]["right"] - real()

    found = [handed_down_after(seconds) for seconds in (4, 3600, 8, -2)]
    assert found == pytest.approx([4, 4, 8, 8], abs=1)


@pytest.mark.skipif(
    not hasattr(time, "CLOCK_BOOTTIME"), reason="Linux alone has a clock that counts the time in suspend."
)
def test_a_suspended_machine_has_no_jump():
    clock.trust()
    assert clock.elapsed() == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=1)
    assert clock.now() == pytest.approx(datetime.now(UTC), abs=timedelta(seconds=1))


def test_asking_the_clock_asks_no_database(machine, django_assert_num_queries):
    with django_assert_num_queries(0):
        for _minute in range(3):
            machine.wait(minutes=1)
            clock.now()
