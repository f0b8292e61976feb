"""Where the terms of a search are in a text: a snippet of it, or the whole of a title, with the words that match.

Both return pieces of the original text, each with whether it is highlighted. Templates write the marks.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ctportal.search.analysis import Piece, pieces
from ctportal.search.parsing import Term
from ctportal.search.scanning import RunKind, TextRun, characters, scan
from ctportal.search.stems import latin_languages

LOOKED_AT = 100_000  # characters of a text, from its beginning
CUT = "…"

Marked = list[tuple[str, bool]]


class _Hit(NamedTuple):
    start: int
    end: int
    term: int


def snippet(text: str, language: str, terms: Sequence[Term], length: int = 240) -> Marked:
    """Return about *length* characters of *text*, where most of *terms* are together, the first such place.

    The first and last piece is CUT, not highlighted, where *text* goes on before or after. Without a match it is the beginning of the
    text. Of a long text, only the first 100,000 characters are looked at.
    """
    looked_at = text[:LOOKED_AT]
    runs = list(scan(looked_at))
    hits = _hits(runs, language, terms)
    start, end = _window(looked_at, runs, hits, length)
    shown = _marked(looked_at, hits, start, end)
    before = [(CUT, False)] if looked_at[:start].strip() else []
    after = [(CUT, False)] if looked_at[end:].strip() or text[LOOKED_AT : LOOKED_AT + 1_000].strip() else []
    return before + shown + after


def highlight(text: str, language: str, terms: Sequence[Term]) -> Marked:
    """Return the whole of *text*, a short one such as a title, with what matches *terms*. Joined, the pieces are *text*."""
    return _marked(text, _hits(list(scan(text)), language, terms), 0, len(text))


def _hits(runs: list[TextRun], language: str, terms: Sequence[Term]) -> list[_Hit]:
    """Return where *terms* are, in the order of the text."""
    single: dict[str, list[int]] = defaultdict(list)
    phrases: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
    for number, term in enumerate(terms):
        for alternative in term.alternatives:
            if len(alternative) == 1:
                single[alternative[0]].append(number)
            else:
                phrases[alternative[0]].append((alternative, number))
    if not terms:
        return []
    found = [*pieces(runs, latin_languages(language))]
    hits = {
        _Hit(each.start, each.end, number)
        for each in found
        for token in (each.word, *each.others)
        for number in single.get(token, ())
    }
    if phrases:
        hits |= _phrases([each for each in found if each.word], phrases)
    return sorted(hits)


def _phrases(words: list[Piece], phrases: dict[str, list[tuple[tuple[str, ...], int]]]) -> set[_Hit]:
    hits = set()
    for place, first in enumerate(words):
        for phrase, number in phrases.get(first.word, ()):
            matched = words[place : place + len(phrase)]
            if tuple(each.word for each in matched) == phrase:
                hits |= {_Hit(each.start, each.end, number) for each in matched}
    return hits


def _window(text: str, runs: list[TextRun], hits: list[_Hit], length: int) -> tuple[int, int]:
    """Return where to begin and to end, at borders of words: at most *length* characters, with most terms, the earliest."""
    if len(text) <= length:
        return 0, len(text)
    first, last = _best(hits, length)
    room = max(length - (last - first), 0)
    start = max(0, min(first - room // 2, len(text) - length))
    starts, ends = _borders(runs)
    if start:
        place = bisect_left(starts, start)
        start = starts[place] if place < len(starts) and starts[place] <= first else first
    end = min(len(text), start + length)
    if end < len(text):
        place = bisect_right(ends, end) - 1
        end = ends[place] if place >= 0 and ends[place] > start else end
    return start, end


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


def _borders(runs: list[TextRun]) -> tuple[list[int], list[int]]:
    """Return where words start and end, in order. Between Chinese characters is a border, too."""
    starts: set[int] = set()
    ends: set[int] = set()
    for run in runs:
        if run.kind is RunKind.CHARACTERS:
            starts.update(start for start, _, _ in characters(run))
            ends.update(end for _, end, _ in characters(run))
        elif run.kind in {RunKind.WORD, RunKind.SYMBOL}:
            starts.add(run.start)
            ends.add(run.end)
    return sorted(starts), sorted(ends)


def _marked(text: str, hits: list[_Hit], start: int, end: int) -> Marked:
    """Return *text* from *start* to *end* in pieces. Hits that overlap or touch are one."""
    merged: list[list[int]] = []
    for hit in hits:
        if start <= hit.start and hit.end <= end:
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
    return [piece for piece in marked if piece[0]]
