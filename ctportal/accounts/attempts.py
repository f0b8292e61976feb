"""An attempt with a password: counted before, hashed in its turn, and noted after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.generic import FormView

from ctportal.accounts import limits
from ctportal.accounts.hashing import Busy, one_at_a_time
from ctportal.web.views import busy


@contextmanager
def password_attempt(request: HttpRequest, name: str) -> Iterator[None]:
    """Let a password of *name* be checked within this context; a ValidationError tells that it is wrong.

    Raises Limited or Busy where it would be one password too many.
    """
    limits.refuse(request, "password", name)  # before the line, so that it is not filled with what is refused
    try:
        with one_at_a_time(is_known=limits.is_known(request, name)):
            limits.check(request, "password", name)
            yield
    except ValidationError:
        limits.note_failure(request, "password", name)
        raise
    limits.note_success(request, "password", name)


class LimitedFormView(FormView):  # type: ignore[type-arg]  # takes no parameter at run time
    """A form whose validation may raise Limited or Busy."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except limits.Limited as error:
            return limits.limited_response(request, error)
        except Busy:
            return busy(request)
