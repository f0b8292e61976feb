"""The page on which staff share a draft with somebody who has no account, and take that back."""

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ctportal.publishing.base_models import is_key
from ctportal.staff import sharing
from ctportal.staff.preview import WITHOUT_PAGE


def _days(number):
    return ngettext("%(n)d day", "%(n)d days", number) % {"n": number}


class ShareForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Colleagues see it, and you know which link to revoke."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    days = forms.TypedChoiceField(label=gettext_lazy("Valid for"), coerce=int, initial=7)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["days"].choices = [(days, _days(days)) for days in sharing.DAYS]


def url(admin):
    """The address below a record's own, ``…/<id>/share/``."""

    def view(request, object_id):
        return SharePage(admin, request, object_id).respond()

    name = f"{admin.opts.app_label}_{admin.opts.model_name}_share"
    return path("<path:object_id>/share/", admin.admin_site.admin_view(view), name=name)


class SharePage:
    def __init__(self, admin, request, object_id):
        self.admin, self.request = admin, request
        self.record = admin.get_object(request, unquote(object_id))
        if self.record is None or self.record.record_type in WITHOUT_PAGE:
            raise Http404("No such record.")
        if not admin.has_change_permission(request, self.record):
            raise PermissionDenied

    def respond(self):
        if self.request.method != "POST":
            return self._show(ShareForm(), 200)
        if "revoke" in self.request.POST:
            return self._revoke()
        form = ShareForm(self.request.POST)
        if form.is_valid():
            try:
                link = sharing.share(self.record, by=self.request.user, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                text = _("The link for %(name)s is made: copy its address below.") % {"name": link.name}
                return self._done(text)
        return self._show(form, 422)

    def _revoke(self):
        pk = self.request.POST["revoke"]
        links = sharing.links_of(self.record)
        link = links.filter(pk=pk).first() if is_key(pk) else None
        if link is None:
            raise Http404("No such link.")
        sharing.revoke(link, by=self.request.user, record=self.record)
        return self._done(_("The link for %(name)s opens nothing any more.") % {"name": link.name})

    def _done(self, text):
        self.admin.log_change(self.request, self.record, text)
        self.admin.message_user(self.request, text, messages.SUCCESS)
        return HttpResponseRedirect(self.request.path)

    def _rows(self):
        now = timezone.now()
        for link in sharing.links_of(self.record):
            alive = link.revoked_at is None and link.expires_at > now
            address = self.request.build_absolute_uri(sharing.address_of(link)) if alive else ""
            yield {"link": link, "alive": alive, "address": address}

    def _show(self, form, status):
        opts = self.admin.opts
        context = {
            **self.admin.admin_site.each_context(self.request),
            "opts": opts,
            "title": _("Share a preview of “%(record)s”") % {"record": self.record},
            "original": self.record,
            "record_address": self.admin.change_address(self.record),
            "form": form,
            "rows": list(self._rows()),
        }
        return TemplateResponse(self.request, "admin/record/share.html", context, status=status)


def address(admin, record):
    opts = admin.opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_share", args=[record.pk])
