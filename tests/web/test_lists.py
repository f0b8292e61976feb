"""Lists and their filters: what can be chosen, counts that follow what is chosen, titles, chips."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from ctportal.publishing.services import publish
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def speaker(shared_content):
    """A person who chaired Minsk 2019 and delivered a statement there; Vienna 2020 and its release are without them."""
    by, person, organization = make.make_user(), make.make_person("Amina Diallo"), make.make_organization("The Office")
    series = make.make_series("Regional conferences", slug="regional-conferences")
    minsk = make.make_conference(
        "Minsk conference", slug="minsk-2019", country="BY", start_date=date(2019, 9, 3), end_date=date(2019, 9, 4)
    )
    minsk.appearances.create(person=person, organization=organization)
    minsk.series_entries.create(series=series, ordinal=1)
    vienna = make.make_conference(
        "Vienna conference",
        slug="vienna-2020",
        country="AT",
        city_en="Vienna",
        start_date=date(2020, 2, 11),
        end_date=date(2020, 2, 12),
    )
    for conference in (minsk, vienna):
        publish(conference, by=by)
    for conference, kind in ((minsk, "statement"), (minsk, "press-release"), (vienna, "press-release")):
        document = make.make_document(conference, f"A {kind}", kind=kind, date=conference.end_date)
        if kind == "statement":
            document.deliveries.create(person=person, organization=organization)
        publish(document, by=by)
        publish(make.make_photo(conference), by=by)
    return person


def menus(client, address):
    """{name of a menu: its entries} of the list at *address*, without the first, which stands for no filter."""
    html = client.get(address).content.decode()
    found = re.findall(r'<select id="(\w+)"[^>]*>(.*?)</select>', html, re.DOTALL)
    return {
        name: re.findall(r"<option [^>]*>([^<]*)</option>", entries)[1:]
        for name, entries in found
        if name != "ordering"
    }


def test_conference_person_and_organization_can_be_chosen(speaker, client):
    documents, photos = menus(client, "/en/documents/"), menus(client, "/en/photos/")
    assert documents["conference"] == ["Minsk 2019 (2)", "Vienna 2020 (1)"]
    assert (documents["person"], documents["organization"]) == (["Amina Diallo (1)"], ["The Office"])
    assert photos["conference"] == ["Minsk 2019 (2)", "Vienna 2020 (1)"]
    of_conferences = menus(client, "/en/conferences/")
    assert (of_conferences["person"], of_conferences["organization"]) == (["Amina Diallo (1)"], ["The Office"])


def test_a_menu_without_entries_is_left_out_but_not_one_that_is_wrong(speaker, client):
    assert {"person", "language"} & menus(client, "/en/photos/").keys() == {"language"}
    assert menus(client, "/en/photos/?person=nobody")["person"] == []


def test_counts_follow_what_is_chosen_but_for_the_menu_of_the_choice_itself(speaker, client):
    shown = menus(client, "/en/documents/?kind=press-release")
    assert shown["kind"] == ["Press release (2)", "Statement (1)"]
    assert shown["conference"] == ["Minsk 2019 (1)", "Vienna 2020 (1)"]
    assert "person" not in shown
    both = menus(client, "/en/documents/?kind=press-release&year=2019")
    assert both["kind"] == ["Press release (1)", "Statement (1)"]
    assert both["year"] == ["2020 (1)", "2019 (1)"]
    assert menus(client, "/en/press-releases/")["conference"] == ["Minsk 2019 (1)", "Vienna 2020 (1)"]


@pytest.mark.parametrize("address", ["/en/documents/", "/en/documents/?year=2019", "/en/press-releases/?q=release"])
def test_hidden_records_change_no_count_and_no_menu(speaker, client, address):
    before, by = client.get(address).content, make.make_user()
    later = timezone.now() + timedelta(days=1)
    hidden = make.make_conference("Hidden", slug="hidden-2019", country="UZ", start_date=date(2019, 1, 1))
    document = make.make_document(hidden, "A press release to come", kind="press-release", date=date(2019, 1, 1))
    document.deliveries.create(person=make.make_person("Hidden Person"))
    publish(hidden, by=by, at=later)
    publish(document, by=by, at=later)

    assert client.get(address).content == before


def test_a_filtered_list_has_its_own_title_and_each_chip_takes_its_choice_back(speaker, client):
    response = client.get("/en/documents/?kind=press-release&conference=minsk-2019")
    html = response.content.decode()
    title = re.search(r"<title>(.*?) – ", html)[1]
    heading = re.sub(r"<[^>]+>", "", re.search(r"<h1>(.*?)</h1>", html)[1])

    assert title == heading == "Documents · Press release · Minsk 2019"
    assert [address for _text, _remark, address in response.context["chips"]] == [
        "/en/documents/?conference=minsk-2019",
        "/en/documents/?kind=press-release",
    ]
    assert "<h1>Documents</h1>" in client.get("/en/documents/").content.decode()


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("/en/documents/?year=2019", 6),  # epoch; count; rows; counts of the menus; their labels; conferences
        ("/en/documents/?kind=statement&year=2019&language=en", 6),
    ],
)
def test_a_filtered_list_takes_few_queries(speaker, client, django_assert_num_queries, address, count):
    with django_assert_num_queries(count):
        client.get(address)


@pytest.mark.parametrize(
    ("address", "count"),
    [
        # Epoch; what is chosen, with its units and what was merged into it; count; rows; counts of the menus; their labels.
        ("/en/conferences/?series={series}&year=2019", 6),
        ("/en/conferences/?person={person}&year=2019", 6),
        ("/en/conferences/?organization={organization}&year=2019", 6),
        # Conferences of the rows.
        ("/en/documents/?conference=minsk-2019&year=2019", 7),
        ("/en/documents/?person={person}&year=2019", 7),
        ("/en/documents/?organization={organization}&year=2019", 7),
        ("/en/photos/?conference=minsk-2019&year=2019", 7),
    ],
)
def test_a_list_of_what_belongs_to_a_record_takes_at_most_seven_queries(
    speaker, client, django_assert_num_queries, address, count
):
    named = {
        "series": "regional-conferences",
        "person": speaker.slug,
        "organization": speaker.deliveries.get().organization.slug,
    }
    with django_assert_num_queries(count):
        response = client.get(address.format(**named))
    assert response.context["rows"]


@pytest.mark.parametrize(
    ("language", "chips"),
    [
        ("ar", {"من 1 أيلول/سبتمبر 2019", "عُدّلت بعد 1 أيلول/سبتمبر 2019، الساعة 07:00 (UTC)"}),
        ("zh", {"自2019年9月1日起", "2019年9月1日 07:00（UTC）之后更改"}),
        ("en", {"From 1 September 2019", "Changed after 1 September 2019, 07:00 (UTC)"}),
        (
            "fr",
            {"À partir du 1er septembre 2019", "Modifications après le 1er septembre 2019 à 7\u00a0h\u00a000 (UTC)"},
        ),
        ("ru", {"С 1 сентября 2019\u202fг.", "Изменено после 1 сентября 2019\u202fг., 07:00 (UTC)"}),
        (
            "es",
            {"Desde el 1 de septiembre de 2019", "Con cambios después del 1 de septiembre de 2019 a las 07:00 (UTC)"},
        ),
    ],
)
def test_a_chosen_date_is_written_as_the_language_writes_it(db, client, language, chips):
    response = client.get(f"/{language}/documents/?date_after=2019-09-01&updated_after=2019-09-01T07:00:00Z")
    assert {text for text, _remark, _address in response.context["chips"]} == chips


def test_a_chosen_date_that_is_none_is_shown_as_it_was_given(db, client):
    response = client.get("/fr/documents/?date_after=2019-09-31")
    assert [text for text, _remark, _address in response.context["chips"]] == ["À partir du 2019-09-31"]
