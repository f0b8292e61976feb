"""Fill an empty database with synthetic dossiers, to measure the portal at scale."""

import os
import resource
import shutil
import time

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from benchmarks.seed import seed
from benchmarks.synthetic import PREFIX
from benchmarks.worker import hurry
from conferences.models import Conference, Organization, Person, Series, Theme
from ctportal.publishing.models import Edition
from documents.models import Document

MODELS = (Conference, Document, Series, Theme, Organization, Person)


class Command(BaseCommand):
    help = "Fill an empty database with synthetic dossiers (6 documents, 4 photos each), the same ones every time."

    def add_arguments(self, parser):
        parser.add_argument(
            "--conferences", type=int, required=True, metavar="N", help="How many dossiers, such as 1000."
        )

    def handle(self, *, conferences, **options):
        if conferences < 1:
            raise CommandError(f"--conferences {conferences}: give a number of at least 1, such as 1000.")
        refuse_unless_empty()
        started = time.monotonic()
        hurry()

        def progress(done):
            self.show(done, conferences, time.monotonic() - started)

        # More than two would wait for each other, since SQLite has one writer.
        seed(conferences, processes=min(2, os.cpu_count() or 1), progress=progress)
        editions = Edition.objects.count()
        self.stdout.write(
            f"{conferences} conferences, {editions} editions in {time.monotonic() - started:.0f} s "
            f"({processor_seconds():.0f} s of processor time)"
        )

    def show(self, done, wanted, seconds):
        """Draw the progress bar, or print a line for each tenth where the output is not a terminal."""
        width = min(40, max(10, shutil.get_terminal_size().columns - 50))
        bar = "█" * (done * width // wanted)
        left = seconds * (wanted - done) / done
        line = f"{bar:░<{width}} {done}/{wanted} conferences, {seconds:.0f} s, about {left:.0f} s to go"
        if self.stdout.isatty():
            self.stdout.write(f"\r{line} ", ending="\n" if done == wanted else "")
            self.stdout.flush()
        elif done == wanted or done * 10 // wanted > max(0, done - 50) * 10 // wanted:
            self.stdout.write(line)


def refuse_unless_empty():
    """Raise CommandError where there is any content, so that real and synthetic content are never mixed."""
    for model in MODELS:
        real = model.objects.exclude(slug__startswith=PREFIX).values_list("slug", flat=True).first()
        if real:
            raise CommandError(
                f"This database holds real content ({model._meta.verbose_name} “{real}”), and nothing was written. "
                "Name an empty one: CTPORTAL_DATA_DIR=/tmp/scale or CTPORTAL_DATABASE_URL=…"
            )
    published = Edition.objects.exclude(Q(slug__startswith=PREFIX) | Q(slug="")).first()
    if published:
        raise CommandError(f"This database holds a real edition ({published}), and nothing was written.")
    if Conference.objects.exists():
        raise CommandError("This database holds synthetic content already, and nothing was written. Name an empty one.")


def processor_seconds():
    """Return the seconds of processor time of this process and of those it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
