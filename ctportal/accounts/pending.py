"""Signing in between the two factors: the password was right, and the code is still to come.

Until then nobody is signed in: the session holds a marker, which only the pages for the code read.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from ctportal.accounts import second_factor, step_up
from ctportal.workflow import audit

PENDING = "pending_sign_in"
SET_UP = "second_factor_set_up"  # the encrypted secret of a new app until its first code is typed
VALID = timedelta(minutes=10)


def begin(request: HttpRequest, account: User, next_page: str) -> HttpResponseRedirect:
    """Remember that *account* has given its password, and ask for the code. Whoever was signed in no longer is."""
    request.session.flush()
    # The hash ends what is pending when the password changes.
    request.session[PENDING] = _now() | {
        "account": account.pk,
        "password": account.get_session_auth_hash(),
        "next": next_page,
    }
    audit.note(audit.Kind.SECOND_FACTOR, "password accepted, code asked for", request=request, user=account)
    if second_factor.factor_of(account):
        return redirect("admin:second_factor_code")
    return begin_set_up(request)


def begin_set_up(request: HttpRequest, *, replaces: int | None = None) -> HttpResponseRedirect:
    """Make the secret of a new app, and ask for its first code. *replaces* is the key of the present second factor."""
    request.session[SET_UP] = _now() | {"secret": second_factor.new_secret(), "replaces": replaces}
    return redirect("admin:second_factor_set_up")


def account_of(request: HttpRequest) -> User | None:
    """Return the account whose password was given, if it may still sign in."""
    marker = still_valid(request, PENDING)
    account = marker and User.objects.filter(pk=marker["account"], is_active=True, is_staff=True).first()
    if account and constant_time_compare(account.get_session_auth_hash(), marker["password"]):
        return account
    return None


def still_valid(request: HttpRequest, name: str) -> dict[str, Any]:
    """Return what the session holds under *name*, or {} where that is older than VALID."""
    marker: dict[str, Any] = request.session.get(name, {})
    is_valid = marker and 0 <= timezone.now().timestamp() - marker["at"] <= VALID.total_seconds()
    return marker if is_valid else {}


@transaction.atomic  # one wait for the others who write, as in SignInView
def sign_in(request: HttpRequest, account: User) -> str:
    """Sign *account* in, whose code was right, under a new session key. Return the address that was asked for."""
    next_page: str = request.session.pop(PENDING)["next"]
    login(request, account)
    step_up.mark(request)
    return next_page


def _now() -> dict[str, Any]:
    return {"at": timezone.now().timestamp()}
