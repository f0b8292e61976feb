"""The rights of each role, written out by hand, and what "one's own" means."""

import pytest
from django.contrib.auth.models import Group, Permission, User

from ctportal.publishing import roles
from ctportal.publishing.gate import refresh_draft
from ctportal.publishing.services import publish
from tests.factories import make_account, make_conference, make_document, make_person, make_photo, make_user

pytestmark = pytest.mark.django_db

ALL = {"add", "change", "delete", "view"}
READ = {"view"}
# Rights on: conferences, documents, photos, people, accounts, editions, the audit trail; then the special ones.
RIGHTS = {
    "contributor": (ALL, ALL, ALL, ALL, set(), set(), set(), set()),
    "editor": (ALL, ALL, ALL, ALL, set(), set(), set(), {"read_all_drafts", "edit_all_drafts"}),
    "translator": (READ, READ, READ, READ, set(), set(), set(), {"read_all_drafts"}),
    "photo editor": (READ, READ, ALL, {"view", "add"}, set(), set(), set(), {"read_all_drafts", "edit_all_drafts"}),
    "publisher": (ALL, ALL, ALL, ALL, set(), READ, set(), {"read_all_drafts", "edit_all_drafts", "publish_records"}),
    "administrator": (
        *(ALL, ALL, ALL, ALL, ALL, READ, READ),
        {"read_all_drafts", "edit_all_drafts", "publish_records", "seal_edition"},
    ),
}
MODELS = [
    *(("conferences", "conference"), ("documents", "document"), ("conferences", "photo"), ("conferences", "person")),
    *(("auth", "user"), ("publishing", "edition"), ("publishing", "auditentry")),
]
SPECIAL = {"read_all_drafts", "edit_all_drafts", "publish_records", "seal_edition"}


@pytest.mark.parametrize("role", RIGHTS)
def test_a_role_has_the_rights_of_the_table_and_no_others(role):
    user = make_account(role)
    found = [{action for action in ALL if user.has_perm(f"{app}.{action}_{model}")} for app, model in MODELS]
    special = {right for right in SPECIAL if user.has_perm(f"publishing.{right}")}

    assert (*found, special) == RIGHTS[role]
    assert not any(user.has_perm(f"publishing.translate_{code}") for code in ("ar", "zh", "en", "fr", "ru", "es"))


def test_every_role_stands_in_the_table():
    assert set(Group.objects.values_list("name", flat=True)) == set(RIGHTS)


def test_rights_added_to_or_taken_from_a_role_are_set_again_after_a_migrate():
    translator = Group.objects.get(name="translator")
    rights = set(translator.permissions.all())
    translator.permissions.add(Permission.objects.get(codename="publish_records"))
    translator.permissions.remove(Permission.objects.get(codename="view_conference"))

    roles.install_roles()

    assert set(translator.permissions.all()) == rights


def test_a_contributor_reads_and_edits_their_own_drafts_alone():
    contributor, other = make_account("contributor"), make_account("contributor", "other")
    mine, theirs = make_conference(created_by=contributor), make_conference(created_by=other)
    nobodys = make_conference()

    assert [roles.may_edit(contributor, record) for record in (mine, theirs, nobodys)] == [True, False, False]
    assert [roles.may_read(contributor, record) for record in (mine, theirs, nobodys)] == [True, False, False]
    # From all rows there are, those of others among them.
    assert list(roles.readable(type(mine).objects.all(), contributor)) == [mine]


def test_a_contributor_may_name_what_the_public_reads_and_nothing_else():
    contributor, publisher = make_account("contributor"), make_user()
    public, changed, draft = make_person("Public"), make_person("Changed"), make_person("Draft")
    conference = make_conference(slug="public-conference")
    conference.appearances.create(person=public)
    conference.appearances.create(person=changed)
    publish(conference, by=publisher)
    changed.name_en = "A name nobody has read"
    changed.save()
    people = type(public).objects.order_by("pk")
    for person in people:
        refresh_draft(person)

    assert list(roles.choosable(people, contributor)) == [public]
    assert list(roles.choosable(people, make_account("editor"))) == [public, changed, draft]
    conference.slug = "another-address"
    conference.save()
    assert list(roles.choosable(type(conference).objects.all(), contributor)) == []


def test_a_translator_writes_the_languages_given_to_them_and_no_others():
    translator = make_account("translator")
    translator.user_permissions.add(Permission.objects.get(codename="translate_ru"))
    translator = User.objects.get(pk=translator.pk)
    document = make_document()

    assert roles.may_translate(translator, document, "ru")
    assert not roles.may_translate(translator, document, "ar")
    assert not roles.may_edit(translator, document)
    assert roles.languages_of(translator) == ["ru"]


def test_a_photo_editor_edits_photos_and_reads_the_rest():
    user, photo = make_account("photo editor"), make_photo(make_conference())

    assert roles.may_edit(user, photo)
    assert roles.may_read(user, photo.conference)
    assert not roles.may_edit(user, photo.conference)


def test_a_locked_account_has_no_right_left():
    user = make_account("administrator")
    user.is_active = False
    user.save()
    user = User.objects.get(pk=user.pk)

    assert not roles.may_read(user, make_conference())
    assert not roles.may_publish(user)
