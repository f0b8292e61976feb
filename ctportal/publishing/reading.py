"""How the public side reads editions: one record, a list, what a record is related to. Pages and API read through here.

Nothing here knows a working model, and everything asks ``public(at)`` or ``effective(at)``.
"""

import json
import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import (
    BinaryField,
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Func,
    Min,
    OuterRef,
    Subquery,
    TextField,
)
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from ctportal.reading.cache import is_worth_keeping

from .models import APART, Edition, Facet, RecordType, Redirect, Relation, Withdrawal, reached
from .prepared import WINDOW, prepared

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
SLUG_LENGTH = 120


class IsFollowed(Func):
    """Whether a relation of this name is one that readers follow; "shows" only says which labels stand in an edition.

    Written into the SQL as it stands in the index ``relation_to_follow``: a database does not see that a parameter would
    be the same.
    """

    arity = 1
    output_field = BooleanField()
    template = "NOT (%(expressions)s = 'shows')"


# One record ----------------------------------------------------------------------------------------------------------


@dataclass
class Found:
    """The edition in force, with ``version`` and ``published`` annotated, and the instant at which it was read: what else
    an answer shows is read at the same."""

    edition: Edition
    at: datetime | None = field(default=None, compare=False)


@dataclass
class Moved:
    """The record answers under another address now: the edition in force of the record to read instead."""

    edition: Edition

    @property
    def address(self):
        """Slug of the record, its uid where it has none."""
        return self.edition.slug or str(self.edition.uid)


@dataclass
class Gone:
    """The record was public and is not: its last edition, why, and the public edition to read instead, if any."""

    edition: Edition
    withdrawal: Withdrawal | None
    replacement: Edition | None
    at: datetime | None = field(default=None, compare=False)

    @property
    def reason(self):
        """In words for the public. An entry of the vocabulary ends when nothing public refers to it any more."""
        return self.withdrawal.reason if self.withdrawal else _("No longer referred to.")


@dataclass
class NotFound:
    """Nothing was ever public at this address, as far as a reader may know."""


def resolve(record_type, address, at=None, full=False):
    """Return what stands at *address* (slug or uid) among the records of *record_type*: Found, Moved, Gone or NotFound.

    Found costs one query; the others a few more. What was never public is NotFound, whatever staff have made of it.
    If *full*, what is Found comes as a FullRow, else as an edition with ``at`` annotated too.
    """
    known_by = _key(address)
    if known_by is None:
        return NotFound()
    clock = at or timezone.now()
    asked = {"clock": clock, "latest": at or clock + APART, **known_by}
    if "uid" not in known_by:
        asked["record_type"] = str(record_type)
    found = [_found_in_full(row) for row in _full_in_force(**asked)] if full else list(map(_found, _in_force(**asked)))
    if found and found[0].edition.type == record_type:
        return found[0]
    past = _last_at_address(**asked | {"record_type": str(record_type)})
    return _of_past(past[0], past[0].at) if past else NotFound()


def _at_address(at, record_type=None, **known_by):
    """The edition in force at an address. A uid alone says which record is meant: asked for the type too, SQLite takes an
    index by type and walks through half the table."""
    editions = Edition.objects.public(at).filter(**known_by)
    return (editions.of(record_type) if record_type else editions).order_by("pk")[:1]


@prepared
def _in_force(clock, latest, **known_by):
    at = reached(clock, latest)
    return _at_address(at, **known_by).with_history().annotate(at=at).defer("text", "card")


@prepared
def _full_in_force(clock, latest, **known_by):
    at = reached(clock, latest)
    return _in_full(_at_address(at, **known_by), at)


@prepared
def _last_at_address(clock, latest, record_type, **known_by):
    at = reached(clock, latest)
    editions = Edition.objects.of(record_type).effective(at).filter(**known_by)
    return editions.annotate(at=at).defer("text").order_by("-public_from")[:1]


def _found(edition):
    return Found(edition, edition.at)


def _found_in_full(row):
    *row, at = row
    return Found(_full_row(row), at)


def resolve_uid(uid, at=None):
    """Like ``resolve`` for a uid whose type of record is not known."""
    last = Edition.objects.effective(at).filter(uid=uid).order_by("-public_from").values_list("type", flat=True).first()
    return resolve(last, str(uid), at) if last else NotFound()


def _key(address):
    """Return the lookup for *address*, or None when nothing can have it. Keeps NUL and the like from the database."""
    if UID.fullmatch(address):
        return {"uid": uuid.UUID(address)}
    if len(address) <= SLUG_LENGTH and SLUG.fullmatch(address):
        return {"slug": address}
    return None


def _of_past(edition, at):
    """Tell what became of the record of *edition*, which was in force before *at* under the address asked for."""
    current = _public(edition.uid, at) or _public(merged_into(edition.uid), at)
    if current:
        return Moved(current)
    of_record = Edition.objects.effective(at).filter(uid=edition.uid)
    last = of_record.select_related("withdrawal").defer("text").latest("public_from")
    withdrawal = getattr(last, "withdrawal", None)
    replacement = _public(withdrawal.replacement, at) if withdrawal and withdrawal.replacement else None
    return Gone(last, withdrawal, replacement, at)


def _public(uid, at):
    return Edition.objects.public(at).filter(uid=uid).defer("text", "json").first() if uid else None


def merged_into(uid):
    """Return the uid that the record *uid* was merged into; None when it was not merged. ``merge_entries`` keeps this to one
    step: what led to an entry that is merged away leads to the new one from then on."""
    return Redirect.objects.filter(uid=uid).values_list("target", flat=True).first()


class Choice(NamedTuple):
    """A record that a list is filtered by: itself, and every uid under which editions may still know it."""

    uid: uuid.UUID
    slug: str
    card: str
    values: tuple[str, ...]

    @property
    def card_data(self):
        return json.loads(self.card)


def choose(record_type, address, at):
    """Return the Choice for *address* (slug or uid), following moves and merges; None where nothing is public at *at*."""
    known_by = _key(address)
    if known_by is None:
        return None
    edition = Edition.objects.of(record_type).public(at).filter(**known_by).defer("text", "json").first()
    if edition is None:
        past = resolve(record_type, address, at)
        if not isinstance(past, Moved):
            return None
        edition = past.edition
    merged = _merged_from(edition.uid)
    return Choice(edition.uid, edition.slug, edition.card, tuple(map(str, [edition.uid, *merged])))


def _merged_from(uid):
    """The uids of all records that were merged into *uid*."""
    return list(Redirect.objects.filter(target=uid).values_list("uid", flat=True))


# Versions ------------------------------------------------------------------------------------------------------------


def versions(uid, at=None):
    """Return the editions of the record *uid* that have taken effect, first to last: version 1, 2 and so on."""
    return Edition.objects.effective(at).filter(uid=uid).defer("text", "card").order_by("public_from")


# Lists ---------------------------------------------------------------------------------------------------------------


class PageOutOfRange(Exception):
    def __init__(self, number, pages):
        super().__init__(f"Page {number} does not exist; there are {pages}.")
        self.number, self.pages = number, pages


@dataclass
class Listing:
    """One page of a list: its editions, and where it stands."""

    editions: list
    number: int
    per_page: int
    total: int

    @cached_property
    def pages(self):
        return page_count(self.total, self.per_page)

    @property
    def has_previous(self):
        return self.number > 1

    @property
    def has_next(self):
        return self.number < self.pages


def page_count(total, per_page):
    """An empty list has one page."""
    return max(1, -(-total // per_page))


# What editions bring along that are shown as cards; the rest stays deferred.
CARDS = ("uid", "type", "slug", "date", "end_date", "public_from", "card")


class CardRow(NamedTuple):
    """A row of a list: of an edition, what stands in its card. Not a model instance, which takes twice as long to make as
    the row to find."""

    pk: int
    uid: str
    type: str
    slug: str
    card: str

    @property
    def card_data(self):
        return json.loads(self.card)


class Utf8(Func):
    """The bytes of a text. What is handed on unread need not become text and bytes again, which for a long list is dear."""

    arity = 1
    output_field = BinaryField()
    template = "CAST(%(expressions)s AS BLOB)"

    def as_postgresql(self, compiler, connection):
        return self.as_sql(compiler, connection, template="convert_to(%(expressions)s, 'UTF8')")


class Packed(Func):
    """Several texts as one, between spaces: what comes from one look-up need not be looked up once for each column."""

    arg_joiner = " || ' ' || "
    template = "%(expressions)s"
    output_field = TextField()


def as_kept(name):
    """The uid *name* as the database keeps it, for ``dashed``: a UUID in between costs more than the rest of a row."""
    return ExpressionWrapper(F(name), output_field=TextField())


def dashed(uid):
    """Return the uid as it is written: SQLite keeps 32 digits, PostgreSQL gives a UUID."""
    return f"{uid[:8]}-{uid[8:12]}-{uid[12:16]}-{uid[16:20]}-{uid[20:]}" if isinstance(uid, str) else str(uid)


class InstantText(Func):
    """An instant in UTC as RFC 3339 writes it: 2019-09-04T15:00:00Z, with six decimals where it has a fraction."""

    arity = 1
    output_field = TextField()

    def as_sqlite(self, compiler, connection, **extra_context):
        return self.as_sql(compiler, connection, template="replace(%(expressions)s, ' ', 'T') || 'Z'")

    def as_postgresql(self, compiler, connection):
        text = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""
        return self.as_sql(compiler, connection, template=f"replace({text}, '.000000', '') || 'Z'")


class FullRow(NamedTuple):
    """Of an edition, what its record in the API is made of. Everything is as it is written there: the database has it
    almost so, and a list of a hundred would spend a third of its time on making objects and texts again."""

    pk: int
    uid: str
    type: str
    slug: str
    updated: str
    sha256: str
    json: bytes
    history: str  # number of the version and start of the first edition


def _full_row(row):
    pk, uid, *rest = row
    return FullRow(pk, dashed(uid), *rest)


def _in_full(editions, *more):
    """Return *editions*, which have taken effect, as a queryset of rows for ``_full_row``, with *more* columns at the end."""
    same = Edition.objects.standing().filter(uid=OuterRef("uid"), public_from__lte=OuterRef("public_from")).order_by()
    history = same.values("uid").annotate(
        packed=Packed(Cast(Count("pk"), TextField()), InstantText(Min("public_from")))
    )
    return editions.values_list(
        "pk", as_kept("uid"), "type", "slug", InstantText("public_from"), "sha256", Utf8("json"),
        Subquery(history.values("packed")), *more,
    )  # fmt: skip


def listing(filters, per_page=20, keys=False):
    """Return the page of editions that *filters* (a valid FilterSet of ``filters``) ask for.

    The rows are CardRows or, if *keys*, the keys of editions for ``full_rows``. One query, another
    when the count is not in the cache. PageOutOfRange when there is no such page.
    """
    number, total = filters.page_number, count(filters)
    if number > page_count(total, per_page):
        raise PageOutOfRange(number, page_count(total, per_page))
    start, stop, from_the_end = _slice(number, per_page, total)
    at, chosen = filters.moment.at, filters.chosen
    how = (from_the_end, keys)
    rows = _prepared_rows(filters, *how)
    if rows:
        editions = rows(window=(start, stop - start), at=at, **filters.parts())
    else:
        editions = list(_rows(filters, at, chosen, slice(start, stop), *how))
    return Listing(_keys(editions, from_the_end) if keys else _card_rows(editions), number, per_page, total)


def first_rows(filters, count):
    """Return the first *count* CardRows that *filters* let through. One query: nothing is counted."""
    if not filters.is_valid():
        raise ValueError(f"These filters let nothing be read: {filters.form.errors.as_json()}.")
    rows = _prepared_rows(filters, False, False)
    if rows:
        return _card_rows(rows(window=(0, count), at=filters.moment.at, **filters.parts()))
    return _card_rows(_rows(filters, filters.moment.at, filters.chosen, slice(0, count), False, False))


def _keys(rows, from_the_end):
    return [key for (key,) in (reversed(rows) if from_the_end else rows)]


def _card_rows(rows):
    return [CardRow(pk, dashed(uid), *rest) for pk, uid, *rest in rows]


# Lists whose SQL is kept, by their shape. Readers choose the shape, so there is a limit to how many are kept.
_kept: dict = {}
KEPT = 300


def _prepared_rows(filters, *how):
    """Return the prepared query for lists of the shape of *filters*; None where it is not worth keeping."""
    shape = (*filters.shape, *how)
    if shape not in _kept:
        if "q" in filters.chosen or len(_kept) >= KEPT:
            return None
        _kept[shape] = prepared(lambda at, **parts: _rows(filters, at, filters.joined(parts), WINDOW, *how))
    return _kept[shape]


def count(filters):
    """Return how many public records *filters* let through; kept for the epoch."""

    def counted():
        return filters.narrow(_public_at(filters.moment.at), filters.chosen).count()

    if not is_worth_keeping(filters.chosen):
        return counted()
    return filters.moment.cached(("count", filters.record_type, filters.key), counted)


def _public_at(at):
    return Edition.objects.public(at).order_by()


def _slice(number, per_page, total):
    """Return (start, stop, from_the_end) of a page. Pages of the second half are counted from the end, which is as near
    as the beginning is for the others: the last page costs what the first does."""
    start, stop = (number - 1) * per_page, min(number * per_page, total)
    if start > total // 2:
        return total - stop, total - start, True
    return start, stop, False


def _rows(filters, at, chosen, window, from_the_end, keys):
    """The editions of one page. Which they are is read off an index alone, so that only the rows shown are fetched."""
    ordered = filters.narrow(_public_at(at), chosen).order_by(*filters.row_order())
    ordered = ordered.reverse() if from_the_end else ordered
    if keys:
        return ordered.values_list("pk")[window]
    editions = Edition.objects.filter(pk__in=ordered.values("pk")[window]).order_by(*filters.order())
    return editions.values_list("pk", as_kept("uid"), "type", "slug", "card")


def full_rows(keys):
    """Return the FullRows of the editions *keys*, which have taken effect, in no order. One query."""
    return list(map(_full_row, _full_of_keys(editions=list(keys)))) if keys else []


@prepared
def _full_of_keys(editions):
    return _in_full(Edition.objects.filter(pk__in=editions).order_by())


# Menus ---------------------------------------------------------------------------------------------------------------


class Option(NamedTuple):
    """One entry of a filter menu. *value* goes into the address; *names* is a language object, None for codes."""

    value: str
    count: int
    names: dict | None


# Facets with few values, worth a menu. The others (people, organizations, conferences) are reached from their records.
MENUS = ("year", "country", "region", "series", "theme", "kind", "language", "status")
# Those that records of a type have; each more is looked for in every hidden edition.
MENUS_OF = {RecordType.DOCUMENT: ("year", "theme", "kind", "language"), RecordType.PHOTO: ("year", "language")}
_LABELLED = {"series": RecordType.SERIES, "theme": RecordType.THEME}


def options(record_type, moment):
    """Return {facet: [Option]} with the counts of public records of *record_type*; kept for the epoch."""
    kept = moment.cached(("options", record_type), lambda: _options(record_type, moment.at))
    return {name: [Option(*entry) for entry in entries] for name, entries in kept.items()}


def _facet_counts(record_type, at):
    """Yield (facet, value, number of public records) for what menus offer. One query.

    All facets are counted off their index, then those of editions that are not public are taken away again: to ask of
    each facet whether its edition is public takes ten times as long. One statement, so that nothing is published in
    between.
    """
    hidden = Edition.objects.of(record_type).hidden(at).order_by()
    names = MENUS_OF.get(record_type, MENUS)
    in_all = Facet.objects.filter(type=record_type, name__in=names)
    of_hidden = Facet.objects.filter(edition__in=hidden, name__in=names)
    counted = [
        facets.order_by().values_list("name", "value").annotate(n=n)
        for facets, n in ((in_all, Count("pk")), (of_hidden, -Count("pk")))
    ]
    counts = Counter()
    for name, value, n in counted[0].union(counted[1], all=True):
        counts[name, value] += n
    return ((name, value, n) for (name, value), n in counts.items() if n)


def _options(record_type, at):
    counts = _facet_counts(record_type, at)
    labels = {
        str(uid): (slug, json.loads(card)["name"])
        for uid, slug, card in Edition.objects.public(at)
        .of(*_LABELLED.values())
        .order_by("slug")
        .values_list("uid", "slug", "card")
    }
    menus = {name: [] for name in MENUS}
    for name, value, n in counts:
        if name not in _LABELLED:
            menus[name].append(Option(value, n, None))
        elif value in labels:
            slug, names = labels[value]
            menus[name].append(Option(slug, n, names))
    for name, entries in menus.items():
        entries.sort(key=lambda option: option.value, reverse=name == "year")
    return menus


# Relations -----------------------------------------------------------------------------------------------------------


class RelatedRecord(NamedTuple):
    """A public record that an edition points to. *key* says what inside the edition points there, such as a figure."""

    name: str
    key: str
    uid: uuid.UUID
    type: str
    slug: str
    card: str

    @property
    def card_data(self):
        return json.loads(self.card)


def related(editions, at):
    """Return {edition's pk: [RelatedRecord]} for *editions*: what they point to that is public at *at*. One query."""
    found = {edition.pk: [] for edition in editions}
    if not found:
        return found
    for pk, name, key, uid, target in _pointers_with_cards(at=at, editions=list(found)):
        if target is not None:
            found[pk].append(RelatedRecord(name, key, uid, *target.split(" ", 2)))
    return found


class Pointer(NamedTuple):
    """What the edition with the key ``pk`` points to, as texts; ``target`` is type and slug with a space in between."""

    pk: int
    name: str
    key: str
    uid: str
    target: str


def pointers(rows, at):
    """Return the Pointers of *rows* (FullRows) to what is public at *at*, without cards, in order. One query."""
    keys = [row.pk for row in rows]
    return [
        Pointer(pk, name, key, dashed(uid), target)
        for pk, name, key, uid, target in (_pointers(at=at, editions=keys) if keys else ())
        if target is not None
    ]


@prepared
def _pointers_with_cards(at, editions):
    return _pointers_of(editions, at, "target", "card")


@prepared
def _pointers(at, editions):
    return _pointers_of(editions, at, as_kept("target"))


def _pointers_of(editions, at, uid, *more):
    target = Edition.objects.public(at).filter(uid=OuterRef("target")).order_by()
    # One look-up per relation instead of one per column: neither type nor slug holds a space.
    return (
        Relation.objects.filter(edition__in=editions)
        .filter(IsFollowed("name"))
        .order_by("edition", "name", "order", "pk")
        .values_list("edition", "name", "key", uid, Subquery(target.values(packed=Packed("type", "slug", *more))[:1]))
    )


def referring(uid, *names, at):
    """Return the editions public at *at* with a relation of one of *names* to the record *uid*, newest first; ``relation``
    and ``relation_order`` say which. One query."""
    return _referring(uid=uid, names=list(names), at=at)


@prepared
def _referring(uid, names, at):
    return (
        Edition.objects.public(at)
        .filter(relations__target=uid, relations__name__in=names)
        .annotate(relation=F("relations__name"), relation_order=F("relations__order"))
        .only(*CARDS)
        .order_by(F("date").desc(), "slug", "uid")
    )
