"""The shared parts of the lists of conferences, photos, documents and the vocabulary."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, TextField
from django.db.models.functions import Cast, Substr
from django.utils.translation import gettext_lazy as _

from ctportal.core import languages
from ctportal.staff.dashboard import DashboardFilter
from ctportal.staff.interface_language import interface_language
from ctportal.staff.label_forms import label_texts
from ctportal.staff.publication_state import PublicationFilter
from ctportal.workflow import roles

STATE_FILTERS: list[Any] = [DashboardFilter, PublicationFilter, "stage"]  # of records that are reviewed


def label(record: Model, name: str) -> str:
    """Return the label *name* of *record* in the interface language or its fallback."""
    return languages.pick(label_texts(record, name), interface_language(), record.original_language)[0]


class YearListFilter(admin.SimpleListFilter):
    title = _("year")
    parameter_name = "year"
    field = "start_date"

    def lookups(self, request, model_admin):
        readable = roles.readable(model_admin.model._default_manager.exclude(**{self.field: None}), request.user)
        # A substring of the date: on SQLite, Django's ExtractYear calls a Python function for every row.
        year = Substr(Cast(self.field, TextField()), 1, 4)
        years = readable.order_by().values_list(year, flat=True).distinct()
        return [(year, year) for year in sorted(years, reverse=True)]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(**{f"{self.field}__year": int(value)}) if value else queryset
