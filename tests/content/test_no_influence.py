"""What is hidden changes no answer of the search, not even an order. ``python -m benchmarks.search influence`` asks more."""

import pytest

from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.reading.context import ReadContext
from ctportal.search.models import SearchEntry
from tests.search.influence import AHEAD, answer, hide, searches

pytestmark = pytest.mark.django_db

SEARCHES, HIDDEN = 84, 300


@pytest.fixture
def public(db, demo):
    """The public editions of the demo content."""
    return list(Edition.objects.public(epoch.now()).order_by("type", "slug", "pk"))


def test_hidden_records_change_no_answer(public):
    asked = searches(SEARCHES, public)
    before = [answer(each, ReadContext()) for each in asked]

    hide(HIDDEN, public, epoch.now())

    assert [answer(each, ReadContext()) for each in asked] == before


def test_most_searches_find_what_is_hidden_once_it_is_public(public):
    """So the test above compares answers that hidden records could change."""
    asked = searches(SEARCHES, public)
    before = [answer(each, ReadContext()) for each in asked]
    entries = SearchEntry.objects.count()

    hide(HIDDEN, public, epoch.now())
    later = ReadContext()
    vars(later)["_read"] = epoch.Reading(epoch.now() + AHEAD, "later")

    assert SearchEntry.objects.count() > 1.5 * entries
    assert sum(answer(each, later) != old for each, old in zip(asked, before, strict=True)) > SEARCHES * 0.8
