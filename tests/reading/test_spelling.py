"""Other spelling for a search that finds nothing: words of what is in force, and of nothing else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ctportal.publishing.services import publish, withdraw
from ctportal.reading.context import ReadContext
from ctportal.reading.search import search
from ctportal.reading.suggestions import spelling
from ctportal.search.parsing import parse
from tests.factories import make_conference, make_document, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return make_user()


def titled(title, by, *, at=None, **fields):
    document = make_document(title=title, **fields)
    publish(document, by=by, at=at)
    return document


def corrected(text, language="en", filters=()):
    return spelling(parse(text), ReadContext(), language, filters)


@pytest.fixture
def speech(by):
    speaker = make_person("Vladimir Voronkov", name_ru="Владимир Воронков")
    document = make_document(title="Speech on counter-terrorism", delivered_by=speaker, slug="speech")
    document.versions.create(language="fr", title="Coopération à Ténériffe", body="<p>Un texte.</p>", ready=True)
    publish(document, by=by)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("vorokov", "Voronkov"),
        ("VOROKOV", "Voronkov"),
        ("voronkow", "Voronkov"),
        ("Vorokov speech", "Voronkov speech"),
        ("vladimr vorokov", "Vladimir Voronkov"),
        ("воронкав", "Воронков"),
        ("spech", "Speech"),
        ("tenerife", "Ténériffe"),
        ("cooperacion tenerif", "cooperacion Ténériffe"),
        ("counterterorism", "counter-terrorism"),
        ("counter-terorism", "counter-terrorism"),
        ("spech kind:press-release -draft", "Speech kind:press-release -draft"),
        ('spech "counter terrorism"', 'Speech "counter terrorism"'),
        ("spech  vladimir", "Speech vladimir"),
        ("voronkov", ""),
        ("speech", ""),
        ("vrknv", ""),
        ("voronxyz", ""),
        ('"vorokov"', ""),
        ("-vorokov", ""),
        ("on", ""),
        ("of xx 2019 S/RES/2396", ""),
        ("", ""),
    ],
)
def test_words_that_nothing_public_contains_are_written_as_in_titles_and_names(speech, typed, expected):
    assert corrected(typed) == expected


def test_an_arabic_word_is_corrected(by):
    titled("إعلان التعاون", by, language="ar")

    assert corrected("التعاوون", "ar") == "التعاون"


@pytest.mark.parametrize("typed", ["反恐会义", "反"])
def test_chinese_is_not_corrected(by, typed):
    titled("全球反恐会议", by, language="zh")

    assert corrected(typed, "zh") == ""


def test_the_nearest_is_best_then_what_most_records_contain_then_the_alphabet(by):
    titled("The gender border", by)
    titled("A render", by)

    assert corrected("zender") == "gender"
    titled("To render again", by)
    assert corrected("zender") == "render"
    assert corrected("bordr") == "border"
    assert corrected("gendar") == "gender"


def test_a_correction_finds_something_together_with_the_other_words(by):
    titled("Bandar of the sea", by)
    titled("Bander of the land", by)

    assert corrected("bandxr") == "Bandar"
    assert corrected("bandxr land") == "Bander land"
    assert corrected("bandxr -sea") == "Bander -sea"
    assert corrected("bandxr sky") == ""
    assert corrected("bandxr land", filters=[["kind=press-release"], ["year=2018", "year=2019"]]) == "Bander land"
    assert corrected("bandxr land", filters=[["kind=press-release"], ["year=2018"]]) == ""


def test_what_is_proposed_finds_something(speech):
    for typed in ("vladimr vorokov", "counterterorism spech", "tenerif"):
        assert len(search(parse(corrected(typed)), ReadContext(), "en")) > 0


@pytest.mark.parametrize("typed", ["vorokov", "vorokov spech", "vladimr vorokov counter terrorism " + "speech " * 20])
def test_it_takes_three_queries(speech, typed):
    context = ReadContext()
    assert context.at
    with CaptureQueriesContext(connection) as queries:
        spelling(parse(typed), context, "en")
    assert len(queries) == 3


def test_more_than_three_unknown_words_are_left_alone(speech, django_assert_num_queries):
    context = ReadContext()
    assert context.at
    with django_assert_num_queries(1):
        assert spelling(parse("vorokov vladimr spech terorism"), context, "en") == ""


@pytest.fixture
def hidden(by, frozen_clock):
    """A draft, a scheduled, a withdrawn and a superseded title with words of their own, and a scheduled correction."""
    release = frozen_clock.now + timedelta(hours=1)
    make_document(title="Zanaridraft")
    titled("Zanarischeduled", by, at=release)
    withdrawn = titled("Zanariwithdrawn", by)
    superseded = titled("Zanarisuperseded", by)
    frozen_clock.tick()
    withdraw(withdrawn, by=by, reason="A test.")
    for title, at in (("Borders", None), ("Zanaricorrection", release)):
        superseded.versions.update(title=title)
        publish(superseded, by=by, at=at)
    return release


def test_nothing_hidden_is_proposed(hidden, frozen_clock):
    typed = ("zanaridraff", "zanarischedulet", "zanariwithdrawm", "zanarisupersedet", "zanaricorrectiom")
    assert [corrected(word) for word in typed] == [""] * 5
    frozen_clock.move_to(hidden - timedelta(seconds=1))
    assert [corrected(word) for word in typed] == [""] * 5
    frozen_clock.move_to(hidden)

    assert [corrected(word) for word in typed] == ["", "Zanarischeduled", "", "", "Zanaricorrection"]


def test_a_word_that_only_hidden_records_contain_is_corrected_as_an_unknown_one(by, frozen_clock):
    publish(make_conference("Borders"), by=by)
    make_document(title="Bordars", body="<p>bordars</p>")
    titled("Bordars", by, at=frozen_clock.now + timedelta(hours=1))

    assert corrected("bordars") == "Borders"


def test_hidden_records_do_not_change_which_word_is_best(by, frozen_clock):
    titled("The gender border", by)
    titled("A render", by)
    before = [corrected(word) for word in ("zender", "rendar", "bordr")]
    for number in range(5):
        titled(f"Render border bordo {number}", by, at=frozen_clock.now + timedelta(hours=1))

    assert [corrected(word) for word in ("zender", "rendar", "bordr")] == before
    frozen_clock.tick(hours=1)
    assert corrected("zender") == "render"
