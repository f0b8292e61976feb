"""How a working record becomes the snapshot that an edition freezes. One SnapshotBuilder per type of record, registered by its app.

A builder gathers; it decides nothing about time. The services decide and write.
"""

import hashlib
import json
import operator
from collections import defaultdict
from dataclasses import dataclass, field
from functools import reduce
from html.parser import HTMLParser
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from rest_framework import serializers

from ctportal.core.languages import CODES
from ctportal.files.models import StoredFile

from . import epoch
from .models import Edition
from .shapes import LanguageObject

# A file's text may be long; what the filter q looks through is bounded.
FILE_TEXT_LIMIT = 200_000


def canonical(data):
    """Return *data* as canonical JSON text: keys sorted, no white space, no floats, characters as they are."""
    return json.dumps(_without_floats(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def checksum(text):
    """Return the SHA-256 of the UTF-8 bytes of *text*, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _without_floats(data):
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
    """Everything an edition is made of but its interval. *data* is the public JSON as a dictionary."""

    type: str
    uid: UUID
    slug: str
    data: dict
    date: object = None
    end_date: object = None
    over_at: object = None  # instant at which a conference is over
    links: list[SnapshotLink] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    shows: list = field(default_factory=list)  # uids of the vocabulary entries whose labels stand in data
    newly_public: list = field(default_factory=list)  # those entries that are not public yet, and become so with it
    source: object = None  # the edition it was taken from, where it comes from no draft

    @property
    def builder(self):
        return BUILDERS[self.type]

    @property
    def json(self):
        return canonical(self.data)

    @property
    def card(self):
        return canonical(self.builder.card(self.data))

    @property
    def conference(self):
        """uid of the conference that the document or photo belongs to, or None."""
        return next((link.target for link in self.links if link.name == "conference"), None)

    @property
    def facets(self):
        """The set of (name, value) the edition is filtered by."""
        facets = set(self.builder.facets(self.data))
        facets.add(("conference", self.conference))
        if self.date and not any(name == "year" for name, _value in facets):
            # An undated photo is found in the year of its conference, by which it stands in lists too.
            facets.add(("year", self.date.year))
        return {(name, str(value)) for name, value in facets if value}

    @property
    def text(self):
        parts = [self.slug, *strings(self.data), *(file.text[:FILE_TEXT_LIMIT] for file in self.files if file.text)]
        return "\n".join(part for part in map(plain, parts) if part).casefold()


class SnapshotBuilder:
    """Makes the snapshots of one type of record. Subclasses name the model's queryset, serializer and the rest."""

    type: str
    serializer_class: type[serializers.Serializer]
    vocabulary_paths: tuple[str, ...] = ()  # from a record to the vocabulary entries whose labels stand in its JSON

    def queryset(self):
        """All working records of this type, with everything prefetched that the serializer reads."""
        raise NotImplementedError

    def load(self, record):
        return self.queryset().get(pk=record.pk)

    def texts(self, record):
        """The rows per language that are ready; the original language is always among them."""
        return []

    def languages(self, record):
        """Codes of the languages in which the record's own labels are ready."""
        return CODES

    def serialize(self, record):
        context = {"languages": self.languages(record), "texts": self.texts(record)}
        return self.serializer_class(record, context=context).data

    def snapshot(self, record):
        """Return the Snapshot of *record* as it would be published now."""
        return self.snapshot_of(self.load(record))

    def snapshot_of(self, record):
        """Like ``snapshot`` for a record that ``queryset`` has loaded."""
        return self.snapshots_of([record])[0]

    def snapshots_of(self, records):
        """Like ``snapshot_of`` for several records: asks once for the public names of all vocabulary entries they name."""
        named = [(record, {entry.uid: entry for entry in self.vocabulary(record)}) for record in records]
        public = _public_entries({uid for _record, entries in named for uid in entries})
        return [self._snapshot(record, entries, public) for record, entries in named]

    def _snapshot(self, record, entries, public):
        date, end_date, over_at = self.dates(record)
        return Snapshot(
            type=self.type,
            uid=record.uid,
            slug=getattr(record, "slug", ""),
            data=_under_public_names(dict(self.serialize(record)), public),
            date=date,
            end_date=end_date,
            over_at=over_at,
            links=list(self.links(record)),
            files=list(self.files(record)),
            shows=list(entries),
            newly_public=[entry for uid, entry in entries.items() if str(uid) not in public],
        )

    def dates(self, record):
        """First and last day, and the instant at which a conference is over: what lists are ordered and filtered by."""
        return None, None, None

    def card(self, data):
        """The few fields of *data* that lists show."""
        raise NotImplementedError

    def facets(self, data):
        return ()

    def links(self, record):
        return ()

    def files(self, record):
        return ()

    def vocabulary(self, record):
        """Entries of the vocabulary whose labels stand in the JSON."""
        for path in self.vocabulary_paths:
            yield from _follow(record, path.split("__"))

    def missing(self, record, texts=None):
        """Return {field: message} for everything that must be there before the record may be public.

        *texts* are its rows per language that are ready, where a form holds others than those that are saved.
        """
        return {}


BUILDERS: dict[str, SnapshotBuilder] = {}


def register(builder):
    """Make *builder* the one for its type of record. Called when the app is ready."""
    BUILDERS[builder.type] = builder


def builder_for(record):
    return BUILDERS[record.record_type]


# The vocabulary that a record names

AT_ONCE = 200  # drafts that are held in memory together


def _follow(part, names):
    """Yield what the relations *names*, one after the other, lead to from *part*."""
    if not names:
        yield part
        return
    found = getattr(part, names[0])
    for each in found.all() if hasattr(found, "all") else filter(None, [found]):
        yield from _follow(each, names[1:])


def _public_entries(uids):
    """{uid as text: edition in force} of the vocabulary entries *uids*, for what they are called in public."""
    editions = Edition.objects.public(epoch.reached()).filter(uid__in=uids).only("uid", "slug", "json") if uids else []
    return {str(edition.uid): edition for edition in editions}


def _under_public_names(data, public):
    """*data* with the entries of *public* as their editions in force call them: a new name is published by ``relabel``, and
    never by the way with a record that shows the entry."""
    if not public:
        return data
    if isinstance(data, list):
        return [_under_public_names(value, public) for value in data]
    if not isinstance(data, dict):
        return data
    result = {key: _under_public_names(value, public) for key, value in data.items()}
    edition = public.get(data.get("uid"))
    return with_label_of(edition, result) if edition else result


def with_label_of(entry, item):
    """The dictionary *item*, which names a vocabulary entry, naming *entry* (a Snapshot or an edition) instead."""
    label = {"uid": str(entry.uid), "slug": entry.slug, "name": entry.data["name"]}
    if "acronym" in item:
        label["acronym"] = entry.data["acronym"]
    return item | label


def naming(entry):
    """The working records that name the vocabulary *entry*: a queryset per type of record, in the order of their types."""
    for name in sorted(BUILDERS):
        records = BUILDERS[name].queryset()
        paths = _paths(BUILDERS[name]).get(entry._meta.concrete_model)
        if paths:
            mine = (records.model._base_manager.filter(**{path: entry.pk}).values("pk") for path in paths)
            yield records.filter(_in_any(mine))


def opening(record):
    """The entries of the vocabulary that *record* names and that are not public: they become so when it is published.

    One query where its draft is what is public, which has opened all that it names; else two, and one for each kind of
    entry that there are some of.
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
    return [entry for kind, entries in hidden.items() if kind in kinds for entry in entries.order_by("slug")]


def _paths(builder):
    """{model of the vocabulary: paths of *builder* that lead to it}"""
    found = defaultdict(list)
    for path in builder.vocabulary_paths:
        model = builder.queryset().model
        for name in path.split("__"):
            model = model._meta.get_field(name).related_model
        found[model].append(path)
    return found


def _in_any(choices):
    return reduce(operator.or_, (Q(pk__in=keys) for keys in choices))


# What would be published now


def refresh_draft(record):
    """Note on *record* the checksum of what would be published now, so that lists can tell what has changed since."""
    note_draft(record, checksum(builder_for(record).snapshot(record).json))


def languages_leaving(record, edition):
    """Codes of the languages in which the public reads *edition*, and would not read *record* if that were published now:
    they are not marked as ready any more, or gone. Captions of photos have no such mark."""
    ready = builder_for(record).languages(record)
    return [code for code in edition.data.get("languages", []) if code not in ready]


def delete_rows(rows):
    """Delete *rows* (a queryset) of which other records may name some, such as sessions, and refresh the drafts of these."""
    relations = [relation for relation in rows.model._meta.related_objects if relation.on_delete is models.SET_NULL]
    named = [
        record
        for relation in relations
        for record in relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": rows})
    ]
    rows.delete()
    for record in named:
        refresh_draft(record)


def refresh_drafts(records):
    """Like ``refresh_draft`` for *records*, a queryset of a builder."""
    rows = records.iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        snapshots = builder_for(some[0]).snapshots_of(some)
        note_drafts((record, checksum(snapshot.json)) for record, snapshot in zip(some, snapshots, strict=True))


def note_draft(record, sha256):
    note_drafts([(record, sha256)])


def note_drafts(noted):
    """Note on each record of *noted*, (record, checksum), that this would be published now."""
    changed = defaultdict(list)
    for record, sha256 in noted:
        if sha256 != record.draft_sha256:
            record.draft_sha256 = sha256
            changed[record._meta.concrete_model].append(record)
    for model, records in changed.items():
        model._base_manager.bulk_update(records, ["draft_sha256"])


def with_language(builder, published, draft, language):
    """Return the JSON *published* with its own texts in *language* as they stand in *draft*, and nothing else changed."""
    return _merge(builder.serializer_class(), published, draft, language)


def _merge(serializer, old, new, language):
    result = dict(old)
    for name, declared in serializer.fields.items():
        if isinstance(declared, LanguageObject):
            if declared.own:
                result[name] = _replace_language(old[name], new[name], language)
        elif name == "languages":
            result[name] = [code for code in CODES if code in old[name] or code == language]
        elif name == "versions":
            result[name] = [v for v in old[name] if v["language"] != language]
            result[name] += [v for v in new[name] if v["language"] == language]
            result[name].sort(key=lambda version: CODES.index(version["language"]))
        elif isinstance(declared, serializers.ListSerializer):
            result[name] = [
                _merge(declared.child, item, match, language)
                if (match := _counterpart(item, i, new[name], language))
                else item
                for i, item in enumerate(old[name])
            ]
    return result


def _replace_language(old, new, language):
    texts = {code: text for code, text in old.items() if code != language}
    return texts | ({language: new[language]} if language in new else {})


def _counterpart(item, index, candidates, language):
    """The entry of *candidates* that is the same thing as *item*: by key, by uid and role, by address, else by what it
    says in another language than *language*; by place only where neither says anything in another."""
    if "key" in item:
        return next((c for c in candidates if c["key"] == item["key"]), None)
    if "uid" in item:
        identity = (item["uid"], item.get("role"))
        return next((c for c in candidates if (c["uid"], c.get("role")) == identity), None)
    if "address" in item:
        return next((c for c in candidates if c["address"] == item["address"]), None)
    known = _said_in_others(item, language)
    if known:
        return next((c for c in candidates if known & _said_in_others(c, language)), None)
    same_place = candidates[index : index + 1]
    return next((c for c in same_place if not _said_in_others(c, language)), None)


def _said_in_others(item, language):
    return {
        (name, code, text)
        for name, texts in item.items()
        if isinstance(texts, dict)
        for code, text in texts.items()
        if code != language
    }


def strings(data):
    """Yield every piece of text in language objects and names of *data*, however deep, in the order of canonical JSON: labels
    that come from an edition have another order than those of a draft."""
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


# Fields outside language objects that a reader may look for.
TEXT_FIELDS = frozenset({"name", "acronym", "symbol", "credit", "contact", "room", "source", "reason"})


class _Plain(HTMLParser):
    BLOCKS = frozenset({"p", "h2", "h3", "h4", "li", "td", "th", "br", "blockquote", "tr"})

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts = []

    def handle_starttag(self, tag, attrs):
        if tag in self.BLOCKS:
            self.parts.append(" ")

    def handle_data(self, data):
        self.parts.append(data)


def plain(html):
    """Return the words of *html* (or of plain text) with single spaces."""
    if "<" not in html and "&" not in html:
        return " ".join(html.split())
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.parts).split())


def excerpt(html, length=240):
    """Return the first *length* characters of the words of *html*, cut at a word."""
    words = plain(html)
    if len(words) <= length:
        return words
    cut = words[:length]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
