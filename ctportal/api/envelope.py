"""One record as the API returns it: the envelope, the JSON of its edition, and the related records."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ctportal.core.languages import LANGUAGES, pick
from ctportal.publishing.models import Edition
from ctportal.reading.queries import RelatedRecord


def rfc3339(instant: datetime) -> str:
    """Return the aware datetime *instant* in UTC: 2019-09-04T15:00:00Z, with six decimals where it has a fraction."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def permanent_url(origin: str, uid: UUID) -> str:
    return f"{origin}/id/{uid}"


def record(
    edition: Edition, data: dict[str, Any], related: Iterable[RelatedRecord], origin: str, **more: str
) -> dict[str, Any]:
    """Return the record of *edition*, which must be annotated with ``version`` and ``published``.

    *data* is its JSON in all languages or in one. *related* are the public records that it points to; *more* are
    further keys.
    """
    return {
        **named(edition, origin),
        "version": edition.version,
        "published": rfc3339(edition.published),
        "updated": rfc3339(edition.public_from),
        "sha256": edition.sha256,
        **more,
        "related": links(related, origin),
        **data,
    }


def named(record: Edition | RelatedRecord, origin: str) -> dict[str, Any]:
    """Return the keys that identify another *record* in a response."""
    return {
        "uid": str(record.uid),
        "type": record.type,
        "slug": record.slug,
        "url": permanent_url(origin, record.uid),
    }


def links(related: Iterable[RelatedRecord], origin: str) -> dict[str, list[dict[str, Any]]]:
    """Return {relation name: records} for *related*, each with its card if that was read."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in related:
        link = {**named(each, origin), "key": each.key}
        found.setdefault(each.name, []).append({**link, "card": each.card_data} if each.card else link)
    return found


# One language ----------------------------------------------------------------------------------------------------------


def in_language(value: Any, language: str, original: str) -> Any:
    """Return *value*, part of the JSON of an edition, with the texts in one *language* or its fallback.

    Each language object becomes {"text", "language"}, or null if it has no text in any language.
    """
    if isinstance(value, list):
        return [in_language(each, language, original) for each in value]
    if not isinstance(value, dict):
        return value
    if LANGUAGES.keys() >= value.keys():  # no other object is empty or has only language codes as keys
        text, code = pick(value, language, original)
        return {"text": text, "language": code} if code else None
    return {name: in_language(each, language, original) for name, each in value.items()}
