"""Selection of the tests for each database. All run on SQLite.

On PostgreSQL only those run whose result can depend on the database: they use it, and test queries, the order and number of
results, transactions, locks, constraints or access. A new test runs on both, unless its path is listed here.

``make quick`` leaves out browser tests and slow tests. Tests are marked as slow here or, one by one, with a marker.
"""

import pytest
from django.db import connection

# Tests of forms, pages, files or tools, for which all databases return the same rows.
ABOVE_THE_DATABASE = (
    # What forms show, compare and refuse. Tests of saving, buttons, lists, locks and steps run on both.
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
    # The demonstration content, and the tables in queries of the public side.
    *("tests/content/test_facts.py", "tests/content/test_public_side.py", "tests/content/test_texts.py"),
    # Completeness of the walk, keys of files, and forms. The walk itself and the comparisons run on both.
    *(f"tests/embargo/test_{name}.py" for name in ("files", "own_records", "planted_holes", "world")),
    # Contents of files, and how they are sent. Tests of access and of storing rows with their files run on both.
    *(f"tests/files/test_{name}.py" for name in ("corpus", "nginx", "photos", "requests", "serving", "text")),
    "tests/publishing/test_guards.py::test_the_server_starts",  # uses its own SQLite
    *("tests/reading/test_planted_faults.py", "tests/reading/test_redis.py"),
    "tests/tools/",
    *("tests/web/test_translations.py", "tests/web/test_xss.py"),
)
FIXTURES_OF_A_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}

# Slow besides browser tests and tests with the marker: the embargo walk, and tests that first load content or start programs.
SLOW_DIRECTORIES = (
    "tests/benchmarks/",
    "tests/content/",
    "tests/embargo/",
    "tests/publishing/test_clocks.py",
    "tests/tools/",
)
SLOW_FIXTURES = {"html_errors"}


def select(config, items):
    """Deselect those of *items* that do not run on the current database, and mark slow ones."""
    for item in items:
        if item.nodeid.startswith(SLOW_DIRECTORIES) or SLOW_FIXTURES.intersection(item.fixturenames):
            item.add_marker(pytest.mark.slow)
    if connection.vendor != "sqlite":
        config.hook.pytest_deselected(items=[item for item in items if not depends_on_the_database(item)])
        items[:] = filter(depends_on_the_database, items)


def depends_on_the_database(item):
    uses_one = item.get_closest_marker("django_db") or FIXTURES_OF_A_DATABASE.intersection(item.fixturenames)
    return uses_one and not item.nodeid.startswith(ABOVE_THE_DATABASE)
