"""Fixtures for all tests. Fixtures for one directory are in its own conftest."""

import gc
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import transaction
from django.template import Template
from django.test import override_settings
from django.utils import timezone

from ctportal.publishing import clock
from ctportal.reading import cache
from tests import database_guards, selection
from tests.external_services import need, need_program

# Once a browser is open, Playwright's sync API keeps an event loop running in this thread. Django would then refuse
# database access in all later tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Timeout of browser tests in milliseconds: several times what a busy machine needs.
PATIENCE = 30_000


def pytest_configure(config):
    database_guards.prepare()
    # In one process only, and before the first page is rendered, since processes cache the translations.
    if not hasattr(config, "workerinput"):
        call_command("compile_translations")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    selection.select(config, items)


def pytest_collection_finish():
    # Objects that exist now live until the end. A page of the admin creates some hundred thousand objects, few of them in
    # cycles. With Python's default thresholds, garbage collection takes a sixth of the time of the tests.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def widgets_render_untold(django_test_environment):
    """Store the contexts of templates for ``response.context``, except those of the hundreds of widgets on a form."""
    told = Template._render

    def render(template, context):
        is_widget = (template.name or "").startswith("django/forms/")
        return template.nodelist.render(context) if is_widget else told(template, context)

    Template._render = render


def pytest_unconfigure():
    # Workers of xdist end without the atexit function of the settings.
    shutil.rmtree(django_settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def stored_files_of_this_test_alone(request, settings, tmp_path):
    """Give each test an empty folder for uploaded files, or that of the content which it shares."""
    if "shared_content" not in request.fixturenames:
        settings.STORED_FILES_ROOT = tmp_path / "files"


@contextmanager
def content_of_several_tests(blocker, folder):
    """Run the body in a transaction that is rolled back, with *folder* for uploaded files.

    For fixtures of a module or package: what they create is there for each of its tests, whose own changes are rolled back.
    """
    with blocker.unblock(), override_settings(STORED_FILES_ROOT=folder), transaction.atomic():
        clock.trust()  # the last test may have had a clock of its own
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def shared_content(django_db_setup, django_db_blocker, tmp_path_factory):
    """Let the fixtures of a module that depend on this one create content that all tests of the module see unchanged."""
    with content_of_several_tests(django_db_blocker, tmp_path_factory.mktemp("shared-files")):
        yield


@pytest.fixture(autouse=True)
def nothing_kept_from_another_test():
    """Begin each test with an empty cache, which stores responses only in tests without a surrounding transaction, and with
    a clock that is trusted anew."""
    cache.store.cache_clear()
    clock.trust()


class FrozenClock:
    """A clock that stands still until it is moved. It replaces ``timezone.now``."""

    def __init__(self, now):
        self.now = now

    def move_to(self, instant):
        self.now = instant

    def replace(self, patch):
        """Replace the clocks of this process and of the database by this one, with the MonkeyPatch *patch*."""
        patch.setattr(timezone, "now", lambda: self.now)
        patch.setattr(clock, "elapsed", lambda: datetime.timestamp(self.now))
        patch.setattr(clock, "database_now", lambda: self.now)
        clock.trust()

    def tick(self, **delta):
        self.now += timedelta(**delta or {"seconds": 1})
        return self.now


FROZEN_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def frozen_clock(monkeypatch):
    frozen = FrozenClock(FROZEN_AT)
    frozen.replace(monkeypatch)
    return frozen


@contextmanager
def clock_frozen():
    """Replace the clocks for the body, as ``frozen_clock`` does for a test, and yield the FrozenClock."""
    frozen = FrozenClock(FROZEN_AT)
    with pytest.MonkeyPatch.context() as patch:
        frozen.replace(patch)
        yield frozen


# For a program that runs for seconds: the optimizing compiler and the parallel collector take more time than they save. The
# checker needs a larger stack than Java's without that compiler.
JAVA_OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m")


@pytest.fixture(scope="session")
def html_errors(tmp_path_factory):
    """Return a function from {name of a page: HTML} to the messages of the Nu HTML checker, as "name:line: message"."""
    java = need_program("Java", "java")
    jar = Path(sys.prefix) / "vnu.jar"
    need("the HTML checker", jar if jar.exists() else None)

    def check(pages):
        folder = tmp_path_factory.mktemp("html")
        names = {}
        for number, (name, html) in enumerate(pages.items()):
            path = folder / f"{number}.html"
            path.write_text(html, encoding="utf-8")
            names[path.name] = name
        run = subprocess.run(
            [
                java,
                *JAVA_OPTIONS,
                "-jar",
                jar,
                "--format",
                "json",
                "--stdout",
                "--exit-zero-always",
                *sorted(folder.glob("*.html")),
            ],
            check=True,
            capture_output=True,
            text=True,
            timeout=300,
        )
        # Output that is not JSON is an error of Java or the checker, not of the pages.
        messages = json.loads(run.stdout)["messages"]
        return [
            f"{names[Path(message['url']).name]}:{message.get('lastLine', 0)}: {message['message']}"
            for message in messages
            if message["type"] != "info" or message.get("subType") == "warning"
        ]

    return check


@pytest.fixture(scope="session")
def chromium():
    """Yield a headless Chromium of Playwright's sync API, one for the session."""
    # Imported here, since most sessions start no browser.
    from playwright.sync_api import expect, sync_playwright

    path = need_program("Chromium", "chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium, live_server):
    """Yield a page in its own browser context. Addresses like "/en/" are relative to the live server.

    ``page.problems`` lists the errors on the console, such as failed scripts, violations of the content security policy and
    missing files. Tests end by comparing it with [].
    """
    yield from _page_of_its_own(chromium, live_server)


@pytest.fixture
def another_page(chromium, live_server):
    """Yield a page like ``browser_page`` for a second person, in a separate browser context."""
    yield from _page_of_its_own(chromium, live_server)


def _page_of_its_own(chromium, live_server):
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def axe_violations():
    """Return a function from a browser page, and axe's options, to the violations that it finds: (impact, rule, elements)."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page, options=None):
        found = Axe().run(page, options=options).response["violations"]
        return [(rule["impact"], rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]

    return check
