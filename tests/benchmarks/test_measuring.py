"""What ``make bench`` measures with, and what it says of the figures."""

import threading
from argparse import Namespace
from contextlib import ExitStack, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks import load, report
from benchmarks.__main__ import load_or_nothing, measure, seed
from benchmarks.inside import by_part
from benchmarks.load import Load, RequestsFailed, put_load

TOOLS = [load._threads, pytest.param(load._wrk, marks=pytest.mark.skipif(not load.WRK, reason="wrk is not installed"))]


@pytest.fixture
def server():
    """A server that answers 200 below /good and 404 elsewhere, and notes what it is asked for, connection by connection."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            super().setup()
            self.asked = []
            server.connections.append(self.asked)

        def do_GET(self):
            self.send_response(200 if self.path.startswith("/good") else 404)
            self.send_header("Content-Length", "2")
            if self.close_connection:  # as asked
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"ok")
            self.asked.append((self.path, self.headers.get("Cookie")))

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.connections = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def using(tool, monkeypatch):
    monkeypatch.setattr(load, "WRK", load.WRK if tool is load._wrk else None)


@pytest.mark.parametrize("tool", TOOLS)
def test_load_asks_for_all_paths_with_the_cookie(server, tool, monkeypatch):
    using(tool, monkeypatch)

    measured = put_load(server.server_port, ["/good/1", "/good/2"], seconds=1, connections=2, cookie="a=b")

    assert {asked for connection in server.connections for asked in connection} == {
        ("/good/1", "a=b"),
        ("/good/2", "a=b"),
    }
    assert measured.rate > 1
    assert 0 < measured.p50 <= measured.p99


@pytest.mark.parametrize("tool", TOOLS)
def test_load_refuses_answers_that_are_no_success(server, tool, monkeypatch):
    using(tool, monkeypatch)

    with pytest.raises(RequestsFailed, match="requests failed, such as /good/1"):
        put_load(server.server_port, ["/good/1", "/missing"], seconds=1, connections=1)


def test_a_window_too_short_for_a_slow_answer_is_made_longer(monkeypatch):
    windows = []

    def measured(_port, _paths, seconds, _connections, _headers):
        windows.append(seconds)
        return {"failed": 0, "requests": seconds // 4, "microseconds": seconds * 1e6, "p50": 4e6, "p99": 4e6}

    monkeypatch.setattr(load, "WRK", None)
    monkeypatch.setattr(load, "_threads", measured)

    assert put_load(0, ["/slow"], seconds=3, connections=1) == Load(0.25, 4000, 4000)
    assert windows == [3, 12, 48, 60]


@pytest.mark.parametrize("tool", TOOLS)
def test_each_request_comes_on_a_connection_of_its_own(server, tool, monkeypatch):
    using(tool, monkeypatch)

    put_load(server.server_port, ["/good"], seconds=1, connections=3)

    assert {len(asked) for asked in server.connections if asked} == {1}


@pytest.mark.parametrize("tool", TOOLS)
def test_one_request_at_a_time_may_keep_its_connection(server, tool, monkeypatch):
    using(tool, monkeypatch)

    put_load(server.server_port, ["/good"], seconds=1, connections=1, keep=True)

    assert len([asked for asked in server.connections if asked]) == 1


def test_a_row_that_fails_is_told_and_given_as_nothing(monkeypatch, capsys):
    def refused(*_args, **_asked):
        raise RequestsFailed("3 of 9 requests failed, such as /page")

    monkeypatch.setattr("benchmarks.__main__.put_load", refused)

    assert load_or_nothing(port=0, paths=["/page"], seconds=1, connections=1).rate == 0
    assert capsys.readouterr().out == "→   3 of 9 requests failed, such as /page\n"


def test_a_database_of_an_earlier_run_is_migrated_and_not_filled_again(monkeypatch, tmp_path):
    commands = []
    monkeypatch.setattr("benchmarks.__main__.manage", lambda command, *_options, **_where: commands.append(command))
    monkeypatch.setattr("benchmarks.__main__.fill", lambda size, _data_dir: commands.append(("fill", size)))
    first = seed(tmp_path / "1000", 1000)

    assert seed(tmp_path / "1000", 1000) == first
    assert commands == ["migrate", ("fill", 1000), "migrate"]


@pytest.mark.parametrize("anew", [False, True])
def test_yardstick_and_pages_are_asked_alike_and_one_right_after_the_other(monkeypatch, anew):
    def asked_for(port, paths, **how):
        if how["seconds"] == 5:  # all else warms up
            asked.append((port, how))
        return Load(100, 1, 2)

    asked, row = [], {"name": "a page", "paths": ["/page"], "staff": True, "anew": anew}
    ports = {"static": "yardstick", "1000": "small", "10000": "large"}

    def started(data, *_settings, **more):
        # What is measured made anew comes from servers that keep nothing, all else from those that do.
        is_meant = data.name == "static" or (more == {"CTPORTAL_CACHE_MB": "0"}) == anew
        name = "bare" if "BENCHMARK_WITHOUT_MIDDLEWARE" in more else ports[data.name]
        return nullcontext(name if is_meant else f"not {name}")

    monkeypatch.setattr("benchmarks.__main__.serving", started)
    monkeypatch.setattr("benchmarks.__main__.put_load", asked_for)
    rows = {size: {"rows": [row], "cookie": f"c={size}"} for size in (1000, 10_000)}

    measure(ExitStack(), Path("data"), rows, Namespace(sizes=[1000, 10_000], rounds=2, seconds=5))

    load, alone = {"seconds": 5, "connections": 8}, {"seconds": 5, "connections": 1, "keep": True}
    assert asked[2:] == 2 * [
        ("yardstick", load),
        ("small", load | {"cookie": "c=1000"}),
        ("large", load | {"cookie": "c=10000"}),
        ("small", alone | {"cookie": "c=1000"}),
        ("large", alone | {"cookie": "c=10000"}),
        ("bare", load),
    ]


def result(*, share=None, limit=None, rates=(100, 100), alone=(10, 10), yardstick=(1000.0,) * 3):
    """*rates* are those at 1,000 and at 10,000 conferences: one for all rounds, or one for each."""
    row = {"name": "a page", "share": share, "limit": limit, "first": 3, "sql": 4, "bytes": 5}
    loads = [[Load(rate, 1, 2) for rate in (each if isinstance(each, tuple) else (each,) * 3)] for each in rates]
    measured = {
        "yardstick": list(yardstick),
        "bare": [2000.0] * 3,
        1000: {"loads": loads[0], "alone": [alone[0]] * 3},
        10_000: {"loads": loads[1], "alone": [alone[1]] * 3},
    }
    return report.Result(row, row, measured, {"sizes": [1000, 10_000]})


@pytest.mark.parametrize(
    ("measured", "checks"),
    [
        (
            result(share=0.1, rates=(120, 110), alone=(10, 11)),
            [
                ("share of the yardstick", "≥ 0.1", "0.110", True),
                ("growth", "≤ 1.2", "1.10", True),
            ],
        ),
        (
            result(share=0.2, rates=(150, 100), alone=(10, 15)),
            [
                ("share of the yardstick", "≥ 0.2", "0.100", False, "50% too few"),
                ("growth", "≤ 1.2", "1.50", False, "25% too much"),
            ],
        ),
        (
            result(limit=80, alone=(95, 95)),
            [
                ("one request", "≤ 80 ms", "95 ms", False, "15 ms too long"),
                ("growth", "≤ 30 ms", "0 ms", True),
            ],
        ),
        (
            result(rates=(900, 300), alone=(2.0, 2.1)),  # under load one worker may have had to do it all
            [("growth", "≤ 1.2", "1.05", True)],
        ),
        (
            result(share=0.2, rates=((240, 120, 125), 240), yardstick=(1000, 500, 1000)),  # two rounds were disturbed
            [
                ("share of the yardstick", "≥ 0.2", "0.240", True),
                ("growth", "≤ 1.2", "1.00", True),
            ],
        ),
        (
            result(limit=80, alone=(10, float("inf"))),  # a row that fails is met nowhere
            [
                ("one request", "≤ 80 ms", "inf ms", False, "inf ms too long"),
                ("growth", "≤ 30 ms", "inf ms", False, "inf ms too much"),
            ],
        ),
    ],
)
def test_a_target_is_met_or_missed_by_so_much(measured, checks):
    told = [check[:4] if check[3] else check for check in measured.checks()]

    assert told == checks


def test_the_figures_give_the_lowest_and_the_highest_share_of_the_rounds():
    table = report.figures([result(rates=((240, 120, 250), 110))], 1000, 10_000)

    assert table.splitlines()[-2:] == [
        "| a page | 1000 | 240 | 1.0 | 2.0 | 10.0 | 3.0 | 4 | 5 | 0.240 | 0.120, 0.250 | 0.120 |",
        "| a page | 10000 | 110 | 1.0 | 2.0 | 10.0 | 3.0 | 4 | 5 | 0.110 | 0.110, 0.110 | 0.055 |",
    ]


def test_a_built_in_counts_for_the_part_that_called_it():
    template, query = ("/x/django/template/base.py", 1, "render"), ("/x/django/db/models/query.py", 1, "filter")
    stats = {
        template: (1, 1, 3.0, 9.0, {}),
        query: (1, 1, 1.0, 1.0, {}),
        ("~", 0, "<built-in method getattr>"): (
            9, 9, 4.0, 4.0, {template: (6, 6, 3.0, 3.0), query: (3, 3, 1.0, 1.0)}
        ),
        ("~", 0, "<method 'execute' of 'sqlite3.Cursor' objects>"): (1, 1, 2.0, 2.0, {query: (1, 1, 2.0, 2.0)}),
    }  # fmt: skip

    assert by_part(stats) == {"templates": 0.6, "Django ORM": 0.2, "SQLite": 0.2}


def test_the_yardstick_is_fifteen_kilobytes_long():
    from benchmarks.yardstick import PAGE

    assert len(PAGE) == 15_000
