"""Whatever staff do and in whatever order: intervals stay apart, children inside, vocabulary exact, content approved.

Random walks, each from its own seed, over publish, schedule, one language ahead, unschedule, withdraw, restore, rename, merge,
edit and wait, with documents and a photo. Most steps must be possible where the walk stands, or a walk would prove nothing:
a test of its own counts what was accepted.
"""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from conferences.admin.merging import merge
from conferences.models import Person
from ctportal.publishing import verification
from ctportal.publishing.models import Edition
from ctportal.publishing.renaming import relabel
from ctportal.publishing.services import publish, publish_language, restore, unschedule_all, withdraw
from ctportal.publishing.state import SHOWS
from tests.factories import make_conference, make_document, make_person, make_photo, make_theme, make_user

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ACTIONS = ["publish"] * 8 + ["withdraw"] * 4 + ["unschedule"] * 2 + ["restore"] * 8 + ["edit"] * 2 + ["wait"] * 3
ACTIONS += ["publish_language"] * 2 + ["rename"] * 2 + ["merge"] * 2
NAMES = ["conference", "first", "second", "photo"]


class Walk:
    def __init__(self, clock, seed):
        self.clock, self.random, self.accepted, self.approved = clock, random.Random(seed), Counter(), set()
        clock.move_to(START + seed * timedelta(days=30))  # after the walks before, whose ledger goes on
        self.by = make_user()
        conference = make_conference()
        theme, person = make_theme(), make_person()
        conference.themes.add(theme)
        first = make_document(conference, delivered_by=person)
        second = make_document(conference)
        second.themes.add(theme)
        photo = make_photo(conference)
        conference.texts.create(language="fr", title="Un titre", ready=True)
        for document in (first, second):
            document.versions.create(language="fr", title="Un titre", body="<p>Un texte.</p>", ready=True)
        self.records = {"conference": conference, "first": first, "second": second, "photo": photo}
        self.theme, self.person, self.double = theme, person, None
        self.vocabulary = {theme.uid, person.uid}

    def step(self):
        action, name = self.random.choice(ACTIONS), self.random.choice(NAMES)
        self.clock.tick(minutes=1)
        try:
            getattr(self, action)(self.records[name])
        except ValidationError:
            return
        self.accepted[action, name] += 1

    def instant(self):
        hours = self.random.choice([None, None, 1, 2, 3, 5])
        return hours and self.clock.now.replace(minute=0) + timedelta(hours=hours)

    def publish(self, record):
        edition = publish(record, by=self.by, at=self.instant(), replace=self.random.random() < 0.5)
        self.approved.add(essence(edition))

    def publish_language(self, record):
        edition = publish_language(record, "fr", by=self.by)
        self.approved.add(essence(edition))

    def withdraw(self, record):
        withdraw(record, by=self.by, reason="A reason", at=self.instant())

    def unschedule(self, record):
        unschedule_all([record], by=self.by)

    def restore(self, record):
        restore(record, by=self.by, at=self.instant())

    def edit(self, record):
        words = f"Draft {self.random.random()}"
        if record is self.records["photo"]:
            type(record).objects.filter(pk=record.pk).update(caption_en=words, caption_fr=words)
        else:
            rows = record.texts if hasattr(record, "texts") else record.versions
            rows.filter(language=self.random.choice(["en", "fr"])).update(title=words)

    def rename(self, _record):
        """Whatever becomes of it in public, the entry keeps its new name as a draft."""
        entry = self.random.choice([self.theme, self.person])
        entry.name_en = f"Name {self.random.random()}"
        entry.save(update_fields=["name_en"])
        relabel(entry, by=self.by)

    def merge(self, _record):
        """Enter the person a second time, for a document and the photo; or make one of the two."""
        if self.double:
            merge(self.double, Person.objects.get(pk=self.person.pk), by=self.by)
            self.double = None
            return
        self.double = make_person("The same, entered twice")
        self.vocabulary.add(self.double.uid)
        self.records["second"].deliveries.all().delete()
        self.records["second"].deliveries.create(person=self.double)
        self.records["photo"].people.set([self.double, self.person])

    def wait(self, record):
        self.clock.tick(hours=self.random.choice([1, 2, 4]))


def essence(edition):
    """What somebody approved when *edition* was published: all it says but the labels of the vocabulary."""
    data = json.loads(edition.json)
    return edition.uid, json.dumps(
        [data[key] for key in sorted(data) if key not in ("themes", "delivered_by", "people")]
    )


def public_at(editions, at):
    return [edition for edition in editions if edition.is_public(at)]


def edges(editions):
    """Every instant at which something begins or ends, with the moments just before and after."""
    instants = {e.public_from for e in editions} | {e.public_until for e in editions if e.public_until}
    moment = timedelta(microseconds=1)
    return sorted({at + shift for at in instants for shift in (-moment, timedelta(0), moment)})


def assert_rule_holds(walk):
    editions = list(Edition.objects.prefetch_related("relations"))
    shows = {e.pk: {r.target for r in e.relations.all() if r.name == SHOWS} for e in editions}
    children = {record.uid for name, record in walk.records.items() if name != "conference"}
    for at in edges(editions):
        public = public_at(editions, at)
        uids = [edition.uid for edition in public]
        assert len(uids) == len(set(uids)), f"two editions of one record are public at {at}"
        assert walk.records["conference"].uid in uids or not children & set(uids), f"a child is public alone at {at}"
        for edition in public:
            if edition.uid not in walk.vocabulary:
                assert essence(edition) in walk.approved, f"{edition} was never approved"
        if at >= walk.clock.now:
            shown = set().union(*(shows[edition.pk] for edition in public))
            assert shown == walk.vocabulary & set(uids), f"the vocabulary differs from what is shown at {at}"
    for uid in walk.records.values():
        assert Edition.objects.to_come(walk.clock.now).filter(uid=uid.uid).count() <= 1


def assert_past_unchanged(walk, past):
    editions = list(Edition.objects.all())
    for at, public in past.items():
        assert {edition.pk for edition in public_at(editions, at)} == public, f"the past at {at} has changed"
    at = walk.clock.now
    past[at] = {edition.pk for edition in public_at(editions, at)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_no_order_of_steps_breaks_the_publishing_rule(frozen_clock, seed):
    walk, past = Walk(frozen_clock, seed), {}
    for _step in range(50):
        walk.step()
        assert_rule_holds(walk)
        assert_past_unchanged(walk, past)
    verification.verify()


@pytest.mark.slow
def test_the_walks_get_somewhere(frozen_clock):
    accepted = Counter()
    for seed in range(8):
        walk = Walk(frozen_clock, seed)
        for _step in range(50):
            walk.step()
        accepted += walk.accepted
    assert {action for action, _name in accepted} == set(ACTIONS)
    assert {name for action, name in accepted if action == "withdraw"} == set(NAMES)
    assert sum(accepted.values()) > 150
