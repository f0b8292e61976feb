"""Texts of a page in the reader's language or the one they fall back to; numbers and file sizes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from babel import Locale
from babel.numbers import get_group_symbol
from babel.units import format_unit

from ctportal.core.languages import DEFAULT, LANGUAGES, LOCALES, direction, pick

_LOCALES = {code: Locale.parse(name) for code, name in LOCALES.items()}
_GROUP_SYMBOLS = {code: get_group_symbol(locale) for code, locale in _LOCALES.items()}


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """A text with the language it is in. It is false if the text is empty.

    ``str()`` gives the plain text, for attributes and structured data. A text is *foreign* if its language is not the
    page's; the template tag ``localized`` then marks it. *announced* means that the page has already named that
    language.
    """

    text: str
    language: str
    foreign: bool = False
    announced: bool = False

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def dir(self) -> str:
        return direction(self.language)

    @property
    def language_name(self) -> str:
        """The name of the text's language if the page has yet to name it, else ""."""
        return LANGUAGES[self.language] if self.foreign and not self.announced else ""


class LanguageContext:
    """Picks each text of a record in the language of the page, or in a fallback language.

    *original* is the original language of the record. *announced* holds the languages that the page has already named, so
    that one notice is enough.
    """

    __slots__ = ("announced", "language", "original")

    def __init__(self, language: str, original: str = DEFAULT, announced: tuple[str, ...] = ()) -> None:
        self.language, self.original, self.announced = language, original, announced

    def pick(self, texts: Mapping[str, str] | None) -> LocalizedText:
        """Return the text of the language object *texts*, {language: text}."""
        text, language = pick(texts, self.language, self.original)
        if not text or language == self.language:
            return LocalizedText(text, self.language)
        return LocalizedText(text, language, foreign=True, announced=language in self.announced)

    def own(self, text: str) -> LocalizedText:
        """Return *text*, one for all languages (a credit, a source, a room), as one in the original language, unless the
        page is in that or the text has no letters. Its language is not worth naming.
        """
        if self.language == self.original or not any(each.isalpha() for each in text):
            return LocalizedText(text, self.language)
        return LocalizedText(text, self.original, foreign=True, announced=True)

    def after(self, text: LocalizedText) -> "LanguageContext":
        """Return the context for the texts below *text*, in which its language counts as announced."""
        return LanguageContext(self.language, self.original, (*self.announced, text.language)) if text.foreign else self


def is_partial(data: Mapping[str, Any], language: str) -> bool:
    """Return whether the record with the public JSON *data* is only partly available in *language*."""
    return language in data["partial_languages"]


def texts_of_page(data: Mapping[str, Any], language: str) -> LanguageContext:
    """Return the context for the texts on the page of the record with the public JSON *data*. If it is only partly available
    in *language*, the notice on top of the page names the original language (``labels.language_notice``)."""
    original = data["original_language"]
    return LanguageContext(language, original, (original,) if is_partial(data, language) else ())


# The end of a sentence: a full stop before another word, after a word of three letters, a short one like "is", a number or a
# bracket; or another mark. So "U.N. Office", "г. Минск", "St. Petersburg" and "No. 3" are not cut.
_SENTENCE_END = re.compile(
    r"[。！？]+[”」』）]*|(?:[!?؟]+|(?:(?<=[^\W\d_]{3})|(?<=\b[a-z]{2})|(?<=[\d)\]»”\"’]))\.+)[)\]»”\"’]*(?=\s+[^\s\d])"
)


def first_sentence(text: LocalizedText) -> LocalizedText:
    """Return the first sentence of *text*, at most its first line. A sentence that cannot be told from the next brings it along."""
    line = text.text.strip().partition("\n")[0].rstrip()
    for end in _SENTENCE_END.finditer(line):
        if not line[end.end() :].lstrip()[:1].islower():
            return replace(text, text=line[: end.end()])
    return replace(text, text=line)


# Reads from left to right within words that read from the right: web and e-mail addresses, UN symbols, and telephone numbers,
# dates and the like, of seven signs or more. Of what is in Arabic figures, telephone numbers alone: ranges read from the right.
LEFT_TO_RIGHT = re.compile(
    r"(?:https?://|www\.)[^\s<>،؛]*[^\s<>،؛.,;:!?\]]|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|"
    r"\b[A-Z]{1,10}(?:/[A-Za-z0-9.()-]*[A-Za-z0-9)])+(?: \((?:[0-9IVXLC]+|[A-Z][a-z. ]{2,12}[0-9A-Z]{0,5})\))?"
    r"(?: [A-Z](?:-[A-Z])?\b(?! ?[A-Za-z]))?(?:/(?:Add|Corr|Rev)\.[0-9]{1,3}){0,3}\*{0,3}|"
    r"\+[٠-٩۰-۹][٠-٩۰-۹ \u00a0\u202f()./–-]{5,}[٠-٩۰-۹]|\+?\(?[0-9][0-9 \u00a0\u202f()./–-]{5,}[0-9]"
)


def by_direction(text: str) -> list[tuple[str, bool]]:
    """Return *text* in parts, each with whether it reads from left to right in any language."""
    parts, end = [], 0
    for found in LEFT_TO_RIGHT.finditer(text):
        parts += [(text[end : found.start()], False), (found[0], True)]
        end = found.end()
    return [part for part in [*parts, (text[end:], False)] if part[0]]


def number(value: int, language: str) -> str:
    """Return the whole number *value* as written in *language*: "1,000", "1 000"."""
    return f"{value:,}".replace(",", _GROUP_SYMBOLS[language])


_UNITS = ((1_000_000_000, "gigabyte"), (1_000_000, "megabyte"), (1_000, "kilobyte"), (1, "byte"))


def size(count: int, language: str) -> str:
    """Return *count* bytes as written in *language*, in units of 1000: "340 kB", "1,2 Mo"."""
    unit, name = next((each for each in _UNITS if count >= each[0]), _UNITS[-1])
    amount = round(count / unit, 1 if unit > 1 and count < 10 * unit else 0)
    return format_unit(amount, f"digital-{name}", length="short", locale=_LOCALES[language])


MEDIA_NAMES = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "text/html": "HTML",
}


def media_name(media_type: str) -> str:
    """Return the short name of a media type, such as "PDF"; the media type itself if it has none."""
    return MEDIA_NAMES.get(media_type, media_type)
