"""The commands of the Makefile, as far as they can be run without installing anything."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from tests.external_services import need

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*command, **variables):
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **variables}, check=False, capture_output=True, text=True, timeout=300
    )


def test_help_explains_every_target():
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()

    lines = run("make", "--no-print-directory", "help").stdout.splitlines()

    explained = [re.match(r"  make ([a-z-]+) +\S", line)[1] for line in lines]
    assert explained == targets


def test_a_port_in_use_is_said_before_anything_is_installed():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = run("deploy/run", PORT=str(port))

    assert (refused.returncode, refused.stdout, refused.stderr) == (
        1,
        "",
        f"""Port {port} on 127.0.0.1 cannot be used: Address already in use.
Stop what listens there, or choose another port:  make run PORT={port + 1}
""",
    )


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port):
    refused = run("deploy/run", PORT=port)

    assert (refused.returncode, refused.stderr) == (2, f"PORT is “{port}”; it must be a number from 1 to 65535.\n")


@pytest.fixture
def postgres():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    need("PostgreSQL", found[-1] if found else None)


def answers(address):
    try:
        with psycopg.connect(address, connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_postgresql_serves_one_command_and_hands_back_its_result(postgres):
    done = run("deploy/test-postgres", "sh", "-c", 'echo "$CTPORTAL_DATABASE_URL"; exit 7')

    started, address = done.stdout.splitlines()
    assert done.returncode == 7
    assert re.fullmatch(r"→ PostgreSQL \d+\.\d+ on 127\.0\.0\.1:\d+", started)
    assert not answers(address)


@pytest.fixture
def open_folder():
    """Return a folder that another user may enter, unlike pytest's own; a killed script leaves its files there."""
    folder = Path(tempfile.mkdtemp(prefix="ctportal-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["terminated with its group", "killed alone"])
def test_postgresql_ends_with_its_script_however_that_ends(postgres, open_folder, how):
    script = subprocess.Popen(
        ["deploy/test-postgres", "sh", "-c", 'echo "$CTPORTAL_DATABASE_URL"; exec sleep 900'],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(open_folder)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    script.stdout.readline()
    address = script.stdout.readline().strip()
    assert answers(address)

    if how == "killed alone":
        script.kill()
    else:
        os.killpg(script.pid, signal.SIGTERM)
    script.wait(timeout=120)
    ended = time.monotonic() + 120
    while answers(address) and time.monotonic() < ended:
        time.sleep(0.1)
    still_there = answers(address)
    # The command that it ran, and whatever else is left.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(script.pid, signal.SIGKILL)
    script.stdout.close()

    assert not still_there
