"""The home page: what is to come and what is over, whatever the status of a conference says and wherever it is held."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from ctportal.publishing.services import publish, publish_language
from tests import factories as make

pytestmark = pytest.mark.django_db

STATUSES = ["planned", "confirmed", "held", "postponed", "cancelled"]
MS = timedelta(milliseconds=1)


@pytest.fixture(autouse=True)
def _clock(frozen_clock):
    """2026-03-02 9:00 UTC, until a test moves it."""


def publish_conference(slug, start, end=None, **fields):
    conference = make.make_conference(
        slug.title(), slug=slug, start_date=start, end_date=end or start, **{"event_status": "planned"} | fields
    )
    return publish(conference, by=make.make_user())


def sections(client):
    """{id of the heading of a section: slugs of the conferences in it}"""
    html = client.get("/en/").content.decode()
    parts = re.findall(r'<section [^>]*aria-labelledby="(next|latest)">(.*?)</section>', html, re.DOTALL)
    return {name: re.findall(r'<h3><a href="/en/conferences/([^/]+)/"', part) for name, part in parts}


@pytest.mark.parametrize("status", STATUSES)
def test_what_is_over_is_shown_as_past_whatever_its_status_says(client, status):
    publish_conference("over", date(2026, 2, 27), date(2026, 3, 1), event_status=status)
    publish_conference("to-come", date(2026, 5, 1))

    assert sections(client) == {"next": ["to-come"], "latest": ["over"]}


def test_what_was_called_off_says_so_among_what_is_over_and_never_stands_first(client):
    publish_conference("cancelled", date(2026, 2, 2), event_status="cancelled")
    publish_conference("postponed", date(2026, 2, 1), event_status="postponed")
    publish_conference("planned", date(2026, 1, 1))

    assert sections(client) == {"next": ["planned"], "latest": ["cancelled", "postponed"]}
    html = client.get("/en/").content.decode()
    assert re.findall(r"</time>([^<]*)</p>", html) == [
        " · Minsk, Belarus",
        " · Minsk, Belarus · Cancelled",
        " · Minsk, Belarus · Postponed",
    ]


def test_the_newest_that_is_over_is_shown_before_any_with_a_photo(client):
    for month in range(1, 13):
        edition = publish_conference(f"in-{month}", date(2025, month, 1))
        conference = make.Conference.objects.get(uid=edition.uid)
        publish(make.make_photo(conference, featured=True), by=make.make_user())
    publish_conference("newest", date(2026, 2, 28))
    publish_conference("to-come", date(2026, 5, 1))

    assert sections(client)["latest"] == ["newest", "in-12", "in-11", "in-10"]


def test_of_two_that_began_on_one_day_the_one_with_a_photo_stands_first(client, frozen_clock):
    for slug in ("a-week", "b-with-photo", "c-side-event"):
        edition = publish_conference(slug, date(2026, 2, 2))
        if slug == "b-with-photo":
            conference = make.Conference.objects.get(uid=edition.uid)
            publish(make.make_photo(conference, featured=True), by=make.make_user())
            frozen_clock.tick()
            publish(conference, by=make.make_user())

    assert sections(client)["next"] == ["b-with-photo"]


def test_cancelled_conferences_leave_the_others_to_come_their_places(client):
    for day in range(1, 10):
        publish_conference(f"cancelled-{day}", date(2026, 4, day), event_status="cancelled")
    publish_conference("to-come", date(2026, 5, 1))

    assert sections(client) == {"next": ["to-come"]}


def test_a_conference_is_to_come_until_its_last_day_is_over_at_its_place(client, frozen_clock):
    publish_conference("dushanbe", date(2026, 3, 3), date(2026, 3, 4), time_zone="Asia/Dushanbe")
    publish_conference("new-york", date(2026, 3, 3), date(2026, 3, 4), time_zone="America/New_York")
    shown = {}
    for instant in (
        datetime(2026, 3, 4, 19, 0, tzinfo=UTC) - MS,
        datetime(2026, 3, 4, 19, 0, tzinfo=UTC),
        datetime(2026, 3, 5, 5, 0, tzinfo=UTC) - MS,
        datetime(2026, 3, 5, 5, 0, tzinfo=UTC),
    ):
        frozen_clock.move_to(instant)
        shown[f"{instant:%d %H:%M}"] = sections(client)

    assert shown == {
        "04 18:59": {"next": ["dushanbe", "new-york"]},
        "04 19:00": {"next": ["new-york"], "latest": ["dushanbe"]},
        "05 04:59": {"next": ["new-york"], "latest": ["dushanbe"]},
        "05 05:00": {"next": ["dushanbe"], "latest": ["new-york"]},
    }


@pytest.mark.parametrize("day", [1, 10, 30])
def test_a_conference_known_to_the_month_is_to_come_until_the_month_is_over(client, frozen_clock, day):
    publish_conference("in-november", date(2026, 11, day), date_precision="month")
    publish_conference("before", date(2026, 1, 5))

    frozen_clock.move_to(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    assert sections(client) == {"next": ["in-november"], "latest": ["before"]}
    frozen_clock.move_to(datetime(2026, 12, 1, tzinfo=UTC))
    assert sections(client) == {"next": ["in-november"], "latest": ["before"]}  # now as the most recent
    publish_conference("to-come", date(2027, 1, 5))
    assert sections(client) == {"next": ["to-come"], "latest": ["in-november", "before"]}


def test_a_conference_known_to_the_year_is_to_come_until_the_last_year_is_over(client, frozen_clock):
    publish_conference("long", date(2025, 12, 31), date(2026, 1, 1), date_precision="year")
    publish_conference("to-come", date(2027, 5, 1))

    frozen_clock.move_to(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert sections(client) == {"next": ["long", "to-come"]}
    frozen_clock.move_to(datetime(2027, 1, 1, tzinfo=UTC))
    assert sections(client) == {"next": ["to-come"], "latest": ["long"]}


def test_no_conference_is_left_alone_in_a_row_and_no_record_is_shown_twice(client):
    for month in range(1, 13):
        publish_conference(f"in-{month}", date(2025, month, 1))
    for n in range(8):
        publish(
            make.make_document(title=f"Release {n}", slug=f"release-{n}", kind="press-release"), by=make.make_user()
        )

    shown = {"only past": sections(client)}
    publish_conference("to-come", date(2026, 5, 1))
    shown["one to come"] = sections(client)
    html = client.get("/en/").content.decode()
    records = re.findall(r'<h3><a href="(/en/[^"]+)"', html)

    assert {when: {name: len(slugs) for name, slugs in each.items()} for when, each in shown.items()} == {
        "only past": {"next": 1, "latest": 4},  # the most recent one stands in the place of the next
        "one to come": {"next": 1, "latest": 4},
    }
    assert (len(records), len(set(records))) == (11, 11)


def test_the_menu_has_five_sections_and_the_footer_leads_to_all_lists(client):
    html = client.get("/en/press-releases/").content.decode()
    menu, footer = (
        re.search(f"<{tag}.*?</{tag.split()[0]}>", html, re.DOTALL)[0] for tag in ('nav class="sections"', "footer")
    )
    current = re.findall(r'<a href="([^"]+)" aria-current="true"', menu)

    assert re.findall(r'href="/en/([^"]+)/"', menu) == ["conferences", "series", "themes", "documents", "photos"]
    assert current == ["/en/documents/"]
    assert re.findall(r'href="/en/([^"]+)/"', footer) == [
        *("conferences", "series", "themes", "documents", "press-releases", "co-chairs-summaries", "photos"),
        *("people", "organizations", "about", "developers"),
    ]


def test_the_list_of_documents_leads_to_those_of_press_releases_and_summaries(client):
    html = client.get("/en/documents/").content.decode()
    links = re.search(r'<ul class="kinds">(.*?)</ul>', html, re.DOTALL)[1]
    assert re.findall(r'href="([^"]+)"', links) == ["/en/press-releases/", "/en/co-chairs-summaries/"]


def test_what_is_new_stays_new_when_one_language_follows(client, frozen_clock):
    by = make.make_user()
    documents = [make.make_document(title=f"Release {n}", slug=f"release-{n}", kind="report") for n in range(7)]
    for document in documents:
        frozen_clock.tick()
        publish(document, by=by)
    for document in (documents[6], documents[0]):
        frozen_clock.tick()
        document.versions.create(language="ru", title="Перевод", body="<p>Текст</p>", ready=True)
        publish_language(document, "ru", by=by)

    html = client.get("/en/").content.decode()

    assert re.findall(r'<h3><a href="/en/documents/(release-\d)/"', html) == [
        f"release-{n}" for n in (6, 5, 4, 3, 2, 1)
    ]
