"""Form fields and widgets of the admin: native inputs for dates and times, autocomplete boxes."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget, AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ctportal.publishing.base_models import is_key
from ctportal.publishing.text_fields import LineFormField
from ctportal.workflow import redaction

DATE_INPUT = forms.DateInput({"type": "date", "class": "vNativeDate"}, "%Y-%m-%d")
TIME_INPUT = forms.TimeInput({"type": "time", "class": "vNativeTime"}, "%H:%M")
INSTANT_INPUT = forms.DateTimeInput({"type": "datetime-local", "class": "vNativeInstant"}, "%Y-%m-%dT%H:%M")
NATIVE_WIDGETS: dict[Any, dict[str, Any]] = {
    models.DateField: {"widget": DATE_INPUT},
    models.TimeField: {"widget": TIME_INPUT},
    models.URLField: {"assume_scheme": "https"},
}


class LocalDateTimeField(forms.Field):
    """A date and time without time zone, to the minute; ``local_to_instant`` converts it to an instant."""

    widget = INSTANT_INPUT
    default_error_messages = {
        "invalid": _("“%(value)s” is not a valid date and time. Use the format 2019-09-03 10:00."),
        "year": _("%(value)s: the year must be between 1945 and 2100."),
    }
    # A date without time or a time with an offset is rejected: either could mean another instant than was typed.
    FORM = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", re.ASCII)

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, datetime):
            return value or None
        text = str(value).strip()
        try:
            local = datetime.fromisoformat(text) if self.FORM.fullmatch(text) else None
        except ValueError:
            local = None
        error = "invalid" if local is None else "" if 1945 <= local.year <= 2100 else "year"
        if error:
            raise ValidationError(self.error_messages[error], code=error, params={"value": text[:40]})
        return local.replace(second=0, microsecond=0)


class OptionalLine(LineFormField):
    """An optional line of text."""

    widget = AdminTextInputWidget

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)


class KnowsNames:
    """Mixin of Django's autocomplete widgets, which query the selected objects of every row. This one queries only
    those not in ``known``, and ignores values that cannot be a primary key; the field rejects these.
    """

    known: dict = {}  # {key as text: name}

    def optgroups(self, name, value, attr=None):
        chosen = [str(key) for key in value if is_key(str(key))]
        known = [self.create_option(name, key, self.known[key], True, 0) for key in chosen if key in self.known]
        if len(known) < len(chosen):
            ((group, options, index),) = super().optgroups(name, [k for k in chosen if k not in self.known], attr)
            return [(group, [*options, *known], index)]
        has_empty = not (self.is_required or self.allow_multiple_selected)
        empty = [self.create_option(name, "", "", False, 0)] if has_empty else []
        return [(None, [*empty, *known], 0)]


class Autocomplete(KnowsNames, AutocompleteSelect):
    pass


class AutocompleteMultiple(KnowsNames, AutocompleteSelectMultiple):
    """A widget without the button that clears all choices: it breaks the list for screen readers."""

    def build_attrs(self, base_attrs, extra_attrs=None):
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}


# Fields that refer to other records. A record the user may not view can stay selected, but cannot be chosen.


class RecordChoice(forms.ModelChoiceField):
    stays: dict = {}  # {key as text: Redacted}

    def clean(self, value):
        """Return the chosen record, or the Redacted that was selected before."""
        return self.stays.get(str(value)) or super().clean(value)


class RecordChoices(forms.ModelMultipleChoiceField):
    stays: dict = {}  # as above

    def clean(self, value):
        """Return the chosen records, and the keys of the redacted ones that were selected before."""
        # Django queries all of them at once, and SQLite rejects integers that are too large.
        for key in value or ():
            if not is_key(str(key)):
                text = self.error_messages["invalid_pk_value"]
                raise ValidationError(text, code="invalid_pk_value", params={"pk": str(key)[:40]})
        if not self.stays:
            return super().clean(value)
        stay = [key for key in value if key in self.stays]
        return [*super().clean([key for key in value if key not in self.stays]), *(self.stays[key].pk for key in stay)]


class AutocompleteFields:
    """Mixin of admins and inlines: own widgets for ``autocomplete_fields``, limited to records the user may choose."""

    def get_field_queryset(self, db, db_field, request):
        queryset = super().get_field_queryset(db, db_field, request)
        if request.user.has_perm("publishing.read_all_drafts"):
            return queryset
        model = db_field.remote_field.model
        return redaction.known(model._default_manager.all() if queryset is None else queryset, request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Autocomplete(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **{"form_class": RecordChoice, **kwargs})

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", AutocompleteMultiple(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_manytomany(db_field, request, **{"form_class": RecordChoices, **kwargs})
