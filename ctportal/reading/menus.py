"""Menus of filters: how many public records there are for each year, country, series and so on.

All counts begin with ``public(at)``, or subtract what is hidden.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Count

from ctportal.core.types import JsonObject, TextByLanguage
from ctportal.publishing.models import Edition, Facet

from .context import ReadContext

if TYPE_CHECKING:
    from .filters import EditionFilterSet


class Option(NamedTuple):
    """One entry of a filter menu. *value* is the query parameter's value; *card* holds what names the record, it is None
    for codes."""

    value: str
    total: int
    card: JsonObject | None

    @property
    def names(self) -> TextByLanguage | None:
        return self.card["name"] if self.card else None


MENUS = ("year", "country", "region", "series", "theme", "kind", "language", "status", "format")
# Facets whose values are the uids of records.
_RECORDS = ("series", "theme", "conference", "person", "organization")
# A menu lists at most so many records: those with the most results.
MOST_RECORDS = 200
# The fields of a card that name a record.
_NAMING = ("name", "title", "short_title", "city", "country", "start_date", "original_language")


def options(
    record_type: str,
    context: ReadContext,
    names: Sequence[str] = MENUS,
    filters: EditionFilterSet | None = None,
) -> dict[str, list[Option]]:
    """Return {facet: [Option]} for the facets *names*, with the counts of public records of *record_type*.

    With *filters*, a valid filter set, only records that match these are counted; for the menu of a chosen filter, those
    that match the others. Two queries. Without, the result is cached for the epoch. Each name costs time, because all
    its facets are counted.
    """
    if filters is not None and filters.chosen:
        kept = _options(_matching_counts(filters, names), context.at, names)
    else:
        kept = context.cached(
            ("options", record_type, *names),
            lambda: _options(_facet_counts(record_type, context.at, names), context.at, names),
        )
    return {name: [Option(*entry) for entry in entries] for name, entries in kept.items()}


def _matching_counts(filters: EditionFilterSet, names: Sequence[str]) -> Iterable[tuple[str, str, int]]:
    """Return (facet, value, number of public records that match the other chosen filters). One query."""
    chosen = [name for name in names if name in filters.chosen]
    free = [name for name in names if name not in chosen]
    groups = [("", free), *((name, [name]) for name in chosen)]
    counted = [
        filters.others_than(own)
        .filter(facets__name__in=among)
        .order_by()
        .values_list("facets__name", "facets__value")
        .annotate(n=Count("pk"))
        for own, among in groups
        if among
    ]
    return counted[0].union(*counted[1:], all=True) if len(counted) > 1 else counted[0]


def _facet_counts(record_type: str, at: datetime, names: Sequence[str]) -> Iterable[tuple[str, str, int]]:
    """Return (facet, value, number of public records) for the facets *names*. One query.

    All facets are counted on their index, and those of editions that are not public are subtracted: checking for each
    facet whether its edition is public takes ten times as long. It is one statement, so that nothing is published in
    between.
    """
    hidden = Edition.objects.of(record_type).hidden(at).order_by()
    in_all = Facet.objects.filter(type=record_type, name__in=names)
    of_hidden = Facet.objects.filter(edition__in=hidden, name__in=names)
    counted = [
        facets.order_by().values_list("name", "value").annotate(n=n)
        for facets, n in ((in_all, Count("pk")), (of_hidden, -Count("pk")))
    ]
    counts: Counter[tuple[str, str]] = Counter()
    for name, value, n in counted[0].union(counted[1], all=True):
        counts[name, value] += n
    return ((name, value, n) for (name, value), n in counts.items() if n)


def _options(counts: Iterable[tuple[str, str, int]], at: datetime, names: Sequence[str]) -> dict[str, list[Option]]:
    menus: dict[str, list[Option]] = {name: [] for name in names}
    records: dict[str, list[tuple[int, str]]] = {name: [] for name in names if name in _RECORDS}
    for name, value, n in counts:
        if name in records:
            records[name].append((-n, value))
        else:
            menus[name].append(Option(value, n, None))
    shown = {name: sorted(entries)[:MOST_RECORDS] for name, entries in records.items()}
    uids = [UUID(value) for entries in shown.values() for _n, value in entries]
    labels = (
        {
            (edition_type, str(uid)): (slug, {key: found for key, found in json.loads(card).items() if key in _NAMING})
            for edition_type, uid, slug, card in Edition.objects.public(at)
            .filter(uid__in=uids)
            .order_by()
            .values_list("type", "uid", "slug", "card")
        }
        if uids
        else {}
    )
    for name, found in shown.items():
        for n, value in found:
            if (name, value) in labels:
                slug, card = labels[name, value]
                menus[name].append(Option(slug, -n, card))
    for name, entries in menus.items():
        entries.sort(key=lambda option: option.value, reverse=name == "year")
    return menus
