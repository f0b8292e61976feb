"""The history of drafts, for staff: each save keeps the whole record as one revision of django-reversion.

What belongs to a record is what is deleted with it: texts, sessions and their people, figures, links (``parts_of``). A
revision holds one record, every column of it in every language, but for what the portal itself notes on it. Nothing public
reads a revision. ``restoring`` brings one back; ``draft_history`` shows them.
"""

import json
import re
from collections import defaultdict
from functools import cache

import reversion
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from reversion.models import Revision, Version

from ctportal.files.models import StoredFile
from ctportal.publishing.base_models import Record, label_names
from ctportal.publishing.snapshot import builder_for
from ctportal.workflow.models import EditionRevision

# What the portal notes on a record, and works out again after restoring it.
NOTED = frozenset({"draft_sha256", "modified_at", "stage"})
MANY = 500  # rows deleted in one statement
# What a row is called, in a message of Django's log of the admin.
SENTENCE = "sentence"  # marks a comment of ours with names in it
NAME_OF_ROW = re.compile(r'"object": "(?:[^"\\]|\\.)*"')


def record_models():
    """The models of all kinds of record, without proxies."""
    return [model for model in apps.get_models() if issubclass(model, Record) and not model._meta.proxy]


@cache
def parts_of(model):
    """{name of the relation: its foreign key} of the rows that belong to a row of *model*: those deleted with it."""
    relations = [relation for relation in model._meta.related_objects if relation.on_delete is models.CASCADE]
    return {relation.get_accessor_name(): relation.field for relation in relations}


@cache
def columns_of(model):
    """The columns of *model* that a revision holds, many-to-many relations among them."""
    left_out = NOTED | label_names(model)
    columns = [*model._meta.concrete_fields, *model._meta.local_many_to_many]
    return [column for column in columns if not column.primary_key and column.name not in left_out]


def register_records():
    """Tell django-reversion what a record is made of. Once, when all models are there."""
    for model in record_models():
        _register(model)


def _register(model):
    if not reversion.is_registered(model):
        names = [column.name for column in columns_of(model)]
        reversion.register(model, fields=names, follow=list(parts_of(model)))
        for foreign_key in parts_of(model).values():
            _register(foreign_key.model)


# What a revision holds


class SavedState:
    """One record with all that belongs to it, at one moment.

    *rows*: {(model, primary key): {column: value as in JSON}}, the record's own first. *revision*: key of the one that holds
    it, None where none does.
    """

    def __init__(self, rows, revision=None):
        self.rows, self.revision = rows, revision

    @classmethod
    def of(cls, record):
        """The SavedState of *record*, which its builder has loaded, as it is now."""
        return cls({(type(row), row.pk): _fields(row) for row in (record, *rows_below(record))})

    @classmethod
    def of_versions(cls, versions):
        """The SavedState that the Versions of one revision hold."""
        rows, versions = {}, list(versions)
        for version in versions:
            model = ContentType.objects.get_for_id(version.content_type_id).model_class()
            rows[model, int(version.object_id)] = fields_of(version)
        rows = dict(sorted(rows.items(), key=lambda row: not issubclass(row[0][0], Record)))
        return cls(rows, versions[0].revision_id)

    @classmethod
    def of_revision(cls, revision):
        return cls.of_versions(Version.objects.filter(revision=revision).order_by("pk"))

    @property
    def root(self):
        """(model, primary key) of the record itself."""
        return next(iter(self.rows))

    @property
    def fields(self):
        """The columns of the record itself."""
        return self.rows[self.root]

    def with_language(self, language, other):
        """This SavedState with the texts in *language* as they stand in *other*, which is of the same record."""
        rows = {key: fields for key, fields in self.rows.items() if not _is_text(fields, language)}
        for (model, pk), fields in rows.items():
            newer = other.rows.get((model, pk), {})
            columns = {f"{name}_{language}" for name in label_names(model)} & newer.keys()
            rows[model, pk] = fields | {column: newer[column] for column in columns}
        return SavedState(rows | {key: fields for key, fields in other.rows.items() if _is_text(fields, language)})


def fields_of(version):
    """The columns of the row that *version* holds, as in JSON."""
    return json.loads(version.serialized_data)[0]["fields"]


def _is_text(fields, language):
    """Whether *fields* are those of a row per language, in *language*."""
    return "ready" in fields and fields.get("language") == language


def rows_below(row):
    """The rows that belong to *row*, and those that belong to them."""
    for name in parts_of(type(row)):
        for part in getattr(row, name).all():
            yield part
            yield from rows_below(part)


def _fields(row):
    names = [column.name for column in columns_of(type(row))]
    return json.loads(serializers.serialize("json", [row], fields=names))[0]["fields"]


# Keeping


def keep(record, *, by, comment, always=False):
    """Keep *record*, as it is saved now, as a revision, and return that; see ``keep_loaded``."""
    return keep_loaded(builder_for(record).load(record), by=by, comment=comment, always=always)


def keep_loaded(record, *, by, comment, always=False):
    """Keep *record*, which its builder has loaded, as a revision and return that; see ``keep_all``."""
    return keep_all([record], by=by, comment=comment, always=always)[0]


@transaction.atomic(savepoint=False)
def keep_all(records, *, by, comment, always=False):
    """Keep each of *records*, which its builder has loaded, as a revision; return these in the same order.

    Where nothing has changed since the last revision of a record, that one is returned, unless *always*. *by* is an account,
    or a plain name from commands. *comment* says what happened: in words, or as Django's log of the admin writes it.
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
    by_model = defaultdict(list)
    for record in changed:
        by_model[type(record)].append(record)
    for model, some in by_model.items():
        models.prefetch_related_objects(some, *_names(model))
    Version.objects.bulk_create(
        _version(row, revision)
        for record, revision in zip(changed, new, strict=True)
        for row in (record, *rows_below(record))
    )
    found |= zip(changed, new, strict=True)
    return [found[record] for record in records]


def _version(row, revision):
    """The Version of *row* in *revision*, as django-reversion makes one."""
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
def _names(model):
    """What is read besides to call the rows of a record of *model* by their names, for all rows at once."""
    return [
        f"{part}__{column.name}__{name}"
        for part, foreign_key in parts_of(model).items()
        for column in columns_of(foreign_key.model)
        for name in getattr(column.related_model, "named_by", ())
        if column is not foreign_key
    ]


def versions_of(model, pk):
    """The Versions of the row *pk* of *model* itself, newest first."""
    kind = ContentType.objects.get_for_model(model)
    return Version.objects.filter(db=DEFAULT_DB_ALIAS, content_type=kind, object_id=str(pk)).order_by("-pk")


def revisions_of(record):
    """The revisions of *record*, newest first, each with its account."""
    keys = versions_of(type(record), record.pk).order_by().values("revision")
    return Revision.objects.filter(pk__in=keys).select_related("user").order_by("-pk")


def _last_versions(records):
    """{(model, primary key): the Versions of its last revision} of those of *records* that have one."""
    last = {}
    by_model = defaultdict(list)
    for record in records:
        by_model[type(record)].append(str(record.pk))
    for model, keys in by_model.items():
        kind = ContentType.objects.get_for_model(model)
        own = Version.objects.filter(db=DEFAULT_DB_ALIAS, content_type=kind, object_id__in=keys).order_by("pk")
        last |= {(model, int(key)): revision for key, revision in own.values_list("object_id", "revision")}
    found = defaultdict(list)
    if last:
        versions = Version.objects.filter(revision__in=set(last.values())).select_related("revision").order_by("-pk")
        for version in versions:
            found[version.revision_id].append(version)
    return {record: found[revision] for record, revision in last.items()}


def sentence(text, **names):
    """The comment that says *text* (marked by ``gettext_noop``) with *names* put in, to be read by ``in_words``."""
    return json.dumps({SENTENCE: text, "names": {name: str(called) for name, called in names.items()}})


def in_words(comment, user):
    """The *comment* of a revision in the language of the interface, where it is a sentence of ours. Rows and other records
    are called by their names for who may read all drafts."""
    tells_names = user.has_perm("publishing.read_all_drafts")
    if comment.startswith(f'{{"{SENTENCE}": '):
        told = json.loads(comment)
        names = told["names"] if tells_names else dict.fromkeys(told["names"], "…")
        return gettext(told[SENTENCE]) % names
    if not tells_names:
        comment = NAME_OF_ROW.sub('"object": "…"', comment)
    words = LogEntry(change_message=comment).get_change_message()
    return gettext(words) if words else ""


def called(model, key, user):
    """What the row *key* of *model* was called last, for who may read all drafts; for others its kind and number."""
    version = versions_of(model, key).first() if user.has_perm("publishing.read_all_drafts") else None
    return version.object_repr if version else f"{model._meta.verbose_name} {key}"


# Of editions


def authors_of(record, revision):
    """The accounts that saved what *revision* (a key) holds of *record* and was not published before it, or with it."""
    published = EditionRevision.objects.filter(edition__uid=record.uid, language="", revision__lte=revision)
    before = published.aggregate(last=Max("revision"))["last"] or 0
    since = revisions_of(record).filter(pk__gt=before, pk__lte=revision)
    return {each.user for each in since if each.user}


def link_all(links, pairs=()):
    """Note for each of *links*, (edition, revision, language), that the edition was published from the revision; with a
    language, that this language was. Of each of *pairs*, (source, edition), note that *edition* says what *source* says, apart
    from labels of the vocabulary and from what is in *links*."""
    linked = {(edition.pk, language) for edition, _revision, language in links}
    known = defaultdict(list)
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


def saved_state_of_edition(edition):
    """The SavedState of the draft that *edition* was published from; None where no revision was kept with it."""
    rows = list(EditionRevision.objects.filter(edition=edition))
    if not rows or rows[0].language:
        return None
    saved_state = SavedState.of_revision(rows[0].revision_id)
    for row in rows[1:]:
        saved_state = saved_state.with_language(row.language, SavedState.of_revision(row.revision_id))
    return saved_state


# Of what is not there any more


def deleted(model):
    """The last Version of each record of *model* that is not there any more, what was deleted last first."""
    return Version.objects.get_deleted(model).select_related("revision__user").order_by("-pk")


def files_named():
    """Primary keys of the stored files that a revision names: they must stay, so that it can be brought back."""
    columns = {
        ContentType.objects.get_for_model(model).pk: column.name
        for model in reversion.get_registered_models()
        for column in columns_of(model)
        if column.related_model is StoredFile
    }
    versions = Version.objects.filter(content_type__in=columns).only("content_type", "serialized_data")
    return {fields_of(version).get(columns[version.content_type_id]) for version in versions.iterator()} - {None}


# Removing


def of_uid(model, uid):
    """The revisions of the record *uid* of *model*, also where it is not there any more."""
    kind = ContentType.objects.get_for_model(model)
    own = Version.objects.filter(content_type=kind, serialized_data__contains=f'"uid": "{uid}"')
    return Revision.objects.filter(pk__in=own.order_by().values("revision"))


def rows_of(revisions):
    """(key of the content type, primary key as text) of each row that *revisions* hold."""
    versions = Version.objects.filter(revision__in=revisions.order_by().values("pk"))
    return versions.order_by().values_list("content_type", "object_id").distinct()


def trim(before):
    """Remove the revisions from before the instant *before*, but for the last one of each record and those of editions
    that are not over. Returns how many were removed."""
    kinds = ContentType.objects.get_for_models(*record_models()).values()
    own = Version.objects.filter(db=DEFAULT_DB_ALIAS, content_type__in=kinds).order_by()
    newer = own.filter(content_type=OuterRef("content_type"), object_id=OuterRef("object_id"), pk__gt=OuterRef("pk"))
    over = Q(edition__public_until__lte=timezone.now())
    needed = EditionRevision.objects.exclude(over).order_by().values("revision")
    old = Revision.objects.filter(date_created__lt=before).exclude(pk__in=needed)
    return remove(old.filter(pk__in=own.filter(Exists(newer)).values("revision")))


@transaction.atomic
def remove(revisions):
    """Delete *revisions* (a queryset) and return how many. What was published from them cannot be gone back to any more."""
    keys = list(revisions.order_by().values_list("pk", flat=True))
    for start in range(0, len(keys), MANY):
        some = Revision.objects.filter(pk__in=keys[start : start + MANY])
        # All rows of such an edition: one language of a draft alone is none.
        editions = EditionRevision.objects.filter(revision__in=some).values_list("edition", flat=True)
        EditionRevision.objects.filter(edition__in=list(editions)).delete()
        some.delete()
    return len(keys)
