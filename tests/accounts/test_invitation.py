"""Invitations: an account without a password, a message, a link that works once."""

import re
import smtplib

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail as outgoing
from django.db import transaction

from ctportal.accounts import mail
from ctportal.accounts.links import FORGOTTEN, INVITATION, open_link
from ctportal.accounts.models import Invitation
from ctportal.workflow.models import AuditEntry
from tests.admin.forms import AdminForm, errors_of
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
NEW = "quite a new horse 7"
PAGE = "/admin/new_password/"


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Send messages at once, not in a thread."""
    monkeypatch.setattr(mail, "in_background", lambda work: work())


@pytest.fixture
def boss(client):
    client.force_login(make_account("administrator", "boss"))
    return client


@pytest.fixture
def add(boss, monkeypatch):
    """A function that adds the account ada with the form, and returns the page that follows."""
    # The transaction around a test is never committed, and that of the request would have been.
    monkeypatch.setattr(transaction, "on_commit", lambda work: work())

    def press(**more):
        form = AdminForm(boss, "/admin/auth/user/add/").fill(username="ada", email="ada@example.org", **more)
        response = form.press("_save")
        return boss.get(response["Location"]) if response.status_code == 302 else response

    return press


@pytest.fixture
def invited(client):
    """Return an account that is invited, without a password."""
    account = make_account("editor", "ada", email="ada@example.org")
    account.set_unusable_password()
    account.save()
    return account


def link_in(message):
    return re.search(r"^https?://\S+#(\S+)$", message.body, re.MULTILINE)[1]


def choose(client, link, password=NEW, **more):
    return client.post(PAGE, {"link": link, "new_password1": password, "new_password2": password} | more)


def has_password(account, password=NEW):
    return User.objects.get(pk=account.pk).check_password(password)


# By an administrator


def test_an_account_is_added_without_a_password_and_its_owner_is_invited(add, settings):
    settings.CTPORTAL_SITE_URL = "https://portal.example.org"
    editor = Group.objects.get(name="editor")

    page = add(first_name="Ada", groups=[str(editor.pk)], translates=["fr"])

    ada = User.objects.get(username="ada")
    assert (ada.is_staff, ada.is_superuser, ada.has_usable_password()) == (True, False, False)
    assert list(ada.groups.all()) == [editor]
    assert [right.codename for right in ada.user_permissions.all()] == ["translate_fr"]
    (message,) = outgoing.outbox
    assert message.to == ["ada@example.org"]
    assert "https://portal.example.org/admin/new_password/#" in message.body
    assert "An invitation was sent to ada@example.org." in page.content.decode()
    assert "valid until" in page.content.decode()


def test_the_form_to_add_asks_for_no_password_and_needs_an_address(boss):
    form = AdminForm(boss, "/admin/auth/user/add/")

    assert {name for name in form.values if "password" in name} == set()
    assert "email" in errors_of(form.fill(username="ada").press("_save"))


def test_the_host_of_the_link_is_not_that_of_the_request(boss, django_capture_on_commit_callbacks, settings):
    settings.ALLOWED_HOSTS = ["testserver", "evil.example"]
    form = AdminForm(boss, "/admin/auth/user/add/").fill(username="ada", email="ada@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(form.address, form.values | {"_save": "1"}, headers={"Host": "evil.example"})

    assert f"{settings.CTPORTAL_SITE_URL}{PAGE}#" in outgoing.outbox[0].body


@pytest.mark.parametrize(
    "error", [smtplib.SMTPRecipientsRefused({}), TimeoutError(), ConnectionRefusedError(), OSError()]
)
def test_a_mail_server_that_is_away_breaks_nothing(add, monkeypatch, caplog, error):
    def refuse(self, *args):
        raise error

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)

    page = add()

    assert "The mail server did not accept the invitation." in page.content.decode()
    assert User.objects.filter(username="ada").exists()
    assert not Invitation.objects.exists()
    assert "could not be sent" in caplog.text


def test_without_a_mail_server_the_page_says_what_to_do(add, settings):
    settings.EMAIL_BACKEND = mail.NO_SERVER

    assert "This site sends no e-mail. Set a password for the account" in add().content.decode()


def test_no_message_is_sent_in_a_transaction(boss, monkeypatch, django_capture_on_commit_callbacks):
    form = AdminForm(boss, "/admin/auth/user/add/").fill(username="ada", email="ada@example.org")

    with django_capture_on_commit_callbacks() as callbacks:
        form.press("_save")

    assert outgoing.outbox == []
    assert len(callbacks) == 1


def test_an_invitation_sent_again_makes_the_first_void(boss, invited):
    first = f"{invited.pk}-{INVITATION.make_token(invited)}"

    page = boss.post(f"/admin/auth/user/{invited.pk}/invite/", follow=True)

    assert "An invitation was sent to ada@example.org." in page.content.decode()
    assert open_link(first) is None
    assert open_link(link_in(outgoing.outbox[0])) == (invited, INVITATION)
    assert AuditEntry.objects.latest("pk").what == "account ada: invited"


@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}, {"is_staff": False}])
def test_an_account_that_cannot_be_reached_is_not_invited(boss, invited, change):
    User.objects.filter(pk=invited.pk).update(**change)

    page = boss.post(f"/admin/auth/user/{invited.pk}/invite/", follow=True)

    assert "can be invited" in page.content.decode()
    assert outgoing.outbox == []


def test_an_invitation_is_a_post_for_administrators_and_not_for_accounts_above(boss, client, invited):
    above = make_user("root", is_superuser=True, email="root@example.org")
    above.set_unusable_password()
    above.save()

    assert boss.get(f"/admin/auth/user/{invited.pk}/invite/").status_code == 405
    assert boss.post(f"/admin/auth/user/{above.pk}/invite/").status_code == 403
    assert boss.post("/admin/auth/user/987654321/invite/").status_code == 404
    client.force_login(make_account("publisher"))
    assert client.post(f"/admin/auth/user/{invited.pk}/invite/").status_code == 403
    assert outgoing.outbox == []


def test_the_list_shows_how_far_each_invitation_is(boss, invited, frozen_clock):
    def shown():
        boss.force_login(User.objects.get(username="boss"))
        html = boss.get("/admin/auth/user/?q=ada").content.decode()
        return re.search(r'class="field-invited">([^<]*)<', html)[1]

    assert shown() == "not sent"
    Invitation.objects.create(account=invited, sent_at=frozen_clock.now)
    assert shown().startswith("valid until")
    frozen_clock.tick(hours=72)
    assert shown().startswith("expired at")
    invited.set_password(NEW)
    invited.save()
    assert shown() == "accepted"


# By the link


def test_the_page_of_a_link_is_opened_without_using_it(client, invited):
    link = f"{invited.pk}-{INVITATION.make_token(invited)}"
    for _ in range(2):
        assert client.get(PAGE).status_code == 200
        assert client.post(PAGE, {"link": link}).status_code == 200
    assert not has_password(invited)


def test_a_link_sets_the_password_once_and_does_not_sign_in(client, invited):
    link = f"{invited.pk}-{INVITATION.make_token(invited)}"

    response = choose(client, link)

    assert (response.status_code, response["Location"]) == (302, "/admin/login/")
    assert has_password(invited)
    assert client.get("/admin/").status_code == 302
    assert choose(client, link, "another horse again").status_code == 410
    assert has_password(invited)


def test_a_whole_address_may_be_pasted(client, invited):
    assert choose(client, f" {INVITATION.address(invited)} ").status_code == 302


@pytest.mark.parametrize("password", ["short", "password1234", "administrator1", "ada@example.org"])
def test_a_bad_password_is_refused_with_the_rules_and_leaves_the_link(client, invited, password):
    link = f"{invited.pk}-{INVITATION.make_token(invited)}"

    response = choose(client, link, password)

    assert response.status_code == 422
    assert "at least 12 characters" in response.content.decode()
    assert choose(client, link, NEW, new_password2="other").status_code == 422
    assert choose(client, link).status_code == 302


@pytest.mark.parametrize("kind, hours", [(INVITATION, 72), (FORGOTTEN, 1)])
def test_a_link_lasts_its_time(client, invited, frozen_clock, kind, hours):
    link = f"{invited.pk}-{kind.make_token(invited)}"
    frozen_clock.tick(hours=hours, seconds=-1)
    assert client.post(PAGE, {"link": link}).status_code == 200
    frozen_clock.tick(seconds=1)

    response = client.post(PAGE, {"link": link})

    assert response.status_code == 410
    assert "This link does not work (any more)." in response.content.decode()


CHANGES = {
    "inactive": {"is_active": False},
    "no longer staff": {"is_staff": False},
    "another address": {"email": "other@example.org"},
    "another password": {"password": "!other"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_account_makes_a_link_void(client, invited, change):
    link = f"{invited.pk}-{INVITATION.make_token(invited)}"
    User.objects.filter(pk=invited.pk).update(**CHANGES[change])

    assert choose(client, link).status_code == 410
    assert not has_password(invited)


def bad_links(account):
    good = f"{account.pk}-{INVITATION.make_token(account)}"
    yield from ("", " ", "-", "--", "#", "0", "1-2-3", "x" * 500, "9" * 5000, "\0", "é" * 20, "{}", "../..", "' OR 1=1")
    yield from (good[:-1], f"{good}0", good.upper(), good.replace("-", "_"), f"{good}\n{good}", f"\u202e{good}")
    yield from (f"{n}{good}" for n in (0, 1, "-", "٣", "１"))
    yield from (f"{pk}-{good.partition('-')[2]}" for pk in (0, account.pk + 1, 10**17, 10**18, 2**63, "-1", "1e3"))
    yield from (good[:n] + ("0" if good[n] != "0" else "1") + good[n + 1 :] for n in range(len(good)))
    yield from (good[:n] + "\u00ad" + good[n:] for n in range(0, len(good), 2))
    yield from (good[:n] for n in range(1, len(good), 2))


def test_no_other_link_works_and_none_breaks_anything(client, invited):
    links = list(bad_links(invited))
    assert len(links) > 80

    assert {choose(client, link).status_code for link in links} == {410}
    assert not has_password(invited)


@pytest.mark.parametrize(
    "password",
    ["\0" * 20, "é" * 20 + "\0", "x" * 100_000, "\u202e" + "long enough 99", " " * 20, "🦊" * 12, "", "\r\n" * 9],
)
def test_an_odd_password_breaks_nothing(client, invited, password):
    link = f"{invited.pk}-{INVITATION.make_token(invited)}"

    assert choose(client, link, password).status_code in (302, 422)


def test_neither_link_nor_password_is_in_the_log_or_the_audit_trail(client, boss, invited, caplog, settings):
    caplog.set_level("DEBUG")
    boss.post(f"/admin/auth/user/{invited.pk}/invite/")
    link = link_in(outgoing.outbox[0])
    client.get(PAGE)
    choose(client, link)
    choose(client, link)

    secret = link.rpartition("-")[2]
    everything = caplog.text + str(list(AuditEntry.objects.values_list()))
    assert "account ada: password chosen by a link (invitation)" in everything
    assert secret not in everything
    assert NEW not in everything
