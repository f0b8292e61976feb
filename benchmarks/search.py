"""``make search-bench``: how fast the search is, whether what is hidden changes it, and whether anything typed breaks it.

``speed``      p95 of searches in 60,000 documents, and the growth from 6,000: common, rare, two words, phrases
``influence``  300 searches with and without 2,000 hidden records made of their words: same bytes, same time
``typed``      20,000 generated texts without an error; a long one against one of half its length

On SQLite; with CTPORTAL_DATABASE_URL (``deploy/test-postgres``) on PostgreSQL, in databases that are made beside it.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from . import search_content
from .server import ROOT, environment, manage

SIZES = (6_000, 60_000)
SEARCHES, HIDDEN, REQUESTS = 300, 2_000, 1_000
TYPED = 20_000
URL = "CTPORTAL_DATABASE_URL"
KINDS = ("common", "rare", "two words", "phrase")
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")


def main():
    options = arguments()
    if "page" in options.of:
        manage("collectstatic", "--noinput", "--verbosity", "0", data_dir=options.data)  # pages name its files
    for what in options.what or ["speed", "influence", "typed"]:
        {"speed": speed, "influence": influence, "typed": typed}[what](options)


def arguments():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.search", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", nargs="*", help="all of them by default")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(tempfile.gettempdir(), "ctportal-search"),
        help="folder of the databases, kept",
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--count", type=int, default=50, help="searches of each kind (speed)")
    parser.add_argument("--texts", type=int, default=TYPED, help="generated texts (typed)")
    parser.add_argument(
        "--of", nargs="*", default=["search", "page"], help="what is asked: search, page, suggest, listed"
    )
    return parser.parse_args()


# Databases

MADE = set()  # folders of those made in this run


class Database:
    """A database of its own called *name*: a file in *folder* or, with CTPORTAL_DATABASE_URL, one beside that on its server."""

    def __init__(self, folder, name):
        self.folder, self.name = folder / (f"{name}-postgresql" if URL in os.environ else name), name.replace("-", "_")
        self.variables = {}
        if URL in os.environ:
            parts = urlsplit(os.environ[URL])
            self.variables[URL] = urlunsplit(parts._replace(path=f"/search_{self.name}"))

    @property
    def is_filled(self):
        # A temporary server has nothing of an earlier run.
        return (self.folder / "filled.json").exists() and (not self.variables or self.folder in MADE)

    def make(self, *, like=None):
        """Make it anew, empty, or as a copy of the database *like*."""
        MADE.add(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.variables:
            self.folder.mkdir(parents=True)
            template = f' TEMPLATE "search_{like.name}"' if like else ""
            self._on_server(f'DROP DATABASE IF EXISTS "search_{self.name}"')
            self._on_server(f'CREATE DATABASE "search_{self.name}"{template}')
            if like:
                shutil.copytree(like.folder, self.folder, dirs_exist_ok=True)
        elif like:
            shutil.copytree(like.folder, self.folder)
        else:
            self.folder.mkdir(parents=True)
        manage("migrate", "--verbosity", "0", data_dir=self.folder, **self.variables)

    def run(self, *command):
        """Run ``python`` with *command* in this database; return the last line of its output, parsed as JSON."""
        env = environment(self.folder, **self.variables)
        output = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True
        )
        return json.loads(output.stdout.splitlines()[-1])

    def _on_server(self, statement):
        import psycopg

        with psycopg.connect(os.environ[URL], autocommit=True) as connection:
            connection.execute(statement)


class Worker:
    """A process that searches in *database*, see ``benchmarks.search_worker``."""

    def __init__(self, database):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.search_worker"],
            cwd=ROOT,
            env=environment(database.folder, **database.variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what, text, language, filters=()):
        asked = {"what": what, "text": text, "language": language, "filters": filters}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


# Speed


def speed(options):
    databases = {size: filled(options.data, size) for size in options.sizes}
    asked = [(kind, *each) for kind in KINDS for each in searches(kind, options.count, min(options.sizes))]
    print(f"{'':<30}" + "".join(f"{size:>12}" * 2 for size in options.sizes) + f"{'growth':>10}")
    print(f"{'':<30}" + f"{'p50 ms':>12}{'p95 ms':>12}" * len(options.sizes) + f"{'of p95':>10}")
    with contextlib.ExitStack() as stack:
        workers = {size: stack.enter_context(Worker(database)) for size, database in databases.items()}
        for what in options.of:
            told = {(kind, size): [] for kind in (*KINDS, "yardstick") for size in options.sizes}
            for kind, text, language in asked:
                for size, worker in workers.items():
                    told["yardstick", size].append(worker.ask("yardstick", "", language))
                    told[kind, size].append(worker.ask(what, text, language))
            for clock in ("seconds", "processor"):
                for kind in ("yardstick", *KINDS):
                    times = [[each[clock] for each in told[kind, size]] for size in options.sizes]
                    cells = "".join(
                        f"{1000 * statistics.median(each):>12.1f}{1000 * p95(each):>12.1f}" for each in times
                    )
                    print(f"{what:<10}{clock:<10}{kind:<10}{cells}{p95(times[-1]) / p95(times[0]):>10.2f}", flush=True)


def filled(folder, size):
    """Return the Database with *size* documents; it is filled unless an earlier run has done so."""
    database = Database(folder, f"documents-{size}")
    if not database.is_filled:
        database.make()
        told = database.run("-m", "benchmarks.search_content", str(size))
        (database.folder / "filled.json").write_text(json.dumps(told))
    print(f"{size}: {(database.folder / 'filled.json').read_text()}")
    return database


def searches(kind, count, documents):
    """Yield *count* pairs of a text and a language of *kind*, of documents whose number is below *documents*.

    A common word is one of the twenty most frequent of its language, a rare one of those that few documents have; two words
    and phrases are from one document, without the ten most frequent words.
    """
    draw = random.Random(kind)
    for number in range(count):
        language = LANGUAGES[number % 6]
        vocabulary = search_content.words(language)
        if kind == "common":
            yield draw.choice(vocabulary[:20]), language
            continue
        if kind == "rare":
            yield draw.choice(vocabulary[15_000:]), language
            continue
        document = next(
            each
            for each in iter(lambda: draw.randrange(documents), None)
            if search_content.language_of(each) == language
        )
        words = search_content.text(document)[1]
        places = [at for at in range(len(words) - 1) if not {words[at], words[at + 1]} & {*vocabulary[:10]}]
        at = draw.choice(places)
        if kind == "two words":
            yield f"{words[at]} {words[draw.choice(places)]}", language
        else:
            joint = "" if language == "zh" else " "
            yield f'"{words[at]}{joint}{words[at + 1]}"', language


def p95(times):
    return sorted(times)[int(0.95 * (len(times) - 1))]


# No influence


def influence(options):
    without, with_hidden = Database(options.data, "without"), Database(options.data, "with-hidden")
    if not without.is_filled:
        without.make()
        manage("load_demo", "--verbosity", "0", data_dir=without.folder, **without.variables)
        asked = without.run("-m", "benchmarks.search_worker", "searches", str(SEARCHES))
        (without.folder / "filled.json").write_text(json.dumps(asked))
        with_hidden.make(like=without)
        with_hidden.run("-m", "benchmarks.search_worker", "hide", str(HIDDEN))
    asked = json.loads((without.folder / "filled.json").read_text())
    with Worker(without) as plain, Worker(with_hidden) as other:
        for what in options.of:
            changed = [each for each in asked if told(plain, what, each) != told(other, what, each)]
            times = {plain: [], other: []}
            for number in range(REQUESTS):
                pair = (plain, other) if number % 2 else (other, plain)
                for worker in pair:
                    times[worker].append(worker.ask(what, *asked[number % SEARCHES]))
            shown = [
                statistics.median(each[clock] for each in times[worker])
                for clock in ("seconds", "processor")
                for worker in times
            ]
            print(
                f"{what}: {len(changed)} of {SEARCHES} answers changed by {HIDDEN} hidden records; median of {REQUESTS} requests "
                f"{1000 * shown[0]:.2f} ms without, {1000 * shown[1]:.2f} with; of processor time "
                f"{1000 * shown[2]:.2f} and {1000 * shown[3]:.2f} ms"
            )
            for each in changed[:5]:
                print(f"  {each}")


def told(worker, what, asked):
    answer = worker.ask(what, *asked)
    return answer["status"], answer["found"], answer["answer"]


# Whatever is typed


def typed(options):
    from tests.search.typed import typed as text_of

    database = filled(options.data, min(options.sizes))
    with Worker(database) as worker:
        for what in options.of:
            slowest, failed, problems = 0.0, [], Counter()
            for number in range(options.texts):
                answer = worker.ask(what, text_of(number), LANGUAGES[number % 6])
                slowest = max(slowest, answer["processor"])
                if answer["status"] not in (200, 400):
                    failed.append((answer["status"], text_of(number)))
                    problems[answer["problem"]] += 1
            print(
                f"{what}: {options.texts} texts, {len(failed)} errors {failed[:3]}, the slowest {1000 * slowest:.0f} ms of processor time",
                *(f"  {count} × {problem}" for problem, count in problems.most_common(5)),
                sep="\n",
            )
            for unit in ("x", "border ", "反", '"', "a-", "S/RES/2396 "):
                times = [
                    statistics.median(worker.ask(what, (unit * length)[:length], "en")["processor"] for _ in range(9))
                    for length in (10_000, 20_000)
                ]
                print(
                    f"  {unit!r}: 20,000 characters take {times[1] / times[0]:.2f} times what 10,000 take ({1000 * times[1]:.1f} ms)"
                )


if __name__ == "__main__":
    main()
