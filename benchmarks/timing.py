"""``make timing``: whether response times distinguish hidden records from ones that never existed. Prints Markdown tables.

It requests hidden addresses, and addresses of the same form that never existed, in random order over one open connection to
the production server, and compares the medians. The same is done with names of accounts: see ``timing_accounts``.
"""

import argparse
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from . import timing_accounts
from .server import ROOT, environment, fill, manage, serving

HIDDEN = 20  # scheduled dossiers
LIMIT = 2.0  # milliseconds between the medians


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="ctportal-timing-") as folder:
        data = Path(folder)
        manage("collectstatic", "--noinput", "--verbosity", "0", data_dir=data)
        manage("migrate", "--verbosity", "0", data_dir=data)
        fill(options.conferences, data)
        command = [sys.executable, "-m", "benchmarks.timing", "--hide"]
        hidden = subprocess.run(command, cwd=ROOT, env=environment(data), check=True, stdout=subprocess.PIPE, text=True)
        world = json.loads(hidden.stdout.splitlines()[-1])
        with serving(data) as port:
            rows = [(name, *compared(port, name, world, options)) for name in world["addresses"]]
        names = timing_accounts.measured(data, options.requests, with_real_hash=options.real_hash)
    print(written(rows, options))
    print(timing_accounts.written(names, options.requests, "real hash" if options.real_hash else "quick hash"))
    differences = [there - none for _name, _status, there, none in rows] + [difference for *_row, difference in names]
    if any(abs(difference) >= LIMIT for difference in differences):
        sys.exit(f"A difference of {LIMIT} ms or more tells what is hidden, or who has an account.")


def arguments():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.timing", description=__doc__.splitlines()[0])
    parser.add_argument("--conferences", type=int, default=200, help="public conferences beside what is hidden")
    parser.add_argument("--requests", type=int, default=1000, help="requests for each row, half of them hidden")
    parser.add_argument("--real-hash", action="store_true", help="of passwords: a third of a second for each sign-in")
    parser.add_argument("--hide", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def compared(port, name, world, options):
    """Return (status, median for hidden addresses, median for others) of the row *name*, in milliseconds."""
    pairs = [(address, "hidden") for address in world["addresses"][name]]
    pairs += [(address, "never") for address in world["never"][name]]
    headers = {"Cookie": world["cookie"]} if name.startswith("admin") else {}
    order = random.Random(name)
    asked = pairs * (options.requests // len(pairs))
    order.shuffle(asked)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times, statuses = {"hidden": [], "never": []}, set()
    for address, kind in [*pairs, *asked]:  # the pairs first, to warm up, without measuring
        begin = time.perf_counter()
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        answer.read()
        times[kind].append((time.perf_counter() - begin) * 1000)
        statuses.add(answer.status)
    connection.close()
    assert len(statuses) == 1, f"{name}: {statuses}"
    medians = [statistics.median(times[kind][HIDDEN:]) for kind in ("hidden", "never")]
    return statuses.pop(), *medians


def written(rows, options):
    how = f"{options.requests} requests for each row in random order, half of them hidden; {options.conferences} public"
    lines = [
        f"{how} conferences; load of the machine {os.getloadavg()[0]:.1f} at the end.",
        "",
        "| address | status | hidden, median ms | never was, median ms | difference, ms |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {name} | {status} | {there:.2f} | {none:.2f} | {there - none:+.2f} |" for name, status, there, none in rows
    ]
    return "\n".join(lines)


def hide():
    """Add hidden records to the database. Print their addresses, and others of the same form, as one JSON object."""
    import django

    django.setup()
    from datetime import timedelta

    from django.test import Client
    from django.utils import timezone

    from ctportal.files.models import random_key
    from ctportal.publishing.services import publish
    from tests.factories import make_account, make_conference, make_document, make_photo, make_stored_file

    author = make_account("editor", "author")
    at, records, files = timezone.now() + timedelta(days=1), [], []
    for number in range(HIDDEN):
        conference = make_conference(slug=f"hidden-conference-{number:02}", created_by=author)
        document = make_document(conference, slug=f"hidden-document-{number:02}", created_by=author)
        document.versions.update(file=make_stored_file(f"hidden-{number:02}.pdf"))
        photo = make_photo(conference, created_by=author)
        for record in (conference, document, photo):
            publish(record, by=author, at=at)
        records.append((conference, document, photo))
        files.append(document.versions.get().file)
    client = Client()
    client.force_login(make_account("contributor", "reader"))
    session = client.cookies["sessionid"]
    of = {
        "conference page": [f"/en/conferences/{conference.slug}/" for conference, _document, _photo in records],
        "document page": [f"/en/documents/{document.slug}/" for _conference, document, _photo in records],
        "photo page": [f"/en/photos/{photo.uid}/" for *_others, photo in records],
        "version of a document": [f"/en/documents/{document.slug}/versions/1/" for _c, document, _photo in records],
        "permanent address": [f"/id/{document.uid}" for _conference, document, _photo in records],
        "API, by uid": [f"/api/v1/documents/{document.uid}/" for _conference, document, _photo in records],
        "API, by slug": [f"/api/v1/conferences/{conference.slug}/" for conference, _document, _photo in records],
        "API list filtered by it": [f"/api/v1/documents/?conference={c.slug}" for c, _document, _photo in records],
        "file": [stored.path for stored in files],
        "admin form, contributor": [f"/admin/documents/pressrelease/{d.pk}/change/" for _c, d, _photo in records],
        "admin history, contributor": [f"/admin/conferences/conference/{c.pk}/history/" for c, *_others in records],
    }

    def never(address, number):
        for pattern, other in (
            (r"hidden-(\w+)-(\d\d)", r"nobody-\1-\2"),
            (r"[0-9a-f]{8}-[0-9a-f-]{27}", str(uuid.uuid4())),
            (r"/files/[^/]+/", f"/files/{random_key()}/"),
            (r"/(\d+)/(change|history)/", rf"/{90_000 + number}/\2/"),
        ):
            address = re.sub(pattern, other, address)
        return address

    print(
        json.dumps(
            {
                "addresses": of,
                "never": {name: [never(a, n) for n, a in enumerate(addresses)] for name, addresses in of.items()},
                "cookie": f"sessionid={session.value}",
            }
        )
    )


if __name__ == "__main__":
    hide() if "--hide" in sys.argv else main()
