"""ctportal.search.analysis: the tokens of a text in six languages."""

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctportal.search.analysis import LONGEST_WORD, analyze, in_parts, spans, whole

TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60) | st.text(
    alphabet="ab é\u0301\u200f-'’/.12٣АвS联合国한ガ゛ـنَ\u2067\u2069()", max_size=40
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        (" .,;!?—… \n", ()),
        ("Border security", ("border", "security")),
        ("l'homme l’État O‘Brien oʼbrien", ("l", "homme", "l", "etat", "o", "brien", "o", "brien")),
        ("counter-terrorism and counter‑terrorism", ("counter", "terrorism", "and", "counter", "terrorism")),
        ("press_release", ("press", "release")),
        ("De\u0301sarmement co\u00adoperation zero\u200bwidth", ("desarmement", "cooperation", "zerowidth")),
        ("نَزْع السِّلَاح مـــؤتمر", ("نزع", "السلاح", "موتمر")),
        ("\u2067مؤتمر\u2069 في Dushanbe", ("موتمر", "في", "dushanbe")),
        ("ISPARTA ısparta Isparta", ("isparta",) * 3),
        ("Ковалёв КОВАЛЕВ", ("ковалев",) * 2),
        ("Чи\u0306тать", ("чйтать",)),
        ("हिन्दी", ("हिन्दी",)),
        ("2019 ٢٠١٩ ２０１９ 12.10.2019", ("2019", "2019", "2019", "12", "10", "2019")),
        ("2,396 and 1.5", ("2", "396", "and", "1", "5")),
        ("½ ŉ ﷺ", ("1", "2", "n", "صلي", "الله", "عليه", "وسلم")),
        ("中", ("中",)),
        ("反恐", ("反恐",)),
        ("反恐会", ("反恐", "恐会")),
        ("联合国2030年议程", ("联合", "合国", "2030", "年议", "议程")),
        ("ガイド ｶﾞｲﾄﾞ カ\u3099イト\u3099", ("ガイ", "イド") * 3),
        ("한국어", ("한국", "국어")),
        (unicodedata.normalize("NFD", "한국어"), ("한국", "국어")),
        ("S/RES/2396 (2017)", ("s/res/2396", "2017")),
        ("(s/res/2396(2017)).", ("s/res/2396", "2017")),
        ("Ｓ／ＲＥＳ／２３９６（２０１７）", ("s/res/2396", "2017")),
        ("قرار S/RES/٢٣٩٦", ("قرار", "s/res/2396")),
        ("安理会第S/RES/2396号", ("安理", "理会", "会第", "s/res/2396", "号")),
        ("https://undocs.org/en/S/2018/1177", ("s/2018/1177",)),
        ("A/72/840-S/2018/600", ("a/72/840", "s/2018/600")),
        ("A/RES/217 (III) A", ("a/res/217", "iii", "a")),
        ("and/or 24/7 https://example.org/a/72/1", ("and", "or", "24", "7", "https", "example", "org", "a", "72", "1")),
        ("Security Council resolution 2396 (2017)", ("security", "council", "resolution", "2396", "2017")),
    ],
)
def test_words_are_those_of_the_text_in_its_order(text, words):
    assert analyze(text, "en").words == words


@pytest.mark.parametrize(
    ("text", "language", "others"),
    [
        ("conference conferences", "en", {"~confer"}),
        ("treaty treaties", "en", {"~treati"}),
        ("désarmement DESARMEMENT", "fr", {"~desarm"}),
        ("verificación verificaciones verificacion", "es", {"~verif"}),
        ("договор договоров", "ru", {"~договор"}),
        ("المعاهدة معاهدة المعاهدات", "ar", {"~معاهد", "~معاهده", "~معهد"}),
        ("Treaties договоров", "ar", {"~treati", "~договор"}),  # by the script, whatever the language of the text
        ("中国", "zh", {"~中", "~国"}),
        ("to g20 42", "en", {"~g20"}),
        ("counter-terrorism", "en", {"~counter", "~terror", "~counterterrorism", "~counterterror"}),
        ("2,396 2 396", "en", {"~2396"}),
        ("2017,2018", "en", set()),
        ("A/72/284", "en", {"~a", "~72", "~284", "~72/284", "~a/72/284"}),
        ("S/2018/1177/Add.1", "en", {"~s", "~2018", "~1177", "~add", "~1", "~2018/1177", "~s/2018/1177"}),
        ("UNSCR 2396", "en", {"~unscr", "~s/res/2396"}),
    ],
)
def test_what_else_a_text_is_found_by(text, language, others):
    assert analyze(text, language).others == others


def test_a_word_has_64_characters_at_most():
    tokens = analyze("a" * 1_000_000 + " " + "e\u0301" * 100 + " A/" + "X-" * 50 + "B/2019/1", "en")

    assert [len(word) for word in tokens.words[:2]] == [LONGEST_WORD] * 2
    assert max(map(len, tokens.others)) <= LONGEST_WORD + 1


@given(TEXTS, st.sampled_from(["ar", "zh", "en", "fr", "ru", "es"]))
def test_tokens_are_the_same_each_time_and_hold_no_spaces_or_quotes(text, language):
    tokens = analyze(text, language)

    assert analyze(text, language) == tokens
    assert not [token for token in (*tokens.words, *tokens.others) if set(token) & set(" \n\"'()*:^") or len(token) < 1]


@given(TEXTS)
def test_the_composed_and_the_decomposed_text_have_the_same_words(text):
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]
    assert analyze(forms[0], "en").words == analyze(forms[1], "en").words


@given(TEXTS)
def test_each_word_has_a_place_in_the_text(text):
    found = list(spans(text))

    assert len(found) == len(analyze(text, "en").words)
    assert all(0 <= span.start < span.end <= len(text) for span in found)
    assert all(first.start <= second.start for first, second in pairwise(found))


def test_places_are_those_of_whole_words_with_their_marks():
    text = "Le de\u0301sarmement, نَزْع\u200f 反恐会 S/RES/2396 (2017)"
    assert [text[span.start : span.end] for span in spans(text)] == [
        "Le", "de\u0301sarmement", "نَزْع", "反恐", "恐会", "S/RES/2396", "2017",
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 7, 50, 10_000])
@pytest.mark.parametrize("text", ["", "one two-three four 反恐会议 S/RES/2396 (2017) " * 30])
def test_parts_hold_all_words_and_repeat_the_last_ones(text, size):
    tokens, parts = analyze(text, "en"), list(in_parts(text, "en", size))
    repeated = min(20, size // 2)

    words = list(parts[0].words)
    for before, part in pairwise(parts):
        assert (len(before.words), part.words[:repeated]) == (size, before.words[len(before.words) - repeated :])
        words += part.words[repeated:]
    assert tuple(words) == tokens.words
    assert frozenset().union(*(part.others for part in parts)) == tokens.others
    assert max(len(part.words) for part in parts) <= size


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("", ""),
        ("…", ""),
        ("Border Security", "=border-security"),
        (" BORDER — security!", "=border-security"),
        ("联合国2030年议程", "=联合国-2030-年议程"),
        ("S/RES/2396 (2017)", "=s/res/2396-2017"),
    ],
)
def test_equal_titles_have_one_token(text, token):
    assert whole(text) == token


def test_long_titles_differ_by_their_ends():
    one, other = whole("word " * 60 + "one"), whole("word " * 60 + "other")

    assert one != other
    assert max(len(one), len(other)) <= 100


@pytest.mark.parametrize(
    "piece", ["word ", "a-", "S/2018/1", "A/72/840 ", "反", "نَ", "e\u0301\u200d", "\u0301", "1,", "ﷺ", "/"]
)
def test_time_grows_with_the_length_alone(piece):
    def seconds(length):
        text = (piece * length)[:length]
        started = time.process_time()
        analyze(text, "en")
        return time.process_time() - started

    seconds(1_000)
    assert min(seconds(60_000) for _ in range(3)) < 5 * min(seconds(20_000) for _ in range(3)) + 0.02
