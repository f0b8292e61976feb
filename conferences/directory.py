"""The lists of people and organizations: each with what tells it apart, and how many public records name it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ctportal.core import codes
from ctportal.core.countries import country_name
from ctportal.publishing.models import Edition
from ctportal.reading.directory import Mentions, NamePage, mentions
from ctportal.reading.queries import in_full
from ctportal.web import cards
from ctportal.web.labels import label
from ctportal.web.listing import anchor_of, tally
from ctportal.web.organizations import organization
from ctportal.web.text import LanguageContext, LocalizedText

from .profiles import entries_of

COUNTED = ("conference", "document", "photo")


def person_rows(page: NamePage, at: datetime, language: str) -> list[dict[str, Any]]:
    """Return the rows of the people on *page*, each with the title that the latest record gives and the organization. Four queries."""
    named = mentions("person", [each.uid for each in page], at, latest=("conference", "document"))
    keys = sorted({key for each in named.values() for key in each.latest})
    records = {each.pk: each for each in (in_full(keys) if keys else ())}
    return [
        row | _held([records[key] for key in named[each.uid].latest], named[each.uid].uids, row["title"], language)
        for each, row in zip(page, _rows(page, named, language), strict=True)
    ]


def organization_rows(page: NamePage, at: datetime, language: str) -> list[dict[str, Any]]:
    """Return the rows of the organizations on *page*, each with acronym, kind and country. Two queries."""
    named = mentions("organization", [each.uid for each in page], at)
    return [
        row
        | {
            "acronym": each.data["acronym"] if each.data["acronym"] != str(row["title"]) else "",
            "kind": label(codes.OrganizationKind, each.data["kind"]),
            "country": country_name(each.data["country"], language),
        }
        for each, row in zip(page, _rows(page, named, language), strict=True)
    ]


def _rows(page: NamePage, named: Mapping[UUID, Mentions], language: str) -> list[dict[str, Any]]:
    return [
        cards.target(each, language)
        | {
            "initial": initial,
            "anchor": anchor_of(initial),
            "tallies": [
                tally(kind, named[each.uid].counts[kind], language)
                for kind in COUNTED
                if kind in named[each.uid].counts
            ],
        }
        for each, initial in zip(page, page.initials, strict=True)
    ]


def _held(records: list[Edition], uids: set[str], name: LocalizedText, language: str) -> dict[str, Any]:
    """Return ``held`` and ``organization``: the title that the person with *uids* held in the latest of *records* that gives one;
    if none does, the organization alone.

    The language of the *name* counts as named.
    """
    named = [(record, entry) for record in records for entry in entries_of(record) if entry["uid"] in uids]
    for key in ("title", "organization"):
        for record, entry in named:
            if entry[key]:
                texts = LanguageContext(language, record.data["original_language"]).after(name)
                of = entry["organization"] and organization(entry["organization"], texts)
                return {"held": texts.pick(entry["title"]), "organization": of}
    return {}
