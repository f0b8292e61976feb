"""What the database itself must hold: no two editions of one record are ever public at once.

Installed after each migrate, because SQLite drops triggers when a later migration rebuilds their table, and because
Django's ExclusionConstraint cannot stand in a model that must also work on SQLite.
"""

from django.db import connections

TABLE = "publishing_edition"
GUARD = "edition_no_overlap"

_SQLITE_OVERLAP = """
    SELECT RAISE(ABORT, '{guard}: two editions of one record would be public at once')
    WHERE EXISTS (
        SELECT 1 FROM {table}
        WHERE uid = NEW.uid AND id IS NOT NEW.id
          AND (public_until IS NULL OR public_until > public_from)
          AND (public_until IS NULL OR public_until > NEW.public_from)
          AND (NEW.public_until IS NULL OR public_from < NEW.public_until)
    );
"""
_SQLITE_TRIGGER = """
    CREATE TRIGGER IF NOT EXISTS {guard}_{moment} BEFORE {event} ON {table}
    WHEN NEW.public_until IS NULL OR NEW.public_until > NEW.public_from
    BEGIN {overlap} END
"""
_POSTGRESQL = """
    ALTER TABLE {table} ADD CONSTRAINT {guard}
    EXCLUDE USING gist (uid WITH =, tstzrange(public_from, public_until) WITH &&)
"""


def install_guards(using="default", **_kwargs):
    """Put the guard in place where it is missing. Receiver of ``post_migrate``."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    if connection.vendor == "sqlite":
        _install_on_sqlite(connection)
    else:
        _install_on_postgresql(connection)


def guards_in_place(using="default"):
    """Whether the database would refuse overlapping editions now."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{GUARD}%"])
            return cursor.fetchone()[0] == 2
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname = %s", [GUARD])
        return cursor.fetchone()[0] == 1


def _install_on_sqlite(connection):
    overlap = _SQLITE_OVERLAP.format(guard=GUARD, table=TABLE)
    events = {"insert": "INSERT", "update": "UPDATE OF public_from, public_until, uid"}
    with connection.cursor() as cursor:
        for moment, event in events.items():
            cursor.execute(
                _SQLITE_TRIGGER.format(guard=GUARD, moment=moment, event=event, table=TABLE, overlap=overlap)
            )


def _install_on_postgresql(connection):
    if guards_in_place(connection.alias):
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        cursor.execute(_POSTGRESQL.format(guard=GUARD, table=TABLE))
