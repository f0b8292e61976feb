"""Values kept in the cache for as long as nothing was published and nothing began or ended.

Counts and menus are dear to compute and change only with a publication or with the clock. Both are known: every
publishing transaction raises the publication stamp, and the next instant at which anything begins or ends stands in the
editions. So a kept value costs one query (the stamp) and is never stale, in any worker. Neither the stamp nor that
instant may leave the process: both would tell of what is to come.
"""

import hashlib

from django.core.cache import cache
from django.db.models import Min
from django.utils import timezone
from django.utils.functional import cached_property

from .models import APART, Edition, PublicationStamp, reached
from .prepared import prepared

# Seconds after which a value nobody renewed may go; correctness does not hang on it, only the room it takes.
KEEP = 24 * 60 * 60


@prepared
def _stamp(clock, latest):
    return PublicationStamp.objects.filter(pk=1).values_list("value", reached(clock, latest))


class Moment:
    """The instant at which one request reads (default: what is ``reached`` now), with the publication stamp of that
    instant; both read together, once, when needed.

    Everything that one answer shows is read at the same ``at``, so that its count and its rows agree.
    """

    def __init__(self, at=None):
        self._asked = at

    @property
    def at(self):
        return self._asked or self._read[1]

    @property
    def stamp(self):
        return self._read[0]

    @cached_property
    def _read(self):
        """(stamp, instant)"""
        clock = self._asked or timezone.now()
        rows = _stamp(clock=clock, latest=self._asked or clock + APART)
        return rows[0] if rows else (0, clock)

    def cached(self, key, compute):
        """Return ``compute()``, or what it returned before if nothing can have changed since. *key* names the value."""
        name = f"stamped:{hashlib.sha256(repr(key).encode()).hexdigest()}"
        kept = cache.get(name)
        if kept is not None and self.is_within(kept[0]):
            return kept[1]
        window = self.window
        value = compute()
        cache.set(name, (window, value), KEEP)
        return value

    @property
    def window(self):
        """(stamp, instant, instant): from this moment to the next at which anything public can be otherwise."""
        return self.stamp, self.at, self._next_instant()

    def is_within(self, window):
        stamp, begins, ends = window
        return stamp == self.stamp and begins <= self.at and (ends is None or self.at < ends)

    def _next_instant(self):
        """The first instant after this one at which an edition begins or ends; None when there is none."""
        window = cache.get("stamped:window")
        if window is None or not self.is_within(window):
            window = (self.stamp, self.at, next_instant(self.at))
            cache.set("stamped:window", window, KEEP)
        return window[2]


class Pieces:
    """Pieces of answers in the memory of this process, each made of one edition, kept for as long as the counts are.

    *room* is the number of bytes that they may take, roughly; when there is no more, all go. A piece is a tuple that
    begins with its bytes.
    """

    def __init__(self, room):
        self.room = room
        self.forget()

    def forget(self):
        self._held = _Held(None)

    def fetch(self, moment, names, make):
        """Return {name: piece} for *names*; ``make(missing names)`` returns the same for those that are not kept."""
        held = self._held
        if held.window is None or not moment.is_within(held.window):
            held = self._held = _Held(moment.window)
        found = {name: piece for name in names if (piece := held.pieces.get(name))}
        if len(found) < len(names):
            made = make([name for name in names if name not in found])
            found |= made
            held.keep(made, self.room)
        return found


class _Held:
    """What is kept of one window. Threads that see another window hold another object, so none mixes the two."""

    def __init__(self, window):
        self.window, self.pieces, self.taken = window, {}, 0

    def keep(self, made, room):
        size = sum(len(piece[0]) for piece in made.values())
        if self.taken + size > room:
            self.pieces, self.taken = {}, 0
        if size <= room:
            self.pieces |= made
            self.taken += size


def now():
    """The instant that this process has reached: by its clock or, where this is ahead, by the last publication. One query."""
    return Moment().at


def next_instant(at):
    """Return the first instant after *at* at which an edition begins or ends, None when there is none. Two queries."""
    begins = Edition.objects.to_come(at).aggregate(at=Min("public_from"))["at"]
    ends = Edition.objects.standing().filter(public_until__gt=at).aggregate(at=Min("public_until"))["at"]
    return min((instant for instant in (begins, ends) if instant), default=None)


def cached(key, compute, at=None):
    """Return the value *key* as it is at *at*: see ``Moment.cached``. Use one Moment where one answer needs several."""
    return Moment(at).cached(key, compute)
