"""What a page of the search shows of its results: their editions, and where what was searched for is in their texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models.functions import Substr

from ctportal.core.languages import DEFAULT, pick
from ctportal.core.rich_text import excerpt, plain
from ctportal.core.types import JsonObject, TextByLanguage
from ctportal.publishing.indexing import EVERY, texts_of
from ctportal.publishing.models import Edition, RecordType
from ctportal.reading.queries import CARDS
from ctportal.reading.search import Hit
from ctportal.search.highlighting import LOOKED_AT, Highlighter, Marked

# The texts of a record from which an excerpt is taken first.
PROSE = ("body", "summary", "description", "outcome", "background", "motto")
TITLES = ("title", "name", "caption")
# Keys of texts that are found and not shown: parts of addresses and names of files.
UNSEEN = frozenset({"slug", "renditions", "download", "file"})


class Excerpt(NamedTuple):
    """A part of a text in *language*: its pieces (``highlighting.Marked``), and how many terms they show."""

    language: str
    shown: int
    pieces: Marked


class SearchResult(NamedTuple):
    """One result. *excerpt* is the part of its texts that shows most of what was searched for; empty if there is nothing to show
    beside the title."""

    hit: Hit
    edition: Edition
    excerpt: Excerpt


def found(hits: Sequence[Hit], highlighter: Highlighter, at: datetime, language: str) -> list[SearchResult]:
    """Return the results *hits*, public at *at*, for a reader of *language*. One query, and one for the texts of files if a term
    is in none of the other texts."""
    editions = Edition.objects.public(at).only(*CARDS, "json").in_bulk([hit.edition for hit in hits])
    # Without what was withdrawn since the search.
    public = [hit for hit in hits if hit.edition in editions]
    results = {hit: _found(hit, editions[hit.edition], highlighter, language) for hit in public}
    lacking = [each for each in results.values() if each.excerpt.shown < len(highlighter.terms)]
    for hit, texts in _texts_of_files(lacking, at).items():
        in_file = _excerpt(texts, hit.language, highlighter)
        if in_file.shown > results[hit].excerpt.shown:
            results[hit] = results[hit]._replace(excerpt=in_file)
    return list(results.values())


def _found(hit: Hit, edition: Edition, highlighter: Highlighter, language: str) -> SearchResult:
    """Return the result with an excerpt in the language of *hit*, or in that of its title where this shows more: some records
    have only names in the language of *hit*."""
    data = edition.data
    key, title, of_title = _title(data, language)
    is_all_in_title = highlighter.highlight(title, of_title).shown == len(highlighter.terms)
    beginning = Excerpt(hit.language, 0, [])
    for each in dict.fromkeys([of_title, hit.language] if is_all_in_title else [hit.language, of_title]):
        prose = _excerpt(_prose(data, each), each, highlighter)
        beginning = beginning if beginning.pieces else prose
        if prose.shown or (is_all_in_title and prose.pieces):
            return SearchResult(hit, edition, prose)
        if is_all_in_title:
            continue
        others = _excerpt(_others(data, each, key if each == of_title else ""), each, highlighter)
        if others.shown:
            return SearchResult(hit, edition, others)
    return SearchResult(hit, edition, beginning)


def _excerpt(texts: Iterable[str], language: str, highlighter: Highlighter) -> Excerpt:
    """Return the part of *texts*, in *language*, that shows most of the terms, the first such one; the beginning of the first text
    if none shows any."""
    texts = list(texts)
    if not texts:
        return Excerpt(language, 0, [])
    shown_in = _most(texts, language, highlighter) if len(texts) > 1 else 0
    if shown_in is None:
        return Excerpt(language, 0, [(excerpt(texts[0]), False)])
    pieces, shown = highlighter.snippet(texts[shown_in], language)
    return Excerpt(language, shown, pieces)


def _most(texts: Sequence[str], language: str, highlighter: Highlighter) -> int | None:
    """Return the number of the text with most different words that match, the first such one; None if there are no such words.
    All *texts*, each of one line, are analysed at once."""
    words: dict[int, set[str]] = defaultdict(set)
    line = 0
    for text, is_found in highlighter.highlight("\n".join(texts)[:LOOKED_AT], language).pieces:
        if is_found:
            words[line].add(text.casefold())
        line += text.count("\n")
    return max(words, key=lambda number: len(words[number]), default=None)


def _prose(data: JsonObject, language: str) -> Iterator[str]:
    for key in PROSE:
        texts = data.get(key)
        if isinstance(texts, dict) and texts.get(language):
            yield plain(texts[language])


def _title(data: JsonObject, language: str) -> tuple[str, str, str]:
    """Return (key, text, language) of the title that a reader of *language* sees."""
    key = next((each for each in TITLES if data.get(each)), "")
    return key, *pick(data.get(key), language, data.get("original_language", DEFAULT))


def _others(data: JsonObject, language: str, title: str) -> Iterator[str]:
    """Yield the other texts in *language* or in all languages, such as names and sessions, but not that of the key *title*."""
    for found in texts_of(data):
        is_other = found.path[0] not in (*PROSE, title) and UNSEEN.isdisjoint(found.path)
        if found.text and found.language in (language, EVERY) and is_other:
            yield found.words


def _texts_of_files(results: Sequence[SearchResult], at: datetime) -> dict[Hit, list[str]]:
    """Return {hit: the beginnings of the texts of its files in its language}."""
    documents = {each.edition.pk: each for each in results if each.edition.type == RecordType.DOCUMENT}
    if not documents:
        return {}
    with_text = Edition.objects.public(at).filter(pk__in=list(documents), files__file__text__gt="").order_by()
    beginnings = with_text.values_list("pk", "files__file__key", Substr("files__file__text", 1, LOOKED_AT))
    texts: dict[Hit, list[str]] = defaultdict(list)
    for edition, key, text in beginnings:
        hit, versions = documents[edition].hit, documents[edition].edition.data["versions"]
        if hit.language in [each["language"] for each in versions if each["file"] and each["file"]["key"] == key]:
            texts[hit].append(" ".join(text.split()))
    return texts


class Label(NamedTuple):
    slug: str
    names: TextByLanguage


def names_of(uids: Iterable[str], at: datetime) -> dict[str, Label]:
    """Return {uid: Label} for the series and themes *uids* that are public at *at*. One query."""
    entries = Edition.objects.public(at).of(RecordType.SERIES, RecordType.THEME).filter(uid__in=map(UUID, uids))
    return {str(each.uid): Label(each.slug, each.card_data["name"]) for each in entries.only(*CARDS)}
