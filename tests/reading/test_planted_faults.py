"""Faults planted in the cache on purpose: the tests of the cache must find each, or they would prove nothing."""

import inspect
from types import SimpleNamespace

import pytest

from ctportal.publishing import epoch
from ctportal.reading import cache

from . import test_cache
from .test_cache import by, conference  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def epoch_of_the_mark_alone(patch):
    """What has begun or ended does not count."""
    honest = epoch.read

    def read():
        reading = honest()
        return epoch.Reading(reading.at, reading.epoch.partition(" ")[0])

    patch.setattr(epoch, "read", read)


def keys_without_the_epoch(patch):
    honest = cache.key_of
    patch.setattr(
        cache, "key_of", lambda context, *names: honest(SimpleNamespace(at=context.at, epoch="always"), *names)
    )


def mark_that_stays(patch):
    patch.setattr(epoch, "replace_mark", lambda **_how: None)


def kept_inside_a_transaction(patch):
    patch.setattr(cache, "usable", cache.store)


FAULTS = {
    "epoch of the mark alone": (
        epoch_of_the_mark_alone,
        test_cache.test_a_release_to_come_is_seen_at_its_instant_and_turns_nothing_cold_before,
    ),
    "keys without the epoch": (
        keys_without_the_epoch,
        test_cache.test_a_publication_and_a_withdrawal_are_seen_at_once,
    ),
    "mark that stays": (mark_that_stays, test_cache.test_sealing_is_seen_at_once),
    "kept inside a transaction": (
        kept_inside_a_transaction,
        test_cache.test_nothing_is_kept_inside_a_transaction,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_tests_of_the_cache_find_each_planted_fault(request, monkeypatch, fault):
    plant, check = FAULTS[fault]
    names = set(inspect.signature(check).parameters) - {"address"}
    fixtures = {name: request.getfixturevalue(name) for name in sorted(names)}
    if "address" in inspect.signature(check).parameters:
        fixtures["address"] = test_cache.PAGE
    plant(monkeypatch)

    with pytest.raises(AssertionError):
        check(**fixtures)
