"""The search over public editions: the results in order, their counts and facets, suggestions and spelling.

Everything is computed from the editions that are public at one instant. Hidden editions take no part in a score, a count,
a suggestion or a correction, so what is hidden changes nothing that can be seen.

The score of a record is the sum over the terms of WEIGHTS[where the term stands] × ln(1 + N/df): N is the number of public
records, df the number of those that contain the term. This is the inverse document frequency of Spärck Jones (1972), with 1
added so that a term in every record still tells titles from texts.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import NamedTuple, TypeAlias

from django.db.models import TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from ctportal.publishing.models import Edition, in_force
from ctportal.reading.context import ReadContext
from ctportal.search.fields import Alternatives
from ctportal.search.models import Place, SearchEntry
from ctportal.search.parsing import Query
from ctportal.search.widening import widened

WEIGHTS = {Place.SYMBOL: 8.0, Place.TITLE: 5.0, Place.HEADING: 3.0, Place.TEXT: 2.0, Place.FILE: 1.0}
FEW = 5  # results with all terms; with fewer, similar ones follow
MOST_COUNTED = 1000  # beyond it, answers say "more than"

Text: TypeAlias = tuple[int, str]  # primary key of an edition, and a language


class Hit(NamedTuple):
    """One result: the edition, the language in which it matches best, whether its symbol or title is what was typed, and whether
    it is only similar to what was asked: it lacks one of the words, or has another of the same beginning."""

    edition: int
    language: str
    is_exact: bool
    is_similar: bool = False


@dataclass(frozen=True)
class Results:
    """All results in order, those that are only similar last. *facets* is {name: {value: number of results}}."""

    hits: Sequence[Hit] = ()
    facets: dict[str, dict[str, int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.hits)

    @cached_property
    def complete(self) -> int:
        """The number of results that match all terms."""
        return sum(not hit.is_similar for hit in self.hits)


class _Matched(NamedTuple):
    """What a query finds: {edition: (whether in the reader's language, score, language)}, the exact ones, {edition: details}."""

    best: dict[int, tuple[bool, float, str]]
    exact: set[int]
    details: dict[int, str]

    def hits(self, filters: Sequence[Sequence[str]], *, is_similar: bool) -> list[Hit]:
        """Return the hits in order that have at least one value of each of *filters*."""
        details, best = self.details, self.best
        kept = [
            edition for edition in best if all(not {*each}.isdisjoint(details[edition].split()) for each in filters)
        ]
        kept.sort()
        kept.sort(key=lambda edition: details[edition].partition(" ")[0], reverse=True)
        kept.sort(key=lambda edition: (edition in self.exact, *best[edition][:2]), reverse=True)
        return [Hit(edition, best[edition][2], edition in self.exact, is_similar) for edition in kept]


def search(query: Query, context: ReadContext, language: str, filters: Iterable[Sequence[str]] = ()) -> Results:
    """Return the Results of *query* for a reader of *language*. Each of *filters* is a sequence of facets, name=value, of which
    a result has at least one.

    Where fewer than FEW match all terms, filters aside, those follow that match all but one of the wider query. Two queries, three
    with these; one fewer where the number of public records is cached.
    """
    if not query.terms:
        return Results()
    filters, total = [*filters], _total(context)
    found = _found(query, len(query.terms), context, language, total)
    hits, details = found.hits(filters, is_similar=False), found.details
    if len(found.best) < FEW:
        wider = widened(query)
        similar = _found(wider, max(1, len(wider.terms) - 1), context, language, total)
        for edition in found.best:
            similar.best.pop(edition, None)
        hits += similar.hits(filters, is_similar=True)
        details = similar.details | details
    return Results(hits, _counted(details[hit.edition] for hit in hits))


def _found(query: Query, least: int, context: ReadContext, language: str, total: int) -> _Matched:
    """Return what matches at least *least* terms of *query*. *total* is the number of public records."""
    terms = [*query.excluded, *query.terms]
    places: list[dict[Text, int]] = [{} for _ in range(len(terms) + 1)]
    details: dict[int, str] = {}
    sought = [[[query.whole]], *(each.alternatives for each in terms)]
    for number, edition, of_language, place, detail in _rows(sought, context.at, 1 + len(terms) - least):
        text, found = (edition, of_language), places[int(number)]
        if place < found.get(text, math.inf):
            found[text] = place
        if detail:
            details[edition] = detail
    exact, wanted = editions_of(places[0]), places[1 + len(query.excluded) :]
    excluded = set().union(*map(editions_of, places[1 : 1 + len(query.excluded)]))
    best: dict[int, tuple[bool, float, str]] = {}
    for (edition, of_language), score in _scores(wanted, total, least).items():
        rank = (of_language == language, score, of_language)
        if edition not in excluded and (edition not in best or rank > best[edition]):
            best[edition] = rank
    return _Matched(best, exact, details)


def editions_of(texts: Iterable[Text]) -> set[int]:
    return {edition for edition, _language in texts}


def _rows(
    terms: Sequence[Alternatives], at: datetime.datetime, detailed: int
) -> Iterable[tuple[str, int, str, int, str]]:
    """Return (number of the term, edition, language, place, details) of each public text that one of *terms* finds, in the order
    of *terms*. The details are the edition's date and its facets, separated by spaces; only the last *detailed* terms read them."""
    date = Coalesce(Cast("edition__date", TextField()), Value(""), output_field=TextField())
    read = Concat(date, Value(" "), "facets", output_field=TextField())
    details = [*(Value("") for _ in terms[detailed:]), *(read for _ in terms[:detailed])]
    branches = [
        SearchEntry.objects.matching(alternatives)
        .filter(in_force(at, "edition__"))
        .order_by()
        # As text, because Django converts each number that it reads from a value.
        .values_list(Value(str(number), TextField()), "edition", "language", "place", detail)
        for number, (alternatives, detail) in enumerate(zip(terms, details, strict=True))
    ]
    return branches[0].union(*branches[1:], all=True)


def _scores(wanted: Sequence[dict[Text, int]], total: int, least: int) -> dict[Text, float]:
    """Return {text: score} of the texts that contain at least *least* terms. *wanted* is {text: best place} for each term."""
    rarity = [math.log(1 + total / max(1, len(editions_of(places)))) for places in wanted]
    weights = [{int(place): WEIGHTS[place] * each for place in Place} for each in rarity]
    if least == len(wanted):
        texts = set(wanted[0]).intersection(*wanted[1:])
    else:
        texts = {text for text, count in Counter(chain.from_iterable(wanted)).items() if count >= least}
    pairs = [*zip(wanted, weights, strict=True)]
    return {text: math.fsum(weight[places[text]] for places, weight in pairs if text in places) for text in texts}


def _counted(details: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return {name: {value: count}} of *details*, each those of one result. Many results have the same ones."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for same, count in Counter(each.partition(" ")[2] for each in details).items():
        for pair in same.split():
            name, _equals, value = pair.partition("=")
            counts[name][value] += count
    return counts


def _total(context: ReadContext) -> int:
    """Return the number of public records. Cached for the epoch."""
    return context.cached(("search", "total"), Edition.objects.public(context.at).order_by().count)
