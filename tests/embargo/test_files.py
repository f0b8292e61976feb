"""Guessed addresses around embargoed files: names, dates, identifiers, checksums, keys with one character changed."""

from urllib.parse import quote, unquote

import pytest
from django.http import Http404
from django.urls import Resolver404, resolve

from tests.factories import make_request

from .canaries import CLOSED, OPEN, never
from .readers import VISITOR, reader

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
WIDTHS = ("w320.webp", "w640.jpg", "w1280.webp", "w9999.png", "download.jpg")


def embargoed(world):
    """(case, file) of every file that nobody may have yet."""
    return [(case, stored) for case in world.cases.values() for side, stored in case.files if side == CLOSED]


def hit(path, request):
    """Whether anything but “not found” answers at *path*, asked past middlewares, which know nothing of files."""
    path = unquote(path)
    try:
        match = resolve(path)
    except Resolver404:
        return False
    try:
        response = match.func(request, *match.args, **match.kwargs)
    except Http404:
        return False
    for close in response._resource_closers:  # the file; closing the response would close the database too
        close()
    return True


def changed_keys(key):
    """Each key that differs from *key* in one character: another one for every place."""
    for place, letter in enumerate(key):
        other = LETTERS[(LETTERS.index(letter) + 1) % len(LETTERS)]
        yield key[:place] + other + key[place + 1 :]


def guesses(case, stored):
    record, stem = case.record, stored.name.rpartition(".")[0]
    names = [
        stored.name,
        "opening.pdf",
        "opening-2026-03-12.pdf",
        f"{stem}.pdf",
        *(f"{stem}-{width}" for width in WIDTHS),
    ]
    keys = [
        *(str(stored.pk), str(record.pk), str(record.uid), record.uid.hex, stored.sha256, stored.sha256[:32]),
        *(stored.key[:-1], stored.key + "a", stored.key[::-1], stored.key.upper(), f"{stored.key}%00", "A" * 32),
        *(getattr(record, "slug", "photo"), stored.key[:2], f"{stored.key[:2]}/{stored.key}", "2026-03-12"),
    ]
    yield from (f"/files/{key}/{quote(name)}" for key in keys for name in names)
    yield from (f"/files/{key}/{quote(stored.name)}" for key in changed_keys(stored.key))
    yield from (f"/files/{stored.key}/{quote(name)}" for name in names)
    for folder in ("files", "media", "static", "private-files", "uploads", "var/files"):
        yield from (f"/{folder}/{stored.file.name}", f"/{folder}/{stored.key}", f"/{folder}/{stored.name}")
    yield f"/files/../{stored.file.name}"


def test_ten_thousand_guesses_around_embargoed_files_find_none(world):
    files, request = embargoed(world), make_request("/asked")
    asked = {path for case, stored in files for path in guesses(case, stored)}

    assert len(files) >= 50
    assert len(asked) >= 10_000
    assert sorted(path for path in asked if hit(path, request)) == []


def test_what_is_public_would_have_been_hit(world):
    [opened] = [stored for side, stored in world.cases["correction", "document"].files if side == OPEN]
    request = make_request("/asked")

    assert hit(opened.path, request)
    assert hit(f"/files/{opened.key}/another-name.pdf", request)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"Range": "bytes=0-9"}),
        ("GET", {"Range": "bytes=99999999-"}),
        ("GET", {"If-None-Match": '"SHA256"'}),
        ("GET", {"If-Match": '"SHA256"'}),
        ("GET", {"Range": "bytes=0-9", "If-Range": '"SHA256"'}),
        ("GET", {"If-Modified-Since": "Mon, 02 Mar 2026 09:00:00 GMT"}),
        ("OPTIONS", {}),
        ("POST", {}),
    ],
)
def test_an_embargoed_file_answers_as_one_that_never_was(world, method, headers):
    asker = reader(VISITOR, world)
    never_key, never_name = never("key"), never("word")

    def answer(path, stored):
        filled = {name: value.replace("SHA256", stored.sha256) for name, value in headers.items()}
        status, told, body, cookies = asker.ask(path, method, headers=filled).lasting
        stem = path.rpartition("/")[2].partition(".")[0].partition("-")[0]
        body = body.replace(path.split("/")[2].encode(), b"KEY").replace(stem.encode(), b"NAME")
        return status, told, body, cookies

    for case, stored in embargoed(world)[::4]:
        path = f"/files/{stored.key}/{stored.name}"
        stem = stored.name.partition(".")[0].partition("-")[0]
        nowhere = f"/files/{never_key}/{stored.name.replace(stem, never_name)}"
        assert answer(path, stored) == answer(nowhere, stored), (str(case), stored.name)
        assert answer(path, stored)[0] == (405 if method in ("OPTIONS", "POST") else 404)
