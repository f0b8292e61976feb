"""What a process of ``seed_scale`` does before its first batch. Imports no model: Django is not ready yet."""

import multiprocessing
import os
import threading

import django


def start():
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    hurry()


def hurry():
    """Wait for no disk: content that can be made again need not outlive a power cut."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")


def _end_with_parent():
    """Stop when the command itself is gone, however it ended: a batch more would be of no use to anybody."""
    multiprocessing.parent_process().join()
    os._exit(1)
