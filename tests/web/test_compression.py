"""Public answers are compressed as the client asks, each coding with an ETag of its own."""

import gzip

import brotli
import pytest
from django.test import RequestFactory

from ctportal.publishing.services import publish
from ctportal.reading.http import content_coding
from tests.factories import make_account, make_conference, make_document, make_stored_file

DECODE = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
PUBLIC = ("/en/", "/ar/conferences/minsk-2019/", "/en/search/?q=minsk", "/api/v1/conferences/", "/api/v1/schema/")


@pytest.fixture
def conference(db, frozen_clock):
    conference = make_conference("A conference on borders", slug="minsk-2019")
    publish(conference, by=make_account("administrator"))
    return conference


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;Q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0.001", "gzip"),
        ("br; q=0, gzip ;q=0", ""),
        ("br;q=1.5, gzip;q=x", ""),
        ("br;level=3", ""),
        ("*", ""),
        ("identity;q=1, *;q=0", ""),
        (",;,=;q=,br;q", ""),
        ("br" + "," * 20_000 + "gzip;q=0.9", "br"),
    ],
)
def test_the_coding_is_the_one_that_the_client_prefers(header, coding):
    assert content_coding(RequestFactory().get("/", headers={"Accept-Encoding": header})) == coding


@pytest.mark.parametrize("address", PUBLIC)
def test_public_answers_are_compressed_each_coding_with_its_own_etag(client, conference, address):
    plain = client.get(address)
    answers = {coding: client.get(address, headers={"Accept-Encoding": coding}) for coding in ("br", "gzip")}
    answers[None] = plain

    assert {coding: answer.headers.get("Content-Encoding") for coding, answer in answers.items()} == {
        "br": "br",
        "gzip": "gzip",
        None: None,
    }
    assert {DECODE[coding](answer.content) for coding, answer in answers.items()} == {plain.content}
    assert len({answer["ETag"] for answer in answers.values()}) == 3
    assert ["Accept-Encoding" in answer["Vary"] for answer in answers.values()] == [True] * 3
    assert [answer["Content-Length"] for answer in answers.values()] == [str(len(a.content)) for a in answers.values()]
    assert len(answers["br"].content) < len(answers["gzip"].content) < len(plain.content)


@pytest.mark.parametrize("address", PUBLIC)
def test_head_and_304_agree_with_the_coding(client, conference, address):
    accepted = {"Accept-Encoding": "br"}
    made = client.get(address, headers=accepted)

    head = client.head(address, headers=accepted)
    same = client.get(address, headers={**accepted, "If-None-Match": made["ETag"]})
    other = client.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": made["ETag"]})

    assert (head["ETag"], head["Content-Length"]) == (made["ETag"], str(len(made.content)))
    assert (same.status_code, same["ETag"], "Accept-Encoding" in same["Vary"]) == (304, made["ETag"], True)
    assert other.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_each_coding_is_kept_by_itself(client, frozen_clock):
    publish(make_conference("A conference on borders", slug="minsk-2019"), by=make_account("administrator"))
    frozen_clock.tick()
    address = "/en/conferences/minsk-2019/"
    made = {coding: client.get(address, headers={"Accept-Encoding": coding}) for coding in ("br", "gzip", "")}
    kept = {coding: client.get(address, headers={"Accept-Encoding": coding}) for coding in ("", "gzip", "br")}

    assert {coding: (answer.content, answer.headers) for coding, answer in kept.items()} == {
        coding: (answer.content, answer.headers) for coding, answer in made.items()
    }


def test_answers_for_staff_are_never_compressed(admin_client, conference):
    accepted = {"Accept-Encoding": "br, gzip"}
    preview = admin_client.get(f"/admin/conferences/conference/{conference.pk}/preview/", headers=accepted, follow=True)
    answers = [admin_client.get(path, headers=accepted) for path in ("/admin/", "/admin/conferences/conference/")]

    for answer in [preview, *answers]:
        assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, None)
        assert len(answer.content) > 500
    assert preview.redirect_chain or preview.request["PATH_INFO"].startswith("/preview/")


def test_errors_and_files_are_served_as_they_are(client, conference):
    document = make_document(conference, "A speech")
    stored = make_stored_file("speech.pdf")
    document.versions.update(file=stored)
    publish(document, by=make_account("administrator"))
    accepted = {"Accept-Encoding": "br, gzip"}

    file = client.get(f"/files/{stored.key}/speech.pdf", headers=accepted)
    missing = client.get("/en/conferences/nothing/", headers=accepted)

    assert [(answer.status_code, answer.headers.get("Content-Encoding")) for answer in (file, missing)] == [
        (200, None),
        (404, None),
    ]
