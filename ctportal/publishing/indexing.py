"""The search entries of an edition: which texts of its snapshot are found, in which language, and where they stand."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from django.db.models import F, Q

from ctportal.core.countries import names_to_search
from ctportal.core.languages import CODES
from ctportal.core.rich_text import plain
from ctportal.core.types import JsonObject, JsonValue
from ctportal.files.models import StoredFile
from ctportal.search.analysis import Tokens, in_parts, whole
from ctportal.search.models import Place, SearchEntry, SearchTokens
from ctportal.search.titles import title_tokens

if TYPE_CHECKING:
    from .models import Edition
    from .snapshot import Snapshot

# Raise it with each change of what is found or of how it is analysed: ``manage.py search check`` then asks for a rebuild.
VERSION = 2
KEPT = datetime.timedelta(minutes=1)  # for which an edition stays in the index when it is over

# Fields outside language objects whose texts are found, in each language of the record.
TEXT_FIELDS = frozenset({"name", "acronym", "symbol", "credit", "contact", "room", "source", "reason", "hashtags"})
# Where texts stand that are not in Place.TEXT, by their keys from the outermost on.
PLACES = {
    ("symbol",): Place.SYMBOL,
    ("title",): Place.TITLE,
    ("short_title",): Place.TITLE,
    ("alternate_title",): Place.TITLE,
    ("name",): Place.TITLE,
    ("acronym",): Place.TITLE,
    ("main_topics", "title"): Place.HEADING,
    ("sessions", "title"): Place.HEADING,
}

PICTURES = frozenset({"download", "renditions"})  # the files of a photo, whose names are made from one another
# The facets that a search offers and understands.
COUNTED = ("kind", "year", "language", "country", "series", "theme", "person")

Path: TypeAlias = tuple[str, ...]
EVERY = ""  # the language of a text that is the same in all of them, such as a symbol


class FoundText(NamedTuple):
    """One text in the data of a snapshot: the keys that lead to it, its language or EVERY, and the text (plain or HTML)."""

    path: Path
    language: str
    text: str

    @property
    def words(self) -> str:
        """The words of the text with single spaces. Titles, names and symbols are no HTML, even where they look like it."""
        is_line = self.path in PLACES or self.language == EVERY
        return " ".join(self.text.split()) if is_line else plain(self.text)


class IndexedText(NamedTuple):
    """What becomes one search entry. *tokens* are text in the notation of the database where they are copied."""

    language: str
    place: Place
    part: int
    tokens: Tokens | str


def texts_of(value: JsonValue, path: Path = ()) -> Iterator[FoundText]:
    """Yield the texts of *value*, the data of a snapshot or a part of it, at any depth: those in language objects and those in
    TEXT_FIELDS."""
    if isinstance(value, list):
        for item in value:
            if not isinstance(item, str):
                yield from texts_of(item, path)
            elif path and path[-1] in TEXT_FIELDS:
                yield FoundText(path, EVERY, item)
    elif isinstance(value, dict):
        for key, item in sorted(value.items()):  # as in the stored JSON, so that a rebuild gives the same tokens
            if not isinstance(item, str):
                yield from texts_of(item, (*path, key))
            elif key in CODES:
                yield FoundText(path, key, item)
            elif key in TEXT_FIELDS:
                yield FoundText((*path, key), EVERY, item)


def indexed_texts(
    slug: str, data: JsonObject, date: datetime.date | None, files: Iterable[StoredFile]
) -> list[IndexedText]:
    """Return what is found of a record with this *slug*, public JSON, first day and *files*, long texts in parts."""
    of_files = files_by_language(data, files).items()
    return [*texts_of_record(slug, data, date), *(text for each in of_files for text in texts_of_files(*each))]


def texts_of_record(slug: str, data: JsonObject, date: datetime.date | None) -> list[IndexedText]:
    """Like ``indexed_texts``, without files."""
    texts: dict[tuple[str, Place], list[str]] = defaultdict(list)
    own = FoundText(("slug",), EVERY, slug)
    found = [each for each in (own, *texts_of(data)) if each.text and each.path[0] not in PICTURES]
    languages = {each.language for each in found if each.language != EVERY} or {CODES[0]}
    for text in found:
        for each in languages if text.language == EVERY else (text.language,):
            texts[each, PLACES.get(text.path, Place.TEXT)].append(text.words)
    for language in languages:
        texts[language, Place.TEXT] += _said_by_codes(data, date, language)
    return [
        IndexedText(language, place, part, with_titles(tokens, parts) if place <= Place.TITLE else tokens)
        for (language, place), parts in sorted(texts.items())
        for part, tokens in enumerate(in_parts("\n".join(parts), language))
    ]


def texts_of_files(language: str, files: Iterable[StoredFile]) -> list[IndexedText]:
    """Like ``indexed_texts``, of *files* in *language*. How far their texts go is told by StoredFile.search_notice."""
    parts = in_parts("\n".join(stored.text for stored in files), language)
    return [IndexedText(language, Place.FILE, part, tokens) for part, tokens in enumerate(parts)]


def files_by_language(data: JsonObject, files: Iterable[StoredFile]) -> dict[str, list[StoredFile]]:
    """Return {language: those of *files* that have a text}."""
    versions = data.get("versions") or ()
    languages = {version["file"]["key"]: version["language"] for version in versions if version["file"]}
    found: dict[str, list[StoredFile]] = defaultdict(list)
    for stored in {each.pk: each for each in files}.values():
        if stored.text:
            found[languages.get(stored.key) or data.get("original_language") or CODES[0]].append(stored)
    return found


def with_titles(tokens: Tokens, titles: Iterable[str]) -> Tokens:
    """Return *tokens* with those by which titles, names and symbols are found as a whole, and by the beginnings and the endings
    of their words."""
    of_titles = {token for title in titles for token in (whole(title), *title_tokens(title)) if token}
    return tokens._replace(others=tokens.others | of_titles)


def _said_by_codes(data: JsonObject, date: datetime.date | None, language: str) -> Iterator[str]:
    """Yield what the data say in codes and numbers, in words: the names of the country, and the year."""
    country = data.get("country")
    if isinstance(country, str) and country:
        yield from names_to_search(country, language)
    if date:
        yield str(date.year)


def write_entries(editions: Sequence[tuple[Edition, Snapshot]]) -> None:
    """Write the search entries of new *editions*. Two statements, or few where there are many rows; one more where editions
    with files are copied: their long texts are not analysed again."""
    copies = _entries_of_files({each.source.edition.pk for _edition, each in editions if each.source and each.files})
    write_texts(
        (edition.pk, counted_facets(edition.type, snapshot.facets), _texts_of_snapshot(snapshot, copies))
        for edition, snapshot in editions
    )


def write_texts(editions: Iterable[tuple[int, str, Iterable[IndexedText]]]) -> None:
    """Write the search entries of *editions*: (primary key, counted facets, texts) of each."""
    entries, tokens = [], []
    for edition, facets, texts in editions:
        for text in texts:
            place = {"language": text.language, "place": text.place, "part": text.part}
            entries.append(SearchEntry(edition_id=edition, facets=facets, **place))
            tokens.append(text.tokens)
    SearchEntry.objects.bulk_create(entries)
    rows = zip(entries, tokens, strict=True)
    SearchTokens.objects.bulk_create([SearchTokens(entry=entry, tokens=each) for entry, each in rows])


Copies: TypeAlias = dict[tuple[int, str], list[IndexedText]]


def _entries_of_files(editions: Iterable[int]) -> Copies:
    """Return {(edition, language): entries of its files} of those of *editions* whose entries are still there."""
    copies: Copies = defaultdict(list)
    rows = SearchEntry.objects.filter(edition__in=list(editions), place=Place.FILE).order_by("pk")
    for edition, language, part, tokens in rows.values_list("edition", "language", "part", "tokens__tokens"):
        copies[edition, language].append(IndexedText(language, Place.FILE, part, tokens))
    return copies


def _texts_of_snapshot(snapshot: Snapshot, copies: Copies) -> Iterable[IndexedText]:
    source = snapshot.source
    if source is None or source.snapshot is None:
        return snapshot.indexed
    texts = texts_of_record(snapshot.slug, snapshot.data, snapshot.date)
    before = files_by_language(source.snapshot.data, source.snapshot.files)
    for language, files in files_by_language(snapshot.data, snapshot.files).items():
        same = copies.get((source.edition.pk, language)) if files == before.get(language) else None
        texts += same or _analysed_in(snapshot.draft, language, files) or texts_of_files(language, files)
    return texts


def _analysed_in(draft: Snapshot | None, language: str, files: list[StoredFile]) -> list[IndexedText]:
    """Return the texts of *files* in *language* as they were analysed for *draft*, before the publication lock; [] if it has
    others."""
    if draft is None or files_by_language(draft.data, draft.files).get(language) != files:
        return []
    return [text for text in draft.indexed if text.place == Place.FILE and text.language == language]


def is_indexed(at: datetime.datetime) -> Q:
    """Return the condition that the texts of an edition are in the index at *at*: it is in force or to come, or was so a minute
    ago, because other machines may not have reached *at*."""
    is_not_over = Q(public_until__isnull=True) | Q(public_until__gt=at - KEPT)
    is_scheduled = Q(public_until__isnull=True) | Q(public_until__gt=F("public_from"))
    return is_not_over & is_scheduled & Q(sealed_at__isnull=True)


def remove_entries(editions: Collection[int]) -> None:
    """Remove the search entries of *editions* (primary keys). Two statements, none without editions."""
    if editions:
        SearchEntry.objects.filter(edition__in=editions).delete()


def counted_facets(record_type: str, facets: Iterable[tuple[str, str]]) -> str:
    """Return the type of a record and the *facets* by which a search counts its results, as name=value separated by spaces."""
    return " ".join([f"type={record_type}", *(f"{name}={value}" for name, value in sorted(facets) if name in COUNTED)])
