from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date as cldr_date
from babel.dates import format_skeleton

from ctportal.core.dates import format_date, format_date_range, format_instant
from ctportal.core.languages import CODES

CLDR = {"ar": "ar", "zh": "zh_Hans", "en": "en_GB", "fr": "fr", "ru": "ru", "es": "es"}
MINSK = (date(2019, 9, 3), date(2019, 9, 4), "day")
ACROSS_MONTHS = (date(2019, 9, 30), date(2019, 10, 2), "day")
ACROSS_YEARS = (date(2019, 12, 30), date(2020, 1, 2), "day")
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
            ],
        ),
        (
            "fr",
            [
                "3–4 septembre 2019",
                "30 septembre – 2 octobre 2019",
                "30 décembre 2019 – 2 janvier 2020",
                "octobre 2019",
                "septembre–octobre 2019",
                "2019–2020",
            ],
        ),
        (
            "es",
            [
                "3–4 de septiembre de 2019",
                "30 de septiembre – 2 de octubre de 2019",
                "30 de diciembre de 2019 – 2 de enero de 2020",
                "octubre de 2019",
                "septiembre–octubre de 2019",
                "2019–2020",
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
            ],
        ),
        (
            "ar",
            [
                "3–4 سبتمبر 2019",
                "30 سبتمبر – 2 أكتوبر 2019",
                "30 ديسمبر 2019 – 2 يناير 2020",
                "أكتوبر 2019",
                "سبتمبر – أكتوبر 2019",
                "2019–2020",
            ],
        ),
    ],
)
def test_ranges_are_written_as_the_language_writes_them(language, texts):
    ranges = [MINSK, ACROSS_MONTHS, ACROSS_YEARS, ONE_MONTH, TWO_MONTHS, TWO_YEARS]

    assert [format_date_range(*days, language) for days in ranges] == texts


@pytest.mark.parametrize("language", CODES)
def test_single_days_are_those_of_cldr(language):
    days = [date(2020, 1, 1) + timedelta(days=count) for count in range(366)]

    ours = [format_date(day, language).replace("1er ", "1 ") for day in days]

    assert ours == [cldr_date(day, "long", CLDR[language]) for day in days]


@pytest.mark.parametrize("language", CODES)
def test_single_months_are_those_of_cldr(language):
    months = [date(2020, number, 1) for number in range(1, 13)]

    ours = [format_date(month, language, "month") for month in months]

    assert ours == [format_skeleton("yMMMM", month, locale=CLDR[language]) for month in months]


def test_the_first_of_a_month_is_an_ordinal_in_french():
    assert format_date(date(2020, 7, 1), "fr") == "1er juillet 2020"
    assert format_date_range(date(2020, 7, 1), date(2020, 7, 2), "day", "fr") == "1er–2 juillet 2020"


@pytest.mark.parametrize(
    ("language", "text"),
    [("ar", "2020"), ("zh", "2020年"), ("en", "2020"), ("fr", "2020"), ("ru", "2020\u202fг."), ("es", "2020")],
)
def test_a_year_alone(language, text):
    assert format_date(date(2020, 5, 5), language, "year") == text


@pytest.mark.parametrize(
    ("precision", "text"), [("day", "3 September 2019"), ("month", "September 2019"), ("year", "2019")]
)
@pytest.mark.parametrize("end", [date(2019, 9, 3), None])
def test_a_range_of_one_day_is_that_day(precision, text, end):
    assert format_date_range(date(2019, 9, 3), end, precision, "en") == text


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("days", [MINSK, ACROSS_MONTHS, ACROSS_YEARS, ONE_MONTH, TWO_MONTHS, TWO_YEARS])
def test_the_year_is_always_shown(days, language):
    assert "2019" in format_date_range(*days, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "3 سبتمبر 2019، 10:00 (مينسك، UTC+3)"),
        ("zh", "2019年9月3日 10:00（明斯克，UTC+3）"),
        ("en", "3 September 2019, 10:00 (Minsk, UTC+3)"),
        ("fr", "3 septembre 2019, 10:00 (Minsk, UTC+3)"),
        ("ru", "3 сентября 2019\u202fг., 10:00 (Минск, UTC+3)"),
        ("es", "3 de septiembre de 2019, 10:00 (Minsk, UTC+3)"),
    ],
)
def test_an_instant_is_read_in_the_time_zone_given(language, text):
    assert format_instant(datetime(2019, 9, 3, 7, tzinfo=UTC), "Europe/Minsk", language) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "1 January 2020, 02:30 (UTC)"),
        ("America/New_York", "31 December 2019, 21:30 (New York, UTC−5)"),
        ("Asia/Kolkata", "1 January 2020, 08:00 (Kolkata, UTC+5:30)"),
        ("Africa/Abidjan", "1 January 2020, 02:30 (Abidjan, UTC)"),
    ],
)
def test_the_local_date_and_the_offset_follow_the_time_zone(zone, text):
    assert format_instant(datetime(2020, 1, 1, 2, 30, tzinfo=UTC), zone, "en") == text


def test_the_offset_is_that_of_the_day():
    assert format_instant(datetime(2020, 7, 1, 12, tzinfo=UTC), "America/New_York", "en").endswith("(New York, UTC−4)")


def test_a_last_day_before_the_first_is_refused():
    with pytest.raises(ValueError, match="The last day, 2019-09-03, is before the first, 2019-09-04."):
        format_date_range(date(2019, 9, 4), date(2019, 9, 3), "day", "en")


def test_an_unknown_precision_language_or_zone_is_refused():
    with pytest.raises(ValueError, match="“week” is not a precision of a date; it must be one of day, month, year."):
        format_date(date(2019, 9, 3), "en", "week")
    with pytest.raises(ValueError, match="“de” is not a language of the portal"):
        format_date_range(*MINSK, "de")
    with pytest.raises(ValueError, match="“Mars/Base” is not a time zone such as “Europe/Minsk”."):
        format_instant(datetime(2019, 9, 3, tzinfo=UTC), "Mars/Base", "en")


def test_a_naive_datetime_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        format_instant(datetime(2019, 9, 3), "UTC", "en")
