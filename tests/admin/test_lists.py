"""Index, lists, filters, searches, autocomplete: what they show, and with how many queries."""

import re
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.html import escape

from conferences.models import Conference
from ctportal.publishing.services import publish, withdraw
from ctportal.staff.audit_pages import HappenedAdmin
from documents.models import Document
from tests.admin.test_forms import address
from tests.factories import (
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_series,
    make_theme,
    make_user,
)

LISTS = [
    "conferences/conference",
    "conferences/photo",
    "conferences/person",
    "conferences/organization",
    "conferences/series",
    "conferences/theme",
    "conferences/session",
    "documents/document",
    "documents/cochairssummary",
    "documents/pressrelease",
    "documents/statement",
    "documents/otherdocument",
]


@pytest.mark.parametrize("language", ["ar", "ru", "zh-hans"])
def test_every_kind_of_record_has_its_names_in_the_language_of_the_admin(language):
    models = [model for label in ("conferences", "documents") for model in apps.get_app_config(label).get_models()]

    def names(language):
        with translation.override(language):
            return [(str(m._meta.verbose_name), str(m._meta.verbose_name_plural)) for m in models]

    pairs = zip(names("en"), names(language), strict=True)
    assert [english for english, own in pairs if english[0] == own[0] or re.search("[A-Za-z]", own[1])] == []


def make_dossier(number):
    conference = make_conference(name=f"Conference no. {number}")
    conference.sessions.create(title_en="A session")
    documents = [
        make_document(conference, kind=kind)
        for kind in ("press-release", "statement", "co-chairs-summary", "declaration")
    ]
    photo = make_photo(conference)
    make_person(), make_organization(), make_series(), make_theme()
    if number % 2:
        for record in (conference, photo, *documents):
            publish(record, by=make_user())


@pytest.mark.slow
@pytest.mark.parametrize("path", LISTS)
def test_a_list_takes_as_many_queries_for_one_row_as_for_four(staff, path):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(f"/admin/{path}/").status_code == 200
        return len(captured)

    make_dossier(1)
    one = queries()
    for number in (2, 3, 4):
        make_dossier(number)

    assert queries() == one
    assert one <= 12


def cells(response, column):
    """The texts of one column of the list, by the record's name."""
    changelist = response.context["cl"]
    admin = changelist.model_admin
    return {str(record): str(getattr(admin, column)(record)) for record in changelist.result_list}


def test_the_list_tells_drafts_from_what_is_public_scheduled_changed_or_withdrawn(staff, frozen_clock):
    boss = make_user()
    make_conference(name="Draft")
    publish(make_conference(name="Public"), by=boss)
    changed = make_conference(name="Changed")
    publish(changed, by=boss)
    publish(make_conference(name="Scheduled"), by=boss, at=frozen_clock.now + timedelta(days=1))
    withdrawn = make_conference(name="Withdrawn")
    publish(withdrawn, by=boss)
    frozen_clock.tick()
    withdraw(withdrawn, by=boss, reason="A mistake")
    from tests.admin.forms import AdminForm

    AdminForm(staff, address(changed)).fill(venue="Palace").press("_continue")

    states = cells(staff.get("/admin/conferences/conference/"), "publication")

    words = {name: text.split(">")[1].split("<")[0] for name, text in states.items()}
    assert words == {
        "Draft": "draft",
        "Public": "public",
        "Changed": "public, with unpublished changes",
        "Scheduled": "scheduled",
        "Withdrawn": "withdrawn",
    }
    for name, state in zip(words, ("changed", "draft", "public", "scheduled", "withdrawn"), strict=True):
        found = staff.get(f"/admin/conferences/conference/?publication={state}").context["cl"].result_list
        assert [record.name for record in found] == [name]


def test_the_list_shows_dates_place_languages_and_missing_parts(staff):
    conference = make_conference(name="Minsk 2019")
    conference.texts.create(language="ru", title="Конференция", ready=True)
    conference.texts.create(language="ar", title="مؤتمر")
    make_document(conference, occasion="opening")

    response = staff.get("/admin/conferences/conference/")

    assert cells(response, "dates") == {"Minsk 2019": "3–4 September 2019"}
    assert cells(response, "place") == {"Minsk 2019": "Minsk, Belarus"}
    missing = "closing release, co-chairs’ summary, statements, photos"
    assert cells(response, "missing_parts") == {"Minsk 2019": missing}
    html = response.content.decode()
    for mark in ("العربية: in preparation", "English: original", "Русский: ready"):
        assert f'title="{mark}"' in html


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("year=2019", ["Minsk 2019"]),
        ("country=AT", ["Vienna 2020"]),
        ("q=vienna", ["Vienna 2020"]),
        ("q=Innovative", ["Minsk 2019"]),
        ("q=approaches+minsk", ["Minsk 2019"]),
        ("q=approaches+vienna", []),
        ("q=%22innovative approaches%22", ["Minsk 2019"]),
        ("q=%22approaches innovative%22", []),
        ("q=20", ["Vienna 2020", "Minsk 2019"]),
        ("q=+", ["Vienna 2020", "Minsk 2019"]),
        ("kind__exact=regional", ["Vienna 2020", "Minsk 2019"]),
    ],
)
def test_conferences_are_filtered_and_searched(staff, query, names):
    make_conference("Innovative approaches", name="Minsk 2019")
    day = date(2020, 2, 11)
    make_conference(name="Vienna 2020", country="AT", start_date=day, end_date=day)

    found = staff.get(f"/admin/conferences/conference/?{query}").context["cl"].result_list

    assert [record.name for record in found] == names


TOO_LONG = "The search is too long. Only the beginning was used (up to 30 words and 300 characters):"
LONG_SEARCHES = {
    "words": "approaches " * 987 + "nowhere",
    "one word": "approaches " + "x" * 10_000,
    "no space": "x" * 10_000,
    "quotes": '"' * 5_000,
    "quotes apart": '" ' * 5_000,
    "a phrase": '"innovative approaches" ' + '"' + "nowhere " * 988 + '"',
}
FINDING = ("words", "one word", "quotes apart")  # where there is nothing between the quotes, the list is whole


@pytest.mark.parametrize("kind", LONG_SEARCHES)
def test_a_search_that_is_too_long_is_shortened_and_the_list_says_so(staff, kind):
    make_conference("Innovative approaches", name="Minsk 2019")

    response = staff.get("/admin/conferences/conference/", {"q": LONG_SEARCHES[kind]})

    assert response.status_code == 200
    searched = response.context["cl"].query
    assert LONG_SEARCHES[kind].startswith(searched)
    assert (len(searched) <= 300, len(searched.split()) <= 30) == (True, True)
    assert [str(message) for message in response.context["messages"]] == [f"{TOO_LONG} “<bdi>{escape(searched)}</bdi>”"]
    found = [record.name for record in response.context["cl"].result_list]
    assert found == (["Minsk 2019"] if kind in FINDING else [])
    assert len(response.content) < 100_000  # no link repeats what was typed


@pytest.mark.slow
@pytest.mark.parametrize("model", site._registry, ids=lambda model: model._meta.label)
def test_every_list_takes_a_search_of_any_length(admin_client, model):
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"

    for kind, query in LONG_SEARCHES.items():
        response = admin_client.get(address, {"q": query})
        assert (response.status_code, len(list(response.context["messages"]))) == (200, 1), kind


@pytest.mark.parametrize("kind", LONG_SEARCHES)
def test_a_box_takes_a_search_of_any_length(staff, kind):
    make_person("Approaches")
    box = {"app_label": "conferences", "model_name": "appearance", "field_name": "person"}

    response = staff.get("/admin/autocomplete/", {**box, "term": LONG_SEARCHES[kind]})

    found = [row["text"] for row in response.json()["results"]]
    assert (response.status_code, found) == (200, ["Approaches"] if kind in FINDING else [])


def test_documents_are_found_by_title_language_and_symbol(staff):
    make_document(title="A resolution", kind="reference", symbol="S/RES/2396 (2017)", slug="resolution")
    russian = make_document(title="Remarks", slug="remarks")
    russian.versions.create(language="ru", title="Речь")

    def found(query):
        return [record.slug for record in staff.get(f"/admin/documents/document/?{query}").context["cl"].result_list]

    assert found("q=2396") == ["resolution"]
    assert found("q=s/res/2396(2017)*") == ["resolution"]
    assert found("versions__language=ru") == ["remarks"]
    assert found("q=Речь") == ["remarks"]
    assert found("kind=reference") == ["resolution"]


@pytest.mark.parametrize("few", [1000, 0])  # found first, or left to the count and the page
def test_a_document_is_found_once_by_words_of_any_language_and_of_its_conference(staff, monkeypatch, few):
    monkeypatch.setattr("ctportal.staff.list_search.FEW", few)
    remarks = make_document(make_conference(name="Minsk 2019"), title="Opening remarks", slug="remarks")
    remarks.versions.create(language="fr", title="Remarques d’ouverture, remarks")
    make_document(title="Opening remarks of somebody else", slug="other")

    for query in ("q=minsk", "q=remarques+opening", "q=ouverture+minsk+remarks"):
        changelist = staff.get(f"/admin/documents/document/?{query}").context["cl"]
        assert [record.slug for record in changelist.result_list] == ["remarks"], query
        assert changelist.result_count == 1


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL chooses by the number of rows")
@pytest.mark.parametrize(
    ("path", "index"), [("documents/document", "document_titles"), ("conferences/conference", "conference_titles")]
)
def test_a_search_reads_titles_from_their_index_and_no_long_text(staff, path, index):
    with CaptureQueriesContext(connection) as captured:
        staff.get(f"/admin/{path}/?q=opening")

    search = next(query["sql"] for query in captured if "LIKE" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {search}")
        plan = [row[-1] for row in cursor.fetchall()]
    assert f"SCAN U0 USING COVERING INDEX {index}" in plan


def test_the_index_is_grouped_as_staff_think(admin_client):
    groups = admin_client.get("/admin/").context["app_list"]

    assert [(str(group["name"]), [str(model["name"]) for model in group["models"]]) for group in groups] == [
        (
            "Conferences and documents",
            ["Conferences", "Co-chairs’ summaries", "Press releases", "Statements", "Other documents", "Photos"],
        ),
        ("People, organizations and themes", ["People", "Organizations", "Series", "Themes"]),
        ("Accounts", ["Users", "Groups"]),
        ("Activity", ["Audit trail", "Steps of publication", "Ledger entries"]),
    ]


@pytest.mark.slow
def test_every_address_of_the_admin_opens_for_an_administrator(admin_client):
    make_dossier(1)
    for model, admin in site._registry.items():
        opts = model._meta
        root = f"/admin/{opts.app_label}/{opts.model_name}/"
        record = model._default_manager.first()
        is_to_read = isinstance(admin, HappenedAdmin)
        paths = [root, f"{root}export/" if is_to_read else f"{root}add/", f"{root}?q=a"]
        if record:
            pages = ["change", "history"] if is_to_read else ["change", "history", "delete"]
            paths += [f"{root}{record.pk}/{page}/" for page in pages]
            if hasattr(record, "original_language"):
                paths += [f"{root}{record.pk}/language/{code}/" for code in ("ar", "ru")]
        for path in paths:
            status = admin_client.get(path, follow=True).status_code
            assert status == 200, f"{path} answers {status}"


def test_related_records_are_found_by_any_of_their_names(staff):
    person = make_person("Vladimir Voronkov", name_ru="Владимир Воронков")
    make_person("Somebody else")
    query = {"app_label": "conferences", "model_name": "appearance", "field_name": "person", "term": "Воронков"}

    found = staff.get("/admin/autocomplete/", query).json()["results"]

    assert found == [{"id": str(person.pk), "text": "Vladimir Voronkov"}]


def test_the_interface_speaks_the_language_that_staff_choose(staff):
    response = staff.post("/admin/language/", {"language": "ar", "next": "/admin/conferences/conference/"})
    assert response["Location"] == "/admin/conferences/conference/"

    html = staff.get("/admin/").content.decode()
    assert '<html lang="ar" dir="rtl"' in html

    elsewhere = staff.post("/admin/language/", {"language": "xx", "next": "https://evil.example/"})
    assert elsewhere["Location"] == "/"
    assert "django_language" not in elsewhere.cookies


def test_documents_of_another_kind_stay_out_of_an_entry(staff):
    make_document(kind="statement")
    assert Document.objects.count() == 1
    assert Conference.objects.count() == 0
    assert list(staff.get("/admin/documents/pressrelease/").context["cl"].result_list) == []
