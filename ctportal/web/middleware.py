"""Middleware that activates the language in the address of a page."""

from django.utils import translation

from ctportal.core.languages import django_code

from .addresses import language_in_address


class PageLanguageMiddleware:
    """Activate the language that the path begins with, for this request only.

    Django's LocaleMiddleware is not used: it also reads a cookie and Accept-Language, so that the same address could
    give different pages.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        code = language_in_address(request)
        if not code:
            return self.get_response(request)
        with translation.override(django_code(code)):
            return self.get_response(request)
