"""``manage.py search``: the index is built anew from the editions, and each difference from them is named."""

import json
import threading
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ctportal.core.types import JsonValue
from ctportal.management import index_upkeep
from ctportal.management.index_upkeep import rebuild
from ctportal.publishing import services
from ctportal.publishing.indexing import VERSION, indexed_texts
from ctportal.publishing.models import Edition
from ctportal.search.analysis import analyze
from ctportal.search.fields import as_line
from ctportal.search.models import IndexState, SearchEntry, SearchTokens
from ctportal.workflow.sealing import seal
from tests.database_guards import raw
from tests.factories import (
    make_conference,
    make_document,
    make_person,
    make_photo,
    make_stored_file,
    make_theme,
    make_user,
)
from tests.search.index import make_entry
from tests.search.relevance import LANGUAGES, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher():
    return make_user("publisher", is_superuser=True)


@pytest.fixture
def dossier(frozen_clock, publisher):
    """A conference, a document with a past edition and a file, and a photo, all in force."""
    conference = make_conference("Border security")
    conference.themes.add(make_theme())
    services.publish(conference, by=publisher)
    document = make_document(conference, "First", delivered_by=make_person())
    document.versions.update(file=make_stored_file("file.pdf", text="Words of the file"))
    photo = make_photo(conference)
    for record in (document, photo):
        services.publish(record, by=publisher)
    frozen_clock.tick(days=1)
    document.versions.update(title="Second")
    services.publish(document, by=publisher)
    frozen_clock.tick(days=1)
    return conference, document, photo


def everything():
    """All that the index holds, without primary keys of entries."""
    rows = SearchEntry.objects.order_by("edition", "language", "place", "part")
    return list(rows.values_list("edition", "language", "place", "part", "facets", "tokens__tokens"))


def in_force(record):
    return Edition.objects.filter(uid=record.uid).latest("pk")


def check(capsys):
    """Return the lines that ``search check`` prints, and its message where it fails."""
    capsys.readouterr()
    try:
        call_command("search", "check")
        message = ""
    except CommandError as error:
        message = str(error)
    return capsys.readouterr().out.splitlines(), message


def test_a_rebuild_writes_what_publishing_has_written(dossier, capsys):
    SearchEntry.objects.filter(edition=Edition.objects.filter(uid=dossier[1].uid).earliest("pk")).delete()
    written = everything()
    assert len({row[0] for row in written}) == 5

    SearchEntry.objects.all().delete()
    call_command("search", "rebuild")

    assert everything() == written
    assert check(capsys) == (["The index is right: 5 editions."], "")
    assert IndexState.objects.values_list("version", "rebuilt_to", "rebuilt_by").get() == (VERSION, None, None)


def test_a_rebuild_removes_what_is_over_and_the_check_counts_it(dossier, capsys):
    past = Edition.objects.filter(uid=dossier[1].uid).earliest("pk")
    assert past.search_entries.exists()
    assert check(capsys) == (
        ["1 editions that are over still have entries; a rebuild removes them.", "The index is right: 5 editions."],
        "",
    )

    call_command("search", "rebuild")

    assert not past.search_entries.exists()
    assert check(capsys) == (["The index is right: 5 editions."], "")


def test_one_record_alone_is_rebuilt(dossier):
    _conference, document, _photo = dossier
    SearchEntry.objects.all().delete()

    call_command("search", "rebuild", "--record", str(document.uid))

    assert {row[0] for row in everything()} == {in_force(document).pk}
    with pytest.raises(CommandError, match=r"^No edition has the uid 0{8}-"):
        call_command("search", "rebuild", "--record", "00000000-0000-0000-0000-000000000000")


def spoil_tokens(edition):
    rows = SearchTokens.objects.filter(entry__edition=edition, entry__place=2)
    rows.update(tokens=analyze("Something else", "en"))


def spoil_facets(edition):
    edition.search_entries.filter(place=2).update(facets="type=photo")


def remove_part(edition):
    edition.search_entries.filter(place=2).delete()


def add_part(edition):
    make_entry("Too much", edition=edition, language="ru").__class__.objects.filter(language="ru").update(part=3)


def remove_all(edition):
    edition.search_entries.all().delete()


def remove_tokens(edition):
    SearchTokens.objects.filter(entry__edition=edition, entry__place=2).delete()


@pytest.mark.parametrize(
    ("harm", "difference"),
    [
        (spoil_tokens, "en title, part 0: other tokens than today's analysis gives"),
        (remove_tokens, "en title, part 0: other tokens than today's analysis gives"),
        (spoil_facets, "en title, part 0: other facets"),
        (remove_part, "en title, part 0: is missing"),
        (add_part, "ru text, part 3: is in no text of it"),
        (remove_all, "no entries"),
    ],
)
def test_the_check_names_a_difference_and_a_rebuild_mends_it(dossier, capsys, harm, difference):
    call_command("search", "rebuild")
    written, edition = everything(), in_force(dossier[1])
    harm(edition)

    assert check(capsys) == ([f"{edition}: {difference}"], "1 differences in 5 editions: run search rebuild.")
    call_command("search", "rebuild", "--record", str(dossier[1].uid))

    assert everything() == written
    assert check(capsys) == (["The index is right: 5 editions."], "")


def test_the_check_names_entries_of_sealed_and_unscheduled_editions(dossier, publisher, frozen_clock, capsys):
    document = dossier[1]
    past = Edition.objects.filter(uid=document.uid).earliest("pk")
    seal(past, by=publisher, reason="A reason")
    services.publish(document, by=publisher, at=frozen_clock.now + timedelta(days=1))
    scheduled = in_force(document)
    services.unschedule_all([document], by=publisher)
    for edition in (past, scheduled):
        make_entry("Words", edition=edition)

    assert check(capsys) == (
        [f"{past}: is sealed and has entries", f"{scheduled}: is unscheduled and has entries"],
        "2 differences in 5 editions: run search rebuild.",
    )
    call_command("search", "rebuild")
    assert check(capsys) == (["The index is right: 5 editions."], "")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL keeps its index in step by itself.")
def test_the_check_compares_fts5_with_the_tokens_and_a_rebuild_fills_it_anew(dossier, capsys):
    call_command("search", "rebuild")
    raw("INSERT INTO search_fts(search_fts) VALUES ('delete-all')")
    assert SearchEntry.objects.matching([["border"]]).count() == 0

    lines, message = check(capsys)
    call_command("search", "rebuild")

    assert (lines, message) == (
        ["FTS5 does not hold what the table of tokens holds."], "1 differences in 5 editions: run search rebuild.",
    )  # fmt: skip
    assert SearchEntry.objects.matching([["border"]]).count() == 1
    assert check(capsys) == (["The index is right: 5 editions."], "")


def test_the_check_names_a_part_that_is_missing(dossier, capsys):
    call_command("search", "rebuild")
    if connection.vendor == "sqlite":
        raw("DROP TRIGGER search_fts_update")
    else:
        raw("SET CONSTRAINTS ALL IMMEDIATE")
        raw("DROP INDEX search_tokens_gin")
    name = "search_fts_update" if connection.vendor == "sqlite" else "search_tokens_gin"

    lines, _message = check(capsys)

    assert lines == [f"{name} is missing or altered: run manage.py database_guards install"]


def test_after_an_upgrade_that_changes_the_analysis_the_check_asks_for_a_rebuild(dossier, capsys, monkeypatch):
    call_command("search", "rebuild")
    monkeypatch.setattr(index_upkeep, "VERSION", VERSION + 1)

    lines, _message = check(capsys)
    call_command("search", "rebuild")

    assert lines == [f"The entries were written by version {VERSION} of the analysis; this release has {VERSION + 1}."]
    assert check(capsys) == (["The index is right: 5 editions."], "")


class Interrupted(Exception):
    pass


def interrupted_after(batches):
    def progress(done, total):
        nonlocal batches
        batches -= 1
        if not batches:
            raise Interrupted

    return progress


def rebuilt_editions(monkeypatch, **options):
    """Rebuild, and return the primary keys of the editions that were analysed, in their order."""
    keys, analyse = [], index_upkeep.analysed

    def noted(edition):
        keys.append(edition.pk)
        return analyse(edition)

    with monkeypatch.context() as patch:
        patch.setattr(index_upkeep, "analysed", noted)
        rebuild(lambda *_: None, **options)
    return keys


def test_a_rebuild_that_was_interrupted_goes_on_where_it_stopped(dossier, monkeypatch):
    call_command("search", "rebuild")
    written = everything()
    every = rebuilt_editions(monkeypatch)
    monkeypatch.setattr(index_upkeep, "MOST_EDITIONS", 2)
    for options, expected in (({}, every[2:]), ({"restart": True}, every)):  # the second after another interruption
        with pytest.raises(Interrupted):
            rebuild(interrupted_after(1))
        assert everything() == written
        assert rebuilt_editions(monkeypatch, **options) == expected

    with pytest.raises(Interrupted):
        rebuild(interrupted_after(1))
    monkeypatch.setattr(index_upkeep, "VERSION", VERSION + 1)
    assert rebuilt_editions(monkeypatch) == every  # an upgrade in between
    assert everything() == written


def test_ctrl_c_says_that_the_same_command_goes_on(dossier, monkeypatch):
    def interrupt(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(index_upkeep, "_replace", interrupt)

    with pytest.raises(CommandError, match="^Interrupted. The same command goes on from here.$") as caught:
        call_command("search", "rebuild")
    assert caught.value.returncode == 130


def test_progress_is_a_line_for_each_tenth_where_there_is_no_terminal(dossier, monkeypatch, capsys):
    monkeypatch.setattr(index_upkeep, "MOST_EDITIONS", 2)

    call_command("search", "rebuild")

    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ", 1)[1].rpartition(",")[0] for line in lines] == [
        "2/6 editions", "4/6 editions", "6/6 editions",
    ]  # fmt: skip


def test_what_is_sealed_or_unscheduled_while_it_is_analysed_is_not_written(
    dossier, publisher, frozen_clock, monkeypatch
):
    _conference, document, _photo = dossier
    services.publish(document, by=publisher, at=frozen_clock.now + timedelta(days=1))
    edition, analyse = in_force(document), index_upkeep.analysed

    def meanwhile(each):
        found = analyse(each)
        if each.pk == edition.pk:
            services.unschedule_all([document], by=publisher)
        return found

    monkeypatch.setattr(index_upkeep, "analysed", meanwhile)
    rebuild(lambda *_: None)

    assert not edition.search_entries.exists()


@pytest.mark.parametrize("size", [1, 50])
def test_long_texts_end_a_batch(dossier, monkeypatch, size):
    batches = []
    monkeypatch.setattr(index_upkeep, "MOST_TOKENS", size)
    monkeypatch.setattr(index_upkeep, "_replace", lambda batch, **_: batches.append(len(batch)))

    rebuild(lambda *_: None)

    assert (sum(batches), max(batches) <= (1 if size == 1 else 6)) == (6, True)


@pytest.mark.django_db(transaction=True)
def test_readers_find_everything_while_a_batch_is_written(frozen_clock, publisher, monkeypatch):
    conference = make_conference("Border security")
    services.publish(conference, by=publisher)
    found, write = [], index_upkeep.write_texts

    def read():
        found.append(SearchEntry.objects.matching([["border"]]).count())
        connection.close()

    def written(batch):
        write(batch)
        SearchEntry.objects.matching([["border"]]).count()
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(10)

    monkeypatch.setattr(index_upkeep, "write_texts", written)
    rebuild(lambda *_: None)

    assert found == [1]


def golden_lines() -> list[JsonValue]:
    """What the index holds of the Universal Declaration in six languages, each as the title and text of a document."""
    data = {
        "title": {language: texts(language)[1] for language in LANGUAGES},
        "versions": [],
        "body": {language: "\n".join(texts(language).values()) for language in LANGUAGES},
        "country": "RU",  # with a shorter name besides
        "symbol": "A/RES/217(III)",
    }
    return [
        [language, place, part, as_line(tokens)]
        for language, place, part, tokens in indexed_texts("udhr", data, None, [])
    ]


def test_the_version_of_the_analysis_is_raised_with_each_change_of_it():
    """Where this fails, something is found in another way than before: raise VERSION in ctportal/publishing/indexing.py, and
    store the new checksum here beside it, so that operators are told to rebuild."""
    assert (VERSION, sha256(json.dumps(golden_lines()).encode()).hexdigest()) == (
        2, "90bb479155082b485e7def2444a26f9c330ec884b3511a7471db169e7fa54986",
    )  # fmt: skip
