"""Parts outside Python that some tests need: a browser, Java, exiftool."""

import os
import shutil

import pytest


def need(part, found):
    """Return *found*, the path of *part*; where it is None the test is skipped naming the part, or fails in CI."""
    if found:
        return found
    message = f"{part} is missing; make test as root installs it."
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def need_program(part, name):
    """Return the path of the program *name*, which is or belongs to *part*."""
    return need(part, shutil.which(name))
