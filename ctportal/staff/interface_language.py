"""The language of the admin's interface, which each user chooses; Django's ``set_language`` keeps it in a cookie."""

from django.utils import translation
from django.utils.cache import patch_vary_headers

from ctportal.core import languages

PREFIX = "/admin/"


def interface_language():
    """Return the portal's code of the interface language."""
    return languages.active()


class AdminLanguageMiddleware:
    """Activate the language of the cookie or the browser below /admin/; public addresses contain their own language."""

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
