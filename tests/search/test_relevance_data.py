"""The queries and texts of tests/search/data are whole, and the measures count what they say."""

import re
import unicodedata
from collections import Counter

import pytest

from tests.search import relevance
from tests.search.make_udhr import articles
from tests.search.relevance import LANGUAGES, precision_at, queries, recall_at, texts

# What stands before a pattern of ``forms``: the beginning of a word, in Arabic with the prefixes that are written together.
START = {"zh": "", "ar": r"\b[وف]?[بلك]?(?:ال|ل)?"}
HAN = {"han1": 1, "han2": 2, "han3": 3, "han4": 4}


def plain(text):
    """Return *text* in lower case without accents and Arabic marks; й stays."""
    kept = (c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c) or c == "\u0306")
    return unicodedata.normalize("NFC", "".join(kept).replace("ـ", ""))


@pytest.fixture(scope="module")
def plain_texts():
    return {language: {number: plain(text) for number, text in texts(language).items()} for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_preamble_and_thirty_articles_have_text(language):
    assert list(texts(language)) == list(range(31))
    assert min(map(len, texts(language).values())) > 15


def test_the_texts_are_different_languages():
    assert len({text for language in LANGUAGES for text in texts(language).values()}) == 6 * 31


def test_an_article_is_read_with_its_paragraphs():
    page = (
        "<body><h1>Declaration</h1><header>\n <h2>Preamble</h2> <p>Whereas</p> <p>Now</p></header>"
        '<article data-number="1"><h2>Article 1</h2><ol><li> <p>a &amp; b</p></li><li><p>c</p></li></ol></article></body>'
    )

    assert articles(page) == [
        {"number": 0, "title": "Preamble", "text": "Whereas\nNow"},
        {"number": 1, "title": "Article 1", "text": "a & b\nc"},
    ]


def test_forty_needs_are_asked_in_each_language():
    asked = Counter((query.need, query.language) for query in queries())

    assert len(asked) == 40 * 6
    assert set(asked.values()) == {1}
    assert Counter(language for _, language in asked) == dict.fromkeys(LANGUAGES, 40)


def test_needs_have_few_and_many_answers():
    sizes = {query.need: len(query.answers) for query in queries()}

    assert all(query.answers <= set(range(31)) for query in queries())
    assert Counter(1 if size == 1 else 4 if size <= 4 else 10 for size in sizes.values()) == {1: 13, 4: 20, 10: 7}
    assert max(sizes.values()) <= 10


def test_the_answers_are_the_articles_that_use_the_words(plain_texts):
    """But for those noted as worded otherwise or as using the words in another sense."""
    wrong = {}
    for query in queries():
        patterns = [START.get(query.language, r"\b") + f"(?:{form.replace('_', ' ')})" for form in query.forms.split()]
        using = {
            number
            for number, text in plain_texts[query.language].items()
            if all(re.search(pattern, text) for pattern in patterns)
        }
        if using != query.answers - query.worded_otherwise | query.other_sense:
            wrong[query.need, query.language] = using

    assert wrong == {}


def test_notes_on_answers_are_about_answers():
    assert [query for query in queries() if not query.worded_otherwise < query.answers] == []
    assert [query for query in queries() if query.other_sense & query.answers] == []


def has(query, trait):
    """Return whether the text of *query* has *trait*; None for traits that only a reader can tell."""
    text, decomposed = query.text, unicodedata.normalize("NFD", query.text)
    needed = query.answers - query.worded_otherwise
    unquoted = text.strip('"')
    answer_texts = [texts(query.language)[number].casefold() for number in needed]
    return {
        "plain": all(text.casefold() in answer for answer in answer_texts),
        "upper": text.isupper(),
        "nfd": text == decomposed != unicodedata.normalize("NFC", text),
        "phrase": text == f'"{unquoted}"',
        "hyphen": "-" in text,
        "apostrophe": "'" in text,
        "yo": "ё" in text,
        "tatweel": "ـ" in text,
        "marks": any("\u064b" <= c <= "\u0652" for c in text),
        "no-accents": text == plain(text) and text not in " ".join(answer_texts),
        "spaced": " " in text and query.language == "zh",
        **{name: len(text) == length and query.language == "zh" for name, length in HAN.items()},
    }.get(trait)


def test_queries_have_their_traits():
    traits = [(query, trait) for query in queries() for trait in query.traits]

    assert [(query.text, trait) for query, trait in traits if has(query, trait) is False] == []
    assert {trait for query, trait in traits if has(query, trait) is None} == {
        *("inflected", "derived", "apart", "article", "hamza", "broken-plural", "hard")
    }
    assert [query.text for query in queries() if has(query, "nfd") and "nfd" not in query.traits] == []


def test_each_length_of_chinese_word_is_asked_five_times():
    counts = Counter(trait for query in queries() if query.language == "zh" for trait in query.traits if trait in HAN)

    assert counts.keys() == HAN.keys()
    assert min(counts.values()) >= 5


def test_only_two_queries_are_hard():
    assert [(query.need, query.language) for query in queries() if query.hard] == [
        ("women-and-men", "ar"),
        ("territory", "ar"),
    ]


@pytest.mark.parametrize(
    ("found", "recall", "precision"),
    [
        ([], 0, 0),
        ([3], 0.5, 1),
        ([1, 3], 0.5, 0.5),
        ([1, 2, 4, 5, 6, 3, 7], 0.5, 0),
        ([3, 1, 2, 4, 5, 6, 7, 8, 10, 9, 11], 1, 0.2),
        ([3, 1, 2, 4, 5, 6, 7, 8, 10, 11, 9], 0.5, 0.2),
    ],
)
def test_recall_looks_at_ten_and_precision_at_five(found, recall, precision):
    assert recall_at(10, found, frozenset({3, 9})) == recall
    assert precision_at(5, found, frozenset({3, 9})) == precision


def test_the_plain_rankers_look_for_letters():
    assert relevance.substring("SLAVE trade", "en") == [4]
    assert relevance.substring("trade slave", "en") == []
    assert relevance.every_word('"trade SLAVE"', "en") == [4]


def test_the_table_measures_a_named_ranker(capsys):
    relevance.main(["--ranker", "tests.search.test_relevance_data:perfect"])

    last = capsys.readouterr().out.splitlines()[-1].split()
    assert last[:2] == ["all", "240"]
    assert last[-2:] == ["100.0", "100.0"]


def perfect(text, language):
    """Rank as the judgement does, for a query of the data."""
    return next(sorted(query.answers) for query in queries() if (query.text, query.language) == (text, language))
