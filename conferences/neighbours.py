"""The conferences before and after one in its series."""

from datetime import date, datetime

from django.db.models import Q, Subquery

from ctportal.publishing.models import Edition

from .places import HIGHEST, series_place


def neighbours(edition, series, at):
    """Return {uid of a series: [previous, next]} among the conferences public at *at*, None at either end. One query.

    *series* are the series entries in the JSON of *edition*. A conference with a number comes between the nearest
    numbers; beyond the last of these, its neighbour is the nearest by date without a number. A conference without a
    number is ordered by date.
    """
    ordinals = {entry["uid"]: entry["ordinal"] for entry in series}
    others = [(other, other.card_data["series"]) for other in _neighbours(at, edition.date, edition.slug, ordinals)]
    found = {}
    for uid, ordinal in ordinals.items():
        # The neighbour in one series may be farther away in another series, which needs its own nearest.
        members = [(other, entry["ordinal"]) for other, entries in others for entry in entries if entry["uid"] == uid]
        found[uid] = [_nearest(edition, ordinal, members, later) for later in (False, True)]
    return found


def _nearest(edition, ordinal, members, later):
    """Return the conference next after *edition* or, if not *later*, before it.

    *members* is [(conference, its number or None)], *ordinal* is the number of *edition*.
    """
    step = 1 if later else -1
    steps = [(step * (theirs - ordinal), other) for other, theirs in members if ordinal and theirs]
    if ahead := [each for each in steps if each[0] > 0]:
        return min(ahead, key=lambda each: each[0])[1]
    dated = [
        other
        for other, theirs in members
        if not (ordinal and theirs) and ((other.date, edition.slug) > (edition.date, other.slug)) == later
    ]
    return min(dated, key=lambda other: abs(other.date - edition.date), default=None)


def _neighbours(at: datetime, date: date, slug: str, ordinals: dict[str, int | None]) -> list[Edition]:
    """Return the conferences directly before and after a conference with this *date* and *slug*, by date and by number.

    *ordinals* is {uid of a series: the conference's number in it or None}.
    """
    # All conditions on facets are in one filter() call: they apply to the same facet, whose index is read in its order.
    public = Edition.objects.public(at)
    match = Q()
    for uid, ordinal in ordinals.items():
        member = {"facets__type": "conference", "facets__name": "series", "facets__value": uid}
        before = public.filter(Q(facets__date__lt=date) | Q(facets__slug__gt=slug), facets__date__lte=date, **member)
        after = public.filter(Q(facets__date__gt=date) | Q(facets__slug__lt=slug), facets__date__gte=date, **member)
        found = [before.order_by("-facets__date", "facets__slug"), after.order_by("facets__date", "-facets__slug")]
        if ordinal:
            first, place, last = (series_place(uid, number) for number in (0, ordinal, HIGHEST))
            numbered = {"facets__type": "conference", "facets__name": "place"}
            before = public.filter(facets__value__gte=first, facets__value__lt=place, **numbered)
            after = public.filter(facets__value__gt=place, facets__value__lte=last, **numbered)
            found.append(before.order_by("-facets__value", "facets__date", "facets__slug"))
            found.append(after.order_by("facets__value", "-facets__date", "facets__slug"))
        for editions in found:
            match |= Q(pk=Subquery(editions.values("pk")[:1]))
    return list(Edition.objects.filter(match).defer("json"))
