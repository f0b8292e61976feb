"""The pages of people and organizations."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from ctportal.publishing.renaming import merge_entries
from ctportal.publishing.services import publish, withdraw
from tests import factories as make
from tests.web.dossiers import json_ld

pytestmark = pytest.mark.django_db


def titles_of(response):
    return [(str(held["title"]), [each["date"] for each in held["occasions"]]) for held in response.context["titles"]]


def parts_of(response):
    return [
        (str(row["title"]), [(role, str(session)) for role, session in row["parts"]])
        for row in response.context["conferences"]
    ]


@pytest.fixture
def publisher():
    return make.make_user()


@pytest.fixture
def person():
    return make.make_person("Ana Ramos", slug="ana-ramos")


def hold(name, year, publisher, **fields):
    day = date(year, 5, 7)
    return make.make_conference(name, start_date=day, end_date=day, **fields)


def test_a_person_is_shown_with_titles_by_occasion_and_with_the_roles_in_conferences_and_sessions(
    client, person, publisher
):
    office = make.make_organization("An office", slug="an-office")
    for name, year, title in (("First", 2019, "Minister"), ("Second", 2020, "Minister"), ("Third", 2022, "Envoy")):
        conference = hold(name, year, publisher)
        conference.appearances.create(person=person, role="keynote", title_en=title, organization=office)
        session = conference.sessions.create(kind="panel", number=2)
        session.appearances.create(person=person, role="chair")
        publish(conference, by=publisher)

    response = client.get("/en/people/ana-ramos/")

    assert titles_of(response) == [("Envoy", ["7 May 2022"]), ("Minister", ["7 May 2020", "7 May 2019"])]
    parts = [("Keynote speaker", ""), ("Chair", "Panel 2")]
    assert parts_of(response) == [("Third", parts), ("Second", parts), ("First", parts)]
    [described] = [each for each in json_ld(response.content.decode()) if each["@type"] == "Person"]
    assert (described["name"], described["jobTitle"]) == ("Ana Ramos", ["Envoy", "Minister"])
    assert 'href="/en/organizations/an-office/"' in response.content.decode()


def test_an_organization_is_shown_with_its_units_and_with_its_conferences_by_role(client, publisher):
    top = make.make_organization("The top", slug="the-top", kind="un-entity", website="https://example.org/")
    unit = make.make_organization("The unit", slug="the-unit", parent=top)
    conference = hold("Held by both", 2019, publisher)
    session = conference.sessions.create(kind="panel", title_en="On borders")
    conference.organization_roles.create(organization=top, role="host")
    conference.organization_roles.create(organization=unit, role="donor")
    session.organization_roles.create(organization=top, role="organizer")
    publish(conference, by=publisher)

    response = client.get("/en/organizations/the-top/")

    roles = [
        (str(role), [(str(row["title"]), [str(session) for _role, session in row["parts"]]) for row in rows])
        for role, rows in response.context["roles"]
    ]
    assert roles == [("Host", [("Held by both", [])]), ("Organizer", [("Held by both", ["On borders"])])]
    assert [str(each["title"]) for each in response.context["units"]] == ["The unit"]
    above = client.get("/en/organizations/the-unit/").context["above"]
    assert [(str(each["name"]), each["address"]) for each in above] == [("The top", "/en/organizations/the-top/")]


def test_nothing_that_is_scheduled_or_withdrawn_shows_on_the_page_of_a_person(client, person, publisher):
    shown, ended, hidden = (
        hold(name, year, publisher) for name, year in (("Shown", 2019), ("Ended", 2020), ("Hidden", 2021))
    )
    for conference in (shown, ended, hidden):
        conference.appearances.create(person=person, role="speaker", title_en=f"Title {conference.name}")
    publish(shown, by=publisher)
    publish(ended, by=publisher)
    before = client.get("/en/people/ana-ramos/")
    assert [name for name, _parts in parts_of(before)] == ["Ended", "Shown"]
    publish(hidden, by=publisher, at=timezone.now() + timedelta(days=1))
    assert client.get("/en/people/ana-ramos/").content == before.content
    withdraw(ended, by=publisher, reason="A reason")

    after = client.get("/en/people/ana-ramos/")
    assert [name for name, _parts in parts_of(after)] == ["Shown"]
    assert "Ended" not in after.content.decode()
    withdraw(shown, by=publisher, reason="A reason")
    assert client.get("/en/people/ana-ramos/").status_code == 410


def test_a_person_who_was_merged_away_redirects_and_keeps_what_editions_say_of_it(client, person, publisher):
    same = make.make_person("A. Ramos", slug="a-ramos")
    for name, who in (("First", person), ("Second", same)):
        conference = hold(name, 2019, publisher)
        conference.appearances.create(person=who, role="speaker")
        publish(conference, by=publisher)
    merge_entries(same, person, by=publisher)

    response = client.get("/en/people/a-ramos/")
    assert (response.status_code, response["Location"]) == (301, "/en/people/ana-ramos/")
    assert [name for name, _parts in parts_of(client.get(response["Location"]))] == ["First", "Second"]


@pytest.mark.parametrize(("section", "tally"), [("people", "{} person"), ("organizations", "{} organization")])
def test_the_list_of_each_counts_what_is_public(client, person, publisher, section, tally):
    assert "Nothing has been published here yet." in client.get(f"/en/{section}/").content.decode()
    conference = hold("A", 2019, publisher)
    conference.appearances.create(person=person, role="speaker", organization=make.make_organization("An office"))
    make.make_person("Nobody"), make.make_organization("Nothing")
    publish(conference, by=publisher)
    assert client.get(f"/en/{section}/").context["tally"] == tally.format(1)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_person_takes_the_same_few_queries_however_much_names_it(
    client, person, publisher, count, django_assert_num_queries
):
    for n in range(count):
        conference = hold(f"Conference {n}", 2019, publisher)
        conference.appearances.create(person=person, role="speaker")
        publish(conference, by=publisher)
        publish(make.make_document(conference, f"Document {n}", delivered_by=person), by=publisher)
        photo = make.make_photo(conference)
        photo.people.add(person)
        publish(photo, by=publisher)
    # The epoch; the edition; what was merged into it; conferences; documents; photos; the conferences of these two.
    with django_assert_num_queries(7):
        response = client.get("/en/people/ana-ramos/")
    assert [len(response.context[name]) for name in ("conferences", "documents", "photos")] == [count] * 3
