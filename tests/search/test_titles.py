"""The tokens of titles, and what is asked of them for what was typed."""

import pytest

from ctportal.search.fields import Beginning, as_fts5, as_tsquery
from ctportal.search.titles import like, title_tokens, typed_words, words_of


def asked(text):
    """Return what ``typed_words`` asks, the beginnings with a "*"."""
    return [
        " or ".join(words[0] + "*" * isinstance(words[0], Beginning) for words in alternatives)
        for alternatives in typed_words(text)
    ]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Déclaration de Minsk", ["declaration/Déclaration", "de/de", "minsk/Minsk"]),
        ("Counter-terrorism", ["counter/Counter", "terrorism/terrorism", "counterterrorism/Counter-terrorism"]),
        ("On S/RES/2396 (2017)", ["on/On", "s/res/2396/S/RES/2396", "2396/2396", "2017/2017"]),
        ("المؤتمر", ["الموتمر/المؤتمر", "موتمر/مؤتمر"]),
        ("反恐会议", ["反恐/反恐", "恐会/恐会", "会议/会议"]),
    ],
)
def test_the_words_of_a_title_are_found_in_each_way_they_are_typed(title, words):
    assert [f"{each.word}/{each.written}" for each in words_of(title)] == words


def test_a_title_has_tokens_for_the_beginnings_and_endings_of_its_words():
    assert title_tokens("The Voronkov") == {"^the", "^voronkov", "<eht", "<voknorov"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", []),
        ("m", []),
        ("…", []),
        ("mi", ["^mi*"]),
        ("Peace and SÉC", ["^peace", "^and", "^sec*"]),
        ("peace and s", ["^peace", "^and"]),
        ("peace peace", ["^peace*"]),
        ("minsk ", ["^minsk*"]),
        ("反", ["^反*"]),
        ("反恐会", ["^反恐", "^恐会*"]),
        ("minsk 反", ["^minsk", "^反*"]),
        ("s/", ["^s/*"]),
        ("briefing S/RES/23", ["^briefing", "^s/res/23*"]),
        ("S/RES/2396 (20", ["^s/res/2396", "^20*"]),
        ('"peace and sec', ["^peace", "^and", "^sec*"]),
    ],
)
def test_all_words_typed_must_stand_in_a_title_the_last_one_as_a_beginning(typed, expected):
    assert asked(typed) == expected


def test_titles_with_words_alike_are_found_by_two_letters_at_either_end():
    assert like("vorokov") == [["^vo"], ["<vo"]]
    assert like("abcd", letters=3) == [["^abc"], ["<dcb"]]


def test_a_beginning_is_marked_in_the_notation_of_each_database():
    assert as_fts5([["peace", "and"], [Beginning("^se")]]) == '"peace and" OR "^se"*'
    assert as_tsquery([["peace", "and"], [Beginning("^se'")]]) == "('peace' <-> 'and') | ('^se''':*)"
