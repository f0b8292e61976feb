"""How well the search answers the queries of data/queries.toml; docs/search.md has the table."""

import pytest

from tests.search.declaration import publish_declaration, ranked
from tests.search.relevance import LANGUAGES, measure, queries

pytestmark = pytest.mark.django_db

LOWEST_RECALL = 0.95  # at ten


@pytest.fixture(scope="module")
def numbers(shared_content):
    """{primary key: number} of the articles, published for the tests of this module."""
    return publish_declaration()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_are_among_the_first_ten(numbers, language):
    of_language = [query for query in queries() if query.language == language]

    recall, _precision = measure(lambda text, reader: ranked(text, reader, numbers), of_language)

    assert recall >= LOWEST_RECALL
