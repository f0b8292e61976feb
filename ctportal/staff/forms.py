"""Forms of the admin: labels written in one language's own columns, the original text beside them, and instants.

Short labels have one column per language. A form shows such a label once, under its plain name, and reads and writes the
column of the language it is for, never the column of the language the interface happens to be in.
"""

import re
import zoneinfo
from datetime import datetime
from functools import cached_property

from csp.constants import NONCE
from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core import signing
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import URLField
from django.forms.models import BaseInlineFormSet
from django.utils import timezone
from django.utils.text import capfirst, format_lazy, slugify
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField
from django_prose_editor.widgets import AdminProseEditorWidget
from modeltranslation.translator import NotRegistered, translator

from ctportal.core import languages
from ctportal.core.instants import is_time_zone, local_to_instant
from ctportal.files.models import StoredFile
from ctportal.publishing.base_models import ADDRESS_IN_USE, RESERVED_SLUGS, SLUG, is_key, validate_slug
from ctportal.publishing.models import VOCABULARY
from ctportal.publishing.snapshot import builder_for, delete_rows, opening
from ctportal.publishing.state import slug_is_reserved
from ctportal.staff import stale_save
from ctportal.workflow import original_language, redaction, review, roles
from ctportal.workflow.redaction import Redacted, redact, reveal


def labels_of(model):
    """Names of the fields of *model* that have one column per language, in the model's order."""
    try:
        names = translator.get_options_for_model(model._meta.concrete_model).get_field_names()
    except NotRegistered:
        return ()
    return tuple(field.name for field in model._meta.fields if field.name in names)


def language_of(record):
    """The original language of *record* or, for a part such as a session, of the conference it belongs to."""
    if hasattr(record, "original_language"):
        return record.original_language
    return record.conference.original_language if record.conference_id else languages.DEFAULT


def label_columns(name):
    return [f"{name}_{code}" for code in languages.CODES]


def label_texts(record, name):
    """Return {language: text} of the label *name*, holding only the languages that exist."""
    texts = ((code, getattr(record, f"{name}_{code}")) for code in languages.CODES)
    return {code: text for code, text in texts if text}


# What the rich text editor needs beyond the strict policy: a nonce, and the one style that django-prose-editor 0.28.0 puts
# into the page; the browser tests fail where an upgrade changes it.
EDITOR_POLICY = {"script-src": [NONCE], "style-src": ["'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"]}

# Widgets. One native field each: it has a label, works from the keyboard and needs no script.


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__({"class": "vNativeDate", **(attrs or {})}, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__({"class": "vNativeTime", **(attrs or {})}, format="%H:%M")


class InstantInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__({"class": "vNativeInstant", **(attrs or {})}, format="%Y-%m-%dT%H:%M")


class KnowsNames:
    """Mixin of Django's boxes, which ask the database for what is chosen in each row: here, only for what is not known, and
    not for what is no key, which the field refuses."""

    known: dict = {}  # {key as text: what it is called}

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
    """Without the button that takes away all choices: it breaks the list it stands in, for a screen reader."""

    def build_attrs(self, base_attrs, extra_attrs=None):
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}


class Keeps:
    """Mixin of fields that name other records. What is withheld from the user stays where it stands, and nowhere else."""

    stays: dict = {}  # {key as text: Redacted}


class Choice(Keeps, forms.ModelChoiceField):
    def clean(self, value):
        """The chosen record, or the Redacted that stays."""
        return self.stays.get(str(value)) or super().clean(value)


class Choices(Keeps, forms.ModelMultipleChoiceField):
    def clean(self, value):
        """The chosen records, and the keys of those that stay."""
        # Django asks for all of them at once, and SQLite does not answer to numbers of any size.
        for key in value or ():
            if not is_key(str(key)):
                text = self.error_messages["invalid_pk_value"]
                raise ValidationError(text, code="invalid_pk_value", params={"pk": str(key)[:40]})
        if not self.stays:
            return super().clean(value)
        stay = [key for key in value if key in self.stays]
        return [*super().clean([key for key in value if key not in self.stays]), *(self.stays[key].pk for key in stay)]


class AutocompleteFields:
    """Mixin of admins and inlines: our own boxes for their ``autocomplete_fields``, and only what the user may choose."""

    def get_field_queryset(self, db, db_field, request):
        queryset = super().get_field_queryset(db, db_field, request)
        if request.user.has_perm("publishing.read_all_drafts"):
            return queryset
        model = db_field.remote_field.model
        return redaction.known(model._default_manager.all() if queryset is None else queryset, request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Autocomplete(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **{"form_class": Choice, **kwargs})

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", AutocompleteMultiple(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_manytomany(db_field, request, **{"form_class": Choices, **kwargs})


class LocalDateTimeField(forms.Field):
    """A date and time without time zone, as typed; ``local_to_instant`` makes an instant of it."""

    widget = InstantInput
    default_error_messages = {
        "invalid": _("“%(value)s” is no date and time. Write it like 2019-09-03 10:00."),
        "year": _("%(value)s: the year must lie between 1945 and 2100."),
    }
    # Neither a day alone nor a time with a zone of its own: either would mean another instant than was typed.
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


class InstantField(forms.DateTimeField):
    """A date and time in UTC in one native field."""

    widget = InstantInput


# Forms


class LabelForm(forms.ModelForm):
    """A model form whose labels are those of one *language*, by default the record's original language."""

    # Where a broken constraint is shown: its name and the field that can mend it.
    constraint_fields = {}

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

    # Fields that are no part of the record, or that nobody can compare in a page.
    never_stale = frozenset()
    conflicts = ()  # see stale_save

    def full_clean(self):
        is_saved = self.is_bound and bool(self.instance.pk)
        if is_saved:
            stale_save.take_theirs(self)
        super().full_clean()
        if is_saved and self.prefix is None:
            self.conflicts = list(stale_save.conflicts_of(self))
            if self.conflicts:
                self.add_error(None, stale_save.refusal())

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
        before = {column: getattr(self.instance, column) for name in self.labels for column in label_columns(name)}
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
        if field is None and hasattr(error, "error_dict"):  # what the model refuses
            for constraint in self._meta.model._meta.concrete_model._meta.constraints:
                mends = self.constraint_fields.get(constraint.name)
                if mends in self.fields:
                    error = _moved(error, str(constraint.violation_error_message), mends)
        super().add_error(field, error)

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


def _moved(errors, message, field):
    """Return *errors* with the one that says *message* shown at *field*."""
    by_field = dict(errors.error_dict)
    general = by_field.pop(NON_FIELD_ERRORS, [])
    mine = [error for error in general if message in error.messages]
    if not mine:
        return errors
    if rest := [error for error in general if error not in mine]:
        by_field[NON_FIELD_ERRORS] = rest
    by_field[field] = [*by_field.get(field, []), *mine]
    return ValidationError(by_field)


class InlineFormSet(BaseInlineFormSet):
    """Rows in the original language of the record they belong to, which the form above may just have chosen.

    The form above sets ``instance.moved_from`` where that language changes and the labels with it, and ``written_in`` where
    it changes and the labels stay as they are.
    """

    user = None  # from whom is withheld what they may not know of
    shown = None  # the rows, once they are read
    conflicts = ()
    gone = ()  # numbers of rows whose record was deleted since the page was opened

    def __init__(self, data=None, files=None, instance=None, save_as_new=False, prefix=None, queryset=None, **kwargs):
        if data is not None and instance is not None and instance.pk:
            data = self._without_deleted_rows(data, instance, prefix or self.get_default_prefix())
        super().__init__(data, files, instance, save_as_new, prefix, queryset, **kwargs)

    def get_queryset(self):
        rows = super().get_queryset()  # the same each time
        return rows if rows is self.shown else self._show(rows)

    def _show(self, rows):
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
        """The row that scripts copy; asked for four times while a page is drawn."""
        form = self.form(
            auto_id=self.auto_id,
            prefix=self.add_prefix("__prefix__"),
            empty_permitted=True,
            use_required_attribute=False,
            **self.get_form_kwargs(None),
        )
        self.add_fields(form, None)
        return form


class SlugField(forms.CharField):
    """The address of a record; left empty, it is made from the name."""

    default_validators = [validate_slug]

    def __init__(self, *, prefill_from="", **kwargs):
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 120)
        super().__init__(**kwargs)
        if prefill_from:
            self.widget.attrs["data-prefill-from"] = prefill_from

    def to_python(self, value):
        return super().to_python(value).lower()


class PublishingFields(forms.Form):
    """What the buttons below a form ask for."""

    publish_note = forms.CharField(
        label=_("Change note"),
        required=False,
        max_length=500,
        help_text=_("Public: what changed, in a sentence. Readers and partners see it in the history."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    publish_minor = forms.BooleanField(
        label=_("Minor change"), required=False, help_text=_("A typing error, a label: subscribers are not notified.")
    )
    publish_at = LocalDateTimeField(label=_("Publish at"), required=False)
    alone_reason = forms.CharField(
        label=_("Without second reader, because"),
        required=False,
        max_length=400,
        help_text=_("Stays in the history and in the ledger. Needed where nobody else has read what you publish."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    remark = forms.CharField(
        label=_("Remark"),
        required=False,
        max_length=1000,
        help_text=_("For colleagues only; stays in the history of the record."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    mark = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    withdraw_reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        help_text=_("Public: readers of the old address are told."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    withdraw_at = LocalDateTimeField(label=_("Withdraw at"), required=False)
    withdraw_replacement = forms.CharField(
        label=_("To read instead"),
        required=False,
        max_length=500,
        help_text=_("Optional: the address of a public page of this portal."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


# Where the services name a field, and which field of the form that is.
FIELD_OF = {
    "at": "publish_at",
    "note": "publish_note",
    "reason": "withdraw_reason",
    "replacement": "withdraw_replacement",
    "alone": "alone_reason",
    "file": "upload",
}
# Buttons that depend on what the record and its editions are at this moment.
ACTIONS = frozenset(
    {"_publish", "_publish_at", "_replace", "_replace_at", "_submit", "_take_back", "_send_back"}
    | {"_unschedule", "_redate", "_withdraw", "_withdraw_at", "_restore", "_relabel"}
)
# Buttons that only publishers have, on the form of a record or on the page of a language.
FOR_PUBLISHERS = ACTIONS - {"_submit", "_take_back"} | {"_relabel", "_publish_language"}


def no_such_button():
    """What is said to somebody who presses a button that pages of this kind of record do not have."""
    return ValidationError(_("This kind of record has no such button. Nothing was done."), code="no_such_button")


# Where white space shows nowhere: behind the end of a block of rich text, and where a list or a quotation begins.
BESIDE_BLOCKS = re.compile(r"(</(?:p|h[1-6]|li|ul|ol|blockquote)>|<(?:ul|ol|blockquote)>)\s+")


def what_changed(form, formsets):
    """Whether saving *form* and *formsets*, which are valid, changes anything that they show."""
    return bool(changed_fields(form)) or any(formset.has_changed() for formset in formsets)


def changed_fields(form):
    """Names of the fields in which saving *form*, which is valid, changes something of the record."""
    names = [name for name in form.changed_data if name not in PublishingFields.base_fields and name != "kept_file"]
    changed = [name for name in names if not _says_the_same(form, name)]
    moved = ["original_language"] if form.moves and "original_language" not in changed else []
    return changed + moved


def _says_the_same(form, name):
    """Whether the field *name* differs by white space alone: the rich text box leaves out the lines between blocks."""
    texts = form.get_initial_for_field(form.fields[name], name), form.cleaned_data.get(name)
    if not all(isinstance(text, str) for text in texts):
        return False
    before, after = (BESIDE_BLOCKS.sub(r"\1", text).split() for text in texts)
    return before == after


def stale_message(record):
    """What is said to somebody who acts on a *record* that has changed since they opened it."""
    step = review.steps_of(record).first()
    text = _(
        "“%(record)s” has changed since you opened this page. Nothing was done: open it again and look at it first."
    )
    if step is None:
        return ValidationError(text, code="stale", params={"record": record})
    last = _("The last step: %(step)s, by %(by)s.")
    return ValidationError(
        format_lazy("{} {}", text, last),
        code="stale",
        params={"record": record, "step": step.get_action_display(), "by": step.by},
    )


class RecordForm(LabelForm, PublishingFields, metaclass=forms.models.ModelFormMetaclass):
    """The form of a record: its own fields and labels, its text in the original language, and what publishing asks for.

    ``text_rows`` names the relation to the rows per language, ``text_fields`` the row's fields that the form shows.
    """

    text_rows = ""
    text_fields = ()
    never_stale = frozenset(PublishingFields.base_fields) | {"upload", "remove_file"}
    slug_from = ""  # field whose words make the slug
    refusal = None  # ValidationError of a service that refused what this form asked for

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.text_row = self._text_row(self.opened_in) if self.text_rows else None
        if self.text_row is not None:
            self._fill_in_text()
        self.instants = {}  # of the fields that ask for one, aware
        self.instance_stage = getattr(self.instance, "stage", "")
        self.newly_public = []  # the entries of the vocabulary that become public with it, for who may publish it
        if self.instance.pk:
            if self.instance.record_type not in VOCABULARY and roles.may_publish(self.request.user, self.instance):
                self.newly_public = opening(self.instance)
            self.initial["mark"] = review.mark(self.instance, self.newly_public)

    def _fill_in_text(self):
        """Show the row's texts; those of a new row stand back behind what the address of the form gives."""
        for name in self.text_fields:
            value = getattr(self.text_row, name)
            self.initial[name] = value if self.text_row.pk else self.initial.get(name) or value

    def _text_row(self, language):
        relation = self._meta.model._meta.get_field(self.text_rows)
        if self.instance.pk:
            # All of them: the panel beside the form shows their languages from the same query.
            rows = getattr(self.instance, self.text_rows).all()
            row = next((row for row in rows if row.language == language), None)
            if row:
                return row
        return relation.related_model(**{relation.field.name: self.instance, "language": language})

    @property
    def time_zone(self):
        """The zone that release times are typed in: the conference's."""
        place = self.instance if hasattr(self.instance, "time_zone") else self._conference()
        zone = getattr(place, "time_zone", "UTC")
        return zone if is_time_zone(zone) else "UTC"

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if slug and self._is_in_use(slug):
            raise ValidationError(ADDRESS_IN_USE, code="unique")
        return slug

    def _is_in_use(self, slug: str) -> bool:
        """Whether *slug* is the address of another record, or belongs to one for good."""
        others = self._meta.model._meta.concrete_model._base_manager.exclude(pk=self.instance.pk)
        is_reserved = slug_is_reserved(self.instance.record_type, slug, self.instance.uid)
        return is_reserved or others.filter(slug=slug).exists()

    def suggested_slug(self):
        """The slug made of the field ``slug_from``, where the editor left the address empty."""
        return slugify(self.cleaned_data.get(self.slug_from) or "")[:90].strip("-")

    def _free(self, slug):
        """Return *slug*, with a number after it where another record has it."""
        if not slug:
            raise ValidationError(_("Write the address in Latin letters, like minsk-2019."), code="required")
        for suffix in ["", *(f"-{number}" for number in range(2, 100))]:
            candidate = slug + suffix
            if SLUG.fullmatch(candidate) is None or candidate in RESERVED_SLUGS:
                continue
            if not self._is_in_use(candidate):
                return candidate
        raise ValidationError(_("Write another address: this one and many like it are taken."), code="unique")

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if "slug" in self.fields and "slug" not in self.errors and not cleaned.get("slug"):
            self._fill_slug(cleaned)
        self._check_language_change(cleaned)
        self._check_mark(cleaned)
        return cleaned

    def _check_mark(self, cleaned):
        """Refuse to act on a record that is no longer what the editor saw."""
        acts = ACTIONS.intersection(self.request.POST) if self.instance.pk else ()
        if acts and cleaned.get("mark") != self.initial["mark"]:
            self.add_error(None, stale_message(self.instance))

    def _conference(self):
        """The conference this record belongs to; on an opened add form the one the address names."""
        if getattr(self.instance, "conference_id", None):
            return self.instance.conference
        field = self.fields.get("conference")
        given = str(self.initial.get("conference") or "")
        return field.queryset.filter(pk=given).first() if field is not None and is_key(given) else None

    def _fill_slug(self, cleaned):
        try:
            cleaned["slug"] = self._free(self.suggested_slug())
        except ValidationError as error:
            self.add_error("slug", error)

    def _check_language_change(self, cleaned):
        chosen = cleaned.get("original_language")
        if not self.instance.pk or not chosen or chosen == self.opened_in:
            return
        has_labels = any(getattr(self.instance, f"{name}_{chosen}") for name in labels_of(self._meta.model))
        has_row = bool(self.text_rows) and getattr(self.instance, self.text_rows).filter(language=chosen).exists()
        own = [str(self.instance._meta.verbose_name)] if has_labels or has_row else []
        if where := [*own, *original_language.parts_in(self.instance, chosen)]:
            text = _(
                "There are already texts in this language (%(where)s). Only a language without texts can be chosen: "
                "the texts of this form then count as written in it."
            )
            self.add_error("original_language", text % {"where": ", ".join(where)})

    def _post_clean(self):
        super()._post_clean()
        self.instance.moved_from = self.opened_in if self.moves else ""
        if self.text_row is not None:
            self._clean_text()
        self._clean_instant()
        if self.refusal is not None:
            self._show_refusal()

    def _clean_text(self):
        """Write the text fields on the row of the original language, as its model cleans them."""
        row = self.text_row
        row.language = self.language
        for name in self.text_fields:
            value = self.cleaned_data.get(name)
            if value or (name in self.cleaned_data and not getattr(self.fields[name], "choices", None)):
                setattr(row, name, value)
        if not self.has_text:
            return
        try:
            others = {field.name for field in row._meta.fields} - set(self.text_fields)
            row.clean_fields(exclude=others)
        except ValidationError as error:
            for name, messages in error.error_dict.items():
                if name not in self.errors:
                    self.add_error(name, messages)

    @property
    def has_text(self):
        """Whether there is a text to keep in the original language."""
        return bool(self.text_row.pk) or any(self.cleaned_data.get(name) for name in self.typed_text_fields)

    @property
    def typed_text_fields(self):
        """The text fields that are empty until somebody types; a choice always has a value."""
        return [name for name in self.text_fields if not getattr(self.fields.get(name), "choices", None)]

    def _clean_instant(self):
        for name in ("publish_at", "withdraw_at"):
            local = self.cleaned_data.get(name)
            try:
                self.instants[name] = local_to_instant(local, self.time_zone) if local else None
            except ValidationError as error:
                self.add_error(name, error)

    def _show_refusal(self):
        if not hasattr(self.refusal, "error_dict"):
            self.add_error(None, self.refusal)
            return
        for told, errors in self.refusal.error_dict.items():
            name = FIELD_OF.get(told, told)
            self.add_error(name if name in self.fields else None, errors)

    def add_missing(self, error):
        """Show what *error* says of fields in which nothing else is wrong."""
        for told, errors in error.error_dict.items():
            name = FIELD_OF.get(told, told)
            if name in self.fields and name not in self.errors:
                self.add_error(name, errors)

    def missing(self):
        """{field: message} of what is missing, in the record as it is typed, before it may be public; see ``SnapshotBuilder.missing``."""
        record, texts = self.instance, None
        if self.text_row is not None:
            saved = getattr(record, self.text_rows).all() if record.pk else []
            rows = [row for row in saved if row.pk != self.text_row.pk]
            rows += [self.text_row] if self.has_text else []
            texts = [row for row in rows if row.ready or row.language == record.original_language]
        return builder_for(record).missing(record, texts)

    def save_text(self):
        """Save the row of the original language, once the record itself is saved."""
        if self.text_row is None or not self.has_text:
            return
        relation = self._meta.model._meta.get_field(self.text_rows)
        setattr(self.text_row, relation.field.name, self.instance)
        if self.text_row.pk:
            self.text_row.save(update_fields=["language", *(n for n in self.text_fields if n in self.fields)])
        else:
            self.text_row.save()


def record_form(model, text_model=None):
    """Class decorator: give the form of *model* its address, made from ``slug_from``, and the fields of its text."""

    def declare(form):
        fields = {}
        if any(field.name == "slug" for field in model._meta.fields):
            slug = model._meta.get_field("slug")
            fields["slug"] = SlugField(
                label=capfirst(slug.verbose_name), help_text=slug.help_text, prefill_from=form.slug_from
            )
            fields["slug"].widget.attrs["class"] = "vTextField"
        if text_model:
            fields |= text_form_fields(text_model, form.text_fields)
        form.declared_fields = form.declared_fields | fields
        form.base_fields = form.base_fields | fields
        return form

    return declare


def take_upload(form, store, user):
    """Store what *form* got in its field ``upload`` by *store* and return the StoredFile; None where nothing came or it was refused.

    A file that was taken is kept through a form shown again for other errors: the hidden field ``kept_file`` names it.
    """
    uploaded = form.cleaned_data.get("upload")
    if not uploaded:
        return _kept_file(form.cleaned_data.get("kept_file"), user)
    try:
        stored = store(uploaded, by=user)
    except ValidationError as error:
        form.add_error("upload", error)
        return None
    form.data = form.data.copy()
    form.data[form.add_prefix("kept_file")] = signing.dumps([stored.pk, user.pk], salt=KEPT)
    form.fields["upload"].help_text = _("“%(name)s” is uploaded and will be saved with the form.") % {
        "name": stored.name
    }
    return stored


def _kept_file(token, user):
    try:
        pk, owner = signing.loads(token or "", salt=KEPT, max_age=24 * 60 * 60)
    except signing.BadSignature:
        return None
    return StoredFile.objects.filter(pk=pk).first() if owner == user.pk else None


KEPT = "ctportal.kept-file"


def text_form_fields(model, names, **overrides):
    """Form fields for the text fields *names* of the row *model*, with the admin's widgets, none of them required."""
    fields = {}
    for name in names:
        field = model._meta.get_field(name)
        if name in overrides:
            fields[name] = overrides[name]
        elif isinstance(field, ProseEditorField):
            fields[name] = field.formfield(widget=AdminProseEditorWidget)
        elif field.choices:
            fields[name] = field.formfield()
        elif field.get_internal_type() == "TextField":
            fields[name] = field.formfield(widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 3}))
        elif isinstance(field, URLField):
            fields[name] = field.formfield(
                assume_scheme="https", widget=forms.URLInput(attrs={"class": "vURLField vTextField"})
            )
        else:
            fields[name] = field.formfield(widget=forms.TextInput(attrs={"class": "vTextField"}))
        fields[name].required = False
    return fields


def now_in(zone):
    """The time it is now in *zone*, for the hint beside a field."""
    return timezone.now().astimezone(zoneinfo.ZoneInfo(zone))
