"""The conferences of a series compared: their official figures by measure, as a table of the page and as CSV."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ctportal.core import codes
from ctportal.core.countries import place_name
from ctportal.core.dates import iso_date
from ctportal.publishing.models import EditionQuerySet
from ctportal.reading.queries import document_counts, naming
from ctportal.web import cards
from ctportal.web.labels import label
from ctportal.web.text import number

from .pages import amount

COMPARED = 50  # conferences in the table of a page; the CSV has all


def official_figures(data: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return {measure: official figures} of the conference with the public JSON *data*; what took place before what was expected."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in sorted(data["figures"], key=lambda entry: entry["expectation"] == "expected"):
        if entry["official"]:
            found.setdefault(entry["measure"], []).append(entry)
    return found


def measures_of(figures: Iterable[dict[str, Any]]) -> list[str]:
    """Return the measures that any of *figures* has, in the order of the codes; those without a code come last."""
    found = {measure for each in figures for measure in each}
    return [*(code for code in codes.Measure.values if code in found), *sorted(found.difference(codes.Measure.values))]


def conferences_of(uids: Sequence[str], at: datetime) -> EditionQuerySet:
    """Return the public conferences of the series that editions refer to by *uids*, first to last, with cards and JSON."""
    return naming("series", uids, "conference", at).order_by("date", "slug", "uid")


def comparison(uids: Sequence[str], at: datetime, language: str) -> dict[str, Any]:
    """Return the table of the first conferences of a series: names of ``measures``, and ``rows``. Two queries.

    *uids* are those by which editions may refer to the series, its own first. ``limit`` is the number of rows if there are more
    conferences, else "".
    """
    found = list(conferences_of(uids, at)[: COMPARED + 1])
    editions, series = found[:COMPARED], uids[0]
    documents = document_counts([each.uid for each in editions], at)
    figures = {each.pk: official_figures(each.data) for each in editions}
    measures = measures_of(figures.values())
    return {
        "limit": number(COMPARED, language) if len(found) > COMPARED else "",
        "measures": [label(codes.Measure, code) for code in measures],
        "rows": [
            cards.conference_row(each, at, language, series)
            | {
                "short_title": cards.short_title(each.card_data, language),
                "cells": [
                    [
                        amount(entry, language) | {"expected": entry["expectation"] == "expected"}
                        for entry in figures[each.pk].get(code, ())
                    ]
                    for code in measures
                ],
                "documents": documents.get(each.uid, 0),
            }
            for each in editions
        ],
    }


def columns_and_rows(
    uids: Sequence[str], at: datetime, language: str, root: str
) -> tuple[list[str], Iterator[list[object]]]:
    """Return the columns and the rows of the CSV of all conferences of the series that editions refer to by *uids*, its own
    first. Two queries.

    Dates are in ISO 8601, to their precision, and figures are plain numbers; what qualifies them stands in a column of its own.
    *root* is the address of the site.
    """
    editions, series = list(conferences_of(uids, at)), uids[0]
    documents = document_counts([each.uid for each in editions], at)
    figures = {each.pk: official_figures(each.data) for each in editions}
    measures = measures_of(figures.values())
    columns = [_("Number"), _("Conference"), capfirst(_("first day")), capfirst(_("last day")), _("Place")]
    for code in measures:
        columns += [label(codes.Measure, code), f"{label(codes.Measure, code)}: {_('qualifier')}"]
    columns += [_("Documents"), _("Address")]

    def rows() -> Iterator[list[object]]:
        for each in editions:
            shown, data = cards.conference_row(each, at, language, series), each.data
            ordinal = next((entry["ordinal"] for entry in data["series"] if entry["uid"] == series), None)
            days = [iso_date(data[name], data["date_precision"]) for name in ("start_date", "end_date")]
            row = [ordinal, shown["title"], *days, place_name(str(shown["city"]), shown["country"], language)]
            for code in measures:
                entries = figures[each.pk].get(code, ())
                row.append("; ".join(str(entry["value"]) for entry in entries if entry["value"] is not None))
                row.append("; ".join(filter(None, (_qualifier(entry, language) for entry in entries))))
            yield [*row, documents.get(each.uid, 0), root + shown["address"]]

    return columns, rows()


def _qualifier(entry: dict[str, Any], language: str) -> str:
    """Return what qualifies the number of a figure, in words: "expected, about"; all of it where there is no number."""
    found = amount(entry, language)
    words = str(found["words"] if "words" in found else found["qualifier"])
    return ", ".join(filter(None, [_("expected") if entry["expectation"] == "expected" else "", words]))
