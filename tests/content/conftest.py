"""The demo content, loaded once for these tests; what a test changes is taken back after it, the content after the last."""

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings


@pytest.fixture(scope="package")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo content; gives the folder of its files, for a test that reads them (each test has a folder of its own)."""
    folder = tmp_path_factory.mktemp("demo-files")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(STORED_FILES_ROOT=folder):
        call_command("load_demo", verbosity=0)
        yield folder
        transaction.set_rollback(True)
