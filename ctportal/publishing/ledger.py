"""The operator's chain: one entry for whatever happens to an edition, each sealed to the one before by SHA-256.

``verification`` goes through it; what an entry's hash covers is written here and nowhere else.
"""

import hashlib
import json
from datetime import UTC, datetime

from .gate import canonical, checksum
from .models import LedgerEntry

# Entries after which an edition's other columns and rows are known by their checksum.
FREEZING = (LedgerEntry.Action.INSERTED, LedgerEntry.Action.SEALED)


def append(action, edition, *, by, at, effective_at, reason="", withdrawal=None):
    """Add one entry. Call it inside the publishing transaction, which holds the turn, so that the chain has no fork."""
    last = LedgerEntry.objects.order_by("-pk").first()
    entry = LedgerEntry(
        at=at,
        by=by,
        action=action,
        uid=edition.uid,
        edition=edition,
        sha256=edition.sha256,
        effective_at=effective_at,
        public_until=edition.public_until,
        frozen=withdrawal_checksum(withdrawal)
        if withdrawal
        else frozen_checksum(edition)
        if action in FREEZING
        else "",
        reason=reason,
        previous=last.hash if last else "",
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    return entry


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


def frozen_checksum(edition):
    """SHA-256 over all that is frozen of *edition* beside its JSON and its end: its columns, facets, relations and files."""
    return checksum(
        canonical(
            {
                "about": [str(edition.uid), edition.type, edition.slug, edition.note, edition.by, edition.minor],
                "dates": [_written(day) for day in (edition.date, edition.end_date)],
                "instants": [_written(edition.public_from), _written(edition.created_at), _written(edition.sealed_at)],
                "sha256": [edition.sha256, checksum(edition.card), checksum(edition.text)],
                "facets": sorted([row.name, row.value] for row in edition.facets.all()),
                "relations": sorted([row.name, str(row.target), row.key, row.order] for row in edition.relations.all()),
                "files": sorted(
                    [row.file.key, row.file.name, row.file.media_type, row.file.size, row.file.sha256]
                    for row in edition.files.all()
                ),
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
