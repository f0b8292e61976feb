"""What a developer sees in a browser: the page that explains the API, and the one to try it on."""

import pytest
from playwright.sync_api import expect

from ctportal.publishing.services import publish
from tests.factories import make_conference, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_api_can_be_read_and_tried_without_an_outside_host(browser_page, live_server):
    publish(make_conference("Countering terrorism", slug="minsk-2019"), by=make_user())
    hosts = set()
    browser_page.on(
        "request", lambda request: request.url.startswith("data:") or hosts.add("/".join(request.url.split("/")[:3]))
    )

    browser_page.goto("/api/v1/docs/")
    browser_page.locator("#operations-conferences-conferences_retrieve .opblock-summary-control").click()
    operation = browser_page.locator("#operations-conferences-conferences_retrieve")
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_placeholder("address").fill("minsk-2019")
    operation.get_by_role("button", name="Execute").click()

    expect(operation.locator(".live-responses-table .response-col_status", has_text="200")).to_be_visible()
    expect(operation.locator(".live-responses-table")).to_contain_text("Countering terrorism")
    assert hosts == {live_server.url}
    assert browser_page.problems == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_for_developers_is_accessible_and_fits_a_small_screen(browser_page, axe_violations, language):
    browser_page.set_viewport_size({"width": 360, "height": 740})
    browser_page.goto(f"/{language}/developers/")

    assert axe_violations(browser_page) == []
    assert browser_page.evaluate("document.documentElement.scrollWidth") == 360
    assert browser_page.problems == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_command_is_shown_whole(browser_page, width):
    browser_page.set_viewport_size({"width": width, "height": 900})
    browser_page.goto("/en/developers/")
    commands = browser_page.locator("pre:not([lang])")

    assert commands.count() > 5
    assert commands.evaluate_all("all => all.filter(each => each.scrollWidth > each.clientWidth).length") == 0


def test_the_pages_for_developers_are_valid_html(client, html_errors):
    pages = {address: client.get(address).content.decode() for address in ("/en/developers/", "/api/v1/docs/")}
    assert html_errors(pages) == []
