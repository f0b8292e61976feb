"""The parts of the index that no migration holds: in step with the rows, looked after, and put back."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.models.signals import post_migrate, pre_migrate
from django.test.utils import CaptureQueriesContext

from ctportal.publishing.database_guards import missing_guards
from ctportal.search.analysis import analyze
from ctportal.search.models import SearchEntry, SearchTokens
from ctportal.search.storage import FTS, GIN, TRIGGERS, install_index, missing_parts
from tests.database_guards import raw
from tests.search.index import make_edition, make_entry

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL indexes the rows themselves.")
on_postgresql = pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no GIN index.")


def found(word):
    return {entry.pk for entry in SearchEntry.objects.matching([[word]])}


def is_whole():
    """Compare FTS5 with the table of tokens; on PostgreSQL there is nothing to compare."""
    if connection.vendor == "sqlite":
        raw("INSERT INTO search_fts(search_fts, rank) VALUES ('integrity-check', 1)")


def test_inserting_changing_and_deleting_keep_the_index_in_step():
    one, two = make_entry("apple"), make_entry("apple pear")
    assert (found("apple"), found("pear")) == ({one.pk, two.pk}, {two.pk})

    tokens = two.tokens
    tokens.tokens = analyze("quince", "en")
    tokens.save()
    assert (found("apple"), found("pear"), found("quince")) == ({one.pk}, set(), {two.pk})

    SearchTokens.objects.filter(entry=one).update(tokens=analyze("plum", "en"))
    assert (found("apple"), found("plum")) == (set(), {one.pk})

    SearchEntry.objects.filter(pk=one.pk).delete()
    assert (found("plum"), found("quince")) == (set(), {two.pk})
    is_whole()


def test_many_rows_at_once_keep_the_index_in_step():
    edition = make_edition()
    entries = [SearchEntry(edition=edition, language="en", place=4, part=part) for part in range(1200)]
    SearchEntry.objects.bulk_create(entries)
    SearchTokens.objects.bulk_create(
        [SearchTokens(entry=entry, tokens=analyze(f"apple w{entry.part}", "en")) for entry in entries]
    )
    assert (len(found("apple")), found("w77")) == (1200, {entries[77].pk})

    SearchTokens.objects.bulk_update(
        [SearchTokens(entry=entry, tokens=analyze("pear", "en")) for entry in entries[:500]], ["tokens"]
    )
    assert (len(found("apple")), len(found("pear"))) == (700, 500)

    other = make_entry("apple")
    edition.search_entries.all().delete()
    assert (found("apple"), found("pear"), SearchTokens.objects.count()) == ({other.pk}, set(), 1)
    is_whole()


@pytest.mark.parametrize("count", [1, 300])
def test_entries_are_deleted_with_their_tokens_in_two_statements(count):
    edition = make_edition()
    for _ in range(count):
        make_entry("apple", edition=edition)

    with CaptureQueriesContext(connection) as queries:
        SearchEntry.objects.filter(edition=edition).delete()

    assert [query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]] == ["DELETE", "DELETE"]
    assert (SearchEntry.objects.count(), SearchTokens.objects.count(), found("apple")) == (0, 0, set())


def drop(name):
    if connection.vendor == "postgresql":
        raw("SET CONSTRAINTS ALL IMMEDIATE")  # PostgreSQL changes no index while checks are pending
    if name in TRIGGERS:
        raw(f"DROP TRIGGER {name}")
    else:
        raw(f"DROP TABLE {name}" if name == FTS else f"DROP INDEX {name}")


@pytest.mark.parametrize(
    "name",
    [*(pytest.param(name, marks=on_sqlite) for name in (FTS, *TRIGGERS)), pytest.param(GIN, marks=on_postgresql)],
)
def test_a_part_that_is_missing_makes_the_portal_not_ready_and_is_put_back_with_all_it_found(client, capsys, name):
    entry = make_entry("apple")
    assert (missing_parts(), missing_guards(), client.get("/readyz").status_code) == ([], [], 200)

    drop(name)

    assert (missing_parts(), missing_guards(), client.get("/readyz").status_code) == ([name], [name], 503)
    with pytest.raises(CommandError, match=f"^Missing or altered: {name}$"):
        call_command("database_guards", "check")
    call_command("database_guards", "install")
    assert f"Put back: {name}\n" in capsys.readouterr().out
    assert (missing_parts(), client.get("/readyz").status_code) == ([], 200)
    assert found("apple") == {entry.pk}
    is_whole()


@on_sqlite
def test_a_trigger_that_does_something_else_is_replaced_and_what_it_missed_is_found():
    drop("search_fts_insert")
    raw("CREATE TRIGGER search_fts_insert AFTER INSERT ON search_searchtokens BEGIN SELECT 1; END")
    entry = make_entry("apple")
    assert (missing_parts(), found("apple")) == (["search_fts_insert"], set())

    assert install_index() == ["search_fts_insert"]

    assert found("apple") == {entry.pk}
    is_whole()


@on_sqlite
def test_a_migration_of_another_app_leaves_the_triggers_alone():
    config = apps.get_app_config("search")

    for app, missing in (("publishing", []), ("search", sorted(TRIGGERS))):
        pre_migrate.send(
            config, app_config=config, using="default", plan=[(migrations.Migration("0002_extra", app), False)]
        )
        assert missing_parts() == missing


@on_sqlite
def test_an_index_that_divides_words_in_another_way_is_replaced():
    entry = make_entry("S/RES/2396")
    drop(FTS)
    raw(f"CREATE VIRTUAL TABLE {FTS} USING fts5(tokens, content='search_searchtokens', content_rowid='entry_id')")
    raw("INSERT INTO search_fts(search_fts) VALUES ('rebuild')")
    assert missing_parts() == [FTS]

    assert install_index() == [FTS]

    assert found("s/res/2396") == {entry.pk}
    assert SearchEntry.objects.matching([["res"]]).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_rebuilds_the_table_of_tokens_loses_nothing():
    one, two = make_entry("apple"), make_entry("apple pear")
    config, migration = apps.get_app_config("search"), migrations.Migration("0002_extra", "search")
    before = ProjectState.from_apps(apps)
    added = migrations.AddField("searchtokens", "extra", models.IntegerField(default=0))
    removed = migrations.RemoveField("searchtokens", "extra")

    for operation in (added, removed):
        after = before.clone()
        operation.state_forwards("search", after)
        pre_migrate.send(config, app_config=config, using="default", plan=[(migration, False)])
        with connection.schema_editor() as editor:
            operation.database_forwards("search", editor, before, after)
        post_migrate.send(config, app_config=config, using="default")
        before = after
        assert (missing_parts(), found("apple"), found("pear")) == ([], {one.pk, two.pk}, {two.pk})

    is_whole()
    entry = make_entry("pear")
    assert found("pear") == {two.pk, entry.pk}
