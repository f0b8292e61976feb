"""The admin of conferences: the list, the form with its inlines and panel, and the addresses of further pages."""

from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conferences.admin import inlines
from conferences.admin.dossier import add_links, dossier_rows, missing_parts
from conferences.admin.known import readable_conferences
from conferences.admin.lists import STATE_FILTERS, YearListFilter, label
from conferences.admin.release import ReleasePage
from conferences.admin.sheet import ContactSheet, SheetPresencePage
from conferences.models import Appearance, Conference, ConferenceText, Photo, Session
from ctportal.core.countries import country_name, place_name
from ctportal.core.dates import format_date_range
from ctportal.publishing.state import children_of
from ctportal.staff.buttons import names_of
from ctportal.staff.interface_language import interface_language
from ctportal.staff.label_forms import labels_of
from ctportal.staff.object_pages import page_address
from ctportal.staff.publication_state import STATE_OF_TEXT, badge
from ctportal.staff.record_admin import RecordAdmin
from ctportal.staff.record_form import RecordForm, text_form
from ctportal.workflow import roles
from ctportal.workflow.redaction import redact
from documents.models import Document


@text_form(ConferenceText)
class ConferenceForm(RecordForm):
    text_rows = "texts"
    text_fields = ("title", "alternate_title", "motto", "summary", "description", "background", "outcome")
    slug_from = "name"
    constraint_fields = {
        "conference_ends_on_or_after_start": "end_date",
        "conference_is_not_its_own_parent": "parent",
        "conference_has_both_coordinates_or_none": "longitude",
    }


class CountryListFilter(admin.SimpleListFilter):
    title = gettext_lazy("country")
    parameter_name = "country"

    def lookups(self, request, model_admin):
        rows = readable_conferences(request.user).exclude(country="").order_by()
        used = rows.values_list("country", flat=True).distinct()
        return sorted(((code, country_name(code, interface_language())) for code in used), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        return queryset.filter(country=self.value()) if self.value() else queryset


@admin.register(Conference)
class ConferenceAdmin(RecordAdmin):
    form = ConferenceForm
    change_form_template = "admin/conferences/conference_form.html"
    list_display = ["name", "dates", "place", "publication", "language_list", "missing_parts"]
    list_filter = [*STATE_FILTERS, YearListFilter, CountryListFilter, "kind", "event_status", "series_entries__series"]
    tells_of_others = frozenset({"series_entries__series"})
    search_fields = ["search_text", "texts__search_text"]
    ordering = ["-start_date", "name"]
    autocomplete_fields = ["parent", "themes"]
    inlines = [
        inlines.SeriesEntryInline,
        inlines.MainTopicInline,
        inlines.SessionInline,
        inlines.OrganizationRoleInline,
        inlines.AppearanceInline,
        inlines.FigureInline,
        inlines.ConferenceRelationInline,
        inlines.ReferenceInline,
        inlines.ExpectedDocumentInline,
        inlines.LinkInline,
        inlines.SameAsInline,
        inlines.AnnouncedDateInline,
    ]
    fieldsets = [
        (
            gettext_lazy("Facts"),
            {
                "fields": [
                    "name",
                    "short_title",
                    "slug",
                    "original_language",
                    ("kind", "event_status", "format"),
                    ("start_date", "end_date", "date_precision"),
                    ("city", "country"),
                    "venue",
                    ("latitude", "longitude"),
                    "time_zone",
                    "parent",
                    "themes",
                    ("contact", "contact_email"),
                ]
            },
        ),
        (gettext_lazy("Text in the original language"), {"fields": ConferenceForm.text_fields}),
    ]
    pages = [
        ("<path:object_id>/photos/", "photos", ContactSheet),
        ("<path:object_id>/photos/presence/", "photos_presence", SheetPresencePage),
        ("<path:object_id>/release/", "release", ReleasePage),
        *RecordAdmin.pages,
    ]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        page = request.resolver_match.url_name if request.resolver_match else ""
        if page.endswith("_change"):
            return queryset.prefetch_related("texts")
        if not page.endswith("_changelist"):
            return queryset
        photos = roles.readable(Photo.objects.filter(conference=OuterRef("pk")), request.user)
        documents = Document.objects.only("conference", "kind", "also_serves_as", "occasion").order_by()
        return queryset.annotate(has_photos=Exists(photos)).prefetch_related(
            Prefetch("texts", ConferenceText.objects.only("conference", *STATE_OF_TEXT)),
            Prefetch("documents", roles.readable(documents, request.user)),
        )

    @admin.display(description=gettext_lazy("dates"), ordering="start_date")
    def dates(self, record):
        return format_date_range(record.start_date, record.end_date, record.date_precision, interface_language())

    @admin.display(description=gettext_lazy("place"), ordering="country")
    def place(self, record):
        language = interface_language()
        return place_name(label(record, "city"), country_name(record.country, language), language)

    @admin.display(description=gettext_lazy("missing"))
    def missing_parts(self, record):
        missing = missing_parts(record.documents.all())
        return ", ".join(missing if record.has_photos else [*missing, _("photos")])

    def language_parts(self, obj, user):
        """Yield the labels of the conference and its parts. An empty heading continues the group before."""
        yield from super().language_parts(obj, user)
        yield from _under(_("Main topics"), obj.main_topics.all())
        for session in obj.sessions.prefetch_related("appearances", "links"):
            yield str(session), session, labels_of(Session)
            yield from _under("", [*session.appearances.all(), *session.links.all()])
        for appearance in redact(obj.appearances.select_related("person"), user):
            yield str(appearance), appearance, labels_of(Appearance)
        yield from _under(_("Expected documents"), obj.expected_documents.all())
        yield from _under(_("Related links"), obj.links.all())

    def panel(self, request, form, obj):
        panel = super().panel(request, form, obj)
        if obj is None:
            return panel
        text = {
            "part": _("Conference text"),
            "languages": panel["languages"],
            "publication": badge(panel["publication"]),
        }
        panel["dossier"] = [text, *dossier_rows(self.admin_site, obj, request.user)]
        panel["dossier_links"] = add_links(obj, request.user)
        if panel["may_publish"]:
            panel |= cascaded_changes(panel["state"]) | {"release_address": page_address(self, "release", obj.pk)}
        return panel


def cascaded_changes(state):
    """Return the names of the documents and photos that move with the scheduled conference, and of those that are
    unscheduled with it; {} unless its first edition is to come.
    """
    if not state.to_come or state.in_force:
        return {}
    children = children_of(state.to_come.uid, state.at).only("uid", "type", "public_from")
    names = names_of([(child.type, child.uid) for child in children])
    same = {child.uid for child in children if child.public_from == state.to_come.public_from}
    return {
        "moving_with_conference": [name for uid, name in names.items() if uid in same],
        "unscheduled_with_conference": list(names.values()),
    }


def _under(heading, rows):
    """Yield the labels of *rows* under one *heading*."""
    for number, row in enumerate(rows):
        yield heading if not number else "", row, labels_of(type(row))
