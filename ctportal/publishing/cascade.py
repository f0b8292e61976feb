"""Changes to the editions of documents and photos that follow from a change to their conference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from .changes import Changes, Tracked
from .models import RecordType
from .scheduling import end_with, insert_edition, lift_end, outlasts, unschedule_edition
from .state import coverage


class Move(NamedTuple):
    """A conference begins at the instant *new* instead of *old*. *taking*: see ``services.redate_all``."""

    old: datetime
    new: datetime
    taking: frozenset[UUID] | None = None

    def takes(self, child: Tracked, inside: bool) -> bool:
        """Return whether *child*, an edition to come, moves along. *inside*: it begins within its conference now."""
        return child.public_from == self.old and (self.taking is None or child.uid in self.taking or not inside)


class Cascaded(StrEnum):
    """What happened to a document or photo with its conference. The values are actions of ``WorkflowStep`` too."""

    MOVED = "moved-with-conference"
    UNSCHEDULED = "unscheduled-with-conference"
    WITHDRAWN = "withdrawn-with-conference"
    KEPT = "kept-with-conference"
    RESTORED = "restored-with-conference"


class CascadedChange(NamedTuple):
    """What happened to one document or photo. Services return at most one for each."""

    uid: UUID
    record_type: str
    action: Cascaded


def follow_conference(changes: Changes, uid: UUID, record_type: str, moved: Move | None = None) -> list[CascadedChange]:
    """End, unschedule or move the editions of children that would now be public outside the interval of the conference *uid*.

    *moved* is given when the whole conference begins at another instant: children scheduled for the old instant move too.
    Returns one change for each child that changed: that of its earliest edition.
    """
    if record_type != RecordType.CONFERENCE:
        return []
    editions, children = changes.editions_of(uid), changes.children(uid)
    if moved:
        changes.read_contents(child for child in children if child.public_from == moved.old)
    cascaded = {}
    for child in children:
        action = _follow(changes, child, editions, moved)
        if action:
            cascaded[child.uid] = CascadedChange(child.uid, child.type, action)
    return list(cascaded.values())


def _follow(changes: Changes, child: Tracked, editions: Sequence[Tracked], moved: Move | None) -> Cascaded | None:
    """Adapt *child* to its conference, which now has *editions*. Returns what happened to it, or None."""
    conference, now = child.conference, changes.now
    inside, end = coverage(editions, max(child.public_from, now))
    withdrawal = child.withdrawal
    if child.public_from > now and moved and moved.takes(child, inside):
        snapshot = changes.snapshot_of(child)
        unschedule_edition(changes, child)
        insert_edition(changes, snapshot, moved.new, note=child.edition.note, minor=child.edition.minor)
        return Cascaded.MOVED
    if not inside and child.public_from > now:
        unschedule_edition(changes, child)
        return Cascaded.UNSCHEDULED
    if not inside:
        end_with(changes, child, editions, now)
        return Cascaded.WITHDRAWN
    if end and outlasts(child, end):
        end_with(changes, child, editions, end)
        return Cascaded.WITHDRAWN
    if withdrawal and withdrawal.cause == conference and child.public_until != end:
        lift_end(changes, child)
        if end is not None:
            end_with(changes, child, editions, end)
        return Cascaded.WITHDRAWN if end is not None else Cascaded.KEPT
    return None
