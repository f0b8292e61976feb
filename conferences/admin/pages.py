"""What the pages beside Django's own share."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.template.response import TemplateResponse


def admin_page(
    admin: ModelAdmin, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> TemplateResponse:
    """Return the page *template*, which stands below the list of *admin*, made with *context*."""
    site = admin.admin_site
    request.current_app = site.name
    shared = {**site.each_context(request), "subtitle": None, "opts": admin.opts, "media": admin.media}
    return TemplateResponse(request, f"admin/{template}", shared | context, status=status)
