"""Two pages without sign-in: asking for a link to choose a new password, and choosing one by a link."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from ctportal.accounts import limits, mail
from ctportal.accounts.hashing import Busy, one_at_a_time
from ctportal.accounts.links import FORGOTTEN, open_link
from ctportal.web.views import busy
from ctportal.workflow import audit


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ForgottenView(FormView):  # type: ignore[type-arg]  # has no parameter when it runs
    """Sends links to the accounts with the address that was typed. The answer does not tell whether there are any."""

    http_method_names = ["get", "head", "post"]
    template_name = "accounts/forgotten.html"
    form_class = ForgottenForm

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        more = {"title": _("New password"), "is_available": mail.is_available()}
        return super().get_context_data(**context) | more

    def form_invalid(self, form: ForgottenForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: ForgottenForm) -> HttpResponse:
        typed = form.cleaned_data["email"]
        try:
            limits.check(self.request, "mail", typed)
        except limits.Limited as error:
            return limits.limited_response(self.request, error)
        limits.note_failure(self.request, "mail", typed)  # every message counts
        found = User.objects.filter(email__iexact=typed, is_active=True, is_staff=True)
        accounts = [account for account in found if account.has_usable_password()]
        names = ", ".join(f"account {account.get_username()}" for account in accounts)
        what = f"link for a new password asked for: {names or 'an address that no account has'}"
        audit.note(audit.Kind.RIGHTS, what, request=self.request)
        mail.in_background(partial(_send_links, accounts))
        return self.render_to_response(self.get_context_data(is_sent=True))


def _send_links(accounts: Sequence[User]) -> None:
    for account in accounts:
        mail.send(account, _("Choose a new password"), "forgotten", link=FORGOTTEN.address(account))


@method_decorator(sensitive_post_parameters(), "dispatch")
class NewPasswordView(TemplateView):
    """Lets the owner of a link choose a password. Only the POST with a valid password uses the link up."""

    http_method_names = ["get", "head", "post"]
    template_name = "accounts/new_password.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return {"title": _("Choose your password")} | super().get_context_data(**context)

    def post(self, request: HttpRequest) -> HttpResponse:
        link = request.POST.get("link", "")
        opened = open_link(link)
        if opened is None:
            return self._void()
        account, kind = opened
        form = SetPasswordForm(account, request.POST if "new_password1" in request.POST else None)
        if not form.is_valid():
            context = self.get_context_data(form=form, link=link, account=account)
            return self.render_to_response(context, status=422 if form.is_bound else 200)
        try:
            with one_at_a_time(is_known=False):
                form.save(commit=False)  # hashes
        except Busy:
            return busy(request)
        with transaction.atomic():
            # Of several requests with the same link, the first wins.
            User.objects.select_for_update().filter(pk=account.pk).first()
            if open_link(link) is None:
                return self._void()
            account.save(update_fields=["password"])
        what = f"account {account.get_username()}: password chosen by a link ({kind.name})"
        audit.note(audit.Kind.RIGHTS, what, request=request)
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("admin:login")

    def _void(self) -> HttpResponse:
        return self.render_to_response(self.get_context_data(is_void=True), status=410)
