"""The release of a dossier: a conference, its documents and its photos become public at one instant, or nothing does."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ctportal.core.languages import CODES
from ctportal.publishing import epoch, services
from ctportal.publishing.base_models import LanguagePlan, Record, SluggedRecord, lock
from ctportal.publishing.cascade import CascadedChange
from ctportal.publishing.drafts import languages_leaving
from ctportal.publishing.models import Edition, RecordType
from ctportal.publishing.problems import Problems
from ctportal.publishing.snapshot import BUILDERS, Snapshot, builder_for
from ctportal.publishing.state import State, snapshot_differs
from ctportal.publishing.transactions import atomic
from ctportal.workflow import review, roles


class Plan(TextChoices):
    """What a release does with a part."""

    PUBLISH = "publish", gettext_lazy("becomes public")
    CORRECT = "correct", gettext_lazy("its changes become public")
    MOVE = "move", gettext_lazy("is already scheduled, and moves to this time as approved")
    REPLACE = "replace", gettext_lazy("is already scheduled; later changes replace it")
    BRING_BACK = "bring back", gettext_lazy("was withdrawn, and would be public again")
    NOTHING = "nothing", gettext_lazy("is public and unchanged")
    NOT_READY = "not ready", gettext_lazy("is not ready")


@dataclass
class DossierPart:
    """One record of the dossier and what a release would do with it."""

    draft: services.DraftSnapshot
    plan: Plan
    missing: list[str] = field(default_factory=list)  # why it is not ready
    languages: list[str] = field(default_factory=list)  # codes of those that are ready
    waiting: list[str] = field(default_factory=list)  # codes of those in preparation, which stay behind
    leaving: list[str] = field(default_factory=list)  # codes of those that are public, and would be so no longer
    has_second_reader: bool = True
    at: datetime | None = None  # the instant for which it is scheduled now
    newly_public: list[SluggedRecord] = field(default_factory=list)  # vocabulary that becomes public with it

    @property
    def record(self) -> Record:
        return self.draft.record

    @property
    def key(self) -> str:
        return str(self.record.uid)

    @property
    def is_conference(self) -> bool:
        return self.record.record_type == RecordType.CONFERENCE

    @property
    def moves(self) -> bool:
        return self.plan == Plan.MOVE

    @property
    def can_be_released(self) -> bool:
        return self.plan not in (Plan.NOTHING, Plan.NOT_READY)

    @property
    def changes_what_was_published(self) -> bool:
        return self.plan in (Plan.CORRECT, Plan.REPLACE, Plan.BRING_BACK)

    @property
    def is_suggested(self) -> bool:
        return self.can_be_released and self.plan != Plan.BRING_BACK

    @property
    def needs_reason(self) -> bool:
        """Whether publishing it needs a reason because there is no second reader. What only moves was approved before."""
        return self.can_be_released and self.plan != Plan.MOVE and not self.has_second_reader


def lock_dossier(conference: Record) -> None:
    """Lock *conference*, its documents and its photos until the transaction ends."""
    for rows in _querysets(conference):
        lock(rows.model._base_manager.filter(pk__in=rows.values("pk")))


def _querysets(conference: Record) -> Iterator[QuerySet[Any]]:
    """Yield the records of the dossier as one queryset for each type: the conference, the documents, the photos."""
    yield BUILDERS[RecordType.CONFERENCE].queryset().filter(pk=conference.pk)
    for name in (RecordType.DOCUMENT, RecordType.PHOTO):
        yield BUILDERS[name].queryset().filter(conference=conference.pk)


def parts_of(conference: Record, user: User) -> list[DossierPart]:
    """Return the parts of the dossier of *conference*, the conference first, as they are now for the publisher *user*."""
    drafts = []
    for rows in _querysets(conference):
        snapshots = BUILDERS[rows.model.record_type].snapshots_of(rows)
        drafts += [services.DraftSnapshot(each, each, made) for each, made in zip(rows, snapshots, strict=True)]
    uids = [draft.record.uid for draft in drafts]
    editions = (
        Edition.objects.not_unscheduled().filter(uid__in=uids).order_by("public_from").prefetch_related("relations")
    )
    by_uid: dict[UUID, list[Edition]] = defaultdict(list)
    for edition in editions:
        by_uid[edition.uid].append(edition)
    edits = review.unreviewed_edits(user, uids)
    now = epoch.now()
    return [_part(draft, State(by_uid[draft.record.uid], now), user, edits) for draft in drafts]


def _part(draft: services.DraftSnapshot, state: State[Edition], user: User, edits: review.Pages) -> DossierPart:
    record = draft.record
    builder = builder_for(record)
    ready = [code for code in CODES if code in builder.languages(record)]
    missing = builder.missing(record)
    plan = Plan.NOT_READY if missing else _plan(draft.snapshot, state)
    leaving = languages_leaving(record, state.in_force) if state.in_force else []
    return DossierPart(
        draft=replace(draft, replace=plan == Plan.REPLACE),
        plan=plan,
        missing=[str(message) for message in missing.values()],
        languages=ready if record.record_type != RecordType.PHOTO else [],
        waiting=[code for code in CODES if code in _begun(record) and code not in [*ready, *leaving]],
        leaving=leaving,
        has_second_reader=review.has_second_reader(record, user, edits),
        at=state.to_come.public_from if state.to_come else None,
        newly_public=draft.snapshot.newly_public
        if plan in (Plan.PUBLISH, Plan.CORRECT, Plan.REPLACE, Plan.BRING_BACK)
        else [],
    )


def _begun(record: Record) -> set[str]:
    """Return the codes of the languages in which *record* has a row, ready or not, without those that are not planned."""
    rows = getattr(record, "versions", None) or getattr(record, "texts", None)
    if rows is None:
        return set()
    return {row.language for row in rows.all() if row.ready or row.plan != LanguagePlan.NOT_PLANNED}


def _plan(snapshot: Snapshot, state: State[Edition]) -> Plan:
    if state.to_come:
        return Plan.REPLACE if snapshot_differs(snapshot, state.to_come) else Plan.MOVE
    if state.in_force:
        return Plan.CORRECT if snapshot_differs(snapshot, state.in_force) else Plan.NOTHING
    return Plan.BRING_BACK if state.editions else Plan.PUBLISH


def mark_of(parts: Iterable[DossierPart], until: int | None = None) -> str:
    """Return a short text that changes with everything the release of *parts* depends on; see ``review.mark``.

    *until* is the ``review.last_ledger_entry`` before *parts* were read. What is published in between makes the text stale.
    """
    return review.mark_of_all([*(part.record for part in parts), *newly_public_with(parts)], until)


def newly_public_with(parts: Iterable[DossierPart]) -> list[SluggedRecord]:
    """Return the vocabulary entries that become public with *parts*, each once."""
    entries = {entry.uid: entry for part in parts for entry in part.newly_public}
    return sorted(entries.values(), key=lambda entry: (entry.record_type, entry.slug))


@atomic()
def release(
    conference: Record,
    chosen: Collection[str],
    *,
    by: User,
    at: datetime | None = None,
    note: str = "",
    alone: str = "",
) -> tuple[list[DossierPart], list[CascadedChange]]:
    """Publish the parts of *conference* whose keys are *chosen*, from *at* (default now) on.

    Returns the parts released and the cascaded changes to parts that were not chosen: these keep their own time, unless the
    conference is not public then. Rights and second reader are checked as for a single record; *alone* is the one reason
    for all parts without second reader.
    Raises ValidationError naming each part that is refused, and releases nothing: see ``problems_of``.
    """
    lock_dossier(conference)
    parts = [part for part in parts_of(conference, by) if part.key in chosen]
    if not all(roles.may_publish(by, part.record) for part in parts):
        raise PermissionDenied
    problems_of(parts, at=at, alone=alone).raise_if_any()
    replaced = [part.record for part in parts if part.plan == Plan.REPLACE and not part.is_conference]
    if replaced:
        # Before the conference moves: it would move these editions along.
        services.unschedule_all(replaced, by=by)
    taking = frozenset(part.record.uid for part in parts)
    options = services.PublishOptions(at, note, taking=taking, naming=_naming)
    results = []
    for moves, some in groupby(_in_order(parts, at), key=lambda part: part.moves):
        if moves:
            # Some may be public by now, with their conference.
            records = [part.record for part in some]
            starts = _starts(records)
            records = [record for record in records if record.uid in starts]
            results += review.redate_all(records, by=by, at=at, taking=taking, naming=_naming)
        else:
            results += review.approve_all([part.draft for part in some], by=by, options=options, alone=alone)
    return parts, [child for result in results for child in result.cascaded if child.uid not in taking]


def _in_order(parts: Iterable[DossierPart], at: datetime | None) -> list[DossierPart]:
    """Return *parts* with the conference first, or last where it moves to a later instant: moving it first would unschedule
    what is still scheduled before that. Next to it are the parts with the same action, to share one publication."""
    conference = [part for part in parts if part.is_conference]
    moves = any(part.moves for part in conference)
    others = sorted((part for part in parts if not part.is_conference), key=lambda part: part.moves != moves)
    if at and conference and conference[0].at and at > conference[0].at:
        return [*reversed(others), *conference]
    return [*conference, *others]


def problems_of(parts: Collection[DossierPart], *, at: datetime | None, alone: str) -> Problems:
    """Return the Problems that prevent releasing *parts*: what is missing of each, the reason for having no second reader,
    and the time. Called before anything is published."""
    problems = Problems()
    with problems.collect():
        if not parts:
            raise ValidationError(_("Choose what to release."), code="nothing_chosen")
    for part in parts:
        with problems.collect(), _naming(part.record):
            if part.plan == Plan.NOT_READY:
                raise ValidationError(part.missing)
            if part.plan == Plan.NOTHING:
                raise ValidationError(_("Nothing has changed: there is nothing to release."), code="unchanged")
    with problems.collect():
        review.reason_or_refuse(not any(part.needs_reason for part in parts), alone)
    with problems.collect():
        services.start_or_refuse(at, epoch.now())
    return problems


def _starts(records: Iterable[Record]) -> dict[UUID, datetime]:
    """Return {uid: start of its scheduled edition} for those of *records* that have one."""
    uids = [record.uid for record in records]
    return dict(Edition.objects.to_come(epoch.now()).filter(uid__in=uids).values_list("uid", "public_from"))


@atomic()
def redate(conference: Record, *, by: User, at: datetime | None) -> int:
    """Move everything of the dossier that is still to come to *at*, as it was approved. Returns how many parts moved."""
    lock_dossier(conference)
    records, starts = _to_come(conference)
    if not records:
        raise ValidationError(_("Nothing is scheduled: there is nothing to move."), code="nothing_to_come")
    if at and at > starts.get(conference.uid, at):
        records = records[::-1]  # the conference last: see _in_order
    review.redate_all(records, by=by, at=at, naming=_naming)
    return len(records)


@atomic()
def unschedule(conference: Record, *, by: User) -> int:
    """Unschedule everything of the dossier that is still to come. Returns how many parts that were."""
    lock_dossier(conference)
    records, _starts_of_them = _to_come(conference)
    if not records:
        raise ValidationError(_("Nothing is scheduled: there is nothing to unschedule."), code="nothing_to_come")
    # Documents and photos first: unscheduling the conference would take them along without a step of their own.
    review.unschedule_all(records[::-1], by=by, naming=_naming)
    return len(records)


def _to_come(conference: Record) -> tuple[list[Record], dict[UUID, datetime]]:
    """Return (records of the dossier with a scheduled edition, the conference first, {uid: its start})."""
    records = [record for rows in _querysets(conference) for record in rows.prefetch_related(None)]
    starts = _starts(records)
    return [record for record in records if record.uid in starts], starts


@contextmanager
def _naming(record: Record) -> Iterator[None]:
    """Put the name of *record* before the messages of a ValidationError."""
    try:
        yield
    except ValidationError as error:
        by_field = getattr(error, "error_dict", {})
        about_form = {name: errors for name, errors in by_field.items() if name in ("at", "alone", "note")}
        if about_form:
            raise ValidationError(about_form) from error
        raise ValidationError([f"{record}: {message}" for message in error.messages]) from error
