"""The search page in a browser: accessible, folded on phones, open beside the results on wide screens, without script."""

import pytest
from playwright.sync_api import expect

from tests import factories as make
from tests.web.dossiers import every_page, make_dossier

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEARCHES = ("search", "results", "narrowed", "no results", "bad search")


@pytest.fixture
def dossier(transactional_db):
    make_dossier(1, series=make.make_series("The series"), theme=make.make_theme("The theme"), documents=3, photos=2)


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_the_search_page_in_chinese(dossier, browser_page, axe_violations, width):
    browser_page.set_viewport_size({"width": width, "height": 800})
    found = {}
    for name in SEARCHES:
        browser_page.goto(every_page("zh")[name])
        found[name] = axe_violations(browser_page)
    assert found == {name: [] for name in SEARCHES}


@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_no_header_and_no_results_scroll_sideways_at_320_pixels(dossier, browser_page, language):
    browser_page.set_viewport_size({"width": 320, "height": 800})
    wide = {}
    for name in ("home", *SEARCHES):
        browser_page.goto(every_page(language)[name])
        width = browser_page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            wide[name] = width
    assert wide == {}


def test_the_filters_are_folded_on_a_phone_and_open_beside_the_results(dossier, browser_page):
    browser_page.set_viewport_size({"width": 390, "height": 800})
    browser_page.goto("/en/search/?q=border")
    link, summary = browser_page.locator(".facets a").first, browser_page.locator(".facets > summary")
    expect(link).not_to_be_visible()
    summary.click()
    expect(link).to_be_visible()
    browser_page.goto("/en/search/?q=border")
    browser_page.set_viewport_size({"width": 1280, "height": 800})
    expect(link).to_be_visible()
    expect(summary).not_to_be_visible()
    link.click()
    browser_page.wait_for_url("**/en/search/?q=border&kind=*")


def test_a_search_begins_in_the_header_of_any_page(dossier, browser_page):
    browser_page.goto("/en/conferences/dossier-1/")
    browser_page.get_by_label("Search the site").fill('"Border security 1"')
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/en/search/?q=*")
    expect(browser_page.locator(".hits h3").first).to_have_text("Border security 1")
    expect(browser_page.locator("search")).to_have_count(1)
    browser_page.emulate_media(media="print")
    expect(browser_page.locator("search")).not_to_be_visible()
    content, results = (browser_page.locator(each).first.bounding_box() for each in ("main", ".hits"))
    assert results["width"] == content["width"]  # without a gap where the filters were
