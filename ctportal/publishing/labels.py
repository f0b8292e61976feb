"""The labels of vocabulary entries in the JSON of the records that show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from ctportal.core.types import JsonObject, JsonValue

from . import epoch
from .models import Edition

if TYPE_CHECKING:
    from .snapshot import Snapshot


def public_labels(uids: Collection[UUID]) -> dict[str, JsonObject]:
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
