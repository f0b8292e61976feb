"""The tokens by which titles and names are found while somebody types, and words like those that somebody mistyped.

"^" before a word of a title: what is typed is the beginning of such a token. "<" before a word written backwards: the end of a
word is the beginning of such a token.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctportal.core.folding import fold
from ctportal.search.analysis import LONGEST_WORD, pieces
from ctportal.search.fields import Alternatives, Beginning
from ctportal.search.scanning import RunKind, scan

BEGINNING, ENDING = "^", "<"
SHORTEST = 2  # letters after which titles are suggested; of Chinese, one character
_ARTICLE = "ال"  # Arabic words begin with it, and are typed without
_UNFINISHED_SYMBOL = re.compile(r"[a-z]{1,10}(?:/[a-z0-9.()-]*)+")


class TitleWord(NamedTuple):
    """A word of a title as it is compared, and as it is written."""

    word: str
    written: str


def words_of(title: str) -> Iterator[TitleWord]:
    """Yield the words of *title*: also those with hyphens as one, Arabic ones without the article, and numbers of symbols."""
    runs = list(scan(title))
    for piece in pieces(runs, ()):
        written = title[piece.start : piece.end]
        if piece.word:
            yield TitleWord(piece.word, written)
        if piece.word.startswith(_ARTICLE) and written.startswith(_ARTICLE) and len(piece.word) > len(_ARTICLE) + 1:
            yield TitleWord(piece.word.removeprefix(_ARTICLE), written.removeprefix(_ARTICLE))
        yield from (TitleWord(other[1:], other[1:]) for other in sorted(piece.others) if other[1:].isdecimal())
    for run in runs:
        joined = fold(run.text)[:LONGEST_WORD] if run.kind is RunKind.JOINED else ""
        if joined.isalnum():
            yield TitleWord(joined, title[run.start : run.end])


def title_tokens(title: str) -> set[str]:
    """Return the tokens for the beginnings and the endings of the words of *title*."""
    words = {each.word for each in words_of(title)}
    return {BEGINNING + word for word in words} | {ENDING + word[::-1] for word in words}


def like(word: str, letters: int = 2) -> Alternatives:
    """Return what finds the titles with a word that begins or ends with the same *letters* as *word*, which is folded."""
    return [[Beginning(BEGINNING + word[:letters])], [Beginning(ENDING + word[: -letters - 1 : -1])]]


def typed_words(text: str) -> list[Alternatives]:
    """Return what a title must hold to be suggested for *text*: the words typed, the last one at least as a beginning.

    Too little to suggest anything is []. A last letter that has only begun a word is left out.
    """
    before, _space, last = text.rpartition(" ")
    unfinished = fold(last)
    if _UNFINISHED_SYMBOL.fullmatch(unfinished):
        symbol = Beginning(BEGINNING + re.sub("[()]", "", unfinished)[:LONGEST_WORD])
        return [*([[BEGINNING + word]] for word in _words(before)), [[symbol]]]
    words = _words(text)
    if not words:
        return []
    *before_it, word = words
    if len(word) < SHORTEST and not _is_character(text):
        return [[[BEGINNING + each]] for each in before_it]
    return [*([[BEGINNING + each]] for each in before_it), [[Beginning(BEGINNING + word)]]]


def _words(text: str) -> list[str]:
    """Return the words of *text*, each once, the last one last."""
    words = [piece.word for piece in pieces(list(scan(text)), ()) if piece.word]
    return list(dict.fromkeys(reversed(words)))[::-1]


def _is_character(text: str) -> bool:
    """Return whether *text* ends with a character of a script without spaces."""
    kinds = [run.kind for run in scan(text) if run.kind in {RunKind.WORD, RunKind.CHARACTERS, RunKind.SYMBOL}]
    return kinds[-1:] == [RunKind.CHARACTERS]
