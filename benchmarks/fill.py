"""``python -m benchmarks.fill N``: fill the database of ``CTPORTAL_DATA_DIR``, which must be empty, with N synthetic
dossiers (6 documents, 4 photos each), the same ones every time.
"""

import argparse
import os
import resource
import shutil
import sys
import time

import django


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fill")
    parser.add_argument("conferences", type=int, metavar="N", help="how many dossiers, such as 1000")
    django.setup()
    fill(parser.parse_args().conferences)


def fill(conferences):
    """Write *conferences* dossiers. Exit with a message where there is any content."""
    from ctportal.publishing.models import Edition

    from .seed import seed
    from .worker import hurry

    if conferences < 1:
        sys.exit(f"{conferences} conferences: give a number of at least 1, such as 1000.")
    refuse_unless_empty()
    started = time.monotonic()
    hurry()

    def progress(done):
        show(done, conferences, time.monotonic() - started)

    # More than two would wait for each other, since SQLite has one writer.
    seed(conferences, processes=min(2, os.cpu_count() or 1), progress=progress)
    print(
        f"{conferences} conferences, {Edition.objects.count()} editions in {time.monotonic() - started:.0f} s "
        f"({processor_seconds():.0f} s of processor time)"
    )


def show(done, wanted, seconds):
    """Draw the progress bar, or print a line for each tenth where the output is not a terminal."""
    width = min(40, max(10, shutil.get_terminal_size().columns - 50))
    bar = "█" * (done * width // wanted)
    left = seconds * (wanted - done) / done
    line = f"{bar:░<{width}} {done}/{wanted} conferences, {seconds:.0f} s, about {left:.0f} s to go"
    if sys.stdout.isatty():
        print(f"\r{line} ", end="\n" if done == wanted else "", flush=True)
    elif done == wanted or done * 10 // wanted > max(0, done - 50) * 10 // wanted:
        print(line, flush=True)


def refuse_unless_empty():
    """Exit with a message where there is any content, so that real and synthetic content are never mixed."""
    from django.db.models import Q

    from conferences.models import Conference, Organization, Person, Series, Theme
    from ctportal.publishing.models import Edition
    from documents.models import Document

    from .synthetic import PREFIX

    for model in (Conference, Document, Series, Theme, Organization, Person):
        real = model.objects.exclude(slug__startswith=PREFIX).values_list("slug", flat=True).first()
        if real:
            sys.exit(
                f"This database holds real content ({model._meta.verbose_name} “{real}”), and nothing was written. "
                "Name an empty one: CTPORTAL_DATA_DIR=/tmp/scale or CTPORTAL_DATABASE_URL=…"
            )
    published = Edition.objects.exclude(Q(slug__startswith=PREFIX) | Q(slug="")).first()
    if published:
        sys.exit(f"This database holds a real edition ({published}), and nothing was written.")
    if Conference.objects.exists():
        sys.exit("This database holds synthetic content already, and nothing was written. Name an empty one.")


def processor_seconds():
    """Return the seconds of processor time of this process and of those it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
