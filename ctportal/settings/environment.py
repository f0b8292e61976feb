"""Functions that read the ``CTPORTAL_…`` environment variables, which docs/operators/settings.md lists."""

import base64
import os
import re
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from ctportal.core.client_address import UNIX
from ctportal.core.instants import is_time_zone

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


def text(name, default=""):
    """Return the variable *name* without surrounding white space, or *default* where it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def flag(name, default=False):
    """Return the variable *name* as a bool. Raises ImproperlyConfigured for a value not in TRUE or FALSE."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is “{value}”; it must be 1 or 0.")
    return value.strip().lower() in TRUE


def number(name, default):
    """Return the variable *name* as an int of at least 0. Raises ImproperlyConfigured for other values."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} is “{value}”; it must be a whole number of at least 0.")
    return int(value)


def time_zone(name: str, default: str) -> str:
    """Return the variable *name* as the name of a time zone. Raises ImproperlyConfigured where it is not an IANA name."""
    value = text(name, default)
    if not is_time_zone(value):
        raise ImproperlyConfigured(f"{name} is “{value}”; it must be an IANA time zone such as Asia/Dushanbe or UTC.")
    return value


def mailbox(name: str) -> str:
    """Return the variable *name*, "" or an e-mail address. Raises ImproperlyConfigured for other values."""
    value = text(name)
    try:
        if value:
            validate_email(value)
    except ValidationError:
        raise ImproperlyConfigured(f"{name} is “{value}”; it must be an e-mail address.") from None
    return value


def redis_url(name):
    """Return the variable *name*, "" or the address of a Redis server. Raises ImproperlyConfigured for other values."""
    value = text(name)
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        # The address may hold a password, so it is not repeated here.
        raise ImproperlyConfigured(f"{name} cannot be read; it must be like redis://127.0.0.1:6379/0.")
    return value


def mail_server(name: str, sender: str) -> tuple[str, int, str, str, bool, bool]:
    """Return (host, port, user, password, STARTTLS, TLS from the start) of the mail server in the variable *name*.

    It is ``smtp://user:password@host:587`` with STARTTLS, ``smtps://…:465`` or, unencrypted, ``smtp://host:25?tls=0``; where it
    is unset the host is "". Raises ImproperlyConfigured for other values, and where the variable *sender* is unset besides.
    """
    parts = urlsplit(text(name))
    if not parts.geturl():
        return "", 0, "", "", False, False
    try:
        port = parts.port or {"smtp": 587, "smtps": 465}[parts.scheme]
    except (KeyError, ValueError):
        port = 0
    options = dict(parse_qsl(parts.query))
    if not port or not parts.hostname or options not in ({}, {"tls": "0"}):
        # The address may hold a password, so it is not repeated here.
        raise ImproperlyConfigured(f"{name} cannot be read; it must be like smtp://user:password@mail.example.org:587.")
    if not mailbox(sender):
        raise ImproperlyConfigured(f"{sender} is not set: the address that messages come from, needed with {name}.")
    is_tls = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return parts.hostname, port, user, password, not is_tls and not options, is_tls


def site_url(name: str, default: str) -> str:
    """Return the variable *name*, the address of the site without a path. Raises ImproperlyConfigured for other values."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or value != f"{parts.scheme}://{parts.netloc}":
        raise ImproperlyConfigured(f"{name} is “{value}”; it must be like https://portal.example.org.")
    return value


def words(name):
    """Return the comma-separated variable *name* as a list."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def proxies(name):
    """Return the comma-separated variable *name* as a list of networks and UNIX. Raises ImproperlyConfigured for others."""
    try:
        return [word if word == UNIX else ip_network(word) for word in words(name)]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}: {error}. It must list addresses or networks such as 127.0.0.1, 10.0.0.0/8, or {UNIX}."
        ) from None


def database(name, data_dir, sqlite_options, *, pool=0):
    """Return Django's database settings for the variable *name*, or for the SQLite file in *data_dir* where it is unset.

    It is ``sqlite:///relative/path``, ``sqlite:////absolute/path`` or ``postgresql://user:password@host:port/name``. Its
    query string holds options of the driver (``?sslmode=require``, ``?host=/var/run/postgresql``). *pool* is the number of
    connections to PostgreSQL that each process may keep open; with 0 each request opens one. Raises ImproperlyConfigured
    for any other value.
    """
    url = text(name)
    if not url:
        return _sqlite(Path(data_dir) / "ctportal.sqlite3", sqlite_options)
    parts = urlsplit(url)
    path = unquote(parts.path[1:])
    if parts.scheme == "sqlite" and path:
        return _sqlite(Path(path), sqlite_options)
    if parts.scheme not in {"postgres", "postgresql"} or not path:
        # The address may hold a password, so it is not repeated here.
        raise ImproperlyConfigured(
            f"{name} cannot be read; it must be like sqlite:////srv/ctportal/ctportal.sqlite3"
            " or postgresql://user:password@host:5432/name."
        )
    options = dict(parse_qsl(parts.query))
    options.setdefault("options", "-c lock_timeout=15s")  # as writers wait on SQLite; then the answer is 503
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 5}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": path,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", parts.hostname or "")),
        "PORT": str(options.pop("port", parts.port or "")),
        "OPTIONS": options,
    }


def _sqlite(path, options):
    return {"ENGINE": "ctportal.sqlite", "NAME": path, "OPTIONS": options, "CONN_MAX_AGE": 600}  # seconds


def production_problems(environ):
    """Return a sentence for each problem of *environ* that prevents a start in production, or []."""
    problems = [
        f"{name} is not set: {meaning}."
        for name, meaning in [
            ("CTPORTAL_SECRET_KEY", "a random text of 50 characters or more, the same for all processes"),
            ("CTPORTAL_ALLOWED_HOSTS", "the host names of the site, separated by commas"),
            ("CTPORTAL_SECOND_FACTOR_KEYS", "one key or more for the secrets of second factors, separated by commas"),
        ]
        if not environ.get(name, "").strip(" ,")
    ]
    key = environ.get("CTPORTAL_SECRET_KEY", "").strip()
    if key and (len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-")):
        # The message does not contain the key, so that logs do not either.
        problems.append(
            f"CTPORTAL_SECRET_KEY is weak ({len(key)} characters, {len(set(key))} different): "
            "it must be a random text of 50 characters or more."
        )
    problems += [
        f"CTPORTAL_ALLOWED_HOSTS holds “{host}”: wildcards are not allowed, name each host."
        for host in environ.get("CTPORTAL_ALLOWED_HOSTS", "").replace(" ", "").split(",")
        if "*" in host or host.startswith(".")
    ]
    problems += [
        f"CTPORTAL_SECOND_FACTOR_KEYS: key {number} is malformed or weak; it must be 32 random bytes in URL-safe base 64, "
        "as settings.md says."
        for number, key in enumerate(environ.get("CTPORTAL_SECOND_FACTOR_KEYS", "").replace(" ", "").split(","), 1)
        if key and not _is_strong(key)
    ]
    if environ.get("CTPORTAL_DEBUG", "").strip().lower() not in FALSE:
        problems.append("CTPORTAL_DEBUG is set: production never runs in debug mode, unset it.")
    return problems


def _is_strong(key):
    """Return whether *key* is what Fernet.generate_key() returns, and has as many different bytes as random ones have."""
    return bool(re.fullmatch("[A-Za-z0-9_-]{43}=", key)) and len(set(base64.urlsafe_b64decode(key))) >= 16
