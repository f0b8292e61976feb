"""Lists: pages, links, filters, and a constant number of queries."""

import json
import uuid
from urllib.parse import urlencode

import pytest
from django.db import connection

from ctportal.publishing.models import Edition, Facet, Relation
from ctportal.publishing.services import publish
from ctportal.search.models import SearchEntry
from tests.factories import make_conference, make_document, make_theme


def links(response):
    """The Link header as {relation: query}."""
    parts = (part.split(";") for part in response.headers["Link"].split(", "))
    return {rel.strip()[5:-1]: address[1:-1].partition("?")[2] for address, rel in parts}


def test_a_list_is_given_page_by_page_with_links(client, publisher):
    for n in range(5):
        publish(make_conference(slug=f"c{n}"), by=publisher)

    response = client.get("/api/v1/conferences/?country=BY&page=2&page_size=2")
    body = json.loads(response.content)
    assert [row["slug"] for row in body.pop("results")] == ["c2", "c3"]
    base = "http://testserver/api/v1/conferences/?country=BY&page_size=2&page="
    around = {"next": f"{base}3", "previous": f"{base}1"}
    assert body == {"count": 5, "page": 2, "pages": 3, **around, "shortened_q": ""}
    assert links(response) == {
        "first": "country=BY&page_size=2&page=1",
        "prev": "country=BY&page_size=2&page=1",
        "next": "country=BY&page_size=2&page=3",
        "last": "country=BY&page_size=2&page=3",
    }
    assert links(client.get("/api/v1/conferences/?page_size=2&page=3")).keys() == {"first", "prev", "last"}


def test_following_next_gives_every_record_once(client, publisher):
    for _ in range(7):
        publish(make_conference(), by=publisher)

    address, found = "/api/v1/conferences/?page_size=3", []
    while address:
        body = client.get(address).json()
        found += [row["uid"] for row in body["results"]]
        address = body["next"]
    assert len(found) == len(set(found)) == 7


def test_a_list_says_what_was_searched_where_that_was_shortened(client, publisher):
    for n in range(3):
        publish(make_conference(f"Countering terrorism {n}", slug=f"c{n}"), by=publisher)
    publish(make_conference("Another"), by=publisher)

    def search(query):
        response = client.get("/api/v1/conferences/", {"q": query, "page_size": 2})
        body = response.json()
        return body["count"], body["shortened_q"], links(response)["next"], body["next"].partition("?")[2]

    whole, cut = "Countering terrorism", " ".join(["terrorism"] * 30)
    next_page = {text: urlencode({"q": text, "page_size": 2, "page": 2}) for text in (whole, cut)}
    assert search(whole) == (3, "", *[next_page[whole]] * 2)
    # The links carry what was looked for, so that they stay short.
    assert search("terrorism " * 988) == (3, cut, *[next_page[cut]] * 2)


def test_an_empty_list_has_one_empty_page(client, db):
    response = client.get("/api/v1/documents/")
    body = {"count": 0, "page": 1, "pages": 1, "next": None, "previous": None, "shortened_q": "", "results": []}
    assert response.json() == body
    assert "Last-Modified" not in response.headers


def multiply(edition, count):
    """Write *count* public editions more with the content of *edition*, each of a record of its own."""
    facets, relations = list(edition.facets.all()), list(edition.relations.all())
    entries = [(entry, entry.tokens) for entry in edition.search_entries.select_related("tokens")]
    for n in range(count):
        copy = Edition.objects.get(pk=edition.pk)
        copy.pk, copy.uid, copy.slug = None, uuid.uuid4(), f"{edition.slug}-{n}"
        copy.save()
        for row in (*facets, *relations):
            row.pk, row.edition = None, copy
        for facet in facets:
            facet.slug = copy.slug
        Facet.objects.bulk_create(facets)
        Relation.objects.bulk_create(relations)
        for entry, tokens in entries:
            tokens.entry = SearchEntry.objects.create(
                edition=copy, language=entry.language, place=entry.place, facets=entry.facets
            )
            tokens.save(force_insert=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "query", ["", "?page_size=100", "?kind=press-release&year=2019", "?q=document", "?theme=youth"]
)
@pytest.mark.parametrize("count", [3, 300])
def test_a_list_costs_five_queries_whatever_its_length(client, publisher, django_assert_num_queries, count, query):
    conference = make_conference()
    document = make_document(conference, slug="document")
    document.themes.add(make_theme(slug="youth"))
    publish(conference, by=publisher)
    multiply(publish(document, by=publisher), count - 1)
    assert connection.features.supports_json_field  # asked once in a process, with three statements

    # The epoch; the theme with what was merged into it; the count; which records; their rows; relations.
    with django_assert_num_queries(6 if "theme" in query else 5):
        body = client.get(f"/api/v1/documents/{query}").json()
    assert body["count"] == count
    assert {row["related"]["conference"][0]["slug"] for row in body["results"]} == {conference.slug}


def test_a_filter_takes_slug_uid_and_former_slug(get, publisher, frozen_clock):
    conference = make_conference(slug="minsk-2019")
    publish(conference, by=publisher)
    publish(make_document(conference, slug="closing"), by=publisher)
    publish(make_document(slug="another"), by=publisher)
    frozen_clock.tick()
    conference.slug = "minsk-september-2019"
    conference.save()
    publish(conference, by=publisher)

    for value in ("minsk-2019", "minsk-september-2019", str(conference.uid)):
        assert [row["slug"] for row in get(f"documents/?conference={value}")[1]["results"]] == ["closing"]


def test_an_address_without_its_slash_leads_to_the_one_with(client, db):
    response = client.get("/api/v1/conferences?year=2019")
    assert (response.status_code, response.headers["Location"]) == (301, "/api/v1/conferences/?year=2019")
