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
from ctportal.publishing.services import publish, withdraw
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
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(seconds=1))

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
    notice = "Часть текстов этой страницы ещё не переведена на русский язык. Они показаны на другом языке (английский)."
    assert html.count(f'<div class="banner" role="note"><p>{notice}</p>') == 1
    # The notice has named the language.
    assert '<small class="tongue"' not in html


def test_a_version_says_of_itself_that_it_is_partly_in_the_readers_language(client):
    make_dossier(1, photos=0, documents=0)
    html = page(client, "/ru/conferences/dossier-1/versions/1/")

    assert html.count("Часть текстов этой страницы ещё не переведена") == 1
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
    ],
)
def test_a_bad_filter_is_told_with_its_value_and_what_would_be_right(client, query, status, message):
    response = client.get(f"/en/conferences/?{query}")
    assert response.status_code == status
    assert message in response.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize(
    "path", ["conferences", "documents", "press-releases", "co-chairs-summaries", "photos", "series", "themes"]
)
@pytest.mark.parametrize("query", ["w " * 988, "w " + "x" * 10_000, "x" * 10_000, '"' * 5_000])
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
