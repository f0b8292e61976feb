"""The base of the admin of every record: its list, its form with the publishing buttons, and its further pages.

The admin writes working records and calls the services for everything public. Only the admin knows both sides.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ctportal.publishing.base_models import Stage, entry_model
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition
from ctportal.staff import buttons, moved_records, presence
from ctportal.staff.components import component
from ctportal.staff.draft_admin import DraftAdmin
from ctportal.staff.draft_history import DiscardPage, HistoryComparePage, HistoryPage, RevisionPage
from ctportal.staff.form_changes import what_changed
from ctportal.staff.label_forms import label_texts, labels_of
from ctportal.staff.language_page import LanguageForm, LanguagePage, LanguagePresencePage
from ctportal.staff.object_pages import forget_messages, page_address
from ctportal.staff.panel import faults, panel
from ctportal.staff.prose_editor import left_out_of, with_nonce
from ctportal.staff.publication_state import (
    STATE_LABELS,
    NotedChangeList,
    language_marks,
    publication_state,
    state_of_text,
)
from ctportal.staff.record_form import RecordForm
from ctportal.staff.recovery import RecoverOnePage, RecoverPage, gone_message
from ctportal.staff.share_page import SharePage
from ctportal.staff.versions import ComparePage, SealPage, VersionsPage
from ctportal.workflow import audit, review, roles
from ctportal.workflow.original_language import move_labels
from ctportal.workflow.redaction import redact

PAGES = [
    ("<path:object_id>/language/<str:language>/", "language", LanguagePage),
    ("<path:object_id>/language/<str:language>/presence/", "language_presence", LanguagePresencePage),
    ("<path:object_id>/share/", "share", SharePage),
    ("<path:object_id>/versions/compare/", "compare", ComparePage),
    ("<path:object_id>/versions/", "versions", VersionsPage),
    ("<path:object_id>/versions/<int:pk>/seal/", "seal", SealPage),
    ("<path:object_id>/presence/", "presence", presence.PresencePage),
    ("recover/", "recover", RecoverPage),
    ("recover/<int:pk>/", "recover_one", RecoverOnePage),
    ("<path:object_id>/history/", "history", HistoryPage),
    ("<path:object_id>/history/compare/", "history_compare", HistoryComparePage),
    ("<path:object_id>/history/<int:pk>/", "revision", RevisionPage),
    ("<path:object_id>/discard/", "discard", DiscardPage),
]


class RecordAdmin(DraftAdmin):
    """The list and form of a record. Only the services change what is public, after the draft is saved."""

    form = RecordForm
    language_form = LanguageForm
    change_form_template = "admin/record/change_form.html"
    change_list_template = "admin/record/change_list.html"
    list_per_page = 50
    pages = PAGES  # further pages: (route, name, page), the longer routes first
    publishable = True  # False for vocabulary, which follows the records that show it
    tells_of_others: frozenset[str] = frozenset()  # search fields, sort columns and filters that read other records

    def get_urls(self) -> list[URLPattern]:
        return [*(page.url(self, route, name) for route, name, page in self.pages), *super().get_urls()]

    # Rights: Django's model permissions, and whether the user created the record; see ``roles``.

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        queryset = super().get_queryset(request)
        return (roles.choosable if self.is_choice(request) else roles.readable)(queryset, request.user)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        record = super().get_object(request, object_id, from_field)
        if record is None and self.model is not self.opts.concrete_model:
            moved_records.look_elsewhere(self, request, object_id)
        return record and redact([record], request.user)[0]

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Override: after a POST, tell the user whether the record can be recovered."""
        if request.method != "POST":
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        self.message_user(request, gone_message(self, request, unquote(object_id)), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:index", current_app=self.admin_site.name))

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return roles.may_publish(request.user, obj or self.model)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only records that were never public and are not scheduled may be deleted; others are withdrawn."""
        return super().has_delete_permission(request, obj) and (obj is None or not self._has_edition(obj))

    def _has_edition(self, obj: Any) -> bool:
        """Return whether *obj* has editions. Cached on *obj*, because rendering a form asks several times."""
        if not hasattr(obj, "has_edition"):
            obj.has_edition = Edition.objects.not_unscheduled().filter(uid=obj.uid).exists()
        return obj.has_edition

    def delete_view(self, request, object_id, extra_context=None):
        obj = self.get_object(request, object_id)
        if obj and super().has_delete_permission(request, obj) and not self.has_delete_permission(request, obj):
            text = _("“%(record)s” is, was or will be public and cannot be deleted. Withdraw it instead.")
            self.message_user(request, text % {"record": obj}, messages.ERROR)
            return HttpResponseRedirect(self.change_address(obj))
        return super().delete_view(request, object_id, extra_context)

    # Lists

    def _without_others(self, request: HttpRequest, names: Sequence) -> Sequence:
        """Return *names* without those that would let a user guess the content of records they may not view."""
        if request.user.has_perm("publishing.read_all_drafts"):
            return names
        return [name for name in names if name not in self.tells_of_others]

    def get_search_fields(self, request):
        return self._without_others(request, super().get_search_fields(request))

    def get_list_filter(self, request):
        return self._without_others(request, super().get_list_filter(request))

    def get_sortable_by(self, request):
        return self._without_others(request, super().get_sortable_by(request))

    def get_changelist(self, request, **kwargs):
        return NotedChangeList

    def changelist_view(self, request, extra_context=None):
        mine = {"may_recover": self.has_change_permission(request)}
        return super().changelist_view(request, mine | (extra_context or {}))

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # records that were public cannot be deleted
        return actions

    @admin.display(description=gettext_lazy("publication"))
    def publication(self, record: Any) -> SafeString:
        state = publication_state(record)
        return component(
            "publication",
            state=state,
            label=STATE_LABELS[state],
            to_come=record.edition_state.to_come,
            stage=record.get_stage_display() if getattr(record, "stage", "") == Stage.REVIEW else "",
        )

    @admin.display(description=gettext_lazy("languages"))
    def language_list(self, record: Any) -> SafeString:
        return language_marks(self.language_states(record))

    def language_states(self, record: Any) -> dict[str, str]:
        """Return {language: "original" or its state (``publication_state.state_of_text``)}, for lists and the language matrix."""
        if self.form.text_rows:
            rows = getattr(record, self.form.text_rows).all()
            states = {row.language: state_of_text(row, record) for row in rows}
        else:
            states = {code: "ready" for name in labels_of(self.model) for code in label_texts(record, name)}
        if record.original_language in states:
            states[record.original_language] = "original"
        return states

    # The form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        buttons.require_right(request, self)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except moved_records.RecordMoved as moved:
            if request.method != "POST":
                raise
            error, form_url = moved_records.carry_over(request, moved), moved.now.change_address(moved.record)
            return moved.now.show_refused(request, error, object_id, form_url, extra_context)
        except ValidationError as error:  # from the button's service, or at the end of the transaction
            refusal = error
        except IntegrityError:
            # Another user took the slug, or deleted a related object, after the form was checked.
            text = _("Someone else saved a conflicting change at the same time. Nothing was saved.")
            refusal = ValidationError(text, code="at_once")
        return self.show_refused(request, refusal, object_id, form_url, extra_context)

    def show_refused(self, request, refusal, object_id, form_url, extra_context):
        """Show the posted form again, with what was typed and the ValidationError *refusal*.

        The transaction was rolled back, draft included. Django makes the form anew and passes nothing on to it but the
        request, so the refusal goes with that; as an error of the form it also keeps it from being saved.
        """
        forget_messages(request)
        audit.note_refusal(request, refusal)
        request.refusal = refusal
        for _name, uploads in request.FILES.lists():
            for upload in uploads:
                upload.seek(0)
        # Django's own view opens a transaction for each POST. This one saves nothing, and need not wait for others who save.
        return self._changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["media"] = with_nonce(request, context["media"])
        form, inlines = context["adminform"].form, context["inline_admin_formsets"]
        formsets = [inline.formset for inline in inlines]
        if request.method == "POST" and not hasattr(request, "refusal"):
            for error in buttons.lacking(self, request, form, formsets):
                form.add_missing(error)
        context["portal"] = self.panel(request, form, obj if change else None)
        context["portal"]["problems"] = list(faults(form, inlines))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def panel(self, request: HttpRequest, form: BaseForm, obj: Any) -> dict[str, Any]:
        """Return the context of the templates around the form; *obj* is None if it is not saved yet."""
        return panel(self, request, form, obj)

    def change_address(self, obj: Any) -> str:
        """Return the address of the form of *obj*, in its own admin entry."""
        model = self.model if self.model is self.opts.concrete_model else entry_model(obj)
        return page_address(self.admin_site.get_model_admin(model), "change", obj.pk)

    # Saving

    def save_model(self, request, obj, form, change):
        request.record_form = form  # for ``_press``: Django passes no form on to ``response_change``
        if change:
            obj.save(update_fields=form.own_columns)
        else:
            obj.created_by = request.user
            obj.save()
        form.save_text()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if form.moves:
            move_labels(form.instance, form.opened_in, form.language)
        refresh_draft(form.instance)
        if not change or what_changed(form, formsets):
            note = review.note_change if self.publishable else review.note_entry_change
            note(form.instance, request.user)
            self.note_saving(request, form.instance)

    def response_add(self, request, obj, post_url_continue=None):
        return super().response_add(request, obj) if "_popup" in request.POST else self._press(request, obj)

    def response_change(self, request, obj):
        return super().response_change(request, obj) if "_popup" in request.POST else self._press(request, obj)

    def _press(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Run the posted button, show its messages, and return the redirect."""
        outcome = buttons.press(self, request, obj, request.record_form)
        self.message_user(request, outcome.message, messages.SUCCESS)
        if outcome.warning:
            self.message_user(request, outcome.warning, messages.WARNING)
        if left_out := left_out_of(request.record_form):
            self.message_user(request, left_out, messages.WARNING)
        for note in request.record_form.notes:
            self.message_user(request, note, messages.WARNING)
        self.tell_cascaded(request, outcome.cascaded)
        return HttpResponseRedirect(outcome.address or self.change_address(obj))

    def tell_cascaded(self, request: HttpRequest, cascaded: Sequence) -> None:
        for sentence in buttons.cascaded_in_words(cascaded):
            self.message_user(request, sentence, messages.WARNING)

    # The page of one further language

    def language_parts(self, obj: Any, user: Any) -> Iterable[tuple[str, Any, Sequence[str]]]:
        """Yield (heading, object, names of its labels) that a language page shows to *user* beside the long text."""
        return [("", obj, labels_of(self.model))]
