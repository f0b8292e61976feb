"""The demo content, loaded once for these tests. The changes of each test are rolled back, and the content after the last."""

import pytest
from django.core.management import call_command

from tests.conftest import content_of_several_tests


@pytest.fixture(scope="package")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """Load the demo content and yield the folder of its files, for tests that read them instead of their own folder."""
    folder = tmp_path_factory.mktemp("demo-files")
    with content_of_several_tests(django_db_blocker, folder):
        call_command("load_demo", verbosity=0)
        yield folder
