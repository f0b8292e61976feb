"""Responses to errors outside of views: a page in the layout of the site or, below /api/ and for a client that asks an address
below /id/ for JSON, a problem document."""

import sys

from django.db import OperationalError
from django.utils.cache import patch_vary_headers

from ctportal.api.problems import Problem
from ctportal.web import views as pages


def _is_api(request):
    return request.path_info.startswith("/api/")


def bad_request(request, exception=None):
    return Problem("bad-request").response(request) if _is_api(request) else pages.bad_request(request, exception)


def not_found(request, exception=None):
    is_permanent = request.path_info.startswith("/id/")  # whatever follows, both forms are served there
    wants_problem = pages.prefers_json(request) if is_permanent else _is_api(request)
    response = Problem("not-found").response(request) if wants_problem else pages.not_found(request, exception)
    if is_permanent:
        patch_vary_headers(response, ["Accept", "Accept-Language"])
    return response


def server_error(request):
    """Return the response to an exception that no view has handled. Django calls this while it is being handled."""
    if isinstance(sys.exc_info()[1], OperationalError) and not _is_api(request):
        return pages.busy(request)
    return Problem("internal-error").response(request) if _is_api(request) else pages.server_error(request)


def precondition_failed(request, response):
    """Return *response*, an empty 412 for an If-Match that does not match, or a problem document below /api/."""
    return Problem("precondition-failed").response(request) if _is_api(request) else response
