"""Lifting a limit: by a command, for an account or an address, and by an administrator."""

import logging

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory

from ctportal.accounts import limits
from ctportal.accounts.models import AttemptCounter
from ctportal.workflow.models import AuditEntry
from tests.accounts.conftest import PASSWORD
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
ACCEPTED, AGAIN, REFUSED = 302, 200, 429
MARIAS, OTHERS = "203.0.113.1", "203.0.113.2"


@pytest.fixture
def locked_out(maria, sign_in):
    """Let passwords for maria fail until she is refused, at her own address and everywhere; return her account."""
    for number in range(5):
        sign_in(REMOTE_ADDR=MARIAS)
        sign_in(REMOTE_ADDR=OTHERS)
        for other in (3, 4):
            sign_in(REMOTE_ADDR=f"198.51.100.{other}{number}")
    for address in (MARIAS, OTHERS, "198.51.100.99"):
        assert sign_in(PASSWORD, REMOTE_ADDR=address).status_code == REFUSED
    return maria


def lifted():
    entries = AuditEntry.objects.filter(what__startswith="limits lifted").order_by("pk")
    return list(entries.values_list("kind", "outcome", "who", "what"))


def test_an_account_is_let_in_again_from_wherever(locked_out, sign_in, capsys, caplog):
    caplog.set_level(logging.WARNING)

    call_command("lift_limit", "maria")

    assert sign_in(PASSWORD, REMOTE_ADDR=MARIAS).status_code == ACCEPTED
    assert sign_in(client=Client(), REMOTE_ADDR="198.51.100.99").status_code == AGAIN
    assert capsys.readouterr().out == "The limits of maria are lifted.\n"
    assert lifted() == [("sign-in", "done", "(command line)", "limits lifted: account maria")]
    assert "Limits lifted: account maria" in caplog.text


def test_only_what_counted_for_that_account_is_forgotten(locked_out, sign_in):
    for _ in range(5):
        sign_in(name="mario", REMOTE_ADDR=MARIAS)

    call_command("lift_limit", "maria")

    assert sign_in(name="mario", REMOTE_ADDR=MARIAS).status_code == REFUSED
    request = RequestFactory().post("/", REMOTE_ADDR=MARIAS)
    counted = AttemptCounter.objects.filter(key__in=limits._limits(request, "password", "maria"))
    assert [len(counter.attempts) for counter in counted] == [10]  # of the address, which is not hers alone


def test_codes_and_reset_mails_of_an_account_and_a_known_browser_are_let_in_again(maria, sign_in):
    User.objects.update(email="Maria@Example.org")
    browser = Client()
    sign_in(PASSWORD, client=browser)
    for _ in range(6):
        sign_in(client=browser)
    request = RequestFactory().post("/")
    for purpose, typed in (("code", "maria"), ("mail", "maria@example.org")):
        for _ in range(limits.LIMITS[purpose].own):
            limits.check(request, purpose, typed)

    call_command("lift_limit", "maria")

    assert sign_in(PASSWORD, client=browser).status_code == ACCEPTED
    limits.check(request, "code", "maria")
    limits.check(request, "mail", "maria@example.org")


def test_an_address_is_let_in_again_for_all_names(monkeypatch, maria, sign_in, capsys):
    monkeypatch.setitem(limits.LIMITS, "password", limits.Limits(5, 20, 8))
    for number in range(8):
        sign_in(name=f"name{number}", REMOTE_ADDR=MARIAS)
        sign_in(name=f"name{number}", REMOTE_ADDR=OTHERS)
    assert sign_in(PASSWORD, REMOTE_ADDR=MARIAS).status_code == REFUSED

    call_command("lift_limit", address=MARIAS)

    assert sign_in(PASSWORD, REMOTE_ADDR=MARIAS).status_code == ACCEPTED
    assert sign_in(PASSWORD, client=Client(), REMOTE_ADDR=OTHERS).status_code == REFUSED
    assert capsys.readouterr().out == f"The limits of {MARIAS} are lifted.\n"
    assert lifted() == [("sign-in", "done", "(command line)", f"limits lifted: address {MARIAS}")]


def test_an_ipv6_address_stands_for_its_network(monkeypatch, maria, sign_in):
    monkeypatch.setitem(limits.LIMITS, "password", limits.Limits(5, 20, 5))
    for number in range(5):
        sign_in(name=f"name{number}", REMOTE_ADDR=f"2001:db8:1:2::{number}")

    call_command("lift_limit", address="2001:DB8:1:2::ffff")

    assert sign_in(PASSWORD, REMOTE_ADDR="2001:db8:1:2::9").status_code == ACCEPTED
    assert lifted()[0][3] == "limits lifted: address 2001:db8:1:2::/64"


def test_the_command_says_where_there_is_nothing_to_lift(maria, frozen_clock, sign_in, capsys):
    sign_in()
    frozen_clock.tick(minutes=16)

    call_command("lift_limit", "maria")

    expected = "Nothing was counted for maria within the last 15 minutes: no limit of it was reached.\n"
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mario"], "There is no account “mario”."),
        (["--address", "example.org"], "“example.org” is no IP address. Right would be: 203.0.113.19 or 2001:db8::19."),
        ([], "one of the arguments name --address is required"),
    ],
)
def test_the_command_refuses_what_is_no_account_and_no_address(db, arguments, said):
    with pytest.raises(CommandError) as refused:
        call_command("lift_limit", *arguments)

    assert said in str(refused.value)
    assert lifted() == []


# By an administrator


@pytest.fixture
def boss():
    client = Client()
    client.force_login(make_account("administrator", "boss"))
    return client


def test_an_administrator_lets_an_account_in_again(locked_out, boss, sign_in):
    page = f"/admin/auth/user/{locked_out.pk}/change/"
    assert "Forget failed sign-ins" in boss.get(page).text

    answer = boss.post(f"/admin/auth/user/{locked_out.pk}/lift-limits/", follow=True)

    assert "The failed sign-ins of maria are forgotten. Signing in can be tried again at once." in answer.text
    assert "Forget failed sign-ins" not in answer.text  # there is nothing to forget
    assert sign_in(PASSWORD, REMOTE_ADDR=MARIAS).status_code == ACCEPTED
    assert lifted() == [("sign-in", "done", "boss", "limits lifted: account maria")]


def test_it_is_a_post_for_administrators_and_not_for_accounts_above(locked_out, boss, sign_in):
    above, publisher = make_user("root", is_superuser=True), Client()
    publisher.force_login(make_account("publisher"))

    def of(account):
        return f"/admin/auth/user/{account if isinstance(account, int) else account.pk}/lift-limits/"

    assert boss.get(of(locked_out)).status_code == 405
    assert [boss.post(of(account)).status_code for account in (above, 987654321)] == [403, 404]
    assert publisher.post(of(locked_out)).status_code == 403
    assert sign_in(PASSWORD, REMOTE_ADDR=MARIAS).status_code == REFUSED
    assert lifted() == []
