"""Deployment check of the database: production does not start while a guard is missing (see deploy/gunicorn.conf.py)."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from .database_guards import missing_guards


# A deployment check, because "migrate" runs all other checks of the database before it installs the guards.
@register(Tags.database, deploy=True)
def check_guards(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Return an Error for each of *databases* that lacks a guard, a Warning where it cannot be read (see ``/readyz``)."""
    found: list[CheckMessage] = []
    for using in databases or ():
        try:
            missing = missing_guards(using)
        except DatabaseError as error:
            found.append(Warning(f"The guards of the database {using!r} cannot be read: {error}", id="publishing.W001"))
            continue
        if missing:
            text = f"The database {using!r} lacks guards, or has others than it should: {', '.join(missing)}."
            hint = "Run “manage.py database_guards install”, then “manage.py ledger verify”."
            found.append(Error(text, hint=hint, id="publishing.E001"))
    return found
