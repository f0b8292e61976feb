"""Programs that some tests need: a browser, Java, exiftool."""

import os
import shutil

import pytest


def need(part, found):
    """Return *found*, the path of the program *part*. Where it is None, the test is skipped or, in CI, fails."""
    if found:
        return found
    message = f"{part} is missing; make test as root installs it."
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def need_program(part, name):
    """Return the path of the program *name* of *part*, like ``need``."""
    return need(part, shutil.which(name))
