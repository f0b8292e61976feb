"""The six languages of the portal: their codes in addresses and JSON, their native names, and the fallback rule."""

from collections.abc import Mapping

from django.utils import translation

# Codes used in addresses, JSON and column names, in the order of the language switch.
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
# Django uses another code for Simplified Chinese.
_DJANGO_CODES = {"zh": "zh-hans"}


def django_code(language: str) -> str:
    """Return the code that Django uses for its translations into *language*."""
    return _DJANGO_CODES.get(language, language)


def active() -> str:
    """Return the portal's code of the language that Django's translations are in now."""
    code = (translation.get_language() or DEFAULT).split("-")[0]
    return code if code in CODES else DEFAULT


def direction(language: str) -> str:
    """Return "rtl" or "ltr", the value of the HTML attribute ``dir`` for text in *language*."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def comma(language: str) -> str:
    """Return the separator between the parts of a place or a list in *language*."""
    return {"ar": "، ", "zh": "，"}.get(language, ", ")


def pick(texts: Mapping[str, str] | None, language: str, original: str = DEFAULT) -> tuple[str, str]:
    """Return (text, code of its language) for a reader of *language*.

    *texts* maps language codes to text. A missing text falls back to the *original* language, then to English,
    then to any language. Returns ("", "") where there is no text.
    """
    if not texts:
        return "", ""
    for code in (language, original, DEFAULT):
        if texts.get(code):
            return texts[code], code
    return next(((text, code) for code, text in texts.items() if text), ("", ""))
