import pytest

from tests.factories import make_account


@pytest.fixture
def editor(db):
    """An account that edits and publishes: a publisher."""
    return make_account("publisher", "editor", first_name="Edith")


@pytest.fixture
def staff(client, editor):
    """A client signed in as the editor."""
    client.force_login(editor)
    return client
