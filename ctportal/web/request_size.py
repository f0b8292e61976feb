"""A limit on what anyone may send, held before a byte of it is read."""

from http import HTTPStatus

from django.conf import settings
from django.utils.translation import gettext as _

from ctportal.files.filetypes import MEGABYTE

from .views import error_page


class RequestSizeMiddleware:
    """Answer 413 to a request that declares too long a body. Stands behind the one that says who asks.

    Only staff upload files. Without this, the check of the form's token would first write half a gigabyte of anybody's
    to the disk. A body longer than declared is not read by the server, so the declared length is enough.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        declared = request.META.get("CONTENT_LENGTH") or "0"
        size = int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 16 else 0
        if size <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return self.get_response(request)
        limit = settings.CTPORTAL_MAX_REQUEST_MB * MEGABYTE if is_staff(request) else 0
        if size <= limit:
            return self.get_response(request)
        response = error_page(
            request,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            _("What was sent is too large"),
            [
                _("A form may hold up to %(limit)d MB, files included; send fewer files at a time.")
                % {"limit": settings.CTPORTAL_MAX_REQUEST_MB}
            ],
        )
        response.headers["Connection"] = "close"
        return response


def is_staff(request):
    return request.user.is_active and request.user.is_staff
