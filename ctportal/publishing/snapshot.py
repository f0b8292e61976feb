"""Snapshots: what an edition freezes of a working record. Each app registers one SnapshotBuilder for each type of record.

A builder only reads. The services decide when a snapshot is public, and write the edition.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import operator
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from rest_framework import serializers

from ctportal.core.folding import fold
from ctportal.core.languages import CODES
from ctportal.core.rich_text import plain
from ctportal.core.types import JsonObject, JsonValue, LazyText, TextByLanguage
from ctportal.files.models import StoredFile

from . import epoch
from .base_models import Record, SluggedRecord, TranslatedRecord, by_model, concrete_model
from .completeness import divided, own_texts, published_languages
from .models import VOCABULARY, Edition
from .shapes import LanguageObject

if TYPE_CHECKING:
    from .changes import Tracked


def canonical(data: JsonValue) -> str:
    """Return *data* as canonical JSON text: keys sorted, no white space, no floats, characters as they are."""
    return json.dumps(_without_floats(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def checksum(text: str) -> str:
    """Return the SHA-256 of the UTF-8 bytes of *text*, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _without_floats(data: JsonValue | tuple[JsonValue, ...]) -> JsonValue:
    if isinstance(data, float):
        raise TypeError(f"{data!r} is a float; canonical JSON has none.")
    if isinstance(data, dict):
        return {key: _without_floats(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_without_floats(value) for value in data]
    return data


class SnapshotLink(NamedTuple):
    """A relation of an edition to another record (see models.Relation)."""

    name: str
    target: UUID
    key: str = ""


@dataclass
class Snapshot:
    """The contents of an edition, without its interval. *data* is the public JSON as a dictionary."""

    type: str
    uid: UUID
    slug: str
    data: JsonObject
    date: datetime.date | None = None
    end_date: datetime.date | None = None
    over_at: datetime.datetime | None = None  # instant at which a conference is over
    links: list[SnapshotLink] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    shows: list[UUID] = field(default_factory=list)  # uids of the vocabulary entries that are public while it is
    newly_public: list[SluggedRecord] = field(
        default_factory=list
    )  # those, and organizations above, that become public
    source: Tracked | None = None  # the edition it was copied from; None for a draft

    @property
    def builder(self) -> SnapshotBuilder:
        return BUILDERS[self.type]

    @property
    def json(self) -> str:
        return canonical(self.data)

    @property
    def card(self) -> str:
        return canonical(self.builder.card(self.data))

    @property
    def original_sha256(self) -> str:
        """Checksum of the texts that a translation is made from. Their order does not count."""
        return checksum(canonical(sorted(self.builder.originals(self.data))))

    @property
    def conference(self) -> UUID | None:
        """uid of the conference that the document or photo belongs to, or None."""
        return next((link.target for link in self.links if link.name == "conference"), None)

    @property
    def facets(self) -> set[tuple[str, str]]:
        """The set of (name, value) the edition is filtered by."""
        facets: set[tuple[str, object]] = set(self.builder.facets(self.data))
        facets.add(("conference", self.conference))
        if self.date and not any(name == "year" for name, _value in facets):
            # An undated photo has the year of its conference, here and in the order of lists.
            facets.add(("year", self.date.year))
        return {(name, str(value)) for name, value in facets if value}

    @property
    def text(self) -> str:
        # The text of a file is no HTML. How far it goes is told by StoredFile.search_notice.
        parts = [*map(plain, [self.slug, *strings(self.data)]), *(file.text for file in self.files)]
        return "\n".join(filter(None, map(fold, parts)))


SerializerClass = type[serializers.Serializer[Any]]
# First day, last day, and the instant at which a conference is over.
Dates = tuple[datetime.date | None, datetime.date | None, datetime.datetime | None]


class SnapshotBuilder:
    """Builds the snapshots of one type of record. Subclasses define the queryset, the serializer and the rest."""

    type: str
    serializer_class: SerializerClass
    # From a record to the vocabulary entries whose labels are in its JSON, and from a unit to the organization above it.
    vocabulary_paths: tuple[str, ...] = ()

    def queryset(self) -> QuerySet[Any]:
        """Return all working records of this type, with what the serializer reads prefetched."""
        raise NotImplementedError

    def load(self, record: Record) -> Record:
        loaded: Record = self.queryset().get(pk=record.pk)
        return loaded

    def texts(self, record: Any) -> Sequence[Any]:
        """Return the rows per language that are ready, always including the original language."""
        return []

    def languages(self, record: Any) -> Collection[str]:
        """Return the codes of the languages in which the record's own labels are ready."""
        return CODES

    def in_preparation(self, record: Any) -> Collection[str]:
        """Return the codes of the languages that are in preparation, and not ready."""
        return ()

    def serialize(self, record: Record) -> JsonObject:
        context = self.context(record)
        return self.with_languages(dict(self.serializer_class(record, context=context).data), context["languages"])

    def context(self, record: Record) -> dict[str, Any]:
        """Return what the serializer has to know beside *record*."""
        return {
            "languages": self.languages(record),
            "texts": self.texts(record),
            "in_preparation": self.in_preparation(record),
        }

    def with_languages(self, data: JsonObject, ready: Collection[str]) -> JsonObject:
        """Return *data* with its languages divided into complete and partial ones; only those *ready* are named."""
        if "languages" not in self.declared.fields:
            return data
        return data | divided(list(self.own_texts(data)), data["original_language"], ready)

    def own_texts(self, data: JsonObject) -> Iterator[TextByLanguage]:
        """Yield what has to be there in a language of *data* for it to be complete, each as a language object."""
        return own_texts(self.declared, data)

    def originals(self, data: JsonObject) -> list[str]:
        """Return what is translated of *data*: its own texts in the original language."""
        original = data["original_language"]
        return [text[original] for text in own_texts(self.declared, data) if text.get(original)]

    @cached_property
    def declared(self) -> serializers.Serializer[Any]:
        """The serializer without a record, for what it declares."""
        return self.serializer_class()

    def snapshot(self, record: Record) -> Snapshot:
        """Return the Snapshot of *record* as it would be published now."""
        return self.snapshot_of(self.load(record))

    def snapshot_of(self, record: Record) -> Snapshot:
        """Like ``snapshot`` for a record that ``queryset`` has loaded."""
        return self.snapshots_of([record])[0]

    def snapshots_of(self, records: Iterable[Record]) -> list[Snapshot]:
        """Like ``snapshot_of`` for several records, with one query for the public names of all their vocabulary entries."""
        named = [(record, {entry.uid: entry for entry in self.vocabulary(record)}) for record in records]
        entries = {uid: entry for _record, named_here in named for uid, entry in named_here.items()}
        public = _public_labels(entries)
        above = _hidden_parents(entry for uid, entry in entries.items() if str(uid) not in public)
        return [self._snapshot(record, named_here, public, above) for record, named_here in named]

    def _snapshot(
        self,
        record: Record,
        entries: dict[UUID, SluggedRecord],
        public: dict[str, JsonObject],
        above: dict[UUID, SluggedRecord],
    ) -> Snapshot:
        hidden = [entry for uid, entry in entries.items() if str(uid) not in public]
        date, end_date, over_at = self.dates(record)
        return Snapshot(
            type=self.type,
            uid=record.uid,
            slug=getattr(record, "slug", ""),
            data=with_labels(self.serialize(record), public),
            date=date,
            end_date=end_date,
            over_at=over_at,
            links=list(self.links(record)),
            files=list(self.files(record)),
            shows=list(entries),
            newly_public=_with_parents(hidden, above),
        )

    def dates(self, record: Any) -> Dates:
        """Return (first day, last day, instant at which a conference is over), for the order and filters of lists."""
        return None, None, None

    def card(self, data: JsonObject) -> JsonObject:
        """Return the fields of *data* that lists show."""
        raise NotImplementedError

    def facets(self, data: JsonObject) -> Iterable[tuple[str, object]]:
        return ()

    def links(self, record: Any) -> Iterable[SnapshotLink]:
        return ()

    def files(self, record: Any) -> Iterable[StoredFile]:
        return ()

    def vocabulary(self, record: Record) -> Iterator[SluggedRecord]:
        """Yield the vocabulary entries that are public while the record is: those whose labels appear in the JSON, and the
        organization that a unit belongs to."""
        for path in self.vocabulary_paths:
            yield from _follow(record, path.split("__"))

    def missing(self, record: Any, texts: Sequence[Any] | None = None) -> dict[str, LazyText]:
        """Return {field: message} for what is missing before the record may be public.

        *texts* are the rows per language that are ready, where a form holds unsaved ones; default: those saved.
        """
        return {}


BUILDERS: dict[str, SnapshotBuilder] = {}


def register(builder: SnapshotBuilder) -> None:
    """Register *builder* for its type of record. Called when the app is ready."""
    BUILDERS[builder.type] = builder


def builder_for(record: Record) -> SnapshotBuilder:
    return BUILDERS[record.record_type]


# The vocabulary that a record names

AT_ONCE = 200  # drafts that are held in memory together


def _follow(part: Any, names: Sequence[str]) -> Iterator[Any]:
    """Yield the objects at the end of the path of relations *names* from *part*."""
    if not names:
        yield part
        return
    found = getattr(part, names[0])
    for each in found.all() if hasattr(found, "all") else filter(None, [found]):
        yield from _follow(each, names[1:])


def _public_labels(uids: Collection[UUID]) -> dict[str, JsonObject]:
    """Return {uid as text: label in its edition in force} of those of the vocabulary entries *uids* that are public. A new
    name is published by ``renaming.relabel`` only, not together with a record that shows the entry."""
    editions = Edition.objects.public(epoch.reached()).filter(uid__in=uids).only("uid", "slug", "json") if uids else []
    return {str(edition.uid): label_of(edition) for edition in editions}


def label_of(entry: Snapshot | Edition) -> JsonObject:
    """Return what the JSON of a record may hold of the vocabulary *entry*: uid, slug and names."""
    names = {name: value for name, value in entry.data.items() if name in ("name", "acronym")}
    return {"uid": str(entry.uid), "slug": entry.slug, **names}


def with_labels(data: JsonObject, labels: Mapping[str, JsonObject], *, distinct: bool = False) -> JsonObject:
    """Return *data*, the public JSON of a record, with other labels of its vocabulary entries: *labels* is {uid as text:
    label}. With *distinct*, an entry of a list that becomes equal to another is dropped."""
    return {name: _with_labels(value, labels, distinct) for name, value in data.items()} if labels else data


def _with_labels(data: JsonValue, labels: Mapping[str, JsonObject], distinct: bool) -> JsonValue:
    if isinstance(data, list):
        found = [_with_labels(value, labels, distinct) for value in data]
        if distinct:
            return [value for i, value in enumerate(found) if value == data[i] or value not in [*found[:i], *data]]
        return found
    if not isinstance(data, dict):
        return data
    label = labels.get(data.get("uid", ""), {})
    result = {name: _with_labels(value, labels, distinct) for name, value in data.items()}
    return result | {name: value for name, value in label.items() if name in data}


def naming(entry: SluggedRecord) -> Iterator[QuerySet[Any]]:
    """Yield one queryset for each type of record, the vocabulary first: the working records that name the vocabulary
    *entry*, its units among them."""
    for name in sorted(BUILDERS, key=lambda name: (name not in VOCABULARY, name)):  # the order of locks
        records = BUILDERS[name].queryset()
        paths = _paths(BUILDERS[name]).get(concrete_model(type(entry)))
        if paths:
            mine = (records.model._base_manager.filter(**{path: entry.pk}).values("pk") for path in paths)
            yield records.filter(_in_any(mine))


def opening(record: Record) -> list[SluggedRecord]:
    """Return the vocabulary entries that *record* names and that are not public yet. They become public with it, and so do
    the organizations that they are units of.

    One query where the draft is public unchanged; otherwise two, one for each type of entry found, and two for each level of
    units.
    """
    now = epoch.now()
    if Edition.objects.public(now).filter(uid=record.uid, sha256=record.draft_sha256).exists():
        return []
    rows = type(record)._base_manager.filter(pk=record.pk)
    public = Edition.objects.public(now).filter(uid=OuterRef("uid")).order_by()
    hidden = {
        str(model.record_type): model._base_manager.filter(
            ~Exists(public), _in_any(rows.values(path) for path in paths)
        )
        for model, paths in _paths(builder_for(record)).items()
    }
    keys = [entries.order_by().values_list(Value(kind), "pk") for kind, entries in hidden.items()]
    kinds = {kind for kind, _pk in keys[0].union(*keys[1:])}
    found = [entry for kind, entries in hidden.items() if kind in kinds for entry in entries.order_by("slug")]
    return _with_parents(found, _hidden_parents(found))


def parents_of(entries: Iterable[SluggedRecord]) -> dict[UUID, SluggedRecord]:
    """Return {uid of an entry: the organization that it is a unit of} for those of the vocabulary *entries* that are units.
    One query, or none."""
    units = {entry.uid: (type(entry), key) for entry in entries if (key := getattr(entry, "parent_id", None))}
    found = {
        model: model._base_manager.in_bulk([key for each, key in units.values() if each is model])
        for model in {model for model, _key in units.values()}
    }
    return {uid: found[model][key] for uid, (model, key) in units.items()}


def _hidden_parents(entries: Iterable[SluggedRecord]) -> dict[UUID, SluggedRecord]:
    """Return ``parents_of`` for *entries*, which are not public, and for the parents found; without those that are public,
    whose own parents are public too. Two queries for each level."""
    found: dict[UUID, SluggedRecord] = {}
    level = list(entries)
    while parents := parents_of(level):
        public = _public_labels({parent.uid for parent in parents.values()})
        hidden = {uid: parent for uid, parent in parents.items() if str(parent.uid) not in public}
        found |= hidden
        level = [parent for parent in hidden.values() if parent.uid not in found]
    return found


def _with_parents(entries: Iterable[SluggedRecord], above: Mapping[UUID, SluggedRecord]) -> list[SluggedRecord]:
    """Return *entries*, followed by the organizations that they are units of, directly or indirectly, by *above*."""
    found = {entry.uid: entry for entry in entries}
    level = list(found.values())
    while level:
        level = [above[entry.uid] for entry in level if entry.uid in above and above[entry.uid].uid not in found]
        found |= {entry.uid: entry for entry in level}
    return list(found.values())


def _paths(builder: SnapshotBuilder) -> dict[type[SluggedRecord], list[str]]:
    """Return {model of vocabulary entries: paths of *builder* that lead to it}."""
    found: dict[type[SluggedRecord], list[str]] = defaultdict(list)
    for path in builder.vocabulary_paths:
        model: Any = builder.queryset().model
        for name in path.split("__"):
            model = model._meta.get_field(name).related_model
        found[model].append(path)
    return found


def _in_any(choices: Iterable[QuerySet[Any, Any]]) -> Q:
    return reduce(operator.or_, (Q(pk__in=keys) for keys in choices))


# What would be published now


def refresh_draft(record: Record) -> None:
    """Store on *record* the checksum of what would be published now. Lists compare it with the edition in force."""
    note_draft(record, builder_for(record).snapshot(record))


def languages_leaving(record: Record, edition: Edition) -> list[str]:
    """Return the codes of the languages of *edition* in which *record* is not ready any more. Photos have none."""
    ready = builder_for(record).languages(record)
    return [code for code in published_languages(edition.data) if code not in ready]


def delete_rows(rows: QuerySet[Any]) -> None:
    """Delete *rows*, a queryset, and refresh the drafts of the records that named one of them, such as a session."""
    relations = [relation for relation in rows.model._meta.related_objects if relation.on_delete is models.SET_NULL]
    named = [
        record
        for relation in relations
        for record in relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": rows})
    ]
    rows.delete()
    for record in named:
        refresh_draft(record)


def refresh_drafts(records: QuerySet[Record]) -> None:
    """Like ``refresh_draft`` for *records*, a queryset from a builder."""
    rows = records.iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        snapshots = builder_for(some[0]).snapshots_of(some)
        note_drafts(zip(some, snapshots, strict=True))


def note_draft(record: Record, snapshot: Snapshot) -> None:
    note_drafts([(record, snapshot)])


def note_drafts(noted: Iterable[tuple[Record, Snapshot]]) -> None:
    """Store the checksums of *noted*, pairs (record, what would be published of it), where they differ. One query for each
    model."""
    changed = []
    for record, snapshot in noted:
        checksums = {"draft_sha256": checksum(snapshot.json)}
        if isinstance(record, TranslatedRecord):
            checksums["original_sha256"] = snapshot.original_sha256
        if any(getattr(record, column) != sha256 for column, sha256 in checksums.items()):
            changed.append(record)
        for column, sha256 in checksums.items():
            setattr(record, column, sha256)
    for model, records in by_model(changed).items():
        translated = ["original_sha256"] if issubclass(model, TranslatedRecord) else []
        model._base_manager.bulk_update(records, ["draft_sha256", *translated])


def with_language(builder: SnapshotBuilder, published: JsonObject, draft: JsonObject, language: str) -> JsonObject:
    """Return the JSON *published* with the record's own texts in *language* from *draft*. Nothing else changes."""
    merged = _merge(builder.declared, published, draft, language)
    return builder.with_languages(merged, {*published_languages(published), language})


def _merge(serializer: serializers.Serializer[Any], old: JsonObject, new: JsonObject, language: str) -> JsonObject:
    result = dict(old)
    for name, declared in serializer.fields.items():
        if isinstance(declared, LanguageObject):
            if declared.own:
                result[name] = _replace_language(old[name], new[name], language)
        elif name == "languages_in_preparation":
            result[name] = [code for code in old.get(name, ()) if code != language]
        elif name == "versions":
            result[name] = [v for v in old[name] if v["language"] != language]
            result[name] += [v for v in new[name] if v["language"] == language]
            result[name].sort(key=lambda version: CODES.index(version["language"]))
        elif isinstance(declared, serializers.ListSerializer) and isinstance(declared.child, serializers.Serializer):
            result[name] = [
                _merge(declared.child, item, match, language)
                if (match := _counterpart(item, i, new[name], language))
                else item
                for i, item in enumerate(old[name])
            ]
    return result


def _replace_language(old: TextByLanguage, new: TextByLanguage, language: str) -> TextByLanguage:
    texts = {code: text for code, text in old.items() if code != language}
    return texts | ({language: new[language]} if language in new else {})


def _counterpart(item: JsonObject, index: int, candidates: list[JsonObject], language: str) -> JsonObject | None:
    """Return the entry of *candidates* that corresponds to *item*: by key, by uid and role, by address, or by its texts in
    languages other than *language*; by position only where neither has any."""
    if "key" in item:
        return next((c for c in candidates if c["key"] == item["key"]), None)
    if item.get("uid"):
        identity = (item["uid"], item.get("role"))
        return next((c for c in candidates if (c["uid"], c.get("role")) == identity), None)
    if "address" in item:
        return next((c for c in candidates if c["address"] == item["address"]), None)
    known = _said_in_others(item, language)
    if known:
        return next((c for c in candidates if known & _said_in_others(c, language)), None)
    same_place = candidates[index : index + 1]
    return next((c for c in same_place if not _said_in_others(c, language)), None)


def _said_in_others(item: JsonObject, language: str) -> set[tuple[str, str, str]]:
    return {
        (name, code, text)
        for name, texts in item.items()
        if isinstance(texts, dict)
        for code, text in texts.items()
        if code in CODES and code != language
    }


def strings(data: JsonValue) -> Iterator[str]:
    """Yield the texts in language objects and in TEXT_FIELDS of *data*, at any depth, in the key order of canonical JSON."""
    if isinstance(data, dict):
        for key, value in sorted(data.items()):
            if isinstance(value, str) and (key in CODES or key in TEXT_FIELDS):
                yield value
            else:
                yield from strings(value)
    elif isinstance(data, list):
        for value in data:
            if isinstance(value, str):
                yield value if value.startswith("#") else ""
            else:
                yield from strings(value)


# Fields outside language objects that the filter q searches.
TEXT_FIELDS = frozenset({"name", "acronym", "symbol", "credit", "contact", "room", "source", "reason"})
