"""ctportal.search.highlighting: what of a text is shown and marked."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctportal.search import highlighting
from ctportal.search.analysis import analyze
from ctportal.search.highlighting import LOOKED_AT, Highlighter
from ctportal.search.parsing import Term, parse
from tests.search.matching import matches
from tests.search.relevance import texts
from tests.search.test_parsing import FOUND


def highlight(text, language, terms):
    return Highlighter(terms).highlight(text, language).pieces


def snippet(text, language, terms, length):
    return Highlighter(terms).snippet(text, language, length).pieces


def marked(text, language, typed):
    """Return *text* with what is highlighted in brackets."""
    pieces = highlight(text, language, parse(typed).terms)
    assert "".join(piece for piece, _ in pieces) == text
    return "".join(f"[{piece}]" if is_marked else piece for piece, is_marked in pieces)


@pytest.mark.parametrize(
    ("text", "language", "typed", "shown"),
    [
        ("", "en", "border", ""),
        ("Border security", "en", "", "Border security"),
        ("Two conferences, one Conference", "en", "conference", "Two [conferences], one [Conference]"),
        ("Le de\u0301sarmement", "fr", "desarmement", "Le [de\u0301sarmement]"),
        ("نَزْع السلاح", "ar", "نزع", "[نَزْع] السلاح"),
        ("peace; peace and Security", "en", '"peace and security"', "peace; [peace] [and] [Security]"),
        ("全球反恐会议在北京", "zh", "反恐会议", "全球[反恐会议]在北京"),
        (
            "A/RES/217 A (III), A/RES/217 (III) A",
            "en",
            '"A/RES/217 (III) A"',
            "A/RES/217 A (III), [A/RES/217] ([III]) [A]",
        ),
        ("a border of the security", "en", '"border security"', "a border of the security"),
        ("a a a b a a", "en", '"a a"', "[a] [a] [a] b [a] [a]"),
        ("全球反恐会议", "zh", "恐", "全球反[恐]会议"),
        ("see S/RES/2396 (2017)", "en", "UNSCR 2396", "see [S/RES/2396] (2017)"),
        ("see S/RES/2396", "en", "2396", "see [S/RES/2396]"),
        ("on counter-terrorism", "en", "counterterrorism", "on [counter-terrorism]"),
        ("2,396 people", "en", "2396", "[2,396] people"),
        ("a b a c", "en", '"a c" -b', "a b [a] [c]"),
    ],
)
def test_whole_words_are_highlighted(text, language, typed, shown):
    assert marked(text, language, typed) == shown


@given(
    st.text(alphabet="反恐会 aé\u0301カ\u3099ｶﾞ한ᄒ\u1161\u11abйи\u0306æ1,٣.نَزع", max_size=30),
    st.text(alphabet='反恐会ガカ한йиae13نزع"', min_size=1, max_size=5),
)
def test_what_matches_is_highlighted_wherever_it_is(text, typed):
    tokens = analyze(text, "en")
    for term in parse(typed).terms:
        assert any(is_marked for _, is_marked in highlight(text, "en", [term])) == matches(tokens, term)


@pytest.mark.parametrize(("typed", "text", "language"), FOUND)
def test_what_is_found_is_highlighted(typed, text, language):
    query = parse(typed)
    assert any(is_marked for _, is_marked in highlight(text, language, query.terms)) == bool(query.terms)


def test_an_arabic_word_is_highlighted_by_each_of_its_tokens():
    """Only words that may have what is looked for are analysed. Stems are inside of words, those of plurals in other letters."""
    declaration = " ".join(texts("ar").values())
    words = {*declaration.split(), "يستخدم", "قواعد", "أسلحة", "مـؤتمر", "مُؤتمر", "شيء", "ﻣﺆﺗﻤﺮ", "وللأسرة"}
    words |= {"الأمن", "الآن", "الله", "استخدام", "الاستخدام", "والمستخدمين", "ﷲ", "المجالس", "أعمال", "وسائل", "حقوق"}
    missed = [
        (word, token)
        for word, tokens in ((word, analyze(word, "ar")) for word in words)
        for token in (*tokens.words, *tokens.others)
        if not any(is_marked for _, is_marked in highlight(word, "ar", [Term(word, ((token,),))]))
    ]
    assert missed == []


def test_of_arabic_only_words_with_the_letters_of_a_stem_are_analysed(monkeypatch):
    looked_at = []
    scan = highlighting.scan
    monkeypatch.setattr(highlighting, "scan", lambda text: looked_at.append(text) or scan(text))

    highlight("تعزيز أمن الحدود في المنطقة", "ar", parse("الأمن").terms)

    assert [text.strip("\n.") for text in looked_at] == ["أمن"]


@pytest.mark.parametrize(
    ("typed", "shown"), [("border security", 2), ("border draft", 1), ("draft", 0), ('"a border"', 1)]
)
def test_the_terms_that_are_shown_are_counted(typed, shown):
    assert Highlighter(parse(typed).terms).highlight("a border, border security", "en").shown == shown


def test_the_snippet_is_where_most_terms_are():
    text = "border " + "x " * 200 + "border security " + "y " * 200 + "security border"

    pieces = snippet(text, "en", parse("border security").terms, 60)

    assert pieces[0] == pieces[-1] == ("…", False)
    assert [piece for piece in pieces if piece[1]] == [("border", True), ("security", True)]
    shown = "".join(piece for piece, _ in pieces[1:-1])
    assert (len(shown) <= 60, shown[:2], shown.strip()[-1]) == (True, "x ", "y")


def test_without_a_match_the_beginning_is_shown():
    assert snippet("The border, and more", "en", parse("nothing").terms, 12) == [("The border", False), ("…", False)]
    assert snippet("The border", "en", (), 12) == [("The border", False)]


def test_the_end_of_a_very_long_text_is_not_looked_at():
    text = "x " * (LOOKED_AT // 2) + "border"
    assert snippet(text, "en", parse("border").terms, 5) == [("x x x", False), ("…", False)]


@given(
    st.text(alphabet="ab é\u0301-.反恐会نَ\n", max_size=80),
    st.lists(st.sampled_from(["a", "b", "反恐", "恐", '"a b"', "ن", "zz"]), max_size=4).map(" ".join),
    st.integers(1, 40),
)
@example("恐\u0301a恐", "恐", 1)  # the first word that matches is longer than the snippet
def test_a_snippet_is_a_part_of_the_text(text, typed, length):
    terms = parse(typed).terms
    pieces = snippet(text, "en", terms, length)

    body = pieces[1:] if pieces[:1] == [("…", False)] else pieces
    body = body[:-1] if body[-1:] == [("…", False)] else body
    shown = "".join(piece for piece, _ in body)
    assert shown in text
    assert len(shown) <= max(length, max(map(len, text.split()), default=0))
    hits = [piece for piece, is_marked in highlight(text, "en", terms) if is_marked]
    if hits and min(map(len, hits)) <= length:
        assert any(is_marked for _, is_marked in body)


def test_a_long_phrase_of_one_character_takes_as_long_as_a_short_one():
    """In a text of that character it begins everywhere; each of the words is marked once."""

    def seconds(typed):
        started = time.process_time()
        highlight("反" * 5_000, "zh", parse(typed).terms)
        return time.process_time() - started

    assert min(seconds('"' + "反" * 250) for _ in range(3)) < 4 * min(seconds('"反反反"') for _ in range(3))
