"""Who else has a page of the admin open, and who has saved it since: what is told, to whom, and for how long."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conferences.models import Conference
from ctportal.publishing.models import EpochMark
from ctportal.publishing.services import publish
from ctportal.staff import presence
from ctportal.staff.models import Presence
from ctportal.workflow.models import AuditEntry
from tests.admin.forms import AdminForm
from tests.admin.test_forms import address
from tests.factories import make_account, make_conference, make_document, make_person, make_photo, make_user
from tests.web.test_history import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def signed_in(role, username, **fields):
    client = Client()
    client.force_login(make_account(role, username, **fields))
    return client


@pytest.fixture
def maria(db):
    """A client signed in as another editor."""
    return signed_in("editor", "maria", first_name="Maria", last_name="Ivanova")


@pytest.fixture
def conference():
    return make_conference(name="Minsk")


def pages_of(conference):
    """{what it is: address} of every kind of page that is watched."""
    session = conference.sessions.create(title_en="Opening", date=conference.start_date)
    photo = make_photo(conference)
    return {
        "conference": address(conference),
        "document": address(make_document(conference)),
        "photo": address(photo),
        "person": address(make_person()),
        "language": address(conference, "language", "ru"),
        "session": address(session),
        "sheet": address(conference, "photos"),
        "sheet in French": address(conference, "photos") + "?language=fr",
    }


class Page:
    """A page that *client* has opened, as its script knows it; with *script* it gives its first sign, as once it is loaded."""

    def __init__(self, client, page, *, script=True):
        self.client, html = client, client.get(page).content.decode()
        box = re.search(
            r'<div id="portal-presence" role="status" data-address="(.*?)" data-page="(.*?)">(.*?)</div>',
            html,
            re.DOTALL,
        )
        self.address, self.token, self.shown = box[1], box[2], text_of(box[3])
        if script:
            self.sign()

    @property
    def key(self):
        return signing.Signer(salt=presence.SALT).unsign_object(self.token)[0]

    def sign(self, **more):
        """Give a sign; return what is shown then."""
        response = self.client.post(self.address, {"page": self.token} | more)
        assert response.status_code in (200, 204)
        return text_of(response.content.decode())


HERE = "Maria Ivanova has had this page open since 09:00 UTC and was last active a moment ago."


@pytest.mark.parametrize(
    "name", ["conference", "document", "photo", "person", "language", "session", "sheet", "sheet in French"]
)
def test_two_people_at_one_page_are_told_of_each_other_and_nobody_of_themselves(
    staff, maria, conference, name, frozen_clock
):
    page = pages_of(conference)[name]
    mine = Page(staff, page)
    assert mine.shown == ""
    frozen_clock.tick()
    theirs = Page(maria, page)
    assert theirs.shown == theirs.sign() == HERE.replace("Maria Ivanova", "Edith")

    assert mine.sign() == HERE


def test_pages_of_one_record_are_told_apart(staff, maria, conference):
    pages = pages_of(conference)
    opened = {name: Page(staff, page) for name, page in pages.items()}
    Page(maria, pages["language"]).sign()

    assert [name for name, page in opened.items() if page.sign()] == ["language"]


def test_who_leaves_is_gone_at_once_and_their_other_page_stays(staff, maria, conference):
    mine = Page(staff, address(conference))
    one, two = Page(maria, address(conference)), Page(maria, address(conference))
    one.sign(), two.sign()

    assert one.sign(leave="1") == ""
    assert mine.sign() == HERE
    two.sign(leave="1")
    assert mine.sign() == ""
    assert Presence.objects.get().page == mine.key


def test_who_gives_no_sign_any_more_is_gone_by_themselves(staff, maria, conference, frozen_clock):
    mine = Page(staff, address(conference))
    Page(maria, address(conference)).sign()

    frozen_clock.tick(seconds=80)
    assert mine.sign() == HERE
    frozen_clock.tick(seconds=1)
    assert mine.sign() == ""


def test_who_has_no_script_is_told_and_not_told_of(staff, maria, conference):
    Page(staff, address(conference))

    assert Page(maria, address(conference), script=False).shown == HERE.replace("Maria Ivanova", "Edith")

    assert Page(staff, address(conference)).shown == ""
    assert [row.user.username for row in Presence.objects.all()] == ["editor", "editor"]


def test_a_page_counts_as_open_since_it_was_made_whenever_its_first_sign_comes(staff, maria, conference, frozen_clock):
    mine, theirs = Page(staff, address(conference)), Page(maria, address(conference), script=False)
    form = AdminForm(staff, address(conference)).fill(venue="Hotel")
    frozen_clock.tick(minutes=7)
    form.press("_continue")

    assert "Edith saved this page at 09:07 UTC" in theirs.sign()
    assert mine.sign() == HERE


def test_one_account_with_several_pages_is_named_once(staff, maria, conference, frozen_clock):
    Page(maria, address(conference))
    frozen_clock.tick(minutes=1)
    Page(maria, address(conference))

    assert Page(staff, address(conference)).shown == HERE


# Savings


def test_a_page_is_told_that_somebody_else_has_saved_it_since(staff, maria, conference, frozen_clock):
    mine = Page(staff, address(conference))
    form = AdminForm(maria, address(conference)).fill(venue="Hotel")
    frozen_clock.tick(minutes=7)
    form.press("_continue")
    text = "Maria Ivanova saved this page at 09:07 UTC. Reload it, or save and choose what to keep."

    assert text in mine.sign()
    assert "saved" not in Page(staff, address(conference)).sign()  # opened after it


def test_ones_own_saving_and_one_that_changes_nothing_are_not_told(staff, maria, conference, frozen_clock):
    mine = Page(staff, address(conference))
    frozen_clock.tick()
    AdminForm(staff, address(conference)).fill(venue="Hotel").press("_continue")
    AdminForm(maria, address(conference)).press("_continue")

    assert "saved" not in mine.sign()


def test_saving_a_page_is_told_to_those_who_have_it_open_and_to_no_others(staff, maria, conference, frozen_clock):
    pages = pages_of(conference)
    photo = conference.photos.get().pk
    opened = {name: Page(staff, page) for name, page in pages.items()}
    typed = {
        "document": {"dateline": "Minsk"},
        "person": {"name": "Ann"},
        "language": {"title": "Название"},
        "session": {"room": "CR1"},
        "sheet": {"featured": str(photo)},
        "sheet in French": {f"photo-{photo}-caption": "La salle"},
    }

    saved = []
    for name, values in typed.items():
        frozen_clock.tick()
        form = AdminForm(maria, pages[name]).fill(**values)
        assert form.press("_save" if "_save" in form.buttons else "_continue").status_code == 302
        saved.append(name)
        told = {each for each, page in opened.items() if "Maria Ivanova saved this page" in page.sign()}
        assert told == set(saved)


# Who may


def test_who_may_only_read_is_told_of_others_and_is_not_told_of(staff, conference):
    reader = signed_in("translator", "tara")
    Page(staff, address(conference)).sign()

    shown = Page(reader, address(conference))

    assert (
        shown.shown == shown.sign() == "Edith has had this page open since 09:00 UTC and was last active a moment ago."
    )
    assert [row.user.username for row in Presence.objects.all()] == ["editor"]


def signs_of(conference):
    """{name: a Page of that kind that somebody else has opened}"""
    pages = pages_of(conference)
    return {name: Page(signed_in("publisher", "paul"), page) for name, page in pages.items()}


def token_for(user, uid, part=presence.FORM, at=None):
    """A token as a page made for *user* carries it."""
    payload = ["k" * 22, str(uid), part, user.pk, (at or timezone.now()).isoformat()]
    return signing.Signer(salt=presence.SALT).sign_object(payload)


def test_to_a_contributor_the_pages_of_others_give_no_sign_either(conference):
    contributor = signed_in("contributor", "carl")
    for name, page in signs_of(conference).items():
        never_was = re.sub(r"/\d+/", "/987654/", page.address)
        there, none = (contributor.post(a, {"page": page.token}) for a in (page.address, never_was))
        assert there.status_code in (403, 404), name
        assert (there.status_code, there.content) == (none.status_code, none.content), name
    assert not Presence.objects.filter(user__username="carl").exists()


def test_who_may_not_open_a_page_gives_no_sign_of_it(client):
    """Somebody whose role was taken away, at what they made themselves."""
    helper = make_user("helper")
    page = address(make_conference(created_by=helper), "presence")
    client.force_login(helper)

    token = token_for(helper, Conference.objects.get().uid)
    assert client.post(page, {"page": token}).status_code == 403
    assert not Presence.objects.exists()


def test_who_is_not_signed_in_is_led_to_the_login(client, conference):
    for page in signs_of(conference).values():
        assert client.post(page.address, {"page": page.token})["Location"].startswith("/admin/login/")


def test_a_sign_is_posted_with_the_token_of_the_form(conference, editor):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    for page in signs_of(conference).values():
        assert strict.post(page.address, {"page": page.token}).status_code == 403
        assert strict.get(page.address).status_code == 405
    assert not Presence.objects.filter(user=editor).exists()


@pytest.mark.slow
@pytest.mark.parametrize("key", ["", "x", "x" * 22, "x:y", "x" * 23, "<script>alert(1)</scri>", "\0" * 22, "é" * 22])
def test_a_sign_of_no_page_is_refused_with_a_message(staff, conference, key):
    page = Page(staff, address(conference))

    response = staff.post(page.address, {"page": key})

    assert (response.status_code, response.content.decode()) == (400, "“page” is not a valid page key.")


def test_nobody_can_end_the_page_of_somebody_else(staff, maria, conference):
    mine, theirs = Page(staff, address(conference)), Page(maria, address(conference))

    assert mine.client.post(mine.address, {"page": theirs.token, "leave": "1"}).status_code == 400

    assert mine.sign() == HERE


def test_neither_the_account_nor_the_page_nor_the_instant_of_a_sign_can_be_invented(staff, editor, conference):
    other = make_conference()
    page = Page(staff, address(conference), script=False)
    sign, payload = (
        page.token.rpartition(":")[2],
        [page.key, str(conference.uid), "form", editor.pk, "2026-03-02T08:00:00+00:00"],
    )
    invented = [
        f"{signing.b64_encode(signing.JSONSerializer().dumps(payload)).decode()}:{sign}",
        signing.Signer(salt="another").sign_object(payload),
        token_for(make_user("somebody"), conference.uid),
        token_for(editor, other.uid),
        token_for(editor, conference.uid, part="ru"),
    ]

    statuses = [staff.post(page.address, {"page": token}).status_code for token in invented]

    assert statuses == [400] * len(invented)
    assert not Presence.objects.exists()
    page.sign()
    assert Presence.objects.get().user == editor


def test_a_page_older_than_a_session_gives_no_sign_any_more(staff, editor, conference, frozen_clock):
    page = Page(staff, address(conference), script=False)
    frozen_clock.tick(hours=12)
    staff.force_login(editor)
    page.sign()
    frozen_clock.tick(seconds=1)

    assert staff.post(page.address, {"page": page.token}).status_code == 400


# What it must not do


def test_signs_leave_no_trace_but_their_own_and_keep_no_session_alive(staff, maria, conference, frozen_clock):
    publish(conference, by=make_user())
    page = Page(staff, address(conference))
    session = staff.session
    before = EpochMark.objects.get().value, LogEntry.objects.count(), AuditEntry.objects.count()
    expires = session.get_expiry_date(), dict(session.items())

    frozen_clock.tick(minutes=20)
    response = staff.post(page.address, {"page": page.token})

    after = EpochMark.objects.get().value, LogEntry.objects.count(), AuditEntry.objects.count()
    assert after == before
    assert "sessionid" not in response.cookies
    assert (type(session)(session.session_key).load(), response["Cache-Control"]) == (
        expires[1],
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )


def test_rows_older_than_a_session_go_with_the_next_sign(staff, maria, conference, frozen_clock):
    Page(maria, address(conference))
    frozen_clock.tick(hours=12)
    staff.force_login(make_account("publisher", "editor"))
    mine = Page(staff, address(conference))
    assert Presence.objects.count() == 2

    frozen_clock.tick(seconds=1)
    mine.sign()

    assert [row.page for row in Presence.objects.all()] == [mine.key]


def queries(call):
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured]


def crowd(page, number):
    """Have *number* more people open, and save, what the address *page* watches."""
    [mine] = Presence.objects.filter(page=page.key)
    for n in range(number):
        user = make_account("editor", f"editor-{n}")
        for saved in (False, True):
            row = {"uid": mine.uid, "part": mine.part, "user": user, "page": f"{number}-{n}-{saved}", "saved": saved}
            Presence.objects.create(**row, opened_at=timezone.now(), seen_at=timezone.now())


@pytest.mark.slow
def test_showing_a_page_takes_one_query_and_as_many_for_any_number_of_people(staff, conference, frozen_clock):
    for name, address_of in pages_of(conference).items():
        page = Page(staff, address_of)

        def watched(address_of=address_of):
            sql = queries(lambda: staff.get(address_of))
            return len(sql), sum("staff_presence" in each for each in sql)

        alone = watched()
        assert alone[1] == 1, name
        crowd(page, 3)
        assert watched() == alone, name


def test_a_sign_takes_as_many_queries_for_any_number_of_people(staff, conference, frozen_clock):
    page = Page(staff, address(conference))
    frozen_clock.tick()
    crowd(page, 1)
    few = len(queries(page.sign))
    crowd(page, 4)

    assert "editor-3 saved this page" in page.sign()
    assert len(queries(page.sign)) == few <= 10


def test_showing_a_page_writes_nothing(staff, conference):
    form = AdminForm(staff, address(conference))
    assert form.fill(start_date="2019-02-30").press("_continue").status_code == 422

    assert not Presence.objects.exists()


def test_a_form_in_a_popup_and_one_to_add_are_not_watched(staff):
    person = make_person()

    for page in (f"{address(person)}?_popup=1", "/admin/conferences/person/add/"):
        assert "portal-presence" not in staff.get(page).content.decode()
    assert not Presence.objects.exists()
