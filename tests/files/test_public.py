"""Who gets a file: asked of the editions on each request. A key that is known opens nothing by itself."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ctportal.files.models import StoredFile
from ctportal.files.store import store, store_photo
from ctportal.publishing.services import publish, restore, unschedule_all, withdraw
from tests.factories import make_conference, make_document, make_photo, make_user, store_document
from tests.files.samples import pdf, picture
from tests.files.test_store import upload

pytestmark = pytest.mark.django_db

NEVER = "/files/" + "A" * 32 + "/opening.pdf"


@pytest.fixture
def publisher():
    return make_user()


def body_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def status_of(client, path, **headers):
    response = client.get(path, **headers)
    body_of(response)  # reading to the end closes the file
    return response.status_code


def document_with_file(conference=None, text="Opening release", **fields):
    document = make_document(conference, **fields)
    stored = store_document(upload("opening.pdf", pdf(text=text)), by=None)
    document.versions.update(file=stored)
    return document, stored


def comparable(response, path):
    """All of an answer but what repeats its address."""
    text = body_of(response).replace(path.encode(), b"PATH")
    return response.status_code, text, dict(response.headers) | {"Content-Length": "", "ETag": ""}


def is_like_never(client, path, **headers):
    never = NEVER if len(path) == len(NEVER) else NEVER[: len(path)].ljust(len(path), "x")
    return comparable(client.get(path, **headers), path) == comparable(client.get(never, **headers), never)


def test_a_file_of_a_public_edition_is_sent_in_two_queries(client, publisher, django_assert_num_queries):
    document, stored = document_with_file()
    publish(document, by=publisher)

    with django_assert_num_queries(2):  # the epoch; the file
        response = client.get(stored.path)

    assert (response.status_code, body_of(response)) == (200, pdf(text="Opening release"))
    assert {
        name: response.headers[name] for name in ("Cache-Control", "ETag", "Content-Type", "Content-Security-Policy")
    } == {
        "Cache-Control": "no-cache",
        "ETag": f'"{stored.sha256}"',
        "Content-Type": "application/pdf",
        "Content-Security-Policy": "default-src 'none'",
    }
    assert "Vary" not in response.headers
    assert response.cookies == {}


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_file_of_a_draft_is_as_if_it_never_was(client, publisher, signed_in):
    _document, stored = document_with_file()
    if signed_in:
        client.force_login(publisher)

    assert status_of(client, stored.path) == 404
    assert is_like_never(client, stored.path)


def test_a_file_becomes_public_at_the_instant_of_its_edition(client, publisher, frozen_clock):
    document, stored = document_with_file()
    edition = publish(document, by=publisher, at=frozen_clock.now + timedelta(hours=1))

    assert is_like_never(client, stored.path)
    frozen_clock.move_to(edition.public_from - timedelta(seconds=1))
    assert is_like_never(client, stored.path)
    frozen_clock.move_to(edition.public_from)
    assert status_of(client, stored.path) == 200


def test_a_file_of_an_unscheduled_edition_is_as_if_it_never_was(client, publisher, frozen_clock):
    document, stored = document_with_file()
    publish(document, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    unschedule_all([document], by=publisher)
    frozen_clock.tick(hours=2)

    assert status_of(client, stored.path) == 404
    assert is_like_never(client, stored.path)


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_IF_NONE_MATCH": "ETAG"},
        {"HTTP_IF_NONE_MATCH": "*"},
        {"HTTP_IF_MATCH": '"other"'},
        {"HTTP_RANGE": "bytes=0-9"},
        {"HTTP_RANGE": "bytes=99999999-"},
        {"HTTP_IF_MODIFIED_SINCE": "Tue, 03 Sep 2030 07:00:00 GMT"},
    ],
)
def test_conditions_and_ranges_tell_nothing_of_a_file_that_is_not_public(client, headers):
    _document, stored = document_with_file()
    headers = {name: value.replace("ETAG", f'"{stored.sha256}"') for name, value in headers.items()}

    assert status_of(client, stored.path, **headers) == 404
    assert is_like_never(client, stored.path, **headers)


def test_head_tells_nothing_of_a_file_that_is_not_public(client):
    _document, stored = document_with_file()
    there, never = client.head(stored.path), client.head(NEVER)

    assert (there.status_code, there.content) == (404, b"")
    assert abs(int(there.headers["Content-Length"]) - int(never.headers["Content-Length"])) <= 2 * len(stored.path)


def test_a_file_that_is_not_public_costs_the_same_queries_as_none(client):
    _document, stored = document_with_file()
    counts = []
    for path in (NEVER, stored.path, NEVER):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        counts.append(len(queries))

    assert len(set(counts)) == 1


@pytest.mark.slow
def test_guessed_addresses_around_embargoed_files_find_none(client, publisher, frozen_clock):
    """The case of the OBR: last year's address with this year's date. 500 addresses around ten embargoed files."""
    guesses = []
    for year in range(2010, 2020):
        document, stored = document_with_file(slug=f"minsk-{year}-opening")
        publish(document, by=publisher, at=frozen_clock.now + timedelta(days=1))
        edition = document.uid
        names = [stored.name, f"minsk-{year}.pdf", f"opening-{year}.pdf", "opening_1.pdf", stored.key]
        keys = [str(stored.pk), str(edition), stored.sha256, stored.key[:-1], stored.key.lower(), stored.key.swapcase()]
        guesses += [
            f"/files/{key}/{name}" for key in [*keys, str(document.slug), "..", stored.key[::-1]] for name in names
        ]
        guesses += [
            f"/files/{stored.file.name}",
            f"/media/{stored.file.name}",
            f"/static/{stored.file.name}",
            stored.path,
        ]

    assert len(guesses) >= 490
    assert {status_of(client, guess) for guess in guesses} == {404}


@pytest.mark.parametrize(
    "path",
    [
        "/files/",
        "/files/%00/x.pdf",
        "/files/" + "A" * 31 + "%00/x.pdf",
        "/files/" + "A" * 32 + "/",
        "/files/" + "A" * 32 + "/%00.pdf",
        "/files/" + "A" * 32 + "/a/b.pdf",
        "/files/" + "A" * 44 + "/x.pdf",
        "/files/../../etc/passwd",
        "/files/%2e%2e/%2e%2e/settings.py",
        "/files/" + "é" * 32 + "/x.pdf",
        "/files/" + "A" * 32 + "/" + "x" * 5000,
    ],
)
def test_odd_addresses_are_not_found(client, path):
    assert status_of(client, path) == 404


def test_another_name_leads_to_the_right_one(client, publisher):
    document, stored = document_with_file()
    StoredFile.objects.filter(pk=stored.pk).update(name="Итоги-2019.pdf")
    publish(document, by=publisher)

    for name in ("x", "opening.pdf", "a%0d%0aSet-Cookie:%20x=1", "%00", "//evil.example"[1:].replace("/", "%5c")):
        response = client.get(f"/files/{stored.key}/{name}")
        assert (response.status_code, response.headers["Location"]) == (
            301,
            f"/files/{stored.key}/%D0%98%D1%82%D0%BE%D0%B3%D0%B8-2019.pdf",
        )
    assert status_of(client, response.headers["Location"]) == 200


def test_another_name_of_a_file_that_is_not_public_leads_nowhere(client):
    _document, stored = document_with_file()

    assert status_of(client, f"/files/{stored.key}/x") == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_files_are_only_read(client, publisher, method):
    document, stored = document_with_file()
    publish(document, by=publisher)

    assert (getattr(client, method)(stored.path).status_code, StoredFile.objects.count()) == (405, 1)


# Past


def test_a_file_of_a_past_edition_is_gone_with_a_link_to_the_current_page(client, publisher, frozen_clock):
    document, old = document_with_file(slug="opening-release", title="Opening release")
    publish(document, by=publisher)
    new = store_document(upload("opening.pdf", pdf(text="Corrected")), by=None)
    document.versions.update(file=new)
    frozen_clock.tick()
    publish(document, by=publisher, note="Corrected.")

    gone = client.get(old.path)

    assert (gone.status_code, status_of(client, new.path)) == (410, 200)
    assert '<a href="/en/documents/opening-release/">Opening release</a>' in gone.content.decode()
    assert old.key not in gone.content.decode()


def test_a_file_of_a_withdrawn_record_is_gone_with_the_public_reason(client, publisher, frozen_clock):
    document, stored = document_with_file()
    publish(document, by=publisher)
    frozen_clock.tick()
    withdraw(document, by=publisher, reason="Issued in error.")

    response = client.get(stored.path)
    assert (response.status_code, "Issued in error." in response.content.decode()) == (410, True)
    assert response["Vary"] == "Accept-Language"

    frozen_clock.tick()
    restore(document, by=publisher)
    assert status_of(client, stored.path) == 200


def test_a_withdrawal_to_come_changes_nothing_before_its_instant(client, publisher, frozen_clock):
    document, stored = document_with_file()
    publish(document, by=publisher)
    withdraw(document, by=publisher, reason="Superseded.", at=frozen_clock.now + timedelta(hours=1))

    assert status_of(client, stored.path) == 200
    frozen_clock.tick(hours=1)
    assert status_of(client, stored.path) == 410


def test_a_condition_on_a_file_that_is_gone_is_not_answered_with_304(client, publisher, frozen_clock):
    document, stored = document_with_file()
    publish(document, by=publisher)
    frozen_clock.tick()
    withdraw(document, by=publisher, reason="Issued in error.")

    assert status_of(client, stored.path, HTTP_IF_NONE_MATCH=f'"{stored.sha256}"') == 410


def test_the_gone_page_speaks_the_readers_language(client, publisher, frozen_clock):
    document, stored = document_with_file()
    publish(document, by=publisher)
    frozen_clock.tick()
    withdraw(document, by=publisher, reason="Issued in error.")

    response = client.get(stored.path, HTTP_ACCEPT_LANGUAGE="ar")

    assert ('lang="ar" dir="rtl"' in response.content.decode(), "Accept-Language" in response.headers["Vary"]) == (
        True,
        True,
    )


# Photos


def test_of_a_public_photo_the_renditions_are_public_and_the_original_is_not(client, publisher):
    conference = make_conference()
    original = store_photo(upload("minsk.jpg", picture()), by=None)
    photo = make_photo(conference, file=original)
    publish(conference, by=publisher)
    publish(photo, by=publisher)

    made = list(original.renditions.order_by("pk"))
    assert [status_of(client, one.path) for one in made] == [200] * len(made)
    assert status_of(client, original.path) == 404
    assert is_like_never(client, original.path)


def test_the_same_file_shown_by_two_records_is_public_while_one_of_them_is(client, publisher, frozen_clock):
    first, stored = document_with_file()
    second = make_document()
    second.versions.update(file=stored)
    publish(first, by=publisher)
    publish(second, by=publisher)
    frozen_clock.tick()
    withdraw(first, by=publisher, reason="Issued in error.")
    assert status_of(client, stored.path) == 200

    frozen_clock.tick()
    withdraw(second, by=publisher, reason="Issued in error.")
    assert status_of(client, stored.path) == 410


def test_a_stored_file_that_no_edition_shows_is_not_public(client):
    stored = store(ContentFile(b"notes"), name="notes.txt", media_type="text/plain", by=None)

    assert is_like_never(client, stored.path)


def steps_of(client, path):
    """How many tens of steps SQLite takes to answer at *path*."""
    taken = []
    connection.ensure_connection()
    connection.connection.set_progress_handler(lambda: taken.append(1), 10)
    status = status_of(client, path)
    connection.connection.set_progress_handler(None, 10)
    return status, len(taken)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts the steps of SQLite")
def test_asking_for_a_hidden_file_costs_the_same_however_much_is_public(client, publisher):
    """Else the time of the answer would tell that there is such a file; of a key that never was nothing is looked up."""
    document, stored = document_with_file()
    publish(document, by=publisher, at=timezone.now() + timedelta(days=1))
    status, before = steps_of(client, stored.path)
    for _ in range(40):
        publish(make_document(), by=publisher)

    assert (status, status_of(client, stored.path)) == (404, 404)
    assert steps_of(client, stored.path)[1] <= before * 1.2
