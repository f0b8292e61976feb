"""Moving the labels of all rows that belong to a record when its original language changes.

A record and its rows have one original language. When it changes, the labels of all rows move to the column of the new
language, like those of the record itself.
"""

from collections.abc import Iterator

from django.db.models import F, Model, Q, QuerySet

from ctportal.publishing.base_models import Record, concrete_model, label_names
from ctportal.workflow.revisions import parts_of


def parts_with_labels(record: Record) -> Iterator[QuerySet[Model]]:
    """Yield the rows that belong to *record*, and those that belong to them, for each model that has labels."""
    yield from _parts_of(concrete_model(type(record))._base_manager.filter(pk=record.pk))


def _parts_of(owners: QuerySet[Model]) -> Iterator[QuerySet[Model]]:
    for foreign_key in parts_of(owners.model).values():
        rows = foreign_key.model._base_manager.filter(**{f"{foreign_key.name}__in": owners})
        if label_names(rows.model):
            yield rows
        yield from _parts_of(rows)


def parts_in(record: Record, language: str) -> list[str]:
    """Return the plural names of the parts of *record* of which some have a label in *language*, each once."""
    found = []
    for rows in parts_with_labels(record):
        some = Q()
        for name in label_names(rows.model):
            some |= Q(**{f"{name}_{language}__gt": ""})
        if rows.filter(some).exists():
            found.append(str(rows.model._meta.verbose_name_plural))
    return list(dict.fromkeys(found))


def move_labels(record: Record, old: str, new: str) -> None:
    """Move the labels of all parts of *record* from the language *old* to *new*, each where it has no text in *new*."""
    for rows in parts_with_labels(record):
        for name in label_names(rows.model):
            empty = Q(**{f"{name}_{new}": ""}) | Q(**{f"{name}_{new}__isnull": True})
            there = rows.filter(empty, **{f"{name}_{old}__gt": ""})
            there.update(**{f"{name}_{new}": F(f"{name}_{old}"), f"{name}_{old}": None})
