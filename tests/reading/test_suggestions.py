"""Suggestions for what is typed: of all that is in force, and of nothing else."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ctportal.publishing.services import publish, withdraw
from ctportal.reading.context import ReadContext
from ctportal.reading.suggestions import MOST, suggest
from tests.factories import (
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_series,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return make_user()


def suggested(text, language="en"):
    """Return "slug language" of each suggestion."""
    return [f"{each.edition.slug} {each.language}" for each in suggest(text, ReadContext(), language)]


def titled(title, slug, by, *, at=None, **fields):
    document = make_document(title=title, slug=slug, **fields)
    publish(document, by=by, at=at)
    return document


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("bord", ["one en"]),
        ("BORD", ["one en"]),
        ("security bord", ["one en"]),
        ("bord security", []),
        ("securit", ["one en", "two en"]),
        ("cooperation", ["two en"]),
        ("counterterr", ["two en"]),
        ("cooperation draft", []),
        ("a text", []),
        ("b", []),
        ("", []),
        ("-bord", []),
        ("kind:press-release bord", []),
        ("security -bord", []),
    ],
)
def test_a_title_is_suggested_that_holds_all_words_typed(by, typed, expected):
    titled("Security of borders", "one", by)
    titled("Coopération for Security in Counter-Terrorism", "two", by)

    assert suggested(typed) == expected


def test_symbols_and_numbers_are_suggested_while_they_are_typed(by):
    titled("Foreign fighters", "resolution", by, symbol="S/RES/2396 (2017)")

    for typed in ("S/", "s/res/23", "S/RES/2396 (20", "2396", "23"):
        assert suggested(typed) == ["resolution en"]
    assert suggested("S/RES/24") == []


@pytest.mark.parametrize("typed", ["反", "恐", "反恐", "反恐会", "会议"])
def test_chinese_is_suggested_from_one_character_on(by, typed):
    titled("全球反恐会议", "conference", by, language="zh")

    assert suggested(typed, "zh") == ["conference zh"]


def test_an_arabic_word_is_suggested_without_its_article(by):
    titled("إعلان المؤتمر", "declaration", by, language="ar")

    assert suggested("مؤت", "ar") == suggested("المؤت", "ar") == ["declaration ar"]


def test_the_readers_language_comes_first_then_the_kind_then_the_newest(by):
    country = make_organization("Minsk office", slug="office")
    speaker = make_person("Minsk, Ada", slug="ada")
    series, theme = make_series("Minsk process", slug="process"), make_theme("Minsk questions", slug="questions")
    conference = make_conference("Minsk conference", slug="conference")
    conference.series_entries.create(series=series)
    conference.themes.add(theme)
    publish(conference, by=by)
    titled("Minsk, older", "older", by, date=date(2018, 1, 1), issued_by=country, delivered_by=speaker)
    titled("Minsk, newer", "newer", by, date=date(2020, 1, 1))
    titled("Minsk, en français", "french", by, language="fr", date=date(2024, 1, 1))

    in_english = ["conference", "process", "questions", "ada", "office", "newer", "older"]
    assert suggested("minsk") == [*(f"{slug} en" for slug in in_english), "french fr"]
    assert suggested("minsk", "fr")[:2] == ["french fr", "conference en"]


def test_a_record_is_suggested_once_in_the_readers_language(by):
    document = make_document(title="Minsk declaration", slug="declaration")
    for language, title in (("fr", "Déclaration de Minsk"), ("es", "Declaración de Minsk")):
        document.versions.create(language=language, title=title, body="<p>…</p>", ready=True)
    publish(document, by=by)

    assert suggested("minsk") == ["declaration en"]
    assert suggested("minsk", "es") == ["declaration es"]
    assert suggested("minsk", "ar") == ["declaration en"]
    assert suggested("decl minsk"[:4], "en") == ["declaration en"]


def test_there_are_at_most_eight_in_two_queries(by):
    for number in range(10):
        titled(f"Minsk {number}", f"minsk-{number}", by, date=date(2010 + number, 1, 1))
    context = ReadContext()
    assert context.at

    with CaptureQueriesContext(connection) as queries:
        found = suggest("minsk", context, "en")

    assert [each.edition.slug for each in found] == [f"minsk-{number}" for number in range(9, 9 - MOST, -1)]
    assert len(queries) == 2


def test_too_little_asks_the_database_nothing(by, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert suggest("m", ReadContext(), "en") == suggest("-minsk", ReadContext(), "en") == []


# What is hidden


@pytest.fixture
def hidden(by, frozen_clock):
    """A draft, a scheduled, a withdrawn and a superseded title with words of their own, and a scheduled correction."""
    release = frozen_clock.now + timedelta(hours=1)
    make_document(title="Minsk canarydraft", slug="draft")
    titled("Minsk canaryscheduled", "scheduled", by, at=release)
    withdrawn = titled("Minsk canarywithdrawn", "withdrawn", by)
    superseded = titled("Minsk canarysuperseded", "superseded", by)
    frozen_clock.tick()
    withdraw(withdrawn, by=by, reason="A test.")
    for title, at in (("Minsk now", None), ("Minsk canarycorrection", release)):
        superseded.versions.update(title=title)
        publish(superseded, by=by, at=at)
    return release


def test_nothing_hidden_is_suggested(hidden):
    assert suggested("canary") == []
    assert suggested("minsk") == ["superseded en"]


def test_a_scheduled_title_is_suggested_from_its_instant_on(hidden, frozen_clock):
    frozen_clock.move_to(hidden - timedelta(seconds=1))
    assert suggested("canary") == []
    frozen_clock.move_to(hidden)

    assert suggested("canary") == ["scheduled en", "superseded en"]
    assert suggested("minsk now") == []
