"""Cleaning of typed and pasted text: what cannot be seen and would break a page, a feed or the next line is taken out.

Everything is in Unicode NFC. XML allows none of the characters that are removed here, or readers cannot see them.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

_LINE_END = re.compile(r"\r\n|[\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]")
# Control characters, characters for private use, halves of surrogate pairs, code points that are no characters, and marks of
# annotations and of objects that a program has left out.
_NOT_TEXT = (
    "\ue000-\uf8ff\ufdd0-\ufdef\ufff9-\ufffc\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0xF0000, 0x10000))
    + "\U000f0000-\U0010ffff"
)
_UNWANTED = re.compile(f"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff{_NOT_TEXT}]")
# Letters and spaces that show nothing. A text of these alone is empty.
_BLANKS = ("\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
           "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff")  # fmt: skip
_BLANK = re.compile(f"[{_BLANKS}]*")
_SPACE = re.compile(r"[ \t\n]+")
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_EMBEDDINGS, _OVERRIDES, _END_EMBEDDING = "\u202a\u202b", "\u202d\u202e", "\u202c"
_ISOLATES, _END_ISOLATE = "\u2066\u2067\u2068", "\u2069"


def one_line(text: str) -> str:
    """Return *text* on one line: line breaks and tabs become a space, the rest is cleaned as by ``cleaned``."""
    return _SPACE.sub(lambda found: " " if found[0].strip(" ") else found[0], cleaned(text))


def cleaned(text: str) -> str:
    """Return *text* in NFC, stripped, with every line break as ``\\n``.

    Removed are control characters, characters for private use, code points that are no characters, overrides of the
    direction, and directional embeddings and isolates without a partner. A text that shows nothing becomes "".
    """
    [text] = cleaned_pieces([text])
    return "" if _BLANK.fullmatch(text) else text.strip()


def cleaned_pieces(texts: Iterable[str]) -> list[str]:
    """Return *texts*, pieces of one text in their order, each cleaned as by ``cleaned``, but with the spaces around it.

    A direction that is opened in one piece may be closed in a later one.
    """
    pieces = [_UNWANTED.sub("", _LINE_END.sub("\n", text)) for text in texts]
    whole = "".join(pieces)
    if _DIRECTIONS.search(whole):
        kept = iter(_balanced(whole))
        pieces = ["".join(islice(kept, len(piece))) for piece in pieces]
    return [unicodedata.normalize("NFC", piece) for piece in pieces]


def _balanced(text: str) -> list[str]:
    """Return the characters of *text*, with "" for overrides, and for embeddings and isolates that are not opened or not closed
    in it."""
    kept = list(text)
    opened: list[int] = []  # positions of what is open
    for position, character in enumerate(text):
        if character in _EMBEDDINGS + _OVERRIDES + _ISOLATES:
            opened.append(position)
        elif character == _END_EMBEDDING:
            partner = opened.pop() if opened and text[opened[-1]] not in _ISOLATES else None
            if partner is None or text[partner] in _OVERRIDES:
                kept[position] = ""
            if partner is not None and text[partner] in _OVERRIDES:
                kept[partner] = ""
        elif character == _END_ISOLATE:
            # An isolate closes the embeddings that were opened in it.
            while opened and text[opened[-1]] not in _ISOLATES:
                kept[opened.pop()] = ""
            if opened:
                opened.pop()
            else:
                kept[position] = ""
    for position in opened:
        kept[position] = ""
    return kept
