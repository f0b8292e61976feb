"""Middleware that makes the public side read-only, for all its pages and files."""

from django.http import HttpResponseNotAllowed
from django.utils.deprecation import MiddlewareMixin

READING = ("GET", "HEAD")
# Staff write in the admin and in previews, with POST alone.
FOR_STAFF = ("/admin/", "/preview/")


class ReadOnlyMiddleware(MiddlewareMixin):
    """Answer 405 to every method but GET and HEAD, and POST of staff. The API answers 405 in its own format.

    Without it, a view that does not check the method would answer any like a GET.
    """

    def process_request(self, request):
        allowed = (*READING, "POST") if request.path_info.startswith(FOR_STAFF) else READING
        if request.method in allowed or request.path_info.startswith("/api/"):
            return None
        return HttpResponseNotAllowed(allowed)
