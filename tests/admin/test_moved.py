"""The kind of a document is changed, or a record is deleted, while somebody has it open: nothing that was typed is lost."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from ctportal.workflow import revisions
from documents.models import Document
from tests.admin.forms import AdminForm, delete, errors_of
from tests.admin.test_forms import address
from tests.factories import make_account, make_conference, make_document, make_user

pytestmark = pytest.mark.django_db
MOVED = "The kind of “The minister’s remarks” has changed since you opened it: it is now listed under “Press releases”."
IN_FORM = "This is its form, with what you typed. Nothing is saved yet: check it, then save."
KEPT = "Nothing was saved. This browser keeps an unsaved copy of what you typed and offers it when you open the form again."


def page(entry, document, name="change"):
    return f"/admin/documents/{entry}/{document.pk}/{name}/"


@pytest.fixture
def other(db):
    client = Client()
    client.force_login(make_account("editor", "other", first_name="Olga"))
    return client


@pytest.fixture
def statement(db):
    return make_document(kind="statement", title="Remarks", body="<p>As it was</p>", dateline="")


def become_a_press_release(other, document, **values):
    """What Olga does in the entry of all documents."""
    form = AdminForm(other, page("document", document)).fill(kind="press-release", **values)
    assert form.press("_continue").status_code == 302
    document.refresh_from_db()
    assert document.kind == "press-release"


@pytest.mark.parametrize(
    "name", ["change", "history", "versions", "delete", "share", "versions/compare", "language/ru", "history/compare"]
)
def test_an_address_in_the_entry_of_the_kind_before_leads_on(staff, other, statement, name):
    become_a_press_release(other, statement)

    response = staff.get(f"{page('statement', statement, name)}?a=b")

    assert response.status_code == 302
    assert response["Location"] == f"{page('pressrelease', statement, name)}?a=b"


def test_what_was_typed_is_in_the_form_of_the_new_kind(staff, other, statement):
    mine = AdminForm(staff, page("statement", statement))
    become_a_press_release(other, statement, dateline="Minsk, 4 September", title="The minister’s remarks")

    mine.fill(title="My title", body="<p>My long text</p>", place="Minsk", symbol="S/2019/123")
    response = mine.press("_continue")

    assert response.status_code == 422
    assert errors_of(response)["__all__"] == [
        f"{MOVED} {IN_FORM}",
        "This form has no field for some of what you typed. Copy it if you still need it: UN symbol: S/2019/123",
        "Someone else has saved this record since you opened it. For each field, choose what to keep, then save again.",
    ]
    assert [c.name for c in response.context["portal"]["conflicts"]] == ["title"]
    assert f'action="{page("pressrelease", statement)}"' in response.content.decode()
    statement.refresh_from_db()
    assert (statement.place, statement.original_title) == ("", "The minister’s remarks")

    again = mine.again(response)
    again.address = page("pressrelease", statement)
    assert again.fill(**{"choose-title": "mine"}).press("_continue").status_code == 302
    saved = Document.objects.get(pk=statement.pk)
    assert (saved.original_title, saved.versions.get().body) == ("My title", "<p>My long text</p>")
    assert (saved.kind, saved.place, saved.dateline) == ("press-release", "Minsk", "Minsk, 4 September")


def test_what_was_typed_in_rows_is_in_the_form_of_the_new_kind(staff, other, statement):
    target = make_document()
    mine = AdminForm(staff, page("statement", statement))
    become_a_press_release(other, statement)

    again = mine.again(mine.add_row("relations", kind="cites", target=str(target.pk)).press("_publish"))
    again.address = page("pressrelease", statement)

    assert again.press("_continue").status_code == 302
    assert [(row.kind, row.target) for row in statement.relations.all()] == [("cites", target)]


def test_a_language_typed_in_the_entry_of_the_kind_before_is_saved(staff, other, statement):
    mine = AdminForm(staff, page("statement", statement, "language/ru"))
    become_a_press_release(other, statement)

    response = mine.fill(title="Речь").press("_save")

    assert (response.status_code, statement.versions.get(language="ru").title) == (302, "Речь")
    assert staff.get(response["Location"])["Location"] == page("pressrelease", statement, "language/ru")


def test_restoring_a_state_of_another_kind_leads_to_the_entry_of_that_kind(staff, other, statement):
    AdminForm(staff, page("statement", statement)).fill(place="Minsk").press("_continue")
    revision = revisions.revisions_of(statement)[0]
    become_a_press_release(other, statement)
    history = page("pressrelease", statement, f"history/{revision.pk}")
    mark = re.search(r'name="mark" value="([^"]+)"', staff.get(history).content.decode())[1]

    response = staff.post(history, {"mark": mark})

    assert (response.status_code, response["Location"]) == (302, page("statement", statement))
    assert staff.get(response["Location"]).status_code == 200


# Who may not read it learns nothing


def like_what_never_was(client, document):
    """Whether every address of *document* in the entry of statements answers as one of a document that never was."""
    never = Document(pk=987654)
    for name in ("change", "history", "language/ru", "delete"):
        for ask in (client.get, client.post):
            found, expected = (ask(page("statement", each, name)) for each in (document, never))
            assert found.status_code == expected.status_code, name
            location, meant = (answer.headers.get("Location") for answer in (found, expected))
            assert location == meant, name
    return True


def test_to_a_contributor_a_hidden_document_of_another_kind_never_was(client):
    client.force_login(make_account("contributor"))
    hidden, mine = (
        make_document(kind="press-release"),
        make_document(kind="press-release", created_by=make_user("contributor")),
    )

    assert like_what_never_was(client, hidden)
    assert client.get(page("statement", mine))["Location"] == page("pressrelease", mine)


@pytest.mark.parametrize(
    ("right", "entry", "kind"),
    [
        ("change_statement", "statement", "statement"),
        ("change_pressrelease", "pressrelease", "press-release"),
    ],
)
def test_who_has_a_right_to_one_of_the_entries_alone_learns_nothing(client, right, entry, kind):
    user = make_user("guest", is_staff=True)
    rights = [right, "read_all_drafts", "edit_all_drafts"]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    assert client.get(page(entry, make_document(kind=kind))).status_code == 200

    assert like_what_never_was(client, make_document(kind="press-release"))


# Deleted meanwhile


def messages_after(client, response):
    return [str(message) for message in client.get(response["Location"]).context["messages"]]


def test_who_saves_what_was_deleted_meanwhile_is_told_where_everything_is(staff, other):
    conference = make_conference(name="Minsk")
    revisions.keep(conference, by="", comment="Made.")
    mine = AdminForm(staff, address(conference)).fill(venue="Palace")
    assert delete(other, address(conference, "delete")).status_code == 302

    response = mine.press("_continue")

    [message] = messages_after(staff, response)
    assert message.startswith(f"“Minsk” has since been deleted. {KEPT} <a href=")
    link = re.search(r'href="([^"]+)"', message)[1]
    assert "Recover this draft" in staff.get(link).content.decode()
    assert AdminForm(staff, link).press("_recover")["Location"] == address(conference)


def test_who_may_not_recover_it_is_not_told_whether_it_ever_was(client):
    client.force_login(make_account("contributor"))
    conference = make_conference(name="A secret name")
    revisions.keep(conference, by="", comment="Made.", always=True)
    never, gone = "/admin/conferences/conference/987654/change/", address(conference)
    conference.delete()

    told = [messages_after(client, client.post(each, {"venue": "x"})) for each in (gone, never)]

    assert told == [[f"This record does not exist or no longer exists. {KEPT}"]] * 2
