from pathlib import Path

from tests.selection import ABOVE_THE_DATABASE, SLOW_DIRECTORIES

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_listed_is_there():
    listed = [*ABOVE_THE_DATABASE, *SLOW_DIRECTORIES]
    paths = {entry: entry.partition("::") for entry in listed}

    assert [entry for entry, (path, _colons, _name) in paths.items() if not (ROOT / path).exists()] == []
    named = {entry: (path, name) for entry, (path, _colons, name) in paths.items() if name}
    assert [entry for entry, (path, name) in named.items() if f"def {name}" not in (ROOT / path).read_text()] == []
