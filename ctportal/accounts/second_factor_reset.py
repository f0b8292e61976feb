"""Resetting a second factor: the account sets up a new app when it signs in next."""

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ctportal.accounts import mail, rights, second_factor
from ctportal.accounts.models import SecondFactor
from ctportal.accounts.pending import PENDING
from ctportal.workflow import audit


def is_resettable(account: User, *, by: User) -> bool:
    """Return whether *account* has a second factor that *by* may reset: never their own."""
    is_allowed = by.pk != account.pk and rights.may_manage(by, account)
    return is_allowed and second_factor.is_required() and second_factor.factor_of(account) is not None


def reset(account: User, *, by: User | None = None) -> bool:
    """Remove the second factor of *account* and end its sessions. Return whether an e-mail told the account so."""
    with transaction.atomic():
        SecondFactor.objects.filter(account=account).delete()
        end_sessions(account)
        audit.note(audit.Kind.SECOND_FACTOR, f"account {account.get_username()}: reset", user=by)
    return mail.send(account, _("Your second factor was reset"), "second_factor_reset")


def end_sessions(account: User) -> None:
    """Delete the sessions in which *account* is signed in, or has given its password."""
    ended = []
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        data = session.get_decoded()
        if str(account.pk) in (data.get(SESSION_KEY), str(data.get(PENDING, {}).get("account"))):
            ended.append(session.pk)
    Session.objects.filter(pk__in=ended).delete()
