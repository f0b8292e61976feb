import json

import pytest

from ctportal.core.languages import CODES
from tests.content.foreign import IN_LATIN, function_words, is_foreign
from tests.search.relevance import DATA


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Programme of the first day", "ar", True),
        ("المؤتمر: Programme of the first day", "ar", True),
        ("لجنة Counter-Terrorism Committee Executive", "ar", False),
        ("Список: 第三次会员国反恐机构首长", "ru", True),
        ("خلاصة المؤتمر الأول في", "en", True),
        ("主席：Владимир Иванович Воронков", "zh", False),
        ("联系 press-office@example.org https://example.org/one/two/three/four", "zh", False),
    ],
)
def test_four_foreign_words_in_a_row_are_told_by_their_script(text, language, expected):
    assert is_foreign(text, language) is expected


SENTENCES = {
    "en": ["Programme of the first day", "Texts are searched in all six languages.", "The file that was shown here"],
    "fr": ["Programme de la journée d’ouverture et du lendemain", "Ce fichier a été retiré par son auteur."],
    "es": ["Programa del primer día de la reunión", "Este archivo ya no es público: se ha retirado."],
}


@pytest.mark.parametrize(("written", "text"), [(each, text) for each, texts in SENTENCES.items() for text in texts])
def test_a_sentence_in_latin_script_is_told_by_its_function_words(written, text):
    assert {language for language in IN_LATIN if is_foreign(text, language)} == set(IN_LATIN) - {written}


@pytest.mark.parametrize(
    "text", ["Vladimir Voronkov, Alfredo Di Stefano", "S/RES/2396 (2017)", "Minsk 2019 · CSV · JSON", "not-known: 12"]
)
def test_names_symbols_and_codes_are_in_every_language(text):
    assert [language for language in IN_LATIN if is_foreign(text, language)] == []


@pytest.mark.parametrize("written", CODES)
def test_each_article_of_the_declaration_is_foreign_in_every_other_language(written):
    articles = json.loads((DATA / "udhr" / f"{written}.json").read_text("utf-8"))
    told = {language for article in articles for language in CODES if is_foreign(article["text"], language)}
    missed = {(article["number"], language) for article in articles for language in CODES if language != written
              and not is_foreign(article["text"], language)}  # fmt: skip

    assert (told, missed) == (set(CODES) - {written}, set())


def test_no_function_word_is_one_of_another_language():
    words = function_words()

    assert all(len(words[each]) > 50 for each in IN_LATIN)
    assert not words["en"] & words["fr"] | words["fr"] & words["es"] | words["es"] & words["en"]
