"""The search over public editions: the results in order, their counts and facets, suggestions and spelling.

Everything is computed from the editions that are public at one instant. Hidden editions take no part in a score, a count,
a suggestion or a correction, so what is hidden changes nothing that can be seen.

The score of a record is the sum over the terms of WEIGHTS[where the term stands] × ln(1 + N/df): N is the number of public
records, df the number of those that contain the term. This is the inverse document frequency of Spärck Jones (1972), with 1
added so that a term in every record still tells titles from texts.
"""

from __future__ import annotations

import datetime
import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, TypeAlias

from django.db.models import TextField, Value
from django.db.models.functions import Cast

from ctportal.publishing.models import Edition, in_force
from ctportal.reading.context import ReadContext
from ctportal.search.fields import Alternatives
from ctportal.search.models import Place, SearchEntry
from ctportal.search.parsing import Query
from ctportal.search.widening import widened

WEIGHTS = {Place.SYMBOL: 8.0, Place.TITLE: 5.0, Place.HEADING: 3.0, Place.TEXT: 2.0, Place.FILE: 1.0}
FEW = 5  # results with all terms; with fewer, similar ones follow
MOST_WIDENED = 10  # terms of a search for similar ones: it reads all texts that contain any of them
MOST_COUNTED = 1000  # beyond it, answers say "more than"

Text: TypeAlias = tuple[int, str]  # primary key of an edition, and a language
Details: TypeAlias = tuple[str | None, str]  # the date of an edition (ISO), and its facets, separated by spaces


class Hit(NamedTuple):
    """One result: the edition, the language in which it matches best, whether its symbol or title is what was typed, and whether
    it is only similar to what was asked: it lacks one of the words, or has another of the same beginning."""

    edition: int
    language: str
    is_exact: bool
    is_similar: bool = False


@dataclass(frozen=True)
class Results:
    """The first MOST_COUNTED results in order, those that are only similar last. *facets* is {name: {value: number of results}}.

    *total* is how many results there are, *complete* how many of them match all terms, *unfiltered* how many do without
    filters. Where none is complete, *alone* is how many public records contain each of the
    query's terms.
    """

    hits: Sequence[Hit] = ()
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    total: int = 0
    complete: int = 0
    unfiltered: int = 0
    alone: Sequence[int] = ()

    def __len__(self) -> int:
        return self.total


class _Matched(NamedTuple):
    """What a query finds: {edition: (whether in the reader's language, score, language)}, the exact ones, {edition: details}, and how
    many public records contain each term."""

    best: dict[int, tuple[bool, float, str]]
    exact: set[int]
    details: dict[int, Details]
    counts: Sequence[int]

    def filtered(self, filters: Sequence[Sequence[str]]) -> _Matched:
        """Return what has at least one value of each of *filters*."""
        best = self.best
        for values in filters:
            best = {
                edition: rank
                for edition, rank in best.items()
                if not {*values}.isdisjoint(self.details[edition][1].split())
            }
        return self._replace(best=best)

    def hits(self, *, is_similar: bool) -> list[Hit]:
        """Return the first MOST_COUNTED hits in order: exact ones, the reader's language, the score, the date."""
        best, exact, details, _counts = self
        ranks = (
            (edition in exact, is_in_language, score, details[edition][0] or "", -edition)
            for edition, (is_in_language, score, _language) in best.items()
        )
        return [
            Hit(-negative, best[-negative][2], is_exact, is_similar)
            for is_exact, _, _, _, negative in heapq.nlargest(MOST_COUNTED, ranks)
        ]


def search(query: Query, context: ReadContext, language: str, filters: Iterable[Sequence[str]] = ()) -> Results:
    """Return the Results of *query* for a reader of *language*. Each of *filters* is a sequence of facets, name=value, of which
    a result has at least one.

    Where fewer than FEW match all terms, filters aside, those follow that match the wider query, if it has at most MOST_WIDENED
    terms; where these are fewer than FEW, too, all but one of its terms. Two queries, three with these; one fewer where the number of public records is cached.
    """
    if not query.terms:
        return Results()
    filters, total = [*filters], _total(context)
    found = _matched(query, context, language, total)
    matched = [found]
    wider = widened(query)
    if len(found.best) < FEW and len(wider.terms) <= MOST_WIDENED:
        similar = _matched(wider, context, language, total, is_wide=True)
        rest = {edition: rank for edition, rank in similar.best.items() if edition not in found.best}
        matched.append(similar._replace(best=rest))
    unfiltered = len(found.best)
    matched = [each.filtered(filters) for each in matched]
    hits = [hit for number, each in enumerate(matched) for hit in each.hits(is_similar=number > 0)]
    facets = _counted(each.details[edition][1] for each in matched for edition in each.best)
    complete, *more = (len(each.best) for each in matched)
    alone = () if complete else found.counts
    return Results(hits[:MOST_COUNTED], facets, complete + sum(more), complete, unfiltered, alone)


def _matched(query: Query, context: ReadContext, language: str, total: int, *, is_wide: bool = False) -> _Matched:
    """Return what matches all terms of *query*; if it *is_wide* and few do, all but one. *total* is the number of public records."""
    terms = [*query.excluded, *query.terms]
    places: list[dict[Text, int]] = [{} for _ in range(len(terms) + 1)]
    details: dict[int, Details] = {}
    sought = [[[query.whole]], *(each.alternatives for each in terms)]
    for number, edition, of_language, place, date, facets in _rows(sought, context.at, detailed=1 + is_wide):
        text, found = (edition, of_language), places[int(number)]
        if place < found.get(text, math.inf):
            found[text] = place
        if facets:
            details[edition] = date, facets
    exact, wanted = editions_of(places[0]), places[1 + len(query.excluded) :]
    excluded = set().union(*map(editions_of, places[1 : 1 + len(query.excluded)]))
    counts = [len(editions_of(places)) for places in wanted]
    best: dict[int, tuple[bool, float, str]] = {}
    texts = set(wanted[0]).intersection(*wanted[1:])
    if is_wide and len(texts) < FEW and len(wanted) > 1:
        held = Counter(chain.from_iterable(wanted))
        texts = {text for text, count in held.items() if count >= len(wanted) - 1}
    for (edition, of_language), score in _scores(texts, wanted, counts, total).items():
        rank = (of_language == language, score, of_language)
        if edition not in excluded and (edition not in best or rank > best[edition]):
            best[edition] = rank
    return _Matched(best, exact, details, counts)


def editions_of(texts: Iterable[Text]) -> set[int]:
    return {edition for edition, _language in texts}


def _rows(
    terms: Sequence[Alternatives], at: datetime.datetime, detailed: int
) -> Iterable[tuple[str, int, str, int, str | None, str]]:
    """Return (number of the term, edition, language, place, date, facets) of each public text that one of *terms* finds, in the
    order of *terms*. Only of the last *detailed* terms, date and facets are read."""
    empty, date = Value("", TextField()), Cast("edition__date", TextField())
    branches = [
        SearchEntry.objects.matching(alternatives)
        .filter(in_force(at, "edition__"))
        .order_by()
        # As text, because Django converts each number that it reads from a value.
        .values_list(
            Value(str(number), TextField()),
            *("edition", "language", "place"),
            *((date, "facets") if number >= len(terms) - detailed else (empty, empty)),
        )
        for number, alternatives in enumerate(terms)
    ]
    return branches[0].union(*branches[1:], all=True)


def _scores(
    texts: Iterable[Text], wanted: Sequence[dict[Text, int]], counts: Sequence[int], total: int
) -> dict[Text, float]:
    """Return {text: score} of *texts*. *wanted* is {text: best place} for each term, *counts* how many public records contain it."""
    scores = dict.fromkeys(texts, 0.0)
    for places, containing in zip(wanted, counts, strict=True):
        rarity = math.log(1 + total / max(1, containing))
        weights = {int(place): WEIGHTS[place] * rarity for place in Place}
        for text in scores:
            if text in places:
                scores[text] += weights[places[text]]
    return scores


def _counted(facets: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return {name: {value: count}} of *facets*, each those of one result, in the order of names and values. Many results have the
    same ones."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for same, count in Counter(facets).items():
        for pair in same.split():
            name, _equals, value = pair.partition("=")
            counts[name][value] += count
    return {name: dict(sorted(counts[name].items())) for name in sorted(counts)}


def _total(context: ReadContext) -> int:
    """Return the number of public records. Cached for the epoch."""
    return context.cached(("search", "total"), Edition.objects.public(context.at).order_by().count)
