"""The operator's chain: one entry for whatever happens to an edition, each sealed to the one before by SHA-256."""

import hashlib
import json

from .models import LedgerEntry


def append(action, edition, *, by, at, effective_at, reason=""):
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
        "at": entry.at.isoformat(),
        "by": entry.by,
        "edition": entry.edition_id,
        "effective_at": entry.effective_at.isoformat(),
        "previous": entry.previous,
        "reason": entry.reason,
        "sha256": entry.sha256,
        "uid": str(entry.uid),
    }
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
