"""Settings for development: debug pages, autoreload, and static files from their source folders."""

from .base import *

DEBUG = True
SECRET_KEY = "development-only"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
CTPORTAL_CACHE_MB = 0  # so that a changed template shows at once
