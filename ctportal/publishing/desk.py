"""The desk: what waits for whoever signs in to the admin, in sections, each with the list that shows just these.

What a section counts and what its list shows come from one place, ``Section.records``: the index asks it for counts and
the first few, ``DeskFilter`` narrows an admin list by it. A section has one part per kind of record; who may not act on
any of them does not see it. Everything together takes at most eight queries, whatever there is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from ctportal import languages
from ctportal.dates import PRECISIONS, first_day, last_day

from . import epoch, roles
from .admin import found_once
from .instants import show_instant, today
from .models import Contribution, Edition, RecordType
from .records import Stage, entry_model
from .withheld import withhold

FEW = 5  # records that a section shows
OLD = timedelta(days=7)  # a change that nobody has published since
RECENT = timedelta(days=365)  # further back, languages are missed by who translates into them, and by nobody else
SUMMARY_DUE = timedelta(days=10)  # after the last day of a conference
CONFERENCE, DOCUMENT, PHOTO = "conferences.conference", "documents.document", "conferences.photo"
HOW_MANY = {
    CONFERENCE: ngettext_lazy("%(n)d conference", "%(n)d conferences", "n"),
    DOCUMENT: ngettext_lazy("%(n)d document", "%(n)d documents", "n"),
    PHOTO: ngettext_lazy("%(n)d photo", "%(n)d photos", "n"),
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
    hands = Contribution.objects.unapproved().filter(user=user)
    unpublished = ~Exists(Edition.objects.standing().filter(uid=OuterRef("uid")).order_by())
    same = Edition.objects.standing().filter(Q(public_until=None) | Q(public_until__gt=now), _same(queryset.model))
    changed = Q(stage=Stage.REVIEW) | ~Q(Exists(same.filter(uid=OuterRef("uid")).order_by()))
    if queryset.model._meta.label_lower != PHOTO:
        changed |= Q(Exists(_in_preparation(queryset.model, hands)))
    return queryset.filter(Q(created_by=user) & unpublished | Q(uid__in=hands.values("uid")) & changed)


def _same(model):
    """What an edition has that says what the draft of the outer record says."""
    same = Q(sha256=OuterRef("draft_sha256"))
    return same & Q(slug=OuterRef("slug")) if hasattr(model, "slug") else same


def _in_preparation(model, hands):
    """The languages of the outer record in which one of *hands* writes and which are not ready: no part of the draft yet."""
    texts, link = _texts(model._meta.concrete_model)
    writes = hands.filter(uid=OuterRef(OuterRef("uid")), language=OuterRef("language"))
    return texts.objects.filter(Exists(writes), **{link: OuterRef("pk")}, ready=False).order_by()


def _in_review(queryset, user, now):
    hands = Contribution.objects.counting(now).filter(user=user).values("uid")
    return queryset.filter(stage=Stage.REVIEW).exclude(uid__in=hands)


def _to_come(now):
    return Edition.objects.to_come(now)


def _withdrawals_to_come(now):
    return Edition.objects.standing().filter(public_until__gt=now, withdrawal__isnull=False)


def _scheduled(queryset, user, now):
    """Those with an edition or a withdrawal to come."""
    return queryset.filter(
        Q(uid__in=_to_come(now).order_by().values("uid"))
        | Q(uid__in=_withdrawals_to_come(now).order_by().values("uid"))
    )


def _by_instant(queryset, now):
    """*queryset* with the next instant at which something scheduled happens to each, the nearest first."""
    mine = {"uid": OuterRef("uid")}
    start = _to_come(now).filter(**mine).order_by("public_from").values("public_from")[:1]
    end = _withdrawals_to_come(now).filter(**mine).order_by("public_until").values("public_until")[:1]
    return queryset.annotate(due=Coalesce(Subquery(start), Subquery(end))).order_by("due", "pk")


def _left_lying(queryset, user, now):
    """Public, changed by somebody since, untouched for a week, and not scheduled as it stands.

    What nobody had a hand in, such as a draft that differs since a theme it shows was renamed, is nobody's forgotten
    work; starting from the hands also spares comparing every draft with its edition.
    """
    same = _same(queryset.model)
    public = Edition.objects.public(now).filter(uid=OuterRef("uid")).order_by()
    return _editable(queryset, user).filter(
        Exists(public.exclude(same)),
        ~Exists(_to_come(now).filter(same, uid=OuterRef("uid")).order_by()),
        uid__in=Contribution.objects.counting(now).values("uid"),
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
    model = queryset.model
    kind = apps.get_model(DOCUMENT).Kind.CO_CHAIRS_SUMMARY
    summaries = apps.get_model(DOCUMENT).objects.filter(conference=OuterRef("pk")).order_by()
    summaries = summaries.filter(Q(kind=kind) | Q(also_serves_as=kind))
    if not user.has_perm("publishing.read_all_drafts"):
        # That there is none must not tell that somebody else has begun one.
        public = Edition.objects.public(now).filter(uid=OuterRef("uid")).order_by()
        summaries = summaries.filter(Q(created_by=user) | Q(Exists(public)))
    tomorrow = today(now) + timedelta(days=1)
    off = (model.Status.CANCELLED, model.Status.POSTPONED)
    small = (model.Kind.SIDE_EVENT, model.Kind.WORKSHOP)
    held = queryset.filter(_ends_before(tomorrow - SUMMARY_DUE)).exclude(event_status__in=off).exclude(kind__in=small)
    return held.filter(~Exists(summaries))


def _without_alternative_text(queryset, user, now):
    empty = Q()
    for code in languages.CODES:
        label = f"alt_text_{code}"
        empty |= Q(original_language=code) & (Q(**{label: ""}) | Q(**{f"{label}__isnull": True}))
    return _editable(queryset, user).filter(empty, decorative=False)


def tongues_of(user):
    """(languages, whether they were given to *user*): what *user* is asked for; to who may write all, all of them."""
    given = roles.languages_of(user)
    return (given, True) if given and len(given) < len(languages.CODES) else (list(languages.CODES), False)


def _texts(model):
    """The model of the rows per language of *model*, and the name of its link back."""
    relation = model._meta.get_field("texts" if _is_conference(model) else "versions")
    return relation.related_model, relation.field.name


def _is_conference(model):
    return model._meta.label_lower == CONFERENCE


def _without_language(queryset, user, now):
    """Without the languages given to *user*; to others, those of the last twelve months that lack any language."""
    tongues, are_given = tongues_of(user)
    if not are_given:
        since = today(now) - RECENT
        recent = ~_ends_before(since) if _is_conference(queryset.model) else Q(date__gte=since)
        queryset = _editable(queryset, user).filter(recent)
    texts, link = _texts(queryset.model._meta.concrete_model)
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
    return roles.has_right(user, apps.get_model("documents.cochairssummary"), "add")


def _may_write_a_language(user, model):
    return _may_change(user, model) or bool(roles.languages_of(user))


@dataclass(frozen=True)
class Section:
    """One heading of the desk. *of* picks its records, *order* says which come first, *may* who can act on them."""

    key: str
    title: str
    kinds: tuple[str, ...]
    of: object
    may: object
    order: tuple[str, ...] = ("-modified_at", "pk")

    def is_for(self, user, model):
        """Whether *user* has this section for *model*, which may be a proxy."""
        kind = model._meta.concrete_model._meta.label_lower
        return kind in self.kinds and roles.has_right(user, model, "view", "change") and self.may(user, model)

    def records(self, queryset, user, now):
        """The records of *queryset* that belong here for *user* at *now*: what the desk counts and its list shows."""
        return self.of(roles.readable(queryset, user), user, now)

    def first(self, queryset, now):
        """The *queryset* of its records in the order in which the desk shows them."""
        return _by_instant(queryset, now) if self.key == "scheduled" else queryset.order_by(*self.order)


ALL = (CONFERENCE, DOCUMENT, PHOTO)
SECTIONS = [
    Section("review", gettext_lazy("Waiting for my review"), ALL, _in_review, roles.may_publish, ("modified_at", "pk")),
    Section("scheduled", gettext_lazy("Scheduled"), ALL, _scheduled, roles.may_publish),
    Section("mine", gettext_lazy("My drafts"), ALL, _mine, _may_work),
    Section(
        "stale", gettext_lazy("Changed for a week, not published"), ALL, _left_lying, _may_change, ("modified_at", "pk")
    ),
    Section(
        "summary", gettext_lazy("No co-chairs’ summary yet"), (CONFERENCE,), _without_summary, _may_add_summary,
        ("-end_date", "pk"),
    ),
    Section("alt", gettext_lazy("Photos without alternative text"), (PHOTO,), _without_alternative_text, _may_change, ("-pk",)),
    Section(
        "languages", gettext_lazy("Languages missing or not ready"), (CONFERENCE, DOCUMENT), _without_language,
        _may_write_a_language,
    ),
]  # fmt: skip


def section_of(key, user, model):
    """The section *key* where *user* has it for *model*, or None."""
    return next((section for section in SECTIONS if section.key == key and section.is_for(user, model)), None)


class DeskFilter(admin.SimpleListFilter):
    """Narrows a list to what one section of the desk has counted."""

    title = gettext_lazy("desk")
    parameter_name = "desk"

    def lookups(self, request, model_admin):
        return [(s.key, s.title) for s in SECTIONS if s.is_for(request.user, model_admin.model)]

    def queryset(self, request, queryset):
        section = section_of(self.value(), request.user, queryset.model)
        if section is None:
            return queryset
        found = section.records(queryset.model._default_manager.all(), request.user, epoch.now())
        few = found_once(queryset, found)
        return queryset.filter(pk__in=found.order_by().values("pk")) if few is None else few


# What the index shows


def desk(user, site):
    """Return the sections that have something for *user*: [{key, title, count, rows, lists}]. At most eight queries."""
    now = epoch.now()
    parts = [
        (section, apps.get_model(kind))
        for section in SECTIONS
        for kind in section.kinds
        if section.is_for(user, apps.get_model(kind))
    ]
    counts, first = _find(parts, user, now)
    rows = _rows(first, user, now)
    found = []
    for section in SECTIONS:
        mine = [part for part in counts if part[0] == section]
        if mine:
            found.append(
                {
                    "key": section.key,
                    "title": section.title,
                    "count": sum(counts[part] for part in mine),
                    "rows": rows[section.key],
                    "lists": [_list(section, model, counts[section, model], site) for _section, model in mine],
                }
            )
    return found


def _list(section, model, count, site):
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", current_app=site.name)
    text = HOW_MANY[model._meta.label_lower] % {"n": count}
    return {"text": text, "count": count, "address": f"{address}?desk={section.key}"}


def _find(parts, user, now):
    """Ask for all *parts*, [(section, model)], in one query: ({part: how many}, {section key: [(kind, key) of the first]}).

    Each part is walked through once, for its number and its first few alike. It is put together here because Django cuts
    no part of a compound query on SQLite, where a query inside one does as well.
    """
    counts, first = {}, {}
    asked = [_query_of(section, model, user, now) for section, model in parts]
    if not asked:
        return counts, first
    sql = " UNION ALL ".join(
        f"SELECT {number}, * FROM ({sql}) AS part{number}" for number, (sql, _p) in enumerate(asked)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _sql, params in asked for value in params])
        for number, key, count in cursor.fetchall():
            section, model = parts[number]
            counts[section, model] = count
            first.setdefault(section.key, []).append((model._meta.label_lower, key))
    return {part: counts[part] for part in parts if part in counts}, first


def _query_of(section, model, user, now):
    """(SQL, parameters): the keys of the first few of a part, each with the number of all. A plain QuerySet, since that of
    translated models adds columns of its own."""
    records = section.first(section.records(QuerySet(model), user, now), now)
    return records.values_list("pk", Window(Count("pk")))[:FEW].query.sql_with_params()


def _rows(first, user, now):
    """{section key: the rows it shows}, of the records in *first*. Six queries at most."""
    records = _read({pair for pairs in first.values() for pair in pairs}, user)
    instants = _instants([records[pair].uid for pair in first.get("scheduled", [])], now)
    for record in records.values():
        record.due = instants.get(record.uid)
    shown = {}
    for section in SECTIONS:
        mine = _sorted([records[pair] for pair in first.get(section.key, [])], section)
        shown[section.key] = [_row(record, section, user, now) for record in mine[:FEW]]
    return shown


def _sorted(records, section):
    """*records*, of several kinds, as ``Section.first`` sorts those of one."""
    if section.key == "scheduled":
        return sorted(records, key=lambda record: (record.due or (NEVER,), record.pk))
    field = section.order[0]
    return sorted(records, key=attrgetter(field.removeprefix("-")), reverse=field.startswith("-"))


def _read(pairs, user):
    """{(kind, key): record} with what their rows tell, and no long text."""
    keys = {kind: [key for of_kind, key in pairs if of_kind == kind] for kind in ALL}
    found = {}
    for kind in ALL:
        if keys[kind]:
            records = withhold(_querysets()[kind].filter(pk__in=keys[kind]), user, ["conference"])
            found |= {(kind, record.pk): record for record in records}
    return found


def _querysets():
    conference, document, photo = (apps.get_model(kind) for kind in ALL)
    light = {}
    for model, more in ((conference, ()), (document, ("title",))):
        texts, link = _texts(model)
        light[model] = Prefetch("texts" if model is conference else "versions",
                                texts.objects.only(link, "language", "ready", *more))  # fmt: skip
    return {
        CONFERENCE: conference.objects.prefetch_related(light[conference]),
        DOCUMENT: document.objects.select_related("conference").prefetch_related(light[document]),
        PHOTO: photo.objects.select_related("conference", "file"),
    }


def _instants(uids, now):
    """{uid: (instant, "release", "correction" or "withdrawal")}: what happens next to each. One query."""
    if not uids:
        return {}
    found, public = {}, set()
    editions = Edition.objects.standing().filter(uid__in=uids).select_related("withdrawal")
    for edition in editions.defer("json", "card", "text").order_by("public_from"):
        if edition.is_public(now):
            public.add(edition.uid)
        if edition.public_from > now:
            found.setdefault(edition.uid, (edition.public_from, "correction" if edition.uid in public else "release"))
        elif edition.public_until and edition.public_until > now and hasattr(edition, "withdrawal"):
            found.setdefault(edition.uid, (edition.public_until, "withdrawal"))
    return found


WHAT_HAPPENS = {
    "release": gettext_lazy("first release"),
    "correction": gettext_lazy("new edition"),
    "withdrawal": gettext_lazy("withdrawal"),
}


def _row(record, section, user, now):
    """What the desk says of *record*: title, address, kind, where it belongs, and what there is to know in *section*."""
    conference = getattr(record, "conference", None)
    row = {
        "title": _title(record),
        "address": reverse(f"{_entry(record)}_change", args=[record.pk]),
        "kind": record.get_kind_display() if hasattr(record, "get_kind_display") else RecordType.PHOTO.label,
        "conference": str(conference or ""),
        "in_review": section.key == "mine" and record.stage == Stage.REVIEW,
    }
    if section.key == "scheduled":
        row |= _when(record, conference or record, now)
    elif section.key == "stale":
        row["since"] = record.modified_at
    elif section.key == "summary":
        row["ended"] = last_day(record.end_date, record.date_precision)
    elif section.key == "languages":
        row["languages"] = list(_missing_languages(record, user))
    return row


def _title(record):
    if _is_conference(record):
        return record.name
    if record._meta.label_lower == DOCUMENT:
        return record.original_title or record.slug
    return Truncator(str(record)).chars(90)


def _entry(record):
    """The name of the admin's addresses for *record*: a document is edited in the entry of its kind."""
    opts = entry_model(record)._meta
    return f"admin:{opts.app_label}_{opts.model_name}"


def _when(record, place, now):
    """The instant of what is scheduled, in the time zone of the conference and in UTC, and the time left until then."""
    instant, what = record.due
    return {
        "due": instant,
        "due_text": show_instant(instant, getattr(place, "time_zone", "UTC")),
        "left": timeuntil(instant, now, depth=2),
        "what": WHAT_HAPPENS[what],
    }


def _missing_languages(record, user):
    """The languages of *record* that *user* is asked for: (code, name, "draft" or "missing", address of its page)."""
    rows = record.texts.all() if _is_conference(record) else record.versions.all()
    states = {row.language: row.ready for row in rows}
    for code in tongues_of(user)[0]:
        if code != record.original_language and not states.get(code):
            yield {
                "code": code,
                "name": languages.LANGUAGES[code],
                "state": _("in preparation") if code in states else _("missing"),
                "address": reverse(f"{_entry(record)}_language", args=[record.pk, code]),
            }
