"""The instant at which one request reads, handed down to everything that the answer is made of."""

from collections.abc import Callable, Hashable
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from django.http import HttpRequest

from ctportal.publishing import epoch

from . import cache

T = TypeVar("T")


class ReadContext:
    """The instant at which a request reads (default: what ``epoch.read`` gives) and the epoch it lies in.

    Both are read together, with one query, when one of them is first asked for, and never again: everything that one answer
    shows is read at the same ``at``, so that its count and its rows agree. The middleware makes one for each request,
    ``request.read_context``.
    """

    def __init__(self, at: datetime | None = None) -> None:
        self._given = at

    @cached_property
    def _read(self) -> epoch.Reading:
        return epoch.read(self._given)

    @property
    def at(self) -> datetime:
        """Aware, UTC."""
        return self._given or self._read.at

    @property
    def epoch(self) -> str:
        """Never to be shown: it changes with what staff do."""
        return self._read.epoch

    def cached(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return ``compute()``, or what it returned before in the same epoch. *key* names the value, which is made of what
        JSON knows: a tuple comes back as a list."""
        return cache.value(self, key, compute)


class ReadRequest(HttpRequest):
    """A request of the public side, as ``AnswerCacheMiddleware`` hands it on."""

    read_context: ReadContext
