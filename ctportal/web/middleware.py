"""The language of a page is that of its address."""

from django.utils import translation

from ctportal.core.languages import django_code

from .addresses import language_in_address


class PageLanguageMiddleware:
    """Speak the language that the address begins with, and forget it afterwards.

    Not Django's LocaleMiddleware: that one asks cookie and browser, so the same address would read differently.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        code = language_in_address(request)
        if not code:
            return self.get_response(request)
        with translation.override(django_code(code)):
            return self.get_response(request)
