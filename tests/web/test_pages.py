"""What holds for every public page, whatever it shows."""

import re
from collections import Counter
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import timezone

from conferences.models import Conference
from ctportal.core.languages import CODES
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, withdraw
from tests import factories as make
from tests.web.dossiers import every_page, json_ld, make_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def dossiers(shared_content):
    series, theme = make.make_series("The series"), make.make_theme("The theme")
    few = {"documents": 0, "photos": 0}
    return [make_dossier(n, series=series, theme=theme, **({} if n == 1 else few)) for n in (1, 2, 3)]


class Page(HTMLParser):
    """The parts of a page that tests ask for."""

    VOID = {"meta", "link", "img", "input", "br", "source", "hr"}

    def __init__(self, html):
        super().__init__()
        self.elements, self.open, self.faults = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


# The frame -----------------------------------------------------------------------------------------------------------


def test_every_page_has_one_h1_unique_ids_and_no_script_or_style_of_its_own(dossiers, client):
    for name, address in every_page().items():
        html = client.get(address).content.decode()
        page = Page(html)
        ids = Counter(attrs["id"] for _tag, attrs in page.elements if "id" in attrs)
        assert {
            "page": name,
            "h1": len(page.all("h1")),
            "twice": [each for each, count in ids.items() if count > 1],
            "faults": page.faults,
            "styles": [attrs for _tag, attrs in page.elements if "style" in attrs],
            "handlers": [attrs for _tag, attrs in page.elements if any(key.startswith("on") for key in attrs)],
            "scripts": [a for a in page.all("script") if "src" not in a and a.get("type") != "application/ld+json"],
        } == {"page": name, "h1": 1, "twice": [], "faults": [], "styles": [], "handlers": [], "scripts": []}


def test_the_html_of_every_page_is_valid(dossiers, client, html_errors):
    pages = {
        f"{language} {name}": client.get(address).content.decode()
        for language in CODES
        for name, address in every_page(language).items()
    }
    assert html_errors(pages) == []


def test_every_page_speaks_the_language_of_its_address(dossiers, client):
    for language, direction in {"en": "ltr", "ar": "rtl", "zh": "ltr"}.items():
        for name, address in every_page(language).items():
            response = client.get(address)
            html = Page(response.content.decode()).all("html")[0]
            spoken = f"{language}, en" if language != "en" and name in OF_RECORDS else language
            assert (html, response["Content-Language"]) == ({"lang": language, "dir": direction}, spoken), name


# Pages of records that are complete in English alone: what they lack in another language is shown in English.
OF_RECORDS = {"conference", "conference version", "conference changes"}
OF_RECORDS |= {each + of for each in ("document", "photo") for of in ("", " version")} | {
    "series",
    "theme",
    "organization",
}


def test_every_page_links_itself_in_the_languages_in_which_it_is_complete(dossiers, client):
    for name, address in every_page().items():
        if name == "no page":
            continue
        page = Page(client.get(address).content.decode())
        alternates = {a["hreflang"]: a["href"] for a in page.all("link") if a.get("rel") == "alternate"}
        switch = [a["href"] for a in page.all("a") if a.get("hreflang") and a.get("lang") == a["hreflang"]]
        canonical = next(a["href"] for a in page.all("link") if a.get("rel") == "canonical")
        assert set(alternates) == {"x-default", *(["en"] if name in OF_RECORDS else CODES)}, name
        assert alternates["en"] == canonical, name
        others = [canonical.replace("/en/", f"/{code}/", 1) for code in CODES if code != "en"]
        assert [f"http://testserver{href}" for href in switch[:5]] == others, name


def test_a_series_is_offered_in_the_languages_that_have_its_name_and_description(client):
    described = {
        "description_en": "What it is about.",
        "description_fr": "De quoi il s’agit.",
        "description_es": "De qué trata.",
    }
    series = make.make_series("Series", slug="described", name_fr="Série", name_ru="Серия", **described)
    conference = make.make_conference("Described")
    conference.series_entries.create(series=series)
    publish(conference, by=make.make_user())

    offered = {}
    for code in CODES:
        page = Page(client.get(f"/{code}/series/described/").content.decode())
        offered[code] = [a["hreflang"] for a in page.all("link") if a.get("rel") == "alternate"]
        canonical = [a["href"] for a in page.all("link") if a.get("rel") == "canonical"]
        assert canonical == ([f"http://testserver/{code}/series/described/"] if code in ("en", "fr") else []), code
    complete = ["en", "fr", "x-default"]
    assert offered == {code: complete if code in complete else [] for code in CODES}


def test_the_language_switch_leads_to_pages_that_are_there(dossiers, client):
    page = Page(client.get("/en/conferences/dossier-1/").content.decode())
    for each in page.all("link"):
        if each.get("rel") == "alternate" and each["hreflang"] != "x-default":
            assert client.get(each["href"].removeprefix("http://testserver")).status_code == 200


def test_an_unknown_language_is_no_page(client):
    assert [client.get(path).status_code for path in ("/de/", "/en-gb/", "/EN/", "/en//")] == [404] * 4


def test_public_pages_touch_neither_session_nor_cookies(dossiers, client, django_assert_num_queries):
    client.force_login(make.make_user())
    for address in every_page().values():
        response = client.get(address)
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")


def test_the_notice_of_a_demonstration_is_shown_where_it_is_one(settings, client):
    settings.DEMO = True
    assert "A demonstration, prepared from public information" in client.get("/en/").content.decode()
    settings.DEMO = False
    assert "A demonstration, prepared from public information" not in client.get("/en/").content.decode()


@pytest.mark.parametrize("name", ["conference", "series", "theme", "person", "organization", "document", "photo"])
def test_the_permanent_address_stands_in_full_on_paper(dossiers, client, name):
    html = client.get(every_page()[name]).content.decode()
    assert len(re.findall(r'<span class="printed" dir="ltr">http://testserver/id/[0-9a-f-]{36}</span>', html)) == 1


# Conditional requests ------------------------------------------------------------------------------------------------


def test_every_page_has_a_strong_etag_of_its_bytes_and_is_not_sent_twice(dossiers, client):
    for name, address in every_page().items():
        first = client.get(address)
        assert first["Cache-Control"] == "no-cache", name
        if first.status_code != 200:
            assert "ETag" not in first.headers
            continue
        assert re.fullmatch(r'"[0-9a-f]{32}"', first["ETag"]), name
        again = client.get(address, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"]), name


def test_head_answers_like_get_without_its_body(dossiers, client):
    for address in every_page().values():
        get, head = client.get(address), client.head(address)
        assert (head.status_code, head.content, head.headers.get("ETag")) == (
            get.status_code,
            b"",
            get.headers.get("ETag"),
        )


def test_nothing_hidden_moves_an_etag(dossiers, client):
    pages = {name: address for name, address in every_page().items() if name != "no page"}
    before = {name: client.get(address).headers.get("ETag") for name, address in pages.items()}

    later = timezone.now() + timedelta(days=1)
    publisher = make.make_user()
    make.make_document(dossiers[0], "Draft of a statement")
    publish(make.make_document(dossiers[0], "Embargoed statement"), by=publisher, at=later)
    publish(make.make_photo(dossiers[0], caption_en="Embargoed photo"), by=publisher, at=later)
    publish(make.make_conference("Embargoed conference"), by=publisher, at=later)

    assert {name: client.get(address).headers.get("ETag") for name, address in pages.items()} == before


# Ways in -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("zh-Hans-CN,zh;q=0.9", "zh"),
        ("de, ar;q=0.3, ru;q=0.7", "ru"),
        ("de,nl", "en"),
        ("*", "en"),
        ("en;q=x,,,;;" + "a," * 4000, "en"),
    ],
)
def test_the_root_leads_to_the_readers_language(client, header, language):
    response = client.get("/", headers={"accept-language": header})
    assert (response.status_code, response["Location"], response["Vary"]) == (302, f"/{language}/", "Accept-Language")


def test_a_permanent_identifier_leads_to_the_page_in_the_readers_language(dossiers, client):
    edition = Edition.objects.public(epoch.now()).get(slug="dossier-1")
    response = client.get(f"/id/{edition.uid}", headers={"accept-language": "ru"})
    assert (response.status_code, response["Location"]) == (301, "/ru/conferences/dossier-1/")
    assert response["Vary"] == "Accept, Accept-Language"


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "wants_json"),
    [
        ("application/json", True),
        ("application/json, text/html;q=0.9", True),
        ("text/html;q=0.5, application/json;q=0.4", False),
        (BROWSER, False),
        ("*/*", False),
        ("", False),
        ("image/png", False),
        ("no type,,;;q=x" + ",a" * 4000, False),
    ],
)
def test_a_permanent_identifier_leads_who_prefers_json_to_the_api(dossiers, client, accept, wants_json):
    edition = Edition.objects.public(epoch.now()).get(slug="dossier-1")
    response = client.get(f"/id/{edition.uid}", headers={"accept": accept})
    there = f"/api/v1/conferences/{edition.uid}/" if wants_json else "/en/conferences/dossier-1/"
    assert (response.status_code, response["Location"], response["Vary"]) == (301, there, "Accept, Accept-Language")
    if wants_json:
        assert client.get(there, headers={"accept": accept}).json()["uid"] == str(edition.uid)


def test_a_permanent_identifier_may_be_written_in_capitals_or_without_hyphens(dossiers, client):
    uid = Edition.objects.public(epoch.now()).get(slug="dossier-1").uid
    answers = [client.get(f"/id/{text}") for text in (str(uid).upper(), uid.hex, uid.hex.upper())]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(301, "/en/conferences/dossier-1/")] * 3


@pytest.mark.parametrize(
    ("address", "vary"),
    [("/nothing", "Accept-Language"), ("/en/nothing/", None), ("/id/none", "Accept-Language, Accept")],
)
def test_an_error_above_the_languages_is_kept_per_language(db, client, address, vary):
    response = client.get(address)
    assert (response.status_code, response.headers.get("Vary")) == (404, vary)


def test_the_identifier_of_an_organization_and_of_a_person_leads_to_its_page(dossiers, client):
    organization = Edition.objects.public(epoch.now()).of("organization").first()
    person = Edition.objects.public(epoch.now()).of("person").first()
    assert [client.get(f"/id/{each.uid}")["Location"] for each in (organization, person)] == [
        f"/en/organizations/{organization.slug}/",
        f"/en/people/{person.slug}/",
    ]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [("application/json", "application/problem+json"), (BROWSER, "text/html; charset=utf-8")],
)
def test_the_identifier_of_a_draft_or_of_what_is_to_come_is_not_known(client, accept, media_type):
    draft, to_come = make.make_conference(), make.make_conference()
    publish(to_come, by=make.make_user(), at=timezone.now() + timedelta(days=1))
    uids = (draft.uid, to_come.uid, "00000000-0000-4000-8000-000000000000")
    answers = [client.get(f"/id/{uid}", headers={"accept": accept}) for uid in uids]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert answers[0].content == answers[1].content == answers[2].content
    assert answers[0].headers == answers[1].headers == answers[2].headers
    assert answers[0]["Content-Type"] == media_type
    assert set(answers[0]["Vary"].split(", ")) == {"Accept", "Accept-Language"}


@pytest.mark.parametrize("address", ["/id/none", "/id/", "/id/00000000-0000-4000-8000-000000000000/more", "/id/%00"])
@pytest.mark.parametrize(("accept", "form"), [("application/json", "application/problem+json"), (BROWSER, "text/html")])
def test_what_is_no_identifier_is_answered_as_one_that_is_not_known(db, client, address, accept, form):
    response = client.get(address, headers={"accept": accept})
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (404, form)
    assert set(response["Vary"].split(", ")) == {"Accept", "Accept-Language"}


@pytest.mark.parametrize(("accept", "form"), [("application/json", "application/problem+json"), (BROWSER, "text/html")])
def test_the_identifier_of_what_was_withdrawn_says_so(dossiers, client, accept, form):
    withdraw(dossiers[0], by=make.make_user(), reason="Published by mistake")
    response = client.get(f"/id/{dossiers[0].uid}", headers={"accept": accept}, follow=True)
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (410, form)
    assert "Published by mistake" in response.content.decode()


def test_robots_are_kept_from_staff_addresses_only(client):
    assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /admin/\nDisallow: /preview/\n"


# Errors --------------------------------------------------------------------------------------------------------------


def test_errors_come_in_the_sites_clothes_and_the_readers_language(client):
    response = client.get("/nowhere", headers={"accept-language": "ar"})
    assert (response.status_code, response["Content-Language"]) == (404, "ar")
    assert '<html lang="ar" dir="rtl">' in response.content.decode()


@pytest.mark.parametrize(("chosen", "code", "direction"), [("ar", "ar", "rtl"), ("zh-hans", "zh", "ltr")])
def test_errors_below_the_admin_come_in_the_language_chosen_for_it(chosen, code, direction):
    response = Client(enforce_csrf_checks=True, headers={"cookie": f"django_language={chosen}"}).post("/admin/login/")
    assert (response.status_code, response["Content-Language"]) == (403, code)
    assert f'<html lang="{code}" dir="{direction}">' in response.content.decode()


def test_a_failure_is_answered_without_the_database(rf, django_assert_num_queries):
    from ctportal.web.views import server_error

    with django_assert_num_queries(0):
        response = server_error(rf.get("/fr/conferences/"))
    assert (response.status_code, response["Content-Language"]) == (500, "fr")
    assert len(Page(response.content.decode()).all("h1")) == 1


def test_a_view_that_fails_shows_the_error_page_and_nothing_of_the_cause(dossiers, monkeypatch):
    def fail(*_args):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("ctportal.web.records.related", fail)
    response = Client(raise_request_exception=False).get("/en/conferences/dossier-1/")
    assert response.status_code == 500
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize("path", ["/en/conferences/%00/", "/en/conferences/a%0Ab/", "/en/photos/1/", "/en/series/%FF/"])
def test_an_odd_address_is_no_page(client, path):
    assert client.get(path).status_code == 404


# Structured data -----------------------------------------------------------------------------------------------------


def test_structured_data_names_what_is_known_of_a_conference(dossiers, client):
    found = {each["@type"]: each for each in json_ld(client.get("/en/conferences/dossier-1/").content.decode())}
    event, crumbs = found["Event"], found["BreadcrumbList"]
    uid = str(Conference.objects.get(slug="dossier-1").uid)
    image = event.pop("image")
    assert image.startswith("http://testserver/files/")
    assert event == {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": f"http://testserver/id/{uid}",
        "url": "http://testserver/en/conferences/dossier-1/",
        "name": "Border security 1",
        "alternateName": "Borders",
        "sameAs": ["https://www.wikidata.org/wiki/Q1"],
        "inLanguage": "en",
        "description": "What was said.",
        "startDate": "2019-02-02",
        "endDate": "2019-02-03",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {
            "@type": "Place",
            "name": "Palace",
            "address": {"@type": "PostalAddress", "addressLocality": "Minsk", "addressCountry": "BY"},
            "geo": {"@type": "GeoCoordinates", "latitude": "53.90060", "longitude": "27.55900"},
        },
        "organizer": [
            {"@type": "Organization", "name": "Organization 1.0"},
            {"@type": "Organization", "name": "Organization 1.1"},
        ],
        "superEvent": [{"@type": "EventSeries", "name": "The series"}],
    }
    assert [item["name"] for item in crumbs["itemListElement"]] == ["Home", "Conferences", "Minsk 2019"]


def test_structured_data_holds_nothing_empty(dossiers, client):
    for address in every_page().values():
        for data in json_ld(client.get(address).content.decode()):
            assert [key for key, value in data.items() if value in ("", None, [], {})] == []


def test_the_ways_in_say_the_same_when_they_are_kept(dossiers, client):
    slugs = dict(Edition.objects.of("series", "theme").values_list("type", "slug"))
    tag = '<small class="tongue" lang="en" dir="ltr">English</small>'
    series, theme = (
        f'<span><a href="/ru/{address}/"><span lang="en" dir="ltr">{name}</span></a> {tag}</span>'
        for address, name in (
            (f"series/{slugs['series']}", "The series"),
            (f"themes/{slugs['theme']}", "The theme"),
        )
    )
    country = '<a href="/ru/conferences/?country=BY">Беларусь</a>'

    first, kept = (client.get("/ru/").content.decode() for _turn in range(2))

    assert kept == first
    assert re.findall(r'<ul class="ways"><li>(.*?)<span class="number">3</span></li>\n</ul>', kept) == [
        series,
        country,
        theme,
    ]
