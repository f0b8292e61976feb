"""The organizations that pages name, each with those above it: department and organization at the top of a unit."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from ctportal.reading.queries import RelatedRecord, organization_lines

from .addresses import page_address
from .text import LanguageContext

# {uid: a public organization and those above it, from the nearest to the top}
Lines: TypeAlias = Mapping[str, Sequence[RelatedRecord]]


def lines_of(entries: Iterable[Mapping[str, Any] | None], at: datetime) -> Lines:
    """Return the Lines of the organizations *entries* of the JSON of a record; None among them stands for none.

    One query, none without entries.
    """
    uids = {UUID(entry["uid"]) for entry in entries if entry}
    return {str(uid): line for uid, line in organization_lines(uids, at).items()} if uids else {}


def organization(entry: Mapping[str, Any], texts: LanguageContext, lines: Lines | None = None) -> dict[str, Any]:
    """Return an organization of the JSON with ``above``, those above it in *lines*."""
    above = (lines or {}).get(entry["uid"], ())[1:]
    return {
        **_named(entry, entry["slug"], texts),
        "above": [_named(each.card_data, each.slug, texts) for each in above],
    }


def _named(entry: Mapping[str, Any], slug: str, texts: LanguageContext) -> dict[str, Any]:
    name, acronym = texts.pick(entry["name"]), entry.get("acronym", "")
    return {
        "name": name,
        "acronym": acronym if acronym != str(name) else "",
        "address": page_address("organization", slug, entry.get("uid"), texts.language),
    }
