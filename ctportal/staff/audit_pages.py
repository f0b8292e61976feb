"""Read-only lists of the audit trail, the workflow steps and the ledger, with filters and CSV export."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from ctportal.core.csv_files import csv_lines
from ctportal.publishing.models import LedgerEntry
from ctportal.staff import list_search
from ctportal.staff.components import component
from ctportal.staff.lists import NarrowedList
from ctportal.workflow.models import AuditEntry, WorkflowStep

CHUNK = 1000  # rows read at a time


class HappenedAdmin(NarrowedList, admin.ModelAdmin):
    """The admin of read-only rows. The search and filters of the list also apply to the export."""

    change_list_template = "admin/audit/change_list.html"
    show_full_result_count = False
    list_per_page = 100
    ordering = ["-pk"]
    exported: tuple[str, ...] = ()
    person_column = "by"

    def get_search_results(self, request, queryset, search_term):
        fields = self.get_search_fields(request)
        return list_search.search(queryset, fields, search_term, ranked=False), False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/", self.admin_site.admin_view(self.export), name=name), *super().get_urls()]

    def export(self, request):
        """Return the filtered list as CSV, oldest row first. Raise BadRequest if the filter is invalid."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            queryset = self.get_changelist_instance(request).get_queryset(request).order_by("pk")
        except (IncorrectLookupParameters, SuspiciousOperation) as error:
            raise BadRequest("The list cannot be narrowed down by what the address says.") from error
        rows = queryset.values_list(*self.exported).iterator(chunk_size=CHUNK)
        response = StreamingHttpResponse(csv_lines(self.exported, rows), content_type="text/csv; charset=utf-8")
        name = f"{self.opts.model_name}-{timezone.now():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @admin.display(description=gettext_lazy("when (UTC)"), ordering="pk")
    def instant(self, entry):
        return f"{entry.at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("who"))
    def person(self, entry):
        name = getattr(entry, self.person_column)
        return _narrower(self.person_column, name, name)

    @admin.display(description=gettext_lazy("record"))
    def record(self, entry):
        of_type = getattr(entry, "edition", entry)  # an entry of the ledger has the type of its edition
        return _narrower("uid", entry.uid, f"{of_type.get_type_display()} {str(entry.uid)[:8]}") if entry.uid else ""


def _narrower(name, value, text):
    """Return a link to the list filtered by *name* = *value*; "" if *value* is empty."""
    return component("link", address=f"?{urlencode({name: value})}", text=text) if value else ""


@admin.register(AuditEntry)
class AuditEntryAdmin(HappenedAdmin):
    list_display = ["instant", "person", "kind", "outcome", "what", "record", "address"]
    person_column = "who"
    list_filter = ["kind", "outcome", "at"]
    search_fields = ["search_text", "uid"]
    exported = ("at", "who", "account", "kind", "outcome", "what", "type", "uid", "address")


@admin.register(WorkflowStep)
class WorkflowStepAdmin(HappenedAdmin):
    list_display = ["instant", "person", "action", "language", "record", "remark"]
    list_filter = ["action", "type", "at"]
    search_fields = ["search_text", "uid"]
    exported = ("at", "by", "action", "language", "type", "uid", "remark")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(HappenedAdmin):
    list_display = ["instant", "person", "action", "record", "beginning", "reason"]
    list_filter = ["action", "at"]
    search_fields = ["search_text", "uid", "sha256", "hash"]
    exported = ("id", "at", "by", "action", "uid", "edition", "sha256", "effective_at", "public_until", "frozen",
                "reason", "previous", "hash")  # fmt: skip

    def get_queryset(self, request):
        heavy = ("edition__json", "edition__card")
        return super().get_queryset(request).select_related("edition").defer(*heavy)

    @admin.display(description=gettext_lazy("takes effect (UTC)"))
    def beginning(self, entry):
        return f"{entry.effective_at:%Y-%m-%d %H:%M:%S}"
