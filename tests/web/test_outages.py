"""What is answered while the database is busy, or its storage fails: a page that keeps what was typed, and an alarm."""

from contextlib import closing, contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client

from conferences.models import Conference
from ctportal.accounts.models import AttemptCounter
from ctportal.errors import server_error
from ctportal.staff.reader_sessions import WriterSession
from tests.admin.forms import AdminForm
from tests.factories import make_account, make_conference

pytestmark = pytest.mark.django_db
TYPED = "Hall of the <Palace>"
KEPT = '<input type="hidden" name="venue" value="Hall of the &lt;Palace&gt;">'


def execute(statement):
    """Execute *statement*, in a transaction that has failed too."""
    connection.ensure_connection()
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


@contextmanager
def read_only():
    """Let the database refuse to write."""
    is_sqlite = connection.vendor == "sqlite"
    # A savepoint of PostgreSQL's own: in one of Django's no durable transaction may begin.
    for statement in ["PRAGMA query_only = ON"] if is_sqlite else ["SAVEPOINT may_write", "SET TRANSACTION READ ONLY"]:
        execute(statement)
    try:
        yield
    finally:
        execute("PRAGMA query_only = OFF" if is_sqlite else "ROLLBACK TO SAVEPOINT may_write")


@contextmanager
def full():
    """Let SQLite's file grow no more."""
    (before,) = execute("PRAGMA max_page_count")
    (pages,) = execute("PRAGMA page_count")
    execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        execute(f"PRAGMA max_page_count = {before}")


@contextmanager
def locked():
    """Let another connection hold the lock that a writer needs, and this one wait for it but briefly."""
    is_sqlite = connection.vendor == "sqlite"
    other = connection.copy()
    other.inc_thread_sharing()
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
        if not is_sqlite:
            cursor.execute("LOCK TABLE conferences_conference IN EXCLUSIVE MODE")
        execute("PRAGMA busy_timeout = 50" if is_sqlite else "SET lock_timeout = '50ms'")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
            other.close()
            connection.close()  # whose patience has changed


@pytest.fixture
def form():
    """The form of a conference in which something was typed."""
    staff = Client(raise_request_exception=False)
    staff.force_login(make_account("publisher"))
    return AdminForm(staff, f"/admin/conferences/conference/{make_conference().pk}/change/").fill(venue=TYPED)


def alarms(caplog):
    return [
        (record.levelname, record.getMessage()) for record in caplog.records if record.name == "ctportal.core.outages"
    ]


@pytest.mark.django_db(transaction=True)
def test_who_gets_no_lock_in_time_sends_the_same_again(form, caplog):
    with locked():
        response = form.press("_continue")

    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "try again in a few seconds" in response.text
    assert KEPT in response.text
    assert "no-store" in response["Cache-Control"]
    assert Conference.objects.filter(venue_en=TYPED).count() == 0
    assert alarms(caplog) == [("WARNING", "Busy: others are writing.")]


def test_where_nothing_can_be_written_no_second_try_is_promised(form, caplog):
    with read_only():
        response = form.press("_continue")

    assert (response.status_code, "Retry-After" in response) == (503, False)
    assert "Sending it again does not help until the storage is mended." in response.text
    assert "seconds" not in response.text
    assert KEPT in response.text
    assert "no-store" in response["Cache-Control"]
    assert ("CRITICAL", "Storage fails: it can only be read.") in alarms(caplog)
    assert "Palace" not in caplog.text


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite has a limit of its own")
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_loses_nothing_and_reading_goes_on(form, caplog):
    form.fill(venue=TYPED, summary="<p>" + "long " * 40_000 + "</p>")
    with full():
        response = form.press("_continue")
        home = Client().get("/en/")

    assert (response.status_code, home.status_code) == (503, 200)
    assert KEPT in response.text
    assert ("CRITICAL", "Storage fails: the disk is full.") in alarms(caplog)
    assert Conference.objects.filter(venue_en=TYPED).count() == 0
    assert form.press("_continue").status_code == 302
    assert Conference.objects.filter(venue_en=TYPED).count() == 1


def test_what_was_a_secret_is_not_kept(caplog):
    with read_only():
        client = Client(raise_request_exception=False)
        response = client.post("/admin/login/", {"username": "maria", "password": "typed-password"})

    assert response.status_code == 503
    assert "Nothing was saved. Please come back later." in response.text
    assert "typed-password" not in response.text + caplog.text


def test_the_page_of_a_failing_storage_comes_in_the_readers_language():
    with read_only():
        client = Client(raise_request_exception=False, headers={"cookie": "django_language=ar"})
        response = client.post("/admin/login/", {"username": "maria", "password": "wrong"})

    assert (response.status_code, response["Content-Language"]) == (503, "ar")
    assert "عطل في وحدة تخزين هذا الموقع" in response.text


def test_a_table_that_is_missing_is_a_mistake_of_our_own(monkeypatch, caplog):
    monkeypatch.setattr(AttemptCounter._meta, "db_table", "nowhere")
    with transaction.atomic():
        client = Client(raise_request_exception=False)
        response = client.post("/admin/login/", {"username": "maria", "password": "wrong"})
        transaction.set_rollback(True)

    assert response.status_code == 500
    assert alarms(caplog) == []


def test_a_session_that_cannot_be_saved_is_not_called_deleted(client):
    client.force_login(make_account("publisher"))
    session = WriterSession(client.session.session_key)
    session["more"] = "x"
    with read_only(), pytest.raises(DatabaseError):
        session.save()


def fail(*_args, **_how):
    with transaction.atomic():
        User.objects.create(username="nobody")


def test_the_api_answers_a_problem(client, monkeypatch, caplog):
    monkeypatch.setattr("ctportal.api.views.resolve", fail)
    with read_only():
        response = client.get("/api/v1/conferences/minsk-2019/")

    assert (response.status_code, response.json()["title"]) == (503, "Not available now")
    assert alarms(caplog) == [("CRITICAL", "Storage fails: it can only be read.")]


def test_so_do_its_addresses_where_no_view_is_reached(rf):
    with read_only():
        try:
            fail()
        except DatabaseError:
            response = server_error(rf.get("/api/v1/"))

    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
