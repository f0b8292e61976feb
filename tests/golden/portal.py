"""A separate portal for one recording: a new folder, clocks that stand still, numbered random values, the demonstration
content, and later work of editors (``prepare``).
"""

import contextlib
import hashlib
import io
import itertools
import logging
import os
import re
import secrets
import sqlite3
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

LOADED = datetime(2026, 11, 2, 9, tzinfo=UTC)
EDITED = datetime(2026, 11, 9, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
SETTINGS = "ctportal.settings.test"
ROLES = (
    "contributor",
    "editor",
    "translator",
    "photo-editor",
    "publisher",
    "administrator",
)  # the names in demo_accounts


class Clock:
    """The time of ``timezone.now``, ``time.time``, ``time.clock_gettime`` and the clock of the database."""

    now = LOADED


clock = Clock()


def freeze():
    """Set the environment, and replace clocks and random values by counters. Must run before Django is imported."""
    for name in [name for name in os.environ if name.startswith("CTPORTAL_") and name != "CTPORTAL_GOLDEN"]:
        del os.environ[name]
    os.environ |= {"CTPORTAL_DEMO": "1", "DJANGO_SETTINGS_MODULE": SETTINGS}

    from django.utils import timezone

    timezone.now = lambda: clock.now
    time.time = lambda: clock.now.timestamp()  # noqa: PLW0108 (the clock is moved)
    time.clock_gettime = lambda _clock: clock.now.timestamp()
    numbers = itertools.count(1)
    # ``normal.RANDOM`` recognizes both. They increase, so that no order depends on chance.
    uuid.uuid4 = lambda: uuid.UUID(f"00000000-0000-4000-8000-{next(numbers):012x}")
    secrets.token_urlsafe = lambda size=32: f"golden{next(numbers):0{max(14, (size * 4 + 2) // 3 - 6)}d}"


def use_clock_in_sqlite(connection, **kwargs):
    """Let SQLite use the clock for 'now', with which the guards compare."""
    other = sqlite3.connect(":memory:", check_same_thread=False)

    def strftime(form, *arguments):
        values = [clock.now.strftime("%Y-%m-%d %H:%M:%S.%f") if value == "now" else value for value in arguments]
        return other.execute(f"SELECT strftime(?{', ?' * len(values)})", [form, *values]).fetchone()[0]

    connection.connection.create_function("strftime", -1, strftime, deterministic=True)


@contextlib.contextmanager
def running():
    """Yield the World of a portal with content, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="ctportal-golden-") as folder:
        os.environ["CTPORTAL_DATA_DIR"] = folder
        import django
        from django.core.management import call_command
        from django.db import connection
        from django.db.backends.signals import connection_created
        from django.test.utils import setup_test_environment

        django.setup()
        logging.disable(logging.CRITICAL)  # refusals are recorded, not logged
        setup_test_environment()
        connection_created.connect(use_clock_in_sqlite)
        for command in ("compile_translations", "migrate", "load_demo", "demo_accounts"):
            options = {} if command == "demo_accounts" else {"verbosity": 0}
            with contextlib.redirect_stdout(io.StringIO()):
                call_command(command, **options)
        world = World()
        clock.now = EDITED
        prepare(world)
        clock.now = NOW
        world.keep()
        yield world
        connection.close()


class World:
    """The prepared portal: its accounts, the paths of its records, and a way to restore its state."""

    def __init__(self):
        self.ids = {}  # {name: path of a record in the admin, "conferences/conference/7"}
        self.share = ""  # the address of a shared preview
        self.kept = sqlite3.connect(":memory:")

    def client(self, role=""):
        """Return a new client, signed in with the account of *role*."""
        from django.contrib.auth import get_user_model
        from django.test import Client

        client = Client(raise_request_exception=False)
        if role:
            client.force_login(get_user_model().objects.get(username=role))
        return client

    def keep(self):
        from django.db import connection

        connection.connection.backup(self.kept)

    def restore(self):
        """Restore the state of ``keep``, so that no part of a recording depends on earlier requests."""
        from django.core.cache import cache
        from django.db import connection

        connection.ensure_connection()
        self.kept.backup(connection.connection)
        cache.clear()

    @property
    def file_hashes(self):
        """Return the hashes of the stored files, which are not random."""

        from django.conf import settings

        files = (path for path in Path(settings.STORED_FILES_ROOT).rglob("*") if path.is_file())
        return frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)


# Work of editors, all by forms of the admin. Nothing of the project is imported except the parser of forms.


class Desk:
    """An account at work. Each action takes ten minutes."""

    def __init__(self, world, role):
        self.world, self.client = world, world.client(role)

    def find(self, path, words):
        """Return the path in the admin of the first record that the list *path* finds for *words*."""
        text = self.client.get(f"/admin/{path}/", {"q": words}).content.decode()
        found = re.search(rf"/admin/({path}/\d+)/", text)
        assert found, f"{path} finds nothing for {words}"
        return found[1]

    def press(self, address, button, row=None, **values):
        """Fill in the form at *address* and press *button*. *row* is the prefix of an inline with the values of a new row."""
        from tests.admin.forms import AdminForm

        clock.now += timedelta(minutes=10)
        form = AdminForm(self.client, f"/admin/{address}/").fill(**values)
        if row:
            form.add_row(row[0], **row[1])
        response = form.press(button)
        if response.status_code not in (200, 302, 303):
            raise AssertionError(f"{address}: {button} answers {response.status_code}\n{_errors_in(response)}")
        return response


def _errors_in(response):
    """Return the errors of a form that is shown again, for maintainers of this file."""
    from tests.admin.forms import errors_of

    return errors_of(response) if response.context and "adminform" in response.context else response.content.decode()


ALONE = "Nobody else is on duty"


CONFERENCES = {  # {what happens to it: words to search for it}
    "corrected": "Minsk",
    "moved": "Nairobi",
    "withdrawn": "Trinidad",
    "scheduled": "Budapest",
    "changed": "Vienna",
    "translated": "Ulaanbaatar",
    "ending": "Tashkent",
    "twice": "Victims",
    "untouched": "Abu Dhabi",
}
CONFERENCE = {
    "kind": "regional",
    "event_status": "confirmed",
    "start_date": "2027-03-02",
    "end_date": "2027-03-03",
    "city": "Almaty",
    "country": "KZ",
    "time_zone": "Asia/Almaty",
    "summary": "What is planned, in short.",
}


def prepare(world):
    """Add what the demonstration lacks: corrections, a new address, withdrawals, schedules, drafts, a share link, a photo."""
    publisher, editor, contributor = (Desk(world, role) for role in ("publisher", "editor", "contributor"))
    translator, photo_editor = Desk(world, "translator"), Desk(world, "photo-editor")
    ids = world.ids
    for name, words in CONFERENCES.items():
        ids[name] = publisher.find("conferences/conference", words)
    ids |= {
        "release": publisher.find("documents/pressrelease", "Vienna"),
        "statement": publisher.find("documents/statement", "Dushanbe"),
        "summary": publisher.find("documents/cochairssummary", "Minsk"),
        "reference": publisher.find("documents/otherdocument", "strategy"),
        "photo": publisher.find("conferences/photo", "Minsk"),
        "gone photo": publisher.find("conferences/photo", "Nairobi"),
        "theme": publisher.find("conferences/theme", "youth"),
        "series": publisher.find("conferences/series", "Dushanbe"),
    }

    # Editions: past versions, another address, one language alone, scheduled and withdrawn ones.
    alone = {"alone_reason": ALONE}
    for venue in ("Independence Palace", "Palace of Independence"):
        publisher.press(f"{ids['corrected']}/change", "_publish", venue=venue, publish_note=f"Venue: {venue}", **alone)
    publisher.press(
        f"{ids['summary']}/change", "_publish", publish_note="Place added", place="Minsk, the palace", **alone
    )
    publisher.press(f"{ids['photo']}/change", "_publish", credit="The portal's own drawing", **alone)
    publisher.press(f"{ids['moved']}/change", "_publish", slug="nairobi-regional-2019", **alone)
    publisher.press(f"{ids['theme']}/change", "_relabel", description="Young people, as those who act.", **alone)
    publisher.press(f"{ids['translated']}/language/fr", "_publish_language", motto="Une devise", **alone)
    publisher.press(f"{ids['twice']}/change", "_publish", venue="A hall with a mistake in its name", **alone)
    publisher.press(f"{ids['twice']}/change", "_publish", venue="A hall", publish_note="Name of the hall", **alone)
    later = {"publish_at": "2027-01-15T10:00"}
    publisher.press(f"{ids['scheduled']}/change", "_publish_at", venue="A venue to come", **later, **alone)
    publisher.press(f"{ids['reference']}/change", "_publish_at", title="A title to come", **later, **alone)
    publisher.press(
        f"{ids['ending']}/change", "_withdraw_at", withdraw_reason="It ends.", withdraw_at="2027-02-01T10:00"
    )
    publisher.press(f"{ids['withdrawn']}/change", "_withdraw", withdraw_reason="Withdrawn for a recording.")
    publisher.press(f"{ids['statement']}/change", "_withdraw", withdraw_reason="Its author asked for it.")
    publisher.press(f"{ids['gone photo']}/change", "_withdraw", withdraw_reason="A person in it asked for it.")

    # Drafts: changed since publication, in review, sent back, with documents and a photo, shared.
    editor.press(f"{ids['changed']}/change", "_continue", summary="A summary nobody has read again.")
    editor.press(f"{ids['release']}/change", "_submit", dateline="Vienna, again", remark="Please read.")
    translator.press(f"{ids['changed']}/language/fr", "_save", motto="Une devise en brouillon")
    contributor.press("conferences/conference/add", "_submit", name="Almaty 2027", title="A draft", **CONFERENCE)
    ids["in review"] = contributor.find("conferences/conference", "Almaty 2027")
    contributor.press("conferences/conference/add", "_submit", name="Astana 2027", title="Another", **CONFERENCE)
    ids["sent back"] = contributor.find("conferences/conference", "Astana 2027")
    publisher.press(f"{ids['sent back']}/change", "_send_back", remark="Name the venue.")
    number = ids["in review"].rpartition("/")[2]
    statement = {
        "conference": number,
        "kind": "statement",
        "date": "2027-03-02",
        "title": "Opening words",
        "body": "What is to be said.",
    }
    contributor.press("documents/statement/add", "_submit", **statement)
    ids["new statement"] = contributor.find("documents/statement", "Opening words")
    clock.now += timedelta(minutes=10)
    photo = {"conference": number, "credit": "A. Photographer", "pictures": [_picture()]}
    response = photo_editor.client.post("/admin/conferences/photo/upload/", photo)
    assert response.status_code == 302, _errors_in(response)
    ids["new photo"] = photo_editor.find("conferences/photo", "Almaty")
    page = contributor.press(f"{ids['in review']}/share", "_share", name="A colleague in Vienna", days="30")
    page = contributor.client.get(f"/admin/{ids['in review']}/share/")
    world.share = re.search(r"/preview/[\w:.-]+/", page.content.decode())[0]


def _picture():
    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", (640, 400), "#336699").save(data, "PNG")
    return SimpleUploadedFile("hall.png", data.getvalue(), "image/png")
