"""How many queries a dossier takes while everybody else who publishes waits: hardly more for many photos than for few."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ctportal.publishing import epoch, services
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.workflow import release, review
from tests.factories import make_account, make_conference, make_document, make_person, make_photo, make_theme

pytestmark = pytest.mark.django_db

FEW, MANY = 3, 12  # photos
FOR_EACH, AT_ALL = 4, 60  # queries that a record, and a publication, may take


def make_dossier(photos):
    """A dossier of a conference, two documents and photos, each with a person of its own, none of which is public."""
    conference = make_conference()
    conference.themes.add(make_theme())
    records = [conference, make_document(conference, delivered_by=make_person()), make_document(conference)]
    for number in range(photos):
        records.append(make_photo(conference))
        records[-1].people.add(make_person(f"Person {number}"))
    return records


def released(records, by, at=None):
    conference = records[0]
    chosen = {str(record.uid) for record in records}
    parts, _cascaded = release.release(conference, chosen, by=by, at=at, alone="Alone")
    assert len(parts) == len(records)


def days(number):
    return timezone.now() + timedelta(days=number)


def replaced(records, by):
    for photo in records[3:]:
        type(photo).objects.filter(pk=photo.pk).update(credit="Another")
    released(records, by, days(3))


def moved(records, by):
    assert release.redate(records[0], by=by, at=days(9)) == len(records)


def redated_with_its_conference(records, by):
    assert len(review.redate(records[0], by=by, at=days(9)).cascaded) == len(records) - 1


def unscheduled(records, by):
    assert release.unschedule(records[0], by=by) == len(records)


def withdrawn(records, by):
    result = review.withdraw(records[0], by=by, reason="A mistake")
    assert len(result.cascaded) == len(records) - 1


def restored(records, by):
    assert len(services.restore(records[0], by=by).cascaded) == len(records) - 1


def scheduled(records, by):
    released(records, by, days(2))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "act"),
    [
        ((), released),
        ((), scheduled),
        ((scheduled,), moved),
        ((scheduled,), redated_with_its_conference),
        ((scheduled,), unscheduled),
        ((released,), withdrawn),
        ((released, withdrawn), restored),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_publication_takes_sixty_queries_and_four_for_each_record(before, act):
    counts = counted(before, act)

    assert slope(counts) <= FOR_EACH, counts
    assert all(taken <= AT_ALL + FOR_EACH * records for records, taken in counts.items()), counts


def test_a_release_that_replaces_some_and_moves_the_others_takes_three_publications():
    counts = counted((scheduled,), replaced)

    assert slope(counts) <= FOR_EACH, counts
    assert all(taken <= 3 * AT_ALL for taken in counts.values()), counts


def counted(before, act):
    """{number of records: queries that *act* takes}, after the steps *before*."""
    counts, by = {}, make_account("publisher")
    for photos in (1, FEW, MANY):  # the first for what is asked once in the life of a process
        records = make_dossier(photos)
        for step in before:
            step(records, by)
        with CaptureQueriesContext(connection) as queries:
            act(records, by)
        counts[len(records)] = len(queries)
    return dict(list(counts.items())[1:])


def slope(counts):
    (few, at_few), (many, at_many) = counts.items()
    return (at_many - at_few) / (many - few)


def test_what_is_published_together_stands_in_the_ledger_one_by_one_and_verifies():
    records, by = make_dossier(FEW), make_account("publisher")
    released(records, by, days(2))
    moved(records, by)

    uids = [record.uid for record in records]
    entries = LedgerEntry.objects.filter(uid__in=uids).order_by("pk").values_list("uid", "action")
    for record in records:
        assert [action for uid, action in entries if uid == record.uid] == ["inserted", "unscheduled", "inserted"]
    coming = Edition.objects.to_come(epoch.now()).filter(uid__in=uids).values_list("public_from", flat=True)
    assert len(coming) == len(records)
    assert len(set(coming)) == 1
