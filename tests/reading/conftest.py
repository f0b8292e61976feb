import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ctportal.reading import cache, middleware
from tests.external_services import need

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def is_kept(client, monkeypatch):
    """Return a function that tells whether the response for an address came from the cache, with one query for the epoch."""
    found, honest = [], middleware.answer_of

    def noting(entry):
        found.append(honest(entry))
        return found[-1]

    monkeypatch.setattr(middleware, "answer_of", noting)

    def ask(address, **headers):
        found.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})
        kept = any(found)
        assert not kept or len(queries) == 1
        return kept

    return ask


@pytest.fixture
def keeps(is_kept):
    """Return a function that requests an address twice and tells whether the second response was cached."""

    def ask(address, **headers):
        is_kept(address, **headers)
        return is_kept(address, **headers)

    return ask


@pytest.fixture(scope="session")
def redis_port():
    """Yield the port of a Redis that ``deploy/test-redis`` starts for the session."""
    need("Redis", shutil.which("redis-server"))
    with started_redis() as port:
        yield port


class started_redis:
    """Context manager that runs Redis on *port*, by default a free one."""

    def __init__(self, port=""):
        self.port = port

    def __enter__(self):
        command = [ROOT / "deploy/test-redis", "sh", "-c", 'echo "$CTPORTAL_CACHE_URL"; cat']
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "REDIS_PORT": str(self.port)}
        self.script = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        address = self.script.stdout.readline().strip()
        assert address, "Redis did not start"
        return int(address.rsplit(":", 1)[1].removesuffix("/0"))

    def __exit__(self, *_error):
        self.script.stdin.close()
        self.script.wait(20)
        self.script.stdout.close()


@pytest.fixture
def in_redis(settings, redis_port):
    """Cache responses in Redis, as several machines do."""
    settings.CTPORTAL_CACHE_URL = f"redis://127.0.0.1:{redis_port}/0"
    cache.store.cache_clear()
    cache.store()._server.flushdb()
    yield redis_port
    cache.store.cache_clear()
