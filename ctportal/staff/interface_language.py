"""The language of the admin's interface: chosen by each member of staff, kept in a cookie."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ctportal.core import languages

PREFIX = "/admin/"
YEAR = 365 * 24 * 60 * 60  # seconds


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


@require_POST
def choose_language(request):
    """Keep the posted ``language`` in the cookie and go back to where the choice was made."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = PREFIX
    response = HttpResponseRedirect(target)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR,
            path=PREFIX,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
