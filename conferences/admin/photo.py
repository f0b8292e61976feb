"""The admin of single photos. ``upload`` adds many at once; the contact sheet describes them."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conferences.admin.from_file import READ_FROM_FILE, fill_in, in_words
from conferences.admin.known import city_of, named_conference, parent_link
from conferences.admin.lists import STATE_FILTERS, YearListFilter, label
from conferences.admin.upload import UploadPage, thumbnail_address
from conferences.models import Photo
from ctportal.files.photo_metadata import read_metadata
from ctportal.files.store import prepare_photo
from ctportal.staff.buttons import FOR_PUBLISHERS
from ctportal.staff.components import component
from ctportal.staff.dashboard import WITHOUT_ALTERNATIVE_TEXT
from ctportal.staff.form_uploads import take_upload
from ctportal.staff.label_forms import label_texts
from ctportal.staff.publication_state import language_marks
from ctportal.staff.record_admin import RecordAdmin
from ctportal.staff.record_form import RecordForm

INCOMPLETE = Q(credit="") | WITHOUT_ALTERNATIVE_TEXT


def is_incomplete(photo):
    """Return whether *photo* lacks an alternative text or a credit. ``INCOMPLETE`` is the condition for queries."""
    described = photo.decorative or getattr(photo, f"alt_text_{photo.original_language}")
    return not (described and photo.credit)


class PhotoForm(RecordForm):
    upload = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        help_text=gettext_lazy(
            "JPEG, PNG or WebP. When you save the draft, empty fields (caption, credit, rights, date, place) are filled "
            "from the file."
        ),
    )
    kept_file = forms.CharField(required=False, widget=forms.HiddenInput)
    constraint_fields = {"one_featured_photo_per_conference": "featured"}

    def clean(self):
        cleaned = super().clean()
        if stored := take_upload(self, self.request.user):
            self.instance.file = stored
            if not FOR_PUBLISHERS.intersection(self.request.POST):  # which publish what the user has seen
                self._fill_in(stored)
        elif not self.instance.pk and "upload" not in self.errors:
            self.add_error("upload", ValidationError(_("Choose the picture."), code="required"))
        return cleaned

    def _fill_in(self, stored):
        """Fill empty fields with what the file *stored* says of itself."""
        typed = {name: self.cleaned_data.get(name) for name in READ_FROM_FILE}
        conference = self.cleaned_data.get("conference")
        with stored.file.open() as file:
            found = read_metadata(file)
        values, read, notes = fill_in(typed, found, getattr(conference, "time_zone", ""))
        self.cleaned_data |= {name: values[name] for name in read}
        told = [_("Read from the file: %(names)s.") % {"names": in_words(read)}] if read else []
        self.notes = [*told, *notes]

    @property
    def own_columns(self):
        return sorted({*super().own_columns, "file"})


class PhotoYearFilter(YearListFilter):
    title = gettext_lazy("year of the conference")
    field = "conference__start_date"


class IncompleteFilter(admin.SimpleListFilter):
    title = gettext_lazy("completeness")
    parameter_name = "complete"

    def lookups(self, request, model_admin):
        return [("no", gettext_lazy("alternative text or credit missing")), ("yes", gettext_lazy("complete"))]

    def queryset(self, request, queryset):
        if self.value() == "no":
            return queryset.filter(INCOMPLETE)
        return queryset.exclude(INCOMPLETE) if self.value() == "yes" else queryset


@admin.register(Photo)
class PhotoAdmin(RecordAdmin):
    form = PhotoForm
    prepare_upload = staticmethod(prepare_photo)
    readonly_fields = ["shown_picture"]
    fields = [
        "shown_picture",
        "conference",
        "upload",
        "kept_file",
        "original_language",
        "alt_text",
        "decorative",
        "caption",
        "credit",
        "rights",
        ("taken_on", "place"),
        "people",
        ("order", "featured"),
    ]
    autocomplete_fields = ["conference", "people"]
    list_display = ["picture", "shown_name", "conference", "publication", "alternative_text", "credited"]
    list_display_links = ["shown_name"]
    list_filter = [*STATE_FILTERS, IncompleteFilter, PhotoYearFilter, "featured", "decorative"]
    search_fields = ["search_text", "conference__search_text"]
    tells_of_others = frozenset({"conference", "conference__search_text", PhotoYearFilter})
    ordering = ["-pk"]
    change_list_template = "admin/photos/change_list.html"
    pages = [("upload/", "upload", UploadPage), *RecordAdmin.pages]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("conference", "file").prefetch_related("file__renditions")

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        conference = named_conference(initial.get("conference", ""), request.user)
        if conference is None:
            return initial
        return {"original_language": conference.original_language, "place": city_of(conference)} | initial

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, record):
        address = thumbnail_address(record)
        return component("thumbnail", address=address) if address else "–"

    @admin.display(description=gettext_lazy("photo"))
    def shown_name(self, record):
        return Truncator(label(record, "caption") or label(record, "alt_text") or record.file.name).chars(90)

    @admin.display(description=gettext_lazy("alternative text"))
    def alternative_text(self, record):
        if record.decorative:
            return _("decorative")
        texts = label_texts(record, "alt_text")
        if record.original_language not in texts:
            return component("missing")
        return language_marks({code: "original" if code == record.original_language else "ready" for code in texts})

    @admin.display(description=gettext_lazy("credit"), ordering="credit")
    def credited(self, record):
        return Truncator(record.credit).chars(40) if record.credit.strip() else component("missing")

    @admin.display(description=gettext_lazy("as it is"))
    def shown_picture(self, record):
        """Return the picture for the form, as readers see it, with details of the file."""
        files = [stored for stored in record.rendition_files if stored.width] if record and record.pk else []
        if not files:
            return "–"
        shown = min(files, key=lambda stored: abs(stored.width - 640))
        return component("photo", address=reverse("admin_file", args=[shown.key, shown.name]), file=record.file)

    def panel(self, request, form, obj):
        panel = super().panel(request, form, obj)
        return panel | {"parent": parent_link(obj)} if obj and obj.pk else panel
