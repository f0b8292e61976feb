"""The ledger: one entry for each change to an edition. Each entry holds the SHA-256 of the entry before.

This module alone defines what the hash of an entry covers; ``verification`` checks the chain.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from ctportal.files.models import StoredFile

from .models import Edition, Facet, LedgerEntry, Relation, Withdrawal
from .snapshot import canonical, checksum

# Actions whose entries hold the ``frozen_checksum`` of the edition.
FREEZING = (LedgerEntry.Action.INSERTED, LedgerEntry.Action.SEALED)


def entry(
    action: str, edition: Edition, *, by: str, at: datetime, effective_at: datetime, reason: str = "", frozen: str = ""
) -> LedgerEntry:
    """Return an unsaved entry for ``append``. *frozen* is the ``frozen_checksum`` or the ``withdrawal_checksum``."""
    return LedgerEntry(
        at=at,
        by=by,
        action=action,
        uid=edition.uid,
        edition=edition,
        sha256=edition.sha256,
        effective_at=effective_at,
        public_until=edition.public_until,
        frozen=frozen,
        reason=reason,
    )


def append(entries: list[LedgerEntry]) -> None:
    """Add *entries* in their order. Requires the publication lock, so that the chain has no fork."""
    if entries:
        last = LedgerEntry.objects.order_by("-pk").values_list("hash", flat=True).first()
        for each in entries:
            each.edition_id = each.edition.pk  # set by now: the edition is inserted
            each.previous = last or ""
            last = each.hash = entry_hash(each)
        LedgerEntry.objects.bulk_create(entries)


def entry_hash(entry: LedgerEntry) -> str:
    """Return the SHA-256 of the canonical JSON of the fields of *entry*, among them the hash of the entry before."""
    fields = {
        "action": str(entry.action),
        "at": _written(entry.at),
        "by": entry.by,
        "edition": entry.edition_id,
        "effective_at": _written(entry.effective_at),
        "frozen": entry.frozen,
        "previous": entry.previous,
        "public_until": _written(entry.public_until),
        "reason": entry.reason,
        "sha256": entry.sha256,
        "uid": str(entry.uid),
    }
    return checksum(canonical(fields))


def frozen_checksum(
    edition: Edition, facets: Iterable[Facet], relations: Iterable[Relation], files: Iterable[StoredFile]
) -> str:
    """Return the SHA-256 of what is frozen of *edition* besides its JSON and its end: columns, *facets*, *relations* and
    stored *files*."""
    return checksum(
        canonical(
            {
                "about": [str(edition.uid), edition.type, edition.slug, edition.note, edition.by, edition.minor],
                "dates": [_written(day) for day in (edition.date, edition.end_date)],
                "instants": [
                    _written(instant)
                    for instant in (edition.over_at, edition.public_from, edition.created_at, edition.sealed_at)
                ],
                "sha256": [edition.sha256, checksum(edition.card)],
                "facets": sorted([row.name, row.value] for row in facets),
                "relations": sorted([row.name, str(row.target), row.key, row.order] for row in relations),
                "files": sorted([file.key, file.name, file.media_type, file.size, file.sha256] for file in files),
            }
        )
    )


def withdrawal_checksum(withdrawal: Withdrawal) -> str:
    """Return the SHA-256 of *withdrawal* without its edition, which may change until the withdrawal takes effect."""
    replacement, cause = (str(uid) if uid else None for uid in (withdrawal.replacement, withdrawal.cause))
    said = {
        "by": withdrawal.by,
        "cause": cause,
        "reason": withdrawal.reason,
        "replacement": replacement,
        "show_title": withdrawal.show_title,
    }
    return checksum(canonical(said))


def _written(value: date | None) -> str | None:
    """Return a date, or an aware datetime converted to UTC, in ISO format; None for None."""
    return (value.astimezone(UTC) if isinstance(value, datetime) else value).isoformat() if value else None
