import pytest
from django.db import DatabaseError, connection


def test_healthz_answers_without_the_database(client):
    # Without the django_db mark, any query would raise.
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_readyz_looks_at_the_guards_and_the_clock_and_leaves_no_file(client, settings, django_assert_num_queries):
    # The columns of two tables, the triggers, the parts of the search index, the last entry of the ledger; of PostgreSQL its
    # functions, the constraint and its clock too.
    with django_assert_num_queries(5 if connection.vendor == "sqlite" else 8):
        response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"database": "ok", "files": "ok", "clock": "ok"})
    assert list(settings.STORED_FILES_ROOT.iterdir()) == []


@pytest.mark.django_db
def test_readyz_names_the_database_and_no_reason_when_it_is_away(client, monkeypatch):
    def refuse():
        raise DatabaseError("password authentication failed for user portal")

    monkeypatch.setattr(connection, "cursor", refuse)

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"database": "unavailable", "files": "ok", "clock": "ok"})


@pytest.mark.django_db
def test_readyz_names_the_files_when_they_cannot_be_written(client, settings, tmp_path):
    settings.STORED_FILES_ROOT = tmp_path / "a file"
    settings.STORED_FILES_ROOT.write_text("in the way of the folder")

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"database": "ok", "files": "unavailable", "clock": "ok"})


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_is_only_read(client, address):
    assert client.post(address).status_code == 405
