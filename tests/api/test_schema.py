"""The OpenAPI description: valid, complete, and true of the answers."""

import json
import re
from functools import cache

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from rest_framework.renderers import JSONRenderer

from ctportal.api.discovery import openapi
from ctportal.api.problems import TYPES
from ctportal.api.schema import SEARCHABLE
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, withdraw
from ctportal.reading.filters import FILTERSETS, QueryField
from ctportal.workflow.sealing import seal
from tests.factories import make_user

from .conftest import COLLECTIONS

FORMATS = FormatChecker(("date", "uuid"))
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
FORMATS.checks("date-time")(lambda text: not isinstance(text, str) or INSTANT.fullmatch(text))
FORMATS.checks("uri")(lambda text: not isinstance(text, str) or re.fullmatch(r"https?://[!-~]+", text))


@cache
def description():
    return json.loads(JSONRenderer().render(openapi()))


def check(path, status, body, media_type="application/json"):
    """Fail unless *body* is what the description says of *path* and *status*."""
    content = description()["paths"][path]["get"]["responses"][str(status)]["content"]
    assert list(content) == [media_type]
    root = {**content[media_type]["schema"], "components": description()["components"]}
    validator = Draft202012Validator(root, format_checker=FORMATS)
    errors = [f"{error.json_path}: {error.message[-300:]}" for error in validator.iter_errors(body)]
    assert errors == []


def test_the_description_is_valid_and_made_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", tmp_path / "schema.yaml")


def test_the_description_is_served_as_it_is(client, db):
    response = client.get("/api/v1/schema/")

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(response.content) == description()
    assert description()["openapi"] == "3.1.1"


def test_fields_with_codes_list_them_and_nothing_of_the_generator():
    text = json.dumps(description())

    assert "x-spec" not in text
    assert "side-event" in description()["components"]["schemas"]["ConferenceRecord"]["properties"]["kind"]["enum"]


def test_objects_hold_what_is_described_and_nothing_else():
    """But for objects that hold only what exists: texts by language, and related records by relation."""

    def objects(schema, path):
        if isinstance(schema, dict):
            if isinstance(schema.get("properties"), dict):
                yield path, schema
            for name, part in schema.items():
                yield from objects(part, f"{path}.{name}")
        elif isinstance(schema, list):
            for part in schema:
                yield from objects(part, path)

    found = list(objects(description()["components"]["schemas"], ""))
    assert [path for path, schema in found if schema["additionalProperties"] is not False] == []
    loose = {path for path, schema in found if {*schema["properties"]} != {*schema.get("required", ())}}
    assert {path.rpartition(".")[2] for path in loose if path != ".Text.oneOf"} == {"related"}


def test_every_component_is_explained_to_partners():
    schemas = description()["components"]["schemas"]

    assert [name for name, schema in schemas.items() if not schema.get("description")] == []
    assert "erializer" not in json.dumps(description())


def test_every_collection_is_described_with_all_its_parameters():
    own = {"lang", "page_size"}
    described = {
        name: {parameter["name"] for parameter in description()["paths"][f"/api/v1/{name}/"]["get"]["parameters"]}
        for name in COLLECTIONS
    }
    assert described == {name: {*FILTERSETS[kind].base_filters} | own for name, kind in COLLECTIONS.items()}


def test_the_default_order_of_a_list_is_described():
    described = {
        name: next(p["schema"]["default"] for p in description()["paths"][f"/api/v1/{name}/"]["get"]["parameters"]
                   if p["name"] == "ordering")
        for name in COLLECTIONS
    }  # fmt: skip
    assert described == {name: next(iter(FILTERSETS[kind].orderings)) for name, kind in COLLECTIONS.items()}


def test_every_parameter_and_every_answer_is_explained():
    silent = [
        (path, what)
        for path, operations in description()["paths"].items()
        for operation in operations.values()
        for what in (
            *(p["name"] for p in operation.get("parameters", ()) if not p.get("description")),
            *(
                status
                for status, answer in operation["responses"].items()
                if not answer.get("description") and int(status) >= 300
            ),
        )
    ]
    assert silent == []


def test_every_problem_type_is_described():
    schemas = description()["components"]["schemas"]
    names = ("Problem", "ParametersProblem", "WithdrawnProblem", "SealedProblem")
    described = [schemas[name]["properties"]["type"]["pattern"] for name in names]
    addresses = [f"https://example.org/en/developers/#problem-{kind}" for kind in (*TYPES, "of-no-kind")]
    assert [sum(bool(re.search(pattern, address)) for pattern in described) for address in addresses] == [1] * len(
        TYPES
    ) + [0]


def test_every_operation_is_a_get():
    assert {method for operations in description()["paths"].values() for method in operations} == {"get"}


@pytest.mark.parametrize("query", ["", "?lang=fr"])
def test_the_answers_are_as_described(get, dossier, query):
    for name in COLLECTIONS:
        status, page = get(f"{name}/{query}")
        assert status == 200
        assert page["results"]
        check(f"/api/v1/{name}/", 200, page)
        for row in page["results"]:
            base = f"{name}/{row['uid']}/"
            one = "/api/v1/" + name + "/{address}/"
            check(one, 200, get(base + query)[1])
            check(one + "versions/", 200, get(base + "versions/")[1])
            check(one + "versions/{number}/", 200, get(f"{base}versions/{row['version']}/{query}")[1])


@pytest.mark.parametrize("query", ["-nowhere", "-nowhere+" * 988])
def test_a_list_that_is_searched_is_as_described(get, dossier, query):
    for name in COLLECTIONS:
        status, page = get(f"{name}/?q={query}")
        assert (status, bool(page["results"]), bool(page["shortened_q"])) == (200, True, query != "-nowhere")
        check(f"/api/v1/{name}/", 200, page)


def test_the_errors_are_as_described(get, dossier, publisher, client, frozen_clock):
    frozen_clock.tick()
    withdraw(dossier.document, by=publisher, reason="Wrong.", replacement=dossier.reference.uid)
    publish(dossier.reference, by=publisher)
    first = Edition.objects.filter(uid=dossier.reference.uid).earliest("public_from")
    seal(first, by=make_user("administrator", is_superuser=True), reason="A person is in danger.")
    one, problem = "/api/v1/documents/{address}/", "application/problem+json"

    for path, address, expected in (
        ("/api/v1/documents/", "documents/?page=0&nonsense=1", 400),
        ("/api/v1/documents/", "documents/?page=77", 404),
        (one, "documents/nowhere/", 404),
        (one, "documents/closing-release/", 410),
        (one + "versions/", "documents/closing-release/versions/", 410),
        (one + "versions/{number}/", "documents/resolution/versions/9/", 404),
        (one + "versions/{number}/", "documents/resolution/versions/1/", 410),
    ):
        status, body = get(address)
        assert status == expected
        check(path, status, body, problem)
    check(one, 406, get("documents/resolution/", accept="text/html")[1], problem)
    check(one, 405, client.post("/api/v1/documents/resolution/").json(), problem)


def test_the_root_is_as_described_and_leads_everywhere(get, client, dossier):
    status, root = get("")
    check("/api/v1/", status, root)
    assert list(root["collections"]) == list(COLLECTIONS)
    addresses = [*root["collections"].values(), root["openapi"], root["docs"]]
    assert {client.get(address).status_code for address in addresses} == {200}


def test_a_second_edition_of_everything_is_as_described(get, dossier, publisher, frozen_clock):
    frozen_clock.tick()
    publish(dossier.conference, by=publisher, note="Corrected.")

    _status, body = get("conferences/minsk-2019/versions/1/")
    check("/api/v1/conferences/{address}/versions/{number}/", 200, body)


@given(st.text(alphabet="abdlqu’'-\"«:/.()*&|^=+ 12ЁДд’ءابىـَ的\u0301éßŁ½ﬁ", max_size=6))
def test_what_the_description_allows_for_q_is_never_refused(typed):
    allowed = re.search(SEARCHABLE, typed) is not None

    assert not allowed or QueryField().clean(typed)
