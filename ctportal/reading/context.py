"""The read context: the instant at which one request reads, passed to everything that its response is made of."""

import json
import logging
from collections.abc import Callable, Hashable
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from django.http import HttpRequest

from ctportal.publishing import epoch

from . import cache

logger = logging.getLogger(__name__)
T = TypeVar("T")


class ReadContext:
    """The instant at which a request reads (from ``epoch.read``) and the epoch of that instant.

    Both are read once, with one query, when either is first used. A whole response is read at the same ``at``, so that
    its counts and rows agree. The middleware makes one for each request, ``request.read_context``.
    """

    @cached_property
    def _read(self) -> epoch.Reading:
        return epoch.read()

    @property
    def at(self) -> datetime:
        """The instant, an aware datetime in UTC."""
        return self._read.at

    @property
    def epoch(self) -> str:
        """The epoch. It must not be shown to readers, because it changes with what staff do."""
        return self._read.epoch

    def cached(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return ``compute()``, or what it returned earlier in the same epoch.

        *key* names the value. The value must be JSON serializable; a tuple comes back as a list.
        """
        store = cache.usable()
        name = store and cache.key_of(self, "value", key)
        if not store or not name:
            return compute()
        kept = store.get(name)
        if kept is not None:
            try:
                found: T = json.loads(kept)
                return found
            except ValueError:
                logger.warning("The cache gave something unreadable for “%s”; it is computed anew.", key)
        made = compute()
        store.set(name, json.dumps(made).encode())
        return made


class ReadRequest(HttpRequest):
    """A request of the public side, with the attribute that ``AnswerCacheMiddleware`` sets."""

    read_context: ReadContext
