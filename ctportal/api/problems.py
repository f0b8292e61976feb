"""Errors of the API: RFC 9457 problem details, each with a stable type that the page for developers explains."""

import json
import logging

from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

from ctportal.core import outages

logger = logging.getLogger("django.request")

# The URI of a problem type is this path with its kind appended, so that the fragment leads to its explanation.
DOCUMENTATION = "/en/developers/#problem-"

# {kind: (status, title, meaning)}. The page for developers lists these in the reader’s language, the
# OpenAPI description and the answers in English.
TYPES = {
    "bad-parameters": (400, _("Invalid parameters"), _("Each one is listed under errors, with what is expected.")),
    "bad-request": (400, _("Invalid request"), _("The host or a header is not valid.")),
    "not-found": (404, _("Nothing public at this address"), _("The address is wrong, or the record was never public.")),
    "page-out-of-range": (404, _("No such page"), _("The list has fewer pages.")),
    "method-not-allowed": (405, _("Read only"), _("Every address answers GET and HEAD.")),
    "not-acceptable": (
        406,
        _("Only JSON is offered"),
        _("The Accept header of the request excludes application/json."),
    ),
    "withdrawn": (
        410,
        _("Withdrawn"),
        _("The record was public; record says why it is not, and what to read instead."),
    ),
    "sealed": (410, _("Sealed version"), _("The text of this version was removed for good; its hashes remain.")),
    "precondition-failed": (412, _("Precondition failed"), _("What is public differs from what If-Match names.")),
    "unavailable": (503, _("Not available now"), _("Nothing is wrong with the request. Send it again later.")),
    "internal-error": (500, _("Our mistake"), _("The request is not at fault. It was noted; try again later.")),
}


def type_address(request, kind):
    """Return the URI of a problem type: absolute, as RFC 9457 asks, or a path if the request's host is invalid."""
    try:
        return f"{request.scheme}://{request.get_host()}{DOCUMENTATION}{kind}"
    except DisallowedHost:
        return DOCUMENTATION + kind


class Problem(Exception):
    """Raised to respond with the problem *kind* (a key of TYPES); *members* are added to its JSON."""

    def __init__(self, kind, detail="", headers=None, **members):
        super().__init__(detail or kind)
        self.kind, self.detail, self.headers, self.members = kind, detail, headers or {}, members

    def response(self, request):
        status, title, meaning = TYPES[self.kind]
        body = {
            "type": type_address(request, self.kind),
            "title": str(title),
            "status": status,
            "detail": self.detail or str(meaning),
        }
        text = json.dumps(body | self.members, ensure_ascii=False, separators=(",", ":"))
        headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-cache", **self.headers}
        return HttpResponse(text, status=status, headers=headers)


def unavailable(request, found):
    """Return the problem for the Outage *found*; where it is soon over, with the seconds after which to come back."""
    return Problem("unavailable", headers={} if found.is_storage else {"Retry-After": "10"}).response(request)


def handle(exception, context):
    """Return the problem for an exception in a view (``EXCEPTION_HANDLER``). Unexpected exceptions are logged."""
    request = context["request"]
    if isinstance(exception, Problem):
        return exception.response(request)
    if isinstance(exception, exceptions.MethodNotAllowed):
        return Problem("method-not-allowed", headers={"Allow": "GET, HEAD"}).response(request)
    if isinstance(exception, exceptions.NotAcceptable):
        return Problem("not-acceptable").response(request)
    if found := outages.outage(exception):
        outages.log(found)
        return unavailable(request, found)
    logger.error("Internal error: %s", request.path, exc_info=exception, extra={"status_code": 500, "request": request})
    response = Problem("internal-error").response(request)
    response._has_been_logged = True
    return response
