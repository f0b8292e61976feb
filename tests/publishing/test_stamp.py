from datetime import timedelta

import pytest

from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, recall, withdraw
from ctportal.publishing.stamp import Moment, Pieces, cached, next_instant
from tests.factories import make_conference, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher():
    return make_user()


def public_count():
    return cached("count", lambda: Edition.objects.public().of("conference").count())


def test_a_kept_value_costs_one_query(publisher, django_assert_num_queries):
    publish(make_conference(), by=publisher)
    assert public_count() == 1

    with django_assert_num_queries(1):
        assert public_count() == 1


def test_a_publication_is_counted_at_once(publisher):
    publish(make_conference(), by=publisher)
    assert public_count() == 1

    publish(make_conference(), by=publisher)
    assert public_count() == 2


def test_a_release_and_a_withdrawal_to_come_are_counted_at_their_instant(publisher, frozen_clock):
    conference = make_conference()
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    counts = [public_count()]
    frozen_clock.tick(minutes=59, seconds=59)
    counts.append(public_count())
    frozen_clock.tick(seconds=1)
    counts.append(public_count())
    withdraw(conference, by=publisher, reason="Wrong date.", at=frozen_clock.now + timedelta(hours=1))
    counts.append(public_count())
    frozen_clock.tick(hours=1)
    counts.append(public_count())

    assert counts == [0, 0, 1, 1, 0]


def test_a_value_is_not_used_for_an_instant_before_it_was_computed(publisher, frozen_clock):
    before = frozen_clock.now
    frozen_clock.tick(hours=1)
    publish(make_conference(), by=publisher)
    assert public_count() == 1

    frozen_clock.move_to(before)
    assert public_count() == 0


def test_a_recalled_release_is_no_next_instant(publisher, frozen_clock):
    conference = make_conference()
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    coming = next_instant(frozen_clock.now)
    recall(conference, by=publisher)

    assert (coming, next_instant(frozen_clock.now)) == (frozen_clock.now + timedelta(hours=1), None)


def test_one_moment_reads_the_stamp_once(publisher, django_assert_num_queries):
    publish(make_conference(), by=publisher)
    for key in ("a", "b"):
        cached(key, lambda: 1)
    moment = Moment()

    with django_assert_num_queries(1):
        assert [moment.cached("a", lambda: 2), moment.cached("b", lambda: 2)] == [1, 1]


# Pieces


def fetched(pieces, *names):
    """Return what *pieces* gives for *names*, and which of them it had to make."""
    made = []

    def make(missing):
        made.extend(missing)
        return {name: (name.encode(),) for name in missing}

    return pieces.fetch(Moment(), names, make), made


def test_pieces_are_made_once(publisher):
    publish(make_conference(), by=publisher)
    pieces = Pieces(room=100)

    assert fetched(pieces, "a", "b") == ({"a": (b"a",), "b": (b"b",)}, ["a", "b"])
    assert fetched(pieces, "b", "c") == ({"b": (b"b",), "c": (b"c",)}, ["c"])
    assert fetched(pieces, "a", "b", "c")[1] == []


def test_pieces_are_made_anew_after_a_publication_and_at_a_release(publisher, frozen_clock):
    pieces = Pieces(room=100)
    assert fetched(pieces, "a")[1] == ["a"]

    publish(make_conference(), by=publisher)
    assert fetched(pieces, "a")[1] == ["a"]

    publish(make_conference(), by=publisher, at=frozen_clock.now + timedelta(hours=1))
    assert fetched(pieces, "a")[1] == ["a"]
    frozen_clock.tick(minutes=59, seconds=59)
    assert fetched(pieces, "a")[1] == []
    frozen_clock.tick(seconds=1)
    assert fetched(pieces, "a")[1] == ["a"]


def test_pieces_take_no_more_room_than_they_have(publisher):
    publish(make_conference(), by=publisher)
    pieces = Pieces(room=3)

    assert fetched(pieces, "a", "b", "c")[1] == ["a", "b", "c"]
    assert fetched(pieces, "d")[1] == ["d"]
    assert fetched(pieces, "a", "d")[1] == ["a"]
    assert fetched(pieces, "long") == ({"long": (b"long",)}, ["long"])
    assert fetched(pieces, "long")[1] == ["long"]


def test_pieces_that_just_fit_are_kept(publisher):
    pieces, made = Pieces(room=6), []

    def make(names):
        made.append(names)
        return dict.fromkeys(names, (b"abc",))

    moment = Moment()
    for names in ("a", "b", "a", "b"):
        pieces.fetch(moment, [names], make)

    assert made == [["a"], ["b"]]


def test_a_moment_is_the_last_publication_where_the_own_clock_is_behind_it(publisher, frozen_clock):
    true = frozen_clock.now
    frozen_clock.tick(seconds=2)
    edition = publish(make_conference(), by=publisher)
    frozen_clock.move_to(true)

    assert Moment().at == edition.public_from
