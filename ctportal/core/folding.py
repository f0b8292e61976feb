"""The one folding of texts and searches: what readers take for the same letters becomes the same text.

It is stored beside what is searched and applied to what is typed, since SQLite knows no case beyond ASCII, and databases
differ in the rest.
"""

import re
import unicodedata

# Letters that Unicode does not decompose, but that people type without a stroke or as two letters.
_LATIN = {
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ŋ": "n", "ə": "e", "þ": "th", "æ": "ae", "œ": "oe",
}  # fmt: skip
# Arabic letters of which people type one for the other, and their Persian forms; tatweel only stretches a word.
_ARABIC = {"ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ک": "ك", "ـ": ""}
_DIGITS = {chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0) for digit in range(10)}
_QUOTES = {**dict.fromkeys("‘’‚‛ʼʻʽʾʿʹ′`´\u1ffd\u1fefˈ‹›", "'"), **dict.fromkeys("“”„‟«»″〃「」『』", '"')}
_DASHES = dict.fromkeys("‐‑‒–—―−﹘﹣⁃⸺⸻", "-")
# Quotation marks, apostrophes and dashes, one for one; "-" and '"' are what searches are written with.
SIGNS = str.maketrans(_QUOTES | _DASHES)
_LETTERS = str.maketrans(_LATIN | _ARABIC | _DIGITS)
# Accents and vowel marks of Latin, Greek, Cyrillic, Hebrew and Arabic. In Indic scripts such marks are letters.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
)
# In these, the mark makes another letter: й, ў, ї. Only ё is commonly written without it.
_KEPT_OR_MARK = re.compile(f"(и\u0306|у\u0306|і\u0308)|[{_MARKS}]")
# Characters that are folded away without being marks, as ranges of a pattern.
INVISIBLE = "\u00ad\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")


def fold(text: str) -> str:
    """Return *text* as it is compared: without case, accents, Arabic marks, tatweel and invisible characters.

    Forms of hamza, ё and е, İ and ı, full width, ligatures, Arabic digits, quotation marks and dashes become the same
    character. White space, line breaks included, becomes one space. Folding twice is the same as folding once.
    """
    text = _INVISIBLE.sub("", text).translate(SIGNS)
    text = _caseless(_caseless(text))
    text = _KEPT_OR_MARK.sub(lambda found: found[1] or "", text).translate(_LETTERS)
    return unicodedata.normalize("NFC", " ".join(text.translate(SIGNS).split()))


def _caseless(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold()
