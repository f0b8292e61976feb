"""Roles, which are groups of accounts, and the permission checks of the admin and the workflow.

The permissions of a role are set again after each migrate. An account may have several roles. Three things decide: Django's
permission on the model, whether the user created the record, and the permissions
(``publish_records``, ``read_all_drafts``, ``edit_all_drafts``, ``seal_edition``, ``translate_<language>``).
docs/editors/workflow.md shows the table; tests/workflow/test_roles.py spells it out.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from ctportal.core import languages
from ctportal.core.types import AnyUser
from ctportal.publishing import epoch
from ctportal.publishing.base_models import Record
from ctportal.publishing.models import Edition

CONTRIBUTOR, EDITOR, TRANSLATOR = "contributor", "editor", "translator"
PHOTO_EDITOR, PUBLISHER, ADMINISTRATOR = "photo editor", "publisher", "administrator"
ROLES = (CONTRIBUTOR, EDITOR, TRANSLATOR, PHOTO_EDITOR, PUBLISHER, ADMINISTRATOR)

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=Record)

CONTENT = ("conferences", "documents")
ALL_DRAFTS = ("publishing.read_all_drafts", "publishing.edit_all_drafts")
FROZEN = ("files", "publishing", "workflow", "accounts", "staff")  # apps whose rows nobody edits in the admin
PUBLISH = "publishing.publish_records"
SEAL = "publishing.seal_edition"


def translate(language: str) -> str:
    """Return the name of the permission to translate into *language* (a code)."""
    return f"publishing.translate_{language}"


def _is_given(role: str, app: str, model: str, action: str) -> bool:
    """Return whether *role* has Django's permission *action* ("add", "change" …) on *model*, a lower-case name."""
    if role == ADMINISTRATOR:
        return app in CONTENT or (app, model) == ("auth", "user") or (app in ("auth", *FROZEN) and action == "view")
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
    TRANSLATOR: ("publishing.read_all_drafts",),  # each account has permissions for its languages besides
    PHOTO_EDITOR: ALL_DRAFTS,
    PUBLISHER: (*ALL_DRAFTS, PUBLISH),
    ADMINISTRATOR: (*ALL_DRAFTS, PUBLISH, SEAL),
}


def rights_of(role: str, permissions: Iterable[Permission]) -> Iterator[Permission]:
    """Yield those of *permissions*, with their content types, that *role* has."""
    for permission in permissions:
        app, model = permission.content_type.app_label, permission.content_type.model
        action = permission.codename.removesuffix(f"_{model}")
        ordinary = action in ("add", "change", "delete", "view") and _is_given(role, app, model, action)
        if ordinary or f"{app}.{permission.codename}" in SPECIAL[role]:
            yield permission


def install_roles(using: str = "default") -> None:
    """Create the groups of ROLES, with exactly their permissions. Runs after each migrate, and may run at any time."""
    labels = ("auth", *FROZEN, *CONTENT)
    for label in labels:
        config = apps.get_app_config(label)
        create_contenttypes(config, verbosity=0, using=using)
        create_permissions(config, verbosity=0, using=using)
    rows = Permission.objects.using(using).filter(content_type__app_label__in=labels)
    permissions = list(rows.select_related("content_type"))
    groups = {role: Group.objects.using(using).get_or_create(name=role)[0] for role in ROLES}
    _give(groups, {role: {p.pk for p in rights_of(role, permissions)} for role in ROLES}, using)


def _give(groups: dict[str, Group], wanted: dict[str, set[int]], using: str) -> None:
    """Give each group exactly the permissions *wanted*, {role: primary keys}. Only differences are written."""
    rows = Group.permissions.through.objects.using(using)
    has = set(rows.filter(group__in=groups.values()).values_list("group_id", "permission_id"))
    should = {(groups[role].pk, pk) for role in wanted for pk in wanted[role]}
    for group, permission in has - should:
        rows.filter(group_id=group, permission_id=permission).delete()
    rows.bulk_create(rows.model(group_id=group, permission_id=pk) for group, pk in sorted(should - has))


# Permission checks. *user* is an account or AnonymousUser, who has no permission.


def has_right(user: AnyUser, record: Model | type[Model], *actions: str) -> bool:
    """Return whether *user* has one of Django's permissions *actions* on the model of *record*, an object or a class."""
    opts = record._meta
    return any(user.has_perm(f"{opts.app_label}.{get_permission_codename(action, opts)}") for action in actions)


def is_own(user: AnyUser, record: Record) -> bool:
    return record.created_by_id is not None and record.created_by_id == user.pk


def may_read(user: AnyUser, record: Record) -> bool:
    """Return whether *user* may read the draft of *record*."""
    if not has_right(user, record, "view", "change"):
        return False
    return user.has_perm("publishing.read_all_drafts") or is_own(user, record)


def may_edit(user: AnyUser, record: Record) -> bool:
    """Return whether *user* may write the draft of *record*."""
    if not has_right(user, record, "change"):
        return False
    return user.has_perm("publishing.edit_all_drafts") or is_own(user, record)


def may_translate(user: AnyUser, record: Record, language: str) -> bool:
    """Return whether *user* may write *record* in *language*, on the page of that language."""
    return may_edit(user, record) or (may_read(user, record) and user.has_perm(translate(language)))


def may_publish(user: AnyUser, record: Record | None = None) -> bool:
    """Return whether *user* may approve, unschedule, withdraw and restore."""
    return user.has_perm(PUBLISH) and (record is None or has_right(user, record, "change"))


def readable(queryset: QuerySet[R], user: AnyUser) -> QuerySet[R]:
    """Return the records of *queryset* whose drafts *user* may read."""
    if user.has_perm("publishing.read_all_drafts"):
        return queryset
    return queryset.filter(created_by=user)


def choosable(queryset: QuerySet[M], user: AnyUser) -> QuerySet[M]:
    """Return the records of *queryset* that *user* may choose in a record of their own: those they may read, and those whose
    draft is public unchanged, so that a choice reveals nothing."""
    if user.has_perm("publishing.read_all_drafts"):
        return queryset
    same = Edition.objects.public(epoch.now()).filter(uid=OuterRef("uid"), sha256=OuterRef("draft_sha256")).order_by()
    if hasattr(queryset.model, "slug"):
        same = same.filter(slug=OuterRef("slug"))
    return queryset.filter(Q(created_by=user) | Q(Exists(same)))


def languages_of(user: AnyUser) -> list[str]:
    """Return the codes of the languages that *user* may translate into."""
    return [code for code in languages.CODES if user.has_perm(translate(code))]
