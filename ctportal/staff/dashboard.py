"""The dashboard: what waits for whoever signs in to the admin, in sections, each with the lists that show just these.

What a section counts and what its lists show come from one queryset, ``Section.records``: the index shows its first few
records, ``DashboardFilter`` narrows an admin list by it. A section covers one or more kinds of record; who may act on
none of them does not see it. Each kind takes one query and those for its rows, however many records there are.
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
from ctportal.core.dates import PRECISIONS, first_day, last_day
from ctportal.core.instants import show_instant, today
from ctportal.publishing import epoch
from ctportal.publishing.base_models import Stage, entry_model
from ctportal.publishing.models import Edition, RecordType
from ctportal.staff.list_search import found_once
from ctportal.staff.object_pages import page_address
from ctportal.staff.panel import language_matrix
from ctportal.staff.preview import zone_of
from ctportal.staff.publication_state import same_as_draft
from ctportal.workflow import roles
from ctportal.workflow.models import UnreviewedEdit
from ctportal.workflow.redaction import redact
from documents.models import CoChairsSummary, Document, LanguageVersion

FEW = 5  # records that a section shows
OLD = timedelta(days=7)  # a change that nobody has published since
RECENT = timedelta(days=365)  # further back, languages are missed by who translates into them, and by nobody else
SUMMARY_DUE = timedelta(days=10)  # after the last day of a conference
HOW_MANY = {
    Conference: ngettext_lazy("%(n)d conference", "%(n)d conferences", "n"),
    Document: ngettext_lazy("%(n)d document", "%(n)d documents", "n"),
    Photo: ngettext_lazy("%(n)d photo", "%(n)d photos", "n"),
}
NEVER = datetime.max.replace(tzinfo=UTC)


def _editable(queryset, user):
    """The records of *queryset* that *user* may write."""
    if user.has_perm("publishing.edit_all_drafts"):
        return queryset
    return queryset.filter(created_by=user)


# Which records belong to a section. Each takes the records that the user may read, the user and the instant.


def _mine(queryset, user, now):
    """Never published and theirs, or changed by them since it was published: in review, or saying something else than what
    is public or scheduled. What they discarded or typed back is no draft of theirs any more."""
    edits = UnreviewedEdit.objects.unapproved().filter(user=user)
    unpublished = ~Exists(Edition.objects.not_unscheduled().filter(uid=OuterRef("uid")).order_by())
    same = Edition.objects.not_unscheduled().filter(
        Q(public_until=None) | Q(public_until__gt=now), same_as_draft(queryset.model)
    )
    changed = Q(stage=Stage.REVIEW) | ~Q(Exists(same.filter(uid=OuterRef("uid")).order_by()))
    if queryset.model._meta.concrete_model is not Photo:
        changed |= Q(Exists(_in_preparation(queryset.model, edits)))
    return queryset.filter(Q(created_by=user) & unpublished | Q(uid__in=edits.values("uid")) & changed)


def _in_preparation(model, edits):
    """The languages of the outer record in which one of *edits* writes and which are not ready: no part of the draft yet."""
    texts, link = TEXTS[model._meta.concrete_model]
    writes = edits.filter(uid=OuterRef(OuterRef("uid")), language=OuterRef("language"))
    return texts.objects.filter(Exists(writes), **{link: OuterRef("pk")}, ready=False).order_by()


def _in_review(queryset, user, now):
    edits = UnreviewedEdit.objects.counting(now).filter(user=user).values("uid")
    return queryset.filter(stage=Stage.REVIEW).exclude(uid__in=edits)


def _scheduled(queryset, user, now):
    """Those with an edition or a withdrawal to come, with ``due``, when the first of these happens, ``ends``, when
    the withdrawal does, and ``is_public``."""
    mine = {"uid": OuterRef("uid")}
    starting = Edition.objects.to_come(now)
    ending = Edition.objects.not_unscheduled().filter(public_until__gt=now, withdrawal__isnull=False)
    start = starting.filter(**mine).order_by("public_from").values("public_from")[:1]
    end = ending.filter(**mine).order_by("public_until").values("public_until")[:1]
    found = queryset.filter(Q(uid__in=starting.order_by().values("uid")) | Q(uid__in=ending.order_by().values("uid")))
    found = found.annotate(ends=Subquery(end), is_public=Exists(Edition.objects.public(now).filter(**mine).order_by()))
    return found.annotate(due=Least(Coalesce(Subquery(start), Value(NEVER)), Coalesce("ends", Value(NEVER))))


def _left_lying(queryset, user, now):
    """Public, changed by somebody since, untouched for a week, and not scheduled as it stands.

    What nobody had a hand in, such as a draft that differs since a theme it shows was renamed, is nobody's forgotten
    work; starting from the edits also spares comparing every draft with its edition.
    """
    same = same_as_draft(queryset.model)
    public = Edition.objects.public(now).filter(uid=OuterRef("uid")).order_by()
    return _editable(queryset, user).filter(
        Exists(public.exclude(same)),
        ~Exists(Edition.objects.to_come(now).filter(same, uid=OuterRef("uid")).order_by()),
        uid__in=UnreviewedEdit.objects.counting(now).values("uid"),
        modified_at__lt=now - OLD,
    )


def _ends_before(day):
    """Conferences whose last day, the last of the month or year where no more is known, is before *day*."""
    found = Q()
    for precision in PRECISIONS:
        found |= Q(date_precision=precision, end_date__lt=first_day(day, precision))
    return found


def _without_summary(queryset, user, now):
    """Held, over for ten days, and without a co-chairs' summary that *user* may know of."""
    kind = DocumentKind.CO_CHAIRS_SUMMARY
    summaries = Document.objects.filter(conference=OuterRef("pk")).order_by()
    summaries = summaries.filter(Q(kind=kind) | Q(also_serves_as=kind))
    if not user.has_perm("publishing.read_all_drafts"):
        # That there is none must not tell that somebody else has begun one.
        public = Edition.objects.public(now).filter(uid=OuterRef("uid")).order_by()
        summaries = summaries.filter(Q(created_by=user) | Q(Exists(public)))
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
    """(languages, whether they were given to *user*): what *user* is asked for; to who may write all, all of them."""
    given = roles.languages_of(user)
    return (given, True) if given and len(given) < len(languages.CODES) else (list(languages.CODES), False)


# The rows per language of a model, and the name of their link back.
TEXTS = {Conference: (ConferenceText, "conference"), Document: (LanguageVersion, "document")}


def _without_language(queryset, user, now):
    """Without the languages given to *user*; to others, those of the last twelve months that lack any language."""
    model = queryset.model._meta.concrete_model
    tongues, are_given = tongues_of(user)
    if not are_given:
        since = today(now) - RECENT
        recent = ~_ends_before(since) if model is Conference else Q(date__gte=since)
        queryset = _editable(queryset, user).filter(recent)
    texts, link = TEXTS[model]
    missing = Q()
    for code in tongues:
        ready = texts.objects.filter(**{link: OuterRef("pk")}, language=code, ready=True).order_by()
        missing |= ~Q(original_language=code) & ~Q(Exists(ready))
    return queryset.filter(missing)


# Who may act


def _may_work(user, model):
    return roles.has_right(user, model, "add", "change") or bool(roles.languages_of(user))


def _may_change(user, model):
    return roles.has_right(user, model, "change")


def _may_add_summary(user, model):
    return roles.has_right(user, CoChairsSummary, "add")


def _may_write_a_language(user, model):
    return _may_change(user, model) or bool(roles.languages_of(user))


@dataclass(frozen=True)
class Section:
    """One heading of the dashboard. *of* picks its records, *order* says which come first, *may* who can act on them."""

    key: str
    title: Any
    models: tuple[type, ...]
    of: Callable
    may: Callable
    order: tuple[str, ...] = ("-modified_at", "pk")

    def is_for(self, user, model) -> bool:
        """Whether *user* has this section for *model*, which may be a proxy."""
        is_mine = model._meta.concrete_model in self.models and self.may(user, model)
        return is_mine and roles.has_right(user, model, "view", "change")

    def records(self, queryset, user, now):
        """The records of *queryset* that belong here for *user* at *now*: what is counted and what its list shows."""
        return self.of(roles.readable(queryset, user), user, now)

    def first(self, model, user, now) -> list:
        """The first few records of *model*, each with the number of all as ``total``, found in one walk through them."""
        found = self.records(_with_rows(model), user, now).annotate(total=Window(Count("pk")))
        return redact(list(found.order_by(*self.order)[:FEW]), user, ["conference"])

    def sorted(self, records: list) -> list:
        """The first few of *records*, of several kinds, in the same order."""
        field = self.order[0]
        found = sorted(records, key=attrgetter(field.removeprefix("-")), reverse=field.startswith("-"))
        return found[:FEW]


ALL = (Conference, Document, Photo)
SECTIONS = [
    Section("review", gettext_lazy("Waiting for my review"), ALL, _in_review, roles.may_publish, ("modified_at", "pk")),
    Section("scheduled", gettext_lazy("Scheduled"), ALL, _scheduled, roles.may_publish, ("due", "pk")),
    Section("mine", gettext_lazy("My drafts"), ALL, _mine, _may_work),
    Section(
        "stale", gettext_lazy(
            "Unpublished changes for a week or more"), ALL, _left_lying, _may_change, ("modified_at", "pk")
    ),
    Section(
        "summary", gettext_lazy("No co-chairs’ summary yet"), (Conference,), _without_summary, _may_add_summary,
        ("-end_date", "pk"),
    ),
    Section("alt", gettext_lazy("Photos without alternative text"), (Photo,), _without_alternative_text, _may_change, ("-pk",)),
    Section(
        "languages", gettext_lazy("Languages missing or not ready"), (Conference, Document), _without_language,
        _may_write_a_language,
    ),
]  # fmt: skip


class DashboardFilter(admin.SimpleListFilter):
    """Narrows a list to what one section of the dashboard has counted."""

    title = gettext_lazy("dashboard")
    parameter_name = "dashboard"

    def lookups(self, request, model_admin):
        return [(s.key, s.title) for s in SECTIONS if s.is_for(request.user, model_admin.model)]

    def queryset(self, request, queryset):
        section = next((section for section in SECTIONS if section.key == self.value()), None)
        if section is None or not section.is_for(request.user, queryset.model):
            return queryset
        found = section.records(queryset.model._default_manager.all(), request.user, epoch.now())
        few = found_once(queryset, found)
        return queryset.filter(pk__in=found.order_by().values("pk")) if few is None else few


# What the index shows


def dashboard(user, site) -> list[dict]:
    """Return the sections that have something for *user*: [{key, title, count, rows, lists}]."""
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
    """All records of *model*, with what their rows on the dashboard tell."""
    if model is Photo:
        return Photo.objects.select_related("conference", "file")
    rows, link = TEXTS[model]
    if model is Conference:
        return Conference.objects.prefetch_related(Prefetch("texts", rows.objects.only(link, "language", "ready")))
    titles = Prefetch("versions", rows.objects.only(link, "language", "ready", "title"))
    return Document.objects.select_related("conference").prefetch_related(titles)


def _row(record, section, user, now, site):
    """What the dashboard says of *record*: title, address, kind, where it belongs, and what there is to know in *section*."""
    conference = getattr(record, "conference", None)
    admin = site.get_model_admin(entry_model(record))  # a document is edited in the entry of its kind
    row = {
        "title": _title(record),
        "address": page_address(admin, "change", record.pk),
        "kind": record.get_kind_display() if hasattr(record, "get_kind_display") else RecordType.PHOTO.label,
        "conference": str(conference or ""),
        "in_review": section.key == "mine" and record.stage == Stage.REVIEW,
    }
    if section.key == "scheduled":
        row |= _when(record, now)
    elif section.key == "stale":
        row["since"] = record.modified_at
    elif section.key == "summary":
        row["ended"] = last_day(record.end_date, record.date_precision)
    elif section.key == "languages":
        asked_for = tongues_of(user)[0]
        missing = [language for language in language_matrix(admin, record) if language["state"] in ("draft", "missing")]
        row["languages"] = [language for language in missing if language["code"] in asked_for]
    return row


def _title(record):
    if isinstance(record, Conference):
        return record.name
    if isinstance(record, Document):
        return record.original_title or record.slug
    return Truncator(str(record)).chars(90)


def _when(record, now):
    """The instant of what is scheduled, in the time zone of the conference and in UTC, and the time left until then."""
    return {
        "due": record.due,
        "due_text": show_instant(record.due, zone_of(record)),
        "left": timeuntil(record.due, now, depth=2),
        "what": _what_happens(record),
    }


def _what_happens(record):
    if record.due == record.ends:
        return _("withdrawal")
    return _("new edition") if record.is_public else _("first release")
