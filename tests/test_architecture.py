"""docs/architecture.md matches the code: the three ways through it, and unique names."""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from django.conf import settings

from ctportal.publishing.services import publish
from ctportal.reading import cache
from tests.factories import make_conference, make_document, make_photo, make_series, make_user

PACKAGES = ("ctportal", "conferences", "documents")
ARCHITECTURE = Path(settings.BASE_DIR, "docs", "architecture.md")
LEFT_OUT = ("ctportal.core", "ctportal.settings", "ctportal.sqlite")  # the last is below every query
MIDDLEWARE = {path.rpartition(".")[0] for path in settings.MIDDLEWARE}
IMPORTS_BY_NAME = {"import_module", "import_string", "get_model", "__import__"}


def sources():
    """Yield (path from the root, syntax tree) of each module except migrations."""
    root = Path(settings.BASE_DIR)
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(root)), ast.parse(path.read_text(encoding="utf-8"))


# Names


def test_no_two_classes_share_a_name():
    places = defaultdict(list)
    for path, tree in sources():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name != "Command":
                places[node.name].append(path)

    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_nothing_is_imported_by_name():
    found = [
        f"{path}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        if getattr(node.func, "id", getattr(node.func, "attr", "")) in IMPORTS_BY_NAME
    ]

    assert found == []


# Modules with transactions by Django's own ``atomic``: nothing is published in them.
PLAIN = (
    "conferences/admin/upload.py",
    "ctportal/accounts/limits.py",
    "ctportal/accounts/new_password.py",
    "ctportal/accounts/pending.py",
    "ctportal/accounts/second_factor.py",
    "ctportal/accounts/second_factor_reset.py",
    "ctportal/accounts/sign_in.py",
    "ctportal/files/store.py",
    "ctportal/management/commands/demo_accounts.py",
    "ctportal/management/commands/sweep_files.py",
    "ctportal/publishing/database_guards.py",
    "ctportal/publishing/transactions.py",
    "ctportal/search/storage.py",
    "ctportal/staff/draft_history.py",
    "ctportal/staff/presence.py",
    "ctportal/staff/recovery.py",
    "ctportal/workflow/after_answer.py",
    "ctportal/workflow/audit.py",
    "ctportal/workflow/restoring.py",
    "ctportal/workflow/revisions.py",
)


def test_transactions_that_may_publish_read_the_clock_again_before_they_commit():
    found = {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr == "atomic")
        or (isinstance(node, ast.ImportFrom) and node.module == "django.db.transaction")
    }

    assert sorted(found) == sorted(PLAIN)


# The three ways


def stations(title):
    """Return {station: modules} of the table below the heading *title*, in its order. The middleware is one station."""
    section = ARCHITECTURE.read_text(encoding="utf-8").partition(f"### {title}\n")[2].partition("\n##")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:3] == "| `"]
    assert rows, f"docs/architecture.md has no table below “{title}”"
    named = {}
    for name, helpers, _what in rows:
        module = name.strip("`")
        named[module] = MIDDLEWARE if module == "settings.MIDDLEWARE" else {module}
        named[module] = named[module] | set(re.findall(r"`([\w.]+)`", helpers))
    return named


def modules_called(action):
    """Return the modules of the project whose functions *action* calls, but LEFT_OUT, in the order of their first call."""
    root, called = str(settings.BASE_DIR), {}

    def note(frame, event, _argument):
        path = frame.f_code.co_filename
        module = path[len(root) + 1 : -3].replace("/", ".") if event == "call" and path.startswith(root) else ""
        if module.startswith(PACKAGES) and not module.startswith(LEFT_OUT):
            called.setdefault(module)

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return list(called)


@pytest.fixture
def dossier(db):
    """Return an unpublished conference in a series, with a document and a photo."""
    conference = make_conference(slug="minsk-2019")
    conference.series_entries.create(series=make_series(), ordinal=4)
    return conference, make_document(conference), make_photo(conference)


def assert_is_the_way(title, called):
    named = stations(title)
    station_of = {module: station for station, modules in named.items() for module in modules}
    assert [module for module in called if module not in station_of] == []
    assert [station for station in named if not named[station].intersection(called)] == []
    unused = {m for station, modules in named.items() if station != "settings.MIDDLEWARE" for m in modules} - set(
        called
    )
    assert unused == set()
    assert list(dict.fromkeys(station_of[module] for module in called)) == list(named)
    assert len(named) <= 10


def test_a_publication_takes_the_way_that_is_written_down(dossier):
    by = make_user()

    assert_is_the_way("Publish", modules_called(lambda: publish(dossier[0], by=by)))


@pytest.mark.parametrize(
    ("title", "address"),
    [("Read a page", "/en/conferences/minsk-2019/"), ("Pull a list", "/api/v1/conferences/?country=BY")],
)
def test_a_request_takes_the_way_that_is_written_down(client, dossier, title, address, monkeypatch):
    monkeypatch.setattr(cache, "usable", lambda: cache.MemoryStore(1024 * 1024))  # empty each time it is asked for
    by = make_user()
    for record in dossier:
        publish(record, by=by)
    client.get(address)  # fills the caches of the process

    assert_is_the_way(title, modules_called(lambda: client.get(address)))
