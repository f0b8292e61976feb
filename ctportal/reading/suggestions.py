"""What is suggested while a reader types: titles and names of editions in force that hold the words typed so far.

Only editions in force are read, before anything is ordered or left out, so what is hidden changes neither the suggestions nor
their order.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.expressions import Combinable, OrderBy

from ctportal.core.languages import DEFAULT
from ctportal.publishing.models import Edition, RecordType, in_force
from ctportal.reading.context import ReadContext
from ctportal.reading.queries import CARDS
from ctportal.search.models import SearchEntry
from ctportal.search.parsing import parse
from ctportal.search.titles import typed_words

MOST = 8
_ENTRIES = 12  # of one edition that have tokens of titles, at most: its symbol and its titles in six languages
# In the order in which they are suggested.
_TYPES = (
    *(RecordType.CONFERENCE, RecordType.SERIES, RecordType.THEME, RecordType.PERSON, RecordType.ORGANIZATION),
    *(RecordType.DOCUMENT, RecordType.PHOTO),
)


class Suggestion(NamedTuple):
    """An edition in force, with its card, and the language of its title that holds what was typed."""

    edition: Edition
    language: str


def suggest(text: str, context: ReadContext, language: str) -> list[Suggestion]:
    """Return at most MOST suggestions for *text*, typed by a reader of *language*. Two queries, none where too little is typed
    or what excludes or filters.

    Titles in the reader's language come first, then by type of record, then the newest.
    """
    query = parse(text)
    typed = [] if query.excluded or query.filters else typed_words(query.text)
    if not typed:
        return []
    entries = SearchEntry.objects.filter(in_force(context.at, "edition__"))
    for alternatives in typed:
        entries = entries.matching(alternatives)
    found = entries.order_by(*in_order(language)).values_list("edition", "language")
    chosen: dict[int, str] = {}
    for edition, of_language in found[: MOST * _ENTRIES]:
        chosen.setdefault(edition, of_language)
    editions = Edition.objects.only(*CARDS).in_bulk([*chosen][:MOST])
    return [Suggestion(editions[key], chosen[key]) for key in chosen if key in editions]


def in_order(language: str) -> list[OrderBy | Combinable | str]:
    """Return the order of search entries with titles for a reader of *language*; no two are equal in it."""
    return [
        _rank("language", language),
        _rank("edition__type", *_TYPES),
        F("edition__date").desc(nulls_last=True),
        "edition__slug",
        "edition__uid",
        _rank("language", DEFAULT),
        "language",
        "place",
        "part",
    ]


def _rank(field: str, *values: str) -> Case:
    ranks = [When(**{field: value}, then=Value(number)) for number, value in enumerate(values)]
    return Case(*ranks, default=Value(len(values)), output_field=IntegerField())
