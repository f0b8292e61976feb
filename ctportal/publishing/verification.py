"""Verify the ledger and all editions, and report the first entry that does not fit.

An entry fits when it holds the hash of the entry before, when its own hash matches its fields, and when its edition matches
the ledger: its JSON, its interval, its withdrawal and all other frozen columns and rows. Rows are read in chunks, so the
memory used does not grow with the ledger.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from ctportal.files.models import StoredFile

from .ledger import FREEZING, entry_hash, frozen_checksum, withdrawal_checksum
from .models import VOCABULARY, Edition, EditionFile, LedgerEntry, Withdrawal
from .snapshot import checksum
from .state import sealed_files

CHUNK = 100  # entries; with each comes its edition, whose text may be long
Action = LedgerEntry.Action
Progress = Callable[[int], None]


class Misfit(Exception):
    """Something does not match the ledger: *where* (an entry or edition, in words), *what*, and both values."""

    def __init__(self, where: str, what: str, expected: object, found: object) -> None:
        super().__init__(f"{where}: {what}. Expected {expected or 'nothing'}, found {found or 'nothing'}.")


@dataclass
class Verified:
    """How much was verified. *last* is the hash of the last entry, "" without entries."""

    entries: int = 0
    editions: int = 0
    last: str = ""


def verify(known: str = "", progress: Progress = lambda done: None) -> Verified:
    """Verify the whole ledger; return what was Verified. Raises Misfit for the first entry that does not fit.

    *known* is the hash of an entry, kept outside the database, that must still exist. *progress* is called
    with the number of entries done so far.
    """
    verified, number, seen = Verified(), 0, not known
    while entries := list(LedgerEntry.objects.filter(pk__gt=number).order_by("pk")[:CHUNK]):
        editions = _editions([entry.edition_id for entry in entries])
        for entry in entries:
            _check_entry(entry, verified.last)
            edition = _check_names(entry, editions.get(entry.edition_id))
            if entry.action == Action.INSERTED:
                _check_edition(entry, edition)
                verified.editions += 1
            verified.entries += 1
            verified.last, number = entry.hash, entry.pk
            seen = seen or entry.hash == known
        progress(verified.entries)
    if not seen:
        raise Misfit("The chain", "no entry has the hash that you know", known, "")
    _check_all_are_named()
    _check_withdrawals()
    return verified


def _editions(pks: list[int]) -> dict[int, Edition]:
    """Return {pk: Edition} with facets, relations, files and ledger entries prefetched."""
    files = Prefetch("files", EditionFile.objects.select_related("file").defer("file__text"))
    entries = Prefetch("ledger", LedgerEntry.objects.order_by("pk"))
    return Edition.objects.prefetch_related("facets", "relations", files, entries).in_bulk(pks)


def _entry(entry: LedgerEntry) -> str:
    at = entry.at.astimezone(UTC)
    return f"Entry {entry.pk} ({entry.action}, {at:%Y-%m-%d %H:%M:%S} UTC, by {entry.by}, record {entry.uid})"


def _check_entry(entry: LedgerEntry, previous: str) -> None:
    if entry.previous != previous:
        raise Misfit(_entry(entry), "it does not follow the entry before it", previous, entry.previous)
    if entry_hash(entry) != entry.hash:
        raise Misfit(_entry(entry), "what it says was changed: the hash is another", entry.hash, entry_hash(entry))


def _check_names(entry: LedgerEntry, edition: Edition | None) -> Edition:
    """Return *edition* where it is the one that *entry* names; else raise Misfit."""
    if edition is None:
        raise Misfit(_entry(entry), "its edition is missing", f"edition {entry.edition_id}", "")
    for name in ("uid", "sha256"):
        if getattr(edition, name) != getattr(entry, name):
            what = f"the {name} of its edition {edition.pk} is another"
            raise Misfit(_entry(entry), what, getattr(entry, name), getattr(edition, name))
    return edition


def _check_edition(entry: LedgerEntry, edition: Edition) -> None:
    """Compare the edition that *entry* inserted with all its ledger entries."""
    try:
        _compare(entry, edition)
    except Misfit:
        # Something may have been published between reading the edition and its entries: read both again.
        _compare(entry, _editions([edition.pk])[edition.pk])


def _compare(entry: LedgerEntry, edition: Edition) -> None:
    entries = list(edition.ledger.all())
    where, this = _entry(entry), f"its edition {edition.pk}"
    inserted = [each.pk for each in entries if each.action == Action.INSERTED]
    if inserted != [entry.pk] or entries[0].pk != entry.pk:
        raise Misfit(where, f"{this} was not inserted once and first", f"[{entry.pk}]", f"{inserted}")
    if edition.public_from != entry.effective_at:
        raise Misfit(where, f"the beginning of {this} is another", entry.effective_at, edition.public_from)
    _compare_contents(where, this, edition, next((each for each in entries if each.action == Action.SEALED), None))
    end = entries[-1].public_until
    if edition.public_until != end:
        raise Misfit(where, f"the end of {this} is another", end or "none", edition.public_until)
    frozen = next(each.frozen for each in reversed(entries) if each.action in FREEZING)
    files = [row.file for row in edition.files.all()]
    found = frozen_checksum(edition, edition.facets.all(), edition.relations.all(), files)
    if found != frozen:
        what = f"{this} was changed: date, slug, note, name, card, facets, relations or files"
        raise Misfit(where, what, frozen, found)


def _compare_contents(where: str, this: str, edition: Edition, sealing: LedgerEntry | None) -> None:
    if edition.sealed_at != (sealing and sealing.at):
        what = f"{this} is not sealed as the ledger says"
        raise Misfit(where, what, sealing and sealing.at, edition.sealed_at)
    if sealing:
        left = [name for name in ("json", "card") if getattr(edition, name)]
        left += ["facets"] if edition.facets.all() else []
        if left:
            raise Misfit(where, f"{this} is sealed and not empty", "", ", ".join(left))
    elif checksum(edition.json) != edition.sha256:
        raise Misfit(where, f"the JSON of {this} was changed", edition.sha256, checksum(edition.json))


def _check_all_are_named() -> None:
    entries = LedgerEntry.objects.filter(edition=OuterRef("pk"))
    edition = Edition.objects.exclude(Exists(entries)).order_by("pk").only("uid", "type", "slug", "public_from").first()
    if edition:
        raise Misfit(f"Edition {edition.pk} ({edition})", "the ledger has no entry for it", "an entry", "")


def _check_withdrawals() -> None:
    """Check that each withdrawal matches the ledger and that none is missing. A withdrawal may have moved to another edition
    of its record; the record and the end are those of its entry."""
    said = LedgerEntry.objects.filter(
        action=Action.WITHDRAWN, uid=OuterRef("edition__uid"), effective_at=OuterRef("edition__public_until")
    ).order_by("-pk")
    rows = Withdrawal.objects.select_related("edition").defer("edition__json", "edition__card")
    rows, number = rows.annotate(entry=Subquery(said.values("pk")[:1])).order_by("pk"), 0
    while few := list(rows.filter(pk__gt=number)[:CHUNK]):
        entries = LedgerEntry.objects.in_bulk([row.entry for row in few])
        for row in few:
            _compare_withdrawal(row, entries.get(row.entry))
        number = few[-1].pk
    _check_none_is_missing()


def _compare_withdrawal(row: Withdrawal, entry: LedgerEntry | None) -> None:
    if entry is None:
        what = "the ledger has no entry for its withdrawal"
        raise Misfit(f"Edition {row.edition_id} ({row.edition})", what, "an entry", "")
    found = withdrawal_checksum(row)
    if (row.reason, found) != (entry.reason, entry.frozen):
        what = f"what the public is told of the withdrawal of edition {row.edition_id} was changed"
        raise Misfit(_entry(entry), what, f"“{entry.reason}” {entry.frozen}", f"“{row.reason}” {found}")


def _check_none_is_missing() -> None:
    follows = Edition.objects.not_unscheduled().filter(uid=OuterRef("uid"), public_from=OuterRef("public_until"))
    alone = Edition.objects.not_unscheduled().filter(
        ~Exists(follows), public_until__isnull=False, withdrawal__isnull=True
    )
    edition = alone.exclude(type__in=VOCABULARY).only("uid", "type", "slug", "public_from").order_by("pk").first()
    if edition:
        raise Misfit(f"Edition {edition.pk} ({edition})", "it ends, and its withdrawal is missing", "a withdrawal", "")


# The bytes of files


def shown_files() -> QuerySet[StoredFile]:
    """Return the stored files that an edition shows which is not sealed."""
    shown = EditionFile.objects.filter(file=OuterRef("pk"))
    return StoredFile.objects.filter(Exists(shown)).exclude(pk__in=sealed_files().values("pk")).order_by("pk")


def verify_files(progress: Progress = lambda done: None) -> int:
    """Read every file that an edition shows and compare its SHA-256 with the one that is frozen with the edition; return
    how many. Raises Misfit for the first that does not fit. *progress* as for ``verify``, with the number of files."""
    done = 0
    for stored in shown_files().only("name", "sha256", "file").iterator(chunk_size=CHUNK):
        found = _sha256_of(stored)
        if found != stored.sha256:
            what = "its bytes were changed" if found else "it is missing from the storage"
            raise Misfit(f"File {stored.pk} ({stored.name}, {stored.file.name})", what, stored.sha256, found)
        done += 1
        progress(done)
    return done


def _sha256_of(stored: StoredFile) -> str:
    """Return the SHA-256 of the file in the storage, or "" where it is missing."""
    digest = hashlib.sha256()
    try:
        with stored.file.open() as file:
            for chunk in file.chunks():
                digest.update(chunk)
    except FileNotFoundError:
        return ""
    return digest.hexdigest()
