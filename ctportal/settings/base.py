"""Common settings. ``dev``, ``demo``, ``test`` and ``prod`` set only what differs."""

from pathlib import Path

from csp.constants import NONE, SELF

from ctportal.core import languages

from . import environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# The folder of the SQLite database and of uploaded files. The web server does not serve it.
DATA_DIR = Path(environment.text("CTPORTAL_DATA_DIR", BASE_DIR / "var"))

# Pages then say that this is a demonstration, and demo_accounts may create its accounts, one per role.
DEMO = environment.flag("CTPORTAL_DEMO")

INSTALLED_APPS = [
    "modeltranslation",
    "ctportal.staff.apps.PortalAdminConfig",  # django.contrib.admin with the portal's own site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_prose_editor",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "reversion",
    "ctportal",
    "ctportal.files",
    "ctportal.search",
    "ctportal.publishing",
    "ctportal.workflow",
    "ctportal.accounts",
    "ctportal.staff.apps.StaffConfig",
    "ctportal.web",
    "ctportal.api",
    "conferences",
    "documents",
]

MIDDLEWARE = [
    # Those that set headers come before whitenoise, so that static files, redirects and errors have them too.
    "ctportal.web.headers.HeadWithoutBodyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ctportal.web.headers.IsolationHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ctportal.conditional.ConditionalMiddleware",
    "ctportal.reading.middleware.AnswerCacheMiddleware",
    "ctportal.web.compression.CompressionMiddleware",  # below the cache, which keeps what is compressed
    "ctportal.web.methods.ReadOnlyMiddleware",
    "ctportal.web.middleware.PageLanguageMiddleware",
    "ctportal.sqlite.line.OnePlaceMiddleware",  # before those that write
    "ctportal.staff.reader_sessions.SessionMiddleware",
    "ctportal.staff.interface_language.AdminLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ctportal.accounts.browsers.KnownBrowserMiddleware",
    "ctportal.workflow.audit.AuditMiddleware",
    "ctportal.web.request_size.RequestSizeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ctportal.accounts.sessions.SessionEndMiddleware",
]

ROOT_URLCONF = "ctportal.urls"
WSGI_APPLICATION = "ctportal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 15,  # seconds that a writer waits in line (ctportal.sqlite); then the answer is 503
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; "
        # Memory-map up to 2 GB of the file, the maximum of SQLite, instead of copying what is read.
        "PRAGMA mmap_size=2147418112; "
        # Overwrite what is deleted, so that sealing leaves nothing in free pages. Some builds of SQLite do it anyway.
        "PRAGMA secure_delete=ON;"
    ),
}

DATABASES = {"default": environment.database("CTPORTAL_DATABASE_URL", DATA_DIR, SQLITE_OPTIONS)}

# The form of a conference with forty sessions exceeds Django's default of 1,000 fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The languages of the admin, by Django's codes. The public codes are in ctportal.core.languages.
LANGUAGE_CODE = "en"
LANGUAGES = [(languages.django_code(code), name) for code, name in languages.LANGUAGES.items()]
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_LANGUAGES = ("en", *[code for code in languages.CODES if code != "en"])
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)

# Instants are shown with the name of their time zone or with "UTC".
TIME_ZONE = "UTC"
# The time zone of "today" where no conference determines it.
CTPORTAL_TIME_ZONE = environment.time_zone("CTPORTAL_TIME_ZONE", "UTC")

# The site's contact for the press, where neither a record nor the organization that issued it has one of its own.
CTPORTAL_PRESS_CONTACT = environment.text("CTPORTAL_PRESS_CONTACT")
CTPORTAL_PRESS_EMAIL = environment.mailbox("CTPORTAL_PRESS_EMAIL")
CTPORTAL_PRESS_PHONE = environment.text("CTPORTAL_PRESS_PHONE")

# The address of the site in messages. Nothing takes it from the Host header of a request.
CTPORTAL_SITE_URL = environment.site_url("CTPORTAL_SITE_URL", "http://127.0.0.1:8000")
# Messages to staff: invitations, links for a new password, and that it was changed. Without a mail server the terminal shows them.
(EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS, EMAIL_USE_SSL) = environment.mail_server(
    "CTPORTAL_EMAIL_URL", "CTPORTAL_EMAIL_FROM"
)
EMAIL_TIMEOUT = 10  # seconds
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = environment.mailbox("CTPORTAL_EMAIL_FROM") or "portal@localhost"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The names of collected static files contain their hash, so browsers may cache them forever.
FINGERPRINTED_STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "ctportal.web.static_files.StaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Uploaded files: private storage, random keys, served only by the file view. There is no MEDIA_URL.
STORED_FILES_ROOT = DATA_DIR / "files"
# Limits of uploads (docs/decisions/files.md), in megabytes of 1024 × 1024 bytes and in millions of pixels.
CTPORTAL_MAX_PHOTO_MB = environment.number("CTPORTAL_MAX_PHOTO_MB", 30)
CTPORTAL_MAX_PHOTO_MEGAPIXELS = environment.number("CTPORTAL_MAX_PHOTO_MEGAPIXELS", 64)
CTPORTAL_MAX_DOCUMENT_MB = environment.number("CTPORTAL_MAX_DOCUMENT_MB", 50)
# Limit of a whole request, enough for fifty photos of 10 MB in one form. Without a staff account, Django's 2.5 MB apply.
CTPORTAL_MAX_REQUEST_MB = environment.number("CTPORTAL_MAX_REQUEST_MB", 512)
# The internal location of nginx for STORED_FILES_ROOT, such as "/private-files/". When empty, this process sends the files.
CTPORTAL_ACCEL_PREFIX = environment.text("CTPORTAL_ACCEL_PREFIX", "")

# The policy of all public pages. The admin and the API's documentation pages add what they need.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
# The reverse proxies whose X-Forwarded-For is believed (ctportal/core/client_address.py).
CTPORTAL_TRUSTED_PROXIES = environment.proxies("CTPORTAL_TRUSTED_PROXIES")
CSRF_FAILURE_VIEW = "ctportal.web.views.forbidden"
# Other security headers have Django's defaults; tests/ctportal/test_headers.py lists them.
SESSION_COOKIE_AGE = (
    12 * 60 * 60
)  # seconds: one long working day; it ends sooner when unused (ctportal/accounts/sessions.py)
# The language that staff chose for the admin. Public addresses contain their language.
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60  # seconds
LANGUAGE_COOKIE_PATH = "/admin/"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

PASSWORD_RESET_TIMEOUT = (
    72 * 60 * 60
)  # seconds: an invitation; a link for a new password lasts an hour (accounts/links.py)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "ctportal.accounts.credentials.OwnWordsValidator"},
]

# The second factor of staff: on in production, which alone has keys, and off elsewhere.
CTPORTAL_SECOND_FACTOR = False
# Fernet keys that encrypt the secrets of second factors. The first one encrypts, all of them decrypt.
CTPORTAL_SECOND_FACTOR_KEYS = environment.words("CTPORTAL_SECOND_FACTOR_KEYS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.text("CTPORTAL_LOG_LEVEL", "INFO").upper()},
    # Replaces Django's own handlers, such as mail to administrators, by the one above.
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}

# The cache of public answers (ctportal/reading/cache.py). CTPORTAL_CACHE_MB is its size in megabytes of 1024 × 1024 bytes
# for each worker, 0 for none; CTPORTAL_CACHE_URL is a Redis server that all workers share instead. Django's own cache is
# not used.
CTPORTAL_CACHE_MB = environment.number("CTPORTAL_CACHE_MB", 64)
CTPORTAL_CACHE_URL = environment.redis_url("CTPORTAL_CACHE_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# The API has no users. Other options are set on its views (ctportal/api/views.py).
REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "ctportal.api.schema.Schema",
    "EXCEPTION_HANDLER": "ctportal.api.problems.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Conference portal",
    "DESCRIPTION": "Conferences, documents and photos as they are public now, and every version that was.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "POSTPROCESSING_HOOKS": ["ctportal.api.schema.exact"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # the codes are listed as enum
}
