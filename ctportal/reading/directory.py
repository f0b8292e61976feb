"""Lists of people and organizations: in the order of their names, which is another in each language, and how often each is named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Count, F, Value, When, Window
from django.db.models.functions import RowNumber

from ctportal.core.alphabet import placed
from ctportal.core.languages import pick
from ctportal.publishing.models import Edition, RecordType, Redirect

from .cache import is_worth_keeping
from .context import ReadContext
from .queries import CARDS, PageOutOfRange

if TYPE_CHECKING:
    from .filters import EditionFilterSet

LATEST = 3  # of the records that name somebody, for the title held


class NamePage(Page[Edition]):
    """A page of editions, with cards and JSON, in the order of their names; ``initials`` are the letters that these stand under
    and ``letters`` those of the whole list, (letter, number of the page on which it begins)."""

    initials: Sequence[str] = ()
    letters: Sequence[tuple[str, int]] = ()


def by_name(filters: EditionFilterSet, context: ReadContext, language: str, per_page: int) -> NamePage:
    """Return the page of the records that *filters*, a valid filter set, select, in the order of their names in *language*.

    Two queries: the names of all that match, cached for the epoch if worth it, and the page. Raise PageOutOfRange if there is no
    such page.
    """
    chosen = sorted(filters.chosen)
    key = "names", filters.record_type, language, *((name, filters.data[name]) for name in chosen)
    ordered = (
        context.cached(key, lambda: _ordered(filters, language))
        if is_worth_keeping(chosen)
        else _ordered(filters, language)
    )
    paginator: Paginator[Any] = Paginator(ordered, per_page)
    number = filters.page_number
    if number > paginator.num_pages:
        raise PageOutOfRange(number, paginator.num_pages)
    asked = paginator.page(number).object_list
    editions = Edition.objects.public(context.at).only(*CARDS, "json").in_bulk([key for key, _initial in asked])
    # Without what was withdrawn between the two queries.
    shown = [(key, initial) for key, initial in asked if key in editions]
    page = NamePage([editions[key] for key, _initial in shown], number, paginator)
    page.initials = [initial for _key, initial in shown]
    begins: dict[str, int] = {}
    for place, (_key, initial) in enumerate(ordered):
        begins.setdefault(initial, place // per_page + 1)
    page.letters = list(begins.items())
    return page


def _ordered(filters: EditionFilterSet, language: str) -> list[tuple[int, str]]:
    """Return [(primary key, letter)] of all records that *filters* select, in the order of their names."""
    found = []
    for pk, uid, card in filters.qs.order_by().values_list("pk", "uid", "card"):
        name, _language = pick(json.loads(card)["name"], language)
        key, initial = placed(name, language)
        found.append((key, uid, pk, initial))
    return [(pk, initial) for _key, _uid, pk, initial in sorted(found)]


class Mentions(NamedTuple):
    """How many public records of each type name somebody, the primary keys of the latest ones, and the uids by which they do: the
    own one and those of what was merged into it."""

    counts: dict[str, int]
    latest: list[int]
    uids: set[str]


def mentions(name: str, uids: Sequence[UUID], at: datetime, *, latest: Sequence[str] = ()) -> dict[UUID, Mentions]:
    """Return {uid: Mentions} of the records public at *at* with one of *uids*, or of what was merged into it, for the facet
    *name*; with the latest of the types *latest*. Three queries, two without *latest*.
    """
    merged = Redirect.objects.filter(target__in=uids).values_list("uid", "target")
    targets = {str(uid): str(target) for uid, target in merged}
    own = Case(
        *(When(facets__value=value, then=Value(target)) for value, target in targets.items()),
        default=F("facets__value"),
        output_field=CharField(),
    )
    values, types = [*map(str, uids), *targets], (RecordType.CONFERENCE, RecordType.DOCUMENT, RecordType.PHOTO)
    match = {"facets__type__in": types, "facets__name": name, "facets__value__in": values}
    naming = Edition.objects.public(at).filter(**match).order_by().annotate(own=own)
    found = {uid: Mentions({}, [], {str(uid)}) for uid in uids}
    for value, target in targets.items():
        found[UUID(target)].uids.add(value)
    for value, record_type, count in naming.values_list("own", "type").annotate(n=Count("pk", distinct=True)):
        found[UUID(value)].counts[record_type] = count
    if latest:
        newest = Window(RowNumber(), partition_by=F("own"), order_by=[F("date").desc(), F("slug").asc()])
        rows = naming.filter(type__in=latest).annotate(place=newest).filter(place__lte=LATEST).order_by("place")
        for value, key in rows.values_list("own", "pk"):
            found[UUID(value)].latest.append(key)
    return found
