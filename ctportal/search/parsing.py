"""From what a reader types to a query: the terms that must match, those that may not, and filters.

``border -draft "peace and security" kind:press_release`` asks for a word, without another, for a phrase, in one kind.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from ctportal.core.folding import SIGNS, fold
from ctportal.core.search_text import MAX_WORDS, shorten
from ctportal.search.analysis import pieces, whole
from ctportal.search.scanning import RunKind, TextRun, characters, scan, session_first
from ctportal.search.stems import LATIN

FILTERS = ("kind", "country", "year", "person", "series", "language", "theme")
# One sign for another, so that positions stay. Dashes of typography exclude nothing: they stand between words.
_SYNTAX_SIGNS = {sign: '"' for sign, plain in SIGNS.items() if plain == '"'} | str.maketrans("＂：－−", '":--')
_SYNTAX = re.compile(
    rf'(?<!\S)(?P<name>{"|".join(FILTERS)}):(?:"(?P<quoted>[^"]*)"?|(?P<value>[^\s"]*))|'
    r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))',
    re.IGNORECASE,
)
# What an apostrophe separates from a word in French and English, and Russian names.
_ELIDED = frozenset(
    [
        "c",
        "d",
        "j",
        "l",
        "m",
        "n",
        "s",
        "t",
        "qu",
        "jusqu",
        "lorsqu",
        "puisqu",
        "quoiqu",
        "presqu",
        "ll",
        "re",
        "ve",
        "д",
        "л",
    ]
)
# Words that only connect others. Outside of quotation marks they are not looked for. Left out are those that are spelt as a
# word with a meaning, in these languages or folded: on, or, un, au, sur, sin, على.
_FUNCTION_WORDS = frozenset([
    *("a", "an", "and", "at", "by", "for", "from", "in", "of", "the", "to", "with"),
    *("aux", "avec", "dans", "de", "des", "du", "et", "la", "le", "les", "par", "pour", "une"),
    *("con", "del", "el", "en", "las", "los", "para", "por", "una", "y"),
    *("в", "во", "для", "из", "и", "к", "ко", "на", "о", "об", "от", "по", "с", "со"),
    *("في", "من", "الي", "عن", "مع", "و"),
])  # fmt: skip
_APOSTROPHES = frozenset(chr(sign) for sign, plain in SIGNS.items() if plain == "'") | {"'", "＇"}
_LONGEST_WORD_OF_PAIRS = 4  # Chinese characters that are looked for in a row; of more, each two
_COVERS = (RunKind.JOINED, RunKind.NAMED_SYMBOL)

Words = tuple[str, ...]


class Term(NamedTuple):
    """What a text must hold, or may not. *text* is as it was typed.

    Any of *alternatives* matches: several words in a row (``Tokens.words``), or one token wherever it is.
    """

    text: str
    alternatives: tuple[Words, ...]


class Query(NamedTuple):
    """A search: all of *terms* must match and none of *excluded*; *filters* are pairs of a name of FILTERS and a value.

    *text* is what was used; it was longer where *is_shortened*. *whole* is the token of a text that is just what was typed,
    without filters and exclusions; "" where nothing is left.
    """

    text: str
    is_shortened: bool
    terms: tuple[Term, ...]
    excluded: tuple[Term, ...]
    filters: tuple[tuple[str, str], ...]
    whole: str


class _Typed(NamedTuple):
    """A part of a search between spaces or quotation marks, with its runs, and those that lie over them."""

    text: str
    runs: list[TextRun]
    covers: list[TextRun]
    is_phrase: bool


def parse(text: str) -> Query:
    """Return the Query that *text* asks. Whatever is typed is one; it has no terms where there are no words in it."""
    used, is_shortened = shorten(text)
    ordered = session_first(used)
    runs = list(scan(ordered))
    terms: dict[tuple[Words, ...], Term] = {}
    excluded: dict[tuple[Words, ...], Term] = {}
    filters: dict[tuple[str, str], None] = {}
    looked_for = []
    for found in _SYNTAX.finditer(ordered.translate(_SYNTAX_SIGNS)):
        if found["name"]:
            group = "value" if found["quoted"] is None else "quoted"
            if value := ordered[slice(*found.span(group))].strip():
                filters[found["name"].lower(), value] = None
            else:
                looked_for.append(found["name"])  # only in a title
            continue
        start, end = found.span("word" if found["phrase"] is None else "phrase")
        typed = _typed(ordered, runs, start, end, is_phrase=found["phrase"] is not None)
        into, made = (excluded, _excluded(typed)) if found["minus"] else (terms, _terms(typed))
        if not found["minus"]:
            looked_for.append(typed.text)
        for term in made:
            if len(terms) + len(excluded) == MAX_WORDS and term.alternatives not in into:
                # Text without spaces, which has more terms than words between spaces.
                shorter = used[: found.start()].rstrip() or used
                found_terms = _with_meaning(terms.values())
                return Query(
                    shorter, True, found_terms, (*excluded.values(),), (*filters,), whole(" ".join(looked_for))
                )
            into.setdefault(term.alternatives, term)
    found_terms = _with_meaning(terms.values())
    return Query(used, is_shortened, found_terms, (*excluded.values(),), (*filters,), whole(" ".join(looked_for)))


def _with_meaning(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Return *terms* without function words, unless there are no others. Phrases of several words keep them."""
    terms = tuple(terms)
    return tuple(term for term in terms if not _connects(term.alternatives[0])) or terms


def _connects(words: Words) -> bool:
    return len(words) == 1 and words[0] in _FUNCTION_WORDS


def single_words(text: str) -> Iterator[TextRun]:
    """Yield the words of *text*, that of a ``Query``, that are neither in a phrase, nor excluded, nor in a filter."""
    runs = list(scan(text))
    for found in _SYNTAX.finditer(text.translate(_SYNTAX_SIGNS)):
        if found["word"] is not None and not found["minus"]:
            typed = _typed(text, runs, *found.span("word"), is_phrase=False)
            yield from (run for run in _without_elisions(typed) if run.kind is RunKind.WORD)


def without_filters(text: str) -> str:
    """Return *text*, that of a ``Query``, without its filters: what stands in the box once these are chosen."""
    kept, end = [], 0
    for found in _SYNTAX.finditer(text.translate(_SYNTAX_SIGNS)):
        group = "value" if found["quoted"] is None else "quoted"
        if found["name"] and text[slice(*found.span(group))].strip():
            kept.append(text[end : found.start()])
            end = found.end()
    return " ".join(" ".join([*kept, text[end:]]).split())


def _typed(text: str, runs: list[TextRun], start: int, end: int, *, is_phrase: bool) -> _Typed:
    inside = [run for run in runs if start <= run.start and run.end <= end and run.kind not in _COVERS]
    covers = [run for run in runs if run.kind in _COVERS and any(_covers(run, each) for each in inside)]
    return _Typed(text[start:end].strip(), inside, covers, is_phrase)


def _covers(cover: TextRun, run: TextRun) -> bool:
    return cover.start <= run.start and run.end <= cover.end


def _terms(typed: _Typed) -> Iterator[Term]:
    if typed.is_phrase:
        yield from _phrase(typed)
        return
    runs = _without_elisions(typed)
    if len(runs) > 1 and all(run.text.isdecimal() for run in runs):  # 12.10.2019, 1.5, 72/284
        words = _words(runs)
        together = [(f"~{'/'.join(words)}",)] if "/" in typed.text else []
        yield _term(typed.text, [words, *together, *_by_covers(typed.covers)])
        return
    for run in runs:
        covered = _by_covers([cover for cover in typed.covers if _covers(cover, run)])
        if run.kind is RunKind.CHARACTERS:
            yield from _characters(run)
        elif run.kind is RunKind.SYMBOL:
            for word in _words([run]):
                yield _term(word, [(word,), (f"~{word}",)])
        elif alternatives := _alternatives(run):
            yield _term(run.text, [*alternatives, *covered])


def _phrase(typed: _Typed) -> Iterator[Term]:
    """Yield the words of *typed* in their order, of a long phrase MAX_WORDS in a row: nothing repeated is looked for twice.

    A single Chinese character at an end may be part of a pair: it stands alone.
    """
    runs = list(typed.runs)
    alone = []
    for place in (0, -1):
        if runs and runs[place].kind is RunKind.CHARACTERS and len(characters(runs[place])) == 1:
            alone.append(runs.pop(place))
    words = _words(runs)
    if len(words) > MAX_WORDS:
        for start in range(0, len(words), MAX_WORDS):
            yield _term(typed.text, [words[start : start + MAX_WORDS]])
    elif words:
        over_all = [cover for cover in typed.covers if _covers(cover, runs[0]) and _covers(cover, runs[-1])]
        symbol = [(f"~{words[0]}",)] if len(runs) == 1 and runs[0].kind is RunKind.SYMBOL else []
        yield _term(typed.text, [words, *symbol, *_by_covers(over_all, with_stems=False)])
    for run in alone:
        yield from _characters(run)


def _excluded(typed: _Typed) -> Iterator[Term]:
    """Yield one term for all words of *typed* in a row: -counter-terrorism excludes neither "counter" nor "terrorism"."""
    runs = typed.runs if typed.is_phrase else _without_elisions(typed)
    if len(runs) == 1 and not typed.is_phrase and runs[0].kind is RunKind.WORD:
        alternatives = _alternatives(runs[0])
    elif len(runs) == 1 and runs[0].kind is RunKind.CHARACTERS and len(characters(runs[0])) == 1:
        alternatives = [(f"~{characters(runs[0])[0][2]}",)]
    else:
        alternatives = [words[:MAX_WORDS]] if (words := _words(runs)) else []
    if alternatives:
        yield _term(typed.text, alternatives)


def _term(text: str, alternatives: list[Words]) -> Term:
    return Term(text, tuple(dict.fromkeys(alternatives)))


def _words(runs: list[TextRun]) -> Words:
    return tuple(piece.word for piece in pieces(runs, LATIN) if piece.word)


def _alternatives(run: TextRun) -> list[Words]:
    """Return what matches the word *run*: itself, a part of a symbol, and its stems in all languages of its script."""
    found = list(pieces([run], LATIN))
    words = tuple(piece.word for piece in found)
    if len(words) != 1:
        return [words] if words else []
    part = [(f"~{words[0]}",)] if words[0].isascii() else []
    return [words, *part, *((stem,) for stem in sorted(found[0].others))]


def _by_covers(covers: list[TextRun], *, with_stems: bool = True) -> list[Words]:
    """Return what matches in place of each word under *covers*: "counterterrorism", or S/RES/2396 for a resolution in words."""
    found: list[Words] = []
    for cover in covers:
        for piece in pieces([cover], LATIN):
            tokens = sorted(piece.others)
            if cover.kind is RunKind.JOINED:
                word = fold(cover.text)
                found.append((word,))
                tokens = tokens if with_stems else [f"~{word}"]
            else:
                found += [(token[1:],) for token in tokens]
            found += [(token,) for token in tokens]
    return found


def _characters(run: TextRun) -> Iterator[Term]:
    found = characters(run)
    pairs = [(first[2] + second[2], first[0] - run.start, second[1] - run.start) for first, second in pairwise(found)]
    if len(found) == 1:
        yield _term(run.text, [(f"~{found[0][2]}",)])
    elif 2 <= len(found) <= _LONGEST_WORD_OF_PAIRS:
        yield _term(run.text, [tuple(pair for pair, _, _ in pairs)])
    elif found:
        for pair, start, end in dict.fromkeys([*pairs[::2], pairs[-1]]):
            yield _term(run.text[start:end], [(pair,)])


def _without_elisions(typed: _Typed) -> list[TextRun]:
    """Return the runs of *typed* without what stands before or after an apostrophe in "l'homme", "state's"."""
    if not _APOSTROPHES & set(typed.text):
        return typed.runs
    kept = [run for run in typed.runs if fold(run.text) not in _ELIDED]
    return kept if _words(kept) else typed.runs
