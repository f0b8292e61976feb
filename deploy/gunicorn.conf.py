"""Gunicorn as measured for two cores; see docs/operators/settings.md for the variables."""

import gc
import os
import subprocess
import sys
from pathlib import Path

bind = os.environ.get("CTPORTAL_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("CTPORTAL_WORKERS", "2"))
threads = int(os.environ.get("CTPORTAL_THREADS", "4"))
# Workers prove that they live by touching a file; in memory, a busy disk cannot make them look dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
timeout = 60
graceful_timeout = 20
keepalive = 5
# A worker is replaced now and then, not all at once, so that no slow leak matters.
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = "warning"
# Whether a request came by HTTPS is decided in one place, CTPORTAL_TRUST_PROXY, and not by any local sender's header here.
forwarded_allow_ips = ""


def on_starting(server):
    # In a process of its own: what this one has loaded, workers after a reload would not load anew. It ends with the reason.
    command = [sys.executable, "manage.py", "check", "--deploy", "--tag", "database", "--database", "default"]
    # As for the workers: ctportal.wsgi reads the settings of production unless others are named.
    environment = {"DJANGO_SETTINGS_MODULE": "ctportal.settings.prod", **os.environ}
    folder = Path(__file__).resolve().parent.parent
    check = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if check.returncode:
        sys.exit(check.stderr)


def post_worker_init(worker):
    # What is loaded by now stays as long as the worker: looking through all of it again whenever Python looks for garbage
    # made one admin page in twelve wait 90 ms.
    gc.collect()
    gc.freeze()


def when_ready(server):
    if os.environ.get("CTPORTAL_DEMO") == "1":
        print(
            f"\nThe portal is running. Open  http://{bind}/  as a visitor,  http://{bind}/admin/  as staff;"
            f"\npartners read  http://{bind}/api/v1/ . Stop it with Ctrl-C.",
            flush=True,
        )
