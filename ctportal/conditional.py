"""Conditional requests: ETags, 304 and 412 for all public responses."""

from django.utils.cache import get_conditional_response
from django.utils.deprecation import MiddlewareMixin

from ctportal import errors
from ctportal.reading.http import PRIVATE, entity_tag

CACHE_CONTROL, KEPT_BY_NONE = "no-cache", "private, no-store"


class ConditionalMiddleware(MiddlewareMixin):
    """Set a constant Cache-Control on all public responses and a strong ETag on successful ones, and answer 304 or 412.

    The ETag is a hash of the content alone, so it reveals nothing about scheduled editions. Headers that a view has set
    (files) are left as they are. Responses for staff get neither an ETag nor 304, and are not cached.
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
        # Browsers replace the headers they have kept by those of a 304, which needs the policy that csp_replace gave the page.
        conditional._csp_replace = getattr(response, "_csp_replace", None)  # type: ignore[union-attr]  # django-csp's
        return errors.precondition_failed(request, conditional) if conditional.status_code == 412 else conditional
