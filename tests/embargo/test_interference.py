"""For outsiders the site with the hidden rows is byte for byte the site without them: lists, counts, order, headers, ETags.

So a hidden record's address answers as one that never existed. The site without is the same rows, less all that is hidden
and, for good measure, less the whole working side, which no reader may come near.
"""

import pytest
from django.db import connection

from ctportal.publishing.models import Edition

from . import addresses
from .canaries import CLOSED
from .readers import API, EXPIRED, VISITOR
from .without import differences
from .world import NEVER_PUBLIC, NOW

VARIANTS = (
    ("HEAD", {}),
    ("OPTIONS", {}),
    ("POST", {}),
    ("GET", {"If-None-Match": "*"}),
    ("GET", {"Range": "bytes=0-9"}),
)


def of_world(world):
    asked = [*addresses.of_everybody(), *addresses.of_lists(), *addresses.of_open_records(world)]
    for case in world.cases.values():
        asked += [*addresses.of_case(world, case), *addresses.of_case_in_depth(world, case)]
    return list(dict.fromkeys(asked))


def of_hidden(world):
    """Addresses of what was never public, and of the slugs and files that only a newer draft has."""
    for (state, _kind), case in world.cases.items():
        if state in NEVER_PUBLIC:
            yield from addresses.of_record(case.kind, dict.fromkeys(case.slugs.values()), str(case.record.uid))
        elif CLOSED in case.slugs:
            yield from addresses.of_record(case.kind, [], case.slugs[CLOSED])
        yield from (stored.path for side, stored in case.files if side == CLOSED)


def test_for_a_visitor_the_site_is_byte_for_byte_the_one_without_what_is_hidden(world):
    asked = [(address, "GET", {}) for address in of_world(world)]

    assert len(asked) > 1500
    # On PostgreSQL every third: what differs there is how queries find and order their rows, and all addresses of a kind share them.
    assert differences(VISITOR, world, asked[:: 1 if connection.vendor == "sqlite" else 3]) == []


def test_methods_and_conditions_tell_nothing_of_what_is_hidden(world):
    asked = [(address, *variant) for address in dict.fromkeys(of_hidden(world)) for variant in VARIANTS]

    assert differences(VISITOR, world, asked) == []


@pytest.mark.parametrize(("identity", "each"), [(API, 3), (EXPIRED, 9)])
def test_for_other_outsiders_it_is_the_same(world, identity, each):
    of_api = [address for address in of_world(world) if address.startswith(("/api/", "/files/", "/id/"))]

    assert differences(identity, world, [(address, "GET", {}) for address in of_api[::each]]) == []


def test_there_was_something_to_find(world):
    for (state, _kind), case in world.cases.items():
        assert type(case.record).objects.filter(uid=case.record.uid).exists()
        to_come = Edition.objects.filter(uid=case.record.uid, public_from__gt=NOW).exists()
        assert to_come == (state in ("scheduled", "correction"))
