"""The public side is read, never written: one place for all its pages, feeds and files."""

from django.http import HttpResponseNotAllowed
from django.utils.deprecation import MiddlewareMixin

READING = ("GET", "HEAD")
# Staff write; the API refuses in its own words.
LEFT_TO_THEMSELVES = ("/admin/", "/preview/", "/api/")


class ReadOnlyMiddleware(MiddlewareMixin):
    """Answer 405 to every method but GET and HEAD outside the admin, previews and the API.

    A view that forgot to look at the method would else answer a POST like a GET.
    """

    def process_request(self, request):
        if request.method in READING or request.path_info.startswith(LEFT_TO_THEMSELVES):
            return None
        return HttpResponseNotAllowed(READING)
