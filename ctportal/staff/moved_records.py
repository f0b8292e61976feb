"""A record that is in another entry of the admin by now: a document of which somebody has changed the kind.

Whoever still has it open in the entry in which it was is sent on to where it is, and what they typed goes along.
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
    """What is looked for in the entry *before* (an admin) is in the entry *now*."""

    def __init__(self, record, before, now):
        super().__init__(f"{record.pk} is in {now.opts.label} now")
        self.record, self.before, self.now = record, before, now

    def answer(self, request):
        """The answer of the same page in the entry in which the record is."""
        before, now = (f"/{admin.opts.app_label}/{admin.opts.model_name}/" for admin in (self.before, self.now))
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(request.get_full_path().replace(before, now, 1))
        match = resolve(request.path_info.replace(before, now, 1))
        return match.func(request, *match.args, **match.kwargs)


def look_elsewhere(admin, request, pk):
    """Raise RecordMoved where the record *pk* (a text), which is not in the entry *admin*, is in another that the user may read."""
    model = admin.opts.concrete_model
    if not (is_key(pk) and admin.has_view_or_change_permission(request)):
        return
    record = roles.readable(model._default_manager.filter(pk=pk), request.user).first()
    now = record and admin.admin_site.get_model_admin(entry_model(record))
    if record and now and now is not admin and now.has_view_or_change_permission(request):
        raise RecordMoved(redact([record], request.user)[0], admin, now)


def carry_over(request, moved):
    """Let *request*, which posts the form of the entry before, be refused by that of the entry now, with all that was typed.

    Of what the form before does not have the other shows what is saved; what the other has no place for it tells.
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
    request.refusal = ValidationError(told, code="stale")


def _form(admin, request, record):
    """The form of the entry *admin* for *record*."""
    return admin.get_form(request, record, change=True, fields=flatten_fieldsets(admin.get_fieldsets(request, record)))
