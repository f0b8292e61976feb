"""Record the responses of the portal, or show what differs from the recording."""

import argparse
import difflib
import os
import shutil
import sys
import tempfile
from pathlib import Path


def stored_folder():
    """Return the folder of the recording: $CTPORTAL_GOLDEN, else one in ~/.cache."""
    if named := os.environ.get("CTPORTAL_GOLDEN"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ctportal" / "golden"


def is_wanted(part, only):
    """Return whether the name of *part*, such as "public-en", contains one of the words *only*, or *only* is empty."""
    return not only or any(word == part or word in part.split("-") for word in only)


def files_of(folder, only=()):
    return {
        str(path.relative_to(folder)): path
        for path in sorted(folder.rglob("*.txt"))
        if is_wanted(path.relative_to(folder).parts[0], only)
    }


def differences(before, after, only=()):
    """Yield the lines in which the recording in the folder *after* differs from that in *before*."""
    old, new = files_of(before, only), files_of(after, only)
    changed = 0
    for name in sorted(old.keys() & new.keys()):
        one, other = old[name].read_text("utf-8"), new[name].read_text("utf-8")
        if one != other:
            changed += 1
            yield from difflib.unified_diff(
                one.splitlines(), other.splitlines(), f"before/{name}", f"after/{name}", lineterm=""
            )
    gone, added = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    yield from (f"Only before: {name}" for name in gone)
    yield from (f"Only after: {name}" for name in added)
    if changed or gone or added:
        yield f"{changed} changed, {len(gone)} only before, {len(added)} only after, of {len(old)} answers."


def print_counts(folder):
    counts = {}
    for name in files_of(folder):
        part = name.partition("/")[0]
        counts[part] = counts.get(part, 0) + 1
    for part, count in sorted(counts.items()):
        print(f"  {part:<24} {count:>5}")
    print(f"  {'in all':<24} {sum(counts.values()):>5}")


def record(folder, only=()):
    """Record the responses in *folder*, which is empty or does not exist."""
    # Imported here, since it sets the environment and the clocks of the process.
    from . import portal

    portal.freeze()
    with portal.running() as world:
        # Imported here, since Django must be set up first.
        from . import answers

        answers.record(world, folder, lambda part: is_wanted(part, only))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("do", choices=("record", "diff"))
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="WORD", help="parts by name: en, api, admin, publisher …"
    )
    options = parser.parse_args(arguments)
    folder = stored_folder()
    if options.do == "diff" and not folder.is_dir():
        parser.error(f"Nothing is recorded in {folder}: run make golden on the commit to compare with.")
    if options.do == "record" and options.only:
        parser.error("A recording is whole; --only is for diff.")
    with tempfile.TemporaryDirectory(prefix="ctportal-golden-") as temporary:
        made = Path(temporary) / "golden"
        record(made, options.only)
        if options.do == "record":
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(made, folder)
            print(f"Recorded into {folder}:")
            print_counts(folder)
            return 0
        lines = 0
        for line in differences(folder, made, options.only):
            print(line)
            lines += 1
        if not lines:
            print(f"No difference in {len(files_of(made, options.only))} answers.")
        return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
