"""Fixtures that every test may use. Those of one part stand beside its tests."""

import pytest


@pytest.fixture(autouse=True)
def stored_files_of_this_test_alone(settings, tmp_path):
    """Give each test an empty folder for uploaded files."""
    settings.STORED_FILES_ROOT = tmp_path / "files"
