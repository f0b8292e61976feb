"""The gate's doors: everything that makes, ends or brings back an edition. Nothing else writes the public tables.

Every service runs in one transaction that begins by taking its turn (``_turn``): publications happen one after the
other, and none at an instant before that of the one before, whatever the clocks of two machines show. What else a
transaction locks, it locks before that (see ``records.lock``). Each either does the whole of its work or raises
``ValidationError``. Instants are aware datetimes; intervals are [public_from, public_until).
"""

import functools
from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from . import ledger, revisions, stamp
from .gate import (
    GATES,
    Content,
    Link,
    canonical,
    checksum,
    gate_for,
    naming,
    note_draft,
    refresh_draft,
    refresh_drafts,
    with_label_of,
    with_language,
)
from .instants import show_utc
from .models import (
    VOCABULARY,
    Contribution,
    Edition,
    EditionFile,
    Facet,
    LedgerEntry,
    PublicationStamp,
    RecordType,
    Redirect,
    Relation,
    Withdrawal,
    WorkflowStep,
)
from .reading import merged_into
from .records import lock

SHOWS = "shows"  # name of the relation from an edition to each vocabulary entry whose label stands in it
Action = LedgerEntry.Action
Step = WorkflowStep.Action


class Move(NamedTuple):
    """That a whole conference begins at another instant. *taking*: see ``redate``."""

    old: datetime
    new: datetime
    taking: frozenset | None = None

    def takes(self, child, inside):
        """Whether *child*, an edition to come that now begins *inside* its conference's interval or outside, moves along."""
        return child.public_from == self.old and (self.taking is None or child.uid in self.taking or not inside)


class Along(NamedTuple):
    """What a document or photo did along with its conference. Services return these, at most one for each, as ``along``."""

    uid: object
    record_type: str
    action: str  # one of WorkflowStep.Action


class State:
    """What the public sees of one record at an instant, and what is to come. Reads two queries, three without *at*."""

    def __init__(self, uid, at=None):
        self.at = at or stamp.now()
        self.editions = list(
            Edition.objects.standing().filter(uid=uid).select_related("withdrawal").order_by("public_from")
        )

    @property
    def in_force(self):
        return covering(self.editions, self.at)

    @property
    def to_come(self):
        """The edition to come, or None. Records have one at most; of a vocabulary entry this is the next."""
        return next((edition for edition in self.editions if edition.public_from > self.at), None)

    @property
    def last(self):
        """The last edition that has taken effect, in force or not, or None."""
        return next((edition for edition in reversed(self.editions) if edition.public_from <= self.at), None)

    @property
    def withdrawal(self):
        """The withdrawal in effect, or None."""
        last = self.last
        return getattr(last, "withdrawal", None) if last and not self.in_force else None

    @property
    def scheduled_end(self):
        """The withdrawal still to come of the edition in force or to come, or None."""
        return next(
            (
                e.withdrawal
                for e in self.editions
                if e.public_until and e.public_until > self.at and hasattr(e, "withdrawal")
            ),
            None,
        )


def state_of(uid, at=None):
    """Return the State of the record *uid* at *at* (default now)."""
    return State(uid, at)


def covering(editions, at):
    """The one of *editions* that is public at *at*, or None."""
    return next((edition for edition in editions if edition.is_public(at)), None)


def service(function):
    """Run *function* in one transaction, after taking the turn; it receives the instant as ``now``."""

    @functools.wraps(function)
    def in_turn(*args, **kwargs):
        with transaction.atomic():
            return function(*args, now=_turn(), **kwargs)

    return in_turn


def _turn():
    """Wait for the publications before this one, raise the stamp, and return the instant of this one, which is after theirs."""
    if not PublicationStamp.objects.filter(pk=1).update(value=F("value") + 1):
        PublicationStamp.objects.get_or_create(pk=1, defaults={"value": 1})
    last, clock = stamp.now(), timezone.now()
    return clock if clock >= last else last + timedelta(microseconds=1)


# Publishing


@service
def publish(record, *, by, at=None, note="", minor=False, replace=False, taking=None, reason="", now):
    """Freeze *record* as it stands into an edition that is public from *at* (default now) and return it, with ``along``.

    *by* is the account that publishes, *note* the public change note, *reason* a word for the ledger alone. With
    *replace*, an edition that is still to come is recalled in the same step; *taking* as for ``redate``. Vocabulary entries
    are published with what shows them, or by ``relabel``.
    Raises ValidationError: by field for all that is missing, else one with a ``code``.
    """
    _refuse_vocabulary(record)
    gate = gate_for(record)
    start = _start(at, now)
    loaded = gate.load(record)
    missing = gate.missing(loaded)
    if missing:
        raise ValidationError(missing)
    content = gate.content_of(loaded)
    _check_slug(content)

    opening = _opening_to_come(record.uid, now)
    if replace:
        _recall_to_come(record.uid, by, now)
    _refuse_while_one_is_to_come(record.uid, now)
    edition = _insert_in_line(content, start, by=by, now=now, note=note, minor=minor, reason=reason)
    revisions.link(edition, revisions.keep_loaded(loaded, by=by, comment=gettext_noop("Published.")))
    moved = Move(opening, start, taking) if replace and opening and opening != start else None
    edition.along = _settle(edition.uid, edition.type, by=by, now=now, moved=moved)
    _open_vocabulary(gate.vocabulary(loaded), by=by, now=now)
    _sync_vocabulary(_shown_by(edition.uid, now), by=by, now=now)
    note_draft(record, edition.sha256)
    return edition


@service
def publish_language(record, language, *, by, note="", reason="", now):
    """Publish *language* ahead of the rest: the edition in force with just that language replaced, as a minor edition.

    *reason* is a word for the ledger alone. Raises ValidationError when nothing is in force, when an edition is to come, or when the language is not ready.
    """
    gate = gate_for(record)
    current = _in_force_or_refuse(record.uid, now)
    _refuse_while_one_is_to_come(record.uid, now)
    loaded = gate.load(record)
    if language not in gate.languages(loaded):
        raise ValidationError(_("This language is not marked as ready."), code="language_not_ready")
    draft = gate.content_of(loaded)
    content = _content_of(current)
    content.data = with_language(gate, current.data, draft.data, language)
    content.files = _files_named_in(content.data, [*content.files, *draft.files])
    edition = _insert_in_line(content, now, by=by, now=now, note=note, minor=True, reason=reason)
    revisions.link(edition, revisions.keep_loaded(loaded, by=by, comment=gettext_noop("Published.")), language)
    _settle(edition.uid, edition.type, by=by, now=now)
    refresh_draft(record)
    return edition


@service
def restore(record, *, by, at=None, note="", now):
    """Bring a withdrawn record back with the JSON of its last public edition, from *at* (default now) on.

    Restoring a conference brings back the documents and photos that were withdrawn with it. The edition has ``along``.
    """
    return _restore(record.uid, _start(at, now), by=by, now=now, note=note)


def _restore(uid, start, *, by, now, note=""):
    state = State(uid, now)
    if state.in_force or state.to_come:
        raise ValidationError(_("It is public or scheduled already: nothing to restore."), code="not_withdrawn")
    if not state.last:
        raise ValidationError(_("It was never public: publish it instead."), code="never_public")
    if state.last.is_sealed:
        raise ValidationError(_("Its last public text was sealed and cannot come back."), code="sealed")
    content = _content_of(state.last)
    _check_slug(content)
    _follow_merges(content)
    edition = _insert_in_line(content, start, by=by, now=now, note=note)
    restored = []
    if edition.type == RecordType.CONFERENCE:
        for child in _withdrawn_with(uid, state.last.public_until):
            if not covering(State(child, now).editions, start) and not State(child, now).to_come:
                back = _restore(child, start, by=by, now=now, note=note)
                restored.append(Along(child, back.type, Step.RESTORED_ALONG))
    edition.along = restored + _settle(edition.uid, edition.type, by=by, now=now)
    _sync_vocabulary(content.shows, by=by, now=now)
    return edition


def _follow_merges(content):
    """Let *content* show, for each entry that was merged away meanwhile, the one it was merged into."""
    for uid in list(content.shows):
        target = merged_into(uid)
        if target:
            _show_instead(content, uid, _content_of(_last_edition(target)))


def _withdrawn_with(uid, at):
    withdrawals = Withdrawal.objects.filter(cause=uid, edition__public_until=at)
    return list(withdrawals.order_by("pk").values_list("edition__uid", flat=True))


# Ending


@service
def recall(record, *, by, now):
    """Take back what is still to come: the scheduled edition or, where there is none, the scheduled withdrawal.

    Returns what its documents and photos did along with it, each an ``Along``.
    """
    state = State(record.uid, now)
    touched = _shown_by(record.uid, now)
    if state.to_come:
        _recall_to_come(record.uid, by, now)
    elif state.scheduled_end:
        edition, cause = state.scheduled_end.edition, state.scheduled_end.cause
        content = _content_of(edition)
        if cause and cause == _conference_of(content):
            raise ValidationError(
                _("It ends together with its conference. Recall the withdrawal of the conference instead."),
                code="ends_with_conference",
            )
        _lift_end(edition, by, now)
        _keep_inside_conference(edition, content, by, now)
    else:
        raise ValidationError(_("Nothing is scheduled: there is nothing to recall."), code="nothing_to_come")
    along = _settle(record.uid, record.record_type, by=by, now=now)
    _sync_vocabulary(touched, by=by, now=now)
    return along


@service
def redate(record, *, by, at=None, taking=None, now):
    """Move the edition to come of *record*, as it is, to *at* (default now); return the new edition, with ``along``.

    Children set for the same instant as their conference move with it. *taking* holds the uids of those that are to (default
    all of them): the others stay at their own time, unless the conference is no longer public then.
    """
    _refuse_vocabulary(record)
    coming = State(record.uid, now).to_come
    if not coming:
        raise ValidationError(_("Nothing is scheduled: there is nothing to move."), code="nothing_to_come")
    start = _start(at, now)
    if start == coming.public_from:
        coming.along = []
        return coming
    opening, end = _opening_to_come(record.uid, now), coming.public_until
    withdrawal = getattr(coming, "withdrawal", None)
    if withdrawal and end <= start:
        raise ValidationError({"at": _("It is to be withdrawn at %(at)s, before that time.") % {"at": show_utc(end)}})
    touched = _shown_by(record.uid, now)
    content = _content_of(coming)
    _check_slug(content)
    _follow_merges(content)
    _recall(coming, by, now)
    edition = _insert_in_line(content, start, by=by, now=now, note=coming.note, minor=coming.minor)
    if withdrawal and edition.public_until is None:
        why = {"reason": withdrawal.reason, "replacement": withdrawal.replacement, "cause": withdrawal.cause}
        _withdraw(edition, end, by=by, now=now, **why)
    edition.along = _settle(
        edition.uid, edition.type, by=by, now=now, moved=Move(opening, start, taking) if opening else None
    )
    _sync_vocabulary(touched | set(content.shows), by=by, now=now)
    return edition


@service
def withdraw(record, *, by, reason, at=None, replacement=None, now):
    """Take *record* off the public side from *at* (default now) on, for a public *reason*; return the ended edition, with
    ``along``.

    *replacement* is the uid of a record to read instead. What was to come after *at* is recalled, and the documents
    and photos of a conference go with it.
    """
    _refuse_vocabulary(record)
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": _("Give the reason: it is what readers of the old address are told.")})
    if len(reason) > 500:
        raise ValidationError({"reason": _("The reason has %(n)d characters; it may have 500.") % {"n": len(reason)}})
    if replacement and (str(replacement) == str(record.uid) or not _was_ever_public(replacement, now)):
        raise ValidationError({"replacement": _("The replacement must be another record that is public.")})
    end = _start(at, now)
    touched = _shown_by(record.uid, now)
    for edition in Edition.objects.to_come(now).filter(uid=record.uid, public_from__gte=end):
        _recall(edition, by, now)
    ending = _ending_at(record.uid, end)
    if not ending:
        raise ValidationError(_("It is not public at that moment: nothing to withdraw."), code="not_public")
    _withdraw(ending, end, by=by, now=now, reason=reason, replacement=replacement)
    ending.along = _settle(record.uid, record.record_type, by=by, now=now)
    _sync_vocabulary(touched, by=by, now=now)
    return ending


def _ending_at(uid, end):
    """The standing edition of *uid* that is public just before *end*, or None."""
    open_until = Q(public_until__isnull=True) | Q(public_until__gte=end)
    return Edition.objects.standing().filter(open_until, uid=uid, public_from__lt=end).order_by("public_from").last()


def _withdraw(edition, end, *, by, now, reason, replacement=None, cause=None):
    _set_end(edition, end, now)
    withdrawal, _created = Withdrawal.objects.update_or_create(
        edition=edition,
        defaults={"reason": reason, "replacement": replacement, "cause": cause, "by": name_of(by)},
    )
    ledger.append(
        Action.WITHDRAWN, edition, by=name_of(by), at=now, effective_at=end, reason=reason, withdrawal=withdrawal
    )


def _recall_to_come(uid, by, now):
    for edition in Edition.objects.to_come(now).filter(uid=uid).order_by("-public_from"):
        _recall(edition, by, now)


def _recall(edition, by, now):
    """Empty the interval of *edition*, which has not begun; the end it had goes back to the edition it would have ended."""
    same = Edition.objects.standing().filter(uid=edition.uid)
    before = same.filter(public_until=edition.public_from, withdrawal__isnull=True).first()
    conference = before and _conference_shown_by(before)
    until, withdrawal = _take_end(edition, conference)
    _set_end(edition, edition.public_from, now)
    ledger.append(Action.RECALLED, edition, by=name_of(by), at=now, effective_at=edition.public_from)
    if before:
        _set_end(before, until, now)
        Withdrawal.objects.filter(edition=edition).update(edition=before)
        ledger.append(Action.REOPENED, before, by=name_of(by), at=now, effective_at=edition.public_from)
        _end_with_conference(before, conference, by, now)
    elif withdrawal:
        withdrawal.delete()


def _take_end(edition, conference):
    """(the end of *edition*, its Withdrawal) for what stands in its place and belongs to *conference*, or to none; each may
    be None. An end that it had with another conference goes with it."""
    withdrawal = getattr(edition, "withdrawal", None)
    if withdrawal and withdrawal.cause not in (None, conference):
        withdrawal.delete()
        return None, None
    return edition.public_until, withdrawal


def _lift_end(edition, by, now):
    """Take back a withdrawal that is still to come."""
    ended = edition.public_until
    Withdrawal.objects.filter(edition=edition).delete()
    _set_end(edition, None, now)
    ledger.append(Action.REOPENED, edition, by=name_of(by), at=now, effective_at=ended)


def _set_end(edition, until, now):
    """The only place that changes an edition's interval: its end, while that is open or still to come, never to the past."""
    if edition.public_until is not None and edition.public_until <= now:
        raise ValidationError(_("This edition has already ended."), code="ended")
    if until is not None and until < now:
        raise ValidationError(_("An edition cannot end in the past."), code="already_past")
    edition.public_until = until
    Edition.objects.filter(pk=edition.pk).update(public_until=until)


# Inserting


def _insert_in_line(content, start, *, by, now, note="", minor=False, reason=""):
    """Insert an edition at *start*: it ends the one in force then and takes over the end that one had."""
    before = covering(State(content.uid, now).editions, start)
    until = None
    withdrawal = None
    if before:
        if before.public_from == start:
            raise ValidationError(_("Another edition begins at the same instant. Try again."), code="same_instant")
        until, withdrawal = _take_end(before, _conference_of(content))
        _set_end(before, start, now)
        ledger.append(Action.ENDED, before, by=name_of(by), at=now, effective_at=start)
    if content.date is None:
        content.date = content.end_date = _date_of_conference(content, start, now)
    edition = insert(content, start, until, by=name_of(by), now=now, note=note, minor=minor)
    ledger.append(Action.INSERTED, edition, by=name_of(by), at=now, effective_at=start, reason=reason)
    if content.source:
        revisions.inherit(edition, content.source)
        _carry_hands(content.source, edition)
    if withdrawal:
        Withdrawal.objects.filter(pk=withdrawal.pk).update(edition=edition)
    _keep_inside_conference(edition, content, by, now)
    return edition


def _carry_hands(source, edition):
    """Whoever has a hand in *source*, which never began because what it holds moves to *edition*, has one in this."""
    if source.is_recalled:
        Contribution.objects.filter(edition=source).update(edition=edition)


def _date_of_conference(content, start, now):
    """The day by which an undated photo is found: that of its conference as the public reads it at *start*."""
    editions = State(_conference_of(content), now).editions
    conference = covering(editions, start)
    return conference and conference.date


def insert(content, start, until, *, by, now, note="", minor=False):
    """Write one edition with its facets, relations and files; return it. Neither checks nor ledger: see ``publish``."""
    json = content.json
    edition = Edition.objects.create(
        uid=content.uid,
        type=content.type,
        slug=content.slug,
        date=content.date,
        end_date=content.end_date,
        json=json,
        sha256=checksum(json),
        card=content.card,
        text=content.text,
        public_from=start,
        public_until=until,
        minor=minor,
        note=note,
        by=by,
        created_at=now,
    )
    Facet.objects.bulk_create(facet_rows(edition, content))
    Relation.objects.bulk_create(relation_rows(edition, content))
    files = {file.pk: file for file in content.files}.values()
    EditionFile.objects.bulk_create(EditionFile(edition=edition, file=file) for file in files)
    return edition


def facet_rows(edition, content):
    return [
        Facet(edition=edition, name=name, value=value, type=edition.type, date=edition.date, slug=edition.slug)
        for name, value in sorted(content.facets)
    ]


def relation_rows(edition, content):
    links = [*content.links, *(Link(SHOWS, uid) for uid in content.shows)]
    return [
        Relation(edition=edition, name=link.name, target=link.target, key=link.key, order=order)
        for order, link in enumerate(links)
    ]


def _content_of(edition):
    """The Content of an edition that exists, for a new edition with the same JSON."""
    relations = list(edition.relations.order_by("order"))
    return Content(
        type=edition.type,
        uid=edition.uid,
        slug=edition.slug,
        data=dict(edition.data),
        date=edition.date,
        end_date=edition.end_date,
        links=[Link(relation.name, relation.target, relation.key) for relation in relations if relation.name != SHOWS],
        files=[row.file for row in edition.files.select_related("file").order_by("pk")],
        shows=[relation.target for relation in relations if relation.name == SHOWS],
        source=edition,
    )


def _files_named_in(data, files):
    text = canonical(data)
    return [file for file in {file.pk: file for file in files}.values() if f"/files/{file.key}/" in text]


def _start(at, now):
    if at is None:
        return now
    if at <= now:
        raise ValidationError(
            {"at": _("%(at)s is already past. Choose a later time, or publish now.") % {"at": show_utc(at)}},
            code="already_past",
        )
    if at > now + timedelta(days=3660):
        raise ValidationError({"at": _("%(at)s is more than ten years away.") % {"at": show_utc(at)}}, code="too_far")
    return at


def name_of(user):
    """The name kept in editions and ledger: accounts come and go. Accepts a plain name, for commands."""
    return user if isinstance(user, str) else (user.get_full_name() or user.get_username())


def _check_slug(content):
    """A slug belongs for good to the record that was public, or is scheduled, under it."""
    taken = Edition.objects.standing().filter(type=content.type, slug=content.slug).exclude(uid=content.uid)
    if content.slug and taken.exists():
        raise ValidationError(
            {
                "slug": _("“%(slug)s” is or was the address of another record. Add a place or a year.")
                % {"slug": content.slug}
            },
            code="slug_reserved",
        )


def slug_is_reserved(record_type, slug, uid):
    """Whether *slug* belongs for good to another record than *uid*: for forms, before anything is published."""
    return Edition.objects.standing().filter(type=record_type, slug=slug).exclude(uid=uid).exists()


def _refuse_while_one_is_to_come(uid, now):
    coming = Edition.objects.to_come(now).filter(uid=uid).order_by("public_from").first()
    if coming:
        raise ValidationError(
            _("An edition is scheduled for %(at)s. Recall it first, or replace it on the form of the record."),
            code="edition_to_come",
            params={"at": show_utc(coming.public_from)},
        )


def _in_force_or_refuse(uid, now):
    current = Edition.objects.public(now).filter(uid=uid).first()
    if not current:
        raise ValidationError(_("It is not public now: publish it as a whole first."), code="not_public")
    return current


def _refuse_vocabulary(record):
    if record.record_type in VOCABULARY:
        raise ValidationError(
            _("Series, themes, organizations and people are public for as long as something public refers to them."),
            code="vocabulary",
        )


def _was_ever_public(uid, now):
    return Edition.objects.effective(now).filter(uid=uid).exists()


def _opening_to_come(uid, now):
    """When a record that is not public now is to become so, or None."""
    state = State(uid, now)
    return state.to_come.public_from if state.to_come and not state.in_force else None


# Children stay inside their conference


def coverage(editions, at):
    """The end of the unbroken stretch in which *editions* are public from *at* on.

    Returns (True, end or None for no end), or (False, None) where they are not public at *at*.
    """
    current = covering(editions, at)
    if not current:
        return False, None
    while current.public_until is not None:
        following = covering(editions, current.public_until)
        if not following:
            return True, current.public_until
        current = following
    return True, None


def _keep_inside_conference(edition, content, by, now):
    """Refuse an edition that begins outside its conference's interval; let it end no later than the conference."""
    conference = _conference_of(content)
    if conference is None:
        return
    editions = State(conference, now).editions
    inside, end = coverage(editions, edition.public_from)
    if not inside:
        opening = next((e.public_from for e in editions if e.public_from > edition.public_from), None)
        raise ValidationError(
            _("Its conference is public only from %(at)s on. Choose that time or a later one.")
            if opening
            else _("Its conference is not public then. Publish the conference first."),
            code="outside_conference",
            params={"at": show_utc(opening)} if opening else None,
        )
    if end is not None and (edition.public_until is None or edition.public_until > end):
        _withdraw_with(edition, conference, editions, end, by, now)


def _end_with_conference(edition, conference, by, now):
    """Let *edition*, in force and of *conference*, end no later than that does. Where that is over, ``_settle`` follows."""
    editions = State(conference, now).editions if conference else []
    end = coverage(editions, now)[1]
    if end is not None and (edition.public_until is None or edition.public_until > end):
        _withdraw_with(edition, conference, editions, end, by, now)


def _conference_of(content):
    """uid of the conference that the document or photo belongs to, or None."""
    return next((link.target for link in content.links if link.name == "conference"), None)


def _conference_shown_by(edition):
    """Like ``_conference_of`` for an edition that exists."""
    return edition.relations.filter(name="conference").values_list("target", flat=True).first()


def _withdraw_with(child, conference, editions, end, by, now):
    """End *child* together with its conference, for the same public reason."""
    last = next(edition for edition in editions if edition.public_until == end)
    withdrawal = getattr(last, "withdrawal", None)
    reason = withdrawal.reason if withdrawal else "Its conference was withdrawn."
    replacement = withdrawal.replacement if withdrawal else None
    _withdraw(child, end, by=by, now=now, reason=reason, replacement=replacement, cause=conference)


def children_of(conference, now):
    """Standing editions, not yet over, of the documents and photos that belong to the conference *conference*."""
    return (
        Edition.objects.standing()
        .filter(Q(public_until__isnull=True) | Q(public_until__gt=now))
        .filter(relations__name="conference", relations__target=conference, type__in=("document", "photo"))
        .order_by("-public_from", "pk")
    )


def _settle(uid, record_type, *, by, now, moved=None):
    """After a change to the conference *uid*: end, recall or move what would now be public outside its interval.

    *moved* is a ``Move`` when the whole conference begins at another instant: children set for the old one move along.
    Returns what the children did, a list of ``Along``: of one with several editions, what the one that begins first did.
    """
    if record_type != RecordType.CONFERENCE:
        return []
    editions = State(uid, now).editions
    touched, along = set(), {}
    for pk in list(children_of(uid, now).values_list("pk", flat=True)):
        # Read one by one: recalling a correction gives its end back to the edition before.
        child = Edition.objects.select_related("withdrawal").get(pk=pk)
        action = _follow(child, uid, editions, by=by, now=now, moved=moved)
        if action:
            along[child.uid] = Along(child.uid, child.type, action)
            touched.update(child.relations.filter(name=SHOWS).values_list("target", flat=True))
    _sync_vocabulary(touched, by=by, now=now)
    return list(along.values())


def _follow(child, conference, editions, *, by, now, moved):
    """Let *child*, an edition, follow its conference, which now has *editions*. Returns what it did, or None for nothing."""
    inside, end = coverage(editions, max(child.public_from, now))
    withdrawal = getattr(child, "withdrawal", None)
    if child.public_from > now and moved and moved.takes(child, inside):
        content = _content_of(child)
        _recall(child, by, now)
        _insert_in_line(content, moved.new, by=by, now=now, note=child.note, minor=child.minor)
        return Step.MOVED_ALONG
    if not inside and child.public_from > now:
        _recall(child, by, now)
        return Step.RECALLED_ALONG
    if not inside:
        _withdraw_with(child, conference, editions, now, by, now)
        return Step.WITHDRAWN_ALONG
    if end is not None and (child.public_until is None or child.public_until > end):
        _withdraw_with(child, conference, editions, end, by, now)
        return Step.WITHDRAWN_ALONG
    if withdrawal and withdrawal.cause == conference and child.public_until != end:
        _lift_end(child, by, now)
        if end is not None:
            _withdraw_with(child, conference, editions, end, by, now)
        return Step.WITHDRAWN_ALONG if end is not None else Step.KEPT_ALONG
    return None


# Vocabulary: public for as long as something public shows it


def _shown_by(uid, now):
    """uids of the vocabulary entries that the editions of *uid* show which are not over yet."""
    not_over = Q(edition__public_until__isnull=True) | Q(edition__public_until__gte=now)
    relations = Relation.objects.filter(not_over, edition__uid=uid, name=SHOWS)
    return set(relations.values_list("target", flat=True))


def _open_vocabulary(entries, *, by, now):
    """Open each working entry that is not public now with the labels it has now.

    One that is only to come was written when what shows it was scheduled, and may have been renamed since.
    """
    entries = {entry.uid: entry for entry in entries}
    known = set(Edition.objects.public(now).filter(uid__in=entries).values_list("uid", flat=True))
    for uid, entry in entries.items():
        if uid not in known:
            content = gate_for(entry).content(entry)
            if slug_is_reserved(content.type, content.slug, uid):
                raise ValidationError(
                    _("The address “%(slug)s” of “%(name)s” is or was that of another entry. Change it there first."),
                    code="slug_reserved",
                    params={"slug": content.slug, "name": str(entry)},
                )
            _sync_entry(uid, by=by, now=now, content=content)


def _sync_vocabulary(uids, *, by, now):
    for uid in sorted(uids, key=str):
        _sync_entry(uid, by=by, now=now)


def _sync_entry(uid, *, by, now, content=None):
    """Make the editions of the vocabulary entry *uid*, from now on, the union of the intervals that show it."""
    wanted = merged(_intervals_showing(uid, now), now)
    standing = [e for e in State(uid, now).editions if e.public_until is None or e.public_until > now]
    current = covering(standing, now)
    later = [edition for edition in standing if edition.public_from > now]
    if current and wanted and wanted[0][0] <= now:
        end, wanted = wanted[0][1], wanted[1:]
    else:
        end = now
    for edition in later:
        if (edition.public_from, edition.public_until) in wanted:
            wanted.remove((edition.public_from, edition.public_until))
        else:
            content = content or _content_of(edition)
            _recall(edition, by, now)
    if current and current.public_until != end:
        _set_end(current, end, now)
        action = Action.REOPENED if end is None else Action.ENDED
        ledger.append(action, current, by=name_of(by), at=now, effective_at=end or now)
    for start, until in wanted:
        content = content or _content_of(current or _last_edition(uid))
        edition = insert(content, max(start, now), until, by=name_of(by), now=now)
        ledger.append(Action.INSERTED, edition, by=name_of(by), at=now, effective_at=edition.public_from)


def _last_edition(uid):
    """The last standing edition of a vocabulary entry whose label may still be shown."""
    edition = Edition.objects.standing().filter(uid=uid, sealed_at__isnull=True).order_by("-public_from").first()
    if edition is None:
        message = _("What it was called was sealed. Publish what shows it anew instead.")
        raise ValidationError(message, code="sealed")
    return edition


def _intervals_showing(uid, now):
    return list(
        Edition.objects.standing()
        .filter(Q(public_until__isnull=True) | Q(public_until__gt=now))
        .filter(relations__name=SHOWS, relations__target=uid)
        .values_list("public_from", "public_until")
    )


def merged(intervals, now):
    """Return *intervals* as a sorted list of disjoint (start, end) with what touches joined; nothing before *now*."""
    joined: list[tuple[datetime, datetime | None]] = []
    clipped = ((max(start, now), end) for start, end in intervals)
    for start, end in sorted(clipped, key=lambda interval: interval[0]):
        if joined and (joined[-1][1] is None or start <= joined[-1][1]):
            last = joined[-1][1]
            joined[-1] = (joined[-1][0], None if last is None or end is None else max(last, end))
        else:
            joined.append((start, end))
    return joined


def lock_showing(entries):
    """Before *entries* of one model of the vocabulary are renamed or merged: let nobody else save them, nor any record that
    names one of them or whose public text shows one, until this transaction ends."""
    model = type(entries[0])
    lock(model._base_manager.filter(pk__in=[entry.pk for entry in entries]))
    shown = {"relations__name": SHOWS, "relations__target__in": [entry.uid for entry in entries]}
    uids = defaultdict(set)
    for record_type, uid in Edition.objects.public().filter(**shown).values_list("type", "uid").distinct():
        uids[record_type].add(uid)
    for records in (records for entry in entries for records in naming(entry)):
        uids[records.model.record_type].update(records.order_by().values_list("uid", flat=True))
    for record_type in sorted(uids):
        lock(GATES[record_type].queryset().model._base_manager.filter(uid__in=uids[record_type]))


@transaction.atomic
def relabel(entry, *, by, note="", reason=""):
    """Publish a vocabulary entry under its new name, with a minor edition of every record in force that shows it.

    *reason* is a word for the ledger alone. Records with an edition to come are left out. Returns (the editions made,
    the editions in force left out).
    """
    lock_showing([entry])
    done = _relabel(entry, by=by, note=note, reason=reason)
    for records in naming(entry):
        refresh_drafts(records)  # all of them would be published under the new name now
    return done


@service
def _relabel(entry, *, by, note, reason, now):
    current = _in_force_or_refuse(entry.uid, now)
    gate = gate_for(entry)
    content = gate.content(entry)
    missing = gate.missing(entry)
    if missing:
        raise ValidationError(missing)
    _check_slug(content)
    if content_differs(content, current):
        until = current.public_until
        _set_end(current, now, now)
        ledger.append(Action.ENDED, current, by=name_of(by), at=now, effective_at=now)
        edition = insert(content, now, until, by=name_of(by), now=now, note=note, minor=True)
        ledger.append(Action.INSERTED, edition, by=name_of(by), at=now, effective_at=now, reason=reason)
        for later in Edition.objects.to_come(now).filter(uid=entry.uid):
            start, end = later.public_from, later.public_until
            _recall(later, by, now)
            edition = insert(content, start, end, by=name_of(by), now=now, note=note, minor=True)
            ledger.append(Action.INSERTED, edition, by=name_of(by), at=now, effective_at=start, reason=reason)
    note_draft(entry, checksum(content.json))
    done = _replace_label(entry.uid, content, by=by, now=now, note=note, reason=reason)
    _note_names(Step.RENAMED, [], done[0], by, now)  # the caller notes that of the entry, which has an approval
    return done


def differs(record, edition):
    """Whether *record*, published now, would differ from *edition* in what it says, in its address or in its relations."""
    return content_differs(gate_for(record).content(record), edition)


def content_differs(content, edition):
    """Like ``differs`` for a Content."""
    relations = edition.relations.exclude(name=SHOWS).values_list("name", "target", "key")
    links = [(link.name, link.target, link.key) for link in content.links]
    return (content.json, content.slug) != (edition.json, edition.slug) or sorted(links) != sorted(relations)


@service
def merge_entries(merged_away, into, *, by, note="", reason="", now):
    """After the working rows of two entries became one: all that is public and shows *merged_away* shows *into* instead.

    The uid and the slugs of *merged_away* lead to *into* from now on. Returns as ``relabel``.
    """
    coming = Edition.objects.to_come(now).filter(relations__name=SHOWS, relations__target=merged_away.uid)
    if coming.exists():
        raise ValidationError(
            _("%(n)d scheduled edition(s) show “%(name)s”. Wait for them or recall them before merging."),
            code="edition_to_come",
            params={"n": coming.count(), "name": str(merged_away)},
        )
    content = gate_for(into).content(into)
    _check_slug(content)
    done = _replace_label(merged_away.uid, content, by=by, now=now, note=note, reason=reason)
    if done[1]:
        raise ValidationError(
            _("Some pages have an edition to come; recall it before merging."), code="edition_to_come"
        )
    Redirect.objects.filter(target=merged_away.uid).update(target=into.uid)
    Redirect.objects.update_or_create(
        uid=merged_away.uid, defaults={"type": merged_away.record_type, "target": into.uid}
    )
    if _intervals_showing(into.uid, now):
        _open_vocabulary([into], by=by, now=now)
    _sync_vocabulary({merged_away.uid, into.uid}, by=by, now=now)
    _note_names(Step.MERGED, [merged_away, into], done[0], by, now)
    return done


def _replace_label(uid, content, *, by, now, note, reason):
    editions = Edition.objects.public(now).filter(relations__name=SHOWS, relations__target=uid).order_by("pk")
    made, left_out = [], []
    for edition in editions:
        if Edition.objects.to_come(now).filter(uid=edition.uid).exists():
            left_out.append(edition)
            continue
        new = _content_of(edition)
        _show_instead(new, uid, content)
        if canonical(new.data) != edition.json:
            made.append(_insert_in_line(new, now, by=by, now=now, note=note, minor=True, reason=reason))
    return made, left_out


def _note_names(action, entries, editions, by, now):
    """Note on *entries* and on the records of the *editions* made that names changed everywhere: nobody approves these one
    by one, so no other step would tell of them. It says no name: a step stays, also where an edition is sealed."""
    changed = [(entry.uid, entry.record_type) for entry in entries] + [(each.uid, each.type) for each in editions]
    who = {"user": None if isinstance(by, str) else by, "by": name_of(by)}
    WorkflowStep.objects.bulk_create(
        WorkflowStep(uid=uid, type=record_type, action=action, at=now, **who) for uid, record_type in changed
    )


def _show_instead(content, uid, entry):
    """Put the vocabulary entry *entry* (a Content) in the place of *uid* in *content*: its labels and what it shows."""
    content.data = _with_label(content.data, str(uid), entry)
    content.shows = list(dict.fromkeys(entry.uid if str(shown) == str(uid) else shown for shown in content.shows))


def _with_label(data, uid, content):
    """*data* with the labels of the vocabulary entry *uid* as they stand in *content*; said twice then, said once."""
    if isinstance(data, list):
        labelled = [_with_label(value, uid, content) for value in data]
        return [value for i, value in enumerate(labelled) if value == data[i] or value not in [*labelled[:i], *data]]
    if not isinstance(data, dict):
        return data
    result = {key: _with_label(value, uid, content) for key, value in data.items()}
    return with_label_of(content, result) if data.get("uid") == uid else result
