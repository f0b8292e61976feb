"""Who may do what: roles as groups of accounts, and the questions that the admin and the workflow ask.

The rights of a role are this portal's own: they are set again after each migrate. An account may have several roles.
Three things decide: Django's right on the model, whether the record is one's own, and the rights of the public side
(``publish_records``, ``read_all_drafts``, ``edit_all_drafts``, ``seal_edition``, ``translate_<language>``).
docs/editors/workflow.md shows the table; tests/workflow/test_roles.py spells it out.
"""

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models import Exists, OuterRef, Q

from ctportal.core import languages
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition

CONTRIBUTOR, EDITOR, TRANSLATOR = "contributor", "editor", "translator"
PHOTO_EDITOR, PUBLISHER, ADMINISTRATOR = "photo editor", "publisher", "administrator"
ROLES = (CONTRIBUTOR, EDITOR, TRANSLATOR, PHOTO_EDITOR, PUBLISHER, ADMINISTRATOR)

CONTENT = ("conferences", "documents")
ALL_DRAFTS = ("publishing.read_all_drafts", "publishing.edit_all_drafts")
FROZEN = ("files", "publishing", "workflow", "staff")  # apps whose rows nobody writes by hand
PUBLISH = "publishing.publish_records"
SEAL = "publishing.seal_edition"


def translate(language):
    """The right to translate into *language* (a code)."""
    return f"publishing.translate_{language}"


def _is_given(role, app, model, action):
    """Whether *role* has Django's right *action* ("add", "change" …) on *model*, a lower-case name."""
    if role == ADMINISTRATOR:
        return app in (*CONTENT, "auth") or (app in FROZEN and action == "view")
    if app in FROZEN:
        return action == "view" and role == PUBLISHER and model != "auditentry"
    if app not in CONTENT:
        return False
    if role == TRANSLATOR:
        return action == "view"
    if role == PHOTO_EDITOR:
        return action == "view" or model == "photo" or (model == "person" and action == "add")
    return True


SPECIAL = {
    CONTRIBUTOR: (),
    EDITOR: ALL_DRAFTS,
    TRANSLATOR: ("publishing.read_all_drafts",),  # and the languages, given to each account
    PHOTO_EDITOR: ALL_DRAFTS,
    PUBLISHER: (*ALL_DRAFTS, PUBLISH),
    ADMINISTRATOR: (*ALL_DRAFTS, PUBLISH, SEAL),
}


def rights_of(role, permissions):
    """Those of *permissions* (Permission rows with their content type) that *role* has."""
    for permission in permissions:
        app, model = permission.content_type.app_label, permission.content_type.model
        action = permission.codename.removesuffix(f"_{model}")
        ordinary = action in ("add", "change", "delete", "view") and _is_given(role, app, model, action)
        if ordinary or f"{app}.{permission.codename}" in SPECIAL[role]:
            yield permission


def install_roles(using: str = "default") -> None:
    """Make the groups of ROLES with exactly their rights. Runs after each migrate, and may run at any time."""
    labels = ("auth", *FROZEN, *CONTENT)
    for label in labels:
        config = apps.get_app_config(label)
        create_contenttypes(config, verbosity=0, using=using)
        create_permissions(config, verbosity=0, using=using)
    rows = Permission.objects.using(using).filter(content_type__app_label__in=labels)
    permissions = list(rows.select_related("content_type"))
    groups = {role: Group.objects.using(using).get_or_create(name=role)[0] for role in ROLES}
    _give(groups, {role: {p.pk for p in rights_of(role, permissions)} for role in ROLES}, using)


def _give(groups, wanted, using):
    """Write the difference between what each group has and what is *wanted* ({role: primary keys of permissions})."""
    rows = Group.permissions.through.objects.using(using)
    has = set(rows.filter(group__in=groups.values()).values_list("group_id", "permission_id"))
    should = {(groups[role].pk, pk) for role in wanted for pk in wanted[role]}
    for group, permission in has - should:
        rows.filter(group_id=group, permission_id=permission).delete()
    rows.bulk_create(rows.model(group_id=group, permission_id=pk) for group, pk in sorted(should - has))


# Questions. *user* is an account; who is not signed in has no right at all.


def has_right(user, record, *actions):
    """Whether *user* has one of Django's rights *actions* on the kind of thing that *record* is (object or class)."""
    opts = record._meta
    return any(user.has_perm(f"{opts.app_label}.{get_permission_codename(action, opts)}") for action in actions)


def is_own(user, record):
    return record.created_by_id is not None and record.created_by_id == user.pk


def may_read(user, record):
    """Whether *user* may read the draft of *record*."""
    if not has_right(user, record, "view", "change"):
        return False
    return user.has_perm("publishing.read_all_drafts") or is_own(user, record)


def may_edit(user, record):
    """Whether *user* may write the draft of *record*."""
    if not has_right(user, record, "change"):
        return False
    return user.has_perm("publishing.edit_all_drafts") or is_own(user, record)


def may_translate(user, record, language):
    """Whether *user* may write *record* in *language* on its page of its own."""
    return may_edit(user, record) or (may_read(user, record) and user.has_perm(translate(language)))


def may_publish(user, record=None):
    """Whether *user* may approve, unschedule, withdraw and restore."""
    return user.has_perm(PUBLISH) and (record is None or has_right(user, record, "change"))


def readable(queryset, user):
    """The records of *queryset* whose drafts *user* may read."""
    if user.has_perm("publishing.read_all_drafts"):
        return queryset
    return queryset.filter(created_by=user)


def choosable(queryset, user):
    """The records of *queryset* that *user* may name in a record of their own: those they may read, and those of which
    the public reads exactly what the draft says, so that a choice tells nothing that is not public."""
    if user.has_perm("publishing.read_all_drafts"):
        return queryset
    same = Edition.objects.public(epoch.now()).filter(uid=OuterRef("uid"), sha256=OuterRef("draft_sha256")).order_by()
    if hasattr(queryset.model, "slug"):
        same = same.filter(slug=OuterRef("slug"))
    return queryset.filter(Q(created_by=user) | Q(Exists(same)))


def languages_of(user):
    """Codes of the languages that *user* may translate into."""
    return [code for code in languages.CODES if user.has_perm(translate(code))]
