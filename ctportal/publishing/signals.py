"""Signals of a publication, sent inside its transaction: what receivers write is rolled back with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.dispatch import Signal

from ctportal.core.types import Author

from .base_models import Record
from .models import Edition

# Each gives its receivers one argument, ``what``: a Written, a NamesChanged.
editions_written = Signal()
names_changed = Signal()


@dataclass(frozen=True)
class Written:
    """The editions that one publication by *by*, an account or a plain name, has written."""

    by: Author
    # (edition, the record it was made of, as its builder has loaded it, language if it was published ahead of the rest)
    drafts: list[tuple[Edition, Record, str]] = field(default_factory=list)
    # (edition, its replacement with the same contents)
    successors: list[tuple[Edition, Edition]] = field(default_factory=list)


@dataclass(frozen=True)
class NamesChanged:
    """Names of vocabulary entries have changed. *records* are (uid, type) of the records published with them."""

    by: Author
    at: datetime
    is_merger: bool
    records: list[tuple[UUID, str]]
