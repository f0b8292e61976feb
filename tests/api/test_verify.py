"""The program for partners in docs/partners/api.md, run as it stands there: it verifies what is true and nothing else."""

import copy
import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, restore, withdraw
from ctportal.workflow.sealing import seal
from tests.factories import make_conference, make_document, make_user

DOCUMENT = Path(settings.BASE_DIR) / "docs/partners/api.md"


def program():
    [found] = re.findall(r"```python\n(\"\"\"Verify.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    return found


@pytest.fixture
def verify(tmp_path):
    """Return a function that runs the program; it gives (exit code, lines of output, what it says when it fails)."""
    path = tmp_path / "verify.py"
    path.write_text(program(), "utf-8")

    def run(*arguments):
        # -I: with nothing but the standard library in sight.
        run = subprocess.run(
            [sys.executable, "-I", path, *arguments], capture_output=True, text=True, timeout=120, check=False
        )
        return run.returncode, run.stdout.splitlines(), run.stderr.strip()

    return run


@pytest.fixture
def record(transactional_db):
    """A conference with five versions: the second is sealed, and it was withdrawn between the fourth and the fifth."""
    by = make_user("administrator", is_superuser=True)
    conference = make_conference("Première", slug="minsk-2019", original_language="en")
    for n in range(1, 5):
        conference.texts.update(title=f"Конференция 会议 {n}")
        publish(conference, by=by, note=f"Note {n}")
    withdraw(conference, by=by, reason="In doubt")
    restore(conference, by=by, note="Back")
    second = Edition.objects.of("conference").order_by("public_from")[1]
    seal(second, by=by, reason="A person is in danger")
    return conference


def instants():
    return list(Edition.objects.of("conference").order_by("public_from").values_list("public_from", flat=True))


def test_the_program_is_short_and_needs_the_standard_library_alone():
    assert len([line for line in program().splitlines() if line.strip()]) <= 40
    modules = set(re.search(r"^import (.*)$", program(), re.MULTILINE)[1].split(", "))
    assert {module.split(".")[0] for module in modules} <= sys.stdlib_module_names


def test_a_record_with_a_sealed_version_and_a_withdrawal_behind_it_verifies(verify, record, live_server):
    address = f"{live_server.url}/api/v1/conferences/minsk-2019/"

    code, lines, error = verify(address)

    assert (code, error) == (0, "")
    assert [line.split(" ", 2)[::2] for line in lines[:-1]] == [
        ["1", "verified Note 1"], ["2", "sealed Note 2"], ["3", "verified Note 3"], ["4", "verified Note 4"],
        ["5", "verified Back"],
    ]  # fmt: skip
    assert re.fullmatch("[0-9a-f]{64}", lines[-1])
    assert verify(address, lines[-1])[0] == 0
    assert verify(address, "0" * 64)[::2] == (1, "The chain that you know is not part of this one.")


def test_a_withdrawn_record_is_told_with_its_reason(verify, record, live_server):
    by = make_user("administrator")
    withdraw(record, by=by, reason="Published by mistake")

    code, lines, error = verify(f"{live_server.url}/api/v1/conferences/minsk-2019/")

    assert (code, lines) == (1, [])
    assert re.fullmatch(r"Withdrawn on \d{4}-\d\d-\d\dT[\d:.]+Z: Published by mistake", error)


@pytest.mark.django_db(transaction=True)
def test_a_document_verifies_too(verify, live_server):
    by, conference = make_user(), make_conference()
    document = make_document(conference, slug="speech", body="<p>“Quoted” & <em>said</em>.</p>")
    publish(conference, by=by)
    publish(document, by=by)

    assert verify(f"{live_server.url}/api/v1/documents/speech/")[0] == 0


# What a portal that lies would answer: the true answers, served again with one thing changed.


class Echo(ThreadingHTTPServer):
    """Serves kept answers: {path: (status, JSON)}."""

    daemon_threads = True

    class RequestHandlerClass(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = self.server.answers[self.path]
            body = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)
        self.answers = {}


@pytest.fixture
def echo():
    server = Echo()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


BASE = "/api/v1/conferences/minsk-2019/versions/"


def listed(answers, number):
    return answers[BASE][1]["results"][number - 1]


def single(answers, number):
    return answers[f"{BASE}{number}/"][1]


def drop(answers, number):
    """The version is left out, and those after it move up."""
    del answers[BASE][1]["results"][number - 1]
    for later in range(number, 5):
        answers[f"{BASE}{later}/"] = answers[f"{BASE}{later + 1}/"]


LIES = {
    "a changed text": (lambda a: single(a, 1)["title"].update(en="Another"), "Version 1 is not what its checksum says."),
    "a field more": (lambda a: single(a, 1).update(more="x"), "Version 1 is not what its checksum says."),
    "a field less": (lambda a: single(a, 3).pop("title"), "Version 3 is not what its checksum says."),
    "another checksum": (lambda a: single(a, 1).update(sha256="0" * 64), "The chain breaks at version 1."),
    "another checksum in the list": (
        lambda a: listed(a, 3).update(sha256="0" * 64), "Version 3 is not what its checksum says."
    ),
    "another checksum of the sealed one": (
        lambda a: listed(a, 2).update(sha256="0" * 64), "The chain breaks at version 2."
    ),
    "another instant": (
        lambda a: listed(a, 1).update(public_from="2019-01-01T00:00:00Z"), "The chain breaks at version 1."
    ),
    "another chain": (lambda a: listed(a, 4).update(chain="0" * 64), "The chain breaks at version 4."),
    "a version left out": (lambda a: drop(a, 3), "The chain breaks at version 3."),
    "two versions swapped": (lambda a: a[BASE][1]["results"].reverse(), "Version 1 is not what its checksum says."),
    "sealed, it says, and is not": (lambda a: listed(a, 1).update(sealed=True), "Version 1 is not what its checksum says."),
    "not sealed, it says, and is": (
        lambda a: listed(a, 2).update(sealed=False), "Version 2 is not what its checksum says."
    ),
}  # fmt: skip


@pytest.mark.slow
def test_the_program_sees_through_every_lie(verify, record, client, echo):
    """And through nothing where there is none: the true answers verify from the same server."""
    addresses = [BASE, *(f"{BASE}{number}/" for number in range(1, 6))]
    responses = {address: client.get(address) for address in addresses}
    true = {address: (response.status_code, response.json()) for address, response in responses.items()}
    where = f"http://127.0.0.1:{echo.server_port}/api/v1/conferences/minsk-2019/"

    found = {}
    for kind, (lie, _said) in LIES.items():
        echo.answers = copy.deepcopy(true)
        lie(echo.answers)
        found[kind] = verify(where)[::2]

    assert found == {kind: (1, said) for kind, (_lie, said) in LIES.items()}
    echo.answers = true
    assert verify(where)[0] == 0
