"""The publishing transaction: under the publication lock, at an instant of its own; it writes what was changed at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ctportal.core.types import Author

from . import vocabulary
from .changes import Changes
from .epoch import publication_lock


@contextmanager
def publication(by: Author) -> Iterator[Changes]:
    """One publishing transaction by *by*, an account or a plain name: yields its Changes, and writes them at the end, with
    those of the vocabulary that follow from them."""
    with publication_lock() as now:
        changes = Changes(by, now)
        yield changes
        changes.write()
        vocabulary.sync(changes)
        changes.write()
