"""What the server says to a browser that keeps what is typed: which form was saved. The browser's part: tests/browser/test_unsaved_copy.py."""

import pytest
from django.contrib.messages import get_messages

from tests.admin.forms import AdminForm
from tests.admin.test_forms import address
from tests.factories import make_conference

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(staff):
    return AdminForm(staff, address(make_conference()))


def tags(response):
    return [message.tags for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize("button", ["_continue", "_preview"])
def test_a_success_names_the_form_that_was_saved(page, button):
    assert tags(page.fill(kept="1a2b3c").press(button)) == ["kept-1a2b3c success"]


@pytest.mark.parametrize("token", ["", "two words", '"><b>', "a" * 41])
def test_what_is_no_token_is_not_repeated(page, token):
    assert tags(page.fill(kept=token).press("_continue")) == ["success"]


def test_a_refused_form_names_nothing(page):
    response = page.fill(kept="1a2b3c", start_date="").press("_continue")

    assert response.status_code == 422
    assert tags(response) == []


def test_a_language_names_its_form(staff):
    page = AdminForm(staff, address(make_conference(), "language", "ru"))

    assert tags(page.fill(kept="1a2b3c", title="Название").press("_save")) == ["kept-1a2b3c success"]
