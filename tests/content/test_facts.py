"""The demo content, read as a partner reads it, against what the public sources say (``facts.py``)."""

from functools import cache

import pytest
from django.test import Client

from .facts import COMES_FROM, FACTS, SOURCES

pytestmark = pytest.mark.django_db
ORDERED = {"main_topics", "sessions", "references", "announced_dates", "figures", "parents"}


@cache
def get(path, **filters):
    """Return what the API answers at *path*. Nothing here changes the demo, so it is asked once."""
    response = Client().get(f"/api/v1/{path}/", filters)
    assert response.status_code == 200, response.content
    return response.json()


def records_of(kind, conference):
    """All public records of *kind* that belong to *conference* (a slug)."""
    answer = get(kind, conference=conference)
    assert answer["next"] is None
    return answer["results"]


def related(record, name):
    """What *record* points to under *name*."""
    return record["related"][name]


# The questions


def title(record):
    return record["title"]["en"]


def alternate_title(record):
    return record["alternate_title"]["en"]


def unnamed_people(record):
    return [
        ", ".join(filter(None, [entry["title"]["en"], (entry["organization"] or {}).get("slug")]))
        + f": {entry['role']}"
        for entry in appearances(record)
        if entry["uid"] is None and entry["role"] != "convener"
    ]


def short_title(record):
    return record["short_title"].get("en", "")


def motto(record):
    return record["motto"]["en"]


def date(record):
    """The date as far as it is known: "2022-03" for a month, "2022" for a year."""
    return record["date"][: {"day": 10, "month": 7, "year": 4}[record["date_precision"]]]


def dates(record):
    first, last = record["start_date"], record["end_date"]
    return {"day": f"{first} to {last}", "month": f"{first[:7]} (month)", "year": f"{first[:4]} (year)"}[
        record["date_precision"]
    ]


def announced_dates(record):
    return [dates(entry) for entry in record["announced_dates"] if entry["kind"] == "announced"]


def sources_of_dates(record):
    return [f"{entry['announced_on'] or 'undated'}: {entry['source']}" for entry in record["announced_dates"]]


def reasons_of_dates(record):
    return [entry["reason"] for entry in record["announced_dates"] if entry["reason"]]


def place(record):
    if "place" in record:
        return record["place"].get("en") or " / ".join(record["place"].values())
    return ", ".join(filter(None, [record["city"].get("en"), record["country"]]))


def venue(record):
    return record["venue"]["en"]


def status(record):
    return record["event_status"]


def format(record):
    return record["format"]


def ordinals(record):
    return [
        f"{entry['ordinal'] or 'unnumbered'} {'of' if entry['ordinal'] else 'in'} {entry['slug']}"
        for entry in record["series"]
    ]


def organizers(record):
    return [f"{entry['acronym'] or entry['name']['en']}: {entry['role']}" for entry in record["organizations"]]


def session_organizers(record):
    return [text for entry in record["sessions"] for text in organizers(entry)]


def appearances(record):
    return [entry for part in (record, *record["sessions"]) for entry in part["people"]]


def people(record):
    there = [entry for entry in appearances(record) if entry["uid"] and entry["role"] != "convener"]
    return list({with_title(entry) for entry in there})


def with_title(entry):
    return ", ".join(filter(None, [entry["name"].get("en"), entry["title"].get("en")]))


def opened_by(record):
    return [with_title(entry) for entry in appearances(record) if entry["role"] == "opening-speaker"]


def conveners(record):
    return [with_title(entry) for entry in appearances(record) if entry["role"] == "convener"]


def main_topics(record):
    return [entry["title"]["en"] for entry in record["main_topics"]]


def sessions(record):
    return [f"{entry['number']}. {title(entry)}" if entry["number"] else title(entry) for entry in record["sessions"]]


def session_days(record):
    return [f"{entry['kind']}: {entry['date'] or 'day not known'}" for entry in record["sessions"]]


def session_figures(record):
    return [text for entry in record["sessions"] for text in figures(entry)]


def session_links(record):
    return [text for entry in record["sessions"] for text in links(entry)]


def rooms(record):
    return [f"{entry['date']} {entry['start_time']} {entry['room']}" for entry in record["sessions"]]


def figures(record):
    assert all(entry["official"] for entry in record["figures"])  # no source of the demo contradicts another
    return [
        " ".join(str(entry[name]) for name in ("qualifier", "value", "measure") if entry[name] is not None)
        + f" ({entry['expectation']})"
        for entry in record["figures"]
    ]


def figure_sources(record):
    return list({entry["slug"] for entry in related(record, "source")})


def figure_dates(record):
    return list({entry["source_date"] for entry in record["figures"]})


def links(record):
    return [f"{entry['kind']}: {entry['address']}" for entry in record["links"]]


def contact(record):
    return record.get("contact_email") or record["contact"].split(", ")[-1]


def named(entry):
    """A document by its symbol, or else by its slug."""
    return get(f"documents/{entry['uid']}")["symbol"] or entry["slug"]


def references(record):
    return [named(entry) for entry in related(record, "reference")]


def cites(record):
    return [named(entry) for entry in related(record, "cites")]


def parent(record):
    return related(record, "parent")[0]["slug"]


def follows_up_on(record):
    return related(record, "follows-up-on")[0]["slug"]


def parents(record):
    return [entry["slug"] for entry in related(record, "parents")]


def adopted_at(record):
    return related(record, "adopted-at")[0]["slug"]


def documents(record):
    found = records_of("documents", record["slug"])
    return [f"{kind(document)}: {' '.join(sorted(document['languages']))}" for document in found]


def expected_documents(record):
    return [
        f"{kind(entry | {'also_serves_as': ''})} {date(entry)}: {title(entry)}"
        for entry in record["expected_documents"]
    ]


def issuers_of_expected(record):
    return [f"{entry['organization']['slug']}: {entry['issued_by']['en']}" for entry in record["expected_documents"]]


def photo_credits(record):
    marker = "original photograph: "
    credits = {photo["credit"] for photo in records_of("photos", record["slug"])}
    return [credit.split(marker)[1] for credit in credits if marker in credit]


def kind(record):
    return " and ".join(filter(None, [record["kind"], record["also_serves_as"]]))


def occasion(record):
    return record["occasion"]


def people_from(record):
    return list({from_organization(entry) for entry in appearances(record)})


def mentions_from(record):
    return [from_organization(entry) for entry in record["mentions"]]


def from_organization(entry):
    return f"{entry['name']['en']}: {entry['organization']['slug']}"


def delivered_for(record):
    return [entry["organization"]["slug"] for entry in record["delivered_by"]]


def delivered_by(record):
    [entry] = record["delivered_by"]
    return with_title(entry)


def mentions(record):
    return [f"{entry['kind']}: {with_title(entry)}" for entry in record["mentions"]]


def issued_by(record):
    return [entry["acronym"] or entry["name"]["en"] for entry in record["issued_by"]]


def addresses(record):
    return [f"{entry['language']}: {entry['external_url']}" for entry in record["versions"] if entry["external_url"]]


def languages(record):
    return [f"{entry['language']}: {entry['standing']}" for entry in record["versions"]]


def dateline(record):
    return record["dateline"]["en"]


def hashtags(record):
    return record["hashtags"]


def symbol(record):
    return record["symbol"]


QUESTIONS = [(path, question) for path, questions in FACTS.items() for question in questions]


@pytest.mark.parametrize(("path", "question"), QUESTIONS, ids=[f"{path}: {question}" for path, question in QUESTIONS])
def test_the_demo_content_says_what_the_sources_say(demo, path, question):
    expected = FACTS[path][question]

    answer = globals()[question](get(path))

    if isinstance(expected, list) and question not in ORDERED:
        answer, expected = sorted(answer), sorted(expected)
    assert answer == expected


def test_only_one_source_says_how_people_attended(demo):
    known = [each["slug"] for each in get("conferences", page_size="100")["results"] if each["format"] != "not-known"]

    assert known == ["new-york-hlc-2023"]


def test_an_event_in_another_city_weeks_later_is_no_part_of_a_conference(demo):
    assert "parent" not in get("conferences/new-york-side-event-2019")["related"]


def test_each_fact_has_its_source():
    assert set(COMES_FROM) == set(FACTS)
    for record, questions in FACTS.items():
        sources = COMES_FROM[record]
        assert set(sources) - {"*"} <= set(questions)
        assert set(" ".join(sources.values()).split()) <= set(SOURCES)


def test_who_delivers_a_document_has_title_and_organization_of_the_occasion(demo):
    deliveries = [row for each in get("documents", page_size="100")["results"] for row in each["delivered_by"]]

    assert [row for row in deliveries if not (row["title"] and row["organization"])] == []


def test_the_table_holds_at_least_500_facts():
    facts = [answer for questions in FACTS.values() for answer in questions.values()]

    assert sum(len(answer) if isinstance(answer, list) else 1 for answer in facts) >= 500
