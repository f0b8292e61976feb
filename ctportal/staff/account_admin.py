"""The admin of accounts and roles: Django's, with native date fields, autocomplete and the languages of translators."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from ctportal.accounts import invitations, limits, mail, rights
from ctportal.accounts.credentials import NAME_HELP, validate_user_name
from ctportal.accounts.hashing import Busy, HashedInTurn
from ctportal.accounts.second_factor_pages import asks_for_code
from ctportal.accounts.second_factor_reset import is_resettable
from ctportal.core import languages
from ctportal.core.folding import fold
from ctportal.core.search_text import search_words, shorten
from ctportal.staff.fields import INSTANT_INPUT, AutocompleteFields
from ctportal.staff.lists import NarrowedList
from ctportal.staff.reset_page import ResetFactorPage
from ctportal.web.views import busy
from ctportal.workflow import roles

admin.site.unregister([User, Group])


def _codename(language: str) -> str:
    """Return the codename of the permission to translate into *language*."""
    return roles.translate(language).partition(".")[2]


class AccountFields(forms.ModelForm):
    """What the forms to add and to change an account have in common."""

    translates = forms.MultipleChoiceField(
        label=_("Translates into"),
        choices=languages.CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For translators: they write these languages of every record, and no others."),
    )

    def clean_username(self):
        name = self.cleaned_data["username"]
        if name != self.instance.username:
            validate_user_name(name)
        return name

    def clean(self):
        """Merge the chosen languages into the single rights, so that only changes are written and logged.

        Who may not give single rights gives the languages alone: an account with others is not theirs to change.
        """
        cleaned = super().clean() or {}
        codenames = [_codename(code) for code in cleaned.get("translates", ())]
        tongues = Permission.objects.filter(codename__in=codenames)
        cleaned["user_permissions"] = [*cleaned.get("user_permissions", ()), *tongues]
        return cleaned

    def _save_m2m(self):
        super()._save_m2m()
        self.instance.user_permissions.set(self.cleaned_data["user_permissions"])


class AccountForm(AccountFields, UserChangeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        held = set(self.instance.user_permissions.values_list("codename", flat=True))
        self.initial["translates"] = [code for code in languages.CODES if _codename(code) in held]
        # The field "translates" shows these permissions.
        if single := self.fields.get("user_permissions"):
            single.queryset = single.queryset.exclude(codename__startswith="translate_")


# Django speaks of groups and their permissions; the portal's own are roles.
WORDS = {
    "username": {"help_text": NAME_HELP},
    "email": {"label": _("E-mail address")},
    "groups": {
        "label": _("Roles"),
        "help_text": _("They say what the account may do. An account without any role can sign in, but do nothing."),
    },
}


class NewAccountForm(AccountFields):
    """The form to add an account of staff. It has no password: the person chooses one."""

    email = forms.EmailField(label=_("E-mail address"))

    def save(self, commit=True):
        self.instance.is_staff = True
        self.instance.set_unusable_password()
        return super().save(commit)


class PasswordForm(HashedInTurn, AdminPasswordChangeForm):
    """The form in which an administrator sets the password of an account."""


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
    add_form = NewAccountForm
    change_password_form = PasswordForm
    add_form_template = "admin/accounts/add_form.html"
    change_form_template = "admin/accounts/change_form.html"
    list_display = [*UserAdmin.list_display, "invited"]
    list_select_related = ["invitation"]
    readonly_fields = ["invited"]
    add_fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email"]}),
        (_("Roles and languages"), {"fields": ["groups"]}),
    ]
    formfield_overrides = {models.DateTimeField: {"form_class": forms.DateTimeField, "widget": INSTANT_INPUT}}
    autocomplete_fields = ["groups"]
    filter_horizontal = ["user_permissions"]
    show_full_result_count = False

    def get_urls(self):
        invite = self.admin_site.admin_view(require_POST(asks_for_code(self.invite)))
        lift = self.admin_site.admin_view(require_POST(asks_for_code(self.lift_limits)))
        return [
            path("<int:pk>/invite/", invite, name="invite"),
            path("<int:pk>/lift-limits/", lift, name="lift_limits"),
            ResetFactorPage.url(self, "<path:object_id>/second-factor/", "reset_second_factor"),
            *super().get_urls(),
        ]

    @method_decorator(asks_for_code)
    def user_change_password(self, request, *args, **kwargs):
        try:
            return super().user_change_password(request, *args, **kwargs)
        except Busy:
            return busy(request)

    @admin.display(description=_("invitation"))
    def invited(self, account):
        return invitations.state(account)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change:
            transaction.on_commit(partial(self._send_invitation, request, obj))

    def invite(self, request, pk):
        """Send the invitation of an account again. Earlier links no longer work."""
        account = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, account):
            raise PermissionDenied
        if invitations.may_be_invited(account):
            invitations.renew(account)
            self._send_invitation(request, account)
        else:
            words = _("Only an active account of staff with an e-mail address and without a password can be invited.")
            messages.error(request, words)
        return redirect("admin:auth_user_change", pk)

    def lift_limits(self, request, pk):
        """Forget the failed sign-ins of an account, so that it is let in again."""
        account = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, account):
            raise PermissionDenied
        limits.lift_for_account(account, by=request.user)
        words = gettext("The failed sign-ins of %(account)s are forgotten. Signing in can be tried again at once.")
        messages.success(request, words % {"account": account})
        return redirect("admin:auth_user_change", pk)

    def _send_invitation(self, request, account):
        if invitations.send(account):
            words = gettext("An invitation was sent to %(address)s.") % {"address": account.email}
            return messages.success(request, words)
        if mail.is_available():
            words = gettext(
                "The mail server did not accept the invitation. Check the address, and send it again later."
            )
        else:
            words = gettext("This site sends no e-mail. Set a password for the account, and tell it to the person.")
        return messages.warning(request, words)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or rights.may_manage(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or rights.may_manage(request.user, obj))

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return super().formfield_for_dbfield(db_field, request, **kwargs, **WORDS.get(db_field.name, {}))

    def get_field_queryset(self, db, db_field, request):
        queryset = super().get_field_queryset(db, db_field, request)
        if db_field.name == "groups" and not request.user.is_superuser:
            return Group.objects.filter(name__in=roles.ROLES)
        return queryset

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if not request.user.is_superuser and request.POST.keys() & set(rights.FOR_SUPERUSERS):
            raise PermissionDenied  # the form of an administrator does not have these fields
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_search_results(self, request, queryset, search_term):
        # The table is Django's own, without a column for folded names. Folding those of 2,000 accounts takes 40 ms.
        words = search_words(shorten(search_term).text)
        if not words:
            return queryset, False
        rows = queryset.order_by().values_list("pk", *self.get_search_fields(request))
        texts = ((pk, fold(" ".join(names))) for pk, *names in rows)
        return queryset.filter(pk__in=[pk for pk, text in texts if all(word in text for word in words)]), False

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        return [(name, self._for_user(request.user, options)) for name, options in fieldsets]

    def _for_user(self, user, options):
        """Return *options* with the field of languages beside the roles, and without what *user* may not give."""
        hidden = () if user.is_superuser else rights.FOR_SUPERUSERS
        fields = [field for field in options["fields"] if field not in hidden]
        if "password" in fields:
            fields.append("invited")
        if "groups" in fields:
            fields.insert(fields.index("groups") + 1, "translates")
        return options | {"fields": fields}

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["resettable"] = obj is not None and is_resettable(obj, by=request.user)
        may_change = obj and self.has_change_permission(request, obj)
        context["has_failures"] = may_change and limits.has_failures(obj)
        context["may_be_invited"] = may_change and invitations.may_be_invited(obj)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if request.method == "POST":
            response.status_code = 422
        return response


@admin.register(Group)
class RoleAdmin(AskedAgain, AutocompleteFields, NarrowedList, GroupAdmin):
    """Django's admin of groups, with this project's autocomplete fields and list, which reject invalid values."""
