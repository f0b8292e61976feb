"""Put load on a server over loopback: with wrk where it is installed, else with threads of our own."""

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
FEWEST = 20  # answers in one measurement; where there are fewer, it is made longer
LONGEST = 60  # seconds
TOOL = "wrk" if WRK else "own Python client (wrk is not installed; the client takes part of the two cores)"


@dataclass
class Load:
    """What one measurement gave: requests per second, and the time of a request in milliseconds."""

    rate: float
    p50: float
    p99: float


class RequestsFailed(Exception):
    pass


def put_load(port, paths, *, seconds, connections, cookie="", keep=False):
    """Ask for *paths* in turn, *connections* requests at a time, for *seconds*, longer where too few answers come.

    Each request opens a connection of its own, as those of a proxy in front do (docs/operators/install.md): a kept one
    stays with the worker that took it, and where one worker took all of them, the other was idle and the rate half of
    what the server does. With *keep* connections stay open, for one request at a time. Every answer must be a success.
    """
    headers = {"Cookie": cookie} if cookie else {}
    if not keep:
        headers["Connection"] = "close"
    measured = (_wrk if WRK else _threads)(port, paths, seconds, connections, headers)
    if measured["failed"]:
        raise RequestsFailed(f"{measured['failed']} of {measured['requests']} requests failed, such as {paths[0]}")
    if measured["requests"] < FEWEST and seconds < LONGEST:
        # Too slow for this window: a measurement of a few answers says little, and of none says nothing.
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
