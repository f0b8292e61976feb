"""What user names and passwords may be, whoever sets them: the admin, a command, a link from a message."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ctportal.workflow import roles
from ctportal.workflow.audit import clean

LONGEST_NAME = 60
USER_NAME = re.compile(rf"[a-z0-9._-]{{1,{LONGEST_NAME}}}")
NAME_HELP = gettext_lazy("For signing in. 1 to 60 of these characters: a to z, 0 to 9, “.”, “_” and “-”.")
# Of a password that names the portal, its demonstration or a role, this many other characters must remain.
OTHER_CHARACTERS = 10
WORDS = re.compile("|".join(["ctportal", "conference", "portal", "demo", *(re.escape(role) for role in roles.ROLES)]))


def validate_user_name(name: str) -> None:
    """Raise ValidationError unless *name* is a user name. So no two of them look alike or differ by case alone."""
    if not USER_NAME.fullmatch(name):
        raise ValidationError(
            _(
                "“%(name)s” cannot be a user name. A user name has 1 to 60 of these characters: a to z, 0 to 9, “.”, “_” and “-”."
            ),
            code="invalid_user_name",
            params={"name": clean(name, LONGEST_NAME)},
        )


@receiver(pre_save, sender=User)
def _refuse_other_names(
    sender: type[User], instance: User, update_fields: Any = None, raw: bool = False, **_: Any
) -> None:
    """Refuse to save an account under another name. Forms check first, so this is for commands and code."""
    if not raw and (update_fields is None or "username" in update_fields):
        validate_user_name(instance.username)


class OwnWordsValidator:
    """Refuses passwords that mostly consist of names of the portal, its demonstration and its roles."""

    def validate(self, password: str, user: User | None = None) -> None:
        folded = password.lower()
        rest = WORDS.sub("", folded)
        if rest != folded and len(rest) < OTHER_CHARACTERS:
            raise ValidationError(
                _("This password consists mostly of words that name this portal, its demonstration or a role."),
                code="password_of_own_words",
            )

    def get_help_text(self) -> str:
        return _("Your password can’t consist mostly of words that name this portal, its demonstration or a role.")
