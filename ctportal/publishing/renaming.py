"""Renaming and merging vocabulary entries in everything that is public."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ctportal.core.types import Author

from . import epoch
from .base_models import Record, SluggedRecord, lock
from .changes import Changes
from .drafts import note_draft, refresh_drafts
from .models import VOCABULARY, Edition, LedgerEntry, Redirect
from .publication import publication
from .scheduling import insert_edition, unschedule_edition
from .services import in_force_or_refuse, refuse_slug_of_another
from .signals import names_changed
from .snapshot import BUILDERS, Snapshot, builder_for, canonical, naming
from .state import SHOWS, snapshot_differs
from .transactions import atomic
from .units import parents_of
from .vocabulary import is_shown, open_entries, refuse_loops, show_instead

Action = LedgerEntry.Action


class Renamed(NamedTuple):
    """The editions that a renaming or merger made, and the editions in force that it skipped because another is scheduled."""

    made: list[Edition]
    left_out: list[Edition]


def lock_showing(entries: Sequence[SluggedRecord]) -> None:
    """Lock *entries*, of one vocabulary model, and all records that name one of them or whose editions in force show one."""
    model = type(entries[0])
    lock(model._base_manager.filter(pk__in=[entry.pk for entry in entries]))
    shown = {"relations__name": SHOWS, "relations__target__in": [entry.uid for entry in entries]}
    uids: dict[str, set[UUID]] = defaultdict(set)
    for record_type, uid in Edition.objects.public(epoch.now()).filter(**shown).values_list("type", "uid").distinct():
        uids[record_type].add(uid)
    for records in (records for entry in entries for records in naming(entry)):
        uids[records.model.record_type].update(records.order_by().values_list("uid", flat=True))
    for record_type in sorted(uids, key=lambda each: (each not in VOCABULARY, each)):
        lock(BUILDERS[record_type].queryset().model._base_manager.filter(uid__in=uids[record_type]))


@atomic()
def relabel(entry: SluggedRecord, *, by: Author, note: str = "", reason: str = "") -> Renamed:
    """Publish a vocabulary entry under its new name, with a minor edition of every record in force that shows it.

    *reason* is stored in the ledger only. Records with an edition to come are left out.
    """
    lock_showing([entry])
    with publication(by) as changes:
        current = in_force_or_refuse(changes, entry.uid)
        builder = builder_for(entry)
        snapshot = builder.snapshot(entry)
        missing = builder.missing(entry)
        if missing:
            raise ValidationError(missing)
        refuse_slug_of_another(changes, snapshot)
        if snapshot_differs(snapshot, Edition.objects.get(pk=current.edition.pk)):
            open_entries(changes, parents_of([entry]).values())
            refuse_loops(changes, [snapshot])
            _relabel(changes, snapshot, note=note, reason=reason)
        note_draft(entry, snapshot)
        done = _replace_label(changes, entry.uid, snapshot, note=note, reason=reason)
        # The caller writes the step of the entry itself, which somebody approves.
        _tell_names(changes, done.made)
    for records in naming(entry):
        refresh_drafts(records)  # they would now be published with the new name
    return done


def _relabel(changes: Changes, snapshot: Snapshot, *, note: str, reason: str) -> None:
    """Replace the editions in force and to come of the entry itself with *snapshot*."""
    now = changes.now
    for old in changes.editions_of(snapshot.uid):
        start, until = max(old.public_from, now), old.public_until
        if old.is_public(now):
            changes.set_end(old, now)
            changes.note(Action.ENDED, old, effective_at=now)
        elif old.public_from > now:
            unschedule_edition(changes, old)
        else:
            continue  # over
        new = changes.insert(snapshot, start, until, note=note, minor=True)
        changes.note(Action.INSERTED, new, effective_at=start, reason=reason)


def merge_entries(merged_away: SluggedRecord, into: SluggedRecord, *, by: Author, reason: str = "") -> Renamed:
    """Replace *merged_away* by *into* in everything that is public. Called after their working rows were merged.

    The uid and the slugs of *merged_away* redirect to *into* from now on.
    """
    with publication(by) as changes:
        coming = Edition.objects.to_come(changes.now).filter(relations__name=SHOWS, relations__target=merged_away.uid)
        if coming.exists():
            raise ValidationError(
                _("%(n)d scheduled edition(s) show “%(name)s”. Wait for them or unschedule them before merging."),
                code="edition_to_come",
                params={"n": coming.count(), "name": str(merged_away)},
            )
        snapshot = builder_for(into).snapshot(into)
        refuse_slug_of_another(changes, snapshot)
        done = _replace_label(changes, merged_away.uid, snapshot, note="", reason=reason)
        if done.left_out:
            raise ValidationError(
                _("Some pages have a scheduled edition; unschedule it before merging."), code="edition_to_come"
            )
        Redirect.objects.filter(target=merged_away.uid).update(target=into.uid)
        Redirect.objects.update_or_create(
            uid=merged_away.uid, defaults={"type": merged_away.record_type, "target": into.uid}
        )
        epoch.replace_mark()
        if done.made or is_shown(into.uid, changes.now):
            open_entries(changes, [into])
        changes.touched |= {merged_away.uid, into.uid}
        _tell_names(changes, done.made, [merged_away, into])
    return done


def _replace_label(changes: Changes, uid: UUID, snapshot: Snapshot, *, note: str, reason: str) -> Renamed:
    """Publish all records in force that show the entry *uid*, with the entry *snapshot* in its place."""
    shown = Edition.objects.public(changes.now).filter(relations__name=SHOWS, relations__target=uid)
    # A unit holds no name of the organization above it.
    editions = list(shown.exclude(type__in=VOCABULARY).order_by("pk"))
    changes.load(edition.uid for edition in editions)
    in_force = {edition.uid: each for edition in editions if (each := changes.state(edition.uid).in_force)}
    changes.read_contents(in_force.values())
    made, left_out = [], []
    for edition in editions:
        if changes.state(edition.uid).to_come:
            left_out.append(edition)
            continue
        new = changes.snapshot_of(in_force[edition.uid])
        show_instead(new, uid, snapshot)
        if canonical(new.data) != edition.json:
            made.append(insert_edition(changes, new, changes.now, note=note, minor=True, reason=reason).edition)
    return Renamed(made, left_out)


def _tell_names(changes: Changes, editions: Iterable[Edition], merged: Sequence[Record] = ()) -> None:
    records = [(entry.uid, entry.record_type) for entry in merged] + [(each.uid, each.type) for each in editions]
    said = {"by": changes.account, "at": changes.now, "is_merger": bool(merged), "records": records}
    names_changed.send(sender=Changes, **said)
