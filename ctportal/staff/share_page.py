"""The page that makes and revokes share links to a draft."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ctportal.publishing.base_models import is_key
from ctportal.publishing.text_fields import LineFormField
from ctportal.staff import sharing
from ctportal.staff.object_pages import ObjectPage
from ctportal.staff.preview import PAGES

WHOM = gettext_lazy("Enter who the link is for: colleagues see it, and it tells you which link to revoke.")


class ShareForm(forms.Form):
    name = LineFormField(
        label=gettext_lazy("Recipient"),
        max_length=200,
        widget=AdminTextInputWidget,
        error_messages={"required": WHOM},
        help_text=gettext_lazy("Shown to colleagues, and tells you which link to revoke."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"),
        coerce=int,
        initial=7,
        choices=lambda: [(n, ngettext("%(n)d day", "%(n)d days", n) % {"n": n}) for n in sharing.DAYS],
    )


class SharePage(ObjectPage):
    """The page ``…/<id>/share/`` of one record."""

    def setup(self, request: HttpRequest, *args: object, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if self.record.record_type not in PAGES:
            raise Http404("No such record.")
        self.require_edit()

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self._show(ShareForm(), 200)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if "revoke" in request.POST:
            return self._revoke(request.POST["revoke"])
        form = ShareForm(request.POST)
        if not form.is_valid():
            return self._show(form, 422)
        link = sharing.share(self.record, by=request.user, **form.cleaned_data)
        return self._done(_("The link for %(name)s was created: copy its address below.") % {"name": link.name})

    def _revoke(self, pk: str) -> HttpResponse:
        link = sharing.links_of(self.record).filter(pk=pk).first() if is_key(pk) else None
        if link is None:
            raise Http404("No such link.")
        sharing.revoke(link, by=self.request.user, record=self.record)
        return self._done(_("The link for %(name)s no longer works.") % {"name": link.name})

    def _done(self, text: str) -> HttpResponse:
        self.admin.log_change(self.request, self.record, text)
        self.say(text)
        return HttpResponseRedirect(self.request.path)

    def _rows(self) -> Iterator[dict]:
        now = timezone.now()
        for link in sharing.links_of(self.record):
            alive = link.revoked_at is None and link.expires_at > now
            address = self.request.build_absolute_uri(sharing.address_of(link)) if alive else ""
            yield {"link": link, "alive": alive, "address": address}

    def _show(self, form: forms.Form, status: int) -> HttpResponse:
        title = _("Share a preview of “%(record)s”") % {"record": self.record}
        return self.answer("record/share", title, {"form": form, "rows": list(self._rows())}, status)
