"""The six languages of the portal: their codes in addresses and JSON, their own names, and the one rule of fallback."""

from collections.abc import Mapping

# Codes as they stand in addresses, JSON and columns, in the order of the language switch.
LANGUAGES = {
    "ar": "العربية",
    "zh": "中文",
    "en": "English",
    "fr": "Français",
    "ru": "Русский",
    "es": "Español",
}
CODES = tuple(LANGUAGES)
CHOICES = list(LANGUAGES.items())
DEFAULT = "en"
RIGHT_TO_LEFT = frozenset({"ar"})

# Babel's locale for each language.
LOCALES = {"ar": "ar", "zh": "zh_Hans", "en": "en_GB", "fr": "fr", "ru": "ru", "es": "es"}
# Django names its Simplified Chinese catalogue differently.
_DJANGO_CODES = {"zh": "zh-hans"}


def django_code(language: str) -> str:
    """Return the code under which Django keeps its translations into *language*."""
    return _DJANGO_CODES.get(language, language)


def direction(language: str) -> str:
    """Return "rtl" or "ltr", the value of the HTML attribute ``dir`` for text in *language*."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def pick(texts: Mapping[str, str] | None, language: str, original: str = DEFAULT) -> tuple[str, str]:
    """Return (text, code of its language) for a reader of *language*.

    *texts* maps language codes to text. What is missing falls back to the *original* language, then to English,
    then to whatever there is; ("", "") when there is nothing at all.
    """
    if not texts:
        return "", ""
    for code in (language, original, DEFAULT):
        if texts.get(code):
            return texts[code], code
    return next(((text, code) for code, text in texts.items() if text), ("", ""))
