import pytest
from babel import Locale

from ctportal.core import countries
from ctportal.core.languages import CODES

# CLDR's two-letter codes that ISO 3166-1 does not assign: reserved for islands, unions, tests or private use.
NOT_IN_ISO = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}


def test_the_country_codes_are_those_of_iso_3166_1():
    known_to_cldr = {code for code in Locale("en").territories if len(code) == 2 and code.isalpha()}

    assert set(countries.COUNTRY_CODES) == known_to_cldr - NOT_IN_ISO
    assert len(countries.COUNTRY_CODES) == 249


def test_every_country_but_antarctica_and_taiwan_lies_in_a_region():
    # M49 puts Antarctica in no region of its own and does not list TW.
    assert {code for code in countries.COUNTRY_CODES if not countries.regions_of(code)} == {"AQ", "TW"}


def test_no_country_stands_in_two_regions():
    listed = " ".join(region.countries for region in countries._REGIONS.values()).split()

    assert sorted(set(listed)) == sorted(listed)


@pytest.mark.parametrize(
    ("code", "regions"),
    [
        ("TJ", ("asia", "central-asia")),
        ("BY", ("europe", "eastern-europe")),
        ("KE", ("africa", "sub-saharan-africa", "eastern-africa")),
        ("NG", ("africa", "sub-saharan-africa", "western-africa")),
        ("EG", ("africa", "northern-africa")),
        ("AE", ("asia", "western-asia")),
        ("MN", ("asia", "eastern-asia")),
        ("ID", ("asia", "south-eastern-asia")),
        ("HU", ("europe", "eastern-europe")),
        ("ES", ("europe", "southern-europe")),
        ("AT", ("europe", "western-europe")),
        ("TT", ("americas", "latin-america-and-the-caribbean", "caribbean")),
        ("US", ("americas", "northern-america")),
        ("AU", ("oceania", "australia-and-new-zealand")),
        ("", ()),
    ],
)
def test_regions_go_from_wide_to_narrow(code, regions):
    assert countries.regions_of(code) == regions


def test_a_country_has_a_name_in_each_language():
    names = {language: countries.country_name("TJ", language) for language in CODES}

    assert names == {
        "ar": "طاجيكستان",
        "zh": "塔吉克斯坦",
        "en": "Tajikistan",
        "fr": "Tadjikistan",
        "ru": "Таджикистан",
        "es": "Tayikistán",
    }


def test_a_region_has_a_name_in_each_language():
    names = {language: countries.region_name("central-asia", language) for language in CODES}

    assert names == {
        "ar": "وسط آسيا",
        "zh": "中亚",
        "en": "Central Asia",
        "fr": "Asie centrale",
        "ru": "Центральная Азия",
        "es": "Asia central",
    }


def test_every_country_and_region_is_named_in_every_language():
    names = [countries.country_name(code, language) for code in countries.COUNTRY_CODES for language in CODES]
    regions = [countries.region_name(slug, language) for slug in countries.REGIONS for language in CODES]

    # A code standing in for a missing name would be digits or two capital letters.
    assert [name for name in names + regions if not name or name.isdigit() or (len(name) == 2 and name.isupper())] == []


def test_no_country_is_an_empty_name():
    assert countries.country_name("", "fr") == ""


def test_names_of_the_united_nations_replace_those_of_cldr_where_they_say_something_else():
    assert countries.country_name("PS", "en") == "State of Palestine"
    assert countries.region_name("latin-america-and-the-caribbean", "es") == "América Latina y el Caribe"


def test_choices_are_sorted_by_name_with_accents_folded():
    codes = [code for code, _ in countries.COUNTRY_CHOICES]

    assert codes[:3] == ["AF", "AX", "AL"]  # Afghanistan, Åland Islands, Albania
    assert sorted(codes) == list(countries.COUNTRY_CODES)


def test_regions_are_listed_after_the_region_around_them():
    seen = []
    for slug in countries.REGIONS:
        assert countries._REGIONS[slug].parent in {None, *seen}
        seen.append(slug)
