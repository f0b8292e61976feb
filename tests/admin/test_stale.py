"""Two people save the same record: nothing typed is lost, nothing saved is overwritten unseen, and each chooses by field."""

import json

import pytest

from conferences.models import Conference
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from tests.admin.forms import AdminForm, delete
from tests.admin.test_forms import address
from tests.factories import make_account, make_conference, make_document, make_person, make_theme, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def conference():
    return make_conference("The title", venue_en="Palace", name="Minsk")


@pytest.fixture
def other():
    """A second client, signed in as another editor."""
    from django.test import Client

    client = Client()
    client.force_login(make_account("editor", "other", first_name="Olga"))
    return client


def conflicts(response):
    portal = response.context["portal"]
    return [(c.name, c.theirs, c.mine, c.chosen) for c in portal["conflicts"]]


def test_the_second_to_save_sees_both_texts_and_chooses_theirs(staff, other, conference):
    mine = AdminForm(staff, address(conference))
    AdminForm(other, address(conference)).fill(venue="Hotel", motto="Together").press("_continue")

    response = mine.fill(venue="Library").press("_continue")

    assert response.status_code == 422
    assert conflicts(response) == [("venue", "Hotel", "Library", ""), ("motto", "Together", "", "theirs")]
    assert response.context["portal"]["saved_by"][0] == "Olga"
    page = mine.again(response)
    assert page.values["venue"] == "Library"
    assert page.values["asked"] == ["venue", "motto"]
    page.fill(**{"choose-venue": "theirs", "choose-motto": "theirs"})
    assert page.press("_continue").status_code == 302
    conference.refresh_from_db()
    assert (conference.venue_en, conference.texts.get().motto) == ("Hotel", "Together")


def test_the_second_to_save_chooses_what_they_typed(staff, other, conference):
    mine = AdminForm(staff, address(conference))
    AdminForm(other, address(conference)).fill(venue="Hotel").press("_continue")
    page = mine.again(mine.fill(venue="Library").press("_continue"))

    page.fill(**{"choose-venue": "mine"}).press("_continue")

    conference.refresh_from_db()
    assert conference.venue_en == "Library"


def test_without_an_answer_the_question_comes_again(staff, other, conference):
    mine = AdminForm(staff, address(conference))
    AdminForm(other, address(conference)).fill(venue="Hotel").press("_continue")
    page = mine.again(mine.fill(venue="Library").press("_continue"))

    response = page.press("_continue")

    assert response.status_code == 422
    assert conflicts(response) == [("venue", "Hotel", "Library", "")]
    conference.refresh_from_db()
    assert conference.venue_en == "Hotel"


def test_what_the_form_does_not_show_disturbs_nobody(staff, other, conference):
    conference.texts.create(language="ru", title="Название", ready=True)
    mine = AdminForm(staff, address(conference))
    AdminForm(other, address(conference, "language", "ru")).fill(title="Заглавие").press("_save")

    assert mine.fill(venue="Library").press("_continue").status_code == 302
    assert conference.texts.get(language="ru").title == "Заглавие"


def test_who_types_the_same_is_not_asked(staff, other, conference):
    mine = AdminForm(staff, address(conference))
    AdminForm(other, address(conference)).fill(venue="Hotel").press("_continue")

    assert mine.fill(venue="Hotel").press("_continue").status_code == 302


def test_saving_twice_in_a_row_asks_nothing(staff, conference):
    theme = make_theme()
    for number in range(2):
        page = AdminForm(staff, address(conference)).fill(venue=f"Hall {number}", themes=[str(theme.pk)])
        page.add_row("main_topics", title=f"Topic {number}")
        page.add_row("appearances", person=str(make_person(f"Person {number}").pk), role="speaker")
        assert page.press("_continue").status_code == 302


def test_every_kind_of_field_is_compared(staff, other, conference):
    theme, parent = make_theme("The theme"), make_conference(name="The umbrella")
    mine = AdminForm(staff, address(conference))
    theirs = {"themes": [str(theme.pk)], "parent": str(parent.pk), "kind": "week", "start_date": "2019-09-02"}
    AdminForm(other, address(conference)).fill(**theirs).press("_continue")

    response = mine.fill(venue="Library").press("_continue")

    assert conflicts(response) == [
        ("kind", "week of events", "regional conference", "theirs"),
        ("start_date", "2019-09-02", "2019-09-03", "theirs"),
        ("parent", "The umbrella", "", "theirs"),
        ("themes", "The theme", "", "theirs"),
    ]
    page = mine.again(response)
    page.fill(**{f"choose-{name}": "theirs" for name in page.values["asked"]}).press("_continue")
    conference.refresh_from_db()
    assert (conference.kind, conference.parent, list(conference.themes.all())) == ("week", parent, [theme])
    assert (str(conference.start_date), conference.venue_en) == ("2019-09-02", "Library")


def test_a_box_that_was_ticked_meanwhile_is_compared(staff, other):
    from tests.factories import make_photo

    photo = make_photo(make_conference())
    mine = AdminForm(staff, address(photo))
    AdminForm(other, address(photo)).fill(decorative="on").press("_continue")

    response = mine.fill(credit="Somebody else").press("_continue")
    assert conflicts(response) == [("decorative", "yes", "no", "theirs")]
    mine.again(response).fill(**{"choose-decorative": "theirs"}).press("_continue")

    photo.refresh_from_db()
    assert (photo.decorative, photo.credit) == (True, "Somebody else")


def test_rich_text_is_shown_as_words_with_the_difference_marked(staff, other):
    body = "<p>" + "A long sentence about nothing in particular. " * 4 + "</p>"
    document = make_document(body=body)
    mine = AdminForm(staff, address(document))
    AdminForm(other, address(document)).fill(body=body.replace("nothing", "something", 1)).press("_continue")

    response = mine.fill(body=body.replace("nothing", "everything", 1)).press("_continue")

    [conflict] = response.context["portal"]["conflicts"]
    assert "<p>" not in conflict.theirs
    html = response.content.decode()
    assert "<del>something</del>" in html
    assert "<ins>everything</ins>" in html


# Rows


@pytest.fixture
def topics(conference):
    return [conference.main_topics.create(title_en=title, order=n) for n, title in enumerate(("One", "Two", "Three"))]


def test_rows_are_compared_by_what_they_are_and_not_by_their_number(staff, other, conference, topics):
    mine = AdminForm(staff, address(conference))
    AdminForm(other, address(conference)).fill(**{"main_topics-1-title": "Zwei"}).press("_continue")

    assert mine.fill(**{"main_topics-0-title": "Eins"}).press("_continue").status_code == 422
    response = mine.press("_continue")
    assert conflicts(response) == [("main_topics-1-title", "Zwei", "Two", "theirs")]
    mine.again(response).fill(**{"choose-main_topics-1-title": "theirs"}).press("_continue")

    assert list(conference.main_topics.values_list("title_en", flat=True)) == ["Eins", "Zwei", "Three"]


def test_a_row_that_was_added_meanwhile_stays(staff, other, conference, topics):
    mine = AdminForm(staff, address(conference))
    AdminForm(other, address(conference)).add_row("main_topics", title="Four", order="4").press("_continue")

    assert mine.fill(**{"main_topics-0-title": "Eins"}).press("_continue").status_code == 302
    assert set(conference.main_topics.values_list("title_en", flat=True)) == {"Eins", "Two", "Three", "Four"}


def test_a_row_without_a_key_is_new_whatever_its_number(staff, conference, topics):
    page = AdminForm(staff, address(conference)).add_row("main_topics", title="Five", order="5")

    page.fill(**{"main_topics-1-id": "", "main_topics-1-title": "Four"}).press("_continue")

    assert set(conference.main_topics.values_list("title_en", flat=True)) == {"One", "Two", "Three", "Four", "Five"}


def test_a_row_that_was_deleted_meanwhile_goes_where_nothing_was_typed_in_it(staff, other, conference, topics):
    mine = AdminForm(staff, address(conference))
    AdminForm(other, address(conference)).fill(**{"main_topics-0-DELETE": "on"}).press("_continue")

    assert mine.fill(**{"main_topics-2-title": "Drei"}).press("_continue").status_code == 302
    assert list(conference.main_topics.values_list("title_en", flat=True)) == ["Two", "Drei"]


@pytest.mark.slow
@pytest.mark.parametrize(("choice", "titles"), [("mine", {"Two", "Three", "Eins"}), ("theirs", {"Two", "Three"})])
def test_what_was_typed_in_a_row_that_was_deleted_meanwhile_is_asked_for(
    staff, other, conference, topics, choice, titles
):
    mine = AdminForm(staff, address(conference))
    AdminForm(other, address(conference)).fill(**{"main_topics-0-DELETE": "on"}).press("_continue")

    response = mine.fill(**{"main_topics-0-title": "Eins"}).press("_continue")

    assert response.status_code == 422
    [(name, theirs, words, chosen)] = conflicts(response)
    assert (name, theirs, chosen) == ("main_topics-2-gone", "deleted", "")
    assert words.startswith("Eins")
    page = mine.again(response)
    assert page.press("_continue").status_code == 422  # without an answer
    assert page.fill(**{f"choose-{name}": choice}).press("_continue").status_code == 302
    assert set(conference.main_topics.values_list("title_en", flat=True)) == titles


def test_deleting_a_row_that_was_changed_meanwhile_is_asked_for(staff, other, conference, topics):
    mine = AdminForm(staff, address(conference))
    AdminForm(other, address(conference)).fill(**{"main_topics-0-title": "Eins"}).press("_continue")

    response = mine.fill(**{"main_topics-0-DELETE": "on"}).press("_continue")

    assert conflicts(response) == [("main_topics-0-DELETE", "Title: Eins", "deleted", "")]
    page = mine.again(response).fill(**{"choose-main_topics-0-DELETE": "theirs"})
    assert page.press("_continue").status_code == 302
    assert conference.main_topics.count() == 3


# Other pages


def test_two_translators_of_one_language(staff, other, conference):
    mine = AdminForm(staff, address(conference, "language", "ru"))
    AdminForm(other, address(conference, "language", "ru")).fill(title="Заглавие").press("_save")

    response = mine.fill(title="Название", motto="Вместе").press("_save")

    assert response.status_code == 422
    assert conflicts(response) == [("title", "Заглавие", "Название", "")]
    mine.again(response).fill(**{"choose-title": "mine"}).press("_save")
    row = conference.texts.get(language="ru")
    assert (row.title, row.motto) == ("Название", "Вместе")


def test_a_language_is_not_published_from_a_page_that_is_stale(staff, other, conference):
    conference.texts.create(language="ru", title="Название", ready=True)
    publish(conference, by=make_user())
    mine = AdminForm(staff, address(conference, "language", "ru"))
    AdminForm(other, address(conference)).fill(title="Another title").press("_continue")

    response = mine.fill(motto="Вместе").press("_publish_language")

    assert response.status_code == 422
    assert "has changed since you opened this page. Nothing was done" in response.content.decode()
    assert Edition.objects.of("conference").count() == 1
    # What was typed can be saved; it is published from a page that shows what it stands beside.
    assert mine.again(response).press("_save").status_code == 302
    assert AdminForm(staff, address(conference, "language", "ru")).press("_publish_language").status_code == 302
    assert Edition.objects.public(epoch.now()).get(uid=conference.uid).data["motto"] == {"ru": "Вместе"}


def test_a_session_on_its_own_page(staff, other, conference):
    session = conference.sessions.create(title_en="Opening", date=conference.start_date)
    mine = AdminForm(staff, address(session))
    AdminForm(other, address(session)).fill(room="CR1").press("_continue")

    response = mine.fill(room="CR2").press("_continue")

    assert conflicts(response) == [("room", "CR1", "CR2", "")]
    mine.again(response).fill(**{"choose-room": "mine"}).press("_continue")
    session.refresh_from_db()
    assert session.room == "CR2"


@pytest.mark.parametrize("opened", ["", "no json", "[1]", json.dumps({"venue": 1})])
def test_a_page_that_does_not_say_what_it_was_opened_with_overwrites_nothing(staff, conference, opened):
    page = AdminForm(staff, address(conference)).fill(venue="Library", opened=opened)

    response = page.press("_continue")

    assert response.status_code == 422
    assert ("venue", "Palace", "Library", "") in conflicts(response)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("total", "initial"), [("x", "1"), ("", ""), ("9999999999", "1"), ("1", "-1"), ("0", "3"), ("3", "0")]
)
def test_a_page_with_impossible_numbers_of_rows_loses_and_doubles_nothing(staff, conference, topics, total, initial):
    page = AdminForm(staff, address(conference))
    page.fill(**{"main_topics-TOTAL_FORMS": total, "main_topics-INITIAL_FORMS": initial})

    assert page.press("_continue").status_code in (302, 422)

    assert list(conference.main_topics.values_list("title_en", flat=True)) == ["One", "Two", "Three"]


# Deleting


def test_what_somebody_has_saved_since_the_question_is_not_deleted(staff, other, conference):
    question = AdminForm(staff, address(conference, "delete"))
    AdminForm(other, address(conference)).fill(venue="Much typed").press("_continue")

    response = question.press("_delete")

    assert (response.status_code, response["Location"]) == (302, address(conference))
    [message] = staff.get(response["Location"]).context["messages"]
    assert str(message).startswith("“Minsk” has changed since you opened this page. Nothing was done")
    conference.refresh_from_db()
    assert conference.venue_en == "Much typed"
    assert delete(staff, address(conference, "delete")).status_code == 302
    assert not Conference.objects.exists()


def test_a_language_that_somebody_has_begun_since_the_question_is_not_deleted(staff, other, conference):
    question = AdminForm(staff, address(conference, "delete"))
    AdminForm(other, address(conference, "language", "ru")).fill(title="Минск").press("_save")

    question.press("_delete")

    assert conference.texts.filter(language="ru").exists()


def test_a_session_whose_conference_was_saved_since_the_question_is_not_deleted(staff, other, conference):
    session = conference.sessions.create(title_en="Opening")
    question = AdminForm(staff, address(session, "delete"))
    AdminForm(other, address(session)).fill(title="Opening of the conference").press("_save")

    response = question.press("_delete")

    assert (response.status_code, response["Location"]) == (302, address(session))
    assert conference.sessions.exists()


def test_a_question_that_nobody_has_seen_is_not_answered(staff):
    theme = make_theme()

    staff.post(address(theme, "delete"), {"post": "yes"})

    theme.refresh_from_db()
