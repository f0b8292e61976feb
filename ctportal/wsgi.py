"""The WSGI application."""

import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ctportal.settings.prod")


class Utf8Request(WSGIRequest):
    """A request that is read as UTF-8, whatever encoding the client names in Content-Type.

    Django takes any that Python has. Then the same address could give different pages, which the cache would keep, some
    encodings yield text that no database stores, and others fail before any middleware runs.
    """

    @property
    def encoding(self):
        return "utf-8"

    @encoding.setter
    def encoding(self, name):
        """Ignore *name*."""


application = get_wsgi_application()
application.request_class = Utf8Request
