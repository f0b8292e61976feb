"""Further pages of a ModelAdmin, at addresses below its list or one of its objects."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import unquote
from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.views import View

from ctportal.publishing.base_models import lock


def page_address(admin: ModelAdmin, name: str, *args: object) -> str:
    """Return the address of the page *name* of *admin*, such as "change" or "history"."""
    return reverse(admin_urlname(admin.opts, name), args=args, current_app=admin.admin_site.name)


def forget_messages(request: HttpRequest) -> None:
    """Drop the messages of this request: they tell of what was rolled back."""
    request._messages = default_storage(request)


class AdminPage(View):
    admin: Any = None  # the ModelAdmin that the page belongs to

    @classmethod
    def url(cls, admin: ModelAdmin, route: str, name: str) -> URLPattern:
        """Return the URL pattern of the page, for ``admin.get_urls()``."""
        view = admin.admin_site.admin_view(cls.as_view(admin=admin))
        return path(route, view, name=admin_urlname(admin.opts, name).removeprefix("admin:"))

    def address(self, name: str, *args: object) -> str:
        return page_address(self.admin, name, *args)

    def say(self, text: str, level: int = messages.SUCCESS) -> None:
        self.admin.message_user(self.request, text, level)

    def answer(self, template: str, title: str | Promise, context: dict, status: int = 200) -> HttpResponse:
        """Return a response with ``admin/<template>.html``, whose context has this page as ``view``, as in Django."""
        site_context = self.admin.admin_site.each_context(self.request)
        shared = {**site_context, "view": self, "opts": self.admin.opts, "title": title}
        self.request.current_app = self.admin.admin_site.name
        return TemplateResponse(self.request, f"admin/{template}.html", shared | context, status=status)


class ObjectPage(AdminPage):
    """A page of one object, for users who may view it. The URL parameter ``object_id`` is its key."""

    def setup(self, request: HttpRequest, *args: object, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.record = self.admin.get_object(request, unquote(kwargs["object_id"]))
        if self.record is None:
            raise Http404("No such record.")
        if not self.admin.has_view_or_change_permission(request, self.record):
            raise PermissionDenied

    @property
    def may_edit(self) -> bool:
        return self.admin.has_change_permission(self.request, self.record)

    def require_edit(self) -> None:
        if not self.may_edit:
            raise PermissionDenied

    def lock_record(self) -> None:
        """Lock the record for this transaction and reload it. Raise Http404 if it was deleted."""
        if not lock(type(self.record)._base_manager.filter(pk=self.record.pk)):
            raise Http404("It was deleted meanwhile.")
        self.record.refresh_from_db()

    def answer(self, template: str, title: str | Promise, context: dict, status: int = 200) -> HttpResponse:
        shared = {"original": self.record, "record_address": self.admin.change_address(self.record)}
        return super().answer(template, title, shared | context, status)
