import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def run(**options):
    output = StringIO()
    call_command("demo_accounts", stdout=output, **options)
    return output.getvalue()


def passwords(output):
    return dict(re.findall(r"^  (editor|administrator) +(\S{16}) ", output, flags=re.MULTILINE))


@pytest.fixture(autouse=True)
def demo_mode(settings):
    settings.DEMO = True


def test_two_accounts_are_made_and_their_passwords_printed():
    printed = passwords(run())

    assert set(printed) == {"editor", "administrator"}
    users = {name: authenticate(username=name, password=password) for name, password in printed.items()}
    assert {name: (user.is_staff, user.is_superuser) for name, user in users.items()} == {
        "editor": (True, False),
        "administrator": (True, True),
    }


def test_passwords_are_printed_once_and_kept():
    printed = passwords(run())

    again = run()

    assert again == "  The accounts editor and administrator exist; make passwords gives them new passwords.\n"
    assert authenticate(username="editor", password=printed["editor"]) is not None


def test_reset_gives_new_passwords():
    before = passwords(run())

    after = passwords(run(reset=True))

    assert authenticate(username="administrator", password=before["administrator"]) is None
    assert authenticate(username="administrator", password=after["administrator"]) is not None


def test_the_editor_may_do_all_on_the_working_side_and_only_read_accounts_and_editions_not_change_them():
    run()
    editor = get_user_model().objects.get(username="editor")

    granted = editor.get_all_permissions()

    working_side = {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Permission.objects.select_related("content_type")
        if permission.content_type.app_label in {"conferences", "documents"}
    }
    assert {permission for permission in granted if not permission.startswith("publishing.")} == working_side
    assert "conferences.add_conference" in granted
    assert "documents.delete_document" in granted
    assert "publishing.view_edition" in granted
    assert not {"publishing.add_edition", "publishing.change_edition", "publishing.delete_edition"} & granted


def test_no_account_is_made_outside_demo_mode(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="only in demo mode"):
        run()

    assert get_user_model().objects.count() == 0
