"""One record as the API gives it: the envelope, the JSON of its edition, and what it points to."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ctportal.core.languages import LANGUAGES, pick
from ctportal.publishing.models import Edition
from ctportal.reading.queries import RelatedRecord

# What an answer adds to an edition's own JSON. Without these keys, written canonically, the rest has the checksum sha256.
ENVELOPE = ("uid", "type", "slug", "url", "version", "published", "updated", "sha256", "related")


def rfc3339(instant: datetime) -> str:
    """Return the aware datetime *instant* in UTC: 2019-09-04T15:00:00Z, with six decimals where it has a fraction."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def permanent_url(origin: str, uid: UUID) -> str:
    return f"{origin}/id/{uid}"


def record(
    edition: Edition, data: dict[str, Any], related: Iterable[RelatedRecord], origin: str, **more: str
) -> dict[str, Any]:
    """Return the record of *edition*, which has ``version`` and ``published``, with *data*, its JSON as it was asked for.

    *related* is what it points to; *more* are keys beside those of the envelope.
    """
    return {
        "uid": str(edition.uid),
        "type": edition.type,
        "slug": edition.slug,
        "url": permanent_url(origin, edition.uid),
        "version": edition.version,
        "published": rfc3339(edition.published),
        "updated": rfc3339(edition.public_from),
        "sha256": edition.sha256,
        **more,
        "related": links(related, origin),
        **data,
    }


def named(record: Edition | RelatedRecord, origin: str) -> dict[str, Any]:
    """Return the keys by which an answer names another *record*."""
    return {
        "uid": str(record.uid),
        "type": record.type,
        "slug": record.slug,
        "url": permanent_url(origin, record.uid),
    }


def links(related: Iterable[RelatedRecord], origin: str) -> dict[str, list[dict[str, Any]]]:
    """Return {name of the relation: records} of *related*, each with its card where that was read."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in related:
        link = {**named(each, origin), "key": each.key}
        found.setdefault(each.name, []).append({**link, "card": each.card_data} if each.card else link)
    return found


# One language ----------------------------------------------------------------------------------------------------------


def in_language(value: Any, language: str, original: str) -> Any:
    """Return *value*, part of the JSON of an edition, with each language object turned into {"text", "language"} for a reader of
    *language*, with fallback; null where there is no text in any language."""
    if isinstance(value, list):
        return [in_language(each, language, original) for each in value]
    if not isinstance(value, dict):
        return value
    if LANGUAGES.keys() >= value.keys():  # no other object is empty, or has languages alone
        text, code = pick(value, language, original)
        return {"text": text, "language": code} if code else None
    return {name: in_language(each, language, original) for name, each in value.items()}
