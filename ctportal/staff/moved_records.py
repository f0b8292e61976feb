"""A record that has moved to another entry of the admin: a document whose kind was changed.

A request to the old entry is passed on to the new one, together with what was typed in its form.
"""

from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.urls import resolve
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ctportal.publishing.base_models import entry_model, is_key
from ctportal.staff import stale_save
from ctportal.workflow import roles
from ctportal.workflow.redaction import redact


class RecordMoved(Exception):
    """Raised when *record* was requested in the entry *before* (a ModelAdmin) and is now in the entry *now*."""

    def __init__(self, record, before, now):
        super().__init__(f"{record.pk} is in {now.opts.label} now")
        self.record, self.before, self.now = record, before, now

    def answer(self, request):
        """Return the response of the same page in the new entry: for a GET, a redirect to it."""
        before, now = (f"/{admin.opts.app_label}/{admin.opts.model_name}/" for admin in (self.before, self.now))
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(request.get_full_path().replace(before, now, 1))
        match = resolve(request.path_info.replace(before, now, 1))
        return match.func(request, *match.args, **match.kwargs)


def look_elsewhere(admin, request, pk):
    """Raise RecordMoved if the record *pk* (a string) is not in *admin* but in another entry that the user may read."""
    model = admin.opts.concrete_model
    if not (is_key(pk) and admin.has_view_or_change_permission(request)):
        return
    record = roles.readable(model._default_manager.filter(pk=pk), request.user).first()
    now = record and admin.admin_site.get_model_admin(entry_model(record))
    if record and now and now is not admin and now.has_view_or_change_permission(request):
        raise RecordMoved(redact([record], request.user)[0], admin, now)


def carry_over(request, moved):
    """Adapt the POST *request* of the old entry's form to the new entry's form. Return the error that this shows.

    Fields that only the new form has get their saved values. The error lists what was typed in fields that only the
    old form has.
    """
    before, now = (_form(admin, request, moved.record) for admin in (moved.before, moved.now))
    text = _(
        "The kind of “%(record)s” has changed since you opened it: it is now listed under “%(entry)s”. This is its "
        "form, with what you typed. Nothing is saved yet: check it, then save."
    )
    told = [text % {"record": moved.record, "entry": capfirst(moved.now.opts.verbose_name_plural)}]
    without_place = stale_save.typed_in(before(request.POST, instance=moved.record), except_for=now.base_fields)
    if without_place:
        text = _("This form has no field for some of what you typed. Copy it if you still need it: %(fields)s")
        told.append(text % {"fields": "; ".join(f"{label}: {words}" for label, words in without_place)})
    request.POST = stale_save.with_what_is_saved(
        request.POST, now(instance=moved.record), except_for=before.base_fields
    )
    return ValidationError(told, code="stale")


def _form(admin, request, record):
    """Return the form class of *admin* for *record*."""
    return admin.get_form(request, record, change=True, fields=flatten_fieldsets(admin.get_fieldsets(request, record)))
