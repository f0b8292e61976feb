import re

import pytest
from babel import Locale
from django.utils import translation

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
        "ar": "آسيا الوسطى",
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


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("BO", "en", "Bolivia (Plurinational State of)"),
        ("KP", "en", "Democratic People’s Republic of Korea"),
        ("MD", "fr", "République de Moldova"),
        ("PS", "es", "Estado de Palestina"),
        ("RU", "en", "Russian Federation"),
        ("TR", "es", "Türkiye"),
        # Where M49 itself is in need of correction.
        ("AX", "ru", "Аландские острова"),
        ("IO", "ar", "الإقليم البريطاني في المحيط الهندي"),
        ("CX", "ru", "Остров Рождества"),
        ("NR", "en", "Naoero"),
    ],
)
def test_names_are_those_of_the_united_nations(code, language, name):
    assert countries.country_name(code, language) == name


@pytest.mark.parametrize("language", CODES)
def test_no_two_countries_have_one_name(language):
    names = [countries.country_name(code, language) for code in countries.COUNTRY_CODES]

    assert sorted(set(names)) == sorted(names)


SCRIPTS = {"ar": r"[\u0600-\u06ff]", "zh": r"[\u4e00-\u9fff]", "ru": r"[\u0400-\u04ff]"}


@pytest.mark.parametrize("language", CODES)
def test_each_name_is_written_in_the_script_of_its_language_without_stray_characters(language):
    names = [countries.country_name(code, language) for code in countries.COUNTRY_CODES]
    names += [countries.region_name(slug, language) for slug in countries.REGIONS]
    letter = SCRIPTS.get(language, r"[^\W\d_\u0400-\uffff]")
    between = "[ ，、（）]" if language == "zh" else "[ ,،()’—-]"

    assert [name for name in names if not re.fullmatch(f"{letter}({letter}|\\b|{between})*", name)] == []
    assert [name for name in names if name != " ".join(name.split())] == []


def test_every_name_but_the_arabic_and_chinese_begins_with_a_capital_letter():
    coded = [(code, language) for code in countries.COUNTRY_CODES for language in ("en", "fr", "ru", "es")]

    assert [pair for pair in coded if not countries.country_name(*pair)[0].isupper()] == []


def test_the_names_are_those_of_the_countries_and_regions_and_no_others():
    names = countries._names()

    assert sorted(names["countries"]) == list(countries.COUNTRY_CODES)
    assert sorted(names["regions"]) == sorted(region.code for region in countries._REGIONS.values())


def test_a_country_is_searched_for_by_its_shorter_name_too():
    assert countries.names_to_search("RU", "ru") == ("Российская Федерация", "Россия")
    assert countries.names_to_search("TJ", "fr") == ("Tadjikistan",)


@pytest.mark.parametrize(
    ("city", "country", "language", "place"),
    [
        ("Minsk", "Belarus", "en", "Minsk, Belarus"),
        ("مينسك", "بيلاروس", "ar", "مينسك، بيلاروس"),
        ("明斯克", "白俄罗斯", "zh", "白俄罗斯明斯克"),
        ("Minsk", "白俄罗斯", "zh", "白俄罗斯 Minsk"),
        ("", "白俄罗斯", "zh", "白俄罗斯"),
        ("Minsk", "", "zh", "Minsk"),
        ("", "", "fr", ""),
    ],
)
def test_a_place_is_written_in_the_order_of_its_language(city, country, language, place):
    assert countries.place_name(city, country, language) == place


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("en", ["AF", "AX", "AL", "DZ"]),  # Afghanistan, Åland Islands, Albania, Algeria
        ("fr", ["AF", "ZA", "AL", "DZ"]),  # Afghanistan, Afrique du Sud, Albanie, Algérie
        ("ru", ["AU", "AT", "AZ", "AX"]),  # Австралия, Австрия, Азербайджан, Аландские острова
        ("zh-hans", ["AL", "DZ", "AF", "AR"]),  # 阿尔巴尼亚, 阿尔及利亚, 阿富汗, 阿根廷
    ],
)
def test_choices_are_named_and_sorted_in_the_active_language(language, first):
    with translation.override(language):
        codes = [code for code, _ in countries.country_choices()]

    assert codes[:4] == first
    assert sorted(codes) == list(countries.COUNTRY_CODES)


def test_regions_are_listed_after_the_region_around_them():
    seen = []
    for slug in countries.REGIONS:
        assert countries._REGIONS[slug].parent in {None, *seen}
        seen.append(slug)
