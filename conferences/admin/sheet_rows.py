"""One photo on the contact sheet: its fields in one language, and what somebody else has saved in them meanwhile."""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelectMultiple, RelatedFieldWidgetWrapper
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from conferences.admin.upload import thumbnail_address
from conferences.models import Person, Photo
from ctportal.core import languages
from ctportal.publishing.snapshot import builder_for
from ctportal.staff import stale_save
from ctportal.staff.publication_state import badge, publication_state

LABELS = ("alt_text", "caption", "place")
TEXTS = (*LABELS, "credit")


# People, of whom each row could ask the database; the page asks once for all of them


class PeopleSelect(AutocompleteSelectMultiple):
    """The admin's autocomplete, which knows the names of those already chosen."""

    def __init__(self, people, admin_site):
        super().__init__(Photo._meta.get_field("people"), admin_site)
        self.people = people

    def build_attrs(self, base_attrs, extra_attrs=None):
        # The button that clears all stands inside a list where no button may be; each name has its own.
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}

    def optgroups(self, name, value, attr=None):
        known = [pk for pk in value if pk in self.people]
        return [
            (None, [self.create_option(name, pk, self.people[pk], True, i) for i, pk in enumerate(known)], 0)
        ]  # fmt: skip


class PeopleField(forms.MultipleChoiceField):
    """Primary keys, as text, of some of *people* ({primary key as text: name})."""

    def __init__(self, people, admin_site, *, may_add):
        relation = Photo._meta.get_field("people").remote_field
        widget = RelatedFieldWidgetWrapper(
            PeopleSelect(people, admin_site),
            relation,
            admin_site,
            can_add_related=may_add,
            can_change_related=False,
            can_delete_related=False,
            can_view_related=False,
        )
        super().__init__(label=gettext_lazy("People shown"), required=False, widget=widget)
        self.people = people
        self.queryset = Person.objects.all()  # for the names of those whom somebody else has chosen

    def valid_value(self, value):
        return value in self.people


# The photo


class PhotoRow(forms.Form):
    """One photo on the sheet: in its original language, or its labels in one other *language*."""

    number = forms.IntegerField(
        label=gettext_lazy("Number"),
        min_value=1,
        show_hidden_initial=True,
        widget=forms.NumberInput(attrs={"class": "sheet-number", "min": 1}),
    )
    alt_text = forms.CharField(
        label=gettext_lazy("Alternative text"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    decorative = forms.BooleanField(label=gettext_lazy("Decorative: it tells nothing"), required=False)
    caption = forms.CharField(
        label=gettext_lazy("Caption"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    place = forms.CharField(
        label=gettext_lazy("Place"),
        required=False,
        max_length=200,
        widget=forms.TextInput,
    )
    credit = forms.CharField(
        label=gettext_lazy("Credit"),
        required=False,
        max_length=200,
        widget=forms.TextInput,
    )

    def __init__(self, data, *, photo, number, language, people):
        super().__init__(data, prefix=f"photo-{photo.pk}")
        self.photo, self.shown_number = photo, number
        self.language = language or photo.original_language
        self.beside = language not in ("", photo.original_language)
        if language:
            for name in ("number", "decorative", "credit"):
                del self.fields[name]
            if not getattr(photo, f"place_{photo.original_language}"):
                del self.fields["place"]
        else:
            del self.fields["place"]
            self.fields["people"] = people
        self.initial = self._current() | {"number": number}
        for name in LABELS:
            if name in self.fields:
                self.fields[name].widget.attrs.update(lang=self.language, dir=languages.direction(self.language))

    def _current(self):
        """What the fields hold in the database now."""
        photo = self.photo
        values = {name: getattr(photo, f"{name}_{self.language}") or "" for name in LABELS}
        values |= {"decorative": photo.decorative, "credit": photo.credit}
        return values | {"people": [str(person.pk) for person in photo.people.all()]}

    never_stale = frozenset({"number"})  # the order is one question for the whole page
    conflicts = ()  # see stale_save

    @property
    def instance(self):
        return self.photo

    @property
    def key(self):
        return stale_save.row_key(self)

    @property
    def name(self):
        return f"{self.shown_number}. {self.heading}"

    def full_clean(self):
        # A photo in which nothing was typed is shown as it is saved, and is not written.
        if self.is_bound and stale_save.is_touched(self, self.key):
            stale_save.take_theirs(self)
        elif self.is_bound:
            stale_save.take_all_theirs(self)
        super().full_clean()
        if self.is_bound:
            self.conflicts = list(stale_save.conflicts_of(self, self.key, f"{self.name}: "))

    @cached_property
    def typed(self):
        """Names of the fields that were changed on the page, but for the number."""
        return stale_save.changed_fields(self)

    def clean_alt_text(self):
        return " ".join(self.cleaned_data["alt_text"].split())

    def save(self):
        """Write what was changed, and nothing else."""
        columns = {}
        for name in self.typed:
            if name == "people":
                self.photo.people.set(self.cleaned_data["people"])
            else:
                columns[f"{name}_{self.language}" if name in LABELS else name] = self.cleaned_data[name]
        for column, value in columns.items():
            setattr(self.photo, column, value)
        self.photo.save(update_fields=[*columns, "modified_at"])

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
        """The text fields: {field, original}; *original* stands beside a translation, else it is None."""
        for name in LABELS:
            if name in self.fields:
                original = getattr(self.photo, f"{name}_{self.photo.original_language}") or ""
                yield {"field": self[name], "original": original if self.beside else None}

    @property
    def original_direction(self):
        return languages.direction(self.photo.original_language)
