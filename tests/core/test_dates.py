from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from babel.dates import format_date as cldr_date
from babel.dates import format_skeleton

from ctportal.core.dates import format_date, format_date_range, format_instant
from ctportal.core.languages import CODES

CLDR = {"ar": "ar", "zh": "zh_Hans", "en": "en_GB", "fr": "fr", "ru": "ru", "es": "es"}
MINSK = (date(2019, 9, 3), date(2019, 9, 4), "day")
ACROSS_MONTHS = (date(2019, 9, 30), date(2019, 10, 2), "day")
ACROSS_YEARS = (date(2019, 12, 30), date(2020, 1, 2), "day")
MONTHS_ACROSS_YEARS = (date(2019, 12, 1), date(2020, 1, 31), "month")
FROM_THE_FIRST = (date(2019, 7, 1), date(2019, 7, 5), "day")
FROM_FIRST_TO_FIRST = (date(2019, 7, 1), date(2019, 8, 1), "day")
ONE_MONTH = (date(2019, 10, 1), date(2019, 10, 31), "month")
TWO_MONTHS = (date(2019, 9, 1), date(2019, 10, 31), "month")
TWO_YEARS = (date(2019, 1, 1), date(2020, 12, 31), "year")


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            [
                "3–4 September 2019",
                "30 September – 2 October 2019",
                "30 December 2019 – 2 January 2020",
                "October 2019",
                "September–October 2019",
                "2019–2020",
                "December 2019 – January 2020",
                "1–5 July 2019",
                "1 July – 1 August 2019",
            ],
        ),
        (
            "fr",
            [
                "3-4 septembre 2019",
                "du 30 septembre au 2 octobre 2019",
                "du 30 décembre 2019 au 2 janvier 2020",
                "octobre 2019",
                "septembre-octobre 2019",
                "2019-2020",
                "décembre 2019-janvier 2020",
                "1er-5 juillet 2019",
                "du 1er juillet au 1er août 2019",
            ],
        ),
        (
            "es",
            [
                "del 3 al 4 de septiembre de 2019",
                "del 30 de septiembre al 2 de octubre de 2019",
                "del 30 de diciembre de 2019 al 2 de enero de 2020",
                "octubre de 2019",
                "de septiembre a octubre de 2019",
                "2019-2020",
                "de diciembre de 2019 a enero de 2020",
                "del 1 al 5 de julio de 2019",
                "del 1 de julio al 1 de agosto de 2019",
            ],
        ),
        (
            "ru",
            [
                "3–4 сентября 2019\u202fг.",
                "30 сентября – 2 октября 2019\u202fг.",
                "30 декабря 2019\u202fг. – 2 января 2020\u202fг.",
                "октябрь 2019\u202fг.",
                "сентябрь – октябрь 2019\u202fг.",
                "2019–2020\u202fгг.",
                "декабрь 2019\u202fг. – январь 2020\u202fг.",
                "1–5 июля 2019\u202fг.",
                "1 июля – 1 августа 2019\u202fг.",
            ],
        ),
        (
            "zh",
            [
                "2019年9月3日至4日",
                "2019年9月30日至10月2日",
                "2019年12月30日至2020年1月2日",
                "2019年10月",
                "2019年9月至10月",
                "2019年至2020年",
                "2019年12月至2020年1月",
                "2019年7月1日至5日",
                "2019年7月1日至8月1日",
            ],
        ),
        (
            "ar",
            [
                "3–4 أيلول/سبتمبر 2019",
                "30 أيلول/سبتمبر – 2 تشرين الأول/أكتوبر 2019",
                "30 كانون الأول/ديسمبر 2019 – 2 كانون الثاني/يناير 2020",
                "تشرين الأول/أكتوبر 2019",
                "أيلول/سبتمبر – تشرين الأول/أكتوبر 2019",
                "2019–2020",
                "كانون الأول/ديسمبر 2019 – كانون الثاني/يناير 2020",
                "1–5 تموز/يوليه 2019",
                "1 تموز/يوليه – 1 آب/أغسطس 2019",
            ],
        ),
    ],
)
def test_ranges_are_written_as_the_language_writes_them(language, texts):
    ranges = [MINSK, ACROSS_MONTHS, ACROSS_YEARS, ONE_MONTH, TWO_MONTHS, TWO_YEARS]
    ranges += [MONTHS_ACROSS_YEARS, FROM_THE_FIRST, FROM_FIRST_TO_FIRST]

    assert [format_date_range(*days, language) for days in ranges] == texts


NAMED_BY_CLDR = [code for code in CODES if code != "ar"]


@pytest.mark.parametrize("language", NAMED_BY_CLDR)
def test_single_days_are_those_of_cldr(language):
    days = [date(2020, 1, 1) + timedelta(days=count) for count in range(366)]

    ours = [format_date(day, language).replace("1er ", "1 ") for day in days]

    assert ours == [cldr_date(day, "long", CLDR[language]) for day in days]


@pytest.mark.parametrize("language", NAMED_BY_CLDR)
def test_single_months_are_those_of_cldr(language):
    months = [date(2020, number, 1) for number in range(1, 13)]

    ours = [format_date(month, language, "month") for month in months]

    assert ours == [format_skeleton("yMMMM", month, locale=CLDR[language]) for month in months]


def test_months_have_both_names_in_arabic_as_the_united_nations_writes_them():
    names = [format_date(date(2020, number, 1), "ar", "month") for number in range(1, 13)]

    assert [name.removesuffix(" 2020") for name in names] == [
        *("كانون الثاني/يناير", "شباط/فبراير", "آذار/مارس", "نيسان/أبريل", "أيار/مايو", "حزيران/يونيه"),
        *("تموز/يوليه", "آب/أغسطس", "أيلول/سبتمبر", "تشرين الأول/أكتوبر", "تشرين الثاني/نوفمبر", "كانون الأول/ديسمبر"),
    ]
    assert format_date(date(2019, 12, 18), "ar") == "18 كانون الأول/ديسمبر 2019"


def test_the_first_of_a_month_is_an_ordinal_in_french():
    assert format_date(date(2020, 7, 1), "fr") == "1er juillet 2020"
    assert format_date_range(date(2020, 7, 1), date(2020, 7, 2), "day", "fr") == "1er-2 juillet 2020"


@pytest.mark.parametrize(
    ("language", "text"),
    [("ar", "2020"), ("zh", "2020年"), ("en", "2020"), ("fr", "2020"), ("ru", "2020\u202fг."), ("es", "2020")],
)
def test_a_year_alone(language, text):
    assert format_date(date(2020, 5, 5), language, "year") == text


@pytest.mark.parametrize(
    ("precision", "text"), [("day", "3 September 2019"), ("month", "September 2019"), ("year", "2019")]
)
def test_a_range_of_one_day_is_that_day(precision, text):
    assert format_date_range(date(2019, 9, 3), date(2019, 9, 3), precision, "en") == text


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("days", [MINSK, ACROSS_MONTHS, ACROSS_YEARS, ONE_MONTH, TWO_MONTHS, TWO_YEARS])
def test_the_year_is_always_shown(days, language):
    assert "2019" in format_date_range(*days, language)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("ar", ["3 أيلول/سبتمبر 2019، الساعة 07:00 (UTC)", "1 أيلول/سبتمبر 2019، الساعة 01:30 (UTC)"]),
        ("zh", ["2019年9月3日 07:00（UTC）", "2019年9月1日 01:30（UTC）"]),
        ("en", ["3 September 2019, 07:00 (UTC)", "1 September 2019, 01:30 (UTC)"]),
        ("fr", ["3 septembre 2019 à 7\u00a0h\u00a000 (UTC)", "1er septembre 2019 à 1\u00a0h\u00a030 (UTC)"]),
        ("ru", ["3 сентября 2019\u202fг., 07:00 (UTC)", "1 сентября 2019\u202fг., 01:30 (UTC)"]),
        ("es", ["3 de septiembre de 2019 a las 07:00 (UTC)", "1 de septiembre de 2019 a la 01:30 (UTC)"]),
    ],
)
def test_an_instant_is_read_in_utc(language, texts):
    instants = [datetime(2019, 9, 3, 7, tzinfo=UTC), datetime(2019, 9, 1, 1, 30, tzinfo=UTC)]

    assert [format_instant(instant, language) for instant in instants] == texts


def test_the_date_of_an_instant_is_that_of_utc():
    instant = datetime(2019, 12, 31, 21, 30, tzinfo=timezone(-timedelta(hours=5)))

    assert format_instant(instant, "en") == "1 January 2020, 02:30 (UTC)"


def test_a_last_day_before_the_first_is_refused():
    with pytest.raises(ValueError, match="The last day, 2019-09-03, is before the first, 2019-09-04."):
        format_date_range(date(2019, 9, 4), date(2019, 9, 3), "day", "en")
