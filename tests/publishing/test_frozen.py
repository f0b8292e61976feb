"""What is frozen stays, whoever asks the database: raw SQL past every model and service, on the engine under test."""

import copy
import itertools
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate, pre_migrate
from django.utils import timezone

from ctportal.publishing import services
from ctportal.publishing.database_guards import TABLES, clear_the_way, install_guards, missing_guards, remove_guards
from ctportal.publishing.models import Edition, Facet, LedgerEntry
from ctportal.workflow import review
from ctportal.workflow.models import WorkflowStep
from tests.conftest import clock_frozen
from tests.database_guards import lifted_guards, raw
from tests.factories import make_conference, make_document, make_stored_file, make_theme, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def editions(editions_of_a_conference, frozen_clock):
    """The editions of one conference by what they are: past, unscheduled, in force, to come. It is 12:00."""
    frozen_clock.tick(hours=3)
    return copy.deepcopy(editions_of_a_conference)


@pytest.fixture(scope="module")
def editions_of_a_conference(shared_content):
    with clock_frozen() as clock:
        by, conference = make_user(), make_conference()
        conference.themes.add(make_theme())
        source = make_document(conference)
        source.versions.update(file=make_stored_file())
        found = {"past": services.publish(conference, by=by)}
        services.publish(source, by=by)
        gone, going = make_conference(), make_conference()
        for record in (gone, going):
            services.publish(record, by=by)
        clock.tick(hours=1)
        found["withdrawn"] = services.withdraw(gone, by=by, reason="Wrong date").edition
        found["to be withdrawn"] = services.withdraw(going, by=by, reason="Expires", at=clock.now + 9 * HOUR).edition
        conference.texts.update(title="Another title")
        conference.references.create(document=source)
        found["in force"] = services.publish(conference, by=by)
        found["unscheduled"] = services.publish(conference, by=by, at=clock.now + HOUR)
        services.unschedule_all([conference], by=by)
        clock.tick(hours=2)
        found["to come"] = services.publish(conference, by=by, at=clock.now + HOUR)
        found["with a file"] = Edition.objects.get(uid=source.uid)
        review.note_step(conference, WorkflowStep.Action.APPROVED, by, "Well done")
        return found


def refused(sql, *params):
    """What the database says to *sql*; None when it does it."""
    try:
        with transaction.atomic():
            assert raw(sql, *params) != 0, "no row was meant: the test proves nothing"
    except DatabaseError as error:
        return str(error)
    return None


def at(instant):
    return connection.ops.adapt_datetimefield_value(instant)


KINDS = ["past", "unscheduled", "in force", "to come"]


def test_an_edition_is_never_deleted(editions):
    with lifted_guards():
        for table in TABLES[1:]:
            raw(f"DELETE FROM {table}")  # so that no foreign key is in the way

    for kind in KINDS:
        assert "frozen_edition_delete" in refused("DELETE FROM publishing_edition WHERE id = %s", editions[kind].pk)
    assert "frozen_edition_delete" in refused("DELETE FROM publishing_edition")


COLUMNS = {
    "id": 999_999,
    "uid": "0" * 32,
    "type": "document",
    "slug": "another",
    "date": "2001-01-01",
    "end_date": "2001-01-01",
    "over_at": "2001-01-01 00:00:00+00:00",
    "public_from": "2001-01-01 00:00:00+00:00",
    "minor": True,
    "note": "another",
    "by": "another",
    "created_at": "2001-01-01 00:00:00+00:00",
    "sha256": "0" * 64,
}


def test_every_column_that_is_not_for_the_services_is_tried():
    assert {field.column for field in Edition._meta.concrete_fields} == {
        *COLUMNS, "public_until", "json", "card", "sealed_at",
    }  # fmt: skip


def test_what_an_edition_is_never_changes(editions):
    for kind, (column, value) in itertools.product(KINDS, COLUMNS.items()):
        said = refused(f'UPDATE publishing_edition SET "{column}" = %s WHERE id = %s', value, editions[kind].pk)
        assert "frozen_edition_change" in str(said), (kind, column)


@pytest.mark.parametrize(
    ("kind", "hours", "answer"),
    [
        ("past", None, "frozen_edition_end"),
        ("past", 1, "frozen_edition_end"),
        ("past", -1, "frozen_edition_end"),
        ("unscheduled", None, "frozen_edition_end"),
        ("unscheduled", 9, "frozen_edition_end"),
        ("in force", -1, "frozen_edition_end"),
        ("in force", 0, None),
        ("to come", 2, None),
    ],
)
def test_an_end_changes_only_while_it_is_open_or_to_come_and_never_to_the_past(
    editions, frozen_clock, kind, hours, answer
):
    end = None if hours is None else at(frozen_clock.now + hours * HOUR)
    said = refused("UPDATE publishing_edition SET public_until = %s WHERE id = %s", end, editions[kind].pk)

    assert said is None if answer is None else answer in said


def test_an_end_to_come_may_be_lifted(editions, frozen_clock):
    pk = editions["to come"].pk
    assert (
        refused("UPDATE publishing_edition SET public_until = %s WHERE id = %s", at(frozen_clock.now + 3 * HOUR), pk)
        is None
    )
    assert refused("UPDATE publishing_edition SET public_until = NULL WHERE id = %s", pk) is None


CONTENTS = ["json", "card", "sealed_at"]
SEALED = "json = '', card = ''"


def test_contents_are_never_changed_one_by_one(editions, frozen_clock):
    for kind, column, value in itertools.product(KINDS, CONTENTS, ["{}", ""]):
        value = at(frozen_clock.now) if column == "sealed_at" else value
        said = refused(f"UPDATE publishing_edition SET {column} = %s WHERE id = %s", value, editions[kind].pk)
        assert "frozen_edition_contents" in str(said), (kind, column, value)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("past", None),
        ("unscheduled", None),
        ("in force", "frozen_edition_contents"),
        ("to come", "frozen_edition_contents"),
    ],
)
def test_contents_are_emptied_together_of_what_is_neither_in_force_nor_to_come(editions, frozen_clock, kind, answer):
    sql = f"UPDATE publishing_edition SET {SEALED}, sealed_at = %s WHERE id = %s"
    said = refused(sql, at(frozen_clock.now), editions[kind].pk)

    assert said is None if answer is None else answer in said


def test_an_edition_in_force_is_not_ended_and_sealed_in_one_stroke(editions, frozen_clock):
    sql = f"UPDATE publishing_edition SET {SEALED}, sealed_at = %s, public_until = %s WHERE id = %s"
    now = at(frozen_clock.now)
    assert "frozen_edition_contents" in refused(sql, now, now, editions["in force"].pk)


def test_a_sealed_edition_stays_empty(editions, frozen_clock):
    pk = editions["past"].pk
    raw(f"UPDATE publishing_edition SET {SEALED}, sealed_at = %s WHERE id = %s", at(frozen_clock.now), pk)
    for change in ("json = '{}'", "card = '{}'", "sealed_at = NULL"):
        assert "frozen_edition_contents" in refused(f"UPDATE publishing_edition SET {change} WHERE id = %s", pk)


ROWS = {"publishing_facet": "in force", "publishing_relation": "in force", "publishing_editionfile": "with a file"}


@pytest.mark.parametrize("table", ROWS)
def test_the_rows_of_an_edition_are_never_changed_deleted_or_added_to(editions, table):
    pk, other = editions[ROWS[table]].pk, editions["past"].pk
    columns = {
        "publishing_facet": "value = 'x'",
        "publishing_relation": "name = 'x'",
        "publishing_editionfile": "file_id = 0",
    }
    copied = {
        "publishing_facet": "name, value, type, slug",
        "publishing_relation": 'name, target, key, "order"',
        "publishing_editionfile": "file_id",
    }[table]

    name = "frozen_" + table.removeprefix("publishing_")
    assert f"{name}_change" in refused(f"UPDATE {table} SET {columns[table]} WHERE edition_id = %s", pk)
    assert f"{name}_change" in refused(f"UPDATE {table} SET edition_id = %s WHERE edition_id = %s", other, pk)
    assert f"{name}_delete" in refused(f"DELETE FROM {table} WHERE edition_id = %s", pk)
    added = f"INSERT INTO {table} (edition_id, {copied}) SELECT %s, {copied} FROM {table} WHERE edition_id = %s"
    assert f"{name}_insert" in refused(added, other, pk)


def test_of_a_sealed_edition_the_facets_go_and_nothing_else(editions, frozen_clock):
    pk = editions["past"].pk
    raw(f"UPDATE publishing_edition SET {SEALED}, sealed_at = %s WHERE id = %s", at(frozen_clock.now), pk)

    assert refused("DELETE FROM publishing_facet WHERE edition_id = %s", pk) is None
    assert "frozen_relation_delete" in refused("DELETE FROM publishing_relation WHERE edition_id = %s", pk)


LEDGER_COLUMNS = [field.column for field in LedgerEntry._meta.concrete_fields]


def test_a_ledger_entry_is_never_changed(editions):
    first, last = LedgerEntry.objects.order_by("pk")[0].pk, LedgerEntry.objects.order_by("-pk")[0].pk
    for column in LEDGER_COLUMNS:
        value = f'(SELECT "{column}" FROM publishing_ledgerentry WHERE id = %s)'
        sql = f'UPDATE publishing_ledgerentry SET "{column}" = {value} WHERE id = %s'
        assert "frozen_ledger_change" in refused(sql, last, first)


def test_a_ledger_entry_is_never_deleted(editions):
    last = LedgerEntry.objects.order_by("-pk")[0].pk
    assert "frozen_ledger_delete" in refused("DELETE FROM publishing_ledgerentry WHERE id = %s", last)
    assert "frozen_ledger_delete" in refused("DELETE FROM publishing_ledgerentry")


def test_a_ledger_entry_is_added_at_the_end_alone(editions):
    columns = ", ".join(f'"{name}"' for name in LEDGER_COLUMNS if name not in ("id", "hash"))
    copy = (
        f"INSERT INTO publishing_ledgerentry ({columns}, hash)"
        f" SELECT {columns}, %s FROM publishing_ledgerentry WHERE id = %s"
    )
    first = LedgerEntry.objects.order_by("pk")[0].pk
    assert "frozen_ledger_insert" in refused(copy, "0" * 64, first)


@pytest.mark.parametrize(
    ("column", "value"),
    [("reason", "Forged"), ("replacement", "0" * 32), ("cause", "0" * 32), ("by", "Somebody else"), ("id", 999_999)],
)
def test_what_the_public_was_told_of_a_withdrawal_never_changes(editions, column, value):
    sql = f'UPDATE publishing_withdrawal SET "{column}" = %s WHERE edition_id = %s'

    assert "frozen_withdrawal_change" in str(refused(sql, value, editions["withdrawn"].pk))


MOVE = "UPDATE publishing_withdrawal SET edition_id = %s WHERE edition_id = %s"
TAKE_BACK = "DELETE FROM publishing_withdrawal WHERE edition_id = %s"


def test_a_withdrawal_that_holds_is_never_moved_deleted_or_made_up(editions):
    gone, going, past, in_force = (editions[name].pk for name in ("withdrawn", "to be withdrawn", "past", "in force"))
    copied = (
        'INSERT INTO publishing_withdrawal (edition_id, reason, "by")'
        ' SELECT %s, reason, "by" FROM publishing_withdrawal WHERE edition_id = %s'
    )

    assert "frozen_withdrawal_change" in refused(MOVE, in_force, gone)
    assert "frozen_withdrawal_change" in refused(MOVE, past, going)
    assert "frozen_withdrawal_delete" in refused(TAKE_BACK, gone)
    assert "frozen_withdrawal_insert" in refused(copied, past, gone)


def test_a_withdrawal_to_come_is_put_otherwise_moved_and_taken_back(editions):
    going, in_force = editions["to be withdrawn"].pk, editions["in force"].pk

    assert refused("UPDATE publishing_withdrawal SET reason = 'Out of date' WHERE edition_id = %s", going) is None
    assert refused(MOVE, in_force, going) is None
    assert refused(TAKE_BACK, in_force) is None


def test_a_step_of_publication_is_never_changed_nor_deleted(editions):
    review.note_step(make_document(), WorkflowStep.Action.ALONE, make_user("another"), "Nobody here")
    first, last = WorkflowStep.objects.order_by("pk").values_list("pk", flat=True)
    for column in [field.column for field in WorkflowStep._meta.concrete_fields]:
        if column == "language":
            continue  # the same in both
        value = f'(SELECT "{column}" FROM workflow_workflowstep WHERE id = %s)'
        sql = f'UPDATE workflow_workflowstep SET "{column}" = {value} WHERE id = %s'
        assert "frozen_step_change" in str(refused(sql, last, first)), column
    assert "frozen_step_change" in refused("UPDATE workflow_workflowstep SET language = 'fr'")
    assert "frozen_step_delete" in refused("DELETE FROM workflow_workflowstep WHERE id = %s", last)
    assert "frozen_step_delete" in refused("DELETE FROM workflow_workflowstep")


def test_a_step_outlives_the_account_that_took_it(editions):
    step, by = WorkflowStep.objects.get(), make_user()
    assert step.user == by

    by.delete()

    step.refresh_from_db()
    assert (step.user, step.by, step.remark) == (None, "publisher", "Well done")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="INSERT OR REPLACE is SQLite's own")
@pytest.mark.parametrize("table", TABLES)
def test_nothing_frozen_is_replaced(editions, table):
    sql = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = (SELECT max(id) FROM {table})"
    assert "frozen_" in refused(sql)


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", TABLES)
def test_nothing_frozen_is_truncated(editions, table):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match=r"frozen_\w+_truncate"), transaction.atomic():
        raw(f"TRUNCATE {table} CASCADE")


def test_the_models_are_refused_like_everybody(editions):
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.filter(pk=editions["past"].pk).update(note="Another note")
    with pytest.raises(DatabaseError), transaction.atomic():
        Facet.objects.filter(edition=editions["past"]).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerEntry.objects.order_by("pk")[0].save()


def test_the_guards_go_by_the_clock_of_the_database(db):
    """Without a clock of the test's own: PostgreSQL and SQLite read the time themselves."""
    edition = services.publish(make_conference(), by=make_user())
    sql = "UPDATE publishing_edition SET public_until = %s WHERE id = %s"
    now = timezone.now()

    with lifted_guards():
        raw("UPDATE publishing_edition SET public_from = %s WHERE id = %s", at(now - 9 * HOUR), edition.pk)
    assert "frozen_edition_end" in refused(sql, at(now - HOUR), edition.pk)
    assert refused(sql, at(now + HOUR), edition.pk) is None


# Where the guards come from


def test_all_guards_are_there_after_migrate(db):
    assert missing_guards() == []


def test_what_is_missing_is_named(db):
    with lifted_guards():
        missing = missing_guards()

    assert {"frozen_edition_delete", "frozen_ledger_change"} <= set(missing)
    assert missing_guards() == []


def test_a_guard_that_an_older_release_installed_is_renewed(db):
    remove_guards()
    raw(
        "CREATE TRIGGER frozen_edition_delete BEFORE DELETE ON publishing_edition "
        + ("BEGIN SELECT 1; END" if connection.vendor == "sqlite"
           else "FOR EACH ROW WHEN (false) EXECUTE FUNCTION publishing_refuse('x')")
    )  # fmt: skip
    install_guards()

    edition = services.publish(make_conference(), by=make_user())
    raw_delete = "DELETE FROM publishing_edition WHERE id = %s"
    assert "frozen_edition_delete" in refused(raw_delete, edition.pk)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite rebuilds tables")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["Edition", "Facet", "LedgerEntry"])
def test_the_guards_are_there_again_after_a_migration_has_rebuilt_a_table(name):
    services.publish(make_conference(), by=make_user())
    before = list(apps.get_model("publishing", name).objects.order_by("pk").values())
    model = MigrationExecutor(connection).loader.project_state().apps.get_model("publishing", name)
    config = apps.get_app_config("publishing")

    pre_migrate.send(config, app_config=config, using="default", plan=[("a migration", False)])
    with connection.schema_editor() as editor:
        editor._remake_table(model)
    assert missing_guards() != []
    post_migrate.send(config, app_config=config, using="default", verbosity=0, interactive=False, apps=apps, plan=[])

    assert missing_guards() == []
    assert list(apps.get_model("publishing", name).objects.order_by("pk").values()) == before


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's guards go for the length of a migration")
def test_the_guards_stay_where_there_is_nothing_to_migrate(db):
    clear_the_way(plan=[])
    assert missing_guards() == []
