"""The lists of series and themes, with the number and the years of their conferences and a sentence about each."""

import re
from datetime import date, timedelta

import pytest

from ctportal.publishing.renaming import merge_entries
from ctportal.publishing.services import publish
from tests import factories as make

pytestmark = pytest.mark.django_db

LISTS = {"series": make.make_series, "themes": make.make_theme}


@pytest.fixture
def publisher(frozen_clock):
    return make.make_user()


def published(entry, year, *, by, at=None, until=None):
    conference = make.make_conference(start_date=date(year, 9, 3), end_date=date(until or year, 9, 4))
    if type(entry).__name__ == "Series":
        conference.series_entries.create(series=entry)
    else:
        conference.themes.add(entry)
    publish(conference, by=by, at=at)
    return conference


def page(client, address):
    return client.get(address).content.decode()


def rows(html):
    """Return [[name, line, …]] of the entries of the list, as read."""
    [listed] = re.findall(r'<ul class="rows narrow">(.*?)</ul>', html, re.S)
    entries = re.findall(r"<li>(.*?)</li>", listed, re.S)
    return [[re.sub("<[^>]+>", "", line) for line in re.findall(r"<(?:h2|p).*?</(?:h2|p)>", each)] for each in entries]


@pytest.mark.parametrize("path", LISTS)
def test_an_entry_has_its_conferences_their_years_and_a_sentence(client, publisher, path):
    first = LISTS[path]("First", slug="a-first", description_en="What the U.N. Office does. It goes on.")
    second = LISTS[path]("Second", slug="b-second")
    published(first, 2017, by=publisher)
    published(first, 2019, by=publisher, until=2020)
    published(second, 2018, by=publisher)

    assert rows(page(client, f"/en/{path}/")) == [
        ["First", "What the U.N. Office does.", "2 conferences · 2017–2020"],
        ["Second", "1 conference · 2018"],
    ]


@pytest.mark.parametrize("path", LISTS)
def test_what_is_not_public_changes_nothing(client, publisher, frozen_clock, path):
    entry = LISTS[path]("First", description_en="What it is.")
    published(entry, 2017, by=publisher)
    before = client.get(f"/en/{path}/").content
    published(entry, 2031, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    type(entry).objects.filter(pk=entry.pk).update(description_en="Nobody may read this yet.")

    assert client.get(f"/en/{path}/").content == before
    frozen_clock.tick(hours=1)
    assert "2 conferences · 2017–2031" in page(client, f"/en/{path}/")


def test_conferences_of_an_entry_that_was_merged_count_for_the_other(client, publisher, frozen_clock):
    double, series = make.make_series("Process, twice"), make.make_series("Process")
    published(double, 2016, by=publisher)
    published(series, 2019, by=publisher)
    frozen_clock.tick()
    merge_entries(double, series, by=publisher)
    frozen_clock.tick()

    assert rows(page(client, "/en/series/")) == [["Process", "2 conferences · 2016–2019"]]


def test_a_sentence_in_another_language_says_so(client, publisher):
    series = make.make_series("Process", name_ar="العملية", description_en="What it is. More.")
    published(series, 2017, by=publisher)

    [entry] = re.findall(r'<ul class="rows narrow">(.*?)</ul>', page(client, "/ar/series/"), re.S)
    assert re.findall('<p class="more"><span lang="en" dir="ltr"[^>]*>(.*?)</span>', entry) == ["What it is."]
    assert ">English</small>" in entry


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("path", LISTS)
def test_a_list_takes_six_queries(client, publisher, path, count, django_assert_num_queries):
    for _ in range(count):
        entry = LISTS[path]()
        for year in range(2010, 2010 + count):
            published(entry, year, by=publisher)

    with django_assert_num_queries(6):  # epoch; count; rows; descriptions; what was merged; conferences
        client.get(f"/en/{path}/")
