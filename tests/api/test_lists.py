"""Lists: pages, links, filters, and a constant number of queries."""

import json

import pytest

from ctportal.publishing.services import publish
from tests.factories import make_conference, make_document, make_series, make_theme


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
    assert body == {"count": 5, "page": 2, "pages": 3, "next": f"{base}3", "previous": f"{base}1"}
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


def test_an_empty_list_has_one_empty_page(client, db):
    response = client.get("/api/v1/documents/")
    assert response.json() == {"count": 0, "page": 1, "pages": 1, "next": None, "previous": None, "results": []}
    assert "Last-Modified" not in response.headers


@pytest.mark.parametrize(
    "query", ["", "?page_size=100", "?kind=press-release&year=2019", "?q=document", "?theme=youth"]
)
def test_a_list_costs_three_queries_whatever_its_length(client, publisher, django_assert_num_queries, query):
    theme = make_theme(slug="youth")
    conference = make_conference()
    publish(conference, by=publisher)

    for count in (3, 30):
        for _ in range(count):
            document = make_document(conference)
            document.themes.add(theme)
            publish(document, by=publisher)
        client.get(f"/api/v1/documents/{query}")  # the count, and the record behind the filter, are kept from here on
        with django_assert_num_queries(3):  # publication stamp; rows; relations
            response = client.get(f"/api/v1/documents/{query}")
        assert response.status_code == 200


def test_a_filter_takes_slug_and_uid_and_a_former_slug(get, publisher, frozen_clock):
    series = make_series(slug="regional")
    conference = make_conference(slug="minsk-2019")
    conference.series_entries.create(series=series)
    publish(conference, by=publisher)
    publish(make_conference(), by=publisher)

    for value in ("regional", str(series.uid)):
        assert [row["slug"] for row in get(f"conferences/?series={value}")[1]["results"]] == ["minsk-2019"]


def test_an_address_without_its_slash_leads_to_the_one_with(client, db):
    response = client.get("/api/v1/conferences?year=2019")
    assert (response.status_code, response.headers["Location"]) == (301, "/api/v1/conferences/?year=2019")
