"""Where the words of a text begin and end: runs of letters, of Chinese characters, and UN symbols.

Positions are those of the original text, with all its marks, accents and invisible characters.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from ctportal.core.folding import INVISIBLE, fold
from ctportal.core.symbols import find_symbols

_ALPHABETS = (*range(0x300, 0x3100), *range(0xA660, 0xAC00), *range(0xFB1E, 0xFE30))
_MARKS = "".join(chr(code) for code in _ALPHABETS if unicodedata.category(chr(code)).startswith("M"))
HIDDEN = _MARKS + INVISIBLE  # parts of a word that are no letters
# Scripts that are written without spaces, or are searched in pairs of characters as these: Han, kana, Hangul.
CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3040-\u309a\u309d-\u30fa\u30fc-\u318f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    "\U00020000-\U0003ffff"
)
SEPARATORS = "_ʼʻʹˈ"  # no letters, though Unicode has them among these
_RUN = re.compile(rf"\w+(?:[{HIDDEN}]+\w+)*[{_MARKS}]*")
_MIXED = re.compile(f"[{CJK}{SEPARATORS}]")
_PART = re.compile(f"(?P<characters>[{CJK}][{CJK}{HIDDEN}]*)|[^{CJK}{SEPARATORS}]+")
_IDEOGRAPHS = re.compile("[\u4e00-\u9fff]+")  # folded already
# A syllable of Hangul in its letters, or a character with its marks.
_CHARACTER = re.compile(f"(?:[\u1100-\u115f]+[\u1160-\u11a7]+[\u11a8-\u11ff]*|.)[{HIDDEN}\uff9e\uff9f]*", re.DOTALL)
_HYPHENS = frozenset("-‐‑")
_GROUPING = frozenset(".,'’٬ \u00a0\u2009\u202f")  # between the thousands of a number
_JOINING = _HYPHENS | _GROUPING
_LONGEST_CHAIN = 4
# "A/RES/217 A (III)", as the resolution itself writes it; its normal form is A/RES/217 (III) A.
_LETTER_FIRST = re.compile(
    r"(/(?:RES|DEC)/[1-9][0-9]{0,5} )([A-Z](?:-[A-Z])?)( ?)(\((?:E?S-)?[IVXLC]{1,8}\))", re.IGNORECASE
)


class RunKind(Enum):
    """What a run is; JOINED and NAMED_SYMBOL lie over runs of words."""

    WORD = "word"
    CHARACTERS = "characters"  # Han, kana, Hangul
    SYMBOL = "symbol"
    JOINED = "joined"  # words with hyphens, or a number in groups of three digits, as one word
    NAMED_SYMBOL = "named symbol"  # "Security Council resolution 2396"


class TextRun(NamedTuple):
    """A part of a text from *start* to *end*. *text* is what stands there, of a symbol its normal forms by spaces."""

    start: int
    end: int
    kind: RunKind
    text: str


def scan(text: str) -> Iterator[TextRun]:
    """Yield the runs of *text* in the order of their starts; what lies over others comes before or after these."""
    position = 0
    for symbol in find_symbols(session_first(text)):
        if symbol.is_in_words:
            yield TextRun(symbol.start, symbol.end, RunKind.NAMED_SYMBOL, " ".join(symbol.parts))
        elif symbol.start >= position:
            yield from _with_joined(text, _words(text, position, symbol.start))
            yield TextRun(symbol.start, symbol.end, RunKind.SYMBOL, " ".join(symbol.parts))
            position = symbol.end
    yield from _with_joined(text, _words(text, position, len(text)))


def session_first(text: str) -> str:
    """Return *text* with the session of old resolutions before their letter, as in the normal form. Its length stays the same."""
    return _LETTER_FIRST.sub(r"\1\4\3\2", text)


def characters(run: TextRun) -> list[tuple[int, int, str]]:
    """Return (start, end, folded) of each character of *run*, which is of the kind CHARACTERS."""
    if _IDEOGRAPHS.fullmatch(run.text):
        return [(at, at + 1, character) for at, character in enumerate(run.text, run.start)]
    found = [(match.start() + run.start, match.end() + run.start, match[0]) for match in _CHARACTER.finditer(run.text)]
    folded = fold_all([text for _, _, text in found])
    return [(start, end, text) for (start, end, _), text in zip(found, folded, strict=True) if text]


def fold_all(texts: list[str]) -> list[str]:
    """Return *texts*, parts of runs, each folded; in one step, which is several times faster."""
    return fold("\x01".join(texts)).split("\x01") if texts else []


def _words(text: str, start: int, end: int) -> Iterator[TextRun]:
    word = RunKind.WORD
    is_mixed = _MIXED.search(text, start, end) is not None
    for found in _RUN.finditer(text, start, end):
        if not is_mixed:
            yield TextRun(found.start(), found.end(), word, found[0])
            continue
        for part in _PART.finditer(text, *found.span()):
            kind = RunKind.CHARACTERS if part["characters"] else RunKind.WORD
            yield TextRun(*part.span(), kind, part[0])


def _with_joined(text: str, words: Iterator[TextRun]) -> Iterator[TextRun]:
    chain: list[TextRun] = []
    for run in words:
        if chain and not _are_joined(text, chain[-1], run):
            yield from _joined(chain)
            chain = []
        chain.append(run)
        yield run
    yield from _joined(chain)


def _are_joined(text: str, before: TextRun, run: TextRun) -> bool:
    if run.start != before.end + 1 or run.kind is RunKind.CHARACTERS or before.kind is RunKind.CHARACTERS:
        return False
    sign = text[before.end]
    if sign not in _JOINING:
        return False
    are_numbers = run.text.isdecimal() and before.text.isdecimal()
    if are_numbers:
        return sign in _GROUPING and len(run.text) == 3 and len(before.text) <= 3
    return sign in _HYPHENS


def _joined(chain: list[TextRun]) -> Iterator[TextRun]:
    if 2 <= len(chain) <= _LONGEST_CHAIN:
        yield TextRun(chain[0].start, chain[-1].end, RunKind.JOINED, "".join(run.text for run in chain))
