"""How many queries each public page takes. Made anew: inside the test's transaction nothing is kept."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ctportal.publishing import epoch
from ctportal.publishing.models import Edition, Facet, Relation
from ctportal.search.models import SearchEntry, SearchTokens
from tests import factories as make
from tests.web.dossiers import every_page, make_dossier

pytestmark = pytest.mark.django_db

# The first is always the epoch.
QUERIES = {
    "home": 9,
    "about": 0,
    "conferences": 5,  # count; rows; the counts and the labels of the menus
    # the edition; what it points to; what points to it; its neighbours in series; its versions; its organizations
    "conference": 7,
    "conference version": 4,
    "conference changes": 4,  # the edition in force; the two that are compared; what they point to
    "series list": 6,  # the count; the rows; their descriptions; what was merged into them; their conferences
    "series": 7,  # two for the table: its conferences; the number of their documents
    "themes": 6,
    "theme": 7,
    # count and rows by name; what was merged into them; the records that name them; the latest of these in full
    "people": 7,
    # the edition; what was merged into it; conferences; documents; photos; the conferences of these two
    "person": 7,
    "organizations": 6,  # by name; rows; what was merged into them; the records that name them; the menus
    # the edition; what was merged into it; conferences; documents; its units; those above it; the
    # conferences of the documents
    "organization": 8,
    "documents": 6,  # as above; the conferences they belong to
    "document": 5,  # the edition; what it points to; what points to it; its organizations
    "document version": 4,
    "press releases": 6,
    "summaries": 6,
    "photos": 6,
    "photo": 4,
    "photo version": 4,
    "search": 2,  # epoch; the years of conferences
    # What matches; the number of public records; the editions; their conferences; the names of series and themes.
    "results": 6,
    "narrowed": 6,
    "no results": 5,  # what matches, also more widely; the number of public records; the years
    "bad search": 2,
    "filtered": 5,
    "nothing found": 3,
    "bad filter": 3,
    "no page": 3,
}


@pytest.mark.slow
@pytest.mark.parametrize("count", [3, 300])
def test_pages_cost_the_same_few_queries_however_many_records_there_are(count, client):
    series, theme = make.make_series("The series"), make.make_theme("The theme")
    make_dossier(1, series=series, theme=theme)
    for record_type in ("conference", "document", "photo"):
        multiply(Edition.objects.public(epoch.now()).of(record_type).order_by("pk").last(), count)
    pages = every_page()
    assert connection.features.supports_json_field  # Django asks the database once in each process
    found = {}
    for name, address in pages.items():
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        found[name] = len(queries)
    assert found == QUERIES


def multiply(edition, count):
    """Add *count* more editions like *edition*, with facets, relations and entries of the search, straight to the tables."""
    facets, relations = list(edition.facets.all()), list(edition.relations.all())
    entries = list(edition.search_entries.select_related("tokens"))
    copies = []
    for n in range(count):
        copy = Edition.objects.get(pk=edition.pk)
        copy.pk, copy.uid, copy.slug = None, uuid.uuid4(), edition.slug and f"{edition.slug}-copy-{n}"
        copies.append(copy)
    for copy in Edition.objects.bulk_create(copies):
        for row in (*facets, *relations):
            row.pk, row.edition = None, copy
        for row in facets:
            row.slug = copy.slug
        Facet.objects.bulk_create(facets)
        Relation.objects.bulk_create(relations)
        for entry in entries:
            entry.pk, entry.edition = None, copy
        SearchEntry.objects.bulk_create(entries)
        SearchTokens.objects.bulk_create(SearchTokens(entry=entry, tokens=entry.tokens.tokens) for entry in entries)
