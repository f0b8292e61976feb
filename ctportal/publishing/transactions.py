"""Transactions that may publish: the last thing they do before they commit is to read the clock again.

The instant of a publication is decided when it begins, and readers see it when it is committed. In between, what it moves or
unschedules may have become public. So everything that may publish runs in ``atomic``, and what would be committed too late
is rolled back.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ctportal.core.instants import show_utc

from . import clock
from .models import APART

# The instants that the current transaction sets, moves or takes away; None outside of ``atomic``.
_instants: ContextVar[list[datetime] | None] = ContextVar("instants", default=None)


@contextmanager
def atomic() -> Iterator[None]:
    """Run a transaction, or a savepoint inside another one, like Django's ``atomic``.

    Raises ValidationError at its end, rolling everything back, where less than ``APART`` is left before an instant that it
    sets, moves or takes away: readers whose clock is ahead may have reached that instant.
    """
    with transaction.atomic():
        if _instants.get() is not None:
            yield
            return
        instants: list[datetime] = []
        token = _instants.set(instants)
        try:
            yield
        finally:
            _instants.reset(token)
        _refuse_too_late(instants)


def commit_before(instants: Iterable[datetime]) -> None:
    """Let the current ``atomic`` be rolled back unless it is committed in time before each of *instants*."""
    current = _instants.get()
    if current is None:
        raise RuntimeError("commit_before is called outside of transactions.atomic.")
    current.extend(instants)


def _refuse_too_late(instants: Iterable[datetime]) -> None:
    first = min(instants, default=None)
    if first and first - clock.latest() < APART:
        raise ValidationError(
            _(
                "Nothing was saved because it took too long: what happens at %(at)s can no longer be changed. After that "
                "time you can withdraw or restore it."
            ),
            code="too_late",
            params={"at": show_utc(first, "%Y-%m-%d %H:%M:%S")},
        )
