"""The rights of each role, written out by hand, and what "one's own" means."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User

from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from ctportal.workflow import roles
from tests.factories import make_account, make_conference, make_document, make_person, make_photo, make_user

pytestmark = pytest.mark.django_db

ROLES = ("contributor", "editor", "translator", "photo editor", "publisher", "administrator")
ACTIONS = {"all": {"add", "change", "delete", "view"}, "view": {"view"}, "view+add": {"view", "add"}, "–": set()}
# Rights on each model, in the order of ROLES. A proxy has rights of its own.
RIGHTS = {
    "conferences.conference": "all all view view all all",
    "conferences.conferencetext": "all all view view all all",
    "conferences.session": "all all view view all all",
    "conferences.seriesentry": "all all view view all all",
    "conferences.announceddate": "all all view view all all",
    "conferences.maintopic": "all all view view all all",
    "conferences.organizationrole": "all all view view all all",
    "conferences.appearance": "all all view view all all",
    "conferences.figure": "all all view view all all",
    "conferences.reference": "all all view view all all",
    "conferences.link": "all all view view all all",
    "conferences.conferencerelation": "all all view view all all",
    "conferences.sameas": "all all view view all all",
    "conferences.expecteddocument": "all all view view all all",
    "conferences.photo": "all all view all all all",
    "conferences.person": "all all view view+add all all",
    "conferences.organization": "all all view view all all",
    "conferences.series": "all all view view all all",
    "conferences.theme": "all all view view all all",
    "documents.document": "all all view view all all",
    "documents.languageversion": "all all view view all all",
    "documents.documentrelation": "all all view view all all",
    "documents.issuer": "all all view view all all",
    "documents.delivery": "all all view view all all",
    "documents.mention": "all all view view all all",
    "documents.cochairssummary": "all all view view all all",
    "documents.pressrelease": "all all view view all all",
    "documents.statement": "all all view view all all",
    "documents.otherdocument": "all all view view all all",
    "publishing.edition": "– – – – view view",
    "publishing.facet": "– – – – view view",
    "publishing.relation": "– – – – view view",
    "publishing.redirect": "– – – – view view",
    "files.storedfile": "– – – – view view",
    "publishing.editionfile": "– – – – view view",
    "workflow.editionrevision": "– – – – view view",
    "publishing.withdrawal": "– – – – view view",
    "publishing.ledgerentry": "– – – – view view",
    "workflow.unreviewededit": "– – – – view view",
    "workflow.workflowstep": "– – – – view view",
    "staff.sharelink": "– – – – view view",
    "staff.shareopening": "– – – – view view",
    "accounts.attemptcounter": "– – – – – –",
    "accounts.secondfactor": "– – – – – –",
    "accounts.recoverycode": "– – – – – –",
    "accounts.invitation": "– – – – – –",
    "staff.presence": "– – – – view view",
    "publishing.epochmark": "– – – – view view",
    "workflow.auditentry": "– – – – – view",
    "auth.user": "– – – – – all",
    "auth.group": "– – – – – view",
    "auth.permission": "– – – – – view",
}
SPECIAL = {
    "contributor": set(),
    "editor": {"read_all_drafts", "edit_all_drafts"},
    "translator": {"read_all_drafts"},
    "photo editor": {"read_all_drafts", "edit_all_drafts"},
    "publisher": {"read_all_drafts", "edit_all_drafts", "publish_records"},
    "administrator": {"read_all_drafts", "edit_all_drafts", "publish_records", "seal_edition"},
}
TONGUES = {f"translate_{code}" for code in ("ar", "zh", "en", "fr", "ru", "es")}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_the_rights_of_the_table_and_no_others(role):
    user = make_account(role)

    wanted = {f"publishing.{right}" for right in SPECIAL[role]}
    for model, rights in RIGHTS.items():
        app, name = model.split(".")
        wanted |= {f"{app}.{action}_{name}" for action in ACTIONS[rights.split()[ROLES.index(role)]]}

    assert user.get_all_permissions() == wanted


def test_every_model_that_has_rights_stands_in_the_table():
    ours = [
        config
        for config in apps.get_app_configs()
        if config.label in ("auth", "conferences", "documents", "files", "publishing", "workflow", "accounts", "staff")
    ]
    models = {model._meta.label_lower for config in ours for model in config.get_models()}
    registered = {model._meta.label_lower for model in admin.site._registry}

    assert set(RIGHTS) == models | registered


def test_every_special_right_stands_in_the_table():
    given = set().union(*SPECIAL.values())
    assert {right for right, _name in Edition._meta.permissions} == given | TONGUES


def test_every_role_stands_in_the_table():
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


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
