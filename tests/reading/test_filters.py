from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.utils import timezone

from ctportal.publishing.models import Edition, Facet, RecordType
from ctportal.publishing.renaming import merge_entries
from ctportal.publishing.services import publish
from ctportal.reading.filters import FILTERSETS, LEADING, FacetFilter, RecordField, filters_for, shown
from ctportal.reading.queries import choose, listing
from tests.database_guards import lifted_guards
from tests.factories import (
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_request,
    make_series,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db

NINES = "9" * 5000
NO_INSTANT = "“{}” is not a valid date and time. Use date, time and offset, such as 2019-09-04T15:00:00Z; in an address, write “+” as %2B."


@pytest.fixture
def publisher():
    return make_user()


def errors(record_type, query):
    filters = filters_for(record_type, QueryDict(query), make_request())
    assert not filters.is_valid()
    return {name: list(messages) for name, messages in filters.form.errors.items()}


def slugs(record_type, query):
    filters = filters_for(record_type, QueryDict(query), make_request())
    assert filters.is_valid(), filters.form.errors
    return [edition.slug for edition in listing(filters)]


def test_each_type_of_record_declares_its_parameters():
    common = {"q", "updated_after", "ordering", "page"}
    dated = common | {"year", "language", "person", "date_after", "date_before"}
    place = {"country", "region"}
    assert {record_type: set(filterset.base_filters) for record_type, filterset in FILTERSETS.items()} == {
        RecordType.CONFERENCE: dated | place | {"kind", "status", "format", "series", "theme", "organization"},
        RecordType.DOCUMENT: dated | {"kind", "conference", "theme", "organization"},
        RecordType.PHOTO: dated | {"conference"},
        RecordType.SERIES: common,
        RecordType.THEME: common,
        RecordType.ORGANIZATION: common | place | {"kind"},
        RecordType.PERSON: common,
    }


def test_every_facet_filter_may_lead():
    facets = {
        name
        for filterset in FILTERSETS.values()
        for name, declared in filterset.base_filters.items()
        if isinstance(declared, FacetFilter)
    }
    assert facets == set(LEADING)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("page=0", {"page": ["“0” is not a valid page number. Pages are numbered from 1."]}),
        ("page=-1", {"page": ["“-1” is not a valid page number. Pages are numbered from 1."]}),
        ("page=1.0", {"page": ["“1.0” is not a valid page number. Pages are numbered from 1."]}),
        ("page=１", {"page": ["“１” is not a valid page number. Pages are numbered from 1."]}),
        (
            f"page={NINES}",
            {"page": [f"“{'9' * 60}…” has too many digits for a page number. Pages are numbered from 1."]},
        ),
        ("year=19", {"year": ["“19” is not a valid year. Use four digits, such as 2019."]}),
        ("year=２０１９", {"year": ["“２０１９” is not a valid year. Use four digits, such as 2019."]}),
        (f"year={NINES}", {"year": [f"“{'9' * 60}…” is not a valid year. Use four digits, such as 2019."]}),
        ("country=by", {"country": ["“by” is not a country code. Use two capital letters (ISO 3166-1), such as BY."]}),
        (
            "status=draft",
            {"status": ["“draft” is not a known value. Known values: planned, confirmed, held, postponed, cancelled."]},
        ),
        ("language=de", {"language": ["“de” is not a known value. Known values: ar, zh, en, fr, ru, es."]}),
        (
            "ordering=author__password",
            {"ordering": ["“author__password” is not a known value. Known values: -date, date, -updated, updated."]},
        ),
        (
            "date_after=2026-02-30",
            {"date_after": ["“2026-02-30” is not a real date. Use a date such as 2019-09-03."]},
        ),
        (
            "date_before=0000-00-00",
            {"date_before": ["“0000-00-00” is not a real date. Use a date such as 2019-09-03."]},
        ),
        (
            "date_before=3.9.2019",
            {"date_before": ["“3.9.2019” is not a valid date. Use year, month and day, such as 2019-09-03."]},
        ),
        *(
            (
                f"updated_after={quote(value)}",
                {"updated_after": [NO_INSTANT.format(value)]},
            )
            for value in (
                "2019-09-04",
                "2019-09-04T15:00:00",
                "2019-09-04T15:00:00 02:00",
                "2019-09-04T23:59:60Z",
                "2019-09-04T15:00:00+25:00",
                "0001-01-01T00:00:00+14:00",
            )
        ),
        ("year=a%00b", {"year": ["“a�b” contains control characters. Remove them."]}),
        ("country=%1B", {"country": ["“�” contains control characters. Remove them."]}),
        ("q=%00%07%1B", {"q": ["There are no words to search for."]}),
        ("q=%E2%80%8B", {"q": ["There are no words to search for."]}),
        ("series=%27%3B--", {"series": ["“';--” is neither a slug such as minsk-2019 nor a uid."]}),
        (f"theme={NINES}", {"theme": [f"“{'9' * 60}…” is neither a slug such as minsk-2019 nor a uid."]}),
        ("person=nobody", {"person": ["“nobody” is not the slug or uid of a public person."]}),
        (
            "year=x&page=0",
            {
                "year": ["“x” is not a valid year. Use four digits, such as 2019."],
                "page": ["“0” is not a valid page number. Pages are numbered from 1."],
            },
        ),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_by_its_name(query, expected):
    assert errors("conference", query) == expected


def test_a_record_that_is_not_public_is_refused_like_one_that_does_not_exist(publisher, frozen_clock):
    draft_only, scheduled_only = make_theme(slug="draft-only"), make_theme(slug="scheduled-only")
    make_conference().themes.add(draft_only)
    scheduled = make_conference()
    scheduled.themes.add(scheduled_only)
    publish(scheduled, by=publisher, at=frozen_clock.now + timedelta(hours=1))

    for value in ("draft-only", "scheduled-only", "nowhere", str(draft_only.uid), str(scheduled_only.uid)):
        assert errors("conference", f"theme={value}") == {
            "theme": [f"“{value}” is not the slug or uid of a public theme."]
        }


def test_parameters_that_are_not_known_are_ignored(publisher):
    publish(make_conference(slug="minsk-2019"), by=publisher)
    filters = filters_for(
        "conference", QueryDict("utm_source=letter&year=2019&conference__slug=x&page="), make_request()
    )

    assert filters.is_valid()
    assert [edition.slug for edition in listing(filters)] == ["minsk-2019"]


def test_each_filter_of_conferences_lets_through_what_it_says(publisher, frozen_clock):
    minsk = make_conference(
        "Countering terrorism", slug="minsk-2019", kind="regional", country="BY", event_status="held"
    )
    nairobi = make_conference(
        "African conference",
        slug="nairobi-2019",
        kind="high-level",
        country="KE",
        event_status="planned",
        format="online",
        start_date=date(2018, 12, 30),
        end_date=date(2019, 1, 2),
        language="fr",
    )
    series, theme = make_series(slug="regional-conferences"), make_theme(slug="youth")
    organization, person = make_organization(slug="unoct"), make_person(slug="somebody")
    minsk.series_entries.create(series=series, ordinal=4)
    minsk.themes.add(theme)
    minsk.organization_roles.create(organization=organization, role="co-organizer")
    session = minsk.sessions.create(kind="panel", order=1)
    session.appearances.create(person=person, role="speaker")
    publish(nairobi, by=publisher)
    first = frozen_clock.now
    frozen_clock.tick(hours=1)
    publish(minsk, by=publisher)

    both, only_minsk, only_nairobi = ["minsk-2019", "nairobi-2019"], ["minsk-2019"], ["nairobi-2019"]
    expected = {
        "year=2018": only_nairobi,
        "year=2019": both,
        "country=BY": only_minsk,
        "region=africa": only_nairobi,
        "kind=high-level": only_nairobi,
        "status=held": only_minsk,
        "format=online": only_nairobi,
        "format=not-known": only_minsk,
        "language=fr": only_nairobi,
        "series=regional-conferences": only_minsk,
        "theme=youth": only_minsk,
        "organization=unoct": only_minsk,
        "person=somebody": only_minsk,
        f"person={person.uid}": only_minsk,
        "q=COUNTERING+terror": only_minsk,
        "q=countering+african": [],
        "q=100%25": [],
        "date_after=2019-01-02": both,
        "date_after=2019-01-03": only_minsk,
        "date_before=2018-12-30": only_nairobi,
        "date_before=2018-12-29": [],
        f"updated_after={first:%Y-%m-%dT%H:%M:%SZ}": only_minsk,
        "updated_after=2026-03-02T10%3A00%3A00%2B02%3A00": both,
        "ordering=date": ["nairobi-2019", "minsk-2019"],
        "country=BY&kind=regional&year=2019&q=terrorism": only_minsk,
        "country=BY&kind=high-level": [],
    }
    assert {query: slugs("conference", query) for query in expected} == expected


@pytest.mark.parametrize("part", ["conference", "session"])
def test_a_conference_is_found_by_the_organization_of_the_people_there_and_of_what_it_expects(publisher, part):
    office, host = make_organization(slug="unodc"), make_organization(slug="host")
    conference = make_conference(slug="vienna")
    place = conference if part == "conference" else conference.sessions.create(title_en="Opening")
    place.appearances.create(title_en="Executive Director", organization=office)
    conference.expected_documents.create(title_en="Report", date=date(2022, 11, 1), organization=host)
    for record in (conference, make_conference(slug="another")):
        publish(record, by=publisher)

    assert {slug: slugs("conference", f"organization={slug}") for slug in ("unodc", "host")} == {
        "unodc": ["vienna"],
        "host": ["vienna"],
    }


def test_a_document_is_found_by_the_organizations_of_those_who_issued_and_delivered_it_and_not_by_those_mentioned(
    publisher,
):
    issuer, speaker, guest = (make_organization(slug=slug) for slug in ("issuer", "speaker", "guest"))
    document = make_document(slug="remarks", issued_by=issuer)
    document.deliveries.create(person=make_person(), organization=speaker)
    document.mentions.create(person=make_person(), organization=guest)
    publish(document, by=publisher)

    found = {slug: slugs("document", f"organization={slug}") for slug in ("issuer", "speaker", "guest")}

    assert found == {"issuer": ["remarks"], "speaker": ["remarks"], "guest": []}


def test_an_organization_finds_what_its_units_did_over_all_levels(publisher, django_assert_num_queries):
    top = make_organization(slug="un")
    office = make_organization(slug="office", parent=top)
    centre, other = make_organization(slug="centre", parent=office), make_organization(slug="other", parent=top)
    for slug, organization in (("by-top", top), ("by-centre", centre), ("by-other", other)):
        conference = make_conference(slug=slug)
        conference.organization_roles.create(organization=organization, role="organizer")
        publish(conference, by=publisher)

    found = {slug: slugs("conference", f"organization={slug}&ordering=date") for slug in ("un", "office", "centre")}

    assert found == {"un": ["by-top", "by-other", "by-centre"], "office": ["by-centre"], "centre": ["by-centre"]}
    with django_assert_num_queries(1):  # the organization, its units, what was merged into them
        choice = choose(RecordType.ORGANIZATION, "un", timezone.now())
    assert (len(choice.values), choice.has_units) == (4, True)
    assert not choose(RecordType.ORGANIZATION, "centre", timezone.now()).has_units
    assert "units" in RecordField(RecordType.ORGANIZATION).description


def test_a_unit_is_found_with_what_was_merged_into_it(publisher):
    top = make_organization(slug="un")
    wrong, right = make_organization(slug="un-oct", parent=top), make_organization(slug="unoct", parent=top)
    for slug, organization in (("before", wrong), ("after", right)):
        conference = make_conference(slug=slug)
        conference.organization_roles.create(organization=organization, role="organizer")
        publish(conference, by=publisher)
    merge_entries(wrong, right, by=publisher)

    assert sorted(slugs("conference", "organization=un")) == ["after", "before"]


def test_documents_and_photos_are_filtered_by_their_conference(publisher):
    conference, other = make_conference(slug="minsk-2019"), make_conference()
    for record in (conference, other):
        publish(record, by=publisher)
        publish(make_document(record, slug=f"document-of-{record.slug}"), by=publisher)
        publish(make_photo(record), by=publisher)

    assert slugs("document", "conference=minsk-2019") == ["document-of-minsk-2019"]
    assert slugs("document", f"conference={conference.uid}&kind=press-release") == ["document-of-minsk-2019"]
    assert slugs("photo", "conference=minsk-2019") == [""]


def test_an_instant_is_read_in_utc():
    filters = filters_for("conference", QueryDict("updated_after=2019-09-04T17:30:00.25%2B02:30"), make_request())
    assert filters.is_valid()
    assert filters.chosen == {"updated_after": datetime(2019, 9, 4, 15, 0, 0, 250000, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("parameter", "value", "code"),
    [
        ("year", "0000", "invalid_year"),
        ("year", "0001", None),
        ("page", "9" * 9, None),
        ("page", "9" * 10, "invalid_page"),
        ("q", "a\ud800b", "invalid_character"),  # half of a character
        ("year", "a\x07b", "invalid_character"),
        ("q", "a\x07b", None),
        ("q", "\0", "no_words"),
        ("q", "\u064e \u0640", "no_words"),  # an Arabic vowel mark and a tatweel: both are folded away
        ("q", "\u00ad", "no_words"),
        ("q", '" "', "no_words"),
        ("q", "a" * 10_000, None),
        ("q", '"' * 5_000, "no_words"),
        ("q", "a " * 1_000, None),
    ],
)
def test_values_at_the_edge_of_what_can_be_read(parameter, value, code):
    form = filters_for("conference", {parameter: value}, make_request()).form
    found = [error.code for errors in form.errors.as_data().values() for error in errors]
    assert found == ([code] if code else [])


@pytest.mark.parametrize("query", ["terrorism " * 988 + "nowhere", "countering " + "x" * 10_000])
def test_a_search_that_is_too_long_is_shortened_and_looked_for(publisher, query):
    publish(make_conference("Countering terrorism", slug="minsk-2019"), by=publisher)
    publish(make_conference("Another", slug="vienna-2020"), by=publisher)
    filters = filters_for("conference", {"q": query}, make_request())

    assert filters.is_valid()
    assert filters.searched.is_shortened
    assert filters.searched.text in query
    assert [edition.slug for edition in listing(filters)] == ["minsk-2019"]


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (120, f"“{'a' * 120}” is not the slug or uid of a public series."),
        (121, f"“{'a' * 60}…” is neither a slug such as minsk-2019 nor a uid."),
    ],
)
def test_an_address_as_long_as_one_may_be_is_looked_up(length, message):
    filters = filters_for("conference", {"series": "a" * length}, make_request())

    [error] = filters.form.errors.as_data()["series"]
    assert (error.code, error.messages) == ("unknown_value", [message])


@pytest.mark.parametrize(("length", "repeated"), [(60, "b" * 60), (61, "b" * 60 + "…")])
def test_a_message_repeats_as_much_of_a_value_as_one_can_read(length, repeated):
    assert shown("b" * length) == repeated


def test_a_value_is_looked_for_under_its_own_name(publisher):
    edition = publish(make_conference(), by=publisher)
    row = edition.facets.get(name="year")
    with lifted_guards():
        Facet.objects.create(edition=edition, type=row.type, date=row.date, slug=row.slug, name="kind", value="1999")

    assert slugs("conference", "year=1999") == []
    assert list(Edition.objects.facet("year", "1999")) == []
    assert list(Edition.objects.facet("kind", "1999")) == [edition]
