"""What the fields of conferences and of what belongs to them refuse, and by which name."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError

from conferences.admin.merging import merge
from conferences.models import (
    AnnouncedDate,
    ExpectedDocument,
    Figure,
    Link,
    Organization,
    SameAs,
    Session,
    parent_keys,
)
from conferences.models.vocabulary import LEVELS
from tests.factories import make_conference, make_organization, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 3)


def refused(row):
    """Return the names of the fields that the model of *row* refuses."""
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    return set(error.value.message_dict)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1944, 12, 31), date(2101, 1, 1), date(9999, 12, 31)])
def test_every_date_lies_in_the_years_of_the_portal(day):
    conference = make_conference()

    assert refused(ExpectedDocument(conference=conference, date=day)) == {"date"}
    assert refused(Session(conference=conference, title="Opening", date=day)) == {"date"}
    dates = {"start_date": day, "end_date": day, "announced_on": day}
    assert refused(AnnouncedDate(conference=conference, **dates)) == set(dates)
    figure = {"measure": "participants", "value": 4, "source": "A paper"}
    assert refused(Figure(conference=conference, source_date=day, **figure)) == {"source_date"}
    conference.start_date = conference.end_date = day
    assert refused(conference) == {"start_date", "end_date"}


@pytest.mark.parametrize("value", [10_000_001, 3_000_000_000, 2**63 - 1])
def test_a_figure_is_a_number_of_people_or_things(value):
    figure = Figure(conference=make_conference(), measure="participants", value=value, source="A paper")

    assert refused(figure) == {"value"}


@pytest.mark.parametrize(
    "address",
    ["ftp://example.org/", "https://user:word@example.org/", "https://user@example.org", "javascript:alert(1)"],
)
def test_an_address_is_one_of_the_web_without_an_account(address):
    conference = make_conference()

    assert refused(SameAs(conference=conference, address=address)) == {"address"}
    assert refused(Link(conference=conference, title="Video", address=address)) == {"address"}
    SameAs(conference=conference, address="https://example.org/@somebody?mail=a@b.org").full_clean()


def test_the_times_of_a_session_are_to_the_minute():
    session = Session(conference=make_conference(), title="Opening", date=DAY)
    session.start_time, session.end_time = time(10, 0, 30), time(10, 0, 45)
    assert refused(session) == {"__all__"}  # the constraint, which forms show at the end

    session.end_time = time(10, 1, 45, 5)
    session.full_clean()
    assert (session.start_time, session.end_time) == (time(10, 0), time(10, 1))


def chain(levels):
    """Return organizations, each a unit of the one before."""
    found = [make_organization()]
    while len(found) < levels:
        found.append(make_organization(parent=found[-1]))
    return found


def test_units_are_so_many_levels_deep_at_most():
    deepest = chain(LEVELS)
    deepest[-1].full_clean()

    assert refused(Organization(name="Too deep", slug="too-deep", parent=deepest[-1])) == {"parent"}
    deepest[0].parent = make_organization()
    assert refused(deepest[0]) == {"parent"}


def test_a_merger_makes_no_deeper_chain_either():
    upper, lower = chain(LEVELS // 2 + 1), chain(LEVELS // 2 + 1)

    with pytest.raises(ValidationError):
        merge(lower[0], upper[-1], by=make_user())

    assert Organization.objects.get(pk=lower[1].pk).parent == lower[0]


def test_a_conference_is_no_part_of_what_is_part_of_it():
    week = make_conference(name="The week")
    day = make_conference(name="The day", parent=week)
    hour = make_conference(name="The hour", parent=day)
    week.full_clean()
    week.parent = hour

    with pytest.raises(ValidationError) as error:
        week.full_clean()

    message = "“The hour” is itself part of “The week”: choose another conference, or none."
    assert error.value.message_dict == {"parent": [message]}
    week.parent = week
    with pytest.raises(ValidationError) as error:
        week.full_clean()
    assert error.value.messages == ["A conference cannot be part of itself."]


def test_a_loop_that_is_closed_already_is_followed_once():
    """Two forms saved at once can close it: neither finds the other's change."""
    week = make_conference(name="The week")
    day = make_conference(name="The day", parent=week)
    type(week).objects.filter(pk=week.pk).update(parent=day)

    assert parent_keys(make_conference(parent=day)) == [day.pk, week.pk]
