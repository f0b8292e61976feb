"""Queries of the public side: one record, lists, related records. Pages and API share them.

No working model is used here. All queries go through ``public(at)`` or ``effective(at)``, with *at* from the request's
read context.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    Func,
    JSONField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from ctportal.core.types import JsonObject
from ctportal.publishing.models import Edition, EditionQuerySet, RecordType, Redirect, Relation, Withdrawal

if TYPE_CHECKING:
    from ctportal.reading.filters import EditionFilterSet

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
SLUG_LENGTH = 120


class IsFollowed(Func):
    """Whether readers can follow a relation of this name; "shows" only records which labels an edition contains.

    The SQL contains the name as a literal, like the condition of the index ``relation_to_follow``: with a query
    parameter the database would not recognize that condition.
    """

    arity = 1
    output_field = BooleanField()
    template = "NOT (%(expressions)s = 'shows')"


# One record ----------------------------------------------------------------------------------------------------------


@dataclass
class Found:
    """The edition in force, with ``version`` and ``published`` annotated."""

    edition: Edition


@dataclass
class Moved:
    """The record has another address now; *edition* is the edition in force of the record to read."""

    edition: Edition


@dataclass
class Gone:
    """The record is no longer public: its last edition, its withdrawal, and the edition to read instead, if any."""

    edition: Edition
    withdrawal: Withdrawal | None
    replacement: Edition | None

    @property
    def reason(self) -> str:
        """The public reason. An entry of the vocabulary without a withdrawal ends when nothing public refers to it."""
        return self.withdrawal.reason if self.withdrawal else _("No longer referred to.")

    @property
    def shows_title(self) -> bool:
        """Return whether readers may still be told its title: whoever withdrew it allowed that, and it is not sealed."""
        return bool(self.withdrawal and self.withdrawal.show_title and not self.edition.is_sealed)


# None where nothing was ever public at the address, as far as a reader may know.
Resolved = Found | Moved | Gone | None


def resolve(record_type: str, address: str, at: datetime) -> Resolved:
    """Return Found, Moved, Gone or None for *address* (slug or uid) among the records of *record_type*.

    Found costs one query, the others a few more. For a record that was never public it is None, even a scheduled one.
    """
    known_by = _key(address)
    if known_by is None:
        return None
    editions = Edition.objects.public(at).filter(**known_by)
    if "uid" not in known_by:
        # The uid alone identifies the record: given the type as well, SQLite would use an index by type.
        editions = editions.of(record_type)
    edition = editions.with_history().defer("card").order_by("pk").first()
    if edition and edition.type == record_type:
        return Found(edition)
    past = Edition.objects.of(record_type).effective(at).filter(**known_by).defer("json", "card")
    last = past.order_by("-public_from").first()
    return _of_past(last, at) if last else None


def resolve_uid(uid: UUID, at: datetime) -> Resolved:
    """Return what ``resolve`` returns, for a uid whose record type is not known."""
    last = Edition.objects.effective(at).filter(uid=uid).order_by("-public_from").values_list("type", flat=True).first()
    return resolve(last, str(uid), at) if last else None


def _key(address: str) -> dict[str, UUID | str] | None:
    """Return the lookup for *address*, None if it is neither slug nor uid. NUL never reaches the database."""
    if UID.fullmatch(address):
        return {"uid": UUID(address)}
    if len(address) <= SLUG_LENGTH and SLUG.fullmatch(address):
        return {"slug": address}
    return None


def _of_past(edition: Edition, at: datetime) -> Resolved:
    """Return Moved or Gone for the record of *edition*, which was in force before *at* at the requested address."""
    current = _public(edition.uid, at) or _public(merged_into(edition.uid), at)
    if current:
        return Moved(current)
    of_record = Edition.objects.effective(at).filter(uid=edition.uid)
    last = of_record.select_related("withdrawal").latest("public_from")
    withdrawal = getattr(last, "withdrawal", None)
    replacement = _public(withdrawal.replacement, at) if withdrawal and withdrawal.replacement else None
    return Gone(last, withdrawal, replacement)


def _public(uid: UUID | None, at: datetime) -> Edition | None:
    return Edition.objects.public(at).filter(uid=uid).defer("json").first() if uid else None


def merged_into(uid: UUID) -> UUID | None:
    """Return the uid that the record *uid* was merged into, None if it was not merged.

    One step is enough: ``merge_entries`` also redirects to the new target what led to the entry that is merged away.
    """
    return Redirect.objects.filter(uid=uid).values_list("target", flat=True).first()


@dataclass(frozen=True)
class Choice:
    """A record that a list is filtered by, as it is in public, and all uids by which editions may refer to it. Those of an
    organization include its units, over all levels."""

    record: RelatedRecord
    values: tuple[str, ...]
    has_units: bool = False


def choose(record_type: str, address: str, at: datetime) -> Choice | None:
    """Return the Choice for *address* (slug or uid), following moves and mergers; None if it is not public at *at*.

    One query, which for an organization reads the units and the mergers of all; a former address costs a few more.
    """
    known_by = _key(address)
    if known_by is None:
        return None
    editions = Edition.objects.public(at).of(record_type).filter(**known_by).order_by()
    merged = Redirect.objects.filter(type=record_type).order_by()
    shown, nothing = JSONObject(type="type", slug="slug", card="card"), Value(None, output_field=JSONField())
    rows = editions.values_list("uid", F("uid"), shown, Value("itself"))
    if record_type == RecordType.ORGANIZATION:
        units = _units(at).values_list("uid", "relations__target", nothing, Value("unit"))
        rows = rows.union(units, merged.values_list("uid", "target", nothing, Value("merged")), all=True)
    else:
        merged = merged.filter(target__in=editions.values("uid"))
        rows = rows.union(merged.values_list("uid", "target", nothing, Value("merged")), all=True)
    record: RelatedRecord | None = None
    below: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    for uid, target, own, part in rows:
        if part == "itself":
            record = RelatedRecord("", "", uid, **own)
        else:
            below[target].append((uid, part))
    if record is None:
        past = resolve(record_type, address, at)
        return choose(record_type, str(past.edition.uid), at) if isinstance(past, Moved) else None
    found = {record.uid: "itself"}
    for each in (waiting := [record.uid]):  # grows while it is read
        new = {uid: part for uid, part in below[each] if uid not in found}
        found |= new
        waiting += new
    return Choice(record, tuple(map(str, found)), "unit" in found.values())


def uids_of(uid: UUID) -> tuple[str, ...]:
    """Return the uids by which editions may refer to the record *uid*: its own and those merged into it. One query."""
    return tuple(map(str, [uid, *Redirect.objects.filter(target=uid).values_list("uid", flat=True)]))


def naming(name: str, values: Sequence[str], record_type: str, at: datetime) -> EditionQuerySet:
    """Return the editions of *record_type* public at *at* with one of *values* for the facet *name*, newest first.

    They have cards and JSON. The facets are looked up first: few editions have any one of these values.
    """
    match = {"facets__type": record_type, "facets__name": name, "facets__value__in": values}
    named = Edition.objects.public(at).filter(**match).values("pk")
    editions = Edition.objects.public(at).filter(pk__in=named).only(*CARDS, "json")
    return editions.order_by(F("date").desc(), "slug", "uid")


class Conferences(NamedTuple):
    """How many conferences there are, and the first and the last day of them all."""

    number: int
    first: date
    last: date


def conferences_by(name: str, uids: Sequence[UUID], at: datetime) -> dict[UUID, Conferences]:
    """Return {uid: Conferences} for the conferences public at *at* with one of *uids*, or of what was merged into it, for the
    facet *name*. Two queries.

    A uid without public conferences is left out.
    """
    merged = Redirect.objects.filter(target__in=uids).values_list("uid", "target")
    targets = {str(uid): str(target) for uid, target in merged}
    values = [*map(str, uids), *targets]
    match = {"facets__type": RecordType.CONFERENCE, "facets__name": name, "facets__value__in": values}
    own = Case(
        *(When(facets__value=value, then=Value(target)) for value, target in targets.items()),
        default=F("facets__value"),
    )
    rows = Edition.objects.public(at).filter(**match).order_by().annotate(own=own).values_list("own")
    found = rows.annotate(n=Count("pk", distinct=True), first=Min("date"), last=Max("end_date"))
    return {UUID(value): Conferences(n, first, last) for value, n, first, last in found}


# Versions ------------------------------------------------------------------------------------------------------------


def versions(uid: UUID, at: datetime) -> EditionQuerySet:
    """Return the editions of the record *uid* that have taken effect, first to last: version 1, 2 and so on."""
    return Edition.objects.effective(at).filter(uid=uid).defer("card").order_by("public_from")


# Lists ---------------------------------------------------------------------------------------------------------------


class PageOutOfRange(EmptyPage):
    def __init__(self, number: int, pages: int) -> None:
        super().__init__(f"Page {number} does not exist. The last page is {pages}.")
        self.number, self.pages = number, pages


# The fields that are loaded for editions shown as cards; all others are deferred.
CARDS = ("uid", "type", "slug", "date", "end_date", "over_at", "public_from", "card")


class EditionPaginator(Paginator):  # type: ignore[type-arg]  # takes no parameter at run time
    """Paginates *editions*, an ordered queryset, into pages of primary keys. An empty list has one page.

    Only keys are selected, because an index alone can answer that. A page in the second half is read from the end of
    the list, so that the last page costs as much as the first. *count* is called instead of counting *editions*.
    """

    def __init__(self, editions: EditionQuerySet, per_page: int, count: Callable[[], int] | None = None) -> None:
        self._keys = editions.values_list("pk", flat=True)
        super().__init__(self._keys, per_page)
        self._counted = count or editions.order_by().count

    @cached_property
    def count(self) -> int:
        return self._counted()

    def keys(self, number: int) -> tuple[QuerySet[Edition, int], bool]:
        """Return (queryset of the keys on page *number*, whether they are in reverse order).

        Raise PageOutOfRange if there is no such page.
        """
        if number > self.num_pages:
            raise PageOutOfRange(number, self.num_pages)
        start, stop = (number - 1) * self.per_page, min(number * self.per_page, self.count)
        if start > self.count // 2:
            return self._keys.reverse()[self.count - stop : self.count - start], True
        return self._keys[start:stop], False

    def page(self, number: int | str) -> Page[int]:
        """Return page *number*, a Page of keys."""
        number = int(number)
        keys, is_reversed = self.keys(number)
        return Page(list(keys)[::-1] if is_reversed else list(keys), number, self)


def listing(filters: EditionFilterSet, per_page: int = 20) -> Page[Edition]:
    """Return the page of editions, with cards, that *filters* (a valid filter set) select.

    Two queries, one if the count is cached. Raise PageOutOfRange if there is no such page.
    """
    paginator = EditionPaginator(filters.qs, per_page, filters.count)
    keys, _is_reversed = paginator.keys(filters.page_number)
    return Page(_with_cards(keys, filters), filters.page_number, paginator)


def first_rows(filters: EditionFilterSet, count: int) -> list[Edition]:
    """Return the first *count* editions, with cards, that *filters* select. One query: nothing is counted.

    Raise ValueError if the filters are invalid.
    """
    if not filters.is_valid():
        raise ValueError(f"These filters let nothing be read: {filters.form.errors.as_json()}.")
    return _with_cards(filters.qs.values_list("pk", flat=True)[:count], filters)


def _with_cards(keys: QuerySet[Edition, int], filters: EditionFilterSet) -> list[Edition]:
    """Return the editions with *keys*, a subquery of *filters*, in the order of *filters*. Only CARDS are loaded."""
    return list(Edition.objects.filter(pk__in=keys).only(*CARDS).order_by(*filters.order()))


def in_full(keys: Sequence[int]) -> list[Edition]:
    """Return the editions with *keys* in this order, with JSON, ``version`` and ``published``. One query.

    All of them must have taken effect.
    """
    editions = Edition.objects.filter(pk__in=keys).with_history().defer("card").in_bulk()
    return [editions[key] for key in keys]


# Relations -----------------------------------------------------------------------------------------------------------


class RelatedRecord(NamedTuple):
    """A public record that an edition points to. *key* names the part of the edition that points, such as a figure.

    A document that was expected stays one that was issued when it is withdrawn: then it has neither slug nor card.
    """

    name: str
    key: str
    uid: UUID
    type: str
    slug: str
    card: str

    @property
    def card_data(self) -> JsonObject:
        card: JsonObject = json.loads(self.card)
        return card


def related(editions: Iterable[Edition], at: datetime, cards: bool = True) -> dict[int, list[RelatedRecord]]:
    """Return {edition's pk: [RelatedRecord]} for the records public at *at* that *editions* point to, and for documents that
    were expected and have been withdrawn. One query.

    Without *cards*, the cards of the records are empty.
    """
    found: dict[int, list[RelatedRecord]] = {edition.pk: [] for edition in editions}
    if not found:
        return found
    target = Edition.objects.public(at).filter(uid=OuterRef("target")).order_by()
    issued = Exists(Edition.objects.effective(at).filter(uid=OuterRef("target")).order_by())
    shown = {"type": "type", "slug": "slug"} | ({"card": "card"} if cards else {})
    # One subquery returns all columns, so that each target is looked up once instead of once for each column.
    rows = (
        Relation.objects.filter(edition__in=list(found))
        .filter(IsFollowed("name"))
        .annotate(shown=Subquery(target.values(shown=JSONObject(**shown))[:1]))
        .annotate(issued=Case(When(name="expected", then=issued), default=False))
        .order_by("edition", "name", "order", "pk")
    )
    withdrawn = {"type": RecordType.DOCUMENT, "slug": ""}
    for row in rows:
        if row.shown or row.issued:
            record = RelatedRecord(row.name, row.key, row.target, **{"card": "", **(row.shown or withdrawn)})
            found[row.edition_id].append(record)
    return found


def organization_chains(
    editions: Iterable[Edition], at: datetime, cards: bool = True
) -> dict[int, list[RelatedRecord]]:
    """Return {edition's pk: [RelatedRecord]} for *editions* of organizations: the "parents" of a unit, from the nearest to
    the top, then the "units" of an organization by slug; all of them public at *at*. One query, and one for each further
    level above; they read what is returned.

    Without *cards*, the cards of the records are empty.
    """
    editions = list(editions)
    public = Edition.objects.public(at).of(RecordType.ORGANIZATION).order_by()
    shown = {"type": "type", "slug": "slug"} | ({"card": "card"} if cards else {})
    rows = (
        Relation.objects.filter(name="parent")
        .annotate(shown=Subquery(public.filter(uid=OuterRef("target")).values(shown=JSONObject(**shown))[:1]))
        .select_related("edition")
        .defer("edition__json", *(() if cards else ("edition__card",)))
        .order_by("edition__slug")
    )
    own: dict[int, RelatedRecord] = {}  # parents by edition
    above: dict[UUID, RelatedRecord] = {}  # parents by uid, in public
    units: dict[UUID, list[RelatedRecord]] = {}
    keys = [each.pk for each in editions]
    is_unit = Q(target__in=[each.uid for each in editions]) & Exists(public.filter(pk=OuterRef("edition")))
    for row in rows.filter(Q(edition__in=keys) | is_unit):
        unit = row.edition
        if row.shown and unit.pk in keys:
            own[unit.pk] = RelatedRecord("parents", "", row.target, **{"card": "", **row.shown})
        if unit.is_public(at):
            named = RelatedRecord("units", "", unit.uid, unit.type, unit.slug, unit.card if cards else "")
            units.setdefault(row.target, []).append(named)
    level = {parent.uid for parent in own.values()}
    while level:
        for row in rows.filter(edition__in=public.filter(uid__in=level)):
            if row.shown:
                above[row.edition.uid] = RelatedRecord("parents", "", row.target, **{"card": "", **row.shown})
        level = {parent.uid for uid, parent in above.items() if uid in level} - above.keys()
    return {each.pk: [*_line(own.get(each.pk), above), *units.get(each.uid, ())] for each in editions}


def organization_lines(uids: Iterable[UUID], at: datetime) -> dict[UUID, list[RelatedRecord]]:
    """Return {uid: [RelatedRecord]} for those of the organizations *uids* that are public at *at*: each itself, then those
    above it, from the nearest to the top, as far as they are public. One query, which reads the units of all organizations.
    """
    uids = list(uids)
    public = Edition.objects.public(at).of(RecordType.ORGANIZATION).order_by()
    shown = JSONObject(type="type", slug="slug", card="card")
    parent = Subquery(public.filter(uid=OuterRef("relations__target")).values(shown=shown)[:1])
    units = _units(at).values_list("uid", "relations__target", parent)
    own: dict[UUID, RelatedRecord] = {}
    above: dict[UUID, RelatedRecord] = {}
    # An organization itself is a row that leads to it.
    for uid, target, record in public.filter(uid__in=uids).values_list("uid", F("uid"), shown).union(units, all=True):
        if record:
            found = own if target == uid else above
            found[uid] = RelatedRecord("", "", target, **record)
    return {uid: [own[uid], *_line(above.get(uid), above)] for uid in uids if uid in own}


def _units(at: datetime) -> EditionQuerySet:
    """Return the organizations public at *at* that are units, joined with the relation to the one above."""
    return Edition.objects.public(at).of(RecordType.ORGANIZATION).filter(relations__name="parent").order_by()


def _line(nearest: RelatedRecord | None, above: Mapping[UUID, RelatedRecord]) -> Iterable[RelatedRecord]:
    """Return *nearest* and the records above it, to the top."""
    line: dict[UUID, RelatedRecord] = {}
    while nearest and nearest.uid not in line:
        line[nearest.uid] = nearest
        nearest = above.get(nearest.uid)
    return line.values()


def referring(uid: UUID, *names: str, at: datetime) -> EditionQuerySet:
    """Return the editions public at *at* with a relation in *names* to the record *uid*, newest first.

    They are annotated with the relation's name and order, as ``relation`` and ``relation_order``.
    """
    return (
        Edition.objects.public(at)
        .filter(relations__target=uid, relations__name__in=names)
        .annotate(relation=F("relations__name"), relation_order=F("relations__order"))
        .only(*CARDS)
        .order_by(F("date").desc(), "slug", "uid")
    )


def document_counts(uids: Iterable[UUID], at: datetime) -> dict[UUID, int]:
    """Return {uid: number of its documents public at *at*} for those of the conferences *uids* that have any. One query."""
    match = {"relations__name": "conference", "relations__target__in": list(uids)}
    documents = Edition.objects.public(at).of(RecordType.DOCUMENT).filter(**match).order_by()
    return dict(documents.values_list("relations__target").annotate(n=Count("pk", distinct=True)))
