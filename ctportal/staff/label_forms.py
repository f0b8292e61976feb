"""Short labels, which have one column per language, and the form that writes them.

A form shows a label once, under its plain name. It reads and writes the column of the language that it is for, never that of the
language in which the interface happens to be.
"""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from ctportal.core import languages
from ctportal.publishing.base_models import label_names
from ctportal.staff import stale_save
from ctportal.staff.fields import KnowsNames
from ctportal.workflow.redaction import Redacted, reveal


def labels_of(model):
    """Names of the fields of *model* that have one column per language, in the model's order."""
    names = label_names(model)
    return tuple(field.name for field in model._meta.fields if field.name in names)


def language_of(record):
    """The original language of *record* or, for a part such as a session, of the conference it belongs to."""
    if hasattr(record, "original_language"):
        return record.original_language
    return record.conference.original_language if record.conference_id else languages.DEFAULT


def label_texts(record, name):
    """Return {language: text} of the label *name*, holding only the languages that exist."""
    texts = ((code, getattr(record, f"{name}_{code}")) for code in languages.CODES)
    return {code: text for code, text in texts if text}


class LabelForm(stale_save.ComparedForm, forms.ModelForm):
    """A model form whose labels are those of one *language*, by default the record's original language."""

    # Where a broken constraint is shown: its name and the field that can mend it.
    constraint_fields: dict[str, str] = {}

    def __init__(self, *args, language=None, opened_in=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.given_language = language
        # The language the form was opened in; it differs from the one written where the editor has just changed it.
        self.opened_in = opened_in or language or language_of(self.instance)
        if self.instance.pk:
            for name in self.labels:
                self.initial[name] = getattr(self.instance, f"{name}_{self.opened_in}") or ""

        self._hand_over_related()

    def _hand_over_related(self):
        """Give each autocomplete box what is read already, so that it asks for nothing, and what stays where it is."""
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnowsNames):
                related = {str(each.pk): each for each in self._related(name)}
                widget.known = {key: str(each) for key, each in related.items()}
                field.stays = {key: each for key, each in related.items() if isinstance(each, Redacted)}

    def _related(self, name: str) -> list:
        """What the relation *name* of the record names, as far as it is read."""
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
        """The language the labels are written in: where the form itself asks for it, the one just chosen."""
        return self.given_language or language_of(self.instance)

    @property
    def moves(self):
        """Whether the labels move to another language, the record's original language having been changed."""
        return bool(self.instance.pk) and self.language != self.opened_in

    def has_changed(self):
        return super().has_changed() or (self.moves and bool(self.labels))

    def _post_clean(self):
        # Django would write each label through the active language; put the columns back and write the right one.
        columns = [f"{name}_{code}" for name in self.labels for code in languages.CODES]
        before = {column: getattr(self.instance, column) for column in columns}
        stay = {name: value for name, value in self.cleaned_data.items() if isinstance(value, Redacted)}
        for name in stay:
            del self.cleaned_data[name]  # the record has it already
        reveal([self.instance], self.cleaned_data)  # what gives way to something else
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
        if field is None:  # what the model refuses
            for each in by_field.pop(NON_FIELD_ERRORS, []):
                by_field.setdefault(self._field_that_mends(each), []).append(each)
        super().add_error(field, error)

    def _field_that_mends(self, error):
        """The field at which *error*, of a broken constraint, is shown."""
        for constraint in self._meta.model._meta.concrete_model._meta.constraints:
            field = self.constraint_fields.get(constraint.name)
            if field in self.fields and str(constraint.violation_error_message) in error.messages:
                return field
        return NON_FIELD_ERRORS

    @property
    def own_columns(self):
        """Names of the concrete fields that this form writes; a label counts with the columns it wrote."""
        concrete = {field.name for field in self.instance._meta.concrete_fields if not field.primary_key}
        names = {name for name in self.fields if name in concrete} - set(self.labels)
        names |= {f"{name}_{code}" for name in self.labels for code in {self.language, self.opened_in}}
        return sorted(names | ({"modified_at"} & concrete))

    def save(self, commit=True):
        reveal([self.instance])
        if not commit or not self.instance.pk:
            return super().save(commit)
        super().save(commit=False)
        # Only what the form shows: a translator may be saving another language of the same row.
        self.instance.save(update_fields=self.own_columns)
        self.save_m2m()
        return self.instance
