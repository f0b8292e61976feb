"""What titles and names of editions in force offer a reader: suggestions while typing, and words spelt as they spell them.

Only editions in force are read, before anything is counted, ordered or left out, so what is hidden changes nothing that is
offered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Case, F, IntegerField, TextField, Value, When
from django.db.models.expressions import Combinable, OrderBy

from ctportal.core.languages import DEFAULT
from ctportal.publishing.indexing import EVERY, PLACES, texts_of
from ctportal.publishing.models import Edition, RecordType, in_force
from ctportal.reading.context import ReadContext
from ctportal.reading.queries import CARDS
from ctportal.reading.search import Text, editions_of
from ctportal.search.fields import Alternatives
from ctportal.search.models import Place, SearchEntry
from ctportal.search.parsing import Query, parse
from ctportal.search.scanning import TextRun
from ctportal.search.spelling import correctable, distance, most_errors
from ctportal.search.titles import BEGINNING, like, typed_words, words_of

# Suggestions ---------------------------------------------------------------------------------------------------------

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
    editions = Edition.objects.public(context.at).only(*CARDS).in_bulk([*chosen][:MOST])
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


# Spelling ------------------------------------------------------------------------------------------------------------

MOST_CORRECTED = 3  # words; of a search with more that are not found, no word is corrected
_TITLES = 2_000  # titles and names that corrections are looked for in, the first in the order of suggestions
_CANDIDATES = 10  # words that are tried for each
_WORD_OF_TITLE = re.compile(rf"(?<![^ ']){re.escape(BEGINNING)}([^ ':]+)")  # in the notation of either database


class _Candidate(NamedTuple):
    """A word of a title and how far it is from what was typed, with the language and the card where it stands."""

    distance: int
    word: str
    language: str
    card: str

    @property
    def written(self) -> str:
        """The word as it is written there, with capital letters and accents."""
        for path, language, text in texts_of(json.loads(self.card)):
            if language in (self.language, EVERY) and PLACES.get(path, Place.TEXT) <= Place.TITLE:
                for each in words_of(text):
                    if each.word == self.word:
                        return each.written
        return self.word


def spelling(query: Query, context: ReadContext, language: str, filters: Iterable[Sequence[str]] = ()) -> str:
    """Return the text of *query*, which finds nothing, with mistyped words replaced by those of public titles and names.

    It is "" where that would find nothing either; *filters* as for ``search``. Everything but the words that no public record
    contains stays as it was typed. At most three queries.
    """
    runs = correctable(query.text)
    known = _known(runs, context.at)
    runs = {run: word for run, word in runs.items() if word not in known}
    words = list(dict.fromkeys(runs.values()))
    if not 1 <= len(words) <= MOST_CORRECTED:
        return ""
    near = _near(words, context.at, language)
    if not all(near.values()):
        return ""
    rest = parse(_with(query.text, dict.fromkeys(runs, "")))
    chosen = _chosen(rest, near, context.at, filters)
    return _with(query.text, {run: chosen[word].written for run, word in runs.items()}) if chosen else ""


def _with(text: str, replaced: Mapping[TextRun, str]) -> str:
    for run, word in sorted(replaced.items(), key=lambda each: each[0].start, reverse=True):
        text = text[: run.start] + word + text[run.end :]
    return text


def _known(runs: Mapping[TextRun, str], at: datetime) -> set[str]:
    """Return those of the words of *runs* that a public record contains. One query, none without words."""
    terms = {word: parse(run.text).terms for run, word in runs.items()}
    branches = [
        SearchEntry.objects.matching(its_terms[0].alternatives)
        .filter(in_force(at, "edition__"))
        .order_by()
        .values_list(Value(word, TextField()), flat=True)
        .distinct()
        for word, its_terms in terms.items()
        if its_terms
    ]
    return set(branches[0].union(*branches[1:])) if branches else set()


def _near(words: Sequence[str], at: datetime, language: str) -> dict[str, list[_Candidate]]:
    """Return for each of *words* the nearest words of public titles that begin or end with the same two letters. One query."""
    entries = SearchEntry.objects.filter(in_force(at, "edition__")).matching(
        [each for word in words for each in like(word)]
    )
    order = in_order(language)
    first = entries.order_by(*order).values("pk")[:_TITLES]
    rows = SearchEntry.objects.filter(in_force(at, "edition__"), pk__in=first).order_by(*order)
    near: dict[str, dict[str, _Candidate]] = {word: {} for word in words}
    seen: set[str] = set()
    for of_language, tokens, card in rows.values_list("language", "tokens__tokens", "edition__card"):
        for other in set(_WORD_OF_TITLE.findall(tokens)) - seen:
            seen.add(other)
            for word, errors in _compared(other, words):
                near[word][other] = _Candidate(errors, other, of_language, card)
    return {word: sorted(found.values())[:_CANDIDATES] for word, found in near.items()}


def _compared(other: str, words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield those of *words* that *other* corrects, with the distance."""
    if not other.isalpha():
        return
    for word in words:
        if other[:2] == word[:2] or other[-2:] == word[-2:]:
            errors = distance(word, other, most_errors(word))
            if errors <= most_errors(word):
                yield word, errors


def _chosen(
    rest: Query, near: Mapping[str, list[_Candidate]], at: datetime, filters: Iterable[Sequence[str]]
) -> dict[str, _Candidate]:
    """Return the best candidate for each word, with which something public is found together with *rest*; {} without one.

    The nearest is best, then the one that most public records contain, then the first in the alphabet. One query.
    """
    candidates = [each for found in near.values() for each in found]
    asked: list[Alternatives] = [term.alternatives for term in (*rest.terms, *rest.excluded)]
    asked += [[[each.word], [f"~{each.word}"]] for each in candidates]
    places, facets = _texts(asked, at, with_facets=bool(filters))
    of_candidate = dict(zip(candidates, places[len(asked) - len(candidates) :], strict=True))
    excluded = editions_of({text for each in places[len(rest.terms) : -len(candidates)] for text in each})
    found = set.intersection(*places[: len(rest.terms)]) if rest.terms else set.union(*of_candidate.values())
    found = {text for text in found if text[0] not in excluded}
    for values in filters:
        found = {text for text in found if not {*values}.isdisjoint(facets[text[0]].split())}
    chosen: dict[str, _Candidate] = {}
    for word, its_candidates in near.items():
        ranked = sorted(its_candidates, key=lambda e: (e.distance, -len(editions_of(of_candidate[e])), e.word))
        best = next((each for each in ranked if found & of_candidate[each]), None)
        if best is None:
            return {}
        chosen[word] = best
        found &= of_candidate[best]
    return chosen


def _texts(asked: Sequence[Alternatives], at: datetime, *, with_facets: bool) -> tuple[list[set[Text]], dict[int, str]]:
    """Return the public texts that each of *asked* finds, and {edition: facets} where these are wanted."""
    branches = [
        SearchEntry.objects.matching(alternatives)
        .filter(in_force(at, "edition__"))
        .order_by()
        .values_list(
            Value(str(number), TextField()), "edition", "language", "facets" if with_facets else Value("", TextField())
        )
        for number, alternatives in enumerate(asked)
    ]
    texts: list[set[Text]] = [set() for _ in asked]
    facets: dict[int, str] = {}
    for number, edition, of_language, its_facets in branches[0].union(*branches[1:], all=True):
        texts[int(number)].add((edition, of_language))
        facets[edition] = its_facets
    return texts, facets
