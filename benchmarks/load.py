"""Load a server over loopback: with wrk where it is installed, else with threads of this process."""

import http.client
import json
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

WRK = shutil.which("wrk")
FEWEST = 20  # responses in one measurement; with fewer it is repeated for longer
LONGEST = 60  # seconds
TOOL = "wrk" if WRK else "own Python client (wrk is not installed; the client takes part of the two cores)"


@dataclass
class Load:
    """The result of one measurement: requests per second, and the time of a request in milliseconds."""

    rate: float
    p50: float
    p99: float


class RequestsFailed(Exception):
    pass


def put_load(port, paths, *, seconds, connections, cookie="", keep=False):
    """Request *paths* in turn, with *connections* concurrent requests, for *seconds*, longer where too few responses come.

    Each request opens a new connection, like those of a reverse proxy (docs/operators/install.md). An open connection stays
    with one worker; when one worker had all of them, the other was idle and the rate was halved. With *keep* connections
    stay open. Raises RequestsFailed unless all requests succeed.
    """
    headers = {"Cookie": cookie} if cookie else {}
    if not keep:
        headers["Connection"] = "close"
    measured = (_wrk if WRK else _threads)(port, paths, seconds, connections, headers)
    if measured["failed"]:
        raise RequestsFailed(f"{measured['failed']} of {measured['requests']} requests failed, such as {paths[0]}")
    if measured["requests"] < FEWEST and seconds < LONGEST:
        # Too few responses for a reliable result.
        longer = min(LONGEST, seconds * 4)
        return put_load(port, paths, seconds=longer, connections=connections, cookie=cookie, keep=keep)
    if not measured["requests"]:
        raise RequestsFailed(f"No answer in {seconds} s, asked for {paths[0]}")
    rate = measured["requests"] / (measured["microseconds"] / 1e6)
    return Load(rate, measured["p50"] / 1000, measured["p99"] / 1000)


def _wrk(port, paths, seconds, connections, headers):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(paths) + "\n")
        file.flush()
        command = [WRK, "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"]
        command += ["--timeout", "30s", "--script", str(Path(__file__).with_name("wrk.lua"))]
        for name, value in headers.items():
            command += ["--header", f"{name}: {value}"]
        command += [f"http://127.0.0.1:{port}", "--", file.name]
        output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    return json.loads(output.splitlines()[-1])


def _threads(port, paths, seconds, connections, headers):
    times, failures = [], []
    begin = time.perf_counter()

    def ask(first):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        turn = first
        while time.perf_counter() < begin + seconds:
            before = time.perf_counter()
            try:
                connection.request("GET", paths[turn % len(paths)], headers=headers)
                answer = connection.getresponse()
                answer.read()
                (times if answer.status < 400 else failures).append(time.perf_counter() - before)
            except OSError:
                failures.append(time.perf_counter() - before)
                connection.close()
            turn += connections
        connection.close()

    threads = [threading.Thread(target=ask, args=[n]) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = (time.perf_counter() - begin) * 1e6
    ordered = sorted(times) or [0]
    return {
        "requests": len(times) + len(failures),
        "microseconds": taken,
        "p50": ordered[len(ordered) // 2] * 1e6,
        "p99": ordered[len(ordered) * 99 // 100] * 1e6,
        "failed": len(failures),
    }
