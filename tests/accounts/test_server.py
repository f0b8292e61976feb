"""Limits and addresses at the real server: two processes, a restart, and a proxy that is trusted."""

import http.client
import re
import sqlite3
from urllib.parse import urlencode

import pytest

from benchmarks import server
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.slow
DEV = "ctportal.settings.dev"
PROXY, VISITOR = "127.0.0.1", "127.0.0.2"  # both are this machine
ACCOUNT = f"""
from django.contrib.auth.models import User
User.objects.create_superuser("maria", password="{PASSWORD}")
"""


def ask(port, source, path, form=None, **headers):
    """Return (status, headers, body) of a request from the address *source*."""
    connection = http.client.HTTPConnection("127.0.0.1", port, source_address=(source, 0), timeout=30)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("GET" if form is None else "POST", path, form and urlencode(form), headers)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, response.headers, body


def sign_in(port, source, password, **headers):
    _status, answered, form = ask(port, source, "/admin/login/", **headers)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
    cookie = answered["Set-Cookie"].partition(";")[0]
    typed = {"csrfmiddlewaretoken": token, "username": "maria", "password": password}
    return ask(port, source, "/admin/login/", typed, Cookie=cookie, **headers)[0]


def test_limits_hold_for_all_processes_and_after_a_restart_and_only_a_trusted_proxy_is_believed(tmp_path):
    server.manage("migrate", "--verbosity", "0", data_dir=tmp_path)
    server.manage("shell", "--verbosity", "0", "--command", ACCOUNT, data_dir=tmp_path)

    with server.serving(tmp_path, DEV, CTPORTAL_TRUSTED_PROXIES=PROXY) as port:
        found = [sign_in(port, VISITOR, "wrong", X_Forwarded_For=f"203.0.113.{number}") for number in range(8)]
        schemes = [
            re.search(r'rel="canonical" href="(\w+):', ask(port, source, "/en/about/", X_Forwarded_Proto="https")[2])[1]
            for source in (PROXY, VISITOR)
        ]
    with server.serving(tmp_path, DEV, CTPORTAL_TRUSTED_PROXIES=PROXY) as port:
        after = [
            sign_in(port, VISITOR, PASSWORD),
            sign_in(port, PROXY, PASSWORD, X_Forwarded_For=f"198.51.100.1, {VISITOR}"),
            sign_in(port, PROXY, PASSWORD, X_Forwarded_For="198.51.100.2, 203.0.113.7"),
        ]

    assert found == [200] * 5 + [429] * 3
    assert after == [429, 429, 302]
    assert schemes == ["https", "http"]
    with sqlite3.connect(tmp_path / "ctportal.sqlite3") as database:
        rows = database.execute("SELECT outcome, address FROM workflow_auditentry WHERE kind = 'sign-in'").fetchall()
    database.close()
    assert rows == [("failed", VISITOR)] * 5 + [("refused", VISITOR), ("done", "203.0.113.7")]
