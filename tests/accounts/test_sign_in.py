"""The form to sign in: where it leads, what becomes of the session, and what is no input."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ctportal.accounts import limits
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    *("", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example"),
    *("https://evil.example/admin/", "http:///evil.example", "javascript:1", "data:text/html,x", "\t//evil.example"),
    *("\x00/admin/", "//evil.example%2f..", "https://testserver@evil.example/", "https://testserver.evil.example/"),
    *("http://[", "ftp://testserver/", "/" + "x" * 3000),
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_an_address_elsewhere_leads_to_the_dashboard(maria, sign_in, client, address):
    response = client.post("/admin/login/", {"username": "maria", "password": PASSWORD, "next": address})

    assert (response.status_code, response["Location"]) == (302, "/admin/")


def test_an_address_of_this_site_is_where_one_goes_on(maria, client):
    typed = {"username": "maria", "password": PASSWORD, "next": "/admin/auth/user/?q=a"}

    assert client.post("/admin/login/", typed)["Location"] == "/admin/auth/user/?q=a"


def test_the_session_is_new_at_each_sign_in(maria, sign_in, client):
    client.cookies["sessionid"] = "x" * 32
    seen = ["x" * 32]
    for _ in range(3):
        assert sign_in(PASSWORD).status_code == 302
        seen.append(client.cookies["sessionid"].value)

    assert len(set(seen)) == 4
    assert list(Session.objects.values_list("session_key", flat=True)) == seen[-1:]


def write_transactions(queries):
    """Return how many transactions *queries* are that write, single statements included."""
    count, is_inside = 0, False
    for query in queries:
        word = query["sql"].split(" ")[0].strip('";')
        if word in ("BEGIN", "COMMIT"):
            is_inside = word == "BEGIN"
        elif is_inside:
            continue
        count += word in ("BEGIN", "INSERT", "UPDATE", "DELETE")
    return count


def test_signing_in_waits_few_times_for_others_who_write(transactional_db, maria, sign_in):
    sign_in(PASSWORD)
    with CaptureQueriesContext(connection) as queries:
        assert sign_in(PASSWORD).status_code == 302

    # The attempt is counted, the count taken back; session, audit trail and account; the session at the end of the request.
    assert write_transactions(queries) == 4


ODD = [
    *("", " ", "\0", "a\0b", "\ud800".encode("utf-8", "surrogatepass"), b"\xff\xfe", "x" * 10_000, "ﷺ" * 3_000),
    *("\u202e\u0301" * 100, "'; --", "%s%n{0}", "<script>", "\r\nX: 1", "maria\n", "😀" * 151, "٣", "-1", "null", "[]"),
    *("maria" + chr(code) for code in (0x85, 0xAD, 0x200B, 0x2028, 0xE000, 0xFFFF, 0x1F600, 0x10FFFF)),
]


@pytest.mark.slow
def test_no_input_is_an_error_of_the_portal(monkeypatch, maria):
    monkeypatch.setitem(limits.LIMITS, "password", limits.Limits(10_000, 10_000, 10_000))
    client = Client(raise_request_exception=False)
    inputs = [{"username": name, "password": password} for name in ODD for password in ODD[:19]]
    inputs += [{"next": odd, "username": "maria", "password": "wrong"} for odd in ODD]

    answers = {client.post("/admin/login/", each).status_code for each in inputs}
    raw = [
        client.post("/admin/login/", body, content_type=kind).status_code
        for body in (b"", b"username=%ff%00&password=%00", b"{" * 9999, b"username[]=1", b"&" * 5000, b"a=1;" * 5000)
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "x")
    ]

    assert len(inputs) + len(raw) >= 500
    assert answers == {200}
    assert set(raw) <= {200, 400}
