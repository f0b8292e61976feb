"""The epoch of an instant: the interval between two changes of what is public in which it lies.

What is public changes only when an edition begins or ends. The epoch of an instant is the last instant at or before it at
which an edition that is not unscheduled began or ended, with a random mark. Each transaction with an immediate effect on the
public side replaces the mark.
Answers of one epoch are interchangeable; answers of two are not (see ``ctportal.reading.cache``). Neither part leaves the
portal: no page, header or ETag is made from it.
"""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from ctportal.core.instants import show_utc

from . import clock
from .models import APART, VOCABULARY, Edition, EpochMark, LedgerEntry
from .transactions import atomic, commit_before

# Less than this ahead, a start or end is neither set nor moved nor taken away. Transactions that do so less than this ahead
# of their own end replace the mark. It covers clocks that differ by APART and a transaction that takes as long.
NEAR = 2 * APART

# One SQL statement for both databases. It runs for each public response, cached ones included, and generating it with the
# ORM would take several times as long as such a response (docs/decisions/cache.md).
EPOCH = """
WITH last (at) AS (
    SELECT at FROM publishing_ledgerentry WHERE at <= %(latest)s ORDER BY id DESC LIMIT 1
), reached (at) AS (
    SELECT CASE WHEN last.at > %(clock)s THEN last.at ELSE %(clock)s END
    FROM publishing_epochmark LEFT JOIN last ON 1 = 1
)
SELECT
    publishing_epochmark.value,
    reached.at,
    (SELECT public_from FROM publishing_edition
     WHERE public_from <= reached.at AND (public_until IS NULL OR public_until > public_from)
     ORDER BY public_from DESC LIMIT 1),
    (SELECT public_until FROM publishing_edition
     WHERE public_until <= reached.at AND public_until > public_from
     ORDER BY public_until DESC LIMIT 1)
FROM publishing_epochmark, reached
"""


class Reading(NamedTuple):
    """An instant (aware, UTC) and the epoch it lies in, "" before the database is migrated."""

    at: datetime
    epoch: str


def read() -> Reading:
    """Return the instant that this process has reached, and its epoch. One query.

    The instant is that of its clock (``clock.now``) or, where that is ahead by at most ``APART``, that of the last
    publication. So what one machine publishes is public on all machines at once.
    """
    own = clock.now()
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(EPOCH, {"clock": adapt(own), "latest": adapt(own + APART)})
        row = cursor.fetchone()
    if row is None:
        return Reading(own, "")
    mark, reached, *changes = row
    last = max((_instant(change) for change in changes if change), default="")
    return Reading(_instant(reached), f"{mark} {last}")


def _instant(value: str | datetime) -> datetime:
    """Return an instant from the database driver as an aware datetime. SQLite stores UTC as text without a zone."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value.astimezone(UTC)


def now() -> datetime:
    """Return the instant that this process has reached (see ``read``). One query."""
    return read().at


def reached() -> Greatest:
    """Return ``now`` as a database expression, for queries that should not need another query for the instant."""
    own = clock.now()
    last = LedgerEntry.objects.filter(at__lte=own + APART).order_by("-pk").values("at")[:1]
    return Greatest(Value(own), Coalesce(Subquery(last), Value(own)))


@contextmanager
def publication_lock() -> Iterator[datetime]:
    """Run one transaction under the publication lock and yield its instant, read once nobody else holds the lock.

    Raises ValidationError where the clock cannot be trusted, where it changes what is to happen less than ``NEAR`` after
    that, or where it is committed too late (see ``transactions``).

    Publications happen one after the other, each at an instant after that of the one before. The mark is replaced where
    the transaction changed what is public now or less than ``NEAR`` ahead of its end; other scheduling leaves it alone,
    so a poller cannot tell that something was scheduled.
    """
    with atomic():
        _lock()
        last, own = clock.refuse_if_wrong(), clock.now()
        instant = last + timedelta(microseconds=1) if last and last > own else own
        before = _changes_to_come(instant)
        yield instant
        after = _changes_to_come(instant)
        to_come = [change for change in before ^ after if change.at > instant and _is_own(change, change in before)]
        _refuse_near(instant, to_come)
        commit_before(change.at for change in to_come)
        if any(change.at < clock.now() + NEAR for change in before ^ after):
            replace_mark()


def _lock() -> None:
    if not EpochMark.objects.select_for_update().filter(pk=1).exists():
        replace_mark()


class ChangeToCome(NamedTuple):
    """What readers see change at the instant *at*: an edition begins or, without *edition*, the record *uid* has an end."""

    at: datetime
    type: str
    edition: int | None = None
    uid: UUID | None = None
    reason: str | None = None  # of a withdrawal
    replacement: UUID | None = None


def _changes_to_come(instant: datetime) -> set[ChangeToCome]:
    """Return what begins and what ends at *instant* or later. Two queries.

    An edition that takes over the end of the one before, with its withdrawal, changes nothing at that end.
    """
    editions = Edition.objects.not_unscheduled()
    begin = editions.filter(public_from__gte=instant).values_list("public_from", "type", "pk")
    end = editions.filter(public_until__gte=instant).values_list(
        "public_until", "type", "uid", "withdrawal__reason", "withdrawal__replacement"
    )
    return {ChangeToCome(*row) for row in begin} | {
        ChangeToCome(at, each, None, uid, reason, replacement) for at, each, uid, reason, replacement in end if at
    }


def _is_own(change: ChangeToCome, is_taken_away: bool) -> bool:
    """Return whether *change* does not only follow from another one. The vocabulary follows the records that show it; but an
    edition that does not begin after all would take its address along."""
    return change.type not in VOCABULARY or (is_taken_away and change.edition is not None)


def _refuse_near(instant: datetime, changes: Iterable[ChangeToCome]) -> None:
    """Raise ValidationError where one of *changes*, set, moved or taken away at *instant*, is near: somebody whose clock is
    ahead may have read it before this is committed."""
    near = min((change for change in changes if change.at < instant + NEAR), key=lambda each: each.at, default=None)
    if near:
        raise ValidationError(
            _("At %(at)s it becomes public. It is too late to change that, but from then on you can withdraw it.")
            if near.edition
            else _("At %(at)s it is withdrawn. It is too late to change that, but from then on you can restore it."),
            code="too_near",
            params={"at": show_utc(near.at, "%Y-%m-%d %H:%M:%S")},
        )


def replace_mark(**kwargs: object) -> None:
    """Replace the mark, so that nothing cached until now is served again. Receiver of ``post_migrate``."""
    value = secrets.token_urlsafe(12)
    if not EpochMark.objects.filter(pk=1).update(value=value):  # one query where there is a mark
        EpochMark.objects.update_or_create(pk=1, defaults={"value": value})
