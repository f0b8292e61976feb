"""Django's database backend for SQLite, in which writers get the write lock in the order in which they ask for it.

SQLite lets one connection write at a time, and who finds it writing tries again after a pause. Of many writers some then wait
for long, because others overtake them. Here a writer tries only while nobody who came before is still waiting. The line is
for fairness only: that one writes at a time is left to SQLite, so programs that do not know of the line do no harm.

A writer waits as long as the connection's ``busy_timeout`` says (``OPTIONS["timeout"]``), in line and for the lock together.
Then OperationalError is raised, as by SQLite.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from ctportal.sqlite.line import place_in_line

# The statements that take the write lock when no transaction is open.
TAKES_LOCK = re.compile(r"\s*(?:BEGIN IMMEDIATE|INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP)\b", re.IGNORECASE)
PAUSE = 0.003  # seconds between two attempts


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._in_line)

    def _in_line(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Execute *sql*; where it takes the write lock, when its turn has come."""
        has_lock = self.connection.in_transaction
        if has_lock or many or self.is_in_memory_db() or not TAKES_LOCK.match(sql):
            return execute(sql, params, many, context)
        with self._without_busy_timeout() as patience, place_in_line(f"{self.settings_dict['NAME']}-line") as is_first:
            deadline = time.monotonic() + patience
            while True:
                if is_first():
                    try:
                        return execute(sql, params, many, context)
                    except OperationalError as error:
                        if not is_locked(error):
                            raise
                if time.monotonic() >= deadline:
                    raise _waited(patience)
                time.sleep(PAUSE)

    @contextmanager
    def _without_busy_timeout(self) -> Iterator[float]:
        """Let statements that find the database locked fail at once. Yield how long they wait otherwise, in seconds."""
        [milliseconds] = self.connection.execute("PRAGMA busy_timeout").fetchone()
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            yield milliseconds / 1000
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {milliseconds:d}")


def _waited(patience: float) -> OperationalError:
    """Return the error for who has waited for *patience* seconds, with its cause, as Django makes it of SQLite's own."""
    cause = sqlite3.OperationalError(f"Others have been writing to the database for {patience:g} s.")
    cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
    error = OperationalError(*cause.args)
    error.__cause__ = cause
    return error


def is_locked(error: OperationalError) -> bool:
    """Return whether *error* means that another connection is writing."""
    code = getattr(error.__cause__, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY  # the other bits say more of the reason
