"""Whatever is typed is a search: no error, on either database. ``python -m benchmarks.search typed`` asks 20,000 texts."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctportal.publishing.services import publish
from ctportal.reading.context import ReadContext
from ctportal.reading.search import Hit, search
from ctportal.search.parsing import parse
from tests.factories import make_document, make_user
from tests.search.typed import BAD, SYNTAX, typed

TEXTS = st.text(max_size=40) | st.lists(st.sampled_from(SYNTAX) | st.text(max_size=6), max_size=8).map(" ".join)
GENERATED = 400


@pytest.fixture(autouse=True)
def _document(db):
    body = "<p>Border security, o'brien, a multi-agent AND (b) of col:x: 反恐会议, S/RES/2396 (2017), 2,396.</p>"
    publish(make_document(title='A "title" -of: ^it*', body=body), by=make_user())


def ask(text):
    """Return the hits for *text*, in the first three of the languages of readers and with a filter."""
    found = [search(parse(text), ReadContext(), language).hits for language in ("en", "zh")]
    found.append(search(parse(text), ReadContext(), "ar", [[text, "kind=report"]]).hits)
    assert all(isinstance(hit, Hit) for hits in found for hit in hits)
    return found[0]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_bad_input_is_a_search(number):
    ask(BAD[number])


def test_generated_texts_are_searches():
    for number in range(len(BAD), GENERATED):
        ask(typed(number))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
def test_any_text_is_a_search(text):
    ask(text)


@pytest.mark.parametrize(
    "text", ['a "title" of it', "o'brien", "multi-agent", "(b)", "col:x", "反恐", "2,396", "UNSCR 2396"]
)
def test_signs_hide_no_words(text):
    assert len(ask(text)) == 1
