"""Suggestions under a search box: by keyboard, by mouse and touch, in both directions, within the strict policy."""

import re

import pytest
from playwright.sync_api import expect

from ctportal.publishing.services import publish
from tests.factories import make_conference, make_document, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def records(transactional_db):
    by = make_user()
    publish(make_conference("Conference in Minsk", slug="minsk-2019"), by=by)
    publish(make_document(title="<b>Minsk</b> declaration", slug="declaration"), by=by)
    publish(make_document(title="إعلان مينسك", language="ar", slug="arabic"), by=by)


def with_box(page, language="en"):
    """Return (page, box, list) of a page in *language* with the search box of its header."""
    page.goto(f"/{language}/about/")
    box = page.locator("#site-search")
    expect(box).to_have_attribute("role", "combobox")
    return page, box, page.get_by_role("listbox")


def test_a_suggestion_is_chosen_with_the_keyboard(records, browser_page):
    page, box, found = with_box(browser_page)
    box.press_sequentially("mins")
    expect(found.get_by_role("option")).to_have_text(
        ["Conference in Minsk Conference", "<b>Minsk</b> declaration Press release"]
    )
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_have_text("2 suggestions")

    for key, chosen in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowDown", None), ("ArrowUp", 1), ("ArrowUp", 0)):
        box.press(key)
        of_list = found.locator("[aria-selected=true]")
        if chosen is None:
            expect(of_list).to_have_count(0)
            expect(box).not_to_have_attribute("aria-activedescendant", re.compile(".*"))
        else:
            expect(box).to_have_attribute("aria-activedescendant", of_list.get_attribute("id"))
            expect(of_list).to_have_id(re.compile(f"-{chosen}$"))
    box.press("Enter")

    page.wait_for_url("**/en/conferences/minsk-2019/")
    assert page.problems == []


def test_escape_closes_the_list_and_keeps_what_was_typed(records, browser_page):
    _page, box, found = with_box(browser_page)
    box.press_sequentially("mins")
    expect(found).to_be_visible()
    box.press("Escape")

    expect(found).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("mins")
    box.press("ArrowUp")
    expect(found.locator("[aria-selected=true]")).to_contain_text("declaration")


def test_without_a_choice_enter_searches(records, browser_page):
    page, box, found = with_box(browser_page)
    box.press_sequentially("mins")
    expect(found).to_be_visible()
    box.press("Enter")

    page.wait_for_url("**/en/search/?q=mins")


def test_a_suggestion_is_chosen_by_touch(records, chromium, live_server):
    context = chromium.new_context(base_url=live_server.url, has_touch=True, viewport={"width": 390, "height": 800})
    page, box, found = with_box(context.new_page())
    box.tap()
    box.press_sequentially("decl")
    found.get_by_role("option").tap()

    page.wait_for_url("**/en/documents/declaration/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_only_the_last_of_what_is_typed_is_asked_for(records, browser_page):
    page, box, found = with_box(browser_page)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "suggestions/?" in request.url else None)
    box.press_sequentially("m")
    page.wait_for_timeout(400)
    box.press_sequentially("insk decl", delay=20)
    expect(found.get_by_role("option")).to_have_count(1)
    box.fill("")

    expect(found).to_be_hidden()
    assert [address.rpartition("=")[2] for address in asked] == ["minsk+decl"]


def test_an_answer_that_comes_late_is_dropped(records, browser_page):
    page, box, found = with_box(browser_page)
    waiting = []

    def hold(route):
        waiting.append(route)

    page.route(re.compile(r"suggestions/\?q=mins$"), hold)
    with page.expect_request(re.compile(r"suggestions/\?q=mins$")):
        box.press_sequentially("mins")
    box.fill("declaration")
    expect(found.get_by_role("option")).to_have_count(1)
    waiting[0].continue_()

    page.wait_for_timeout(300)
    expect(found.get_by_role("option")).to_have_text(["<b>Minsk</b> declaration Press release"])


@pytest.mark.parametrize(("language", "typed"), [("en", "mins"), ("ar", "مين")])
def test_axe_finds_nothing_where_the_list_is_open(records, browser_page, axe_violations, language, typed):
    page, box, found = with_box(browser_page, language)
    box.press_sequentially(typed)
    box.press("ArrowDown")
    expect(found).to_be_visible()
    box.press("ArrowDown")
    assert page.problems == []  # before axe, which tries inline styles of its own

    assert axe_violations(page) == []
    edges = page.evaluate("""() => {
      const [box, list] = ["#site-search", ".suggestions"].map(
        each => document.querySelector(each).getBoundingClientRect());
      return document.dir === "rtl" ? [box.right, list.right] : [box.left, list.left];
    }""")
    assert edges[0] == edges[1]
