"""Middleware for response headers. It comes first in MIDDLEWARE, so that it processes every response."""

from django.utils.deprecation import MiddlewareMixin

HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


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
