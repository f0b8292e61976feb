"""Inlines: the rows of a record in its form, such as the sessions of a conference."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.forms.models import BaseInlineFormSet
from django.utils.text import capfirst

from ctportal.publishing.drafts import delete_rows
from ctportal.staff import stale_save
from ctportal.staff.fields import NATIVE_WIDGETS, AutocompleteFields
from ctportal.staff.label_forms import LabelForm, language_of
from ctportal.workflow.redaction import redact


class InlineFormSet(BaseInlineFormSet):
    """Rows whose labels are in the original language of their record. The record's form may just have changed it.

    The record's form sets ``instance.moved_from`` if the labels move to the new language, and ``written_in`` if they
    stay in the old one.
    """

    user = None  # for redaction
    shown: Any = None  # the rows, once read
    conflicts: Sequence[stale_save.Conflict] = ()
    gone: Sequence[int] = ()  # indexes of rows that were deleted since the page was opened

    def __init__(self, data=None, files=None, instance=None, save_as_new=False, prefix=None, queryset=None, **kwargs):
        if data is not None and instance is not None and instance.pk:
            data = self._without_deleted_rows(data, instance, prefix or self.get_default_prefix())
        super().__init__(data, files, instance, save_as_new, prefix, queryset, **kwargs)

    def get_queryset(self):
        rows = super().get_queryset()  # Django caches it
        if rows is not self.shown:
            self.shown = redact(rows, self.user)
        return self.shown

    def _without_deleted_rows(self, data, instance, prefix):
        rows = self.model._default_manager.filter(**{self.fk.name: instance})
        data, gone = stale_save.move_deleted_rows_last(
            data, prefix, {str(pk) for pk in rows.values_list("pk", flat=True)}
        )
        asked = re.compile(rf"{re.escape(prefix)}-(\d{{1,5}})-{stale_save.GONE}")
        self.gone = sorted({*gone, *(int(m[1]) for name in data.getlist("asked") if (m := asked.fullmatch(name)))})
        for number in self.gone:
            if data.get(f"choose-{prefix}-{number}-{stale_save.GONE}") == stale_save.THEIRS:
                data = data.copy()
                data[f"{prefix}-{number}-DELETE"] = "on"
        return data

    def clean(self):
        if self.instance.pk:
            heading = capfirst(str(self.model._meta.verbose_name_plural))
            self.conflicts = list(stale_save.conflicts_of_rows(self, heading))
        super().clean()
        if self.conflicts:
            raise stale_save.refusal()

    def delete_existing(self, obj, commit=True):
        if commit:
            delete_rows(self.model._base_manager.filter(pk=obj.pk))

    @property
    def language(self):
        return getattr(self.instance, "written_in", "") or language_of(self.instance)

    def get_form_kwargs(self, index):
        opened_in = getattr(self.instance, "moved_from", "") or self.language
        return super().get_form_kwargs(index) | {"language": self.language, "opened_in": opened_in}

    @cached_property
    def empty_form(self):
        """The row that scripts copy. Cached: rendering a page uses it four times."""
        return super().empty_form


class LabelTabularInline(AutocompleteFields, admin.TabularInline):
    """An inline without empty extra rows, with labels in the original language of the record."""

    form = LabelForm
    formset = InlineFormSet
    extra = 0
    formfield_overrides = NATIVE_WIDGETS

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.user = request.user
        return formset

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "order":
            field.widget.attrs["class"] = "vOrder"
        return field
