"""How much of a search is looked for."""

import pytest

from conferences.models import Conference
from ctportal.core.search_text import MAX_CHARACTERS, MAX_WORDS, search_words, shorten
from documents.models import Document

A = "a" * MAX_CHARACTERS


@pytest.mark.parametrize(
    ("given", "text", "is_shortened"),
    [
        ("", "", False),
        (" \n ", "", False),
        ("\0", "", False),
        ("  Border\tsecurity\0 2019 ", "Border security 2019", False),
        ("Border\x1b\x07security\r\n\n2019\x85\x9f", "Border security 2019", False),
        ("\x1b\x7f", "", False),
        ("w\x1b" * (MAX_WORDS + 1), ("w " * MAX_WORDS).strip(), True),
        ("w " * MAX_WORDS, ("w " * MAX_WORDS).strip(), False),
        ("w " * (MAX_WORDS + 1), ("w " * MAX_WORDS).strip(), True),
        (A, A, False),
        (A + "b", A, True),
        ("и\u0306" * MAX_CHARACTERS, "й" * MAX_CHARACTERS, False),  # a title in decomposed letters
        ("Bullet \uf0b7 \u202eof Word", "Bullet of Word", False),
        ("x " + A, "x", True),
        (f"x {A[:-2]}", f"x {A[:-2]}", False),
        (f"x {A[:-1]} y", "x", True),  # no word beyond the one that does not fit: it would be another search
        ("w" * 10_000, "w" * MAX_CHARACTERS, True),
        ('"' * 5_000, '"' * MAX_CHARACTERS, True),
        ('" ' * 5_000, ('" ' * MAX_WORDS).strip(), True),
    ],
)
def test_a_search_is_shortened_to_whole_words(given, text, is_shortened):
    assert shorten(given) == (text, is_shortened)


def test_a_title_that_a_record_may_have_is_not_cut_for_its_length():
    titles = (Conference.texts.rel.related_model, Document.versions.rel.related_model)
    assert {model._meta.get_field("title").max_length for model in titles} == {MAX_CHARACTERS}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("border  security border", ["border", "security"]),
        ('"border security" 2019', ["border security", "2019"]),
        ('2019 "border security', ["2019", "border security"]),
        ("l’approche l'autre d'un", ["l'approche", "l'autre", "d'un"]),
        ("“Border  Security” Ковалёв \u200b", ["border security", "ковалев"]),
        ('12" "', ['12"', '"']),
        ('" " ""', ['""']),
        ("", []),
    ],
)
def test_what_stands_in_quotation_marks_is_one_word(text, words):
    assert search_words(text) == words
