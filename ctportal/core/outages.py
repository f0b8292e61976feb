"""Why a request cannot be answered now: the database is busy or away, or what it and the files are stored on fails.

Whoever is told that the site is busy sends the same again. That does not help while the storage fails, so this is told, and
logged as an alarm. Every other error of the database is one of this project's own.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from typing import NamedTuple

from django.db import Error, OperationalError

logger = logging.getLogger(__name__)


class Outage(NamedTuple):
    """*why*, in words for the log; *is_storage* tells that sending again does not help."""

    why: str
    is_storage: bool = False


LOCKED = Outage("others are writing")
AWAY = Outage("the database is away")
DISK_FULL = Outage("the disk is full", is_storage=True)
READ_ONLY = Outage("it can only be read", is_storage=True)
INPUT_OUTPUT = Outage("reading or writing failed", is_storage=True)
CORRUPT = Outage("the database is corrupt", is_storage=True)

SQLITE = {  # by the primary result code
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_PROTOCOL: LOCKED,
    sqlite3.SQLITE_FULL: DISK_FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_IOERR: INPUT_OUTPUT,
    sqlite3.SQLITE_CANTOPEN: INPUT_OUTPUT,
    sqlite3.SQLITE_CORRUPT: CORRUPT,
    sqlite3.SQLITE_NOTADB: CORRUPT,
}
POSTGRESQL = {  # by SQLSTATE, or by its first two characters: the class
    "08": AWAY,  # no connection, or it was lost
    "25006": READ_ONLY,
    "25P03": AWAY,  # idle in a transaction for too long
    "40": LOCKED,  # serialization failure, deadlock
    "53100": DISK_FULL,
    "53200": AWAY,  # out of memory
    "53300": AWAY,  # too many connections
    "55P03": LOCKED,  # no lock within lock_timeout
    "57": AWAY,  # shutting down, starting, or the statement was cancelled
    "58": INPUT_OUTPUT,
    "XX001": CORRUPT,
    "XX002": CORRUPT,
}
FILES = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EROFS: READ_ONLY,
    errno.EIO: INPUT_OUTPUT,
}


def outage(error: BaseException | None) -> Outage | None:
    """Return the outage that *error* tells of, None where it is an error of another kind."""
    if isinstance(error, OSError):
        return FILES.get(error.errno or 0)
    if not isinstance(error, Error):
        return None
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    state = getattr(error.__cause__, "sqlstate", None)
    if code is not None:
        return SQLITE.get(code & 0xFF)  # the other bits say more of the reason
    if state:
        return POSTGRESQL.get(state) or POSTGRESQL.get(state[:2])
    # Without any code: PostgreSQL cannot be reached, or the line of writers was too long.
    return AWAY if isinstance(error, OperationalError) else None


def log(found: Outage) -> None:
    """Log *found*; where the storage fails, so that an alarm can go by it."""
    if found.is_storage:
        logger.critical("Storage fails: %s.", found.why)
    else:
        logger.warning("Busy: %s.", found.why)
