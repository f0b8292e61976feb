"""The demo content, loaded once for these tests. The changes of each test are rolled back, and the content after the last."""

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings


@pytest.fixture(scope="package")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """Load the demo content and yield the folder of its files, for tests that read them instead of their own folder."""
    folder = tmp_path_factory.mktemp("demo-files")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(STORED_FILES_ROOT=folder):
        call_command("load_demo", verbosity=0)
        yield folder
        transaction.set_rollback(True)
