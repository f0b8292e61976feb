"""What a publication tells those who note it: sent inside its transaction, so that they note all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import Signal

from .models import Edition

# Each gives its receivers one argument, ``what``: a Written, a NamesChanged.
editions_written = Signal()
names_changed = Signal()


@dataclass(frozen=True)
class Written:
    """What one publication by *by*, an account or a plain name, has written."""

    by: Any
    # (edition, the record it was made of, as its builder has loaded it, language if it was published ahead of the rest)
    drafts: list[tuple[Edition, Any, str]] = field(default_factory=list)
    # (edition, the one that says the same in its place)
    successors: list[tuple[Edition, Edition]] = field(default_factory=list)


@dataclass(frozen=True)
class NamesChanged:
    """That names changed in all that is public and shows them: which records, (uid, type), were published with it."""

    by: Any
    at: datetime
    is_merger: bool
    records: list[tuple[UUID, str]]
