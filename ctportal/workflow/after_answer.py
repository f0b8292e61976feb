"""Rows that a GET or HEAD writes, such as entries of the audit trail. They are written after the response is made.

On SQLite one transaction writes at a time, and a GET must not wait for it. So its rows are written in one short transaction
after the response, which waits at most ``PATIENCE`` for a lock. When it gets none, the rows are logged instead, column by
column. So no row may hold a secret.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, models, transaction
from django.http import HttpRequest

logger = logging.getLogger(__name__)
READS = ("GET", "HEAD")
PATIENCE = 100  # milliseconds

_rows: ContextVar[list[models.Model] | None] = ContextVar("rows", default=None)


def is_deferred() -> bool:
    """Return whether rows are written after the response, because a GET or HEAD is being answered."""
    return _rows.get() is not None


def save(row: models.Model) -> None:
    """Save *row*, which is new: after the response to a GET or HEAD, else at once."""
    rows = _rows.get()
    if rows is None:
        row.save(force_insert=True)
    else:
        rows.append(row)


@contextmanager
def deferring(request: HttpRequest) -> Iterator[None]:
    """Collect the rows that are saved while *request* is answered, and write them at the end where it is a GET or HEAD."""
    if request.method not in READS:
        yield
        return
    rows: list[models.Model] = []
    token = _rows.set(rows)
    try:
        yield
    finally:
        _rows.reset(token)
        if rows:
            _write(rows)


def _write(rows: list[models.Model]) -> None:
    try:
        with brief_transaction():
            for row in rows:
                row.save(force_insert=True)
    except DatabaseError as error:
        for row in rows:
            logger.error("Could not be written to %s (%s): %s", row._meta.db_table, error, _as_json(row))


def _as_json(row: models.Model) -> str:
    computed = ("search_text",)  # on saving
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in computed
    }
    return json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False)


@contextmanager
def brief_transaction() -> Iterator[None]:
    """Run a transaction that waits at most ``PATIENCE`` for each lock. Raises OperationalError where it gets none."""
    if connection.vendor == "sqlite":
        # On SQLite the beginning of the transaction waits for the lock.
        with _busy_timeout(PATIENCE), transaction.atomic():
            yield
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE}ms"])  # for this transaction
            yield


@contextmanager
def _busy_timeout(milliseconds: int) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        before = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {milliseconds:d}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {before:d}")
