"""Tests of all addresses. They come from the registered routes, so that new ones are included."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

from ctportal.publishing.services import publish, withdraw
from ctportal.reading import middleware
from ctportal.web.listing import EditionListView
from tests.factories import make_conference, make_document, make_photo, make_user

HEADERS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Strict-Transport-Security",
)
# {name of a converter: example value}; other parts of an address are "x".
VALUES = {
    "int": "1",
    "version": "1",
    "language": "en",
    "uid": "00000000-0000-4000-8000-000000000000",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "path": "1",
    "file_key": "x" * 20,
}
FOR_STAFF = ("/admin/", "/preview/")


def addresses(resolver=None, prefix="/"):
    """Yield an address for each route below *resolver* (all routes by default)."""
    for entry in (resolver or get_resolver()).url_patterns:
        part = prefix + example(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, part)
        else:
            yield part


def example(pattern):
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:(\w+):)?\w+>", lambda part: VALUES.get(part[1], "x"), str(pattern))
    text, parameters = normalize(str(pattern))[0]
    return text % dict.fromkeys(parameters, "conferences")


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.fixture
def administrator(db):
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


@pytest.fixture
def published(db):
    """Return addresses of public and withdrawn records: pages, versions, API and a file."""
    by = make_user()
    conference, withdrawn = make_conference(), make_conference()
    document, photo = make_document(conference), make_photo(conference)
    for record in (conference, withdrawn, document, photo):
        publish(record, by=by)
    withdraw(withdrawn, by=by, reason="A test.")
    return [
        f"/en/conferences/{conference.slug}/",
        f"/ar/conferences/{conference.slug}/versions/1/",
        f"/en/conferences/{withdrawn.slug}/",
        f"/en/documents/{document.slug}/",
        f"/en/photos/{photo.uid}/",
        f"/id/{conference.uid}",
        f"/api/v1/conferences/{conference.slug}/",
        f"/api/v1/conferences/{withdrawn.slug}/",
        f"/files/{photo.file.key}/{photo.file.name}",
    ]


def answer(client, address, **headers):
    response = client.get(address, secure=True, headers=headers)
    response.getvalue()  # closes the file that a streaming response has open
    return response


def faults(response, address):
    """Return a line for each security header that *response* lacks, unsafe source and server error."""
    missing = [name for name in HEADERS if name not in response.headers]
    policy = response.headers.get("Content-Security-Policy", "")
    unsafe = re.findall(r"'unsafe-\w+'", policy)
    crash = [str(response.status_code)] if response.status_code >= 500 else []
    return [f"{address}: {fault}" for fault in missing + unsafe + crash]


def test_the_walk_finds_every_kind_of_address():
    found = set(addresses())

    assert {
        "/",
        "/healthz",
        "/en/",
        "/en/conferences/x/",
        "/api/v1/conferences/x/versions/x/",
        "/files/xxxxxxxxxxxxxxxxxxxx/x",
        "/id/00000000-0000-4000-8000-000000000000",
        "/admin/conferences/conference/1/change/",
    } <= found


@pytest.mark.slow
def test_every_answer_carries_the_security_headers_and_no_route_crashes(visitor, administrator, published, settings):
    settings.SECURE_HSTS_SECONDS = 31536000
    all_addresses = [*addresses(), *published, "/nothing-here", "/static/admin/css/base.css", "/static/nothing.css"]

    found = [
        fault
        for client in (visitor, administrator)
        for address in all_addresses
        for fault in faults(answer(client, address), address)
    ]

    assert found == []


def test_answers_of_every_status_carry_the_security_headers(visitor, published, settings):
    settings.SECURE_HSTS_SECONDS = 31536000
    page = published[0]
    etag = answer(visitor, page)["ETag"]
    answers = [
        answer(visitor, page),
        answer(visitor, page, **{"If-None-Match": etag}),
        visitor.head(page, secure=True),
        visitor.post(page, secure=True),
        answer(visitor, "/en/conferences/?page=0"),
        answer(visitor, published[2]),
        answer(visitor, "/en/conferences/nothing/"),
        answer(visitor, "/"),
        answer(visitor, "/en/", Host="elsewhere.example"),
    ]

    assert [response.status_code for response in answers] == [200, 304, 200, 405, 400, 410, 404, 302, 400]
    assert {response["Cache-Control"] for response in answers} == {"no-cache"}
    assert [fault for response in answers for fault in faults(response, page)] == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_the_public_side_is_read_only(visitor, method):
    strict = Client(enforce_csrf_checks=True)
    public = [address for address in addresses() if not address.startswith(("/api/", *FOR_STAFF))]

    statuses = {address: strict.generic(method, address).status_code for address in public}

    assert statuses == dict.fromkeys(public, 405)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "OTHER"])
def test_pages_of_staff_know_three_methods(administrator, method):
    statuses = {administrator.generic(method, address).status_code for address in ("/admin/", "/preview/x/")}

    assert statuses == {405}


def test_the_api_refuses_to_be_written_in_its_own_words(visitor, db):
    response = visitor.post("/api/v1/conferences/")

    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")


def test_public_answers_touch_no_session_and_no_user(administrator, published):
    public = [address for address in [*addresses(), *published] if not address.startswith(FOR_STAFF)]

    touched = []
    for address in public:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = answer(administrator, address)
        if (
            response.cookies
            or "cookie" in response.headers.get("Vary", "").lower()
            or any("django_session" in query["sql"] or "auth_" in query["sql"] for query in queries)
        ):
            touched.append(address)

    assert touched == []


def test_the_cache_knows_the_filters_of_every_list():
    """A list that the middleware does not know would be answered without its filters, from the cache."""
    lists = {}
    for address in addresses():
        view = getattr(resolve(address).func, "view_class", None) if address.startswith("/en/") else None
        if view and issubclass(view, EditionListView):
            lists[address.removeprefix("/en/").removesuffix("/")] = (view.record_type, next(iter(view.fixed), ""))

    assert lists == middleware.LISTS
