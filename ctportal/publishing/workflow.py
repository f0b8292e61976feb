"""From draft to public, by people: submitted, sent back, approved. Approving is publishing.

A record is being drafted or in review. A *second reader* is somebody who approves a record that was submitted and in
which they had no hand since it was last published; without one, publishing needs a reason, which stands in the history
and in the ledger. A language on a page of its own counts as submitted when it is marked as ready.

Every function checks the right of *by* (an account) and raises PermissionDenied without it; what the rules refuse raises
ValidationError. Each does the whole of its work in one transaction, or nothing.
"""

import hashlib

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from . import roles, services
from .gate import gate_for
from .models import Contribution, LedgerEntry, WorkflowStep
from .records import Stage, lock

Action = WorkflowStep.Action
REMARK = 1000  # characters


def note_step(record, action, by, remark="", language=""):
    return WorkflowStep.objects.create(
        uid=record.uid,
        type=record.record_type,
        action=action,
        language=language,
        user=by,
        by=services.name_of(by),
        remark=remark,
    )


def steps_of(record):
    """The steps of *record*, the latest first."""
    return WorkflowStep.objects.filter(uid=record.uid).order_by("-pk")


def mark(record):
    """Return a short text that changes with whatever an action on *record* depends on: its draft, stage and editions.

    A form carries it, so that nobody approves, recalls or withdraws what is no longer what they saw.
    """
    return _marks([record])[0]


def mark_of_all(records):
    """Like ``mark``, for an action on all of *records*. One query."""
    marks = "\n".join(f"{record.uid} {text}" for record, text in zip(records, _marks(records), strict=True))
    return hashlib.sha256(marks.encode()).hexdigest()[:32]


def _marks(records):
    entries = LedgerEntry.objects.filter(uid__in=[record.uid for record in records]).order_by()
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
    Contribution.objects.get_or_create(uid=record.uid, language=language, user=by)


def return_to_draft(record, by):
    """What was submitted is no longer what stands there."""
    if _move(record, Stage.REVIEW, Stage.DRAFT):
        note_step(record, Action.CHANGED, by)


@transaction.atomic
def submit(record, *, by, remark=""):
    """Hand *record* to the publishers."""
    _require(roles.may_edit(by, record))
    remark = _clean_remark(remark)
    missing = gate_for(record).missing(gate_for(record).load(record))
    if missing:
        raise ValidationError(missing)
    if not _move(record, Stage.DRAFT, Stage.REVIEW):
        raise ValidationError(_("It is in review already."), code="in_review")
    note_step(record, Action.SUBMITTED, by, remark)


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


def has_second_reader(record, by):
    """Whether *by*, approving *record* now, is a second reader of all that would be published."""
    return record.stage == Stage.REVIEW and not _own_work(record, by, ["", *gate_for(record).languages(record)])


def _own_work(record, by, pages):
    return Contribution.objects.filter(uid=record.uid, user=by, language__in=pages).exists()


@transaction.atomic
def approve(record, *, by, at=None, note="", minor=False, replace=False, alone=""):
    """Publish *record* from *at* (default now) on; see ``services.publish``. Returns the edition.

    *alone* is the reason for publishing without second reader, needed where there is none.
    """
    _require(roles.may_publish(by, record))
    _lock(record)
    reason = _reason_or_refuse(has_second_reader(record, by), alone)
    edition = services.publish(record, by=by, at=at, note=note, minor=minor, replace=replace, reason=reason)
    _close(record, by, reason, ["", *gate_for(record).languages(record)])
    _move(record, Stage.REVIEW, Stage.DRAFT)
    return edition


@transaction.atomic
def approve_language(record, language, *, by, note="", alone=""):
    """Publish *language* of *record* ahead of the rest; see ``services.publish_language``. Returns the edition."""
    _require(roles.may_publish(by, record))
    _lock(record)
    reason = _reason_or_refuse(not _own_work(record, by, [language]), alone)
    edition = services.publish_language(record, language, by=by, note=note, reason=reason)
    _close(record, by, reason, [language], language)
    return edition


def _lock(record):
    """Let no one change *record* until this transaction ends, and see at which stage it really is."""
    rows = type(record)._base_manager.filter(pk=record.pk)
    if not lock(rows):
        raise ValidationError(_("“%(record)s” was deleted meanwhile."), code="gone", params={"record": record})
    record.stage = rows.values_list("stage", flat=True).get()


def _reason_or_refuse(has_second_reader, alone):
    """The reason to keep with the edition: none where there is a second reader."""
    if has_second_reader:
        return ""
    alone = " ".join(alone.split())
    if not alone:
        text = _(
            "Nobody else has read it: it was not submitted, or you had a hand in it yourself. Submit it for review, or "
            "give the reason for publishing it without second reader."
        )
        raise ValidationError({"alone": ValidationError(text, code="second_person_needed")})
    if len(alone) > 400:
        raise ValidationError({"alone": _("The reason has %(n)d characters; it may have 400.") % {"n": len(alone)}})
    return alone


def _close(record, by, reason, pages, language=""):
    """What these *pages* held is public or scheduled: nobody's unpublished work any more."""
    Contribution.objects.filter(uid=record.uid, language__in=pages).delete()
    note_step(record, Action.ALONE if reason else Action.APPROVED, by, reason, language)


# After it


@transaction.atomic
def recall(record, *, by):
    _require(roles.may_publish(by, record))
    services.recall(record, by=by)
    note_step(record, Action.RECALLED, by)


@transaction.atomic
def redate(record, *, by, at=None):
    """Move the scheduled edition of *record*, as it was approved, to *at* (default now). Returns the new edition."""
    _require(roles.may_publish(by, record))
    edition = services.redate(record, by=by, at=at)
    note_step(record, Action.REDATED, by)
    return edition


@transaction.atomic
def withdraw(record, *, by, reason, at=None, replacement=None):
    _require(roles.may_publish(by, record))
    edition = services.withdraw(record, by=by, reason=reason, at=at, replacement=replacement)
    note_step(record, Action.WITHDRAWN, by, edition.withdrawal.reason)
    return edition


@transaction.atomic
def restore(record, *, by, at=None, note=""):
    _require(roles.may_publish(by, record))
    edition = services.restore(record, by=by, at=at, note=note)
    note_step(record, Action.RESTORED, by)
    return edition


def _require(allowed):
    if not allowed:
        raise PermissionDenied
