"""ctportal.core.folding: what readers take for the same letters is found by one search."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctportal.core.folding import fold

# (what a text has, what somebody types)
SAME = [
    ("Ковалёв", "ковалев"),
    ("КОВАЛЁВ", "ковалёв"),
    ("за́мок", "замок"),
    ("Brülhart", "brulhart"),
    ("Brülhart", "Bru\u0308lhart"),
    ("O’Brien", "O'Brien"),
    ("O´Brien", "O`Brien"),
    ("ʿAlī ibn ʾĪsā", "'ali ibn 'isa"),
    ("«Минск»", '"минск"'),
    ("“Towards”", '"towards"'),
    ("counter‑terrorism", "counter-terrorism"),
    ("2018–2019", "2018-2019"),
    ("İstanbul", "istanbul"),
    ("ISPARTA", "ısparta"),
    ("Straße", "STRASSE"),
    ("Łódź", "lodz"),
    ("Tromsø", "TROMSO"),
    ("Ægir", "aegir"),
    ("œuvre", "oeuvre"),
    ("ΣΊΣΥΦΟΣ", "σισυφος"),
    ("Ｓ／ＲＥＳ／２３９６", "s/res/2396"),
    ("ﬁnance", "finance"),
    ("№ 5", "no 5"),
    ("co\u00adoperation", "cooperation"),
    ("zero\u200bwidth", "zerowidth"),
    ("\u2067مؤتمر\u2069", "مؤتمر"),
    ("إرهاب", "ارهاب"),
    ("الإرهاب", "الارهاب"),
    ("مُؤْتَمَر", "مؤتمر"),
    ("مـــؤتمر", "مؤتمر"),
    ("مكافحة", "مكافحه"),
    ("مستشفى", "مستشفي"),
    ("کابل", "كابل"),
    ("٢٠١٩", "2019"),
    ("ﻣﺆﺗﻤﺮ", "مؤتمر"),
    (" a\u00a0b\u2003c\nd ", "a b  c d"),
    ("全球\uff0c反恐", "全球,反恐"),
]
DIFFERENT = [
    ("й", "и"),
    ("ї", "і"),
    ("с", "c"),
    ("o'brien", "obrien"),
    ("反恐", "反 恐"),
    ("हिन्दी", "हन्दी"),
    ("ガ", "カ"),
]
TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40)


@pytest.mark.parametrize(("text", "typed"), SAME)
def test_the_same_letters_are_found(text, typed):
    assert fold(text) == fold(typed)


@pytest.mark.parametrize(("text", "other"), DIFFERENT)
def test_other_letters_are_not(text, other):
    assert fold(text) != fold(other)


@given(TEXTS)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_any_form_is_found(text):
    composed = unicodedata.normalize("NFC", text)
    forms = [composed, unicodedata.normalize("NFD", text), composed.upper(), composed.lower(), composed.casefold()]
    assert {fold(form) for form in forms} == {fold(text)}
