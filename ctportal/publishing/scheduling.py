"""Inserting, ending and unscheduling the editions of one record, and keeping children inside their conference's interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ctportal.core.dates import last_day
from ctportal.core.instants import show_utc

from . import ledger
from .changes import Changes, Tracked
from .models import LedgerEntry, Withdrawal
from .snapshot import Snapshot
from .state import coverage, covering

Action = LedgerEntry.Action


def insert_edition(
    changes: Changes, snapshot: Snapshot, start: datetime, *, note: str = "", minor: bool = False, reason: str = ""
) -> Tracked:
    """Insert an edition that begins at *start*. It ends the edition in force then and takes over its end."""
    before = covering(changes.editions_of(snapshot.uid), start)
    until, withdrawal = None, None
    if before:
        if before.public_from == start:
            raise ValidationError(_("Another edition begins at the same instant. Try again."), code="same_instant")
        until, withdrawal = _take_end(changes, before, snapshot.conference)
        changes.set_end(before, start)
        changes.note(Action.ENDED, before, effective_at=start)
    if snapshot.date is None and (days := _days_of_conference(changes, snapshot, start)):
        snapshot = replace(snapshot, date=days[0], end_date=days[1])  # with the year in what is found of it
    inserted = changes.insert(snapshot, start, until, note=note, minor=minor)
    changes.note(Action.INSERTED, inserted, effective_at=start, reason=reason)
    if withdrawal:
        changes.move_withdrawal(withdrawal, before, inserted)
    keep_inside_conference(changes, inserted)
    return inserted


def _days_of_conference(changes: Changes, snapshot: Snapshot, start: datetime) -> tuple[date, date] | None:
    """Return (first day, last day) for an undated photo: the first day of its conference as public at *start*, or the
    month or year where only that is known; None without conference."""
    uid = snapshot.conference
    conference = covering(changes.editions_of(uid), start) if uid else None
    edition = conference.edition if conference else None
    if edition is None or edition.date is None:
        return None
    return edition.date, last_day(edition.date, edition.card_data["date_precision"])


def unschedule_to_come(changes: Changes, uid: UUID) -> None:
    for tracked in reversed(changes.editions_of(uid)):
        if tracked.public_from > changes.now:
            unschedule_edition(changes, tracked)


def unschedule_edition(changes: Changes, tracked: Tracked) -> None:
    """Make the interval of *tracked*, which has not begun, empty. The edition before gets its end back."""
    start = tracked.public_from
    before = next((e for e in changes.editions_of(tracked.uid) if e.public_until == start and not e.withdrawal), None)
    conference = before.conference if before else None
    until, withdrawal = _take_end(changes, tracked, conference)
    changes.set_end(tracked, start)
    changes.note(Action.UNSCHEDULED, tracked, effective_at=start)
    if before:
        changes.set_end(before, until)
        if withdrawal:
            changes.move_withdrawal(withdrawal, tracked, before)
        changes.note(Action.REOPENED, before, effective_at=start)
        _end_with_conference(changes, before, conference)
    elif withdrawal:
        changes.lift_withdrawal(tracked)


def _take_end(changes: Changes, tracked: Tracked, conference: UUID | None) -> tuple[datetime | None, Withdrawal | None]:
    """Return (end, Withdrawal) of *tracked* for the edition that replaces it and belongs to *conference*, or to none; each
    may be None. A withdrawal that another conference caused is lifted."""
    withdrawal = tracked.withdrawal
    if withdrawal and withdrawal.cause not in (None, conference):
        changes.lift_withdrawal(tracked)
        return None, None
    return tracked.public_until, withdrawal


# Ending


def withdraw_at(
    changes: Changes,
    tracked: Tracked,
    end: datetime,
    *,
    reason: str,
    replacement: UUID | None = None,
    cause: UUID | None = None,
    show_title: bool = False,
) -> None:
    """End *tracked* at *end* without successor, for a public *reason*; with *show_title* readers may be told its title."""
    changes.set_end(tracked, end)
    withdrawal = tracked.withdrawal or Withdrawal()
    withdrawal.reason, withdrawal.by = reason, changes.by
    withdrawal.replacement, withdrawal.cause, withdrawal.show_title = replacement, cause, show_title
    changes.move_withdrawal(withdrawal, None, tracked)
    frozen = ledger.withdrawal_checksum(withdrawal)
    changes.note(Action.WITHDRAWN, tracked, effective_at=end, reason=reason, frozen=frozen)


def lift_end(changes: Changes, tracked: Tracked) -> None:
    """Lift the withdrawal of *tracked*, which is still to come."""
    ended = tracked.public_until
    changes.lift_withdrawal(tracked)
    changes.set_end(tracked, None)
    changes.note(Action.REOPENED, tracked, effective_at=ended or changes.now)


# Inside the conference


def keep_inside_conference(changes: Changes, tracked: Tracked) -> None:
    """Raise ValidationError where *tracked* begins outside its conference's interval; end it no later than the conference."""
    if tracked.conference is None:
        return
    editions = changes.editions_of(tracked.conference)
    inside, end = coverage(editions, tracked.public_from)
    if not inside:
        opening = next((e.public_from for e in editions if e.public_from > tracked.public_from), None)
        raise ValidationError(
            _("Its conference is public only from %(at)s on. Choose that time or a later one.")
            if opening
            else _("Its conference is not public then. Publish the conference first."),
            code="outside_conference",
            params={"at": show_utc(opening)} if opening else None,
        )
    if end and outlasts(tracked, end):
        end_with(changes, tracked, editions, end)


def _end_with_conference(changes: Changes, tracked: Tracked, conference: UUID | None) -> None:
    """End *tracked*, which is in force, no later than its *conference*. ``cascade`` handles a conference that has ended."""
    editions = changes.editions_of(conference) if conference else []
    end = coverage(editions, changes.now)[1]
    if end and outlasts(tracked, end):
        end_with(changes, tracked, editions, end)


def outlasts(tracked: Tracked, end: datetime) -> bool:
    return tracked.public_until is None or tracked.public_until > end


def end_with(changes: Changes, child: Tracked, editions: Sequence[Tracked], end: datetime) -> None:
    """End *child* together with its conference, which has *editions*, for the same public reason."""
    last = next(edition for edition in editions if edition.public_until == end)
    reason = last.withdrawal.reason if last.withdrawal else "Its conference was withdrawn."
    replacement = last.withdrawal.replacement if last.withdrawal else None
    withdraw_at(changes, child, end, reason=reason, replacement=replacement, cause=last.uid)
