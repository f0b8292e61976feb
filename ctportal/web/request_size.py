"""Middleware that limits the size of requests before their bodies are read."""

from http import HTTPStatus

from django.conf import settings
from django.utils.deprecation import MiddlewareMixin

from ctportal.files.filetypes import MEGABYTE

from .views import error_page


class RequestSizeMiddleware(MiddlewareMixin):
    """Answer 413 to a request whose Content-Length is too large. It comes after the authentication middleware.

    Only staff upload files. Without this limit, the CSRF check would first write up to half a gigabyte from anyone to
    disk. The server does not read beyond the declared length, so it is enough to check that.
    """

    def process_request(self, request):
        declared = request.META.get("CONTENT_LENGTH") or "0"
        size = int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 16 else 0
        if size <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return None
        if request.user.is_active and request.user.is_staff and size <= settings.CTPORTAL_MAX_REQUEST_MB * MEGABYTE:
            return None
        response = error_page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        response.headers["Connection"] = "close"
        return response
