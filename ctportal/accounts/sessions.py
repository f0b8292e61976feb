"""The end of a session: half an hour after the last request that a person made, and twelve hours after signing in.

The instant of the last request is in a signed cookie of its own, so that no request writes it to the database. The cookie
holds for one session. Where it is missing or invalid, the session counts as unused since signing in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from ctportal.workflow import audit

IDLE = timedelta(minutes=30)
LONGEST = timedelta(seconds=settings.SESSION_COOKIE_AGE)
RENEWED = timedelta(minutes=1)  # the cookie is set anew when it is older
COOKIE = "last_request"
SIGNED_IN_AT = "signed_in_at"  # in the session, in seconds since 1970
FOR_STAFF = ("/admin/", "/preview/")  # no other address reads a session
BACKGROUND = "/presence/"  # ends the addresses that a page calls by itself


class SessionEndMiddleware:
    """End sessions whose time is over before a view sees them, and keep the instant of the last request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(FOR_STAFF):
            return self.get_response(request)
        if SESSION_KEY in request.session and (reason := _why_over(request)):
            _end(request, reason)
        response = self.get_response(request)
        if not request.user.is_authenticated:
            if COOKIE in request.COOKIES:
                response.delete_cookie(COOKIE, samesite="Lax")
        elif not _is_background(request) and _now() - _last_request(request) >= RENEWED.total_seconds():
            response.set_cookie(
                COOKIE,
                _signer(request).sign(str(_now())),
                max_age=settings.SESSION_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def seconds_left(request: HttpRequest) -> int:
    """Return for how many seconds the session of *request* lasts if no other request follows."""
    by_limit = request.session.get(SIGNED_IN_AT, 0) + LONGEST.total_seconds() - _now()
    return int(max(0, min((IDLE - RENEWED).total_seconds(), by_limit)))


@receiver(user_logged_in)
def _signed_in(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    request.session[SIGNED_IN_AT] = _now()


def _now() -> int:
    return int(timezone.now().timestamp())


def _signer(request: HttpRequest) -> signing.Signer:
    return signing.Signer(salt=f"ctportal.accounts.sessions {request.session.session_key}")


def _last_request(request: HttpRequest) -> int:
    """Return the instant of the last request, in seconds since 1970."""
    signed_in_at = int(request.session.get(SIGNED_IN_AT, 0))
    try:
        return max(signed_in_at, int(_signer(request).unsign(request.COOKIES.get(COOKIE, ""))))
    except signing.BadSignature:
        return signed_in_at


def _why_over(request: HttpRequest) -> str:
    """Return why the session is over, in the words of the audit trail, or "" where it is not."""
    if _now() - request.session.get(SIGNED_IN_AT, 0) >= LONGEST.total_seconds():
        return "twelve hours after signing in"
    if _now() - _last_request(request) >= IDLE.total_seconds():
        return "after half an hour without a request"
    return ""


def _end(request: HttpRequest, reason: str) -> None:
    if request.user.is_authenticated:
        audit.note(audit.Kind.SIGN_OUT, f"session ended {reason}", request=request, user=request.user)
        if not _is_background(request):
            words = _("Your session has ended. Sign in again; what you have typed is kept in this browser.")
            messages.info(request, words)
    request.session.flush()
    request.user = AnonymousUser()


def _is_background(request: HttpRequest) -> bool:
    return request.path_info.endswith(BACKGROUND)
