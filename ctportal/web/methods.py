"""The public side is read, never written: one place for all its pages, feeds and files."""

from django.http import HttpResponseNotAllowed

READING = ("GET", "HEAD")
# Staff write; the API refuses in its own words.
LEFT_TO_THEMSELVES = ("/admin/", "/preview/", "/api/")


class ReadOnlyMiddleware:
    """Answer 405 to every method but GET and HEAD outside the admin, previews and the API.

    A view that forgot to look at the method would else answer a POST like a GET.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in READING or request.path_info.startswith(LEFT_TO_THEMSELVES):
            return self.get_response(request)
        return HttpResponseNotAllowed(READING)
