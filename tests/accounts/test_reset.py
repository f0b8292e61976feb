"""A forgotten password: the same answer for everybody, and a message for who has an account."""

import re
import threading

import pytest
from django.contrib.auth.models import User
from django.core import mail as outgoing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ctportal.accounts import mail
from ctportal.accounts.links import FORGOTTEN, open_link
from ctportal.accounts.models import AttemptCounter
from ctportal.workflow.models import AuditEntry
from tests.accounts.test_invitation import NEW, choose, link_in
from tests.factories import make_account

pytestmark = pytest.mark.django_db
PAGE = "/admin/password_reset/"


@pytest.fixture
def works(monkeypatch):
    """Keep the work of the background for later; return the list of it."""
    kept = []
    monkeypatch.setattr(mail, "in_background", kept.append)
    return kept


@pytest.fixture
def ada(db):
    account = make_account("editor", "ada", email="ada@example.org")
    account.set_password("an old horse battery")
    account.save()
    return account


def ask(client, email="ada@example.org", **headers):
    return client.post(PAGE, {"email": email}, headers=headers)


def comparable(response):
    content = re.sub(rb'csrfmiddlewaretoken" value="\w+"', b"", response.content)
    headers = {name: value for name, value in response.headers.items() if name != "Expires"}  # the time of the answer
    return response.status_code, headers, content, sorted(response.cookies)


def test_the_page_to_sign_in_leads_to_it(client):
    assert f'href="{PAGE}"' in client.get("/admin/login/").content.decode()
    assert client.get(PAGE).status_code == 200


def test_the_owner_gets_a_link_that_works(client, ada, works, settings):
    settings.CTPORTAL_SITE_URL = "https://portal.example.org"
    ask(client)
    assert outgoing.outbox == []
    works[0]()

    (message,) = outgoing.outbox
    assert message.to == ["ada@example.org"]
    assert "https://portal.example.org/admin/new_password/#" in message.body
    assert open_link(link_in(message)) == (ada, FORGOTTEN)


WITHOUT = {
    "no account": {"email": "other@example.org"},
    "no address": {"email": ""},
    "inactive": {"is_active": False},
    "no longer staff": {"is_staff": False},
    "not yet accepted": {"password": "!unusable"},
}


@pytest.mark.parametrize("case", WITHOUT)
def test_the_answer_is_the_same_whether_there_is_an_account_and_nobody_else_gets_a_message(ada, works, case):
    with_account = comparable(ask(Client()))
    User.objects.filter(pk=ada.pk).update(**WITHOUT[case])
    AttemptCounter.objects.all().delete()
    works.clear()

    assert comparable(ask(Client())) == with_account
    assert len(works) == 1
    works[0]()
    assert outgoing.outbox == []


def test_the_same_queries_are_made_whether_there_is_an_account(ada, works):
    counts = []
    for email in ("ada@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as queries:
            ask(Client(), email)
        counts.append([query["sql"].split(" ")[0] for query in queries])

    assert counts[0] == counts[1]


def test_too_many_messages_are_refused_the_same_for_all(ada, works):
    def statuses(email):
        return [ask(Client(), email).status_code for _ in range(5)]

    assert statuses("ada@example.org") == statuses("nobody@example.org") == [200, 200, 200, 429, 429]
    assert len(works) == 6


def test_the_answer_does_not_wait_for_the_message(ada, monkeypatch):
    sent, may_go_on = threading.Event(), threading.Event()

    def slow(account, subject, template, **context):
        may_go_on.wait(20)
        sent.set()

    monkeypatch.setattr(mail, "send", slow)

    assert ask(Client()).status_code == 200
    assert not sent.is_set()
    may_go_on.set()
    assert sent.wait(20)


def test_without_a_mail_server_the_page_says_so(client, settings):
    settings.EMAIL_BACKEND = mail.NO_SERVER

    assert "This site sends no e-mail." in client.get(PAGE).content.decode()


def test_a_new_password_ends_all_sessions_and_its_owner_is_told(
    client, ada, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(mail, "in_background", lambda work: work())
    elsewhere = Client()
    elsewhere.force_login(ada)
    link = f"{ada.pk}-{FORGOTTEN.make_token(User.objects.get(pk=ada.pk))}"

    with django_capture_on_commit_callbacks(execute=True):
        assert choose(client, link).status_code == 302

    assert User.objects.get(pk=ada.pk).check_password(NEW)
    assert elsewhere.get("/admin/").status_code == 302
    (message,) = outgoing.outbox
    assert message.subject == "Your password was changed"
    said = list(AuditEntry.objects.filter(kind="rights").order_by("pk").values_list("what", flat=True))
    assert said[-2:] == ["account ada: password set", "account ada: password chosen by a link (forgotten password)"]


def test_who_has_signed_in_since_needs_no_link(client, ada):
    link = f"{ada.pk}-{FORGOTTEN.make_token(ada)}"
    client.force_login(ada)

    assert choose(client, link).status_code == 410


def test_asking_is_in_the_audit_trail_without_what_was_typed(client, ada, works):
    ask(client)
    ask(client, "my-secret@example.org")

    said = [entry.what for entry in AuditEntry.objects.filter(kind="rights", what__startswith="link").order_by("pk")]
    begin = "link for a new password asked for: "
    assert said == [f"{begin}account ada", f"{begin}an address that no account has"]


ODD = [
    *("", " ", "ada", "@", "ada@", "@example.org", "a@b", "ada@example", "ada example@example.org", "ada@exam ple.org"),
    *("ada@example.org\0", "\0", "ada@example.org\nbcc: x@example.org", "ada@example.org\r\n\r\nx", "ada@@example.org"),
    *(
        "x" * 255 + "@example.org",
        "x" * 100_000,
        "é@example.org",
        "ada@ｅxample.org",
        "аda@example.org",
        "🦊@example.org",
    ),
    *("ada@example.org,eve@example.org", "ada@example.org;eve@example.org", "<ada@example.org>", '"ada"@example.org'),
    *(
        "ada@[127.0.0.1]",
        "ada@127.0.0.1",
        "' OR 1=1--@example.org",
        "%00@example.org",
        "{}",
        "[]",
        "null",
        "\u202eada@x.org",
    ),
]


def test_odd_addresses_break_nothing_and_bring_no_message(ada, works):
    statuses = {ask(Client(REMOTE_ADDR=f"192.0.2.{n}"), email).status_code for n, email in enumerate(ODD)}

    assert statuses <= {200, 422}
    for work in works:
        work()
    assert outgoing.outbox == []


def test_other_fields_and_shapes_break_nothing(client, ada, works):
    posts = [{}, {"email": ["ada", "eve"]}, {"mail": "x"}, {"email": "ada@example.org", "is_superuser": "on"}]
    for page in (PAGE, "/admin/new_password/"):
        assert {client.post(page, post).status_code for post in posts} <= {200, 410, 422}
        assert client.post(page, "[" * 1000, content_type="application/json").status_code in (200, 410, 422)
        assert client.post(page, b"\xff\xfe", content_type="application/x-www-form-urlencoded").status_code < 500
        assert {client.generic(method, page).status_code for method in ("PUT", "DELETE", "PATCH")} == {405}
