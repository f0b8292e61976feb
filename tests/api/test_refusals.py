"""Bad input: each a problem that names the parameter, never our mistake, and the same on both databases."""

import json
from urllib.parse import quote

import pytest
from django.test import RequestFactory

from ctportal.api.problems import DOCUMENTATION, TYPES, Problem
from ctportal.reading import queries
from ctportal.reading.filters import FILTERSETS

from .conftest import COLLECTIONS

NINES = "9" * 5000
HOSTILE = {
    "zero": "0",
    "negative": "-1",
    "nines": NINES,
    "float": "1e309",
    "full-width": "１",
    "nul": "a\x00b",
    "escape": "\x1b[2J",
    "newline": "a\nb",
    "override": "\u202eabc",
    "quote": "'; DROP TABLE publishing_edition; --",
    "lookup": "publishing__edition",
    "html": "<script>alert(1)</script>",
    "emoji": "🏛" * 60,
    "combining": "e" + "\u0301" * 190,
    "bad date": "2026-02-30",
    "no date": "0000-00-00",
    "leap second": "2026-11-21T23:59:60Z",
    "far offset": "2026-11-21T23:59:59+25:00",
    "first year": "0001-01-01T00:00:00+14:00",
    "percent": "%",
    "backslash": "\\",
    "path": "../../etc/passwd",
}
# What is fine as a word to look for, or as a page.
FINE = {"q": {*HOSTILE}, "lang": set(), "page_size": set()}

pytestmark = pytest.mark.django_db


def problem(response):
    assert response.headers["Content-Type"] == "application/problem+json", response.content[:300]
    body = json.loads(response.content)
    assert body["status"] == response.status_code
    assert body["type"].removeprefix("http://testserver").removeprefix(DOCUMENTATION) in TYPES
    return body


@pytest.mark.slow
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_hostile_value_of_every_parameter_is_refused_by_its_name(client, collection):
    filterset = next(
        f for t, f in FILTERSETS.items() if str(t)[:4] == {"people": "pers"}.get(collection, collection[:4])
    )
    for name in (*filterset.base_filters, "lang", "page_size"):
        for kind, value in HOSTILE.items():
            response = client.get(f"/api/v1/{collection}/?{name}={quote(value)}")
            if response.status_code == 200:
                assert kind in FINE.get(name, set()), (name, kind)
                continue
            assert response.status_code == 400, (name, kind)
            assert [error["parameter"] for error in problem(response)["errors"]] == [name]
            assert len(response.content) < 1500


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        (
            "page_size=101",
            [("page_size", "invalid_page_size", "“101” is not a valid page size. Use a number from 1 to 100.")],
        ),
        ("lang=de", [("lang", "unknown_value", "“de” is not a known value. Known values: ar, zh, en, fr, ru, es.")]),
        ("year=2019&year=2020", [("year", "repeated", "Given more than once.")]),
        # A variable that was never filled in is no filter: the list would be longer than was meant.
        ("q=", [("q", "empty", "Given without a value. Leave it out, or say what to look for.")]),
        (
            "conference__releases__title__startswith=A",
            [
                (
                    "conference__releases__title__startswith",
                    "unknown_parameter",
                    (
                        "“conference__releases__title__startswith” is not a known parameter. Known parameters: lang, ordering, page, "
                        "page_size, q, updated_after."
                    ),
                )
            ],
        ),
        (
            "year=2019",
            [
                (
                    "year",
                    "unknown_parameter",
                    "“year” is not a known parameter. Known parameters: lang, ordering, page, page_size, q, updated_after.",
                )
            ],
        ),
        (
            "ordering=author__password",
            [
                (
                    "ordering",
                    "unknown_value",
                    "“author__password” is not a known value. Known values: slug, -slug, -updated, updated.",
                )
            ],
        ),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(client, query, errors):
    collection = "conferences" if "year=2020" in query else "themes"
    body = problem(client.get(f"/api/v1/{collection}/?{query}"))
    assert [(e["parameter"], e["code"], e["detail"]) for e in body["errors"]] == errors


def test_a_parameter_name_may_be_hostile_too(client):
    for name in ("a\x00b", "x" * 5000, "<script>", "publ\ud83dic".encode("utf-8", "surrogatepass").decode("latin-1")):
        response = client.get(f"/api/v1/conferences/?{quote(name)}=1")
        assert (response.status_code, problem(response)["errors"][0]["code"]) == (400, "unknown_parameter")
        assert len(response.content) < 1500


def test_all_errors_are_told_at_once(client):
    body = problem(client.get("/api/v1/conferences/?page=0&year=x&lang=de&page_size=0&nonsense=1"))
    assert {error["parameter"] for error in body["errors"]} == {"page", "year", "lang", "page_size", "nonsense"}


@pytest.mark.parametrize("page", ["2", "1000000000"])
def test_a_page_that_does_not_exist_is_named(client, page):
    response = client.get(f"/api/v1/conferences/?page={page}")
    body = problem(response)
    if page == "2":
        assert (response.status_code, body["type"]) == (
            404,
            "http://testserver/en/developers/#problem-page-out-of-range",
        )
    assert body["errors"][0]["parameter"] == "page"


@pytest.mark.parametrize("below", ["", "versions/", "versions/1/"])
def test_single_records_know_lang_alone(client, below):
    for query in ("year=2019", "format=xml", "callback=x"):
        assert problem(client.get(f"/api/v1/conferences/nowhere/{below}?{query}"))["status"] == 400


@pytest.mark.parametrize("address", [quote(value, safe="") for value in HOSTILE.values()])
def test_a_hostile_address_leads_nowhere(client, address):
    nowhere = client.get("/api/v1/conferences/nowhere/")
    for below in ("", "versions/", "versions/1/"):
        response = client.get(f"/api/v1/conferences/{address}/{below}")
        assert (response.status_code, response.content) == (404, nowhere.content)


@pytest.mark.parametrize(
    "address", ["", "v1/nonsense/", "v1/conferences/a/b/", "v1/conferences/a/versions/1/2/", "v2/", "v1/x%0a"]
)
def test_an_address_below_the_api_that_leads_nowhere_is_a_problem(client, address):
    response = client.get(f"/api/{address}", follow=True)
    assert problem(response)["type"] == "http://testserver/en/developers/#problem-not-found"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("address", ["", "conferences/", "conferences/nowhere/", "schema/"])
def test_the_api_is_read_only(client, method, address):
    response = getattr(client, method)(f"/api/v1/{address}", headers={"x-http-method-override": "GET"})
    assert (problem(response)["status"], response.headers["Allow"]) == (405, "GET, HEAD")


def test_a_body_of_any_kind_is_not_even_read(client):
    for content_type in ("application/json", "multipart/form-data", "nonsense"):
        response = client.post("/api/v1/conferences/?_method=GET", "[" * 100_000, content_type=content_type)
        assert problem(response)["status"] == 405


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("", 200),
        ("text/html, application/*;q=0.1", 200),
        ("APPLICATION/JSON; q=0.001", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("application/json;q=0.000, text/html", 406),
        ("nonsense", 406),
        (",;,;=,", 406),
        (";" * 10_000, 406),
        ("text/html," * 1_000, 406),
        ('text/plain;x="' + "," * 10_000, 406),
        ("é, \xff", 406),
    ],
)
def test_only_json_is_offered(client, accept, status):
    response = client.get("/api/v1/conferences/", headers={"accept": accept})
    assert response.status_code == status
    if status == 406:
        assert problem(response)["type"] == "http://testserver/en/developers/#problem-not-acceptable"


def test_one_form_of_json_is_offered_however_it_is_asked_for(client):
    """One answer is kept for all clients: what one asks for must not be what the next one gets."""
    answers = {
        client.get("/api/v1/conferences/", headers={"accept": accept}).content
        for accept in ("application/json", "*/*", "application/json; indent=8", "application/*; indent=2")
    }
    assert len(answers) == 1


@pytest.mark.parametrize("etag", ['"', "W/", '"' * 10_000, "\xff", "not quoted"])
def test_an_odd_validator_is_ignored(client, etag):
    assert client.get("/api/v1/conferences/", headers={"if-none-match": etag}).status_code == 200


def test_an_answer_that_is_not_the_one_named_is_refused_with_a_problem(client):
    current = client.get("/api/v1/conferences/").headers["ETag"]
    answers = [client.get("/api/v1/conferences/", headers={"if-match": etag}) for etag in (current, '"another"')]
    assert answers[0].status_code == 200
    assert problem(answers[1]) == {
        "type": "http://testserver/en/developers/#problem-precondition-failed",
        "title": "Precondition failed",
        "status": 412,
        "detail": "What is public differs from what If-Match names.",
    }
    assert answers[1].headers["Cache-Control"] == "no-cache"


def test_a_wrong_host_is_refused_without_a_page(client):
    response = client.get("/api/v1/conferences/", headers={"host": "evil.example"})
    assert problem(response)["type"] == "/en/developers/#problem-bad-request"


def test_our_own_mistake_is_noted_and_tells_nothing(client, monkeypatch, caplog):
    def fail(*_args, **_how):
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("ctportal.api.views.resolve", fail)
    response = client.get("/api/v1/conferences/minsk-2019/")

    assert problem(response) == {
        "type": "http://testserver/en/developers/#problem-internal-error",
        "title": "Our mistake",
        "status": 500,
        "detail": "The request is not at fault. It was noted; try again later.",
    }
    assert [record.exc_info[1].args for record in caplog.records] == [("secret of the inside",)]


def test_a_problem_is_never_kept_for_long(client):
    assert client.get("/api/v1/conferences/nowhere/").headers["Cache-Control"] == "no-cache"
    assert "ETag" not in client.get("/api/v1/conferences/nowhere/").headers


def test_every_problem_is_raised_with_a_type_that_is_explained():
    request = RequestFactory().get("/api/v1/")
    assert {Problem(kind).response(request).status_code for kind in TYPES} == {400, 404, 405, 406, 410, 412, 500, 503}


def test_the_longest_slug_is_looked_up_and_a_longer_one_is_not(client, django_assert_num_queries):
    longest = "a" * queries.SLUG_LENGTH
    with django_assert_num_queries(3):  # the epoch; in force; in the past
        client.get(f"/api/v1/conferences/{longest}/")
    with django_assert_num_queries(1):  # the epoch
        client.get(f"/api/v1/conferences/{longest}a/")
