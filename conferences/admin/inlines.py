"""The inlines in the forms of conferences and sessions."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conferences.models import (
    AnnouncedDate,
    Appearance,
    ConferenceRelation,
    ExpectedDocument,
    Figure,
    Link,
    MainTopic,
    OrganizationRole,
    Reference,
    SameAs,
    SeriesEntry,
    Session,
)
from ctportal.staff.inlines import InlineFormSet, LabelTabularInline
from ctportal.staff.label_forms import LabelForm


class RowForm(LabelForm):
    constraint_fields = {
        "ordinal_once_per_series": "ordinal",
        "conference_once_per_series": "series",
        "announced_date_ends_on_or_after_start": "end_date",
        "reported_date_has_a_source": "source",
        "session_lasts_some_time": "end_time",
        "organization_role_once_per_conference": "organization",
        "organization_role_once_per_session": "organization",
        "reference_once_per_conference": "document",
        "same_as_once_per_conference": "address",
        "conference_relation_once": "target",
    }


class RowInline(LabelTabularInline):
    form: type[LabelForm] = RowForm
    titles: tuple[str, ...] = ()  # lookups to prefetch for the titles of documents

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if self.autocomplete_fields:
            rows = rows.select_related(*self.autocomplete_fields)
        return rows.prefetch_related(*self.titles)


class SeriesEntryInline(RowInline):
    model = SeriesEntry
    fields = ["series", "ordinal"]
    autocomplete_fields = ["series"]


class AnnouncedDateInline(RowInline):
    model = AnnouncedDate
    fields = [
        *("kind", "start_date", "end_date", "date_precision"),
        *("announced_on", "reason", "source", "source_address"),
    ]


class MainTopicInline(RowInline):
    model = MainTopic
    fields = ["title", "order"]


class SessionInline(RowInline):
    """The programme in brief; the description, people and organizations of a session are on its own page."""

    model = Session
    fields = ["kind", "number", "title", "date", "start_time", "end_time", "order"]
    show_change_link = True
    verbose_name_plural = gettext_lazy("programme")


class OrganizationRoleInline(RowInline):
    model = OrganizationRole
    fields = ["organization", "role", "order"]
    autocomplete_fields = ["organization"]


class AppearanceForm(RowForm):
    def clean(self):
        cleaned = super().clean()
        if not any(cleaned.get(name) or name in self.errors for name in ("person", "title")):
            self.add_error("title", _("Enter a person or, where the source gives no name, a title."))
        return cleaned


class AppearanceInline(RowInline):
    model = Appearance
    form = AppearanceForm
    fields = ["person", "role", "title", "organization", "order"]
    autocomplete_fields = ["person", "organization"]


class FigureForm(LabelForm):
    constraint_fields = {"figure_has_a_number_or_says_how_many": "value"}

    def _get_validation_exclusions(self):
        """Skip the constraint of one official figure per measure: the form set checks it for all rows together."""
        return super()._get_validation_exclusions() | {"official"}


class FigureFormSet(InlineFormSet):
    def clean(self):
        super().clean()
        official = set()
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if data.get("official") and data.get("measure") and not data.get("DELETE"):
                if data["measure"] in official:
                    form.add_error("official", _("Another figure for this measure is already the official one."))
                official.add(data["measure"])

    def save(self, commit=True):
        # To move ``official`` from one row to another, clear it first: the constraint allows one per measure.
        stays = [form.instance.pk for form in self.initial_forms if form.cleaned_data.get("official")]
        if commit and self.instance.pk:
            self.instance.figures.filter(official=True).exclude(pk__in=stays).update(official=False)
        return super().save(commit)


class FigureInline(RowInline):
    model = Figure
    form = FigureForm
    formset = FigureFormSet
    fields = [
        *("measure", "expectation", "qualifier", "value"),
        *("source_document", "source", "source_address", "source_date"),
        *("official", "order"),
    ]
    autocomplete_fields = ["source_document"]
    titles = ("source_document__versions",)


class ReferenceInline(RowInline):
    model = Reference
    fields = ["document", "order"]
    autocomplete_fields = ["document"]
    titles = ("document__versions",)


class ExpectedDocumentInline(RowInline):
    model = ExpectedDocument
    fields = ["kind", "title", "date", "date_precision", "organization", "issued_by", "document"]
    autocomplete_fields = ["organization", "document"]
    titles = ("document__versions",)


class ConferenceRelationInline(RowInline):
    model = ConferenceRelation
    fk_name = "conference"
    fields = ["kind", "target", "order"]
    autocomplete_fields = ["target"]


class LinkInline(RowInline):
    model = Link
    fields = ["kind", "title", "address", "language", "order"]


class SameAsInline(RowInline):
    model = SameAs
    fields = ["address", "order"]
