"""Where the terms of a search are in a text: a snippet of it, or the whole of a title, with the words that match.

Both are pieces of the original text, each with whether it is highlighted. Templates write the marks.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ctportal.search.analysis import Piece, pieces
from ctportal.search.parsing import Term
from ctportal.search.scanning import CJK, HIDDEN, SEPARATORS, fold_all, scan
from ctportal.search.stems import latin_languages

LOOKED_AT = 100_000  # characters of a text, from its beginning
CUT = "…"
_BETWEEN = "\n.\n"  # put between parts of a text that are no neighbours
_INSIDE = re.compile(f"(?![{CJK}])[\\w{HIDDEN}]")  # a character of a word whose next may not be cut off
_WORD = re.compile(r"\w")
_SPACE = re.compile(r"\s")
_CJK = re.compile(f"[{CJK}]")
_NEIGHBOURS = re.compile(f"[{CJK}{HIDDEN}]{{0,3}}")
_ARABIC = re.compile("[\u0600-\u06ff]")
_INSIDE_WORDS = re.compile(f"[\u0600-\u06ff{CJK}]")  # scripts in which what is looked for may begin inside a word

_ALPHABETS = (
    *range(0x30, 0x250),
    *range(0x370, 0x700),
    *range(0x1E00, 0x1F00),
    *range(0xF900, 0xFB07),
    *range(0xFB50, 0xFE00),
    *range(0xFE70, 0xFFF0),
)


def _forms() -> tuple[dict[str, str], str]:
    """Return {folded letter: the letters that are folded into it}, and the letters that are folded into several."""
    letters = [chr(code) for code in _ALPHABETS if chr(code).isalnum()]
    forms: dict[str, str] = defaultdict(str)
    several = ""
    for letter, folded in zip(letters, fold_all(letters), strict=True):
        if len(folded) == 1:
            forms[folded] += letter
        else:
            several += letter
    return dict(forms), several


_FORMS, _SEVERAL = _forms()
_JAMO = r"[\u1160-\u11ff\uff9e\uff9f]*[^\w\s]*"  # letters of a Hangul syllable but the first, and marks of kana of half width
_DIGITS = "".join(_FORMS[str(digit)] for digit in range(10))

# Arabic plurals have these between the letters of their singular: اسلحة and سلاح, قواعد and قاعدة. Tatweel is no letter.
_LONGEST_SINGULAR = 4  # letters of one that is made of its plural
_STRETCHED = "ـ" + _FORMS["ا"] + _FORMS["و"]

Marked = list[tuple[str, bool]]
Words = tuple[str, ...]


class _Hit(NamedTuple):
    start: int
    end: int
    term: int


class _Part(NamedTuple):
    """Where a part of the text that is analysed begins, in it and in the original."""

    start: int
    original: int


class Highlighted(NamedTuple):
    """*pieces* of a text, and how many of the terms are highlighted in them."""

    pieces: Marked
    shown: int


class Highlighter:
    """Highlights *terms* in any number of texts."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = terms
        self._single: dict[str, list[int]] = defaultdict(list)
        self._phrases: dict[str, list[tuple[Words, int]]] = defaultdict(list)
        for number, term in enumerate(terms):
            for alternative in term.alternatives:
                if len(alternative) == 1:
                    self._single[alternative[0]].append(number)
                else:
                    self._phrases[alternative[0]].append((alternative, number))
        wanted = {token.removeprefix("~") for term in terms for words in term.alternatives for token in words}
        # What is told by a symbol is looked for in the whole text, since symbols have many forms.
        self._beginnings = None if any("/" in token for token in wanted) else re.compile(_pattern(wanted))

    def snippet(self, text: str, language: str, length: int = 240) -> Highlighted:
        """Return at most *length* characters of *text*, from where most of the terms are together, the first such place.

        The first and last piece is CUT, not highlighted, where *text* goes on before or after. Without a match it is the beginning
        of the text. Of a long text, only the first 100,000 characters are looked at.
        """
        looked_at = text[:LOOKED_AT]
        hits = self._hits(looked_at, language)
        start, end = _window(looked_at, hits, length)
        before = [(CUT, False)] if looked_at[:start].strip() else []
        after = [(CUT, False)] if looked_at[end:].strip() or text[LOOKED_AT : LOOKED_AT + 1_000].strip() else []
        found = _marked(looked_at, hits, start, end)
        return found._replace(pieces=before + found.pieces + after)

    def highlight(self, text: str, language: str) -> Highlighted:
        """Return the whole of *text*, a short one such as a title. Joined, the pieces are *text*."""
        return _marked(text, self._hits(text, language), 0, len(text))

    def _hits(self, text: str, language: str) -> list[_Hit]:
        """Return where the terms are, in the order of the text."""
        if not self.terms:
            return []
        analysed, parts = _reduced(text, self._beginnings) if self._beginnings else (text, [_Part(0, 0)])
        found = [*pieces(list(scan(analysed)), latin_languages(language))] if analysed else []
        hits = {
            (piece, number)
            for piece in found
            for token in (piece.word, *piece.others)
            for number in self._single.get(token, ())
        }
        if self._phrases:
            hits |= _phrases(analysed, [piece for piece in found if piece.word], self._phrases)
        starts = [part.start for part in parts]

        def original(position: int) -> int:
            part = parts[bisect_right(starts, position) - 1]
            return part.original + position - part.start

        return sorted({_Hit(original(piece.start), original(piece.end - 1) + 1, number) for piece, number in hits})


def _phrases(analysed: str, words: list[Piece], phrases: dict[str, list[tuple[Words, int]]]) -> set[tuple[Piece, int]]:
    """Return (word, number of the term) of each word of a phrase. Parts that are no neighbours have none together."""
    hits = set()
    # Up to which word each phrase has been found: in a text of one word it begins everywhere.
    ends: dict[Words, int] = {}
    for place, first in enumerate(words):
        for phrase, number in phrases.get(first.word, ()):
            end = place + len(phrase)
            is_found = tuple(piece.word for piece in words[place:end]) == phrase
            if is_found and _BETWEEN not in analysed[first.start : words[end - 1].end]:
                hits |= {(piece, number) for piece in words[max(place, ends.get(phrase, 0)) : end]}
                ends[phrase] = end
    return hits


def _reduced(text: str, beginnings: re.Pattern[str]) -> tuple[str, list[_Part]]:
    """Return the parts of *text* (between spaces, of Chinese a few characters) in which a word has one of *beginnings*, as one text,
    and where they are. To analyse all of it takes five times as long."""
    kept: list[str] = []
    parts: list[_Part] = []
    position = end = 0
    spaced = _SPACE.sub(" ", text)
    for found in beginnings.finditer(text):
        if found.start() < end:
            continue
        if _CJK.match(found[0]):
            start, stop = found.start() - (found.start() > 0), _after(text, found.end())
        else:
            start, stop = spaced.rfind(" ", end, found.start()) + 1, spaced.find(" ", found.end())
            stop = stop if stop >= 0 else len(text)
        start = max(start, end)
        gap = text[end:start]
        if not kept or _WORD.search(gap):
            gap = _BETWEEN
        kept += [gap, text[start:stop]]
        parts.append(_Part(position + len(gap), start))
        position += len(gap) + stop - start
        end = stop
    return "".join(kept), parts


def _after(text: str, position: int) -> int:
    neighbours = _NEIGHBOURS.match(text, position)
    return neighbours.end() if neighbours else position


def _pattern(wanted: set[str]) -> str:
    """Return a pattern of where in a text a word begins as one of *wanted* does. Arabic stems begin inside words, pairs anywhere."""
    beginnings = {f"(?<=[{_SEVERAL}])"}
    firsts = _SEVERAL
    for token in {_beginning(token) for token in wanted}:
        letters = [_DIGITS if letter.isdecimal() else _written(letter) for letter in token]
        firsts += letters[0]
        border = "" if _INSIDE_WORDS.match(token) else rf"(?<![^\W{CJK}{SEPARATORS}][{letters[0]}])"
        rest = "".join(f"{_between(token)}[{letter}]" for letter in letters[1:])
        beginnings.add(f"(?<=[{letters[0]}]){border}{rest}")
    return f"[{firsts}](?:{'|'.join(sorted(beginnings))})"


def _between(token: str) -> str:
    """Return the pattern of what may stand between two letters of the beginning *token*."""
    if _ARABIC.match(token):
        return rf"(?:[^\w\s]|[{_STRETCHED}])*"
    return rf"[^\w\s]*{_JAMO if _CJK.match(token) else ''}"


def _written(letter: str) -> str:
    """Return what may stand in a text for *letter*, folded: its forms, and those of the letter that it is without its mark."""
    base = unicodedata.normalize("NFD", letter)[0]
    return "".join(re.escape(each) + _FORMS.get(each, "") for each in {letter: None, base: None})


def _beginning(token: str) -> str:
    """Return the first characters of *token* that a word with this stem has in any case: "tri" is the stem of "try"."""
    if _CJK.match(token):
        return token
    if token[0].isdigit():
        return token[0]
    if _ARABIC.match(token):
        # Most words have the article. The stem of يستخدم begins with است, too; a last hamza may be another in the text.
        without = "ا" if token.startswith("است") else "ال" if len(token) > _LONGEST_SINGULAR else ""
        return token.removeprefix(without)[:2].removesuffix("ء") or token
    return token[: max(1, min(3, len(token) // 2))]


def _window(text: str, hits: list[_Hit], length: int) -> tuple[int, int]:
    """Return where to begin and to end, at borders of words: at most *length* characters, with most terms, the earliest."""
    if len(text) <= length:
        return 0, len(text)
    first, last = _best([hit for hit in hits if hit.end - hit.start <= length] or hits, length)
    start = max(0, min(first - max(length - (last - first), 0) // 2, len(text) - length))
    while start < first and not _begins(text, start):
        start += 1
    end = cut = min(len(text), start + length)
    while end > max(last, start) and end < len(text) and not _ends(text, end):
        end -= 1
    return start, end if end > start else cut


def _begins(text: str, position: int) -> bool:
    """Return whether a word begins at *position* of *text*, or a character that is written without spaces."""
    return position == 0 or (_WORD.match(text, position) is not None and not _is_inside(text, position))


def _ends(text: str, position: int) -> bool:
    return (
        not text[position - 1].isspace()
        and _WORD.search(text, position - 1, position) is not None
        and not _is_inside(text, position)
    )


def _is_inside(text: str, position: int) -> bool:
    return _INSIDE.match(text, position - 1) is not None and _INSIDE.match(text, position) is not None


def _best(hits: list[_Hit], length: int) -> tuple[int, int]:
    """Return from where to where most different terms are within *length* characters; (0, 0) without hits."""
    best, most = (0, 0), 0
    counts: dict[int, int] = defaultdict(int)
    begin = 0
    for hit in hits:
        counts[hit.term] += 1
        while hit.end - hits[begin].start > length and hits[begin] is not hit:
            counts[hits[begin].term] -= 1
            if not counts[hits[begin].term]:
                del counts[hits[begin].term]
            begin += 1
        if len(counts) > most:
            most, best = len(counts), (hits[begin].start, hit.end)
    return best


def _marked(text: str, hits: list[_Hit], start: int, end: int) -> Highlighted:
    """Return *text* from *start* to *end* in pieces. Hits that overlap or touch are one."""
    inside = [hit for hit in hits if start <= hit.start and hit.end <= end]
    merged: list[list[int]] = []
    for hit in inside:
        if merged and hit.start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], hit.end)
        else:
            merged.append([hit.start, hit.end])
    marked: Marked = []
    position = start
    for first, last in merged:
        marked += [(text[position:first], False), (text[first:last], True)]
        position = last
    marked.append((text[position:end], False))
    return Highlighted([piece for piece in marked if piece[0]], len({hit.term for hit in inside}))
