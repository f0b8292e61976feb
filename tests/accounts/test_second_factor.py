"""The second factor: signing in, setting up, codes that work once, secrets at rest, resets, and the code asked again."""

import logging
import re
import threading
from urllib.parse import quote

import pyotp
import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from ctportal.accounts import second_factor
from ctportal.accounts.models import RecoveryCode, SecondFactor
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, withdraw
from ctportal.workflow.models import AuditEntry
from tests.accounts.authenticator import CODE, KEY, PASSWORD, App, give_password, make_member, turn_on
from tests.factories import make_account, make_conference
from tests.test_routes import addresses

CODE_PAGE, SET_UP, AGAIN = "/admin/second-factor/code/", "/admin/second-factor/set-up/", "/admin/second-factor/again/"
OWN, DASHBOARD = "/admin/second-factor/", "/admin/"
WITHOUT_CODE = (422, "This code is wrong, or it was used before. Wait for the next one and type that.")


@pytest.fixture(autouse=True)
def on(settings):
    turn_on(settings)


@pytest.fixture
def maria(db):
    return make_member()


@pytest.fixture
def app(maria):
    return App(maria)


@pytest.fixture
def boss(db, client):
    """The app of an administrator, who is signed in with *client*."""
    app = App(make_member("administrator", "boss"))
    app.sign_in(client)
    return app


def is_signed_in(client):
    return client.get(OWN).status_code == 200


def errors(response):
    return response.status_code, " ".join(response.context["form"].errors.get("code", []))


def trail():
    entries = AuditEntry.objects.filter(kind="factor").order_by("pk")
    return [(entry.outcome, entry.who, entry.what) for entry in entries]


def new_secret(response):
    return "".join(re.search(r'portal-secret" dir="ltr">([^<]+)<', response.content.decode())[1].split())


def grow_stale(client):
    session = client.session
    session["second_factor_at"] -= 301
    session.save()


# Signing in


def test_a_password_alone_signs_nobody_in(client, app):
    response = give_password(client, app.account)

    assert (response.status_code, response.url) == (302, CODE_PAGE)
    assert "_auth_user_id" not in client.session
    assert not AuditEntry.objects.filter(kind="sign-in", outcome="done").exists()


def test_a_pending_sign_in_reaches_nothing(client, app):
    """Every address answers as to somebody who has never been here."""
    give_password(client, app.account)
    pages = [address for address in addresses() if address.startswith(("/admin/", "/preview/"))]
    pages = [address for address in pages if address not in (CODE_PAGE, SET_UP)]

    changing = [address for address in pages if address not in ("/admin/login/", "/admin/logout/")]

    def answers(asker):
        found = {("GET", address): asker.get(address) for address in pages}
        found |= {("POST", address): asker.post(address) for address in changing}
        return {asked: (answer.status_code, answer.get("Location")) for asked, answer in found.items()}

    assert len(pages) > 100
    assert answers(client) == answers(Client())


def test_the_code_signs_in_under_a_new_key_and_leads_to_the_page_that_was_asked_for(client, app):
    give_password(client, app.account, "/admin/conferences/conference/")
    pending = client.session.session_key

    response = client.post(CODE_PAGE, {CODE: app.code()})

    assert (response.status_code, response.url) == (302, "/admin/conferences/conference/")
    assert is_signed_in(client)
    assert client.session.session_key != pending
    assert not Session.objects.filter(pk=pending).exists()
    assert "pending_sign_in" not in client.session


def test_an_address_without_slash_is_no_error_of_the_server(client, app):
    give_password(client, app.account, "nowhere")

    assert client.post(CODE_PAGE, {CODE: app.code()}).status_code == 302


def test_whoever_was_signed_in_is_not_any_more_once_another_password_is_given(client, boss, app):
    give_password(client, app.account)

    assert not is_signed_in(client)


def test_a_wrong_code_is_refused_and_noted_without_it(client, app):
    give_password(client, app.account)
    wrong = f"{(int(app.code()) + 1) % 1_000_000:06}"

    assert errors(client.post(CODE_PAGE, {CODE: wrong})) == WITHOUT_CODE
    assert not is_signed_in(client)
    assert trail() == [("done", "maria", "password accepted, code asked for"), ("failed", "maria", "wrong code")]
    assert wrong not in str(list(AuditEntry.objects.values_list()))


def test_after_five_wrong_codes_not_even_the_right_one_is_accepted(client, app):
    give_password(client, app.account)
    for _ in range(5):
        client.post(CODE_PAGE, {CODE: "no code"})

    response = client.post(CODE_PAGE, {CODE: app.code()})

    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert not is_signed_in(client)


def test_who_knows_a_password_alone_keeps_nobody_out_of_a_browser_they_have_used(client, app):
    app.sign_in(client)
    client.post("/admin/logout/")
    for number in range(20):
        thief = Client(REMOTE_ADDR=f"203.0.113.{number // 5}")
        give_password(thief, app.account)
        thief.post(CODE_PAGE, {CODE: "no code"})
    strange = Client(REMOTE_ADDR="203.0.113.9")

    assert app.sign_in(strange).status_code == 429
    assert app.sign_in(client).status_code == 302


def end_by_time(account, clock):
    clock.tick(minutes=10, seconds=1)


def end_by_password(account, clock):
    account.set_password("another long password")
    account.save()


def end_by_deactivation(account, clock):
    User.objects.filter(pk=account.pk).update(is_active=False)


def end_by_role(account, clock):
    User.objects.filter(pk=account.pk).update(is_staff=False)


@pytest.mark.parametrize("end", [end_by_time, end_by_password, end_by_deactivation, end_by_role])
def test_a_pending_sign_in_ends(client, app, frozen_clock, end):
    give_password(client, app.account)
    end(app.account, frozen_clock)

    answers = client.get(CODE_PAGE), client.post(CODE_PAGE, {CODE: app.code()}), client.get(SET_UP)

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/admin/login/")] * 3
    assert "_auth_user_id" not in client.session


def test_the_page_for_the_code_is_the_same_for_all(app):
    App(make_member("publisher", "pierre", first_name="Pierre"))
    pages = []
    for name in ("maria", "pierre"):
        client = Client()
        give_password(client, User.objects.get(username=name))
        pages.append(re.sub(r'(token" value|nonce)="\w+"', "", client.get(CODE_PAGE).content.decode()))

    assert pages[0] == pages[1]


def test_without_a_second_factor_the_password_signs_in(client, maria, settings):
    settings.CTPORTAL_SECOND_FACTOR, settings.DEMO = False, True
    assert "asks for no second factor" in client.get("/admin/login/").content.decode()

    assert give_password(client, maria).url == DASHBOARD

    assert client.session["_auth_user_id"] == str(maria.pk)
    assert [client.get(page).status_code for page in (OWN, AGAIN)] == [404, 404]


# Codes


def test_a_code_works_once(app):
    code = app.code()

    assert [second_factor.use(app.factor, code) for _ in range(2)] == ["code", ""]


def test_a_code_before_the_last_one_is_refused(app, frozen_clock):
    before, now = app.code(-1), app.code()

    assert [second_factor.use(app.factor, code) for code in (now, before)] == ["code", ""]


@pytest.mark.parametrize(("steps", "answer"), [(-2, ""), (-1, "code"), (0, "code"), (1, "code"), (2, "")])
def test_a_clock_may_be_thirty_seconds_wrong(app, frozen_clock, steps, answer):
    assert second_factor.use(app.factor, app.code(steps)) == answer


ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize("typing", [
    lambda code: f" {code[:3]} {code[3:]} ", lambda code: f"{code[:3]}-{code[3:]}", lambda code: code.translate(ARABIC),
    lambda code: "\u200f" + code.translate(FULL_WIDTH),
])  # fmt: skip
def test_a_code_is_read_however_it_is_typed(app, typing):
    assert second_factor.use(app.factor, typing(app.code())) == "code"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_two_connections_at_once_never_accept_the_same_code(kind):
    app = App(make_member())
    code = app.code() if kind == "code" else app.recovery_codes[0]
    answers, barrier = [], threading.Barrier(4)

    def use():
        factor = SecondFactor.objects.get()
        barrier.wait()
        answers.append(second_factor.use(factor, code))
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["", "", "", kind]


# Recovery codes


def test_a_recovery_code_works_once_and_tells_how_many_are_left(client, app):
    code = app.recovery_codes[3]
    give_password(client, app.account)
    assert client.post(CODE_PAGE, {CODE: code.upper().replace("-", " ")}).status_code == 302

    assert "You have 9 recovery codes left." in client.get(OWN).content.decode()
    assert ("done", "maria", "recovery code used, 9 left") in trail()
    assert second_factor.use(app.factor, code) == ""


def test_recovery_codes_have_eighty_bits_and_are_stored_as_hashes_only(app):
    stored = set(RecoveryCode.objects.values_list("sha256", flat=True))

    assert len(stored) == len(set(app.recovery_codes)) == 10
    for code in app.recovery_codes:
        assert re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code)  # 16 × 5 bits
        assert code not in stored
        assert code.replace("-", "") not in stored


def test_new_recovery_codes_replace_the_old_ones(client, app):
    app.sign_in(client)

    response = client.post(OWN, {CODE: app.new_code(), "_new_codes": ""})

    codes = response.context["codes"]
    assert [second_factor.use(app.factor, code) for code in (app.recovery_codes[0], codes[0])] == ["", "recovery code"]
    text = client.post("/admin/second-factor/recovery-codes/", {"code": codes})
    assert text["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert text.content.decode().splitlines() == ["testserver, maria", *codes]
    assert not any(code in client.get(OWN).content.decode() for code in codes)


def test_the_text_file_repeats_nothing_but_recovery_codes_of_the_account(client, app):
    other = App(make_member("publisher", "pierre"))
    app.sign_in(client)

    for codes in ([], ["<script>"], other.recovery_codes, [*app.recovery_codes, "x"], app.recovery_codes[:1] * 2):
        assert client.post("/admin/second-factor/recovery-codes/", {"code": codes}).status_code == 400


def test_few_recovery_codes_are_a_warning_at_each_sign_in(client, app):
    RecoveryCode.objects.filter(pk__in=list(RecoveryCode.objects.values_list("pk", flat=True)[:7])).delete()

    app.sign_in(client)

    page = client.get(OWN).content.decode()
    assert "You have 3 recovery codes left." in page
    assert "Make new ones soon" in page


# Setting up, and changing


def test_the_first_sign_in_sets_up_an_app_and_shows_recovery_codes(client, maria):
    assert give_password(client, maria, "/admin/conferences/conference/").url == SET_UP
    page = client.get(SET_UP)
    secret = new_secret(page)
    assert client.get(CODE_PAGE).url == "/admin/login/"
    wrong = client.post(SET_UP, {CODE: "123"})
    assert (wrong.status_code, new_secret(wrong)) == (422, secret)
    assert not is_signed_in(client)

    response = client.post(SET_UP, {CODE: pyotp.TOTP(secret).now()})

    assert len(response.context["codes"]) == 10
    assert response.context["next_page"] == "/admin/conferences/conference/"
    assert is_signed_in(client)
    assert client.get(SET_UP).url == "/admin/login/"
    assert [what for _outcome, _who, what in trail()] == [
        *("password accepted, code asked for", "wrong code when setting up", "app set up"),
    ]


def test_the_code_that_set_up_the_app_is_used_up(client, maria):
    give_password(client, maria)
    code = pyotp.TOTP(new_secret(client.get(SET_UP))).now()
    client.post(SET_UP, {CODE: code})

    assert second_factor.use(maria.second_factor, code) == ""


def test_only_the_first_of_two_browsers_sets_up_an_app(client, maria):
    late = Client()
    for each in (late, client):
        give_password(each, maria)
    code = pyotp.TOTP(new_secret(late.get(SET_UP))).now()
    client.post(SET_UP, {CODE: pyotp.TOTP(new_secret(client.get(SET_UP))).now()})
    secret = maria.second_factor.secret

    response = late.post(SET_UP, {CODE: code})

    assert (response.status_code, response.url) == (302, "/admin/login/")
    assert "_auth_user_id" not in late.session
    assert SecondFactor.objects.get().secret == secret


def test_another_app_needs_a_code_of_the_old_one(client, app):
    app.sign_in(client)
    assert errors(client.post(OWN, {CODE: "000000x", "_new_app": ""})) == WITHOUT_CODE
    assert client.get(SET_UP).url == "/admin/login/"

    assert client.post(OWN, {CODE: app.recovery_codes[0], "_new_app": ""}).url == SET_UP
    new = pyotp.TOTP(new_secret(client.get(SET_UP)))
    assert second_factor.use(app.factor, app.new_code()) == "code"  # the old app works until the new one does
    assert client.post(SET_UP, {CODE: new.now()}).status_code == 200

    factor = SecondFactor.objects.get()
    assert second_factor.use(app.factor, app.code(1)) == ""
    assert second_factor.use(factor, new.generate_otp(new.timecode(timezone.now()) + 1)) == "code"
    assert ("done", "maria", "app changed") in trail()


def test_the_qr_code_says_what_the_page_says(client, maria):
    give_password(client, maria)
    page = client.get(SET_UP)
    size, path = page.context["size"], page.context["path"]
    dark = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        dark |= {(int(x) + step, int(y)) for step in range(int(length))}

    import segno

    uri = f"otpauth://totp/testserver:maria?secret={new_secret(page)}&issuer=testserver"
    rows = list(segno.make_qr(uri, error="m").matrix_iter(border=4))
    assert len(rows) == size
    assert dark == {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert "style=" not in page.content.decode()


# Secrets at rest


def test_no_secret_stands_in_the_database(client, maria, tmp_path):
    give_password(client, maria)
    secret = new_secret(client.get(SET_UP))
    app = App(make_member("publisher", "pierre"))
    stored = "".join(
        str(list(model.objects.values_list())) for model in (SecondFactor, RecoveryCode, Session, AuditEntry)
    )
    stored += str([session.get_decoded() for session in Session.objects.all()])

    assert KEY not in stored
    for text in (secret, app.totp.secret, *app.recovery_codes):
        assert text not in stored
        assert text.replace("-", "") not in stored


def test_rotating_encrypts_with_the_first_key_and_needs_the_others_no_more(app, settings, capsys):
    new = Fernet.generate_key().decode()
    settings.CTPORTAL_SECOND_FACTOR_KEYS = [new, KEY]
    call_command("second_factor", "rotate")

    settings.CTPORTAL_SECOND_FACTOR_KEYS = [new]
    assert second_factor.use(SecondFactor.objects.get(), app.code()) == "code"


def test_rotating_names_the_accounts_that_no_key_decrypts(app, settings):
    settings.CTPORTAL_SECOND_FACTOR_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CommandError, match="No key decrypts the secrets of these accounts.*: maria$"):
        call_command("second_factor", "rotate")


def test_a_secret_that_no_key_decrypts_is_told_and_logged_and_a_recovery_code_still_works(
    client, app, settings, caplog
):
    give_password(client, app.account)
    settings.CTPORTAL_SECOND_FACTOR_KEYS = [Fernet.generate_key().decode()]

    status, text = errors(client.post(CODE_PAGE, {CODE: app.code()}))

    assert (status, "ask an administrator to reset it" in text) == (422, True)
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        "No key of CTPORTAL_SECOND_FACTOR_KEYS decrypts the second factor of account maria."
    ]
    assert client.post(CODE_PAGE, {CODE: app.recovery_codes[0]}).status_code == 302


# Resets


def reset_page(account):
    return f"/admin/auth/user/{account.pk}/second-factor/"


def test_a_reset_is_noted_told_by_mail_and_ends_the_sessions(client, boss, app):
    User.objects.filter(pk=app.account.pk).update(email="maria@example.org")
    signed_in, pending = Client(), Client()
    app.sign_in(signed_in)
    give_password(pending, app.account)
    page = reset_page(app.account)
    assert page in client.get(f"/admin/auth/user/{app.account.pk}/change/").content.decode()
    client.get(page)
    assert SecondFactor.objects.filter(account=app.account).exists()

    assert client.post(page).status_code == 302

    assert not SecondFactor.objects.filter(account=app.account).exists()
    assert not is_signed_in(signed_in)
    assert pending.get(CODE_PAGE).url == "/admin/login/"
    assert is_signed_in(client)
    assert ("done", "boss", "account maria: reset") in trail()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["maria@example.org"], "Your second factor was reset")
    assert "of your account maria." in message.body
    assert give_password(signed_in, app.account).url == SET_UP


@pytest.mark.parametrize(
    ("address", "server"), [("maria@example.org", "smtp"), ("maria@example.org", "dummy"), ("", "smtp")]
)
def test_a_reset_goes_on_when_the_mail_cannot_be_sent(client, boss, app, settings, address, server):
    User.objects.filter(pk=app.account.pk).update(email=address)
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = f"django.core.mail.backends.{server}.EmailBackend", 1
    asked = client.get(reset_page(app.account)).content.decode()

    response = client.post(reset_page(app.account), follow=True)

    # A server that does not answer is found out only when it is asked.
    assert ("The owner is told by e-mail." in asked) == (server == "smtp" and bool(address))

    assert "No e-mail could be sent about it: tell them yourself." in response.content.decode()
    assert not SecondFactor.objects.filter(account=app.account).exists()


def test_nobody_resets_their_own_and_only_a_superuser_that_of_a_superuser(client, boss):
    root = App(make_member("administrator", "root", is_superuser=True))
    unset = make_member("editor", "unset")
    for account in (boss.account, root.account, unset):
        assert client.post(reset_page(account)).status_code == 403
    assert SecondFactor.objects.count() == 2

    root.sign_in(client)
    assert client.post(reset_page(boss.account)).status_code == 302


@pytest.mark.parametrize("role", ["editor", "publisher"])
def test_who_may_not_change_accounts_resets_nothing(client, app, role):
    App(make_member(role, "pierre")).sign_in(client)

    assert client.post(reset_page(app.account)).status_code == 403
    assert SecondFactor.objects.filter(account=app.account).exists()


def test_the_operator_resets_by_a_command(app, capsys):
    call_command("second_factor", "reset", "maria")

    assert not SecondFactor.objects.exists()
    assert trail() == [("done", "(command line)", "account maria: reset")]
    with pytest.raises(CommandError, match="“maria” is no account with a second factor"):
        call_command("second_factor", "reset", "maria")


# The code asked again


def routes_of_accounts(account, group):
    """Yield the address of each page of accounts and roles, of *account* and *group*."""
    for address in addresses():
        if address.startswith(("/admin/auth/user/", "/admin/auth/group/")):
            pk = account.pk if "/user/" in address else group.pk
            yield re.sub(r"/(1|x)/", f"/{pk}/", address)


READ_ONLY = re.compile(r"^/admin/auth/(user|group)/((\d+/)?(history/)?)?$")


def test_each_page_of_accounts_and_rights_asks_for_a_code_again(client, boss, app):
    User.objects.filter(pk=boss.account.pk).update(is_superuser=True)  # administrators change no roles
    pages = set(routes_of_accounts(app.account, Group.objects.get(name="editor")))
    changing = {page for page in pages if not READ_ONLY.match(page)}
    opened = {page for page in changing if not page.endswith(("/invite/", "/lift-limits/"))}  # which are buttons
    assert (len(changing), len(opened)) == (10, 8)
    grow_stale(client)

    asked = {page: client.get(page) for page in pages}
    assert {page for page, answer in asked.items() if answer.get("Location", "").startswith(AGAIN)} == opened
    for page in [*changing, "/admin/auth/user/", "/admin/auth/group/"]:
        answer = client.post(page, {"action": "delete_selected", "post": "yes", "username": "other"})
        assert (answer.status_code, answer.context["title"]) == (422, "Enter a code once more"), page
    assert SecondFactor.objects.count() == 2

    url = asked[reset_page(app.account)].url
    assert client.post(url, {CODE: boss.new_code()}).url == reset_page(app.account)
    assert {client.get(page).status_code for page in opened} == {200}
    assert ("done", "boss", "code given again") in trail()


def test_what_was_typed_in_a_form_that_is_sent_too_late_is_kept(client, boss, app):
    page = f"/admin/auth/user/{app.account.pk}/change/"
    values = {
        "username": "maria", "first_name": "María <b>", "is_active": "on", "is_staff": "on", "translates": ["ar", "ru"],
        "groups": [str(Group.objects.get(name="editor").pk)], "date_joined_0": "2026-03-02", "date_joined_1": "09:00",
        "date_joined": "2026-03-02T09:00",
    }  # fmt: skip
    grow_stale(client)
    refused = client.post(page, values)
    kept = refused.context["kept"]
    assert ("translates", "ar") in kept
    assert ("translates", "ru") in kept
    assert 'value="María &lt;b&gt;"' in refused.content.decode()
    wrong = client.post(page, as_posted(kept, "no code"))
    assert (errors(wrong), wrong.context["kept"]) == (WITHOUT_CODE, kept)

    response = client.post(page, as_posted(kept, boss.new_code()))

    assert response.status_code == 302
    app.account.refresh_from_db()
    assert app.account.first_name == "María <b>"


def as_posted(kept, code):
    values = {CODE: code}
    for name, value in kept:
        values.setdefault(name, []).append(value)
    return values


def test_too_many_wrong_codes_keep_what_was_typed_too(client, boss):
    grow_stale(client)
    for _ in range(5):
        client.post("/admin/auth/group/add/", {"name": "Interns", CODE: "no code"})

    response = client.post("/admin/auth/group/add/", {"name": "Interns", CODE: boss.new_code()})

    assert (response.status_code, response.context["kept"]) == (429, [("name", "Interns")])
    assert int(response["Retry-After"]) > 0
    assert not Group.objects.filter(name="Interns").exists()


def test_sealing_asks_for_a_code_again(client, boss):
    conference = make_conference()
    publish(conference, by=make_account("publisher"))
    withdraw(conference, by=make_account("publisher"), reason="A test.")
    edition = Edition.objects.get(type="conference")
    page = f"/admin/conferences/conference/{conference.pk}/versions/{edition.pk}/seal/"
    grow_stale(client)

    assert client.get(page).url.startswith(AGAIN)
    refused = client.post(page, {"reason": "A name", "sure": "on"})
    assert (refused.status_code, refused.context["kept"]) == (422, [("reason", "A name"), ("sure", "on")])
    edition.refresh_from_db()
    assert not edition.is_sealed

    assert client.post(page, {"reason": "A name", "sure": "on", CODE: boss.new_code()}).status_code == 302
    edition.refresh_from_db()
    assert edition.is_sealed


def test_each_page_that_seals_asks_for_a_code_again(client, boss):
    from django.contrib.admin import site

    from ctportal.staff.versions import SealPage

    sealing = [
        pattern.callback.view_class if hasattr(pattern.callback, "view_class") else None
        for admin in site._registry.values()
        for pattern in admin.get_urls()
        if (pattern.name or "").endswith("_seal")
    ]
    assert len(sealing) > 5
    assert set(sealing) <= {SealPage, None}


def test_a_password_is_not_repeated_by_the_page_that_asks_again(client, boss, maria):
    page = f"/admin/auth/user/{maria.pk}/password/"
    typed = {"usable_password": "true", "password1": "not to be repeated", "password2": "not to be repeated"}
    grow_stale(client)

    answers = client.post(page, typed), client.post(page, typed | {CODE: boss.new_code()})

    assert {(answer.status_code, answer.url) for answer in answers} == {(302, f"{AGAIN}?next={quote(page, safe='')}")}
    maria.refresh_from_db()
    assert maria.check_password(PASSWORD)
    assert client.post(AGAIN, {CODE: boss.new_code()}).status_code == 302
    assert client.post(page, typed).status_code == 302


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https:evil", "javascript:1", "%09//evil", "nowhere", ""]
)
def test_the_code_asked_again_leads_to_pages_of_this_site_only(client, boss, wanted):
    grow_stale(client)

    assert client.post(f"{AGAIN}?next={wanted}", {CODE: boss.new_code()}).url == DASHBOARD


def test_five_minutes_are_counted_from_the_last_code(client, boss, frozen_clock):
    boss.sign_in(client)
    frozen_clock.tick(minutes=5)
    assert client.get("/admin/auth/user/add/").status_code == 200
    frozen_clock.tick(seconds=1)
    assert client.get("/admin/auth/user/add/").url.startswith(AGAIN)


# Odd input

ODD = [
    *("", " ", "0", "-1", "000000", "9" * 5000, "١٢٣٤٥٦", "²²²²²²", "１２３４５６", "①②③④⑤⑥", "12345６", "1e5", "0x1234"),
    *("\0", "123\x00456", "\u202e123456", "\ud7ff", "\U0001f600" * 16, "a" * 16, "a" * 100, "a" * 101, "aaaa-aaaa-aaaa-aaaa"),
    *("' OR 1=1 --", "<script>", "%s", "%(n)d", "{{ 1 }}", "../..", "\r\nSet-Cookie: a=b", "é" * 16, "İ" * 16, "a b" * 30, "__proto__", "ß" * 8, "ﬀ" * 8),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("page", [CODE_PAGE, SET_UP, OWN, AGAIN, "/admin/auth/group/add/", "reset"])
def test_odd_input_is_no_error_of_the_server(app, page, monkeypatch):
    from ctportal.accounts import limits

    monkeypatch.setattr(limits, "check", lambda *_: None)
    client = Client(raise_request_exception=False)
    boss = App(make_member("administrator", "boss"))
    if page == SET_UP:
        give_password(client, make_member("editor", "new"))
    elif page == CODE_PAGE:
        give_password(client, app.account)
    else:
        boss.sign_in(client)
        grow_stale(client)
    page = reset_page(app.account) if page == "reset" else page

    statuses = {client.post(page, {CODE: text, "name": text, text[:50] or "x": text}).status_code for text in ODD}

    assert len(ODD) * 6 >= 200
    assert statuses <= {400, 422}
    assert {client.get(page, {"next": text}).status_code for text in ODD} <= {200, 302, 400}
