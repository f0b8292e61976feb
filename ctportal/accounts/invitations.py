"""Invitations: the owner of a new account gets a message with a link and chooses a password."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from ctportal.accounts import mail
from ctportal.accounts.links import INVITATION
from ctportal.accounts.models import Invitation
from ctportal.core.instants import show_instant
from ctportal.workflow import audit


def may_be_invited(account: User) -> bool:
    """Return whether a message would help: the account has no password yet, and somebody who may use it can be reached."""
    return bool(account.email and account.is_active and account.is_staff and not account.has_usable_password())


def renew(account: User) -> None:
    """Make earlier invitations of *account* void."""
    account.set_unusable_password()
    account.save(update_fields=["password"])


def send(account: User) -> bool:
    """Send an invitation; return whether the mail server has accepted it. Call it outside of transactions."""
    now = timezone.now()
    subject = _("Invitation to the conference portal")
    if not mail.send(account, subject, "invitation", link=INVITATION.address(account), hours=72):
        return False
    Invitation.objects.update_or_create(account=account, defaults={"sent_at": now})
    audit.note(audit.Kind.RIGHTS, f"account {account.get_username()}: invited")
    return True


def state(account: User) -> str:
    """Return how far the invitation of *account* is, or "" where it needed none."""
    invitation = getattr(account, "invitation", None)
    if account.has_usable_password():
        return _("accepted") if invitation else ""
    if invitation is None:
        return _("not sent")
    until = invitation.sent_at + INVITATION.lasts
    words = _("valid until %(at)s") if until > timezone.now() else _("expired at %(at)s")
    return words % {"at": show_instant(until, "UTC")}
