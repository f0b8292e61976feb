"""The language of the admin's interface: chosen by each member of staff, kept in the cookie of Django's ``set_language``."""

from django.utils import translation
from django.utils.cache import patch_vary_headers

from ctportal.core import languages

PREFIX = "/admin/"


def interface_language():
    """The interface's language under the portal's own code."""
    code = (translation.get_language() or languages.DEFAULT).split("-")[0]
    return code if code in languages.CODES else languages.DEFAULT


class AdminLanguageMiddleware:
    """Speak the language of the reader's cookie or browser below /admin/; public addresses name their own language."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response
