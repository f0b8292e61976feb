"""How many passwords are hashed at the same time.

Hashing is slow on purpose: a third of a second of a whole core. So each process hashes two passwords at once at most: one of
a browser that the account is known to use, and one of all others, of which one more may wait. Whoever would stand behind that
is asked to come back, so that the other threads are left to readers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.models import User

PATIENCE = 5  # seconds
_slots = {True: BoundedSemaphore(1), False: BoundedSemaphore(1)}
_strangers = BoundedSemaphore(2)  # one whose password is hashed, and one who waits


class Busy(Exception):
    """Too many passwords are being hashed; nothing was done."""


@contextmanager
def one_at_a_time(*, is_known: bool) -> Iterator[None]:
    """Hash within this context: no two strangers at once in this process, and no two known browsers. Raises Busy."""
    if not is_known and not _strangers.acquire(blocking=False):
        raise Busy
    try:
        if not _slots[is_known].acquire(timeout=PATIENCE):
            raise Busy
        try:
            yield
        finally:
            _slots[is_known].release()
    finally:
        if not is_known:
            _strangers.release()


class HashedInTurn:
    """A form of Django's that sets a password, of who is signed in or by an administrator. Saving it may raise Busy."""

    def set_password_and_save(self, user: User, *args: Any, commit: bool = True, **kwargs: Any) -> User:
        with one_at_a_time(is_known=True):
            super().set_password_and_save(user, *args, commit=False, **kwargs)  # type: ignore[misc]  # the form's
        if commit:
            user.save()
        return user
