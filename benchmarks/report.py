"""Write RESULTS.md, the figures with their targets. All of it is generated."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import django
import gunicorn

from .dossier import LIMIT
from .inside import URLS
from .load import FEWEST
from .server import ROOT

MORE_FOR_STAFF = 30  # milliseconds by which a page of the admin may be slower at the larger size
GROWTH = 1.2  # limit for public pages: time at the larger size divided by time at the smaller one


def conditions(options, **more):
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "date": datetime.now(UTC),
        "commit": commit.stdout.strip() or "unknown",
        "cores": len(os.sched_getaffinity(0)),
        "processor": processor(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3,
        "load_before": os.getloadavg(),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "sizes": options.sizes,
        **more,
    }


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def written(about, seeded, rows, measured, dossiers):
    small, large = about["sizes"]
    results = [
        Result(
            row,
            next(other for other in rows[large]["rows"] if other["name"] == row["name"]),
            measured[row["name"]],
            about,
        )
        for row in rows[small]["rows"]
    ]
    parts = [
        head(about, seeded, results),
        targets(results, small, large),
        missed(results),
        figures(results, small, large),
        releases(dossiers),
        where_the_time_goes(results, large),
    ]
    return "\n\n".join(parts) + "\n"


class Result:
    """One row: its measurements at both sizes, compared with the targets."""

    def __init__(self, row, row_at_large, measured, about):
        self.row, self.row_at_large = row, row_at_large
        self.name = row["name"]
        small, large = about["sizes"]
        self.small, self.large = measured[small], measured[large]
        self.yardstick = median(measured["yardstick"])
        self.bare = median(measured["bare"])
        self.shares = shares(self.large["loads"], measured["yardstick"])
        self.shares_at_small = shares(self.small["loads"], measured["yardstick"])
        # From the time of one request, since rates under load also depend on how the workers share the work.
        self.growth = median(self.large["alone"]) / median(self.small["alone"])

    def checks(self):
        """Yield (name, target, figure, whether it is met, by how much it is missed)."""
        if self.row["share"]:
            target, worst = self.row["share"], min(median(self.shares), median(self.shares_at_small))
            yield (
                "share of the yardstick",
                f"≥ {target}",
                f"{worst:.3f}",
                worst >= target,
                f"{1 - worst / target:.0%} too few",
            )
        if self.row["limit"]:
            target, worst = self.row["limit"], max(median(self.small["alone"]), median(self.large["alone"]))
            yield (
                "one request",
                f"≤ {target} ms",
                f"{worst:.0f} ms",
                worst <= target,
                f"{worst - target:.0f} ms too long",
            )
            more = median(self.large["alone"]) - median(self.small["alone"])
            yield (
                "growth",
                f"≤ {MORE_FOR_STAFF} ms",
                f"{more:.0f} ms",
                more <= MORE_FOR_STAFF,
                f"{more - MORE_FOR_STAFF:.0f} ms too much",
            )
            return
        yield (
            "growth",
            f"≤ {GROWTH}",
            f"{self.growth:.2f}",
            self.growth <= GROWTH,
            f"{self.growth / GROWTH - 1:.0%} too much",
        )


def shares(loads, yardstick):
    """Return the share of the yardstick in each round, since other load in a round slows both."""
    return [load.rate / rate for load, rate in zip(loads, yardstick, strict=True)]


def head(about, seeded, results):
    load = " ".join(f"{value:.2f}" for value in about["load_before"])
    after = " ".join(f"{value:.2f}" for value in about["load_after"])
    filled = ", ".join(
        f"{size} conferences in {found['seconds']:.0f} s ({found['processor']:.0f} s of processor time, load average {found['load']:.1f})"
        for size, found in seeded.items()
    )
    yardstick, bare = median(r.yardstick for r in results), median(r.bare for r in results)
    return f"""# Measured

Written by `make bench` and by nothing else: {about["date"]:%Y-%m-%d %H:%M} UTC, commit {about["commit"]}, {about["minutes"]:.0f} minutes.

- Machine: {about["cores"]} cores ({about["processor"]}), {about["memory"]:.0f} GB; load average {load} before, {after} after
  (over 1, 5 and 15 minutes; before the run it should be near 0, or something else took part of the machine).
- Software: Python {platform.python_version()}, Django {django.get_version()}, SQLite {sqlite3.sqlite_version}, gunicorn {gunicorn.__version__} with
  {about["workers"]} workers of {about["threads"]} threads (deploy/gunicorn.conf.py), settings of `make run`, DEBUG off. Public answers are
  kept in each worker (CTPORTAL_CACHE_MB), but where a row says "made anew".
- Content: `python -m benchmarks.fill`, {filled}.
- Load: {about["tool"]} over loopback on the same cores, {about["connections"]} requests at a time, each on a connection of its own, as a proxy in front opens them
  (docs/operators/install.md): of kept connections one worker sometimes takes all, and then does half of what two do. Yardstick and pages are
  asked alike, so what a connection costs is in both (docs/decisions/measuring.md): in turn, {about["seconds"]} s each and longer where fewer than
  {FEWEST} answers came, in {about["rounds"]} rounds for each row, which is warmed up before.
  Rows that stand for many pages ask for up to {URLS} of them in turn; each address was checked first to answer 200 with what it should show.
- Yardstick: a view that returns a constant 15 kB, on a server of its own with the same settings and the portal's whole
  middleware, asked in turn with the pages: {yardstick:.0f} requests/s. The same view without any middleware: {bare:.0f} requests/s.
- Figures are medians over the rounds, so that a round which something else spoiled moves none; a share is the median of the shares within
  one round, and "from, to" are the lowest and the highest of these. "One request" is the median time of a request when no other
  is under way, on a kept connection. "First after a publication" is the processor time of one request that finds
  nothing kept: neither counts and menus nor records of the API's lists. SQL is the largest number over the row's addresses, all statements of a request counted.
"""


def targets(results, small, large):
    lines = [
        "## Targets",
        "",
        f"Shares are the lower one of {small} and {large} conferences. Growth is the time of one request at {large} over that at {small}.",
        "",
        "| row | what | target | measured | |",
        "| --- | --- | --- | --- | --- |",
    ]
    for result in results:
        for what, target, figure, met, gap in result.checks():
            lines.append(f"| {result.name} | {what} | {target} | {figure} | {'met' if met else f'**missed**, {gap}'} |")
    return "\n".join(lines)


def missed(results):
    gaps = [f"{r.name}: {what}" for r in results for what, _target, _figure, met, _gap in r.checks() if not met]
    total = sum(len(list(r.checks())) for r in results)
    if not gaps:
        return f"All {total} targets are met."
    return f"{total - len(gaps)} of {total} targets are met; missed: {', '.join(gaps)}."


def figures(results, small, large):
    lines = [
        "## Figures",
        "",
        "| row | conferences | requests/s | p50 ms | p99 ms | one request ms | first after a publication ms | SQL | bytes | share | from, to | share of the view without middleware |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for result in results:
        for size, row, found, taken in (
            (small, result.row, result.small, result.shares_at_small),
            (large, result.row_at_large, result.large, result.shares),
        ):
            rate, p50, p99 = (median(getattr(load, name) for load in found["loads"]) for name in ("rate", "p50", "p99"))
            lines.append(
                f"| {result.name} | {size} | {rate:.0f} | {p50:.1f} | {p99:.1f} | {median(found['alone']):.1f} "
                f"| {row['first']:.1f} | {row['sql']} | {row['bytes']} | {median(taken):.3f} "
                f"| {min(taken):.3f}, {max(taken):.3f} | {rate / result.bare:.3f} |"
            )
    return "\n".join(lines)


def releases(dossiers):
    """Return the table of releases. *dossiers* is {size: JSON of ``benchmarks.dossier``}."""
    lines = [
        "## A dossier with many photos",
        "",
        f"In one process on SQLite, taken back afterwards; to be released in at most {LIMIT} s, since nobody else publishes or saves meanwhile.",
        "",
        "| what | conferences | records | seconds | SQL | SQL for each record |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {row['name']} | {size} | {row['records']} | {row['seconds']:.2f} | {row['sql']} | {row['sql'] / row['records']:.1f} |"
        for size, rows in dossiers.items()
        for row in rows
    ]
    return "\n".join(lines)


def where_the_time_goes(results, large):
    lines = [
        "## Where the time goes",
        "",
        f"One process at {large} conferences under cProfile, which makes Python look slower than it is; shares of the time by the",
        "code that spends it, and of our own functions those that take most, callees included.",
        "",
        "| row | by part | our functions |",
        "| --- | --- | --- |",
    ]
    for result in results:
        parts = ", ".join(
            f"{part} {share:.0%}" for part, share in result.row_at_large["profile"].items() if share >= 0.03
        )
        lines.append(f"| {result.name} | {parts} | {', '.join(result.row_at_large['hottest']) or '–'} |")
    return "\n".join(lines)
