"""The order of names in each language, and the letter that a name stands under.

Letters count without accents and case, as in ``folding``. Spanish ñ is a letter of its own; the Arabic article does not count;
Chinese characters are in the order of their sounds. Names in another script come after those in the script of the language.
"""

import re
import unicodedata
from bisect import bisect_right

from .folding import fold

_SCRIPTS = {"ar": "ARABIC", "zh": "CJK", "ru": "CYRILLIC"}
_ARTICLE = "ال"
_LAST = "\U0010fffd"  # after all letters
# In GB 2312, the 3,755 most common characters, up to D7F9, stand in the order of pinyin: the first one of each initial.
_PINYIN = {
    "A": 0xB0A1, "B": 0xB0C5, "C": 0xB2C1, "D": 0xB4EE, "E": 0xB6EA, "F": 0xB7A2, "G": 0xB8C1, "H": 0xB9FE, "J": 0xBBF7, "K": 0xBFA6,
    "L": 0xC0AC, "M": 0xC2E8, "N": 0xC4C3, "O": 0xC5B6, "P": 0xC5BE, "Q": 0xC6DA, "R": 0xC8BB, "S": 0xC8F6, "T": 0xCBFA, "W": 0xCDDA,
    "X": 0xCEF4, "Y": 0xD1B9, "Z": 0xD4D1,
}  # fmt: skip
_INITIALS, _FIRST, _END = list(_PINYIN), list(_PINYIN.values()), 0xD7F9
OTHER = "#"  # what begins with no letter that has a place in the order


def placed(name: str, language: str) -> tuple[tuple[bool, str, bool, str], str]:
    """Return (key that sorts *name* among the names of a list in *language*, the letter that it stands under)."""
    text = _letters(name, language)
    first = text[:1]
    own = unicodedata.name(first or " ", "").startswith(_SCRIPTS.get(language, "LATIN"))
    if language == "zh":
        # By sound, Chinese names before others under the same letter.
        initial = _pinyin(first) if own else first.upper() if "a" <= first <= "z" else OTHER
        return (initial == OTHER, initial, not own, _sounds(text)), initial
    if not first.isalpha():
        return (True, _LAST, True, text), OTHER
    letter = "Ñ" if language == "es" and text.startswith(f"n{_LAST}") else first.upper()
    return (not own, "", False, text), letter


def _letters(name: str, language: str) -> str:
    """Return *name* folded, from its first letter or figure."""
    if language == "es":
        name = unicodedata.normalize("NFC", name).casefold().replace("ñ", f"n{_LAST}")
    # Before folding, after which a hamza is no longer told from the article: ألكسندر has none.
    has_article = (
        language == "ar" and re.match(rf"\W*{_ARTICLE}\w{{3}}", unicodedata.normalize("NFC", name)) is not None
    )
    text = fold(name)
    start = next((place for place, character in enumerate(text) if character.isalnum()), 0)
    text = text[start:]
    return text.removeprefix(_ARTICLE) if has_article else text


def _code(character: str) -> int:
    """Return the code of a Chinese *character* in GB 2312, 0 if it has none."""
    try:
        return int.from_bytes(character.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return 0


def _pinyin(character: str) -> str:
    """Return the first letter of the sound of a Chinese *character*, OTHER if it is not among the most common."""
    code = _code(character)
    return _INITIALS[bisect_right(_FIRST, code) - 1] if _FIRST[0] <= code <= _END else OTHER


def _sounds(text: str) -> str:
    return "".join(f"{_code(character):06x}" if ord(character) > 0x2E7F else character for character in text)
