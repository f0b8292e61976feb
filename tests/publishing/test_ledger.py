"""``manage.py ledger verify``: an untouched chain verifies, and whatever was changed behind it is found and named."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from ctportal.files.models import StoredFile
from ctportal.management.commands.ledger import Command
from ctportal.publishing import ledger, services, verification
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.workflow import sealing
from documents.models import Document
from tests.database_guards import lifted_guards, raw
from tests.factories import make_conference, make_document, make_photo, make_stored_file, make_theme, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def verify(*arguments):
    out = io.StringIO()
    call_command("ledger", "verify", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def record(frozen_clock):
    """A conference with all that may happen to one: corrected, scheduled and unscheduled, withdrawn, restored; and a document."""
    by, conference = make_user(), make_conference("First")
    conference.themes.add(make_theme())
    services.publish(conference, by=by, note="First note")
    document = make_document(conference)
    document.versions.update(file=make_stored_file())
    services.publish(document, by=by)
    services.publish(make_photo(conference), by=by)
    frozen_clock.tick(hours=1)
    conference.texts.update(title="Second")
    conference.references.create(document=document)
    services.publish(conference, by=by, note="Second note")
    frozen_clock.tick(hours=1)
    services.publish(conference, by=by, at=frozen_clock.now + HOUR)
    services.unschedule_all([conference], by=by)
    services.withdraw(conference, by=by, reason="Expires", at=frozen_clock.now + HOUR)
    services.unschedule_all([conference], by=by)
    frozen_clock.tick(hours=1)
    services.withdraw(conference, by=by, reason="In doubt")
    frozen_clock.tick(hours=1)
    services.restore(conference, by=by)
    return conference


def test_the_chain_of_an_untouched_database_verifies(record):
    last = LedgerEntry.objects.order_by("-pk")[0]
    count = LedgerEntry.objects.count(), Edition.objects.count()

    assert verify() == f"The ledger verifies: {count[0]} entries, {count[1]} editions. Last hash: {last.hash}\n"


def test_instants_typed_in_another_time_zone_verify(frozen_clock):
    """The database gives them back in UTC: the hash must not hang on the zone in which they came in."""
    by, conference = make_user(), make_conference()
    dushanbe = ZoneInfo("Asia/Dushanbe")
    services.publish(conference, by=by, at=(frozen_clock.now + HOUR).astimezone(dushanbe))
    services.withdraw(conference, by=by, reason="Expires", at=(frozen_clock.now + 2 * HOUR).astimezone(dushanbe))

    assert verify().startswith("The ledger verifies: ")


def test_an_empty_ledger_verifies(db):
    assert verify() == "The ledger verifies: 0 entries, 0 editions. It is empty.\n"


def test_a_chain_longer_than_what_is_read_at_a_time_verifies(record, monkeypatch):
    monkeypatch.setattr(verification, "CHUNK", 3)
    done = []
    verified = verification.verify(progress=done.append)

    assert verified.entries == LedgerEntry.objects.count() == done[-1]
    assert done[:2] == [3, 6]


def test_reading_takes_a_number_of_queries_that_hangs_on_the_chunks_alone(
    record, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr(verification, "CHUNK", 1000)
    # Entries; editions, facets, relations, files, their entries; no more entries; editions without one; withdrawals, their
    # entries, no more withdrawals; editions without one.
    with django_assert_num_queries(12):
        verification.verify()


EDITION = (
    "UPDATE publishing_edition SET {} WHERE id = (SELECT min(id) FROM publishing_edition WHERE type = 'conference')"
)
ENTRY = "UPDATE publishing_ledgerentry SET {} WHERE id = (SELECT min(id) + 3 FROM publishing_ledgerentry)"
WITHDRAWAL = "UPDATE publishing_withdrawal SET {} WHERE cause IS NULL"
TAMPERING = {
    "changed JSON": (EDITION.format("json = replace(json, 'First', 'Worst')"), "the JSON of its edition"),
    "changed JSON with its checksum": (
        EDITION.format(f"json = '{{}}', sha256 = '{'44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'}'"),
        "the sha256 of its edition",
    ),
    "changed card": (EDITION.format("card = replace(card, 'First', 'Worst')"), "was changed: date, slug"),
    "changed beginning": (EDITION.format("public_from = '2026-03-02 08:59:00+00:00'"), "the beginning of its edition"),
    "changed end": (EDITION.format("public_until = '2026-03-02 09:30:00+00:00'"), "the end of its edition"),
    "changed slug": (EDITION.format("slug = 'another'"), "was changed: date, slug"),
    "changed note": (EDITION.format("note = 'Another note'"), "was changed: date, slug"),
    "changed name": (EDITION.format('"by" = \'Somebody else\''), "was changed: date, slug"),
    "changed record": (EDITION.format("uid = '00000000000040008000000000000000'"), "the uid of its edition"),
    "pretended sealing": (
        EDITION.format("json = '', card = '', sealed_at = '2026-03-02 09:30:00+00:00'"),
        "is not sealed as the ledger says",
    ),
    "changed reason of a withdrawal": (WITHDRAWAL.format("reason = 'Forged'"), "of the withdrawal of edition"),
    "changed replacement": (WITHDRAWAL.format(f"replacement = '{'0' * 32}'"), "of the withdrawal of edition"),
    "changed cause of a withdrawal": (WITHDRAWAL.format(f"cause = '{'0' * 32}'"), "of the withdrawal of edition"),
    "changed name in a withdrawal": (WITHDRAWAL.format('"by" = \'Somebody else\''), "of the withdrawal of edition"),
    "exchanged withdrawal": (
        WITHDRAWAL.format("edition_id = (SELECT id FROM publishing_edition WHERE type = 'theme' LIMIT 1)"),
        "the ledger has no entry for its withdrawal",
    ),
    "deleted withdrawal": (
        "DELETE FROM publishing_withdrawal WHERE cause IS NULL",
        "it ends, and its withdrawal is missing",
    ),
    "changed facet": ("UPDATE publishing_facet SET value = '1999' WHERE name = 'year'", "was changed: date, slug"),
    "removed facets": ("DELETE FROM publishing_facet", "was changed: date, slug"),
    "removed relation": ("DELETE FROM publishing_relation WHERE name = 'reference'", "was changed: date, slug"),
    "removed file": ("DELETE FROM publishing_editionfile", "was changed: date, slug"),
    "exchanged file": ("UPDATE files_storedfile SET sha256 = 'f'", "was changed: date, slug"),
    "changed action": (ENTRY.format("action = 'unscheduled'"), "what it says was changed"),
    "changed actor": (ENTRY.format('"by" = \'Somebody else\''), "what it says was changed"),
    "changed instant": (ENTRY.format("at = '2026-03-01 09:00:00+00:00'"), "what it says was changed"),
    "changed instant of effect": (ENTRY.format("effective_at = '2026-03-01 09:00:00+00:00'"), "what it says was changed"),
    "changed end in an entry": (ENTRY.format("public_until = '2026-03-01 09:00:00+00:00'"), "what it says was changed"),
    "changed checksum in an entry": (ENTRY.format(f"sha256 = '{'0' * 64}'"), "what it says was changed"),
    "changed reason": (ENTRY.format("reason = 'Another'"), "what it says was changed"),
    "emptied checksum of the rest": (ENTRY.format("frozen = ''"), "what it says was changed"),
    "changed hash": (ENTRY.format(f"hash = '{'0' * 64}'"), "what it says was changed"),
    "changed hash of the one before": (ENTRY.format(f"previous = '{'0' * 64}'"), "does not follow the entry before"),
    "deleted entry": (
        "DELETE FROM publishing_ledgerentry WHERE id = (SELECT min(id) + 3 FROM publishing_ledgerentry)",
        "does not follow the entry before",
    ),
    "deleted first entry": (
        "DELETE FROM publishing_ledgerentry WHERE id = (SELECT min(id) FROM publishing_ledgerentry)",
        "does not follow the entry before",
    ),
    "deleted last entry": (
        "DELETE FROM publishing_ledgerentry WHERE id = (SELECT max(id) FROM publishing_ledgerentry)",
        "the ledger has no entry for it",
    ),
    "deleted ledger": ("DELETE FROM publishing_ledgerentry", "the ledger has no entry for it"),
}  # fmt: skip


def tamper(sql):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # SQLite keeps instants without their zone.
            sql = sql.replace("+00:00'", "'")
        cursor.execute(sql)
        assert cursor.rowcount > 0


def test_tampering_is_found(record):
    """Each kind by itself, and undone before the next."""
    found = {}
    with lifted_guards():
        for kind, (sql, _what) in TAMPERING.items():
            with transaction.atomic():
                tamper(sql)
                found[kind] = misfit()
                transaction.set_rollback(True)

        assert misfit() is None
    assert {kind: what in str(found[kind]) for kind, (_sql, what) in TAMPERING.items()} == dict.fromkeys(
        TAMPERING, True
    )


def misfit():
    try:
        verification.verify()
    except verification.Misfit as found:
        return str(found)
    return None


def test_a_withdrawal_that_went_to_another_edition_verifies(frozen_clock):
    """Corrected and unscheduled before it holds, it stands beside another edition than its entry names."""
    by, conference, replacement = make_user(), make_conference("First"), make_conference("Instead")
    services.publish(replacement, by=by)
    services.publish(conference, by=by)
    frozen_clock.tick()
    services.withdraw(conference, by=by, reason="Expires", at=frozen_clock.now + 3 * HOUR, replacement=replacement.uid)
    conference.texts.update(title="Second")
    services.publish(conference, by=by)
    assert "verifies" in verify()
    conference.texts.update(title="Third")
    frozen_clock.tick()
    services.publish(conference, by=by, at=frozen_clock.now + HOUR)
    assert "verifies" in verify()
    services.unschedule_all([conference], by=by)
    assert "verifies" in verify()
    services.withdraw(conference, by=by, reason="Wrong", at=frozen_clock.now + HOUR)
    frozen_clock.tick(hours=2)
    assert "verifies" in verify()
    with lifted_guards():
        raw("UPDATE publishing_withdrawal SET reason = 'Expires'")

    with pytest.raises(CommandError, match="Entry .* what the public is told of the withdrawal of edition"):
        verify()


def test_what_does_not_verify_gives_exit_code_1(record):
    with lifted_guards():
        tamper(TAMPERING["deleted entry"][0])

    with pytest.raises(CommandError) as found:
        verify()

    assert found.value.returncode == 1


def test_swapped_entries_are_found(record):
    first, second = LedgerEntry.objects.order_by("pk")[2:4]
    with lifted_guards():
        raw("UPDATE publishing_ledgerentry SET id = -1 WHERE id = %s", first.pk)
        raw("UPDATE publishing_ledgerentry SET id = %s WHERE id = %s", first.pk, second.pk)
        raw("UPDATE publishing_ledgerentry SET id = %s WHERE id = -1", second.pk)

    with pytest.raises(CommandError, match=f"Entry {first.pk} .* it does not follow the entry before it"):
        verify()


def test_an_entry_that_was_put_in_between_is_found(record):
    """Written with a right hash of its own: what follows it names another entry."""
    third, fourth = LedgerEntry.objects.order_by("pk")[2:4]
    with lifted_guards():
        raw("UPDATE publishing_ledgerentry SET id = id + 1000 WHERE id >= %s", fourth.pk)
        third.pk, third.previous, third.action = fourth.pk, third.hash, "reopened"
        third.hash = ledger.entry_hash(third)
        third.save(force_insert=True)

    with pytest.raises(CommandError, match=f"Entry {fourth.pk + 1000} .* it does not follow the entry before it"):
        verify()


def test_an_edition_without_an_entry_is_found(record):
    edition = Edition.objects.of("document").get(public_until=None)
    edition.pk, edition.uid = None, "00000000-0000-4000-8000-000000000000"
    edition.save(force_insert=True)

    with pytest.raises(CommandError, match=f"Edition {edition.pk} .* the ledger has no entry for it"):
        verify()


def test_a_chain_written_anew_from_some_entry_on_is_found_by_a_hash_noted_before(record):
    known = LedgerEntry.objects.order_by("-pk")[0].hash
    assert "verifies" in verify("--known", known)

    with lifted_guards():
        previous = ""
        for entry in LedgerEntry.objects.order_by("pk"):
            entry.by, entry.previous = "Somebody else", previous
            previous = entry.hash = ledger.entry_hash(entry)
            entry.save()

    assert "verifies" in verify()
    with pytest.raises(CommandError, match="no entry has the hash that you know"):
        verify("--known", known)


def test_the_first_of_several_misfits_is_named_with_what_was_expected(record):
    second, fourth = LedgerEntry.objects.order_by("pk")[1], LedgerEntry.objects.order_by("pk")[3]
    with lifted_guards():
        raw("UPDATE publishing_ledgerentry SET reason = 'x' WHERE id IN (%s, %s)", second.pk, fourth.pk)
    second.reason = "x"

    with pytest.raises(CommandError) as found:
        verify()

    assert str(found.value) == (
        f"The ledger does not verify. Entry {second.pk} ({second.action}, 2026-03-02 09:00:00 UTC, by publisher, "
        f"record {second.uid}): what it says was changed: the hash is another. "
        f"Expected {second.hash}, found {ledger.entry_hash(second)}."
    )


def test_missing_guards_are_told(record):
    with (
        lifted_guards(),
        pytest.raises(
            CommandError, match="lacks guards, run manage.py database_guards install: .*frozen_ledger_change"
        ),
    ):
        verify()


# The bytes of files


@pytest.fixture
def files(frozen_clock):
    """The files of two public documents, with the checksums of their bytes."""
    by, conference, shown = make_user(), make_conference(), []
    services.publish(conference, by=by)
    for content in (b"%PDF first", b"%PDF second"):
        stored, document = make_stored_file("text.pdf", content), make_document(conference)
        StoredFile.objects.filter(pk=stored.pk).update(sha256=hashlib.sha256(content).hexdigest())
        document.versions.update(file=stored)
        services.publish(document, by=by)
        shown.append(StoredFile.objects.get(pk=stored.pk))
    frozen_clock.tick()
    return shown


def test_the_bytes_of_every_file_that_an_edition_shows_are_verified(files):
    make_stored_file("in-a-draft.pdf")  # of no edition, and with a wrong checksum

    assert " editions, 2 files. Last hash: " in verify("--files")
    assert "files" not in verify()


def test_a_file_whose_bytes_were_changed_is_named(files):
    last = files[-1]
    forged = b"Forged bytes"
    Path(last.file.path).write_bytes(forged)
    assert "verifies" in verify()

    with pytest.raises(CommandError) as found:
        verify("--files")

    assert str(found.value) == (
        f"The ledger does not verify. File {last.pk} ({last.name}, {last.file.name}): its bytes were changed. "
        f"Expected {last.sha256}, found {hashlib.sha256(forged).hexdigest()}."
    )


def test_a_file_that_is_missing_is_named(files):
    Path(files[0].file.path).unlink()

    with pytest.raises(CommandError, match=f"File {files[0].pk} .* it is missing from the storage. .* found nothing"):
        verify("--files")


def test_files_of_sealed_editions_alone_are_not_asked_for(files, frozen_clock):
    administrator = make_user("administrator", is_superuser=True)
    edition = Edition.objects.get(files__file=files[0])
    services.withdraw(Document.objects.get(uid=edition.uid), by=administrator, reason="Wrong")
    sealing.seal(edition, by=administrator, reason="A person is in danger")
    Path(files[0].file.path).unlink()

    assert ", 1 files. " in verify("--files")


def test_it_is_told_how_far_the_reading_has_come(files):
    done = []

    assert verification.verify_files(progress=done.append) == 2

    assert done == [1, 2]


def test_a_long_run_tells_each_tenth_once():
    command = Command(stderr=io.StringIO())
    show = command.progress("files", 1000, 100)
    for done in range(1, 1001):
        show(done)
    quiet = command.progress("files", 100, 100)
    quiet(100)

    assert command.stderr.getvalue().split("\n")[:-1] == [f"{tenth}00/1000 files" for tenth in range(1, 11)]
