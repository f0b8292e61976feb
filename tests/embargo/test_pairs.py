"""What is hidden answers as what never was: each hidden address beside one of the same shape. For a contributor: test_staff.

``test_interference`` compares a whole site with and without hidden rows; here both stand in the same site. How long the
answers take is measured by ``make timing``.
"""

import pytest

from ctportal.staff.preview import preview_address

from . import addresses
from .canaries import CLOSED, HELD, UID, WORD, never
from .readers import API, VISITOR, reader
from .test_interference import of_hidden
from .walk import Walk
from .world import NEVER_PUBLIC

PAIRS = 200


def names_in(world, address):
    """The names in *address* that nobody outside may know, each with one of the same shape that was never given."""
    found = [match.decode() for pattern in (UID, WORD) for match in pattern.findall(address.encode())]
    hidden = [name for name in found if world.canaries.names[name].side in (CLOSED, HELD)]
    return {name: never("uid") if "-" in name else never("key" if len(name) > 14 else "word") for name in hidden}


def pairs(world):
    """{hidden address: the same with names that never were}"""
    asked = list(of_hidden(world))
    for (state, _kind), case in world.cases.items():
        asked += [address for (side, kind), entry in case.vocabulary.items() if side == CLOSED
                  for address in addresses.of_entry(kind, entry)]  # fmt: skip
        if state in NEVER_PUBLIC:
            asked += addresses.in_depth(case.kind, dict.fromkeys(case.slugs.values()), str(case.record.uid))
    return {address: replaced(address, names) for address in asked if (names := names_in(world, address))}


def replaced(text, names):
    for name, other in names.items():
        text = text.replace(name, other)
    return text


def like(answer, names):
    """*answer* with the *names* that were asked for replaced wherever it repeats them."""
    status, headers, body, cookies = answer.lasting
    headers = {name: replaced(value.decode(), names) for name, value in headers.items()}
    # A validator is made of the bytes of the answer, names included.
    headers.pop("ETag", None)
    return status, headers, replaced(body.decode(errors="replace"), names), cookies


@pytest.mark.parametrize("identity", [VISITOR, API])
def test_every_hidden_address_answers_as_one_that_never_was(world, identity):
    asker, found = reader(identity, world), pairs(world)

    assert len(found) >= PAIRS
    for hidden, never_was in found.items():
        assert hidden != never_was
        there, none = asker.ask(hidden), asker.ask(never_was)
        assert like(there, names_in(world, hidden)) == like(none, {}), hidden
        assert there.status in (200, 400, 404), hidden


def test_a_preview_of_somebody_else_answers_as_one_that_was_never_made(world):
    made, asker = Walk(world, "publisher"), reader(VISITOR, world)
    for case in world.cases.values():
        address = preview_address(addresses.Asking(made.session), case.record).partition("?")[0]
        token = address.split("/")[2]
        assert made.ask(address).status == 200
        for below in ("", f"files/{case.files[-1][1].key}/x.pdf" if case.files else "files/x/x.pdf"):
            there = asker.ask(address + below)
            none = asker.ask(f"/preview/{token[::-1]}/{below}")
            assert like(there, {token: token[::-1]}) == like(none, {}), str(case)
            assert there.status == 404
