"""The history of drafts, for staff: each save stores the whole record as one revision of django-reversion.

A revision holds one record with the rows that are deleted with it: texts, sessions and their people, figures, links
(``parts_of``). It has all columns in all languages, except those that the portal computes. The public side never reads
revisions. ``restoring`` restores one; ``ctportal.staff.draft_history`` shows them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

import reversion
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models import Exists, Field, ForeignObject, Max, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from reversion.models import Revision, Version

from ctportal.core.types import AnyUser, Author, JsonObject
from ctportal.files.models import StoredFile
from ctportal.publishing.base_models import Record, by_model, label_names
from ctportal.publishing.models import Edition
from ctportal.publishing.snapshot import builder_for
from ctportal.workflow.models import EditionRevision

# A row: its model and primary key.
RowKey: TypeAlias = "tuple[type[Model], int]"
Column: TypeAlias = "Field[Any, Any]"

# Columns that the portal sets itself, and sets again after restoring.
NOTED = frozenset({"draft_sha256", "modified_at", "original_sha256", "search_text", "stage"})
MANY = 500  # rows deleted in one statement
SENTENCE = "sentence"  # marks a comment made by ``sentence``
# The name of a row in a change message of Django's admin log.
NAME_OF_ROW = re.compile(r'"object": "(?:[^"\\]|\\.)*"')


def record_models() -> list[type[Record]]:
    """Return the models of all types of record, without proxies."""
    return [model for model in apps.get_models() if issubclass(model, Record) and not model._meta.proxy]


@cache
def parts_of(model: type[Model]) -> dict[str, ForeignObject[Any, Any]]:
    """Return {accessor name: foreign key} of the relations whose rows are deleted with a row of *model*."""
    relations = [relation for relation in model._meta.related_objects if relation.on_delete is models.CASCADE]
    return {name: relation.field for relation in relations if (name := relation.get_accessor_name())}


@cache
def columns_of(model: type[Model]) -> list[Column]:
    """Return the columns of *model* that a revision holds, including many-to-many relations."""
    left_out = NOTED | label_names(model)
    columns = [*model._meta.concrete_fields, *model._meta.local_many_to_many]
    return [column for column in columns if not column.primary_key and column.name not in left_out]


def register_records() -> None:
    """Register all records and their rows with django-reversion. Called once, when all models are loaded."""
    for model in record_models():
        _register(model)


def _register(model: type[Model]) -> None:
    if not reversion.is_registered(model):
        names = [column.name for column in columns_of(model)]
        reversion.register(model, fields=names, follow=list(parts_of(model)))
        for foreign_key in parts_of(model).values():
            _register(foreign_key.model)


# What a revision holds


class SavedState:
    """One record and all rows that belong to it, as they were at one time.

    *rows* is {(model, primary key): {column: value as in JSON}}, with the record's own row first. *revision* is the key of
    the revision that holds it, or None.
    """

    def __init__(self, rows: dict[RowKey, JsonObject], revision: int | None = None) -> None:
        self.rows, self.revision = rows, revision

    @classmethod
    def of(cls, record: Record) -> SavedState:
        """Return the SavedState of *record*, which its builder has loaded, as it is now."""
        return cls({(type(row), row.pk): _fields(row) for row in (record, *rows_below(record))})

    @classmethod
    def of_versions(cls, versions: Iterable[Version]) -> SavedState:
        """Return the SavedState in the Versions of one revision."""
        rows, versions = {}, list(versions)
        for version in versions:
            if model := ContentType.objects.get_for_id(version.content_type_id).model_class():
                rows[model, int(version.object_id)] = fields_of(version)
        rows = dict(sorted(rows.items(), key=lambda row: not issubclass(row[0][0], Record)))
        return cls(rows, versions[0].revision_id)

    @classmethod
    def of_revision(cls, revision: int | Revision) -> SavedState:
        return cls.of_versions(Version.objects.filter(revision=revision).order_by("pk"))

    @property
    def root(self) -> tuple[type[Record], int]:
        """(model, primary key) of the record itself."""
        return next((model, pk) for model, pk in self.rows if issubclass(model, Record))

    @property
    def fields(self) -> JsonObject:
        """The columns of the record itself."""
        return self.rows[self.root]

    def with_language(self, language: str, other: SavedState) -> SavedState:
        """Return this SavedState with the texts in *language* from *other*, of the same record."""
        rows = {key: fields for key, fields in self.rows.items() if not _is_text(fields, language)}
        for (model, pk), fields in rows.items():
            newer = other.rows.get((model, pk), {})
            columns = {f"{name}_{language}" for name in label_names(model)} & newer.keys()
            rows[model, pk] = fields | {column: newer[column] for column in columns}
        return SavedState(rows | {key: fields for key, fields in other.rows.items() if _is_text(fields, language)})


def fields_of(version: Version) -> JsonObject:
    """Return the columns of the row in *version*, as in JSON."""
    return dict(json.loads(version.serialized_data)[0]["fields"])


def _is_text(fields: JsonObject, language: str) -> bool:
    """Return whether *fields* are those of a text row in *language*."""
    return "ready" in fields and fields.get("language") == language


def rows_below(row: Model) -> Iterator[Model]:
    """Yield the rows that belong to *row*, and recursively those that belong to them."""
    for name in parts_of(type(row)):
        for part in getattr(row, name).all():
            yield part
            yield from rows_below(part)


def _fields(row: Model) -> JsonObject:
    names = [column.name for column in columns_of(type(row))]
    return dict(json.loads(serializers.serialize("json", [row], fields=names))[0]["fields"])


# Saving


def keep(record: Record, *, by: Author, comment: str, always: bool = False) -> Revision:
    """Keep *record*, as it is saved now, as a revision and return that; see ``keep_all``."""
    return keep_loaded(builder_for(record).load(record), by=by, comment=comment, always=always)


def keep_loaded(record: Record, *, by: Author, comment: str, always: bool = False) -> Revision:
    """Keep *record*, which its builder has loaded, as a revision and return that; see ``keep_all``."""
    return keep_all([record], by=by, comment=comment, always=always)[0]


@transaction.atomic(savepoint=False)
def keep_all(records: Sequence[Record], *, by: Author, comment: str, always: bool = False) -> list[Revision]:
    """Keep each of *records*, which its builder has loaded, as a revision; return these in the same order.

    Where nothing has changed since the last revision of a record, that one is returned, unless *always*. *by* is an account
    or, from commands, a plain name. *comment* is a text, or a change message of Django's admin log.
    """
    last = _last_versions(records)
    found = {
        record: versions[0].revision
        for record in records
        if (versions := last.get((type(record), record.pk)))
        and not always
        and SavedState.of_versions(versions).rows == SavedState.of(record).rows
    }
    changed = [record for record in records if record not in found]
    new = [
        Revision(date_created=timezone.now(), user=None if isinstance(by, str) else by, comment=comment)
        for _ in changed
    ]
    Revision.objects.bulk_create(new)
    for model, some in by_model(changed).items():
        models.prefetch_related_objects(some, *_names(model))
    Version.objects.bulk_create(
        _version(row, revision)
        for record, revision in zip(changed, new, strict=True)
        for row in (record, *rows_below(record))
    )
    found |= zip(changed, new, strict=True)
    return [found[record] for record in records]


def _version(row: Model, revision: Revision) -> Version:
    """Return the Version of *row* in *revision*, as django-reversion creates it."""
    fields = [column.name for column in columns_of(type(row))]
    return Version(
        revision=revision,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        db=DEFAULT_DB_ALIAS,
        format="json",
        serialized_data=serializers.serialize("json", [row], fields=fields),
        object_repr=str(row),
    )


@cache
def _names(model: type[Model]) -> list[str]:
    """Return the relations to prefetch so that ``str`` of the rows of a record of *model* needs no further queries."""
    return [
        f"{part}__{column.name}__{name}"
        for part, foreign_key in parts_of(model).items()
        for column in columns_of(foreign_key.model)
        for name in getattr(column.related_model, "named_by", ())
        if column is not foreign_key
    ]


def versions_of(model: type[Model], pk: int) -> QuerySet[Version]:
    """Return the Versions of the row *pk* of *model*, newest first."""
    kind = ContentType.objects.get_for_model(model)
    return Version.objects.filter(db=DEFAULT_DB_ALIAS, content_type=kind, object_id=str(pk)).order_by("-pk")


def revisions_of(record: Record) -> QuerySet[Revision]:
    """Return the revisions of *record*, newest first, with their users."""
    keys = versions_of(type(record), record.pk).order_by().values("revision")
    return Revision.objects.filter(pk__in=keys).select_related("user").order_by("-pk")


def _last_versions(records: Iterable[Record]) -> dict[RowKey, list[Version]]:
    """Return {(model, primary key): Versions of the last revision} for those of *records* that have one."""
    last: dict[RowKey, int] = {}
    for model, some in by_model(records).items():
        keys = [str(record.pk) for record in some]
        own = Version.objects.get_for_model(model).filter(object_id__in=keys).order_by("pk")
        last |= {(model, int(key)): revision for key, revision in own.values_list("object_id", "revision")}
    found: dict[int, list[Version]] = defaultdict(list)
    if last:
        versions = Version.objects.filter(revision__in=set(last.values())).select_related("revision").order_by("-pk")
        for version in versions:
            found[version.revision_id].append(version)
    return {record: found[revision] for record, revision in last.items()}


def sentence(text: str, **names: object) -> str:
    """Return a comment for ``in_words``: *text*, marked by ``gettext_noop``, to be formatted with *names*."""
    return json.dumps({SENTENCE: text, "names": {name: str(called) for name, called in names.items()}})


def in_words(comment: str, user: AnyUser) -> str:
    """Return the *comment* of a revision, in the language of the interface where it comes from ``sentence``. Names of rows and
    records are replaced by "…" unless *user* may read all drafts."""
    tells_names = user.has_perm("publishing.read_all_drafts")
    if comment.startswith(f'{{"{SENTENCE}": '):
        told = json.loads(comment)
        names = told["names"] if tells_names else dict.fromkeys(told["names"], "…")
        return gettext(told[SENTENCE]) % names
    if not tells_names:
        comment = NAME_OF_ROW.sub('"object": "…"', comment)
    words = LogEntry(change_message=comment).get_change_message()
    return gettext(words) if words else ""


def called(model: type[Model], key: int, user: AnyUser) -> str:
    """Return the last name of the row *key* of *model* where *user* may read all drafts, else its kind and number."""
    version = versions_of(model, key).first() if user.has_perm("publishing.read_all_drafts") else None
    return version.object_repr if version else f"{model._meta.verbose_name} {key}"


# Revisions of editions


def authors_of(record: Record, revision: int | None) -> set[User]:
    """Return the accounts that saved *record* after its last published revision, up to *revision* (a key)."""
    published = EditionRevision.objects.filter(edition__uid=record.uid, language="", revision__lte=revision)
    before = published.aggregate(last=Max("revision"))["last"] or 0
    since = revisions_of(record).filter(pk__gt=before, pk__lte=revision)
    return {each.user for each in since if each.user}


def link_all(links: Iterable[tuple[Edition, Revision, str]], pairs: Sequence[tuple[Edition, Edition]] = ()) -> None:
    """Store the revisions that editions were published from: *links* are (edition, revision, language), where a language means
    that only this language was. For *pairs*, (source, edition), the edition takes over the links of its source, except for
    the languages in *links*."""
    linked = {(edition.pk, language) for edition, _revision, language in links}
    known: dict[int, list[EditionRevision]] = defaultdict(list)
    if pairs:
        for row in EditionRevision.objects.filter(edition__in=[source.pk for source, _edition in pairs]).order_by("pk"):
            known[row.edition_id].append(row)
    rows = [
        EditionRevision(edition=edition, revision_id=row.revision_id, language=row.language)
        for source, edition in pairs
        for row in known[source.pk]
        if (edition.pk, row.language) not in linked
    ]
    rows += [EditionRevision(edition=edition, revision=each, language=language) for edition, each, language in links]
    EditionRevision.objects.bulk_create(rows)


def saved_state_of_edition(edition: Edition) -> SavedState | None:
    """Return the SavedState of the draft that *edition* was published from, or None where none was kept."""
    rows = list(EditionRevision.objects.filter(edition=edition))
    if not rows or rows[0].language:
        return None
    saved_state = SavedState.of_revision(rows[0].revision_id)
    for row in rows[1:]:
        saved_state = saved_state.with_language(row.language, SavedState.of_revision(row.revision_id))
    return saved_state


# Deleted records


def deleted(model: type[Record]) -> QuerySet[Version]:
    """Return the last Version of each deleted record of *model*, the last deleted first."""
    versions: QuerySet[Version] = Version.objects.get_deleted(model)
    return versions.select_related("revision__user").order_by("-pk")


def files_named() -> set[int]:
    """Return the primary keys of the stored files in revisions. They are kept so that revisions can be restored."""
    columns = {
        ContentType.objects.get_for_model(model).pk: column.name
        for model in reversion.get_registered_models()
        for column in columns_of(model)
        if column.related_model is StoredFile
    }
    versions = Version.objects.filter(content_type__in=columns).only("content_type", "serialized_data")
    keys = (fields_of(version).get(columns[version.content_type_id]) for version in versions.iterator())
    return {key for key in keys if key is not None}


# Deleting revisions


def of_uid(model: type[Record], uid: UUID) -> QuerySet[Revision]:
    """Return the revisions of the record *uid* of *model*, which may be deleted."""
    own = Version.objects.get_for_model(model).filter(serialized_data__contains=f'"uid": "{uid}"')
    return Revision.objects.filter(pk__in=own.order_by().values("revision"))


def rows_of(revisions: QuerySet[Revision]) -> QuerySet[Version, tuple[int, str]]:
    """Return (key of the content type, primary key as text) of each row in *revisions*."""
    versions = Version.objects.filter(revision__in=revisions.order_by().values("pk"))
    return versions.order_by().values_list("content_type", "object_id").distinct()


def trim(before: datetime) -> int:
    """Delete the revisions from before the aware datetime *before*, except the last of each record and those of editions
    that are not over. Returns their number."""
    kinds = ContentType.objects.get_for_models(*record_models()).values()
    own = Version.objects.filter(db=DEFAULT_DB_ALIAS, content_type__in=kinds).order_by()
    newer = own.filter(content_type=OuterRef("content_type"), object_id=OuterRef("object_id"), pk__gt=OuterRef("pk"))
    over = Q(edition__public_until__lte=timezone.now())
    needed = EditionRevision.objects.exclude(over).order_by().values("revision")
    old = Revision.objects.filter(date_created__lt=before).exclude(pk__in=needed)
    return remove(old.filter(pk__in=own.filter(Exists(newer)).values("revision")))


@transaction.atomic
def remove(revisions: QuerySet[Revision]) -> int:
    """Delete *revisions*, a queryset, and return their number. Editions published from them lose their links."""
    keys = list(revisions.order_by().values_list("pk", flat=True))
    for start in range(0, len(keys), MANY):
        some = Revision.objects.filter(pk__in=keys[start : start + MANY])
        # Delete all links of these editions, since the rest would not be a complete draft.
        editions = EditionRevision.objects.filter(revision__in=some).values_list("edition", flat=True)
        EditionRevision.objects.filter(edition__in=list(editions)).delete()
        some.delete()
    return len(keys)
