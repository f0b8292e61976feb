"""Tokens as both databases store and find them: whatever they are made of, neither refuses them nor reads them as its own
notation, and both find the same."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctportal.publishing.indexing import with_titles
from ctportal.search.analysis import Tokens, analyze, in_parts
from ctportal.search.fields import as_fts5, as_line, as_tsquery, as_tsvector
from ctportal.search.models import SearchEntry, SearchTokens
from ctportal.search.parsing import parse
from tests.search.index import make_entry

pytestmark = pytest.mark.django_db

HOSTILE = [
    "", "'", '"', "''", '""', "\\", "\\'", "a'b", 'a"b', "a\\", "\\b", "a:1", "a:1,2A", "a:*", "a*", "^a", "-a", "(", "a)", "{a}",
    "a & b", "a|b", "!a", "<->", "a <-> b", "AND", "OR", "NOT", "NEAR(a b)", "tokens:a", "%s", "%", "_", "?", ";", "--", "\n", "\t",
    "\0", "a\0b", "\ud800", "a\udfffb", "\ufffe", "\u2028", "𐍈", "=", "~", "~a", "=a", "^", "\x01", "\x7f", "é", "е\u0301", "反", "反恐",
]  # fmt: skip


def found(*alternatives):
    return set(SearchEntry.objects.matching(alternatives).values_list("pk", flat=True))


@pytest.mark.parametrize("token", HOSTILE)
def test_any_token_is_stored_and_asked_for_without_an_error_and_finds_no_other_text(token):
    other = make_entry("a b words of another text")
    make_entry(Tokens((token, "beside", token), frozenset({token, f"~{token}"})))

    alternatives = [[token, "x"], ["x", token, "x"], ["x", "x"], [token, "zz"]]

    assert found(*alternatives, []) == set()
    assert other.pk not in found([f"{token}zz"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=8), max_size=3), max_size=4))
def test_any_alternatives_are_asked_for_without_an_error(alternatives):
    found(*alternatives)


def test_what_is_empty_finds_nothing():
    make_entry("Words")

    assert (found(), found([]), found([""]), found([], ["", "\0"])) == (set(), set(), set(), set())


def test_an_empty_alternative_leaves_the_others_as_they_are():
    entry = make_entry("Words")

    assert found([""], ["words"], []) == {entry.pk}


def test_a_title_of_signs_alone_is_stored():
    """Such a title has no words, and no token for the whole of it."""
    entry = make_entry(with_titles(analyze("…", "en"), ["…"]))

    assert SearchTokens.objects.get(pk=entry.pk).tokens == ""


def test_the_notation_of_each_database():
    tokens = Tokens(("it's", "a\\b", "it's"), frozenset({"~b", "~a"}))

    assert as_line(tokens) == "it's a\\b it's ~a ~b"
    assert as_tsvector(tokens) == r"'it''s':1,3 'a\\b':2 '~a' '~b'"
    assert as_fts5([["it's", "a"], ['"', "b"]]) == '"it\'s a" OR """ b"'
    assert as_tsquery([["it's", "a\\b"], ["~b"]]) == r"('it''s' <-> 'a\\b') | ('~b')"


# Which of TEXTS each query finds: one list for both databases.
TEXTS = {
    "border": ("Border security and the management of borders", "en"),
    "symbol": ("Security Council resolution S/RES/2396 (2017)", "en"),
    "french": ("La sécurité aux frontières de l'État, 2 396 fois", "fr"),
    "russian": ("Сотрудничество в области безопасности границ; её учёт", "ru"),
    "arabic": ("مكافحة الإرهاب وأمن الحدود وَنَزْع السلاح", "ar"),
    "chinese": ("全球反恐会议在杜尚别举行", "zh"),
    "signs": ("C++ & C# <b> 100 % \\ ' \" ; -- * ^ AND OR NOT NEAR", "en"),
    "mixed": ("Абу-Даби press release: “zero tolerance” 5.1 counter-terrorism", "en"),
}
GOLDEN = {
    "border": {"border"},
    "BORDERS": {"border"},
    '"border security"': {"border"},
    '"security border"': set(),
    '"management of borders"': {"border"},
    "security": {"border", "french", "symbol"},  # without accents the French word begins with the same stem
    "S/RES/2396": {"symbol"},
    "s/res/2396 (2017)": {"symbol"},
    "2396": {"french", "symbol"},
    "UNSCR 2396": {"symbol"},
    "Sécurité": {"border", "french", "symbol"},
    "frontière": {"french"},
    "etat": {"french"},
    '"sécurité aux frontières"': {"french"},
    "безопасность": {"russian"},
    "ее учет": {"russian"},
    "граница": {"russian"},
    "الإرهاب": {"arabic"},
    "ارهاب": {"arabic"},
    "نزع السلاح": {"arabic"},
    "反": {"chinese"},
    "反恐": {"chinese"},
    "反恐会议": {"chinese"},
    "会议反恐": set(),
    "杜尚别": {"chinese"},
    "AND": {"border", "signs"},
    "NEAR NOT": {"signs"},
    "C++": {"signs"},
    "100 %": {"signs"},
    "абу-даби": {"mixed"},
    "counterterrorism": {"mixed"},
    "counter terrorist": set(),
    '"zero tolerance"': {"mixed"},
    "5.1": {"mixed"},
    "nothing": set(),
}


@pytest.fixture
def texts():
    return {make_entry(text, language=language).pk: name for name, (text, language) in TEXTS.items()}


@pytest.mark.parametrize("typed", GOLDEN)
def test_both_databases_find_the_same(texts, typed):
    terms = [found(*term.alternatives) for term in parse(typed).terms]

    assert {texts[pk] for pk in set.intersection(*terms)} == GOLDEN[typed]


@pytest.mark.parametrize("before", [100, 254, 255, 256, 600])
def test_a_phrase_is_found_after_any_number_of_the_same_word(before):
    """PostgreSQL stores 255 places of a word in one row."""
    text = "the cat " * before + "the dog"
    entries = {make_entry(part).pk for part in in_parts(text, "en")}

    assert len(found(["the", "dog"])) == 1
    assert found(["the", "dog"], ["the", "cat"]) == entries
    assert found(["dog", "the"]) == set()


@pytest.mark.parametrize("letters", ["abcdefghij", "𐐨𐐩𐐪𐐫𐐬𐐭𐐮𐐯𐐰𐐱"])
def test_a_text_of_long_words_is_stored(letters):
    """PostgreSQL stores about a megabyte in one row."""
    digits = str.maketrans("0123456789", letters)
    text = " ".join(f"{number:064d}"[::-1].translate(digits) for number in range(10_000))

    entries = [make_entry(part) for part in in_parts(text, "en")]

    assert len(entries) > 1
    for word in (text[:64], text[-64:]):
        assert len(found([word])) == 1


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite reads no tsvector.")
@pytest.mark.parametrize("token", [token for token in HOSTILE if token.isprintable() and token])
def test_postgresql_reads_a_quoted_token_as_it_was(token):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(%s::tsvector)", [as_tsvector(Tokens((token,), frozenset()))])

        assert cursor.fetchone()[0] == [token]
