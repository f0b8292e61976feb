"""The database guards in tests: removed to empty the tables or to tamper with rows, and using the clock of the test."""

import re
from contextlib import contextmanager
from datetime import UTC, timedelta

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase
from django.utils import timezone

from ctportal.publishing import database_guards, epoch
from ctportal.workflow import roles

REAL_NOW = timezone.now
SETTING = "ctportal_test.now"
SHIFT = re.compile(r"([+-]\d+) (second|minute)s?")


@contextmanager
def lifted_guards():
    """Remove the guards for the body, which may then change frozen rows."""
    database_guards.remove_guards()
    try:
        yield
    finally:
        database_guards.install_guards()


# Tables that ``migrate`` fills at its end. Tests change them only in transactions that are rolled back.
FILLED_BY_MIGRATIONS = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


def prepare():
    """Patch how TransactionTestCase empties the tables, and let the guards read ``timezone.now`` like the services."""
    TransactionTestCase._fixture_teardown = _empty_the_tables
    database_guards.CLOCK = (
        f"SELECT coalesce(nullif(current_setting('{SETTING}', true), '')::timestamptz, clock_timestamp())"
    )
    connection_created.connect(_give_the_clock, weak=False)


def _empty_the_tables(_test):
    """Empty the tables. It does the work of Django's flush in a tenth of the time."""
    database_guards.remove_guards()
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in sorted({*tables} - FILLED_BY_MIGRATIONS):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table name from Django
        Group.objects.exclude(name__in=roles.ROLES).delete()
        epoch.replace_mark()
    database_guards.install_guards()


def _give_the_clock(connection, **_kwargs):
    if connection.vendor == "sqlite":
        connection.connection.create_function("strftime", -1, _strftime)
    elif _tell_the_instant not in connection.execute_wrappers:
        connection.execute_wrappers.append(_tell_the_instant)


def _strftime(form, moment, *shifts):
    """Replace SQLite's function, for the arguments that the guards use."""
    assert (form, moment) == ("%Y-%m-%d %H:%M:%f", "now")
    instant = timezone.now().astimezone(UTC)
    for amount, unit in (SHIFT.fullmatch(shift).groups() for shift in shifts):
        instant += timedelta(**{f"{unit}s": int(amount)})
    return instant.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _tell_the_instant(execute, sql, params, many, context):
    """Send the instant of a frozen clock to PostgreSQL before a statement that changes an edition or a withdrawal."""
    text = str(sql).lstrip()
    of_edition = text.upper().startswith(("UPDATE", "WITH")) and "publishing_edition" in text
    of_withdrawal = text.upper().startswith(("INSERT", "UPDATE", "DELETE")) and "publishing_withdrawal" in text
    if of_edition or of_withdrawal:
        instant = "" if timezone.now is REAL_NOW else timezone.now().isoformat()
        context["cursor"].cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, instant])
    return execute(sql, params, many, context)


def raw(sql, *params):
    """Run *sql* directly and return the number of rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount
