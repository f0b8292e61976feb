"""Start and stop the server of the portal, like ``make run``."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = "ctportal.settings.demo"
WORKERS, THREADS = 2, 8


def environment(data_dir, settings=SETTINGS, **more):
    """Return the environment of a process that uses the database in *data_dir*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CTPORTAL_")}
    return kept | {"CTPORTAL_DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": settings, **more}


def manage(*arguments, data_dir, **more):
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment(data_dir, **more), check=True)


def fill(conferences, data_dir, **more):
    """Fill the database in *data_dir* with synthetic dossiers."""
    command = [sys.executable, "-m", "benchmarks.fill", str(conferences)]
    subprocess.run(command, cwd=ROOT, env=environment(data_dir, **more), check=True)


@contextlib.contextmanager
def serving(data_dir, settings=SETTINGS, *, nice=0, **more):
    """Run gunicorn on a free loopback port and yield the port. With *nice*, it yields the processors to others."""
    port = free_port()
    env = environment(data_dir, settings, **more) | {
        "CTPORTAL_BIND": f"127.0.0.1:{port}",
        "CTPORTAL_WORKERS": str(WORKERS),
        "CTPORTAL_THREADS": str(THREADS),
    }
    command = ["nice", "-n", str(nice), sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    # Workers are not replaced as in production, since that would disturb single measurements.
    command += ["--max-requests", "0", "ctportal.wsgi"]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
        try:
            wait_for(port, process, output)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process, output):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    output.seek(0)
    raise RuntimeError(f"The server did not start on port {port}:\n{output.read().decode(errors='replace')[-2000:]}")
