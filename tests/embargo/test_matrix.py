"""The embargo matrix: what each identity may read of a record in each state, at every address. The table is written by hand.

Both failures count: shown where it is denied, missing where it is allowed.
"""

import pytest

from . import addresses
from .readers import API, CONTRIBUTOR, EXPIRED, IDENTITIES, PHOTO_EDITOR, PUBLISHER, TRANSLATOR, VISITOR
from .walk import DRAFT, NOTHING, OTHER_METHODS, PUBLIC, REASON, Walk, is_public, leaks, wrongly_hidden
from .world import STATES

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
    walk = Walk(world, identity).everything()

    counts = {state: len(set(walk.of_state(state))) for state in STATES}
    assert min(counts.values()) >= 60, counts
    assert sorted(set(addresses.routes()) - walk.routes) == []
    assert not_asked_by_every_method(walk) == []
    assert leaks(walk, TABLE[identity]) == []
    assert wrongly_hidden(walk, TABLE[identity]) == []
    assert sorted(asked for asked, status in walk.statuses.items() if status >= 500) == []


def not_asked_by_every_method(walk):
    """What *walk* has asked by GET alone, of what every identity asks by every method: all that is public, and for those
    to whom the drafts are hidden the admin too."""
    asked = [address for address, method in walk.statuses if method == "GET"]
    everyhow = asked if TABLE[walk.identity] is OUTSIDE else filter(is_public, asked)
    return [each for each in everyhow if not all((each, method) in walk.statuses for method in OTHER_METHODS)]
