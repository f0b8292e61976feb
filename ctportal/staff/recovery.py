"""The pages that recover deleted drafts: the list of those that the user could edit, and one of them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ctportal.staff.components import component
from ctportal.staff.object_pages import AdminPage, page_address
from ctportal.workflow import restoring, revision_words
from ctportal.workflow.revisions import SavedState

MOST_DELETED = 200  # on the page


def gone_message(admin: ModelAdmin, request: HttpRequest, pk: str) -> str:
    """Return the message for a save of the record *pk* of *admin*, which does not exist. Only users who may recover the
    record learn that it existed.
    """
    rest = _(
        "Nothing was saved. This browser keeps an unsaved copy of what you typed and offers it when you open the form "
        "again."
    )
    found = restoring.recoverable(admin.model, request.user) if admin.has_change_permission(request) else []
    version = next((version for version, _fields in found if version.object_id == pk), None)
    if version is None:
        return " ".join((_("This record does not exist or no longer exists."), rest))
    what = _("“%(record)s” has since been deleted.") % {"record": version.object_repr}
    address = page_address(admin, "recover_one", version.revision_id)
    return component("message", text=f"{what} {rest}", address=address, link=_("Recover a deleted draft"))


class RecoverPage(AdminPage):
    """The page ``recover/`` of an admin entry."""

    def setup(self, request: HttpRequest, *args: object, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not self.admin.has_change_permission(request):
            raise PermissionDenied
        self.found = [version for version, _fields in restoring.recoverable(self.admin.model, request.user)]

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.answer("record/recover", _("Recover deleted drafts"), {"versions": self.found[:MOST_DELETED]})


class RecoverOnePage(RecoverPage):
    """The page ``recover/<revision>/`` of one deleted draft."""

    def setup(self, request: HttpRequest, *args: object, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.version = next((version for version in self.found if version.revision_id == kwargs["pk"]), None)
        if self.version is None:
            raise Http404("No such deleted draft.")

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self._show()

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        comment = gettext_noop("Recovered.")
        try:
            with transaction.atomic():
                saved_state = SavedState.of_revision(self.version.revision_id)
                record, told = restoring.recover(saved_state, by=request.user, comment=comment)
                self.admin.log_addition(request, record, comment)
        except ValidationError as error:
            return self._show(error.messages, 422)
        self.say(_("“%(record)s” was recovered as a draft.") % {"record": record})
        for sentence in told:
            self.say(sentence, messages.WARNING)
        return HttpResponseRedirect(self.admin.change_address(record))

    def _show(self, errors: Sequence[str] = (), status: int = 200) -> HttpResponse:
        context = {
            "contents": revision_words.contents(SavedState.of_revision(self.version.revision_id), self.request.user),
            "errors": errors,
        }
        return self.answer("record/recover_one", _("Recover a deleted draft"), context, status)
