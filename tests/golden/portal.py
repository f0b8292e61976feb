"""A portal of its own for one recording: an empty folder, clocks that stand still, counted random values, the demonstration
content, and what editors have done with it since (``prepare``).
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
)  # as demo_accounts names them


class Clock:
    """What ``timezone.now``, ``time.time`` and the database's own clock tell."""

    now = LOADED


clock = Clock()


def freeze():
    """Set the environment, and put counters in the place of clocks and random values. Before Django is imported."""
    for name in [name for name in os.environ if name.startswith("CTPORTAL_") and name != "CTPORTAL_GOLDEN"]:
        del os.environ[name]
    os.environ |= {"CTPORTAL_DEMO": "1", "DJANGO_SETTINGS_MODULE": SETTINGS}

    from django.utils import timezone

    timezone.now = lambda: clock.now
    time.time = lambda: clock.now.timestamp()  # noqa: PLW0108 (the clock is moved)
    numbers = itertools.count(1)
    # Both are recognized by normal.RANDOM; in the order in which they are drawn, so that no order hangs on chance.
    uuid.uuid4 = lambda: uuid.UUID(f"00000000-0000-4000-8000-{next(numbers):012x}")
    secrets.token_urlsafe = lambda size=32: f"golden{next(numbers):0{max(14, (size * 4 + 2) // 3 - 6)}d}"


def use_clock_in_sqlite(connection, **kwargs):
    """Let 'now' be the clock's in the database too, whose guards compare with it."""
    other = sqlite3.connect(":memory:", check_same_thread=False)

    def strftime(form, *arguments):
        values = [clock.now.strftime("%Y-%m-%d %H:%M:%S.%f") if value == "now" else value for value in arguments]
        return other.execute(f"SELECT strftime(?{', ?' * len(values)})", [form, *values]).fetchone()[0]

    connection.connection.create_function("strftime", -1, strftime, deterministic=True)


@contextlib.contextmanager
def running():
    """Give the World of a portal with its content, in a temporary folder."""
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
    """The portal as it stands once prepared: who signs in, where the records are, and a way back to its state."""

    def __init__(self):
        self.ids = {}  # {name: the admin's path of a record, "conferences/conference/7"}
        self.share = ""  # the address of a shared preview
        self.kept = sqlite3.connect(":memory:")

    def client(self, role=""):
        """A browser of its own, signed in with the account of *role*."""
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
        """Return to the state that was kept, so that no part of a recording hangs on what was asked before."""
        from django.core.cache import cache
        from django.db import connection

        connection.ensure_connection()
        self.kept.backup(connection.connection)
        cache.clear()

    @property
    def file_hashes(self):
        """The hashes of the stored files: these say something, and are not random."""

        from django.conf import settings

        files = (path for path in Path(settings.STORED_FILES_ROOT).rglob("*") if path.is_file())
        return frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)


# What editors have done. All through the admin's own forms: nothing of the project is imported but the forms' reader.


class Desk:
    """One member of staff at work; each act takes ten minutes."""

    def __init__(self, world, role):
        self.world, self.client = world, world.client(role)

    def find(self, path, words):
        """The admin's path of the first record that its list *path* finds for *words*."""
        text = self.client.get(f"/admin/{path}/", {"q": words}).content.decode()
        found = re.search(rf"/admin/({path}/\d+)/", text)
        assert found, f"{path} finds nothing for {words}"
        return found[1]

    def press(self, address, button, row=None, **values):
        """Fill the form at *address* and press *button*; *row* is an inline's prefix with the values of a new row."""
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
    """What is wrong with a form that came back, for whoever mends this file."""
    from tests.admin.forms import errors_of

    return errors_of(response) if response.context and "adminform" in response.context else response.content.decode()


ALONE = "Nobody else is on duty"


CONFERENCES = {  # {what happens to it: words that find it}
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
    """Do what a demonstration has not: corrections, a new address, withdrawals, schedules, drafts, a share link, a photo."""
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

    # Editions: past versions, another address, one language alone, what is to come, what is over.
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

    # Drafts: changed since, in review, sent back, with documents and a photo of their own, shared.
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
