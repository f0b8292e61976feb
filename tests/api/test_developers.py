"""The page for developers: every example on it works."""

import json
import re
from html import unescape

import pytest
from django.conf import settings

from ctportal.api.problems import TYPES
from ctportal.core.languages import CODES
from ctportal.reading.filters import FILTERSETS

from .conftest import COLLECTIONS


def text_of(client, language="en"):
    response = client.get(f"/{language}/developers/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.slow
def test_every_address_among_the_examples_answers(client, dossier):
    addresses = [unescape(address) for address in re.findall(r'curl -g "(.+?)"</code>', text_of(client))]
    answers = {address: client.get(address) for address in addresses}

    assert len(answers) == 7
    assert {response.status_code for response in answers.values()} == {200}
    by_series, french, *_rest = [json.loads(response.content) for response in answers.values()]
    assert [row["slug"] for row in by_series["results"]] == ["minsk-2019"]
    assert set(french["title"]) == {"text", "language"}


def test_the_examples_stand_where_nothing_is_public_yet(client, db):
    assert "/api/v1/conferences/minsk-2019/?lang=fr" in text_of(client)


@pytest.mark.django_db(transaction=True)
def test_the_program_for_a_copy_keeps_a_verified_copy(client, live_server, dossier):
    page = client.get("/en/developers/", headers={"host": live_server.url.removeprefix("http://")}).content.decode()
    program = unescape(re.search(r'<code>(""".+?)</code>', page, re.DOTALL)[1])
    assert f'API = "{live_server.url}/api/v1/"' in program

    names = {}
    exec(compile(program, "mirror_example.py", "exec"), names)  # noqa: S102
    assert {record["slug"] for record in names["mirror"].values()} == {"minsk-2019", "week"}
    record = next(iter(names["mirror"].values()))
    assert not names["is_genuine"](record | {"name": "Another"})


@pytest.mark.parametrize("language", CODES)
def test_every_parameter_and_every_problem_is_explained_in_every_language(client, db, language):
    page = text_of(client, language)
    parameters = {name for filterset in FILTERSETS.values() for name in filterset.base_filters}
    assert set(re.findall(r'<th scope="row"><code>(\w+)</code>', page)) == parameters
    assert re.findall(r'<dt id="problem-([\w-]+)">', page) == list(TYPES)


@pytest.mark.parametrize("language", [code for code in CODES if code != "en"])
def test_parameters_and_problems_are_explained_in_the_language_of_the_page(client, db, language):
    said = r'<th scope="row"><code>\w+</code></th><td>(.+?)</td>|<dt id="problem-.+?<dd>(.+?)</dd>'
    english = {"".join(found) for found in re.findall(said, text_of(client))}
    page = text_of(client, language)

    assert len(english) == len(re.findall(said, page)) > len(TYPES)
    assert [text for text in english if text in page] == []
    assert re.findall(r'<(?!pre|a )\w+ (?:[^>]* )?lang="en"', page) == []


def test_the_page_costs_the_same_few_queries(client, dossier, django_assert_num_queries):
    text_of(client)
    with django_assert_num_queries(4):  # the epoch; an example of each of three types
        text_of(client)


def policy(response):
    """Return the content security policy of *response* as {directive: sources}."""
    return dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))


def test_the_page_to_try_the_api_asks_no_other_host_and_relaxes_the_policy_by_just_what_it_needs(client, db):
    response = client.get("/api/v1/docs/")
    page = response.content.decode()

    assert re.findall(r'(?:src|href)="(?!/)([^"]*)"', page) == []
    needed = policy(client.get("/api/v1/")) | {"img-src": "'self' data:"}
    assert policy(response) == needed
    unchanged = client.get("/api/v1/docs/", headers={"if-none-match": response.headers["ETag"]})
    assert (unchanged.status_code, policy(unchanged)) == (304, needed)


def test_the_guide_for_partners_names_every_parameter():
    guide = (settings.BASE_DIR / "docs" / "partners" / "api.md").read_text()
    rows = [line.split("|")[1:3] for line in guide.splitlines() if line.startswith("| `")]
    named = {
        (name, collection)
        for names, lists in rows
        for name in re.findall(r"`(\w+)`", names)
        for collection in (COLLECTIONS if lists.strip().startswith("all") else lists.strip().split(", "))
    }
    declared = {
        (name, collection)
        for collection, record_type in COLLECTIONS.items()
        for name in (*FILTERSETS[record_type].base_filters, "lang", "page_size")
    }
    assert named == declared
