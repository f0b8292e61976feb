"""The dashboard: the work that waits for the user, in sections, each with links to the matching admin lists.

The count of a section and its lists come from one queryset, ``Section.records``: the index shows its first records,
and ``DashboardFilter`` filters an admin list by it. A section covers one or more models; users without a right on any
of them do not see it. The number of queries per model does not depend on the number of records.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery, Value, Window
from django.db.models.functions import Coalesce, Least
from django.utils.text import Truncator
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from conferences.models import Conference, ConferenceText, Photo
from ctportal.core import languages
from ctportal.core.codes import ConferenceKind, DocumentKind, EventStatus
from ctportal.core.dates import PRECISIONS, first_day, format_date
from ctportal.core.instants import show_instant, today
from ctportal.publishing import epoch
from ctportal.publishing.base_models import LanguagePlan, Stage, entry_model
from ctportal.publishing.models import Edition, RecordType
from ctportal.staff.interface_language import interface_language
from ctportal.staff.list_search import narrowed
from ctportal.staff.object_pages import page_address
from ctportal.staff.panel import language_matrix
from ctportal.staff.preview import zone_of
from ctportal.staff.publication_state import STATE_OF_TEXT, has_one_of, same_as_draft
from ctportal.workflow import roles
from ctportal.workflow.models import UnreviewedEdit
from ctportal.workflow.redaction import redact
from documents.models import CoChairsSummary, Document, LanguageVersion

FEW = 5  # records that a section shows
OLD = timedelta(days=7)  # age of an unpublished change
RECENT = timedelta(days=365)  # older records lack languages only for translators into them
SUMMARY_DUE = timedelta(days=10)  # after the last day of a conference
HOW_MANY = {
    Conference: ngettext_lazy("%(n)d conference", "%(n)d conferences", "n"),
    Document: ngettext_lazy("%(n)d document", "%(n)d documents", "n"),
    Photo: ngettext_lazy("%(n)d photo", "%(n)d photos", "n"),
}
NEVER = datetime.max.replace(tzinfo=UTC)


def _editable(queryset, user):
    """Return the records of *queryset* that *user* may edit."""
    if user.has_perm("publishing.edit_all_drafts"):
        return queryset
    return queryset.filter(created_by=user)


# The records of each section. Arguments: the records that the user may read, the user, and the instant.


def _mine(queryset, user, now):
    """Return the records that *user* created and that were never published, or that *user* has changed since.

    A changed record is in review or differs from what is public or scheduled; a change that was discarded or typed
    back does not count.
    """
    edits = UnreviewedEdit.objects.unapproved().filter(user=user)
    editions = Edition.objects.not_unscheduled()
    same = editions.filter(Q(public_until=None) | Q(public_until__gt=now), same_as_draft(queryset.model))
    changed = Q(stage=Stage.REVIEW) | ~Q(has_one_of(same))
    if queryset.model._meta.concrete_model is not Photo:
        changed |= Q(Exists(_in_preparation(queryset.model, edits)))
    return queryset.filter(Q(created_by=user) & ~has_one_of(editions) | Q(uid__in=edits.values("uid")) & changed)


def _in_preparation(model, edits):
    """Return the texts of the outer record that *edits* concern and that are not ready; the draft leaves them out."""
    texts, link = TEXTS[model._meta.concrete_model]
    writes = edits.filter(uid=OuterRef(OuterRef("uid")), language=OuterRef("language"))
    return texts.objects.filter(Exists(writes), **{link: OuterRef("pk")}, ready=False).order_by()


def _in_review(queryset, user, now):
    edits = UnreviewedEdit.objects.counting(now).filter(user=user).values("uid")
    return queryset.filter(stage=Stage.REVIEW).exclude(uid__in=edits)


def _scheduled(queryset, user, now):
    """Return the records with an edition or a withdrawal to come. Annotations: ``due``, the first of these instants;
    ``ends``, that of the withdrawal; ``is_public``.
    """
    mine = {"uid": OuterRef("uid")}
    starting = Edition.objects.to_come(now)
    ending = Edition.objects.not_unscheduled().filter(public_until__gt=now, withdrawal__isnull=False)
    start = starting.filter(**mine).order_by("public_from").values("public_from")[:1]
    end = ending.filter(**mine).order_by("public_until").values("public_until")[:1]
    found = queryset.filter(Q(uid__in=starting.order_by().values("uid")) | Q(uid__in=ending.order_by().values("uid")))
    found = found.annotate(ends=Subquery(end), is_public=has_one_of(Edition.objects.public(now)))
    return found.annotate(due=Least(Coalesce(Subquery(start), Value(NEVER)), Coalesce("ends", Value(NEVER))))


def _left_lying(queryset, user, now):
    """Return the public records with an edit that is neither published nor scheduled, unchanged for a week.

    A draft that nobody edited, such as one that differs because a theme was renamed, is not forgotten work. Starting
    from the edits also avoids comparing every draft with its edition.
    """
    same = same_as_draft(queryset.model)
    return _editable(queryset, user).filter(
        has_one_of(Edition.objects.public(now).exclude(same)),
        ~has_one_of(Edition.objects.to_come(now).filter(same)),
        uid__in=UnreviewedEdit.objects.counting(now).values("uid"),
        modified_at__lt=now - OLD,
    )


def _ends_before(day):
    """Return the condition that the last day of a conference is before *day*. If only its month or year is known, the
    last day of that counts.
    """
    found = Q()
    for precision in PRECISIONS:
        found |= Q(date_precision=precision, end_date__lt=first_day(day, precision))
    return found


def _without_summary(queryset, user, now):
    """Return the conferences that ended ten days ago or earlier and have no co-chairs' summary that *user* may view."""
    kind = DocumentKind.CO_CHAIRS_SUMMARY
    summaries = Document.objects.filter(conference=OuterRef("pk")).order_by()
    summaries = summaries.filter(Q(kind=kind) | Q(also_serves_as=kind))
    if not user.has_perm("publishing.read_all_drafts"):
        # Other drafts do not count: a missing row would reveal that a colleague has begun a summary.
        summaries = summaries.filter(Q(created_by=user) | Q(has_one_of(Edition.objects.public(now))))
    tomorrow = today(now) + timedelta(days=1)
    off = (EventStatus.CANCELLED, EventStatus.POSTPONED)
    small = (ConferenceKind.SIDE_EVENT, ConferenceKind.WORKSHOP)
    held = queryset.filter(_ends_before(tomorrow - SUMMARY_DUE)).exclude(event_status__in=off).exclude(kind__in=small)
    return held.filter(~Exists(summaries))


def _lacks_alternative_text(language):
    label = f"alt_text_{language}"
    return Q(original_language=language) & (Q(**{label: ""}) | Q(**{f"{label}__isnull": True}))


WITHOUT_ALTERNATIVE_TEXT = Q(decorative=False) & Q.create(
    [_lacks_alternative_text(code) for code in languages.CODES], connector=Q.OR
)


def _without_alternative_text(queryset, user, now):
    return _editable(queryset, user).filter(WITHOUT_ALTERNATIVE_TEXT)


def tongues_of(user):
    """Return (the languages that *user* is asked for, whether they were assigned to *user*). The default is all."""
    given = roles.languages_of(user)
    return (given, True) if given and len(given) < len(languages.CODES) else (list(languages.CODES), False)


# The states of a language in which somebody has something to do.
TO_DO = ("draft", "announced", "outdated", "missing")
# The model of the texts per language, and its foreign key to the record.
TEXTS = {Conference: (ConferenceText, "conference"), Document: (LanguageVersion, "document")}


def _without_language(queryset, user, now):
    """Return the records that lack a language assigned to *user*; for other users, those of the last twelve months
    that lack any language. An outdated text counts as lacking, a language that is not planned does not.
    """
    model = queryset.model._meta.concrete_model
    tongues, are_given = tongues_of(user)
    if not are_given:
        since = today(now) - RECENT
        recent = ~_ends_before(since) if model is Conference else Q(date__gte=since)
        queryset = _editable(queryset, user).filter(recent)
    texts, link = TEXTS[model]
    missing = Q()
    for code in tongues:
        done = Q(ready=True, made_from__in=["", OuterRef("original_sha256")])
        not_asked_for = Q(ready=False, plan=LanguagePlan.NOT_PLANNED)
        rows = texts.objects.filter(done | not_asked_for, **{link: OuterRef("pk")}, language=code).order_by()
        missing |= ~Q(original_language=code) & ~Q(Exists(rows))
    return queryset.filter(missing)


# Who may act


def _may(*actions, entry=None, translators=False):
    """Return a function of (user, model): whether the user has one of the rights *actions* on the model or, if given, on
    *entry*, or may translate if *translators* is true.
    """

    def may(user, model):
        return roles.has_right(user, entry or model, *actions) or (translators and bool(roles.languages_of(user)))

    return may


@dataclass(frozen=True)
class Section:
    """One section of the dashboard. *of* selects its records, *order* sorts them, *may* checks the user's right."""

    key: str
    title: Any
    models: tuple[type, ...]
    of: Callable
    may: Callable
    order: tuple[str, ...] = ("-modified_at", "pk")

    def is_for(self, user, model) -> bool:
        """Return whether *user* sees this section for *model*, which may be a proxy."""
        is_mine = model._meta.concrete_model in self.models and self.may(user, model)
        return is_mine and roles.has_right(user, model, "view", "change")

    def records(self, queryset, user, now):
        """Return the records of *queryset* that this section counts and lists for *user* at *now*."""
        return self.of(roles.readable(queryset, user), user, now)

    def first(self, model, user, now) -> list:
        """Return the first FEW records of *model*, each with the number of all as ``total``. One query finds both."""
        found = self.records(_with_rows(model), user, now).annotate(total=Window(Count("pk")))
        return redact(list(found.order_by(*self.order)[:FEW]), user, ["conference"])

    def sorted(self, records: list) -> list:
        """Return the first FEW of *records*, of several models, in the order of the section."""
        field = self.order[0]
        found = sorted(records, key=attrgetter(field.removeprefix("-")), reverse=field.startswith("-"))
        return found[:FEW]


ALL = (Conference, Document, Photo)
SECTIONS = [
    Section("review", gettext_lazy("Waiting for my review"), ALL, _in_review, roles.may_publish, ("modified_at", "pk")),
    Section("scheduled", gettext_lazy("Scheduled"), ALL, _scheduled, roles.may_publish, ("due", "pk")),
    Section("mine", gettext_lazy("My drafts"), ALL, _mine, _may("add", "change", translators=True)),
    Section(
        "stale", gettext_lazy(
            "Unpublished changes for a week or more"), ALL, _left_lying, _may("change"), ("modified_at", "pk")
    ),
    Section(
        "summary", gettext_lazy("No co-chairs’ summary yet"), (Conference,), _without_summary,
        _may("add", entry=CoChairsSummary), ("-end_date", "pk"),
    ),
    Section("alt", gettext_lazy("Photos without alternative text"), (Photo,), _without_alternative_text, _may("change"), ("-pk",)),
    Section(
        "languages", gettext_lazy("Languages missing, not ready or outdated"), (Conference, Document), _without_language,
        _may("change", translators=True),
    ),
]  # fmt: skip


class DashboardFilter(admin.SimpleListFilter):
    """Filters a list by a section of the dashboard."""

    title = gettext_lazy("dashboard")
    parameter_name = "dashboard"

    def lookups(self, request, model_admin):
        return [(s.key, s.title) for s in SECTIONS if s.is_for(request.user, model_admin.model)]

    def queryset(self, request, queryset):
        section = next((section for section in SECTIONS if section.key == self.value()), None)
        if section is None or not section.is_for(request.user, queryset.model):
            return queryset
        found = section.records(queryset.model._default_manager.all(), request.user, epoch.now())
        return narrowed(queryset, Q(pk__in=found.order_by().values("pk")))


# The index page


def dashboard(user, site) -> list[dict]:
    """Return the sections with records for *user*: [{key, title, count, rows, lists}]."""
    now = epoch.now()
    return [shown for section in SECTIONS if (shown := _shown(section, user, now, site))]


def _shown(section, user, now, site) -> dict | None:
    found = {model: section.first(model, user, now) for model in section.models if section.is_for(user, model)}
    counts = {model: records[0].total for model, records in found.items() if records}
    if not counts:
        return None
    first = section.sorted([record for records in found.values() for record in records])
    return {
        "key": section.key,
        "title": section.title,
        "count": sum(counts.values()),
        "rows": [_row(record, section, user, now, site) for record in first],
        "lists": [_list(section, model, count, site) for model, count in counts.items()],
    }


def _list(section, model, count, site) -> dict:
    address = page_address(site.get_model_admin(model), "changelist")
    return {"text": HOW_MANY[model] % {"n": count}, "count": count, "address": f"{address}?dashboard={section.key}"}


def _with_rows(model):
    """Return all records of *model*, with the related objects that their rows on the dashboard show."""
    if model is Photo:
        return Photo.objects.select_related("conference", "file")
    rows, link = TEXTS[model]
    if model is Conference:
        return Conference.objects.prefetch_related(Prefetch("texts", rows.objects.only(*STATE_OF_TEXT, link)))
    titles = Prefetch("versions", rows.objects.only(*STATE_OF_TEXT, link, "title"))
    return Document.objects.select_related("conference").prefetch_related(titles)


def _row(record, section, user, now, site):
    """Return the row of *record*: title, address, kind, and the values that *section* shows."""
    admin = site.get_model_admin(entry_model(record))  # a document is edited in the entry of its kind
    row = {
        "record": record,
        "title": Truncator(str(record)).chars(90) if isinstance(record, Photo) else str(record),
        "address": page_address(admin, "change", record.pk),
        "kind": record.get_kind_display() if hasattr(record, "get_kind_display") else RecordType.PHOTO.label,
    }
    if section.key == "scheduled":
        row |= _when(record, now)
    elif section.key == "summary":
        row["ended"] = format_date(record.end_date, interface_language(), record.date_precision)
    elif section.key == "languages":
        asked_for = tongues_of(user)[0]
        missing = [language for language in language_matrix(admin, record) if language["state"] in TO_DO]
        row["languages"] = [language for language in missing if language["code"] in asked_for]
    return row


def _when(record, now):
    """Return the event to come: its instant, also as text in the conference's time zone and UTC, and the time left."""
    what = _("new edition") if record.is_public else _("first release")
    if record.due == record.ends:
        what = _("withdrawal")
    return {
        "due_text": show_instant(record.due, zone_of(record)),
        "left": timeuntil(record.due, now, depth=2),
        "what": what,
    }
