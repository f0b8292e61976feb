"""Validation of the API's query parameters. It is stricter than that of pages and reports all errors at once."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from ctportal.core.languages import CODES
from ctportal.reading.filters import FILTERSETS, CodeField, EditionFilterSet, StrictField, shown

from .problems import Problem

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100


class PageSizeField(StrictField):
    def read(self, value: str) -> int:
        if not (value.isascii() and value.isdigit() and len(value) <= 3 and 1 <= int(value) <= MAX_PAGE_SIZE):
            raise ValidationError(
                f"“{shown(value)}” is not a valid page size. Use a number from 1 to {MAX_PAGE_SIZE}.",
                code="invalid_page_size",
            )
        return int(value)


# Parameters other than filters.
FIELDS = {"page_size": PageSizeField(required=False), "lang": CodeField(CODES, required=False)}

Errors = list[tuple[str, str, str]]  # parameter, code, detail


class StrictFilterBackend(BaseFilterBackend):
    """Filters a list with the filter set of its record type. Raises a Problem for invalid or unknown parameters."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        filters = FILTERSETS[view.record_type](request.query_params, queryset, request=request)
        check(request.query_params, *FIELDS, filters=filters)
        return filters.qs


def check(query: QueryDict, *own: str, filters: EditionFilterSet | None = None) -> None:
    """Raise the Problem bad-parameters if a parameter is unknown, repeated or invalid.

    The known parameters are *own* (keys of FIELDS) and those of *filters*.
    """
    errors: Errors = []
    for name in own:
        try:
            FIELDS[name].clean(query.get(name))
        except ValidationError as error:
            errors += _told(name, [error])
    known, unknown = set(own), sorted(query)
    if filters is not None:
        known, unknown = known | set(filters.filters), filters.unknown_parameters
        errors += [each for name, found in filters.errors.as_data().items() for each in _told(name, found)]
    errors += _repeated(query)
    errors += _unknown([name for name in unknown if name not in own], sorted(known))
    if errors:
        listed = [{"parameter": name, "code": code, "detail": detail} for name, code, detail in errors]
        names = ", ".join(dict.fromkeys(name for name, _code, _detail in errors))
        raise Problem("bad-parameters", f"Not understood: {names}.", errors=listed)


def _told(name: str, errors: Iterable[Any]) -> Errors:
    return [
        (name, single.code or "invalid", " ".join(single.messages)) for error in errors for single in error.error_list
    ]


def _repeated(query: QueryDict) -> Errors:
    return [(name, "repeated", "Given more than once.") for name in query if len(query.getlist(name)) > 1]


def _unknown(names: Iterable[str], known: Iterable[str]) -> Errors:
    listed = ", ".join(known)
    if not listed:
        return [(shown(name), "unknown_parameter", "This address has no parameters.") for name in names]
    return [
        (shown(n), "unknown_parameter", f"“{shown(n)}” is not a known parameter. Known parameters: {listed}.")
        for n in names
    ]
