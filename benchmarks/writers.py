"""``make writers``: staff who write at the same time, while readers read. Prints a Markdown table.

Eight accounts work in the admin of the production server without a pause: they save drafts and texts, upload photos,
publish, tell that they have a page open, and sign in. Readers ask for pages and the API a few times a second.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

from tests.admin.forms import AdminForm
from tests.files.samples import picture

from .server import ROOT, THREADS, WORKERS, environment, fill, manage, serving

NICE = 10  # of the server of staff, with --apart
READERS, PAUSE = 2, 0.5  # each asks once in this many seconds
LONGEST_WRITE, READERS_P95 = 5.0, 0.25  # seconds
PASSWORD = "correct horse battery staple"  # noqa: S105 - of accounts in a temporary database
# One round of a writer, in random order. Opening the form that is saved is a request of its own.
ROUND = {
    "save a draft": 6,
    "save a document with text": 4,
    "upload a photo": 1,
    "publish": 3,
    "presence": 5,
    "sign in": 1,
}
DONE = {200, 201, 302}
BOUNDARY = "writers-boundary"


def main():
    options = arguments()
    database = {"CTPORTAL_DATABASE_URL": os.environ["CTPORTAL_DATABASE_URL"]} if options.postgresql else {}
    with tempfile.TemporaryDirectory(prefix="ctportal-writers-") as folder:
        data = Path(folder)
        manage("collectstatic", "--noinput", "--verbosity", "0", data_dir=data)
        manage("migrate", "--verbosity", "0", data_dir=data, **database)
        fill(options.conferences, data, **database)
        command = [sys.executable, "-m", "benchmarks.writers", "--prepare", "--writers", str(options.writers)]
        env = environment(data, **database)
        prepared = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
        world = json.loads(prepared.stdout.splitlines()[-1])
        with ExitStack() as servers:
            port = staff = servers.enter_context(serving(data, **database))
            if options.apart:
                staff = servers.enter_context(serving(data, nice=NICE, **database))
            runs = [measured(port, staff, world, options) for _run in range(options.runs)]
    print(written(runs, "PostgreSQL" if options.postgresql else "SQLite", options))
    if any(missed(run) for run in runs):
        sys.exit("\n".join(line for run in runs for line in missed(run)))


def arguments():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writers", description=__doc__.splitlines()[0])
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--operations", type=int, default=200, help="of each writer in each run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pause", type=float, default=0, help="seconds between two operations of a writer")
    parser.add_argument("--conferences", type=int, default=100, help="published before")
    parser.add_argument(
        "--apart", action="store_true", help="staff have a server of their own, which yields to readers'"
    )
    parser.add_argument("--postgresql", action="store_true", help="on CTPORTAL_DATABASE_URL, which must be empty")
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def measured(port, staff, world, options):
    """Run all writers, at the port *staff*, and readers once.

    Return {"seconds", "times": {operation: [seconds]}, "failed": {(operation, status): n}}.
    """
    noted = SimpleNamespace(times=defaultdict(list), failed=Counter())
    writers = [Writer(staff, noted, **mine) for mine in world["writers"]]
    ended = threading.Event()
    begin = time.monotonic()
    working = [threading.Thread(target=writer.work, args=[options.operations, options.pause]) for writer in writers]
    reading = [threading.Thread(target=read, args=[port, noted, world["pages"], ended]) for _reader in range(READERS)]
    for thread in [*working, *reading]:
        thread.start()
    for thread in working:
        thread.join()
    seconds = time.monotonic() - begin
    ended.set()
    for thread in reading:
        thread.join()
    return {"seconds": seconds, "times": noted.times, "failed": noted.failed}


def read(port, noted, pages, ended):
    browser = Browser(port, noted)
    while not ended.wait(PAUSE):
        browser.named("readers").get(random.choice(pages))


class Browser:
    """Sends requests on connections of their own, as a proxy does, keeps cookies, and notes the time of each request."""

    def __init__(self, port, noted):
        self.port, self.noted, self.cookies = port, noted, SimpleCookie()

    @property
    def token(self):
        return self.cookies["csrftoken"].value

    def named(self, operation):
        """Let the following requests count as *operation*."""
        self.operation = operation
        return self

    def get(self, path):
        return self._request("GET", path)

    def post(self, path, values):
        return self._request(
            "POST", path, urlencode(values, doseq=True), {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def upload(self, path, values, name, content):
        part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
        fields = "".join(part % (field, "") + f"{value}\r\n" for field, value in values.items())
        start = fields + part % (name, '; filename="photo.jpg"\r\nContent-Type: image/jpeg')
        body = start.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Accept": "application/json"}
        return self._request("POST", path, body, headers)

    def _request(self, method, path, body=None, headers=None):
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        begin = time.perf_counter()
        try:
            connection.request(method, path, body, {"Cookie": cookies, "Connection": "close", **(headers or {})})
            answer = connection.getresponse()
            content, status = answer.read(), answer.status
        except OSError:
            answer, content, status = None, b"", "no answer"
        finally:
            connection.close()
        self.noted.times[self.operation].append(time.perf_counter() - begin)
        if status not in DONE:
            self.noted.failed[self.operation, status] += 1
        for value in answer.headers.get_all("Set-Cookie", []) if answer else []:
            self.cookies.load(value)
        return SimpleNamespace(status_code=status, content=content)


class Writer:
    """One account, with a conference and documents of its own."""

    def __init__(self, port, noted, *, username, conference, documents, conference_key):
        self.port, self.noted, self.username = port, noted, username
        self.conference, self.documents, self.conference_key = conference, documents, conference_key
        self.random, self.number, self.presence = random.Random(username), 0, ()
        self.picture = picture(size=(2400, 1600), quality=90)
        self.browser = Browser(port, noted)
        self.sign_in()

    def work(self, operations, pause):
        todo = []
        for _operation in range(operations):
            time.sleep(pause)
            if not todo:
                todo = [name for name, times in ROUND.items() for _time in range(times)]
                self.random.shuffle(todo)
            self.number += 1
            name = todo.pop()
            try:
                STEPS[name](self)
            except (AssertionError, KeyError) as error:  # a page that is not the form asked for
                self.noted.failed[name, str(error)[:60] or type(error).__name__] += 1

    def sign_in(self):
        """Sign in with the browser that was used last time, and return it."""
        browser = Browser(self.port, self.noted)
        browser.cookies.update({name: morsel for name, morsel in self.browser.cookies.items() if name != "sessionid"})
        browser.named("open a form").get("/admin/login/")
        values = {"username": self.username, "password": PASSWORD, "csrfmiddlewaretoken": browser.token}
        browser.named("sign in").post("/admin/login/", values)
        assert "sessionid" in browser.cookies, "cannot sign in"
        self.browser = browser

    def save(self, address, operation, button, **values):
        form = AdminForm(self.browser.named("open a form"), address).fill(**values)
        page = form.response.content.decode()
        if 'id="portal-presence"' in page:
            box = page.split('id="portal-presence"')[1]
            self.presence = [box.split(f'data-{name}="')[1].split('"')[0] for name in ("address", "page")]
        self.browser.named(operation)
        form.press(button)

    def save_draft(self):
        self.save(self.conference, "save a draft", "_continue", venue=f"Hall {self.number}")

    def save_text(self):
        address = self.random.choice(self.documents)
        self.save(address, "save a document with text", "_continue", body=self.text())

    def publish(self):
        self.save(self.random.choice(self.documents), "publish", "_publish", body=self.text())

    def text(self):
        words = ("participants", "exchanged", "experience", "of", "prevention", "and", "response", "at", "borders")
        paragraphs = (" ".join(self.random.choices(words, k=80)) for _paragraph in range(6))
        return f"<p>{self.number}</p>" + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)

    def show_presence(self):
        if not self.presence:
            return self.save_draft()
        address, page = self.presence
        self.browser.named("presence").post(address, {"page": page, "csrfmiddlewaretoken": self.browser.token})

    def upload(self):
        address = "/admin/conferences/photo/upload/"
        values = {"csrfmiddlewaretoken": self.browser.token, "again": "on"}
        values |= {"conference": self.conference_key, "credit": "Somebody"}
        self.browser.named("upload a photo").upload(address, values, "pictures", self.picture)


STEPS = {
    "save a draft": Writer.save_draft,
    "save a document with text": Writer.save_text,
    "upload a photo": Writer.upload,
    "publish": Writer.publish,
    "presence": Writer.show_presence,
    "sign in": Writer.sign_in,
}


def p95(times):
    return statistics.quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def missed(run):
    """Yield a sentence for each target that *run* misses."""
    writes = [name for name in run["times"] if name != "readers"]
    longest = max(max(run["times"][name]) for name in writes)
    if longest > LONGEST_WRITE:
        yield f"The longest request of a writer took {longest:.1f} s, more than {LONGEST_WRITE:.0f} s."
    if p95(run["times"]["readers"]) > READERS_P95:
        yield f"Readers waited {p95(run['times']['readers']):.2f} s at p95, more than {READERS_P95} s."
    if run["failed"]:
        yield f"Failed: {dict(run['failed'])}."


def written(runs, database, options):
    what = f"{options.writers} writers × {options.operations} operations, {WORKERS} workers × {THREADS} threads{' and as many for staff' if options.apart else ''}"
    lines = [
        f"{database}, {what}; load of the machine {os.getloadavg()[0]:.1f} at the end. Times in milliseconds.",
        "",
        "| run | operation | requests | p50 | p95 | longest | failed |",
        "| ---: | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for number, run in enumerate(runs, start=1):
        for name in ["readers", "open a form", *ROUND]:
            times = run["times"][name]
            failed = ", ".join(f"{n} × {status}" for (what, status), n in run["failed"].items() if what == name)
            figures = (statistics.median(times), p95(times), max(times))
            cells = " | ".join(f"{seconds * 1000:.0f}" for seconds in figures)
            lines.append(f"| {number} | {name} | {len(times)} | {cells} | {failed or 0} |")
        rate = options.writers * options.operations / run["seconds"]
        lines.append(f"| {number} | all, {run['seconds']:.0f} s, {rate:.1f} operations/s | | | | | |")
    return "\n".join(lines)


def prepare(writers):
    """Make the accounts. Print them, with what each of them works on and what readers read, as one JSON object."""
    import django

    django.setup()
    from django.urls import reverse
    from django.utils import timezone

    from conferences.models import Conference
    from ctportal.publishing.models import Edition
    from documents.models import Document
    from tests.factories import make_account

    def change(record, entry):
        return reverse(f"admin:{entry}_change", args=[record.pk])

    mine = []
    # The latest dossiers have all kinds of documents.
    for number, conference in enumerate(Conference.objects.exclude(kind="week").order_by("-pk")[:writers]):
        account = make_account("publisher", f"writer{number}")
        account.set_password(PASSWORD)
        account.save()
        documents = Document.objects.filter(conference=conference, kind="press-release")
        mine.append(
            {
                "username": account.username,
                "conference": change(conference, "conferences_conference"),
                "conference_key": conference.pk,
                "documents": [change(document, "documents_pressrelease") for document in documents],
            }
        )
    pages = ["/en/", "/fr/conferences/", "/en/documents/", "/ru/press-releases/", "/en/photos/", "/api/v1/photos/"]
    pages += ["/api/v1/documents/", "/api/v1/conferences/?year=2010"]
    for record_type in ("conference", "document"):
        public = Edition.objects.public(timezone.now()).of(record_type).order_by("pk")
        pages += [f"/en/{record_type}s/{slug}/" for slug in public.values_list("slug", flat=True)[:20]]
    print(json.dumps({"writers": mine, "pages": pages}))


if __name__ == "__main__":
    chosen = arguments()
    prepare(chosen.writers) if chosen.prepare else main()
