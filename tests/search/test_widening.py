"""ctportal.search.widening: what is asked where few texts contain all terms."""

import pytest

from ctportal.search.fields import Beginning
from ctportal.search.parsing import parse
from ctportal.search.widening import widened


def described(text):
    """Return the terms of the widened *text*: lists of words, beginnings with an asterisk."""
    return [
        [" ".join(f"{word}*" if isinstance(word, Beginning) else word for word in words) for words in term.alternatives]
        for term in widened(parse(text)).terms
    ]


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("мире", [["мире", "~мир*"]]),
        ('"права и свободы"', [["права", "~прав*"], ["свободы", "~свобод*"]]),
        ("男女平等", [["男女"], ["女平"], ["平等"]]),
        ("反", [["~反"]]),
        ("2,396", [["2 396", "2396", "~2396"]]),
        ("", []),
    ],
)
def test_words_stand_anywhere_and_only_begin_as_asked(typed, terms):
    assert described(typed) == terms


def test_exclusions_and_filters_stay():
    query = parse('border "security forces" -"draft resolution" kind:report')

    assert widened(query)._replace(terms=()) == query._replace(terms=())
