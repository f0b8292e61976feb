"""The demonstration of ``make run``: loopback only and plain HTTP, but server and static files of production."""

import os
import secrets

from .base import *

DEBUG = False
DEMO = environment.flag("CTPORTAL_DEMO", True)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
STORAGES = FINGERPRINTED_STORAGES


def _secret_key(path):
    """Return the key stored at *path*. It is created on the first start, so that sessions survive a restart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = _secret_key(DATA_DIR / "secret-key")
