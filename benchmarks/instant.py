"""``make instant``: whether anything that staff moved or unscheduled in the last seconds had been read before.

Editors move or unschedule documents within the last 15 seconds before their instants, while readers read what is public.
Clocks differ: those of the editors are behind, that of one reader is ahead. Some transactions last. What an editor was told
is done must never have been read, and what was refused must have been read after its instant.
"""

import argparse
import os
import queue
import random
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

LAST = 15.0  # seconds before an instant in which editors act
SLOW = 0.05  # share of the transactions that last, up to two seconds
EDITORS = 3


class Clocks:
    """The time, *factor* times as fast as it is. Each thread may have a clock that is ahead or behind (seconds)."""

    def __init__(self, factor=1):
        self.factor, self.begun, self.start = factor, time.monotonic(), datetime.now(UTC)
        self._own = threading.local()

    def set_ahead(self, seconds):
        self._own.ahead = timedelta(seconds=seconds)

    def elapsed(self):
        return (time.monotonic() - self.begun) * self.factor

    def true(self):
        return self.start + timedelta(seconds=self.elapsed())

    def now(self):
        return self.true() + getattr(self._own, "ahead", timedelta())

    def sleep(self, seconds):
        time.sleep(max(0, seconds) / self.factor)

    @contextmanager
    def replaced(self):
        """Let this process go by these clocks."""
        from django.utils import timezone

        from ctportal.publishing import clock

        before = timezone.now, clock.elapsed, clock.database_now
        timezone.now, clock.elapsed, clock.database_now = self.now, self.elapsed, self.true
        clock.trust()
        try:
            yield
        finally:
            timezone.now, clock.elapsed, clock.database_now = before
            clock.trust()


class Trials:
    """*number* trials with the Clocks *clocks*, those of editors and readers *apart* seconds from each other."""

    def __init__(self, number, clocks, *, apart=4.0, seed=1):
        self.number, self.clocks, self.apart = number, clocks, apart
        self.random = random.Random(seed)
        self.done, self.refused, self.read = {}, {}, {}  # {uid: …}
        self.errors, self.is_over = [], False

    def run(self):
        """Return what came of the trials, by name."""
        acts = self._schedule()
        readers = [self._thread(self._read, ahead) for ahead in (self.apart / 2, 0, -self.apart / 2)]
        editors = [self._thread(self._edit, -self.apart / 2, acts) for _number in range(EDITORS)]
        for thread in editors:
            thread.join()
        self.clocks.sleep((self.last - self.clocks.true()).total_seconds() + self.apart + 1)
        self.is_over = True
        for thread in readers:
            thread.join()
        broken = [uid for uid in self.done if uid in self.read]
        lost = [uid for uid in self.refused if uid not in self.read]
        return {
            "trials": self.number,
            "done": len(self.done),
            **{f"refused: {code}": n for code, n in sorted(Counter(self.refused.values()).items())},
            "done although read before": len(broken),
            "refused and not read": len(lost),
            "errors": len(self.errors),
        }

    def _schedule(self):
        """Schedule one document for each trial; return the queue of (when to act, document, how)."""
        from ctportal.publishing.services import publish
        from tests.factories import make_account, make_conference, make_document

        self.by = make_account("publisher")
        conference = make_conference()
        publish(conference, by=self.by)
        documents = [make_document(conference) for _number in range(self.number)]
        begin = self.clocks.true() + timedelta(seconds=LAST + 1 + self.number * 0.1 * self.clocks.factor)
        acts = queue.PriorityQueue()
        for number, document in enumerate(documents):
            instant = begin + timedelta(seconds=number * 0.12)
            publish(document, by=self.by, at=instant)
            act = instant - timedelta(seconds=self.random.uniform(0, LAST))
            acts.put((act, number, document, self.random.random() < SLOW and self.random.uniform(0, 2)))
        self.last = instant
        return acts

    def _thread(self, target, ahead, *arguments):
        def run():
            from django.db import connection

            self.clocks.set_ahead(ahead)
            try:
                target(*arguments)
            except Exception as error:  # noqa: BLE001 - whatever ends a thread is told with the result
                self.errors.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def _edit(self, acts):
        while True:
            try:
                at, number, document, lasts = acts.get_nowait()
            except queue.Empty:
                return
            self.clocks.sleep((at - self.clocks.true()).total_seconds())
            self._act(number, document, lasts)

    def _act(self, number, document, lasts):
        from django.core.exceptions import ValidationError

        from ctportal.publishing.transactions import atomic
        from ctportal.workflow import review

        try:
            with atomic():
                if number % 2:
                    review.unschedule(document, by=self.by)
                else:
                    review.redate(document, by=self.by, at=self.clocks.now() + timedelta(days=1))
                self.clocks.sleep(lasts)
        except ValidationError as error:
            self.refused[document.uid] = error.code
        else:
            self.done[document.uid] = self.clocks.true()

    def _read(self):
        from ctportal.publishing import epoch
        from ctportal.publishing.models import Edition

        while not self.is_over:
            for uid in Edition.objects.public(epoch.now()).of("document").values_list("uid", flat=True):
                self.read.setdefault(uid, self.clocks.true())
            time.sleep(0.005)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instant", description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--apart", type=float, default=4.0, help="seconds between the clocks of editors and readers")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "ctportal.settings.test"
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    clocks = Clocks()
    try:
        with clocks.replaced():
            found = Trials(options.trials, clocks, apart=options.apart).run()
    finally:
        teardown_databases(databases, verbosity=0)
    print(
        f"{connection.vendor}, clocks {options.apart:g} s apart: "
        + ", ".join(f"{n} {name}" for name, n in found.items())
    )
    if found["done although read before"] or found["refused and not read"] or found["errors"]:
        sys.exit("Somebody read what was moved, or could not read what was not.")


if __name__ == "__main__":
    main()
