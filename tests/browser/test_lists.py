"""Lists in a browser: filters in one line, folded on phones, and the first row near the top."""

import pytest
from playwright.sync_api import expect

from tests import factories as make
from tests.web.dossiers import make_dossier

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTS = {
    "conferences": ".rows > li",
    "documents": ".rows > li",
    "press-releases": ".rows > li",
    "photos": ".album > li",
    "documents/?year=2019": ".rows > li",
}


@pytest.fixture
def dossier(transactional_db, settings):
    settings.DEMO = True
    make_dossier(1, series=make.make_series("The series"), theme=make.make_theme("The theme"), documents=3, photos=2)


@pytest.mark.parametrize(("width", "most"), [(1280, 450), (390, 560)])
def test_the_first_row_of_a_list_is_near_the_top(dossier, browser_page, width, most):
    browser_page.set_viewport_size({"width": width, "height": 900})
    low = {}
    for path, row in LISTS.items():
        browser_page.goto(f"/en/{path}" if "?" in path else f"/en/{path}/")
        top = browser_page.locator(row).first.bounding_box()["y"]
        if top > most:
            low[path] = top
    assert low == {}


def test_the_filters_are_one_line_on_a_wide_screen_and_folded_on_a_phone(dossier, browser_page):
    browser_page.set_viewport_size({"width": 1280, "height": 900})
    browser_page.goto("/en/documents/")
    fields = browser_page.locator(".filters .line > *")
    ends = {round(box["y"] + box["height"]) for box in (each.bounding_box() for each in fields.all())}
    assert (fields.count(), len(ends)) == (6, 1)
    browser_page.set_viewport_size({"width": 390, "height": 800})
    browser_page.goto("/en/documents/")
    words = browser_page.get_by_label("Words in title or text")
    expect(words).not_to_be_visible()
    browser_page.get_by_text("Filter the list").click()
    words.fill("Document")
    browser_page.get_by_role("button", name="Show", exact=True).click()
    browser_page.wait_for_url("**/en/documents/?q=Document*")
