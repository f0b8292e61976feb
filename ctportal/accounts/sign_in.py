"""Signing in: the form of ``admin/login/``."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from ctportal.accounts import pending, second_factor
from ctportal.accounts.attempts import LimitedFormView, password_attempt


class SignInForm(AdminAuthenticationForm):
    """Asks for the user name and the password of an account of staff.

    Validation raises Limited or Busy where it would have to hash one password too many.
    """

    request: HttpRequest  # the view passes it

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        if name and self.cleaned_data.get("password"):
            with password_attempt(self.request, name):
                super().clean()
        return self.cleaned_data


class SignInView(LimitedFormView, LoginView):
    """Signs in who has typed the name and the password of an account of staff."""

    template_name = "admin/login.html"
    authentication_form = SignInForm

    def get_default_redirect_url(self) -> str:
        """Return the dashboard: where one goes whose address in "next" is missing or not on this site."""
        return reverse("admin:index")

    @transaction.atomic  # on SQLite, session, audit trail and account wait once for the others who write
    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        if self.request.user.is_authenticated:
            self.request.session.cycle_key()  # which Django leaves where an account signs in once more
        if second_factor.is_required():
            return pending.begin(self.request, form.get_user(), self.get_success_url())
        return super().form_valid(form)
