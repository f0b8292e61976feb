"""The guards of the database are looked after: what is missing or altered is told, keeps the portal from starting, and is
put back."""

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.models.signals import pre_migrate

from benchmarks import server
from ctportal.publishing import checks
from ctportal.publishing.database_guards import install_guards, missing_guards, remove_guards
from tests.database_guards import lifted_guards, raw

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has triggers alone")


def check_of_the_start():
    return run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])


def drop_one():
    raw("DROP TRIGGER frozen_ledger_change" + ("" if connection.vendor == "sqlite" else " ON publishing_ledgerentry"))


def alter_one():
    """The guard keeps its name and does nothing any more."""
    drop_one()
    raw(
        "CREATE TRIGGER frozen_ledger_change BEFORE UPDATE ON publishing_ledgerentry "
        + (
            "BEGIN SELECT 1; END"
            if connection.vendor == "sqlite"
            else "FOR EACH ROW WHEN (false) EXECUTE FUNCTION publishing_refuse('x')"
        )
    )


@pytest.mark.parametrize("harm", [drop_one, alter_one])
def test_a_guard_that_is_missing_or_altered_makes_the_portal_not_ready_and_stands_in_the_log(client, caplog, harm):
    harm()

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"database": "unavailable", "files": "ok", "clock": "ok"})
    assert "frozen" not in response.text
    assert [record.message for record in caplog.records if record.name == "ctportal.web.health"] == [
        "readyz: the database lacks guards, run manage.py database_guards install: frozen_ledger_change"
    ]


def test_a_migration_that_failed_leaves_the_portal_not_ready_until_the_guards_are_put_back(client, capsys):
    config = apps.get_app_config("publishing")
    pre_migrate.send(config, app_config=config, using="default", plan=[("a migration that fails", False)])
    if connection.vendor != "sqlite":
        remove_guards()  # on PostgreSQL no migration does that
    assert client.get("/readyz").status_code == 503

    call_command("database_guards", "install")

    assert "frozen_edition_delete" in capsys.readouterr().out
    assert client.get("/readyz").status_code == 200
    assert missing_guards() == []


@pytest.mark.parametrize("harm", [drop_one, alter_one])
def test_the_command_names_what_is_missing_or_altered_and_puts_it_back(capsys, harm):
    call_command("database_guards", "check")
    assert capsys.readouterr().out == "All guards are in place.\n"
    harm()

    with pytest.raises(CommandError, match="^Missing or altered: frozen_ledger_change$"):
        call_command("database_guards", "check")
    call_command("database_guards", "install")

    assert capsys.readouterr().out == "Put back: frozen_ledger_change\nAll guards are in place.\n"
    call_command("database_guards", "install")
    assert capsys.readouterr().out == "Nothing to do.\nAll guards are in place.\n"


@on_postgresql
@pytest.mark.parametrize(
    ("harm", "name"),
    [
        ("ALTER TABLE publishing_ledgerentry DISABLE TRIGGER frozen_ledger_change", "frozen_ledger_change"),
        (
            (
                "CREATE OR REPLACE FUNCTION publishing_in_ledger(edition bigint) RETURNS boolean LANGUAGE sql"
                " AS 'SELECT false'"
            ),
            "publishing_in_ledger",
        ),
        (
            (
                "CREATE OR REPLACE FUNCTION publishing_refuse() RETURNS trigger LANGUAGE plpgsql"
                " AS 'BEGIN RETURN NEW; END'"
            ),
            "publishing_refuse",
        ),
        ("ALTER TABLE publishing_edition DROP CONSTRAINT edition_no_overlap", "edition_no_overlap"),
        (
            (
                "ALTER TABLE publishing_edition DROP CONSTRAINT edition_no_overlap, ADD CONSTRAINT edition_no_overlap"
                " EXCLUDE USING gist (id WITH =, tstzrange(public_from, public_until) WITH &&)"
            ),
            "edition_no_overlap",
        ),
    ],
)
def test_what_else_guards_are_made_of_on_postgresql_is_looked_at(harm, name):
    raw(harm)
    assert missing_guards() == [name]

    assert install_guards() == [name]
    assert missing_guards() == []


def test_the_check_of_the_start_names_what_is_missing_and_no_other_check_hinders_a_migration():
    assert check_of_the_start() == []
    with lifted_guards():
        found = check_of_the_start()
        assert run_checks(databases=["default"], tags=["database"]) == []

    assert [message.id for message in found] == ["publishing.E001"]
    assert "frozen_edition_delete" in found[0].msg
    assert check_of_the_start() == []


def test_a_database_that_does_not_answer_is_no_reason_not_to_start(monkeypatch):
    def refuse(_using):
        raise DatabaseError("connection refused")

    monkeypatch.setattr(checks, "missing_guards", refuse)

    assert [message.id for message in check_of_the_start()] == ["publishing.W001"]


@pytest.mark.slow
def test_the_server_starts_with_all_guards_and_not_without(tmp_path):
    """On a SQLite of its own, as ``make run`` has one."""
    call = "from ctportal.publishing.database_guards import remove_guards; remove_guards()"
    server.manage("migrate", "--verbosity", "0", data_dir=tmp_path)
    server.manage("shell", "--verbosity", "0", "--command", call, data_dir=tmp_path)

    with pytest.raises(RuntimeError, match="frozen_edition_delete"), server.serving(tmp_path):
        pass

    server.manage("database_guards", "install", data_dir=tmp_path)
    with server.serving(tmp_path) as port:
        assert port
