"""Several people in any order of steps: what is public at any instant equals an independent model (``timeline``), who may
approve follows the rule of the second reader, and nothing is public that was never approved."""

import copy
import itertools
from collections import Counter
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from hypothesis import Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ctportal.core.languages import CODES
from ctportal.publishing import cascade, epoch, scheduling, services, verification, vocabulary
from ctportal.publishing.base_models import Stage
from ctportal.publishing.changes import Changes
from ctportal.publishing.models import VOCABULARY, Edition
from ctportal.publishing.state import covering
from ctportal.workflow import review
from ctportal.workflow.models import UnreviewedEdit
from tests.database_guards import lifted_guards
from tests.factories import make_account, make_conference, make_document, make_photo, make_user
from tests.publishing.timeline import NEXT, Refused, Timeline

pytestmark = pytest.mark.django_db

RECORDS = ("conference", "release", "summary", "photo")
ACTIONS = ("edit", "submit", "send_back", "approve", "approve", "approve", "approve_language")
ACTIONS += ("unschedule", "redate", "withdraw", "withdraw", "restore", "restore", "wait", "approach")
actions, records = st.sampled_from(ACTIONS), st.sampled_from(RECORDS)
publishers = st.sampled_from(["publisher", "second publisher"])
places = st.integers(0, len(RECORDS) - 1)
hours = st.sampled_from([None, None, 1, 2, 3, 5, 24])
mostly = st.sampled_from([True, True, True, False])
REASON = "Nobody else is on duty"
NEAR = timedelta(seconds=10)  # so long before, nothing is set, moved or taken away any more
APART = timedelta(seconds=4)  # how far the clocks of readers are ahead or behind
LEFT = {None: 12, 1: 10, 2: 8, 3: 6, 5: 4, 24: 2}  # seconds before an instant, by the hours of a step


class Portal(RuleBasedStateMachine):
    """The portal and the model side by side. *clock* and *begin_at* are set on the class before a run."""

    clock = begin_at = None
    accepted: Counter = Counter()

    def __init__(self):
        super().__init__()
        self.clock.move_to(self.begin_at)  # so that a sequence that failed fails again
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.accounts = {
            "editor": make_account("editor"),
            "publisher": make_account("publisher"),
            "second publisher": make_account("publisher", "second"),
        }
        conference = make_conference()
        self.records = {
            "conference": conference,
            "release": make_document(conference),
            "summary": make_document(conference),
            "photo": make_photo(conference),
        }
        whole = Timeline()
        self.timelines = {name: Timeline(whole) for name in RECORDS[1:]} | {"conference": whole}
        self.texts = {name: {"en": "0"} for name in RECORDS}  # what the drafts say
        self.edits = {name: [] for name in RECORDS}  # (person, page, number of the change)
        self.in_review = dict.fromkeys(RECORDS, False)
        self.approved = set()  # (record, language, text) as it stood in the draft when somebody approved it
        self.read = set()  # editions that a reader has read, by whatever clock
        self.first_read = {}  # {record: the instant at which somebody first got its page}
        self.visitor, self.turn = Client(), itertools.cycle(RECORDS)
        self.number = 0  # of changes and approvals, in their order
        for name in RECORDS:
            self._write(name)

    def teardown(self):
        try:
            verification.verify()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def _record(self, name):
        return type(self.records[name]).objects.get(pk=self.records[name].pk)

    def _write(self, name):
        record, texts = self.records[name], self.texts[name]
        if name == "photo":
            type(record).objects.filter(pk=record.pk).update(**{f"alt_text_{code}": texts[code] for code in texts})
            return
        rows = record.texts if name == "conference" else record.versions
        for code, text in texts.items():
            more = {} if name == "conference" else {"body": f"<p>{text}</p>"}
            rows.update_or_create(language=code, defaults={"title": text, "ready": True, **more})

    def _content(self, name):
        return tuple(sorted(self.texts[name].items()))

    def _drafted(self, name):
        """{language: text} of what the draft of *name* says, from the database."""
        record = self._record(name)
        if name == "photo":
            texts = {code: getattr(record, f"alt_text_{code}") for code in CODES}
            return {code: text for code, text in texts.items() if text}
        rows = record.texts if name == "conference" else record.versions
        return dict(rows.values_list("language", "title"))

    def _is_hand(self, person, name, pages):
        """Whether *person* wrote something on *pages* of *name* that the public has not read: no approval after it, of that
        page, has begun."""
        begun = [i.approval for i in self.timelines[name].intervals if i.start <= self.clock.now]
        return any(
            not any(when > number and page in approved for when, approved in begun)
            for writer, page, number in self.edits[name]
            if writer == person and page in pages
        )

    def _approval(self, pages):
        self.number += 1
        return self.number, pages

    def _instant(self, later):
        return later and self.clock.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=later)

    def _step(self, action, real, model):
        """Take one step in the portal and in the model: both do it or both refuse it."""
        self.clock.tick(seconds=1)
        before = copy.deepcopy(self.timelines)
        try:
            model()
            self._refuse_if(self._near(before) != self._near(self.timelines))
        except Refused:
            self.timelines = before
            with pytest.raises(ValidationError), transaction.atomic():
                real()
            return False
        with transaction.atomic():
            real()
        self.accepted[action] += 1
        return True

    def _near(self, timelines):
        """What begins or ends within the next ten seconds."""
        now, found = self.clock.now, set()
        for name, timeline in timelines.items():
            for each in timeline.intervals:
                if now < each.start < now + NEAR:
                    found.add((name, each.start, each.approval[0]))
                if each.end and each.why != NEXT and now < each.end < now + NEAR:
                    found.add((name, each.end))
        return found

    def _is_near(self, at):
        return at and at < self.clock.now + NEAR

    # What people do. One rule for all: Hypothesis leaves out some rules of a run at a time, and few would get far.

    @initialize(state=st.sampled_from(["draft", "scheduled", "public", "dossier", "dossier"]))
    def begin(self, state):
        """Most runs begin with a conference that is public or to come: nothing else may be, without it."""
        names = {"draft": (), "public": ("conference",)}.get(state, ("conference", "release", "photo"))
        for name in names:
            self.approve(name, "publisher", 5 if state == "scheduled" else None, alone=True)

    @rule(
        action=actions,
        name=records,
        person=publishers,
        later=hours,
        steered=mostly,
        alone=mostly,
        replace=st.booleans(),
        place=places,
    )
    def step(self, action, name, person, later, steered, alone, replace, place):
        if steered:
            name = self._steered(action, name, place)
        if action in ("edit", "submit"):
            getattr(self, action)(name, person if alone else "editor", replace)
        elif action == "approve":
            replace = replace or (steered and bool(self.timelines[name].to_come(self.clock.now)))
            self.approve(name, person, later, alone=alone, replace=replace)
        elif action == "approve_language":
            self.approve_language(name, person, alone=alone, written=steered, half_done=replace)
        elif action == "wait":
            self.clock.tick(hours=later or 1)
        elif action == "approach":
            self.approach(seconds=LEFT[later])
        elif action in ("withdraw", "restore", "redate"):
            getattr(self, action)(name, person, later)
        else:
            getattr(self, action)(name, person)

    def approach(self, seconds):
        """Wait until a few seconds before the next instant at which something begins or ends."""
        instants = set().union(*(timeline.instants() for timeline in self.timelines.values()))
        moments = (at - timedelta(seconds=seconds) for at in instants)
        self.clock.move_to(min((at for at in moments if at > self.clock.now), default=self.clock.now))

    def edit(self, name, person, in_french):
        language = "fr" if in_french else "en"
        self.number += 1
        self.texts[name][language] = str(self.number)
        self._write(name)
        # A photo has one form for all its languages.
        page = "" if language == "en" or name == "photo" else language
        review.note_change(self._record(name), self.accounts[person], page)
        self.edits[name].append((person, page, self.number))
        self.in_review[name] = False

    def submit(self, name, person, _unused):
        def real():
            review.submit(self._record(name), by=self.accounts[person])

        if self._step("submit", real, lambda: self._refuse_if(self.in_review[name])):
            self.in_review[name] = True

    def send_back(self, name, person):
        def real():
            review.send_back(self._record(name), by=self.accounts[person], remark="No")

        if self._step("send_back", real, lambda: self._refuse_if(not self.in_review[name])):
            self.in_review[name] = False

    def approve(self, name, person, later, *, alone, replace=False):
        at = self._instant(later)
        pages = {"", *self.texts[name]}
        how = {"at": at, "replace": replace, "alone": REASON if alone else ""}
        action = ""

        def model():
            nonlocal action
            self._refuse_if(self._is_near(at))
            second = self.in_review[name] and not self._is_hand(person, name, pages)
            self._refuse_if(not second and not alone)
            action, now = "approved" if second else "alone", self.clock.now
            approval = self._approval(pages)
            self.timelines[name].publish(self._content(name), at or now, now, replace=replace, approval=approval)

        def real():
            edition = review.approve(self._record(name), by=self.accounts[person], **how).edition
            [step] = review.steps_of(self._record(name))[:1]
            assert (step.action, edition.by) == (action, str(self.accounts[person]))

        drafted = self._drafted(name)
        if self._step("approve", real, model):
            self.approved |= {(name, *text) for text in drafted.items()}
            self.in_review[name] = False

    def approve_language(self, name, person, *, alone, written, half_done):
        name = "conference" if name == "photo" else name  # whose captions have no page of their own to be ready on
        if half_done:  # what the step is for: the rest of the draft is not for the public yet
            self.edit(name, "editor", in_french=False)
        if written:
            self.edit(name, "editor", in_french=True)
        french = self.texts[name].get("fr")

        def model():
            own = self._is_hand(person, name, {"fr"})
            self._refuse_if((own and not alone) or french is None)
            self.timelines[name].put_language(
                lambda content: tuple(sorted((dict(content) | {"fr": french}).items())),
                self.clock.now,
                self._approval({"fr"}),
            )

        def real():
            reason = REASON if alone else ""
            review.approve_language(self._record(name), "fr", by=self.accounts[person], alone=reason)

        drafted = self._drafted(name)
        if self._step("approve_language", real, model):
            self.approved.add((name, "fr", drafted["fr"]))

    def unschedule(self, name, person):
        def real():
            review.unschedule(self._record(name), by=self.accounts[person])

        self._step("unschedule", real, lambda: self.timelines[name].unschedule(self.clock.now))

    def redate(self, name, person, later):
        at = self._instant(later or 4)

        def real():
            review.redate(self._record(name), by=self.accounts[person], at=at)

        def model():
            self._refuse_if(self._is_near(at))
            self.timelines[name].redate(at, self.clock.now)

        self._step("redate", real, model)

    def withdraw(self, name, person, later):
        at = self._instant(later)

        def real():
            review.withdraw(self._record(name), by=self.accounts[person], reason="No", at=at)

        def model():
            self._refuse_if(self._is_near(at))
            self.timelines[name].withdraw(at or self.clock.now, self.clock.now)

        self._step("withdraw", real, model)

    def restore(self, name, person, later):
        at = self._instant(later)

        def real():
            review.restore(self._record(name), by=self.accounts[person], at=at)

        def model():
            self._refuse_if(self._is_near(at))
            self.timelines[name].restore(at or self.clock.now, self.clock.now)

        self._step("restore", real, model)

    def _steered(self, action, name, place):
        """A record for which *action* is possible: for one at random it seldom is."""
        now = self.clock.now
        possible = {
            "approve": lambda timeline: not timeline.parent or timeline.parent.at(now),
            "unschedule": lambda timeline: timeline.to_come(now) or timeline.scheduled_end(now),
            "redate": lambda timeline: timeline.to_come(now),
            "withdraw": lambda timeline: timeline.at(now),
            "restore": lambda timeline: timeline.last(now) and not timeline.at(now),
            "approve_language": lambda timeline: timeline.at(now) and not timeline.to_come(now),
        }.get(action)
        found = [other for other in RECORDS if possible and possible(self.timelines[other])]
        if action == "send_back":
            found = [other for other in RECORDS if self.in_review[other]]
        return name if name in found or not found else found[place % len(found)]

    @staticmethod
    def _refuse_if(condition):
        if condition:
            raise Refused

    # What must hold at every moment

    @invariant()
    def the_public_side_equals_the_model(self):
        editions = {name: [] for name in RECORDS}
        names = {record.uid: name for name, record in self.records.items()}
        for edition in Edition.objects.filter(uid__in=names):
            editions[names[edition.uid]].append(edition)
        moment = timedelta(microseconds=1)
        edges = {self.clock.now}.union(*(timeline.instants() for timeline in self.timelines.values()))
        edges |= {e.public_from for found in editions.values() for e in found}
        for at in sorted({edge + shift for edge in edges for shift in (-moment, timedelta(0))}):
            for name in RECORDS:
                public = [_said(edition) for edition in editions[name] if edition.is_public(at)]
                wanted = self.timelines[name].content(at)
                assert public == ([wanted] if wanted else []), f"{name} at {at}"
                assert self._never_approved(name, public) == set(), f"{name} at {at}"
                assert name == "conference" or not public or self.timelines["conference"].content(at)

        readers = (self.clock.now + ahead for ahead in (-APART, timedelta(0), APART))
        those = [edition for found in editions.values() for edition in found]
        self.read |= {edition.pk for at in readers for edition in those if edition.is_public(at)}
        unscheduled = {edition.pk for edition in those if edition.is_unscheduled}
        assert not self.read & unscheduled, "what somebody has read is as if it had not been"

    def _never_approved(self, name, contents):
        """The texts in *contents* of *name* that nobody has approved. What the model holds does not matter here."""
        return {(name, *text) for content in contents for text in content} - self.approved

    @invariant()
    def a_visitor_is_answered_what_was_approved(self):
        name = next(self.turn)
        record, now = self.records[name], self.clock.now
        for self.clock.now in (now + APART, now):  # asked first by somebody whose clock is ahead
            response = self.visitor.get(f"/api/v1/{record.record_type}s/{record.uid}/")
            if response.status_code == 200:
                self.first_read[name] = min(self.clock.now, self.first_read.get(name, self.clock.now))
            was_read = self.clock.now >= self.first_read.get(name, self.clock.now + APART)
            assert response.status_code != 404 or not was_read
        answered = [_texts(response.json(), record.record_type)] if response.status_code == 200 else []
        assert response.status_code in (200, 404, 410)
        assert self._never_approved(name, answered) == set()

    @invariant()
    def stages_are_those_of_the_model(self):
        for name, record in self.records.items():
            [stage] = type(record).objects.filter(pk=record.pk).values_list("stage", flat=True)
            assert (stage == Stage.REVIEW) == self.in_review[name], name

    @invariant()
    def nobody_reads_their_own_work_as_a_second_reader(self):
        uids = {record.uid: name for name, record in self.records.items()}
        for person in ("publisher", "second publisher"):
            edits = review.unreviewed_edits(self.accounts[person], uids)
            wanted = {(name, page) for name in RECORDS for page in ("", "fr") if self._is_hand(person, name, {page})}
            assert {(uids[uid], page) for uid, page in edits} == wanted, person


def _said(edition):
    """What *edition* says, as the model keeps it."""
    return _texts(edition.data, edition.type)


def _texts(data, record_type):
    return tuple(sorted(data["alt_text" if record_type == "photo" else "title"].items()))


def run(clock, **how):
    """Let sequences of steps run, the same ones each time; return {action: how often taken}."""
    machine = seed(1)(type("SeededPortal", (Portal,), {"clock": clock, "begin_at": clock.now, "accepted": Counter()}))
    how = {"max_examples": 20, "stateful_step_count": 50, **how}
    run_state_machine_as_test(machine, settings=settings(deadline=None, database=None, print_blob=False, **how))
    return machine.accepted


@pytest.mark.slow
def test_the_portal_does_what_the_model_does(frozen_clock):
    make_user()
    taken = run(frozen_clock)

    assert {action for action in taken if taken[action] > 2} == set(ACTIONS) - {"edit", "wait", "approach"}


# Faults planted on purpose: the same sequences must find each, or they would prove little.


def children_stay_when_their_conference_moves(patch):
    follow = services.follow_conference
    patch.setattr(services, "follow_conference", lambda changes, uid, kind, _moved=None: follow(changes, uid, kind))


def children_stay_public_without_their_conference(patch):
    patch.setattr(services, "follow_conference", lambda *_of: [])


def a_correction_does_not_take_over_the_end(patch):
    insert = Changes.insert

    def without_end(changes, content, start, until, **how):
        return insert(changes, content, start, until if content.type in VOCABULARY else None, **how)

    patch.setattr(Changes, "insert", without_end)


def a_unscheduled_correction_gives_no_end_back(patch):
    def only_unschedule(changes, tracked):
        start = tracked.public_from
        changes.set_end(tracked, start)
        changes.note(scheduling.Action.UNSCHEDULED, tracked, effective_at=start)

    for module in (scheduling, services, cascade, vocabulary):
        patch.setattr(module, "unschedule_edition", only_unschedule)


def children_are_not_restored_with_their_conference(patch):
    patch.setattr(services, "_withdrawn_with", lambda _uid, _at: [])


def the_edition_before_is_not_ended(patch):
    insert = scheduling.insert_edition

    def leave_open(changes, content, start, **how):
        before = covering(changes.editions_of(content.uid), start)
        until = before and before.public_until
        inserted = insert(changes, content, start, **how)
        if before:
            before.edition.public_until = until
        return inserted

    for module in (services, cascade):
        patch.setattr(module, "insert_edition", leave_open)


def restoring_publishes_the_draft(patch):
    def publish_draft(record, *, by, at=None, note=""):
        return services.PublicationResult(services.publish(record, by=by, at=at), [])

    patch.setattr(services, "restore", publish_draft)


def one_language_ahead_takes_the_others_along(patch):
    patch.setattr(services, "with_language", lambda _gate, _current, draft, _language: draft)


def what_is_scheduled_is_public_at_once(patch):
    start = services.start_or_refuse

    def at_once(at, now):
        start(at, now)
        return now

    patch.setattr(services, "start_or_refuse", at_once)


def the_last_seconds_are_open(patch):
    patch.setattr(epoch, "_refuse_near", lambda _instant, _changes: None)


def one_reads_ones_own_work(patch):
    patch.setattr(review, "_own_work", lambda *_of: False)


def a_scheduled_edition_forgets_who_wrote_it(patch):
    def delete(pages, _entries):
        for uid, page in pages:
            UnreviewedEdit.objects.filter(uid=uid, language=page).delete()

    patch.setattr(review, "_mark_reviewed", delete)


FAULTS = (
    children_stay_when_their_conference_moves,
    children_stay_public_without_their_conference,
    a_correction_does_not_take_over_the_end,
    a_unscheduled_correction_gives_no_end_back,
    children_are_not_restored_with_their_conference,
    the_edition_before_is_not_ended,
    restoring_publishes_the_draft,
    one_language_ahead_takes_the_others_along,
    what_is_scheduled_is_public_at_once,
    the_last_seconds_are_open,
    one_reads_ones_own_work,
    a_scheduled_edition_forgets_who_wrote_it,
)
# What says that portal and model differ; anything else would be a fault in the planting.
DIFFER = (AssertionError, ValidationError, pytest.fail.Exception, verification.Misfit)


@pytest.mark.slow
@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_the_same_sequences_find_each_planted_fault(frozen_clock, monkeypatch, plant):
    make_user()
    plant(monkeypatch)
    # The database would not let two editions of one record stand; here the model must see it.
    with lifted_guards() if plant is the_edition_before_is_not_ended else nullcontext(), pytest.raises(DIFFER):
        run(frozen_clock, phases=[Phase.generate], report_multiple_bugs=False)
