"""In which languages a record is complete, and in which in part."""

import pytest

from ctportal.publishing.services import publish, publish_language
from ctportal.publishing.snapshot import builder_for
from tests.factories import (
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_stored_file,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return make_user()


def languages_of(record):
    data = builder_for(record).snapshot(record).data
    return data["languages"], data["partial_languages"]


@pytest.fixture
def conference():
    """A conference that is complete in French, with a text or label in each place that has some."""
    conference = make_conference(city_fr="Minsk", venue_en="Palace", venue_fr="Palais", venue_ru="Дворец")
    labels = {"title_en": "A label", "title_fr": "Une mention"}
    texts = dict.fromkeys(("motto", "summary", "description", "background", "outcome"), "A text")
    conference.texts.update(**texts)
    conference.texts.create(language="fr", title="Une conférence", ready=True, **texts)
    conference.main_topics.create(**labels)
    conference.links.create(address="https://example.org/", **labels)
    conference.appearances.create(person=make_person(), role="speaker", **labels)
    session = conference.sessions.create(**labels, description_en="On this", description_fr="À ce sujet")
    session.appearances.create(person=make_person(), role="speaker", **labels)
    # Names of the vocabulary are not the conference's own texts.
    conference.organization_roles.create(organization=make_organization("In English only"), role="host")
    return conference


def test_a_language_with_every_text_and_label_of_the_original_is_complete(conference):
    assert languages_of(conference) == (["en", "fr"], [])


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        *(("texts", name) for name in ("motto", "summary", "description", "background", "outcome")),
        ("main_topics", "title_fr"),
        ("links", "title_fr"),
        ("appearances", "title_fr"),
        ("sessions", "title_fr"),
        ("sessions", "description_fr"),
    ],
)
def test_one_text_that_is_missing_makes_a_language_partial(conference, rows, text):
    of_language = {"language": "fr"} if rows == "texts" else {}
    getattr(conference, rows).filter(**of_language).update(**{text: ""})

    assert languages_of(conference) == (["en"], ["fr"])


@pytest.mark.parametrize("label", ["city_fr", "venue_fr"])
def test_a_label_of_the_record_itself_counts(conference, label):
    setattr(conference, label, "")
    conference.save()

    assert languages_of(conference) == (["en"], ["fr"])


def test_a_title_held_in_a_session_counts(conference):
    conference.sessions.get().appearances.update(title_fr="")

    assert languages_of(conference) == (["en"], ["fr"])


def test_what_the_original_leaves_empty_is_not_asked_for(conference):
    conference.texts.filter(language="en").update(outcome="")
    conference.texts.filter(language="fr").update(outcome="")
    conference.main_topics.update(title_en="", title_fr="")

    assert languages_of(conference) == (["en", "fr"], [])


def test_a_language_that_is_not_ready_is_neither(conference):
    conference.texts.filter(language="fr").update(ready=False)

    assert languages_of(conference) == (["en"], [])


def test_the_original_language_is_complete_whatever_others_have(conference):
    conference.texts.filter(language="en").update(motto="")
    conference.main_topics.create(title_fr="En français seulement")

    assert languages_of(conference) == (["en", "fr"], [])


@pytest.mark.parametrize(
    "version",
    [{"body": "<p>Le texte.</p>"}, {"external_url": "https://example.org/fr.pdf"}, {"file": "fr.pdf"}],
    ids=["a text", "an address", "a file"],
)
def test_a_document_is_complete_with_a_text_a_file_or_an_address(version):
    document = make_document()
    if "file" in version:
        version = {"file": make_stored_file(version["file"])}
    document.versions.create(language="fr", title="Un document", ready=True, **version)

    assert languages_of(document) == (["en", "fr"], [])


def test_a_document_with_a_title_alone_is_partial():
    document = make_document()
    document.versions.create(language="fr", title="Un document", ready=True)

    assert languages_of(document) == (["en"], ["fr"])


def test_a_document_that_stands_elsewhere_asks_for_its_translation_too():
    document = make_document(body="")
    document.versions.update(external_url="https://example.org/en.pdf")
    document.versions.create(language="fr", title="Un document", ready=True)

    assert languages_of(document) == (["en"], ["fr"])


def test_a_label_of_a_document_counts():
    document = make_document(place_en="Minsk")
    document.versions.create(language="fr", title="Un document", body="<p>Le texte.</p>", ready=True)

    assert languages_of(document) == (["en"], ["fr"])


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({"alt_text_fr": "Une salle", "caption_fr": "La séance"}, (["en", "fr"], [])),
        ({"alt_text_fr": "Une salle"}, (["en"], ["fr"])),
        ({}, (["en"], [])),
    ],
)
def test_a_photo_is_complete_in_what_is_filled_in(labels, found):
    assert languages_of(make_photo(make_conference(), caption_en="The session", **labels)) == found


def test_only_complete_languages_are_facets(conference, by):
    conference.texts.create(language="ru", title="Конференция", ready=True)
    edition = publish(conference, by=by)

    assert {facet.value for facet in edition.facets.filter(name="language")} == {"en", "fr"}
    assert edition.card_data["languages"] == ["en", "fr"]


def test_a_language_published_ahead_is_divided_anew(conference, by, frozen_clock):
    """Against the original that is public, not against the draft."""
    conference.texts.create(language="ru", title="Конференция", ready=True)
    publish(conference, by=by)
    frozen_clock.tick()
    conference.texts.filter(language="ru").delete()
    conference.texts.filter(language="fr").update(motto="")
    conference.texts.filter(language="en").update(motto="")
    edition = publish_language(conference, "fr", by=by)

    assert (edition.data["languages"], edition.data["partial_languages"]) == (["en"], ["fr", "ru"])


def test_what_is_expected_makes_no_language_partial(conference):
    before = languages_of(conference)
    conference.expected_documents.create(title_en="A report", date="2027-03-01")

    assert "fr" in before[0] and languages_of(conference) == before
