"""One world for all tests of this package, created once in a transaction. Each test sees it unchanged."""

import logging

import pytest

from ctportal.reading import cache
from tests.conftest import FrozenClock, content_of_several_tests

from .world import BEGIN, NOW, World


@pytest.fixture(autouse=True)
def stored_files_of_this_test_alone(request, settings, tmp_path):
    """Keep the folder of the world."""
    if "made" not in request.fixturenames:
        settings.STORED_FILES_ROOT = tmp_path / "files"


@pytest.fixture(autouse=True)
def answers_are_kept(monkeypatch):
    """Let the cache of responses work inside the transaction of the world, as in production."""
    monkeypatch.setattr(cache, "usable", cache.store)


@pytest.fixture(autouse=True)
def quiet():
    """Switch off logging, since thousands of refused requests would be logged, some with a traceback."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="package")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    """Yield a function that creates an empty world with a frozen clock. Everything is undone at the end of the package."""
    clock = FrozenClock(BEGIN)
    with (
        content_of_several_tests(django_db_blocker, tmp_path_factory.mktemp("world")),
        pytest.MonkeyPatch.context() as patch,
    ):
        clock.replace(patch)
        # Worlds are made in the order of their parts, and not of time. The clock would count as behind the ledger.
        patch.setattr("ctportal.publishing.clock.last_entry", lambda: None)
        yield lambda: World(clock)


@pytest.fixture(scope="package")
def whole_world(made):
    return made().stand().hidden().public().newer()


@pytest.fixture
def world(whole_world, db):
    """Return the whole world, unchanged and at its own time, since other worlds move the same clock."""
    whole_world.clock.move_to(NOW)
    return whole_world
