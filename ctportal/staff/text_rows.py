"""The row of a record's text in one language, in forms."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, URLField
from django_prose_editor.fields import ProseEditorField
from django_prose_editor.widgets import AdminProseEditorWidget

from ctportal.publishing.base_models import LanguagePlan


def text_widget(field: Field) -> forms.Widget:
    """Return the admin's widget for the text that *field* holds."""
    if field.get_internal_type() == "TextField":
        return AdminTextareaWidget({"rows": 3})
    return AdminTextInputWidget()


def text_form_fields(model: type[Model], names: Iterable[str]) -> dict[str, forms.Field]:
    """Return form fields for the text fields *names* of the row *model*, none of them required."""
    return forms.fields_for_model(model, names, formfield_callback=_form_field)


def _form_field(field: Field, **options: Any) -> forms.Field | None:
    if isinstance(field, ProseEditorField):
        options |= {"widget": AdminProseEditorWidget}
    elif isinstance(field, URLField):
        options |= {"assume_scheme": "https", "widget": forms.URLInput({"class": "vURLField vTextField"})}
    elif not field.choices:
        options |= {"widget": text_widget(field)}
    form_field = field.formfield(**options)
    form_field.required = False
    return form_field


def text_row(record: Model, relation: str, language: str, **values: Any) -> Model:
    """Return the row of *record* in *language*, or a new one with *values*. *relation* is the name of its rows."""
    rows = record._meta.get_field(relation)
    if record.pk:
        # Reads all rows: pages show the record's languages from the same query.
        for row in getattr(record, relation).all():
            if row.language == language:
                return row
    return rows.related_model(**{rows.field.name: record, "language": language, **values})


class TextRowForm:
    """Mixin of forms that show ``text_fields`` of ``text_row``, the row of a record's text in one language.

    ``text_rows`` names the relation of the record to its rows. The row is None for records that have none.
    """

    text_rows = ""
    text_fields: Sequence[str] = ()
    text_row: Any = None

    def clean_text(self) -> None:
        """Set the typed values on the row and validate it. A choice that was not posted stays unchanged."""
        for name in self.text_fields:
            value = self.cleaned_data.get(name)
            if value or (name in self.cleaned_data and not self._is_choice(name)):
                setattr(self.text_row, name, value)
        if not self.has_text:
            return
        try:
            self.text_row.clean_fields(
                exclude={field.name for field in self.text_row._meta.fields} - {*self.text_fields}
            )
        except ValidationError as error:
            for name, messages in error.error_dict.items():
                if name not in self.errors:
                    self.add_error(name, messages)

    @property
    def has_text(self) -> bool:
        """Whether there is a row to save: one that exists, or a new one with text, a file, a ticked box or a plan."""
        row = self.text_row
        return bool(row.pk or row.ready or row.plan != LanguagePlan.OPEN or self.is_written)

    @property
    def is_written(self) -> bool:
        """Whether the row has a text or a file."""
        row = self.text_row
        typed = any(getattr(row, name) for name in self.text_fields if not self._is_choice(name))
        return typed or bool(getattr(row, "file_id", None))

    def _is_choice(self, name: str) -> bool:
        """Return whether the text field *name* is a choice, which always has a value."""
        return bool(self.text_row._meta.get_field(name).choices)
