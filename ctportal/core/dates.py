"""Formatting of dates, ranges of dates and instants in the six languages, always with the year.

A date has a precision, "day", "month" or "year", since only "October 2019" is known of some conferences.
"""

from calendar import monthrange
from datetime import UTC, date, datetime
from functools import cache
from typing import Literal

from babel.dates import get_month_names

from ctportal.core.languages import LOCALES

PRECISIONS = ("day", "month", "year")


def first_day(day: date, precision: str) -> date:
    """Return the first day of the date *day* with *precision*: the day itself, or the first of its month or year."""
    if precision == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if precision == "month" else day


def last_day(day: date, precision: str) -> date:
    """Return the last day of the date *day* with *precision*: the day itself, or the last of its month or year."""
    if precision == "year":
        return day.replace(month=12, day=31)
    return day.replace(day=monthrange(day.year, day.month)[1]) if precision == "month" else day


def iso_date(day: str, precision: str) -> str:
    """Return *day*, YYYY-MM-DD, cut to *precision*: YYYY-MM for a month, YYYY for a year."""
    return day[: {"day": 10, "month": 7, "year": 4}[precision]]


# {d} is the day, {M} the month, {y} the year of the first day; {d2} … those of the last; {hour} is the hour without a leading
# zero, {at} the Spanish article before it. Babel formats intervals with short month names only, and without the French "1er", so
# the patterns are here, as the United Nations writes dates. Tests compare single dates with CLDR.
_ENGLISH = {
    "day": "{d} {M} {y}",
    "days": "{d}–{d2} {M} {y}",
    "days_across_months": "{d} {M} – {d2} {M2} {y}",
    "month": "{M} {y}",
    "months": "{M}–{M2} {y}",
    "year": "{y}",
    "range": "{first} – {last}",
    "months_across_years": "{first} – {last}",
    "years": "{y}–{y2}",
    "instant": "{date}, {time} (UTC)",
}
# The patterns of each language that differ from English.
_PATTERNS = {
    "ar": _ENGLISH | {"months": "{M} – {M2} {y}", "instant": "{date}، الساعة {time} (UTC)"},
    "zh": {
        "day": "{y}年{M}月{d}日",
        "days": "{y}年{M}月{d}日至{d2}日",
        "days_across_months": "{y}年{M}月{d}日至{M2}月{d2}日",
        "month": "{y}年{M}月",
        "months": "{y}年{M}月至{M2}月",
        "year": "{y}年",
        "range": "{first}至{last}",
        "months_across_years": "{first}至{last}",
        "years": "{y}年至{y2}年",
        "instant": "{date} {time}（UTC）",
    },
    "en": _ENGLISH,
    "fr": _ENGLISH
    | {
        "days": "{d}-{d2} {M} {y}",
        "days_across_months": "du {d} {M} au {d2} {M2} {y}",
        "months": "{M}-{M2} {y}",
        "range": "du {first} au {last}",
        "months_across_years": "{first}-{last}",
        "years": "{y}-{y2}",
        "instant": "{date} à {hour}\u00a0h\u00a0{minute} (UTC)",
    },
    "ru": _ENGLISH
    | {
        "day": "{d} {M} {y}\u202fг.",
        "days": "{d}–{d2} {M} {y}\u202fг.",
        "days_across_months": "{d} {M} – {d2} {M2} {y}\u202fг.",
        "month": "{M} {y}\u202fг.",
        "months": "{M} – {M2} {y}\u202fг.",
        "year": "{y}\u202fг.",
        "years": "{y}–{y2}\u202fгг.",
    },
    "es": _ENGLISH
    | {
        "day": "{d} de {M} de {y}",
        "days": "del {d} al {d2} de {M} de {y}",
        "days_across_months": "del {d} de {M} al {d2} de {M2} de {y}",
        "range": "del {first} al {last}",
        "month": "{M} de {y}",
        "months": "de {M} a {M2} de {y}",
        "months_across_years": "de {first} a {last}",
        "years": "{y}-{y2}",
        "instant": "{date} a {at} {time} (UTC)",
    },
}


# The months in Arabic as the United Nations writes them: the Levantine name, then the other.
_ARABIC_MONTHS = (
    *("كانون الثاني/يناير", "شباط/فبراير", "آذار/مارس", "نيسان/أبريل", "أيار/مايو", "حزيران/يونيه"),
    *("تموز/يوليه", "آب/أغسطس", "أيلول/سبتمبر", "تشرين الأول/أكتوبر", "تشرين الثاني/نوفمبر", "كانون الأول/ديسمبر"),
)


@cache
def _months(language: str, context: Literal["format", "stand-alone"]) -> dict[int, str]:
    """Return {number: name of the month}. Russian uses the genitive ("format") beside a day, else the nominative."""
    if language == "zh":
        return {number: str(number) for number in range(1, 13)}
    if language == "ar":
        return dict(enumerate(_ARABIC_MONTHS, start=1))
    return dict(get_month_names("wide", context, LOCALES[language]))


def _day(number: int, language: str) -> str:
    """Return the day of the month as written: the number, but "1er" in French."""
    return "1er" if language == "fr" and number == 1 else str(number)


def _write(language: str, pattern: str, start: date, end: date) -> str:
    months = _months(language, "format" if "day" in pattern else "stand-alone")
    first, last = _day(start.day, language), _day(end.day, language)
    return _PATTERNS[language][pattern].format(
        d=first, M=months[start.month], y=start.year, d2=last, M2=months[end.month], y2=end.year
    )


def format_date(day: date, language: str, precision: str = "day") -> str:
    """Return *day* in *language* to its *precision*, such as "3 September 2019" or "2020"."""
    return _write(language, precision, day, day)


def format_date_range(start: date, end: date, precision: str, language: str) -> str:
    """Return the dates from *start* to *end*, both included, in *language*, such as "3–4 September 2019".

    With *precision* "month" or "year" the days are left out. Raises ValueError where *end* is before *start*.
    """
    if end < start:
        raise ValueError(f"The last day, {end}, is before the first, {start}.")
    same_year = start.year == end.year
    same_month = same_year and start.month == end.month
    if start == end or (precision == "month" and same_month) or (precision == "year" and same_year):
        return format_date(start, language, precision)
    if precision == "year":
        return _write(language, "years", start, end)
    if not same_year:
        first, last = format_date(start, language, precision), format_date(end, language, precision)
        pattern = "months_across_years" if precision == "month" else "range"
        return _PATTERNS[language][pattern].format(first=first, last=last)
    if precision == "month":
        return _write(language, "months", start, end)
    return _write(language, "days" if same_month else "days_across_months", start, end)


def format_instant(instant: datetime, language: str) -> str:
    """Return the aware datetime *instant* in UTC and in *language*, such as "3 September 2019, 07:00 (UTC)"."""
    utc = instant.astimezone(UTC)
    return _PATTERNS[language]["instant"].format(
        date=format_date(utc.date(), language),
        time=f"{utc:%H:%M}",
        hour=utc.hour,
        minute=f"{utc:%M}",
        at="la" if utc.hour == 1 else "las",
    )
