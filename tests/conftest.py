"""Fixtures that every test may use. Those of one part stand beside its tests."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone


@pytest.fixture(autouse=True)
def stored_files_of_this_test_alone(settings, tmp_path):
    """Give each test an empty folder for uploaded files."""
    settings.STORED_FILES_ROOT = tmp_path / "files"


@pytest.fixture(autouse=True)
def nothing_kept_from_another_test():
    """Empty the cache: each test begins with the same publication stamp and other records."""
    cache.clear()


class FrozenClock:
    """A clock that stands still until it is moved; what the code under test reads through ``timezone.now``."""

    def __init__(self, now):
        self.now = now

    def move_to(self, instant):
        self.now = instant

    def tick(self, **delta):
        self.now += timedelta(**delta or {"seconds": 1})
        return self.now


@pytest.fixture
def frozen_clock(monkeypatch):
    clock = FrozenClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock
