"""Redaction: records that a user may not view, named in records that the user may view.

``roles.choosable`` defines which records a user may view. Other records are replaced by a ``Redacted``: forms, tables,
lists and headings show the same words for each of them, and saving a form leaves the relation unchanged. For users who may
read all drafts nothing is replaced and nothing is queried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import NestedObjects
from django.db import DEFAULT_DB_ALIAS
from django.db.models import ForeignKey, Model, Q, QuerySet, prefetch_related_objects
from django.db.models.fields.related import RelatedField
from django.http import HttpRequest
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ctportal.core import languages
from ctportal.core.types import AnyUser, JsonObject, LazyText, TextByLanguage
from ctportal.publishing import epoch
from ctportal.publishing.base_models import Record, by_model
from ctportal.publishing.labels import label_of, with_labels
from ctportal.publishing.models import VOCABULARY, Edition
from ctportal.publishing.snapshot import BUILDERS
from ctportal.workflow import roles
from ctportal.workflow.revisions import Column, parts_of

M = TypeVar("M", bound=Model)
Pointer: TypeAlias = "RelatedField[Any, Any]"

NOWHERE = "-"  # the slug of a redacted record; no record can have it


def words() -> str:
    return _("a record you cannot open")


class Redacted:
    """Replaces a record or a row: has its keys and those of the record it belongs to, and no text."""

    def __init__(self, model: type[Model], keys: dict[str, Any]) -> None:
        self._meta = model._meta
        vars(self).update(keys)

    def __str__(self) -> str:
        return words()

    @property
    def pk(self) -> Any:
        return getattr(self, self._meta.pk.attname)


def is_owner(column: Column) -> bool:
    """Return whether *column* is the foreign key of a row to the record or session that it belongs to."""
    return isinstance(column, ForeignKey) and column in parts_of(column.related_model).values()


def _owners_of(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    columns = model._meta.concrete_fields
    return [column for column in columns if isinstance(column, ForeignKey) and is_owner(column)]


def known(rows: QuerySet[M], user: AnyUser) -> QuerySet[M]:
    """Return those of *rows*, a queryset of records or of rows that belong to records, that *user* may view."""
    if user.has_perm("publishing.read_all_drafts"):
        return rows
    if issubclass(rows.model, Record):
        return roles.choosable(rows, user)
    theirs = Q()
    for owner in _owners_of(rows.model):
        theirs |= Q(**{f"{owner.name}__in": known(owner.related_model._base_manager.all(), user)})
    return rows.filter(theirs)


@cache
def pointers(model: type[Model]) -> list[Pointer]:
    """Return the relations of *model* to records, or parts of records, other than those it belongs to."""
    columns = [*model._meta.concrete_fields, *model._meta.many_to_many]
    relations = [column for column in columns if isinstance(column, RelatedField)]
    return [column for column in relations if not is_owner(column) and _is_guarded(column)]


def _is_guarded(column: Pointer) -> bool:
    return issubclass(column.related_model, Record) or bool(_owners_of(column.related_model))


def redact(rows: list[M], user: AnyUser, names: Collection[str] | None = None) -> list[M]:
    """Replace what *rows*, objects of one model, name and *user* may not view by Redacted. Returns *rows*.

    *names* are the relations to read, default all. One query for each.
    """
    if user.has_perm("publishing.read_all_drafts") or not rows:
        return rows
    for column in pointers(type(rows[0])):
        if names is None or column.name in names:
            _withhold(column, rows, user)
    return rows


def _withhold(column: Pointer, rows: list[Any], user: AnyUser) -> None:
    if column.many_to_many:
        prefetch_related_objects(rows, column.name)
        lists = [getattr(row, column.name).all() for row in rows]
        hidden = _hidden(column.related_model, {entry.pk for entries in lists for entry in entries}, user)
        for entries in lists:
            # The cache that prefetch_related fills.
            entries._result_cache = [hidden.get(entry.pk, entry) for entry in entries]
        return
    hidden = _hidden(column.related_model, {getattr(row, column.attname) for row in rows} - {None}, user)
    for row in rows:
        if getattr(row, column.attname) in hidden:
            column.set_cached_value(row, hidden[getattr(row, column.attname)])


def _hidden(model: type[Model], keys: set[int], user: AnyUser) -> dict[int, Any]:
    """Return {primary key: Redacted} for those of the rows *keys* of *model* that *user* may not view. One query."""
    if not keys:
        return {}
    rows = model._base_manager.filter(pk__in=keys)
    hidden = rows.exclude(pk__in=known(rows, user).order_by().values("pk")).order_by()
    return {row[model._meta.pk.attname]: Redacted(model, row) for row in hidden.values(*_keys_of(model))}


@cache
def _keys_of(model: type[Model]) -> list[str]:
    columns = model._meta.concrete_fields
    return [column.attname for column in columns if column.primary_key or column.name == "uid" or is_owner(column)]


def reveal(rows: Iterable[Model], names: Collection[str] | None = None) -> None:
    """Undo ``redact`` for the foreign keys *names* of *rows*, default all, before they are saved or shown to others."""
    for row in rows:
        for column in [column for column in row._meta.concrete_fields if isinstance(column, RelatedField)]:
            is_meant = names is None or column.name in names
            if is_meant and isinstance(column.get_cached_value(row, default=None), Redacted):
                column.delete_cached_value(row)


# Deleting


def what_goes(
    records: Sequence[Model], request: HttpRequest, site: AdminSite
) -> tuple[list[Any], dict[LazyText, int], set[LazyText], list[str]]:
    """Return what Django's ``get_deleted_objects`` returns, redacted: (names of what is deleted with *records*, {model name:
    number of rows}, model names that the user may not delete, names of protected objects).

    Unlike Django, this requires no right to delete the protected objects, which remain.
    """
    collector = NestedObjects(using=DEFAULT_DB_ALIAS, origin=records)
    collector.collect(records)
    counts: dict[LazyText, int] = {}
    refused: set[LazyText] = set()
    found: dict[Any, set[Model]] = collector.model_objs  # by model, which django-stubs takes for text
    for model, rows in found.items():
        redact(list(rows), request.user)
        counts[model._meta.verbose_name_plural] = len(rows)
        if site.is_registered(model):
            may_delete = site.get_model_admin(model).has_delete_permission
            refused |= {model._meta.verbose_name for row in rows if not may_delete(request, row)}
    return collector.nested(_called), counts, refused, named_as_known(collector.protected, request.user)


def _called(row: Model) -> str:
    return f"{capfirst(row._meta.verbose_name)}: {row}"


def named_as_known(rows: Iterable[Model], user: AnyUser) -> list[str]:
    """Return the names of those of *rows*, of any models, that *user* may view, and the number of the others in words."""
    found: list[str] = []
    hidden = 0
    for model, some in by_model(rows).items():
        there = {row.pk: row for row in some}
        keys = known(model._base_manager.filter(pk__in=there), user).values_list("pk", flat=True)
        found += map(_called, redact([there[key] for key in sorted(keys)], user))
        hidden += len(there) - len(keys)
    if hidden:
        text = ngettext("%(n)d record you cannot open", "%(n)d records you cannot open", hidden)
        found.append(text % {"n": hidden})
    return found


# Labels in public JSON


def labels_for(user: AnyUser, data: JsonObject, shows: Iterable[UUID]) -> JsonObject:
    """Return *data*, the public JSON of a draft, redacted for *user*. *shows* are the uids of its vocabulary entries.

    Those that *user* may not view have their public labels or, where they are not public, those of a redacted record.
    """
    if user.has_perm("publishing.read_all_drafts") or not shows:
        return data
    hidden = set(shows)
    for kind in VOCABULARY:
        hidden -= set(known(BUILDERS[kind].queryset().filter(uid__in=hidden), user).values_list("uid", flat=True))
    if not hidden:
        return data
    public = {edition.uid: label_of(edition) for edition in Edition.objects.public(epoch.now()).filter(uid__in=hidden)}
    nothing = {"name": _in_all_languages(), "slug": NOWHERE, "acronym": ""}
    return with_labels(data, {str(uid): public.get(uid, nothing) for uid in hidden})


def _in_all_languages() -> TextByLanguage:
    said = {}
    for code in languages.CODES:
        with translation.override(languages.django_code(code)):
            said[code] = words()
    return said
