"""Signing in: the form of ``admin/login/``."""

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.views import LoginView


class SignInForm(AdminAuthenticationForm):
    """Asks for the user name and the password of an account of staff."""


class SignInView(LoginView):
    """Signs in who has typed the name and the password of an account of staff."""

    template_name = "admin/login.html"
    authentication_form = SignInForm
