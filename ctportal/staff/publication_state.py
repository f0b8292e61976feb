"""The publication state of the records in a list, its label and badge, and the filter by it."""

from collections import defaultdict

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ctportal.core import languages
from ctportal.publishing import epoch
from ctportal.publishing.base_models import LanguagePlan
from ctportal.publishing.models import Edition
from ctportal.publishing.state import State
from ctportal.staff.components import component
from ctportal.staff.list_search import narrowed
from ctportal.workflow.redaction import redact


def note_publication(records):
    """Set ``edition_state``, the State of its editions, on each of the working *records*. Return them as a list. One
    query.
    """
    records = list(records)
    editions = Edition.objects.not_unscheduled().filter(uid__in=[record.uid for record in records])
    editions = editions.annotate(now=epoch.reached()).order_by("public_from")
    found = defaultdict(list)
    for edition in editions.only("uid", "sha256", "slug", "public_from", "public_until"):
        found[edition.uid].append(edition)
    for record in records:
        mine = found[record.uid]
        record.edition_state = State(mine, mine[0].now if mine else timezone.now())
    return records


class NotedChangeList(ChangeList):
    """A list that loads the publication state of the rows on its page only."""

    def get_ordering_field(self, field_name):
        # Django hides the links of columns not in ``sortable_by``, but still sorts by them if the address asks for it.
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None

    def get_results(self, request):
        super().get_results(request)
        self.result_list = redact(note_publication(self.result_list), request.user, self.list_display)


def publication_state(record):
    """Return the state of a record from ``note_publication``, a key of STATE_LABELS."""
    state = record.edition_state
    draft = record.draft_sha256, getattr(record, "slug", "")
    return name_of_state(state, bool(state.in_force) and (state.in_force.sha256, state.in_force.slug) != draft)


def name_of_state(state: State, is_changed: bool) -> str:
    """Return the key in STATE_LABELS of *state*; *is_changed* tells whether the draft differs from what is public."""
    if state.in_force:
        return "changed" if is_changed else "public"
    if state.to_come:
        return "scheduled"
    return "withdrawn" if state.last else "draft"


STATE_LABELS = {
    "draft": gettext_lazy("draft"),
    "scheduled": gettext_lazy("scheduled"),
    "public": gettext_lazy("public"),
    "changed": gettext_lazy("public, with unpublished changes"),
    "withdrawn": gettext_lazy("withdrawn"),
}


def badge(state):
    return component("state", state=state, label=STATE_LABELS[state])


def has_one_of(editions: QuerySet[Edition]) -> Exists:
    """Return the condition that one of *editions* is of the outer record."""
    return Exists(editions.filter(uid=OuterRef("uid")).order_by())


def same_as_draft(model: type[Model]) -> Q:
    """Return the condition that an edition equals the draft of the outer record, which is of *model*."""
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
        now, same = epoch.reached(), same_as_draft(queryset.model)
        in_force = Edition.objects.public(now)
        public, scheduled = has_one_of(in_force), has_one_of(Edition.objects.to_come(now))
        past = has_one_of(Edition.objects.effective(now))
        conditions = {
            "public": has_one_of(in_force.filter(same)),
            "changed": has_one_of(in_force.exclude(same)),  # at most one is in force
            "scheduled": scheduled & ~public,
            "withdrawn": past & ~public & ~scheduled,
            "draft": ~past & ~scheduled,
        }
        return narrowed(queryset, Q(conditions[str(self.value())]))


# The columns of a text that tell its state.
STATE_OF_TEXT = ("language", "ready", "made_from", "plan")
STATE_OF_PLAN = {
    LanguagePlan.OPEN: "draft",
    LanguagePlan.IN_PREPARATION: "announced",
    LanguagePlan.NOT_PLANNED: "not-planned",
}


def state_of_text(row, record):
    """Return the state of the text *row* of *record* in one further language; see language_state.html for the words."""
    if not row.ready:
        return STATE_OF_PLAN[row.plan]
    return "outdated" if row.is_outdated(record) else "ready"


def language_marks(states):
    """Return the languages in *states*, {language: state}, as small marks."""
    marks = [(code, languages.LANGUAGES[code], states[code]) for code in languages.CODES if code in states]
    return component("languages", languages=marks)
