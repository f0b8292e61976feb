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

from .models import Edition, PublicationStamp
from .prepared import prepared

# Seconds after which a value nobody renewed may go; correctness does not hang on it, only the room it takes.
KEEP = 24 * 60 * 60


@prepared
def _stamp():
    return PublicationStamp.objects.filter(pk=1).values_list("value")


class Moment:
    """The instant at which one request reads, with the publication stamp of that instant (read once, when needed).

    Everything that one answer shows is read at the same ``at``, so that its count and its rows agree.
    """

    def __init__(self, at=None):
        self.at = at or timezone.now()

    @cached_property
    def stamp(self):
        rows = _stamp()
        return rows[0][0] if rows else 0

    def cached(self, key, compute):
        """Return ``compute()``, or what it returned before if nothing can have changed since. *key* names the value."""
        name = f"stamped:{hashlib.sha256(repr(key).encode()).hexdigest()}"
        stamp = self.stamp
        kept = cache.get(name)
        if kept is not None and self._is_within(kept[0]):
            return kept[1]
        window = (stamp, self.at, self._next_instant())
        value = compute()
        cache.set(name, (window, value), KEEP)
        return value

    def _is_within(self, window):
        stamp, begins, ends = window
        return stamp == self.stamp and begins <= self.at and (ends is None or self.at < ends)

    def _next_instant(self):
        """The first instant after this one at which an edition begins or ends; None when there is none."""
        window = cache.get("stamped:window")
        if window is None or not self._is_within(window):
            window = (self.stamp, self.at, next_instant(self.at))
            cache.set("stamped:window", window, KEEP)
        return window[2]


def next_instant(at):
    """Return the first instant after *at* at which an edition begins or ends, None when there is none. Two queries."""
    begins = Edition.objects.to_come(at).aggregate(at=Min("public_from"))["at"]
    ends = Edition.objects.standing().filter(public_until__gt=at).aggregate(at=Min("public_until"))["at"]
    return min((instant for instant in (begins, ends) if instant), default=None)


def cached(key, compute, at=None):
    """Return the value *key* as it is at *at*: see ``Moment.cached``. Use one Moment where one answer needs several."""
    return Moment(at).cached(key, compute)
