"""A line of threads, of any processes on one machine, in the order in which they came."""

import fcntl
import logging
import os
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

_came: ContextVar[int | None] = ContextVar("came", default=None)  # when the current request did, where there is one
FLOCK = "hhqqi4x"  # Linux's struct flock on 64 bits: type, whence, start, length, process, padding


@contextmanager
def place_in_line(path: str) -> Iterator[Callable[[], bool]]:
    """Keep a place in the line of the empty file *path*. Yield a function that tells whether nobody is before it.

    Each who waits locks the one byte of the file whose offset is the instant at which they came, in nanoseconds since the
    machine started. Nobody is before it when no byte before it is locked. The locks belong to the open file: each thread has
    its own, and when a process ends, however it ends, the system takes them away.

    Where there is no line to stand in, nobody is before anybody. The log says so once.
    """
    came = _came.get() or time.monotonic_ns()
    try:
        file = _join(path, came)
    except OSError as error:
        _note_missing(str(error))
        yield lambda: True
        return
    try:
        yield lambda: _flock(file, fcntl.F_OFD_GETLK, fcntl.F_WRLCK, 0, came) == fcntl.F_UNLCK
    finally:
        os.close(file)


def _join(path: str, came: int) -> int:
    """Return *path*, opened, with the byte *came* locked. Raises OSError where it cannot be opened, or has no such locks."""
    if sys.platform != "linux":
        raise OSError("Only Linux has the locks that it needs.")
    file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _flock(file, fcntl.F_OFD_SETLK, fcntl.F_RDLCK, came, 1)
    except OSError:
        os.close(file)
        raise
    return file


@cache
def _note_missing(why: str) -> None:
    """Log *why* there is no line, once in the life of a process."""
    logger.warning("Who writes to the database does not wait in line: %s", why)


class OnePlaceMiddleware:
    """Lets all transactions of a request have the place of its own beginning: signing in has several, and waits once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _came.set(time.monotonic_ns())
        try:
            return self.get_response(request)
        finally:
            _came.reset(token)


def _flock(file: int, command: int, kind: int, start: int, length: int) -> int:
    """Carry out *command* for a lock of *kind* on *length* bytes. Return the kind of the lock that is in its way."""
    answer = fcntl.fcntl(file, command, struct.pack(FLOCK, kind, os.SEEK_SET, start, length, 0))
    return int(struct.unpack(FLOCK, answer)[0])
