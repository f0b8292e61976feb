"""The last seconds before an instant: what begins or ends then is not set, moved or taken away any more, since somebody whose
clock is ahead may have read it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.services import publish, redate_all, restore, unschedule_all, withdraw
from ctportal.publishing.transactions import atomic
from ctportal.workflow import release, review
from ctportal.workflow.models import WorkflowStep
from ctportal.workflow.sealing import seal
from tests.factories import make_account, make_conference, make_document, make_person

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Stage:
    """A public conference with a document; *instant* is an hour ahead."""

    def __init__(self, clock):
        self.clock, self.by, self.instant = clock, make_account("administrator"), clock.now + HOUR
        self.conference = make_conference()
        self.document = make_document(self.conference)
        publish(self.conference, by=self.by)
        clock.tick(minutes=1)

    def before(self, seconds):
        self.clock.move_to(self.instant - timedelta(seconds=seconds))

    def public(self):
        """Nothing more than it is."""
        publish(self.document, by=self.by)
        self.document.versions.update(title="Changed")

    def withdrawn(self):
        publish(self.document, by=self.by)
        self.clock.tick()
        withdraw(self.document, by=self.by, reason="Wrong")

    def later(self):
        publish(self.document, by=self.by, at=self.instant + HOUR)

    def scheduled(self):
        publish(self.document, by=self.by, at=self.instant)

    def corrected(self):
        publish(self.document, by=self.by)
        self.document.versions.update(title="Corrected")
        self.clock.tick()
        self.scheduled()

    def ending(self):
        publish(self.document, by=self.by)
        self.clock.tick()
        withdraw(self.document, by=self.by, at=self.instant, reason="Outdated")

    def with_a_child(self):
        """Both are to come, the document a minute after the conference."""
        conference = make_conference()
        self.document = make_document(conference)
        publish(conference, by=self.by, at=self.instant - timedelta(minutes=1))
        publish(self.document, by=self.by, at=self.instant)
        self.conference = conference

    def together(self):
        self.conference = make_conference()
        self.document = make_document(self.conference)
        for record in (self.conference, self.document):
            publish(record, by=self.by, at=self.instant)

    def introducing(self):
        """The document to come brings a person along that another one names too."""
        person = make_person("Ann Speaker", slug="ann")
        self.document.deliveries.create(person=person)
        self.other = make_document(self.conference, delivered_by=person)
        self.scheduled()


def state():
    return (
        sorted(Edition.objects.values_list("pk", "public_from", "public_until")),
        sorted(Edition.objects.filter(withdrawal__isnull=False).values_list("pk", "withdrawal__reason")),
        LedgerEntry.objects.count(),
        WorkflowStep.objects.count(),
    )


DOORS = {
    "unschedule": ("scheduled", lambda s: unschedule_all([s.document], by=s.by)),
    "unschedule by review": ("scheduled", lambda s: review.unschedule(s.document, by=s.by)),
    "move": ("scheduled", lambda s: redate_all([s.document], by=s.by, at=s.instant + HOUR)),
    "move to now": ("scheduled", lambda s: redate_all([s.document], by=s.by)),
    "replace now": ("scheduled", lambda s: publish(s.document, by=s.by, replace=True)),
    "replace later": ("scheduled", lambda s: publish(s.document, by=s.by, at=s.instant + HOUR, replace=True)),
    "unschedule a correction": ("corrected", lambda s: unschedule_all([s.document], by=s.by)),
    "withdraw with a correction": ("corrected", lambda s: withdraw(s.document, by=s.by, reason="Wrong")),
    "withdraw the conference": ("corrected", lambda s: withdraw(s.conference, by=s.by, reason="Wrong")),
    "unschedule a withdrawal": ("ending", lambda s: unschedule_all([s.document], by=s.by)),
    "withdraw before": ("ending", lambda s: withdraw(s.document, by=s.by, reason="Outdated")),
    "unschedule the conference": ("together", lambda s: unschedule_all([s.conference], by=s.by)),
    "move the conference": ("together", lambda s: redate_all([s.conference], by=s.by, at=s.instant + HOUR)),
    "move the dossier": ("together", lambda s: release.redate(s.conference, by=s.by, at=s.instant + HOUR)),
    "unschedule the dossier": ("together", lambda s: release.unschedule(s.conference, by=s.by)),
    "unpublish with the conference": ("with_a_child", lambda s: withdraw(s.conference, by=s.by, reason="Wrong")),
    "introduce earlier": ("introducing", lambda s: publish(s.other, by=s.by)),
}


@pytest.fixture
def stage(frozen_clock):
    return Stage(frozen_clock)


@pytest.mark.parametrize("door", DOORS)
def test_nothing_is_moved_or_taken_away_in_the_last_ten_seconds(stage, door):
    prepare, act = DOORS[door]
    getattr(stage, prepare)()
    stage.before(seconds=9.999)
    before = state()

    with pytest.raises(ValidationError, match="At 2026-03-02 10:00:00 UTC it") as refused:
        act(stage)

    assert refused.value.code == "too_near"
    assert state() == before


@pytest.mark.parametrize("door", DOORS)
def test_until_then_it_is(stage, door):
    prepare, act = DOORS[door]
    getattr(stage, prepare)()
    stage.before(seconds=10)

    act(stage)


SCHEDULING = {
    "publish": ("public", lambda s: publish(s.document, by=s.by, at=s.instant)),
    "withdraw": ("public", lambda s: withdraw(s.document, by=s.by, reason="Wrong", at=s.instant)),
    "restore": ("withdrawn", lambda s: restore(s.document, by=s.by, at=s.instant)),
    "move": ("later", lambda s: redate_all([s.document], by=s.by, at=s.instant)),
    "release": (
        "public",
        lambda s: release.release(s.conference, {str(s.document.uid)}, by=s.by, at=s.instant, alone="Nobody is here"),
    ),
}


@pytest.mark.parametrize("door", SCHEDULING)
@pytest.mark.parametrize(("seconds", "refused"), [(0.001, True), (9.999, True), (10, False)])
def test_nothing_is_scheduled_for_the_next_ten_seconds(stage, door, seconds, refused):
    prepare, act = SCHEDULING[door]
    getattr(stage, prepare)()
    stage.before(seconds=seconds)
    if not refused:
        act(stage)
        return
    before = state()

    with pytest.raises(ValidationError) as error:
        act(stage)

    text = "2026-03-02 10:00 UTC is less than 10 seconds away. Choose a later time, or do it now."
    assert error.value.message_dict == {"at": [text]}
    assert state() == before


@pytest.mark.parametrize("seconds", [0.001, 4, 9.999])
def test_what_does_not_touch_that_instant_goes_on(stage, seconds):
    """A correction takes the end over that is near; others publish, withdraw and restore; the past is sealed."""
    stage.ending()
    old = Edition.objects.get(uid=stage.document.uid)
    stage.before(seconds=seconds)
    other = make_document(stage.conference)

    stage.document.versions.update(title="Corrected")
    correction = publish(stage.document, by=stage.by)
    publish(other, by=stage.by)
    stage.clock.tick(microseconds=1)
    seal(old, by=stage.by, reason="Names somebody")
    withdraw(other, by=stage.by, reason="Wrong")
    stage.clock.tick(microseconds=1)
    restore(other, by=stage.by)

    assert correction.public_until == stage.instant


def test_from_the_instant_on_it_is_public_and_can_be_withdrawn(stage):
    stage.scheduled()
    stage.before(seconds=0)

    for change in (unschedule_all, redate_all):
        with pytest.raises(ValidationError, match=r"what is public now began at .* You can withdraw it\."):
            change([stage.document], by=stage.by)
    stage.clock.tick(microseconds=1)
    edition = withdraw(stage.document, by=stage.by, reason="Wrong").edition
    assert edition.public_until > edition.public_from


# A transaction that lasts


@pytest.mark.parametrize(("left", "committed"), [(5.001, True), (5, True), (4.999, False), (-60, False)])
@pytest.mark.parametrize("door", DOORS)
def test_what_took_until_the_last_five_seconds_is_rolled_back(stage, door, left, committed):
    prepare, act = DOORS[door]
    getattr(stage, prepare)()
    stage.before(seconds=30)
    before = state()

    def slowly():
        with atomic():
            act(stage)
            stage.before(seconds=left)

    if committed:
        slowly()
        assert state() != before
        return
    with pytest.raises(ValidationError, match="Nothing was saved because it took too long") as error:
        slowly()
    assert (error.value.code, state()) == ("too_late", before)


def test_nothing_is_scheduled_too_late(stage):
    with pytest.raises(ValidationError, match="took too long"), atomic():
        stage.before(seconds=30)
        stage.scheduled()
        stage.before(seconds=4)

    assert not Edition.objects.filter(uid=stage.document.uid).exists()


def test_a_transaction_that_touches_no_instant_may_last(stage):
    stage.scheduled()
    stage.before(seconds=30)
    with atomic():
        other = publish(make_document(stage.conference), by=stage.by)
        stage.before(seconds=-30)

    assert Edition.objects.filter(pk=other.pk).exists()
