"""An independent model of the publishing rule, written from its documentation: intervals of contents for each record.

It uses neither editions nor the database. Instants are aware datetimes. An interval excludes its ``end``; None is no end.
"""

from dataclasses import dataclass

NEXT, OWN, PARENT = "next", "own", "parent"  # why an interval ends: a successor, a withdrawal, the conference's end


class Refused(Exception):
    """The publishing rule does not allow this step."""


@dataclass
class Interval:
    start: object
    end: object
    content: object
    why: str = ""  # the reason for its end
    approval: object = None  # the approval it comes from; moving and restoring keep it

    def covers(self, at):
        return self.start <= at and (self.end is None or at < self.end)


class Timeline:
    """The public contents of one record: past, current and scheduled. *parent* is the Timeline of its conference."""

    def __init__(self, parent=None):
        self.intervals, self.parent, self.children = [], parent, []
        if parent:
            parent.children.append(self)

    def at(self, instant):
        return next((i for i in self.intervals if i.covers(instant)), None)

    def content(self, instant):
        found = self.at(instant)
        return found and found.content

    def to_come(self, now):
        return next((i for i in self._sorted() if i.start > now), None)

    def last(self, now):
        return next((i for i in reversed(self._sorted()) if i.start <= now), None)

    def scheduled_end(self, now):
        return next((i for i in self._sorted() if i.end and i.end > now and i.why in (OWN, PARENT)), None)

    def instants(self):
        return {i.start for i in self.intervals} | {i.end for i in self.intervals if i.end}

    def _sorted(self):
        return sorted(self.intervals, key=lambda interval: interval.start)

    def stretch(self, at):
        """Return (whether it is public at *at*, end of that unbroken interval or None)."""
        current = self.at(at)
        if not current:
            return False, None
        while current.end is not None and self.at(current.end):
            current = self.at(current.end)
        return True, current.end

    # Steps

    def publish(self, content, start, now, *, replace=False, approval=None):
        opening = self._opening(now)
        if replace:
            self._drop_to_come(now)
        if self.to_come(now):
            raise Refused("one is to come")
        self._put(content, start, approval)
        moved = (opening, start) if replace and opening and opening != start else None
        self._without_deleted_rows(now, moved)

    def put_language(self, change, now, approval=None):
        """Publish the content in force with *change* (a function) applied."""
        if not self.at(now) or self.to_come(now):
            raise Refused("not in force, or one is to come")
        self._put(change(self.content(now)), now, approval)
        self._without_deleted_rows(now)

    def unschedule(self, now):
        ending = self.scheduled_end(now)
        if self.to_come(now):
            self._drop_to_come(now)
        elif ending:
            if ending.why == PARENT:
                raise Refused("ends with its conference")
            ending.end, ending.why = None, ""
            self._keep_inside(ending)
        else:
            raise Refused("nothing is scheduled")
        self._without_deleted_rows(now)

    def redate(self, start, now):
        coming = self.to_come(now)
        if not coming:
            raise Refused("nothing is scheduled")
        if start == coming.start:
            return
        opening, end, why = self._opening(now), coming.end, coming.why
        if end and why in (OWN, PARENT) and end <= start:
            raise Refused("it is to be withdrawn before that")
        self._drop(coming, now)
        new = self._put(coming.content, start, coming.approval)
        if end and why in (OWN, PARENT) and new.end is None:
            new.end, new.why = end, why
        self._without_deleted_rows(now, (opening, start) if opening else None)

    def withdraw(self, end, now):
        coming = self.to_come(now)
        if coming and coming.start >= end:
            self._drop(coming, now)
        ending = next(
            (i for i in reversed(self._sorted()) if i.start < end and (i.end is None or i.end >= end)),
            None,
        )
        if not ending or (ending.end and ending.end <= now):
            raise Refused("not public then")
        ending.end, ending.why = end, OWN
        self._without_deleted_rows(now)

    def restore(self, start, now):
        last = self.last(now)
        if self.at(now) or self.to_come(now) or not last:
            raise Refused("nothing to restore")
        self._put(last.content, start, last.approval)
        for child in self.children:
            gone = [i for i in child.intervals if i.why == PARENT and i.end == last.end]
            if gone and not child.at(start) and not child.to_come(now):
                child.restore(start, now)
        self._without_deleted_rows(now)

    # Consequences of steps

    def _opening(self, now):
        coming = self.to_come(now)
        return coming.start if coming and not self.at(now) else None

    def _put(self, content, start, approval):
        before = self.at(start)
        new = Interval(start, None, content, approval=approval)
        if before:
            if before.start == start:
                raise Refused("another begins at that instant")
            new.end, new.why = before.end, before.why
            before.end, before.why = start, NEXT
        self.intervals.append(new)
        self._keep_inside(new)
        return new

    def _keep_inside(self, interval):
        if not self.parent:
            return
        inside, end = self.parent.stretch(interval.start)
        if not inside:
            raise Refused("outside its conference")
        if end is not None and (interval.end is None or interval.end > end):
            interval.end, interval.why = end, PARENT

    def _drop_to_come(self, now):
        coming = self.to_come(now)
        if coming:
            self._drop(coming, now)

    def _drop(self, interval, now):
        self.intervals.remove(interval)
        before = next((i for i in self.intervals if i.end == interval.start and i.why == NEXT), None)
        if before and before.end > now:
            before.end, before.why = interval.end, interval.why

    def _without_deleted_rows(self, now, moved=None):
        """End, move or unschedule the children with their conference."""
        for child in self.children:
            for interval in sorted(child.intervals, key=lambda i: i.start, reverse=True):
                if interval in child.intervals and (interval.end is None or interval.end > now):
                    child._follow(interval, now, moved)

    def _follow(self, interval, now, moved):
        inside, end = self.parent.stretch(max(interval.start, now))
        if interval.start > now and moved and interval.start == moved[0]:
            self._drop(interval, now)
            self._put(interval.content, moved[1], interval.approval)
        elif not inside and interval.start > now:
            self._drop(interval, now)
        elif not inside:
            interval.end, interval.why = now, PARENT
        elif end is not None and (interval.end is None or interval.end > end):
            interval.end, interval.why = end, PARENT
        elif interval.why == PARENT and interval.end != end:
            interval.end, interval.why = end, PARENT if end else ""
