"""What the index holds of editions: what may be public, and no long text analysed twice."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ctportal.management import index_upkeep
from ctportal.publishing import indexing, services
from ctportal.publishing.models import Edition
from ctportal.search.models import Place, SearchEntry
from documents.models import Document
from tests.factories import make_conference, make_document, make_stored_file, make_user
from tests.search.index import indexed

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher():
    return make_user("publisher", is_superuser=True)


@pytest.fixture
def conference(frozen_clock, publisher):
    conference = make_conference()
    services.publish(conference, by=publisher)
    frozen_clock.tick(days=1)
    return conference


def in_index(record):
    """The numbers, from 1, of the editions of *record* that have entries, in the order in which they were written."""
    editions = list(Edition.objects.filter(uid=record.uid).order_by("pk").values_list("pk", flat=True))
    have = SearchEntry.objects.filter(edition__in=editions).values_list("edition", flat=True)
    return sorted(editions.index(pk) + 1 for pk in set(have))


def change(document, title):
    document.versions.update(title=title)


def test_a_past_edition_leaves_the_index_with_the_next_publication_but_not_within_a_minute(
    conference, publisher, frozen_clock
):
    document = make_document(conference, "One")
    services.publish(document, by=publisher)
    for title, seconds, expected in (("Two", 90, [1, 2]), ("Three", 59, [1, 2, 3]), ("Four", 1, [2, 3, 4])):
        frozen_clock.tick(seconds=seconds)
        change(document, title)
        services.publish(document, by=publisher)
        assert in_index(document) == expected


def test_a_withdrawn_record_leaves_the_index_with_the_next_publication_and_comes_back(
    conference, publisher, frozen_clock
):
    document = make_document(conference, "One")
    services.publish(document, by=publisher)
    frozen_clock.tick()
    services.withdraw(document, by=publisher, reason="A reason")
    assert in_index(document) == [1]  # another machine may not have got there

    frozen_clock.tick(days=1)
    services.restore(document, by=publisher)

    assert in_index(document) == [2]
    assert "one" in indexed(Edition.objects.filter(uid=document.uid).latest("pk"))


def test_an_unscheduled_edition_leaves_the_index_at_once(conference, publisher, frozen_clock):
    document = make_document(conference, "One")
    services.publish(document, by=publisher, at=frozen_clock.now + timedelta(days=1))
    assert in_index(document) == [1]

    services.unschedule_all([document], by=publisher)

    assert in_index(document) == []


def test_moving_a_scheduled_edition_leaves_the_new_one_alone(conference, publisher, frozen_clock):
    document = make_document(conference, "One")
    services.publish(document, by=publisher, at=frozen_clock.now + timedelta(days=1))

    services.redate_all([document], by=publisher, at=frozen_clock.now + timedelta(days=2))

    assert in_index(document) == [2]


@pytest.fixture
def with_file(conference, publisher, frozen_clock):
    """A scheduled document with a file in English and one in French."""
    document = make_document(conference, "One")
    document.versions.update(file=make_stored_file("one.pdf", text="Apples of the file"))
    document.versions.create(
        language="fr",
        title="Un",
        body="<p>Un.</p>",
        ready=True,
        file=make_stored_file("un.pdf", text="Poires du fichier"),
    )
    services.publish(document, by=publisher, at=frozen_clock.now + timedelta(days=1))
    return document


def entries(edition):
    rows = SearchEntry.objects.filter(edition=edition).order_by("language", "place", "part")
    return list(rows.values_list("language", "place", "part", "facets", "tokens__tokens"))


@pytest.fixture
def analysed_files(monkeypatch):
    """The languages whose files are analysed from now on."""
    analysed, analyse = [], indexing.texts_of_files

    def counted(language, files):
        analysed.append(language)
        return analyse(language, files)

    monkeypatch.setattr(indexing, "texts_of_files", counted)
    return analysed


def test_moving_a_document_copies_the_tokens_of_its_files(with_file, publisher, frozen_clock, analysed_files):
    services.redate_all([with_file], by=publisher, at=frozen_clock.now + timedelta(days=2))

    first, second = Edition.objects.filter(uid=with_file.uid).order_by("pk")
    assert analysed_files == []
    assert (entries(first), "poires" in indexed(second)) == ([], True)
    assert entries(second) == entries_made_anew(second)


def entries_made_anew(edition):
    index_upkeep.rebuild(lambda *_: None, record=edition.uid)
    return entries(edition)


def test_one_language_ahead_analyses_files_once_before_the_publication_lock(
    with_file, publisher, frozen_clock, analysed_files, monkeypatch
):
    lock = services.publication
    monkeypatch.setattr(services, "publication", lambda by: analysed_files.append("lock") or lock(by))
    frozen_clock.tick(days=2)
    with_file.versions.filter(language="fr").update(file=make_stored_file("deux.pdf", text="Prunes du fichier"))
    draft = Document.objects.get(pk=with_file.pk)

    services.publish_language(draft, "fr", by=publisher)

    published = Edition.objects.filter(uid=with_file.uid).latest("pk")
    assert ("prunes" in indexed(published), "poires" in indexed(published)) == (True, False)
    assert (sorted(analysed_files[:2]), analysed_files[2:]) == (["en", "fr"], ["lock"])
    assert entries(published) == entries_made_anew(published)
    assert entries(published) == entries_made_anew(published)


def test_files_are_analysed_where_the_copied_edition_has_left_the_index(
    with_file, publisher, frozen_clock, analysed_files
):
    SearchEntry.objects.all().delete()

    services.redate_all([with_file], by=publisher, at=frozen_clock.now + timedelta(days=2))

    second = Edition.objects.filter(uid=with_file.uid).latest("pk")
    assert sorted(analysed_files) == ["en", "fr"]
    assert {place for _language, place, *_ in entries(second)} >= {Place.FILE}


@pytest.mark.parametrize("count", [1, 12])
def test_leaving_the_index_takes_two_statements_for_any_number_of_records(conference, publisher, frozen_clock, count):
    documents = [make_document(conference) for _ in range(count)]
    for _ in range(2):
        services.publish_all(
            [services.draft_of(document) for document in documents], by=publisher, options=services.PublishOptions()
        )
        frozen_clock.tick(days=1)

    with CaptureQueriesContext(connection) as queries:
        services.publish_all(
            [services.draft_of(document) for document in documents], by=publisher, options=services.PublishOptions()
        )

    statements = [
        query["sql"] for query in queries if query["sql"].startswith("DELETE FROM") and "search_" in query["sql"]
    ]
    assert len(statements) == 2
    assert [in_index(document) for document in documents] == [[2, 3]] * count
