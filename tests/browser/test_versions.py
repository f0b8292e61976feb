"""A version is sealed by an administrator in a browser; the pages for it are accessible in both directions."""

import pytest
from playwright.sync_api import expect

from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from tests.browser.test_admin import sign_in
from tests.factories import make_account, make_conference, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def conference(transactional_db):
    """A public conference with two versions."""
    by, conference = make_user(), make_conference("A name that must go", slug="minsk-2019")
    publish(conference, by=by, note="First")
    conference.texts.update(title="Another name")
    publish(conference, by=by, note="Second")
    return conference


def test_an_administrator_seals_a_version_after_being_told_what_will_happen(conference, browser_page):
    page = sign_in(browser_page, make_user("boss", is_superuser=True))
    page.goto(f"/admin/conferences/conference/{conference.pk}/change/")
    page.get_by_role("link", name="Versions", exact=True).click()
    page.wait_for_url("**/versions/")
    page.get_by_role("cell").get_by_role("link", name="Seal …").click()
    page.wait_for_url("**/seal/")
    expect(page.get_by_text("permanently deleted. This cannot be undone.")).to_be_visible()

    page.get_by_role("button", name="Seal this version permanently").click()
    expect(page.get_by_role("alert")).to_contain_text("Please correct the errors below.")
    page.get_by_label("Reason").fill("A person is in danger")
    page.get_by_label("I understand that this cannot be undone.").check()
    page.get_by_role("button", name="Seal this version permanently").click()
    page.wait_for_url("**/versions/")

    expect(page.locator(".messagelist")).to_contain_text("is sealed.")
    first = Edition.objects.of("conference").order_by("public_from")[0]
    assert (first.is_sealed, first.json) == (True, "")


def test_a_publisher_compares_two_versions_on_a_telephone_with_the_keyboard_alone(conference, browser_page):
    page = sign_in(browser_page, make_account("publisher"))
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/admin/conferences/conference/{conference.pk}/versions/")
    page.get_by_label("Compare to the draft").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Compare to: Version 2")).to_be_checked()
    page.get_by_label("Compare from: Version 2").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url("**/versions/compare/*")
    expect(page.locator(".changes dt")).to_have_text("Title (English)")
    expect(page.locator(".changes del")).to_contain_text(["removed", "A", "that must go"])
    expect(page.locator(".changes ins")).to_contain_text(["added", "Another"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.problems == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_on_the_pages_of_versions(conference, browser_page, axe_violations, language):
    boss = make_user("boss", is_superuser=True)
    page = sign_in(browser_page, boss)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
    first, second = Edition.objects.of("conference").order_by("public_from")
    base = f"/admin/conferences/conference/{conference.pk}/versions/"
    addresses = (base, f"{base}{first.pk}/seal/", f"{base}compare/?from={first.pk}&to={second.pk}")
    for address in addresses:
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.problems == []  # before axe, which tries inline styles of its own

    found = {}
    for address in addresses:
        page.goto(address)
        found[address] = axe_violations(page)
    assert found == {address: [] for address in addresses}
