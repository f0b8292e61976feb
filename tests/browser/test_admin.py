"""The admin in a browser: a dossier entered and read, accessibility, the content security policy, narrow screens."""

import http.client
import re
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect
from reversion.models import Revision

from conferences.models import Conference, Person
from ctportal.files.models import StoredFile
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from ctportal.workflow import revisions
from documents.models import Document
from tests.browser.steps import choose, settled, write
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_series,
    make_theme,
    make_user,
)
from tests.files.samples import pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(browser_page, user):
    """Sign *user* in by the form; returns the page."""
    user.set_password("a long password")
    user.save()
    browser_page.goto("/admin/login/")
    browser_page.fill("#id_username", user.username)
    browser_page.fill("#id_password", "a long password")
    browser_page.click("#login-form [type=submit]")
    browser_page.wait_for_url("**/admin/")
    return browser_page


@pytest.fixture
def page(browser_page):
    """A page in which an administrator is signed in."""
    return sign_in(browser_page, make_user("boss", is_superuser=True))


@pytest.fixture
def publisher_page(browser_page):
    """A page in which a publisher is signed in."""
    return sign_in(browser_page, make_account("publisher"))


@pytest.fixture
def dossier():
    """A conference with something in every part of its form and in those of what belongs to it; returns it."""
    conference = make_conference(name="Minsk 2019", slug="minsk-2019", time_zone="Europe/Minsk")
    person, organization = make_person("A speaker"), make_organization("An office")
    themes = [make_theme("Border security"), make_theme("Youth")]
    conference.parent = make_conference("A week")
    conference.save()
    conference.themes.set(themes)
    conference.series_entries.create(series=make_series(), ordinal=4)
    conference.main_topics.create(title_en="A topic")
    session = conference.sessions.create(title_en="Opening", date=conference.start_date)
    session.appearances.create(person=person, title_en="Minister")
    conference.appearances.create(person=person, organization=organization)
    conference.organization_roles.create(organization=organization, role="host")
    conference.links.create(title_en="A link", address="https://example.org/")
    conference.announced_dates.create(start_date=conference.start_date, end_date=conference.end_date)
    document = make_document(
        conference, "A release", occasion="opening", session=session, issued_by=organization, delivered_by=person
    )
    document.mentions.create(person=person, title_en="Minister")
    conference.expected_documents.create(title_en="A report", date=conference.end_date, document=document)
    document.themes.set(themes)
    conference.references.create(document=document)
    conference.figures.create(measure="participants", value=400, source_document=document)
    make_photo(conference).people.set([person, make_person("A listener")])
    make_user("boss").groups.add(Group.objects.create(name="A group"))
    publish(conference, by=make_user())
    conference.texts.update(summary="A summary that has changed since. " * 5)
    refresh_draft(conference)
    deleted = make_document(title="A draft that was deleted")
    revisions.keep(deleted, by=make_user(), comment="Deleted.")
    deleted.delete()
    return conference


def test_a_publisher_enters_a_dossier_without_second_reader_and_reads_it_as_a_visitor(publisher_page):
    page, alone = publisher_page, "Nobody else is on duty"
    make_series("Regional conferences", slug="regional-conferences")
    make_organization("Government of Belarus", slug="government-of-belarus")

    page.get_by_role("link", name="Conferences", exact=True).click()
    page.click("text=Add conference")
    page.fill("#id_name", "Minsk 2019")
    expect(page.locator("#id_slug")).to_have_value("minsk-2019")
    page.select_option("#id_kind", "international")
    page.select_option("#id_event_status", "held")
    page.fill("#id_start_date", "2019-09-03")
    page.fill("#id_end_date", "2019-09-04")
    page.fill("#id_city", "Minsk")
    page.select_option("#id_country", "BY")
    page.fill("#id_time_zone", "Europe/Minsk")
    page.fill("#id_title", "Countering Terrorism through Innovative Approaches")
    write(page, "id_description", "Two days on new technologies.")
    page.click("text=Add another Place in a series")
    choose(page, "id_series_entries-0-series", "Regional conferences")
    page.fill("#id_series_entries-0-ordinal", "4")
    for number, topic in enumerate(["Exploitation of technologies", "Countering it", "Cooperation"]):
        page.click("text=Add another Main topic")
        page.fill(f"#id_main_topics-{number}-title", topic)
    page.click("text=Add another Organization and its role")
    choose(page, "id_organization_roles-0-organization", "Government of Belarus")
    page.select_option("#id_organization_roles-0-role", "host")
    # A person whom nobody has entered yet is added in place.
    page.click("text=Add another Person and role")
    with page.expect_popup() as popup:
        page.click("#add_id_appearances-0-person")
    popup.value.fill("#id_name", "Vladimir Voronkov")
    with popup.value.expect_event("close"):
        popup.value.click("[name=_save] >> visible=true >> nth=-1")
    page.select_option("#id_appearances-0-role", "opening-speaker")
    page.fill("#id_appearances-0-title", "Under-Secretary-General")
    page.click("text=Add another Related link")
    page.fill("#id_links-0-title", "Recording")
    page.fill("#id_links-0-address", "https://example.org/recording")
    page.fill("#id_alone_reason", alone)
    page.click("button[name=_publish]")
    expect(page.get_by_text("“Minsk 2019” is public.")).to_be_visible()

    page.click("text=Add closing release")
    page.wait_for_url("**/pressrelease/add/**")
    expect(page.locator("#id_date")).to_have_value("2019-09-04")
    page.fill("#id_title", "The conference closes in Minsk")
    write(page, "id_body", "It underlined the need for cooperation.")
    page.fill("#id_alone_reason", alone)
    page.click("button[name=_publish]")
    expect(page.get_by_text("“The conference closes in Minsk” is public.")).to_be_visible()

    page.click(".portal-languages a:has-text('Русский')")
    page.wait_for_url("**/language/ru/")
    page.fill("#id_title", "Конференция завершилась в Минске")
    write(page, "id_body", "Она подчеркнула необходимость сотрудничества.")
    page.check("#id_ready")
    page.fill("#id_alone_reason", alone)
    page.click("button[name=_publish_language]")
    expect(page.get_by_text("Русский is public.")).to_be_visible()
    page.click("text=View as a visitor")
    page.wait_for_url("**/en/documents/the-conference-closes-in-minsk/")

    expect(page.locator("h1")).to_contain_text("The conference closes in Minsk")
    page.goto("/ru/documents/the-conference-closes-in-minsk/")
    expect(page.locator("h1")).to_contain_text("Конференция завершилась в Минске")
    expect(page.locator("main")).to_contain_text("Она подчеркнула необходимость сотрудничества.")
    page.goto("/en/conferences/minsk-2019/")
    for words in (
        "Countering Terrorism through Innovative Approaches",
        "Two days on new technologies.",
        "Countering it",
        "Government of Belarus",
        "Vladimir Voronkov",
        "The conference closes in Minsk",
    ):
        expect(page.locator("main")).to_contain_text(words)
    assert page.problems == []


ADDRESSES = {
    "index": "/admin/",
    "audit": "/admin/workflow/auditentry/",
    "list": "/admin/conferences/conference/",
    "photos": "/admin/conferences/photo/",
    "form": "/admin/conferences/conference/{conference}/change/",
    "add": "/admin/conferences/conference/add/",
    "document": "/admin/documents/pressrelease/add/?conference={conference}&occasion=closing",
    "language": "/admin/conferences/conference/{conference}/language/ar/",
    "session": "/admin/conferences/session/{session}/change/",
    "release": "/admin/documents/pressrelease/{document}/change/",
    "dossier": "/admin/conferences/conference/{conference}/release/",
    "photo": "/admin/conferences/photo/{photo}/change/",
    "sheet": "/admin/conferences/conference/{conference}/photos/",
    "merge": "/admin/conferences/person/merge/?ids={people}",
    "history": "/admin/conferences/conference/{conference}/history/",
    "state": "/admin/conferences/conference/{conference}/history/{state}/",
    "discard": "/admin/conferences/conference/{conference}/discard/",
    "recover": "/admin/documents/pressrelease/recover/{deleted}/",
    "person": "/admin/conferences/person/add/",
    "account": "/admin/auth/user/{user}/change/",
}


def address_of(name, dossier):
    """Return the address of a page on which something is chosen wherever that is possible."""
    return ADDRESSES[name].format(
        conference=dossier.pk,
        session=dossier.sessions.get().pk,
        document=dossier.documents.get().pk,
        photo=dossier.photos.get().pk,
        people=",".join(str(pk) for pk in Person.objects.values_list("pk", flat=True)),
        user=make_user("boss").pk,
        state=revisions.revisions_of(dossier)[0].pk,
        deleted=Revision.objects.get(comment="Deleted.").pk,
    )


def test_a_name_typed_before_the_script_is_there_makes_the_address_too(page):
    def type_first(route):
        page.fill("#id_name", "Minsk 2019")
        route.continue_()

    page.route("**/admin-portal/admin*.js", type_first)
    page.goto("/admin/conferences/conference/add/")

    expect(page.locator("#id_slug")).to_have_value("minsk-2019")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_critical_or_serious_and_the_policy_holds(page, dossier, axe_violations, language):
    page.context.add_cookies([{"name": "django_language", "value": language, "url": f"{page.url}"}])
    assert page.problems == []
    problems, found = {}, {}
    for name in ADDRESSES:
        page.problems.clear()
        page.goto(address_of(name, dossier))
        settled(page)
        problems[name] = [*page.problems]  # before axe, which tries inline styles of its own
        found[name] = [violation for violation in axe_violations(page) if violation[0] in ("critical", "serious")]

    assert problems == {name: [] for name in ADDRESSES}
    assert found == {name: [] for name in ADDRESSES}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_is_accessible(browser_page, axe_violations, scheme):
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.goto("/admin/login/")

    assert browser_page.problems == []
    assert axe_violations(browser_page) == []


@pytest.mark.parametrize("name", ["form", "dossier"])
def test_a_form_is_accessible_in_the_dark(page, dossier, axe_violations, name):
    page.emulate_media(color_scheme="dark")
    page.goto(address_of(name, dossier))
    settled(page)

    assert [violation for violation in axe_violations(page) if violation[0] in ("critical", "serious")] == []


def test_nothing_runs_out_of_a_narrow_screen(page, dossier):
    page.set_viewport_size({"width": 360, "height": 740})
    widths = {}
    for name in ADDRESSES:
        page.goto(address_of(name, dossier))
        settled(page)
        widths[name] = page.evaluate("document.documentElement.scrollWidth")

    assert {name: width for name, width in widths.items() if width > 360} == {}


@pytest.mark.parametrize("name", ["form", "release", "session"])
def test_no_part_of_a_form_is_wider_than_the_form(page, dossier, name):
    wide = """boxes => boxes.filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.textContent.slice(0, 60))"""
    found = {}
    for width in (360, 768, 1101, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address_of(name, dossier))
        settled(page)
        found[width] = page.locator("fieldset.module").evaluate_all(wide)

    assert found == {360: [], 768: [], 1101: [], 1280: []}


def test_the_help_of_a_field_begins_where_the_field_does(page, dossier):
    starts = """rows => rows.filter(row => row.querySelector('.help')).map(row =>
        ['input', '.help > div'].map(each => Math.round(row.querySelector(each).getBoundingClientRect().left)))"""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address_of("dossier", dossier))
        found = page.locator(".portal-publishing .form-row").evaluate_all(starts)
        assert found and all(field == text for field, text in found), (width, found)


def test_the_return_key_saves_the_draft_and_publishes_nothing(page, dossier):
    page.goto(address_of("add", dossier))
    for field, value in (("name", "Vienna 2020"), ("start_date", "2020-02-11"), ("end_date", "2020-02-12")):
        page.fill(f"#id_{field}", value)
    page.select_option("#id_kind", "regional")
    page.press("#id_name", "Enter")
    expect(page.get_by_text("The draft of “Vienna 2020” is saved.")).to_be_visible()

    assert Conference.objects.filter(name="Vienna 2020").exists()
    assert not Edition.objects.filter(slug="vienna-2020").exists()


def test_a_draft_is_previewed(page, dossier):
    page.goto(address_of("form", dossier))
    page.fill("#id_title", "A title nobody has read yet")
    page.click("button[name=_preview]")

    page.wait_for_url(re.compile(r"/preview/"))
    expect(page.locator("h1")).to_contain_text("A title nobody has read yet")
    assert page.problems == []


def paste(box, html):
    box.evaluate(
        """(box, html) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        html,
    )


def test_lists_headings_and_notes_of_word_are_pasted_as_such_and_a_picture_is_named(page, dossier):
    page.goto(address_of("form", dossier))
    settled(page)
    box = page.locator(".prose-editor:has(#id_description) [contenteditable]")
    box.click()
    marker = "<![if !supportLists]><span style='mso-list:Ignore'>{}<span>&nbsp;&nbsp;</span></span><![endif]>"
    html = (
        "<h1>Outcome</h1>"
        f"<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>{marker.format('1.')}Calm</p>"
        f"<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'>{marker.format('·')}Slow</p>"
        '<p>See<a href="#_ftn1" name="_ftnref1">[1]</a> <a href="un.org">here</a></p><img src="file:///C:/plan.png">'
        '<div id=ftn1><p><a href="#_ftnref1" name="_ftn1">[1]</a> H<sub>2</sub>O</p></div>'
    )

    paste(box, html)

    expect(page.locator(".portal-pasted")).to_contain_text("plan.png")
    expect(page.locator("#id_description")).to_have_value(re.compile("H<sub>2</sub>O"))
    page.click("button[name=_continue]:visible >> nth=-1")
    expect(page.get_by_text("is saved.")).to_be_visible()
    text = dossier.texts.get(language="en").description
    assert "<h2>Outcome</h2><ol><li><p>Calm</p><ul><li><p>Slow</p></li></ul></li></ol>" in text
    assert re.search(r'<a [^>]*href="#note-1"', text)
    assert re.search(r'<a [^>]*href="#ref-1"', text)
    assert re.search(r'<a [^>]*href="https://un.org"', text)
    assert page.problems == []


def test_what_is_pasted_from_word_is_cleaned(page, dossier):
    page.goto(address_of("form", dossier))
    box = page.locator(".prose-editor:has(#id_description) [contenteditable]")
    box.click()
    html = (
        '<p class="MsoNormal" style="mso-margin-top-alt:auto"><b style="color:red">Bold</b>'
        "<o:p></o:p> and <span style='font-family:Calibri'>plain</span></p>"
        "<h2 style='x'>Heading</h2><img src='https://example.org/x.png' onerror='alert(1)'><script>alert(2)</script>"
    )
    paste(box, html)
    expect(page.locator("#id_description")).to_have_value(re.compile("Heading"))
    page.click("button[name=_continue]:visible >> nth=-1")
    expect(page.get_by_text("is saved.")).to_be_visible()

    text = dossier.texts.get(language="en").description
    assert "<strong>Bold</strong> and plain" in text
    assert "<h2>Heading</h2>" in text
    assert not re.search(r"style|Mso|<img|script|<o:p|<span", text)


def test_a_release_goes_from_contributor_to_editor_to_publisher_and_out_at_its_instant(browser_page, live_server):
    """By the real clock, through the forms of three people; a page is withdrawn at the same instant. No job runs."""
    for record in (make_conference("Minsk 2019"), make_document(title="The date is open", slug="the-date-is-open")):
        publish(record, by=make_user())
    page = sign_in(browser_page, make_account("contributor"))
    page.goto("/admin/documents/pressrelease/add/")
    page.fill("#id_date", "2019-09-03")
    page.fill("#id_title", "It opens in Minsk")
    write(page, "id_body", "A first draft.")
    page.set_input_files(
        "#id_upload", {"name": "opening.pdf", "mimeType": "application/pdf", "buffer": pdf(text="It opens")}
    )
    page.click("button[name=_continue]:visible >> nth=-1")
    page.wait_for_selector("text=is saved.")
    sign_out(page)

    sign_in(page, make_account("editor"))
    page.goto("/admin/documents/pressrelease/")
    page.click("text=It opens in Minsk")
    page.wait_for_url("**/change/")
    write(page, "id_body", "Edited. ")
    page.fill("#id_remark", "Release it before noon, please")
    page.click("button[name=_submit]")
    page.wait_for_selector("text=was submitted")
    expect(page.locator("button[name=_publish]")).to_have_count(0)
    sign_out(page)

    sign_in(page, make_account("publisher"))
    page.goto("/admin/documents/pressrelease/?stage=review")
    page.click("text=It opens in Minsk")
    page.wait_for_url("**/change/**")
    expect(page.locator(".portal-steps")).to_contain_text("Release it before noon, please")
    expect(page.locator(".line-review")).to_contain_text("you can approve it as its second reader")
    instant = full_minute_in(seconds=30)
    page.fill("#id_publish_at", f"{instant:%Y-%m-%dT%H:%M}")
    page.click("button[name=_publish_at]")
    page.wait_for_selector("text=Scheduled: public at")
    page.goto(f"/admin/documents/pressrelease/{Document.objects.get(slug='the-date-is-open').pk}/change/")
    page.click("summary:has-text('Withdraw from public view')")
    page.fill("#id_withdraw_reason", "The date is known now")
    page.fill("#id_withdraw_at", f"{instant:%Y-%m-%dT%H:%M}")
    page.click("button[name=_withdraw_at]")
    page.wait_for_selector("text=Withdrawal scheduled for")
    sign_out(page)
    assert page.problems == []

    page.goto("/en/documents/it-opens-in-minsk/")
    expect(page.locator("h1")).to_have_text("Page not found")
    uid, file = Document.objects.get(slug="it-opens-in-minsk").uid, StoredFile.objects.get()
    before, after = asked_around(
        instant,
        live_server.url,
        {
            "/en/documents/it-opens-in-minsk/": b"A first draft.",
            "/en/documents/": b"It opens in Minsk",
            f"/api/v1/documents/{uid}/": b"It opens in Minsk",
            "/api/v1/documents/?q=minsk&page_size=1": b"It opens in Minsk",
            file.path: b"%PDF",
            "/en/documents/the-date-is-open/": b"A text.",
            "/en/press-releases/": b"The date is open",
        },
    )
    assert before == {
        "/en/documents/it-opens-in-minsk/": {(404, False)},
        "/en/documents/": {(200, False)},
        f"/api/v1/documents/{uid}/": {(404, False)},
        "/api/v1/documents/?q=minsk&page_size=1": {(200, False)},
        file.path: {(404, False)},
        "/en/documents/the-date-is-open/": {(200, True)},
        "/en/press-releases/": {(200, True)},
    }
    assert after == {
        "/en/documents/it-opens-in-minsk/": {(200, True)},
        "/en/documents/": {(200, True)},
        f"/api/v1/documents/{uid}/": {(200, True)},
        "/api/v1/documents/?q=minsk&page_size=1": {(200, True)},
        file.path: {(200, True)},
        "/en/documents/the-date-is-open/": {(410, False)},
        "/en/press-releases/": {(200, False)},
    }

    page.goto("/en/documents/it-opens-in-minsk/")
    expect(page.locator("main")).to_contain_text("A first draft.")
    page.goto("/en/documents/the-date-is-open/")
    expect(page.locator("main")).to_contain_text("The date is known now")


def test_a_release_is_told_in_the_time_zone_of_the_browser_too(publisher_page):
    """Not in that of the conference, nor in UTC; here the day is another one as well."""
    page = publisher_page
    instant = (datetime.now(UTC) + timedelta(days=30)).replace(hour=22, minute=5, second=0, microsecond=0)
    document = make_document(make_conference(time_zone="Europe/Minsk"))
    publish(document.conference, by=make_user())
    publish(document, by=make_user(), at=instant)
    page.context.new_cdp_session(page).send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})

    page.goto(f"/admin/documents/pressrelease/{document.pk}/change/")

    there = instant + timedelta(hours=9)
    at = f"{there:%b} {there.day}, {there.year}, 07:05 AM GMT+9"
    expect(page.locator(".line-own-time")).to_have_text(f"In your own time zone: {at}")
    minsk = instant + timedelta(hours=3)
    expect(page.locator(".line-scheduled")).to_contain_text(f"{minsk:%Y-%m-%d} 01:05 Europe/Minsk")


def full_minute_in(seconds):
    """The first full minute at least so many *seconds* away: the forms know no smaller unit."""
    soonest = datetime.now(UTC) + timedelta(seconds=seconds)
    return soonest.replace(second=0, microsecond=0) + timedelta(minutes=1)


def asked_around(instant, site, addresses):
    """Ask the *site* for *addresses* ({address: words}) over and over from before *instant* to after it. Return what came
    before it and what was asked for after it: {address: {(status, whether the words are in the answer)}}."""
    before, after = defaultdict(set), defaultdict(set)
    time.sleep((instant - datetime.now(UTC)).total_seconds() - 3)
    while datetime.now(UTC) < instant + timedelta(seconds=0.5) or len(after) < len(addresses):
        for address, words in addresses.items():
            asked = datetime.now(UTC)
            connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=30)
            connection.request("GET", address)
            response = connection.getresponse()
            answer = (response.status, words in response.read())
            connection.close()
            if datetime.now(UTC) < instant:
                before[address].add(answer)
            elif asked >= instant:
                after[address].add(answer)
    return before, after


def sign_out(page):
    page.context.clear_cookies()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_links_of_a_form_stand_below_its_title(page, width):
    document = make_document(make_conference(), title="Countering terrorism through innovative approaches " * 3)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/admin/documents/pressrelease/{document.pk}/change/")
    settled(page)

    title, links = page.locator("#content > h2").bounding_box(), page.locator("ul.object-tools").bounding_box()
    assert links["y"] >= title["y"] + title["height"]
