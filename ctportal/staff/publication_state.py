"""What the public sees of the records of a list: their state, its name and badge, and the filter by it."""

from collections import defaultdict

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, Model, OuterRef, Q
from django.utils.translation import gettext_lazy

from ctportal.core import languages
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.staff.components import component
from ctportal.staff.list_search import found_once
from ctportal.workflow.redaction import redact


def note_publication(records):
    """Note on each of *records* (working records) what the public sees of it; returns them as a list. One query."""
    records = list(records)
    found = defaultdict(list)
    editions = Edition.objects.not_unscheduled().filter(uid__in=[record.uid for record in records])
    editions = editions.annotate(now=epoch.reached()).order_by("public_from")
    for edition in editions.only("uid", "sha256", "slug", "public_from", "public_until"):
        found[edition.uid].append(edition)
    for record in records:
        mine = found[record.uid]
        record.public_edition = next((edition for edition in mine if edition.is_public(edition.now)), None)
        record.edition_to_come = next((edition for edition in mine if edition.public_from > edition.now), None)
        record.was_public = any(edition.public_from <= edition.now for edition in mine)
    return records


class NotedChangeList(ChangeList):
    """A list that notes the publication of the rows of its page, and of no others."""

    def get_ordering_field(self, field_name):
        # Django shows no link to sort by what may not be sorted by, and sorts by it all the same.
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None

    def get_results(self, request):
        super().get_results(request)
        self.result_list = redact(note_publication(self.result_list), request.user, self.list_display)


def publication_state(record):
    """The state of a record from ``note_publication``: draft, scheduled, public, changed or withdrawn."""
    if record.public_edition:
        public = record.public_edition.sha256, record.public_edition.slug
        return "public" if public == (record.draft_sha256, getattr(record, "slug", "")) else "changed"
    if record.edition_to_come:
        return "scheduled"
    return "withdrawn" if record.was_public else "draft"


STATE_LABELS = {
    "draft": gettext_lazy("draft"),
    "scheduled": gettext_lazy("scheduled"),
    "public": gettext_lazy("public"),
    "changed": gettext_lazy("public, with unpublished changes"),
    "withdrawn": gettext_lazy("withdrawn"),
}


def badge(state):
    return component("state", state=state, label=STATE_LABELS[state])


def same_as_draft(model: type[Model]) -> Q:
    """Return the condition on an edition that it says what the draft of the outer record, of *model*, says."""
    same = Q(sha256=OuterRef("draft_sha256"))
    return same & Q(slug=OuterRef("slug")) if hasattr(model, "slug") else same


class PublicationFilter(admin.SimpleListFilter):
    title = gettext_lazy("publication")
    parameter_name = "publication"

    def lookups(self, request, model_admin):
        return list(STATE_LABELS.items())

    def queryset(self, request, queryset):
        if self.value() not in STATE_LABELS:
            return queryset
        now = epoch.reached()
        mine = {"uid": OuterRef("uid")}
        in_force = Edition.objects.public(now).filter(**mine)
        same = same_as_draft(queryset.model)
        public, unchanged, changed, scheduled, past = (
            Exists(rows.order_by())
            for rows in (
                in_force,
                in_force.filter(same),
                in_force.exclude(same),  # one at most is in force
                Edition.objects.to_come(now).filter(**mine),
                Edition.objects.effective(now).filter(**mine),
            )
        )
        conditions = {
            "public": unchanged,
            "changed": changed,
            "scheduled": scheduled & ~public,
            "withdrawn": past & ~public & ~scheduled,
            "draft": ~past & ~scheduled,
        }
        condition = conditions[str(self.value())]
        few = found_once(queryset, queryset.model._default_manager.filter(condition))
        return queryset.filter(condition) if few is None else few


def language_marks(states):
    """Return the six languages as small marks. *states*: {language: "original", "ready", "draft"}; the rest is missing."""
    marks = [(code, languages.LANGUAGES[code], states[code]) for code in languages.CODES if code in states]
    return component("languages", languages=marks)
