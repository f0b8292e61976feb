"""The walk: ask every address as an identity, and report each canary that may not be read there."""

import re
from collections import defaultdict

from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache

from ctportal.languages import CODES

from . import addresses
from .canaries import CLOSED, HELD, OPEN, TOLD
from .readers import CONTRIBUTOR, PHOTO_EDITOR, STAFF, TRANSLATOR, reader
from .world import STATES

OF_VOCABULARY = re.compile(r"/admin/conferences/(series|theme|organization|person)/")
FOR_STAFF = ("/admin/", "/preview/")


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
        self.routes, self.statuses = set(), {}

    def ask(self, address, method="GET", **how):
        answer = self.reader.ask(address, method, **how)
        self.note(address, answer, method)
        return answer

    def note(self, address, answer, method="GET"):
        self.routes.add(addresses.route_of(address))
        self.statuses[address, method] = answer.status
        asked = address.lower()
        for text, name in self.world.canaries.found(answer.data).items():
            if text not in asked:  # what one says oneself is no news
                self.seen[name].add(f"{method} {address}")

    @property
    def reads_in_brief(self):
        """Whether the vocabulary's own forms are left out: they are dear, and those of the publisher show the same."""
        return self.identity in (TRANSLATOR, PHOTO_EDITOR)

    @property
    def session(self):
        cookie = self.reader.cookies.get("sessionid")
        return SessionStore(cookie.value) if cookie and self.identity in STAFF else None

    def general(self):
        """Ask what belongs to no record; for members of staff the admin's lists, searches, filters and forms too."""
        for address in (*addresses.of_everybody(), *addresses.of_open_records(self.world)):
            self.ask(address)
        if self.identity in STAFF:
            # Who reads all drafts finds everything in the records; here they only help to find what breaks.
            for address in [*addresses.of_staff(self.world)][:: 1 if self.identity == CONTRIBUTOR else 4]:
                self.ask(address)
        return self

    def case(self, case):
        """Ask every address of *case*, public or not."""
        asked = [*addresses.of_case(self.world, case), *addresses.of_draft(case, self.session)]
        if self.reads_in_brief:
            asked = [address for address in asked if not OF_VOCABULARY.match(address)]
        for address in asked:
            self.ask(address)
        return asked


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
    from ctportal.api.views import RECORDS

    cache.clear()
    RECORDS.forget()
