"""What no page of the admin sends, but anybody can: it is refused in words, and never with an error of the server."""

import pytest

from tests.admin.forms import AdminForm, errors_of
from tests.admin.test_forms import address
from tests.factories import make_account, make_conference

pytestmark = pytest.mark.django_db
NO_KEYS = ["NaN", "-1", "²", "9" * 25, "0" * 5000, "[", "1.0"]


@pytest.fixture
def conference():
    return make_conference(name="Minsk")


# Related records


@pytest.mark.parametrize("value", NO_KEYS)
def test_what_is_no_key_is_refused_at_the_box_of_related_records(staff, conference, value):
    form = AdminForm(staff, address(conference)).fill(parent=value, themes=[value])
    response = form.add_row("appearances", person=value, role="speaker").press("_continue")

    assert response.status_code == 422
    assert set(errors_of(response)) == {"parent", "themes", "appearances-0-person"}


@pytest.mark.parametrize("value", NO_KEYS)
def test_what_is_no_key_in_the_address_of_a_new_record_fills_in_nothing(staff, value):
    for entry, names in (
        ("conferences/conference", ("parent", "themes")),
        ("documents/statement", ("conference", "session", "themes")),
        ("conferences/photo", ("conference",)),
    ):
        response = staff.get(f"/admin/{entry}/add/", dict.fromkeys(names, value))
        assert response.status_code == 200


@pytest.mark.parametrize("value", NO_KEYS)
def test_what_is_no_key_is_refused_among_the_rights_of_an_account_and_of_a_role(client, value):
    client.force_login(make_account("administrator"))
    account = make_account("editor")
    role = account.groups.get()
    pages = {f"/admin/auth/user/{account.pk}/change/": "groups", f"/admin/auth/group/{role.pk}/change/": "permissions"}

    for page, name in pages.items():
        response = AdminForm(client, page).fill(**{name: [value]}).press("_save")
        assert list(errors_of(response)) == [name]


# What a form was opened with


@pytest.mark.parametrize("opened", ["[" * 100_000, '{"venue":' * 100_000, "{", "[]", '"venue"', "1", "NaN", "9" * 5000])
def test_a_form_that_does_not_tell_what_it_was_opened_with_counts_as_stale(staff, conference, opened):
    response = AdminForm(staff, address(conference)).fill(opened=opened, venue="Palace").press("_continue")

    assert response.status_code == 422
    assert [conflict.name for conflict in response.context["portal"]["conflicts"]] == ["venue"]


def test_a_language_page_that_does_not_tell_what_it_was_opened_with_counts_as_stale(staff, conference):
    form = AdminForm(staff, address(conference, "language", "ru"))
    response = form.fill(opened="[" * 100_000, title="Название").press("_save")

    assert response.status_code == 422
    assert [conflict.name for conflict in response.context["portal"]["conflicts"]] == ["title"]
