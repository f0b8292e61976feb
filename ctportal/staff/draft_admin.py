"""The base of the admins of records and sessions: rights by record, and forms that detect stale saves."""

import re
from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.decorators import method_decorator

from ctportal.publishing.base_models import is_key, lock
from ctportal.publishing.transactions import atomic
from ctportal.staff import list_search, presence, stale_save
from ctportal.staff.draft_history import KeepsHistory
from ctportal.staff.fields import NATIVE_WIDGETS, AutocompleteFields
from ctportal.staff.form_uploads import check_upload
from ctportal.staff.lists import NarrowedList
from ctportal.staff.prose_editor import EDITOR_POLICY
from ctportal.workflow import roles

KEPT = re.compile(r"[0-9a-z]{1,40}")  # names the unsaved copy that the browser keeps of a form (``unsaved-copy.js``)


class DraftAdmin(KeepsHistory, AutocompleteFields, NarrowedList, admin.ModelAdmin):
    """The admin of drafts and their parts. Rights: model permissions, and whether the user created the record."""

    formfield_overrides = NATIVE_WIDGETS
    prepare_upload: Callable[[Any], Any] | None = None  # checks the file of a form (ctportal.files.store)
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_view_permission(request, obj)
        return allowed and (obj is None or roles.may_read(request.user, self.record_of(obj)))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_edit(request.user, self.record_of(obj)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or roles.may_edit(request.user, self.record_of(obj)))

    def is_choice(self, request: HttpRequest) -> bool:
        """Return whether *request* asks for the choices of a field in another form."""
        return request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"

    def presence_part(self, obj: Any) -> str:
        """Return the name of the part that the form of *obj* edits; see ``presence``."""
        return presence.FORM

    def note_saving(self, request: HttpRequest, obj: Any) -> None:
        presence.note_saving(request.user, self.record_of(obj).uid, self.presence_part(obj))

    def message_user(self, request, message, level=messages.INFO, extra_tags="", fail_silently=False):
        # The page that shows the success deletes the unsaved copy of the form that was posted, not that of another form
        # or tab.
        token = request.POST.get("kept", "")
        if level == messages.SUCCESS and KEPT.fullmatch(token):
            extra_tags = f"{extra_tags} kept-{token}".lstrip()
        super().message_user(request, message, level, extra_tags, fail_silently)

    def rows_to_lock(self, pk: str) -> QuerySet:
        """Return the rows that must not change between the check of the posted form of the object *pk* and its saving."""
        return self.model._base_manager.filter(pk=pk)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            # A GET needs no transaction, which would take the write lock on SQLite. The digests of the opened form are
            # made from the same objects that it shows.
            return super().changeform_view(request, object_id, form_url, extra_context)
        check_upload(request, self.prepare_upload)
        with atomic():
            if object_id and is_key(unquote(object_id)):
                lock(self.rows_to_lock(unquote(object_id)))
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_search_results(self, request, queryset, search_term):
        # A column that the user sorts by goes before.
        ranked = ORDER_VAR not in request.GET
        return list_search.search(queryset, self.get_search_fields(request), search_term, ranked=ranked), False

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.request = request
        return form

    @method_decorator(csp_update(EDITOR_POLICY))
    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        stale = stale_save.stale_context(context["adminform"].form, formsets)
        context["portal"] = context.get("portal", {}) | stale
        if change and not context["is_popup"]:
            context["presence"] = presence.open_form(request, self, obj)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if request.method == "POST":
            response.status_code = 422
        return response
