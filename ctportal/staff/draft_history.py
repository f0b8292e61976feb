"""The history of a record's draft in the admin: its revisions, and pages to compare, restore and discard.

Users who may view the record may read its history; users who may edit it may restore. Nothing here publishes.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from reversion.models import Revision

from ctportal.core.instants import show_utc
from ctportal.publishing.base_models import is_key, lock
from ctportal.publishing.models import Edition
from ctportal.publishing.snapshot import builder_for
from ctportal.publishing.state import state_of
from ctportal.staff.draft_changes import changes
from ctportal.staff.form_changes import changed_fields
from ctportal.staff.object_pages import ObjectPage, page_address
from ctportal.staff.stale_save import log_of, stale_message
from ctportal.workflow import redaction, restoring, revision_words, revisions
from ctportal.workflow.models import EditionRevision
from ctportal.workflow.revisions import SavedState

PAGE_SIZE = 50


class KeepsHistory:
    """Mixin of admins: every addition, change and deletion that they log is kept as a revision with the same comment.

    The confirmation of a deletion redacts records that the user may not view. A record that has changed since the
    page was opened is not deleted.
    """

    delete_confirmation_template = "admin/record/delete_confirmation.html"

    def get_deleted_objects(self, objs, request):
        if request.user.has_perm("publishing.read_all_drafts"):
            return super().get_deleted_objects(objs, request)
        return redaction.what_goes(objs, request, self.admin_site)

    def record_of(self, obj):
        """Return the record that *obj* belongs to."""
        return obj

    def construct_change_message(self, request, form, formsets, add=False):
        # Hidden fields and changes of white space do not belong in a history. Rows are named, deleted ones too;
        # ``in_words`` redacts these for users who may not view them.
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
        # Only a POST needs a transaction: on SQLite it takes the write lock.
        with transaction.atomic() if request.method == "POST" else nullcontext():
            obj = self.get_object(request, unquote(object_id))
            if obj is None or not self.has_delete_permission(request, obj):
                return super().delete_view(request, object_id, extra_context)
            record = self.record_of(obj)
            if request.method == "POST" and _has_changed(record, request.POST.get("mark")):
                self.message_user(request, " ".join(stale_message(record).messages), messages.ERROR)
                return HttpResponseRedirect(page_address(self, "change", obj.pk))
            # The mark is read before the content of the page, so a change in between is found when it is posted.
            return super().delete_view(request, object_id, {"mark": restoring.mark(record)} | (extra_context or {}))

    def _keep(self, request, obj, message, always=False):
        comment = json.dumps(message) if isinstance(message, list) else str(message)
        revisions.keep(self.record_of(obj), by=request.user, comment=comment, always=always)


def _has_changed(record, mark):
    """Lock *record* for this transaction; return whether it has changed since the page with *mark* was made."""
    rows = type(record)._base_manager.filter(pk=record.pk)
    lock(rows)
    now = rows.first()
    return now is not None and restoring.mark(now) != mark


class HistoryPage(ObjectPage):
    """The page ``…/<id>/history/``: the list of a record's revisions."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        page = Paginator(revisions.revisions_of(self.record), PAGE_SIZE).get_page(request.GET.get("page"))
        published = self._published()
        rows = [
            {
                "revision": revision,
                "words": revisions.in_words(revision.comment, request.user),
                "published": published.get(revision.pk, ""),
            }
            for revision in page
        ]
        log = [] if page.has_next() else self._log_before_the_first(page)
        return self.answer("record/history", _("History"), {"page": page, "rows": rows, "log": log})

    def _published(self) -> dict[int, str]:
        """Return {primary key of a revision: "current" or "published"}, translated, for those that were published."""
        current = getattr(state_of(self.record.uid).in_force, "pk", None)
        rows = EditionRevision.objects.filter(edition__in=Edition.objects.not_unscheduled().filter(uid=self.record.uid))
        pairs = list(rows.values_list("revision", "edition"))
        found = {revision: _("published") for revision, _edition in pairs}
        return found | {revision: _("current") for revision, edition in pairs if edition == current}

    def _log_before_the_first(self, page: Page) -> list[tuple[LogEntry, str]]:
        """Return [(log entry, its message)] of the admin's log from before the first revision."""
        entries = log_of(self.record)
        if page:
            entries = entries.filter(action_time__lt=page[-1].date_created)
        return [(entry, revisions.in_words(entry.change_message, self.request.user)) for entry in entries]

    # For the pages of single revisions

    def revision(self, number: str) -> Revision | None:
        """Return the revision *number* of this record; None for "", the present draft. Raise Http404 if not found."""
        if not number:
            return None
        found = revisions.revisions_of(self.record).filter(pk=number).first() if is_key(number) else None
        if found is None:
            raise Http404("No such revision of this record.")
        return found

    @staticmethod
    def called(revision: Revision | None) -> str:
        return show_utc(revision.date_created, "%Y-%m-%d %H:%M:%S") if revision else _("now")

    def saved_state(self, revision: Revision | None) -> SavedState:
        return SavedState.of_revision(revision) if revision else self._now

    @cached_property
    def _now(self) -> SavedState:
        return SavedState.of(builder_for(self.record).load(self.record))

    def differences(self, before: SavedState, after: SavedState) -> list:
        return revision_words.differences(before, after, self.request.user)


class HistoryComparePage(HistoryPage):
    """The page ``…/<id>/history/compare/``: the differences of two revisions, always from the older to the newer."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        chosen = [self.revision(request.GET.get(name, "")) for name in ("before", "after")]
        before, after = sorted(chosen, key=lambda revision: (revision is None, revision and revision.pk))
        groups = self.differences(self.saved_state(before), self.saved_state(after))
        context = {"before": self.called(before), "after": self.called(after), "groups": groups}
        return self.answer("record/history_compare", _("Compare"), context)


class BringBackPage(HistoryPage):
    """A page that shows an older state of the draft; a POST restores it."""

    template: str
    title: Promise

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        self.require_edit()
        try:
            with transaction.atomic():
                self.lock_record()
                if request.POST.get("mark") != restoring.mark(self.record):
                    raise stale_message(self.record)
                text, comment, told = self.bring_back()
                self.admin.log_change(request, self.record, comment)
        except ValidationError as error:
            return self.show(error.messages, 422)
        self.say(text)
        for sentence in told:
            self.say(sentence, messages.WARNING)
        return HttpResponseRedirect(self.admin.change_address(self.saved()))

    def saved(self) -> Any:
        """Return the record as it is saved. Restoring may have changed its entry."""
        return type(self.record)._base_manager.get(pk=self.record.pk)

    def bring_back(self) -> tuple[str, str, Iterable[str]]:
        """Restore the state; return the message, the comment for the history, and warnings."""
        raise NotImplementedError

    def show(self, errors: Sequence[str] = (), status: int = 200) -> HttpResponse:
        """Return the page with *errors* above the question whether to restore."""
        context = {"mark": restoring.mark(self.record), "errors": errors}  # the mark before reading what the page shows
        return self.answer(self.template, self.title, context | self.shown(), status)

    def shown(self) -> dict[str, Any]:
        """Return the context of the template, with ``groups``: what restoring would change."""
        raise NotImplementedError


class RevisionPage(BringBackPage):
    """The page ``…/<id>/history/<revision>/``: shows a saved state, its differences from the draft, and restores it."""

    template, title = "record/revision", gettext_lazy("Saved state of the record")

    def setup(self, request: HttpRequest, *args: object, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.chosen = self.revision(str(kwargs["pk"]))

    def bring_back(self) -> tuple[str, str, Iterable[str]]:
        what = {"record": self.record, "at": self.called(self.chosen)}
        text = _("The draft of “%(record)s” was restored to its state at %(at)s. Nothing was published.") % what
        comment = _("Restored to the state at %(at)s.") % what
        state = self.saved_state(self.chosen)
        return text, comment, restoring.restore(self.record, state, by=self.request.user, comment=comment)

    def shown(self) -> dict[str, Any]:
        state = self.saved_state(self.chosen)
        return {
            "words": revisions.in_words(self.chosen.comment, self.request.user),
            "groups": self.differences(state, self.saved_state(None)),
            "contents": revision_words.contents(state, self.request.user),
        }


class DiscardPage(BringBackPage):
    """The page ``…/<id>/discard/``: restores the draft to the current edition."""

    template, title = "record/discard", gettext_lazy("Discard the changes since publication")

    def setup(self, request: HttpRequest, *args: object, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.require_edit()
        self.state = state_of(self.record.uid)
        if self.state.in_force is None or not self.admin.publishable:
            raise Http404("It is not public.")
        self.changes = changes(self.admin, self.record, self.state.in_force)

    def bring_back(self) -> tuple[str, str, Iterable[str]]:
        text = _("The changes to “%(record)s” since its publication were discarded.") % {"record": self.record}
        comment = gettext_noop("Changes since publication discarded.")
        told = list(restoring.discard(self.record, by=self.request.user))
        if still := changes(self.admin, self.saved(), self.state.in_force):
            differs = _("It still differs from the public edition because of changes in other records: %(names)s.")
            told.append(differs % {"names": ", ".join(still)})
        return text, comment, told

    def shown(self) -> dict[str, Any]:
        kept = revisions.saved_state_of_edition(self.state.in_force)
        return {"is_kept": kept is not None, "groups": self.differences(kept, self.saved_state(None)) if kept else []}
