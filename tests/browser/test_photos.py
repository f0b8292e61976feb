"""A photo editor's way in a browser: upload, describe, put in order, choose the featured one."""

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from conferences.models import Photo
from tests.browser.steps import answered, settled
from tests.browser.test_unsaved_copy import kept
from tests.factories import make_conference, make_person, make_photo, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
UPLOAD = "/admin/conferences/photo/upload/"


@pytest.fixture
def staff_page(browser_page, live_server, client):
    """A page signed in as an administrator."""
    client.force_login(make_user("administrator", is_superuser=True))
    session = client.cookies["sessionid"].value
    browser_page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return browser_page


@pytest.fixture
def pictures(tmp_path):
    """Three pictures on the disk, and a text that calls itself one."""
    paths = []
    for number, colour in enumerate(("#7a4f36", "#3f7f86", "#9c4a3c")):
        paths.append(tmp_path / f"picture-{number}.jpg")
        Image.new("RGB", (900, 600), colour).save(paths[-1])
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    return [*paths, text]


def grave(violations):
    return [violation for violation in violations if violation[0] in ("critical", "serious")]


def sheet(conference):
    return reverse("admin:conferences_conference_photos", args=[conference.pk])


def test_pictures_are_sent_one_by_one_and_each_gets_an_answer(staff_page, pictures, axe_violations):
    conference = make_conference()
    staff_page.goto(f"{UPLOAD}?conference={conference.pk}")
    posts = []
    staff_page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)

    staff_page.fill("#id_credit", "UNIC/A. Photographer")
    staff_page.set_input_files("#id_pictures", [str(path) for path in pictures])
    staff_page.click("button[name=_upload]")
    expect(staff_page.locator("[data-done]")).to_be_visible(timeout=60_000)

    lines = staff_page.locator("[data-answers] > li")
    expect(lines).to_have_class(["upload-answer upload-saved"] * 3 + ["upload-answer upload-refused"])
    expect(lines.nth(3)).to_contain_text("“text.jpg” is")
    expect(staff_page.locator("[data-summary]")).to_have_text("Finished: 3 of 4 pictures are saved.")
    expect(staff_page.locator("[data-progress] > progress")).to_have_js_property("position", 1)
    assert len(posts) == 4
    assert list(conference.photos.values_list("file__name", "credit")) == [
        (f"picture-{number}.jpg", "UNIC/A. Photographer") for number in range(3)
    ]

    staff_page.set_input_files("#id_pictures", str(pictures[0]))
    staff_page.click("button[name=_upload]")
    staff_page.get_by_role("button", name="Add it anyway").click()
    expect(lines).to_have_class(["upload-answer upload-saved"])
    assert conference.photos.count() == 4
    kept(staff_page, 0)
    # The browser itself reports answers of 4xx; nothing else may be wrong.
    assert [text for text in staff_page.problems if "status of 4" not in text] == []

    # Last: axe itself adds styles, which the policy refuses.
    assert grave(axe_violations(staff_page)) == []
    staff_page.click("[data-done] a")
    staff_page.wait_for_url(f"**{sheet(conference)}")


def test_the_order_and_the_featured_photo_are_set_from_the_keyboard(staff_page, axe_violations):
    conference = make_conference()
    first, second, third = (make_photo(conference, order=number) for number in (1, 2, 3))
    person = make_person("Ann Speaker")
    staff_page.goto(sheet(conference))
    settled(staff_page)
    card = staff_page.locator("[data-card]").nth(2)

    card.locator("[data-earlier]").focus()
    staff_page.keyboard.press("Enter")
    staff_page.keyboard.press("Enter")
    expect(staff_page.locator("[data-status]")).to_have_text("photo.jpg is now number 1 of 3.")
    # At the front the focus goes to the button that still works.
    expect(staff_page.locator("[data-card] [data-later]").first).to_be_focused()
    staff_page.focus(f"#featured-{second.pk}")
    staff_page.keyboard.press("Space")
    people = staff_page.locator(f"#id_photo-{first.pk}-people + .select2")
    people.locator(".select2-search__field").focus()
    staff_page.keyboard.type("Ann")
    answered(staff_page, "Ann")
    staff_page.keyboard.press("Enter")
    expect(people.locator(".select2-selection__choice")).to_have_count(1)
    staff_page.fill(f"#id_photo-{first.pk}-caption", "Delegates in the hall")
    expect(staff_page.locator("[data-changed]")).to_have_text("3 photos changed, not saved yet")
    staff_page.click("button[name=_save].default")
    expect(staff_page.locator(".messagelist")).to_be_visible()

    assert list(conference.photos.values_list("pk", flat=True)) == [third.pk, first.pk, second.pk]
    assert list(Photo.objects.filter(featured=True)) == [second]
    first.refresh_from_db()
    assert (first.caption_en, list(first.people.all())) == ("Delegates in the hall", [person])
    assert staff_page.problems == []
    assert grave(axe_violations(staff_page)) == []


def test_a_photo_is_dragged_to_its_place(staff_page):
    conference = make_conference()
    first, second, third = (make_photo(conference, order=number) for number in (1, 2, 3))
    staff_page.goto(sheet(conference))
    cards = staff_page.locator("[data-card]")

    cards.nth(0).locator("[data-handle]").hover()
    staff_page.mouse.down()
    target = cards.nth(2).locator(".sheet-name")
    # The first movement begins the dragging, the second is over the target.
    target.hover()
    target.hover()
    staff_page.mouse.up()
    # The numbers are given when the dragging has ended.
    expect(staff_page.locator("[data-status]")).to_have_text("photo.jpg is now number 3 of 3.")
    staff_page.click("button[name=_save].default")
    expect(staff_page.locator(".messagelist")).to_be_visible()

    assert list(conference.photos.values_list("pk", flat=True)) == [second.pk, third.pk, first.pk]


def test_the_pages_fit_a_telephone(staff_page):
    conference = make_conference()
    make_photo(conference)
    staff_page.set_viewport_size({"width": 360, "height": 740})

    for address in (f"{UPLOAD}?conference={conference.pk}", sheet(conference)):
        staff_page.goto(address)
        settled(staff_page)
        assert staff_page.evaluate("document.documentElement.scrollWidth") <= 360, address
