import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = ["requirements.txt", "requirements-test.txt", "requirements-npm.txt"]


def pins(lock):
    """Return {requirement with its version and marker: number of hashes} of the lock file *lock*."""
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text())
    return {entry.split("\\")[0].strip(): entry.count("--hash=sha256:") for entry in entries}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes(lock):
    loose = [pin for pin, hashes in pins(lock).items() if not re.match(r"[a-z0-9._-]+==\S+", pin) or hashes == 0]

    assert loose == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address_or_a_path(lock):
    named = [
        line for line in (ROOT / lock).read_text().splitlines() if re.search(r"://|^-|@ |/(home|root|work|tmp)/", line)
    ]

    assert named == []


def test_what_is_tested_is_what_runs():
    assert pins("requirements.txt").items() <= pins("requirements-test.txt").items()
