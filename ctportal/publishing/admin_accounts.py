"""Accounts: Django's own forms, with one native field for an instant and autocomplete for groups."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db import models

from .admin_forms import InstantField, InstantInput

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):
    formfield_overrides = {models.DateTimeField: {"form_class": InstantField, "widget": InstantInput}}
    autocomplete_fields = ["groups"]
    filter_horizontal = ["user_permissions"]
    show_full_result_count = False

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if request.method == "POST":
            response.status_code = 422
        return response
