"""Stems of words by Snowball, by the script of a word and the language of its text."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import Stemmer

from ctportal.search import arabic
from ctportal.search.scanning import fold_all

_ALGORITHMS = {"ar": "arabic", "en": "english", "fr": "french", "ru": "russian", "es": "spanish"}
LATIN = ("en", "fr", "es")
_SCRIPT = re.compile("(?P<latin>[a-z])|(?P<cyrillic>[\u0400-\u052f])|(?P<arabic>[\u0621-\u06d3])")
_SHORTEST = 3  # letters of a word that may have a stem; in Arabic, vowels are not written
_SHORTEST_ARABIC = 2


class Forms(NamedTuple):
    """A word in small letters with its accents, and folded."""

    lower: str
    folded: str


def latin_languages(language: str) -> tuple[str, ...]:
    """Return the languages by which Latin words in a text in *language* are stemmed: its own, or else English."""
    return (language,) if language in LATIN else ("en",)


def stems(words: Iterable[Forms], latin: tuple[str, ...]) -> dict[Forms, frozenset[str]]:
    """Return the folded stems of each of *words*. Latin words are stemmed by each language of *latin*.

    A word is stemmed with its accents and without, since readers leave them out.
    """
    by_language: dict[str, list[Forms]] = defaultdict(list)
    words = list(words)
    for word in words:
        for language in _languages(word.folded, latin):
            by_language[language].append(word)
    found: dict[Forms, set[str]] = {word: set() for word in words}
    for language, its_words in by_language.items():
        # Of its own for each call: it remembers nothing of the texts, and threads cannot meet in it.
        stemmer = Stemmer.Stemmer(_ALGORITHMS[language], 0)
        accented = [word for word in its_words if word.lower != word.folded]
        for word, stem in zip(accented, fold_all(stemmer.stemWords([word.lower for word in accented])), strict=True):
            found[word].add(stem)
        plain = [_in_usual_form(word.folded, language) for word in its_words]
        for word, stem in zip(its_words, fold_all(stemmer.stemWords(plain)), strict=True):
            found[word].add(stem)
        if language == "ar":
            for word in its_words:
                found[word] |= arabic.stems(word.folded)
    return {word: frozenset(filter(None, its_stems)) for word, its_stems in found.items()}


def _languages(folded: str, latin: tuple[str, ...]) -> tuple[str, ...]:
    script = _SCRIPT.search(folded)
    kind = script.lastgroup if script else None
    if len(folded) < (_SHORTEST_ARABIC if kind == "arabic" else _SHORTEST):
        return ()
    return {"latin": latin, "cyrillic": ("ru",), "arabic": ("ar",), None: ()}[kind]


def _in_usual_form(folded: str, language: str) -> str:
    """Return *folded* in the form by which Spanish knows two endings: -ción, of which the plural has no accent, and -dad, whose
    plural -dades it takes for another word."""
    if language == "es" and folded.endswith("ion"):
        return folded[:-3] + "ión"
    if language == "es" and folded.endswith("dades"):
        return folded[:-2]
    return folded
