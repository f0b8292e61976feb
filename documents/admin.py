"""The admin of documents: one entry per group of kinds, each with the fields that these kinds need."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conferences.admin.inlines import RowInline
from conferences.admin.known import city_of, named_conference, parent_link
from conferences.admin.lists import STATE_FILTERS, YearListFilter
from ctportal.core.codes import DocumentKind, Occasion, TextStanding
from ctportal.core.dates import format_date
from ctportal.core.symbols import parse_symbol
from ctportal.files.store import prepare_document
from ctportal.publishing.state import state_of
from ctportal.staff.components import component
from ctportal.staff.form_uploads import take_upload
from ctportal.staff.inlines import LabelTabularInline
from ctportal.staff.interface_language import interface_language
from ctportal.staff.label_forms import LabelForm, labels_of
from ctportal.staff.language_page import LanguageForm
from ctportal.staff.publication_state import STATE_OF_TEXT
from ctportal.staff.record_admin import RecordAdmin
from ctportal.staff.record_form import RecordForm, text_form
from ctportal.workflow.redaction import Redacted, redact

from .models import (
    CoChairsSummary,
    Delivery,
    Document,
    DocumentRelation,
    Issuer,
    LanguageVersion,
    Mention,
    OtherDocument,
    PressRelease,
    Statement,
)


class FileFields(forms.Form):
    """The fields for the file of a language version, on the document's form and on language pages."""

    upload = forms.FileField(label=gettext_lazy("File"), required=False, help_text=gettext_lazy("PDF or DOCX."))
    kept_file = forms.CharField(required=False, widget=forms.HiddenInput)
    remove_file = forms.BooleanField(label=gettext_lazy("Remove the file"), required=False)

    def clean_text(self):
        """Set the uploaded file on the language version, or remove its file."""
        stored = take_upload(self, self.request.user)
        if stored:
            self.text_row.file = stored
            if stored.search_notice:
                messages.warning(self.request, stored.search_notice)
        elif self.cleaned_data.get("remove_file"):
            self.text_row.file = None
        super().clean_text()

    def show_file(self):
        if file := self.text_row.file:
            address = reverse("admin_file", args=[file.key, file.name])
            self.fields["upload"].help_text = component("stored_file", address=address, file=file)


@text_form(LanguageVersion)
class DocumentForm(FileFields, RecordForm):
    text_rows = "versions"
    text_fields = ("title", "body", "external_url", "state", "standing")
    text_columns = ("file",)
    slug_from = "title"
    constraint_fields = {"symbol_once": "symbol"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].required = True
        self.show_file()

    def clean_reissue(self):
        """Return the asterisks; those typed after the symbol are moved here."""
        try:
            typed = parse_symbol(self.cleaned_data.get("symbol", "")).reissue
        except ValidationError:
            typed = ""  # an invalid symbol is refused by its own field
        return typed or self.cleaned_data["reissue"]

    def suggested_slug(self):
        slug = super().suggested_slug()
        conference = self.cleaned_data.get("conference")
        if slug or not conference or isinstance(conference, Redacted):
            return slug
        # A title in a non-Latin script gives no slug: make it from the conference's.
        kind = self.cleaned_data.get("kind") or self.instance.kind
        occasion = self.cleaned_data.get("occasion", "")
        return "-".join(filter(None, [conference.slug, occasion if occasion != "other" else "", kind]))


class VersionForm(FileFields, LanguageForm):
    new_row = {"standing": TextStanding.OFFICIAL}

    def further_fields(self, original_row):
        self.show_file()
        yield "upload", original_row.file.name if original_row.file else ""
        yield "kept_file", ""
        if self.text_row.file:
            yield "remove_file", ""


class PartForm(LabelForm):
    constraint_fields = {"issuer_once_per_document": "organization"}


class IssuerInline(RowInline):
    model = Issuer
    form = PartForm
    fields = ["organization", "order"]
    autocomplete_fields = ["organization"]


class DeliveryInline(RowInline):
    model = Delivery
    fields = ["person", "title", "organization", "order"]
    autocomplete_fields = ["person", "organization"]


class MentionInline(RowInline):
    model = Mention
    fields = ["person", "kind", "title", "organization", "order"]
    autocomplete_fields = ["person", "organization"]


class RelationForm(LabelForm):
    constraint_fields = {
        "document_relation_has_one_target": "kind",
        "document_not_related_to_itself": "target",
    }


class RelationInline(LabelTabularInline):
    model = DocumentRelation
    form = RelationForm
    fk_name = "document"
    fields = ["kind", "target", "conference", "order"]
    autocomplete_fields = ["target", "conference"]


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return model_admin.kind_choices()

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


class DateListFilter(YearListFilter):
    field = "date"


@admin.register(Document)
class DocumentAdmin(RecordAdmin):
    prepare_upload = staticmethod(prepare_document)
    """The admin of all documents; the entries of single kinds show fewer fields."""

    form = DocumentForm
    language_form = VersionForm
    list_display = ["shown_title", "kind", "shown_date", "conference", "publication", "language_list", "missing"]
    list_filter = [*STATE_FILTERS, KindFilter, DateListFilter, "occasion", "versions__language"]
    search_fields = ["search_text", "versions__search_text", "conference__search_text"]
    tells_of_others = frozenset({"conference", "conference__search_text"})
    ordering = ["-date", "slug"]
    autocomplete_fields = ["conference", "session", "themes"]
    inlines = [IssuerInline, DeliveryInline, MentionInline, RelationInline]
    what = ["kind", "also_serves_as"]
    where = ["conference", "session", "occasion", ("date", "date_precision"), "place"]
    further = [("symbol", "reissue"), "dateline", "contact", "hashtags", "themes"]

    def get_fieldsets(self, request, obj=None):
        text = ["title", "body", "upload", "kept_file", "external_url", ("state", "standing")]
        versions = obj.versions.all() if obj else []
        if any(version.file_id for version in versions if version.language == obj.original_language):
            text.insert(4, "remove_file")
        return [
            (None, {"fields": [*self.what, *self.where, "original_language"]}),
            (_("Text in the original language"), {"fields": text}),
            (_("More details"), {"fields": [*self.further, "slug"]}),
        ]

    def kind_choices(self):
        kinds = getattr(self.model, "kinds", DocumentKind.values)
        return [(kind.value, kind.label) for kind in DocumentKind if kind in kinds]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "kind" in form.base_fields:
            form.base_fields["kind"].choices = self.kind_choices()
        return form

    def has_module_permission(self, request):
        return self.model is not Document and super().has_module_permission(request)

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        page = request.resolver_match.url_name if request.resolver_match else ""
        light = LanguageVersion.objects.only("document", "title", *STATE_OF_TEXT)
        if page == "autocomplete":
            return queryset.prefetch_related(Prefetch("versions", light))
        if not page.endswith("_changelist"):
            return queryset.prefetch_related("versions")
        texts = LanguageVersion.objects.filter(document=OuterRef("pk"), language=OuterRef("original_language"))
        something = ~Q(body="") | Q(file__isnull=False) | ~Q(external_url="")
        return (
            queryset.select_related("conference")
            .prefetch_related(Prefetch("versions", light))
            .annotate(has_content=Exists(texts.filter(something)))
        )

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        conference = named_conference(initial.get("conference", ""), request.user)
        if conference:
            language, city = conference.original_language, city_of(conference)
            closing = initial.get("occasion") == Occasion.CLOSING
            day = conference.end_date if closing else conference.start_date
            precision = conference.date_precision
            defaults = {"original_language": language, "date": day, "date_precision": precision, "place": city}
            if city:
                defaults["dateline"] = f"{city}, {format_date(day, language, precision)}"
            return defaults | initial
        return initial

    def save_model(self, request, obj, form, change):
        if not change and not obj.kind:
            obj.kind = self.model.kinds[0]
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("title"))
    def shown_title(self, record):
        return record.original_title or record.slug

    @admin.display(description=gettext_lazy("date"), ordering="date")
    def shown_date(self, record):
        return format_date(record.date, interface_language(), record.date_precision)

    @admin.display(description=gettext_lazy("missing"))
    def missing(self, record):
        missing = []
        if not any(version.language == record.original_language for version in record.versions.all()):
            missing.append(_("title"))
        if not record.has_content:
            missing.append(_("text or file"))
        if record.kind == DocumentKind.CO_CHAIRS_SUMMARY and not record.conference_id:
            missing.append(_("conference"))
        return ", ".join(missing)

    def language_parts(self, obj, user):
        yield from super().language_parts(obj, user)
        for rows in (obj.deliveries, obj.mentions):
            for row in redact(list(rows.select_related("person")), user):
                yield str(row), row, labels_of(rows.model)

    # Around the form

    def panel(self, request, form, obj):
        panel = super().panel(request, form, obj)
        if obj is None:
            return panel
        panel["parent"] = parent_link(obj)
        if obj.conference_id and not panel["state"].in_force and not state_of(obj.conference.uid).in_force:
            panel["hint"] = _("Its conference is not public now: publish the conference first, or schedule both.")
        return panel


@admin.register(CoChairsSummary)
class CoChairsSummaryAdmin(DocumentAdmin):
    what = []
    where = ["conference", "occasion", ("date", "date_precision"), "place"]
    further = [("symbol", "reissue"), "themes"]
    list_display = ["shown_title", "shown_date", "conference", "publication", "language_list", "missing"]
    list_filter = [*STATE_FILTERS, DateListFilter, "versions__language"]


@admin.register(PressRelease)
class PressReleaseAdmin(DocumentAdmin):
    what = []
    where = ["conference", "occasion", ("date", "date_precision"), "place"]
    further = ["dateline", "contact", "hashtags", "themes"]
    list_display = ["shown_title", "occasion", "shown_date", "conference", "publication", "language_list", "missing"]
    list_filter = [*STATE_FILTERS, "occasion", DateListFilter, "versions__language"]


@admin.register(Statement)
class StatementAdmin(DocumentAdmin):
    where = ["conference", "session", "occasion", ("date", "date_precision"), "place"]
    inlines = [DeliveryInline, IssuerInline, MentionInline, RelationInline]
    further = [("symbol", "reissue"), "themes"]


@admin.register(OtherDocument)
class OtherDocumentAdmin(DocumentAdmin):
    further = [("symbol", "reissue"), "contact", "hashtags", "themes"]
