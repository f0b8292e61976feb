"""Who writes to SQLite waits in line, no longer than the connection is patient."""

import errno
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from ctportal.sqlite import base, line
from ctportal.sqlite.line import OnePlaceMiddleware, place_in_line

pytestmark = pytest.mark.django_db  # pytest-django lets nothing else connect, to whatever database
ADD = "INSERT INTO arrival (who) VALUES (%s)"
STANDS = """
import sys, time
from ctportal.sqlite.line import place_in_line
with place_in_line(sys.argv[1]):
    print("here", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def database(tmp_path):
    """The connections to a database with the table ``arrival``. Each thread has its own."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": 10, "init_command": "PRAGMA journal_mode=WAL"}
    name = str(tmp_path / "arrivals.sqlite3")
    handler = ConnectionHandler({"default": {"ENGINE": "ctportal.sqlite", "NAME": name, "OPTIONS": options}})
    execute(handler, "CREATE TABLE arrival (who integer)")
    yield handler
    handler["default"].close()


def execute(database, sql, params=None):
    with database["default"].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def line_of(database):
    return f"{database['default'].settings_dict['NAME']}-line"


def in_transaction(database, who):
    execute(database, "BEGIN IMMEDIATE")
    execute(database, ADD, [who])
    execute(database, "COMMIT")


def at_once(database, who):
    execute(database, ADD, [who])


@pytest.fixture
def holder(database):
    """A connection that is writing, until the test says ROLLBACK."""
    holder = database["default"].copy()
    holder.inc_thread_sharing()
    holder.cursor().execute("BEGIN IMMEDIATE")
    yield holder
    holder.close()


@pytest.fixture
def start(database, monkeypatch):
    """Start a thread that writes its number, and return once it has its place in line."""
    came, threads = [], []

    @contextmanager
    def noted(path):
        with place_in_line(path) as is_first:
            came.append(threading.current_thread())
            yield is_first

    def start(write, number):
        def run():
            write(database, number)
            database["default"].close()

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        while threads[-1] not in came:
            time.sleep(0.001)
        return threads[-1]

    monkeypatch.setattr(base, "place_in_line", noted)
    yield start
    for thread in threads:
        thread.join()


def arrivals(database):
    return [who for (who,) in execute(database, "SELECT who FROM arrival ORDER BY rowid")]


def test_writers_get_the_lock_in_the_order_in_which_they_came(database, holder, start):
    threads = [start((in_transaction, at_once)[number % 2], number) for number in range(10)]

    holder.cursor().execute("ROLLBACK")
    for thread in threads:
        thread.join()

    assert arrivals(database) == list(range(10))


def test_a_request_has_the_place_of_its_beginning(database, holder, start, rf):
    def view(request):
        start(at_once, 2)
        threading.Timer(0.05, lambda: holder.cursor().execute("ROLLBACK")).start()
        at_once(database, 1)

    OnePlaceMiddleware(view)(rf.get("/"))

    assert arrivals(database)[0] == 1


@pytest.mark.parametrize("write", [in_transaction, at_once])
def test_who_waits_too_long_is_told_and_leaves_the_line(database, holder, write):
    execute(database, "PRAGMA busy_timeout = 100")
    begun = time.monotonic()

    with pytest.raises(OperationalError, match=r"Others have been writing to the database for 0\.1 s\."):
        write(database, 1)

    assert 0.1 <= time.monotonic() - begun < 1
    assert arrivals(database) == []  # reading waits for nobody
    holder.cursor().execute("ROLLBACK")
    write(database, 2)
    assert arrivals(database) == [2]
    assert execute(database, "PRAGMA busy_timeout") == [(100,)]


def test_another_error_is_raised_at_once(database):
    with pytest.raises(OperationalError, match="no such table"):
        execute(database, "INSERT INTO departure (who) VALUES (1)")


def test_a_process_that_is_killed_in_line_holds_up_nobody(database):
    process = subprocess.Popen([sys.executable, "-c", STANDS, line_of(database)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"here\n"
    execute(database, "PRAGMA busy_timeout = 50")
    with pytest.raises(OperationalError):
        at_once(database, 1)

    process.kill()
    process.communicate()

    at_once(database, 2)
    assert arrivals(database) == [2]


def no_file(database, _monkeypatch):
    os.remove(line_of(database))
    os.mkdir(line_of(database))


def no_locks(_database, monkeypatch):
    def refused(*_args):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(line, "_flock", refused)


def another_system(_database, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")


@pytest.mark.parametrize("lacking", [no_file, no_locks, another_system])
def test_without_a_line_one_waits_for_the_lock_alone(database, holder, monkeypatch, caplog, lacking):
    line._note_missing.cache_clear()
    lacking(database, monkeypatch)
    execute(database, "PRAGMA busy_timeout = 50")
    files = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OperationalError, match="Others have been writing"):
        at_once(database, 1)

    holder.cursor().execute("ROLLBACK")
    in_transaction(database, 2)

    assert arrivals(database) == [2]
    assert len(os.listdir("/proc/self/fd")) == files
    assert [record.levelname for record in caplog.records if record.name == line.logger.name] == ["WARNING"]
