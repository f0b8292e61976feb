"""The admin of the vocabulary: series, themes, organizations and people, public while a public record shows them."""

from django.contrib import admin
from django.http import HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from conferences.admin.lists import label
from conferences.admin.merge import MOST, MergePage
from conferences.models import Organization, Person, Series, Theme
from ctportal.core import languages
from ctportal.staff.object_pages import page_address
from ctportal.staff.publication_state import PublicationFilter
from ctportal.staff.record_admin import RecordAdmin
from ctportal.staff.record_form import RecordForm


class VocabularyForm(RecordForm):
    """The form of all vocabulary entries, whose slugs are made from their names."""

    slug_from = "name"
    constraint_fields = {"organization_is_not_its_own_parent": "parent"}


class VocabularyAdmin(RecordAdmin):
    publishable = False
    form = VocabularyForm
    fields = ["name", "slug", "original_language", "description"]
    ordering = ["slug"]
    list_display = ["called", "slug", "language_list", "publication"]
    list_filter = [PublicationFilter]
    search_fields = ["slug", *(f"name_{code}" for code in languages.CODES)]

    @admin.display(description=_("name"), ordering="slug")
    def called(self, record):
        return label(record, "name") or record.slug


admin.site.register([Series, Theme], VocabularyAdmin)


class MergeableAdmin(VocabularyAdmin):
    """The admin of people and organizations, with an action that merges duplicates."""

    actions = ["merge"]
    pages = [("merge/", "merge", MergePage), *VocabularyAdmin.pages]

    @admin.action(description=_("Merge selected entries"), permissions=["publish"])
    def merge(self, request, queryset):
        keys = queryset.order_by("pk").values_list("pk", flat=True)[: MOST + 1]  # one too many is refused by the page
        return HttpResponseRedirect(f"{page_address(self, 'merge')}?{urlencode({'ids': ','.join(map(str, keys))})}")


@admin.register(Organization)
class OrganizationAdmin(MergeableAdmin):
    fields = ["name", "acronym", "slug", "original_language", "kind", "country", "parent", "website"]
    autocomplete_fields = ["parent"]
    list_display = ["called", "acronym", "kind", "country", "language_list", "publication"]
    list_filter = [PublicationFilter, "kind"]
    search_fields = ["acronym", *VocabularyAdmin.search_fields]


@admin.register(Person)
class PersonAdmin(MergeableAdmin):
    fields = ["name", "slug", "original_language"]
