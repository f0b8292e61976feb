"""The embargo matrix: what each identity may read of a record in each state, at every address. The table is written by hand.

Both failures count: shown where it is denied, missing where it is allowed.
"""

import pytest

from . import addresses
from .readers import API, CONTRIBUTOR, EXPIRED, IDENTITIES, PHOTO_EDITOR, PUBLISHER, TRANSLATOR, VISITOR
from .walk import DRAFT, NOTHING, PUBLIC, REASON, Walk, leaks, wrongly_hidden
from .world import KINDS, STATES

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


@pytest.mark.parametrize("identity", IDENTITIES)
def test_every_identity_reads_what_the_table_says_and_nothing_else(world, identity):
    walk = Walk(world, identity).general()
    asked = {state: {a for kind in KINDS for a in walk.case(world.cases[state, kind])} for state in STATES}

    counts = {state: len(found) for state, found in asked.items()}
    assert min(counts.values()) >= 60, counts
    assert leaks(walk, TABLE[identity]) == []
    assert wrongly_hidden(walk, TABLE[identity]) == []
    assert {status for status in walk.statuses.values() if status >= 500} == set()


def test_the_walk_knows_every_route(world):
    asked = [*addresses.of_everybody(), *addresses.of_lists(), *addresses.of_staff(world)]
    for case in world.cases.values():
        asked += [
            *addresses.of_case(world, case),
            *addresses.of_case_in_depth(world, case),
            *addresses.of_draft(case, None),
        ]

    assert sorted(set(addresses.routes()) - set(map(addresses.route_of, asked))) == []
