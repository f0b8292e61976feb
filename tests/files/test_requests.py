"""Uploads as requests: too large ones end before they are read, broken ones leave nothing."""

import io
import os
import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from ctportal.files.models import StoredFile
from ctportal.web.request_size import RequestSizeMiddleware
from tests.factories import make_user
from tests.files.samples import picture

pytestmark = pytest.mark.django_db

MEGABYTE = 1024**2


class NeverRead(io.RawIOBase):
    def read(self, *_size):
        raise AssertionError("the body was read")


@pytest.mark.parametrize(
    ("signed_in", "megabytes", "status"),
    [
        (True, 600, 413),
        (False, 600, 413),
        (False, 3, 413),
    ],
)
def test_a_request_that_is_too_large_ends_before_it_is_read(client, signed_in, megabytes, status):
    if signed_in:
        client.force_login(make_user())
    response = client.generic(
        "POST",
        "/admin/login/",
        CONTENT_TYPE=MULTIPART_CONTENT,
        CONTENT_LENGTH=str(megabytes * MEGABYTE),
        **{"wsgi.input": NeverRead()},
    )

    assert response.status_code == status
    assert "A form can contain up to 512 MB" in response.content.decode()


@pytest.mark.parametrize(
    ("staff", "size", "passes"),
    [
        (True, 512 * MEGABYTE, True),
        (True, 512 * MEGABYTE + 1, False),
        (False, 2_621_440, True),
        (False, 2_621_441, False),
        (False, "", True),
        (False, "many", True),
        (False, "9" * 5000, True),
    ],
)
def test_staff_may_send_files_and_others_a_form(staff, size, passes):
    request = RequestFactory().post("/admin/")
    request.META["CONTENT_LENGTH"] = str(size)
    request.user = make_user(is_staff=staff)

    assert (RequestSizeMiddleware(lambda _request: "passed")(request) == "passed") == passes


def test_a_request_without_a_body_does_not_ask_who_sends_it(client, django_assert_num_queries):
    client.force_login(make_user())

    with django_assert_num_queries(0):
        assert client.get("/robots.txt").status_code == 200


@pytest.mark.parametrize(("share", "stored"), [(0.3, False), (0.5, False), (0.9, False), (0.999, False), (1, True)])
def test_an_upload_that_ends_early_stores_nothing_and_leaves_no_temporary_file(
    client, share, stored, tmp_path, monkeypatch, settings
):
    """The browser went away: less came than was declared. What is complete is kept for the form's other errors."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000  # each file goes to the disk
    client.force_login(make_user(is_superuser=True))
    uploaded = SimpleUploadedFile("hall.jpg", picture(), "image/jpeg")
    body = encode_multipart(BOUNDARY, {"alt_text_en": "A hall", "upload": uploaded})
    cut = body[: int(len(body) * share)]

    response = client.generic(
        "POST",
        "/admin/conferences/photo/add/",
        CONTENT_TYPE=MULTIPART_CONTENT,
        CONTENT_LENGTH=str(len(body)),
        **{"wsgi.input": io.BytesIO(cut)},
    )

    assert (response.status_code, StoredFile.objects.exists()) == (422, stored)
    assert os.listdir(folder) == []
