"""The public pages in a browser: accessible in both directions, by keyboard alone, narrow, and within the strict policy."""

import re

import pytest
from playwright.sync_api import expect

from ctportal.core.languages import CODES
from tests import factories as make
from tests import screens
from tests.web.dossiers import every_page, make_dossier

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TYPES = (
    *("home", "conferences", "conference", "series", "theme", "documents", "document", "photos", "photo"),
    *("press releases", "bad filter", "document version", "nothing found", "conference changes"),
    *("search", "results", "narrowed", "no results", "bad search"),
    *("people", "person", "organizations", "organization", "about", "filtered"),
    *("series list", "no page"),
)
# The kinds of page on the contact sheets, as they are called here.
OTHERWISE = {"nothing-found": "nothing found", "series": "series list", "search": "results", "not-found": "no page"}
ON_SHEETS = [OTHERWISE.get(name, name) for name in screens.PAGES]
# What axe finds by colours. All else is the same in light and dark.
BY_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


@pytest.fixture
def dossier(transactional_db):
    series, theme = make.make_series("The series"), make.make_theme("The theme")
    make_dossier(1, series=series, theme=theme, documents=3, photos=2)
    make_dossier(2, series=series, theme=theme, documents=0, photos=0)


@pytest.mark.parametrize(
    ("language", "kinds"),
    [*((code, TYPES) for code in ("en", "ar", "zh")), *((code, ON_SHEETS) for code in ("fr", "ru", "es"))],
)
def test_axe_finds_nothing_on_any_kind_of_page_in_light_and_dark(
    dossier, browser_page, axe_violations, language, kinds
):
    addresses, found = every_page(language), {}
    for name in kinds:
        browser_page.emulate_media(color_scheme="light")
        browser_page.goto(addresses[name])
        found[name, "light"] = axe_violations(browser_page)
        browser_page.emulate_media(color_scheme="dark")
        found[name, "dark"] = axe_violations(browser_page, BY_COLOUR)
    assert found == {each: [] for each in found}


def test_axe_sees_in_the_dark_what_cannot_be_told_from_its_ground(db, browser_page, axe_violations):
    browser_page.emulate_media(color_scheme="dark")
    browser_page.goto("/en/about/")
    browser_page.evaluate("document.querySelector('h1').style.color = '#333'")
    assert [rule for _impact, rule, _elements in axe_violations(browser_page, BY_COLOUR)] == ["color-contrast"]


def test_the_pages_on_contact_sheets_are_among_those_that_axe_reads():
    assert len(ON_SHEETS) == 12
    assert set(ON_SHEETS) <= set(TYPES)


def test_what_changed_is_marked_by_lines_and_in_words_not_by_colour_alone(dossier, browser_page):
    browser_page.goto("/ar/conferences/dossier-1/versions/2/")
    added = browser_page.locator("#content .changes dd ins").first

    expect(added).to_have_css("text-decoration-line", "underline")
    expect(added).to_contain_text("[مضاف:")
    expect(browser_page.locator("#content .changes p del").first).to_have_css("text-decoration-line", "line-through")


@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_no_page_scrolls_sideways_at_360_pixels(dossier, browser_page, language):
    browser_page.set_viewport_size({"width": 360, "height": 800})
    wide = {}
    for name, address in every_page(language).items():
        browser_page.goto(address)
        width = browser_page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide[name] = width
    assert wide == {}


@pytest.mark.parametrize("width", [390, 360])
def test_the_menu_is_one_line_on_a_phone_in_each_language(browser_page, width):
    browser_page.set_viewport_size({"width": width, "height": 800})
    menus = {}
    for language in CODES:
        browser_page.goto(f"/{language}/about/")
        boxes = [link.bounding_box() for link in browser_page.locator(".sections a").all()]
        low = [box["height"] for box in boxes if box["height"] < 24]
        menus[language] = (len(boxes), len({round(box["y"]) for box in boxes}), low)
    assert menus == {language: (5, 1, []) for language in CODES}


def test_the_notice_of_a_demonstration_unfolds_on_a_phone_and_is_open_elsewhere(browser_page, settings):
    settings.DEMO = True
    browser_page.set_viewport_size({"width": 390, "height": 800})
    browser_page.goto("/ru/")
    summary, text = browser_page.locator(".notice summary"), browser_page.locator(".notice p")
    assert browser_page.locator(".notice").bounding_box()["height"] < 40
    expect(text).not_to_be_visible()
    summary.click()
    expect(text).to_be_visible()
    browser_page.set_viewport_size({"width": 1280, "height": 800})
    browser_page.goto("/ru/")
    expect(text).to_be_visible()
    expect(summary).not_to_be_visible()


def test_on_paper_the_table_of_a_series_is_whole(dossier, browser_page):
    browser_page.set_viewport_size({"width": 718, "height": 1000})  # A4 less its margins
    browser_page.emulate_media(media="print")
    browser_page.goto(every_page()["series"])
    table, page = (browser_page.locator(each).bounding_box() for each in ("table", "main"))
    assert table["x"] + table["width"] <= page["x"] + page["width"]


def test_no_page_breaks_the_content_security_policy(dossier, browser_page):
    for name, address in every_page().items():
        if name in ("no page", "bad filter", "bad search"):  # the console reports the status itself
            continue
        browser_page.goto(address, wait_until="networkidle")
    assert [
        text for text in browser_page.problems if "Content Security Policy" in text or "Content-Security" in text
    ] == []


def test_a_conference_page_is_light_and_asks_for_little(dossier, browser_page):
    requests = []
    # Playwright notes something on each listener, which a built-in method such as requests.append does not take.
    browser_page.on("response", lambda response: requests.append(response))  # noqa: PLW0108
    browser_page.goto("/en/conferences/dossier-1/", wait_until="networkidle")
    own = [response for response in requests if "/files/" not in response.url]
    assert len(requests) <= 12
    # As transferred: pages come compressed, static files of the test server do not.
    assert sum(response.request.sizes()["responseBodySize"] for response in own) <= 60_000


def test_the_keyboard_reaches_the_content_and_every_filter(dossier, browser_page):
    browser_page.goto("/en/conferences/")
    browser_page.keyboard.press("Tab")
    expect(browser_page.locator(".skip")).to_be_focused()
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/en/conferences/#content")
    browser_page.keyboard.press("Tab")
    expect(browser_page.locator("#q")).to_be_focused()
    reached = []
    for _press in range(12):
        reached.append(browser_page.evaluate("document.activeElement.name || document.activeElement.tagName"))
        browser_page.keyboard.press("Tab")
    assert reached[:7] == ["q", "year", "country", "series", "theme", "BUTTON", "SUMMARY"]


def test_a_list_is_filtered_by_keyboard_alone(dossier, browser_page):
    browser_page.goto("/en/conferences/")
    browser_page.focus("#q")
    browser_page.keyboard.type("organization 2.1")
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/en/conferences/?q=organization+2.1*")
    expect(browser_page.locator("ul.rows > li h2")).to_have_text(["Border security 2"])


@pytest.mark.parametrize(
    ("language", "forward", "back"), [("en", "ArrowRight", "ArrowLeft"), ("ar", "ArrowLeft", "ArrowRight")]
)
def test_the_arrow_keys_turn_the_pages_of_an_album_in_reading_direction(dossier, browser_page, language, forward, back):
    browser_page.goto(every_page(language)["photo"])
    first = browser_page.url
    with browser_page.expect_navigation():
        browser_page.keyboard.press(forward)
    assert browser_page.url != first
    browser_page.keyboard.press(back)
    browser_page.wait_for_url(first)


def test_focus_is_seen(dossier, browser_page):
    browser_page.goto("/en/")
    browser_page.keyboard.press("Tab")
    browser_page.keyboard.press("Tab")
    expect(browser_page.locator(":focus")).to_have_css("outline-style", "solid")


def test_everything_is_there_without_script(dossier, chromium, live_server):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/documents/document-1-0/")
    expect(page.locator("#cite-1")).to_have_text(re.compile(r"^\s*Speaker 1\. "))
    expect(page.locator("button[data-copy]:visible")).to_have_count(0)
    page.goto(every_page()["photo"])
    page.get_by_role("link", name="Next photo").click()
    expect(page.get_by_role("link", name="Previous photo")).to_have_count(1)
    context.close()


LINES = """(heading) => {
  const range = document.createRange(), lines = [];
  const texts = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
  let bottom = -1;
  while (texts.nextNode()) for (let at = 0; at < texts.currentNode.length; at++) {
    range.setStart(texts.currentNode, at);
    range.setEnd(texts.currentNode, at + 1);
    const box = range.getBoundingClientRect();
    if (box.bottom > bottom + 2) lines.push("");
    bottom = box.bottom;
    lines[lines.length - 1] += range.toString();
  }
  return lines;
}"""


def test_lines_of_chinese_headings_end_between_words(browser_page):
    words = ["每次", "会议", "的", "决定、", "发言", "与", "影像"]
    ends = {"".join(words[:count]) for count in range(1, len(words) + 1)}
    browser_page.goto("/zh/")
    heading = browser_page.locator("h1.words-kept")

    for width in range(4, 12):
        heading.evaluate("(heading, width) => { heading.style.inlineSize = `${width}em`; }", width)
        lines = heading.evaluate(LINES)
        assert {"".join(lines[:count]) for count in range(1, len(lines) + 1)} <= ends
    assert len(lines) < len(words)
