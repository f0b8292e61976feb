"""The lists of people and organizations: in the order of their names, with what tells each apart and how often it is named."""

import re
from datetime import date, timedelta

import pytest

from conferences.views import NameListView
from ctportal.publishing.renaming import merge_entries
from ctportal.publishing.services import publish
from ctportal.reading import directory
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(frozen_clock):
    return make.make_user()


def held(year, *, by, at=None, people=(), organizations=(), **fields):
    """Publish a conference; *people* are (person, title, organization)."""
    conference = make.make_conference(start_date=date(year, 9, 3), end_date=date(year, 9, 4), **fields)
    for person, title, organization in people:
        conference.appearances.create(person=person, title_en=title, organization=organization)
    for organization in organizations:
        conference.organization_roles.create(organization=organization, role="host")
    publish(conference, by=by, at=at)
    return conference


def page(client, address):
    return client.get(address).content.decode()


def read(html):
    """Return {letter: [[line, …] of each row]} of a list."""
    groups = re.findall(r'<section aria-labelledby="letter-.*?</section>', html, re.S)
    return {
        re.search(r"<h2[^>]*>(.*?)</h2>", group)[1]: [
            [
                re.sub(r"\s+", " ", re.sub("<[^>]+>", "", line)).strip()
                for line in re.findall(r"<(?:h3|p).*?</(?:h3|p)>", row, re.S)
            ]
            for row in re.findall(r"<li>(.*?)</li>", group, re.S)
        ]
        for group in groups
    }


def test_a_person_has_the_title_held_last_and_the_number_of_records(client, publisher):
    person, office = make.make_person("Ana Ramos"), make.make_organization("An office")
    held(2017, by=publisher, people=[(person, "Envoy", None)])
    minsk = held(2019, by=publisher, people=[(person, "Minister", office)])
    held(2021, by=publisher, people=[(person, "", None)])
    document = make.make_document(minsk)
    document.mentions.create(person=person, kind="quoted")
    publish(document, by=publisher)

    assert read(page(client, "/en/people/")) == {
        "A": [["Ana Ramos", "Minister", "An office", "3 conferences · 1 document"]]
    }


def test_an_organization_has_kind_country_and_the_number_of_its_own_records(client, publisher):
    top = make.make_organization("Ministry", acronym="MFA", kind="government", country="BY")
    unit = make.make_organization("A unit", parent=top)
    held(2019, by=publisher, organizations=[top])
    held(2020, by=publisher, organizations=[top, unit])

    assert read(page(client, "/en/organizations/")) == {
        "A": [["A unit", str(unit.get_kind_display()).capitalize(), "1 conference"]],
        "M": [["Ministry (MFA)", "Government or ministry · Belarus", "2 conferences"]],
    }


@pytest.mark.parametrize(
    "address", ["/en/people/", "/en/organizations/", "/en/people/?q=ana", "/en/organizations/?kind=other"]
)
def test_what_is_not_public_changes_no_byte(client, publisher, frozen_clock, address):
    person, office = make.make_person("Ana Ramos"), make.make_organization("An office", kind="other")
    held(2019, by=publisher, people=[(person, "Minister", office)], organizations=[office])
    before, later = client.get(address).content, frozen_clock.now + timedelta(hours=1)
    hidden = [(person, "President", office), (make.make_person("Ana Hidden"), "", None)]
    to_come = held(2031, by=publisher, at=later, people=hidden, organizations=[office])
    publish(make.make_document(to_come, issued_by=office, delivered_by=person), by=publisher, at=later)
    draft = make.make_conference(start_date=date(2032, 1, 1), end_date=date(2032, 1, 1))
    draft.appearances.create(person=person, title_en="Emperor")

    assert client.get(address).content == before
    frozen_clock.tick(hours=1)
    assert "2 conferences · 1 document" in page(client, address)


def test_a_name_counts_what_named_those_merged_into_it_once(client, publisher, frozen_clock):
    double, person = make.make_person("Ana Ramos, twice"), make.make_person("Ana Ramos")
    held(2016, by=publisher, people=[(double, "Envoy", None), (person, "", None)])
    held(2019, by=publisher, people=[(double, "Minister", None)])
    frozen_clock.tick()
    merge_entries(double, person, by=publisher)
    frozen_clock.tick()

    assert read(page(client, "/en/people/")) == {"A": [["Ana Ramos", "Minister", "2 conferences"]]}


def test_names_are_in_the_order_of_the_readers_language_and_letters_lead_to_their_pages(client, publisher, monkeypatch):
    monkeypatch.setattr(NameListView, "per_page", 2)
    names = [("Zoë", "Анна"), ("Émile", "Ян"), ("Eve", ""), ("anna", "Ёж")]
    people = [(make.make_person(en, name_ru=ru), "", None) for en, ru in names]
    held(2019, by=publisher, people=people)

    def order(language):
        pages = [read(page(client, f"/{language}/people/{query}")) for query in ("", "?page=2")]
        return [(letter, row[0]) for each in pages for letter, rows in each.items() for row in rows]

    assert order("en") == [("A", "anna"), ("E", "Émile"), ("E", "Eve"), ("Z", "Zoë")]
    assert [name for _letter, name in order("ru")] == ["Анна", "Ёж", "Ян", "Eve English"]
    [letters] = re.findall('<nav class="letters".*?</nav>', page(client, "/en/people/?page=2"), re.S)
    assert re.findall('href="(.*?)"', letters) == [
        "/en/people/#letter-A",
        "/en/people/#letter-E",
        "/en/people/?page=2#letter-Z",
    ]
    assert client.get("/en/people/?page=3").status_code == 404


def test_a_row_names_another_language_once(client, publisher):
    held(2019, by=publisher, people=[(make.make_person("Ana Ramos"), "Minister", make.make_organization("An office"))])

    assert read(page(client, "/fr/people/")) == {"A": [["Ana Ramos English", "Minister", "An office", "1 conférence"]]}


def test_words_and_kind_narrow_the_lists(client, publisher):
    people = [(make.make_person(name), "", None) for name in ("Ana Ramos", "Bo Li")]
    offices = [make.make_organization("An office", kind="other"), make.make_organization("A state", kind="government")]
    held(2019, by=publisher, people=people, organizations=offices)

    assert list(read(page(client, "/en/people/?q=ramos"))) == ["A"]
    assert "Nothing matches all of these filters." in page(client, "/en/people/?q=nobody")
    assert read(page(client, "/en/organizations/?kind=government")) == {
        "A": [["A state", "Government or ministry", "1 conference"]]
    }
    assert client.get("/en/organizations/?kind=nothing").status_code == 400


@pytest.mark.parametrize("path", ["people", "organizations"])
def test_a_list_without_entries_says_so(client, path):
    assert "Nothing has been published here yet." in page(client, f"/en/{path}/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_take_as_many_queries_for_any_number(client, publisher, count, django_assert_num_queries):
    for number in range(count):
        person, office = make.make_person(f"Person {number}"), make.make_organization(f"Office {number}", kind="other")
        for year in range(2010, 2010 + count):
            held(year, by=publisher, people=[(person, "Minister", office)], organizations=[office])

    # Epoch; names; rows; what was merged; counts; the latest that name them; these in full.
    for address in ("/en/people/", "/en/people/?q=person"):
        with django_assert_num_queries(7):
            client.get(address)
    # Epoch; names; rows; what was merged; counts; the menus.
    for address in ("/en/organizations/", "/en/organizations/?kind=other"):
        with django_assert_num_queries(6):
            client.get(address)


def test_the_lists_are_reached_from_the_footer_the_page_about_the_site_and_their_neighbours(client, publisher):
    links = [f'<a href="/en/{path}/">' for path in ("people", "organizations")]
    for address in ("/en/conferences/", "/en/about/", "/en/series/", "/en/themes/"):
        html = page(client, address)
        footer = html[html.index('<footer class="footer">') :]
        assert [link in footer for link in links] == [True, True]
    for address in ("/en/about/", "/en/series/", "/en/themes/"):
        main = re.search("<main.*?</main>", page(client, address), re.S)[0]
        assert [link in main for link in links] == [True, True]


def test_who_is_withdrawn_between_the_two_queries_is_left_out(client, publisher, monkeypatch):
    publish(make.make_document(delivered_by=make.make_person("Ada Berg")), by=publisher)
    ordered = directory._ordered
    monkeypatch.setattr(directory, "_ordered", lambda *given: [(987654321, "A"), *ordered(*given)])

    assert "Ada Berg" in client.get("/en/people/").content.decode()


def test_what_begins_with_no_letter_has_an_anchor_too(client, publisher):
    for name in ("1540 Committee", "Bureau"):
        publish(make.make_document(issued_by=make.make_organization(name)), by=publisher)

    content = client.get("/en/organizations/").content.decode()
    assert 'href="/en/organizations/#letter-other"' in content
    assert 'id="letter-other">#<' in content


def test_the_title_is_the_last_that_is_given_under_any_merged_name(client, publisher, frozen_clock):
    kept, merged, office = (
        make.make_person("Ana Ramos"),
        make.make_person("A. Ramos"),
        make.make_organization("An office"),
    )
    held(2019, by=publisher, people=[(merged, "Minister", None)])
    held(2021, by=publisher, people=[(kept, "", office)])
    frozen_clock.tick(minutes=1)
    merge_entries(merged, kept, by=publisher)

    assert read(page(client, "/en/people/"))["A"][0][1] == "Minister"
