"""The order of names, and the letters that they stand under, in six languages."""

import random

import pytest

from ctportal.core.alphabet import placed

# In their order, with the letter of each.
NAMES = {
    "en": [("Ángel", "A"), ("“Border” team", "B"), ("de Silva", "D"), ("Łukasz", "L"), ("Zoë", "Z"), ("Боб", "Б"), ("王", "王"), ("3M", "#")],
    "fr": [("Edmond", "E"), ("Élodie", "E"), ("Emma", "E"), ("Œuvre", "O"), ("Zoé", "Z")],
    "es": [("Nuria", "N"), ("Nzinga", "N"), ("Ñato", "Ñ"), ("Olga", "O")],
    "ru": [("Едок", "Е"), ("Ёж", "Е"), ("Ежов", "Е"), ("Иван", "И"), ("Йозеф", "Й"), ("Яна", "Я"), ("Bob", "B")],
    "ar": [("أحمد", "ا"), ("ألكسندر", "ا"), ("إلياس", "ا"), ("الأمم المتحدة", "ا"), ("البنك الدولي", "ب"), ("جمهورية بيلاروس", "ج"), ("Bob", "B")],
    "zh": [("阿富汗", "A"), ("白俄罗斯", "B"), ("北京", "B"), ("Bob", "B"), ("联合国", "L"), ("中国", "Z"), ("Zoë", "Z"), ("鬻", "#")],
}  # fmt: skip


@pytest.mark.parametrize("language", NAMES)
def test_names_are_in_the_order_of_the_language(language):
    expected = NAMES[language]
    shuffled = random.Random(7).sample(expected, len(expected))

    found = sorted((name for name, _letter in shuffled), key=lambda name: placed(name, language)[0])
    assert [(name, placed(name, language)[1]) for name in found] == expected


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("name", ["", "…", "\u0301", "ال", "\u200f"])
def test_a_name_without_letters_has_a_place_too(language, name):
    assert placed(name, language)[1]
