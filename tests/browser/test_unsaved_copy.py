"""What was typed survives a lost login, a lost connection and a closed tab; nothing is kept longer than needed."""

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from conferences.models import Conference
from tests.browser.steps import settled, write
from tests.browser.test_admin import sign_in
from tests.factories import make_account, make_conference, make_photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEPT = (
    "Object.entries(localStorage).filter(([name]) => name.startsWith('portal-unsaved-copy:')).map((entry) => entry[1])"
)


def kept(page, count, words=""):
    """Wait until the browser keeps *count* texts, and *words* among them. The page's policy forbids Playwright's own waiting."""
    for _attempt in range(300):
        texts = page.evaluate(KEPT)
        if len(texts) == count and words in "".join(texts):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{len(texts)} texts are kept, not {count} with “{words}”: {texts}")


@pytest.fixture
def page(browser_page):
    """A page in which an editor is signed in."""
    return sign_in(browser_page, make_account("editor"))


@pytest.fixture
def form(page):
    """The form of a conference in which something was typed, kept by the browser by now; returns its address."""
    conference = make_conference("A title")
    address = f"/admin/conferences/conference/{conference.pk}/change/"
    page.goto(address)
    settled(page)
    page.fill("#id_venue", "Palace of the Republic")
    write(page, "id_description", "Two days in Minsk.")
    page.click("text=Add another Main topic")
    page.fill("#id_main_topics-0-title", "A topic")
    kept(page, 1, "A topic")
    return address


def put_back(page):
    with page.expect_navigation():
        page.click("text=Restore it")
    settled(page)
    expect(page.locator("#id_venue")).to_have_value("Palace of the Republic")
    expect(page.locator("#id_description")).to_have_value("<p>Two days in Minsk.</p>")
    expect(page.locator(".prose-editor:has(#id_description) [contenteditable]")).to_have_text("Two days in Minsk.")
    expect(page.locator("#id_main_topics-0-title")).to_have_value("A topic")


def press_save(page):
    page.click("button[name=_continue]:visible >> nth=-1")
    expect(page.locator(".messagelist")).to_contain_text("is saved.")


def offered(page, address):
    """What the page at *address* offers to put back: none or one."""
    page.goto(address)
    settled(page)
    return page.locator(".portal-unsaved-copy")


def leave_unasked(page):
    """Let *page* be left although something was typed in it."""
    page.on("dialog", lambda dialog: dialog.accept())


def save(page):
    press_save(page)
    conference = Conference.objects.get()
    assert conference.venue_en == "Palace of the Republic"
    assert conference.texts.get().description == "<p>Two days in Minsk.</p>"
    assert conference.main_topics.get().title_en == "A topic"
    kept(page, 0)


def test_a_lost_login_in_the_middle_of_a_text_costs_nothing(page, form):
    Session.objects.all().delete()  # what the server knows of a login that has expired
    page.click("button[name=_continue]:visible >> nth=-1")
    page.wait_for_url("**/admin/login/**")
    page.fill("#id_username", "editor")
    page.fill("#id_password", "a long password")
    page.click("#login-form [type=submit]")
    page.wait_for_url(f"**{form}")

    put_back(page)

    save(page)
    page.goto(form)
    settled(page)
    expect(page.locator(".portal-unsaved-copy")).to_have_count(0)
    assert page.problems == []


def test_a_lost_connection_costs_nothing(page, form):
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.click("button[name=_continue]:visible >> nth=-1", no_wait_after=True)
    page.context.set_offline(False)
    page.goto(form)

    put_back(page)
    save(page)


def test_a_closed_tab_costs_nothing_and_another_account_is_offered_nothing(page, form):
    other = page.context.new_page()
    page.close()
    other.goto(form)
    expect(other.locator(".portal-unsaved-copy")).to_be_visible()
    other.context.clear_cookies()
    sign_in(other, make_account("editor", "another"))
    other.goto(form)
    settled(other)

    expect(other.locator(".portal-unsaved-copy")).to_have_count(0)


def test_what_is_put_back_does_not_hide_what_was_saved_meanwhile(page, form):
    conference = Conference.objects.get()
    conference.venue_en = "Hotel Minsk"
    conference.save()
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(form)
    put_back(page)

    page.click("button[name=_continue]:visible >> nth=-1")

    expect(page.locator(".portal-stale")).to_contain_text("Hotel Minsk")
    assert Conference.objects.get().venue_en == "Hotel Minsk"


def test_it_is_forgotten_on_demand_and_on_sign_out(page, form):
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(form)
    page.click("text=Discard it")
    kept(page, 0)
    page.goto(form)
    settled(page)
    expect(page.locator(".portal-unsaved-copy")).to_have_count(0)
    page.fill("#id_venue", "Another hall")
    kept(page, 1, "Another hall")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#logout-form button")
    page.wait_for_url("**/logout/")

    kept(page, 0)


# More than one text


def test_typing_beside_an_offer_keeps_both_texts(page, form):
    leave_unasked(page)
    expect(offered(page, form)).to_have_count(1)
    page.fill("#id_motto", "Together")
    kept(page, 2, "Palace of the Republic")

    put_back(page)

    expect(page.locator("#id_motto")).to_have_value("")
    kept(page, 2, "Together")
    press_save(page)
    kept(page, 1, "Together")
    expect(offered(page, form)).to_have_count(1)


def test_who_forgets_the_latest_text_is_offered_the_one_before(page, form):
    leave_unasked(page)
    page.goto(form)
    page.fill("#id_motto", "Together")
    kept(page, 2, "Together")
    offer = offered(page, form)

    page.click("text=Discard it")

    kept(page, 1, "Palace of the Republic")
    expect(offer).to_have_count(1)
    put_back(page)


def test_each_of_two_forms_for_adding_keeps_its_own_text(page):
    leave_unasked(page)
    other = page.context.new_page()
    for tab, name in ((page, "The first"), (other, "The second")):
        tab.goto("/admin/conferences/theme/add/")
        settled(tab)
        tab.fill("#id_name", name)
        kept(tab, 1 if tab is page else 2, name)

    press_save(other)

    kept(other, 1, "The first")
    page.close()
    expect(offered(other, "/admin/conferences/theme/add/")).to_have_count(1)
    with other.expect_navigation():
        other.click("text=Restore it")
    expect(other.locator("#id_name")).to_have_value("The first")


def test_a_text_is_offered_however_the_form_is_reached(page, form):
    leave_unasked(page)
    page.goto(f"{form}?_changelist_filters=q%3DA")
    settled(page)

    put_back(page)


def test_a_text_of_the_contact_sheet_belongs_to_its_language(page):
    leave_unasked(page)
    photo = make_photo(make_conference())
    make_photo(photo.conference)
    sheet = f"/admin/conferences/conference/{photo.conference_id}/photos/"
    page.goto(f"{sheet}?language=ru")
    settled(page)
    page.fill(f"#id_photo-{photo.pk}-caption", "Зал")
    kept(page, 1, "Зал")

    expect(offered(page, f"{sheet}?language=fr")).to_have_count(0)
    expect(offered(page, sheet)).to_have_count(0)
    expect(offered(page, f"{sheet}?page=1&language=ru")).to_have_count(1)
    with page.expect_navigation():
        page.click("text=Restore it")
    page.click("button[name=_save]:visible >> nth=-1")
    expect(page.locator(".messagelist")).to_contain_text("1 photo is changed.")
    kept(page, 0)


# Rows


def test_new_rows_are_put_back_beside_those_that_somebody_else_has_added(page, form):
    leave_unasked(page)
    topics = Conference.objects.get().main_topics
    topics.create(title_en="Of another")
    page.goto(form)
    with page.expect_navigation():
        page.click("text=Restore it")

    expect(page.locator("#id_main_topics-1-title")).to_have_value("A topic")
    press_save(page)

    assert set(topics.values_list("title_en", flat=True)) == {"Of another", "A topic"}


def test_rows_are_put_back_by_what_they_are_and_one_deleted_meanwhile_is_asked_for(page):
    leave_unasked(page)
    conference = make_conference()
    one, two, _three = [conference.main_topics.create(title_en=title, order=n) for n, title in enumerate("123")]
    address = f"/admin/conferences/conference/{conference.pk}/change/"
    page.goto(address)
    settled(page)
    page.fill("#id_main_topics-0-title", "Of one")
    page.fill("#id_main_topics-1-title", "Of two")
    kept(page, 1, "Of two")
    one.delete()
    conference.main_topics.create(title_en="4", order=4)
    page.goto(address)
    with page.expect_navigation():
        page.click("text=Restore it")
    titles = page.locator("[id^=id_main_topics-][id$=-title]:not([id*=__prefix__])")
    expect(titles).to_have_count(4)

    assert [title.input_value() for title in titles.all()] == ["Of two", "3", "4", "Of one"]
    page.click("button[name=_continue]:visible >> nth=-1")
    page.click(".portal-stale label:has-text('Keep your text') >> nth=0")
    press_save(page)

    assert set(conference.main_topics.values_list("title_en", flat=True)) == {"Of two", "3", "4", "Of one"}
    two.refresh_from_db()
    assert two.title_en == "Of two"


# Saved, or not


def test_what_was_sent_and_not_answered_outlives_the_success_of_another_form(page, form):
    another = make_conference()
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.click("button[name=_continue]:visible >> nth=-1", no_wait_after=True)
    page.context.set_offline(False)
    page.goto(f"/admin/conferences/conference/{another.pk}/delete/")
    page.click("#content [type=submit]")
    expect(page.locator(".messagelist .success")).to_be_visible()
    kept(page, 1, "Palace of the Republic")
    page.goto(form)

    put_back(page)


def test_a_form_that_was_refused_and_then_saved_is_forgotten(page, form):
    page.fill("#id_start_date", "2030-01-01")
    page.click("button[name=_continue]:visible >> nth=-1")
    expect(page.locator(".portal-problems")).to_have_count(1)
    kept(page, 1, "2030-01-01")
    page.fill("#id_end_date", "2030-01-02")

    save(page)


def test_a_draft_that_was_previewed_is_saved(page, form):
    page.click("button[name=_preview]:visible >> nth=-1")
    page.wait_for_url("**/preview/**")

    expect(offered(page, "/admin/")).to_have_count(0)
    kept(page, 0)


def test_what_is_typed_after_sending_is_not_taken_for_saved(page, form):
    def answer(route):
        if route.request.method == "POST":
            page.keyboard.type("Together")
        route.continue_()

    page.route(f"**{form}", answer)
    page.focus("#id_motto")
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("is saved.")

    kept(page, 1, "Together")
    expect(page.locator(".portal-unsaved-copy")).to_have_count(1)


# Signed out


def test_a_page_left_open_keeps_nothing_after_signing_out_in_another_tab_and_says_so(page, form):
    other = page.context.new_page()
    other.goto("/admin/")
    other.click("#logout-form button")
    other.wait_for_url("**/logout/")
    told = page.locator(".portal-not-unsaved-copy")
    expect(told).to_contain_text("You have signed out.")

    page.fill("#id_venue", "Another hall")
    page.wait_for_timeout(1000)  # three times what the page waits before it keeps something

    kept(page, 0)
    sign_in(other, User.objects.get())
    expect(told).to_have_count(0)
    kept(page, 1, "Another hall")


FORBIDDEN = """
for (const method of ["getItem", "setItem", "removeItem"]) {
  const allowed = Storage.prototype[method];
  Storage.prototype[method] = function (name, ...rest) {
    if (name.startsWith("portal-")) throw new DOMException("Forbidden", "SecurityError");
    return allowed.call(this, name, ...rest);
  };
}
"""


def test_where_nothing_may_be_stored_everything_else_works(browser_page):
    browser_page.add_init_script(FORBIDDEN)
    sign_in(browser_page, make_account("editor"))
    browser_page.goto("/admin/conferences/theme/add/")
    settled(browser_page)
    browser_page.fill("#id_name", "A theme")
    browser_page.wait_for_timeout(1000)

    press_save(browser_page)

    expect(browser_page.locator(".portal-unsaved-copy")).to_have_count(0)
    assert browser_page.problems == []
