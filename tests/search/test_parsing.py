"""ctportal.search.parsing: what a reader types, as a query that matches what the index holds."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctportal.search.analysis import analyze, spans, whole
from ctportal.search.parsing import FILTERS, parse
from tests.search.matching import finds, matches

ALPHABET = st.characters(exclude_categories=("Cs",)) | st.sampled_from("\"«»“-−：: '’/.12٣АвS联合国한ガ゛ـَ\u2067")
TYPED = st.text(alphabet=ALPHABET, max_size=60) | st.lists(
    st.sampled_from(
        ["kind:", 'year:"', "-", '"', "l'", "反恐会议", "S/RES/2396", "(2017)", "UNSCR 2396", "2,396", "word"]
    )
).map(" ".join)

FOUND = [
    ("conference", "conferences", "en"),
    ("conferences", "Conference", "en"),
    ("treaties", "treaty", "en"),
    ("treaty", "treaties", "ar"),
    ("desarmement", "désarmement", "fr"),
    ("désarmement", "desarmement", "fr"),
    ("verificación", "verificaciones", "es"),
    ("verificacion", "verificaciones", "es"),
    ("verificaciones", "verificacion", "es"),
    ("договор", "договоров", "ru"),
    ("договоров", "договор", "ru"),
    ("ковалев", "Ковалёв", "ru"),
    ("المعاهدة", "معاهدة", "ar"),
    ("معاهدة", "المعاهدات", "ar"),
    ("نزع", "نَزْع", "ar"),
    ("treaties", "المعاهدات Treaty", "ar"),
    ("ISPARTA", "ısparta", "en"),
    ("o'brien", "Mr. O’Brien", "en"),
    ("l'homme", "droits de l’homme", "fr"),
    ("homme", "droits de l’homme", "fr"),
    ("d'homme", "l’homme", "fr"),  # the elision is not looked for
    ("counter-terrorism", "counter-terrorism", "en"),
    ("counterterrorism", "counter-terrorism", "en"),
    ("counter-terrorism", "counterterrorism", "en"),
    ('"counter-terrorism"', "counterterrorism", "en"),
    ("2396", "2,396 participants", "en"),
    ("2,396", "2396 participants", "en"),
    ("2,396", "2 396 participants", "en"),
    ("1.5", "1,5 million", "fr"),
    ("2019", "12.10.2019", "ru"),
    ("s/res/2396", "S/RES/2396 (2017)", "en"),
    ("S/RES/2396(2017)", "S/RES/2396 (2017)", "zh"),
    ("S/RES/2396", "安理会第S/RES/2396(2017)号决议", "zh"),
    ("2396", "S/RES/2396 (2017)", "en"),
    ("72/284", "A/RES/72/284", "en"),
    ("72/284", "resolution 72/284", "en"),
    ("A/RES/72/284", "General Assembly resolution 72/284", "en"),
    ("UNSCR 2396 (2017)", "S/RES/2396 (2017)", "en"),
    ("Security Council resolution 2396 (2017)", "S/RES/2396 (2017)", "en"),
    ("Security Council resolution 2396", "resolution 2396 of the Security Council", "en"),
    ("A/RES/217 (III) A", "A/RES/217 A (III)", "en"),
    ("A/RES/217 A (III)", "A/RES/217 (III) A", "en"),
    ('"A/RES/217 A (III)"', "A/RES/217 (III) A", "en"),
    ("217", "A/RES/217 A (III)", "en"),
    ("S/2018/1177", "S/2018/1177/Add.1", "en"),
    ("https://undocs.org/en/S/2018/1177", "S/2018/1177", "en"),
    ("A/72/840-S/2018/600", "S/2018/600; A/72/840", "en"),
    ("反", "反恐会议", "zh"),
    ("反恐", "反恐会议", "zh"),
    ("恐会议", "反恐会议", "zh"),
    ("反恐会议", "全球反恐会议", "zh"),
    ("全球反恐会议", "反恐会议，全球", "zh"),
    ("全球反恐会", "全球反恐会议", "zh"),
    ("「反恐会议」", "全球反恐会议", "zh"),
    ('"第1届"', "在第1届会议", "zh"),
    ("“peace and security”", "Peace and Security!", "en"),
    ("«peace and", "peace and security", "en"),
    ("border -draft", "border security", "en"),
    ("border - draft", "border draft", "en"),
    ("border – draft", "border draft", "en"),
    ("-counter-terrorism report", "report: terrorism, counter", "en"),
    ('-"peace and security" peace', "security and peace", "en"),
    ("الأسلحة", "السلاح", "ar"),
    ("رجل", "الرجال", "ar"),
    ("عمل", "وبأعمال والأعمال", "ar"),
    ("حق", "الحقوق", "ar"),
    ("شعب", "الشعوب", "ar"),
    ("وسيلة", "وسائل", "ar"),
    ("مجالس", "المجلس", "ar"),
    ("قاعدة", "القواعد", "ar"),
    ("المرأة", "الرجل والمرأة", "ar"),
    ("كرامة", "كرامته", "ar"),
    ("enfermedades", "enfermedad", "es"),
    ("pay for work", "equal work, equal pay", "en"),
    ("libertés de la déclaration", "une liberté, cette déclaration", "fr"),
    ("the", "the", "en"),
]
NOT_FOUND = [
    ("conference", "congress", "en"),
    ("brien", "obrien", "en"),
    ("恐反", "反恐", "zh"),
    ("反恐会议", "反恐 会议", "zh"),
    ("中", "国", "zh"),
    ("“security and peace”", "peace and security", "en"),
    ('"conferences"', "conference", "en"),
    ("1.5", "5.1", "en"),
    ("S/RES/2396", "S/RES/2395 (2017)", "en"),
    ("A/RES/217 A (III)", "A/RES/217 (V) A", "en"),
    ("border -drafts", "border draft", "en"),
    ("border −draft", "border draft", "en"),
    ('-"peace and security" peace', "peace and security", "en"),
    ("-counter-terrorism report", "report on counter-terrorism", "en"),
    ("report -恐", "report 反恐", "zh"),
    ("رجل", "الرحيل", "ar"),
    ('"pay for work"', "pay and work", "en"),
    ("the", "an", "en"),
]


@pytest.mark.parametrize(("typed", "text", "language"), FOUND)
def test_what_is_found(typed, text, language):
    assert finds(analyze(text, language), parse(typed))


@pytest.mark.parametrize(("typed", "text", "language"), NOT_FOUND)
def test_what_is_not_found(typed, text, language):
    assert not finds(analyze(text, language), parse(typed))


@pytest.mark.parametrize(
    ("typed", "terms", "excluded"),
    [
        ("", [], []),
        ("… - -- \" '", [], []),
        ("border border BORDER", ["border"], []),
        ("l'homme", ["homme"], []),
        ("l'", ["l"], []),
        ("state’s O'Brien", ["state", "O", "Brien"], []),
        ("全球反恐", ["全球反恐"], []),
        ("全球反恐会", ["全球", "反恐", "恐会"], []),
        ("全球反恐会议", ["全球", "反恐", "会议"], []),
        ('b -c -"d e" "f  g', ["b", "f g"], ["c", "d e"]),
        ("b-c (-d) e- f -g", ["b", "c", "d", "e", "f"], ["g"]),
        ("the work of the Committee", ["work", "Committee"], []),
        ('"of the" Committee', ["of the", "Committee"], []),
        ("от -для", ["от"], ["для"]),
        ("unknown:value", ["unknown", "value"], []),
    ],
)
def test_terms_are_named_as_typed(typed, terms, excluded):
    query = parse(typed)
    assert ([term.text for term in query.terms], [term.text for term in query.excluded]) == (terms, excluded)


@pytest.mark.parametrize(
    ("typed", "filters"),
    [
        ("kind:press_release border", (("kind", "press_release"),)),
        ("YEAR:2019 year：2019 year:2020", (("year", "2019"), ("year", "2020"))),
        ('person:"María López" theme:“border security', (("person", "María López"), ("theme", "border security"))),
        ("kind: border", ()),
        ('kind:"" border', ()),
        ("mankind:x -kind:x kind", ()),
    ],
)
def test_filters(typed, filters):
    assert parse(typed).filters == filters


def test_each_name_is_a_filter():
    assert parse(" ".join(f"{name}:x" for name in FILTERS)).filters == tuple((name, "x") for name in FILTERS)


def test_a_word_is_looked_for_by_its_stems_in_three_languages():
    assert [term.alternatives for term in parse("Conferences договоров").terms] == [
        (("conferences",), ("~conferences",), ("~confer",), ("~conferenc",), ("~conferent",)),
        (("договоров",), ("~договор",)),
    ]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("Border Security", "border security"),
        ("“Border security” kind:photo -draft", "border security"),
        ("Theme: borders", "theme borders"),
        ("kind:photo", ""),
        ("A/RES/217 A (III)", "A/RES/217 (III) A"),
    ],
)
def test_the_whole_is_that_of_a_title(typed, title):
    assert parse(typed).whole == whole(title)


@pytest.mark.parametrize("typed", ["w" * 400, "word " * 31, "反" * 400, "".join(map(chr, range(0x4E00, 0x4E00 + 200)))])
def test_a_long_search_is_shortened(typed):
    query = parse(typed)

    assert (query.is_shortened, len(query.text) <= 300, 1 <= len(query.terms) <= 30) == (True, True, True)


def test_a_long_phrase_is_looked_for_in_parts():
    """Databases compare each word of a phrase at each place where it begins, so one of one character takes seconds."""
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 62)]
    pairs = [first + second for first, second in pairwise(characters)]

    [repeated] = parse('"' + "反" * 62).terms[:1]
    assert [term.alternatives for term in parse(f'"{"".join(characters)}"').terms] == [
        (tuple(pairs[:30]),),
        (tuple(pairs[30:60]),),
        (tuple(pairs[60:]),),
    ]
    assert repeated.alternatives == (("反反",) * 30,)
    assert len(parse('"' + "反" * 299).terms) == 2
    assert len(parse('-"' + "反" * 90).excluded[0].alternatives[0]) == 30


@given(TYPED)
def test_whatever_is_typed_is_a_query(typed):
    query = parse(typed)

    assert len(query.terms) + len(query.excluded) <= 30
    assert all(term.text and term.alternatives and all(term.alternatives) for term in (*query.terms, *query.excluded))
    assert {name for name, _ in query.filters} <= set(FILTERS)


@given(TYPED, st.sampled_from(["ar", "zh", "en", "fr", "ru", "es"]))
def test_each_word_of_a_text_finds_the_text(text, language):
    tokens = analyze(text, language)

    words = [text[span.start : span.end] for span in spans(text)]
    assert [word for word in words if not all(matches(tokens, term) for term in parse(word).terms)] == []


@pytest.mark.parametrize("piece", ["a ", " ", '"', "-", "a-", "反", "kind:", "S/1/", "e\u0301", "\u2067", "l'", "\n "])
def test_time_grows_with_the_length_alone(piece):
    def seconds(length):
        typed = ("a" + piece * length)[: length - 1] + "b"
        started = time.process_time()
        parse(typed)
        return time.process_time() - started

    seconds(1_000)
    assert min(seconds(20_000) for _ in range(3)) < 2.5 * min(seconds(10_000) for _ in range(3)) + 0.01
