"""The clock of this process, and whether it can be trusted.

What is public follows the clock: one that jumped ahead would release what is scheduled. So the clock is compared with the
time that has elapsed since it was last found right, and readers never follow a jump. ``problem`` also compares it with the
clock of the database and with the ledger. Starting the process anew trusts the clock anew.
"""

import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import Error, close_old_connections, connection
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .models import APART, EpochMark, LedgerEntry

logger = logging.getLogger(__name__)

EVERY = 60  # seconds between two readings of the clock that are compared with each other
JUMPED = gettext_noop("The clock of this server has jumped by %(n)d seconds.")
OTHER_THAN_DATABASE = gettext_noop("The clock of this server is %(n)d seconds away from that of the database.")
BEHIND_LEDGER = gettext_noop("The clock of this server is %(n)d seconds behind the last entry of the ledger.")

# On Linux it also counts the time that the machine was suspended, which is no jump of the clock.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class _State:
    """*right* is the clock as it was last found right, with ``elapsed`` then; *problem* is what was last logged."""

    right: tuple[datetime, float] | None = None
    problem = ""


def elapsed() -> float:
    """Return the seconds since the machine was started. Nobody can set them."""
    return time.clock_gettime(_CLOCK)


def database_now() -> datetime | None:
    """Return the time of the database server; None for SQLite, which has no clock of its own."""
    if connection.vendor != "postgresql":
        return None
    return EpochMark.objects.values_list(Now(), flat=True).first()  # the one row of a table that is always there


def trust(right: tuple[datetime, float] | None = None) -> None:
    """Begin anew: trust the clock as it is or, with *right*, (an instant, ``elapsed`` then), as far as it agrees with that."""
    _State.right, _State.problem = right, ""


def now() -> datetime:
    """Return the time of this process: that of its clock or, where that has jumped by more than ``APART``, the time since it
    was last found right."""
    expected, jump = _compared()
    if abs(jump) > APART:
        _log(JUMPED, jump)
        return expected
    if _State.problem == JUMPED:
        _log("")
    return expected + jump


def latest() -> datetime:
    """Return ``now`` or, where that is ahead, the time of the database. One query on PostgreSQL.

    Each machine may be ``APART`` from the database, so two machines may be twice as far from each other. Nobody who is
    trusted is further ahead of this than ``APART``.
    """
    return max(now(), database_now() or now())


def _compared() -> tuple[datetime, timedelta]:
    """Return (the time that it should be, how far the clock is ahead of that)."""
    clock, since = timezone.now(), elapsed()
    right, then = _State.right or (clock, since)
    expected = right + timedelta(seconds=since - then)
    if _State.right is None or (since - then > EVERY and abs(clock - expected) <= APART):
        _State.right = clock, since
    return expected, clock - expected


def last_entry() -> datetime | None:
    """Return the instant of the last ledger entry, None without one. One query."""
    return LedgerEntry.objects.order_by("-pk").values_list("at", flat=True).first()


def problem(last: datetime | None) -> tuple[str, timedelta] | None:
    """Return (why the clock cannot be trusted, by how much it is wrong), None where it can, and log what has changed. *last*
    is the ``last_entry``. One query on PostgreSQL, none on SQLite."""
    found = _problem(last)
    _log(*found or ("",))
    return found


def _problem(last: datetime | None) -> tuple[str, timedelta] | None:
    _expected, jump = _compared()
    if abs(jump) > APART:
        return JUMPED, jump
    before, of_database, after = timezone.now(), database_now(), timezone.now()
    if of_database and not before - APART <= of_database <= after + APART:
        return OTHER_THAN_DATABASE, of_database - after
    if last and last > after + APART:
        return BEHIND_LEDGER, last - after
    return None


def watch() -> None:
    """Compare the clock now and every minute, as long as this process lives: the log tells also where nobody asks."""
    while True:
        with suppress(Error):  # a database that is away is not a wrong clock; /readyz tells
            problem(last_entry())
        close_old_connections()
        time.sleep(EVERY)


def refuse_if_wrong() -> datetime | None:
    """Raise ValidationError where the clock cannot be trusted. Returns the ``last_entry``."""
    last = last_entry()
    if found := problem(last):
        why, apart = found
        raise ValidationError(
            _("Nothing can be published, scheduled or withdrawn now. %(why)s Tell whoever operates the portal."),
            code="wrong_clock",
            params={"why": _(why) % _seconds(apart)},
        )
    return last


def _log(why: str, apart: timedelta = timedelta()) -> None:
    if why == _State.problem:
        return
    _State.problem = why
    if why:
        logger.error("%s Nothing is published until it is right; see docs/operators/upkeep.md.", why % _seconds(apart))
    else:
        logger.warning("The clock of this server is right again.")


def _seconds(apart: timedelta) -> dict[str, int]:
    return {"n": round(abs(apart).total_seconds())}
