"""Series, themes, organizations and people are public for as long as something public shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .base_models import Record
from .changes import Changes, Tracked, not_over
from .models import Edition, LedgerEntry
from .scheduling import unschedule_edition
from .snapshot import BUILDERS, Snapshot, label_of, with_labels
from .state import SHOWS, covering

Action = LedgerEntry.Action
Interval = tuple[datetime, datetime | None]


def open_entries(changes: Changes, entries: Iterable[Record]) -> None:
    """Publish each of *entries*, working records, that is not public now with its current labels.

    A scheduled edition of the entry may have older labels. Raises ValidationError where a slug belongs to another entry.
    """
    by_uid = {entry.uid: entry for entry in entries}
    changes.load(by_uid)
    by_type: dict[str, list[UUID]] = defaultdict(list)
    for uid, entry in by_uid.items():
        if not covering(changes.editions_of(uid), changes.now) and uid not in changes.newly_public:
            by_type[entry.record_type].append(uid)
    for record_type, uids in by_type.items():
        builder = BUILDERS[record_type]
        snapshots = builder.snapshots_of(list(builder.queryset().filter(uid__in=uids)))
        taken = slugs_of_others(changes, snapshots)
        for snapshot in snapshots:
            if snapshot.uid in taken:
                raise ValidationError(
                    _("The address “%(slug)s” of “%(name)s” is or was used by another entry. Change it there first."),
                    code="slug_reserved",
                    params={"slug": snapshot.slug, "name": str(by_uid[snapshot.uid])},
                )
            changes.newly_public[snapshot.uid] = snapshot
            changes.touched.add(snapshot.uid)


def slugs_of_others(changes: Changes, snapshots: Iterable[Snapshot]) -> set[UUID]:
    """Return the uids of those of *snapshots* whose slug belongs to another record of their type, public or scheduled."""
    wanted = {(snapshot.type, snapshot.slug): snapshot.uid for snapshot in snapshots if snapshot.slug}
    types, slugs = {name for name, _slug in wanted}, {slug for _type, slug in wanted}
    editions = (
        Edition.objects.not_unscheduled().filter(type__in=types, slug__in=slugs).values_list("type", "slug", "uid")
    )
    others = {uid for name, slug, uid in editions.distinct() if uid != wanted.get((name, slug), uid)}
    changes.load(others)  # editions unscheduled in this publication reserve no slug
    taken = {(each.type, each.edition.slug) for uid in others for each in changes.editions_of(uid)}
    return {uid for address, uid in wanted.items() if address in taken}


def sync(changes: Changes) -> None:
    """Make each touched entry public, from now on, in exactly the intervals of the editions that show it.

    Those editions must be written already.
    """
    uids, changes.touched = changes.touched, set()
    if not uids:
        return
    changes.load(uids)
    showing = _intervals_showing(uids, changes.now)
    wanted = {uid: merged(showing[uid], changes.now) for uid in uids}
    changes.read_contents(
        source for uid in uids if uid not in changes.newly_public for source in _sources(changes, uid, wanted[uid])
    )
    for uid in sorted(uids, key=str):
        _sync_entry(changes, uid, wanted[uid])
    changes.touched = set()


def _sources(changes: Changes, uid: UUID, wanted: list[Interval]) -> list[Tracked]:
    """Return the editions from which a new edition of the entry *uid* may be copied; [] where none is needed."""
    editions = changes.editions_of(uid)
    there = {(edition.public_from, edition.public_until) for edition in editions}
    begins = [interval for interval in wanted if interval[0] > changes.now or not covering(editions, changes.now)]
    return [] if set(begins) <= there else [e for e in editions if not e.edition.is_sealed]


def _sync_entry(changes: Changes, uid: UUID, wanted: list[Interval]) -> None:
    snapshot, now = changes.newly_public.get(uid), changes.now
    editions = [e for e in changes.editions_of(uid) if e.public_until is None or e.public_until > now]
    current = covering(editions, now)
    later = [edition for edition in editions if edition.public_from > now]
    if current and wanted and wanted[0][0] <= now:
        end, wanted = wanted[0][1], wanted[1:]
    else:
        end = now
    for edition in later:
        if (edition.public_from, edition.public_until) in wanted:
            wanted.remove((edition.public_from, edition.public_until))
        else:
            if wanted:
                snapshot = snapshot or changes.snapshot_of(edition)
            unschedule_edition(changes, edition)
    if current and current.public_until != end:
        changes.set_end(current, end)
        changes.note(Action.REOPENED if end is None else Action.ENDED, current, effective_at=end or now)
    for start, until in wanted:
        snapshot = snapshot or changes.snapshot_of(current or last_edition(changes, uid))
        inserted = changes.insert(snapshot, max(start, now), until)
        changes.note(Action.INSERTED, inserted, effective_at=inserted.public_from)


def last_edition(changes: Changes, uid: UUID) -> Tracked:
    """Return the last edition of a vocabulary entry that is not sealed. Raises ValidationError without one."""
    edition = next((e for e in reversed(changes.editions_of(uid)) if not e.edition.is_sealed), None)
    if edition is None:
        message = _("Its last public name was sealed. Publish the pages that show it again instead.")
        raise ValidationError(message, code="sealed")
    return edition


def _intervals_showing(uids: Iterable[UUID], now: datetime) -> dict[UUID, list[Interval]]:
    """Return {uid of an entry: intervals, not over, of the editions that show it}. One query."""
    shown = Edition.objects.not_unscheduled().filter(not_over(now), relations__name=SHOWS, relations__target__in=uids)
    found: dict[UUID, list[Interval]] = defaultdict(list)
    for uid, start, until in shown.values_list("relations__target", "public_from", "public_until"):
        found[uid].append((start, until))
    return found


def is_shown(uid: UUID, now: datetime) -> bool:
    return bool(_intervals_showing([uid], now))


def merged(intervals: Iterable[Interval], now: datetime) -> list[Interval]:
    """Return *intervals*, cut off before *now*, as a sorted list of disjoint (start, end). Adjacent intervals are joined."""
    joined: list[Interval] = []
    clipped = ((max(start, now), end) for start, end in intervals)
    for start, end in sorted(clipped, key=lambda interval: interval[0]):
        if joined and (joined[-1][1] is None or start <= joined[-1][1]):
            last = joined[-1][1]
            joined[-1] = (joined[-1][0], None if last is None or end is None else max(last, end))
        else:
            joined.append((start, end))
    return joined


# Names in the JSON


def show_instead(snapshot: Snapshot, uid: UUID, entry: Snapshot) -> None:
    """Replace the vocabulary entry *uid* by *entry* in the JSON and in ``shows`` of *snapshot*."""
    snapshot.data = with_labels(snapshot.data, {str(uid): label_of(entry)}, distinct=True)
    snapshot.shows = list(dict.fromkeys(entry.uid if shown == uid else shown for shown in snapshot.shows))
