"""Conditional requests: ETags, 304 and 412, alike for all public answers."""

from django.utils.cache import get_conditional_response
from django.utils.deprecation import MiddlewareMixin

from ctportal import errors
from ctportal.reading.http import entity_tag

# Answers for staff: kept by no cache, those that say that there is nothing included.
PRIVATE = ("/admin/", "/preview/")
CACHE_CONTROL, KEPT_BY_NONE = "no-cache", "private, no-store"


class ConditionalMiddleware(MiddlewareMixin):
    """Give public answers, errors and refusals included, one constant Cache-Control and a strong ETag made from their own bytes; answer 304.

    The bytes alone decide: nothing that is still to come, and no counter of ours, can be read from an ETag. Answers
    that set these headers themselves (files) and those for staff are left as they are.
    """

    def process_response(self, request, response):
        if request.path_info.startswith(PRIVATE):
            response.headers.setdefault("Cache-Control", KEPT_BY_NONE)
            return response
        response.headers.setdefault("Cache-Control", CACHE_CONTROL)
        if response.status_code != 200 or response.streaming or request.method not in ("GET", "HEAD"):
            return response
        if "ETag" not in response.headers:
            response.headers["ETag"] = entity_tag(response.content)
        conditional = get_conditional_response(request, response.headers["ETag"], None, response) or response
        return errors.precondition_failed(request, conditional) if conditional.status_code == 412 else conditional
