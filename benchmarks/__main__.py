"""``make bench``: measure pages, API and admin at two sizes, compare them with a bare view, and write RESULTS.md.

All servers run at the same time and are measured in turn, so that other load on the machine affects all of them alike.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from . import report
from .load import TOOL, Load, RequestsFailed, put_load
from .server import ROOT, THREADS, WORKERS, environment, fill, manage, serving

CONNECTIONS = 8  # concurrent, one for each thread of the server
RESULTS = Path(__file__).with_name("RESULTS.md")


def main():
    options = arguments()
    started = time.monotonic()
    conditions = report.conditions(options, tool=TOOL, workers=WORKERS, threads=THREADS, connections=CONNECTIONS)
    with ExitStack() as stack:
        data = Path(options.data or stack.enter_context(tempfile.TemporaryDirectory(prefix="ctportal-bench-")))
        say("Building the static files")
        manage("collectstatic", "--noinput", "--verbosity", "0", data_dir=data / "static")
        seeded = {size: seed(data / str(size), size) for size in options.sizes}
        rows = {size: look_inside(data / str(size), size, options.rows) for size in options.sizes}
        dossiers = {size: cost_of_a_dossier(data / str(size), size) for size in options.sizes}
        measured = measure(stack, data, rows, options)
    conditions["minutes"] = (time.monotonic() - started) / 60
    conditions["load_after"] = os.getloadavg()
    text = report.written(conditions, seeded, rows, measured, dossiers)
    options.out.write_text(text)
    say(f"Written to {options.out}")
    print(text)


def arguments():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs=2, default=[1000, 10_000], help="numbers of conferences")
    parser.add_argument("--rounds", type=int, default=9, help="how often each row is measured")
    parser.add_argument("--seconds", type=int, default=1, help="length of one measurement")
    parser.add_argument("--data", help="folder for the databases, kept and used again; else a temporary one")
    parser.add_argument("--rows", nargs="*", default=[], help="names of the rows, all by default")
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser.parse_args()


def say(text):
    print(f"→ {text}", flush=True)


def seed(data_dir, size):
    """Fill the database in *data_dir* unless an earlier run has done so. Return {"seconds", "processor", "load"}."""
    note = data_dir / "seeded.json"
    data_dir.mkdir(parents=True, exist_ok=True)
    manage("migrate", "--verbosity", "0", data_dir=data_dir)  # the database of an earlier run may lack new indexes
    if note.exists():
        say(f"Using the database of {size} conferences in {data_dir}")
        return json.loads(note.read_text())
    say(f"Seeding {size} conferences")
    begin, used = time.monotonic(), processor_seconds()
    fill(size, data_dir)
    found = {
        "seconds": time.monotonic() - begin,
        "processor": processor_seconds() - used,
        "load": os.getloadavg()[1],
    }
    note.write_text(json.dumps(found))
    return found


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def look_inside(data_dir, size, wanted):
    """Return the JSON of ``benchmarks.inside`` for the database in *data_dir*: rows, addresses, SQL, bytes, profiles."""
    say(f"Checking every address, counting SQL and profiling at {size} conferences")
    return answer_of("benchmarks.inside", *wanted, data_dir=data_dir)


def cost_of_a_dossier(data_dir, size):
    """Return the JSON of ``benchmarks.dossier`` for the database in *data_dir*."""
    say(f"Releasing a dossier with many photos at {size} conferences")
    return answer_of("benchmarks.dossier", data_dir=data_dir)


def answer_of(module, *arguments, data_dir):
    """Run *module* and return the last line of its output, parsed as JSON."""
    command = [sys.executable, "-m", module, *arguments]
    output = subprocess.run(
        command, cwd=ROOT, env=environment(data_dir), check=True, stdout=subprocess.PIPE, text=True, timeout=900
    ).stdout
    return json.loads(output.splitlines()[-1])


def what_to_ask(ports, size, found, name):
    """Return the arguments of ``put_load`` for the row *name* of *found*, the JSON of ``benchmarks.inside``. *ports* is
    {(size, whether the cache is off): port}."""
    row = next(row for row in found["rows"] if row["name"] == name)
    return {"port": ports[size, row["anew"]], "paths": row["paths"], "cookie": found["cookie"] if row["staff"] else ""}


def load_or_nothing(**asked):
    """Like ``put_load``, but print a failure and return a Load of nothing, so that the other rows are still measured."""
    try:
        return put_load(**asked)
    except RequestsFailed as problem:
        say(f"  {problem}")
        return Load(0, float("inf"), float("inf"))


def warm_up(**asked):
    """Send requests until both workers have loaded their templates and filled their caches. The first count may take longer
    than the timeout of wrk, so failures are ignored here."""
    for seconds in (2, 10):
        try:
            put_load(seconds=seconds, connections=CONNECTIONS, **asked)
            return
        except RequestsFailed as problem:
            say(f"  while warming up: {problem}")


def measure(stack, data, rows, options):
    """Return {row name: {"yardstick": [rates], "bare": [rates], size: {"loads": [Load], "alone": [milliseconds]}}}."""
    plain = stack.enter_context(serving(data / "static", "benchmarks.yardstick_settings"))
    bare = stack.enter_context(
        serving(data / "static", "benchmarks.yardstick_settings", BENCHMARK_WITHOUT_MIDDLEWARE="1")
    )
    ports = {(size, False): stack.enter_context(serving(data / str(size))) for size in rows}
    ports |= {(size, True): stack.enter_context(serving(data / str(size), CTPORTAL_CACHE_MB="0")) for size in rows}
    load = {"seconds": options.seconds, "connections": CONNECTIONS}
    alone = {"seconds": options.seconds, "connections": 1, "keep": True}
    for port in (plain, bare):
        put_load(port, ["/"], **load)
    measured = {}
    names = [row["name"] for row in rows[options.sizes[0]]["rows"]]
    for place, name in enumerate(names):
        say(f"Measuring {place + 1} of {len(names)}: {name}")
        result = {"yardstick": [], "bare": [], **{size: {"loads": [], "alone": []} for size in rows}}
        asked = {size: what_to_ask(ports, size, rows[size], name) for size in rows}
        for what in asked.values():
            warm_up(**what)
        for _round in range(options.rounds):  # results that are compared are measured directly after each other
            result["yardstick"].append(put_load(plain, ["/"], **load).rate)
            for size, what in asked.items():
                result[size]["loads"].append(load_or_nothing(**what, **load))
            for size, what in asked.items():
                result[size]["alone"].append(load_or_nothing(**what, **alone).p50)
            result["bare"].append(put_load(bare, ["/"], **load).rate)
        measured[name] = result
        rates = ", ".join(
            f"{statistics.median(each.rate for each in result[size]['loads']):.0f}/s at {size}" for size in rows
        )
        say(f"  {rates}; yardstick {statistics.median(result['yardstick']):.0f}/s")
    return measured


if __name__ == "__main__":
    main()
