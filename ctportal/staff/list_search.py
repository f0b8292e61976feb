"""The search of admin lists and autocomplete: every word must occur in one of the fields, all of them folded texts
(``ctportal.publishing.text_fields.SearchTextField``). The queries avoid repeated table scans."""

from collections.abc import Sequence

from django.db.models import Case, Model, Q, QuerySet, When

from ctportal.core.folding import fold
from ctportal.core.search_text import readings, search_words, shorten

FEW = 1000


def search(queryset: QuerySet, fields: Sequence[str], text: str, *, ranked: bool = True) -> QuerySet:
    """Return the records of *queryset* that contain every word of *text*, each in any of *fields*; see ``holding``.

    If *ranked*, those that are called so come first ("OSCE" before "Albanian OSCE Chairmanship"), then those whose name
    begins so.
    """
    model = queryset.model
    names = [field for field in fields if _is_own(model, field)]
    condition = exact = beginning = Q()
    for reading in readings(shorten(text).text):
        words, name = Q(), fold(reading).strip('" ')
        for word in search_words(reading):
            words &= any_holding(model, fields, word)
        condition |= words
        exact |= any_holding(model, names, f"\n{name}\n")
        beginning |= any_holding(model, names, f"\n{name}")
    if not condition:
        return queryset
    found = narrowed(queryset, condition)
    if not ranked:
        return found
    rank = Case(When(exact, then=0), When(beginning, then=1), default=2)
    return found.order_by(rank, *(found.query.order_by or found.model._meta.ordering))


def narrowed(queryset: QuerySet, condition: Q) -> QuerySet:
    """Return the records of *queryset* that meet *condition*. One query finds their keys, if they are at most FEW.

    Finding rare matches scans the table, so the scan is done once and not again for the count and for the page.
    Frequent matches are better left to these queries: a page fills soon.
    """
    found = queryset.model._default_manager.filter(condition).order_by()
    keys = list(found.values_list("pk", flat=True).distinct()[: FEW + 1])
    return queryset.filter(pk__in=keys) if len(keys) <= FEW else queryset.filter(condition)


def _is_own(model: type[Model], name: str) -> bool:
    """Return whether *name* is a field of *model* or of rows that belong to a record, such as its titles."""
    relation = name.rpartition("__")[0]
    return not relation or bool(model._meta.get_field(relation).one_to_many)


def any_holding(model: type[Model], names: Sequence[str], word: str) -> Q:
    return Q.create([holding(model, name, word) for name in names], connector=Q.OR)


def holding(model: type[Model], name: str, word: str) -> Q:
    """Return the condition that *name*, a folded text of *model* or of a related model, contains *word*, folded.

    Related rows are searched in a subquery: a join would fetch the rows of every record one by one, and return a
    record once for each matching row.
    """
    relation, _dots, name = name.rpartition("__")
    if not relation:
        return Q(**{f"{name}__contains": word})
    field = model._meta.get_field(relation)
    found = field.related_model._base_manager.filter(**{f"{name}__contains": word}).order_by()
    if field.one_to_many:
        return Q(pk__in=found.values(field.remote_field.attname))
    return Q(**{f"{relation}__in": found.values("pk")})
