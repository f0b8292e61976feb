"""What was typed survives a lost login, a lost connection and a closed tab; nothing is kept longer than needed."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from conferences.models import Conference
from tests.browser.steps import settled, write
from tests.browser.test_admin import sign_in
from tests.factories import make_account, make_conference

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEPT = "Object.entries(localStorage).filter(([name]) => name.startsWith('portal-kept:')).map((entry) => entry[1])"


def kept(page, count, words=""):
    """Wait until the browser keeps *count* texts, and *words* among them. The page's policy forbids Playwright's own waiting."""
    for _attempt in range(300):
        texts = page.evaluate(KEPT)
        if len(texts) == count and words in "".join(texts):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{len(texts)} texts are kept, not {count} with “{words}”: {texts}")


@pytest.fixture
def page(browser_page):
    """A page in which an editor is signed in."""
    return sign_in(browser_page, make_account("editor"))


@pytest.fixture
def form(page):
    """The form of a conference in which something was typed, kept by the browser by now; returns its address."""
    conference = make_conference("A title")
    address = f"/admin/conferences/conference/{conference.pk}/change/"
    page.goto(address)
    settled(page)
    page.fill("#id_venue", "Palace of the Republic")
    write(page, "id_description", "Two days in Minsk.")
    page.click("text=Add another Main topic")
    page.fill("#id_main_topics-0-title", "A topic")
    kept(page, 1, "A topic")
    return address


def put_back(page):
    with page.expect_navigation():
        page.click("text=Put it back")
    settled(page)
    expect(page.locator("#id_venue")).to_have_value("Palace of the Republic")
    expect(page.locator("#id_description")).to_have_value("<p>Two days in Minsk.</p>")
    expect(page.locator(".prose-editor:has(#id_description) [contenteditable]")).to_have_text("Two days in Minsk.")
    expect(page.locator("#id_main_topics-0-title")).to_have_value("A topic")


def save(page):
    page.click("button[name=_continue]:visible >> nth=-1")
    expect(page.locator(".messagelist")).to_contain_text("is saved.")
    conference = Conference.objects.get()
    assert conference.venue_en == "Palace of the Republic"
    assert conference.texts.get().description == "<p>Two days in Minsk.</p>"
    assert conference.main_topics.get().title_en == "A topic"
    kept(page, 0)


def test_a_lost_login_in_the_middle_of_a_text_costs_nothing(page, form):
    Session.objects.all().delete()  # what the server knows of a login that has expired
    page.click("button[name=_continue]:visible >> nth=-1")
    page.wait_for_url("**/admin/login/**")
    page.fill("#id_username", "editor")
    page.fill("#id_password", "a long password")
    page.click("#login-form [type=submit]")
    page.wait_for_url(f"**{form}")

    put_back(page)

    save(page)
    page.goto(form)
    settled(page)
    expect(page.locator(".portal-kept")).to_have_count(0)
    assert page.problems == []


def test_a_lost_connection_costs_nothing(page, form):
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.click("button[name=_continue]:visible >> nth=-1", no_wait_after=True)
    page.context.set_offline(False)
    page.goto(form)

    put_back(page)
    save(page)


def test_a_closed_tab_costs_nothing_and_another_account_is_offered_nothing(page, form):
    other = page.context.new_page()
    page.close()
    other.goto(form)
    expect(other.locator(".portal-kept")).to_be_visible()
    other.context.clear_cookies()
    sign_in(other, make_account("editor", "another"))
    other.goto(form)
    settled(other)

    expect(other.locator(".portal-kept")).to_have_count(0)


def test_what_is_put_back_does_not_hide_what_was_saved_meanwhile(page, form):
    conference = Conference.objects.get()
    conference.venue_en = "Hotel Minsk"
    conference.save()
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(form)
    put_back(page)

    page.click("button[name=_continue]:visible >> nth=-1")

    expect(page.locator(".portal-stale")).to_contain_text("Hotel Minsk")
    assert Conference.objects.get().venue_en == "Hotel Minsk"


def test_it_is_forgotten_on_demand_and_on_sign_out(page, form):
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(form)
    page.click("text=Forget it")
    kept(page, 0)
    page.goto(form)
    settled(page)
    expect(page.locator(".portal-kept")).to_have_count(0)
    page.fill("#id_venue", "Another hall")
    kept(page, 1, "Another hall")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#logout-form button")
    page.wait_for_url("**/logout/")

    kept(page, 0)
