"""``make mutants``: a mutation test of the read gate (GATE), the code that decides what is public. Takes an hour; not in CI.

1. The tests in TESTS run once under coverage, which shows the branches that no test takes, and which test runs which line.
2. One process imports everything and creates the database. It forks for each mutant. The child replaces the function and runs
   the tests of the changed line until one fails, beginning with those that run few other lines of the gate. The mutant
   survives where none fails in TOGETHER seconds of processor time. Before, the tests must pass with the unchanged module.

Only code inside functions is changed, since module-level code runs before the fork. Messages are not changed, nor are calls
that only decide which columns are read (``defer``, ``only``).
"""

import argparse
import ast
import copy
import functools
import gc
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import types
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GATE = tuple(
    f"ctportal/{name}.py"
    for name in (
        *(
            "publishing/models",
            "publishing/epoch",
            "reading/context",
            "reading/queries",
            "reading/filters",
            "files/serving",
        ),
        *("staff/sharing", "staff/preview", "web/files"),
    )
)
TESTS = (
    "tests/core/",
    "tests/publishing/",
    "tests/files/",
    "tests/reading/",
    "tests/workflow/",
    "tests/web/",
    "tests/api/",
    "tests/conferences/",
    "tests/documents/",
    "tests/admin/test_audit",
)
SLOW = {
    "test_model.py",
    "test_invariants.py",
    "test_corpus.py",
    "test_nginx.py",
    "test_xss.py",
    "test_translations.py",
}
WARM_UP = "tests/web/test_health.py"
TOGETHER = 20  # seconds of processor time for the tests of one mutant, so that other load does not change the result
ALONE = 120  # seconds for a single test; one that does not end counts as failed


# Mutations

SWAPPED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}  # fmt: skip
NARROWING = {
    "filter",
    "exclude",
    "public",
    "effective",
    "not_unscheduled",
    "of",
    "order_by",
    "reverse",
    "hidden",
    "to_come",
}
MESSAGES = {"_", "gettext", "refuse", "Http404"}


def changes(node):
    """Yield (description of a mutation, function that returns the replacement for a copy of *node*)."""

    def swap(name, index=None):
        def do(copied):
            where = getattr(copied, name)
            if index is None:
                setattr(copied, name, SWAPPED[type(where)]())
            else:
                where[index] = SWAPPED[type(where[index])]()
            return copied

        return do

    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                yield f"{type(operator).__name__} swapped", swap("ops", index)
        case ast.BoolOp():
            yield "and, or swapped", swap("op")
        case ast.BinOp() if type(node.op) in SWAPPED and not isinstance(node.left, ast.JoinedStr):
            yield f"{type(node.op).__name__} swapped", swap("op")
        case ast.UnaryOp(op=ast.Not()):
            yield "not left out", lambda copied: copied.operand
        case ast.If() | ast.IfExp() | ast.While() if not isinstance(node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
            yield "condition reversed", _reverse
        case ast.Constant(value=bool()):
            yield "truth reversed", lambda copied: ast.Constant(not copied.value)
        case ast.Constant(value=int()):
            yield "number + 1", lambda copied: ast.Constant(copied.value + 1)
        case ast.Constant(value=str()) if node.value:
            yield "text changed", lambda copied: ast.Constant(f"XX{copied.value}")
        case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
            yield "None returned", lambda _copied: ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()):
            yield "call left out", lambda _copied: ast.Pass()
        case ast.Call(func=ast.Attribute(attr=name)) if name in NARROWING:
            yield f"{name} left out", lambda copied: copied.func.value
            if len(node.args) + len(node.keywords) > 1:
                for index in range(len(node.args)):
                    yield f"condition {index + 1} left out", _without("args", index)
                for index in range(len(node.keywords)):
                    yield f"{node.keywords[index].arg} left out", _without("keywords", index)


def _reverse(copied):
    copied.test = ast.UnaryOp(ast.Not(), copied.test)
    return copied


def _without(name, index):
    def do(copied):
        del getattr(copied, name)[index]
        return copied

    return do


def places(tree):
    """Yield (line, path) of each node inside a function in *tree*. A path is a list of (name of the field, index or None)."""

    def below(node, path, inside):
        if inside and hasattr(node, "lineno"):
            yield node.lineno, path
        for name, value in ast.iter_fields(node):
            if name in ("decorator_list", "returns", "annotation", "args") and isinstance(
                node, (ast.FunctionDef, ast.arg)
            ):
                continue
            if isinstance(node, ast.Call) and name == "args" and getattr(node.func, "id", "") in MESSAGES:
                continue
            if isinstance(node, (ast.JoinedStr, ast.MatchValue)) and name == "values":
                continue
            for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
                if isinstance(child, ast.AST) and not _is_docstring(child):
                    within = inside or (isinstance(node, (ast.FunctionDef, ast.Lambda)) and name == "body")
                    yield from below(child, [*path, (name, index)], within)

    yield from below(tree, [], False)


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def mutants(path):
    """Yield (line, description, function that returns the tree) of each mutant of the module at *path*."""
    source = (ROOT / path).read_text()
    tree = ast.parse(source)
    for line, where in places(tree):
        node = _at(tree, where)
        for what, change in changes(node):
            text = ast.get_source_segment(source, node) or ""
            yield line, f"{what}: {' '.join(text.split())[:100]}", functools.partial(_changed, tree, where, change)


def _changed(tree, where, change):
    mutated = copy.deepcopy(tree)
    node = _at(mutated, where)
    owner, (name, index) = _at(mutated, where[:-1]), where[-1]
    new = ast.copy_location(change(node), node)
    if index is None:
        setattr(owner, name, new)
    else:
        getattr(owner, name)[index] = new
    return ast.fix_missing_locations(mutated)


def _at(tree, path):
    for name, index in path:
        tree = getattr(tree, name)
        tree = tree if index is None else tree[index]
    return tree


def objects(kind):
    """Return all objects whose type is *kind*, including those that ``tests.conftest`` keeps from garbage collection.

    The type is compared, since ``isinstance`` evaluates lazy objects.
    """
    gc.unfreeze()
    return [each for each in gc.get_objects() if type(each) is kind]


def put_in_place(tree, path):
    """Replace the code of all functions from the module at *path* by that in *tree*. Return how many changed."""
    new = {}

    def collect(code):
        new.setdefault((code.co_qualname, code.co_firstlineno), []).append(code)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                collect(constant)

    collect(compile(tree, str(ROOT / path), "exec"))
    changed = 0
    for function in objects(types.FunctionType):
        code = function.__code__
        if code.co_filename == str(ROOT / path):
            [other] = new.get((code.co_qualname, code.co_firstlineno), [code])[:1]
            if other != code:
                function.__code__ = other
                changed += 1
    return changed


# Which tests run which line


class Covering:
    """Pytest plugin that records for each test the lines of the gate that it runs. Caches are emptied before each test."""

    def __init__(self, out):
        import coverage

        self.out = out
        self.coverage = coverage.Coverage(
            data_file=None, branch=True, include=[str(ROOT / path) for path in GATE], config_file=False
        )
        self.coverage.start()

    def pytest_collection_finish(self, session):
        self.forget = forgetting()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.forget()
        self.coverage.switch_context(item.nodeid)
        return (yield)

    def pytest_sessionfinish(self, session):
        self.coverage.stop()
        data = self.coverage.get_data()
        lines = {path: data.contexts_by_lineno(str(ROOT / path)) for path in GATE}
        lines = {path: {line: [t for t in tests if t] for line, tests in of.items()} for path, of in lines.items()}
        self.out.write_text(json.dumps({"lines": lines}))
        self.coverage.report(show_missing=True, skip_empty=True)


def forgetting():
    """Return a function that empties all caches of functions, so that no test runs fewer lines because of an earlier one."""
    from django.urls import get_resolver

    assert get_resolver().url_patterns  # imports every view
    empty = [
        each.cache_clear
        for each in objects(functools._lru_cache_wrapper)
        if each.__module__.startswith(("ctportal", "con", "doc"))
    ]

    def forget():
        for each in empty:
            each()

    return forget


def fit(items):
    """Return those of *items* that need no browser, no other process and little time."""
    return [
        item
        for item in items
        if item.nodeid.startswith(TESTS)
        and item.path.name not in SLOW
        and not {"live_server", "transactional_db", "chromium", "html_errors"} & set(item.fixturenames)
        and not any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
    ]


# Running the mutants


class Mutating:
    """Pytest plugin that runs the mutants instead of the tests, each in a fork of this process."""

    def __init__(self, found, chosen):
        self.found, self.chosen, self.survived, self.untested = found, chosen, [], []
        self.killed = 0
        # {test: number of lines of the gate that it runs}
        self.breadth = Counter(name for of in found["lines"].values() for names in of.values() for name in names)

    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if WARM_UP in item.nodeid] + fit(items)

    def pytest_runtestloop(self, session):
        items = {item.nodeid: item for item in session.items}
        first = session.items[0]
        # Creates the database. It is kept for the session, since pytest expects another test to follow: one of another
        # directory, so that nothing else is kept, with which a test from elsewhere could not begin.
        other = next(item for item in session.items if item.path.parent != first.path.parent)
        first.config.hook.pytest_runtest_protocol(item=first, nextitem=other)
        controlled = set()
        for number, (path, line, what, make) in enumerate(self.chosen, 1):
            names = [name for name in self.found["lines"][path].get(str(line), ()) if name in items]
            names.sort(key=lambda name: self.breadth[name])
            tests = [items[name] for name in names]
            if tests and path not in controlled:
                controlled.add(path)
                unchanged = ast.parse((ROOT / path).read_text())
                assert self._survives(path, unchanged, tests), f"{path}:{line}: these tests fail without any change"
            if not tests:
                self.untested.append((path, line, what))
            elif self._survives(path, make(), tests):
                self.survived.append((path, line, what))
            else:
                self.killed += 1
            if number % 25 == 0 or number == len(self.chosen):
                alive = len(self.survived) + len(self.untested)
                print(
                    f"{number} of {len(self.chosen)}: {self.killed} noticed, {alive} not", file=sys.stderr, flush=True
                )
        return True

    def _survives(self, path, tree, items):
        from django.db import connections

        connections.close_all()
        child = os.fork()
        if not child:
            try:
                os._exit(0 if self._passes(path, tree, items) else 1)
            except BaseException:  # noqa: BLE001 - errors outside of tests come from the mutant too
                os._exit(1)
        return os.waitpid(child, 0)[1] == 0

    @staticmethod
    def _passes(path, tree, items):
        from _pytest.runner import runtestprotocol

        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        put_in_place(tree, path)
        for item, following in zip(items, [*items[1:], items[0]], strict=True):
            signal.alarm(ALONE)
            if any(report.failed for report in runtestprotocol(item, nextitem=following, log=False)):
                return False
            if time.process_time() > TOGETHER:  # of this fork alone, since a fork begins at 0
                break
        return True


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--modules", nargs="*", default=GATE, help="paths of modules, all of the gate by default")
    parser.add_argument("--sample", type=int, help="only so many mutants, the same ones each time")
    parser.add_argument(
        "--lines", type=Path, help="file of an earlier run of the first step; made where it is not there"
    )
    parser.add_argument("--cover", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not browser", "--no-header"]
    if options.cover:
        sys.exit(pytest.main([*quiet, "tests"], plugins=[Covering(options.cover), Fit()]))
    with tempfile.TemporaryDirectory() as folder:
        lines = options.lines or Path(folder) / "lines.json"
        if not lines.exists():
            subprocess.run([sys.executable, "-m", "tests.mutants", "--cover", lines], cwd=ROOT, check=True)
        found = json.loads(lines.read_text())
    chosen = [(path, *mutant) for path in options.modules for mutant in mutants(path)]
    if options.sample:
        chosen = random.Random(1).sample(chosen, min(options.sample, len(chosen)))
    run = Mutating(found, chosen)
    pytest.main([*quiet, "-s", "tests"], plugins=[run])
    alive = run.survived + run.untested
    for path, line, what in sorted(alive):
        print(f"{path}:{line}: {what}" + (" (no test)" if (path, line, what) in run.untested else ""))
    print(f"\n{run.killed} of {len(chosen)} mutants were noticed: {run.killed / max(1, len(chosen)):.1%}")


class Fit:
    def pytest_collection_modifyitems(self, items):
        items[:] = fit(items)


if __name__ == "__main__":
    main()
