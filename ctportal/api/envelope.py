"""One record as the API returns it: the envelope, the JSON of its edition, the addresses of its files, and the related
records. Addresses of this site are absolute, and written when a record is read."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ctportal.core.languages import DEFAULT, LANGUAGES, pick
from ctportal.publishing.models import Edition, RecordType
from ctportal.publishing.shapes import files_in
from ctportal.reading.queries import RelatedRecord
from ctportal.web.addresses import public_file


def rfc3339(instant: datetime) -> str:
    """Return the aware datetime *instant* in UTC: 2019-09-04T15:00:00Z, with six decimals where it has a fraction."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def permanent_url(origin: str, uid: UUID) -> str:
    return f"{origin}/id/{uid}"


def record(
    edition: Edition, related: Iterable[RelatedRecord], origin: str, *, language: str, is_past: bool, **more: str
) -> dict[str, Any]:
    """Return the record of *edition*, which must be annotated with ``version`` and ``published``.

    Its texts are in one *language* or, without any, in all. *related* are the public records that it points to; *more* are
    further keys. A past version (*is_past*) names its files without their addresses.
    """
    return {
        **named(edition, origin),
        "version": edition.version,
        "published": rfc3339(edition.published),
        "updated": rfc3339(edition.public_from),
        "sha256": edition.sha256,
        **more,
        "files": {} if is_past else file_addresses(edition.data, origin),
        "related": links(related, origin, language),
        **in_language(edition.data, language),
    }


def file_addresses(data: dict[str, Any], origin: str) -> dict[str, str]:
    """Return {key: address} of the files in *data*, the JSON of an edition that is public."""
    return {file["key"]: origin + public_file(file) for file in files_in(data)}


def named(record: Edition | RelatedRecord, origin: str) -> dict[str, Any]:
    """Return the keys that identify *record* in a response. Photos have no slug."""
    return {
        "uid": str(record.uid),
        "type": record.type,
        **({} if record.type == RecordType.PHOTO else {"slug": record.slug}),
        "url": permanent_url(origin, record.uid),
    }


def links(related: Iterable[RelatedRecord], origin: str, language: str) -> dict[str, list[dict[str, Any]]]:
    """Return {relation name: records} for *related*, each with its card if that was read."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in related:
        card = {"card": in_language(each.card_data, language)} if each.card else {}
        found.setdefault(each.name, []).append({**named(each, origin), "key": each.key, **card})
    return found


# One language ----------------------------------------------------------------------------------------------------------


def in_language(data: dict[str, Any], language: str) -> dict[str, Any]:
    """Return *data*, the JSON or the card of an edition, with the texts in one *language* or its fallback; unchanged
    without a *language*.

    Each language object becomes {"text", "language"}, or null if it has no text in any language.
    """
    if not language:
        return data
    original = data.get("original_language", DEFAULT)
    return {name: _in_language(value, language, original) for name, value in data.items()}


def _in_language(value: Any, language: str, original: str) -> Any:
    if isinstance(value, list):
        return [_in_language(each, language, original) for each in value]
    if not isinstance(value, dict):
        return value
    if LANGUAGES.keys() >= value.keys():  # no other object is empty or has only language codes as keys
        text, code = pick(value, language, original)
        return {"text": text, "language": code} if code else None
    return {name: _in_language(each, language, original) for name, each in value.items()}
