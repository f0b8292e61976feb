"""Validation of the API's query parameters. It is stricter than that of pages and reports all errors at once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from ctportal.core.languages import CODES
from ctportal.reading.filters import FILTERSETS, CodeField, EditionFilterSet, StrictField, refuse, shown

from .problems import Problem

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100


class PageSizeField(StrictField):
    def read(self, value: str) -> int:
        if not (value.isascii() and value.isdigit() and len(value) <= 3 and 1 <= int(value) <= MAX_PAGE_SIZE):
            message = f"“%(value)s” is not a valid page size. Use a number from 1 to {MAX_PAGE_SIZE}."
            refuse(value, message, "invalid_page_size")
        return int(value)


# Parameters other than filters.
FIELDS = {"page_size": PageSizeField(required=False), "lang": CodeField(CODES, required=False)}


class StrictFilterBackend(BaseFilterBackend):
    """Filters a list with the filter set of its record type. Raises a Problem for invalid or unknown parameters."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        filters = FILTERSETS[view.record_type](request.query_params, queryset, request=request)
        check(request.query_params, *FIELDS, filters=filters)
        return filters.qs


def check(query: QueryDict, *own: str, filters: EditionFilterSet | None = None) -> None:
    """Raise the Problem bad-parameters if a parameter is unknown, repeated, empty or invalid.

    The known parameters are *own* (keys of FIELDS) and those of *filters*.
    """
    invalid: dict[str, list[ValidationError]] = {}
    for name in own:
        try:
            FIELDS[name].clean(query.get(name))
        except ValidationError as error:
            invalid[name] = error.error_list
    known = set(own)
    if filters is not None:
        invalid |= filters.errors.as_data()
        known |= set(filters.filters)
    errors = [_error(name, each.code, each.messages[0]) for name, found in invalid.items() for each in found]
    for name in query:
        if len(query.getlist(name)) > 1:
            errors.append(_error(name, "repeated", "Given more than once."))
        elif name in known and not query[name]:
            errors.append(_error(name, "empty", "Given without a value. Leave it out, or say what to look for."))
    for name in sorted(set(query) - known):
        detail = f"“{shown(name)}” is not a known parameter. Known parameters: {', '.join(sorted(known))}."
        errors.append(_error(shown(name), "unknown_parameter", detail if known else "This address has no parameters."))
    if errors:
        names = ", ".join(dict.fromkeys(str(error["parameter"]) for error in errors))
        raise Problem("bad-parameters", f"Not understood: {names}.", errors=errors)


def _error(name: str, code: str | None, detail: str) -> dict[str, str | None]:
    return {"parameter": name, "code": code, "detail": detail}
