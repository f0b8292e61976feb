"""A dossier from draft to public, by the forms of three people and by the real clock."""

import zoneinfo

import pytest
from playwright.sync_api import expect

from conferences.models import Conference, Photo
from ctportal.workflow.models import WorkflowStep
from documents.models import Document
from tests.browser.steps import write
from tests.browser.test_admin import asked_around, full_minute_in, sign_in, sign_out
from tests.factories import make_account
from tests.files.samples import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = {"conference": "Minsk 2019", "document": "It opens in Minsk", "photo": "The hall in Minsk"}


def submit(page):
    page.click("button[name=_submit]")
    expect(page.locator(".messagelist")).to_contain_text("was submitted")


def draft(page):
    """What the contributor does: a conference, its opening release and a photo, all of which are submitted."""
    page.goto("/admin/conferences/conference/add/")
    page.fill("#id_name", NAMES["conference"])
    page.select_option("#id_kind", "regional")
    page.fill("#id_start_date", "2019-09-03")
    page.fill("#id_end_date", "2019-09-04")
    page.fill("#id_city", "Mnsk")
    page.select_option("#id_country", "BY")
    page.fill("#id_time_zone", "Europe/Minsk")
    page.fill("#id_title", "A conference in Minsk")
    submit(page)
    page.click("text=Add opening release")
    page.wait_for_url("**/pressrelease/add/**")
    page.fill("#id_title", NAMES["document"])
    write(page, "id_body", "A first draft.")
    submit(page)
    page.goto(f"/admin/conferences/photo/upload/?conference={Conference.objects.get().pk}")
    page.fill("#id_credit", "A. Photographer")
    page.set_input_files("#id_pictures", {"name": "hall.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    page.click("button[name=_upload]")
    expect(page.locator("[data-summary]")).to_contain_text("1 of 1 pictures are saved")
    page.goto(f"/admin/conferences/photo/{Photo.objects.get().pk}/change/")
    page.fill("#id_alt_text", NAMES["photo"])
    submit(page)


def correct(page):
    """What the editor does: mend a slip of the conference, give it a title in Arabic, add a word to its release. Both had
    been submitted, return to those who draft them with the change, and are submitted again."""
    page.goto(f"/admin/conferences/conference/{Conference.objects.get().pk}/language/ar/")
    page.fill("#id_title", "مؤتمر في مينسك")
    page.check("#id_ready")
    page.click("button[name=_save]:visible >> nth=-1")
    expect(page.locator(".messagelist")).to_contain_text("العربية is saved.")
    page.goto(f"/admin/conferences/conference/{Conference.objects.get().pk}/change/")
    page.fill("#id_city", "Minsk")
    submit(page)
    page.goto(f"/admin/documents/pressrelease/{Document.objects.get().pk}/change/")
    write(page, "id_body", "Edited. ")
    page.click("button[name=_continue]:visible >> nth=-1")
    expect(page.locator(".messagelist")).to_contain_text("is saved.")
    submit(page)


def set_the_instant(page, instant):
    """What the publisher does: one instant for all of it, of which they are the second reader."""
    page.goto(f"/admin/conferences/conference/{Conference.objects.get().pk}/change/")
    page.click("text=Release the dossier")
    page.wait_for_url("**/release/")
    expect(page.locator("table.release tbody tr")).to_have_count(3)
    for name in NAMES.values():
        row = page.locator("table.release tbody tr", has_text=name)
        expect(row).to_contain_text("becomes public")
        expect(row.locator("td").last).to_have_text("you")
        expect(row.get_by_role("checkbox")).to_be_checked()
    local = instant.astimezone(zoneinfo.ZoneInfo("Europe/Minsk"))
    page.fill("#id_at", f"{local:%Y-%m-%dT%H:%M}")
    page.click("button[name=_release_at]")
    utc = f"{instant:%H:%M}" if local.date() == instant.date() else f"{instant:%Y-%m-%d %H:%M}"
    at = f"{local:%Y-%m-%d %H:%M} Europe/Minsk ({utc} UTC)"
    expect(page.locator(".messagelist")).to_have_text(f"3 parts will be public at {at}.")


def test_a_dossier_goes_from_contributor_to_editor_to_publisher_and_out_at_one_instant(browser_page, live_server):
    for role, work in (("contributor", draft), ("editor", correct)):
        work(sign_in(browser_page, make_account(role)))
        sign_out(browser_page)
    sign_in(browser_page, make_account("publisher"))
    instant = full_minute_in(seconds=30)
    set_the_instant(browser_page, instant)
    sign_out(browser_page)
    assert browser_page.problems == []

    conference, document, photo = (model.objects.get() for model in (Conference, Document, Photo))
    file = photo.file.renditions.get(variant="w640.webp")
    asked = {
        f"/en/conferences/{conference.slug}/": "A conference in Minsk",
        f"/ar/conferences/{conference.slug}/": "مؤتمر في مينسك",
        f"/en/documents/{document.slug}/": "A first draft.",
        f"/en/photos/{photo.uid}/": NAMES["photo"],
        file.path: "WEBP",
        f"/api/v1/conferences/{conference.uid}/": "Minsk",
        f"/api/v1/documents/{document.uid}/": NAMES["document"],
        f"/api/v1/photos/{photo.uid}/": NAMES["photo"],
    }
    lists = {
        "/en/conferences/": "A conference in Minsk",
        "/en/press-releases/": NAMES["document"],
        "/en/photos/": NAMES["photo"],
        "/api/v1/documents/?q=minsk": NAMES["document"],
    }
    before, after = asked_around(
        instant, live_server.url, {address: words.encode() for address, words in {**asked, **lists}.items()}
    )
    missing, without, there = {(404, False)}, {(200, False)}, {(200, True)}
    assert before == dict.fromkeys(asked, missing) | dict.fromkeys(lists, without)
    assert after == dict.fromkeys([*asked, *lists], there)

    steps = WorkflowStep.objects.filter(uid=document.uid).order_by("pk").values_list("action", "by")
    assert list(steps) == [
        ("submitted", "contributor"),
        ("changed", "editor"),
        ("submitted", "editor"),
        ("approved", "publisher"),
    ]
