"""Results that are only similar to what was asked, where few match all of it."""

import pytest

from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from ctportal.reading.context import ReadContext
from ctportal.reading.search import FEW, MOST_WIDENED, search
from ctportal.search.parsing import parse
from tests.factories import make_document, make_user

pytestmark = pytest.mark.django_db


def publish_texts(*texts, **fields):
    for text in texts:
        publish(make_document(body=f"<p>{text}</p>", **fields), by=make_user())


def found(typed, *filters):
    """Return [(text without markup, whether it is only similar)] for *typed*."""
    hits = search(parse(typed), ReadContext(), "en", filters).hits
    editions = Edition.objects.in_bulk([hit.edition for hit in hits])
    return [(editions[hit.edition].data["body"]["en"][3:-4], hit.is_similar) for hit in hits]


@pytest.mark.parametrize(
    ("typed", "similar"),
    [
        ("border forces", "forces"),
        ('"border forces"', "forces at a border"),
        ("religions", "religious"),
        ("border forces of peace", "peace for forces"),
    ],
)
def test_what_is_similar_follows_where_few_are_found(typed, similar):
    publish_texts(similar, typed.strip('"'), "something else")

    assert found(typed) == [(typed.strip('"'), False), (similar, True)]


@pytest.mark.parametrize("typed", ["border forces peace", "forces -guards", "2,396"])
def test_what_differs_more_is_not_similar(typed):
    publish_texts("border", "forces and guards", "2 of 396 people")

    assert found(typed) == []


@pytest.mark.parametrize("pattern", ["%s zz", '"%s"'])
def test_nothing_similar_is_looked_for_with_many_words(pattern):
    """Each of them would be looked for in all texts: a phrase of thirty words would take as long as thirty searches."""
    words = [f"word{chr(97 + number)}" for number in range(MOST_WIDENED + 1)]
    publish_texts(" ".join(words[::-1]))

    for count, similar in ((MOST_WIDENED - 1, 1), (MOST_WIDENED + 1, 0)):
        assert [is_similar for _text, is_similar in found(pattern % " ".join(words[:count]))] == similar * [True]


def test_nothing_similar_follows_where_enough_are_found():
    publish_texts(*FEW * ["border forces"], "forces")

    assert found("border forces") == FEW * [("border forces", False)]


def test_a_filter_makes_no_results_similar():
    publish_texts(*(FEW - 1) * ["border forces"])
    publish_texts("border forces", kind="statement")
    publish_texts("forces", kind="statement")

    assert found("border forces", ["kind=statement"]) == [("border forces", False)]


def test_counts_are_those_of_all_that_is_shown():
    publish_texts("border forces", "forces", kind="statement")
    publish_texts("border")

    results = search(parse("border forces"), ReadContext(), "en")

    assert (len(results), results.complete) == (3, 1)
    assert results.facets["kind"] == {"statement": 2, "press-release": 1}
