import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from ctportal.workflow import roles

pytestmark = pytest.mark.django_db


def run(**options):
    output = StringIO()
    call_command("demo_accounts", stdout=output, **options)
    return output.getvalue()


def passwords(output):
    return dict(re.findall(r"^  (\S+) +(\S{16}) ", output, flags=re.MULTILINE))


@pytest.fixture(autouse=True)
def demo_mode(settings):
    settings.DEMO = True


def test_an_account_per_role_is_made_and_their_passwords_printed():
    printed = passwords(run())

    users = {name: authenticate(username=name, password=password) for name, password in printed.items()}
    assert {name: [group.name for group in user.groups.all()] for name, user in users.items()} == {
        name: [name.replace("-", " ")]
        for name in ("contributor", "editor", "translator", "photo-editor", "publisher", "administrator")
    }
    assert {(user.is_staff, user.is_superuser) for user in users.values()} == {(True, False)}
    assert roles.languages_of(users["translator"]) == ["ar", "fr", "ru"]


def test_passwords_are_printed_once_and_kept():
    printed = passwords(run())

    again = run()

    assert again == "  The accounts exist, one per role; make passwords gives them new passwords.\n"
    assert authenticate(username="editor", password=printed["editor"]) is not None


def test_reset_gives_new_passwords():
    before = passwords(run())

    after = passwords(run(reset=True))

    assert authenticate(username="administrator", password=before["administrator"]) is None
    assert authenticate(username="administrator", password=after["administrator"]) is not None


def test_no_account_is_made_outside_demo_mode(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="only in demo mode"):
        run()

    assert get_user_model().objects.count() == 0
