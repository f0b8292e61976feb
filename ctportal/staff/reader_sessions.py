"""Sessions of who only reads.

A GET may change its session: messages too long for a cookie are taken out once they are shown, and the session of an
account whose password has changed is deleted. On SQLite that waits for whoever writes, and it can wait for the next request.
"""

import logging

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.db import OperationalError

from ctportal.workflow.after_answer import READS, brief_transaction

logger = logging.getLogger(__name__)


class ReaderSession(SessionStore):
    """The session of a GET or HEAD: it waits only briefly to be saved or deleted, and stays as it was where that is not enough."""

    @property
    def key_salt(self):
        return SessionStore().key_salt  # Django's has the name of the class in it; all read the same rows

    def save(self, must_create=False):
        try:
            with brief_transaction():
                super().save(must_create)
        except (OperationalError, UpdateError) as error:
            # Django makes an UpdateError of whatever goes wrong; that the session is gone has no such cause.
            if not isinstance(error, OperationalError) and not isinstance(error.__context__, OperationalError):
                raise
            logger.warning("A session could not be saved: %s", error)

    def delete(self, session_key=None):
        try:
            with brief_transaction():
                super().delete(session_key)
        except OperationalError as error:
            logger.warning("A session could not be deleted: %s", error)


class SessionMiddleware(DjangoSessionMiddleware):
    def process_request(self, request):
        super().process_request(request)
        if request.method in READS:
            request.session = ReaderSession(request.session.session_key)
