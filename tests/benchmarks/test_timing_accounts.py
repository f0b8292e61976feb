"""What ``make timing`` says of names: a form that answers slower for one kind of names is found."""

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from benchmarks import timing_accounts

NAMES = {"active": ["known"] * timing_accounts.NAMES, "no active": ["unknown"] * timing_accounts.NAMES}


@pytest.fixture
def form():
    """A form to sign in that answers ``form.slower`` seconds later for known names; ``form.addresses`` has who asked."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.answer(b'<input type="hidden" name="csrfmiddlewaretoken" value="abc">')

        def do_POST(self):
            typed = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            server.addresses.append(self.headers["X-Forwarded-For"])
            assert typed["csrfmiddlewaretoken"] == ["abc"]
            time.sleep(server.slower if typed["username"] == ["known"] else 0)
            self.answer(b"no")

        def answer(self, body):
            self.send_response(200)
            self.send_header("Set-Cookie", "csrftoken=abc; Path=/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    server.slower, server.addresses = 0, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("slower", [0, 0.05])
def test_the_difference_is_that_of_the_form_and_no_address_asks_twice(form, slower):
    form.slower = slower

    status, _known, _unknown, difference = timing_accounts.compared(
        form.server_port, "sign-in, active account", NAMES, 20
    )

    assert (status, difference > 25) == (200, bool(slower))
    assert len(set(form.addresses)) == len(form.addresses) == 20 + 2 * timing_accounts.WARM_UP
