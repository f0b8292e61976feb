"""The figures of the conferences of a series, compared on its page and in its CSV."""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from conferences import comparison
from ctportal.publishing.models import Edition
from ctportal.publishing.renaming import relabel
from ctportal.publishing.services import publish, withdraw
from ctportal.web import vocabulary
from tests import factories as make

pytestmark = pytest.mark.django_db

PAGE, CSV = "/en/series/process/", "/en/series/process/figures.csv"


@pytest.fixture
def publisher(frozen_clock):
    return make.make_user()


@pytest.fixture
def series():
    return make.make_series("Process", slug="process")


def held(series, number, title="A conference", figures=(), **fields):
    """Return a draft of the conference *number* of *series*; *figures* are fields of Figure."""
    day = date(2017 + number, 9, 3)
    values = {"slug": f"held-{number}", "start_date": day, "end_date": day + timedelta(days=1)} | fields
    conference = make.make_conference(title, **values)
    conference.series_entries.create(series=series, ordinal=number)
    for figure in figures:
        conference.figures.create(**{"official": True, "source": "Remarks"} | figure)
    return conference


def page(client, address=PAGE):
    return client.get(address).content.decode()


def table(html):
    """Return the rows of the table as read: [[cell, …]]."""
    [found] = re.findall(r'<table class="compared">(.*?)</table>', html, re.S)
    rows = re.findall(r"<tr>(.*?)</tr>", found, re.S)
    cells = [re.findall(r"<t[hd].*?</t[hd]>", row, re.S) for row in rows]
    return [[" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def lines(response):
    text = response.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.fixture
def compared(series, publisher):
    """Return two published conferences; the second in number is published first."""
    close_to = {"measure": "participants", "qualifier": "close to", "value": 1400}
    many = {"measure": "regional-organizations", "qualifier": "many"}
    other = {"measure": "participants", "value": 9999, "official": False}
    second = held(series, 2, "The second", [close_to, many, other])
    first = held(series, 1, "=1+1", [{"measure": "countries", "value": 20, "expectation": "expected"}])
    publish(second, by=publisher)
    publish(first, by=publisher)
    publish(make.make_document(second), by=publisher)
    return first, second


def test_the_table_has_the_official_figures_by_measure_in_the_order_of_the_series(client, compared):
    assert table(page(client)) == [
        ["Conference", "Dates", "Place", "Participants", "Countries", "Regional organizations", "Documents"],
        ["No. 1 Minsk 2018", "3–4 September 2018", "Minsk Belarus", "", "expected 20", "", "0"],
        ["No. 2 Minsk 2019", "3–4 September 2019", "Minsk Belarus", "close to 1,400", "", "many regional organizations", "1"],
    ]  # fmt: skip


def test_the_table_is_the_same_on_each_page_of_the_list(client, compared, monkeypatch):
    monkeypatch.setattr(vocabulary, "CONFERENCES", 1)
    pages = [page(client), page(client, f"{PAGE}?page=2")]

    assert [re.findall(r'<h3><a href="/en/conferences/(.*?)/"', each) for each in pages] == [["held-1"], ["held-2"]]
    assert table(pages[0]) == table(pages[1])
    assert [row[0] for row in table(pages[0])] == ["Conference", "No. 1 Minsk 2018", "No. 2 Minsk 2019"]


def test_of_many_conferences_the_table_has_the_first_and_says_so(client, compared, monkeypatch):
    remark = "The table has the first 1 conferences, the CSV file all of them."
    assert "CSV file all of them" not in page(client)
    monkeypatch.setattr(comparison, "COMPARED", 1)

    assert [row[0] for row in table(page(client))] == ["Conference", "No. 1 Minsk 2018"]
    assert remark in page(client)
    assert len(lines(client.get(CSV))) == 3


def test_the_csv_has_the_same_and_no_formula(client, compared):
    response = client.get(CSV)

    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "text/csv; charset=utf-8",
        'attachment; filename="process-figures.csv"',
    )
    assert lines(response) == [
        [
            *("Number", "Conference", "First day", "Last day", "Place", "Participants", "Participants: qualifier"),
            *("Countries", "Countries: qualifier", "Regional organizations", "Regional organizations: qualifier"),
            *("Documents", "Address"),
        ],
        [
            *("1", "'=1+1", "2018-09-03", "2018-09-04", "Minsk, Belarus", "", "", "20", "expected", "", ""),
            *("0", "http://testserver/en/conferences/held-1/"),
        ],
        [
            *("2", "The second", "2019-09-03", "2019-09-04", "Minsk, Belarus", "1400", "close to", "", "", ""),
            *("many regional organizations", "1", "http://testserver/en/conferences/held-2/"),
        ],
    ]


def test_what_is_not_public_changes_no_byte(client, series, compared, publisher, frozen_clock):
    before = [client.get(address).content for address in (PAGE, CSV)]
    later = frozen_clock.now + timedelta(hours=1)
    figures = [{"measure": "side-events", "value": 77}]
    publish(held(series, 3, "To come", figures), by=publisher, at=later)
    publish(make.make_document(compared[0]), by=publisher, at=later)
    held(series, 4, "A draft", figures)
    compared[0].figures.update(value=12345)

    assert [client.get(address).content for address in (PAGE, CSV)] == before
    frozen_clock.tick(hours=1)
    assert "77" in table(page(client))[3]
    assert "77" in lines(client.get(CSV))[3]


def test_the_table_is_reached_by_keyboard_and_leads_to_the_csv(client, compared):
    html = page(client)

    assert '<div class="table" tabindex="0" role="region" aria-labelledby="figures">' in html
    assert f'href="{CSV}"' in html


def test_in_arabic_the_page_and_the_csv_are_in_arabic(client, compared):
    html, rows = page(client, "/ar/series/process/"), lines(client.get("/ar/series/process/figures.csv"))

    assert '<html lang="ar" dir="rtl"' in html
    heads = table(html)[0]
    assert all(re.search("[\u0600-\u06ff]", cell) for cell in [*heads, *rows[0]])
    assert '<a href="/ar/conferences/held-1/"><span lang="en" dir="ltr"' in html
    assert rows[1][1] == "'=1+1"


def test_the_csv_is_withdrawn_with_the_series(client, compared, publisher, frozen_clock):
    frozen_clock.tick()
    for conference in compared:
        withdraw(conference, by=publisher, reason="A test.")

    assert (client.get(PAGE).status_code, client.get(CSV).status_code) == (410, 410)


def test_the_csv_moves_with_the_series(client, series, compared, publisher, frozen_clock):
    frozen_clock.tick()
    type(series).objects.filter(pk=series.pk).update(slug="new")
    series.refresh_from_db()
    relabel(series, by=publisher)
    frozen_clock.tick()

    assert client.get("/en/series/nowhere/figures.csv").status_code == 404
    moved = client.get(CSV)
    assert (moved.status_code, moved["Location"]) == (301, "/en/series/new/figures.csv")


@pytest.mark.parametrize("count", [1, 3])
def test_page_and_csv_take_as_many_queries_for_any_number(client, series, publisher, count, django_assert_num_queries):
    for number in range(1, count + 1):
        conference = held(series, number, figures=[{"measure": "participants", "value": 300}])
        publish(conference, by=publisher)
        publish(make.make_document(conference), by=publisher)
    assert Edition.objects.filter(type="conference").count() == count

    # Epoch; series; its record with what was merged into it, for the filter; count; rows; those of the table; documents.
    with django_assert_num_queries(7):
        client.get(PAGE)
    with django_assert_num_queries(5):  # epoch; series; what was merged into it; conferences; documents
        client.get(CSV)
