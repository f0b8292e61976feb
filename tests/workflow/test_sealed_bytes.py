"""Sealing leaves nothing of the text in the files of the database, be it in rows, the index of the search, free pages or logs."""

import logging
import random
import re
import subprocess
from pathlib import Path

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import call_command
from django.db import connection

from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from ctportal.search import storage
from ctportal.search.models import SearchEntry
from ctportal.workflow import revisions
from ctportal.workflow.sealing import seal
from tests.concurrency import impatient
from tests.external_services import need
from tests.factories import make_conference, make_document, make_stored_file, make_user

on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's files.")
on_postgresql = pytest.mark.skipif("connection.vendor == 'sqlite'", reason="PostgreSQL's files.")

# A word in the title, the text, the text of a file and an older text, in capitals and folded. Each test has its own words, since
# some leave theirs in the file.
WORDS = {"title": "Zwiebel", "body": "Qofalka", "file": "Xylokan", "older": "Vuduhku"}


def files_of_database():
    """The files in which rows and indexes are, and SQLite's log."""
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        return [path, path.with_name(f"{path.name}-wal")]
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0], "base")
    return [path for path in folder.glob("*/*") if re.fullmatch(r"\d+(\.\d+)?", path.name)]


def canaries(words):
    """Those of *words* that are in the files of the database. FTS5 stores the beginning that a word shares with another once."""
    # In another process: closing a file here would give back the locks that SQLite has on it.
    found = subprocess.run(["cat", *filter(Path.exists, files_of_database())], capture_output=True, check=True).stdout
    forms = [form for word in words.values() for form in (word, word.lower())]
    return [form for form in forms if form.encode()[3:] in found]


def change(document, **fields):
    version = document.versions.get()
    for name, value in fields.items():
        setattr(version, name, value)
    version.save()


@pytest.fixture
def sealed_away(transactional_db, frozen_clock):
    """The words, two past editions that hold them, among others that do not, and the administrator."""
    own = "".join(random.choices("bcdfghjklmnpqrstvwxz", k=12))
    words = {name: word + own + name for name, word in WORDS.items()}
    by = make_user("administrator", is_superuser=True)
    conference = make_conference()
    publish(conference, by=by)
    document = make_document(conference, f"Speech of {words['title']}", body=f"<p>{words['body']} {'text ' * 3000}</p>")
    document.versions.update(file=make_stored_file("speech.pdf", text=f"{words['file']} and more. " * 5000))
    revisions.keep(document, by=by, comment="Saved")
    LogEntry.objects.create(
        user=by, content_type_id=1, object_id="0", object_repr="Another", action_flag=CHANGE, change_message=""
    )
    publish(document, by=by)
    frozen_clock.tick(days=1)
    change(document, body=f"<p>{words['older']} {words['body']}</p>")
    revisions.keep(document, by=by, comment="Saved")
    publish(document, by=by)
    frozen_clock.tick(days=1)
    change(document, title="A speech", body="<p>Text.</p>", file=make_stored_file("other.pdf"))
    revisions.keep(document, by=by, comment="Saved")
    publish(document, by=by)
    frozen_clock.tick(days=1)
    for number in range(20):
        publish(make_document(conference, f"Another {number}", body=f"<p>{'other text ' * 200}</p>"), by=by)
    return words, list(Edition.objects.filter(uid=document.uid).order_by("public_from")[:2]), by


def seal_all(editions, by):
    for edition in editions:
        seal(edition, by=by, reason="A person is in danger")


@on_sqlite
def test_nothing_of_a_sealed_text_is_left_in_the_files_of_sqlite(sealed_away):
    words, editions, by = sealed_away
    assert len(canaries(words)) == 8

    seal_all(editions, by)

    assert canaries(words) == []
    assert SearchEntry.objects.matching([["another"]]).exists()


@on_sqlite
@pytest.mark.parametrize("step", ["merging", "the log", "overwriting"])
def test_each_step_is_needed(sealed_away, monkeypatch, step):
    words, editions, by = sealed_away
    with connection.cursor() as cursor:
        if step == "overwriting":
            cursor.execute("PRAGMA secure_delete = OFF")
        elif step == "merging":
            monkeypatch.setattr(storage, "_merge", lambda *_: False)
        else:
            monkeypatch.setattr(storage, "remove_traces", lambda: None)
            monkeypatch.setattr("ctportal.workflow.sealing.remove_traces", lambda: None)
        try:
            seal_all(editions, by)
        finally:
            cursor.execute("PRAGMA secure_delete = ON")

    assert canaries(words) != []


@on_sqlite
def test_a_log_that_is_in_use_is_told_and_a_rebuild_clears_it(sealed_away, caplog):
    words, editions, by = sealed_away
    reader = connection.copy()
    try:
        with impatient(), reader.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM publishing_edition")
            cursor.fetchall()
            seal_all(editions, by)
            assert canaries(words) != []
    finally:
        reader.close()
    messages = {record.message for record in caplog.records if record.levelno == logging.ERROR}
    assert messages == {"The write-ahead log may hold what was deleted: it is in use. Run manage.py search rebuild."}

    call_command("search", "rebuild")

    assert canaries(words) == []


@pytest.fixture
def busy_elsewhere(sealed_away):
    """Another database of the same server, in which a transaction that writes is older than what is sealed."""
    elsewhere = connection.copy()
    elsewhere.settings_dict["NAME"] = "postgres"
    with elsewhere.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT txid_current()")
    yield
    elsewhere.close()


@on_postgresql
def test_nothing_of_a_sealed_text_is_left_in_the_tables_of_postgresql_after_vacuum(sealed_away, busy_elsewhere):
    need("The right to read the files of PostgreSQL", files_of_database())
    words, editions, by = sealed_away
    assert canaries(words) != []
    seal_all(editions, by)

    with connection.cursor() as cursor:
        # Neither removes what an open transaction in this database may still see, such as one that an earlier test has left.
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)"
        )
        cursor.execute("VACUUM")  # removes the rows
        # Rewrites the tables. Alone, it would keep rows that are younger than a transaction of any database of the server.
        cursor.execute("VACUUM FULL")

    assert canaries(words) == []


@on_sqlite
def test_deleted_bytes_are_overwritten(db):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone() == (1,)
