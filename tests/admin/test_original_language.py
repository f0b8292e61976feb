"""The original language of a record is changed: what happens to the labels of the rows that belong to it."""

import pytest

from conferences.models import Appearance, MainTopic
from tests.admin.forms import AdminForm, errors_of
from tests.admin.test_forms import address
from tests.factories import make_conference, make_person

pytestmark = pytest.mark.django_db

THEN = "Choose a language without texts: the texts on this form then count as written in it."
ROWS = ["topic", "link", "appearance", "session", "description", "appearance at a session"]


def make_rows(conference):
    """{name: (row, its label)} of one row of each kind that has labels, with an English text."""
    session = conference.sessions.create(title_en="Opening", description_en="Who opens it")
    topic = conference.main_topics.create(title_en="Borders")
    link = conference.links.create(title_en="Broadcast", address="https://example.org/")
    return {
        "topic": (topic, "title"),
        "link": (link, "title"),
        "appearance": (conference.appearances.create(person=make_person(), title_en="Minister"), "title"),
        "session": (session, "title"),
        "description": (session, "description"),
        "appearance at a session": (session.appearances.create(person=make_person(), title_en="Judge"), "title"),
    }


def texts(row, label):
    row.refresh_from_db()
    return {code: text for code in ("en", "fr", "ru") if (text := getattr(row, f"{label}_{code}"))}


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_a_row_translated_into_the_language_is_not_overwritten(staff, name):
    conference = make_conference()
    rows = make_rows(conference)
    row, label = rows[name]
    before = {each: texts(*rows[each]) for each in rows}
    type(row).objects.filter(pk=row.pk).update(**{f"{label}_fr": "Traduit"})

    form = AdminForm(staff, address(conference)).fill(original_language="fr", **{"main_topics-0-title": "Typed"})
    response = form.press("_continue")

    assert response.status_code == 422
    where = str(row._meta.verbose_name_plural)
    expected = [f"There are already texts in this language ({where}). {THEN}"]
    assert errors_of(response) == {"original_language": expected}
    assert form.again(response).values["main_topics-0-title"] == "Typed"
    assert {each: texts(*rows[each]) for each in rows} == before | {name: before[name] | {"fr": "Traduit"}}
    conference.refresh_from_db()
    assert conference.original_language == "en"


def test_where_no_row_is_translated_all_of_them_move_with_what_was_typed(staff):
    conference = make_conference(title="Конференция", city_en="Минск")
    rows = make_rows(conference)
    MainTopic.objects.update(title_fr="En français")

    form = AdminForm(staff, address(conference)).fill(original_language="ru", **{"main_topics-0-title": "Границы"})
    form.add_row("main_topics", title="Вторая")
    assert form.press("_continue").status_code == 302

    assert {name: texts(*row) for name, row in rows.items()} == {
        "topic": {"ru": "Границы", "fr": "En français"},
        "link": {"ru": "Broadcast"},
        "appearance": {"ru": "Minister"},
        "session": {"ru": "Opening"},
        "description": {"ru": "Who opens it"},
        "appearance at a session": {"ru": "Judge"},
    }
    assert texts(MainTopic.objects.last(), "title") == {"ru": "Вторая"}


def test_a_row_that_somebody_else_adds_meanwhile_moves_too(staff):
    conference = make_conference()
    form = AdminForm(staff, address(conference)).fill(original_language="ru")
    topic = conference.main_topics.create(title_en="Added meanwhile")

    assert form.press("_continue").status_code == 302

    assert texts(topic, "title") == {"ru": "Added meanwhile"}


def test_a_row_translated_while_the_form_was_open_is_not_overwritten(staff):
    conference = make_conference()
    topic = conference.main_topics.create(title_en="Borders")
    form = AdminForm(staff, address(conference)).fill(original_language="fr")
    MainTopic.objects.update(title_fr="Les frontières")

    assert form.press("_continue").status_code == 422

    assert texts(topic, "title") == {"en": "Borders", "fr": "Les frontières"}


# A session that moves to a conference of another original language


def session_to_move():
    session = make_conference(name="Minsk").sessions.create(title_en="Opening", description_en="Who opens it")
    appearance = session.appearances.create(person=make_person(), title_en="Judge")
    return session, appearance, make_conference(name="Paris", language="fr")


def test_a_session_that_moves_keeps_its_texts_in_their_languages(staff):
    session, appearance, paris = session_to_move()
    type(session).objects.update(title_fr="Ouverture")
    Appearance.objects.update(title_fr="Juge")

    form = AdminForm(staff, address(session)).fill(conference=str(paris.pk), title="Opening of the conference")
    form.fill(**{"appearances-0-title": "Chief judge"}).add_row(
        "appearances", person=str(make_person().pk), title="Host"
    )
    response = form.press("_save")

    assert response.status_code == 302
    session.refresh_from_db()
    assert session.conference == paris
    assert texts(session, "title") == {"en": "Opening of the conference", "fr": "Ouverture"}
    assert texts(session, "description") == {"en": "Who opens it"}
    assert texts(appearance, "title") == {"en": "Chief judge", "fr": "Juge"}
    assert texts(session.appearances.last(), "title") == {"en": "Host"}


def test_a_session_without_title_in_the_other_original_language_does_not_move(staff):
    session, appearance, paris = session_to_move()

    form = AdminForm(staff, address(session)).fill(conference=str(paris.pk), title="Typed")
    response = form.press("_save")

    assert response.status_code == 422
    text = (
        "The original language of “Paris” is Français, and the session has no title in it. Enter the title first, on "
        "the page for this language of its current conference."
    )
    assert errors_of(response) == {"conference": [text]}
    assert form.again(response).values["title"] == "Typed"
    assert texts(session, "title") == {"en": "Opening"}
    assert texts(appearance, "title") == {"en": "Judge"}


# A language that becomes the original one while its page is open


def test_what_was_typed_on_the_page_of_a_language_that_became_the_original_is_shown_again(staff):
    conference = make_conference()
    topic = conference.main_topics.create(title_en="Les frontières")
    page = AdminForm(staff, address(conference, "language", "fr"))
    AdminForm(staff, address(conference)).fill(original_language="fr").press("_continue")

    name = f"maintopic-{topic.pk}-title"
    response = page.fill(title="Une conférence", **{name: "Frontières"}).press("_save")

    assert response.status_code == 422
    values = page.again(response).values
    assert (values["title"], values[name]) == ("Une conférence", "Frontières")
    text = (
        "Français is now the original language of this record: its texts are edited on the form of the record. Nothing "
        "was saved. Copy anything you still need from this page."
    )
    assert text in response.context["form"].non_field_errors()
    chosen = {f"choose-{name}": "mine" for name in values["asked"]}
    assert page.fill(**chosen).press("_save").status_code == 422
    assert texts(topic, "title") == {"fr": "Les frontières"}
