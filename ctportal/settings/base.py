"""What is true everywhere. ``dev``, ``demo``, ``test`` and ``prod`` only say what differs."""

from pathlib import Path

from csp.constants import NONE, SELF

from ctportal.core import languages

from . import environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# Where the embedded set-up keeps its database and files; nothing in it is served directly.
DATA_DIR = Path(environment.text("CTPORTAL_DATA_DIR", BASE_DIR / "var"))

# Shows that this is a demonstration, and lets demo_accounts make its accounts, one per role.
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
    "ctportal.publishing",
    "ctportal.workflow",
    "ctportal.staff.apps.StaffConfig",
    "ctportal.web",
    "ctportal.api",
    "conferences",
    "documents",
]

MIDDLEWARE = [
    # Those that set headers stand before whitenoise, so that static files, redirects and errors carry them too.
    "ctportal.web.headers.HeadWithoutBodyMiddleware",
    "ctportal.web.headers.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ctportal.web.headers.IsolationHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ctportal.conditional.ConditionalMiddleware",
    "ctportal.reading.middleware.AnswerCacheMiddleware",
    "ctportal.web.methods.ReadOnlyMiddleware",
    "ctportal.web.middleware.PageLanguageMiddleware",
    "ctportal.staff.reader_sessions.SessionMiddleware",
    "ctportal.staff.interface_language.AdminLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ctportal.workflow.audit.AuditMiddleware",
    "ctportal.web.request_size.RequestSizeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; "
        # Up to 2 GB of the file, the most that SQLite takes, are read where the system has them, and not copied first.
        "PRAGMA mmap_size=2147418112;"
    ),
}

DATABASES = {
    "default": environment.database(
        environment.text("CTPORTAL_DATABASE_URL"), data_dir=DATA_DIR, sqlite_options=SQLITE_OPTIONS
    )
}

# A conference with forty sessions has more fields than Django's default of 1,000 allows.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The languages of the admin, under Django's own codes; the public codes are in ctportal.core.languages.
LANGUAGE_CODE = "en"
LANGUAGES = [(languages.django_code(code), name) for code, name in languages.LANGUAGES.items()]
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_LANGUAGES = ("en", *[code for code in languages.CODES if code != "en"])
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)

# Instants are shown with their time zone, or in UTC and say so.
TIME_ZONE = "UTC"
# Whose "today" counts where no conference's place does.
CTPORTAL_TIME_ZONE = environment.time_zone("CTPORTAL_TIME_ZONE", "UTC")

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The file names of the built static files carry their hash, so a browser may keep them for good.
FINGERPRINTED_STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Uploaded files: private storage, random keys, served only by the file view. There is no MEDIA_URL.
STORED_FILES_ROOT = DATA_DIR / "files"
# What may be uploaded (docs/decisions/files.md). Megabytes of 1024 × 1024 bytes; megapixels of a million.
CTPORTAL_MAX_PHOTO_MB = environment.number("CTPORTAL_MAX_PHOTO_MB", 30)
CTPORTAL_MAX_PHOTO_MEGAPIXELS = environment.number("CTPORTAL_MAX_PHOTO_MEGAPIXELS", 64)
CTPORTAL_MAX_DOCUMENT_MB = environment.number("CTPORTAL_MAX_DOCUMENT_MB", 50)
# Fifty photos of 10 MB in one form. Bytes of a request in all; who is not staff may send Django's 2.5 MB.
CTPORTAL_MAX_REQUEST_MB = environment.number("CTPORTAL_MAX_REQUEST_MB", 512)
# Where nginx finds STORED_FILES_ROOT as an internal location, such as "/private-files/"; empty: this process sends the files.
CTPORTAL_ACCEL_PREFIX = environment.text("CTPORTAL_ACCEL_PREFIX", "")

# The strict policy of every public page. What the admin and the API's own pages need beyond it, they add themselves.
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
CSRF_FAILURE_VIEW = "ctportal.web.views.forbidden"
# The other security headers are those that Django sends by itself; tests/ctportal/test_headers.py lists them.
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: one long working day
# The language that a member of staff chose for the admin; public addresses name their own.
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60  # seconds
LANGUAGE_COOKIE_PATH = "/admin/"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.text("CTPORTAL_LOG_LEVEL", "INFO").upper()},
    # Django's own handlers (mail to the administrators among them) give way to the one above.
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}

# The one cache of public answers (ctportal/reading/cache.py): megabytes of 1024 × 1024 bytes for each worker, 0 for none; the
# address of a Redis server that all workers share instead. Django's own cache is used by nothing.
CTPORTAL_CACHE_MB = environment.number("CTPORTAL_CACHE_MB", 64)
CTPORTAL_CACHE_URL = environment.redis_url("CTPORTAL_CACHE_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# The API asks for no user; its own views say how it answers (ctportal/api/views.py).
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
    "POSTPROCESSING_HOOKS": ["ctportal.api.schema.without_marks"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # the codes are listed as enum
}
