"""The pages that list the editions of a record and let an administrator seal one."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ctportal.core.instants import show_utc
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.publishing.snapshot import builder_for, strings
from ctportal.staff.draft_changes import name_of_field
from ctportal.staff.object_pages import ObjectPage
from ctportal.staff.preview import WITHOUT_PAGE
from ctportal.workflow.sealing import LONGEST, may_seal, seal


class SealForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3, "cols": 60})
    )
    sure = forms.BooleanField(label=gettext_lazy("I understand that this cannot be undone."))


class VersionsPage(ObjectPage):
    """The page ``…/<id>/versions/``: every edition of a record."""

    def get(self, request, **kwargs):
        rows = self._rows()
        context = {"rows": rows[::-1], "before": self._usual_before(rows)}
        return self.answer("record/versions", _("Versions"), context)

    def _rows(self):
        """Return a row for each edition of the record, oldest first, including unscheduled ones. ``number`` is the
        version number of an edition in effect, else None.
        """
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
        return _("current") if in_force else _("scheduled") if to_come else _("past")

    @staticmethod
    def _usual_before(rows):
        """Return the key of the edition that the draft is compared with by default: the current one, else the scheduled
        one, else the last past one, else the last unscheduled one; "" if there is none.
        """

        def order(row):
            return row["in_force"], row["to_come"], not row["edition"].is_unscheduled, row["edition"].public_from

        return max((row for row in rows if not row["edition"].is_sealed), key=order, default={"key": ""})["key"]


class SealPage(VersionsPage):
    """The page ``…/<id>/versions/<edition>/seal/``."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if not may_seal(request.user):
            raise PermissionDenied
        self.rows = self._rows()
        self.row = next((row for row in self.rows if row["edition"].pk == kwargs["pk"]), None)
        if self.row is None or not self.row["sealable"]:
            raise Http404("No such edition that may be sealed.")
        self.edition = self.row["edition"]

    def get(self, request, **kwargs):
        return self._show(SealForm(), 200)

    def post(self, request, **kwargs):
        form = SealForm(request.POST or None)
        if form.is_valid():
            try:
                seal(self.edition, by=request.user, reason=form.cleaned_data["reason"])
            except ValidationError as error:
                form.add_error("reason" if hasattr(error, "error_dict") else None, error.messages)
            else:
                return self._sealed()
        return self._show(form, 422 if form.is_bound else 200)

    def _sealed(self):
        what = {"record": self.record, "at": show_utc(self.edition.public_from)}
        text = _("The version of %(at)s of “%(record)s” is sealed.") % what
        self.admin.log_change(self.request, self.record, text)
        self.say(text)
        return HttpResponseRedirect(self.address("versions", self.record.pk))

    def _show(self, form, status):
        same = [row for row in self.rows if self._says_the_same(row["edition"])]
        context = {"row": self.row, "form": form, "same": same, "still": self._still_in_draft()}
        return self.answer("record/seal", _("Seal a version"), context, status)

    def _says_the_same(self, other):
        return other.pk != self.edition.pk and other.sha256 == self.edition.sha256 and not other.is_sealed

    def _still_in_draft(self):
        """Yield the names of the fields in which the draft still contains a text of the edition."""
        draft = builder_for(self.record).snapshot(self.record).data
        for name, value in draft.items():
            texts = set(strings({name: self.edition.data.get(name)})) & set(strings({name: value}))
            if any(texts):
                yield name_of_field(self.admin, name)
