"""Changing one's own password: the form of ``admin/password_change/``."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse

from ctportal.accounts import browsers
from ctportal.accounts.attempts import LimitedFormView, password_attempt
from ctportal.accounts.hashing import HashedInTurn


class OwnPasswordForm(HashedInTurn, AdminPasswordChangeForm):
    """Asks for the present password, with the limits of signing in, and for the new one."""

    def __init__(self, user: User, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(user, *args, **kwargs)

    def clean_old_password(self) -> str:
        with password_attempt(self.request, self.user.get_username()):
            return super().clean_old_password()


class OwnPasswordView(LimitedFormView, PasswordChangeView):
    """Changes the password of who is signed in. The browser stays one that is known."""

    form_class = OwnPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        browsers.remember(self.request, form.user)
        return response
