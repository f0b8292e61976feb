"""From draft to public, by people: submitted, sent back, approved. Approving is publishing.

A record is being drafted or in review. A *second reader* is somebody who approves a record that was submitted and in
which they had no hand that the public has not read yet; without one, publishing needs a reason, which stands in the
history and in the ledger. A language on a page of its own counts as submitted when it is marked as ready.

Every function checks the right of *by* (an account) and raises PermissionDenied without it; what the rules refuse raises
ValidationError. Each does the whole of its work in one transaction, or nothing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ctportal.publishing import epoch, renaming, services
from ctportal.publishing.base_models import Stage, lock
from ctportal.publishing.cascade import CascadedChange
from ctportal.publishing.changes import name_of
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.problems import Problems
from ctportal.publishing.services import PublicationResult
from ctportal.publishing.snapshot import builder_for, naming, opening, refresh_drafts
from ctportal.workflow import roles
from ctportal.workflow.models import UnreviewedEdit, WorkflowStep

Action = WorkflowStep.Action
REMARK = 1000  # characters


def note_step(record: Any, action: str, by: Any, remark: str = "", language: str = "") -> None:
    _step(record, action, by, remark, language).save()


def _step(record: Any, action: str, by: Any, remark: str = "", language: str = "") -> WorkflowStep:
    who = {"user": by, "by": name_of(by)}
    return WorkflowStep(uid=record.uid, type=record.record_type, action=action, language=language, remark=remark, **who)


def _steps(
    record: Any, action: str, by: Any, remark: str = "", cascaded: Iterable[CascadedChange] = ()
) -> list[WorkflowStep]:
    """The step of *record*, and one for each of its documents and photos that did something with it."""
    return [_step(record, action, by, remark), *(_step(child, child.action, by) for child in cascaded)]


def steps_of(record):
    """The steps of *record*, the latest first."""
    return WorkflowStep.objects.filter(uid=record.uid).order_by("-pk")


def mark(record, newly_public=()):
    """Return a short text that changes with whatever an action on *record* depends on: its draft, stage and editions, and
    what the vocabulary entries *newly_public* say, which become public with it.

    A form carries it, so that nobody approves, unschedules or withdraws what is no longer what they saw.
    """
    own = _marks([record])[0]
    return f"{own}-{mark_of_all(newly_public)}" if newly_public else own


def mark_of_all(records, until: int | None = None) -> str:
    """Like ``mark``, for an action on all of *records*. One query.

    *until* is a ``last_ledger_entry``: what was entered after it does not count.
    """
    marks = "\n".join(f"{record.uid} {text}" for record, text in zip(records, _marks(records, until), strict=True))
    return hashlib.sha256(marks.encode()).hexdigest()[:32]


def last_ledger_entry() -> int:
    """The key of the last entry of the ledger, for a page whose mark is made after what it shows was read."""
    return LedgerEntry.objects.aggregate(last=Max("pk"))["last"] or 0


def _marks(records, until=None):
    entries = LedgerEntry.objects.filter(uid__in=[record.uid for record in records]).order_by()
    if until is not None:
        entries = entries.filter(pk__lte=until)
    last = dict(entries.values_list("uid").annotate(last=Max("pk")))
    return [_mark(record, last.get(record.uid, 0)) for record in records]


def _mark(record, last_entry):
    parts = [record.draft_sha256[:16], getattr(record, "slug", ""), getattr(record, "stage", ""), str(last_entry)]
    return "-".join(parts)


# Before the review


@transaction.atomic
def note_change(record, by, language=""):
    """Note that *by* has changed the draft of *record*; in review, it returns to those who draft it."""
    note_hand(record, by, language)
    return_to_draft(record, by)


def note_hand(record, by, language=""):
    """Note that *by* has a hand in what *record* says: on its form or, for *language*, on that page of its own."""
    UnreviewedEdit.objects.get_or_create(uid=record.uid, language=language, user=by, edition=None)


def return_to_draft(record, by, remark=""):
    """What was submitted is no longer what stands there."""
    if _move(record, Stage.REVIEW, Stage.DRAFT):
        note_step(record, Action.CHANGED, by, remark)


@transaction.atomic
def note_entry_change(entry, by):
    """Note that *by* has changed the vocabulary *entry*. While it is not public, its words become so with the first record
    that shows it: so the drafts of all that name it have changed, and what of it is in review returns."""
    note_hand(entry, by)
    return_naming(entry, by)


def return_naming(entry, by):
    """The second half of ``note_entry_change``. The caller has locked *entry*."""
    if Edition.objects.public(epoch.now()).filter(uid=entry.uid).exists():
        return  # what shows it keeps its public name
    for records in naming(entry):
        named = records.filter(pk__in=lock(records.model._base_manager.filter(pk__in=records.order_by().values("pk"))))
        refresh_drafts(named)
        for record in named.filter(stage=Stage.REVIEW):
            return_for_entry(record, by)


def return_for_entry(record, by):
    """Like ``return_to_draft``, where *by* has changed an entry of the vocabulary that *record* names. Which one is not said:
    whoever reads the steps may not know of it."""
    remark = _("A person, organization, series or theme that would become public with it was changed.")
    return_to_draft(record, by, remark)


def note_merger(away, into, by):
    """*away* is now *into*: who had a hand in one has it in the other, unless what that says is public, by the merger."""
    edits = UnreviewedEdit.objects.filter(uid__in=[away.uid, into.uid])
    now = epoch.now()
    users = {*edits.counting(now).values_list("user", flat=True), by.pk}
    edits.delete()
    if not Edition.objects.public(now).filter(uid=into.uid).exists():
        UnreviewedEdit.objects.bulk_create(UnreviewedEdit(uid=into.uid, user_id=user) for user in users)


@transaction.atomic
def submit(record, *, by, remark=""):
    """Hand *record* to the publishers."""
    _require(roles.may_edit(by, record))
    remark = _clean_remark(remark)
    missing = builder_for(record).missing(builder_for(record).load(record))
    if missing:
        raise ValidationError(missing)
    if not _move(record, Stage.DRAFT, Stage.REVIEW):
        raise ValidationError(_("It is in review already."), code="in_review")
    note_step(record, Action.SUBMITTED, by, remark)
    _add_edits_of_entries(record)


def _add_edits_of_entries(record):
    """Who wrote what opens with *record* has a hand in what is submitted."""
    entries = [entry.uid for entry in opening(record)]
    users = (
        UnreviewedEdit.objects.filter(uid__in=entries).counting(epoch.now()).values_list("user", flat=True).distinct()
    )
    edits = [UnreviewedEdit(uid=record.uid, user_id=user) for user in users]
    UnreviewedEdit.objects.bulk_create(edits, ignore_conflicts=True)


@transaction.atomic
def take_back(record, *, by):
    """Return *record* from review to draft, by who works on it."""
    _require(roles.may_edit(by, record))
    _back_to_draft(record, Action.TAKEN_BACK, by)


@transaction.atomic
def send_back(record, *, by, remark):
    """Return *record* from review to draft, by a publisher, who says what is to be done."""
    _require(roles.may_publish(by, record))
    remark = _clean_remark(remark)
    if not remark:
        raise ValidationError({"remark": _("Say what is to be changed: it is sent back with these words.")})
    _back_to_draft(record, Action.SENT_BACK, by, remark)


def _back_to_draft(record, action, by, remark=""):
    if not _move(record, Stage.REVIEW, Stage.DRAFT):
        raise ValidationError(_("It is not in review."), code="not_in_review")
    note_step(record, action, by, remark)


def _leave_review(records):
    """Those of *records* that are in review are being drafted again."""
    by_model = {}
    for record in records:
        by_model.setdefault(record._meta.concrete_model, []).append(record)
    for model, some in by_model.items():
        keys = [record.pk for record in some]
        model._base_manager.filter(pk__in=keys, stage=Stage.REVIEW).update(stage=Stage.DRAFT)
        for record in some:
            record.stage = Stage.DRAFT


def _move(record, before, after):
    """Move *record* from one stage to another; False where it is in another by now."""
    moved = type(record)._base_manager.filter(pk=record.pk, stage=before).update(stage=after)
    if moved:
        record.stage = after
    return bool(moved)


def _clean_remark(remark):
    remark = " ".join(remark.split())
    if len(remark) > REMARK:
        text = _("The remark has %(n)d characters; it may have %(most)d.")
        raise ValidationError({"remark": text % {"n": len(remark), "most": REMARK}})
    return remark


# Approval


def unreviewed_edits(user, uids):
    """{(uid, page)}: in which pages of the records *uids* the account *user* has a hand. One query.

    The record's own form is the page "", a language that has one of its own is its code.
    """
    edits = UnreviewedEdit.objects.counting(epoch.now()).filter(user=user, uid__in=uids)
    return set(edits.values_list("uid", "language"))


def has_second_reader(record, by, edits=None):
    """Whether *by*, approving *record* now, is a second reader of all that would be published. *edits* are those of *by*."""
    return record.stage == Stage.REVIEW and not _own_work(record, by, pages_of(record), edits)


def _own_work(record, by, pages, edits=None):
    edits = unreviewed_edits(by, [record.uid]) if edits is None else edits
    return not edits.isdisjoint((record.uid, page) for page in pages)


def pages_of(record):
    """The pages of *record* that are published together; see ``unreviewed_edits``."""
    return ["", *builder_for(record).languages(record)]


@transaction.atomic
def approve(
    record: Any,
    *,
    by: Any,
    at: datetime | None = None,
    note: str = "",
    minor: bool = False,
    replace: bool = False,
    alone: str = "",
    problems: Problems | None = None,
) -> PublicationResult:
    """Publish *record* from *at* (default now) on; see ``services.publish``.

    *alone* is the reason for publishing without second reader, needed where there is none: that it is missing is told with
    all else that is.
    """
    _require(roles.may_publish(by, record))
    _lock(record)
    draft = services.draft_of(record, replace=replace)
    options = services.PublishOptions(at, note, minor)
    return approve_all([draft], by=by, options=options, alone=alone, problems=problems)[0]


def approve_all(
    drafts: Sequence[services.DraftSnapshot],
    *,
    by: Any,
    options: services.PublishOptions,
    alone: str = "",
    problems: Problems | None = None,
) -> list[PublicationResult]:
    """Publish *drafts*, whose records the caller has locked, at one instant, inside a transaction of its own; see ``approve`` and
    ``services.publish_all``.

    *alone* is the reason for all of them that have no second reader: that it is missing is told with all else that is.
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
    steps = []
    for draft, result in zip(drafts, results, strict=True):
        action = Action.ALONE if draft.reason else Action.APPROVED
        steps += _steps(draft.record, action, by, draft.reason, result.cascaded)
    WorkflowStep.objects.bulk_create(steps)
    _leave_review([draft.record for draft in drafts])
    return results


@transaction.atomic
def approve_language(record, language, *, by, note="", alone=""):
    """Publish *language* of *record* ahead of the rest; see ``services.publish_language``. Returns the edition."""
    _require(roles.may_publish(by, record))
    _lock(record)
    problems, reason = Problems(), ""
    with problems.collect():
        reason = reason_or_refuse(not _own_work(record, by, [language]), alone)
    how = {"note": note, "reason": reason, "problems": problems}
    edition = services.publish_language(record, language, by=by, **how)
    _mark_reviewed({(record.uid, language): edition}, {})
    note_step(record, Action.ALONE if reason else Action.APPROVED, by, reason, language)
    return edition


@transaction.atomic
def relabel(entry, *, by, note="", alone=""):
    """Publish the vocabulary *entry* as it stands wherever it is shown; see ``renaming.relabel``, whose answer is returned.

    An entry is not submitted: its second reader is whoever publishes it without having had a hand in it since then.
    """
    _require(roles.may_publish(by, entry))
    renaming.lock_showing([entry])
    text = _(
        "Nobody else has read it: you had a hand in it yourself. Let another publisher publish it, or give the reason for "
        "publishing it without second reader."
    )
    reason = reason_or_refuse(not _own_work(entry, by, [""]), alone, text)
    done = renaming.relabel(entry, by=by, note=note, reason=reason)
    UnreviewedEdit.objects.filter(uid=entry.uid).delete()
    note_step(entry, Action.ALONE if reason else Action.APPROVED, by, reason)
    return done


def _lock(record):
    """Let no one change *record* until this transaction ends, and see at which stage it really is."""
    rows = type(record)._base_manager.filter(pk=record.pk)
    if not lock(rows):
        raise ValidationError(_("“%(record)s” was deleted meanwhile."), code="gone", params={"record": record})
    record.stage = rows.values_list("stage", flat=True).get()


def reason_or_refuse(has_second_reader, alone, text=""):
    """The reason to keep with the edition: none where there is a second reader. *text* is said where it is missing."""
    if has_second_reader:
        return ""
    alone = " ".join(alone.split())
    if not alone:
        text = text or _(
            "Nobody else has read it: it was not submitted, or you had a hand in it yourself. Submit it for review, or "
            "give the reason for publishing it without second reader."
        )
        raise ValidationError({"alone": ValidationError(text, code="second_person_needed")})
    if len(alone) > 400:
        raise ValidationError({"alone": _("The reason has %(n)d characters; it may have 400.") % {"n": len(alone)}})
    return alone


def _mark_reviewed(pages, entries):
    """What these pages and vocabulary entries held stands in editions: nobody's unpublished work any more, as soon as these
    begin. *pages*: {(uid, page): edition}; *entries*: {uid: edition}."""
    uids = {uid for uid, _page in pages} | set(entries)
    edits = {
        edit: pages.get((edit.uid, edit.language)) or entries.get(edit.uid)
        for edit in UnreviewedEdit.objects.filter(uid__in=uids)
    }
    edits = {edit: edition for edit, edition in edits.items() if edition}
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


# After it


@transaction.atomic
def unschedule(record: Any, *, by: Any) -> list[CascadedChange]:
    """Unschedule what is to come of *record*. Returns what documents and photos did with it."""
    return unschedule_all([record], by=by)[0]


def unschedule_all(
    records: Sequence[Any], *, by: Any, naming: services.Naming = nullcontext
) -> list[list[CascadedChange]]:
    """Unschedule what is to come of *records*, inside a transaction of the caller; see ``services.unschedule_all``."""
    for record in records:
        _require(roles.may_publish(by, record))
    done = services.unschedule_all(records, by=by, naming=naming)
    steps = []
    for record, cascaded in zip(records, done, strict=True):
        steps += _steps(record, Action.UNSCHEDULED, by, cascaded=cascaded)
    WorkflowStep.objects.bulk_create(steps)
    return done


@transaction.atomic
def redate(record: Any, *, by: Any, at: datetime | None = None) -> PublicationResult:
    """Move the scheduled edition of *record*, as it was approved, to *at* (default now); see ``services.redate``."""
    return redate_all([record], by=by, at=at)[0]


def redate_all(
    records: Sequence[Any],
    *,
    by: Any,
    at: datetime | None = None,
    taking: frozenset[UUID] | None = None,
    naming: services.Naming = nullcontext,
) -> list[PublicationResult]:
    """Move the scheduled editions of *records* to one instant, inside a transaction of the caller; see
    ``services.redate_all``."""
    for record in records:
        _require(roles.may_publish(by, record))
    results = services.redate_all(records, by=by, at=at, taking=taking, naming=naming)
    steps = []
    for record, result in zip(records, results, strict=True):
        if result.is_new:
            steps += _steps(record, Action.REDATED, by, cascaded=result.cascaded)
    WorkflowStep.objects.bulk_create(steps)
    return results


@transaction.atomic
def withdraw(
    record: Any,
    *,
    by: Any,
    reason: str,
    at: datetime | None = None,
    replacement: Any = None,
    problems: Problems | None = None,
) -> PublicationResult:
    """End what is public of *record*; see ``services.withdraw``."""
    _require(roles.may_publish(by, record))
    result = services.withdraw(record, by=by, reason=reason, at=at, replacement=replacement, problems=problems)
    said = result.edition.withdrawal.reason
    WorkflowStep.objects.bulk_create(_steps(record, Action.WITHDRAWN, by, said, result.cascaded))
    return result


@transaction.atomic
def restore(record: Any, *, by: Any, at: datetime | None = None, note: str = "") -> PublicationResult:
    """Bring *record*, which was withdrawn, back; see ``services.restore``."""
    _require(roles.may_publish(by, record))
    result = services.restore(record, by=by, at=at, note=note)
    WorkflowStep.objects.bulk_create(_steps(record, Action.RESTORED, by, cascaded=result.cascaded))
    return result


def _require(allowed):
    if not allowed:
        raise PermissionDenied
