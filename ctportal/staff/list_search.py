"""The search of an admin list: each word in any of the fields, without a walk through all records for each."""

import re
from collections.abc import Sequence

from django.db.models import Model, Q, QuerySet

from ctportal.core.search_text import shorten

FEW = 1000


def search(queryset: QuerySet, fields: Sequence[str], text: str) -> QuerySet:
    """Return those of *queryset* that hold each word of *text* in any of *fields*; see ``holding``."""
    condition = Q()
    for word in search_words(shorten(text).text):
        condition &= Q.create([holding(queryset.model, name, word) for name in fields], connector=Q.OR)
    if not condition:
        return queryset
    few = found_once(queryset, queryset.model._default_manager.filter(condition))
    return queryset.filter(condition) if few is None else few


def found_once(queryset: QuerySet, found: QuerySet) -> QuerySet | None:
    """Return *queryset* with only what is in *found*, both of one model, or None where that is much. One query.

    What is rare takes a walk through all records to find, so it is done once and not again for the count and for the
    page. What is frequent is better left to them: a page of it is soon full.
    """
    keys = list(found.order_by().values_list("pk", flat=True).distinct()[: FEW + 1])
    return queryset.filter(pk__in=keys) if len(keys) <= FEW else None


PHRASE_OR_WORD = re.compile(r'"([^"]+)"?|(\S+)')


def search_words(text: str) -> list[str]:
    """Return the words of *text*; what stands in quotation marks is one, also where the end of it is cut off."""
    words = [phrase.strip() or word for phrase, word in PHRASE_OR_WORD.findall(text)]
    return list(dict.fromkeys(filter(None, words)))


def holding(model: type[Model], name: str, word: str) -> Q:
    """Return the condition that *name*, a field of *model* or of what is related to it, holds *word* in any case.

    What is related is looked through on its own: joined to it, each record would have its rows fetched one by one, and
    would be found as often as one of them holds the word.
    """
    relation, _dots, name = name.rpartition("__")
    if not relation:
        return Q(**{f"{name}__icontains": word})
    field = model._meta.get_field(relation)
    found = field.related_model._base_manager.filter(**{f"{name}__icontains": word}).order_by()
    if field.one_to_many:
        return Q(pk__in=found.values(field.remote_field.attname))
    return Q(**{f"{relation}__in": found.values("pk")})
