"""Signing in: the form of ``admin/login/``."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables

from ctportal.accounts import limits
from ctportal.accounts.hashing import Busy, one_at_a_time
from ctportal.web.views import busy


class SignInForm(AdminAuthenticationForm):
    """Asks for the user name and the password of an account of staff.

    Validation raises Limited or Busy where it would have to hash one password too many.
    """

    request: HttpRequest  # the view passes it

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password"):
            return self.cleaned_data
        limits.check(self.request, "password", name)
        try:
            with one_at_a_time(is_known=limits.is_known(self.request, name)):
                super().clean()
        except ValidationError:
            limits.note_failure(self.request, "password", name)
            raise
        except Busy:
            limits.note_unmade(self.request, "password", name)
            raise
        limits.note_success(self.request, "password", name)
        return self.cleaned_data


class SignInView(LoginView):
    """Signs in who has typed the name and the password of an account of staff."""

    template_name = "admin/login.html"
    authentication_form = SignInForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except limits.Limited as error:
            return limits.limited_response(request, error)
        except Busy:
            return busy(request)
