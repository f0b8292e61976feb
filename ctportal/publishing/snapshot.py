"""Snapshots: what an edition freezes of a working record. Each app registers one SnapshotBuilder for each type of record.

A builder only reads. The services decide when a snapshot is public, and write the edition.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import operator
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from rest_framework import serializers

from ctportal.core.languages import CODES
from ctportal.core.types import JsonObject, JsonValue, LazyText, TextByLanguage
from ctportal.files.models import StoredFile

from . import epoch
from .base_models import Record, SluggedRecord, concrete_model
from .completeness import divided, own_texts
from .indexing import IndexedText, indexed_texts
from .labels import public_labels, with_labels
from .models import VOCABULARY, Edition
from .shapes import Serializer
from .units import hidden_parents, with_parents

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
    draft: Snapshot | None = None  # the draft that a copy has taken a language from

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

    @cached_property
    def indexed(self) -> list[IndexedText]:
        """What the search finds of it. Read it before the publication lock, since long texts take time."""
        return indexed_texts(self.slug, self.data, self.date, self.files)


SerializerClass = type[Serializer]
# First day, last day, and the instant at which a conference is over.
Dates = tuple[datetime.date | None, datetime.date | None, datetime.datetime | None]


class SnapshotBuilder:
    """Builds the snapshots of one type of record. Subclasses define the queryset, the serializer and the rest."""

    type: str
    serializer_class: SerializerClass
    # From a record to the vocabulary entries whose labels are in its JSON, and from a unit to the organization above it.
    vocabulary_paths: tuple[str, ...] = ()
    link_paths: tuple[str, ...] = ()  # relations that ``links`` reads

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
        public = public_labels(entries)
        above = hidden_parents(entry for uid, entry in entries.items() if str(uid) not in public)
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
            newly_public=with_parents(hidden, above),
        )

    def dates(self, record: Any) -> Dates:
        """Return (first day, last day, instant at which a conference is over), for the order and filters of lists."""
        return None, None, None

    def card(self, data: JsonObject) -> JsonObject:
        """Return the fields of *data* that lists show."""
        return {name: data[name] for name in self.serializer_class.card_fields}

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


def _follow(part: Any, names: Sequence[str]) -> Iterator[Any]:
    """Yield the objects at the end of the path of relations *names* from *part*."""
    if not names:
        yield part
        return
    found = getattr(part, names[0])
    for each in found.all() if hasattr(found, "all") else filter(None, [found]):
        yield from _follow(each, names[1:])


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
    return with_parents(found, hidden_parents(found))


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
