"""Text whose character set nobody declared: UTF-8, else the likeliest of three Windows code pages.

Cyrillic (1251), Western European (1252) and Arabic (1256) are told apart by which letters occur and how they follow each
other: Cyrillic read as Western is words of accented letters alone, Arabic read as Cyrillic has capitals behind small letters.
"""

import re
from collections.abc import Sequence

CYRILLIC, WESTERN, ARABIC = "cp1251", "cp1252", "cp1256"
FREQUENT = {  # the most frequent letters of each script, which count twice as much as the others
    CYRILLIC: frozenset("оеаинтсрвлкмОЕАИНТСРВЛКМ"),
    WESTERN: frozenset("éèàçêôâîëïöäüßñáíóúãåøæÉÀÖÄÜ"),
    ARABIC: frozenset("اليمنروتبةه"),
}
LETTERS = {
    CYRILLIC: re.compile(r"[А-яЁёІіЇїЄєЎўђЈјЉљЊњЋћЏџѓҐґ]"),
    WESTERN: re.compile(r"[À-ÖØ-öø-ÿŒœŠšŽž]"),
    ARABIC: re.compile(r"[ء-يگچپژکہںے]"),
}
UNLIKELY = {  # what hardly stands within a word
    CYRILLIC: re.compile(
        r"[а-яё][А-ЯЁ]|[А-ЯЁ]{2}[а-яё]|[A-Za-z][А-яЁё]|[А-яЁё][A-Za-z]|(?i:\b[бвгджзйклмнпрстфхцчшщ]{3,}\b)"
    ),
    WESTERN: re.compile(r"[À-ÖØ-Ýß-öø-ý]{2}|[a-zß-öø-ÿ][À-ÖØ-Þ]|[ß-öø-ÿ][A-Z]"),
    ARABIC: re.compile(r"[ء-ْ][A-Za-zÀ-ÿŒœ]|[A-Za-zÀ-ÿŒœ][ء-ْ]|[ء-ي][^\w\sً-ْ.,،؛؟:()«»\"'/-][ء-ي]"),
}


def decode_texts(values: Sequence[bytes], *, declared: bool = False) -> list[str]:
    """Return *values*, texts of one file, decoded: each that is UTF-8 as such, the others in one code page.

    These are read together, so that a long caption tells how to read a short name. *declared* says that the file calls its
    texts UTF-8, which is not always true.
    """
    texts = [decode_utf8(value, declared=declared) for value in values]
    rest = [value for value, text in zip(values, texts, strict=True) if text is None]
    page = likeliest_code_page(b"\n".join(rest))
    return [value.decode(page, "replace") if text is None else text for value, text in zip(values, texts, strict=True)]


def decode_utf8(value: bytes, *, declared: bool) -> str | None:
    """Return *value* decoded from UTF-8, without a character that is cut off at its end, or None where it is something else."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        before = value[: error.start].decode("utf-8")
        is_cut = error.reason == "unexpected end of data"
        return before if is_cut and (declared or not before.isascii()) else None


def likeliest_code_page(data: bytes) -> str:
    """Return the code page of the three in which *data* reads most like a text; on a tie WESTERN."""
    return max((WESTERN, CYRILLIC, ARABIC), key=lambda page: likelihood(data, page))


def likelihood(data: bytes, page: str) -> float:
    """Return how much *data* reads like a text in the code page *page*, for comparison: at most 2 for each letter."""
    text = data.decode(page, "replace")
    letters = LETTERS[page].findall(text)
    frequent = sum(letter in FREQUENT[page] for letter in letters)
    return len(letters) + frequent - 4 * len(UNLIKELY[page].findall(text)) - 2 * text.count("\ufffd")
