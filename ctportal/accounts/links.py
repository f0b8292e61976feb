"""Links to choose a password: in an invitation, and for who has forgotten it. Each works once, for a limited time.

What gives access is behind the “#” of the address, which browsers send to nobody: it is in no log of requests and in no
Referer, and programs that follow links in messages cannot use it up. A script of the page puts it into a form.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils import timezone
from django.utils.http import base36_to_int

LINK = re.compile(r"([1-9][0-9]{0,17})-([0-9a-z]{1,13}-[0-9a-f]{32})")


class Links(PasswordResetTokenGenerator):
    """Makes and checks links of one kind. A link is void once the account has another password or address, or signed in."""

    def __init__(self, name: str, lasts: timedelta) -> None:
        super().__init__()
        self.name, self.lasts = name, lasts
        self.key_salt = f"ctportal.accounts.links {name}"

    def address(self, account: User) -> str:
        """Return the address for a message. Its host is that of the settings."""
        return f"{settings.CTPORTAL_SITE_URL}{reverse('new_password')}#{account.pk}-{self.make_token(account)}"

    def check_token(self, user: User | None, token: str | None) -> bool:
        if not token or not super().check_token(user, token):
            return False
        age = self._num_seconds(self._now()) - base36_to_int(token.partition("-")[0])
        return age < self.lasts.total_seconds()

    def _now(self) -> datetime:
        return timezone.now().replace(tzinfo=None)  # Django's is local time, which may jump by an hour


INVITATION = Links("invitation", timedelta(hours=72))
FORGOTTEN = Links("forgotten password", timedelta(hours=1))


def open_link(link: str) -> tuple[User, Links] | None:
    """Return the account that *link* is for and its kind, or None where it does not work (any more)."""
    found = LINK.fullmatch(link.rpartition("#")[2].strip())
    account = User.objects.filter(pk=found[1], is_active=True, is_staff=True).first() if found else None
    if not found or not account:
        return None
    kinds = (kind for kind in (INVITATION, FORGOTTEN) if kind.check_token(account, found[2]))
    return next(((account, kind) for kind in kinds), None)
