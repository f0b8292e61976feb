"""Sessions, above all those of GET and HEAD requests.

A GET may change its session: messages too long for a cookie are removed once they are shown, and the session of an
account whose password has changed is deleted. On SQLite the change waits for other writers; it may be left to the
next request.

A cookie that cannot hold the key of a session counts as none, before it reaches the database. Responses that read no session
are the same with any cookie.
"""

import logging
import re

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.db import DatabaseError

from ctportal.core.outages import outage
from ctportal.workflow.after_answer import READS, brief_transaction

logger = logging.getLogger(__name__)
KEY = re.compile("[a-z0-9]{32}")


class WriterSession(SessionStore):
    """The session of a request that may write. An error of the database while it is saved is raised as such; Django would say
    that somebody has deleted the session."""

    @property
    def key_salt(self):
        return SessionStore().key_salt  # Django's contains the class name; all classes share the rows

    def save(self, must_create=False):
        try:
            super().save(must_create)
        except UpdateError as error:
            failed = error.__context__
            if not outage(failed):
                raise
        else:
            return
        raise failed


class ReaderSession(WriterSession):
    """The session of a GET or HEAD. Saving and deleting wait only briefly; on failure the session stays unchanged."""

    def save(self, must_create=False):
        try:
            with brief_transaction():
                super().save(must_create)
        except DatabaseError as error:
            if not outage(error):
                raise
            logger.warning("A session could not be saved: %s", error)

    def delete(self, session_key=None):
        try:
            with brief_transaction():
                super().delete(session_key)
        except DatabaseError as error:
            if not outage(error):
                raise
            logger.warning("A session could not be deleted: %s", error)


class SessionMiddleware(DjangoSessionMiddleware):
    def process_request(self, request):
        super().process_request(request)
        key = request.session.session_key or ""
        session = ReaderSession if request.method in READS else WriterSession
        request.session = session(key if KEY.fullmatch(key) else None)

    def process_response(self, request, response):
        # Django would delete the cookie of a session that is not there.
        return super().process_response(request, response) if request.session.accessed else response
