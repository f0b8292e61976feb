"""The pages of the second factor: the code at sign-in and again later, setting up an app, recovery codes."""

import logging
from collections.abc import Callable
from functools import update_wrapper
from itertools import groupby
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

import pyotp
import segno
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from ctportal.accounts import limits, pending, second_factor, step_up
from ctportal.accounts.limits import Limited
from ctportal.accounts.models import SecondFactor
from ctportal.accounts.second_factor import FEW, RECOVERY, FactorChanged, UnreadableSecret
from ctportal.web.views import is_secret
from ctportal.workflow import audit

logger = logging.getLogger(__name__)

P = ParamSpec("P")
AdminView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

WRONG = gettext_lazy("This code is wrong, or it was used before. Wait for the next one and type that.")
LIMITED = gettext_lazy("Too many wrong codes. Wait 15 minutes, then send this again.")
UNREADABLE = gettext_lazy(
    "The portal cannot read your second factor any more. Use a recovery code, or ask an administrator to reset it."
)


class CodeForm(forms.Form):
    prefix = "second_factor"  # its fields may stand among those of another form
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false", "autofocus": True}
        ),
    )


def passes(request: HttpRequest, factor: SecondFactor, form: forms.Form) -> bool:
    """Return whether *form* holds a right code of *factor*, which is then used up. Otherwise the form says why.

    Raises Limited after too many wrong codes. Call it outside of transactions.
    """
    if not form.is_valid():
        return False
    account = factor.account
    limits.check(request, "code", account.get_username())
    try:
        used = second_factor.use(factor, form.cleaned_data["code"])
    except UnreadableSecret:
        logger.error(
            "No key of CTPORTAL_SECOND_FACTOR_KEYS decrypts the second factor of account %s.", account.get_username()
        )
        limits.note_unmade(request, "code", account.get_username())
        form.add_error("code", UNREADABLE)
        return False
    if not used:
        limits.note_failure(request, "code", account.get_username())
        note(request, account, "wrong code", outcome=audit.Outcome.FAILED)
        form.add_error("code", WRONG)
        return False
    limits.note_success(request, "code", account.get_username())
    left = second_factor.recovery_codes_left(factor)
    if used == RECOVERY:
        note(request, account, f"recovery code used, {left} left")
    if used == RECOVERY or left <= FEW:
        text = ngettext(
            "You have %(n)d recovery code left. You can make new ones under “Second factor”.",
            "You have %(n)d recovery codes left. You can make new ones under “Second factor”.",
            left,
        )
        messages.warning(request, text % {"n": left})
    return True


def note(request: HttpRequest, account: User, what: str, outcome: str = audit.Outcome.DONE) -> None:
    audit.note(audit.Kind.SECOND_FACTOR, what, outcome=outcome, request=request, user=account)


def show(request: HttpRequest, page: str, title: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return a response with ``admin/second_factor/<page>.html``."""
    shared = {**admin.site.each_context(request), "title": title}
    return TemplateResponse(request, f"admin/second_factor/{page}.html", shared | context, status=status)


def show_codes(request: HttpRequest, codes: list[str], next_page: str) -> HttpResponse:
    """Show new recovery codes, once: they are in no other response."""
    return show(request, "recovery_codes", _("Your recovery codes"), {"codes": codes, "next_page": next_page})


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SignInCodePage(View):
    """``admin/second-factor/code/``: the code after the password. Its text depends on no account."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        account = pending.account_of(request)
        self.factor = account and second_factor.factor_of(account)
        return super().dispatch(request, *args, **kwargs) if self.factor else redirect("admin:login")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        try:
            if self.factor and passes(request, self.factor, form):
                return HttpResponseRedirect(pending.sign_in(request, self.factor.account))
        except Limited as error:
            return limits.limited_response(request, error)
        return self._show(form, 422)

    def _show(self, form: forms.Form, status: int = 200) -> HttpResponse:
        return show(self.request, "code", _("Enter your code"), {"form": form}, status)


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SetUpPage(View):
    """``admin/second-factor/set-up/``: the QR code of a new app, at the first sign-in or in place of another app."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.account = request.user if isinstance(request.user, User) else pending.account_of(request)
        self.marker = pending.still_valid(request, pending.SET_UP)
        if not (self.account and self.marker):
            return redirect("admin:login")
        try:
            self.secret = second_factor.decrypt(self.marker["secret"])
            return super().dispatch(request, *args, **kwargs)
        except (UnreadableSecret, FactorChanged):
            del request.session[pending.SET_UP]
            return redirect("admin:login")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form, account, replaces = CodeForm(request.POST), self.account, self.marker["replaces"]
        if account is None or not form.is_valid():
            return self._show(form, 422)
        codes = second_factor.set_up(account, self.marker["secret"], form.cleaned_data["code"], replaces=replaces)
        if not codes:
            note(request, account, "wrong code when setting up", outcome=audit.Outcome.FAILED)
            form.add_error(
                "code", _("This is not the code of the new entry in your app. Check the clock of your device.")
            )
            return self._show(form, 422)
        del request.session[pending.SET_UP]
        note(request, account, "app changed" if replaces else "app set up")
        next_page = reverse("admin:second_factor") if replaces else pending.sign_in(request, account)
        return show_codes(request, codes, next_page)

    def _show(self, form: forms.Form, status: int = 200) -> HttpResponse:
        name = self.account.get_username() if self.account else ""
        size, path = qr_code(pyotp.TOTP(self.secret, name=name, issuer=self.request.get_host()).provisioning_uri())
        context = {"form": form, "size": size, "path": path, "secret": second_factor.in_fours(self.secret)}
        return show(self.request, "set_up", _("Set up your second factor"), context, status)


def qr_code(text: str) -> tuple[int, str]:
    """Return the QR code of *text* as the length of its sides in modules, and the SVG path of its dark modules."""
    rows = [bytes(row) for row in segno.make_qr(text, error="m").matrix_iter(border=4)]
    path = []
    for y, row in enumerate(rows):
        x = 0
        for is_dark, run in groupby(row):
            length = len(list(run))
            if is_dark:
                path.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return len(rows), "".join(path)


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SignedInPage(View):
    """A page for accounts that are signed in with their second factor."""

    factor: SecondFactor

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not second_factor.is_required():
            raise Http404("No second factor is needed here.")
        factor = second_factor.factor_of(request.user)
        if factor is None:
            return signed_out(request)
        self.factor = factor
        try:
            return super().dispatch(request, *args, **kwargs)
        except Limited as error:
            return limits.limited_response(request, error)


def signed_out(request: HttpRequest) -> HttpResponse:
    """End a session whose account has no second factor any more."""
    logout(request)
    return redirect("admin:login")


class OwnFactorPage(SignedInPage):
    """``admin/second-factor/``: how many recovery codes are left; new ones, or another app, for a code."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        if not passes(request, self.factor, form):
            return self._show(form, 422)
        step_up.mark(request)
        if "_new_app" in request.POST:
            return pending.begin_set_up(request, replaces=self.factor.pk)
        codes = second_factor.new_recovery_codes(self.factor)
        note(request, self.factor.account, "new recovery codes made")
        return show_codes(request, codes, request.path)

    def _show(self, form: forms.Form, status: int = 200) -> HttpResponse:
        left = second_factor.recovery_codes_left(self.factor)
        context = {"form": form, "since": self.factor.since, "left": left, "few": left <= FEW}
        return show(self.request, "own", _("Second factor"), context, status)


class RecoveryTextPage(SignedInPage):
    """``admin/second-factor/recovery-codes/``: the codes that the page before showed, as a text file."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        codes = request.POST.getlist("code")
        if not second_factor.are_recovery_codes(self.factor, codes):
            raise BadRequest("These are not recovery codes of this account.")
        text = "\r\n".join([f"{request.get_host()}, {self.factor.account.get_username()}", *codes, ""])
        headers = {"Content-Disposition": 'attachment; filename="recovery-codes.txt"'}
        return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


# The code asked again


class CodeAgainPage(SignedInPage):
    """``admin/second-factor/again/``: the code before a page that ``asks_for_code``."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        if not passed_again(request, self.factor, form):
            return self._show(form, 422)
        wanted = request.GET.get("next", "")
        hosts = {request.get_host()}
        is_own = wanted[:1] == "/" and url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure())
        return HttpResponseRedirect(wanted if is_own else reverse("admin:index"))

    def _show(self, form: forms.Form, status: int = 200) -> HttpResponse:
        return show_again(self.request, form, [], status)


def passed_again(request: HttpRequest, factor: SecondFactor, form: forms.Form) -> bool:
    if not passes(request, factor, form):
        return False
    step_up.mark(request)
    note(request, factor.account, "code given again")
    return True


def show_again(request: HttpRequest, form: forms.Form, kept: list[tuple[str, str]], status: int) -> HttpResponse:
    """Show the page that asks again, with the fields *kept* of a form that was posted."""
    return show(request, "code", _("Enter a code once more"), {"form": form, "again": True, "kept": kept}, status)


def asks_for_code(view: AdminView[P]) -> AdminView[P]:
    """Let *view*, of the admin, answer only within five minutes of a code.

    A form that is posted later is kept, field by field, in the page that asks for the code, and is posted again with it. It
    may hold no files. One with a password is not kept, but opened anew.
    """

    def asking(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if step_up.is_fresh(request):
            return view(request, *args, **kwargs)
        own = CodeForm().add_prefix("code")
        if request.method != "POST" or any(is_secret(name) for name in request.POST if name != own):
            query = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('admin:second_factor_again')}?{query}")
        factor = second_factor.factor_of(request.user)
        if factor is None:
            return signed_out(request)
        form = CodeForm(request.POST if own in request.POST else None)
        left_out = (own, "csrfmiddlewaretoken")
        kept = [(name, value) for name, values in request.POST.lists() for value in values if name not in left_out]
        try:
            if form.is_bound and passed_again(request, factor, form):
                return view(request, *args, **kwargs)
        except Limited as error:
            form.add_error("code", LIMITED)
            response = show_again(request, form, kept, 429)
            response.headers["Retry-After"] = str(error.retry_after)
            return response
        return show_again(request, form, kept, 422)

    update_wrapper(asking, view)
    return asking
