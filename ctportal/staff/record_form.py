"""The form of a record."""

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from ctportal.core.instants import local_to_instant
from ctportal.publishing.base_models import ADDRESS_IN_USE, RESERVED_SLUGS, SLUG, is_key, validate_slug
from ctportal.publishing.models import VOCABULARY
from ctportal.publishing.snapshot import builder_for, opening
from ctportal.publishing.state import slug_is_reserved
from ctportal.staff.buttons import ACTIONS
from ctportal.staff.label_forms import LabelForm, labels_of
from ctportal.staff.preview import zone_of
from ctportal.staff.publishing_fields import FIELD_OF, PublishingFields, show_refusal
from ctportal.staff.stale_save import stale_message
from ctportal.staff.text_rows import TextRowForm, text_form_fields, text_row
from ctportal.workflow import original_language, review, roles


class RecordForm(TextRowForm, LabelForm, PublishingFields, metaclass=forms.models.ModelFormMetaclass):
    """The form of a record: its fields and labels, its text in the original language, and the fields of the buttons."""

    text_columns: tuple[str, ...] = ()  # further columns of the row to save
    never_stale = frozenset(PublishingFields.base_fields) | {"upload", "remove_file"}
    slug_from = ""  # field that the slug is made from
    notes: Sequence[str] = ()  # what the user is told once the record is saved

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.text_rows:
            self.text_row = text_row(self.instance, self.text_rows, self.opened_in)
        for name in self.text_fields:
            # Initial values from the address of the form take precedence over those of a new row.
            value = getattr(self.text_row, name)
            self.initial[name] = value if self.text_row.pk else self.initial.get(name) or value
        if "slug" in self.fields:
            self.fields["slug"].required = False  # generated if left empty
            self.fields["slug"].widget.attrs["data-prefill-from"] = self.slug_from
        self.instants = {}  # {field name: aware datetime or None}
        self.instance_stage = getattr(self.instance, "stage", "")
        self.newly_public = []  # the newly public terms, for users who may publish the record
        if self.instance.pk:
            if self.instance.record_type not in VOCABULARY and roles.may_publish(self.request.user, self.instance):
                self.newly_public = opening(self.instance)
            self.initial["mark"] = review.mark(self.instance, self.newly_public)

    @property
    def time_zone(self):
        """The time zone of typed release times: the conference's."""
        return zone_of(self._conference() or self.instance)

    def clean_slug(self):
        slug = self.cleaned_data["slug"].lower()
        if slug:
            validate_slug(slug)
        if slug and self._is_in_use(slug):
            raise ValidationError(ADDRESS_IN_USE, code="unique")
        return slug

    def _is_in_use(self, slug: str) -> bool:
        """Return whether another record has *slug* or has it reserved."""
        others = self._meta.model._meta.concrete_model._base_manager.exclude(pk=self.instance.pk)
        is_reserved = slug_is_reserved(self.instance.record_type, slug, self.instance.uid)
        return is_reserved or others.filter(slug=slug).exists()

    def suggested_slug(self):
        """Return the slug made from the field ``slug_from``, for an empty slug."""
        return slugify(self.cleaned_data.get(self.slug_from) or "")[:90].strip("-")

    def _free(self, slug):
        """Return *slug*, with a number appended if it is in use. Raise ValidationError if none is free."""
        if not slug:
            raise ValidationError(_("Use Latin letters for the address, such as minsk-2019."), code="required")
        for candidate in (slug, *(f"{slug}-{number}" for number in range(2, 100))):
            is_valid = SLUG.fullmatch(candidate) and candidate not in RESERVED_SLUGS
            if is_valid and not self._is_in_use(candidate):
                return candidate
        raise ValidationError(_("Choose another address: this one and many similar ones are taken."), code="unique")

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if "slug" in self.fields and "slug" not in self.errors and not cleaned.get("slug"):
            try:
                cleaned["slug"] = self._free(self.suggested_slug())
            except ValidationError as error:
                self.add_error("slug", error)
        self._check_language_change(cleaned)
        acts = ACTIONS.intersection(self.request.POST) if self.instance.pk else ()
        if acts and cleaned.get("mark") != self.initial["mark"]:
            self.add_error(None, stale_message(self.instance))  # the record has changed since the page was opened
        return cleaned

    def _conference(self):
        """Return the conference of this record; on an add form, the one that its address names; or None."""
        if getattr(self.instance, "conference_id", None):
            return self.instance.conference
        field = self.fields.get("conference")
        given = str(self.initial.get("conference") or "")
        return field.queryset.filter(pk=given).first() if field is not None and is_key(given) else None

    def _check_language_change(self, cleaned):
        chosen = cleaned.get("original_language")
        if not self.instance.pk or not chosen or chosen == self.opened_in:
            return
        has_labels = any(getattr(self.instance, f"{name}_{chosen}") for name in labels_of(self._meta.model))
        has_row = bool(self.text_rows) and getattr(self.instance, self.text_rows).filter(language=chosen).exists()
        own = [str(self.instance._meta.verbose_name)] if has_labels or has_row else []
        if where := [*own, *original_language.parts_in(self.instance, chosen)]:
            text = _(
                "There are already texts in this language (%(where)s). Choose a language without texts: the texts on "
                "this form then count as written in it."
            )
            self.add_error("original_language", text % {"where": ", ".join(where)})

    def _post_clean(self):
        super()._post_clean()
        self.instance.moved_from = self.opened_in if self.moves else ""
        if self.text_row is not None:
            self.text_row.language = self.language
            self.clean_text()
        self._clean_instant()
        if hasattr(self.request, "refusal"):  # see ``RecordAdmin.show_refused``
            show_refusal(self, self.request.refusal)

    def _clean_instant(self):
        for name in ("publish_at", "withdraw_at"):
            local = self.cleaned_data.get(name)
            try:
                self.instants[name] = local_to_instant(local, self.time_zone) if local else None
            except ValidationError as error:
                self.add_error(name, error)

    def add_missing(self, error):
        """Add *error* to the fields that have no other error."""
        for told, errors in error.error_dict.items():
            name = FIELD_OF.get(told, told)
            if name in self.fields and name not in self.errors:
                self.add_error(name, errors)

    def missing(self):
        """Return {field: message} of what the typed record lacks for publication; see ``SnapshotBuilder.missing``."""
        record, texts = self.instance, None
        if self.text_row is not None:
            saved = getattr(record, self.text_rows).all() if record.pk else []
            rows = [row for row in saved if row.pk != self.text_row.pk]
            rows += [self.text_row] if self.has_text else []
            texts = [row for row in rows if row.ready or row.language == record.original_language]
        return builder_for(record).missing(record, texts)

    def save_text(self):
        """Save the row of the original language. Call it after the record is saved."""
        if self.text_row is None or not self.has_text:
            return
        columns = ["language", *self.text_fields, *self.text_columns]
        self.text_row.save(update_fields=columns if self.text_row.pk else None)


def text_form(row_model):
    """Return a class decorator that adds the form's ``text_fields``, which are fields of *row_model*, to a form."""

    def declare(form):
        fields = text_form_fields(row_model, form.text_fields)
        form.declared_fields = form.declared_fields | fields
        form.base_fields = form.base_fields | fields
        return form

    return declare
