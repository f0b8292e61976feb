"""The address that answers while a reader types into a search box."""

from datetime import timedelta

import pytest

from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from tests.factories import make_conference, make_document, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return make_user()


def ask(client, q, language="en", **headers):
    return client.get(f"/{language}/search/suggestions/", {"q": q}, headers=headers)


def test_each_suggestion_has_a_title_with_its_language_a_kind_and_an_address(client, by):
    publish(make_conference("Конференция в Минске", "ru", slug="minsk-2019"), by=by)
    speaker = make_person("Воронков, В.", slug="voronkov", name_ru="Минский, В.")
    document = make_document(
        title="Минское заявление", language="ru", slug="statement", symbol="S/2019/1", delivered_by=speaker
    )
    publish(document, by=by)

    response = ask(client, "минс")

    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "label": "Suggestions",
        "message": "3 suggestions",
        "suggestions": [
            {
                "title": "Конференция в Минске",
                "lang": "ru",
                "dir": "ltr",
                "kind": "Conference",
                "address": "/en/conferences/minsk-2019/",
            },
            {
                "title": "Минский, В.",
                "lang": "ru",
                "dir": "ltr",
                "kind": "Person",
                "address": "/en/people/voronkov/",
            },
            {
                "title": "Минское заявление",
                "lang": "ru",
                "dir": "ltr",
                "kind": "Press release · S/2019/1",
                "address": "/en/documents/statement/",
            },
        ],
    }


@pytest.mark.parametrize(
    ("language", "message", "kind"),
    [("fr", "1 suggestion", "Conférence"), ("ar", "اقتراح واحد", "مؤتمر"), ("zh", "1条建议", "会议")],
)
def test_the_answer_is_in_the_readers_language(client, by, language, message, kind):
    publish(make_conference("Minsk"), by=by)

    found = ask(client, "minsk", language).json()

    assert (found["message"], found["suggestions"][0]["kind"]) == (message, kind)


@pytest.mark.parametrize(
    "q", ["", "x", "\x00", "%", "'\"", '"', "-", "*", "^", "a" * 5000, "né OR (", "1/", "S/" * 200, "\ud800".encode("utf-8", "surrogatepass"), "反" * 400]
)  # fmt: skip
def test_whatever_is_typed_is_answered(client, by, q):
    publish(make_conference("Minsk"), by=by)

    response = ask(client, q)

    assert (response.status_code, response.json()["suggestions"]) == (200, [])
    assert response.json()["message"] == "No suggestions"


def test_it_is_asked_in_three_queries(client, by, django_assert_num_queries):
    publish(make_conference("Minsk"), by=by)
    with django_assert_num_queries(3):  # instant; which; their cards
        assert ask(client, "min").json()["suggestions"] != []


@pytest.mark.django_db(transaction=True)
def test_it_is_never_kept_but_revalidated(client, by):
    publish(make_conference("Minsk"), by=by)
    first = ask(client, "minsk")

    assert ask(client, "other").json()["suggestions"] == []
    assert ask(client, "minsk").content == first.content
    assert first["Cache-Control"] == "no-cache"
    assert ask(client, "minsk", if_none_match=first["ETag"]).status_code == 304


def test_hidden_records_leave_the_answer_byte_for_byte_the_same(client, by, frozen_clock):
    typed = ("co", "conf", "conference", "conference on", "border", "minsk conf")
    publish(make_conference("Conference on borders in Minsk"), by=by)
    for number in range(5):
        publish(make_document(title=f"Border conference {number}"), by=by)
    before = [ask(client, q).content for q in typed]

    for number in range(200):
        hidden = make_document(title=f"Conference on canary borders in Minsk {number}")
        if number < 150:
            publish(hidden, by=by, at=frozen_clock.now + timedelta(hours=1))

    assert Edition.objects.to_come(frozen_clock.now).count() == 150
    assert [ask(client, q).content for q in typed] == before
    assert ask(client, "canary").json()["suggestions"] == []
    frozen_clock.tick(hours=1)
    assert len(ask(client, "canary").json()["suggestions"]) == 8
