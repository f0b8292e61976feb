"""Days: which one is today, when one is over, and what a date known to the month or year stands for."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from ctportal.core.instants import end_of_day, today
from ctportal.publishing.services import publish
from ctportal.reading.filters import filters_for
from ctportal.reading.queries import listing
from tests.factories import make_conference, make_document, make_photo, make_request, make_user

MS = timedelta(milliseconds=1)
TWO_IN_DUSHANBE = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)  # of 3 March


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Dushanbe", date(2026, 3, 3)), ("UTC", date(2026, 3, 2)), ("", date(2026, 3, 2))]
)
def test_today_is_that_of_the_place(zone, day):
    assert today(TWO_IN_DUSHANBE, zone) == day


def test_without_a_place_today_is_that_of_the_portal(settings):
    settings.CTPORTAL_TIME_ZONE = "Asia/Dushanbe"

    assert today(TWO_IN_DUSHANBE) == date(2026, 3, 3)
    assert today(TWO_IN_DUSHANBE, "America/New_York") == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Asia/Kathmandu", date(2026, 3, 2)),
        ("Africa/Cairo", date(2026, 4, 23)),  # the clocks go forward at midnight
        ("America/Havana", date(2026, 10, 31)),  # midnight comes twice
        ("America/Asuncion", date(2024, 3, 23)),  # the last hour of the day comes twice
        ("Pacific/Kiritimati", date(2026, 3, 2)),
        ("Etc/GMT+12", date(2026, 3, 2)),
    ],
)
def test_a_day_is_over_when_today_is_the_next(zone, day):
    end = end_of_day(day, zone)

    assert (today(end - MS, zone), today(end, zone)) == (day, day + timedelta(days=1))


def test_every_day_ends_at_a_full_quarter_of_an_hour():
    """So that an answer that is kept for no longer than until the next one never shows the day before."""
    days = [date(2026, 1, 31) + timedelta(days=30 * number) for number in range(12)]
    ends = {end_of_day(day, zone) for day in days for zone in zoneinfo.available_timezones()}

    assert {(end.minute % 15, end.second, end.microsecond) for end in ends} == {(0, 0, 0)}


def photo_in(zone, taken_on):
    photo = make_photo(make_conference(time_zone=zone))
    photo.taken_on = taken_on
    return photo


@pytest.mark.django_db
def test_a_photo_of_today_at_its_conference_is_taken(frozen_clock):
    frozen_clock.move_to(TWO_IN_DUSHANBE)

    photo_in("Asia/Dushanbe", date(2026, 3, 3)).clean()
    with pytest.raises(ValidationError, match="2026-03-04 is in the future"):
        photo_in("Asia/Dushanbe", date(2026, 3, 4)).clean()


@pytest.mark.django_db
def test_a_photo_of_tomorrow_at_its_conference_is_still_to_come(frozen_clock):
    frozen_clock.move_to(datetime(2026, 3, 3, 3, 0, tzinfo=UTC))  # 22:00 of 2 March in New York

    with pytest.raises(ValidationError, match="2026-03-03 is in the future"):
        photo_in("America/New_York", date(2026, 3, 3)).clean()


PARTS = {
    # precision, first and last day as entered: first and last day that they stand for
    ("day", "2019-10-15", "2019-10-16"): ("2019-10-15", "2019-10-16"),
    ("month", "2019-10-15", "2019-10-15"): ("2019-10-01", "2019-10-31"),
    ("month", "2020-02-01", "2020-02-01"): ("2020-02-01", "2020-02-29"),
    ("month", "2019-11-30", "2019-12-01"): ("2019-11-01", "2019-12-31"),
    ("year", "2019-10-15", "2019-10-15"): ("2019-01-01", "2019-12-31"),
    ("year", "2019-12-31", "2020-01-01"): ("2019-01-01", "2020-12-31"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("entered", "meant"), PARTS.items())
def test_an_edition_lasts_from_the_first_to_the_last_day_of_what_is_known(entered, meant):
    precision, first, last = entered
    conference = make_conference(start_date=first, end_date=last, date_precision=precision, time_zone="Asia/Dushanbe")

    edition = publish(conference, by=make_user())

    assert (str(edition.date), str(edition.end_date)) == meant
    assert edition.over_at == end_of_day(edition.end_date, "Asia/Dushanbe")
    assert {name: edition.data[name] for name in ("start_date", "end_date", "date_precision")} == {
        "start_date": first,
        "end_date": last,
        "date_precision": precision,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("precision", "meant"),
    [
        ("day", ("2022-03-15", "2022-03-15")),
        ("month", ("2022-03-01", "2022-03-31")),
        ("year", ("2022-01-01", "2022-12-31")),
    ],
)
def test_a_document_is_of_every_day_of_what_is_known(precision, meant):
    edition = publish(make_document(date=date(2022, 3, 15), date_precision=precision), by=make_user())

    assert (str(edition.date), str(edition.end_date), edition.over_at) == (*meant, None)
    assert (edition.data["date"], edition.data["date_precision"]) == ("2022-03-15", precision)
    assert found("document", "date_after=2022-03-20") == ([edition.slug] if precision != "day" else [])
    assert found("document", "date_before=2022-02-28") == ([edition.slug] if precision == "year" else [])


def found(record_type, query):
    filters = filters_for(record_type, QueryDict(query), make_request())
    assert filters.is_valid()
    return [edition.slug or edition.type for edition in listing(filters)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "precisions"),
    [
        ("date_after=2019-10-15", {"month", "year"}),
        ("date_after=2019-10-31", {"month", "year"}),
        ("date_after=2019-11-01", {"year"}),
        ("date_after=2019-12-31", {"year"}),
        ("date_after=2020-01-01", set()),
        ("date_before=2019-10-01", {"month", "year"}),
        ("date_before=2019-09-30", {"year"}),
        ("date_before=2018-12-31", set()),
        ("date_after=2019-10-20&date_before=2019-10-21", {"month", "year"}),
    ],
)
def test_a_list_finds_what_is_known_to_the_month_or_year_by_each_of_its_days(query, precisions):
    for precision in ("day", "month", "year"):
        day = date(2019, 10, 10)
        conference = make_conference(slug=precision, start_date=day, end_date=day, date_precision=precision)
        publish(conference, by=make_user())

    assert set(found("conference", query)) == precisions


@pytest.mark.django_db
def test_what_is_known_to_the_month_stands_at_its_first_day():
    for slug, day, precision in (
        ("second", date(2019, 10, 2), "day"),
        ("month", date(2019, 10, 15), "month"),
        ("september", date(2019, 9, 30), "day"),
    ):
        publish(make_conference(slug=slug, start_date=day, end_date=day, date_precision=precision), by=make_user())

    assert found("conference", "") == ["second", "month", "september"]
    assert found("conference", "ordering=date") == ["september", "month", "second"]


@pytest.mark.django_db
@pytest.mark.parametrize(("precision", "count"), [("day", 0), ("month", 1), ("year", 1)])
def test_an_undated_photo_is_found_in_the_month_that_is_known_of_its_conference(precision, count):
    day = date(2019, 10, 2)
    conference = make_conference(start_date=day, end_date=day, date_precision=precision)
    for record in (conference, make_photo(conference)):
        publish(record, by=make_user())

    assert len(found("photo", "date_after=2019-10-31")) == count
