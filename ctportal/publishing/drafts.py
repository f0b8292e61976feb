"""Checksums of drafts: stored with each working record, so that lists compare it with the edition in force."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import models
from django.db.models import QuerySet

from .base_models import Record, TranslatedRecord, by_model
from .completeness import published_languages
from .models import Edition
from .snapshot import Snapshot, builder_for, checksum

AT_ONCE = 200  # drafts that are held in memory together


def refresh_draft(record: Record) -> None:
    """Store on *record* the checksum of what would be published now. Lists compare it with the edition in force."""
    note_draft(record, builder_for(record).snapshot(record))


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
