"""Queries whose SQL is written once."""

import uuid
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from ctportal.publishing.models import Edition, Facet
from ctportal.publishing.prepared import prepared
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
        return Edition.objects.public(at).filter(slug=slug, uid__in=uids).with_history(at).defer("text")

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


def test_the_sql_is_written_once(editions):
    built = []

    @prepared
    def found(slug):
        built.append(slug)
        return Edition.objects.filter(slug=slug)

    assert [found(slug=edition.slug) for edition in editions] == [[edition] for edition in editions]
    assert len(built) == 1
