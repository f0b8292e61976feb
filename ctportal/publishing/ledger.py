"""The operator's chain: one entry for whatever happens to an edition, each sealed to the one before by SHA-256.

``verification`` goes through it; what an entry's hash covers is written here and nowhere else.
"""

import hashlib
import json
from datetime import UTC, datetime

from .models import LedgerEntry
from .snapshot import canonical, checksum

# Entries after which an edition's other columns and rows are known by their checksum.
FREEZING = (LedgerEntry.Action.INSERTED, LedgerEntry.Action.SEALED)


def append(action, edition, *, by, at, effective_at, reason=""):
    """Add one entry on an *edition* that is saved with all that belongs to it; see ``append_all``."""
    rows = edition.facets.all(), edition.relations.all(), [row.file for row in edition.files.select_related("file")]
    frozen = frozen_checksum(edition, *rows) if action in FREEZING else ""
    new = entry(action, edition, by=by, at=at, effective_at=effective_at, reason=reason, frozen=frozen)
    return append_all([new])[0]


def entry(action, edition, *, by, at, effective_at, reason="", frozen=""):
    """An entry for ``append_all``. *frozen* is the checksum of the rest of the edition, or that of its withdrawal."""
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


def append_all(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    """Add *entries* in their order. Call it inside the publishing transaction, which holds the publication lock, so that the chain has no
    fork."""
    if entries:
        last = LedgerEntry.objects.order_by("-pk").values_list("hash", flat=True).first()
        for each in entries:
            each.edition_id = each.edition.pk  # which an edition has from its own insertion on
            each.previous = last or ""
            last = each.hash = entry_hash(each)
        LedgerEntry.objects.bulk_create(entries)
    return entries


def entry_hash(entry):
    """SHA-256 over the canonical JSON of an entry's fields, the hash of the one before included."""
    fields = {
        "action": str(entry.action),
        "at": _written(entry.at),
        "by": entry.by,
        "edition": entry.edition_id,
        "effective_at": _written(entry.effective_at),
        "previous": entry.previous,
        "reason": entry.reason,
        "sha256": entry.sha256,
        "uid": str(entry.uid),
    }
    # Only where they are: entries of before they were kept have the hash they had.
    if entry.frozen:
        fields["frozen"] = entry.frozen
    if entry.public_until:
        fields["public_until"] = _written(entry.public_until)
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def frozen_checksum(edition, facets, relations, files):
    """SHA-256 over all that is frozen of *edition* beside its JSON and its end: its columns, *facets*, *relations* and
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
                "sha256": [edition.sha256, checksum(edition.card), checksum(edition.text)],
                "facets": sorted([row.name, row.value] for row in facets),
                "relations": sorted([row.name, str(row.target), row.key, row.order] for row in relations),
                "files": sorted([file.key, file.name, file.media_type, file.size, file.sha256] for file in files),
            }
        )
    )


def withdrawal_checksum(withdrawal):
    """SHA-256 over all that *withdrawal* says, but for the edition: it goes from one to another while its end is to come."""
    replacement, cause = (str(uid) if uid else None for uid in (withdrawal.replacement, withdrawal.cause))
    said = {"by": withdrawal.by, "cause": cause, "reason": withdrawal.reason, "replacement": replacement}
    return checksum(canonical(said))


def _written(value):
    """A date, or an instant in UTC whatever zone it was typed in, as text; None stays None."""
    return (value.astimezone(UTC) if isinstance(value, datetime) else value).isoformat() if value else None
