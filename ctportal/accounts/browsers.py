"""Browsers in which an account has signed in during the last thirty days.

Each has failed attempts of its own. So nobody can keep the owner of an account out by typing the account's name with wrong
passwords. A browser is known by a signed cookie that holds for one account and its present password.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

MAX_AGE = 30 * 24 * 60 * 60  # seconds
PATH = "/admin/"
REMEMBERED = "ACCOUNT_REMEMBERED"  # in META, as the CSRF middleware marks a request that needs a new cookie


def known_browser(request: HttpRequest, account: User) -> str:
    """Return the random mark of the browser that sent *request*, or "" where *account* has not signed in with it lately."""
    mark = request.get_signed_cookie(_cookie(account), default="", salt=_salt(account), max_age=MAX_AGE)
    return mark or ""


class KnownBrowserMiddleware:
    """Set or renew the cookie in the response to a request with which an account has signed in or changed its password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        account = request.META.get(REMEMBERED)
        if account is not None:
            # The mark stays: else each further sign-in would give copies of an old cookie one more counter.
            mark = known_browser(request, account) or secrets.token_urlsafe(16)
            response.set_signed_cookie(
                _cookie(account),
                mark,
                salt=_salt(account),
                max_age=MAX_AGE,
                path=PATH,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def remember(request: HttpRequest, account: User) -> None:
    """Let the response to *request* set the cookie for *account*, which has just signed in or changed its password."""
    request.META[REMEMBERED] = account


@receiver(user_logged_in)
def _signed_in(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    remember(request, user)


def _cookie(account: User) -> str:
    return f"browser_{account.pk}"


def _salt(account: User) -> str:
    return f"ctportal.accounts.browsers {account.pk} {account.get_session_auth_hash()}"
