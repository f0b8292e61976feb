"""Middleware for response headers. It comes first in MIDDLEWARE, so that it processes every response."""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.utils.deprecation import MiddlewareMixin

HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """django-csp's middleware, with the default policy built once and in a fixed order.

    django-csp builds the policy for each response (40 µs), and each process orders the directives differently.
    """

    def __init__(self, get_response):
        super().__init__(get_response)
        directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        self.policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())

    def process_response(self, request, response):
        # django-csp's decorators set attributes on the response; a template that uses the nonce, on the request.
        asks_for_more = hasattr(request, "_csp_nonce") or any(name.startswith("_csp") for name in vars(response))
        if asks_for_more or settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response


class IsolationHeadersMiddleware(MiddlewareMixin):
    """Keep other sites from embedding the portal's responses, and pages from using the reader's devices.

    A view that set one of these headers itself keeps its own value.
    """

    def process_response(self, request, response):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class HeadWithoutBodyMiddleware(MiddlewareMixin):
    """Answer HEAD with the headers of GET and no body, as HTTP requires, so that views need not handle HEAD."""

    def process_response(self, request, response):
        if request.method == "HEAD":
            if response.streaming:
                response.streaming_content = ()
            else:
                response.headers.setdefault("Content-Length", str(len(response.content)))
                response.content = b""
        return response
