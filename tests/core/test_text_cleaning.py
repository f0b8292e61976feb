"""ctportal.core.text_cleaning: what a title, a caption or a text may hold."""

import json
import time
import unicodedata
from xml.parsers import expat
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctportal.core.text_cleaning import cleaned, one_line

ONE_LINE = [
    ("Opening\x1b[31m session\x07", "Opening[31m session"),
    ("Opening\nsession", "Opening session"),
    ("Opening \r\n\t session", "Opening session"),
    ("Opening\u2028session\x85again\x0bhere", "Opening session again here"),
    ("Bullet \uf0b7 of Word", "Bullet  of Word"),
    ("plane 15 \U000f0041 and 16 \U00100041", "plane 15  and 16"),
    ("half \ud800 a pair", "half  a pair"),
    ("no character \ufffe \U0001ffff", "no character"),
    ("\u202egnitrats\u202c Opening", "gnitrats Opening"),
    ("\u2067مؤتمر\u2069 in Minsk", "\u2067مؤتمر\u2069 in Minsk"),
    ("\u2067مؤتمر in Minsk", "مؤتمر in Minsk"),
    ("مؤتمر\u2069 in Minsk", "مؤتمر in Minsk"),
    ("\u2066a\u202bb\u2069c\u202c", "\u2066ab\u2069c"),
    ("\u202ba\u202cb", "\u202ba\u202cb"),
    ("\u202da\u202bb\u202cc\u202c", "a\u202bb\u202cc"),
    ("\u200fمؤتمر\u200e 3", "\u200fمؤتمر\u200e 3"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("« Paris\u202f!\u00a0»", "« Paris\u202f!\u00a0»"),
    ("Bru\u0308lhart", "Brülhart"),
    ("\u200b\u2060\ufeff", ""),
    ("\u2066\u2069\u00a0\u3164", ""),
    ("\U0001d173\U0001bca0\ufff8\U000e0001", ""),
    ("a picture \ufffc of Minsk", "a picture  of Minsk"),
    ("\x07\x1b", ""),
    ("  Opening  ", "Opening"),
]


@pytest.mark.parametrize(("typed", "kept"), ONE_LINE)
def test_one_line(typed, kept):
    assert one_line(typed) == kept


def test_many_spaces_take_no_longer_than_letters():
    started = time.process_time()
    assert one_line(f"a{' ' * 100_000}b\n{' ' * 100_000}c") == f"a{' ' * 100_000}b c"
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("One\r\nTwo\rThree\u2029Four\n\nFive\x85Six", "One\nTwo\nThree\nFour\n\nFive\nSix"),
        ("Column\tColumn", "Column\tColumn"),
        ("One\x00\n\x07Two", "One\nTwo"),
    ],
)
def test_lines_stay_in_longer_texts(typed, kept):
    assert cleaned(typed) == kept


@given(st.text())
def test_what_is_kept_can_be_sent_in_any_format(typed):
    for kept in (one_line(typed), cleaned(typed)):
        assert unicodedata.is_normalized("NFC", kept)
        assert not [c for c in kept if unicodedata.category(c) in ("Cc", "Co", "Cs") and c not in "\n\t"]
        assert json.loads(json.dumps(kept)) == kept
        assert parsed(f"<title>{escape(kept)}</title>") == kept
    assert not set(one_line(typed)) & set("\n\r\t\x85\u2028\u2029")


def parsed(xml):
    """Return the text of *xml*."""
    pieces = []
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = pieces.append
    parser.Parse(xml, True)
    return "".join(pieces)


@given(st.text(alphabet="a \n\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u0301e"))
def test_cleaning_twice_is_cleaning_once(typed):
    assert cleaned(cleaned(typed)) == cleaned(typed)
    assert one_line(one_line(typed)) == one_line(typed)
    assert one_line(cleaned(typed)) == one_line(typed)
