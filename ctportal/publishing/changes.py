"""The changes of one publication: editions are read in bulk, changed in memory and written in bulk.

The rules (``scheduling``, ``cascade``, ``vocabulary``) read and change the editions of a record in ``Changes``. None of them
queries the database for a single record, so the number of queries hardly grows with the number of records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from ctportal.core.types import Author
from ctportal.files.models import StoredFile

from . import indexing, ledger
from .base_models import Record
from .models import Edition, EditionFile, Facet, LedgerEntry, Relation, Withdrawal
from .signals import editions_written
from .snapshot import Snapshot, SnapshotLink, checksum
from .state import SHOWS, State, children_of


def name_of(user: Author) -> str:
    """Return the name that editions and the ledger store as text, because accounts may be deleted. Accepts a plain name."""
    return user if isinstance(user, str) else (user.get_full_name() or user.get_username())


@dataclass(eq=False)
class Tracked:
    """An edition within a publication, with its withdrawal, its relations and the changes not yet written."""

    edition: Edition
    withdrawal: Withdrawal | None = None
    relations: list[Relation] = field(default_factory=list)
    snapshot: Snapshot | None = None  # set when it is new, or once it is read
    facets: list[Facet] = field(default_factory=list)  # set when it is new
    files: list[StoredFile] = field(default_factory=list)  # set when it is new

    def __post_init__(self) -> None:
        self.written_until = self.edition.public_until

    @property
    def uid(self) -> UUID:
        return self.edition.uid

    @property
    def type(self) -> str:
        return self.edition.type

    @property
    def public_from(self) -> datetime:
        return self.edition.public_from

    @property
    def public_until(self) -> datetime | None:
        return self.edition.public_until

    @property
    def is_unscheduled(self) -> bool:
        return self.edition.is_unscheduled

    def is_public(self, at: datetime) -> bool:
        return self.edition.is_public(at)

    @property
    def conference(self) -> UUID | None:
        """uid of the conference that the document or photo belongs to, or None."""
        return next((row.target for row in self.relations if row.name == "conference"), None)

    @property
    def shows(self) -> list[UUID]:
        return [row.target for row in self.relations if row.name == SHOWS]


class Changes:
    """The editions that a publication has read, and its changes. It happens at *now*, by *account* (or a plain name)."""

    def __init__(self, account: Author, now: datetime) -> None:
        self.account, self.by, self.now = account, name_of(account), now
        self.touched: set[UUID] = set()  # vocabulary entries that editions show whose intervals have changed
        self.newly_public: dict[UUID, Snapshot] = {}  # {uid: Snapshot} of the entries that become public
        self.drafts: list[tuple[Edition, Record, str]] = []  # see ``signals.editions_written``
        self._editions: dict[UUID, list[Tracked]] = {}
        self._children_read: set[UUID] = set()
        self._new: list[Tracked] = []
        self._entries: list[LedgerEntry] = []
        self._lifted: list[Withdrawal] = []
        self._withdrawn: list[Tracked] = []
        self._found: list[tuple[Edition, Snapshot]] = []  # new editions, for the search index

    # Reading

    def load(self, uids: Iterable[UUID]) -> None:
        """Read the editions of the records *uids*, with withdrawals and, of those not over, relations. Two queries."""
        missing = set(uids) - self._editions.keys()
        if not missing:
            return
        self._editions |= {uid: [] for uid in missing}
        editions = Edition.objects.not_unscheduled().filter(uid__in=missing).select_related("withdrawal")
        found = {}
        for edition in editions.defer("json", "card").order_by("public_from", "pk"):
            found[edition.pk] = Tracked(edition, withdrawal=getattr(edition, "withdrawal", None))
            self._editions[edition.uid].append(found[edition.pk])
        not_over = [pk for pk, each in found.items() if each.public_until is None or each.public_until >= self.now]
        if not_over:
            for row in Relation.objects.filter(edition__in=not_over).order_by("order"):
                found[row.edition_id].relations.append(row)

    def editions_of(self, uid: UUID) -> list[Tracked]:
        """Return the editions of the record *uid* that are not unscheduled, in their order."""
        self.load([uid])
        return sorted((e for e in self._editions[uid] if not e.is_unscheduled), key=lambda each: each.public_from)

    def state(self, uid: UUID) -> State[Tracked]:
        return State(self.editions_of(uid), self.now)

    def children(self, conference: UUID) -> list[Tracked]:
        """Return the editions, scheduled or in force, of the documents and photos of *conference*, latest start first."""
        if conference not in self._children_read:
            self._children_read.add(conference)
            self.load(children_of(conference, self.now).order_by().values_list("uid", flat=True))
        children = [
            each
            for editions in self._editions.values()
            for each in editions
            if each.type in ("document", "photo") and each.conference == conference and not each.is_unscheduled
        ]
        not_over = (each for each in children if each.public_until is None or each.public_until > self.now)
        return sorted(not_over, key=lambda each: each.public_from, reverse=True)

    def read_contents(self, editions: Iterable[Tracked]) -> None:
        """Read the contents of *editions*, to copy them into new editions. Three queries."""
        unread = {each.edition.pk: each for each in editions if each.snapshot is None}
        if not unread:
            return
        relations: dict[int, list[Relation]] = defaultdict(list)
        files: dict[int, list[StoredFile]] = defaultdict(list)
        for relation in Relation.objects.filter(edition__in=list(unread)).order_by("order"):
            relations[relation.edition_id].append(relation)
        for row in EditionFile.objects.filter(edition__in=list(unread)).select_related("file").order_by("pk"):
            files[row.edition_id].append(row.file)
        for edition in Edition.objects.filter(pk__in=list(unread)).defer("card"):
            rows = relations[edition.pk]
            unread[edition.pk].snapshot = Snapshot(
                type=edition.type,
                uid=edition.uid,
                slug=edition.slug,
                data=dict(edition.data),
                date=edition.date,
                end_date=edition.end_date,
                over_at=edition.over_at,
                links=[SnapshotLink(row.name, row.target, row.key) for row in rows if row.name != SHOWS],
                files=files[edition.pk],
                shows=[row.target for row in rows if row.name == SHOWS],
            )

    def snapshot_of(self, tracked: Tracked) -> Snapshot:
        """Return a new Snapshot with the contents of *tracked*, for a new edition."""
        self.read_contents([tracked])
        snapshot = tracked.snapshot
        if snapshot is None:
            raise LookupError(f"Edition {tracked.edition.pk} is not there any more.")
        links, files, shows = list(snapshot.links), list(snapshot.files), list(snapshot.shows)
        data = dict(snapshot.data)
        return replace(snapshot, data=data, links=links, files=files, shows=shows, newly_public=[], source=tracked)

    # Changing. The rules decide what changes; ``write`` stores it.

    def insert(
        self, snapshot: Snapshot, start: datetime, until: datetime | None, *, note: str = "", minor: bool = False
    ) -> Tracked:
        """Add an edition of *snapshot* with its facets, relations and files; return it."""
        self.load([snapshot.uid])
        edition = edition_of(snapshot, start, until, by=self.by, at=self.now, note=note, minor=minor)
        files = list({file.pk: file for file in snapshot.files}.values())
        relations, facets = relation_rows(edition, snapshot), facet_rows(edition, snapshot)
        tracked = Tracked(edition, relations=relations, snapshot=snapshot, facets=facets, files=files)
        self._editions[snapshot.uid].append(tracked)
        self._new.append(tracked)
        self.touched.update(snapshot.shows)
        return tracked

    def set_end(self, tracked: Tracked, until: datetime | None) -> None:
        """Set the end of *tracked*, while it is open or still to come, never to the past. Nothing else changes an interval."""
        if tracked.public_until is not None and tracked.public_until <= self.now:
            raise ValidationError(_("This edition has already ended."), code="ended")
        if until is not None and until < self.now:
            raise ValidationError(_("An edition cannot end in the past."), code="already_past")
        tracked.edition.public_until = until
        self.touched.update(tracked.shows)

    def note(
        self, action: str, tracked: Tracked, *, effective_at: datetime, reason: str = "", frozen: str = ""
    ) -> None:
        """Add an entry to the ledger, with the end that the edition now has. *frozen* is the checksum of a withdrawal."""
        edition = tracked.edition
        if action == LedgerEntry.Action.INSERTED:
            frozen = ledger.frozen_checksum(edition, tracked.facets, tracked.relations, tracked.files)
        said = {"by": self.by, "reason": reason, "frozen": frozen}
        self._entries.append(ledger.entry(action, edition, at=self.now, effective_at=effective_at, **said))

    def move_withdrawal(self, withdrawal: Withdrawal, source: Tracked | None, target: Tracked) -> None:
        if source:
            source.withdrawal = None
        target.withdrawal = withdrawal
        self._withdrawn.append(target)

    def lift_withdrawal(self, tracked: Tracked) -> None:
        if tracked.withdrawal:
            self._lifted.append(tracked.withdrawal)
            tracked.withdrawal = None

    # Writing

    def write(self) -> None:
        """Write the changes since the last call, each kind of row in one statement, or in few where there are many rows."""
        self._write_ends()
        self._write_editions()
        self._write_withdrawals()
        self._tell()
        ledger.append(self._entries)
        self._new, self._entries, self._lifted, self._withdrawn, self.drafts = [], [], [], [], []

    def write_index(self) -> None:
        """Write the search entries of all new editions, and remove those of editions of these records that are over or were
        unscheduled. To be called once, at the end."""
        indexing.write_entries(self._found)
        limit = self.now - indexing.KEPT
        editions = [each for editions in self._editions.values() for each in editions]
        over = (each for each in editions if each.is_unscheduled or (each.public_until or self.now) <= limit)
        indexing.remove_entries([each.edition.pk for each in over])

    def _write_ends(self) -> None:
        """Write earlier ends first, since the database never allows two editions of a record to overlap."""
        new = {id(each) for each in self._new}
        kept = (each for editions in self._editions.values() for each in editions if id(each) not in new)
        changed = [each for each in kept if each.public_until != each.written_until]
        for is_earlier in (True, False):
            ends: dict[datetime | None, list[int]] = defaultdict(list)
            for each in changed:
                if _is_earlier(each.public_until, each.written_until) == is_earlier:
                    ends[each.public_until].append(each.edition.pk)
            for until, keys in ends.items():
                Edition.objects.filter(pk__in=keys).update(public_until=until)
        for each in (*changed, *self._new):
            each.written_until = each.public_until

    def _write_editions(self) -> None:
        if not self._new:
            return
        Edition.objects.bulk_create([each.edition for each in self._new])
        Facet.objects.bulk_create([row for each in self._new for row in each.facets])
        Relation.objects.bulk_create([row for each in self._new for row in each.relations])
        EditionFile.objects.bulk_create(
            [EditionFile(edition=each.edition, file=file) for each in self._new for file in each.files]
        )
        self._found += [(each.edition, each.snapshot) for each in self._new if each.snapshot]

    def _write_withdrawals(self) -> None:
        lifted = [withdrawal.pk for withdrawal in self._lifted if withdrawal.pk]
        if lifted:
            Withdrawal.objects.filter(pk__in=lifted).delete()
        rows = {}
        for tracked in self._withdrawn:
            if tracked.withdrawal:
                tracked.withdrawal.edition = tracked.edition
                rows[id(tracked.withdrawal)] = tracked.withdrawal
        Withdrawal.objects.bulk_create([row for row in rows.values() if not row.pk])
        known = [row for row in rows.values() if row.pk]
        Withdrawal.objects.bulk_update(known, ["edition", "reason", "replacement", "cause", "by", "show_title"])

    def _tell(self) -> None:
        successors = [
            (each.snapshot.source.edition, each.edition) for each in self._new if each.snapshot and each.snapshot.source
        ]
        editions_written.send(sender=Changes, by=self.account, drafts=self.drafts, successors=successors)


def _is_earlier(end: datetime | None, other: datetime | None) -> bool:
    return end is not None and (other is None or end < other)


def not_over(now: datetime) -> Q:
    return Q(public_until__isnull=True) | Q(public_until__gt=now)


# The rows of an edition


def edition_of(
    snapshot: Snapshot,
    start: datetime,
    until: datetime | None,
    *,
    by: str,
    at: datetime,
    note: str,
    minor: bool,
) -> Edition:
    """Return an unsaved Edition of *snapshot*, public from *start* to *until*, created *at* that instant."""
    json = snapshot.json
    return Edition(
        uid=snapshot.uid,
        type=snapshot.type,
        slug=snapshot.slug,
        date=snapshot.date,
        end_date=snapshot.end_date,
        over_at=snapshot.over_at,
        json=json,
        sha256=checksum(json),
        card=snapshot.card,
        public_from=start,
        public_until=until,
        minor=minor,
        note=note,
        by=by,
        created_at=at,
    )


def facet_rows(edition: Edition, snapshot: Snapshot) -> list[Facet]:
    return [
        Facet(edition=edition, name=name, value=value, type=edition.type, date=edition.date, slug=edition.slug)
        for name, value in sorted(snapshot.facets)
    ]


def relation_rows(edition: Edition, snapshot: Snapshot) -> list[Relation]:
    links = [*snapshot.links, *(SnapshotLink(SHOWS, uid) for uid in snapshot.shows)]
    return [
        Relation(edition=edition, name=link.name, target=link.target, key=link.key, order=order)
        for order, link in enumerate(links)
    ]
