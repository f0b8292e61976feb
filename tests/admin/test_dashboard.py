"""The dashboard: what waits for whom, the lists that show just these, and what it costs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conferences.models import Conference, Photo
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.services import publish, withdraw
from ctportal.staff.dashboard import SECTIONS, DashboardFilter, dashboard
from ctportal.workflow import review, revisions
from documents.models import Document
from tests.admin.forms import AdminForm
from tests.admin.test_forms import address
from tests.factories import make_account, make_conference, make_document, make_photo, make_user

pytestmark = pytest.mark.django_db
LISTS = {
    "/admin/conferences/conference/": Conference,
    "/admin/documents/document/": Document,
    "/admin/conferences/photo/": Photo,
}


@pytest.fixture(autouse=True)
def _clock(frozen_clock):
    """Every test is at one instant, 2 March 2026, 9:00 UTC, however long it takes."""


def make_complete(title="Complete", **fields):
    """A conference of whose kind no summary is expected, in all six languages: it asks for nothing."""
    conference = make_conference(title, kind="workshop", **fields)
    for code in ("ar", "zh", "fr", "ru", "es"):
        conference.texts.create(language=code, title=title, ready=True)
    return conference


def change(record, by, at=None):
    """Let *by* change the draft of *record*, last at the instant *at*."""
    type(record).objects.filter(pk=record.pk).update(contact="Another", **({"modified_at": at} if at else {}))
    record.refresh_from_db()
    refresh_draft(record)
    review.note_change(record, by)


def titles(user, *keys):
    """{section: [titles of its rows]} of the dashboard of *user*."""
    return {
        s["key"]: [row["title"] for row in s["rows"]] for s in dashboard(user, site) if not keys or s["key"] in keys
    }


def test_my_drafts_are_those_i_made_and_those_i_had_a_hand_in():
    me, other = make_account("editor", "me"), make_account("editor", "other")
    boss = make_account("publisher")
    make_complete(name="Mine", created_by=me)
    made_and_published = make_complete(name="Mine but published", created_by=me)
    publish(made_and_published, by=boss)
    helped = make_complete(name="Helped with", created_by=other)
    review.note_hand(helped, me, "ar")
    corrected = make_complete(name="Public, corrected by me", created_by=other)
    publish(corrected, by=boss)
    change(corrected, me)
    make_complete(name="Of somebody else", created_by=other)

    found = titles(me, "mine")["mine"]

    assert sorted(found) == ["Helped with", "Mine", "Public, corrected by me"]


def test_what_was_typed_back_or_discarded_is_my_draft_no_more(client):
    me = make_account("editor", "me")
    client.force_login(me)
    records = [make_complete(name=name, created_by=me) for name in ("Typed back", "Discarded", "Changed")]
    for record in records:
        revisions.keep(record, by=me, comment="Made.")
        review.approve(record, by=make_account("publisher"), alone="Alone")
        AdminForm(client, address(record)).fill(venue="Palace").press("_continue")
    assert sorted(titles(me, "mine")["mine"]) == ["Changed", "Discarded", "Typed back"]

    AdminForm(client, address(records[0])).fill(venue="").press("_continue")
    AdminForm(client, address(records[1], "discard")).press("_discard")

    assert titles(me, "mine") == {"mine": ["Changed"]}
    found = client.get("/admin/conferences/conference/?dashboard=mine").context["cl"].result_list
    assert [record.name for record in found] == ["Changed"]


def test_a_new_address_and_what_is_scheduled_decide_too_whether_it_is_my_draft():
    me, boss = make_account("editor", "me"), make_account("publisher")
    moved, corrected = make_complete(name="Moved"), make_complete(name="Corrected")
    for record in (moved, corrected):
        publish(record, by=boss)
        review.note_hand(record, me)
    Conference.objects.filter(pk=moved.pk).update(slug="another-address")
    change(corrected, me)
    assert sorted(titles(me, "mine")["mine"]) == ["Corrected", "Moved"]

    publish(corrected, by=boss, at=timezone.now() + timedelta(days=1))

    assert titles(me, "mine") == {"mine": ["Moved"]}


def test_a_language_that_i_prepare_is_my_draft_though_it_is_no_part_of_it_yet():
    me, boss = make_account("translator", "me"), make_account("publisher")
    me.user_permissions.add(Permission.objects.get(codename="translate_ru"))
    me = type(me).objects.get(pk=me.pk)
    mine, theirs, photo = make_complete(name="Mine"), make_complete(name="Of another"), make_photo(make_conference())
    for record, language in ((mine, "ru"), (theirs, "fr")):
        record.texts.filter(language="ru").update(ready=False)
        publish(record, by=boss)
        refresh_draft(record)
        review.note_hand(record, me, language)
    publish(photo.conference, by=boss)
    publish(photo, by=boss)
    review.note_hand(photo, me)

    assert titles(me, "mine") == {"mine": ["Mine"]}

    mine.texts.filter(language="ru").delete()
    assert titles(me, "mine") == {}


def test_what_waits_for_review_is_for_a_publisher_without_a_hand_in_it():
    publisher, editor = make_account("publisher"), make_account("editor")
    waiting, own = make_complete(name="Waiting", created_by=editor), make_complete(name="Own", created_by=editor)
    review.note_hand(own, publisher)
    for record in (waiting, own):
        review.submit(record, by=editor)
    make_complete(name="Not submitted", created_by=editor)

    assert titles(publisher, "review", "mine") == {"review": ["Waiting"], "mine": ["Own"]}
    assert sorted(titles(editor, "review", "mine")["mine"]) == ["Not submitted", "Own", "Waiting"]
    assert "review" not in titles(editor)


def test_what_is_approved_for_later_is_nobodys_draft_and_its_writer_is_not_asked_to_review_the_next():
    publisher, editor = make_account("publisher"), make_account("editor")
    scheduled = make_complete(name="Scheduled", created_by=editor)
    review.note_change(scheduled, publisher)
    review.approve(scheduled, by=publisher, at=timezone.now() + timedelta(days=1), alone="Alone")
    assert titles(publisher, "review", "mine") == {}
    review.note_change(scheduled, editor)
    review.submit(scheduled, by=editor)

    assert titles(publisher, "review", "mine") == {}
    assert titles(make_account("publisher", "second"), "review") == {"review": ["Scheduled"]}
    assert titles(editor, "mine")["mine"] == ["Scheduled"]


def test_the_schedule_tells_the_time_left_in_the_zone_of_the_conference_and_in_utc(frozen_clock):
    publisher = make_account("publisher")
    conference = make_complete(name="Dushanbe 2026", time_zone="Asia/Dushanbe")
    later, sooner = frozen_clock.now + timedelta(days=3, hours=2), frozen_clock.now + timedelta(hours=1)
    public = make_complete(name="Public")
    publish(conference, by=publisher, at=later)
    publish(public, by=publisher)
    withdraw(public, by=publisher, reason="A mistake", at=sooner)
    corrected = make_complete(name="To be corrected")
    publish(corrected, by=publisher)
    change(corrected, publisher)
    publish(corrected, by=publisher, at=later + timedelta(days=1))

    (section,) = (s for s in dashboard(publisher, site) if s["key"] == "scheduled")

    told = [(r["title"], str(r["what"]), r["left"].replace("\xa0", " "), r["due_text"]) for r in section["rows"]]
    assert told == [
        ("Public", "withdrawal", "1 hour", "2026-03-02 10:00 UTC"),
        ("Dushanbe 2026", "first release", "3 days, 2 hours", "2026-03-05 16:00 Asia/Dushanbe (11:00 UTC)"),
        ("To be corrected", "new edition", "4 days, 2 hours", "2026-03-06 11:00 UTC"),
    ]


def test_what_was_changed_more_than_a_week_ago_and_not_published_is_shown(frozen_clock):
    editor, boss = make_account("editor"), make_account("publisher")
    old, edge = frozen_clock.now - timedelta(days=7, seconds=1), frozen_clock.now - timedelta(days=7)
    for name, at in (("Forgotten", old), ("Exactly a week", edge), ("Unchanged", None), ("Scheduled as it is", old)):
        record = make_complete(name=name)
        publish(record, by=boss)
        if at:
            change(record, editor, at)
        if name == "Scheduled as it is":
            publish(record, by=boss, at=frozen_clock.now + timedelta(days=1))
    change(make_complete(name="Never public"), editor, old)

    assert titles(editor, "stale") == {"stale": ["Forgotten"]}


def test_a_dossier_without_summary_is_shown_ten_days_after_its_end(frozen_clock):
    editor = make_account("editor")

    def ended(days, name, **fields):
        day = frozen_clock.now.date() - timedelta(days=days)
        return make_conference(name=name, start_date=day, end_date=day, **fields)

    ended(10, "Due")
    ended(9, "Not yet")
    make_document(ended(20, "With one"), kind="co-chairs-summary")
    make_document(ended(20, "Remarks that are the summary"), kind="statement", also_serves_as="co-chairs-summary")
    make_document(ended(30, "With another document"))
    ended(20, "Cancelled", event_status="cancelled")
    ended(20, "Side event", kind="side-event")

    assert titles(editor, "summary") == {"summary": ["Due", "With another document"]}


@pytest.mark.parametrize(("precision", "words"), [("day", "ended: 9 March 2022"), ("month", "ended: March 2022")])
def test_a_dossier_without_summary_says_when_it_ended_as_exactly_as_it_is_known(client, precision, words):
    make_conference(start_date=date(2022, 3, 9), end_date=date(2022, 3, 9), date_precision=precision)
    client.force_login(make_account("editor"))

    assert words in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("precision", "day", "due"),
    [
        ("day", date(2026, 2, 20), date(2026, 3, 2)),
        ("month", date(2026, 2, 3), date(2026, 3, 10)),
        ("year", date(2025, 2, 3), date(2026, 1, 10)),
    ],
)
def test_a_summary_is_due_ten_days_after_the_last_day_of_what_is_known(frozen_clock, precision, day, due):
    editor = make_account("editor")
    make_conference(name="Due", start_date=day, end_date=day, date_precision=precision)

    frozen_clock.move_to(datetime(due.year, due.month, due.day, tzinfo=UTC) - timedelta(seconds=1))
    assert titles(editor, "summary") == {}
    frozen_clock.tick()
    assert titles(editor, "summary") == {"summary": ["Due"]}


def test_a_summary_is_due_on_the_day_of_the_portal(frozen_clock, settings):
    settings.CTPORTAL_TIME_ZONE = "Asia/Dushanbe"
    editor, day = make_account("editor"), date(2026, 2, 20)
    make_conference(name="Due", start_date=day, end_date=day)

    frozen_clock.move_to(datetime(2026, 3, 1, 18, 59, tzinfo=UTC))
    assert titles(editor, "summary") == {}
    frozen_clock.tick(minutes=1)
    assert titles(editor, "summary") == {"summary": ["Due"]}


def test_that_there_is_no_summary_does_not_tell_a_contributor_of_anothers_draft():
    contributor, editor = make_account("contributor"), make_account("editor")
    conference = make_conference(name="Mine", created_by=contributor)
    make_conference(name="Not mine", created_by=editor)
    summary = make_document(conference, kind="co-chairs-summary", created_by=editor)
    assert titles(contributor, "summary") == {"summary": ["Mine"]}

    publish(conference, by=make_account("publisher"))
    publish(summary, by=make_account("publisher"))

    assert titles(contributor, "summary") == {}


def test_photos_without_text_in_their_own_language_are_shown_unless_decorative():
    photo_editor = make_account("photo editor")
    conference = make_complete()
    make_photo(conference, caption_en="Without", alt_text_en="")
    make_photo(conference, caption_en="Without in French", alt_text_en="A hall", original_language="fr")
    make_photo(conference, caption_en="Decorative", alt_text_en="", decorative=True)
    make_photo(conference, caption_en="Complete")

    assert titles(photo_editor) == {"alt": ["Without in French", "Without"]}


def give(user, *codes):
    user.user_permissions.set(Permission.objects.filter(codename__in=[f"translate_{code}" for code in codes]))
    return type(user).objects.get(pk=user.pk)


def test_a_translator_sees_the_languages_given_to_them_that_are_missing_or_not_ready():
    translator = give(make_account("translator"), "ar", "ru")
    half = make_conference(name="Russian in preparation", kind="workshop")
    half.texts.create(language="ar", title="مؤتمر", ready=True)
    half.texts.create(language="ru", title="Конференция")
    make_conference(name="From Russian", language="ru", kind="workshop")
    make_complete(name="Complete")
    document = make_document(title="A release")
    document.versions.create(language="ru", title="Выпуск", ready=True)

    (section,) = dashboard(translator, site)

    told = {r["title"]: [(m["code"], str(m["state"]), m["address"]) for m in r["languages"]] for r in section["rows"]}
    original = Conference.objects.get(name="From Russian")
    assert (section["key"], section["count"]) == ("languages", 3)
    assert told == {
        "Russian in preparation": [
            ("ru", "draft", f"/admin/conferences/conference/{half.pk}/language/ru/"),
        ],
        "From Russian": [("ar", "missing", f"/admin/conferences/conference/{original.pk}/language/ar/")],
        "A release": [("ar", "missing", f"/admin/documents/pressrelease/{document.pk}/language/ar/")],
    }


def test_an_editor_is_asked_for_languages_of_the_last_twelve_months():
    editor = make_account("editor")
    day = date(2025, 6, 1)
    make_conference(name="Recent", kind="workshop", start_date=day, end_date=day)
    make_conference(name="Long ago", kind="workshop")
    for precision, first in (("day", date(2025, 3, 1)), ("month", date(2025, 3, 1)), ("year", date(2025, 1, 1))):
        make_conference(
            name=f"Known to the {precision}",
            kind="workshop",
            start_date=first,
            end_date=first,
            date_precision=precision,
        )

    assert titles(editor, "languages") == {
        "languages": ["Recent", "Known to the month", "Known to the year"],
    }


def test_a_contributor_sees_only_their_own(frozen_clock):
    contributor, other = make_account("contributor", "me"), make_account("contributor", "other")
    day = frozen_clock.now.date() - timedelta(days=20)
    for user in (contributor, other):
        conference = make_conference(name=f"Of {user}", start_date=day, end_date=day, created_by=user)
        make_photo(conference, caption_en=f"Photo of {user}", alt_text_en="", created_by=user)
        publish(conference, by=make_account("publisher"))
        change(conference, other, frozen_clock.now - timedelta(days=8))

    assert titles(contributor) == {
        "mine": ["Photo of me"],
        "stale": ["Of me"],
        "summary": ["Of me"],
        "alt": ["Photo of me"],
        "languages": ["Of me"],
    }


WORK = {"mine", "stale", "alt", "languages", "summary"}


@pytest.mark.parametrize(
    ("role", "keys"),
    [
        ("contributor", WORK),
        ("editor", WORK),
        ("publisher", WORK | {"review", "scheduled"}),
        ("administrator", WORK | {"review", "scheduled"}),
        ("photo editor", {"mine", "stale", "alt"}),
        ("translator", set()),
    ],
)
def test_each_role_has_the_sections_it_can_act_on(role, keys):
    user = make_account(role)

    found = {s.key for s in SECTIONS for model in LISTS.values() if s.is_for(user, model)}

    assert found == keys


def test_an_account_without_rights_has_an_empty_dashboard_that_says_so(client):
    make_conference()
    client.force_login(make_user("nobody"))

    response = client.get("/admin/")

    assert response.context["dashboard"] == []
    assert "Nothing is waiting for you." in response.content.decode()


def fill_dashboard(me, n):
    """Something in each section, *n* times, of each kind that it has."""
    boss, other = make_account("administrator", "boss"), make_account("editor", "other")
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for number in range(n):
        conference = make_conference(name=f"{number}", created_by=me)  # mine; no summary
        publish(conference, by=boss)
        day = date(2026, 1, 1)
        parts = [make_conference(f"C {number}", start_date=day, end_date=day), make_document(conference, date=day)]
        parts.append(make_photo(conference, alt_text_en="A hall"))
        for record in parts:
            review.note_hand(record, me)
        waiting = [make_conference(created_by=other), make_document(created_by=other), make_photo(conference)]
        for record in waiting:
            review.submit(record, by=other)
        for record in (make_conference(), make_document(conference), make_photo(conference)):
            publish(record, by=boss, at=now + timedelta(days=1 + number))
        for record in (make_conference(), make_document(conference)):
            publish(record, by=boss)
            change(record, other, now - timedelta(days=8))
        make_photo(conference, alt_text_en="")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "keys"),
    [
        ("publisher", WORK | {"review", "scheduled"}),
        ("translator", {"mine", "languages"}),
        ("contributor", {"mine", "summary"}),
    ],
)
def test_each_list_shows_exactly_what_the_dashboard_has_counted(client, role, keys):
    me = make_account(role, "me")
    if role == "translator":
        me = give(me, "ar")
    fill_dashboard(me, 2)
    make_document(kind="statement", created_by=me), make_complete(name="Nothing to do")
    client.force_login(me)

    sections = client.get("/admin/").context["dashboard"]

    assert {section["key"] for section in sections} == keys
    for section in sections:
        assert section["count"] == sum(entry["count"] for entry in section["lists"])
        shown = set()
        for entry in section["lists"]:
            response = client.get(entry["address"])
            found = response.context["cl"].result_list
            assert response.context["cl"].result_count == entry["count"] == len(found), entry
            assert response.context["cl"].full_result_count is None
            shown |= {str(record) for record in found}
        assert len(section["rows"]) == min(5, section["count"])
        assert {row["title"] for row in section["rows"]} <= shown


def test_a_list_narrowed_to_a_section_one_does_not_have_is_the_list_itself(client):
    client.force_login(make_account("contributor", "me"))
    make_conference(name="Mine", created_by=make_user("me"))

    response = client.get("/admin/conferences/conference/?dashboard=review", follow=True)

    assert [record.name for record in response.context["cl"].result_list] == ["Mine"]
    offered = next(spec for spec in response.context["cl"].filter_specs if isinstance(spec, DashboardFilter))
    assert [key for key, _title in offered.lookup_choices] == ["mine", "stale", "summary", "languages"]


@pytest.mark.slow
def test_the_dashboard_takes_as_many_queries_for_three_rows_as_for_a_hundred():
    me = make_account("publisher", "me")

    def queries():
        me.get_all_permissions()
        with CaptureQueriesContext(connection) as captured:
            found = dashboard(me, site)
        return len(captured), sum(section["count"] for section in found)

    fill_dashboard(me, 3)
    few, counted = queries()
    fill_dashboard_more(me)
    many, counted_more = queries()

    assert (few, many) == (28, 28)
    assert counted_more > counted + 100


def fill_dashboard_more(me):
    for number in range(100):
        make_conference(name=f"More {number}", created_by=me)
        review.submit(make_document(), by=make_account("editor", "other"))
