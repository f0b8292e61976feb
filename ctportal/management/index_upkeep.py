"""Upkeep of the search index: building it anew from the editions, and comparing it with them.

The index is written with each publication. It is built anew after an upgrade that changes the analysis, and after a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q

from ctportal.publishing import epoch
from ctportal.publishing.indexing import VERSION, IndexedText, counted_facets, indexed_texts, is_indexed, write_texts
from ctportal.publishing.models import Edition, EditionFile, EditionQuerySet
from ctportal.search import storage
from ctportal.search.fields import is_stored_as
from ctportal.search.models import IndexState, Place, SearchEntry, SearchEntryQuerySet

# One batch: writers wait while it is written.
MOST_EDITIONS = 50
MOST_TOKENS = 200_000

# Called with (editions done, all editions).
Progress: TypeAlias = Callable[[int, int], None]


class Analysed(NamedTuple):
    """An edition (primary key), its counted facets, and its texts."""

    edition: int
    facets: str
    texts: list[IndexedText]


def state() -> IndexState:
    return IndexState.objects.get_or_create(pk=1, defaults={"version": VERSION})[0]


# Rebuilding


def rebuild(progress: Progress, *, record: UUID | None = None, restart: bool = False) -> int:
    """Write the entries of all editions anew, or those of one *record*, and remove those of no use; return the number of
    editions.

    Each batch is one short transaction under the publication lock, which stores how far it has come: after an interruption the
    next call goes on there, unless *restart*. Readers find everything all the time.
    """
    storage.install_index()
    if not storage.is_in_step():
        storage.fill_anew()
    before = state()
    done_to = before.rebuilt_to if before.rebuilt_by == VERSION and not (record or restart) else None
    editions = _concerned(record)
    total = editions.count()
    done = editions.filter(pk__lte=done_to).count() if done_to else 0
    for batch in _batches(editions.filter(pk__gt=done_to or 0)):
        _replace(batch, is_whole=record is None)
        done += len(batch)
        progress(done, max(done, total))
    if record is None:
        IndexState.objects.filter(pk=1).update(version=VERSION, rebuilt_to=None, rebuilt_by=None)
    transaction.on_commit(storage.remove_traces)
    return done


def _concerned(record: UUID | None) -> EditionQuerySet:
    """Return the editions that have entries, or are to have them, in their order."""
    has_entries = Exists(SearchEntry.objects.filter(edition=OuterRef("pk")))
    editions = Edition.objects.filter(is_indexed(epoch.now()) | Q(has_entries)).order_by("pk")
    return editions.filter(uid=record) if record else editions


def _batches(editions: EditionQuerySet) -> Iterator[list[Analysed]]:
    batch: list[Analysed] = []
    size = 0
    for edition in _with_contents(editions):
        batch.append(analysed(edition))
        size += sum(map(len, (part for text in batch[-1].texts for part in text.tokens)))
        if len(batch) == MOST_EDITIONS or size > MOST_TOKENS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _with_contents(editions: EditionQuerySet) -> Iterator[Edition]:
    """Yield *editions* with facets and files. The text of a file is read when it is asked for, and few are held at once."""
    files = EditionFile.objects.select_related("file").defer("file__text").order_by("pk")
    read = editions.defer("card").prefetch_related("facets", Prefetch("files", files))
    last = 0
    while found := list(read.filter(pk__gt=last)[:MOST_EDITIONS]):
        last = found[-1].pk
        while found:
            yield found.pop(0)


def analysed(edition: Edition) -> Analysed:
    """Return what is found of *edition* by its contents alone, nothing where it is sealed."""
    if edition.is_sealed:
        return Analysed(edition.pk, "", [])
    facets = counted_facets(edition.type, [(row.name, row.value) for row in edition.facets.all()])
    files = [row.file for row in edition.files.all()]
    return Analysed(edition.pk, facets, indexed_texts(edition.slug, edition.data, edition.date, files))


def _replace(batch: list[Analysed], *, is_whole: bool) -> None:
    """Replace the entries of *batch* in one transaction, in which nothing is published or sealed."""
    keys = [each.edition for each in batch]
    with epoch.publication_lock() as now:
        kept = set(Edition.objects.filter(is_indexed(now), pk__in=keys).values_list("pk", flat=True))
        SearchEntry.objects.filter(edition__in=keys).delete()
        write_texts(each for each in batch if each.edition in kept)
        if is_whole:
            IndexState.objects.filter(pk=1).update(rebuilt_to=keys[-1], rebuilt_by=VERSION)


# Checking


class Checked(NamedTuple):
    """What ``check`` has read: how many editions, and how many of those that have entries are over."""

    editions: int
    over: int


def check(tell: Callable[[str], None], progress: Progress) -> Checked:
    """Compare the index with the editions; call *tell* with each difference, in one line."""
    for part in storage.missing_parts():
        tell(f"{part} is missing or altered: run manage.py database_guards install")
    if (version := state().version) != VERSION:
        tell(f"The entries were written by version {version} of the analysis; this release has {VERSION}.")
    now = epoch.now()
    editions = Edition.objects.filter(is_indexed(now)).order_by("pk")
    total, done = editions.count(), 0
    for done, edition in enumerate(_with_contents(editions), 1):
        for difference in _differences(edition):
            tell(f"{edition}: {difference}")
        progress(done, max(done, total))
    over = 0
    for edition in Edition.objects.filter(~is_indexed(now), Exists(_entries_of(OuterRef("pk")))).order_by("pk"):
        if edition.is_sealed or edition.is_unscheduled:
            tell(f"{edition}: is {'sealed' if edition.is_sealed else 'unscheduled'} and has entries")
        else:
            over += 1
    if not storage.missing_parts() and not storage.is_in_step():
        tell("FTS5 does not hold what the table of tokens holds.")
    return Checked(done, over)


def _entries_of(edition: int | OuterRef) -> SearchEntryQuerySet:
    return SearchEntry.objects.filter(edition=edition)


def _differences(edition: Edition) -> list[str]:
    """Return what is wrong with the entries of *edition*; nothing where it has ended or was sealed meanwhile."""
    found = analysed(edition)
    expected = {(text.language, text.place, text.part): text.tokens for text in found.texts}
    rows = _entries_of(edition.pk).values_list("language", "place", "part", "facets", "tokens__tokens")
    stored = {(language, place, part): (facets, tokens) for language, place, part, facets, tokens in rows}
    differences = ["no entries"] if expected and not stored else []
    for key in sorted(expected.keys() | stored.keys()) if stored else ():
        language, place, part = key
        name = f"{language} {Place(place).label.lower()}, part {part}"
        if key not in stored:
            differences.append(f"{name}: is missing")
        elif key not in expected:
            differences.append(f"{name}: is in no text of it")
        elif stored[key][1] is None or not is_stored_as(expected[key], stored[key][1]):
            differences.append(f"{name}: other tokens than today's analysis gives")
        elif stored[key][0] != found.facets:
            differences.append(f"{name}: other facets")
    if differences and not Edition.objects.filter(is_indexed(epoch.now()), pk=edition.pk).exists():
        return []
    return differences
