"""Signing in while somebody else tries to keep one out."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.browser.test_admin import sign_in
from tests.factories import make_account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_publisher_signs_in_while_a_stranger_hammers_the_name(browser_page, another_page):
    paula = make_account("publisher", "paula")
    sign_in(browser_page, paula)
    browser_page.click("#logout-form [type=submit]")
    for number in range(25):
        typed = {"username": "paula", "password": "wrong"}
        Client().post("/admin/login/", typed, REMOTE_ADDR=f"203.0.113.{number}")

    another_page.goto("/admin/login/")
    another_page.fill("#id_username", "paula")
    another_page.fill("#id_password", "a long password")
    another_page.click("#login-form [type=submit]")
    browser_page.goto("/admin/login/")
    browser_page.fill("#id_username", "paula")
    browser_page.fill("#id_password", "a long password")
    browser_page.click("#login-form [type=submit]")

    expect(another_page.locator("h1")).to_have_text("Too many attempts")
    expect(another_page.locator("main")).to_contain_text("Wait 15 minutes, then try again.")
    browser_page.wait_for_url("**/admin/")
    assert browser_page.problems == []
