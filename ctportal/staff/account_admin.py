"""The admin of accounts and roles: Django's, with native date fields, autocomplete and the languages of translators."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, Permission, User
from django.db import models
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from ctportal.accounts.second_factor_pages import asks_for_code
from ctportal.accounts.second_factor_reset import is_resettable
from ctportal.core import languages
from ctportal.core.folding import fold
from ctportal.core.search_text import search_words, shorten
from ctportal.staff.fields import INSTANT_INPUT, AutocompleteFields
from ctportal.staff.lists import NarrowedList
from ctportal.staff.reset_page import ResetFactorPage
from ctportal.workflow import roles

admin.site.unregister([User, Group])


def _codename(language: str) -> str:
    """Return the codename of the permission to translate into *language*."""
    return roles.translate(language).partition(".")[2]


class AccountForm(UserChangeForm):
    translates = forms.MultipleChoiceField(
        label=_("Translates into"),
        choices=languages.CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For translators: they write these languages of every record, and no others."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        held = set(self.instance.user_permissions.values_list("codename", flat=True))
        self.initial["translates"] = [code for code in languages.CODES if _codename(code) in held]
        # The field "translates" shows these permissions.
        rights = self.fields["user_permissions"]
        rights.queryset = rights.queryset.exclude(codename__startswith="translate_")

    def clean(self):
        """Merge the chosen languages into ``user_permissions``, so that only changes are written and logged."""
        cleaned = super().clean() or {}
        if "translates" in cleaned and "user_permissions" in cleaned:
            rights = Permission.objects.filter(codename__in=[_codename(code) for code in cleaned["translates"]])
            cleaned["user_permissions"] = [*cleaned["user_permissions"], *rights]
        return cleaned


class AskedAgain:
    """A ModelAdmin that asks for a fresh code of the second factor before anything is changed."""

    @method_decorator(asks_for_code)
    def add_view(self, request, *args, **kwargs):
        return super().add_view(request, *args, **kwargs)

    @method_decorator(asks_for_code)
    def change_view(self, request, *args, **kwargs):
        return super().change_view(request, *args, **kwargs)

    @method_decorator(asks_for_code)
    def delete_view(self, request, *args, **kwargs):
        return super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request, extra_context=None):
        view = super().changelist_view
        return (asks_for_code(view) if request.method == "POST" else view)(request, extra_context)  # POST: actions


@admin.register(User)
class AccountAdmin(AskedAgain, AutocompleteFields, NarrowedList, UserAdmin):
    form = AccountForm
    formfield_overrides = {models.DateTimeField: {"form_class": forms.DateTimeField, "widget": INSTANT_INPUT}}
    autocomplete_fields = ["groups"]
    filter_horizontal = ["user_permissions"]
    show_full_result_count = False

    def get_urls(self):
        route = "<path:object_id>/second-factor/"
        return [ResetFactorPage.url(self, route, "reset_second_factor"), *super().get_urls()]

    @method_decorator(asks_for_code)
    def user_change_password(self, request, *args, **kwargs):
        return super().user_change_password(request, *args, **kwargs)

    def get_search_results(self, request, queryset, search_term):
        # The table is Django's own, without a column for folded names. Folding those of 2,000 accounts takes 40 ms.
        words = search_words(shorten(search_term).text)
        if not words:
            return queryset, False
        rows = queryset.order_by().values_list("pk", *self.get_search_fields(request))
        texts = ((pk, fold(" ".join(names))) for pk, *names in rows)
        return queryset.filter(pk__in=[pk for pk, text in texts if all(word in text for word in words)]), False

    def get_fieldsets(self, request, obj=None):
        return [(name, self._with_languages(options)) for name, options in super().get_fieldsets(request, obj)]

    def _with_languages(self, options):
        fields = list(options["fields"])
        if "groups" in fields:
            fields.insert(fields.index("groups") + 1, "translates")
        return options | {"fields": fields}

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["resettable"] = obj is not None and is_resettable(obj, by=request.user)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if request.method == "POST":
            response.status_code = 422
        return response


@admin.register(Group)
class RoleAdmin(AskedAgain, AutocompleteFields, NarrowedList, GroupAdmin):
    """Django's admin of groups, with this project's autocomplete fields and list, which reject invalid values."""
