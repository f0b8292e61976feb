"""Lists in a browser: filters in one line, folded on phones, and the first row near the top."""

import pytest
from playwright.sync_api import expect

from ctportal.core.languages import CODES
from tests import factories as make
from tests.web.dossiers import make_dossier

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTS = {
    "conferences": ".rows > li",
    "documents": ".rows > li",
    "press-releases": ".rows > li",
    "photos": ".album > li",
    "documents/?year=2019": ".rows > li",
    "documents/?kind=statement&year=2019&conference=dossier-1": ".rows > li",
}


@pytest.fixture
def dossier(transactional_db, settings):
    settings.DEMO = True
    make_dossier(1, series=make.make_series("The series"), theme=make.make_theme("The theme"), documents=3, photos=2)


@pytest.mark.parametrize(("width", "most"), [(1280, 450), (390, 560)])
def test_the_first_row_of_a_list_is_near_the_top_in_each_language(dossier, browser_page, width, most):
    browser_page.set_viewport_size({"width": width, "height": 900})
    low = {}
    for language in CODES:
        for path, row in LISTS.items():
            browser_page.goto(f"/{language}/{path}" if "?" in path else f"/{language}/{path}/")
            top = browser_page.locator(row).first.bounding_box()["y"]
            if top > most:
                low[language, path] = top
    assert low == {}


def ends_of(elements):
    """Return where the *elements* end, in pixels from the top."""
    return {round(box["y"] + box["height"]) for box in (each.bounding_box() for each in elements.all())}


def test_the_filters_are_one_line_on_a_wide_screen_and_folded_on_a_phone(dossier, browser_page):
    browser_page.set_viewport_size({"width": 1280, "height": 900})
    browser_page.goto("/en/documents/")
    fields = browser_page.locator(".filters .line > *")
    assert (fields.count(), len(ends_of(fields))) == (6, 1)
    browser_page.goto("/ru/documents/")
    assert len(ends_of(browser_page.locator(".filters .line > div > :last-child"))) == 1
    browser_page.set_viewport_size({"width": 390, "height": 800})
    browser_page.goto("/en/documents/")
    words = browser_page.get_by_label("Words in title or text")
    expect(words).not_to_be_visible()
    browser_page.get_by_text("Filter the list").click()
    words.fill("Document")
    browser_page.get_by_role("button", name="Show", exact=True).click()
    browser_page.wait_for_url("**/en/documents/?q=Document*")
