"""A record's editions in the admin, and the page on which an administrator seals one."""

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ctportal.core.instants import show_utc
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.publishing.snapshot import builder_for, strings
from ctportal.staff.preview import WITHOUT_PAGE
from ctportal.workflow.sealing import LONGEST, may_seal, seal


class SealForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3, "cols": 60})
    )
    sure = forms.BooleanField(label=gettext_lazy("I understand that this cannot be undone."))


def urls(admin):
    """The addresses below a record's own, ``…/<id>/versions/`` and ``…/<id>/versions/<edition>/seal/``."""
    info = admin.opts.app_label, admin.opts.model_name

    def page(name):
        def view(request, object_id, **kwargs):
            return getattr(VersionsPage(admin, request, object_id), name)(**kwargs)

        return admin.admin_site.admin_view(view)

    return [
        path("<path:object_id>/versions/", page("show"), name="{}_{}_versions".format(*info)),
        path("<path:object_id>/versions/<int:pk>/seal/", page("seal"), name="{}_{}_seal".format(*info)),
    ]


class VersionsPage:
    def __init__(self, admin, request, object_id):
        self.admin, self.request = admin, request
        self.record = admin.get_object(request, unquote(object_id))
        if self.record is None:
            raise Http404("No such record.")
        if not admin.has_view_or_change_permission(request, self.record):
            raise PermissionDenied

    def show(self):
        rows = self._rows()
        context = {"rows": rows[::-1], "compare_address": self._address("compare"), "before": self._usual_before(rows)}
        return self._answer("versions", _("Versions"), context)

    def seal(self, pk):
        if not may_seal(self.request.user):
            raise PermissionDenied
        row = next((row for row in self._rows() if row["edition"].pk == pk), None)
        if row is None or not row["sealable"]:
            raise Http404("No such edition that may be sealed.")
        edition = row["edition"]
        form = SealForm(self.request.POST or None)
        if form.is_valid():
            try:
                seal(edition, by=self.request.user, reason=form.cleaned_data["reason"])
            except ValidationError as error:
                form.add_error("reason" if hasattr(error, "error_dict") else None, error.messages)
            else:
                return self._sealed(edition)
        same = [each for each in self._rows() if self._says_the_same(each["edition"], edition)]
        context = {"row": row, "form": form, "same": same, "still": self._still_in_draft(edition)}
        return self._answer("seal", _("Seal a version"), context, 422 if form.is_bound else 200)

    def _still_in_draft(self, edition):
        """Names of the fields in which the draft still holds a text of *edition*."""
        draft = builder_for(self.record).snapshot(self.record).data
        for name, value in draft.items():
            texts = set(strings({name: edition.data.get(name)})) & set(strings({name: value}))
            if any(texts):
                yield self.admin.name_of_field(name)

    def _sealed(self, edition):
        what = {"record": self.record, "at": show_utc(edition.public_from)}
        text = _("The version of %(at)s of “%(record)s” is sealed.") % what
        self.admin.log_change(self.request, self.record, text)
        self.admin.message_user(self.request, text, messages.SUCCESS)
        return HttpResponseRedirect(self._address("versions"))

    @staticmethod
    def _says_the_same(other, edition):
        return other.pk != edition.pk and other.sha256 == edition.sha256 and not other.is_sealed

    def _rows(self):
        """Every edition of the record, unscheduled ones included, first to last. *number* is that of the public history."""
        editions = Edition.objects.filter(uid=self.record.uid).defer("json", "card", "text")
        rows, number = [], 0
        for edition in editions.annotate(now=epoch.reached()).order_by("public_from", "pk"):
            has_begun = edition.public_from <= edition.now
            in_effect = not edition.is_unscheduled and has_begun
            number += in_effect
            in_force, to_come = edition.is_public(edition.now), not (edition.is_unscheduled or has_begun)
            rows.append(
                {
                    "edition": edition,
                    "key": str(edition.pk),
                    "number": number if in_effect else None,
                    "name": self._name_of(edition, number if in_effect else None),
                    "state": self._state(edition, in_force, to_come),
                    "in_force": in_force,
                    "to_come": to_come,
                    "sealable": not (edition.is_sealed or in_force or to_come) and may_seal(self.request.user),
                    "seal": self._address("seal", edition.pk),
                    # Organizations and people have no page of their own.
                    "has_page": in_effect and self.record.record_type not in WITHOUT_PAGE,
                }
            )
        return rows

    @staticmethod
    def _name_of(edition, number):
        at = show_utc(edition.public_from)
        if number:
            return _("Version %(number)d, public from %(at)s") % {"number": number, "at": at}
        text = (
            _("Unscheduled, was to be public from %(at)s") if edition.is_unscheduled else _("To be public from %(at)s")
        )
        return text % {"at": at}

    @staticmethod
    def _state(edition, in_force, to_come):
        if edition.is_sealed:
            return _("sealed")
        if edition.is_unscheduled:
            return _("unscheduled")
        return _("in force") if in_force else _("scheduled") if to_come else _("past")

    @staticmethod
    def _usual_before(rows):
        """The key of the edition that the draft is compared with where nobody chooses one: what the public reads or, where it
        reads none, what it will read or did; "" where there is nothing."""

        def order(row):
            return row["in_force"], row["to_come"], not row["edition"].is_unscheduled, row["edition"].public_from

        return max((row for row in rows if not row["edition"].is_sealed), key=order, default={"key": ""})["key"]

    def _address(self, name, *more):
        opts = self.admin.opts
        return reverse(
            f"admin:{opts.app_label}_{opts.model_name}_{name}",
            args=[self.record.pk, *more],
            current_app=self.admin.admin_site.name,
        )

    def _answer(self, template, title, context, status=200):
        opts = self.admin.opts
        shared = {
            **self.admin.admin_site.each_context(self.request),
            "opts": opts,
            "title": title,
            "original": self.record,
            "record_address": self.admin.change_address(self.record),
            "versions_address": self._address("versions"),
        }
        return TemplateResponse(self.request, f"admin/record/{template}.html", shared | context, status=status)
