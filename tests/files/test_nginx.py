"""Files behind a real nginx: the portal decides, nginx sends. What readers get is the same as without it."""

import http.client
import os
import shutil
import stat
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from ctportal.publishing.services import publish
from tests.external_services import need
from tests.factories import make_document, make_user
from tests.files.test_public import document_with_file

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "/private-files/"
SAME = (
    *("Content-Type", "Content-Length", "Content-Range", "Content-Disposition", "Accept-Ranges", "ETag"),
    *("Last-Modified", "Cache-Control", "Content-Security-Policy", "Cross-Origin-Resource-Policy"),
    "X-Content-Type-Options",
)


@pytest.fixture
def stored_files():
    """A folder that nginx, who is somebody else, may enter: its group is nginx's, and what is stored in it takes that on."""
    folder = tempfile.mkdtemp(prefix="ctportal-files-")
    # The group's right to read is what is tested; nobody else has any, and the folder is gone after the test.
    os.chmod(folder, 0o750 | stat.S_ISGID)  # noqa: S103
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def behind_nginx(live_server, settings, stored_files):
    """A function that asks through nginx for an address: (status, headers, body)."""
    need("nginx", shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"))
    settings.STORED_FILES_ROOT = stored_files
    settings.CTPORTAL_ACCEL_PREFIX = PREFIX
    portal = live_server.url.removeprefix("http://")
    command = [ROOT / "deploy/test-nginx", portal, stored_files, "sh", "-c", 'echo "$NGINX_ADDRESS"; cat']
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as script:
        address = script.stdout.readline().strip()
        assert address, "nginx did not start"
        yield lambda path, method="GET", **headers: fetch(address, path, method, headers)
        script.stdin.close()


def fetch(address, path, method, headers):
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, dict(response.getheaders()), body


def directly(client, settings, path, **headers):
    """The same without nginx: (status, headers, body)."""
    settings.CTPORTAL_ACCEL_PREFIX = ""
    response = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    settings.CTPORTAL_ACCEL_PREFIX = PREFIX
    return response.status_code, dict(response.headers), response.getvalue()


def told(answer):
    """Of an answer, what a reader goes by."""
    status, headers, body = answer
    return status, {name: headers[name] for name in SAME if name in headers}, body


def test_what_readers_get_of_a_public_file_is_the_same_as_without_nginx(behind_nginx, client, settings):
    document, stored = document_with_file()
    publish(document, by=make_user())
    later, earlier = "Tue, 03 Sep 2099 07:00:00 GMT", "Tue, 03 Sep 2019 07:00:00 GMT"
    etag = f'"{stored.sha256}"'

    for headers in (
        {},
        {"Range": "bytes=0-9"},
        {"Range": "bytes=-5"},
        {"Range": "bytes=0-9", "If_Range": etag},
        {"Range": "bytes=0-9", "If_Range": '"other"'},
        {"If_None_Match": etag},
        {"If_None_Match": '"other"'},
        {"If_Match": '"other"'},
        {"If_Modified_Since": later},
        {"If_Modified_Since": earlier},
    ):
        assert told(behind_nginx(stored.path, **headers)) == told(directly(client, settings, stored.path, **headers)), (
            headers
        )

    status, headers, _body = behind_nginx(stored.path, Range="bytes=99999999-")
    assert (status, headers["Content-Range"]) == (416, f"bytes */{stored.size}")
    status, headers, body = behind_nginx(stored.path, "HEAD")
    assert (status, headers["Content-Length"], headers["ETag"], body) == (200, str(stored.size), etag, b"")


def test_an_embargoed_file_is_not_found_through_nginx_whatever_is_asked(behind_nginx):
    document, stored = document_with_file()
    publish(document, by=make_user(), at=timezone.now() + timedelta(days=1))
    never = stored.path.replace(stored.key, "A" * len(stored.key))

    for headers in (
        {},
        {"Range": "bytes=0-9"},
        {"If_None_Match": f'"{stored.sha256}"'},
        {"If_None_Match": "*"},
        {"Range": "bytes=0-9", "If_Range": f'"{stored.sha256}"'},
        {"X_Accel_Redirect": f"{PREFIX}{stored.file.name}"},
    ):
        status, answered, body = behind_nginx(stored.path, **headers)
        assert (status, b"%PDF" in body, "Content-Range" in answered) == (404, False, False), headers
        assert (status, len(body)) == (404, len(behind_nginx(never, **headers)[2])), headers


def test_no_way_from_outside_leads_to_the_folder_of_files(behind_nginx):
    document, stored = document_with_file()
    publish(document, by=make_user())
    make_document()
    name = stored.file.name

    asked = [
        f"{PREFIX}{name}",
        f"/{PREFIX}{name}",
        f"{PREFIX}../private-files/{name}",
        f"/en/..{PREFIX}{name}",
        f"/%70rivate-files/{name}",
        f"/private-files%2f{name}",
        f"/files/..{PREFIX}{name}",
        f"{PREFIX}",
        f"{PREFIX}{stored.key[:2]}/",
        "/private-files../etc/passwd",
    ]

    answers = {path: behind_nginx(path) for path in asked}
    assert {path: status for path, (status, _headers, _body) in answers.items()} == dict.fromkeys(asked, 404)
    assert behind_nginx(f"{PREFIX}{name}", X_Accel_Redirect=f"{PREFIX}{name}")[0] == 404
    assert behind_nginx(stored.path)[0] == 200
