"""Series, themes, organizations and people are public for as long as something public shows them.

A unit shows the organization above it, so that the whole chain is public with whatever shows the unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .base_models import SluggedRecord
from .changes import Changes, Tracked, not_over
from .labels import label_of, with_labels
from .models import Edition, LedgerEntry
from .scheduling import unschedule_edition
from .snapshot import BUILDERS, Snapshot
from .state import SHOWS, covering
from .units import parents_of

Action = LedgerEntry.Action
Interval = tuple[datetime, datetime | None]


def open_entries(changes: Changes, entries: Iterable[SluggedRecord]) -> None:
    """Publish each of *entries*, working records, that is not public now with its current labels, and the organizations
    above it.

    A scheduled edition of the entry may have older labels. Raises ValidationError where a slug belongs to another entry.
    """
    by_uid = {entry.uid: entry for entry in entries}
    changes.load(by_uid)
    by_type: dict[str, list[UUID]] = defaultdict(list)
    for uid, entry in by_uid.items():
        if not covering(changes.editions_of(uid), changes.now) and uid not in changes.newly_public:
            by_type[entry.record_type].append(uid)
    opened = [by_uid[uid] for uids in by_type.values() for uid in uids]
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
    if parents := parents_of(opened):
        open_entries(changes, parents.values())
        refuse_loops(changes, (changes.newly_public[uid] for uid in parents))


def refuse_loops(changes: Changes, units: Iterable[Snapshot]) -> None:
    """Raise ValidationError where one of *units* would be a unit of itself in public: by a chain that was changed since, but
    not published."""
    for unit in units:
        if unit.uid in _above(changes, unit.shows):
            name = next(iter(unit.data["name"].values()), unit.slug)
            raise ValidationError(
                _(
                    "In public, “%(name)s” would be a unit of itself: an organization above it is still published as its "
                    "unit. Publish the change of that organization first."
                ),
                code="unit_of_itself",
                params={"name": name},
            )


def _above(changes: Changes, uids: Iterable[UUID]) -> set[UUID]:
    """Return *uids*, entries of the vocabulary, and those that they show, directly or indirectly."""
    found: set[UUID] = set()
    level = set(uids)
    while level:
        found |= level
        changes.load(level)
        shown = {target for uid in level for target in _shown_by(changes, uid)}
        level = shown - found
    return found


def _shown_by(changes: Changes, uid: UUID) -> Iterator[UUID]:
    if uid in changes.newly_public:
        yield from changes.newly_public[uid].shows
    for each in changes.editions_of(uid):
        if each.public_until is None or each.public_until > changes.now:
            yield from each.shows


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
    """Make touched entries public, from now on, in exactly the intervals of the editions that show them.

    Those editions must be written already. Units come first: what they show is touched by them, and is left for the next
    call.
    """
    changes.load(changes.touched)
    shown = {target for uid in changes.touched for target in _shown_by(changes, uid)}
    waiting = changes.touched & _above(changes, shown)
    uids = changes.touched - waiting or changes.touched
    changes.touched = changes.touched - uids
    showing = _intervals_showing(uids, changes.now)
    wanted = {uid: merged(showing[uid], changes.now) for uid in uids}
    changes.read_contents(
        source for uid in uids if uid not in changes.newly_public for source in _sources(changes, uid, wanted[uid])
    )
    for uid in sorted(uids, key=str):
        _sync_entry(changes, uid, wanted[uid])


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
