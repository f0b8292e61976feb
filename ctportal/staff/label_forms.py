"""Short labels, which have one column per language, and the form that writes them.

A form shows a label once, under its plain name. It reads and writes the column of the form's own language, never
that of the interface language.
"""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from ctportal.core import languages
from ctportal.publishing.base_models import label_names
from ctportal.staff import stale_save
from ctportal.staff.fields import KnowsNames
from ctportal.workflow.redaction import Redacted, reveal


def labels_of(model):
    """Return the names of the fields of *model* that have one column per language, in the model's order."""
    names = label_names(model)
    return tuple(field.name for field in model._meta.fields if field.name in names)


def language_of(record):
    """Return the original language of *record* or, for a part such as a session, of its conference."""
    if hasattr(record, "original_language"):
        return record.original_language
    return record.conference.original_language if record.conference_id else languages.DEFAULT


def label_texts(record, name):
    """Return {language: text} of the label *name*, without empty texts."""
    texts = ((code, getattr(record, f"{name}_{code}")) for code in languages.CODES)
    return {code: text for code, text in texts if text}


class LabelForm(stale_save.ComparedForm, forms.ModelForm):
    """A model form with the labels in one *language*, by default the record's original language."""

    # {name of a constraint: field that shows its violation}
    constraint_fields: dict[str, str] = {}

    def __init__(self, *args, language=None, opened_in=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.given_language = language
        # The language when the form was opened. The editor may have changed it since.
        self.opened_in = opened_in or language or language_of(self.instance)
        if self.instance.pk:
            for name in self.labels:
                self.initial[name] = getattr(self.instance, f"{name}_{self.opened_in}") or ""

        self._hand_over_related()

    def _hand_over_related(self):
        """Give loaded related objects to the autocomplete widgets, to save queries, and redacted ones to the fields."""
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnowsNames):
                related = {str(each.pk): each for each in self._related(name)}
                widget.known = {key: str(each) for key, each in related.items()}
                field.stays = {key: each for key, each in related.items() if isinstance(each, Redacted)}

    def _related(self, name: str) -> list:
        """Return the related objects of *name* that are already loaded."""
        relation = self._meta.model._meta.get_field(name)
        if relation.many_to_many:
            return self.initial.get(name, []) if self.instance.pk else []
        one = relation.get_cached_value(self.instance, default=None)
        return [] if one is None else [one]

    @property
    def labels(self):
        return [name for name in labels_of(self._meta.model) if name in self.fields]

    @property
    def language(self):
        """The language of the labels; if the form has a field for it, the one just chosen."""
        return self.given_language or language_of(self.instance)

    @property
    def moves(self):
        """Whether the labels move to another language because the record's original language was changed."""
        return bool(self.instance.pk) and self.language != self.opened_in

    def has_changed(self):
        return super().has_changed() or (self.moves and bool(self.labels))

    def _post_clean(self):
        # Django writes each label to the column of the active language; restore these and write the right one.
        columns = [f"{name}_{code}" for name in self.labels for code in languages.CODES]
        before = {column: getattr(self.instance, column) for column in columns}
        stay = {name: value for name, value in self.cleaned_data.items() if isinstance(value, Redacted)}
        for name in stay:
            del self.cleaned_data[name]  # unchanged
        reveal([self.instance], self.cleaned_data)  # values being replaced
        super()._post_clean()
        self.cleaned_data |= stay
        for column, value in before.items():
            setattr(self.instance, column, value)
        for name in self.labels:
            if self.moves:
                setattr(self.instance, f"{name}_{self.opened_in}", None)
            if name in self.cleaned_data:
                setattr(self.instance, f"{name}_{self.language}", self.cleaned_data[name])

    def add_error(self, field, error):
        by_field = getattr(error, "error_dict", {})
        if field is None:  # from model validation
            for each in by_field.pop(NON_FIELD_ERRORS, []):
                by_field.setdefault(self._field_that_mends(each), []).append(each)
        super().add_error(field, error)

    def _field_that_mends(self, error):
        """Return the name of the field that shows *error*, the violation of a constraint."""
        for constraint in self._meta.model._meta.concrete_model._meta.constraints:
            field = self.constraint_fields.get(constraint.name)
            if field in self.fields and str(constraint.violation_error_message) in error.messages:
                return field
        return NON_FIELD_ERRORS

    @property
    def own_columns(self):
        """Names of the concrete fields that this form writes, with the columns of its labels."""
        concrete = {field.name for field in self.instance._meta.concrete_fields if not field.primary_key}
        names = {name for name in self.fields if name in concrete} - set(self.labels)
        names |= {f"{name}_{code}" for name in self.labels for code in {self.language, self.opened_in}}
        return sorted(names | ({"modified_at"} & concrete))

    def save(self, commit=True):
        reveal([self.instance])
        if not commit or not self.instance.pk:
            return super().save(commit)
        super().save(commit=False)
        # Only the columns of this form: a translator may be saving another language of the same row.
        self.instance.save(update_fields=self.own_columns)
        self.save_m2m()
        return self.instance
