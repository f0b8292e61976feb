"""The row of a record's text in one language, as forms show and check it."""

from collections.abc import Collection, Iterable

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, URLField
from django_prose_editor.fields import ProseEditorField
from django_prose_editor.widgets import AdminProseEditorWidget


def text_widget(field: Field) -> forms.Widget:
    """Return the admin's widget for the text that *field* holds."""
    if field.get_internal_type() == "TextField":
        return AdminTextareaWidget({"rows": 3})
    return AdminTextInputWidget()


def text_form_fields(model: type[Model], names: Iterable[str]) -> dict[str, forms.Field]:
    """Return form fields for the text fields *names* of the row *model*, none of them required."""
    fields = {}
    for name in names:
        field = model._meta.get_field(name)
        if isinstance(field, ProseEditorField):
            fields[name] = field.formfield(widget=AdminProseEditorWidget)
        elif field.choices:
            fields[name] = field.formfield()
        elif isinstance(field, URLField):
            widget = forms.URLInput({"class": "vURLField vTextField"})
            fields[name] = field.formfield(assume_scheme="https", widget=widget)
        else:
            fields[name] = field.formfield(widget=text_widget(field))
        fields[name].required = False
    return fields


def clean_row(form: forms.BaseForm, row: Model, names: Collection[str]) -> None:
    """Clean the fields *names* of *row* as its model does; show in *form* what is wrong where nothing else is."""
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - set(names))
    except ValidationError as error:
        for name, messages in error.error_dict.items():
            if name not in form.errors:
                form.add_error(name, messages)
