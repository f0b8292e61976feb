"""Which errors of databases and files are outages. The errors are real, but for those that no test can make."""

import errno
import sqlite3
import threading

import psycopg
import pytest
from django.db import DatabaseError, Error, OperationalError, connection, transaction
from django.db.utils import ConnectionHandler

from ctportal.core.outages import AWAY, CORRUPT, DISK_FULL, INPUT_OUTPUT, LOCKED, READ_ONLY, outage

pytestmark = pytest.mark.django_db  # pytest-django lets nothing else connect, to whatever database
on_postgresql = pytest.mark.skipif("connection.vendor == 'sqlite'", reason="asks PostgreSQL")


# SQLite


@pytest.fixture
def open_file(tmp_path):
    """A function that returns a new connection to an SQLite file with the table ``letter``, of 20 kB."""
    path, opened = tmp_path / "letters.sqlite3", []

    def connect():
        options = {"transaction_mode": "IMMEDIATE", "timeout": 0.05}
        settings = {"ENGINE": "ctportal.sqlite", "NAME": str(path), "OPTIONS": options}
        opened.append(ConnectionHandler({"default": settings})["default"])
        return opened[-1]

    with connect().cursor() as cursor:
        cursor.execute("CREATE TABLE letter (text text)")
        cursor.execute("INSERT INTO letter VALUES (%s)", ["a" * 20_000])
    opened[-1].close()
    yield connect
    for each in opened:
        each.close()


def refused(connected, *statements):
    """Return the error with which the last of *statements* fails."""
    with connected.cursor() as cursor:
        for statement in statements[:-1]:
            cursor.execute(statement)
        with pytest.raises(Error) as caught:
            cursor.execute(statements[-1])
    return caught.value


WRITE = "INSERT INTO letter VALUES (randomblob(20000))"


def test_sqlite_without_room_is_a_full_disk(open_file):
    assert outage(refused(open_file(), "PRAGMA max_page_count = 1", WRITE)) == DISK_FULL


def test_sqlite_that_may_not_write_is_read_only(open_file):
    assert outage(refused(open_file(), "PRAGMA query_only = ON", WRITE)) == READ_ONLY


def test_a_lock_of_somebody_else_is_no_failure_of_the_storage(open_file):
    holder = open_file()
    with holder.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        in_line, with_lock = refused(open_file(), WRITE), refused(open_file(), "SELECT 1", "PRAGMA user_version = 3")
        cursor.execute("ROLLBACK")

    assert (outage(in_line), outage(with_lock)) == (LOCKED, LOCKED)


def test_a_file_that_is_no_database_any_more_is_corrupt(open_file, tmp_path):
    (tmp_path / "letters.sqlite3").write_bytes(b"no database " * 5000)
    connected = open_file()
    with pytest.raises(DatabaseError) as caught, connected.cursor() as cursor:
        cursor.execute("SELECT * FROM letter")

    assert outage(caught.value) == CORRUPT


def test_a_page_that_is_overwritten_is_corrupt(open_file, tmp_path):
    with open(tmp_path / "letters.sqlite3", "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)

    assert outage(refused(open_file(), "SELECT * FROM letter")) == CORRUPT


def test_a_folder_that_is_gone_is_a_failure_of_the_storage(tmp_path):
    settings = {"ENGINE": "ctportal.sqlite", "NAME": str(tmp_path / "gone" / "letters.sqlite3")}
    with pytest.raises(OperationalError) as caught:
        ConnectionHandler({"default": settings})["default"].ensure_connection()

    assert outage(caught.value) == INPUT_OUTPUT


@pytest.mark.parametrize(
    "mistake", ["SELECT * FROM nowhere", "SELECT nothing FROM letter", "SELEKT 1", "INSERT INTO letter VALUES (1, 2)"]
)
def test_a_mistake_in_a_statement_is_no_outage(open_file, mistake):
    assert outage(refused(open_file(), mistake)) is None


# PostgreSQL


def failed(*statements):
    """Return the error with which the last of *statements* fails in a transaction of its own."""
    with pytest.raises(Error) as caught, transaction.atomic():
        return refused_in(statements)
    return caught.value


def refused_in(statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@on_postgresql
@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["SET TRANSACTION READ ONLY", "CREATE TABLE letter (text text)"], READ_ONLY),
        (["SET LOCAL statement_timeout = '20ms'", "SELECT pg_sleep(2)"], AWAY),
        (["SELECT * FROM nowhere"], None),
        (["SELECT nothing FROM django_session"], None),
        (["SELEKT 1"], None),
        (["SELECT 1 / 0"], None),
    ],
)
def test_errors_of_postgresql(statements, expected):
    assert outage(failed(*statements)) == expected


@on_postgresql
def test_a_lock_that_is_not_given_in_time_and_a_lost_connection(transactional_db):
    other, ready, over = connection.copy(), threading.Event(), threading.Event()

    def hold():
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE django_session")
            ready.set()
            over.wait(20)
            cursor.execute("ROLLBACK")
        other.close()

    other.inc_thread_sharing()
    holder = threading.Thread(target=hold)
    holder.start()
    ready.wait(20)
    waited = failed("SET LOCAL lock_timeout = '20ms'", "SELECT * FROM django_session FOR UPDATE")
    over.set()
    holder.join()
    lost = failed("SELECT pg_terminate_backend(pg_backend_pid())")

    assert (outage(waited), outage(lost)) == (LOCKED, AWAY)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        *(("53100", DISK_FULL), ("58030", INPUT_OUTPUT), ("XX001", CORRUPT), ("40001", LOCKED), ("40P01", LOCKED)),
        *(("57P03", AWAY), ("08006", AWAY), ("53300", AWAY), ("23505", None), ("42P01", None), ("XX000", None)),
    ],
)
def test_what_no_test_can_make_goes_by_its_sqlstate(state, expected):
    error = OperationalError("…")
    error.__cause__ = psycopg.errors.lookup(state)("…")

    assert outage(error) == expected


def test_a_server_that_does_not_answer_is_away():
    settings = {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "USER": "x", "HOST": "127.0.0.1", "PORT": "1"}
    with pytest.raises(OperationalError) as caught:
        ConnectionHandler({"default": settings})["default"].ensure_connection()

    assert outage(caught.value) == AWAY


# Files, and all the rest


@pytest.mark.parametrize(
    ("number", "expected"),
    [("ENOSPC", DISK_FULL), ("EDQUOT", DISK_FULL), ("EROFS", READ_ONLY), ("EIO", INPUT_OUTPUT), ("ENOENT", None)],
)
def test_errors_of_files(number, expected):
    assert outage(OSError(getattr(errno, number), "…")) == expected


def test_a_device_that_is_full():
    with pytest.raises(OSError, match="No space left") as caught, open("/dev/full", "wb", buffering=0) as file:
        file.write(b"a")

    assert outage(caught.value) == DISK_FULL


@pytest.mark.parametrize(
    "error", [None, ValueError("database is locked"), sqlite3.OperationalError("not Django's"), OSError()]
)
def test_another_error_is_no_outage(error):
    assert outage(error) is None
