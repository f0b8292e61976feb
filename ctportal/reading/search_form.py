"""The filters of the search page: the parameters of its address, and what is typed as ``kind:press-release``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from ctportal.core import codes
from ctportal.core.countries import COUNTRY_CODES
from ctportal.core.languages import CODES
from ctportal.publishing.models import RecordType
from ctportal.reading.filters import CodeField, CountryField, PageField, RecordField, YearField
from ctportal.reading.queries import Choice
from ctportal.search.parsing import Query

TYPES = tuple(RecordType.values)
KINDS = (*TYPES, *codes.DocumentKind.values, *codes.ConferenceKind.values)


class SearchForm(forms.Form):
    """Its fields have the names and take the values of the filters of lists. *at* is the instant of the request."""

    kind = CodeField(choices=KINDS)
    year = YearField()
    language = CodeField(choices=CODES)
    country = CountryField(choices=COUNTRY_CODES)
    series = RecordField(RecordType.SERIES)
    theme = RecordField(RecordType.THEME)
    person = RecordField(RecordType.PERSON)
    page = PageField()

    def __init__(self, data: Mapping[str, str], at: datetime) -> None:
        super().__init__(data)
        for field in self.fields.values():
            if isinstance(field, RecordField):
                field.at = at

    @property
    def chosen(self) -> dict[str, Any]:
        """{name: cleaned value} of the filters in use: a code or a Choice."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None and name != "page"}

    @property
    def facets(self) -> list[list[str]]:
        """The filters in use as ``search()`` takes them."""
        return [_facets(name, value) for name, value in self.chosen.items()]


def _facets(name: str, value: Any) -> list[str]:
    if isinstance(value, Choice):
        return [f"{name}={uid}" for uid in value.values]
    return [f"type={value}" if name == "kind" and value in TYPES else f"{name}={value}"]


def typed_filters(query: Query) -> dict[str, str]:
    """Return {name: value} of what is typed as a filter, the last of each name, in the case that codes have."""
    typed = {name: value if name == "country" else value.lower().replace("_", "-") for name, value in query.filters}
    return typed | {"country": typed["country"].upper()} if "country" in typed else typed
