"""The same world without hidden records. Their rows are deleted, so the others keep their keys, identifiers and instants."""

from contextlib import contextmanager
from unittest.mock import patch

from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from reversion.models import Revision, Version

from conferences.models import Conference, Organization, Person, Photo, Series, Theme
from ctportal.files.models import StoredFile
from ctportal.publishing import database_guards
from ctportal.publishing.models import Edition, EditionFile, Facet, LedgerEntry, Relation, Withdrawal
from ctportal.search.models import SearchEntry, SearchTokens
from ctportal.staff.models import Presence, ShareLink
from ctportal.workflow.models import AuditEntry, EditionRevision, UnreviewedEdit, WorkflowStep
from documents.models import Document

from .canaries import CLOSED
from .readers import reader
from .walk import forget
from .world import NOW, RELEASE

TRACES = (
    *(WorkflowStep, UnreviewedEdit, Presence, ShareLink, AuditEntry, LogEntry),
    *(EditionRevision, Version, Revision),
)
RECORDS = (Document, Photo, Conference, Series, Theme, Organization, Person)


@contextmanager
def nothing_hidden(world):
    """Remove everything hidden and all working rows from *world* for the body."""
    with transaction.atomic():
        _remove_hidden()
        left = sorted(str(name) for name in standing(world).values() if name.side == CLOSED)
        assert left == [], f"not removed: {left}"
        forget()
        # The missing guards are an effect of this function, so readers must not notice them.
        with patch("ctportal.web.health.missing_guards", list):
            yield
        transaction.set_rollback(True)
    forget()


def _remove_hidden():
    hidden = Edition.objects.filter(public_from__gt=NOW)
    # Notes after answers (workflow.after_answer) wait 100 ms at most, which stays set in the transaction of a test. Autovacuum,
    # which may have the table, gives way after a second.
    on_postgresql("SET LOCAL lock_timeout = 0")
    on_postgresql("SET CONSTRAINTS ALL IMMEDIATE")  # triggers cannot be dropped while deferred checks are pending
    database_guards.remove_guards()  # the rollback restores them
    on_postgresql("SET CONSTRAINTS ALL DEFERRED")
    with connection.constraint_checks_disabled():
        for model in (Facet, Relation, EditionFile, LedgerEntry, Withdrawal):
            _delete(model.objects.filter(edition__in=hidden))
        _delete(SearchTokens.objects.filter(entry__edition__in=hidden))
        _delete(SearchEntry.objects.filter(edition__in=hidden))
        _delete(hidden)
        Edition.objects.filter(public_until=RELEASE).update(public_until=None)
        _delete(Relation.objects.exclude(target__in=Edition.objects.values("uid")))
        # All rows: the public site must not depend on working rows or on traces of staff.
        for model in TRACES:
            _delete(model.objects.all())
        for model in _working_models():
            _delete(model._base_manager.all())
        # First the renditions, then the originals without any.
        _delete(StoredFile.objects.filter(editions__isnull=True, source__isnull=False))
        _delete(StoredFile.objects.filter(editions__isnull=True, renditions__isnull=True))


def on_postgresql(statement):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _working_models():
    """Return the models of both apps, each before those it refers to."""
    from django.apps import apps

    models = [
        model
        for app in ("documents", "conferences")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not model._meta.proxy
    ]
    return sorted(models, key=lambda model: RECORDS.index(model) if model in RECORDS else -1)


def _delete(queryset):
    """Delete rows without collecting related rows."""
    queryset._raw_delete(queryset.db)


def tables():
    """Return the tables that may hold a canary. FTS5 keeps deleted words in its own tables until it merges them; no query finds
    them there, and tests/workflow/test_sealed_bytes.py shows that sealing removes them."""
    with connection.cursor() as cursor:
        return [
            name
            for name in connection.introspection.table_names(cursor)
            if not name.startswith(("auth", "django_s", "search_fts"))
        ]


def rows(table):
    with connection.cursor() as cursor:
        # The name comes from the database and is quoted, since a table name cannot be a parameter.
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
        return sorted(map(str, cursor.fetchall()))


def standing(world):
    """Return {canary: Name} of all canaries in the database."""
    return world.canaries.found("".join(row for table in tables() for row in rows(table)).encode())


def answers(identity, world, asked):
    """Return {(method, address, headers): ``Answer.lasting``} for *asked*, a list of (address, method, headers)."""
    asker = reader(identity, world)
    return {
        (method, address, *headers.items()): asker.ask(address, method, headers=headers).lasting
        for address, method, headers in asked
    }


def differences(identity, world, asked):
    """Return a line for each of *asked* with another response in the world without hidden records."""
    forget()
    whole = answers(identity, world, asked)
    with nothing_hidden(world):
        less = answers(identity, world, asked)
    return [
        f"{' '.join(map(str, key))}: {difference(whole[key], less[key])}" for key in whole if whole[key] != less[key]
    ]


def difference(one, other):
    """Return a short description of the difference between two responses."""
    if one[0] != other[0]:
        return f"status {one[0]} instead of {other[0]}"
    headers = sorted(name for name in {*one[1], *other[1]} if one[1].get(name) != other[1].get(name))
    parts = [f"{name} {one[1].get(name)} instead of {other[1].get(name)}" for name in headers]
    return "; ".join([*parts, *(["body"] if one[2] != other[2] else []), *(["cookies"] if one[3] != other[3] else [])])
