"""The walk: ask every address as an identity, and report each canary that may not be read there."""

import re
from collections import defaultdict

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from ctportal.core.languages import CODES
from ctportal.reading import cache

from . import addresses
from .canaries import CLOSED, HELD, OPEN, TOLD
from .readers import PHOTO_EDITOR, PUBLISHER, STAFF, TRANSLATOR, reader
from .world import KINDS, STATES

OF_VOCABULARY = re.compile(r"/admin/conferences/(series|theme|organization|person)/")
FOR_STAFF = ("/admin/", "/preview/")
# And an empty form with the last. What a method is answered with does not depend on the database, so PostgreSQL is asked by HEAD alone.
OTHER_METHODS = ("HEAD", "OPTIONS", "POST") if connection.vendor == "sqlite" else ("HEAD",)


def is_public(address):
    return not address.startswith(FOR_STAFF)


# By what may be seen of a record: what may, and what must.
NOTHING, PUBLIC, REASON, DRAFT = "nothing", "public part", "reason", "draft"
MAY = {
    NOTHING: set(),
    PUBLIC: {OPEN, TOLD},
    REASON: {OPEN, TOLD},
    DRAFT: {OPEN, TOLD, CLOSED, HELD},
}
MUST = {NOTHING: set(), PUBLIC: {OPEN}, REASON: {OPEN}, DRAFT: {CLOSED}}


class Walk:
    """What one identity has found, where."""

    def __init__(self, world, identity):
        self.world, self.identity = world, identity
        self.reader = reader(identity, world)
        self.seen = defaultdict(set)  # {Name: addresses}
        self.statuses = {}  # {(address, method): status}

    def ask(self, address, method="GET"):
        with transaction.atomic():
            answer = self.reader.ask(address, method)
            # An empty form may have been enough to change something.
            transaction.set_rollback(method not in ("GET", "HEAD"))
        self.note(address, answer, method)
        return answer

    def note(self, address, answer, method="GET"):
        self.statuses[address, method] = answer.status
        asked = address.lower()
        for text, name in self.world.canaries.found(answer.data).items():
            if text not in asked:  # what one says oneself is no news
                self.seen[name].add(f"{method} {address}")

    @property
    def reads_all_drafts(self):
        return self.identity in (TRANSLATOR, PHOTO_EDITOR, PUBLISHER)

    @property
    def reads_in_brief(self):
        """Whether the vocabulary's own forms are left out: they are dear, and those of the publisher show the same."""
        return self.identity in (TRANSLATOR, PHOTO_EDITOR)

    @property
    def session(self):
        cookie = self.reader.cookies.get("sessionid")
        return SessionStore(cookie.value) if cookie and self.identity in STAFF else None

    @property
    def routes(self):
        """Every route that was asked by GET."""
        return {addresses.route_of(address) for address, method in self.statuses if method == "GET"}

    def everything(self):
        """Ask all of the plan."""
        return self.all_of(self.plan())

    def what_is_kept(self):
        """Ask of the plan what a cache may hold: the public addresses by GET and by HEAD."""
        asked = [address for address in self.addresses() if is_public(address)]
        return self.all_of((address, method) for address in asked for method in ("GET", "HEAD"))

    def all_of(self, plan):
        for address, method in plan:
            self.ask(address, method)
        return self

    def plan(self):
        """(address, method) of all that this identity asks: each address by GET, and by the others where they may tell more.

        To who reads all drafts the admin tells by GET all it knows of them; there, the publisher alone asks by the others,
        at one address of each route, to find what breaks.
        """
        asked = self.addresses()
        yield from ((address, "GET") for address in asked)
        otherwise = [address for address in asked if is_public(address) or not self.reads_all_drafts]
        if self.identity == PUBLISHER:
            otherwise += one_of_each_route([address for address in asked if not is_public(address)])
        yield from ((address, method) for address in otherwise for method in OTHER_METHODS)

    def addresses(self):
        """Every address that this identity asks for, each once, and at least one of each route.

        Who reads all drafts finds everything in the records; for them lists, which only help to find what breaks, are
        thinned out, so that each list and each filter is left.
        """
        asked = [*addresses.of_everybody(), *addresses.of_open_records(self.world)]
        asked += [*addresses.of_lists()][:: 7 if self.reads_all_drafts else 1]
        asked += [*addresses.of_staff(self.world)][:: 4 if self.reads_all_drafts else 1]
        for state in STATES:
            asked += self.of_state(state)
        known = {addresses.route_of(address) for address in asked}
        asked += [each for each in one_of_each_route(self._further()) if addresses.route_of(each) not in known]
        return list(dict.fromkeys(asked))

    def of_state(self, state):
        """The addresses of the cases in *state*, public or not, that this identity asks for."""
        asked = [address for kind in KINDS for address in self._of_case(self.world.cases[state, kind])]
        return [address for address in asked if not (self.reads_in_brief and OF_VOCABULARY.match(address))]

    def _of_case(self, case):
        return [*addresses.of_case(self.world, case), *addresses.of_draft(case, self.session)]

    def _further(self):
        """Addresses among which there is one of each route."""
        yield from addresses.of_staff(self.world)
        for case in self.world.cases.values():
            yield from addresses.of_case_in_depth(self.world, case)
            yield from self._of_case(case)


def one_of_each_route(asked):
    """The first of the addresses *asked* on each route."""
    return list({addresses.route_of(address): address for address in reversed(list(asked))}.values())


def owner(name):
    """(kind, state) of the case that the canary *name* belongs to."""
    kind, _comma, rest = name.case.partition(", ")
    return kind, next((state for state in (*STATES, "public") if rest.startswith(state)), "public")


def leaks(walk, table):
    """A line for each canary that *walk* has read and, by *table* ({state: what may be seen}), may not."""
    lines = []
    for name, where in sorted(walk.seen.items()):
        _kind, state = owner(name)
        for place in sorted(where):
            allowed = table[state] if not is_public(place.partition(" ")[2]) else PUBLIC_TABLE[state]
            if name.side not in MAY[allowed]:
                lines.append(f"{walk.identity}: {place} shows {name}")
    return lines


def wrongly_hidden(walk, table):
    """A line for each canary that *walk* must have read and has not."""
    lines = []
    for name in sorted(walk.world.canaries.names.values()):
        _kind, state = owner(name)
        if walk.reads_in_brief and ", its " in name.case:
            continue
        if table[state] == DRAFT and (name.what.endswith(NOT_ASKED) or name.what.startswith(NOT_ASKED_IN_FRONT)):
            continue
        if name.side in MUST[table[state]] and name not in walk.seen:
            lines.append(f"{walk.identity} finds nowhere: {name}")
    return lines


# Languages whose pages in the admin the walk leaves out.
NOT_ASKED = tuple(f"_{code}" for code in CODES if code not in (*addresses.TRANSLATED, "en"))
NOT_ASKED_IN_FRONT = tuple(f"{code} " for code in CODES if code not in (*addresses.TRANSLATED, "en"))


# What everybody may read at public addresses, whoever is signed in.
PUBLIC_TABLE = {
    "draft": NOTHING,
    "in review": NOTHING,
    "scheduled": NOTHING,
    "newer draft": PUBLIC,
    "correction": PUBLIC,
    "withdrawn": REASON,
    "public": PUBLIC,
}


def forget():
    """Forget what the process keeps of earlier answers."""
    cache.store.cache_clear()
