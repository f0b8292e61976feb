"""The form of one photo on the contact sheet, in one language, with its conflicts."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from conferences.admin.upload import thumbnail_address
from ctportal.core import languages
from ctportal.publishing.snapshot import builder_for
from ctportal.staff import stale_save
from ctportal.staff.label_forms import LabelForm
from ctportal.staff.publication_state import badge, publication_state

ORIGINAL_FIELDS = ("alt_text", "decorative", "caption", "credit", "people")
TRANSLATED_FIELDS = ("alt_text", "caption", "place")


class PhotoRow(LabelForm):
    """The form of one photo on the sheet: all fields in its original language, or its labels in another *language*."""

    number = forms.IntegerField(
        label=gettext_lazy("Number"),
        min_value=1,
        show_hidden_initial=True,
        widget=forms.NumberInput(attrs={"class": "sheet-number", "min": 1}),
    )

    class Meta:
        widgets = {
            "alt_text": forms.Textarea(attrs={"rows": 2}),
            "caption": forms.Textarea(attrs={"rows": 3}),
            "place": forms.TextInput,
            "credit": forms.TextInput,
        }
        labels = {"decorative": gettext_lazy("Decorative: conveys no information")}
        help_texts = {"alt_text": "", "decorative": ""}

    never_stale = frozenset({"number"})  # the order has one conflict for the whole page

    def __init__(self, data, *, photo, number, language):
        language, original = language or photo.original_language, photo.original_language
        initial = {"number": number}
        super().__init__(data, instance=photo, prefix=f"photo-{photo.pk}", initial=initial, language=language)
        self.photo, self.shown_number = photo, number
        self.beside = language != original
        if "place" in self.fields:  # a page of translations
            del self.fields["number"]
            if not getattr(photo, f"place_{original}"):
                del self.fields["place"]
        for name in self.labels:
            self.fields[name].widget.attrs.update(lang=language, dir=languages.direction(language))

    @property
    def key(self):
        return stale_save.row_key(self)

    @property
    def name(self):
        return f"{self.shown_number}. {self.heading}"

    def full_clean(self):
        # A photo that was not edited is shown with its saved values and not written.
        if self.is_bound and not stale_save.is_touched(self):
            stale_save.take_theirs(self, everywhere=True)
        super().full_clean()
        if self.is_bound:
            self.conflicts = list(stale_save.conflicts_of(self, f"{self.name}: "))

    @cached_property
    def typed(self):
        """Names of the fields that were changed on the page, except the number."""
        return stale_save.changed_fields(self)

    def add_error(self, field, error):
        # Errors of fields that the sheet does not show are left to the photo's own form.
        if field is None and hasattr(error, "error_dict"):
            shown = {name: errors for name, errors in error.error_dict.items() if name in self.fields}
            error = ValidationError(shown)
        super().add_error(field, error)

    def clean_alt_text(self):
        return " ".join(self.cleaned_data["alt_text"].split())

    @property
    def own_columns(self):
        """Names of the columns of the changed fields only."""
        columns = [f"{name}_{self.language}" if name in self.labels else name for name in self.typed]
        return [*(column for column in columns if column != "people"), "modified_at"]

    # For the template

    @property
    def heading(self):
        return self.photo.file.name

    @cached_property
    def missing(self):
        return list(builder_for(self.photo).missing(self.photo).values())

    @property
    def thumbnail(self):
        return thumbnail_address(self.photo)

    @property
    def state(self):
        return badge(publication_state(self.photo))

    @property
    def lines(self):
        """Yield {field, original} for each label; *original* is the text beside a translation, else None."""
        for name in self.labels:
            original = getattr(self.photo, f"{name}_{self.photo.original_language}") or ""
            yield {"field": self[name], "original": original if self.beside else None}

    @property
    def original_direction(self):
        return languages.direction(self.photo.original_language)
