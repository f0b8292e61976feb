"""The pages of conferences, series, themes and photos: what stands at an address, and what must not be told."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from django.utils.html import escape

from conferences.models import Conference, Photo
from ctportal.core.search_text import shorten
from ctportal.publishing.models import Edition
from ctportal.publishing.renaming import merge_entries, relabel
from ctportal.publishing.services import publish, unschedule_all, withdraw
from ctportal.reading.queries import resolve
from ctportal.web import records
from tests import factories as make
from tests.web.dossiers import json_ld, make_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher():
    return make.make_user()


def page(client, address):
    return client.get(address).content.decode()


# What is over --------------------------------------------------------------------------------------------------------

OVER = datetime(2026, 3, 31, 19, tzinfo=UTC)  # the end of March in Dushanbe
STATES = {
    # status: what its own page and lists say while it lasts, and what they say when it is over
    "planned": (["Planned"], ["Planned"], [], []),
    "confirmed": (["Confirmed"], ["Confirmed"], [], []),
    "held": (["Held"], [], ["Held"], []),
    "postponed": (["Postponed"],) * 4,
    "cancelled": (["Cancelled"],) * 4,
}


@pytest.mark.parametrize("status", STATES)
def test_what_is_over_at_its_place_is_neither_planned_nor_confirmed(client, publisher, frozen_clock, status):
    umbrella, series = make.make_conference(slug="week", event_status="held"), make.make_series(slug="process")
    march = {"start_date": date(2026, 3, 10), "end_date": date(2026, 3, 10), "date_precision": "month"}
    conference = make.make_conference(
        slug="march", parent=umbrella, event_status=status, time_zone="Asia/Dushanbe", **march
    )
    conference.series_entries.create(series=series)
    publish(umbrella, by=publisher)
    publish(conference, by=publisher)

    def states(address):
        return re.findall(r'class="state[^"]*">([^<]*)<', page(client, f"/en/{address}/"))

    def told():
        lists = [states("conferences"), states("series/process"), states("conferences/week")[1:]]
        assert lists == lists[:1] * 3
        assert states("conferences/march/versions/1") == [status.capitalize()]  # what that version says
        return states("conferences/march"), lists[0]

    frozen_clock.move_to(OVER - timedelta(milliseconds=1))
    before = told()
    frozen_clock.move_to(OVER)
    assert (*before, *told()) == STATES[status]


# Addresses -----------------------------------------------------------------------------------------------------------


def test_a_draft_and_what_is_to_come_answer_like_what_never_was(client, publisher):
    make.make_conference("Draft", slug="draft")
    to_come = make.make_conference("To come", slug="to-come")
    publish(to_come, by=publisher, at=timezone.now() + timedelta(hours=1))
    answers = [client.get(f"/en/conferences/{slug}/") for slug in ("draft", "to-come", "nowhere")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.content for answer in answers}) == 1


def test_a_conference_appears_at_its_instant(client, publisher, frozen_clock):
    conference = make.make_conference("Embargoed", slug="embargoed")
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    frozen_clock.tick(minutes=59, seconds=59)
    assert client.get("/en/conferences/embargoed/").status_code == 404
    frozen_clock.tick(seconds=1)
    assert client.get("/en/conferences/embargoed/").status_code == 200
    assert "Embargoed" in page(client, "/en/conferences/")


def test_a_former_address_redirects_for_good(client, publisher, frozen_clock):
    conference = make.make_conference(slug="before")
    publish(conference, by=publisher)
    frozen_clock.tick()
    Conference.objects.update(slug="after")
    conference.refresh_from_db()
    publish(conference, by=publisher)
    answers = [client.get(address) for address in ("/fr/conferences/before/", f"/fr/conferences/{conference.uid}/")]
    assert [(a.status_code, a["Location"]) for a in answers] == [(301, "/fr/conferences/after/")] * 2


def test_a_withdrawn_conference_is_gone_with_its_reason_replacement_and_children(client, publisher, frozen_clock):
    conference, other = make.make_conference(slug="withdrawn"), make.make_conference("Read this", slug="instead")
    document, photo = make.make_document(conference, slug="its-document"), make.make_photo(conference)
    for record in (conference, other, document, photo):
        publish(record, by=publisher)
        frozen_clock.tick()
    withdraw(conference, by=publisher, reason="Entered <b>twice</b>", replacement=other.uid)
    frozen_clock.tick()
    response = client.get("/en/conferences/withdrawn/")
    html = response.content.decode()
    assert response.status_code == 410
    assert "Entered &lt;b&gt;twice&lt;/b&gt;" in html
    assert '<a href="/en/conferences/instead/">Read this</a>' in html
    others = ["/en/documents/its-document/", f"/en/photos/{photo.uid}/", "/en/conferences/withdrawn/versions/1/"]
    assert [client.get(address).status_code for address in others] == [410] * 3
    assert "its-document" not in page(client, "/en/documents/")


def test_a_past_version_is_readable_marked_and_shows_no_files(client, publisher, frozen_clock):
    conference = make.make_conference("First title", slug="versions")
    publish(conference, by=publisher)
    frozen_clock.tick()
    photo = make.make_photo(conference, caption_en="A caption")
    publish(photo, by=publisher)
    frozen_clock.tick()
    conference.texts.update(title="Second title")
    publish(conference, by=publisher, note="Corrected the title")
    Photo.objects.update(caption_en="Another caption")
    photo.refresh_from_db()
    publish(photo, by=publisher)
    first, second = (page(client, f"/en/conferences/versions/versions/{n}/") for n in (1, 2))
    assert "First title" in first
    assert (
        "You are reading version 1, which was public from 2 March 2026, 09:00 (UTC) to 2 March 2026, 09:00 (UTC)."
        in first
    )
    assert '<meta name="robots" content="noindex">' in first
    assert '"/files/' not in first
    assert "This is version 2, the current version." in second
    assert "Corrected the title" in second
    past_photo = page(client, f"/en/photos/{photo.uid}/versions/1/")
    assert "/files/" not in past_photo
    assert photo.rendition_files[0].name in past_photo
    assert [
        client.get(f"/en/conferences/versions/versions/{n}/").status_code for n in ("3", "0", "01", "9999999", "-1")
    ] == [404] * 5


def test_versions_to_come_are_not_there(client, publisher, frozen_clock):
    conference = make.make_conference("First title", slug="versions")
    publish(conference, by=publisher)
    conference.texts.update(title="Second title")
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    frozen_clock.tick()
    assert client.get("/en/conferences/versions/versions/2/").status_code == 404
    assert "Second title" not in page(client, "/en/conferences/versions/")


def test_a_version_that_begins_while_its_page_is_made_is_not_there_yet(client, publisher, frozen_clock, monkeypatch):
    conference = make.make_conference(slug="versions")
    publish(conference, by=publisher)
    conference.texts.update(title="Second title")
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(seconds=10))
    frozen_clock.tick(seconds=9)

    def slow(*arguments):
        found = resolve(*arguments)
        frozen_clock.tick(seconds=1)
        return found

    monkeypatch.setattr(records, "resolve", slow)
    assert client.get("/en/conferences/versions/versions/2/").status_code == 404


def test_structured_data_names_an_organizer_once_whatever_its_roles(client, publisher):
    conference = make.make_conference(slug="hosted")
    host, other = make.make_organization("Host"), make.make_organization("Other")
    for organization, role in ((host, "host"), (host, "co-organizer"), (other, "co-organizer"), (other, "donor")):
        conference.organization_roles.create(organization=organization, role=role)
    publish(conference, by=publisher)
    [event] = [each for each in json_ld(page(client, "/en/conferences/hosted/")) if each["@type"] == "Event"]
    assert event["organizer"] == [{"@type": "Organization", "name": name} for name in ("Host", "Other")]


# What must not be told -------------------------------------------------------------------------------------------------


def test_drafts_and_embargoed_children_are_on_no_page_in_no_count_and_between_no_photos(
    client, publisher, frozen_clock
):
    conference = make_one_after_another(publisher, frozen_clock)
    addresses = ["/en/", "/en/conferences/", "/en/documents/", "/en/photos/", "/en/press-releases/", "/en/conferences/open/",
                 f"/en/photos/{Edition.objects.of('photo').first().uid}/"]  # fmt: skip
    before = {address: page(client, address) for address in addresses}

    later = frozen_clock.now + timedelta(days=1)
    make.make_document(conference, "CANARY draft")
    publish(make.make_document(conference, "CANARY embargoed"), by=publisher, at=later)
    make.make_photo(conference, caption_en="CANARY photo", order=1)
    publish(make.make_photo(conference, caption_en="CANARY embargoed photo", order=1), by=publisher, at=later)
    publish(make.make_conference("CANARY side event", parent=conference), by=publisher, at=later)
    conference.references.create(document=make.make_document(None, "CANARY reference"))
    frozen_clock.tick()

    assert {address: page(client, address) for address in addresses} == before
    assert not any("CANARY" in html for html in before.values())


def make_one_after_another(publisher, clock):
    """Return a public conference with a document and two photos, each published at an instant of its own."""
    conference = make.make_conference("Open", slug="open")
    for record in (conference, make.make_document(conference), make.make_photo(conference, order=0),
                   make.make_photo(conference, order=2)):  # fmt: skip
        publish(record, by=publisher)
        clock.tick()
    return conference


def test_the_neighbours_in_a_series_are_public_ones(client, publisher):
    series = make.make_series("Process", slug="process")
    slugs = ["first", "draft", "third"]
    for n, slug in enumerate(slugs, 1):
        conference = make.make_conference(
            f"The {slug}", slug=slug, start_date=f"20{20 + n}-01-01", end_date=f"20{20 + n}-01-02"
        )
        conference.series_entries.create(series=series, ordinal=n)
        if slug != "draft":
            publish(conference, by=publisher)
    html = page(client, "/en/conferences/first/")
    assert re.findall(r'<a rel="(\w+)" href="([^"]+)">([^<]+)', html) == [
        ("next", "/en/conferences/third/", "The third")
    ]
    assert "2 conferences" in page(client, "/en/series/process/")


def around(client, slug):
    """Return the slugs of what the page of a conference names as previous and next, in each of its series."""
    found = re.findall(r'<a rel="(\w+)" href="/en/conferences/([^"]+)/"', page(client, f"/en/conferences/{slug}/"))
    return [f"{direction} {other}" for direction, other in found]


def test_neighbours_follow_the_numbers_and_where_there_are_none_the_dates(client, publisher):
    series = make.make_series("Process")
    # The second was postponed and held after the third.
    places = {"early": (2018, None), "first": (2020, 1), "event": (2021, None), "third": (2022, 3), "second": (2023, 2)}
    for slug, (year, ordinal) in places.items():
        conference = make.make_conference(slug=slug, start_date=f"{year}-01-01", end_date=f"{year}-01-02")
        conference.series_entries.create(series=series, ordinal=ordinal)
        publish(conference, by=publisher)

    assert {slug: around(client, slug) for slug in places} == {
        "early": ["next first"],
        "first": ["prev early", "next second"],
        "event": ["prev first", "next third"],
        "third": ["prev second"],
        "second": ["prev first", "next third"],
    }


def test_neighbours_follow_a_series_that_was_merged_into_another(client, publisher, frozen_clock):
    double, series = make.make_series("Process, twice"), make.make_series("Process")
    for n, (slug, entry) in enumerate([("one", series), ("two", double), ("three", series)], 1):
        conference = make.make_conference(slug=slug)
        conference.series_entries.create(series=entry, ordinal=n)
        publish(conference, by=publisher)
    assert around(client, "two") == []
    frozen_clock.tick()

    merge_entries(double, series, by=publisher)

    assert [around(client, slug) for slug in ("one", "two", "three")] == [
        ["next two"],
        ["prev one", "next three"],
        ["prev two"],
    ]


# What a page shows ---------------------------------------------------------------------------------------------------


def test_figures_give_qualifier_value_measure_and_source(client):
    make_dossier(1, photos=0, documents=1)
    html = re.sub(r"<[^>]+>", " ", page(client, "/en/conferences/dossier-1/"))
    words = " ".join(html.split())
    assert "close to 1,400 participants Remarks" in words
    assert "Figures from other sources about 1,300 participants A newspaper" in words


@pytest.mark.parametrize(
    ("code", "said", "mode"),
    [("not-known", [], None), ("hybrid", ["Hybrid"], "https://schema.org/MixedEventAttendanceMode")],
)
def test_how_people_attend_is_said_where_it_is_known(client, publisher, code, said, mode):
    publish(make.make_conference(slug="minsk", format=code), by=publisher)

    html = page(client, "/en/conferences/minsk/")

    assert re.findall(r"<dt>Format</dt>\s*<dd[^>]*>(.*?)</dd>", html) == said
    [event] = [each for each in json_ld(html) if each["@type"] == "Event"]
    assert event.get("eventAttendanceMode") == mode
    filters, _form, rows = page(client, "/en/conferences/").rpartition("</form>")
    assert re.findall("hybrid|not known", rows, re.IGNORECASE) == said
    assert f'<option value="{code}">' in filters


def test_a_new_conference_claims_no_format():
    assert Conference().format == "not-known"


WITHOUT_NUMBER = {
    "ar": ["عدة منظمات إقليمية", "عدد كبير من الدول الأعضاء"],
    "en": ["several regional organizations", "many Member States"],
    "es": ["varias organizaciones regionales", "muchos Estados Miembros"],
    "fr": ["plusieurs organisations régionales", "de nombreux États Membres"],
    "ru": ["несколько региональных организаций", "много государств-членов"],
    "zh": ["若干区域组织", "许多会员国"],
}


def test_a_figure_without_a_number_is_said_in_every_language(client, publisher):
    conference = make.make_conference(slug="minsk")
    conference.figures.create(measure="regional-organizations", qualifier="several", official=True)
    conference.figures.create(measure="member-states", qualifier="many")
    publish(conference, by=publisher)

    pages = {language: page(client, f"/{language}/conferences/minsk/") for language in WITHOUT_NUMBER}

    missing = [text for language, texts in WITHOUT_NUMBER.items() for text in texts if text not in pages[language]]
    assert missing == []
    assert all("None" not in html for html in pages.values())


def programme(html):
    """[[heading of a day or session, times, further lines]] of the programme, without tags."""
    section = html.split('id="programme"')[1].split("</section>")[0]
    parts = re.split(r"(?=<h[345])|(?=<p class=\"when)", section)[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in parts]


def test_people_stand_with_title_and_organization_and_without_a_name_if_it_is_not_known(client, publisher):
    conference = make.make_conference(slug="minsk")
    office = make.make_organization("Office")
    conference.appearances.create(person=make.make_person("Ann"), title_en="Head", organization=office, role="chair")
    conference.appearances.create(title_en="Legal Officer", organization=office, order=1)
    conference.appearances.create(title_en="Heads of organizations", role="present", order=2)
    publish(conference, by=publisher)

    people = page(client, "/en/conferences/minsk/").split('id="people"')[1].split("</section>")[0]

    assert [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in people.split("<li>")[1:]] == [
        "Ann Chair Head Office",
        "Legal Officer Speaker Office",
        "Heads of organizations Present",
    ]
    assert re.findall('href="(.*?)"', people) == [f"/en/people/{conference.appearances.first().person.slug}/"]


def test_what_followed_a_conference_stands_in_the_order_of_time(client, publisher):
    first = make.make_conference(slug="first")
    publish(first, by=publisher)
    for year in (2021, 2020, 2022):
        day = f"{year}-05-01"
        later = make.make_conference(slug=f"in-{year}", start_date=day, end_date=day)
        later.relations.create(kind="follows-up-on", target=first)
        publish(later, by=publisher)

    found = re.findall(r'href="/en/conferences/(in-\d+)/"', page(client, "/en/conferences/first/"))

    assert found == ["in-2020", "in-2021", "in-2022"]


@pytest.mark.parametrize(
    ("kind", "heading", "reversed_heading"),
    [
        ("follows-up-on", "Follows up on", "Followed up by"),
        ("postponed-to", "Postponed to", "Postponed from"),
        ("replaced-by", "Replaced by", "Replaces"),
    ],
)
def test_a_relation_stands_on_both_pages_while_both_are_public(client, publisher, kind, heading, reversed_heading):
    one, two, draft = (
        make.make_conference(f"A long title of the {name}", slug=name, short_title=f"The {name}")
        for name in ("first", "second", "draft")
    )
    for target in (two, draft):
        one.relations.create(kind=kind, target=target)
    draft.relations.create(kind=kind, target=one)
    for record in (one, two):
        publish(record, by=publisher)

    def relations(slug):
        section = page(client, f"/en/conferences/{slug}/").partition('<h2 id="related">')[2].split("</section>")[0]
        return re.findall(r'<dt>([^<]*)</dt>\s*<dd><a href="(/en/conferences/[^"?]+)">([^<]*)', section)

    assert relations("first") == [(heading, "/en/conferences/second/", "The second")]
    assert relations("second") == [(reversed_heading, "/en/conferences/first/", "The first")]
    assert "Events held as part of" not in page(client, "/en/conferences/second/")

    withdraw(two, by=publisher, reason="Gone")
    assert relations("first") == []


SHORT = {
    "ar": "مينسك 2019",
    "en": "Minsk 2019",
    "es": "Minsk 2019",
    "fr": "Minsk 2019",
    "ru": "Минск, 2019",
    "zh": "2019年明斯克",
}
CITY = {"city_en": "Minsk", "city_fr": "Minsk", "city_es": "Minsk", "city_ru": "Минск"}
CITY |= {"city_ar": "مينسك", "city_zh": "明斯克"}


def test_readers_see_place_and_year_and_never_the_name_that_staff_use(client, publisher):
    conference = make.make_conference(slug="first", name="Staff call it so", **CITY)
    for code in SHORT.keys() - {"en"}:
        conference.texts.create(language=code, title="A title", ready=True)
    photo, document = make.make_photo(conference), make.make_document(conference)
    for record in (conference, photo, document):
        publish(record, by=publisher)
    addresses = ("conferences/first", f"documents/{document.slug}", "documents", f"photos/{photo.uid}", "photos")

    pages = {code: [page(client, f"/{code}/{address}/") for address in addresses] for code in SHORT}
    api = [client.get(f"/api/v1/{kind}/").content.decode() for kind in ("conferences", "documents", "photos")]

    assert {code: [SHORT[code] in html for html in found] for code, found in pages.items()} == {
        code: [True] * len(addresses) for code in SHORT
    }
    assert not any("Staff call it so" in text for text in [*api, *(html for found in pages.values() for html in found)])
    assert page(client, "/en/conferences/?q=staff+call").count("/en/conferences/first/") == 0


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"short_title_en": "The week"}, "The week"),
        ({"city_en": ""}, "Belarus 2019"),
        ({"city_en": "", "country": "", "format": "online"}, "A conference"),
    ],
)
def test_a_short_title_or_the_country_or_the_title_stands_in_for_the_place(client, publisher, fields, shown):
    publish(make.make_conference(slug="first", **fields), by=publisher)

    assert f'<span aria-current="page">{shown}</span>' in page(client, "/en/conferences/first/")


@pytest.mark.parametrize(("precision", "known"), [("day", "2019-10-05"), ("month", "2019-10"), ("year", "2019")])
def test_the_date_for_programs_claims_no_more_than_is_known(client, publisher, precision, known):
    days = {"start_date": date(2019, 10, 5), "end_date": date(2019, 10, 5), "date_precision": precision}
    publish(make.make_conference(slug="first", **days), by=publisher)

    for address in ("/en/", "/en/conferences/", "/en/conferences/first/"):
        assert set(re.findall('<time datetime="(2019[^"]*)"', page(client, address))) == {known}, address


def test_a_photo_whose_caption_is_in_another_language_alone_is_available_in_its_own(client, publisher):
    conference = make.make_conference()
    photo = make.make_photo(conference, alt_text="A hall", caption_en="", caption_fr="Une salle")
    for record in (conference, photo):
        publish(record, by=publisher)

    html = page(client, f"/en/photos/{photo.uid}/")
    assert "Une salle" in html and "not yet available" not in html


def test_dates_that_a_source_reports_stand_apart_from_those_announced(client, publisher):
    conference = make.make_conference(slug="minsk")
    days = {"start_date": "2019-10-01", "end_date": "2019-10-02"}
    conference.announced_dates.create(**days, announced_on="2019-06-01", reason="The hall", source="A page")
    conference.announced_dates.create(
        kind="reported",
        start_date="2019-09-05",
        end_date="2019-09-06",
        announced_on="2019-07-01",
        source="A paper",
        source_address="https://p.org/",
    )
    publish(conference, by=publisher)

    html = page(client, "/en/conferences/minsk/")

    told = {
        name: " ".join(re.sub("<[^>]+>", " ", html.split(f'id="{name}"')[1].split("</section>")[0]).split())
        for name in ("announced", "reported")
    }
    assert told == {
        "announced": ">Previously announced dates 1–2 October 2019 (announced on 1 June 2019) – The hall A page",
        "reported": ">Dates in other sources 5–6 September 2019 A paper (1 July 2019)",
    }
    assert '<a href="https://p.org/" rel="noopener external">A paper</a>' in html


def test_another_title_coordinates_and_other_catalogues_are_shown(client, publisher):
    conference = make.make_conference(slug="minsk", latitude="-53.9006", longitude="27.5")
    conference.texts.update(alternate_title="Another title")
    conference.same_as.create(address="https://www.wikidata.org/wiki/Q1")
    conference.same_as.create(address="javascript:alert(1)")
    publish(conference, by=publisher)

    html = page(client, "/en/conferences/minsk/")

    assert "Also called: Another title" in html
    assert '<dd><bdi class="number" dir="ltr">-53.9006, 27.5</bdi></dd>' in html
    assert re.findall('<a href="([^"]*)"[^>]*>\\1</a>', html) == ["https://www.wikidata.org/wiki/Q1"]


def test_where_nothing_stands_at_a_glance_there_is_no_box_for_it(client, publisher):
    bare, hosted = make.make_conference(slug="bare", city_en=""), make.make_conference(slug="hosted")
    hosted.organization_roles.create(organization=make.make_organization("A host"), role="host")
    for conference in (bare, hosted):
        publish(conference, by=publisher)

    pages = [page(client, f"/en/conferences/{slug}/") for slug in ("bare", "hosted")]
    assert [html.count("At a glance") for html in pages] == [0, 2]
    assert [html.count('class="facts"') for html in pages] == [0, 1]


def test_sessions_whose_day_is_not_known_come_last(client, publisher):
    conference = make.make_conference(slug="minsk")
    for order, (title, day) in enumerate((("Late", "2019-09-04"), ("Panel", None), ("Early", "2019-09-03"))):
        conference.sessions.create(title_en=title, date=day, order=order)
    publish(conference, by=publisher)

    html = page(client, "/en/conferences/minsk/")
    conference.sessions.update(date=None)
    publish(conference, by=publisher)

    assert [part for part in programme(html) if part] == [
        *("3 September 2019", "Session", "Early"),
        *("4 September 2019", "Session", "Late"),
        *("Day not known", "Session", "Panel"),
    ]
    assert [part for part in programme(page(client, "/en/conferences/minsk/")) if part] == [
        *("Session", "Late", "Session", "Panel", "Session", "Early")
    ]


def test_a_session_may_end_on_the_next_day(client, publisher):
    conference = make.make_conference(slug="minsk")
    conference.sessions.create(title_en="Dinner", start_time="19:30", end_time="00:30")
    conference.sessions.create(title_en="Opening", start_time="09:00", end_time="10:00")
    conference.sessions.create(title_en="Closing", end_time="10:00")
    publish(conference, by=publisher)

    times = [part for part in programme(page(client, "/en/conferences/minsk/")) if ":" in part]

    assert times == ["09:00 – 10:00 Session", "19:30 – 00:30 (next day) Session"]


def test_a_session_shows_its_own_figures_and_links(client, publisher):
    conference = make.make_conference(slug="minsk")
    source = make.make_document(conference, "Remarks", slug="remarks")
    session = conference.sessions.create(title_en="Opening", kind="opening")
    session.figures.create(measure="participants", value=400, qualifier="more than", source_document=source)
    session.links.create(title_en="Recording", address="https://example.org/video", kind="video", language="en")
    publish(conference, by=publisher)
    publish(source, by=publisher)

    html = page(client, "/en/conferences/minsk/")

    assert programme(html)[-1] == "Opening more than 400 participants Remarks Recording Video"
    section = html.split('id="programme"')[1].split("</section>")[0]
    assert re.findall(r'href="(/en/documents/.*?)"', section) == ["/en/documents/remarks/"]
    assert 'href="https://example.org/video" rel="noopener external"' in html
    assert 'id="figures"' not in html


def test_figures_of_one_source_name_it_once(client, publisher):
    conference = make.make_conference(slug="minsk")
    for measure, value, source in (
        ("participants", 400, "Remarks"),
        ("countries", 55, "Remarks"),
        ("side-events", 2, "Press"),
    ):
        conference.figures.create(measure=measure, value=value, source=source, official=True)
    publish(conference, by=publisher)

    facts = page(client, "/en/conferences/minsk/").split('id="figures"')[1].split("</section>")[0]

    assert " ".join(re.sub(r"<[^>]+>", " ", facts).split()).endswith(
        "400 participants 55 countries Remarks 2 side events Press"
    )


def test_that_texts_are_digests_is_said_once_if_all_are_and_else_of_each(client, publisher):
    conference = make.make_conference(slug="minsk")
    publish(conference, by=publisher)
    documents = [make.make_document(conference, f"Text {n}", slug=f"text-{n}", body="<p>Words.</p>") for n in range(2)]
    for document in documents:
        document.versions.update(state="digest")
        publish(document, by=publisher)

    def said():
        html = page(client, "/en/conferences/minsk/").split('id="documents"')[1].split("</section>")[0]
        return html.count("All texts are digests"), html.count("<span>Digest</span>")

    assert said() == (1, 0)
    documents[0].versions.update(state="final")
    publish(documents[0], by=publisher)
    assert said() == (0, 1)


def test_a_document_links_the_languages_its_title_does_not_lead_to(client, publisher):
    conference = make.make_conference(slug="minsk")
    publish(conference, by=publisher)
    document = make.make_document(conference, "Remarks", slug="remarks", body="<p>Words.</p>")
    document.versions.create(language="ru", title="Речь", body="<p>Текст.</p>", ready=True)
    publish(document, by=publisher)

    def also_in(language):
        html = page(client, f"/{language}/conferences/minsk/").split('id="documents"')[1].split("</section>")[0]
        return re.findall(r'<a href="(/[^"]*)" lang', html)

    assert also_in("en") == ["/ru/documents/remarks/"]
    assert also_in("ru") == ["/en/documents/remarks/"]


@pytest.mark.parametrize(
    ("language", "heading", "named"),
    [("en", "", ["Русский"]), ("ru", "English", ["Русский"])],
)
def test_links_name_their_language_where_it_differs_from_the_rest(client, publisher, language, heading, named):
    conference = make.make_conference(slug="minsk")
    for number, code in enumerate(("en", "en", "ru")):
        conference.links.create(title_en=f"Link {number}", address=f"https://example.org/{number}", language=code)
    publish(conference, by=publisher)

    html = page(client, f"/{language}/conferences/minsk/").split('<h2 id="links">')[1].split("</section>")[0]
    first, _heading_end, rows = html.partition("</h2>")

    assert re.findall(r"\((.*?)\)", first) == ([heading] if heading else [])
    assert re.findall(r'small" lang="ru">(.*?)<', rows) == named


def test_the_source_of_a_figure_has_its_address_and_date(client, publisher):
    conference = make.make_conference(slug="minsk")
    source = {"source": "A newspaper", "source_address": "https://example.org/", "source_date": "2019-09-26"}
    conference.figures.create(measure="participants", qualifier="almost", value=400, **source)
    conference.figures.create(
        measure="participants", qualifier="at least", value=380, source_address="https://other.org/"
    )
    publish(conference, by=publisher)

    html = " ".join(page(client, "/en/conferences/minsk/").split())

    assert re.findall(r'<li> ([^>]*<b class="number">.*?) <span class="source">(.*?)</span>', html) == [
        (
            'almost <b class="number">400</b> participants',
            '<a href="https://example.org/" rel="noopener external">A newspaper</a> (26 September 2019)',
        ),
        (
            'at least <b class="number">380</b> participants',
            '<a href="https://other.org/" rel="noopener external">https://other.org/</a>',
        ),
    ]


def test_what_is_not_in_the_readers_language_says_so_in_one_notice(client):
    make_dossier(1, photos=0, documents=0)
    html = page(client, "/fr/conferences/dossier-1/")
    assert html.count('role="note"><p>') == 1
    assert '<span lang="en" dir="ltr">Border security 1</span>' in html
    assert '<small class="tongue"' not in html


def test_a_page_that_is_partly_in_the_readers_language_says_so_once(client):
    make_dossier(1, photos=0, documents=0)
    html = page(client, "/ru/conferences/dossier-1/")

    assert "<h1>Безопасность 1</h1>" in html
    assert '<span lang="en" dir="ltr">Together</span>' in html
    notice = "Часть текстов этой страницы еще не переведена на русский язык. Они показаны на другом языке (английский)."
    assert html.count(f'<div class="banner" role="note"><p>{notice}</p>') == 1
    # The notice has named the language.
    assert '<small class="tongue"' not in html


def test_a_version_says_of_itself_that_it_is_partly_in_the_readers_language(client):
    make_dossier(1, photos=0, documents=0)
    html = page(client, "/ru/conferences/dossier-1/versions/1/")

    assert html.count("Часть текстов этой страницы еще не переведена") == 1
    assert html.count('<div class="banner') == 1


def test_a_complete_page_has_no_notice_and_names_the_language_of_labels_of_others(client, publisher):
    conference = make.make_conference(slug="complete", city_ru="Минск")
    conference.texts.create(language="ru", title="Конференция", ready=True)
    conference.organization_roles.create(organization=make.make_organization("In English only"), role="host")
    publish(conference, by=publisher)
    html = page(client, "/ru/conferences/complete/")

    assert '<div class="banner' not in html
    assert '<small class="tongue" lang="en" dir="ltr">English</small>' in html


def test_a_photo_without_caption_says_in_which_language_it_is_described(client, publisher):
    conference = make.make_conference()
    publish(conference, by=publisher)
    photo = make.make_photo(conference)
    publish(photo, by=publisher)

    notice = "Cette page n’est pas encore disponible en français. Ses textes sont affichés en anglais."
    assert notice in page(client, f"/fr/photos/{photo.uid}/")


def test_lists_are_filtered_counted_and_keep_their_state(client, publisher):
    for year in (2018, 2019, 2019):
        publish(make.make_conference(f"In {year}", start_date=f"{year}-05-01", end_date=f"{year}-05-02"), by=publisher)
    html = page(client, "/en/conferences/?year=2019&utm_source=newsletter")
    assert "2 conferences" in html
    assert '<option value="2019" selected>2019 (2)</option>' in html
    assert '<link rel="canonical" href="http://testserver/en/conferences/?year=2019">' in html
    assert 'href="/fr/conferences/?year=2019"' in html


def test_a_menu_shows_what_was_chosen_however_the_address_names_it(client, publisher, frozen_clock):
    series, theme = make.make_series("The series", slug="before"), make.make_theme("The theme", slug="the-theme")
    conference = make.make_conference()
    conference.series_entries.create(series=series)
    publish(conference, by=publisher)
    document = make.make_document()
    document.themes.add(theme)
    publish(document, by=publisher)
    series.slug = "after"
    series.save()
    frozen_clock.tick()
    relabel(series, by=publisher)

    shown = {
        query: re.findall(r'<option value="([^"]+)" selected>([^<]+)<', page(client, f"/en/conferences/?{query}"))
        for query in ("series=after", "series=before", f"series={series.uid}", f"theme={theme.uid}", "country=BY")
    }

    assert shown == {
        "series=after": [("after", "The series (1)")],
        "series=before": [("after", "The series (1)")],
        f"series={series.uid}": [("after", "The series (1)")],
        f"theme={theme.uid}": [("the-theme", "The theme")],
        "country=BY": [("BY", "Belarus (1)")],
    }


def test_options_in_another_language_say_which(client, publisher):
    conference = make.make_conference()
    conference.series_entries.create(series=make.make_series("The series", slug="the-series"))
    publish(conference, by=publisher)

    html = page(client, "/ar/conferences/")

    assert '<option value="the-series" lang="en" dir="ltr">The series (1)</option>' in html
    assert '<option value="en" lang="en" dir="ltr">English (1)</option>' in html


def test_what_has_one_text_for_all_languages_is_marked_as_one_of_the_original(client, publisher):
    conference = make.make_conference(slug="minsk")
    conference.figures.create(measure="participants", value=400, source="Press office", official=True)
    publish(conference, by=publisher)

    assert '<span lang="en" dir="ltr">Press office</span>' in page(client, "/ar/conferences/minsk/")
    assert '<span class="source">Press office</span>' in page(client, "/en/conferences/minsk/")


def test_a_chinese_place_begins_with_the_country(client, publisher):
    publish(make.make_conference(slug="minsk", city="Minsk", country="BY"), by=publisher)

    assert re.search(r'白俄罗斯 <span lang="en" dir="ltr">Minsk</span>', page(client, "/zh/conferences/minsk/"))


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("page=0", 400, "“0” is not a valid page number"),
        ("page=1000000000", 400, "too many digits"),
        ("page=7", 404, "Page 7 does not exist"),
        ("year=never", 400, "“never” is not a valid year"),
        ("country=Belarus", 400, "“Belarus” is not a country code"),
        ("date_after=2019-02-30", 400, "is not a real date"),
        ("country=%00", 400, "control characters"),
        ("series=nowhere", 400, "is not the slug or uid of a public series"),
        ("kind=%22%3E%3Cscript%3E", 400, "“&quot;&gt;&lt;script&gt;” is not a known value"),
        ("status=draft", 400, "not a known value. Known values: Planned, Confirmed, Held, Postponed, Cancelled."),
        ("language=de", 400, "Known values: العربية, 中文, English, Français, Русский, Español."),
        ("ordering=up", 400, "Known values: Newest first, Oldest first, Most recently changed first."),
    ],
)
def test_a_bad_filter_is_told_with_its_value_and_what_would_be_right(client, query, status, message):
    response = client.get(f"/en/conferences/?{query}")
    assert response.status_code == status
    assert message in response.content.decode().replace("&#x27;", "'")


def test_known_values_of_a_filter_are_told_in_the_language_of_the_page(client):
    html = client.get("/ru/conferences/?format=none").content.decode()
    assert "Значение «none» здесь неизвестно. Известны: Очный, Онлайн, " in html


@pytest.mark.parametrize(
    "path", ["conferences", "documents", "press-releases", "co-chairs-summaries", "photos", "series", "themes"]
)
@pytest.mark.parametrize("query", ["w " * 988, "w " + "x" * 10_000, "x" * 10_000])
def test_a_search_that_is_too_long_is_shortened_and_the_list_says_so(client, path, query):
    response = client.get(f"/en/{path}/", {"q": query})

    html = response.content.decode()
    searched = shorten(query).text
    assert response.status_code == 200
    assert (
        "The search is too long. Only the beginning was used (up to 30 words and 300 characters): "
        f"“<bdi>{escape(searched)}</bdi>”"
    ) in html
    # The box, the links and the address of this page hold what was looked for.
    assert len(html) < 40_000
    assert urlencode({"q": query}) not in html


@pytest.mark.parametrize("between", ["\t", "\r\n", "\x1b", "\x07", "\0", "\x85"])
def test_pasted_control_characters_separate_the_words_of_a_search(client, publisher, between):
    publish(make.make_conference("Border security", slug="found"), by=publisher)
    publish(make.make_conference("Border", slug="another"), by=publisher)
    typed = urlencode({"q": f"{between}border{between}security"})

    html = page(client, f"/en/conferences/?{typed}")
    answer = client.get(f"/api/v1/conferences/?{typed}").json()

    assert 'value="border security"' in html
    assert ('href="/en/conferences/found/"' in html, 'href="/en/conferences/another/"' in html) == (True, False)
    assert [record["slug"] for record in answer["results"]] == ["found"]
    assert client.get("/en/conferences/", {"q": between}).context["narrowed"] is False


def test_a_search_as_long_as_may_be_is_looked_for_whole(client, publisher):
    words = " ".join(f"w{n}" for n in range(30))
    publish(make.make_conference(words, slug="found"), by=publisher)
    publish(make.make_conference(words.removesuffix(" w29"), slug="another"), by=publisher)

    html = page(client, f"/en/conferences/?{urlencode({'q': words})}")

    assert "too long" not in html
    assert re.findall(r'href="/en/conferences/([a-z]+)/"', html) == ["found"]


def test_empty_lists_help(client):
    assert "Nothing has been published here yet." in page(client, "/en/conferences/")
    assert "Nothing matches all of these filters." in page(client, "/en/conferences/?year=1999")


@pytest.mark.parametrize("count", [1, 5])
def test_each_public_document_stands_with_its_session_too(client, publisher, django_assert_max_num_queries, count):
    conference = make.make_conference(slug="minsk")
    opening, closing = (conference.sessions.create(title_en=title, order=n) for n, title in enumerate(("One", "Two")))
    publish(conference, by=publisher)
    for n in range(count):
        publish(make.make_document(conference, f"Remarks {n}", slug=f"remarks-{n}", session=closing), by=publisher)
    publish(make.make_document(conference, "Of none", slug="of-none"), by=publisher)
    make.make_document(conference, "A draft", slug="a-draft", session=opening)

    with django_assert_max_num_queries(6):
        html = page(client, "/en/conferences/minsk/")

    first, second = html.split(f'id="session-{opening.uid}"')[1].split(f'id="session-{closing.uid}"')
    second = second.split("</section>")[0]
    assert re.findall(r'href="/en/documents/([^"]+)/"', first) == []
    assert re.findall(r'href="/en/documents/([^"]+)/"', second) == [f"remarks-{n}" for n in range(count)]


def test_a_photo_is_found_in_the_year_it_was_taken_or_else_of_its_conference(client, publisher):
    conference = make.make_conference(start_date="2019-12-30", end_date="2020-01-02")
    undated = make.make_photo(conference)
    dated = make.make_photo(conference, taken_on="2020-01-02")
    for record in (conference, undated, dated):
        publish(record, by=publisher)

    found = {
        year: re.findall(r'href="/en/photos/([^"/]+)/"', page(client, f"/en/photos/?year={year}"))
        for year in (2019, 2020)
    }

    assert found == {2019: [str(undated.uid)], 2020: [str(dated.uid)]}
    assert re.findall(r'<option value="(\d+)">', page(client, "/en/photos/")) == ["2020", "2019"]


def test_a_chosen_organization_says_that_its_units_are_included(client, publisher):
    office = make.make_organization("The Office", slug="office")
    conference = make.make_conference()
    unit = make.make_organization("The Centre", slug="centre", parent=office)
    conference.organization_roles.create(organization=unit, role="host")
    publish(conference, by=publisher)

    chosen = {slug: page(client, f"/en/conferences/?organization={slug}") for slug in ("office", "centre")}

    assert "The Office (with its units) <span" in chosen["office"]
    assert "The Centre <span" in chosen["centre"]


def above_hosts(client, address):
    """Return [[(slug, name as shown)]] of the organizations above each host on the page of a conference."""
    shown = re.findall(r'<p class="quiet small">(<a href="/../organizations/.*?)</p>', page(client, address))
    return [re.findall(r'organizations/([^"]+)/">(.*?)</a>', each) for each in shown]


def test_a_conference_leads_from_each_unit_to_the_organization_at_the_top(client, publisher):
    top = make.make_organization("United Nations", slug="un", name_ar="الأمم المتحدة")
    office = make.make_organization("The Office", slug="office", parent=top)
    conference = make.make_conference(slug="minsk")
    for slug in ("centre", "branch"):
        unit = make.make_organization(slug=slug, parent=office)
        conference.organization_roles.create(organization=unit, role="host")
    conference.organization_roles.create(organization=top, role="donor")
    conference.texts.create(language="ar", title="مينسك", ready=True)
    publish(conference, by=publisher)

    english = [("office", "The Office"), ("un", "United Nations")]
    arabic = [("office", '<span lang="en" dir="ltr">The Office</span>'), ("un", "الأمم المتحدة")]
    assert above_hosts(client, "/en/conferences/minsk/") == [english] * 2
    assert above_hosts(client, "/ar/conferences/minsk/") == [arabic] * 2
    assert '</a>، <a href="/ar/organizations/un/">' in page(client, "/ar/conferences/minsk/")
    assert above_hosts(client, "/en/conferences/minsk/versions/1/") == []


@pytest.mark.parametrize(("hidden", "shown"), [("top", [[("office", "The Office")]]), ("office", []), ("centre", [])])
def test_what_is_above_a_unit_shows_only_while_it_is_public(client, publisher, frozen_clock, hidden, shown):
    top = make.make_organization("The Top", slug="top")
    office = make.make_organization("The Office", slug="office", parent=top)
    conference = make.make_conference(slug="minsk")
    unit = make.make_organization(slug="centre", parent=office)
    conference.organization_roles.create(organization=unit, role="host")
    publish(conference, by=publisher)
    office.name_en = "CANARY name"
    office.save()
    top.parent = make.make_organization("CANARY parent")
    top.save()
    assert above_hosts(client, "/en/conferences/minsk/") == [[("office", "The Office"), ("top", "The Top")]]
    assert "CANARY" not in page(client, "/en/conferences/minsk/")

    frozen_clock.tick(hours=1)
    Edition.objects.filter(slug=hidden).update(public_until=frozen_clock.now)

    assert above_hosts(client, "/en/conferences/minsk/") == shown


@pytest.mark.parametrize(("units", "levels", "queries"), [(0, 0, 4), (1, 1, 5), (4, 7, 5)])
def test_all_that_is_above_units_costs_one_query(client, publisher, django_assert_num_queries, units, levels, queries):
    conference, parent = make.make_conference(slug="minsk"), None
    for _level in range(levels):
        parent = make.make_organization(parent=parent)
    for _unit in range(units):
        unit = make.make_organization(parent=parent)
        conference.organization_roles.create(organization=unit, role="host")
        conference.sessions.create(title_en="Panel").organization_roles.create(organization=unit, role="host")
        conference.expected_documents.create(date=date(2022, 11, 1), organization=unit)
    publish(conference, by=publisher)

    with django_assert_num_queries(queries):
        assert [len(each) for each in above_hosts(client, "/en/conferences/minsk/")] == [levels] * units


def rows_of_units(client, address):
    """Return the rows of organizations of sessions and expected documents on a page, without tags."""
    rows = re.findall(r'<p class="more">(.*?)</p>', page(client, address), re.DOTALL)
    return [re.sub("<[^>]+>", "", row) for row in rows]


def make_conference_with_units_in_rows(publisher):
    top = make.make_organization("The Top", slug="top", name_ar="القمة")
    office = make.make_organization("The Office", slug="office", parent=top)
    unit = make.make_organization("The Centre", slug="centre", parent=office)
    conference = make.make_conference(slug="minsk")
    conference.texts.create(language="ar", title="مينسك", ready=True)
    session = conference.sessions.create(title_en="Opening")
    for organization in (unit, make.make_organization("A ministry")):
        session.organization_roles.create(organization=organization, role="host")
    conference.expected_documents.create(date=date(2022, 11, 1), organization=unit)
    publish(conference, by=publisher)
    return top, office


def test_sessions_and_expected_documents_lead_from_a_unit_to_the_organization_at_the_top(client, publisher):
    make_conference_with_units_in_rows(publisher)

    assert rows_of_units(client, "/en/conferences/minsk/") == [
        "Hosted by The Centre (The Office, The Top), A ministry",
        "The Centre (The Office, The Top)",
    ]
    assert '، <a href="/ar/organizations/top/">القمة</a>)، <a' in page(client, "/ar/conferences/minsk/")
    assert rows_of_units(client, "/en/conferences/minsk/versions/1/") == [
        "Hosted by The Centre, A ministry",
        "The Centre",
    ]


@pytest.mark.parametrize(("hidden", "above"), [("top", " (The Office)"), ("office", ""), ("centre", "")])
def test_sessions_and_expected_documents_show_nothing_above_a_unit_that_is_not_public(
    client, publisher, frozen_clock, hidden, above
):
    top, office = make_conference_with_units_in_rows(publisher)
    office.name_en = "CANARY name"
    office.save()
    top.parent = make.make_organization("CANARY parent")
    top.save()
    assert "CANARY" not in page(client, "/en/conferences/minsk/")
    assert rows_of_units(client, "/en/conferences/minsk/")[1] == "The Centre (The Office, The Top)"

    frozen_clock.tick(hours=1)
    Edition.objects.filter(slug=hidden).update(public_until=frozen_clock.now)

    assert rows_of_units(client, "/en/conferences/minsk/") == [
        f"Hosted by The Centre{above}, A ministry",
        f"The Centre{above}",
    ]


# Expected documents --------------------------------------------------------------------------------------------------


def test_an_expected_document_is_shown_until_the_document_itself_is_public(client, publisher, frozen_clock):
    conference = make.make_conference(slug="dushanbe-2022")
    report = make.make_document(conference, "The whole report", kind="report", slug="report")
    office = make.make_organization("The Office")
    row = conference.expected_documents.create(
        title_en="Detailed report", date=date(2022, 11, 1), organization=office, document=report
    )
    conference.expected_documents.create(
        date=date(2023, 1, 1),
        date_precision="year",
        kind="declaration",
        issued_by_en="Both co-chairs",
        organization=office,
    )
    publish(conference, by=publisher)
    publish(report, by=publisher, at=frozen_clock.now + timedelta(hours=1))

    html = page(client, "/en/conferences/dushanbe-2022/")
    assert (
        '<time datetime="2022-11">November 2022</time></p>\n<div class="what"><p class="kind"><span>Report</span></p>'
        in html
    )
    organization = f'<p class="more"><a href="/en/organizations/{office.slug}/">The Office</a></p>'
    assert f"<h4>Detailed report</h4>\n{organization}" in html
    assert f'<h4>Declaration</h4>\n<p class="more">Both co-chairs</p>\n{organization}' in html
    assert "1 November" not in html and "The whole report" not in html
    record = client.get("/api/v1/conferences/dushanbe-2022/").json()
    assert record["expected_documents"][0] == {
        "key": str(row.uid),
        "kind": "report",
        "title": {"en": "Detailed report"},
        "date": "2022-11-01",
        "date_precision": "month",
        "organization": {"uid": str(office.uid), "slug": office.slug, "name": {"en": "The Office"}},
        "issued_by": {},
    }
    assert "expected" not in record["related"]

    frozen_clock.tick(hours=1)
    html = page(client, "/en/conferences/dushanbe-2022/")
    assert ("Detailed report" in html, "The whole report" in html, "Both co-chairs" in html) == (False, True, True)
    [now] = client.get("/api/v1/conferences/dushanbe-2022/").json()["related"]["expected"]
    assert (now["key"], now["slug"]) == (str(row.uid), "report")

    frozen_clock.tick()
    withdraw(report, by=publisher, reason="Wrong file")
    html = page(client, "/en/conferences/dushanbe-2022/")  # it was issued, and is expected no more
    assert ("Detailed report" in html, "The whole report" in html, "Both co-chairs" in html) == (False, False, True)
    [withdrawn] = client.get("/api/v1/conferences/dushanbe-2022/").json()["related"]["expected"]
    assert (withdrawn["key"], withdrawn["slug"], withdrawn.get("card")) == (str(row.uid), "", None)
    assert withdrawn["url"] == f"http://testserver/id/{report.uid}"
    assert client.get(withdrawn["url"], follow=True).status_code == 410


def test_an_expected_document_that_was_never_public_is_expected_still(client, publisher, frozen_clock):
    conference, report = make.make_conference(slug="dushanbe-2022"), make.make_document(slug="report")
    conference.expected_documents.create(title_en="Detailed report", date=date(2022, 11, 1), document=report)
    publish(conference, by=publisher)
    publish(report, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    unschedule_all([report], by=publisher)
    frozen_clock.tick(hours=2)

    assert "Detailed report" in page(client, "/en/conferences/dushanbe-2022/")
    assert "expected" not in client.get("/api/v1/conferences/dushanbe-2022/").json()["related"]


def test_a_version_tells_of_a_document_that_is_expected_later(client, publisher):
    conference = make.make_conference(slug="dushanbe-2022")
    row = conference.expected_documents.create(title_en="Detailed report", date=date(2022, 11, 1))
    publish(conference, by=publisher)
    row.date = date(2022, 12, 1)
    row.save()
    publish(conference, by=publisher)

    told = page(client, "/en/conferences/dushanbe-2022/versions/2/")

    assert "Expected documents › Detailed report (December 2022) › Date" in told
    assert "November 2022" in told and "1 November" not in told
