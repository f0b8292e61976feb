"""The organizations that vocabulary entries are units of, level by level."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from .base_models import SluggedRecord
from .labels import public_labels


def parents_of(entries: Iterable[SluggedRecord]) -> dict[UUID, SluggedRecord]:
    """Return {uid of an entry: the organization that it is a unit of} for those of the vocabulary *entries* that are units.
    One query, or none."""
    units = {entry.uid: (type(entry), key) for entry in entries if (key := getattr(entry, "parent_id", None))}
    found = {
        model: model._base_manager.in_bulk([key for each, key in units.values() if each is model])
        for model in {model for model, _key in units.values()}
    }
    return {uid: found[model][key] for uid, (model, key) in units.items()}


def hidden_parents(entries: Iterable[SluggedRecord]) -> dict[UUID, SluggedRecord]:
    """Return ``parents_of`` for *entries*, which are not public, and for the parents found; without those that are public,
    whose own parents are public too. Two queries for each level."""
    found: dict[UUID, SluggedRecord] = {}
    level = list(entries)
    while parents := parents_of(level):
        public = public_labels({parent.uid for parent in parents.values()})
        hidden = {uid: parent for uid, parent in parents.items() if str(parent.uid) not in public}
        found |= hidden
        level = [parent for parent in hidden.values() if parent.uid not in found]
    return found


def with_parents(entries: Iterable[SluggedRecord], above: Mapping[UUID, SluggedRecord]) -> list[SluggedRecord]:
    """Return *entries*, followed by the organizations that they are units of, directly or indirectly, by *above*."""
    found = {entry.uid: entry for entry in entries}
    level = list(found.values())
    while level:
        level = [above[entry.uid] for entry in level if entry.uid in above and above[entry.uid].uid not in found]
        found |= {entry.uid: entry for entry in level}
    return list(found.values())
