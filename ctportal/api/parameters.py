"""Query parameters of the API: strict where pages are lenient. All that is wrong is told at once."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from ctportal.core.languages import CODES
from ctportal.reading.filters import FILTERSETS, CodeField, StrictField, shown

from .problems import Problem

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100


class PageSizeField(StrictField):
    def read(self, value: str) -> int:
        if not (value.isascii() and value.isdigit() and len(value) <= 3 and 1 <= int(value) <= MAX_PAGE_SIZE):
            raise ValidationError(
                f"“{shown(value)}” is no page size. Use a number from 1 to {MAX_PAGE_SIZE}.", code="invalid_page_size"
            )
        return int(value)


# Parameters beside the filters.
FIELDS = {"page_size": PageSizeField(required=False), "lang": CodeField(CODES, required=False)}

Errors = list[tuple[str, str, str]]  # parameter, code, detail


class StrictFilterBackend(BaseFilterBackend):
    """Filters a list by the filter set of its type of record, and refuses whatever that does not understand."""

    def filter_queryset(self, request: Request, queryset: Any, view: APIView) -> Any:
        filters = FILTERSETS[view.record_type](request.query_params, queryset, request=request)
        refuse_errors(
            [
                *own_errors(request.query_params, FIELDS),
                *(each for name, found in filters.errors.as_data().items() for each in _told(name, found)),
                *_repeated(request.query_params),
                *_unknown(
                    [name for name in filters.unknown_parameters if name not in FIELDS],
                    sorted({*filters.filters, *FIELDS}),
                ),
            ]
        )
        return filters.qs


def check(query: QueryDict, *known: str) -> None:
    """Refuse any other parameter than those *known* (of FIELDS), and values of these that cannot be right."""
    unknown = sorted(set(query) - set(known))
    refuse_errors([*own_errors(query, known), *_repeated(query), *_unknown(unknown, known)])


def refuse_errors(errors: Errors) -> None:
    """Raise the Problem bad-parameters where there are *errors*."""
    if errors:
        listed = [{"parameter": name, "code": code, "detail": detail} for name, code, detail in errors]
        names = ", ".join(dict.fromkeys(name for name, _code, _detail in errors))
        raise Problem("bad-parameters", f"Not understood: {names}.", errors=listed)


def own_errors(query: QueryDict, names: Iterable[str]) -> Errors:
    errors: Errors = []
    for name in names:
        try:
            FIELDS[name].clean(query.get(name))
        except ValidationError as error:
            errors += _told(name, [error])
    return errors


def _told(name: str, errors: Iterable[Any]) -> Errors:
    return [
        (name, single.code or "invalid", " ".join(single.messages)) for error in errors for single in error.error_list
    ]


def _repeated(query: QueryDict) -> Errors:
    return [(name, "repeated", "Given more than once.") for name in query if len(query.getlist(name)) > 1]


def _unknown(names: Iterable[str], known: Iterable[str]) -> Errors:
    listed = ", ".join(known)
    if not listed:
        return [(shown(name), "unknown_parameter", "No parameters are known here.") for name in names]
    return [(shown(n), "unknown_parameter", f"“{shown(n)}” is no parameter here. Known: {listed}.") for n in names]
