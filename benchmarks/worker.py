"""Start of a process that fills the database. This module imports no models, since Django is not set up yet."""

import multiprocessing
import os
import threading

import django


def start():
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    hurry()


def hurry():
    """Do not sync the SQLite database to disk. Its content can be created again after a power failure."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")


def _end_with_parent():
    """Exit when the parent process has ended, for whatever reason."""
    multiprocessing.parent_process().join()
    os._exit(1)
