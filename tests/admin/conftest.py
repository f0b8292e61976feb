import pytest

from tests.factories import make_account


@pytest.fixture
def editor(db):
    """Return an account with the role publisher, which may edit and publish."""
    return make_account("publisher", "editor", first_name="Edith")


@pytest.fixture
def staff(client, editor):
    """Return a client signed in as ``editor``."""
    client.force_login(editor)
    return client
