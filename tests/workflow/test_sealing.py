"""Sealing: what goes, what stays, and who may."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError

from ctportal.files.models import StoredFile
from ctportal.publishing import verification
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.services import publish, restore, unschedule_all, withdraw
from ctportal.workflow import roles
from ctportal.workflow.models import AuditEntry
from ctportal.workflow.sealing import seal
from tests.factories import make_conference, make_document, make_person, make_photo, make_stored_file, make_user
from tests.search.index import indexed
from tests.web.test_history import section, text_of

pytestmark = pytest.mark.django_db
SECRET = "Canary-4711"


@pytest.fixture
def administrator():
    return make_user("administrator", is_superuser=True)


@pytest.fixture
def document(frozen_clock, administrator):
    """A document with three versions; the secret stands in the text and in a file of the first two."""
    conference = make_conference()
    publish(conference, by=administrator)
    document = make_document(conference, f"Speech of {SECRET}", slug="speech")
    document.versions.update(file=make_stored_file(f"{SECRET}.pdf", text=f"Words of {SECRET}"))
    publish(document, by=administrator, note="First")
    frozen_clock.tick(days=1)
    document.versions.update(title=f"A speech of {SECRET}")
    publish(document, by=administrator, note="Second")
    frozen_clock.tick(days=1)
    document.versions.update(title="A speech", file=make_stored_file("speech.pdf"))
    publish(document, by=administrator, note="Third")
    frozen_clock.tick(days=1)
    return document


def editions(record):
    return list(Edition.objects.filter(uid=record.uid).order_by("public_from"))


def status(client, address):
    response = client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)  # to its end, so that the file is closed
    return response.status_code


def seal_first_two(document, by):
    for edition in editions(document)[:2]:
        seal(edition, by=by, reason="A person is in danger")


def test_sealing_empties_text_card_search_and_filters_and_keeps_the_rest(document, administrator, frozen_clock):
    first = editions(document)[0]
    before = {field.name: getattr(first, field.name) for field in Edition._meta.fields}
    assert SECRET in first.json

    sealed = seal(first, by=administrator, reason="  A person is\n in danger ")

    assert {field.name: getattr(sealed, field.name) for field in Edition._meta.fields} == before | {
        "json": "", "card": "", "sealed_at": frozen_clock.now,
    }  # fmt: skip
    assert Edition.objects.get(pk=first.pk).data == {}
    assert list(sealed.facets.all()) == []
    assert list(sealed.search_entries.all()) == []
    entry = LedgerEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.by, entry.edition, entry.sha256, entry.at, entry.effective_at, entry.reason) == (
        "sealed", "administrator", first, first.sha256, frozen_clock.now, frozen_clock.now, "A person is in danger",
    )  # fmt: skip
    verification.verify()


def test_sealing_stands_in_the_audit_trail_with_its_reason(document, administrator):
    first = editions(document)[0]

    seal(first, by=administrator, reason="A person is in danger")

    entry = AuditEntry.objects.latest("pk")
    assert (entry.kind, entry.outcome, entry.who, entry.uid, entry.type, entry.what) == (
        "sealing", "done", "administrator", document.uid, "document", f"{first}: A person is in danger",
    )  # fmt: skip


def test_the_secret_is_in_no_column_any_more_but_the_name_of_its_file(document, administrator):
    seal_first_two(document, administrator)

    assert not [e.pk for e in editions(document) if SECRET in e.json + e.card or "4711" in indexed(e)]
    assert [file.text for file in StoredFile.objects.filter(name__contains=SECRET)] == [""]


def test_a_file_keeps_its_words_while_another_edition_shows_it(document, administrator):
    seal(editions(document)[0], by=administrator, reason="A reason")

    assert SECRET in StoredFile.objects.get(name__contains=SECRET).text


def test_a_sealed_version_is_gone_on_page_and_api_with_its_hashes(client, document, administrator):
    versions = client.get("/api/v1/documents/speech/versions/").json()["results"]
    seal_first_two(document, administrator)

    page = client.get("/en/documents/speech/versions/1/")
    assert page.status_code == 410
    assert SECRET not in page.content.decode()
    assert "This version has been sealed" in text_of(page.content.decode())
    assert versions[0]["sha256"] in page.content.decode()
    problem = client.get("/api/v1/documents/speech/versions/1/")
    assert (problem.status_code, problem.json()["sha256"], problem.json()["chain"]) == (
        410, versions[0]["sha256"], versions[0]["chain"],
    )  # fmt: skip
    assert client.get("/api/v1/documents/speech/versions/").json()["results"] == [
        versions[0] | {"sealed": True}, versions[1] | {"sealed": True}, versions[2],
    ]  # fmt: skip


def test_the_version_after_a_sealed_one_tells_nothing_of_it(client, document, administrator):
    assert SECRET in section(client.get("/en/documents/speech/versions/3/"), "changes")
    seal_first_two(document, administrator)

    page = client.get("/en/documents/speech/versions/3/")
    assert SECRET not in page.content.decode()
    assert "The previous version was sealed" in section(page, "changes")


def test_files_of_sealed_editions_alone_are_never_served_again_to_anybody(client, document, administrator):
    stored = StoredFile.objects.get(name__contains=SECRET)
    client.force_login(administrator)
    staff = f"/admin{stored.path}"
    assert status(client, staff) == 200

    seal(editions(document)[0], by=administrator, reason="A reason")
    assert status(client, staff) == 200  # the second version shows it still
    seal(editions(document)[1], by=administrator, reason="A reason")

    assert (status(client, staff), status(client, stored.path)) == (404, 410)


def test_the_original_of_a_sealed_photo_goes_with_its_renditions(client, administrator, frozen_clock):
    conference = make_conference()
    photo = make_photo(conference)
    publish(conference, by=administrator)
    publish(photo, by=administrator)
    frozen_clock.tick(days=1)
    withdraw(photo, by=administrator, reason="A reason")
    frozen_clock.tick()
    client.force_login(administrator)
    assert status(client, f"/admin{photo.file.path}") == 200

    seal(editions(photo)[0], by=administrator, reason="A reason")

    assert status(client, f"/admin{photo.file.path}") == 404


def test_what_is_in_force_or_to_come_or_sealed_is_refused(document, administrator, frozen_clock):
    coming = publish(document, by=administrator, at=frozen_clock.now + timedelta(days=1))
    first, in_force = editions(document)[0], editions(document)[2]
    seal(first, by=administrator, reason="A reason")
    before = json.dumps(
        [list(Edition.objects.order_by("pk").values_list("sha256", "json")), LedgerEntry.objects.count()]
    )

    codes = []
    for edition in (in_force, coming, first):
        with pytest.raises(ValidationError) as refusal:
            seal(edition, by=administrator, reason="A reason")
        codes.append(refusal.value.code)

    assert codes == ["in_force", "to_come", "sealed"]
    after = json.dumps(
        [list(Edition.objects.order_by("pk").values_list("sha256", "json")), LedgerEntry.objects.count()]
    )
    assert after == before


def test_an_unscheduled_edition_can_be_sealed(document, administrator, frozen_clock):
    coming = publish(document, by=administrator, at=frozen_clock.now + timedelta(days=1))
    unschedule_all([document], by=administrator)

    assert seal(coming, by=administrator, reason="A reason").is_sealed


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501])
def test_a_reason_of_at_most_500_characters_is_asked(document, administrator, reason):
    with pytest.raises(ValidationError) as refusal:
        seal(editions(document)[0], by=administrator, reason=reason)

    assert set(refusal.value.message_dict) == {"reason"}


@pytest.mark.parametrize("role", roles.ROLES)
def test_only_an_administrator_seals(document, role):
    user = make_user()
    user.groups.add(Group.objects.get(name=role))
    edition = editions(document)[0]

    if role == roles.ADMINISTRATOR:
        assert seal(edition, by=user, reason="A reason").is_sealed
    else:
        with pytest.raises(PermissionDenied):
            seal(edition, by=user, reason="A reason")


def test_what_was_sealed_does_not_come_back_by_restoring(administrator, frozen_clock):
    person, conference = make_person(SECRET), make_conference()
    conference.appearances.create(person=person, role="speaker")
    publish(conference, by=administrator)
    frozen_clock.tick(days=1)
    withdraw(conference, by=administrator, reason="A reason")
    frozen_clock.tick()

    seal(editions(person)[0], by=administrator, reason="A reason")
    with pytest.raises(ValidationError) as refusal:
        restore(conference, by=administrator)  # its text names the person
    assert refusal.value.code == "sealed"
    seal(editions(conference)[0], by=administrator, reason="A reason")
    with pytest.raises(ValidationError) as refusal:
        restore(conference, by=administrator)
    assert refusal.value.code == "sealed"


# In the admin


def page_of(document, *below):
    base = f"/admin/documents/pressrelease/{document.pk}/versions/"
    return base + "".join(f"{part}/" for part in below)


def test_the_versions_of_a_record_are_listed_with_what_may_be_sealed(client, document, administrator, frozen_clock):
    client.force_login(administrator)
    publish(document, by=administrator, at=frozen_clock.now + timedelta(days=1))
    seal(editions(document)[0], by=administrator, reason="A reason")

    html = client.get(page_of(document)).content.decode()

    draft, *rows = [
        [text_of(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)]
        for row in html.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    ]
    assert draft == ["", "", "Draft"]
    assert [(row[2], row[3], row[8]) for row in rows] == [
        ("–", "scheduled", "–"),
        ("3", "current", "–"),
        ("2", "past", "Seal …"),
        ("1", "sealed", "–"),
    ]
    form = client.get(f"/admin/documents/pressrelease/{document.pk}/change/").content.decode()
    assert page_of(document) in form


def test_sealing_is_confirmed_with_a_reason(client, document, administrator):
    client.force_login(administrator)
    edition = editions(document)[0]
    address = page_of(document, edition.pk, "seal")
    assert "permanently deleted. This cannot be undone." in client.get(address).content.decode()

    answers = [client.post(address, data).status_code for data in ({"reason": "A reason"}, {"sure": "on"}, {})]
    edition.refresh_from_db()
    assert (answers, edition.is_sealed) == ([422, 422, 200], False)

    response = client.post(address, {"reason": "A person is in danger", "sure": "on"})
    edition.refresh_from_db()
    assert (response.status_code, response.headers["Location"], edition.is_sealed) == (302, page_of(document), True)
    assert client.get(address).status_code == 404


def test_the_page_names_versions_that_say_the_same(client, document, administrator, frozen_clock):
    withdraw(document, by=administrator, reason="A reason")
    frozen_clock.tick()
    restore(document, by=administrator)
    client.force_login(administrator)

    html = client.get(page_of(document, editions(document)[2].pk, "seal")).content.decode()

    assert "The same text also appears in these versions" in html


def test_nobody_else_finds_the_page_to_seal(client, document):
    publisher = make_user("a-publisher")
    publisher.groups.add(Group.objects.get(name=roles.PUBLISHER))
    client.force_login(publisher)
    edition = editions(document)[0]

    assert "/seal/" not in client.get(page_of(document)).content.decode()
    for method in (client.get, client.post):
        assert method(page_of(document, edition.pk, "seal"), {"reason": "x", "sure": "on"}).status_code == 403
    edition.refresh_from_db()
    assert not edition.is_sealed


def test_an_edition_of_another_record_is_not_sealed_from_here(client, document, administrator):
    other = make_document(document.conference)
    publish(other, by=administrator)
    client.force_login(administrator)

    assert client.get(page_of(other, editions(document)[0].pk, "seal")).status_code == 404
