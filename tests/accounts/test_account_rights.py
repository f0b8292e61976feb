"""User names, passwords, and what an administrator of content may not do with accounts."""

import itertools
from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from ctportal.workflow.models import AuditEntry
from tests.admin.forms import AdminForm, errors_of
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    """Return a client signed in with the role administrator."""
    client.force_login(make_account("administrator", "boss"))
    return client


@pytest.fixture(params=["superuser", "single right", "another group"])
def above(request):
    """Return an account with a right that an administrator may not give."""
    account = make_user("above", is_superuser=request.param == "superuser", email="above@example.org")
    if request.param == "single right":
        account.user_permissions.add(Permission.objects.get(codename="change_group"))
    if request.param == "another group":
        account.groups.add(Group.objects.create(name="technicians"))
    return account


@pytest.mark.parametrize("page", ["auth/", "auth/user/", "auth/user/add/"])
def test_its_pages_stand_under_a_plain_name(administrator, page):
    html = administrator.get(f"/admin/{page}").text

    assert ("Authentication and Authorization" in html, "Accounts" in html) == (False, True)


def row(account):
    """Return all that an administrator could change of *account*."""
    account = User.objects.get(pk=account.pk)
    groups, rights = account.groups.all(), account.user_permissions.all()
    return {**account.__dict__, "_state": None, "groups": {*groups}, "user_permissions": {*rights}}


def page(account, name="change"):
    return f"/admin/auth/user/{account.pk}/{name}/"


def test_the_forms_of_accounts_speak_of_roles_and_of_e_mail_in_the_same_words(administrator):
    for address in ("/admin/auth/user/add/", page(make_account("editor"))):
        fields = administrator.get(address).context["adminform"].form.fields
        assert (fields["groups"].label, fields["email"].label) == ("Roles", "E-mail address")
        assert str(fields["groups"].help_text).startswith("They say what the account may do.")


# Accounts above


POSTED = {
    "change": {"username": "above", "email": "boss@example.org", "is_active": "", "_save": "1"},
    "password": {"usable_password": "true", "password1": "a quite new one", "password2": "a quite new one"},
    "delete": {"post": "yes"},
}


@pytest.mark.parametrize("name", POSTED)
def test_an_administrator_cannot_change_an_account_above(administrator, above, name):
    before = row(above)

    response = administrator.post(page(above, name), POSTED[name])

    assert response.status_code == 403
    assert row(above) == before
    refusal = AuditEntry.objects.latest("pk")
    assert (refusal.kind, refusal.outcome, refusal.who) == ("refusal", "refused", "boss")


def test_an_administrator_cannot_delete_an_account_above_among_others(administrator, above):
    other = make_account("editor")

    chosen = {"action": "delete_selected", "_selected_action": [above.pk, other.pk], "post": "yes"}
    administrator.post("/admin/auth/user/", chosen)

    assert User.objects.filter(pk__in=[above.pk, other.pk]).count() == 2


def test_an_administrator_reads_an_account_above(administrator, above):
    response = administrator.get(page(above))

    assert response.status_code == 200
    assert b'name="_save"' not in response.content
    assert b'name="email"' not in response.content


def test_a_superuser_changes_and_deletes_all_of_it(client, above):
    client.force_login(make_user("root", is_superuser=True))

    form = AdminForm(client, page(above)).fill(email="new@example.org", is_superuser="on")
    assert form.press("_save").status_code == 302
    above.refresh_from_db()
    assert (above.email, above.is_superuser) == ("new@example.org", True)
    assert client.post(page(above, "delete"), POSTED["delete"]).status_code == 302
    assert not User.objects.filter(pk=above.pk).exists()


# What may be given


@pytest.mark.parametrize("forged", [{"is_superuser": "on"}, {"user_permissions": ["1"]}])
@pytest.mark.parametrize("who", ["editor", "boss"])
def test_an_administrator_makes_nobody_superuser_and_gives_no_single_rights(administrator, forged, who):
    account = User.objects.filter(username=who).first() or make_account("editor")
    form = AdminForm(administrator, page(account))
    before = row(account)

    assert not form.values.keys() & {"is_superuser", "user_permissions"}
    response = form.fill(**forged).press("_save")

    assert response.status_code == 403
    assert row(account) == before


@pytest.mark.parametrize("forged", [{"is_superuser": "on"}, {"user_permissions": ["1"]}])
def test_an_administrator_adds_no_superuser_and_no_account_with_single_rights(administrator, forged):
    response = AdminForm(administrator, "/admin/auth/user/add/").fill(username="new", **forged).press("_save")

    assert response.status_code == 403
    assert not User.objects.filter(username="new").exists()


def test_an_administrator_gives_the_six_roles_and_no_other_group(administrator):
    account, technicians = make_account("editor"), Group.objects.create(name="technicians")
    publisher = Group.objects.get(name="publisher")
    form = AdminForm(administrator, page(account))

    response = form.fill(groups=[str(technicians.pk)]).press("_save")

    assert list(errors_of(response)) == ["groups"]
    AdminForm(administrator, page(account)).fill(groups=[str(publisher.pk)]).press("_save")
    assert list(account.groups.all()) == [publisher]


@pytest.mark.parametrize("name", ["change", "delete"])
def test_an_administrator_cannot_change_a_role(administrator, name):
    role = Group.objects.get(name="editor")
    before = set(role.permissions.all())

    response = administrator.post(f"/admin/auth/group/{role.pk}/{name}/", {"name": "editor", "post": "yes"})

    assert response.status_code == 403
    assert set(Group.objects.get(name="editor").permissions.all()) == before
    assert administrator.post("/admin/auth/group/add/", {"name": "new"}).status_code == 403


@pytest.mark.parametrize("role", ["contributor", "editor", "translator", "photo editor", "publisher"])
def test_nobody_else_reaches_accounts(client, role):
    client.force_login(make_account(role))
    other = make_account("editor", "other")

    names = ("change", "password", "delete", "history")
    addresses = ["/admin/auth/user/", "/admin/auth/user/add/", *(page(other, name) for name in names)]

    assert {client.post(address).status_code for address in addresses} == {403}


# User names

# In the order of the list: other scripts and widths, invisible characters, upper case, punctuation, length.
ODD = (
    *("аdmin", "admın", "àdmin", "admin\u0301", "ａdmin", "ⓐdmin", "مدير", "管理员", "админ", "🦊"),
    *("ad\u200bmin", "ad\u202emin", "ad\u00admin", "\ufeffadmin", "ad\0min", "ad\nmin", "ad\tmin", "ad min"),
    *("Admin", "ADMIN", "admiN", "İadmin", "ſadmin", "Kadmin"),
    *("admin@example.org", "a+b", "a/b", "a\\b", "a'b", 'a"b', "a<b", "a&b", "a=b", "a;b", "a,b", "a:b", "a%b", "a$b"),
)
SPELLINGS = (
    [
        before + name + after
        for name, (before, after) in itertools.product(
            ODD, [("", ""), ("x", ""), ("", "x"), ("x", "9"), ("-", ""), ("", ".")]
        )
    ]
    + [character + "x" for character in "!#()*?[]^`{|}~§€«»°·¡¿“”‘’–—…×÷±µ¶ßøåæñçéüöäÄÖÜ"]
    + ["a" * n for n in range(61, 110)]
)


def test_no_spelling_but_the_plain_one_becomes_an_account():
    assert len(set(SPELLINGS)) >= 320

    for name in SPELLINGS:
        with pytest.raises(ValidationError):
            User.objects.create(username=name)

    assert not User.objects.exists()


def test_an_account_is_not_renamed_to_an_invalid_name():
    account = make_user("maria")

    with pytest.raises(ValidationError, match="a to z"):
        User(pk=account.pk, username="Maria").save()

    assert User.objects.get().username == "maria"


@pytest.mark.parametrize("name", ["Ada", "ada lovelace", "ада", "ada@example.org", "a" * 61, "ada\0"])
@pytest.mark.parametrize("address", ["/admin/auth/user/add/", "/admin/auth/user/{}/change/"])
def test_the_forms_refuse_an_invalid_name_and_say_what_is_valid(administrator, address, name):
    form = AdminForm(administrator, address.format(make_account("editor").pk))

    response = form.fill(username=name).press("_save")

    assert response.status_code == 422
    assert len(errors_of(response)["username"]) == 1
    assert set(User.objects.values_list("username", flat=True)) == {"boss", "editor"}


def test_the_message_says_what_a_user_name_is(administrator):
    response = AdminForm(administrator, "/admin/auth/user/add/").fill(username="Ada").press("_save")

    assert errors_of(response)["username"] == [
        "“Ada” cannot be a user name. A user name has 1 to 60 of these characters: a to z, 0 to 9, “.”, “_” and “-”."
    ]


@pytest.mark.parametrize("name", ["Root", "root@example.org", "r" * 61])
def test_createsuperuser_refuses_an_invalid_name(name):
    with pytest.raises(CommandError, match="a to z"):
        call_command("createsuperuser", interactive=False, username=name, email="root@example.org", stdout=StringIO())

    assert not User.objects.exists()


def test_createsuperuser_takes_a_valid_name():
    call_command(
        "createsuperuser", interactive=False, username="root-1.a_b", email="root@example.org", stdout=StringIO()
    )

    assert User.objects.get().username == "root-1.a_b"


# Passwords


@pytest.mark.parametrize(
    "password",
    [
        "eleven-char",
        "password1234",
        "administrator",
        "Administrator123",
        "ctportal-demo-1",
        "photo editor 1!",
        "ada.lovelace1",
    ],
)
def test_short_common_and_own_passwords_are_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="ada.lovelace"))


@pytest.mark.parametrize(
    "password", ["correct horse battery", "a conference in Dushanbe 2019", "пароль длинный и свой"]
)
def test_other_passwords_are_taken(password):
    validate_password(password, User(username="ada.lovelace"))
