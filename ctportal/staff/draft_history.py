"""The history of a record's draft in the admin: who changed what, comparing, restoring, discarding, recovering.

Whoever may open the record may read its history; who may edit it may bring something back. Nothing is published here.
"""

import json
from contextlib import nullcontext

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ctportal.core.instants import show_utc
from ctportal.publishing.base_models import is_key, lock
from ctportal.publishing.models import Edition
from ctportal.publishing.snapshot import builder_for
from ctportal.publishing.state import state_of
from ctportal.staff.components import component
from ctportal.staff.forms import changed_fields, stale_message
from ctportal.workflow import redaction, restoring, revision_words, revisions
from ctportal.workflow.models import EditionRevision
from ctportal.workflow.revisions import SavedState

PAGE_SIZE = 50
MOST_DELETED = 200  # that the page to recover them lists


def urls(admin):
    """The addresses of the history below a record's own, and of the list of what may be recovered."""
    info = admin.opts.app_label, admin.opts.model_name

    def of_record(name):
        def view(request, object_id, **kwargs):
            return getattr(HistoryPage(admin, request, object_id), name)(**kwargs)

        return admin.admin_site.admin_view(view)

    def of_deleted(name):
        def view(request, **kwargs):
            return getattr(RecoverPage(admin, request), name)(**kwargs)

        return admin.admin_site.admin_view(view)

    def address(route, view, name):
        return path(route, view, name="{}_{}_{}".format(*info, name))

    return [
        address("recover/", of_deleted("show"), "recover"),
        address("recover/<int:pk>/", of_deleted("one"), "recover_one"),
        address("<path:object_id>/history/compare/", of_record("compare"), "history_compare"),
        address("<path:object_id>/history/<int:pk>/", of_record("one"), "revision"),
        address("<path:object_id>/discard/", of_record("discard"), "discard"),
    ]


def discard_address(admin, record):
    opts = admin.opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_discard", args=[record.pk])


class KeepsHistory:
    """Mixin of admins: of whatever they log as added, changed or deleted, a revision is kept, with the same words. What goes
    with a record that is deleted is told as far as one may know of it, and what has changed since is not deleted."""

    delete_confirmation_template = "admin/record/delete_confirmation.html"

    def get_deleted_objects(self, objs, request):
        if request.user.has_perm("publishing.read_all_drafts"):
            return super().get_deleted_objects(objs, request)
        return redaction.what_goes(objs, request, self.admin_site)

    def record_of(self, obj):
        """The record that *obj* belongs to."""
        return obj

    def construct_change_message(self, request, form, formsets, add=False):
        # Neither hidden fields nor what looks the same belong into a history. It calls rows by their names, deleted ones
        # too; ``in_words`` leaves these out for who may not know of them.
        form.changed_data = changed_fields(form)
        redaction.reveal(row for formset in formsets or () for row in formset.deleted_objects)
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request, obj, message):
        self._keep(request, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        self._keep(request, obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request, queryset):
        for obj in queryset:
            if self.record_of(obj) is obj:
                name = {"name": str(obj._meta.verbose_name), "object": str(obj)}
                self._keep(request, obj, [{"deleted": name}], always=True)
        return super().log_deletions(request, queryset)

    def delete_view(self, request, object_id, extra_context=None):
        # Only what writes is in a transaction: SQLite's takes the write lock.
        with transaction.atomic() if request.method == "POST" else nullcontext():
            obj = self.get_object(request, unquote(object_id))
            if obj is None or not self.has_delete_permission(request, obj):
                return super().delete_view(request, object_id, extra_context)
            record = self.record_of(obj)
            if request.method == "POST" and _has_changed(record, request.POST.get("mark")):
                self.message_user(request, " ".join(stale_message(record).messages), messages.ERROR)
                name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
                return HttpResponseRedirect(reverse(name, args=[obj.pk], current_app=self.admin_site.name))
            # The mark first: what the page shows is read after it, so a change in between is found when it is posted.
            return super().delete_view(request, object_id, {"mark": restoring.mark(record)} | (extra_context or {}))

    def _keep(self, request, obj, message, always=False):
        comment = json.dumps(message) if isinstance(message, list) else str(message)
        revisions.keep(self.record_of(obj), by=request.user, comment=comment, always=always)


def _has_changed(record, mark):
    """Whether *record* is no longer what a page with *mark* has shown; nobody else saves it until this transaction ends."""
    rows = type(record)._base_manager.filter(pk=record.pk)
    lock(rows)
    now = rows.first()
    return now is not None and restoring.mark(now) != mark


class _Page:
    """What the pages of one admin entry share."""

    def __init__(self, admin, request):
        self.admin, self.request = admin, request

    def address(self, name, *args):
        opts, site = self.admin.opts, self.admin.admin_site
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=args, current_app=site.name)

    def say(self, text, told=()):
        self.admin.message_user(self.request, text, messages.SUCCESS)
        for sentence in told:
            self.admin.message_user(self.request, sentence, messages.WARNING)

    def answer(self, template, title, context, status=200):
        shared = {**self.admin.admin_site.each_context(self.request), "opts": self.admin.opts, "title": title}
        self.request.current_app = self.admin.admin_site.name
        name = f"admin/record/{template}.html"
        return TemplateResponse(self.request, name, shared | context, status=status)


class HistoryPage(_Page):
    """The pages of one record: the list of its revisions, two of them compared, one of them, and discarding."""

    def __init__(self, admin, request, object_id):
        super().__init__(admin, request)
        self.record = admin.get_object(request, unquote(object_id))
        if self.record is None:
            raise Http404("No such record.")
        if not admin.has_view_or_change_permission(request, self.record):
            raise PermissionDenied

    def show(self):
        page = Paginator(revisions.revisions_of(self.record), PAGE_SIZE).get_page(self.request.GET.get("page"))
        published = self._published()
        rows = [
            {
                "revision": revision,
                "words": revisions.in_words(revision.comment, self.request.user),
                "published": published.get(revision.pk, ""),
                "address": self.address("revision", self.record.pk, revision.pk),
            }
            for revision in page
        ]
        before = list(self._log_before_the_first(page)) if not page.has_next() else []
        compare = self.address("history_compare", self.record.pk)
        return self._answer("history", _("History"), {"page": page, "rows": rows, "log": before, "compare": compare})

    def _published(self):
        """{revision: what was published from it, in a word}."""
        now = state_of(self.record.uid).in_force
        rows = EditionRevision.objects.filter(edition__in=Edition.objects.not_unscheduled().filter(uid=self.record.uid))
        found = {}
        for revision, edition in rows.values_list("revision", "edition"):
            if now and edition == now.pk:
                found[revision] = _("in force")
            else:
                found.setdefault(revision, _("published"))
        return found

    def _log_before_the_first(self, page):
        """(entry, words) for what the admin has logged of the record from before its first revision."""
        kinds = ContentType.objects.get_for_models(
            self.admin.model, self.record._meta.concrete_model, for_concrete_models=False
        )
        entries = LogEntry.objects.filter(content_type__in=kinds.values(), object_id=str(self.record.pk))
        if page:
            entries = entries.filter(action_time__lt=page[-1].date_created)
        for entry in entries.select_related("user").order_by("-action_time"):
            yield entry, revisions.in_words(entry.change_message, self.request.user)

    def compare(self):
        """The difference of two revisions, the older one first whatever the order they were chosen in."""
        chosen = [self._revision(self.request.GET.get(name, "")) for name in ("before", "after")]
        before, after = sorted(chosen, key=lambda revision: (revision is None, revision and revision.pk))
        groups = self._differences(self._saved_state(before), self._saved_state(after))
        context = {"before": self._called(before), "after": self._called(after), "groups": groups}
        return self._answer("history_compare", _("Compare"), context)

    @staticmethod
    def _called(revision):
        return show_utc(revision.date_created, "%Y-%m-%d %H:%M:%S") if revision else _("now")

    def one(self, pk):
        """A revision: the record as it was then, the difference to now, and restoring it."""
        revision = self._revision(str(pk))
        if self.request.method == "POST":
            self._require_edit()
            return self._restore(revision)
        return self._show_one(revision)

    def _restore(self, revision):
        what = {"record": self.record, "at": self._called(revision)}
        text = _("The draft of “%(record)s” is again as it was at %(at)s. Nothing was published.") % what
        comment = _("Restored as it was at %(at)s.") % what

        def bring_back():
            return restoring.restore(self.record, self._saved_state(revision), by=self.request.user, comment=comment)

        try:
            self._act(bring_back, text, comment)
        except ValidationError as error:
            return self._show_one(revision, error.messages, 422)
        self.record.refresh_from_db()  # in which entry it is now
        return HttpResponseRedirect(self.admin.change_address(self.record))

    def _act(self, bring_back, text, comment):
        """Run *bring_back*, unless the record has changed since the page was opened, and say what came of it."""
        with transaction.atomic():
            if not lock(type(self.record)._base_manager.filter(pk=self.record.pk)):
                raise Http404("It was deleted meanwhile.")
            self.record.refresh_from_db()
            if self.request.POST.get("mark") != restoring.mark(self.record):
                raise stale_message(self.record)
            told = bring_back()
            self.admin.log_change(self.request, self.record, comment)
        self.say(text, told)

    def _show_one(self, revision, errors=(), status=200):
        mark = restoring.mark(self.record)  # before what is shown is read
        saved_state = self._saved_state(revision)
        groups = self._differences(saved_state, self._saved_state(None))
        context = {
            "revision": revision,
            "words": revisions.in_words(revision.comment, self.request.user),
            "groups": groups,
            "contents": revision_words.contents(saved_state, self.request.user),
            "may_restore": bool(groups) and self._may_edit,
            "mark": mark,
            "errors": errors,
        }
        return self._answer("revision", _("The record as it was"), context, status)

    def discard(self):
        """Go back to what is public."""
        self._require_edit()
        state = state_of(self.record.uid)
        if state.in_force is None or not self.admin.publishable:
            raise Http404("It is not public.")
        changes = self.admin.changes(self.record, state.in_force)
        if self.request.method == "POST":
            try:
                self._discard(state.in_force)
            except ValidationError as error:
                return self._show_discard(state, changes, error.messages, 422)
            return HttpResponseRedirect(self.admin.change_address(self.record))
        return self._show_discard(state, changes)

    def _discard(self, in_force):
        text = _("What was changed in “%(record)s” since its publication is discarded.") % {"record": self.record}
        self._act(
            lambda: restoring.discard(self.record, by=self.request.user),
            text,
            gettext_noop("Changes since publication discarded."),
        )
        fresh = type(self.record)._base_manager.get(pk=self.record.pk)
        still = self.admin.changes(fresh, in_force)
        if still:
            text = _("It still differs from what is public, by what stands in other records: %(names)s.")
            self.admin.message_user(self.request, text % {"names": ", ".join(still)}, messages.WARNING)

    def _show_discard(self, state, changes, errors=(), status=200):
        mark = restoring.mark(self.record)  # before what is shown is read
        kept = revisions.saved_state_of_edition(state.in_force)
        groups = self._differences(kept, self._saved_state(None)) if kept else []
        context = {
            "changes": changes,
            "to_come": state.to_come,
            "groups": groups,
            "may_discard": bool(groups),
            "is_kept": kept is not None,
            "mark": mark,
            "errors": errors,
            "history_address": self.address("history", self.record.pk),
        }
        return self._answer("discard", _("Discard the changes since publication"), context, status)

    # What the pages ask for

    @property
    def _may_edit(self):
        return self.admin.has_change_permission(self.request, self.record)

    def _require_edit(self):
        if not self._may_edit:
            raise PermissionDenied

    def _revision(self, number):
        """The revision *number* (a text) of this record; None for "", which stands for now."""
        if not number:
            return None
        found = None
        if is_key(number):
            found = revisions.revisions_of(self.record).filter(pk=number).first()
        if found is None:
            raise Http404("No such revision of this record.")
        return found

    def _differences(self, before, after):
        return revision_words.differences(before, after, self.request.user)

    def _saved_state(self, revision):
        return SavedState.of_revision(revision) if revision else self._now

    @cached_property
    def _now(self):
        return SavedState.of(builder_for(self.record).load(self.record))

    def _answer(self, template, title, context, status=200):
        shared = {
            "original": self.record,
            "record_address": self.admin.change_address(self.record),
            "history_address": self.address("history", self.record.pk),
        }
        return self.answer(template, title, shared | context, status)


def gone_message(admin, request, pk):
    """What is said to who saves the record *pk* (a text), which is not there, in the entry *admin*. That it ever was is told
    to who may recover it, and to nobody else."""
    rest = _("Nothing was saved. What you typed is kept in this browser and offered when its form is opened again.")
    found = restoring.recoverable(admin.model, request.user) if admin.has_change_permission(request) else []
    version = next((version for version, _fields in found if version.object_id == pk), None)
    if version is None:
        return " ".join((_("There is no such record, or not any more."), rest))
    what = _("“%(record)s” was deleted meanwhile.") % {"record": version.object_repr}
    address = RecoverPage(admin, request).address("recover_one", version.revision_id)
    return component("message", text=f"{what} {rest}", address=address, link=_("Recover a deleted draft"))


class RecoverPage(_Page):
    """The deleted drafts of one admin entry that the account could have edited, and one of them."""

    def __init__(self, admin, request):
        super().__init__(admin, request)
        if not admin.has_change_permission(request):
            raise PermissionDenied

    def show(self):
        rows = [
            {"version": version, "address": self.address("recover_one", version.revision_id)}
            for version, _fields in self._found[:MOST_DELETED]
        ]
        return self.answer("recover", _("Recover deleted drafts"), {"rows": rows})

    def one(self, pk):
        version = next((version for version, _fields in self._found if version.revision_id == pk), None)
        if version is None:
            raise Http404("No such deleted draft.")
        if self.request.method == "POST":
            return self._recover(version)
        return self._show_one(version)

    @cached_property
    def _found(self):
        return restoring.recoverable(self.admin.model, self.request.user)

    def _recover(self, version):
        comment = gettext_noop("Recovered.")
        try:
            with transaction.atomic():
                saved_state = SavedState.of_revision(version.revision_id)
                record, told = restoring.recover(saved_state, by=self.request.user, comment=comment)
                self.admin.log_addition(self.request, record, comment)
        except ValidationError as error:
            return self._show_one(version, error.messages, 422)
        self.say(_("“%(record)s” is there again, as a draft.") % {"record": record}, told)
        return HttpResponseRedirect(self.admin.change_address(record))

    def _show_one(self, version, errors=(), status=200):
        context = {
            "version": version,
            "contents": revision_words.contents(SavedState.of_revision(version.revision_id), self.request.user),
            "recover_address": self.address("recover"),
            "errors": errors,
        }
        return self.answer("recover_one", _("Recover a deleted draft"), context, status)
