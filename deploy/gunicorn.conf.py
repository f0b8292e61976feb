"""Settings of gunicorn, tuned on two cores; docs/operators/settings.md lists the variables."""

import gc
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

bind = os.environ.get("CTPORTAL_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("CTPORTAL_WORKERS", "2"))
# More than the processors can do at once: whoever waits to write to the database holds a thread, and readers need others.
threads = int(os.environ.get("CTPORTAL_THREADS", "8"))
# Workers touch a file to show that they are alive. It is in memory, so a busy disk does not delay that.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
timeout = 60
graceful_timeout = 20
keepalive = 5
# Workers are replaced regularly, not all at once, to limit memory leaks.
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = "warning"
# Trusted proxies may say that a request used HTTPS, by X-Forwarded-Proto alone. Who connects by the Unix socket always may.
proxies = os.environ.get("CTPORTAL_TRUSTED_PROXIES", "").replace(" ", "").split(",")
forwarded_allow_ips = ",".join(proxy for proxy in proxies if proxy != "unix")
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
forwarder_headers = ""


def on_starting(server):
    # In a separate process: after a reload, workers would reuse modules that this process has loaded.
    # When the check fails, the server does not start and prints the errors.
    command = [sys.executable, "manage.py", "check", "--deploy", "--tag", "database", "--database", "default"]
    # The default of ctportal.wsgi, so that the check uses the same settings as the workers.
    environment = {"DJANGO_SETTINGS_MODULE": "ctportal.settings.prod", **os.environ}
    folder = Path(__file__).resolve().parent.parent
    check = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if check.returncode:
        sys.exit(check.stderr)


# The clock as this process last found it right, with the time since the machine was started: see ctportal.publishing.clock.
BOOTTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
clock = {"right": time.time(), "elapsed": time.clock_gettime(BOOTTIME)}


def pre_fork(server, worker):
    # A worker that replaces another one trusts the clock no more than the others do: it may have jumped since.
    right, elapsed = time.time(), time.clock_gettime(BOOTTIME)
    if abs((right - clock["right"]) - (elapsed - clock["elapsed"])) <= 5:
        clock.update(right=right, elapsed=elapsed)


def post_worker_init(worker):
    from ctportal.publishing import clock as own

    own.trust((datetime.fromtimestamp(clock["right"], UTC), clock["elapsed"]))
    threading.Thread(target=own.watch, daemon=True).start()
    # Exclude the objects loaded so far from garbage collection, since they live as long as the worker. Scanning them delayed
    # one admin page in twelve by 90 ms.
    gc.collect()
    gc.freeze()
    # Threads hand over Python's lock after 0.5 ms instead of 5. Each statement of SQL gives it away, so beside a thread that
    # computes a page a transaction of 150 statements took seconds, and a reader's page of ten a quarter of a second.
    sys.setswitchinterval(0.0005)


def when_ready(server):
    if os.environ.get("CTPORTAL_DEMO") == "1":
        print(
            f"\nThe portal is running. Open  http://{bind}/  as a visitor,  http://{bind}/admin/  as staff;"
            f"\npartners read  http://{bind}/api/v1/ . Stop it with Ctrl-C.",
            flush=True,
        )
