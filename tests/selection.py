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
                "components",
                "dossier",
                "form_pages",
                "history",
                "language_plan",
                "unsaved_copy",
                "moved",
                "original_language",
                "outdated",
                "pasted",
                "photos",
                "posted_buttons",
            ),
            *("presence", "refusals", "sheet_stale", "stale", "summer_time", "uploads", "vocabulary"),
        )
    ),
    "tests/admin/test_reading.py::test_no_get_or_head",  # looks for statements that write: the same on all databases
    "tests/admin/test_reading.py::test_whenever",
    "tests/api/test_developers.py",
    "tests/api/test_schema.py",
    "tests/api/test_verify.py",
    "tests/benchmarks/",  # use SQLite
    # The demonstration content, and the tables in queries of the public side.
    *(
        "tests/content/test_crawl.py",
        "tests/content/test_facts.py",
        "tests/content/test_public_side.py",
        "tests/content/test_texts.py",
    ),
    "tests/content/test_search.py::test_every_title_is_found_by_partners",  # by the filter that readers use
    "tests/documents/test_citations.py",
    # Completeness of the walk, keys of files, and forms. The walk itself, the comparison of the site with the one without
    # hidden records, and that of lists, searches and boxes run on both.
    *(f"tests/embargo/test_{name}.py" for name in ("files", "own_records", "pairs", "planted_holes", "world")),
    *(f"tests/embargo/test_interference.py::test_{name}" for name in ("for_other_outsiders", "methods_and_conditions")),
    *(
        f"tests/embargo/test_staff.py::test_{name}"
        for name in (
            *("a_hidden_record_cannot", "a_row_of_somebody_else", "no_button", "no_dossier", "no_language", "no_name"),
            *("to_a_contributor_the_drafts", "what_a_contributor_posts", "who_only_reads"),
        )
    ),
    # Each of some thousand words by itself, by the rule that the other tests of the search ask on both.
    "tests/embargo/test_search.py::test_each_word_is_found_only",
    # Contents of files, and how they are sent. Tests of access and of storing rows with their files run on both.
    *(f"tests/files/test_{name}.py" for name in ("corpus", "nginx", "pdf", "photo_metadata", "photos", "pictures")),
    *(f"tests/files/test_{name}.py" for name in ("requests", "serving", "text", "word")),
    *(f"tests/files/test_store.py::test_{name}" for name in ("a_refused_bomb", "an_accepted_photo")),
    "tests/publishing/test_guards.py::test_the_server_starts",  # uses its own SQLite
    "tests/publishing/test_model.py",  # what services do; the random walks of test_invariants run on both
    *(f"tests/reading/test_{name}.py" for name in ("differences", "planted_faults", "redis")),
    "tests/test_routes.py",
    "tests/tools/",
    # What pages show, and in what form. Tests of lists, of what is public and of the number of queries run on both.
    *(f"tests/web/test_{name}.py" for name in ("headers", "history", "press", "previews", "shared_previews", "text")),
    *(f"tests/web/test_{name}.py" for name in ("translations", "withdrawal", "xss")),
    *(
        f"tests/web/test_pages.py::test_{name}"
        for name in ("every_page", "head_answers", "structured_data", "the_html", "the_language_switch", "the_ways_in")
    ),
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

# Directories whose tests share content that takes long to create. Their tests come first: a worker of xdist that has nothing
# left takes tests from the end of another's list, and would create the content anew for tests of these directories.
FIRST_DIRECTORIES = ("tests/content/", "tests/embargo/")


def select(config, items):
    """Deselect those of *items* that do not run on the current database, mark slow ones, and put them in order."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST_DIRECTORIES))
    for item in items:
        if item.nodeid.startswith(SLOW_DIRECTORIES) or SLOW_FIXTURES.intersection(item.fixturenames):
            item.add_marker(pytest.mark.slow)
    if connection.vendor != "sqlite":
        config.hook.pytest_deselected(items=[item for item in items if not depends_on_the_database(item)])
        items[:] = filter(depends_on_the_database, items)


def depends_on_the_database(item):
    uses_one = item.get_closest_marker("django_db") or FIXTURES_OF_A_DATABASE.intersection(item.fixturenames)
    return uses_one and not item.nodeid.startswith(ABOVE_THE_DATABASE)
