"""Who saves or publishes a record while somebody else publishes more than that: one of them waits, and nobody waits for ever.

PostgreSQL alone lets two transactions write at the same moment.
"""

import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from conferences.admin.merging import merge
from conferences.models import Conference, Series
from ctportal.publishing import epoch
from ctportal.publishing.base_models import lock
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition
from ctportal.publishing.renaming import relabel
from ctportal.publishing.services import publish
from ctportal.workflow import release, review, revisions
from tests.admin.forms import AdminForm, errors_of
from tests.concurrency import needs_postgresql, until_somebody_waits
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_person,
    make_photo,
    make_series,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _postgresql(transactional_db):
    needs_postgresql()


class Other(threading.Thread):
    """Somebody else, who does *what* on another connection; ``answer`` is what came of it, an exception included."""

    def __init__(self, what):
        super().__init__()
        self.what, self.answer = what, None

    def run(self):
        try:
            self.answer = self.what()
        except Exception as error:  # noqa: BLE001 - the test compares it
            self.answer = error
        finally:
            connection.close()


def meanwhile(record, what, change):
    """Let somebody else do *what*, while this transaction holds the lock of *record*, as its form does, and then calls
    *change*. Returns the Other when both have ended."""
    other = Other(what)
    with transaction.atomic():
        lock(type(record).objects.filter(pk=record.pk))
        other.start()
        until_somebody_waits(other)
        change()
    other.join(timeout=30)
    return other


@pytest.fixture
def person():
    return make_person("Ann Speaker")


@pytest.fixture
def document(person):
    """A public document with a newer draft, in a public conference."""
    conference = make_conference()
    publish(conference, by=make_user())
    document = make_document(conference, "Before", delivered_by=person)
    publish(document, by=make_user())
    document.versions.update(title="After")
    refresh_draft(document)
    return document


def approval(document):
    publisher = make_account("publisher")
    return lambda: review.approve(document, by=publisher, alone="At once.")


def title_in_force(document):
    return Edition.objects.public(epoch.now()).get(uid=document.uid).data["title"]["en"]


def renaming(person, _document):
    person.name_en = "Ann B. Speaker"
    person.save()
    user = make_user()
    return lambda: relabel(person, by=user)


def merging(person, _document):
    # Who stays gets a name in French, which everything in public that shows them then has too.
    user, away = make_user(), make_person("Ann Speker", name_fr="Ann Speaker")
    return lambda: merge(away, person, by=user)


def release_of_all(_person, document):
    user, conference = make_account("publisher", "releasing"), document.conference
    conference.texts.update(title="Another")
    refresh_draft(conference)
    chosen = {part.key for part in release.parts_of(conference, user)}
    return lambda: release.release(conference, chosen, by=user, alone="At once.")


@pytest.mark.parametrize("what", [renaming, merging, release_of_all])
def test_a_publication_beside_one_of_more_records_ends_for_both(person, document, what):
    other = meanwhile(document, what(person, document), approval(document))

    assert not isinstance(other.answer, DatabaseError), other.answer
    assert title_in_force(document) == "After"


def release_page(client, document):
    form = AdminForm(client, f"/admin/conferences/conference/{document.conference_id}/release/")
    form.values["parts"] = [row["part"].key for row in form.response.context["rows"] if row["chosen"]]
    form.fill(alone="At once.")
    return lambda: form.press("_release")


def contact_sheet(client, photo):
    form = AdminForm(client, f"/admin/conferences/conference/{photo.conference_id}/photos/")
    form.fill(alone_reason="At once.")
    return lambda: form.press("_publish_ready")


@pytest.mark.parametrize("page", [release_page, contact_sheet])
def test_what_a_page_releases_is_what_it_showed(document, page):
    client = Client()
    client.force_login(make_account("publisher"))
    record = document if page is release_page else make_photo(document.conference)
    before = Edition.objects.count()
    press = page(client, record)

    def change():
        if record is document:
            record.versions.update(title="Unread")
        else:
            type(record).objects.update(caption_en="Unread")
            record.refresh_from_db()
        refresh_draft(record)

    other = meanwhile(record, press, change)

    assert other.answer.status_code == 422
    assert Edition.objects.count() == before


def on_page(client, address, button):
    form = AdminForm(client, address)
    form.buttons.append(button)
    return lambda: form.press(button).status_code


def restoring_it(client, address):
    conference = Conference.objects.get()
    revision = revisions.keep(conference, by=make_user(), comment="First.")
    conference.texts.update(title="Since")
    return on_page(client, f"{address}history/{revision.pk}/", "_restore")


DELETED = {
    "its form": (lambda client, address: on_page(client, f"{address}change/", "_continue"), 302),
    "a language": (lambda client, address: on_page(client, f"{address}language/ru/", "_save"), 404),
    "the contact sheet": (lambda client, address: on_page(client, f"{address}photos/", "_save"), 404),
    "restoring": (restoring_it, 404),
}


@pytest.mark.parametrize("page", DELETED)
def test_a_page_of_what_is_being_deleted_says_that_it_is_not_there(page):
    conference, client = make_conference(), Client()
    client.force_login(make_account("publisher"))
    press, expected = DELETED[page]

    other = meanwhile(conference, press(client, f"/admin/conferences/conference/{conference.pk}/"), conference.delete)

    assert other.answer == expected


def test_what_is_being_deleted_is_not_approved():
    conference, user = make_conference(), make_account("publisher")
    same = Conference.objects.get()

    other = meanwhile(conference, lambda: review.approve(same, by=user, alone="At once."), conference.delete)

    assert other.answer.code == "gone"


def test_two_who_add_the_same_address_at_the_same_moment_are_told():
    client = Client()
    client.force_login(make_account("editor"))
    form = AdminForm(client, "/admin/conferences/series/add/").fill(name="Regional", slug="regional")
    other = Other(lambda: form.press("_continue"))

    with transaction.atomic():
        make_series(slug="regional")
        other.start()
        until_somebody_waits(other)
    other.join(timeout=30)

    assert other.answer.status_code == 422
    assert errors_of(other.answer)["slug"] == ["This address is already in use. Add a place or a year."]
    assert form.again(other.answer).values["name"] == "Regional"
    assert Series.objects.count() == 1
