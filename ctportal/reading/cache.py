"""The portal's only cache: whole public responses, and the few values that ``ReadContext.cached`` stores.

The key of each entry contains the epoch (``ctportal.publishing.epoch``). Any change of the public side changes the
epoch, so no entry is ever stale. Entries are kept in this process or, with ``CTPORTAL_CACHE_URL``, in Redis for all
processes. Values are bytes; nothing is pickled. If the cache is unavailable, responses are only slower.
"""

import functools
import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import redis
from cachetools import LRUCache
from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from ctportal.reading.context import ReadContext

logger = logging.getLogger(__name__)

# Keys contain the quarter of an hour, because some pages depend on today's date: in every time zone, midnight is at a
# full quarter of an hour in UTC.
QUARTER = 15 * 60
# API lists are long: together they take at most this share of the memory, so that they never evict pages.
LISTS_SHARE = 0.25
# A list filtered by values that readers type, or by many filters, is hardly ever requested twice.
FREE = frozenset({"q", "date_after", "date_before", "updated_after"})
NOT_FILTERS = frozenset({"page", "ordering", "page_size", "lang"})
MOST_FILTERS = 2
OVERHEAD = 300  # bytes of memory that an entry takes in addition to its value


class MemoryStore:
    """Keeps values in this process, *room* bytes at most; the least recently used are evicted first."""

    def __init__(self, room: int) -> None:
        lists = int(room * LISTS_SHARE)
        self._lists: LRUCache[str, bytes] = LRUCache(lists, getsizeof=_taken)
        self._others: LRUCache[str, bytes] = LRUCache(room - lists, getsizeof=_taken)
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            return self._others.get(key) or self._lists.get(key)

    def set(self, key: str, value: bytes, *, is_list: bool = False) -> None:
        part = self._lists if is_list else self._others
        if _taken(value) <= part.maxsize:
            with self._lock:
                part[key] = value


def _taken(value: bytes) -> int:
    return len(value) + OVERHEAD


class RedisStore:
    """Keeps values in the Redis server at *url* for a quarter of an hour; its ``maxmemory`` limits the memory.

    If the server is down or slow, the store counts as empty and sends no command for ``PAUSE`` seconds.
    """

    PATIENCE = 0.25  # timeout of a command in seconds
    PAUSE = 5.0  # seconds without a command after a failed one

    def __init__(self, url: str) -> None:
        self._server = redis.Redis.from_url(
            url, socket_timeout=self.PATIENCE, socket_connect_timeout=self.PATIENCE, retry=None
        )
        self._away_until = 0.0

    def get(self, key: str) -> bytes | None:
        kept: bytes | None = self._ask(lambda: self._server.get(key))
        return kept

    def set(self, key: str, value: bytes, *, is_list: bool = False) -> None:
        self._ask(lambda: self._server.set(key, value, ex=QUARTER))

    def _ask(self, command: Callable[[], Any]) -> Any:
        if time.monotonic() < self._away_until:
            return None
        try:
            return command()
        except redis.RedisError as error:
            self._away_until = time.monotonic() + self.PAUSE
            logger.warning("The cache in Redis is away, answers are made anew: %s", type(error).__name__)
            return None


Store: TypeAlias = MemoryStore | RedisStore


@functools.cache
def store() -> Store | None:
    """Return the store of this process, None if caching is switched off."""
    if not settings.CTPORTAL_CACHE_MB:
        return None
    if settings.CTPORTAL_CACHE_URL:
        return RedisStore(settings.CTPORTAL_CACHE_URL)
    return MemoryStore(settings.CTPORTAL_CACHE_MB * 1024 * 1024)


def usable() -> Store | None:
    """Return the store, None inside a transaction: what is read there may be rolled back."""
    return None if connection.in_atomic_block else store()


def key_of(context: "ReadContext", *names: Hashable) -> str | None:
    """Return the cache key for *names* in the epoch of *context*, None if there is no epoch."""
    if not context.epoch:
        return None
    quarter = int(context.at.timestamp()) // QUARTER
    name = repr((build(), context.epoch, quarter, names))
    return f"ctportal:{hashlib.sha256(name.encode()).hexdigest()}"


def is_worth_keeping(parameters: Iterable[str]) -> bool:
    """Return whether a list with these query *parameters* is requested often enough to be cached."""
    names = frozenset(parameters)
    return FREE.isdisjoint(names) and len(names - NOT_FILTERS) <= MOST_FILTERS


# The build ---------------------------------------------------------------------------------------------------------

_CODE = ("ctportal", "conferences", "documents", "templates", "locale", "static")
_KINDS = {".py", ".html", ".txt", ".mo", ".po", ".css", ".js", ".svg"}


@functools.cache
def build() -> str:
    """Return a digest of the code, the locked packages and the settings, so that builds share no entries."""
    root = Path(settings.BASE_DIR)
    digest = hashlib.sha256()
    files = [root / "requirements.txt"]
    for folder in _CODE:
        files += sorted(path for path in (root / folder).rglob("*") if path.suffix in _KINDS)
    for path in files:
        digest.update(f"{path.relative_to(root)}\n".encode())
        digest.update(path.read_bytes())
    options = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    digest.update(json.dumps(options, default=_plain, sort_keys=True).encode())
    return digest.hexdigest()[:16]


def _plain(option: object) -> object:
    if isinstance(option, (set, frozenset)):
        return sorted(map(str, option))
    return str(option)
