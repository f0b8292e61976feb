"""The embargo matrix: what each identity may read of a record in each state, at every address. The table is written by hand.

Both failures count: shown where it is denied, missing where it is allowed.
"""

from typing import NamedTuple

import pytest
from django.db import connection, transaction

from ctportal.reading import cache

from . import addresses
from .readers import API, CONTRIBUTOR, EXPIRED, IDENTITIES, PHOTO_EDITOR, PUBLISHER, TRANSLATOR, VISITOR
from .walk import (
    DRAFT,
    NOTHING,
    OTHER_METHODS,
    PUBLIC,
    REASON,
    Walk,
    is_public,
    leaks,
    wrongly_hidden,
)
from .world import MAKING, NOW, STATES

OUTSIDE = {
    "draft": NOTHING,
    "in review": NOTHING,
    "scheduled": NOTHING,
    "newer draft": PUBLIC,
    "correction": PUBLIC,
    "withdrawn": REASON,
    "public": PUBLIC,
}
INSIDE = dict.fromkeys(OUTSIDE, DRAFT)
TABLE = {
    VISITOR: OUTSIDE,
    EXPIRED: OUTSIDE,
    API: OUTSIDE,
    CONTRIBUTOR: OUTSIDE,  # who is the author of none of them
    TRANSLATOR: INSIDE,  # reads all drafts, writes another language than theirs
    PHOTO_EDITOR: INSIDE,
    PUBLISHER: INSIDE,
}


on_sqlite = connection.vendor == "sqlite"
# On PostgreSQL those from whom something is kept, by the queries of the public side and by those of the admin.
ASKING = IDENTITIES if on_sqlite else (VISITOR, CONTRIBUTOR)


class Filled(NamedTuple):
    """The cache as a publisher's questions have filled it."""

    store: cache.Store
    statuses: dict  # of the publisher: {(address, method): status}
    taken: int  # bytes


@pytest.fixture(scope="module")
def filled(whole_world):
    """Filled once for all identities; what each of them asks for is kept for the next, as on the site."""
    whole_world.clock.move_to(NOW)
    store = cache.MemoryStore(64 * 1024 * 1024)
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "usable", lambda: store)
        statuses = Walk(whole_world, PUBLISHER).what_is_kept().statuses
        transaction.set_rollback(True)
    return Filled(store, statuses, store._lists.currsize + store._others.currsize)


@pytest.fixture
def warm(filled, monkeypatch):
    monkeypatch.setattr(cache, "usable", lambda: filled.store)
    return filled


@pytest.mark.parametrize("identity", ASKING)
def test_every_identity_reads_what_the_table_says_and_nothing_else(world, identity, request):
    """On SQLite with a cache that is empty at first, on PostgreSQL with one that a publisher has filled."""
    if not on_sqlite:
        request.getfixturevalue("warm")
    walk = Walk(world, identity).everything()

    counts = {state: len(set(walk.of_state(state))) for state in STATES}
    assert min(counts.values()) >= 60, counts
    assert sorted(set(addresses.routes()) - walk.routes) == []
    assert not_asked_by_every_method(walk) == []
    assert leaks(walk, TABLE[identity]) == []
    assert wrongly_hidden(walk, TABLE[identity]) == []
    assert sorted(asked for asked, status in walk.statuses.items() if status >= 500) == []


@pytest.mark.skipif(not on_sqlite, reason="There, the test above begins with a warm cache.")
def test_a_warm_cache_tells_no_identity_more(world, warm):
    """The publisher's own questions have filled it; what is scheduled, withdrawn or a draft is asked for again.

    One test, since each process would fill a cache of its own.
    """
    assert warm.taken > 500_000  # bytes
    for identity in IDENTITIES:
        walk = Walk(world, identity).what_is_kept()

        assert len(walk.statuses) > 500
        assert leaks(walk, TABLE[identity]) == []
        others = {
            asked: status for asked, status in warm.statuses.items() if walk.statuses.get(asked, status) != status
        }
        # A client that prefers JSON is led to the API, which answers 410 for what was withdrawn.
        led_on = {(f"/id/{uid_of(world, kind)}", "GET"): 410 for kind in MAKING} if identity == API else {}
        assert (identity, others) == (identity, led_on)
        assert {walk.statuses[asked] for asked in led_on} <= {301}


def uid_of(world, kind):
    return world.cases["withdrawn", kind].record.uid


def not_asked_by_every_method(walk):
    """What *walk* has asked by GET alone, of what an identity asks by every method: all that is public, and for those
    to whom the drafts are hidden the admin too; by some methods, one address of each route."""
    asked = [address for address, method in walk.statuses if method == "GET"]
    everyhow = asked if TABLE[walk.identity] is OUTSIDE else [*filter(is_public, asked)]
    wanted = [(address, method) for method in OTHER_METHODS for address in walk.of_those_by(method, everyhow)]
    return [each for each in wanted if each not in walk.statuses]
