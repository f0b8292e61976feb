"""The publishing transaction: it waits for the one before, has an instant of its own, and writes what was changed at its end."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from . import stamp, vocabulary
from .changes import Changes, name_of
from .models import PublicationStamp


def take_turn() -> datetime:
    """Wait for the publications before this one, raise the stamp, and return the instant of this one, which is after theirs."""
    if not PublicationStamp.objects.filter(pk=1).update(value=F("value") + 1):
        PublicationStamp.objects.get_or_create(pk=1, defaults={"value": 1})
    last, clock = stamp.now(), timezone.now()
    return clock if clock >= last else last + timedelta(microseconds=1)


def service(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run *function* in one transaction, after taking the turn; it receives the instant as ``now``."""

    @functools.wraps(function)
    def in_turn(*args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            return function(*args, now=take_turn(), **kwargs)

    return in_turn


@contextmanager
def publication(by: Any) -> Iterator[Changes]:
    """One publishing transaction by *by*, an account or a plain name: yields its Changes, and writes them at the end, with
    those of the vocabulary that follow from them."""
    with transaction.atomic():
        changes = Changes(name_of(by), take_turn())
        yield changes
        changes.write()
        vocabulary.sync(changes)
        changes.write()
