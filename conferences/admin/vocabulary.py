"""The admin of the vocabulary: series, themes, organizations and people, public while a public record shows them."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from conferences.admin.lists import label
from conferences.admin.merge import MOST, MergePage
from conferences.models import Organization, Person, Series, Theme
from ctportal.core.folding import fold
from ctportal.publishing.base_models import is_key
from ctportal.staff.components import component
from ctportal.staff.object_pages import page_address
from ctportal.staff.publication_state import PublicationFilter
from ctportal.staff.record_admin import RecordAdmin
from ctportal.staff.record_form import RecordForm
from ctportal.workflow import roles


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
    search_fields = ["search_text"]

    @admin.display(description=_("name"), ordering="slug")
    def called(self, record):
        return label(record, "name") or record.slug


admin.site.register([Series, Theme], VocabularyAdmin)


class NamedForm(VocabularyForm):
    """The form of people and organizations. A new one with the name of another has to be confirmed."""

    is_another = forms.BooleanField(
        label=_("This is another one"), required=False, help_text=_("Tick this only if both have the same name.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["is_another"]

    def clean_name(self):
        name = self.cleaned_data["name"]
        if self.instance.pk or "is_another" in self.data:
            return name
        if same := namesakes(self._meta.model, name, self.request.user):
            inputs = {"opts": self._meta.model._meta, "is_popup": "_popup" in self.data}
            raise ValidationError(component("namesakes", name=name, namesakes=same, **inputs), code="namesake")
        return name


def namesakes(model, name, user):
    """Return the entries of *model* that are called *name*, however it is written, of those that *user* may choose."""
    line = fold(name)
    named = roles.choosable(model.objects.all(), user).filter(search_text__contains=f"\n{line}\n")
    return list(named.order_by("slug")[:5]) if line else []


class MergeableAdmin(VocabularyAdmin):
    """The admin of people and organizations, with an action that merges duplicates."""

    form = NamedForm
    actions = ["merge"]
    pages = [("merge/", "merge", MergePage), *VocabularyAdmin.pages]

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return ["is_another", *fields] if obj is None and request.method == "POST" else fields

    def add_view(self, request, form_url="", extra_context=None):
        """In the window that another form opened, the button for an existing entry chooses it in that form."""
        if request.method == "POST" and is_key(request.POST.get("_choose", "")):
            # The user may choose no other entries, so a posted key tells nothing of those.
            choosable = roles.choosable(self.model.objects.all(), request.user)
            if chosen := choosable.filter(pk=request.POST["_choose"]).first():
                return self.response_add(request, chosen)
        return super().add_view(request, form_url, extra_context)

    @admin.action(description=_("Merge selected entries"), permissions=["publish"])
    def merge(self, request, queryset):
        keys = queryset.order_by("pk").values_list("pk", flat=True)[: MOST + 1]  # one too many is refused by the page
        return HttpResponseRedirect(f"{page_address(self, 'merge')}?{urlencode({'ids': ','.join(map(str, keys))})}")


@admin.register(Organization)
class OrganizationAdmin(MergeableAdmin):
    fields = [
        *("name", "acronym", "slug", "original_language", "kind", "country", "parent", "website"),
        *("contact", "contact_email", "contact_phone"),
    ]
    autocomplete_fields = ["parent"]
    list_display = ["called", "acronym", "kind", "country", "language_list", "publication"]
    list_filter = [PublicationFilter, "kind"]


@admin.register(Person)
class PersonAdmin(MergeableAdmin):
    fields = ["name", "slug", "original_language"]
