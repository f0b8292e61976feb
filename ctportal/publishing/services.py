"""Services that create, end or restore editions: of one record, or of all records of a dossier at once.

Each service is one publication (see ``publication``): it takes the publication lock, so publications happen one after the other,
each at a later instant than the one before, whatever the clocks of the machines show. Other locks are taken before it
(see ``base_models.lock``). Each service either does all of its work or raises ``ValidationError``. Instants
are aware datetimes; intervals are [public_from, public_until).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ctportal.core.instants import show_utc
from ctportal.core.text_cleaning import one_line
from ctportal.core.types import Author, JsonObject
from ctportal.files.models import StoredFile

from .base_models import ADDRESS_IN_USE, Record, lock
from .cascade import Cascaded, CascadedChange, Move, follow_conference
from .changes import Changes, Tracked
from .drafts import note_drafts, refresh_draft
from .epoch import NEAR
from .models import VOCABULARY, Edition, RecordType, Redirect, Withdrawal
from .one_language import with_language
from .problems import Problems
from .publication import publication
from .scheduling import (
    insert_edition,
    keep_inside_conference,
    lift_end,
    unschedule_edition,
    unschedule_to_come,
    withdraw_at,
)
from .shapes import files_in
from .snapshot import Snapshot, builder_for
from .state import covering
from .transactions import atomic
from .vocabulary import last_edition, open_entries, show_instead, slugs_of_others

LONGEST_REASON = 500  # characters

# A context manager that puts the name of a record before the messages of a ValidationError; nullcontext puts none.
Naming = Callable[[Record], AbstractContextManager[object]]


@dataclass(frozen=True)
class DraftSnapshot:
    """A record as it would be published now. *loaded* is the same record as its builder loads it."""

    record: Record
    loaded: Record
    snapshot: Snapshot
    replace: bool = False  # whether an edition that is to come is unscheduled in the same step
    reason: str = ""  # stored in the ledger only

    def __post_init__(self) -> None:
        _ = self.snapshot.indexed  # analysing long texts takes time: before the publication lock

    @property
    def newly_public(self) -> set[UUID]:
        """Return the uids of the vocabulary entries that become public with it."""
        return {entry.uid for entry in self.snapshot.newly_public}


def draft_of(record: Record, *, replace: bool = False, reason: str = "") -> DraftSnapshot:
    """Return the DraftSnapshot of *record* as it is saved now."""
    builder = builder_for(record)
    loaded = builder.load(record)
    return DraftSnapshot(record, loaded, builder.snapshot_of(loaded), replace, reason)


@dataclass(frozen=True)
class PublishOptions:
    """How drafts are published together; see ``publish``. *taking* as for ``redate_all``."""

    at: datetime | None = None
    note: str = ""
    minor: bool = False
    taking: frozenset[UUID] | None = None
    naming: Naming = nullcontext


@dataclass(frozen=True)
class PublicationResult:
    """The result of a service for one record: the *edition* it created or ended, and the cascaded changes."""

    edition: Edition
    cascaded: list[CascadedChange]
    is_new: bool = True  # False after redating an edition to the instant at which it began already


# Publishing


@atomic()
def publish(
    record: Record,
    *,
    by: Author,
    at: datetime | None = None,
    note: str = "",
    minor: bool = False,
    replace: bool = False,
    reason: str = "",
) -> Edition:
    """Freeze *record* as it stands into an edition that is public from *at* (default now) and return it.

    *by* is the account that publishes, *note* the public change note, *reason* is stored in the ledger only. With
    *replace*, an edition that is still to come is unscheduled in the same step. Vocabulary entries are published with what
    shows them, or by ``relabel``.
    Raises ValidationError: by field for all that is missing, else one with a ``code``.
    """
    lock(type(record)._base_manager.filter(pk=record.pk))
    draft = draft_of(record, replace=replace, reason=reason)
    return publish_all([draft], by=by, options=PublishOptions(at, note, minor))[0].edition


def publish_all(
    drafts: Sequence[DraftSnapshot], *, by: Author, options: PublishOptions, problems: Problems | None = None
) -> list[PublicationResult]:
    """Publish *drafts*, in their order, at one instant; see ``publish``. The caller has locked the records before it read
    them.

    *problems* are those that the caller has found: they are raised with all that is missing of any of *drafts*.
    """
    problems = problems or Problems()
    results = []
    with publication(by) as changes:
        drafts = _with_what_is_public_now(changes, drafts)
        with problems.collect():
            start = start_or_refuse(options.at, changes.now)
        for draft in drafts:
            with problems.collect(), options.naming(draft.record):
                _refuse_what_is_missing(draft)
        problems.raise_if_any()
        taken = slugs_of_others(changes, [draft.snapshot for draft in drafts])
        for draft in drafts:
            with options.naming(draft.record):
                _refuse_slug(draft.snapshot, taken)
                results.append(_publish(changes, draft, start, options))
        shown = (entry for draft in drafts for entry in builder_for(draft.loaded).vocabulary(draft.loaded))
        open_entries(changes, shown)
        note_drafts((draft.record, draft.snapshot) for draft in drafts)
    return results


def _with_what_is_public_now(changes: Changes, drafts: Sequence[DraftSnapshot]) -> list[DraftSnapshot]:
    """Return *drafts*, reading again those for which another publication has changed which vocabulary entries are public."""
    entries = {
        draft.record.uid: [*builder_for(draft.loaded).vocabulary(draft.loaded), *draft.snapshot.newly_public]
        for draft in drafts
    }
    changes.load({entry.uid for some in entries.values() for entry in some} | {draft.record.uid for draft in drafts})
    hidden = {
        uid: {entry.uid for entry in some if not covering(changes.editions_of(entry.uid), changes.now)}
        for uid, some in entries.items()
    }
    return [
        draft
        if draft.newly_public == hidden[draft.record.uid]
        else draft_of(draft.record, replace=draft.replace, reason=draft.reason)
        for draft in drafts
    ]


def _refuse_what_is_missing(draft: DraftSnapshot) -> None:
    _refuse_vocabulary(draft.record)
    missing = builder_for(draft.record).missing(draft.loaded)
    if missing:
        raise ValidationError(missing)


def _publish(changes: Changes, draft: DraftSnapshot, start: datetime, options: PublishOptions) -> PublicationResult:
    uid = draft.record.uid
    opening = changes.state(uid).opening
    if draft.replace:
        unschedule_to_come(changes, uid)
    _refuse_while_one_is_to_come(changes, uid)
    note, minor, reason = options.note, options.minor, draft.reason
    published = insert_edition(changes, draft.snapshot, start, note=note, minor=minor, reason=reason)
    changes.drafts.append((published.edition, draft.loaded, ""))
    moved = Move(opening, start, options.taking) if draft.replace and opening and opening != start else None
    return PublicationResult(published.edition, follow_conference(changes, uid, published.type, moved))


@atomic()
def publish_language(
    record: Record, language: str, *, by: Author, note: str = "", reason: str = "", problems: Problems | None = None
) -> Edition:
    """Publish *language* ahead of the rest: the edition in force with just that language replaced, as a minor edition.

    *reason* is stored in the ledger only. Raises ValidationError when nothing is in force, when an edition is to come, or
    when the language is not ready; *problems* as for ``publish_all``.
    """
    builder = builder_for(record)
    current, problems = None, problems or Problems()
    lock(type(record)._base_manager.filter(pk=record.pk))
    draft = draft_of(record)
    with publication(by) as changes:
        with problems.collect():
            current = in_force_or_refuse(changes, record.uid)
            _refuse_while_one_is_to_come(changes, record.uid)
        [draft] = _with_what_is_public_now(changes, [draft])
        with problems.collect():
            if current and language not in builder.languages(draft.loaded):
                raise ValidationError(_("This language is not marked as ready."), code="language_not_ready")
        problems.raise_if_any()
        snapshot = changes.snapshot_of(current)
        snapshot.draft = draft.snapshot
        snapshot.data = with_language(builder, snapshot.data, draft.snapshot.data, language)
        snapshot.files = _files_named_in(snapshot.data, [*snapshot.files, *draft.snapshot.files])
        published = insert_edition(changes, snapshot, changes.now, note=note, minor=True, reason=reason)
        changes.drafts.append((published.edition, draft.loaded, language))
        follow_conference(changes, published.uid, published.type)
    refresh_draft(record)
    return published.edition


def _files_named_in(data: JsonObject, files: Sequence[StoredFile]) -> list[StoredFile]:
    keys = {file["key"] for file in files_in(data)}
    return [file for file in {file.pk: file for file in files}.values() if file.key in keys]


def restore(record: Record, *, by: Author, at: datetime | None = None, note: str = "") -> PublicationResult:
    """Bring a withdrawn record back with the JSON of its last public edition, from *at* (default now) on.

    Restoring a conference brings back the documents and photos that were withdrawn with it.
    """
    with publication(by) as changes:
        start = start_or_refuse(at, changes.now)
        restored = _restore(changes, record.uid, start, note)
        return PublicationResult(
            restored.edition, [*restored.cascaded, *follow_conference(changes, record.uid, record.record_type)]
        )


def _restore(changes: Changes, uid: UUID, start: datetime, note: str) -> PublicationResult:
    state = changes.state(uid)
    if state.in_force or state.to_come:
        raise ValidationError(
            _("It is already public or scheduled: there is nothing to restore."), code="not_withdrawn"
        )
    if not state.last:
        raise ValidationError(_("It was never public: publish it instead."), code="never_public")
    if state.last.edition.is_sealed:
        raise ValidationError(_("Its last public text was sealed and cannot come back."), code="sealed")
    snapshot = changes.snapshot_of(state.last)
    refuse_slug_of_another(changes, snapshot)
    _follow_merges(changes, [snapshot])
    restored = insert_edition(changes, snapshot, start, note=note)
    cascaded = []
    if restored.type == RecordType.CONFERENCE:
        children = _withdrawn_with(uid, state.last.public_until)
        changes.load(children)
        lasts = [last for child in children if (last := changes.state(child).last)]
        changes.read_contents(last for last in lasts if not last.edition.is_sealed)
        for child in children:
            if not covering(changes.editions_of(child), start) and not changes.state(child).to_come:
                back = _restore(changes, child, start, note).edition
                cascaded.append(CascadedChange(child, back.type, Cascaded.RESTORED))
    return PublicationResult(restored.edition, cascaded)


def _withdrawn_with(uid: UUID, at: datetime | None) -> list[UUID]:
    withdrawals = Withdrawal.objects.filter(cause=uid, edition__public_until=at)
    return list(withdrawals.order_by("pk").values_list("edition__uid", flat=True))


def _follow_merges(changes: Changes, snapshots: Sequence[Snapshot]) -> None:
    """Let *snapshots* show, for each entry that was merged away meanwhile, the one it was merged into."""
    shown = {uid for snapshot in snapshots for uid in snapshot.shows}
    targets = dict(Redirect.objects.filter(uid__in=shown).values_list("uid", "target"))
    for snapshot in snapshots:
        for uid in list(snapshot.shows):
            if uid in targets:
                show_instead(snapshot, uid, changes.snapshot_of(last_edition(changes, targets[uid])))


# Ending


def unschedule_all(
    records: Sequence[Record], *, by: Author, naming: Naming = nullcontext
) -> list[list[CascadedChange]]:
    """Unschedule, for each of *records* in their order, the edition to come or, where it has none, the scheduled withdrawal; in
    one publication.

    Returns for each the cascaded changes to its documents and photos.
    """
    done = []
    with publication(by) as changes:
        changes.load(record.uid for record in records)
        for record in records:
            with naming(record):
                _unschedule(changes, record.uid)
            done.append(follow_conference(changes, record.uid, record.record_type))
    return done


def _unschedule(changes: Changes, uid: UUID) -> None:
    state = changes.state(uid)
    if state.to_come:
        unschedule_to_come(changes, uid)
    elif ending := state.ending:
        cause = ending.withdrawal and ending.withdrawal.cause
        if cause and cause == ending.conference:
            raise ValidationError(
                _("It ends together with its conference. Unschedule the withdrawal of the conference instead."),
                code="ends_with_conference",
            )
        lift_end(changes, ending)
        keep_inside_conference(changes, ending)
    else:
        raise _nothing_to_come(changes, uid, _("Nothing is scheduled: there is nothing to unschedule."))


def redate_all(
    records: Sequence[Record],
    *,
    by: Author,
    at: datetime | None = None,
    taking: frozenset[UUID] | None = None,
    naming: Naming = nullcontext,
) -> list[PublicationResult]:
    """Move the editions to come of *records*, unchanged and in their order, to *at* (default now). Some may begin then already,
    or have moved with their conference.

    Children scheduled for the same instant as their conference move with it; where *taking* is given, those with these uids.
    The others keep their time, unless the conference is not public then.
    """
    done = []
    with publication(by) as changes:
        changes.load(record.uid for record in records)
        scheduled = {record.uid: each for record in records if (each := changes.state(record.uid).to_come)}
        changes.read_contents(scheduled.values())
        snapshots = {uid: changes.snapshot_of(each) for uid, each in scheduled.items()}
        taken = slugs_of_others(changes, snapshots.values())
        _follow_merges(changes, list(snapshots.values()))
        for record in records:
            with naming(record):
                _refuse_vocabulary(record)
                if record.uid not in scheduled:
                    raise _nothing_to_come(changes, record.uid, _("Nothing is scheduled: there is nothing to move."))
                start = start_or_refuse(at, changes.now)
                coming = changes.state(record.uid).to_come
                if not coming or start == coming.public_from:
                    done.append(PublicationResult((coming or scheduled[record.uid]).edition, [], is_new=False))
                else:
                    _refuse_slug(snapshots[record.uid], taken)
                    done.append(_redate(changes, coming, snapshots[record.uid], start, taking))
    return done


def _redate(
    changes: Changes, coming: Tracked, snapshot: Snapshot, start: datetime, taking: frozenset[UUID] | None
) -> PublicationResult:
    opening, end, withdrawal = changes.state(snapshot.uid).opening, coming.public_until, coming.withdrawal
    if withdrawal and end and end <= start:
        raise ValidationError(
            {"at": _("Its withdrawal is scheduled for %(at)s, before that time.") % {"at": show_utc(end)}}
        )
    why = withdrawal and (withdrawal.reason, withdrawal.replacement, withdrawal.cause)
    unschedule_edition(changes, coming)
    moved = insert_edition(changes, snapshot, start, note=coming.edition.note, minor=coming.edition.minor)
    if why and end and moved.public_until is None:
        reason, replacement, cause = why
        withdraw_at(changes, moved, end, reason=reason, replacement=replacement, cause=cause)
    move = Move(opening, start, taking) if opening else None
    return PublicationResult(moved.edition, follow_conference(changes, snapshot.uid, snapshot.type, move))


def withdraw(
    record: Record,
    *,
    by: Author,
    reason: str,
    at: datetime | None = None,
    replacement: UUID | None = None,
    show_title: bool = False,
    problems: Problems | None = None,
) -> PublicationResult:
    """Take *record* off the public side from *at* (default now) on, for a public *reason*.

    *replacement* is the uid of a record to read instead. With *show_title* its old address tells its title, unless it is
    sealed. Editions to come after *at* are unscheduled. The documents and photos of a conference are withdrawn with it,
    without their titles. *problems* as for ``publish_all``.
    """
    _refuse_vocabulary(record)
    problems = problems or Problems()
    with publication(by) as changes:
        with problems.collect():
            reason = public_reason(reason)
        with problems.collect():
            others = Edition.objects.effective(changes.now).exclude(uid=record.uid)
            if replacement and not others.filter(uid=replacement).exists():
                raise ValidationError({"replacement": _("The replacement must be another record that is public.")})
        with problems.collect():
            end = start_or_refuse(at, changes.now)
        problems.raise_if_any()
        for tracked in changes.editions_of(record.uid):
            if tracked.public_from > changes.now and tracked.public_from >= end:
                unschedule_edition(changes, tracked)
        begun = [each for each in changes.editions_of(record.uid) if each.public_from < end]
        ending = begun[-1] if begun and (begun[-1].public_until is None or begun[-1].public_until >= end) else None
        if not ending:
            raise ValidationError(_("It is not public at that time: there is nothing to withdraw."), code="not_public")
        withdraw_at(changes, ending, end, reason=reason, replacement=replacement, show_title=show_title)
        return PublicationResult(ending.edition, follow_conference(changes, record.uid, record.record_type))


def public_reason(reason: str) -> str:
    """Return the *reason* of a withdrawal in one line. Raises ValidationError where there is none, or it is too long."""
    return reason_in_one_line(reason, missing=_("Enter a reason: it is shown to readers of the old address."))


def reason_in_one_line(reason: str, *, missing: str) -> str:
    """Return *reason* in one line. Raises ValidationError where there is none (*missing*), or it is too long."""
    reason = " ".join(one_line(reason).split())
    if not reason:
        raise ValidationError({"reason": missing})
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": _("The reason has %(n)d characters; the limit is 500.") % {"n": len(reason)}})
    return reason


# What is refused


def start_or_refuse(at: datetime | None, now: datetime) -> datetime:
    """Return *at*, or *now* for None. Raises ValidationError where *at* is in the past, too near or too far in the future."""
    if at is None:
        return now
    if at <= now:
        raise ValidationError(
            {"at": _("%(at)s is already past. Choose a later time, or publish now.") % {"at": show_utc(at)}},
            code="already_past",
        )
    if at < now + NEAR:
        raise ValidationError(
            {"at": _("%(at)s is less than 10 seconds away. Choose a later time, or do it now.") % {"at": show_utc(at)}},
            code="too_near",
        )
    if at > now + timedelta(days=3660):
        raise ValidationError({"at": _("%(at)s is more than ten years away.") % {"at": show_utc(at)}}, code="too_far")
    return at


def _nothing_to_come(changes: Changes, uid: UUID, otherwise: str) -> ValidationError:
    """Return the error for the record *uid*, of which nothing is scheduled or no longer: what it was has begun. Else it says
    *otherwise*."""
    current = changes.state(uid).in_force
    began = _("Nothing is scheduled: what is public now began at %(at)s. You can withdraw it.")
    text = began % {"at": show_utc(current.public_from, "%Y-%m-%d %H:%M:%S")} if current else otherwise
    return ValidationError(text, code="nothing_to_come")


def _refuse_slug(snapshot: Snapshot, taken: set[UUID]) -> None:
    """Raise ValidationError where the slug belongs to another record that was public or is scheduled under it."""
    if snapshot.uid in taken:
        raise ValidationError({"slug": ADDRESS_IN_USE}, code="slug_reserved")


def refuse_slug_of_another(changes: Changes, snapshot: Snapshot) -> None:
    _refuse_slug(snapshot, slugs_of_others(changes, [snapshot]))


def _refuse_while_one_is_to_come(changes: Changes, uid: UUID) -> None:
    coming = changes.state(uid).to_come
    if coming:
        raise ValidationError(
            _("An edition is scheduled for %(at)s. Unschedule it first, or replace it on the form of the record."),
            code="edition_to_come",
            params={"at": show_utc(coming.public_from)},
        )


def in_force_or_refuse(changes: Changes, uid: UUID) -> Tracked:
    current = changes.state(uid).in_force
    if not current:
        raise ValidationError(_("It is not public: publish the whole record first."), code="not_public")
    return current


def _refuse_vocabulary(record: Record) -> None:
    if record.record_type in VOCABULARY:
        raise ValidationError(
            _("Series, themes, organizations and people are public for as long as something public refers to them."),
            code="vocabulary",
        )
