"""From a text to the tokens that are indexed: one analysis for texts, searches and highlighting.

A token is made of letters, digits and marks; that of a symbol holds "/", "." and "-", too. "~" before it marks what
stands in no order (stems, parts of symbols, single Chinese characters), "=" a whole text.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import islice, pairwise
from typing import NamedTuple

from ctportal.core.folding import fold
from ctportal.search.scanning import RunKind, TextRun, characters, fold_all, scan, session_first
from ctportal.search.stems import Forms, latin_languages, stems

LONGEST_WORD = 64  # characters
_LONGEST_RUN = 1_000  # characters of a run that are read: with its marks, a word is longer in the text
_LONGEST_WHOLE = 64
_BATCH = 5_000  # runs that are analysed at once
# Limits of one tsvector of PostgreSQL: of the places of a word it keeps 255, and it has at most 1,048,575 bytes.
_MOST_PLACES = 255
_MOST_BYTES = 1_000_000
_REPEATED = 20  # words of a part that begin the next one, so that a phrase across the border is found
_FOLDED_WORD = re.compile(r"[^\W_](?:[^\s!-/:-@\[-`{-~⁄])*")
_LATER = re.compile(r"(?:/(?:add|amend|corr|rev)\.[0-9-]+)+$")


class Tokens(NamedTuple):
    """What a text is found by: *words*, folded, in the order of the text, and *others*, which stand in no order."""

    words: tuple[str, ...]
    others: frozenset[str]


class Span(NamedTuple):
    """Where a word starts and ends in a text."""

    start: int
    end: int


class Piece(NamedTuple):
    """The tokens of one place in a text. *word* is "" for what has no place in the order of the words."""

    start: int
    end: int
    word: str
    others: frozenset[str]


def analyze(text: str, language: str) -> Tokens:
    """Return the tokens of *text*, which is in *language* (two letters)."""
    return _tokens(_pieces(text, language))


def in_parts(text: str, language: str, size: int = 10_000) -> Iterator[Tokens]:
    """Yield the tokens of *text* in parts of at most *size* words, at least one part. Parts are shorter where PostgreSQL would
    store no more of them, so both databases find the same.

    The last words of a part, twenty where *size* allows it, are the first of the next: a phrase across the border is found.
    """
    repeated = min(_REPEATED, size // 2)
    part: list[Piece] = []
    places: Counter[str] = Counter()  # how often each word of the part stands in it
    count = weight = 0
    for piece in _pieces(text, language):
        is_full = piece.word and (count == size or places[piece.word] == _MOST_PLACES)
        if is_full or weight + _weight(piece) > _MOST_BYTES:
            yield _tokens(part)
            first = [place for place, each in enumerate(part) if each.word][max(0, count - repeated) :]
            part = part[first[0] :] if first else []
            places = Counter(each.word for each in part if each.word)
            count, weight = places.total(), sum(map(_weight, part))
        part.append(piece)
        if piece.word:
            places[piece.word] += 1
            count += 1
        weight += _weight(piece)
    yield _tokens(part)


def _weight(piece: Piece) -> int:
    """Return how many bytes *piece* takes in a tsvector at most: characters have up to four, a word a place and its count."""
    return 4 * (len(piece.word) + sum(map(len, piece.others))) + 5


def spans(text: str) -> Iterator[Span]:
    """Yield where each word of *text* stands, in order. Of Chinese, these are overlapping pairs of characters."""
    for piece in _pieces(text, "en"):
        if piece.word:
            yield Span(piece.start, piece.end)


def whole(text: str) -> str:
    """Return one token for all words of *text*, "" where it has none. Texts of the same words have the same token.

    It has at most 100 characters; of a long text, a hash stands for the rest.
    """
    parts = []
    for batch in _batches(scan(session_first(text))):
        words = [run.text[:_LONGEST_RUN] for run in batch if run.kind is RunKind.WORD or run.kind is RunKind.CHARACTERS]
        folded = iter(fold_all(words))
        for run in batch:
            if run.kind is RunKind.SYMBOL:
                parts += _symbol_words(run)
            elif run.kind is RunKind.WORD or run.kind is RunKind.CHARACTERS:
                parts += _FOLDED_WORD.findall(next(folded))
    joined = "-".join(parts)
    if len(joined) > _LONGEST_WHOLE:
        digest = sha256(joined.encode(errors="surrogatepass")).hexdigest()
        joined = f"{joined[:_LONGEST_WHOLE]}-{digest[:32]}"
    return joined and f"={joined}"


def pieces(runs: list[TextRun], latin: tuple[str, ...]) -> Iterator[Piece]:
    """Yield the pieces that *runs* are made of. Latin words are stemmed by each language of *latin*."""
    words = vocabulary((run.text for run in runs if run.kind is RunKind.WORD or run.kind is RunKind.JOINED), latin)
    for run in runs:
        match run.kind:
            case RunKind.WORD:
                for word, others in words[run.text]:
                    yield Piece(run.start, run.end, word, others)
            case RunKind.CHARACTERS:
                yield from _characters(run)
            case RunKind.SYMBOL:
                others = _symbol_parts(run)
                for word in _symbol_words(run):
                    yield Piece(run.start, run.end, word, others)
            case RunKind.NAMED_SYMBOL:
                others = frozenset(
                    f"~{word}" for symbol in _symbol_words(run) for word in {symbol, _LATER.sub("", symbol)}
                )
                yield Piece(run.start, run.end, "", others)
            case RunKind.JOINED:
                for word, others in words[run.text]:
                    yield Piece(run.start, run.end, "", others | {f"~{word}"})


def vocabulary(texts: Iterable[str], latin: tuple[str, ...]) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Return for each of *texts*, runs of letters, the words it is folded into (most into one), each with its stems."""
    distinct = list(dict.fromkeys(texts))
    shortened = [text[:_LONGEST_RUN] for text in distinct]
    lowered = unicodedata.normalize("NFC", "\x01".join(shortened)).lower().split("\x01")
    single: dict[str, Forms] = {}
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for text, lower, folded in zip(distinct, lowered, fold_all(shortened), strict=bool(distinct)):
        words = [folded] if folded.isalnum() else _FOLDED_WORD.findall(folded)
        if len(words) == 1:
            single[text] = Forms(lower[:LONGEST_WORD], words[0][:LONGEST_WORD])
        else:
            found[text] = [(word[:LONGEST_WORD], frozenset()) for word in words]
    of_each = stems(dict.fromkeys(single.values()), latin)
    for text, forms in single.items():
        found[text] = [(forms.folded, frozenset(f"~{stem}" for stem in of_each[forms]))]
    return found


def _pieces(text: str, language: str) -> Iterator[Piece]:
    for batch in _batches(scan(session_first(text))):
        yield from pieces(batch, latin_languages(language))


def _batches(runs: Iterator[TextRun]) -> Iterator[list[TextRun]]:
    while batch := list(islice(runs, _BATCH)):
        yield batch


def _tokens(found: Iterable[Piece]) -> Tokens:
    words: list[str] = []
    others: set[str] = set()
    for piece in found:
        if piece.word:
            words.append(piece.word)
        others |= piece.others
    return Tokens(tuple(words), frozenset(others))


def _characters(run: TextRun) -> Iterator[Piece]:
    """Yield each character of *run*, and each pair of neighbours as a word. A character alone is a word itself."""
    found = characters(run)
    for start, end, character in found:
        yield Piece(start, end, character if len(found) == 1 else "", frozenset({f"~{character}"}))
    for (start, _, first), (_, end, second) in pairwise(found):
        yield Piece(start, end, first + second, frozenset())


def _symbol_words(run: TextRun) -> list[str]:
    return [re.sub("[()]", "", fold(symbol))[:LONGEST_WORD] for symbol in run.text.split(" ")]


def _symbol_parts(run: TextRun) -> frozenset[str]:
    """Return what else a symbol is found by: its letters and numbers, the last two numbers, and itself without its addenda.

    S/2018/1177/Add.1 gives "~s", "~2018", "~1177", "~add", "~1", "~2018/1177" and "~s/2018/1177".
    """
    parts = set()
    for symbol in _symbol_words(run):
        document = _LATER.sub("", symbol)
        parts |= {document, *re.findall("[a-z0-9]+", symbol), *re.findall("(?<=/)[0-9]+/[0-9]+$", document)}
    return frozenset(f"~{part}" for part in parts)
