"""Health checks for a load balancer: whether the process is alive, and whether it is ready to serve requests."""

import logging
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from ctportal.publishing import clock
from ctportal.publishing.database_guards import missing_guards

logger = logging.getLogger(__name__)


@never_cache
def healthz(request):
    """Answer 200 whenever the process can respond. Nothing else is checked, because a restart would not help."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
def readyz(request):
    """Answer 200 if the database responds and has its guards, files can be written, and the clock can be trusted; else 503
    with what failed.

    The address is public, so the response only names the part that failed; the reason is logged.
    """
    parts = {"database": _database_is_whole(), "files": _files_are_writable(), "clock": _clock_is_right()}
    body = {name: "ok" if works else "unavailable" for name, works in parts.items()}
    return JsonResponse(body, status=200 if all(parts.values()) else 503)


def _database_is_whole():
    try:
        missing = missing_guards()
    except DatabaseError:
        logger.exception("readyz: the database does not answer")
        return False
    if missing:
        logger.error("readyz: the database lacks guards, run manage.py database_guards install: %s", ", ".join(missing))
    return not missing


def _clock_is_right():
    try:
        return clock.problem(clock.last_entry()) is None  # which logs why
    except DatabaseError:
        return True  # there is nothing to compare it with; that the database is away, its own part tells


def _files_are_writable():
    try:
        Path(settings.STORED_FILES_ROOT).mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=settings.STORED_FILES_ROOT):
            pass
    except OSError:
        logger.exception("readyz: files cannot be written in %s", settings.STORED_FILES_ROOT)
        return False
    return True
