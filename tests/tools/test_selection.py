from pathlib import Path
from types import SimpleNamespace

from tests.selection import ABOVE_THE_DATABASE, FIRST_DIRECTORIES, SLOW_DIRECTORIES, select

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_listed_is_there():
    listed = [*ABOVE_THE_DATABASE, *FIRST_DIRECTORIES, *SLOW_DIRECTORIES]
    paths = {entry: entry.partition("::") for entry in listed}

    assert [entry for entry, (path, _colons, _name) in paths.items() if not (ROOT / path).exists()] == []
    named = {entry: (path, name) for entry, (path, _colons, name) in paths.items() if name}
    assert [entry for entry, (path, name) in named.items() if f"def {name}" not in (ROOT / path).read_text()] == []


def test_tests_that_share_much_content_come_first_and_the_others_keep_their_order():
    paths = ["tests/api/test_b.py", "tests/content/test_a.py", "tests/admin/test_c.py", "tests/content/test_b.py"]
    items = [SimpleNamespace(nodeid=path, fixturenames=[], add_marker=lambda _mark: None) for path in paths]

    select(None, items)

    assert [item.nodeid for item in items] == [paths[1], paths[3], paths[0], paths[2]]
