"""Response headers, and what concerns them alone. These middlewares stand first, so that every answer passes them."""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.utils.deprecation import MiddlewareMixin

HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """django-csp, with the policy of an answer that asks for nothing else made once and always in one order.

    django-csp makes it anew for each answer (40 µs) and lists the directives in another order in each process.
    """

    def __init__(self, get_response):
        super().__init__(get_response)
        directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        self.policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())

    def process_response(self, request, response):
        # What django-csp's decorators leave on the response, and the nonce where a template has asked for one.
        asks_for_more = hasattr(request, "_csp_nonce") or any(name.startswith("_csp") for name in vars(response))
        if asks_for_more or settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response


class IsolationHeadersMiddleware(MiddlewareMixin):
    """Keep other sites from embedding our answers, and pages from asking for the reader's devices.

    A view that set one of these headers itself keeps its own value.
    """

    def process_response(self, request, response):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class HeadWithoutBodyMiddleware(MiddlewareMixin):
    """Answer HEAD with the headers of GET and no body, as HTTP asks; a view need not know the difference."""

    def process_response(self, request, response):
        if request.method == "HEAD":
            if response.streaming:
                response.streaming_content = ()
            else:
                response.headers.setdefault("Content-Length", str(len(response.content)))
                response.content = b""
        return response
