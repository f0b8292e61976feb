"""Accounts in a browser: an invitation, a forgotten password, the end of a session in the middle of a text."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from playwright.sync_api import expect

from ctportal.accounts import sessions
from ctportal.accounts.links import INVITATION
from tests.browser.steps import settled
from tests.browser.test_admin import sign_in
from tests.factories import make_account, make_conference

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "quite a new horse 7"


def link_of(page):
    """Return the path and what follows of the link in the last message. Messages come from another thread."""
    for _attempt in range(300):
        if mail.outbox:
            return re.search(r"^https?://[^/\s]+(/\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]
        page.wait_for_timeout(100)
    raise AssertionError("No message was sent.")


def choose_password(page, link):
    """Open *link* and choose the password NEW."""
    page.goto(link)
    assert "#" not in page.url
    page.click("text=Continue")
    page.fill("#id_new_password1", NEW)
    page.fill("#id_new_password2", NEW)
    page.click("text=Set the password")
    expect(page.locator(".messagelist")).to_contain_text("Your password is set.")


def enter(page, name, password=NEW):
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("#login-form [type=submit]")


def test_somebody_is_invited_chooses_a_password_and_signs_in(browser_page, another_page):
    boss = sign_in(browser_page, make_account("administrator"))
    boss.goto("/admin/auth/user/add/")
    boss.fill("#id_username", "ada")
    boss.fill("#id_email", "ada@example.org")
    boss.click("[name=_save]")
    expect(boss.locator(".messagelist")).to_contain_text("An invitation was sent to ada@example.org.")
    link = link_of(boss)

    choose_password(another_page, link)
    enter(another_page, "ada")

    another_page.wait_for_url("**/admin/")
    another_page.goto(link)
    another_page.click("text=Continue")
    expect(another_page.locator("[role=alert]")).to_contain_text("This link does not work (any more).")
    assert boss.problems == []


def test_who_has_forgotten_the_password_chooses_another(browser_page):
    account = make_account("editor", "ada", email="ada@example.org")
    account.set_password("an old horse battery")
    account.save()
    mail.outbox.clear()  # the message about this password
    page = browser_page
    page.goto("/admin/login/")
    page.click("text=Forgotten your login credentials?")
    page.fill("#id_email", "Ada@example.org")
    page.click("text=Send the message")
    expect(page.locator("[role=status]")).to_contain_text("a message with a link is on its way")

    choose_password(page, link_of(page))
    enter(page, "ada")

    page.wait_for_url("**/admin/")
    assert page.problems == []


@pytest.fixture
def short(monkeypatch):
    """Make sessions end, without a request, after the seconds that the function is given."""

    def make(seconds):
        monkeypatch.setattr(sessions, "IDLE", sessions.RENEWED + sessions.timedelta(seconds=seconds))

    return make


def test_a_session_that_ends_in_the_middle_of_a_text_costs_nothing(browser_page, monkeypatch):
    page = sign_in(browser_page, make_account("editor"))
    address = f"/admin/conferences/conference/{make_conference('A title').pk}/change/"
    page.goto(address)
    settled(page)
    page.fill("#id_venue", "Palace of the Republic")
    page.wait_for_timeout(500)  # what is typed is kept after a moment
    monkeypatch.setattr(sessions, "IDLE", sessions.timedelta(0))

    page.click("button[name=_continue]:visible >> nth=-1")
    page.wait_for_url("**/admin/login/**")
    expect(page.locator(".messagelist")).to_contain_text("Your session has ended.")
    monkeypatch.undo()
    enter(page, "editor", "a long password")
    page.wait_for_url(f"**{address}")
    with page.expect_navigation():
        page.click("text=Restore it")
    settled(page)
    expect(page.locator("#id_venue")).to_have_value("Palace of the Republic")
    page.click("button[name=_continue]:visible >> nth=-1")
    expect(page.locator(".messagelist")).to_contain_text("is saved.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_warns_before_the_end_and_staying_is_one_press(
    browser_page, short, monkeypatch, axe_violations, scheme
):
    page = sign_in(browser_page, make_account("editor"))
    page.emulate_media(color_scheme=scheme)
    short(200)
    page.goto("/admin/")
    warning = page.locator(".portal-session")
    expect(warning).to_contain_text("Your session ends soon.")
    assert axe_violations(page) == []

    monkeypatch.undo()
    page.click("text=Stay signed in")

    expect(warning).to_have_count(0)
    short(0)
    page.reload()
    expect(warning).to_contain_text("Your session has ended.")
    assert User.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_new_pages_are_accessible_and_fit_a_narrow_screen(browser_page, axe_violations, language, scheme):
    account = make_account("editor", "ada", email="ada@example.org")
    page = browser_page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/admin/login/")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
    account.set_unusable_password()
    account.save()

    good = INVITATION.address(account).rpartition("#")[2]

    def check(name):
        assert page.problems == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        assert axe_violations(page) == [], name
        page.problems.clear()

    for name in ("password_reset", "new_password"):
        page.goto(f"/admin/{name}/")
        check(name)
    page.fill("#id_link", good)
    page.click("#content-main button")
    expect(page.locator("#id_new_password1")).to_be_visible()
    check("choosing")
