"""Stems of Arabic words beside those of Snowball, which leaves an "and" before the article, and broken plurals as they are.

Light stemming is "light10" of Larkey, Ballesteros and Connell (2007). A broken plural has the consonants of its singular in
another pattern; the patterns here are the most frequent ones. Words are folded: no marks, one form of hamza, ه for ة.
"""

import re
from collections.abc import Iterator

_ARTICLES = ("وال", "بال", "كال", "فال", "ال", "لل")
_AND, _LETTERS_AFTER_AND, _LETTERS_LEFT = "و", 3, 2
_ENDINGS = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
_PRONOUNS = ("ها", "هم", "هما", "ه")  # the ending ة is written ت before them
_PLURALS = (
    (re.compile("ا?(..)ا(.)"), r"\1\2"),  # رجال of رجل, اعمال of عمل
    (re.compile("ا([^ا])([^ا])([^ا])"), r"\1\2\3"),  # اسلحه, with سلاح by the pattern above
    (re.compile(r"(.)(.)و\2"), r"\1\2"),  # حقوق of حق
    (re.compile("(..)و(.)"), r"\1\2"),  # شعوب of شعب
    (re.compile("(..)ا[يئ](.)"), r"\1ي\2"),  # وسائل of وسيله
    (re.compile("م(.)ا(..)"), r"م\1\2"),  # مجالس of مجلس
    (re.compile("(.)وا(..)"), r"\1ا\2"),  # قواعد of قاعده
)


def stems(folded: str) -> frozenset[str]:
    """Return the stems of the Arabic word *folded*. One that begins with و may have an "and" before it or not."""
    return frozenset(stem for word in _without_beginning(folded) for stem in _stems(word))


def _without_beginning(word: str) -> list[str]:
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= _LETTERS_LEFT:
            return [word[len(article) :]]
    return [word, word[1:]] if word.startswith(_AND) and len(word) > _LETTERS_AFTER_AND else [word]


def _stems(word: str) -> Iterator[str]:
    light = _without_endings(word)
    yield light
    for pronoun in _PRONOUNS:
        if word.endswith("ت" + pronoun) and len(word) - len(pronoun) > _LETTERS_AFTER_AND:
            yield word[: -len(pronoun) - 1]
    for plural, singular in _PLURALS:
        if match := plural.fullmatch(light):
            yield match.expand(singular)
            return


def _without_endings(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LETTERS_LEFT:
            word = word[: -len(ending)]
    return word
