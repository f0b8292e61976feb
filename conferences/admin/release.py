"""The page that releases a dossier: its parts, the problems of those that are not ready, and one instant for all."""

from django import forms
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from ctportal.core import languages
from ctportal.core.instants import local_to_instant, offset_text, show_instant
from ctportal.publishing.transactions import atomic
from ctportal.staff.fields import LocalDateTimeField
from ctportal.staff.object_pages import ObjectPage, forget_messages, page_address
from ctportal.staff.panel import newly_public
from ctportal.staff.publishing_fields import PublishingFields
from ctportal.workflow import audit, release, review


class ReleaseForm(forms.Form):
    at = LocalDateTimeField(label=gettext_lazy("Release at"), required=False)
    note = PublishingFields.base_fields["publish_note"]
    alone = PublishingFields.base_fields["alone_reason"]
    mark = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data=None, *, zone, needs_instant=False, **kwargs):
        super().__init__(data, **kwargs)
        self.zone, self.needs_instant = zone, needs_instant

    def clean_at(self):
        """Return the typed date and time, in the time zone of the conference, as an instant; None if empty."""
        local = self.cleaned_data["at"]
        if self.needs_instant and not local:
            raise ValidationError(_("Enter the date and time."))
        return local_to_instant(local, self.zone) if local else None


class ReleasePage(ObjectPage):
    """The page ``conferences/conference/<id>/release/``."""

    def setup(self, request, *args, **kwargs):
        # Before any query: otherwise the response would reveal which conferences exist.
        if not self.admin.has_publish_permission(request):
            raise PermissionDenied
        super().setup(request, *args, **kwargs)

    def get(self, request, **kwargs):
        until = review.last_ledger_entry()  # before reading what the page shows
        parts = release.parts_of(self.record, self.request.user)
        initial = {"mark": release.mark_of(parts, until)}
        chosen = {part.key for part in parts if part.is_suggested}
        return self._show(parts, ReleaseForm(initial=initial, zone=self.zone), chosen, 200)

    @property
    def zone(self):
        return self.record.time_zone

    def post(self, request, **kwargs):
        try:
            return self._post(request)
        except ValidationError as error:  # at the end of the transaction
            forget_messages(request)
            audit.note_refusal(request, error)
            form = ReleaseForm(request.POST, zone=self.zone)
            self._add(form, error)
            chosen = set(request.POST.getlist("parts"))
            return self._show(release.parts_of(self.record, request.user), form, chosen, 422)

    @atomic()
    def _post(self, request):
        # The lock ensures that nothing changes between the comparison with the page and the release.
        release.lock_dossier(self.record)
        until = review.last_ledger_entry()
        parts = release.parts_of(self.record, request.user)
        button = next((name for name in self.buttons if name in self.request.POST), "")
        chosen = set(self.request.POST.getlist("parts"))
        form = ReleaseForm(self.request.POST, zone=self.zone, needs_instant=button in ("_release_at", "_redate"))
        if not button:
            form.add_error(None, _("Press one of the buttons below."))
        elif form.data.get("mark") != release.mark_of(parts):
            text = _("This dossier has changed since you opened the page. Nothing was done. Check it again.")
            form.add_error(None, ValidationError(text, code="stale"))
            form.data = data = self.request.POST.copy()
            data["mark"] = release.mark_of(parts, until)  # the page shows the present state
        if form.is_valid():
            try:
                text, cascaded = self.buttons[button](self, form, chosen)
            except ValidationError as error:
                audit.note_refusal(request, error)
                self._add(form, error)
            else:
                self.say(text)
                self.admin.tell_cascaded(self.request, cascaded)
                return HttpResponseRedirect(self.request.path)
        elif button in ("_release", "_release_at"):
            self._add_what_is_missing(form, [part for part in parts if part.key in chosen])
        return self._show(parts, form, chosen, 422)

    def _add_what_is_missing(self, form, chosen):
        """Add the problems of releasing the Parts *chosen* to *form*, which is refused for other reasons."""
        for error in release.problems_of(
            chosen, at=form.cleaned_data.get("at"), alone=form.data.get("alone", "")
        ).errors:
            self._add(form, error)

    def _add(self, form, error):
        for name, errors in getattr(error, "error_dict", {None: error}).items():
            if name not in form.fields:
                form.add_error(None, errors)
            elif name not in form.errors:
                form.add_error(name, errors)

    # Buttons. Each returns the message of its success and the cascaded changes of parts that were left out.

    def _release(self, form, chosen):
        at = form.cleaned_data["at"] if form.needs_instant else None
        note, alone = form.cleaned_data["note"], form.cleaned_data["alone"]
        parts, cascaded = release.release(self.record, chosen, by=self.request.user, at=at, note=note, alone=alone)
        # One statement, without revisions: published parts have one already, and moved parts did not change.
        records, message = [part.record for part in parts], gettext_noop("Released with the dossier.")
        LogEntry.objects.log_actions(self.request.user.pk, records, CHANGE, message)
        n = {"n": len(parts)}
        if at is None:
            return ngettext("%(n)d part is public.", "%(n)d parts are public.", len(parts)) % n, cascaded
        text = ngettext("%(n)d part will be public at %(at)s.", "%(n)d parts will be public at %(at)s.", len(parts))
        return text % (n | {"at": show_instant(at, self.zone)}), cascaded

    def _redate(self, form, _chosen):
        at = form.cleaned_data["at"]
        n = release.redate(self.record, by=self.request.user, at=at)
        text = ngettext("%(n)d part moved to %(at)s.", "%(n)d parts moved to %(at)s.", n)
        return text % {"n": n, "at": show_instant(at, self.zone)}, []

    def _unschedule(self, _form, _chosen):
        n = release.unschedule(self.record, by=self.request.user)
        return ngettext("%(n)d part is unscheduled.", "%(n)d parts are unscheduled.", n) % {"n": n}, []

    buttons = {"_release": _release, "_release_at": _release, "_redate": _redate, "_unschedule": _unschedule}

    # Showing

    def _show(self, parts, form, chosen, status):
        context = {
            "form": form,
            "rows": [self._row(part, chosen) for part in parts],
            "newly_public": newly_public(self.admin.admin_site, release.newly_public_with(parts)),
            "scheduled": any(part.at for part in parts),
            "releasable": any(part.can_be_released for part in parts),
            "needs_reason": any(part.needs_reason for part in parts),
            "zone": self.zone,
            "zone_offset": offset_text(timezone.now(), self.zone),
        }
        title = _("Release of %(conference)s") % {"conference": self.record}
        return self.answer("release/release", title, context, status)

    def _row(self, part, chosen):
        record = part.record
        admin = self.admin.admin_site.get_model_admin(type(record))
        return {
            "part": part,
            "kind": getattr(record, "get_kind_display", lambda: record._meta.verbose_name)(),
            "name": str(record),
            "address": admin.change_address(record),
            "compare": page_address(admin, "compare", record.pk) if part.changes_what_was_published else "",
            "chosen": part.key in chosen,
            "at": show_instant(part.at, self.zone) if part.at else "",
            "languages": [languages.LANGUAGES[code] for code in part.languages],
            "waiting": [languages.LANGUAGES[code] for code in part.waiting],
            "leaving": [languages.LANGUAGES[code] for code in part.leaving],
        }
