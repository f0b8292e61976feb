import pytest

from tests.factories import make_user


@pytest.fixture
def editor(db):
    """An editor with every right on the content, and none on accounts."""
    from django.contrib.auth.models import Permission

    user = make_user("editor", first_name="Edith")
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["conferences", "documents"]))
    return user


@pytest.fixture
def staff(client, editor):
    """A client signed in as the editor."""
    client.force_login(editor)
    return client
