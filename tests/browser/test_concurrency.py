"""Two people at one form: they see each other come, save and go, without reloading."""

import re

import pytest
from django.db import connections
from playwright.sync_api import expect

from ctportal.staff.models import Presence
from tests.browser.steps import settled, write
from tests.browser.test_admin import sign_in
from tests.browser.test_unsaved_copy import kept
from tests.concurrency import another_writer
from tests.factories import make_account, make_conference

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def gone(page, username):
    """Wait until the server knows that *username* has left."""
    for _attempt in range(300):
        if not Presence.objects.filter(user__username=username, saved=False).exists():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{username} is still noted as present.")


def told(page):
    """The lines on who else has the page open, as it asks again at once instead of in its own time."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    return page.locator("#portal-presence li")


def test_two_people_at_one_form_see_each_other_come_save_and_go(browser_page, another_page, axe_violations):
    address = f"/admin/conferences/conference/{make_conference().pk}/change/"
    edith = sign_in(browser_page, make_account("editor", "edith", first_name="Edith"))
    maria = sign_in(another_page, make_account("editor", "maria", first_name="Maria"))
    edith.set_viewport_size({"width": 360, "height": 800})
    edith.goto(address)
    settled(edith)
    expect(edith.locator("#portal-presence li")).to_have_count(0)

    maria.goto(address)
    settled(maria)
    expect(maria.locator("#portal-presence li")).to_contain_text("Edith has had this page open since")
    expect(told(edith)).to_contain_text(re.compile("Maria (has had|opened) this page"))

    maria.fill("#id_venue", "Hotel")
    maria.click("button[name=_continue]:visible >> nth=-1")
    expect(maria.locator(".messagelist")).to_contain_text("is saved.")
    expect(told(edith).filter(has_text="Maria saved this page at")).to_have_count(1)

    maria.goto("/admin/")
    gone(maria, "maria")
    expect(told(edith)).to_have_text([re.compile("^Maria saved this page at")])
    assert edith.evaluate("document.documentElement.scrollWidth") <= 360
    assert edith.problems == maria.problems == []  # before axe, which tries inline styles of its own
    assert [found for found in axe_violations(edith) if found[0] in ("critical", "serious")] == []


def test_who_saves_second_sees_both_texts_and_chooses_field_by_field(browser_page, another_page, axe_violations):
    conference = make_conference("A title", venue_en="Palace", city_en="Minsk")
    conference.main_topics.create(title_en="A topic")
    edith = sign_in(browser_page, make_account("editor", "edith", first_name="Edith"))
    maria = sign_in(another_page, make_account("editor", "maria", first_name="Maria"))
    for page in (edith, maria):
        page.goto(f"/admin/conferences/conference/{conference.pk}/change/")
        settled(page)
    for name, hers in {
        "venue": "Hotel Planeta",
        "title": "Edith’s title",
        "main_topics-0-title": "Edith’s topic",
    }.items():
        edith.fill(f"#id_{name}", hers)
    write(edith, "id_description", "Edith’s description.")
    save(edith)
    expect(edith.locator(".messagelist")).to_contain_text("is saved.")

    for name, hers in {
        "venue": "Hotel Minsk",
        "title": "Maria’s title",
        "main_topics-0-title": "Maria’s topic",
    }.items():
        maria.fill(f"#id_{name}", hers)
    write(maria, "id_description", "Maria’s description.")
    maria.fill("#id_motto", "Only Maria wrote a motto")
    save(maria)

    both = maria.locator(".portal-stale")
    expect(both).to_contain_text("Last saved by Edith")
    expect(both.locator(".stale-text:visible")).to_have_text(
        [
            *("Hotel Planeta", "Hotel Minsk"),
            *("Edith’s title", "Maria’s title"),
            *("Edith’s description.", "Maria’s description."),
            *("Edith’s topic", "Maria’s topic"),
        ]
    )
    assert states(conference) == ("Hotel Planeta", "Edith’s title", "<p>Edith’s description.</p>", "Edith’s topic", "")
    expect(maria.locator("#id_motto")).to_have_value("Only Maria wrote a motto")
    expect(maria.locator("#id_venue")).to_have_value("Hotel Minsk")
    expect(maria.locator("#id_description")).to_have_value("<p>Maria’s description.</p>")

    for name, side in {
        "venue": "theirs",
        "title": "mine",
        "description": "mine",
        "main_topics-0-title": "theirs",
    }.items():
        maria.check(f"#{side}-{name}")
    maria.set_viewport_size({"width": 360, "height": 800})
    assert maria.evaluate("document.documentElement.scrollWidth") <= 360
    assert [found for found in axe_violations(maria) if found[0] in ("critical", "serious")] == []
    save(maria)
    expect(maria.locator(".messagelist")).to_contain_text("is saved.")
    assert states(conference) == (
        *("Hotel Planeta", "Maria’s title", "<p>Maria’s description.</p>", "Edith’s topic"),
        "Only Maria wrote a motto",
    )


def save(page):
    page.click("button[name=_continue]:visible >> nth=-1")


def states(conference):
    """What is saved of *conference*: venue, title, description, topic, motto."""
    conference, text = type(conference).objects.get(), conference.texts.get()
    topic = conference.main_topics.first()
    return conference.venue_en, text.title, text.description, topic and topic.title_en, text.motto


def test_who_waits_too_long_for_others_sends_what_was_typed_again(browser_page, monkeypatch):
    monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 0.5)
    conference = make_conference("A title")
    edith = sign_in(browser_page, make_account("editor", "edith", first_name="Edith"))
    edith.goto(f"/admin/conferences/conference/{conference.pk}/change/")
    settled(edith)
    edith.fill("#id_venue", "The “Palace”")
    write(edith, "id_description", "Two days in Minsk.")

    with another_writer():
        save(edith)
        expect(edith.locator("h1")).to_have_text("The site is busy")
    kept(edith, 1, "Two days in Minsk.")  # should she go elsewhere
    edith.get_by_role("button", name="Try again").click()

    expect(edith.locator(".messagelist")).to_contain_text("is saved.")
    assert states(conference)[::2] == ("The “Palace”", "<p>Two days in Minsk.</p>", "")
    kept(edith, 0)
