"""Settings for tests. Each process writes only to a temporary folder of its own."""

import atexit
import shutil
import tempfile

from .base import *

DEBUG = False
SECRET_KEY = "test-only"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

DATA_DIR = Path(tempfile.mkdtemp(prefix="ctportal-test-"))
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
STORED_FILES_ROOT = DATA_DIR / "files"

if DATABASES["default"]["ENGINE"] == "ctportal.sqlite":
    # A file, as in production: with a database in memory, the threads of the live server would share one connection. It need
    # not survive a crash, so it is not synced.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] = {
        **SQLITE_OPTIONS,
        "init_command": str(SQLITE_OPTIONS["init_command"]).replace("synchronous=FULL", "synchronous=OFF"),
    }

# Serve static files from their source folders, without collectstatic.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
