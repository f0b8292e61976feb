"""Queries whose SQL is written once."""

import itertools
import uuid
from datetime import UTC, date, datetime

import pytest
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from ctportal.publishing.models import Edition, Facet
from ctportal.publishing.prepared import WINDOW, prepared
from ctportal.publishing.services import publish
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def editions():
    for n in range(3):
        publish(make.make_conference(slug=f"place-{n}"), by=make.make_user())
    return list(Edition.objects.of("conference").order_by("slug"))


def test_instances_are_those_of_the_queryset_whatever_the_values(editions):
    @prepared
    def found(at, slug, uids):
        return Edition.objects.public(at).filter(slug=slug, uid__in=uids).with_history().defer("text")

    for edition in editions:
        arguments = {"at": timezone.now(), "slug": edition.slug, "uids": [edition.uid, uuid.uuid4()]}
        [row] = found(**arguments)
        assert (row, row.json, row.version, row.published) == (edition, edition.json, 1, edition.public_from)
        assert row.get_deferred_fields() == {"text"}
    assert found(at=datetime(2000, 1, 1, tzinfo=UTC), slug="place-1", uids=[editions[1].uid, uuid.uuid4()]) == []


def test_tuples_are_those_of_values_list(editions):
    @prepared
    def values(editions, day):
        return Facet.objects.filter(edition__in=editions, name="year", date=day).values_list("value", "edition", "date")

    keys = [edition.pk for edition in editions]
    expected = [("2019", key, editions[0].date) for key in keys]
    assert sorted(values(editions=keys, day=editions[0].date)) == expected
    assert values(editions=keys[:1], day=editions[0].date) == expected[:1]


def test_a_value_that_the_query_does_not_hand_on_is_refused(editions):
    @prepared
    def found(slug):
        return Edition.objects.filter(slug=slug.upper() and "place-1")

    with pytest.raises(TypeError, match="found does not hand on its arguments"):
        found(slug="place-2")


@pytest.mark.parametrize("nothing", [None, []])
def test_an_argument_with_nothing_in_it_is_refused(nothing):
    @prepared
    def found(slug, uids):
        return Edition.objects.filter(slug=slug, uid__in=uids)

    with pytest.raises(TypeError, match="found cannot be asked with nothing in \\['uids'\\]: leave out"):
        found(slug="place-1", uids=nothing)


def test_the_answers_are_those_of_django(editions):
    """Of every type of argument, in comparisons, lists, subqueries and windows, for values that match and that do not."""

    def build(at, day, slug, uids, number):
        public = Exists(Edition.objects.public(at).filter(pk=OuterRef("edition"), uid__in=uids))
        rows = Facet.objects.filter(public, Q(date=day) | Q(slug__gt=slug), edition__gte=number)
        return rows.order_by("slug", "name", "value").values_list("name", "value", "slug", "date")

    ask, uids = prepared(build), [edition.uid for edition in editions]
    instants = (timezone.now(), datetime(2000, 1, 1, tzinfo=UTC), editions[1].public_from)
    days, numbers = (editions[0].date, date(2000, 1, 1)), (0, editions[1].pk, 10**9)
    given = itertools.product(instants, days, ("place-0", "place-9"), (uids, uids[:1], [uuid.uuid4()]), numbers)
    answers = 0
    for values in given:
        arguments = dict(zip(("at", "day", "slug", "uids", "number"), values, strict=True))
        expected = list(build(**arguments))
        assert ask(**arguments) == expected, arguments
        answers += bool(expected)
    assert answers > 10


def test_a_window_is_that_of_a_slice(editions):
    def build(at):
        return Edition.objects.public(at).order_by("slug", "type")

    now = timezone.now()
    ask = prepared(lambda at: build(at)[WINDOW])
    whole = list(build(now))
    assert [ask(window=(start, 2), at=now) for start in range(4)] == [whole[start : start + 2] for start in range(4)]


def test_the_sql_is_written_once(editions):
    built = []

    @prepared
    def found(slug):
        built.append(slug)
        return Edition.objects.filter(slug=slug)

    assert [found(slug=edition.slug) for edition in editions] == [[edition] for edition in editions]
    assert len(built) == 1
