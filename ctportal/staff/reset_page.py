"""The page on which an administrator resets the second factor of somebody else's account."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from ctportal.accounts import mail, second_factor_reset
from ctportal.accounts.second_factor_pages import asks_for_code
from ctportal.staff.object_pages import AdminPage


class ResetFactorPage(AdminPage):
    """The page ``auth/user/<id>/second-factor/``."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.account = self.admin.get_object(request, unquote(kwargs["object_id"]))
        if not self.admin.has_change_permission(request, self.account):
            raise PermissionDenied
        if self.account is None:
            raise Http404("No such account.")
        if not second_factor_reset.is_resettable(self.account, by=request.user):
            raise PermissionDenied

    @method_decorator(asks_for_code)
    def dispatch(self, request, *args, **kwargs):
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, **kwargs):
        title = _("Reset the second factor of %(account)s") % {"account": self.account}
        is_told = mail.is_available() and bool(self.account.email)
        return self.answer("second_factor/reset", title, {"original": self.account, "is_told": is_told})

    def post(self, request, **kwargs):
        is_told = second_factor_reset.reset(self.account, by=request.user)
        self.admin.log_change(request, self.account, _("Second factor reset."))
        self.say(_("The second factor of %(account)s was reset.") % {"account": self.account})
        if not is_told:
            self.say(_("No e-mail could be sent about it: tell them yourself."), messages.WARNING)
        return HttpResponseRedirect(self.address("change", self.account.pk))
