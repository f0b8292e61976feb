"""The walk: request all addresses as one identity, and report each canary that it must not read there."""

import re
from collections import defaultdict

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from ctportal.core.languages import CODES
from ctportal.reading import cache

from . import addresses
from .canaries import CLOSED, HELD, NAMED, OPEN, TOLD
from .readers import API, EXPIRED, PHOTO_EDITOR, PUBLISHER, STAFF, TRANSLATOR, VISITOR, reader
from .world import KINDS, STATES

OF_VOCABULARY = re.compile(r"/admin/conferences/(series|theme|organization|person)/")
FOR_STAFF = ("/admin/", "/preview/")
# The last with an empty form. Responses to methods do not depend on the database, so on PostgreSQL only HEAD is tested.
OTHER_METHODS = ("HEAD", "OPTIONS", "POST") if connection.vendor == "sqlite" else ("HEAD",)


def is_public(address):
    return not address.startswith(FOR_STAFF)


# What a reader may see of a record, and the canaries that they may and must find.
NOTHING, PUBLIC, REASON, DRAFT = "nothing", "public part", "reason", "draft"
MAY = {
    NOTHING: set(),
    PUBLIC: {OPEN, TOLD},
    REASON: {OPEN, TOLD},
    DRAFT: {OPEN, TOLD, CLOSED, HELD},
}
MUST = {NOTHING: set(), PUBLIC: {OPEN}, REASON: {OPEN}, DRAFT: {CLOSED}}


class Walk:
    """The canaries that one identity has found, and where."""

    def __init__(self, world, identity):
        self.world, self.identity = world, identity
        self.reader = reader(identity, world)
        self.seen = defaultdict(set)  # {Name: addresses}
        self.statuses = {}  # {(address, method): status}

    def ask(self, address, method="GET"):
        with transaction.atomic():
            answer = self.reader.ask(address, method)
            # Even an empty form may change something.
            transaction.set_rollback(method not in ("GET", "HEAD"))
        self.note(address, answer, method)
        return answer

    def note(self, address, answer, method="GET"):
        self.statuses[address, method] = answer.status
        asked = address.lower()
        for text, name in self.world.canaries.found(answer.data).items():
            if text not in asked:  # a search term in the response reveals nothing
                self.seen[name].add(f"{method} {address}")

    @property
    def reads_all_drafts(self):
        return self.identity in (TRANSLATOR, PHOTO_EDITOR, PUBLISHER)

    @property
    def reads_in_brief(self):
        """Return whether forms of the vocabulary are left out. They are slow, and those of the publisher show the same."""
        return self.identity in (TRANSLATOR, PHOTO_EDITOR)

    @property
    def asks_like_a_visitor(self):
        """Return whether only the cookie or the ``Accept`` header differs from a visitor's requests, at any method."""
        return self.identity in (EXPIRED, API)

    @property
    def asks_few_by_other_methods(self):
        """Return whether one address of each route is enough: the visitor, the contributor and the publisher ask for all
        public ones by every method, and so no identity is answered by another view."""
        return self.asks_like_a_visitor or self.reads_in_brief

    @property
    def session(self):
        cookie = self.reader.cookies.get("sessionid")
        return SessionStore(cookie.value) if cookie and self.identity in STAFF else None

    @property
    def routes(self):
        """The routes that were requested by GET."""
        return {addresses.route_of(address) for address, method in self.statuses if method == "GET"}

    def everything(self):
        """Request the whole plan."""
        return self.all_of(self.plan())

    def what_is_kept(self):
        """Request what a cache may store: the public addresses but for files, by GET, and as a visitor also by HEAD, which
        is made from the same entry of the cache for everybody."""
        asked = [address for address in self.addresses() if is_public(address) and not address.startswith("/files/")]
        methods = ("GET", "HEAD") if self.identity == VISITOR else ("GET",)
        return self.all_of((address, method) for address in asked for method in methods)

    def all_of(self, plan):
        for address, method in plan:
            self.ask(address, method)
        return self

    def plan(self):
        """Yield (address, method) for each request: all addresses by GET, and by other methods where these may reveal more.

        To an identity that reads all drafts the admin shows everything by GET. There only the publisher uses other methods,
        at one address of each route, to find errors. So do, at all addresses, identities that ask like a visitor, and at
        public ones the two that read all drafts beside the publisher.
        """
        asked = self.addresses()
        yield from ((address, "GET") for address in asked)
        if self.asks_like_a_visitor:
            otherwise = asked
        else:
            otherwise = [address for address in asked if is_public(address) or not self.reads_all_drafts]
        if self.identity == PUBLISHER:
            otherwise += one_of_each_route([address for address in asked if not is_public(address)])
        for method in OTHER_METHODS:
            yield from ((address, method) for address in self.of_those_by(method, otherwise))

    def of_those_by(self, method, asked):
        """Return those of the addresses *asked* that this identity requests by *method*.

        HEAD is GET without the body, which the first middleware drops for everybody: the visitor asks for all, the others
        for one of each route.
        """
        few = self.asks_few_by_other_methods or (method == "HEAD" and self.identity != VISITOR)
        return one_of_each_route(asked) if few else asked

    def addresses(self):
        """Return the addresses that this identity requests, each once, and at least one of each route.

        An identity that reads all drafts finds everything in the records. It requests only some of the lists, to find
        errors, but each list and each filter at least once.
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
        """Return the addresses of the cases in *state*, public or not, that this identity requests."""
        asked = [address for kind in KINDS for address in self._of_case(self.world.cases[state, kind])]
        return [address for address in asked if not (self.reads_in_brief and OF_VOCABULARY.match(address))]

    def _of_case(self, case):
        return [*addresses.of_case(self.world, case), *addresses.of_draft(case, self.session)]

    def _further(self):
        """Yield addresses with at least one of each route."""
        yield from addresses.of_staff(self.world)
        for case in self.world.cases.values():
            yield from addresses.of_case_in_depth(self.world, case)
            yield from self._of_case(case)


def one_of_each_route(asked):
    """Return the first of the addresses *asked* for each route."""
    return list({addresses.route_of(address): address for address in reversed(list(asked))}.values())


def owner(name):
    """Return (kind, state) of the case of the canary *name*."""
    kind, _comma, rest = name.case.partition(", ")
    return kind, next((state for state in (*STATES, "public") if rest.startswith(state)), "public")


def leaks(walk, table):
    """Return a line for each canary that *walk* has read and must not by *table*, {state: what may be seen}."""
    lines = []
    for name, where in sorted(walk.seen.items()):
        _kind, state = owner(name)
        for place in sorted(where):
            address = place.partition(" ")[2]
            allowed = table[state] if not is_public(address) else PUBLIC_TABLE[state]
            names = {NAMED} if walk.identity in STAFF and address.startswith("/admin/") else set()
            if name.side not in MAY[allowed] | names:
                lines.append(f"{walk.identity}: {place} shows {name}")
    return lines


def wrongly_hidden(walk, table):
    """Return a line for each canary that *walk* should have read and has not."""
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


# What all identities may read at public addresses, signed in or not.
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
    """Empty the caches of the process."""
    cache.store.cache_clear()
