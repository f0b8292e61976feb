"""One world for all tests of a module: made once, inside a transaction; each test sees it as it was."""

import logging

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from ctportal.reading import cache
from tests.conftest import FrozenClock

from .world import BEGIN, NOW, World


@pytest.fixture(autouse=True)
def stored_files_of_this_test_alone(request, settings, tmp_path):
    """The world brings its own folder."""
    if "made" not in request.fixturenames:
        settings.STORED_FILES_ROOT = tmp_path / "files"


@pytest.fixture(autouse=True)
def answers_are_kept(monkeypatch):
    """Let the cache of answers work inside the world's transaction, as it does on the site."""
    monkeypatch.setattr(cache, "usable", cache.store)


@pytest.fixture(autouse=True)
def quiet():
    """Thousands of refusals are asked for here, and each would be logged, some with a traceback."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="package")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    """A function that makes an empty world, at a clock that stands still; all is undone after the module."""
    clock = FrozenClock(BEGIN)
    with (
        django_db_blocker.unblock(),
        override_settings(STORED_FILES_ROOT=tmp_path_factory.mktemp("world")),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        patch.setattr(timezone, "now", lambda: clock.now)
        yield lambda: World(clock)
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def whole_world(made):
    return made().stand().hidden().public().newer()


@pytest.fixture
def world(whole_world, db):
    """The whole world, as it was before the test, and at its own hour: other worlds move the same clock."""
    whole_world.clock.move_to(NOW)
    return whole_world
