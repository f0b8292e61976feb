"""What a migration cannot say for both databases: the FTS5 table with its triggers on SQLite, the GIN index on PostgreSQL.

They are installed after each migrate. SQLite drops triggers when a migration rebuilds their table; before a migration of these
tables they are removed, because SQLite renames no table that a trigger refers to.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import DatabaseError, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations import Migration

logger = logging.getLogger(__name__)

TOKENS, FTS, GIN = "search_searchtokens", "search_fts", "search_tokens_gin"

# Its rows are those of the table of tokens ("external content"). Tokens are ASCII words or any other characters without
# spaces, and signs: FTS5 divides at spaces only. Other characters than ASCII are never separators of this tokenizer.
SIGNS = "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum() and chr(code) not in "'\"")
CREATE_FTS = (
    f"CREATE VIRTUAL TABLE {FTS} USING fts5(tokens, content='{TOKENS}', content_rowid='entry_id', columnsize=0,"
    f" tokenize=\"ascii tokenchars '{SIGNS}'\")"
)
_INSERT = f"INSERT INTO {FTS}(rowid, tokens) VALUES (NEW.entry_id, NEW.tokens);"  # noqa: S608 - names from this module
_DELETE = f"INSERT INTO {FTS}({FTS}, rowid, tokens) VALUES ('delete', OLD.entry_id, OLD.tokens);"  # noqa: S608 - as above
TRIGGERS = {
    f"{FTS}_{event.lower()}": f"CREATE TRIGGER {FTS}_{event.lower()} AFTER {event} ON {TOKENS} BEGIN {steps} END"
    for event, steps in (("INSERT", _INSERT), ("DELETE", _DELETE), ("UPDATE", f"{_DELETE} {_INSERT}"))
}
MERGED_PAGES = 500  # in one transaction
CREATE_GIN = f"CREATE INDEX {GIN} ON {TOKENS} USING gin (tokens)"


def install_index(using: str = "default", **_kwargs: object) -> list[str]:
    """Create what is missing of the index; return the names. Receiver of ``post_migrate``.

    On SQLite FTS5 is then filled anew from the table of tokens, which may have changed without its triggers.
    """
    connection = connections[using]
    if TOKENS not in connection.introspection.table_names():
        return []
    with transaction.atomic(using), connection.cursor() as cursor:
        missing = _missing(connection.vendor, cursor)
        for name, statement in missing.items():
            if name != GIN:
                cursor.execute(f"DROP {'TRIGGER' if name in TRIGGERS else 'TABLE'} IF EXISTS {name}")
            cursor.execute(statement)
        if missing and connection.vendor == "sqlite":
            fill_anew(using)
    return sorted(missing)


def remove_triggers(using: str = "default", plan: Sequence[tuple[Migration, bool]] = (), **_kwargs: object) -> None:
    """Remove the triggers on SQLite where *plan* has a migration of this app. Receiver of ``pre_migrate``."""
    connection = connections[using]
    is_ours = any(migration.app_label == "search" for migration, _backwards in plan)
    if is_ours and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing_parts(using: str = "default") -> list[str]:
    """Return the sorted names of what is missing of the index or differs from this code."""
    connection = connections[using]
    with connection.cursor() as cursor:
        return sorted(_missing(connection.vendor, cursor))


def is_in_step(using: str = "default") -> bool:
    """Return whether FTS5 holds what the table of tokens holds. It reads both, and nobody else writes meanwhile.

    PostgreSQL keeps its index in step by itself.
    """
    if connections[using].vendor == "sqlite":
        try:
            with connections[using].cursor() as cursor:
                cursor.execute(f"INSERT INTO {FTS}({FTS}, rank) VALUES ('integrity-check', 1)")  # noqa: S608 - as above
        except DatabaseError:
            return False
    return True


def fill_anew(using: str = "default") -> None:
    """Fill FTS5 from the table of tokens. Nobody else writes meanwhile."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"INSERT INTO {FTS}({FTS}) VALUES ('rebuild')")  # noqa: S608 - as above


def remove_traces(using: str = "default") -> None:
    """Remove from SQLite's files what was deleted. To be called outside of a transaction.

    FTS5 keeps deleted words until it merges the segments that hold them, and the write-ahead log keeps old pages until it is
    begun anew. Merging takes seconds, in transactions of a fraction of one. The bytes of deleted rows are overwritten at once
    (PRAGMA secure_delete in the settings). PostgreSQL needs VACUUM and VACUUM FULL: see docs/operators/search.md.
    """
    if connections[using].vendor != "sqlite":
        return
    with connections[using].cursor() as cursor:
        pages = -MERGED_PAGES  # below zero: all segments together
        while _merge(cursor, pages):
            pages = MERGED_PAGES
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [is_busy, *_pages] = cursor.fetchone()
    if is_busy:
        logger.error("The write-ahead log may hold what was deleted: it is in use. Run manage.py search rebuild.")


def _merge(cursor: CursorWrapper, pages: int) -> bool:
    """Merge about so many *pages* of FTS5. Return whether there was anything to merge."""
    cursor.execute("SELECT total_changes()")
    [before] = cursor.fetchone()
    cursor.execute(f"INSERT INTO {FTS}({FTS}, rank) VALUES ('merge', %s)", [pages])  # noqa: S608 - as above
    cursor.execute("SELECT total_changes()")
    [after] = cursor.fetchone()
    return bool(after - before >= 2)  # one is the statement itself


def _missing(vendor: str, cursor: CursorWrapper) -> dict[str, str]:
    """Return {name: statement that creates it}, in the order of creation."""
    if vendor == "postgresql":
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname = %s AND schemaname = current_schema()", [GIN])
        return {} if cursor.fetchall() else {GIN: CREATE_GIN}
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE %s", [f"{FTS}%"])
    found = dict(cursor.fetchall())
    return {
        name: statement for name, statement in {FTS: CREATE_FTS, **TRIGGERS}.items() if found.get(name) != statement
    }
