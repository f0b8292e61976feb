"""The second factor in a browser: the first sign-in, recovery codes, a form that is sent too late; accessibility."""

import re
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import expect

from ctportal.accounts.models import SecondFactor
from tests.accounts.authenticator import PASSWORD, App, make_member, turn_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIELD = "#id_second_factor-code"


@pytest.fixture(autouse=True)
def on(settings):
    turn_on(settings)


@pytest.fixture
def violations(axe_violations):
    """Return a function like axe_violations. Axe tries inline styles of its own, which the policy blocks."""

    def check(page):
        assert [problem for problem in page.problems if "422" not in problem] == []
        found = axe_violations(page)
        page.problems.clear()
        return found

    return check


def give_password(page, account):
    page.goto("/admin/login/")
    page.fill("#id_username", account.username)
    page.fill("#id_password", PASSWORD)
    page.click("#login-form [type=submit]")


def send(page, code):
    page.fill(FIELD, code)
    page.click("#second-factor [type=submit]")


def test_the_first_sign_in_sets_up_an_app(browser_page, violations):
    page, account = browser_page, make_member()
    give_password(page, account)
    page.wait_for_url("**/admin/second-factor/set-up/")
    assert violations(page) == []
    secret = "".join(page.inner_text(".portal-secret").split())

    send(page, pyotp.TOTP(secret).now())

    expect(page.locator(".portal-codes li")).to_have_count(10)
    assert violations(page) == []
    codes = page.locator(".portal-codes li").all_inner_texts()
    with page.expect_download() as download:
        page.click("#recovery-codes [type=submit]")
    assert download.value.path().read_text().split()[-10:] == codes
    page.click(".portal-onward a")
    page.wait_for_url(re.compile("/admin/$"))
    assert page.problems == []


def test_a_recovery_code_stands_in_for_the_device_and_another_one_is_set_up(browser_page, violations):
    page, app = browser_page, App(make_member())
    give_password(page, app.account)
    page.wait_for_url("**/admin/second-factor/code/")
    assert violations(page) == []

    send(page, app.recovery_codes[0].upper())
    page.wait_for_url(re.compile("/admin/$"))
    page.click("#user-tools >> text=Second factor")
    expect(page.locator("#content")).to_contain_text("Recovery codes left: 9")
    assert violations(page) == []
    page.fill(FIELD, app.recovery_codes[1])
    page.click("[name=_new_app]")
    secret = "".join(page.inner_text(".portal-secret").split())
    send(page, pyotp.TOTP(secret).now())

    expect(page.locator(".portal-codes li")).to_have_count(10)
    assert SecondFactor.objects.get().pk != app.factor.pk
    assert page.problems == []


def test_a_form_that_is_sent_too_late_is_kept_until_the_code_is_given(browser_page, violations, monkeypatch):
    page, app = browser_page, App(make_member("administrator", "boss", is_superuser=True))
    give_password(page, app.account)
    send(page, app.code())
    page.wait_for_url(re.compile("/admin/$"))
    page.goto(f"/admin/auth/user/{app.account.pk}/change/")
    page.fill("#id_first_name", "Bettina")
    monkeypatch.setattr("ctportal.accounts.step_up.FRESH", timedelta(seconds=-1))
    page.click("[name=_save]")

    expect(page.locator("#content")).to_contain_text("What you typed is kept")
    assert violations(page) == []
    send(page, app.new_code())

    page.wait_for_url(re.compile("/admin/auth/user/$"))
    app.account.refresh_from_db()
    assert app.account.first_name == "Bettina"
    # The page that asks is an answer of 422, which the browser's console tells.
    assert [problem for problem in page.problems if "422" not in problem] == []
