"""Which tests run where. All run on SQLite; this says which run again on PostgreSQL, and which ``make quick`` leaves out.

A test runs again on PostgreSQL where its result can depend on the database: where it uses one, and what it is about are
queries, transactions, locks, constraints or what readers are told by them. What is about forms, pages, files, tools and
settings as such answers on both alike.
"""

from django.db import connection

# Directories and modules whose tests use a database and would answer the same on any.
ABOVE_THE_DATABASE = (
    "tests/tools/",
)
FIXTURES_OF_A_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


def chosen(item):
    """Whether *item*, a test, runs on the database in use."""
    return connection.vendor == "sqlite" or (uses_a_database(item) and not item.nodeid.startswith(ABOVE_THE_DATABASE))


def uses_a_database(item):
    return bool(item.get_closest_marker("django_db") or FIXTURES_OF_A_DATABASE.intersection(item.fixturenames))
