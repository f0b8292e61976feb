"""What readers come for, counted in clicks from the home page."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ctportal.publishing.services import publish
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def minsk(transactional_db, settings):
    """Minsk 2019 with its closing release in two languages, a photo and a speaker, and a conference that is to come."""
    settings.DEMO = True
    settings.CTPORTAL_PRESS_EMAIL = "press@example.org"
    by, speaker = make.make_user(), make.make_person("Amina Diallo")
    conference = make.make_conference(
        "Conference in Minsk", slug="minsk-2019", start_date=date(2019, 9, 3), end_date=date(2019, 9, 4)
    )
    conference.appearances.create(person=speaker, title_en="Minister")
    publish(conference, by=by)
    release = make.make_document(
        conference, "Minsk closes", slug="minsk-closes", kind="press-release", occasion="closing", date=date(2019, 9, 4)
    )
    release.versions.create(language="ru", title="Минск завершён", body="<p>Текст.</p>", ready=True)
    publish(release, by=by)
    statement = make.make_document(conference, "Statement", kind="statement", date=date(2019, 9, 3))
    statement.deliveries.create(person=speaker)
    publish(statement, by=by)
    publish(make.make_photo(conference, credit="A Photographer"), by=by)
    day = timezone.now().date() + timedelta(days=60)
    publish(
        make.make_conference(
            "High-level Conference on Preventing Violent Extremism",
            slug="next",
            start_date=day,
            end_date=day,
            event_status="confirmed",
        ),
        by=by,
    )


def clicks(page, *links):
    """Click *links*, locators, one after the other from the home page, and return how many they were."""
    page.goto("/en/")
    for link in links:
        with page.expect_navigation():
            link.first.click()
    return len(links)


def test_what_readers_come_for_is_two_clicks_away(minsk, browser_page):
    page, main = browser_page, browser_page.locator("main")
    releases = main.get_by_role("link", name="Press releases", exact=True)
    found = {}
    found["closing release"] = clicks(page, releases, main.get_by_role("link", name="Minsk closes"))
    expect(page.locator("h1")).to_have_text("Minsk closes")
    found["in Russian"] = clicks(page, releases, main.get_by_role("link", name="Русский"))
    expect(page.locator("h1")).to_have_text("Минск завершён")
    found["photo"] = clicks(page, page.get_by_role("link", name="Photos", exact=True), page.locator(".album a"))
    expect(page.locator("main")).to_contain_text("A Photographer")
    found["press contact"] = clicks(page, page.get_by_role("link", name="About this site"))
    expect(page.get_by_role("link", name="press@example.org")).to_be_visible()
    found["where one person spoke"] = clicks(
        page,
        main.get_by_role("link", name="Conference in Minsk"),
        main.get_by_role("link", name="Amina Diallo"),
    )
    expect(page.locator("h1")).to_contain_text("Amina Diallo")

    assert {name: count for name, count in found.items() if count > 2} == {}


def test_when_and_where_the_next_conference_is_is_seen_on_a_phone_without_scrolling(minsk, browser_page):
    browser_page.set_viewport_size({"width": 390, "height": 844})
    browser_page.goto("/en/")
    following = browser_page.locator(".next li").first
    bottom = max(
        box["y"] + box["height"] for box in (following.locator(each).bounding_box() for each in ("time", "h3", "p"))
    )
    assert bottom <= 844
