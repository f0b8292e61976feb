"""Middleware that makes the public side read-only, for all its pages and files."""

from django.http import HttpResponseNotAllowed
from django.utils.deprecation import MiddlewareMixin

READING = ("GET", "HEAD")
# Staff write in the admin and in previews; the API answers 405 in its own format.
LEFT_TO_THEMSELVES = ("/admin/", "/preview/", "/api/")


class ReadOnlyMiddleware(MiddlewareMixin):
    """Answer 405 to every method but GET and HEAD outside the admin, previews and the API.

    Without it, a view that does not check the method would answer a POST like a GET.
    """

    def process_request(self, request):
        if request.method in READING or request.path_info.startswith(LEFT_TO_THEMSELVES):
            return None
        return HttpResponseNotAllowed(READING)
