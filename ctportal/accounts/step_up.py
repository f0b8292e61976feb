"""How long a code of the second factor counts as fresh: sealing, and changes of accounts and rights, ask for one again."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from ctportal.accounts import second_factor

GIVEN_AT = "second_factor_at"
FRESH = timedelta(minutes=5)


def mark(request: HttpRequest) -> None:
    """Remember that a code was given now."""
    request.session[GIVEN_AT] = timezone.now().timestamp()


def is_fresh(request: HttpRequest) -> bool:
    """Return whether a code was given in the last five minutes, or none is needed."""
    if not second_factor.is_required():
        return True
    age = timezone.now().timestamp() - request.session.get(GIVEN_AT, 0)
    return bool(0 <= age <= FRESH.total_seconds())
