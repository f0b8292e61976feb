"""Triggers and constraints that hold in the database itself, whichever program writes to it.

No two editions of one record are public at once. Editions, ledger entries, steps of publication and the audit trail are
never deleted. Of an edition only the end may change, while it is open or in the future, and the contents may be emptied
once, on sealing. Of a step only the account may change, when that is deleted. A withdrawal is frozen once it is in effect.

The tables of ``workflow`` are named here too, so that one list contains all guards.

They are installed after each migrate: SQLite drops triggers when a migration rebuilds their table, and Django's
ExclusionConstraint cannot be used in a model that must also work on SQLite. Before a migration SQLite's triggers are
removed, because SQLite renames no table that a trigger refers to.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from ctportal.search.storage import install_index, missing_parts

EDITION, LEDGER, AUDIT = "publishing_edition", "publishing_ledgerentry", "workflow_auditentry"
STEP, WITHDRAWAL = "workflow_workflowstep", "publishing_withdrawal"
ROWS = ("publishing_facet", "publishing_relation", "publishing_editionfile")  # rows that belong to an edition
TABLES = (EDITION, LEDGER, AUDIT, STEP, WITHDRAWAL, *ROWS)
OVERLAP = "edition_no_overlap"
PREFIX = "frozen_"  # of the names of all other guards

# Columns that may change. All others are frozen, including those that later migrations add.
END = "public_until"
CONTENTS = ("json", "card")
CHANGEABLE = {EDITION: (END, *CONTENTS, "sealed_at"), STEP: ("user_id",)}

# A publication sets its ends to the instant it read when it began, a moment ago, and perhaps by another machine's clock.
LATE = "5 minutes"
# An edition may be sealed as soon as it has ended; SQLite's clock counts in milliseconds.
EARLY = "1 second"


class DatabaseGuard(NamedTuple):
    """One trigger: it refuses *event* ("DELETE", "INSERT", "UPDATE", "TRUNCATE") on *table* where *condition* is true."""

    name: str
    table: str
    event: str
    message: str
    condition: str = ""
    columns: tuple[str, ...] = ()


# Queries of conditions on other tables: {name: (type of the result, query)}.
QUERIES = {
    "in_ledger": ("boolean", f"SELECT EXISTS (SELECT 1 FROM {LEDGER} WHERE edition_id = {{edition}})"),
    "is_sealed": (
        "boolean",
        f"SELECT EXISTS (SELECT 1 FROM {EDITION} WHERE id = {{edition}} AND sealed_at IS NOT NULL)",
    ),
    "end_of": ("timestamptz", f"SELECT public_until FROM {EDITION} WHERE id = {{edition}}"),
    "last_hash": ("text", f"SELECT coalesce((SELECT hash FROM {LEDGER} ORDER BY id DESC LIMIT 1), '')"),
}


class SQLite:
    """The SQL of conditions on SQLite, which read other tables directly."""

    unlike = "IS NOT"
    like = "IS"

    @staticmethod
    def clock(shift: str = "") -> str:
        return f"strftime('%Y-%m-%d %H:%M:%f', 'now'{shift and f', {shift!r}'})"

    @staticmethod
    def ask(name: str, edition: str = "") -> str:
        return f"({QUERIES[name][1].format(edition=edition)})"


class PostgreSQL:
    """The SQL of conditions on PostgreSQL. A trigger's condition may hold no query, so functions do (FUNCTIONS)."""

    unlike = "IS DISTINCT FROM"
    like = "IS NOT DISTINCT FROM"

    @staticmethod
    def clock(shift: str = "") -> str:
        return f"(publishing_clock() + interval '{shift}')" if shift else "publishing_clock()"

    @staticmethod
    def ask(name: str, edition: str = "") -> str:
        return f"publishing_{name}({edition})"


Dialect: TypeAlias = type[SQLite] | type[PostgreSQL]


def guards(say: Dialect, frozen: dict[str, list[str]]) -> Iterator[DatabaseGuard]:
    """Yield the guards that both databases have. *frozen* is {table: columns that never change}."""
    message = "an edition is never deleted: withdraw the record, or seal the edition"
    yield DatabaseGuard("edition_delete", EDITION, "DELETE", message)
    columns, message = tuple(frozen[EDITION]), "an edition is frozen: publish another one"
    yield DatabaseGuard("edition_change", EDITION, "UPDATE", message, _any_changed(say, columns), columns)
    message = "the end of an edition that is past is frozen"
    yield DatabaseGuard("edition_end", EDITION, "UPDATE", message, _past_end(say), (END,))
    contents = (*CONTENTS, "sealed_at")
    message = "the contents of an edition are frozen; sealing empties them, once it is not in force any more"
    yield DatabaseGuard("edition_contents", EDITION, "UPDATE", message, _not_sealing(say, contents), contents)
    for table in ROWS:
        name = table.partition("_")[2]
        message = f"the {name} rows of an edition are frozen with it"
        condition = f"NOT {say.ask('is_sealed', 'OLD.edition_id')}" if name == "facet" else ""
        yield DatabaseGuard(f"{name}_delete", table, "DELETE", message, condition)
        yield DatabaseGuard(f"{name}_change", table, "UPDATE", message)
        yield DatabaseGuard(f"{name}_insert", table, "INSERT", message, say.ask("in_ledger", "NEW.edition_id"))
    yield DatabaseGuard("ledger_delete", LEDGER, "DELETE", "the ledger is append only")
    yield DatabaseGuard("ledger_change", LEDGER, "UPDATE", "the ledger is append only")
    yield DatabaseGuard("audit_delete", AUDIT, "DELETE", "the audit trail is append only")
    yield DatabaseGuard("audit_change", AUDIT, "UPDATE", "the audit trail is append only")
    yield DatabaseGuard("step_delete", STEP, "DELETE", "the steps of publication are append only")
    # When an account is deleted, its steps remain, with its name as text.
    changed = f"{_any_changed(say, frozen[STEP])} OR NEW.user_id IS NOT NULL AND NEW.user_id {say.unlike} OLD.user_id"
    yield DatabaseGuard("step_change", STEP, "UPDATE", "the steps of publication are append only", changed)
    # The withdrawal of a past edition is what the public was told. While the end is in the future, the withdrawal may be
    # lifted, changed or moved to another edition.
    message = "what the public was told of a withdrawal is frozen"
    old, new = _is_over(say, "OLD"), _is_over(say, "NEW")
    yield DatabaseGuard("withdrawal_delete", WITHDRAWAL, "DELETE", message, old)
    yield DatabaseGuard("withdrawal_change", WITHDRAWAL, "UPDATE", message, f"{old} OR {new}")
    yield DatabaseGuard("withdrawal_insert", WITHDRAWAL, "INSERT", message, new)
    message = "a ledger entry holds the hash of the last one before it"
    fork = f"NEW.previous {say.unlike} {say.ask('last_hash')}"
    yield DatabaseGuard("ledger_insert", LEDGER, "INSERT", message, fork)


def _is_over(say: Dialect, row: str) -> str:
    """Return the condition that the edition of the withdrawal *row* ended more than LATE ago."""
    return f"{say.ask('end_of', f'{row}.edition_id')} <= {say.clock(f'-{LATE}')}"


def _any_changed(say: Dialect, columns: Iterable[str]) -> str:
    return " OR ".join(f"NEW.{name} {say.unlike} OLD.{name}" for name in columns)


def _past_end(say: Dialect) -> str:
    """Return the condition that an update changes an end in the past, or one of an unscheduled edition, or sets one there."""
    past = say.clock(f"-{LATE}")
    was_over = f"OLD.{END} IS NOT NULL AND (OLD.{END} <= {past} OR OLD.{END} = OLD.public_from)"
    is_past = f"NEW.{END} IS NOT NULL AND NEW.{END} < {past}"
    return f"NEW.{END} {say.unlike} OLD.{END} AND (({was_over}) OR ({is_past}))"


def _not_sealing(say: Dialect, columns: Iterable[str]) -> str:
    """Return the condition that an update of the contents does anything but seal an edition that is over or unscheduled."""
    changed = _any_changed(say, columns)
    emptied = " AND ".join(f"NEW.{name} = ''" for name in CONTENTS)
    over = f"OLD.{END} IS NOT NULL AND (OLD.{END} = OLD.public_from OR OLD.{END} <= {say.clock(f'+{EARLY}')})"
    sealing = f"OLD.sealed_at IS NULL AND NEW.sealed_at IS NOT NULL AND {emptied} AND {over}"
    return f"({changed}) AND NOT ({sealing} AND NEW.{END} {say.like} OLD.{END})"


def install_guards(using: str = "default", **_kwargs: object) -> list[str]:
    """Install the guards that are missing or differ, and what is missing of the search index; return their names. Receiver of
    ``post_migrate``."""
    connection = connections[using]
    if not set(TABLES) <= set(connection.introspection.table_names()):
        return []
    with transaction.atomic(using), connection.cursor() as cursor:
        is_sqlite = connection.vendor == "sqlite"
        installed = _install_on_sqlite(cursor) if is_sqlite else _install_on_postgresql(cursor)
    return sorted([*installed, *install_index(using)])


def clear_the_way(using: str = "default", plan: Sequence[object] = (), **_kwargs: object) -> None:
    """Remove the guards on SQLite where there is something to migrate. Receiver of ``pre_migrate``."""
    if plan and connections[using].vendor == "sqlite":
        remove_guards(using)


def remove_guards(using: str = "default") -> None:
    """Remove the guards, for migrations that rewrite editions, and for tests. ``install_guards`` restores them.

    PostgreSQL keeps the constraint against overlapping editions.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            # Triggers cannot be dropped while deferred checks are pending.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name, table in _installed(connection.vendor, cursor):
            cursor.execute(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}"))


def missing_guards(using: str = "default") -> list[str]:
    """Return the sorted names of the guards that are missing, disabled or different, and of missing parts of the search index,
    whose triggers are lost in the same ways. Raises DatabaseError without tables or connection."""
    connection = connections[using]
    with connection.cursor() as cursor:
        is_sqlite = connection.vendor == "sqlite"
        missing = _missing_on_sqlite(cursor) if is_sqlite else _missing_on_postgresql(cursor)
    return sorted([*missing, *missing_parts(using)])


def _installed(vendor: str, cursor: CursorWrapper) -> list[tuple[str, str]]:
    """Return (name, table) of each guard that is installed as a trigger."""
    if vendor == "sqlite":
        cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    else:
        cursor.execute(
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND pg_table_is_visible(tgrelid)"
        )
    return [
        (name, table) for name, table in cursor.fetchall() if table in TABLES and name.startswith((PREFIX, OVERLAP))
    ]


def _frozen_columns(cursor: CursorWrapper) -> dict[str, list[str]]:
    """Return {table: its columns that never change}."""
    frozen = {}
    for table, changeable in CHANGEABLE.items():
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        frozen[table] = [column[0] for column in cursor.description if column[0] not in changeable]
    return frozen


# SQLite


def _sqlite_overlap(moment: str, event: str) -> str:
    """Return the trigger against two editions of one record that are public at once."""
    return f"""CREATE TRIGGER {OVERLAP}_{moment} BEFORE {event} ON {EDITION}
    WHEN NEW.public_until IS NULL OR NEW.public_until > NEW.public_from
    BEGIN
        SELECT RAISE(ABORT, '{OVERLAP}: two editions of one record would be public at once')
        WHERE EXISTS (
            SELECT 1 FROM {EDITION}
            WHERE uid = NEW.uid AND id IS NOT NEW.id
              AND (public_until IS NULL OR public_until > public_from)
              AND (public_until IS NULL OR public_until > NEW.public_from)
              AND (NEW.public_until IS NULL OR public_from < NEW.public_until)
        );
    END"""


def _sqlite_triggers(frozen: dict[str, list[str]]) -> dict[str, str]:
    """Return {name: statement} of all triggers on SQLite."""
    events = {"insert": "INSERT", "update": "UPDATE OF public_from, public_until, uid"}
    triggers = {f"{OVERLAP}_{moment}": _sqlite_overlap(moment, event) for moment, event in events.items()}
    unique = dict.fromkeys(TABLES, ("id",)) | {LEDGER: ("id", "hash"), WITHDRAWAL: ("id", "edition_id")}
    replaced = []
    for table, keys in unique.items():
        # INSERT OR REPLACE deletes rows without firing the guard against deletion.
        found = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})" for key in keys)
        name = f"{table.partition('_')[2]}_replace"
        replaced.append(DatabaseGuard(name, table, "INSERT", "frozen rows are never replaced", found))
    for guard in (*guards(SQLite, frozen), *replaced):
        columns = f" OF {', '.join(guard.columns)}" if guard.columns else ""
        when = f"\nWHEN {guard.condition}" if guard.condition else ""
        triggers[PREFIX + guard.name] = (
            f"CREATE TRIGGER {PREFIX}{guard.name} BEFORE {guard.event}{columns} ON {guard.table}{when}\n"
            f"BEGIN SELECT RAISE(ABORT, '{PREFIX}{guard.name}: {guard.message}'); END"
        )
    return triggers


def _missing_on_sqlite(cursor: CursorWrapper) -> dict[str, str]:
    """Return {name: statement} of the triggers that are missing or differ from their statement."""
    wanted = _sqlite_triggers(_frozen_columns(cursor))
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    found = dict(cursor.fetchall())
    return {name: statement for name, statement in wanted.items() if found.get(name) != statement}


def _install_on_sqlite(cursor: CursorWrapper) -> list[str]:
    missing = _missing_on_sqlite(cursor)
    for name, statement in missing.items():
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(statement)
    return sorted(missing)


# PostgreSQL

_OVERLAP = "EXCLUDE USING gist (uid WITH =, tstzrange(public_from, public_until) WITH &&)"
CLOCK = "SELECT clock_timestamp()"  # tests replace it
REFUSE = """
    BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END
"""


def _functions() -> dict[str, tuple[str, str]]:
    """Return {name: (declaration, body)} of all functions that triggers call on PostgreSQL. Those in SQL are volatile, so that
    they see the rows that the same statement has written before."""
    found = {
        "publishing_clock": ("() RETURNS timestamptz LANGUAGE sql VOLATILE", CLOCK),
        "publishing_refuse": ("() RETURNS trigger LANGUAGE plpgsql", REFUSE),
    }
    for name, (answer, query) in QUERIES.items():
        arguments = "edition bigint" if "{edition}" in query else ""
        declaration = f"({arguments}) RETURNS {answer} LANGUAGE sql VOLATILE"
        found[f"publishing_{name}"] = declaration, query.format(edition="edition")
    return found


def _postgresql_triggers(frozen: dict[str, list[str]]) -> dict[str, str]:
    """Return {name: statement} of all triggers on PostgreSQL."""
    emptied = [
        DatabaseGuard(f"{table.partition('_')[2]}_truncate", table, "TRUNCATE", "frozen tables are never emptied")
        for table in TABLES
    ]
    triggers = {}
    for guard in (*guards(PostgreSQL, frozen), *emptied):
        columns = f" OF {', '.join(guard.columns)}" if guard.columns else ""
        each = "STATEMENT" if guard.event == "TRUNCATE" else "ROW"
        when = f" WHEN ({guard.condition})" if guard.condition else ""
        triggers[PREFIX + guard.name] = (
            f"CREATE OR REPLACE TRIGGER {PREFIX}{guard.name} BEFORE {guard.event}{columns} ON {guard.table}"
            f" FOR EACH {each}{when} EXECUTE FUNCTION publishing_refuse('{PREFIX}{guard.name}: {guard.message}')"
        )
    return triggers


def _missing_on_postgresql(cursor: CursorWrapper) -> list[str]:
    """Return the names of the constraint, functions and triggers that are missing or differ from this code."""
    wanted, found = _postgresql_triggers(_frozen_columns(cursor)), _found_triggers(cursor)
    missing = [
        name
        for name, statement in wanted.items()
        if name not in found or found[name].note != _note(statement, found[name].definition)
    ]
    cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE pg_function_is_visible(oid)")
    bodies = dict(cursor.fetchall())
    missing += [name for name, (_declaration, body) in _functions().items() if bodies.get(name) != body]
    cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [OVERLAP])
    return missing if cursor.fetchall() == [(_OVERLAP,)] else [OVERLAP, *missing]


class _Found(NamedTuple):
    """A trigger in PostgreSQL: *definition* is the statement as PostgreSQL rewords it, *note* the comment on the trigger."""

    table: str
    definition: str
    note: str | None


def _found_triggers(cursor: CursorWrapper) -> dict[str, _Found]:
    """Return {name: _Found} of the guards that are enabled."""
    cursor.execute(
        "SELECT tgname, relname, pg_get_triggerdef(pg_trigger.oid), obj_description(pg_trigger.oid, 'pg_trigger')"
        " FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND pg_table_is_visible(tgrelid)"
    )
    return {name: _Found(*rest) for name, *rest in cursor.fetchall() if name.startswith(PREFIX)}


def _note(statement: str, definition: str) -> str:
    """Return the comment on a trigger, a checksum. PostgreSQL rewords *statement*, so only a checksum taken at creation shows
    whether *statement* or *definition* has changed since."""
    return hashlib.sha256(f"{statement}\n{definition}".encode()).hexdigest()


def _install_on_postgresql(cursor: CursorWrapper) -> list[str]:
    missing = _missing_on_postgresql(cursor)
    if OVERLAP in missing:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        cursor.execute(f"ALTER TABLE {EDITION} DROP CONSTRAINT IF EXISTS {OVERLAP}")
        cursor.execute(f"ALTER TABLE {EDITION} ADD CONSTRAINT {OVERLAP} {_OVERLAP}")
    for name, (declaration, body) in _functions().items():
        if name in missing:
            cursor.execute(f"CREATE OR REPLACE FUNCTION {name}{declaration} AS $body${body}$body$")
    wanted = _postgresql_triggers(_frozen_columns(cursor))
    made = [name for name in wanted if name in missing]
    for name in made:
        cursor.execute(wanted[name])
    found = _found_triggers(cursor) if made else {}
    for name in made:
        note = _note(wanted[name], found[name].definition)
        cursor.execute(f"COMMENT ON TRIGGER {name} ON {found[name].table} IS '{note}'")
    return sorted(missing)
