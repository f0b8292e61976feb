"""The admin of conferences, photos and the vocabulary. It may use the documents' models; nothing of theirs uses it."""

from collections import defaultdict

from csp.decorators import csp_update
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Func, IntegerField, OuterRef, Prefetch, Q, Subquery
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from conferences.admin.known import known_conferences, named_conference, readable_conferences
from conferences.admin.merge import MergePage, merge_address
from conferences.admin.release import ReleasePage, release_address
from conferences.admin.sheet import ContactSheet
from conferences.admin.upload import UploadPage, sheet_address, thumbnail_address, upload_address
from conferences.models import (
    AnnouncedDate,
    Appearance,
    Conference,
    ConferenceText,
    Figure,
    Link,
    MainTopic,
    Organization,
    OrganizationRole,
    Person,
    Photo,
    Reference,
    Series,
    SeriesEntry,
    Session,
    Theme,
)
from ctportal.core import languages
from ctportal.core.codes import DocumentKind, Occasion
from ctportal.core.countries import COUNTRY_CHOICES
from ctportal.core.dates import format_date_range
from ctportal.files.store import store_photo
from ctportal.publishing.base_models import lock
from ctportal.publishing.snapshot import delete_rows, refresh_draft
from ctportal.publishing.state import children_of
from ctportal.staff import presence, stale_save
from ctportal.staff.buttons import names_of
from ctportal.staff.components import component
from ctportal.staff.dashboard import DashboardFilter
from ctportal.staff.draft_history import KeepsHistory
from ctportal.staff.fields import NATIVE_WIDGETS, AutocompleteFields
from ctportal.staff.form_changes import what_changed
from ctportal.staff.form_uploads import take_upload
from ctportal.staff.inlines import InlineFormSet, LabelTabularInline
from ctportal.staff.interface_language import interface_language
from ctportal.staff.label_forms import LabelForm, label_texts, labels_of
from ctportal.staff.lists import NarrowedList
from ctportal.staff.prose_editor import EDITOR_POLICY
from ctportal.staff.publication_state import (
    PublicationFilter,
    badge,
    language_marks,
    note_publication,
    publication_state,
)
from ctportal.staff.record_admin import RecordAdmin
from ctportal.staff.record_form import RecordForm, record_form
from ctportal.staff.stale_save import stale_context
from ctportal.staff.unsaved_copy import SaysWhatIsSaved
from ctportal.workflow import review, revisions, roles
from ctportal.workflow.redaction import Redacted, named_as_known, redact
from documents.models import CoChairsSummary, Document, PressRelease, Statement

COUNTRIES = dict(COUNTRY_CHOICES)  # Django makes this dictionary anew for each row that shows a country


def label(record, name):
    """The label *name* of *record* in the interface's language or what it falls back to."""
    return languages.pick(label_texts(record, name), interface_language(), record.original_language)[0]


# Vocabulary


class VocabularyForm(RecordForm):
    slug_from = "name"


class VocabularyAdmin(RecordAdmin):
    """Series, themes, organizations and people: public for as long as something public shows them."""

    publishable = False
    ordering = ["slug"]
    list_display = ["called", "slug", "language_list", "publication"]
    list_filter = [PublicationFilter]
    search_fields = ["slug", *(f"name_{code}" for code in languages.CODES)]

    @admin.display(description=gettext_lazy("name"), ordering="slug")
    def called(self, record):
        return label(record, "name") or record.slug


@admin.register(Series)
class SeriesAdmin(VocabularyAdmin):
    form = record_form(Series)(type("SeriesForm", (VocabularyForm,), {}))
    fields = ["name", "slug", "original_language", "description"]


@admin.register(Theme)
class ThemeAdmin(VocabularyAdmin):
    form = record_form(Theme)(type("ThemeForm", (VocabularyForm,), {}))
    fields = ["name", "slug", "original_language", "description"]


class MergeableAdmin(VocabularyAdmin):
    """People and organizations: the same one is entered twice now and then."""

    actions = ["merge"]

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        return [path("merge/", self.admin_site.admin_view(self.merge_view), name=name), *super().get_urls()]

    def merge_view(self, request):
        return MergePage(self, request).respond()

    @admin.action(description=gettext_lazy("Merge the selected entries into one"), permissions=["publish"])
    def merge(self, request, queryset):
        return HttpResponseRedirect(merge_address(self, queryset))


@record_form(Organization)
class OrganizationForm(VocabularyForm):
    constraint_fields = {"organization_is_not_its_own_parent": "parent"}


@admin.register(Organization)
class OrganizationAdmin(MergeableAdmin):
    form = OrganizationForm
    fields = ["name", "acronym", "slug", "original_language", "kind", "country", "parent", "website"]
    autocomplete_fields = ["parent"]
    list_display = ["called", "acronym", "kind", "country", "language_list", "publication"]
    list_filter = [PublicationFilter, "kind"]
    search_fields = ["acronym", *VocabularyAdmin.search_fields]


@admin.register(Person)
class PersonAdmin(MergeableAdmin):
    form = record_form(Person)(type("PersonForm", (VocabularyForm,), {}))
    fields = ["name", "slug", "original_language"]


# What belongs to a conference


class SeriesEntryForm(LabelForm):
    constraint_fields = {"ordinal_once_per_series": "ordinal", "conference_once_per_series": "series"}


class SeriesEntryInline(LabelTabularInline):
    model = SeriesEntry
    form = SeriesEntryForm
    fields = ["series", "ordinal"]
    autocomplete_fields = ["series"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("series")


class AnnouncedDateForm(LabelForm):
    constraint_fields = {"announced_date_ends_on_or_after_start": "end_date"}


class AnnouncedDateInline(LabelTabularInline):
    model = AnnouncedDate
    form = AnnouncedDateForm
    fields = ["start_date", "end_date", "date_precision", "announced_on", "reason"]


class MainTopicInline(LabelTabularInline):
    model = MainTopic
    fields = ["title", "order"]


class SessionForm(LabelForm):
    constraint_fields = {"session_ends_after_it_starts": "end_time"}


class SessionInline(LabelTabularInline):
    """The programme at a glance; each session's description, people and organizations are on its own page."""

    model = Session
    form = SessionForm
    fields = ["kind", "number", "title", "date", "start_time", "end_time", "order"]
    show_change_link = True
    verbose_name_plural = gettext_lazy("programme")


class OrganizationRoleForm(LabelForm):
    constraint_fields = {
        "organization_role_once_per_conference": "organization",
        "organization_role_once_per_session": "organization",
    }


class OrganizationRoleInline(LabelTabularInline):
    model = OrganizationRole
    form = OrganizationRoleForm
    fields = ["organization", "role", "order"]
    autocomplete_fields = ["organization"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("organization")


class AppearanceInline(LabelTabularInline):
    model = Appearance
    fields = ["person", "role", "title", "organization", "order"]
    autocomplete_fields = ["person", "organization"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person", "organization")


class FigureForm(LabelForm):
    def validate_constraints(self):
        """One official figure per measure is checked by the form set, over all rows at once."""


class FigureFormSet(InlineFormSet):
    def clean(self):
        super().clean()
        official = defaultdict(list)
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if data.get("official") and data.get("measure") and not data.get("DELETE"):
                official[data["measure"]].append(form)
        for forms_of_measure in official.values():
            for form in forms_of_measure[1:]:
                form.add_error("official", _("Another figure for this measure is already the official one."))

    def save(self, commit=True):
        # The mark moves from one row to another in one step: first taken off, then set.
        stays = [form.instance.pk for form in self.initial_forms if form.cleaned_data.get("official")]
        if commit and self.instance.pk:
            self.instance.figures.filter(official=True).exclude(pk__in=stays).update(official=False)
        return super().save(commit)


class FigureInline(LabelTabularInline):
    model = Figure
    form = FigureForm
    formset = FigureFormSet
    fields = ["measure", "expectation", "qualifier", "value", "source_document", "source", "official", "order"]
    autocomplete_fields = ["source_document"]

    def get_queryset(self, request):
        queryset = super().get_queryset(request).select_related("source_document")
        return queryset.prefetch_related("source_document__versions")


class ReferenceForm(LabelForm):
    constraint_fields = {"reference_once_per_conference": "document"}


class ReferenceInline(LabelTabularInline):
    model = Reference
    form = ReferenceForm
    fields = ["document", "order"]
    autocomplete_fields = ["document"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("document").prefetch_related("document__versions")


class LinkInline(LabelTabularInline):
    model = Link
    fields = ["kind", "title", "address", "language", "order"]


# Conferences


@record_form(Conference, ConferenceText)
class ConferenceForm(RecordForm):
    text_rows = "texts"
    text_fields = ("title", "motto", "summary", "description", "background", "outcome")
    slug_from = "name"
    constraint_fields = {
        "conference_ends_on_or_after_start": "end_date",
        "conference_is_not_its_own_parent": "parent",
    }


class YearOf(Func):
    """The year of a date. Django's own calls a Python function for each row on SQLite, which for all rows takes long."""

    arity = 1
    output_field = IntegerField()

    def as_sqlite(self, compiler, connection, **extra_context):
        return self.as_sql(compiler, connection, template="CAST(substr(%(expressions)s, 1, 4) AS integer)")

    def as_postgresql(self, compiler, connection):
        return self.as_sql(compiler, connection, template="CAST(extract(year FROM %(expressions)s) AS integer)")


class YearFilter(admin.SimpleListFilter):
    title = gettext_lazy("year")
    parameter_name = "year"
    field = "start_date"

    def lookups(self, request, model_admin):
        readable = roles.readable(model_admin.model._default_manager.all(), request.user)
        years = readable.exclude(**{self.field: None}).values_list(YearOf(self.field), flat=True).distinct().order_by()
        return [(str(year), str(year)) for year in sorted(years, reverse=True)]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(**{f"{self.field}__year": int(value)}) if value else queryset


class CountryFilter(admin.SimpleListFilter):
    title = gettext_lazy("country")
    parameter_name = "country"

    def lookups(self, request, model_admin):
        names = dict(Conference._meta.get_field("country").choices)
        used = (
            readable_conferences(request.user)
            .exclude(country="")
            .values_list("country", flat=True)
            .distinct()
            .order_by()
        )
        return sorted(((code, str(names.get(code, code))) for code in used), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        return queryset.filter(country=self.value()) if self.value() else queryset


class Part:
    """A part that the dossier of a conference should have."""

    def __init__(self, name, matches, admin_name, **prefilled):
        self.name, self.matches, self.admin_name, self.prefilled = name, matches, admin_name, prefilled


def _is(document, *kinds):
    return document.kind in kinds or document.also_serves_as in kinds


KIND, OCCASION = DocumentKind, Occasion
PARTS = [
    Part(
        gettext_lazy("opening release"),
        lambda d: _is(d, KIND.PRESS_RELEASE) and d.occasion == OCCASION.OPENING,
        "pressrelease",
        kind=KIND.PRESS_RELEASE,
        occasion=OCCASION.OPENING,
    ),
    Part(
        gettext_lazy("closing release"),
        lambda d: _is(d, KIND.PRESS_RELEASE) and d.occasion == OCCASION.CLOSING,
        "pressrelease",
        kind=KIND.PRESS_RELEASE,
        occasion=OCCASION.CLOSING,
    ),
    Part(
        gettext_lazy("co-chairs’ summary"),
        lambda d: _is(d, KIND.CO_CHAIRS_SUMMARY),
        "cochairssummary",
        kind=KIND.CO_CHAIRS_SUMMARY,
        occasion=OCCASION.CLOSING,
    ),
    Part(
        gettext_lazy("statements"),
        lambda d: _is(d, KIND.STATEMENT, KIND.KEYNOTE_ADDRESS),
        "statement",
        kind=KIND.STATEMENT,
        occasion=OCCASION.OPENING,
    ),
]
# Which admin entry a document of a kind is edited in.
ENTRY_OF_KIND = {
    KIND.CO_CHAIRS_SUMMARY: CoChairsSummary,
    KIND.PRESS_RELEASE: PressRelease,
    KIND.STATEMENT: Statement,
    KIND.KEYNOTE_ADDRESS: Statement,
}


@admin.register(Conference)
class ConferenceAdmin(RecordAdmin):
    form = ConferenceForm
    list_display = ["name", "dates", "place", "publication", "language_list", "missing_parts"]
    list_filter = [
        DashboardFilter,
        PublicationFilter,
        "stage",
        YearFilter,
        CountryFilter,
        "kind",
        "event_status",
        "series_entries__series",
    ]
    tells_of_others = frozenset({"series_entries__series"})
    search_fields = ["name", "slug", "texts__title", *(f"city_{code}" for code in languages.CODES)]
    ordering = ["-start_date", "name"]
    autocomplete_fields = ["parent", "themes"]
    inlines = [
        SeriesEntryInline,
        MainTopicInline,
        SessionInline,
        OrganizationRoleInline,
        AppearanceInline,
        FigureInline,
        ReferenceInline,
        LinkInline,
        AnnouncedDateInline,
    ]
    fieldsets = [
        (
            gettext_lazy("Facts"),
            {
                "fields": [
                    "name",
                    "slug",
                    "original_language",
                    ("kind", "event_status", "format"),
                    ("start_date", "end_date", "date_precision"),
                    ("city", "country"),
                    "venue",
                    "time_zone",
                    "parent",
                    "themes",
                    ("contact", "contact_email"),
                ]
            },
        ),
        (
            gettext_lazy("Text in the original language"),
            {"fields": ["title", "motto", "summary", "description", "background", "outcome"]},
        ),
    ]
    link_paths = ("parent", "references__document", "figures__source_document", "photos")
    # Where the parts of the form begin, for the row of links above it.
    parts = [
        ("fieldset-0-0-heading", gettext_lazy("Facts")),
        ("fieldset-0-1-heading", gettext_lazy("Text")),
        ("series_entries-group", gettext_lazy("Series")),
        ("main_topics-group", gettext_lazy("Main topics")),
        ("sessions-group", gettext_lazy("Programme")),
        ("organization_roles-group", gettext_lazy("Organizations")),
        ("appearances-group", gettext_lazy("People")),
        ("figures-group", gettext_lazy("Figures")),
        ("references-group", gettext_lazy("References")),
        ("links-group", gettext_lazy("Links")),
        ("announced_dates-group", gettext_lazy("Announced dates")),
        ("publishing-heading", gettext_lazy("Publishing")),
    ]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        page = request.resolver_match.url_name if request.resolver_match else ""
        if page.endswith("_change"):
            return queryset.prefetch_related("texts")
        if not page.endswith("_changelist"):
            return queryset
        photos = roles.readable(Photo.objects.filter(conference=OuterRef("pk")), request.user).order_by()
        documents = Document.objects.only("conference", "kind", "also_serves_as", "occasion").order_by()
        return queryset.annotate(
            photo_count=Subquery(photos.values("conference").annotate(n=Count("pk")).values("n"))
        ).prefetch_related(
            Prefetch("texts", ConferenceText.objects.only("conference", "language", "ready")),
            Prefetch("documents", roles.readable(documents, request.user)),
        )

    def get_urls(self):
        sheet = path(
            "<int:object_id>/photos/",
            self.admin_site.admin_view(self.photos_view),
            name="conferences_conference_photos",
        )
        sheet_presence = path(
            "<int:object_id>/photos/presence/",
            self.admin_site.admin_view(self.photos_presence_view),
            name="conferences_conference_photos_presence",
        )
        release = path(
            "<int:object_id>/release/",
            self.admin_site.admin_view(self.release_view),
            name="conferences_conference_release",
        )
        return [sheet, sheet_presence, release, *super().get_urls()]

    def release_view(self, request, object_id):
        return ReleasePage(self, request, object_id).respond()

    def photos_view(self, request, object_id):
        return ContactSheet(self, request, object_id).respond()

    def photos_presence_view(self, request, object_id):
        return ContactSheet(self, request, object_id).answer_sign()

    @admin.display(description=gettext_lazy("dates"), ordering="start_date")
    def dates(self, record):
        return format_date_range(record.start_date, record.end_date, record.date_precision, interface_language())

    @admin.display(description=gettext_lazy("place"), ordering="country")
    def place(self, record):
        return ", ".join(filter(None, [label(record, "city"), str(COUNTRIES.get(record.country, ""))]))

    @admin.display(description=gettext_lazy("missing"))
    def missing_parts(self, record):
        missing = [str(part.name) for part in PARTS if not any(map(part.matches, record.documents.all()))]
        return ", ".join(missing if record.photo_count else [*missing, _("photos")])

    def language_parts(self, obj, user):
        """Every label of the conference and its parts; an empty heading goes on under the one before."""
        yield from super().language_parts(obj, user)
        yield from _under(_("Main topics"), obj.main_topics.all())
        for session in obj.sessions.prefetch_related("appearances"):
            yield str(session), session, labels_of(Session)
            yield from _under("", session.appearances.all())
        for appearance in redact(obj.appearances.select_related("person"), user):
            yield str(appearance), appearance, labels_of(Appearance)
        yield from _under(_("Related links"), obj.links.all())

    # The dossier

    def panel(self, request, form, obj, is_popup):
        panel = super().panel(request, form, obj, is_popup)
        panel["parts"] = [part for part in self.parts if panel["may_publish"] or part[0] != "publishing-heading"]
        if obj is not None and obj.pk and not is_popup:
            dossier = self.dossier(obj, panel["languages"], panel["publication"], request.user)
            panel["dossier"], panel["dossier_links"] = dossier
            panel["release_address"] = release_address(obj) if panel["may_publish"] else ""
            panel |= self.cascade_of(panel["state"]) if panel["may_publish"] else {}
        return panel

    def cascade_of(self, state):
        """What the buttons will do to other records: the names of those that move with the conference, and of those that
        are unscheduled with it."""
        if not state.to_come or state.in_force:
            return {}
        children = children_of(state.to_come.uid, state.at).only("uid", "type", "public_from")
        names = names_of([(child.type, child.uid) for child in children])
        opening = state.to_come.public_from
        same = {child.uid for child in children if child.public_from == opening}
        moving = [name for uid, name in names.items() if uid in same]
        return {"moving_with_conference": moving, "unscheduled_with_conference": list(names.values())}

    def dossier(self, conference, matrix, publication, user):
        """Rows for the panel, one per part that exists or is missing, and the links to add more."""
        documents = roles.readable(conference.documents.order_by("date", "pk"), user)
        documents = documents.prefetch_related(document_languages())
        documents = note_publication(documents)
        rows = [{"part": _("Conference text"), "languages": matrix, "publication": badge(publication)}]
        shown = set()
        for part in PARTS:
            found = [document for document in documents if part.matches(document) and document.pk not in shown]
            if found or any(part.matches(document) for document in documents):
                rows += [document_row(self.admin_site, part.name, document, conference) for document in found]
                shown |= {document.pk for document in found}
            else:
                address = add_address(part.admin_name, conference, user, **part.prefilled)
                rows.append(missing_row(part.name, address, _("Add %(part)s") % {"part": part.name}))
        for document in documents:
            if document.pk not in shown:
                rows.append(document_row(self.admin_site, document.get_kind_display(), document, conference))
        rows.append(self.photo_row(conference, user))
        more = [
            {
                "label": _("Add statement"),
                "address": add_address("statement", conference, user, kind=KIND.STATEMENT, occasion=OCCASION.OPENING),
            },
            {"label": _("Add other document"), "address": add_address("otherdocument", conference, user)},
        ]
        return rows, [link for link in more if link["address"]]

    def photo_row(self, conference, user):
        photos = list(roles.readable(conference.photos.all(), user))
        add = upload_address(conference) if user.has_perm("conferences.add_photo") else ""
        if not photos:
            return missing_row(_("Photos"), add, _("Add photos"))
        incomplete = sum(1 for photo in photos if photo_missing(photo))
        text = _("%(n)d photos, %(incomplete)d of them incomplete") if incomplete else _("%(n)d photos, all complete")
        return {
            "part": _("Photos"),
            "title": text % {"n": len(photos), "incomplete": incomplete},
            "address": sheet_address(conference),
            "text": " ",
            "more_address": add,
            "more_label": _("Add photos"),
        }


def _under(heading, rows):
    """The labels of *rows* under one *heading*."""
    for number, row in enumerate(rows):
        yield heading if not number else "", row, labels_of(type(row))


def document_languages():
    """The versions of documents without their long text."""
    return Prefetch(
        "versions",
        Document._meta.get_field("versions").related_model.objects.only("document", "language", "title", "ready"),
    )


def document_row(site, part, document, conference):
    entry = ENTRY_OF_KIND.get(document.kind)
    model = entry._meta.model_name if entry else "otherdocument"
    states = {version.language: "ready" if version.ready else "draft" for version in document.versions.all()}
    cells = []
    for code, name in languages.LANGUAGES.items():
        original = code == document.original_language
        page = "change" if original else "language"
        args = [document.pk] if original else [document.pk, code]
        cells.append(
            {
                "code": code,
                "name": name,
                "state": "original" if original else states.get(code, "missing"),
                "address": reverse(f"admin:documents_{model}_{page}", args=args),
            }
        )
    return {
        "part": capfirst(str(part)),
        "title": document.original_title or document.slug,
        "address": reverse(f"admin:documents_{model}_change", args=[document.pk]),
        "publication": badge(publication_state(document)),
        "languages": cells,
    }


def missing_row(part, address, label):
    """The row of a part that the dossier lacks, with the way to add it for who may."""
    return {"part": capfirst(part), "is_missing": True, "add_address": address, "add_label": label}


def add_address(model_name, conference, user, **prefilled):
    """The address of the right form to add a document, filled in from the conference; "" for who may not add one."""
    if not user.has_perm(f"documents.add_{model_name}"):
        return ""
    values = {"conference": conference.pk, **{name: str(value) for name, value in prefilled.items()}}
    return reverse(f"admin:documents_{model_name}_add") + f"?{urlencode(values)}"


# Sessions, on a page of their own


class SessionPageForm(SessionForm):
    """A session that moves to another conference keeps its texts in the languages they are written in.

    It does not move while a document names it: a document and its session belong to the same conference.
    """

    def clean(self):
        cleaned = super().clean()
        conference = cleaned.get("conference")
        if self.instance.pk and conference and conference.pk != self.instance.conference_id:
            self._refuse_while_named()
            self._stay_in_languages(conference)
        return cleaned

    def _refuse_while_named(self):
        documents = list(self.instance.documents.order_by("date", "pk").prefetch_related("versions"))
        if documents:
            text = _(
                "It does not move while documents name it: %(documents)s. Take it out of them, or move them to the other "
                "conference without it, first."
            )
            names = {"documents": ", ".join(named_as_known(documents, self.request.user))}
            self.add_error("conference", ValidationError(text, code="named_by_documents", params=names))

    def _stay_in_languages(self, conference):
        self.given_language = self.instance.written_in = self.opened_in
        language = conference.original_language
        if language != self.opened_in and not getattr(self.instance, f"title_{language}"):
            text = _(
                "The original language of “%(conference)s” is %(language)s, and the session has no title in it. Write that "
                "first, on the page of this language of the conference it belongs to now."
            )
            names = {"conference": conference, "language": languages.LANGUAGES[language]}
            self.add_error("conference", ValidationError(text, code="no_title", params=names))


@admin.register(Session)
class SessionAdmin(SaysWhatIsSaved, KeepsHistory, AutocompleteFields, NarrowedList, admin.ModelAdmin):
    form = SessionPageForm
    formfield_overrides = NATIVE_WIDGETS
    fields = [
        "conference",
        ("kind", "number"),
        "title",
        "description",
        ("date", "start_time", "end_time"),
        ("room", "order"),
    ]
    autocomplete_fields = ["conference"]
    inlines = [OrganizationRoleInline, AppearanceInline]
    search_fields = ["conference__name", *(f"title_{code}" for code in languages.CODES)]
    list_display = ["__str__", "conference", "kind", "date"]
    list_select_related = ["conference"]
    show_full_result_count = False
    ordering = ["-pk"]

    def get_urls(self):
        return [presence.url(self, session_page), *super().get_urls()]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if request.user.has_perm("publishing.read_all_drafts"):
            return queryset
        is_choice = request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"
        allowed = known_conferences if is_choice else readable_conferences
        return queryset.filter(conference__in=allowed(request.user))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.request = request
        return form

    def has_view_permission(self, request, obj=None):
        allowed = super().has_view_permission(request, obj)
        return allowed and (obj is None or roles.may_read(request.user, obj.conference))

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_edit(request.user, obj.conference))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or roles.may_edit(request.user, obj.conference))

    def has_module_permission(self, request):
        return False  # reached from the conference

    def record_of(self, obj):
        return obj.conference

    def history_view(self, request, object_id, extra_context=None):
        """What is kept of a session is kept with its conference."""
        session = self.get_object(request, unquote(object_id))
        if session is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, session):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:conferences_conference_history", args=[session.conference_id]))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":  # without a transaction: SQLite's would take the write lock
            return super().changeform_view(request, object_id, form_url, extra_context)
        session = self.get_object(request, unquote(object_id)) if object_id else None
        with transaction.atomic():
            if session:
                stale_save.lock_form(Conference, str(session.conference_id))
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        if not roles.may_edit(request.user, obj.conference):
            raise PermissionDenied
        if change:
            obj.save(update_fields=form.own_columns)
        else:
            obj.save()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        refresh_draft(form.instance.conference)
        if not change or what_changed(form, formsets):
            review.note_change(form.instance.conference, request.user)
            presence.note_saving(request.user, *session_page(form.instance))
        before = form.initial.get("conference")
        if change and before != form.instance.conference_id:
            text = gettext_noop("Session “%(session)s” moved to “%(conference)s”.")
            comment = revisions.sentence(text, session=form.instance, conference=form.instance.conference)
            self._note_left(Conference.objects.get(pk=before), request.user, comment)

    def delete_model(self, request, obj):
        conference, comment = obj.conference, _("Session “%(session)s” deleted.") % {"session": obj}
        lock(Conference.objects.filter(pk=conference.pk))  # as its form does: it writes, or finds the session gone
        delete_rows(Session.objects.filter(pk=obj.pk))
        self._note_left(conference, request.user, comment)

    @staticmethod
    def _note_left(conference, user, comment):
        """Note that a session of *conference* belongs to it no more: that changes its draft as well."""
        refresh_draft(conference)
        review.note_change(conference, user)
        revisions.keep(conference, by=user, comment=comment)

    def response_post_save_add(self, request, obj):
        return self._to_conference(obj)

    def response_post_save_change(self, request, obj):
        return self._to_conference(obj)

    def _to_conference(self, obj):
        address = reverse("admin:conferences_conference_change", args=[obj.conference_id])
        return HttpResponseRedirect(f"{address}#sessions-group")

    @method_decorator(csp_update(EDITOR_POLICY))
    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        context["portal"] = stale_context(context["adminform"].form, formsets)
        if change and not context["is_popup"]:
            context["presence"] = presence.open_form(request, self, obj, session_page)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if request.method == "POST":
            response.status_code = 422
        return response


def session_page(session):
    """The record and the part of it that the page of *session* is."""
    return session.conference.uid, f"session-{session.pk}"


# Photos


def photo_missing(photo):
    """What a photo still needs before it can be public, in words."""
    missing = []
    if not photo.decorative and not getattr(photo, f"alt_text_{photo.original_language}"):
        missing.append(_("alternative text"))
    if not photo.credit.strip():
        missing.append(_("credit"))
    return missing


@record_form(Photo)
class PhotoForm(RecordForm):
    upload = forms.FileField(
        label=gettext_lazy("Picture"), required=False, help_text=gettext_lazy("JPEG, PNG or WebP.")
    )
    kept_file = forms.CharField(required=False, widget=forms.HiddenInput)
    constraint_fields = {"one_featured_photo_per_conference": "featured"}
    stored = None

    def clean(self):
        cleaned = super().clean()
        self.stored = take_upload(self, store_photo, self.request.user)
        if not self.instance.pk and not self.stored and "upload" not in self.errors:
            self.add_error("upload", ValidationError(_("Choose the picture."), code="required"))
        return cleaned

    def _post_clean(self):
        if self.stored:
            self.instance.file = self.stored
        super()._post_clean()

    @property
    def own_columns(self):
        return sorted({*super().own_columns, "file"})


class PhotoYearFilter(YearFilter):
    title = gettext_lazy("year of the conference")
    field = "conference__start_date"


class IncompleteFilter(admin.SimpleListFilter):
    title = gettext_lazy("completeness")
    parameter_name = "complete"

    def lookups(self, request, model_admin):
        return [("no", gettext_lazy("alternative text or credit missing")), ("yes", gettext_lazy("complete"))]

    def queryset(self, request, queryset):
        without = Q()
        for code in languages.CODES:
            empty = Q(**{f"alt_text_{code}": ""}) | Q(**{f"alt_text_{code}__isnull": True})
            without |= Q(original_language=code) & empty
        incomplete = Q(credit="") | Q(decorative=False) & without
        if self.value() == "no":
            return queryset.filter(incomplete)
        return queryset.exclude(incomplete) if self.value() == "yes" else queryset


def lacking():
    return component("missing")


@admin.register(Photo)
class PhotoAdmin(RecordAdmin):
    form = PhotoForm
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
    list_filter = [
        DashboardFilter,
        PublicationFilter,
        "stage",
        IncompleteFilter,
        PhotoYearFilter,
        "featured",
        "decorative",
    ]
    search_fields = [
        "credit",
        "conference__name",
        *(f"caption_{c}" for c in languages.CODES),
        *(f"alt_text_{c}" for c in languages.CODES),
    ]
    tells_of_others = frozenset({"conference", "conference__name", PhotoYearFilter})
    ordering = ["-pk"]
    change_list_template = "admin/photos/change_list.html"

    def get_urls(self):
        upload = path("upload/", self.admin_site.admin_view(self.upload_view), name="conferences_photo_upload")
        return [upload, *super().get_urls()]

    def upload_view(self, request):
        return UploadPage(self, request).respond()

    upload_view.csrf_exempt = True  # the page checks the token itself, once it could read the form

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("conference", "file").prefetch_related("file__renditions")

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        conference = conference_of(initial, request.user)
        if conference:
            initial.setdefault("taken_on", conference.start_date)
            initial.setdefault("place", getattr(conference, f"city_{conference.original_language}") or "")
            initial.setdefault("original_language", conference.original_language)
        return initial

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, record):
        address = thumbnail_address(record)
        if not address:
            return "–"
        return component("thumbnail", address=address)

    @admin.display(description=gettext_lazy("photo"))
    def shown_name(self, record):
        return Truncator(label(record, "caption") or label(record, "alt_text") or record.file.name).chars(90)

    @admin.display(description=gettext_lazy("alternative text"))
    def alternative_text(self, record):
        if record.decorative:
            return _("decorative")
        texts = label_texts(record, "alt_text")
        if record.original_language not in texts:
            return lacking()
        return language_marks({code: "original" if code == record.original_language else "ready" for code in texts})

    @admin.display(description=gettext_lazy("credit"), ordering="credit")
    def credited(self, record):
        return Truncator(record.credit).chars(40) if record.credit.strip() else lacking()

    @admin.display(description=gettext_lazy("as it is"))
    def shown_picture(self, record):
        """The picture in the form, as readers see it, with what is known of the file."""
        files = [stored for stored in record.rendition_files if stored.width] if record and record.pk else []
        if not files:
            return "–"
        shown = min(files, key=lambda stored: abs(stored.width - 640))
        return component("photo", address=reverse("admin_file", args=[shown.key, shown.name]), file=record.file)

    def panel(self, request, form, obj, is_popup):
        panel = super().panel(request, form, obj, is_popup)
        return panel | {"parent": parent_link(obj)} if obj and obj.pk else panel


def conference_of(initial, user):
    """The conference that the address of an add form names, where *user* may know of it, or None."""
    return named_conference(str(initial.get("conference", "")), user)


def parent_link(obj):
    """Where a document or photo belongs: {name, address} of its conference, or None."""
    if not obj.conference_id or isinstance(obj.conference, Redacted):
        return None
    return {
        "name": obj.conference.name,
        "address": reverse("admin:conferences_conference_change", args=[obj.conference_id]),
    }
