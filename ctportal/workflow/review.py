"""The review of records: they are submitted, sent back or approved. Approving a record publishes it.

A record is in draft or in review. A *second reader* approves a record that was submitted and in which they have no
unreviewed edit. Without second reader, publishing needs a reason, which is stored in the steps and in the ledger. A
language with a page of its own counts as submitted when it is marked as ready.

Each function checks the permission of *by*, raises PermissionDenied or ValidationError, and does all of its work in one
transaction, or none.
"""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from ctportal.publishing import epoch, renaming, services
from ctportal.publishing.base_models import Record, ReviewedRecord, SluggedRecord, Stage, by_model, lock
from ctportal.publishing.cascade import CascadedChange
from ctportal.publishing.changes import name_of
from ctportal.publishing.drafts import refresh_drafts
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.problems import Problems
from ctportal.publishing.services import PublicationResult
from ctportal.publishing.snapshot import builder_for, naming, opening
from ctportal.publishing.transactions import atomic
from ctportal.workflow import roles
from ctportal.workflow.models import UnreviewedEdit, WorkflowStep

Action = WorkflowStep.Action
Pages = set[tuple[UUID, str]]  # see ``unreviewed_edits``
REMARK = 1000  # characters


def note_step(record: Record, action: str, by: User, remark: str = "", language: str = "") -> None:
    _step(record, action, by, remark, language).save()


def _step(record: Record | CascadedChange, action: str, by: User, remark: str = "", language: str = "") -> WorkflowStep:
    who = {"user": by, "by": name_of(by)}
    return WorkflowStep(uid=record.uid, type=record.record_type, action=action, language=language, remark=remark, **who)


def _note_steps(by: User, done: Iterable[tuple[Record, str, str, list[CascadedChange]]]) -> None:
    """Note what was *done*, (record, action, remark, cascaded changes), with a step for each cascaded change."""
    steps = []
    for record, action, remark, cascaded in done:
        steps += [_step(record, action, by, remark), *(_step(child, child.action, by) for child in cascaded)]
    WorkflowStep.objects.bulk_create(steps)


def steps_of(record: Record) -> QuerySet[WorkflowStep]:
    """Return the steps of *record*, newest first."""
    return WorkflowStep.objects.filter(uid=record.uid).order_by("-pk")


def mark(record: Record, newly_public: Sequence[Record] = ()) -> str:
    """Return a short text that changes with everything an action on *record* depends on: its draft, stage and editions, and
    the drafts of the vocabulary entries *newly_public*.

    Forms post it back, so that nobody approves, unschedules or withdraws something other than what they saw.
    """
    return mark_of_all([record, *newly_public])


def mark_of_all(records: Sequence[Record], until: int | None = None) -> str:
    """Like ``mark``, for an action on all of *records*. One query.

    *until* is a ``last_ledger_entry``: later entries are ignored.
    """
    entries = LedgerEntry.objects.filter(uid__in=[record.uid for record in records]).order_by()
    if until is not None:
        entries = entries.filter(pk__lte=until)
    last = dict(entries.values_list("uid").annotate(last=Max("pk")))
    marks = [
        f"{each.uid} {each.draft_sha256} {getattr(each, 'slug', '')} {getattr(each, 'stage', '')} {last.get(each.uid)}"
        for each in records
    ]
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:32]


def last_ledger_entry() -> int:
    """Return the key of the last ledger entry, for a page that computes its mark after reading what it shows."""
    return LedgerEntry.objects.aggregate(last=Max("pk"))["last"] or 0


# Before the review


@atomic()
def note_change(record: ReviewedRecord, by: User, language: str = "") -> None:
    """Note that *by* has changed the draft of *record*. A record in review returns to draft."""
    note_hand(record, by, language)
    return_to_draft(record, by)


def note_hand(record: Record, by: User, language: str = "") -> None:
    """Note an unreviewed edit of *record* by *by*: on its form or, with *language*, on the page of that language."""
    UnreviewedEdit.objects.get_or_create(uid=record.uid, language=language, user=by, edition=None)


def return_to_draft(record: ReviewedRecord, by: User, remark: str = "") -> None:
    """Return *record* from review to draft, because it was changed."""
    if _move([record], Stage.REVIEW, Stage.DRAFT):
        note_step(record, Action.CHANGED, by, remark)


@atomic()
def note_entry_change(entry: SluggedRecord, by: User) -> None:
    """Note that *by* has changed the vocabulary *entry*. While it is not public, it becomes public with the first record
    that names it. So the drafts of all such records have changed, and those in review return to draft."""
    note_hand(entry, by)
    return_naming(entry, by)


def return_naming(entry: SluggedRecord, by: User) -> None:
    """Return the records in review that name *entry* or a unit of it to draft, unless it is public. The caller has locked
    *entry*."""
    if Edition.objects.public(epoch.now()).filter(uid=entry.uid).exists():
        return  # records that show it keep its public name
    for records in naming(entry):
        named = records.filter(pk__in=lock(records.model._base_manager.filter(pk__in=records.order_by().values("pk"))))
        refresh_drafts(named)
        for record in named:
            if isinstance(record, SluggedRecord) and not isinstance(record, ReviewedRecord):
                return_naming(record, by)  # a unit
            elif record.stage == Stage.REVIEW:
                return_for_entry(record, by)


def return_for_entry(record: ReviewedRecord, by: User) -> None:
    """Like ``return_to_draft``, because *by* changed a vocabulary entry that *record* names. The remark does not name it:
    readers of the steps may not be allowed to view it."""
    remark = _("A person, organization, series or theme that would become public with it was changed.")
    return_to_draft(record, by, remark)


def note_merger(away: Record, into: Record, by: User) -> None:
    """Move the unreviewed edits of *away*, which was merged into *into*, unless *into* is public."""
    edits = UnreviewedEdit.objects.filter(uid__in=[away.uid, into.uid])
    now = epoch.now()
    users = {*edits.counting(now).values_list("user", flat=True), by.pk}
    edits.delete()
    if not Edition.objects.public(now).filter(uid=into.uid).exists():
        UnreviewedEdit.objects.bulk_create(UnreviewedEdit(uid=into.uid, user_id=user) for user in users)


@atomic()
def submit(record: ReviewedRecord, *, by: User, remark: str = "") -> None:
    """Submit *record* for review. Raises ValidationError for what is missing."""
    _require(roles.may_edit(by, record))
    remark = _clean_remark(remark)
    missing = builder_for(record).missing(builder_for(record).load(record))
    if missing:
        raise ValidationError(missing)
    if not _move([record], Stage.DRAFT, Stage.REVIEW):
        raise ValidationError(_("It is already in review."), code="in_review")
    note_step(record, Action.SUBMITTED, by, remark)
    _add_edits_of_entries(record)


def _add_edits_of_entries(record: Record) -> None:
    """Add unreviewed edits for the authors of the vocabulary entries that become public with *record*."""
    entries = [entry.uid for entry in opening(record)]
    users = (
        UnreviewedEdit.objects.filter(uid__in=entries).counting(epoch.now()).values_list("user", flat=True).distinct()
    )
    edits = [UnreviewedEdit(uid=record.uid, user_id=user) for user in users]
    UnreviewedEdit.objects.bulk_create(edits, ignore_conflicts=True)


@atomic()
def take_back(record: ReviewedRecord, *, by: User) -> None:
    """Return *record* from review to draft, by one of its editors."""
    _require(roles.may_edit(by, record))
    _back_to_draft(record, Action.TAKEN_BACK, by)


@atomic()
def send_back(record: ReviewedRecord, *, by: User, remark: str) -> None:
    """Return *record* from review to draft, by a publisher; *remark* is required."""
    _require(roles.may_publish(by, record))
    remark = _clean_remark(remark)
    if not remark:
        raise ValidationError({"remark": _("Say what needs to change: your remark is sent back with the record.")})
    _back_to_draft(record, Action.SENT_BACK, by, remark)


def _back_to_draft(record: ReviewedRecord, action: str, by: User, remark: str = "") -> None:
    if not _move([record], Stage.REVIEW, Stage.DRAFT):
        raise ValidationError(_("It is not in review."), code="not_in_review")
    note_step(record, action, by, remark)


def _move(records: Iterable[ReviewedRecord], before: Stage, after: Stage) -> bool:
    """Move those of *records* that are in the stage *before* to *after*. Returns False where none is in it by now."""
    moved = 0
    for model, some in by_model(records).items():
        moved += model._base_manager.filter(pk__in=[record.pk for record in some], stage=before).update(stage=after)
        for record in some:
            record.stage = after
    return bool(moved)


def _clean_remark(remark: str) -> str:
    remark = " ".join(remark.split())
    if len(remark) > REMARK:
        text = _("The remark has %(n)d characters; the limit is %(most)d.")
        raise ValidationError({"remark": text % {"n": len(remark), "most": REMARK}})
    return remark


# Approval


def unreviewed_edits(user: User, uids: Iterable[UUID]) -> Pages:
    """Return {(uid, page)}: the pages of the records *uids* with an unreviewed edit by *user*. One query.

    The page is "" for the form of the record, or the code of a language with a page of its own.
    """
    edits = UnreviewedEdit.objects.counting(epoch.now()).filter(user=user, uid__in=uids)
    return set(edits.values_list("uid", "language"))


def has_second_reader(record: Record, by: User, edits: Pages | None = None) -> bool:
    """Return whether *by* is a second reader of *record* as it is now. *edits* are the ``unreviewed_edits`` of *by*."""
    in_review = isinstance(record, ReviewedRecord) and record.stage == Stage.REVIEW
    return in_review and not _own_work(record, by, pages_of(record), edits)


def _own_work(record: Record, by: User, pages: Iterable[str], edits: Pages | None = None) -> bool:
    edits = unreviewed_edits(by, [record.uid]) if edits is None else edits
    return not edits.isdisjoint((record.uid, page) for page in pages)


def pages_of(record: Record) -> list[str]:
    """Return the pages of *record* that are published together; see ``unreviewed_edits``."""
    return ["", *builder_for(record).languages(record)]


@atomic()
def approve(
    record: ReviewedRecord,
    *,
    by: User,
    at: datetime | None = None,
    note: str = "",
    minor: bool = False,
    replace: bool = False,
    alone: str = "",
    problems: Problems | None = None,
) -> PublicationResult:
    """Publish *record* from *at* (default now) on; see ``services.publish``.

    *alone* is the reason for publishing without second reader, required where there is none. The ValidationError for a
    missing reason includes all other problems.
    """
    _require(roles.may_publish(by, record))
    _lock(record)
    draft = services.draft_of(record, replace=replace)
    options = services.PublishOptions(at, note, minor)
    return approve_all([draft], by=by, options=options, alone=alone, problems=problems)[0]


def approve_all(
    drafts: Sequence[services.DraftSnapshot],
    *,
    by: User,
    options: services.PublishOptions,
    alone: str = "",
    problems: Problems | None = None,
) -> list[PublicationResult]:
    """Publish *drafts* at one instant, inside a transaction in which the caller has locked their records; see ``approve``
    and ``services.publish_all``.

    *alone* is the reason for all of them that have no second reader.
    """
    for draft in drafts:
        _require(roles.may_publish(by, draft.record))
    edits = unreviewed_edits(by, [draft.record.uid for draft in drafts])
    unread = {draft.record.uid for draft in drafts if not has_second_reader(draft.loaded, by, edits)}
    problems, reason = problems or Problems(), ""
    with problems.collect():
        reason = reason_or_refuse(not unread, alone)
    drafts = [replace(draft, reason=reason) if draft.record.uid in unread else draft for draft in drafts]
    results = services.publish_all(drafts, by=by, options=options, problems=problems)
    approved = [(draft, result.edition) for draft, result in zip(drafts, results, strict=True)]
    pages = {(draft.record.uid, page): edition for draft, edition in approved for page in pages_of(draft.loaded)}
    _mark_reviewed(pages, {uid: edition for draft, edition in approved for uid in draft.newly_public})
    done = (
        (draft.record, Action.ALONE if draft.reason else Action.APPROVED, draft.reason, result.cascaded)
        for draft, result in zip(drafts, results, strict=True)
    )
    _note_steps(by, done)
    reviewed = (draft.record for draft in drafts if isinstance(draft.record, ReviewedRecord))
    _move(reviewed, Stage.REVIEW, Stage.DRAFT)
    return results


@atomic()
def approve_language(record: ReviewedRecord, language: str, *, by: User, note: str = "", alone: str = "") -> Edition:
    """Publish *language* of *record* ahead of the rest; see ``services.publish_language``. Returns the edition."""
    _require(roles.may_publish(by, record))
    _lock(record)
    problems, reason = Problems(), ""
    with problems.collect():
        reason = reason_or_refuse(not _own_work(record, by, [language]), alone)
    edition = services.publish_language(record, language, by=by, note=note, reason=reason, problems=problems)
    _mark_reviewed({(record.uid, language): edition}, {})
    note_step(record, Action.ALONE if reason else Action.APPROVED, by, reason, language)
    return edition


@atomic()
def relabel(entry: SluggedRecord, *, by: User, note: str = "", alone: str = "") -> renaming.Renamed:
    """Publish the vocabulary *entry* as it stands wherever it is shown; see ``renaming.relabel``, whose result is returned.

    Entries are not submitted. Any account without unreviewed edit of *entry* is its second reader.
    """
    _require(roles.may_publish(by, entry))
    renaming.lock_showing([entry])
    text = _(
        "Nobody else has read it: you edited it yourself. Ask another publisher to publish it, or give the reason for "
        "publishing it without a second reader."
    )
    reason = reason_or_refuse(not _own_work(entry, by, [""]), alone, text)
    done = renaming.relabel(entry, by=by, note=note, reason=reason)
    UnreviewedEdit.objects.filter(uid=entry.uid).delete()
    note_step(entry, Action.ALONE if reason else Action.APPROVED, by, reason)
    return done


def _lock(record: ReviewedRecord) -> None:
    """Lock *record* until the transaction ends and read its current stage. Raises ValidationError where it is deleted."""
    rows = type(record)._base_manager.filter(pk=record.pk)
    if not lock(rows):
        raise ValidationError(_("“%(record)s” has since been deleted."), code="gone", params={"record": record})
    record.stage = rows.values_list("stage", flat=True).get()


def reason_or_refuse(has_second_reader: bool, alone: str, text: str = "") -> str:
    """Return the reason *alone* in one line, "" with a second reader. Raises ValidationError (*text*) where it is missing."""
    if has_second_reader:
        return ""
    alone = " ".join(alone.split())
    if not alone:
        text = text or _(
            "Nobody else has read it: it was not submitted, or you edited it yourself. Submit it for review, or give "
            "the reason for publishing it without a second reader."
        )
        raise ValidationError({"alone": ValidationError(text, code="second_person_needed")})
    if len(alone) > 400:
        raise ValidationError({"alone": _("The reason has %(n)d characters; the limit is 400.") % {"n": len(alone)}})
    return alone


def _mark_reviewed(pages: dict[tuple[UUID, str], Edition], entries: dict[UUID, Edition]) -> None:
    """Delete the unreviewed edits of what was published, or link them to its edition where that is scheduled.
    *pages* is {(uid, page): edition}, *entries* {uid: edition} of vocabulary entries."""
    uids = {uid for uid, _page in pages} | set(entries)
    edits = {
        edit: edition
        for edit in UnreviewedEdit.objects.filter(uid__in=uids)
        if (edition := pages.get((edit.uid, edit.language)) or entries.get(edit.uid))
    }
    waiting = {edit: edition for edit, edition in edits.items() if edition.public_from > edition.created_at}
    if waiting:
        counting = set(UnreviewedEdit.objects.filter(uid__in=uids).counting(epoch.now()).values_list("pk", flat=True))
        waiting = {edit: edition for edit, edition in waiting.items() if edit.pk in counting}
        for edit, edition in waiting.items():
            edit.edition = edition
        UnreviewedEdit.objects.bulk_update(waiting, ["edition"])
    over = [edit.pk for edit in edits if edit not in waiting]
    if over:
        UnreviewedEdit.objects.filter(pk__in=over).delete()


# After approval


@atomic()
def unschedule(record: Record, *, by: User) -> list[CascadedChange]:
    """Unschedule what is to come of *record*. Returns the cascaded changes to its documents and photos."""
    return unschedule_all([record], by=by)[0]


def unschedule_all(
    records: Sequence[Record], *, by: User, naming: services.Naming = nullcontext
) -> list[list[CascadedChange]]:
    """Unschedule what is to come of *records*, inside a transaction of the caller; see ``services.unschedule_all``."""
    for record in records:
        _require(roles.may_publish(by, record))
    done = services.unschedule_all(records, by=by, naming=naming)
    _note_steps(by, ((record, Action.UNSCHEDULED, "", each) for record, each in zip(records, done, strict=True)))
    return done


@atomic()
def redate(record: Record, *, by: User, at: datetime | None = None) -> PublicationResult:
    """Move the scheduled edition of *record*, as it was approved, to *at* (default now); see ``services.redate``."""
    return redate_all([record], by=by, at=at)[0]


def redate_all(
    records: Sequence[Record],
    *,
    by: User,
    at: datetime | None = None,
    taking: frozenset[UUID] | None = None,
    naming: services.Naming = nullcontext,
) -> list[PublicationResult]:
    """Move the scheduled editions of *records* to one instant, inside a transaction of the caller; see
    ``services.redate_all``."""
    for record in records:
        _require(roles.may_publish(by, record))
    results = services.redate_all(records, by=by, at=at, taking=taking, naming=naming)
    moved = [(record, result) for record, result in zip(records, results, strict=True) if result.is_new]
    _note_steps(by, ((record, Action.REDATED, "", result.cascaded) for record, result in moved))
    return results


@atomic()
def withdraw(
    record: Record,
    *,
    by: User,
    reason: str,
    at: datetime | None = None,
    replacement: UUID | None = None,
    show_title: bool = False,
    problems: Problems | None = None,
) -> PublicationResult:
    """Withdraw *record*; see ``services.withdraw``."""
    _require(roles.may_publish(by, record))
    result = services.withdraw(
        record, by=by, reason=reason, at=at, replacement=replacement, show_title=show_title, problems=problems
    )
    said = result.edition.withdrawal.reason
    _note_steps(by, [(record, Action.WITHDRAWN, said, result.cascaded)])
    return result


@atomic()
def restore(record: Record, *, by: User, at: datetime | None = None, note: str = "") -> PublicationResult:
    """Restore *record*, which was withdrawn; see ``services.restore``."""
    _require(roles.may_publish(by, record))
    result = services.restore(record, by=by, at=at, note=note)
    _note_steps(by, [(record, Action.RESTORED, "", result.cascaded)])
    return result


def _require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied
