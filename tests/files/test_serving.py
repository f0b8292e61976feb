"""Sending a stored file: headers, conditions, ranges; and the ways in which no header can be broken."""

import re
from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from django.http import Http404
from django.test import RequestFactory
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ctportal.files.models import StoredFile
from ctportal.files.serving import CHUNK, STAFF, serve
from ctportal.files.store import store

pytestmark = pytest.mark.django_db

CONTENT = bytes(range(256)) * 4  # 1024 bytes, each position telling where it is
MODIFIED = "Tue, 03 Sep 2019 07:00:00 GMT"


@pytest.fixture
def stored():
    return make("Opening release.pdf", "application/pdf")


def make(name="a.pdf", media_type="application/pdf", data=CONTENT):
    created = datetime(2019, 9, 3, 7, 0, 0, 900_000, tzinfo=UTC)
    return store(ContentFile(data), name=name, media_type=media_type, by=None, created_at=created)


def get(stored, method="get", cache="no-cache", **headers):
    request = getattr(RequestFactory(), method)(
        "/files/x", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    response = serve(request, stored, cache=cache)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    response.close()
    return response, body


def test_a_file_is_sent_whole_with_all_its_headers(stored):
    response, body = get(stored)

    assert (response.status_code, body) == (200, CONTENT)
    assert dict(response.headers) == {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-cache",
        "Content-Disposition": 'inline; filename="Opening release.pdf"',
        "Content-Length": "1024",
        "Content-Security-Policy": "default-src 'none'",
        "Content-Type": "application/pdf",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": f'"{stored.sha256}"',
        "Last-Modified": MODIFIED,
        "X-Content-Type-Options": "nosniff",
    }


@pytest.mark.parametrize(
    ("media_type", "disposition", "policy"),
    [
        ("image/jpeg", "inline", "default-src 'none'; sandbox"),
        ("image/png", "inline", "default-src 'none'; sandbox"),
        ("image/webp", "inline", "default-src 'none'; sandbox"),
        ("application/pdf", "inline", "default-src 'none'"),
        ("image/svg+xml", "attachment", "default-src 'none'; sandbox"),
        ("text/html", "attachment", "default-src 'none'; sandbox"),
        ("text/plain", "attachment", "default-src 'none'; sandbox"),
        ("application/zip", "attachment", "default-src 'none'; sandbox"),
    ],
)
def test_only_pictures_and_pdfs_are_shown_in_the_browser(media_type, disposition, policy):
    response, _body = get(make("a.x", media_type, b"<script>alert(1)</script>"))

    assert (
        response.headers["Content-Type"],
        response.headers["Content-Disposition"].partition(";")[0],
        response.headers["Content-Security-Policy"],
        response.headers["X-Content-Type-Options"],
    ) == (media_type, disposition, policy, "nosniff")


def test_what_staff_see_is_never_kept_and_not_shown_by_other_sites(stored):
    response, _body = get(stored, cache=STAFF)

    assert (response.headers["Cache-Control"], response.headers["Cross-Origin-Resource-Policy"]) == (
        "private, no-store",
        "same-origin",
    )


def test_head_tells_all_and_sends_nothing(stored):
    whole, _body = get(stored)
    response, body = get(stored, "head")

    assert (response.status_code, dict(response.headers), body) == (200, dict(whole.headers), b"")


# Names in headers


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plain.pdf", 'inline; filename="plain.pdf"'),
        ("Итоги 2019.pdf", "inline; filename*=utf-8''%D0%98%D1%82%D0%BE%D0%B3%D0%B8%202019.pdf"),
        ("بيان.pdf", "inline; filename*=utf-8''%D8%A8%D9%8A%D8%A7%D9%86.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", 'inline; filename="aSet-Cookie: x=1.pdf"'),
        ('a"; filename=b.exe.pdf', 'inline; filename="a-; filename=b.exe.pdf"'),
        ("a\\b/c.pdf", 'inline; filename="a-b-c.pdf"'),
        ("a\u202efdp.exe", 'inline; filename="afdp.exe"'),
        ("..", 'inline; filename="file"'),
        ("", 'inline; filename="file"'),
    ],
)
def test_a_name_cannot_break_its_header(stored, name, header):
    stored.name = name  # as a restored or imported row may have it

    assert get(stored)[0].headers["Content-Disposition"] == header


@examples(deadline=None)  # a busy machine is no fault of the name
@given(st.text(st.sampled_from('a"\\/\r\n\t\0;=\u202e\u2066é会') | st.characters(exclude_categories=["Cs"])))
def test_no_name_at_all_breaks_its_header(name):
    stored = StoredFile(name=name, media_type="application/pdf", size=1, sha256="0" * 64)

    header = get(stored, "head")[0].headers["Content-Disposition"]

    assert re.fullmatch(r"inline; filename(=\"[ !#-.0-\[\]-~]+\"|\*=utf-8''[A-Za-z0-9%!#$&+.^_`|~'()*-]+)", header)


# Conditions


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": "ETAG"}, 304),
        ({"If_None_Match": 'W/"other", ETAG'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": MODIFIED}, 200),
        ({"If_Modified_Since": MODIFIED}, 304),
        ({"If_Modified_Since": "Tue, 03 Sep 2019 06:59:59 GMT"}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
        ({"If_Match": '"other"'}, 412),
        ({"If_Match": "ETAG"}, 200),
        ({"If_None_Match": "," * 10_000}, 200),
        ({"If_None_Match": '"' * 10_000}, 200),
    ],
)
def test_conditions_are_answered(stored, headers, status):
    headers = {name: value.replace("ETAG", f'"{stored.sha256}"') for name, value in headers.items()}
    response, body = get(stored, **headers)

    assert (response.status_code, body) == (status, CONTENT if status == 200 else b"")
    assert (response.headers["ETag"], response.headers["Cache-Control"]) == (f'"{stored.sha256}"', "no-cache")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


# Ranges


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-199", 100, 199),
        ("bytes=1000-", 1000, 1023),
        ("bytes=1023-", 1023, 1023),
        ("bytes=1000-99999999", 1000, 1023),
        ("bytes=-1", 1023, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=-99999", 0, 1023),
        (" bytes=5-6 ", 5, 6),
    ],
)
def test_one_range_is_sent_as_such(stored, wanted, first, last):
    response, body = get(stored, Range=wanted)

    assert (response.status_code, body) == (206, CONTENT[first : last + 1])
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/1024"
    assert response.headers["Content-Length"] == str(last - first + 1)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'inline; filename="Opening release.pdf"'
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"


@pytest.mark.parametrize("wanted", ["bytes=1024-", "bytes=1024-2000", "bytes=99999999999-", "bytes=-0"])
def test_a_range_outside_the_file_is_refused_with_its_size(stored, wanted):
    response, body = get(stored, Range=wanted)

    assert (response.status_code, response.headers["Content-Range"], body) == (416, "bytes */1024", b"")
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=0-1,5-6",
        "bytes=" + ",".join("0-" for _ in range(1000)),
        "bytes=9-5",
        "bytes=-",
        "bytes=",
        "bytes",
        "lines=1-2",
        "bytes=a-b",
        "bytes=1-2x",
        "bytes=١-٢",
        "bytes=-5-",
        "bytes=" + "9" * 5000 + "-",
        "bytes=0-" + "9" * 5000,
        "",
    ],
)
def test_what_is_no_single_range_is_answered_with_the_whole(stored, wanted):
    response, body = get(stored, Range=wanted)

    assert (response.status_code, body, "Content-Range" in response.headers) == (200, CONTENT, False)


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("ETAG", 206),
        ("W/ETAG", 200),
        ('"other"', 200),
        (MODIFIED, 206),
        ("Tue, 03 Sep 2019 07:00:01 GMT", 200),
        ("yesterday", 200),
    ],
)
def test_a_range_of_another_version_is_answered_with_the_whole(stored, condition, status):
    response, body = get(stored, Range="bytes=0-9", If_Range=condition.replace("ETAG", f'"{stored.sha256}"'))

    assert (response.status_code, len(body)) == (status, 10 if status == 206 else 1024)


def test_head_does_not_look_at_ranges(stored):
    response, _body = get(stored, "head", Range="bytes=0-9")

    assert (response.status_code, response.headers["Content-Length"]) == (200, "1024")


@pytest.mark.parametrize(("wanted", "length"), [("", 200_000), ("bytes=1-", 199_999)])
def test_a_large_file_is_read_in_bounded_pieces_and_closed_afterwards(wanted, length):
    stored = make(data=bytes(200_000))
    response = serve(RequestFactory().get("/", headers={"Range": wanted}), stored)
    opened = response._resource_closers[0].__self__
    pieces = [len(piece) for piece in response.streaming_content]
    response.close()

    assert (sum(pieces), max(pieces)) == (length, CHUNK)
    assert getattr(opened, "file", opened).closed


def test_a_file_that_is_lost_is_not_found_and_says_so_in_the_log(stored, caplog):
    stored.file.storage.delete(stored.file.name)

    with pytest.raises(Http404):
        serve(RequestFactory().get("/"), stored)
    assert [record.message for record in caplog.records] == [
        f"The file of StoredFile {stored.pk} is missing from the storage"
    ]


# nginx


def test_behind_nginx_only_the_place_of_the_file_is_sent(stored, settings):
    settings.CTPORTAL_ACCEL_PREFIX = "/private-files/"

    response, body = get(stored, Range="bytes=0-9")

    assert (response.status_code, body) == (200, b"")
    assert response.headers["X-Accel-Redirect"] == f"/private-files/{stored.key[:2]}/{stored.key}"
    assert response.headers["Content-Type"] == "application/pdf"
    assert "Content-Length" not in response.headers


def test_behind_nginx_conditions_are_still_answered_here(stored, settings):
    settings.CTPORTAL_ACCEL_PREFIX = "/private-files/"

    response, _body = get(stored, If_None_Match=f'"{stored.sha256}"')

    assert (response.status_code, "X-Accel-Redirect" in response.headers) == (304, False)
