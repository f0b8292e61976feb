"""UN symbols: what is one, its normal form, its address, and how it is found."""

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from ctportal.core.symbols import normalize_symbol, parse_symbol, symbol_url, with_normal_symbols

# {typed: normal form, "" where it is no symbol}
LABELLED = dict(line.split("\t") for line in (Path(__file__).parent / "cases/symbols.tsv").read_text().splitlines())
# What stays hard: the form does not tell them apart. {typed: (what is right, what is made of it)}
HARD = {
    # Read as symbols, though they are none.
    "A/C.3/72": ("", "A/C.3/72"),  # the session of a committee
    "A/4": ("", "A/4"),  # a size of paper, and a document of 1946
    "T/72": ("", "T/72"),  # a tank, and a document of 1947
    "S/400": ("", "S/400"),
    "E/2019": ("", "E/2019"),  # no year, but a document of 1952
    "USA/2019/4": ("", "USA/2019/4"),  # a project
    "T/SHIRT/42": ("", "T/SHIRT/42"),
    "BMP/1/2": ("", "BMP/1/2"),
    # Symbols that are refused.
    "EB.AIR/WG.5/2005/3": (
        "EB.AIR/WG.5/2005/3",
        "",
    ),  # of the form of the OSCE's MC.DEC/10/08; ECE/ stands before such now
    "UNEP(DEPI)/MED IG.22/28": ("UNEP(DEPI)/MED IG.22/28", ""),
    "UNAIDS/PCB(44)/19.1": ("UNAIDS/PCB(44)/19.1", ""),
    "UNEP/CMS/COP13/Doc.26": ("UNEP/CMS/COP13/Doc.26", ""),  # number without a point, as in ISO/TC46
    "CBD/WG2020/1/5": ("CBD/WG2020/1/5", ""),
    "CEDAW/C/2009/WP.1/R": ("CEDAW/C/2009/WP.1/R", ""),
    "A/72/6/Corr.1 and 2": ("A/72/6/Corr.1-2", ""),  # two documents
    "résolution 2396 (2017) du Conseil de sécurité": ("S/RES/2396 (2017)", ""),  # words are read in English alone
}


def recognized(text):
    try:
        return normalize_symbol(text)
    except ValidationError:
        return ""


def test_precision_and_recall_on_labelled_strings():
    right = LABELLED | {text: right for text, (right, _made) in HARD.items()}
    symbols = {text: symbol for text, symbol in right.items() if symbol}
    made = {text: symbol for text in right if (symbol := recognized(text))}

    hits = len(made.items() & symbols.items())
    precision, recall = hits / len(made), hits / len(symbols)
    assert (len(symbols), len(right) - len(symbols)) == (376, 455)
    assert f"precision {precision:.1%}, recall {recall:.1%}" == "precision 97.9%, recall 97.9%"


def test_each_labelled_string_has_its_right_value():
    assert {text: symbol for text in LABELLED if (symbol := recognized(text)) != LABELLED[text]} == {}


@pytest.mark.parametrize("typed", HARD)
def test_what_remains_hard(typed):
    assert recognized(typed) == HARD[typed][1]


@pytest.mark.parametrize("symbol", sorted(set(LABELLED.values()) - {""}))
def test_the_normal_form_is_its_own_normal_form_in_any_letters(symbol):
    assert [recognized(each) for each in (symbol, symbol.lower(), f" {symbol}\n")] == [symbol] * 3
    assert symbol.isascii()


@pytest.mark.parametrize(
    ("typed", "symbol", "reissue"),
    [
        ("A/CONF.183/9*", "A/CONF.183/9", "*"),
        ("S/RES/2396 (2017) **", "S/RES/2396 (2017)", "**"),
        ("Ａ／７２／８４０＊", "A/72/840", "*"),
        ("A/72/6 (Sect. 1)∗", "A/72/6 (Sect. 1)", "*"),
        ("A/72/840*****", "A/72/840", "***"),
        ("A/72/840", "A/72/840", ""),
    ],
)
def test_the_asterisk_of_a_reissue_is_kept_apart(typed, symbol, reissue):
    assert parse_symbol(typed)[:2] == (symbol, reissue)


@pytest.mark.parametrize("typed", ["*", "**", "CR6*", "A/C.3*", "A/72/*", "*A/72/840", "A/*/840"])
def test_an_asterisk_makes_no_symbol(typed):
    assert recognized(typed) == ""


def test_a_joint_symbol_has_the_symbols_of_both_organs():
    assert parse_symbol("A/70/826–S/2016/360*") == ("A/70/826-S/2016/360", "*", ("A/70/826", "S/2016/360"))


@pytest.mark.parametrize(("typed", "shown"), [("S/RES/2396", "S/RES/2396"), ("ｓ／res／1373", "S/RES/1373")])
def test_a_resolution_without_year_is_told_how_to_write_it(typed, shown):
    with pytest.raises(ValidationError) as refusal:
        normalize_symbol(typed)
    assert refusal.value.code == "symbol_without_year"
    assert refusal.value.messages == [f"“{typed}” has no year. Write it as {shown} (2017)."]


@given(st.text(alphabet=st.sampled_from("ASERTUN/.-()*017IVX b＊／\u200bА–%"), max_size=60))
def test_any_text_is_a_symbol_or_refused(text):
    symbol = recognized(text)
    assert recognized(symbol) == symbol
    assert len(symbol) <= len(text) * 2


@pytest.mark.parametrize(
    "text", ["A/" * 5000, "A-" * 5000, "-A/1" * 5000, "(" * 9000, "A/1" + "(1)" * 3000, "/" * 9000]
)
def test_long_nonsense_is_refused_at_once(text):
    assert recognized(text) == ""


@pytest.mark.parametrize(
    ("symbol", "address"),
    [
        ("S/RES/2396 (2017)", "https://undocs.org/fr/S/RES/2396(2017)"),
        ("A/RES/57/270 B", "https://undocs.org/fr/A/RES/57/270B"),
        ("A/RES/217 (III) A", "https://undocs.org/fr/A/RES/217(III)"),
        ("A/72/6 (Sect. 1)/Add.1", "https://undocs.org/fr/A/72/6(Sect.1)/Add.1"),
        ("A/70/826-S/2016/360", "https://undocs.org/fr/A/70/826"),
        ("DP/FPA-ICEF-UNW/2019/1", "https://undocs.org/fr/DP/FPA-ICEF-UNW/2019/1"),
    ],
)
def test_the_address_in_the_un_document_system(symbol, address):
    assert symbol_url(symbol, "fr") == address


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("S/RES/2396(2017)", "S/RES/2396 (2017)"),
        ("s/res/2396 (2017) fighters", "S/RES/2396 (2017) fighters"),
        ("“Ａ／７２／８４０＊” and/or 24/7", "“A/72/840” and/or 24/7"),
        ("A/70/826–S/2016/360", "A/70/826 S/2016/360"),
        ("S/RES/2396", "S/RES/2396"),
        ("UNSCR 2396 (2017)", "S/RES/2396 (2017)"),
        ("unscr 2396(2017) fighters", "S/RES/2396 (2017) fighters"),
        ("Implementing Security Council resolution 2396", 'Implementing "S/RES/2396 ("'),
        ("Implementing “Security Council resolution 2396”", "Implementing “S/RES/2396 (”"),
        ("UN Security Council Resolution No. 1373 (2001) of 28 September 2001", "S/RES/1373 (2001)"),
        ("General Assembly resolution 72/284 and UNGA res. S-26/2", "A/RES/72/284 and A/RES/S-26/2"),
        ("General Assembly resolution 217 (III) A", "A/RES/217 (III) A"),
        ("Human Rights Council resolution 40/16", "A/HRC/RES/40/16"),
        ("Security Council resolution 2396 (2019", '"S/RES/2396 (" (2019'),
        ("General Assembly resolution 217", "General Assembly resolution 217"),
        ("resolution 2396 of the Security Council, miscr 12", "resolution 2396 of the Security Council, miscr 12"),
        ("and/or", "and/or"),
        ("", ""),
    ],
)
def test_a_search_has_its_symbols_in_the_normal_form(typed, searched):
    assert with_normal_symbols(typed) == searched
