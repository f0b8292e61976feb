"""The state of one record at an instant, from its editions: in force, scheduled, withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from ctportal.files.models import StoredFile

from . import epoch
from .base_models import Record
from .models import Edition, EditionFile, EditionQuerySet, Withdrawal
from .snapshot import Snapshot, builder_for

if TYPE_CHECKING:
    from .changes import Tracked

E = TypeVar("E", Edition, "Tracked")
SHOWS = "shows"  # name of the relation from an edition to each vocabulary entry that is public while the edition is


class State(Generic[E]):
    """The *editions* of one record that are not unscheduled, in their order, as they are at the instant *at*."""

    def __init__(self, editions: Sequence[E], at: datetime) -> None:
        self.editions: Sequence[E] = editions
        self.at = at

    @property
    def in_force(self) -> E | None:
        return covering(self.editions, self.at)

    @property
    def to_come(self) -> E | None:
        """The edition to come, or None. Records have one at most; of a vocabulary entry this is the next."""
        return next((edition for edition in self.editions if edition.public_from > self.at), None)

    @property
    def last(self) -> E | None:
        """The last edition that has taken effect, in force or not, or None."""
        return next((edition for edition in reversed(self.editions) if edition.public_from <= self.at), None)

    @property
    def withdrawal(self) -> Withdrawal | None:
        """The withdrawal in effect, or None."""
        last = self.last
        return getattr(last, "withdrawal", None) if last and not self.in_force else None

    @property
    def ending(self) -> E | None:
        """The edition in force or to come that is to be withdrawn, or None."""
        not_over = (e for e in self.editions if e.public_until and e.public_until > self.at)
        return next((edition for edition in not_over if getattr(edition, "withdrawal", None)), None)

    @property
    def scheduled_end(self) -> Withdrawal | None:
        """The withdrawal still to come of the edition in force or to come, or None."""
        return self.ending.withdrawal if self.ending else None

    @property
    def opening(self) -> datetime | None:
        """The instant at which a record that is not public now becomes public, or None."""
        return self.to_come.public_from if self.to_come and not self.in_force else None


def state_of(uid: UUID, at: datetime | None = None) -> State[Edition]:
    """Return the State of the record *uid* at *at* (default now). Two queries, three without *at*."""
    editions = Edition.objects.not_unscheduled().filter(uid=uid).select_related("withdrawal").order_by("public_from")
    return State(list(editions), at or epoch.now())


def covering(editions: Iterable[E], at: datetime) -> E | None:
    """Return the one of *editions* that is public at *at*, or None."""
    return next((edition for edition in editions if edition.is_public(at)), None)


def coverage(editions: Sequence[E], at: datetime) -> tuple[bool, datetime | None]:
    """Return the end of the unbroken interval in which *editions* are public from *at* on.

    Returns (True, end or None for no end), or (False, None) where they are not public at *at*.
    """
    current = covering(editions, at)
    if not current:
        return False, None
    while current.public_until is not None:
        following = covering(editions, current.public_until)
        if not following:
            return True, current.public_until
        current = following
    return True, None


def children_of(conference: UUID, now: datetime) -> EditionQuerySet:
    """Return the editions, scheduled or in force, of the documents and photos of *conference*."""
    return (
        Edition.objects.not_unscheduled()
        .filter(Q(public_until__isnull=True) | Q(public_until__gt=now))
        .filter(relations__name="conference", relations__target=conference, type__in=("document", "photo"))
        .order_by("-public_from", "pk")
    )


def slug_is_reserved(record_type: str, slug: str, uid: UUID) -> bool:
    """Return whether *slug* belongs to another record than *uid*. Forms check it before anything is published."""
    return Edition.objects.not_unscheduled().filter(type=record_type, slug=slug).exclude(uid=uid).exists()


def differs(record: Record, edition: Edition) -> bool:
    """Return whether *record*, published now, would differ from *edition* in its contents, address or relations."""
    return snapshot_differs(builder_for(record).snapshot(record), edition)


def snapshot_differs(snapshot: Snapshot, edition: Edition) -> bool:
    """Like ``differs`` for a Snapshot. Reads the relations of *edition*, unless they were prefetched."""
    links = sorted((link.name, link.target, link.key) for link in snapshot.links)
    published = sorted((row.name, row.target, row.key) for row in edition.relations.all() if row.name != SHOWS)
    return (snapshot.json, snapshot.slug, links) != (edition.json, edition.slug, published)


def sealed_files() -> QuerySet[StoredFile]:
    """Return the stored files that sealed editions show, directly or by a rendition, and no other edition shows."""
    rows = EditionFile.objects.filter(Q(file=OuterRef("pk")) | Q(file__source=OuterRef("pk")))
    return StoredFile.objects.filter(
        Exists(rows.filter(edition__sealed_at__isnull=False)), ~Exists(rows.filter(edition__sealed_at__isnull=True))
    )
