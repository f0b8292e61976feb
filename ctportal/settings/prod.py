"""Settings for production. Where required settings are missing or unsafe, the start fails and lists all of them."""

import os

from django.core.exceptions import ImproperlyConfigured

from .base import *

if problems := environment.production_problems(os.environ):
    raise ImproperlyConfigured("\n- ".join(["The portal does not start in production:", *problems]))

DEBUG = False
SECRET_KEY = environment.text("CTPORTAL_SECRET_KEY")
ALLOWED_HOSTS = environment.words("CTPORTAL_ALLOWED_HOSTS")
CTPORTAL_SITE_URL = environment.site_url("CTPORTAL_SITE_URL", f"https://{ALLOWED_HOSTS[0]}")
if not EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # a log must not hold links that give access

DATABASES = {
    "default": environment.database(
        "CTPORTAL_DATABASE_URL", DATA_DIR, SQLITE_OPTIONS, pool=environment.number("CTPORTAL_DATABASE_POOL", 8)
    )
}
CTPORTAL_SECOND_FACTOR = True
STORAGES = FINGERPRINTED_STORAGES

# HTTPS only, except for the health checks of a load balancer.
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
