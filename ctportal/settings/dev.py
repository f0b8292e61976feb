"""A developer's own machine: debug pages, autoreload, static files straight from their folders."""

from .base import *

DEBUG = True
SECRET_KEY = "development-only"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
CTPORTAL_CACHE_MB = 0  # a template that is changed shows at once
