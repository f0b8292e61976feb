"""Two workers on one database, their clocks three seconds apart: what is to come each shows by its own clock, what one of
them has done is done at once for both.

They share the caches too, as workers before one Redis do.
"""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from ctportal.publishing import epoch, verification
from ctportal.publishing.models import APART, Edition, LedgerEntry
from ctportal.publishing.services import publish, restore, unschedule_all, withdraw
from ctportal.staff.publication_state import publication_state
from tests.factories import make_account, make_conference, make_document, make_photo, make_user
from tests.files.test_public import document_with_file

pytestmark = pytest.mark.django_db

AHEAD = {"early": timedelta(seconds=1.5), "late": timedelta(seconds=-1.5)}  # of the true time
DOERS = pytest.mark.parametrize("doer", AHEAD)
MS = timedelta(milliseconds=1)
FIRST, SECOND = "The first text", "The second text"
GONE = "withdrawn"


class Site:
    """A document and its file, read by both workers. ``true`` is the time as it is, ``clock`` what the worker at work sees."""

    def __init__(self, clock):
        self.clock, self.true = clock, clock.now
        self.by = make_user()
        with self.work("late"):
            self.conference = make_conference(slug="minsk-2019")
            publish(self.conference, by=self.by)
        self.document, self.file = document_with_file(self.conference, title=FIRST, slug="release")
        self.wait(seconds=10)

    def wait(self, **delta):
        self.true += timedelta(**delta)

    @contextmanager
    def work(self, worker):
        self.clock.move_to(self.time(worker))
        yield

    def time(self, worker):
        return self.true + AHEAD[worker]

    def do(self, worker, service, **how):
        with self.work(worker):
            done = service(type(self.document).objects.get(pk=self.document.pk), by=self.by, **how)
        self.wait(milliseconds=1)
        return done

    def write(self, title):
        self.document.versions.update(title=title)

    def seen(self, worker):
        """{channel: which text a visitor of *worker* reads there, GONE, or "" for nothing}."""
        with self.work(worker):
            client, uid = Client(), self.document.uid
            return {
                "page": told(client.get("/en/documents/release/")),
                "list": told(client.get("/en/documents/")),
                "conference": told(client.get("/en/conferences/minsk-2019/")),
                "api": told(client.get(f"/api/v1/documents/{uid}/")),
                "api list": told(client.get("/api/v1/documents/")),
                "file": told(client.get(self.file.path)),
            }

    def everywhere(self, text, file):
        lists = "" if text == GONE else text
        return (
            dict.fromkeys(("page", "api"), text)
            | dict.fromkeys(("list", "conference", "api list"), lists)
            | {"file": file}
        )


def told(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    texts = [text for text in (FIRST, SECOND) if text.encode() in body]
    assert len(texts) < 2, "two editions of one record at once"
    if response.status_code == 410:
        return GONE
    assert response.status_code in (200, 404)
    return "the file" if body.startswith(b"%PDF") else "".join(texts)


@pytest.fixture
def site(frozen_clock):
    return Site(frozen_clock)


def pass_by(site, instant):
    """Let the time pass from before to after *instant*; yield (worker, whether its own clock has reached it) now and then,
    each worker's own last millisecond before it and the instant itself among them."""
    turn = ["early", "late"]
    edges = [instant - ahead for ahead in AHEAD.values()]
    for site.true in sorted(
        [*edges, *(edge - MS for edge in edges), *(instant + n * timedelta(seconds=1) for n in (-2, 0, 2))]
    ):
        for worker in turn:
            yield worker, site.time(worker) >= instant
        turn.reverse()


@DOERS
def test_a_release_happens_for_each_worker_when_its_own_clock_reaches_the_instant(site, doer):
    edition = site.do(doer, publish, at=site.true + timedelta(hours=1))

    for worker, reached in pass_by(site, edition.public_from):
        expected = site.everywhere(FIRST, "the file") if reached else site.everywhere("", "")
        assert site.seen(worker) == expected, (worker, site.time(worker))


@DOERS
def test_at_a_scheduled_correction_there_is_never_none_and_never_both(site, doer):
    site.do(doer, publish)
    site.write(SECOND)
    site.wait(seconds=10)
    correction = site.do(doer, publish, at=site.true + timedelta(hours=1))

    for worker, reached in pass_by(site, correction.public_from):
        assert site.seen(worker) == site.everywhere(SECOND if reached else FIRST, "the file"), worker


@DOERS
def test_a_scheduled_withdrawal_happens_for_each_worker_at_its_own_instant(site, doer):
    site.do(doer, publish)
    site.wait(seconds=10)
    end = site.true + timedelta(hours=1)
    site.do(doer, withdraw, reason="Wrong date", at=end)

    for worker, reached in pass_by(site, end):
        expected = site.everywhere(GONE, GONE) if reached else site.everywhere(FIRST, "the file")
        assert site.seen(worker) == expected, worker


@DOERS
def test_what_one_worker_does_now_is_done_at_once_for_both(site, doer):
    def seen_by_both():
        early, late = site.seen("early"), site.seen("late")
        assert early == late
        return early

    assert seen_by_both() == site.everywhere("", "")
    site.do(doer, publish)
    assert seen_by_both() == site.everywhere(FIRST, "the file")
    site.write(SECOND)
    site.do(doer, publish)
    assert seen_by_both() == site.everywhere(SECOND, "the file")
    site.do(doer, withdraw, reason="Wrong date")
    assert seen_by_both() == site.everywhere(GONE, GONE)
    site.do(doer, restore)
    assert seen_by_both() == site.everywhere(SECOND, "the file")


def test_what_two_workers_do_in_turn_stands_in_the_order_in_which_they_did_it(site):
    """Each step 0.1 s after the one before, the clocks three seconds apart: for the late one all of it is still to come."""
    for number in range(6):
        worker = ["early", "late"][number % 2]
        site.write(f"{FIRST}, edition {number}")
        site.do(worker, publish)
        site.wait(seconds=0.1)
        for reader in AHEAD:
            assert site.seen(reader)["page"] == FIRST
            with site.work(reader):
                body = Client().get("/en/documents/release/").content
            assert f"edition {number}".encode() in body, reader
    site.do("early", withdraw, reason="Wrong date")
    assert [site.seen(reader)["page"] for reader in AHEAD] == [GONE, GONE]

    entries = list(LedgerEntry.objects.order_by("pk").values_list("at", flat=True))
    assert entries == sorted(entries)
    editions = Edition.objects.not_unscheduled().filter(uid=site.document.uid).order_by("pk")
    starts = list(editions.values_list("public_from", flat=True))
    assert (len(starts), starts) == (6, sorted(set(starts)))
    verification.verify()


def test_whoever_asks_for_the_instant_reads_what_has_been_done(site):
    """As staff do: what is public, what was, what is to come, by the clock that is late."""
    edition = site.do("early", publish)
    mine = Edition.objects.filter(uid=site.document.uid)
    with site.work("late"):
        now = epoch.now()
        found = [list(rows) for rows in (mine.public(now), mine.effective(now), mine.hidden(now), mine.to_come(now))]
    assert found == [[edition], [edition], [], []]


def test_what_has_begun_is_not_unscheduled_by_a_worker_whose_clock_is_late(site):
    """To its clock the edition is still to come; readers have read it."""
    edition = site.do("early", publish)

    with pytest.raises(ValidationError, match="Nothing is scheduled"):
        site.do("late", lambda document, by: unschedule_all([document], by=by))
    site.do("late", withdraw, reason="Wrong date")
    edition.refresh_from_db()
    assert edition.public_until > edition.public_from
    assert [site.seen(reader)["page"] for reader in AHEAD] == [GONE, GONE]


def test_staff_are_told_what_the_public_reads_whichever_worker_they_ask(site, client):
    """A list, its filter, the versions and the dashboard: none calls scheduled what readers have before them."""
    site.do("early", publish)
    base = "/admin/documents/pressrelease"
    client.force_login(make_account("publisher"))
    with site.work("late"):
        listed = client.get(f"{base}/?publication=public").context["cl"].result_list
        versions = client.get(f"{base}/{site.document.pk}/versions/").context["rows"]
        scheduled = client.get(f"{base}/?dashboard=scheduled").context["cl"].result_list
        sections = {section["key"] for section in client.get("/admin/").context["dashboard"]}

    assert [publication_state(record) for record in listed] == ["public"]
    assert [(row["number"], row["in_force"]) for row in versions] == [(1, True)]
    assert (list(scheduled), "scheduled" in sections) == ([], False)


def test_one_answer_reads_everything_at_one_instant(site, monkeypatch):
    """Time passes while a page is made: what begins in between is not on it, though it was asked for later."""
    site.do("early", publish)
    site.wait(seconds=10)
    with site.work("early"):
        later = make_document(site.conference, title=SECOND)
        publish(later, by=site.by, at=site.true + timedelta(hours=1))
    site.true = Edition.objects.get(uid=later.uid).public_from - AHEAD["early"] - timedelta(milliseconds=1)

    with site.work("early"):
        tick = site.clock.tick
        monkeypatch.setattr("django.utils.timezone.now", lambda: tick(milliseconds=2) - 2 * MS)
        body = Client().get("/en/conferences/minsk-2019/").content

    assert (FIRST.encode() in body, SECOND.encode() in body) == (True, False)


def test_a_clock_that_is_hours_wrong_takes_nobody_along(site):
    """What it publishes is to come for the others, and what is embargoed in between stays so."""
    site.do("early", publish, at=site.true + timedelta(minutes=30))
    wrong = site.true + timedelta(hours=1)
    site.clock.move_to(wrong)
    other = make_photo(site.conference)
    publish(other, by=site.by)

    for worker in AHEAD:
        assert site.seen(worker) == site.everywhere("", "")
        with site.work(worker):
            assert Client().get(f"/en/photos/{other.uid}/").status_code == 404
    site.true = wrong - AHEAD["late"] - APART
    with site.work("late"):
        assert Client().get(f"/en/photos/{other.uid}/").status_code == 200


def test_what_is_asked_for_now_is_read_at_the_last_publication_however_late_the_own_clock(frozen_clock):
    true = frozen_clock.now
    frozen_clock.tick(seconds=2)
    edition = publish(make_conference(), by=make_user())
    frozen_clock.move_to(true)

    assert list(Edition.objects.public(epoch.now())) == [edition]
    assert list(Edition.objects.to_come(epoch.now())) == []
