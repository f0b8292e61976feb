"""The publishing transaction. It holds the publication lock, has one instant, and writes all changes at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ctportal.core.types import Author

from . import vocabulary
from .changes import Changes
from .epoch import publication_lock


@contextmanager
def publication(by: Author) -> Iterator[Changes]:
    """Run one publishing transaction by *by*, an account or a plain name. Yields its Changes and writes them at the end, with
    the resulting changes of the vocabulary."""
    with publication_lock() as now:
        changes = Changes(by, now)
        yield changes
        changes.write()
        while changes.touched:
            vocabulary.sync(changes)
            changes.write()
        changes.write_index()
