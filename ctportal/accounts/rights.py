"""Who may change whose account. Administrators look after the accounts of content; superusers also after what is above."""

from django.contrib.auth.models import User

from ctportal.core.types import AnyUser
from ctportal.workflow import roles

# Fields of an account that only superusers may change.
FOR_SUPERUSERS = ("is_superuser", "user_permissions")


def is_above_administrators(account: User) -> bool:
    """Return whether *account* has rights that an administrator may not give: more than roles and languages."""
    return (
        account.is_superuser
        or account.user_permissions.exclude(codename__startswith="translate_").exists()
        or account.groups.exclude(name__in=roles.ROLES).exists()
    )


def may_manage(user: AnyUser, account: User) -> bool:
    """Return whether *user*, who may change accounts, may change *account*, its password and its address too."""
    return user.is_superuser or not is_above_administrators(account)
