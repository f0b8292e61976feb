"""Helpers for tests of concurrent transactions, each on its own connection."""

from contextlib import contextmanager

import pytest
from django.db import connection

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def needs_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one at a time write, and whoever waits reads afterwards.")


def until_somebody_waits(thread):
    """Wait until another connection, used by *thread*, waits for a lock of this one, or until *thread* has ended."""
    while thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
        thread.join(timeout=0.05)


@contextmanager
def another_writer(*models):
    """Hold a write transaction on another connection. On SQLite it blocks all writers, on PostgreSQL those of *models*."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            if other.vendor == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            else:
                cursor.execute("BEGIN")
                tables = ", ".join(model._meta.db_table for model in models)
                cursor.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
            yield
            cursor.execute("ROLLBACK")
    finally:
        other.close()


@contextmanager
def impatient(milliseconds=100):
    """Let this connection wait for a lock no longer than *milliseconds*."""
    is_sqlite = connection.vendor == "sqlite"
    setting = "PRAGMA busy_timeout = {}" if is_sqlite else "SET lock_timeout = '{}'"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout" if is_sqlite else "SHOW lock_timeout")
        before = cursor.fetchone()[0]
        cursor.execute(setting.format(milliseconds))
        yield
        cursor.execute(setting.format(before))
