"""Which tests run where. All run on SQLite.

On PostgreSQL those run again whose result can depend on the database: they use it, and what they are about are queries,
their order and their number, transactions, locks, constraints, or who is told what by them. A new test runs on both unless
it stands below a path that is listed here.

``make quick`` runs neither the browser nor what is slow: marked so here or, where a test takes seconds, beside it.
"""

import pytest
from django.db import connection

# About forms, pages, files or tools as such, made of rows that any database returns alike.
ABOVE_THE_DATABASE = (
    # What a form shows, compares, tells and refuses. Saving by each form and button, lists, locks and notes run on both.
    *(
        f"tests/admin/test_{name}.py"
        for name in (
            *(
                "all_at_once",
                "compare",
                "dossier",
                "form_pages",
                "history",
                "unsaved_copy",
                "moved",
                "original_language",
                "photos",
            ),
            *("presence", "refusals", "sheet_stale", "stale", "summer_time", "uploads", "vocabulary"),
        )
    ),
    "tests/admin/test_reading.py::test_whenever",
    "tests/api/test_developers.py",
    "tests/api/test_schema.py",
    # The demonstration content itself, and which tables the public side names in its queries.
    *("tests/content/test_facts.py", "tests/content/test_public_side.py", "tests/content/test_texts.py"),
    # That the walk misses nothing, keys of files, and forms. The walk itself and the comparisons run on both.
    *(f"tests/embargo/test_{name}.py" for name in ("files", "own_records", "planted_holes", "world")),
    # What is inside of files, and how they are sent. Who gets them, and that a row and its file come together, run on both.
    *(f"tests/files/test_{name}.py" for name in ("corpus", "nginx", "photos", "requests", "serving", "text")),
    "tests/publishing/test_guards.py::test_the_server_starts",  # on a SQLite of its own
    *("tests/reading/test_planted_faults.py", "tests/reading/test_redis.py"),
    "tests/tools/",
    *("tests/web/test_translations.py", "tests/web/test_xss.py"),
)
FIXTURES_OF_A_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}

# Left out by ``make quick``, beside the browser and tests with a mark of their own: the embargo walk, what has to be loaded or
# started first.
SLOW_DIRECTORIES = ("tests/content/", "tests/embargo/")
SLOW_FIXTURES = {"html_errors"}


def select(config, items):
    """Take from *items* what does not run on the database in use, and mark what is slow."""
    for item in items:
        if item.nodeid.startswith(SLOW_DIRECTORIES) or SLOW_FIXTURES.intersection(item.fixturenames):
            item.add_marker(pytest.mark.slow)
    if connection.vendor != "sqlite":
        config.hook.pytest_deselected(items=[item for item in items if not depends_on_the_database(item)])
        items[:] = filter(depends_on_the_database, items)


def depends_on_the_database(item):
    uses_one = item.get_closest_marker("django_db") or FIXTURES_OF_A_DATABASE.intersection(item.fixturenames)
    return uses_one and not item.nodeid.startswith(ABOVE_THE_DATABASE)
