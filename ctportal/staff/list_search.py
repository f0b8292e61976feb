"""The search of an admin list: every word must occur in one of the fields. The queries avoid repeated table scans."""

import re
from collections.abc import Sequence

from django.db.models import Model, Q, QuerySet

from ctportal.core.search_text import shorten

FEW = 1000


def search(queryset: QuerySet, fields: Sequence[str], text: str) -> QuerySet:
    """Return the records of *queryset* that contain every word of *text*, each in any of *fields*; see ``holding``."""
    condition = Q()
    for word in search_words(shorten(text).text):
        condition &= Q.create([holding(queryset.model, name, word) for name in fields], connector=Q.OR)
    return narrowed(queryset, condition) if condition else queryset


def narrowed(queryset: QuerySet, condition: Q) -> QuerySet:
    """Return the records of *queryset* that meet *condition*. One query finds their keys, if they are at most FEW.

    Finding rare matches scans the table, so the scan is done once and not again for the count and for the page.
    Frequent matches are better left to these queries: a page fills soon.
    """
    found = queryset.model._default_manager.filter(condition).order_by()
    keys = list(found.values_list("pk", flat=True).distinct()[: FEW + 1])
    return queryset.filter(pk__in=keys) if len(keys) <= FEW else queryset.filter(condition)


PHRASE_OR_WORD = re.compile(r'"([^"]+)"?|(\S+)')


def search_words(text: str) -> list[str]:
    """Return the words of *text*. A quoted phrase is one word, even without its closing quotation mark."""
    words = [phrase.strip() or word for phrase, word in PHRASE_OR_WORD.findall(text)]
    return list(dict.fromkeys(filter(None, words)))


def holding(model: type[Model], name: str, word: str) -> Q:
    """Return the condition that *name*, a field of *model* or of a related model, contains *word*, ignoring case.

    Related rows are searched in a subquery: a join would fetch the rows of every record one by one, and return a
    record once for each matching row.
    """
    relation, _dots, name = name.rpartition("__")
    if not relation:
        return Q(**{f"{name}__icontains": word})
    field = model._meta.get_field(relation)
    found = field.related_model._base_manager.filter(**{f"{name}__icontains": word}).order_by()
    if field.one_to_many:
        return Q(pk__in=found.values(field.remote_field.attname))
    return Q(**{f"{relation}__in": found.values("pk")})
