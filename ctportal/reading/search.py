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
from typing import NamedTuple, TypeAlias

from django.db.models import TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from ctportal.publishing.models import Edition, in_force
from ctportal.reading.context import ReadContext
from ctportal.search.fields import Alternatives
from ctportal.search.models import Place, SearchEntry
from ctportal.search.parsing import Query

WEIGHTS = {Place.SYMBOL: 8.0, Place.TITLE: 5.0, Place.HEADING: 3.0, Place.TEXT: 2.0, Place.FILE: 1.0}
MOST_COUNTED = 1000  # beyond it, answers say "more than"

Text: TypeAlias = tuple[int, str]  # primary key of an edition, and a language


class Hit(NamedTuple):
    """One result: the edition, the language in which it matches best, and whether its symbol or title is what was typed."""

    edition: int
    language: str
    is_exact: bool


@dataclass(frozen=True)
class Results:
    """All results in order. *facets* is {name: {value: number of results}}."""

    hits: Sequence[Hit] = ()
    facets: dict[str, dict[str, int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.hits)


def search(query: Query, context: ReadContext, language: str, filters: Iterable[Sequence[str]] = ()) -> Results:
    """Return the Results of *query* for a reader of *language*. Each of *filters* is a sequence of facets, name=value, of which
    a result has at least one. Two queries, one where the number of public records is cached."""
    if not query.terms:
        return Results()
    terms = [*query.excluded, *query.terms]
    places: list[dict[Text, int]] = [{} for _ in range(len(terms) + 1)]
    details: dict[int, str] = {}
    for number, edition, of_language, place, detail in _rows(
        [[[query.whole]], *(each.alternatives for each in terms)], context.at
    ):
        text, found = (edition, of_language), places[int(number)]
        if place < found.get(text, math.inf):
            found[text] = place
        if detail:
            details[edition] = detail
    exact, wanted = editions_of(places[0]), places[1 + len(query.excluded) :]
    excluded = set().union(*map(editions_of, places[1 : 1 + len(query.excluded)]))
    best: dict[int, tuple[bool, float, str]] = {}
    for (edition, of_language), score in _scores(wanted, _total(context)).items():
        rank = (of_language == language, score, of_language)
        if edition not in excluded and (edition not in best or rank > best[edition]):
            best[edition] = rank
    for values in filters:
        best = {edition: rank for edition, rank in best.items() if not {*values}.isdisjoint(details[edition].split())}
    in_order = sorted(sorted(best), key=lambda edition: details[edition].partition(" ")[0], reverse=True)
    in_order.sort(key=lambda edition: (edition in exact, *best[edition][:2]), reverse=True)
    hits = [Hit(edition, best[edition][2], edition in exact) for edition in in_order]
    return Results(hits, _counted(details[edition] for edition in best))


def editions_of(texts: Iterable[Text]) -> set[int]:
    return {edition for edition, _language in texts}


def _rows(terms: Sequence[Alternatives], at: datetime.datetime) -> Iterable[tuple[str, int, str, int, str]]:
    """Return (number of the term, edition, language, place, details) of each public text that one of *terms* finds, in the order
    of *terms*. The details are the edition's date and its facets, separated by spaces; only the last term reads them."""
    date = Coalesce(Cast("edition__date", TextField()), Value(""), output_field=TextField())
    details = [*(Value("") for _ in terms[1:]), Concat(date, Value(" "), "facets", output_field=TextField())]
    branches = [
        SearchEntry.objects.matching(alternatives)
        .filter(in_force(at, "edition__"))
        .order_by()
        # As text, because Django converts each number that it reads from a value.
        .values_list(Value(str(number), TextField()), "edition", "language", "place", detail)
        for number, (alternatives, detail) in enumerate(zip(terms, details, strict=True))
    ]
    return branches[0].union(*branches[1:], all=True)


def _scores(wanted: Sequence[dict[Text, int]], total: int) -> dict[Text, float]:
    """Return {text: score} of the texts that contain all terms. *wanted* is {text: best place} for each term."""
    rarity = [math.log(1 + total / max(1, len(editions_of(places)))) for places in wanted]
    weights = [{int(place): WEIGHTS[place] * each for place in Place} for each in rarity]
    texts = set(wanted[0]).intersection(*wanted[1:])
    return {
        text: math.fsum(weight[places[text]] for places, weight in zip(wanted, weights, strict=True)) for text in texts
    }


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
