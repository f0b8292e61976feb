"""The audit trail: what stands in it, what never does, who reads it, and that nobody changes it."""

import csv
import io
import re
import tracemalloc

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ctportal.core.csv_files import cell, csv_lines
from ctportal.publishing.models import LedgerEntry
from ctportal.publishing.services import publish, withdraw
from ctportal.staff.preview import preview_address
from ctportal.workflow import audit, review
from ctportal.workflow.models import AuditEntry, WorkflowStep
from tests.admin.forms import AdminForm
from tests.admin.test_forms import address
from tests.database_guards import raw
from tests.factories import make_account, make_conference, make_document, make_photo, make_stored_file, make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/workflow/auditentry/"


class Trail:
    """The entries written since the test began, or since it last looked: [(kind, outcome, who, what)]."""

    def __init__(self):
        self.last = 0
        self.look()

    def look(self):
        entries = list(AuditEntry.objects.filter(pk__gt=self.last).order_by("pk"))
        self.last = entries[-1].pk if entries else self.last
        return [(entry.kind, entry.outcome, entry.who, entry.what) for entry in entries]


@pytest.fixture
def trail(db):
    return Trail()


def sign_in(client, username, password):
    return client.post("/admin/login/", {"username": username, "password": password}, REMOTE_ADDR="192.0.2.7")


def test_sign_ins_and_sign_outs_are_noted_with_the_address(client, trail):
    user = make_account("editor", "maria")
    user.set_password("a long password")
    user.save()
    trail.look()

    sign_in(client, "maria", "wrong")
    sign_in(client, "maria", "a long password")
    client.post("/admin/logout/", REMOTE_ADDR="192.0.2.7")

    assert trail.look() == [
        ("sign-in", "failed", "", "account maria"),
        ("sign-in", "done", "maria", ""),
        ("sign-out", "done", "maria", ""),
    ]
    last = list(AuditEntry.objects.order_by("pk").values_list("account", "address"))[-3:]
    assert last == [(None, "192.0.2.7"), (user.pk, "192.0.2.7"), (user.pk, "192.0.2.7")]


def test_nothing_typed_that_may_be_a_password_is_kept(client, trail):
    make_account("editor", "maria")
    trail.look()

    sign_in(client, "my-secret-in-the-wrong-field", "another-secret")

    assert trail.look() == [("sign-in", "failed", "", "a name that no account has")]
    everything = str(list(AuditEntry.objects.values_list()))
    assert "secret" not in everything


def test_who_gave_which_role_to_whom_is_noted(client, trail):
    boss, maria = make_account("administrator", "boss"), make_account("contributor", "maria")
    client.force_login(boss)
    form = AdminForm(client, f"/admin/auth/user/{maria.pk}/change/")
    trail.look()
    publisher = Group.objects.get(name="publisher")

    form.fill(groups=[str(publisher.pk)], translates=["ar"], is_active=None).press("_save")

    assert sorted(trail.look()) == [
        ("rights", "done", "boss", "account maria: is_active off"),
        ("rights", "done", "boss", "account maria: right translate_ar given"),
        ("rights", "done", "boss", "account maria: role contributor taken"),
        ("rights", "done", "boss", "account maria: role publisher given"),
    ]

    AdminForm(client, f"/admin/auth/user/{maria.pk}/change/").press("_save")
    assert trail.look() == []


def test_changes_from_the_other_side_and_from_the_command_line_are_noted_too(trail):
    maria, group = make_user("maria"), Group.objects.create(name="interns")
    right = Permission.objects.get(codename="publish_records")

    group.user_set.add(maria)
    group.permissions.add(right)
    group.permissions.clear()
    maria.set_password("a secret")
    maria.save()
    maria.delete()

    nobody = "(command line)"
    assert trail.look() == [
        ("rights", "done", nobody, "account maria: made, is_staff"),
        ("rights", "done", nobody, "role interns: made"),
        ("rights", "done", nobody, "account maria: role interns given"),
        ("rights", "done", nobody, "role interns: right publish_records given"),
        ("rights", "done", nobody, "role interns: right publish_records taken"),
        ("rights", "done", nobody, "account maria: password set"),
        ("rights", "done", nobody, "account maria: deleted"),
    ]


def test_what_the_admin_refuses_is_noted_with_the_record(client, trail):
    conference = make_conference(created_by=make_account("editor"))
    client.force_login(make_user("editor"))
    form = AdminForm(client, address(conference)).fill(alone_reason="I want to")
    form.buttons.append("_publish")
    trail.look()

    assert form.press("_publish").status_code == 403

    assert trail.look() == [("refusal", "refused", "editor", "POST conferences_conference_change: 403")]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.uid, entry.type) == (conference.uid, "conference")


def test_a_step_that_the_rules_refuse_is_noted_although_all_else_is_rolled_back(client, trail):
    conference = make_conference(venue="")
    client.force_login(make_account("publisher"))
    form = AdminForm(client, address(conference)).fill(alone_reason=None, venue="Palace")
    trail.look()

    assert form.press("_publish").status_code == 422

    ((kind, outcome, who, what),) = trail.look()
    assert (kind, outcome, who) == ("refusal", "refused", "publisher")
    assert what.startswith("POST conferences_conference_change: Nobody else has read it")
    conference.refresh_from_db()
    assert conference.venue == ""


PAGES = ["change/", "history/", "versions/", "versions/7/seal/", "delete/", "share/", "language/ru/", "presence/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_contributor_may_not_have_is_noted_with_the_record_and_answers_as_what_never_was(
    client, trail, page, method
):
    theirs = make_conference(created_by=make_account("editor"))
    client.force_login(make_account("contributor"))
    trail.look()

    def asked(pk):
        response = client.generic(method, f"/admin/conferences/conference/{pk}/{page}")
        location = response.get("Location", "").replace(str(pk), "…")
        return (response.status_code, location), trail.look(), AuditEntry.objects.latest("pk")

    there, noted, entry = asked(theirs.pk)
    none, noted_too, other = asked(theirs.pk + 5_000)

    assert there == none
    ((kind, outcome, who, what),) = noted
    assert (kind, outcome, who) == ("refusal", "refused", "contributor")
    assert what.startswith(f"{method} conferences_conference_") and what.endswith(": not found")
    assert f" {theirs.pk}" in what
    assert noted_too == [(kind, outcome, who, what.replace(f" {theirs.pk}", f" {theirs.pk + 5_000}"))]
    assert (entry.uid, entry.type) == (theirs.uid, "conference")
    assert (other.uid, other.type) == (None, "")


def test_noting_a_refusal_asks_the_database_the_same_of_what_is_there_and_of_what_never_was(client):
    theirs = make_document(created_by=make_account("editor"))
    stored = make_stored_file("theirs.pdf")
    theirs.versions.update(file=stored)
    client.force_login(make_account("contributor"))
    form, file = "/admin/documents/pressrelease/{}/change/", "/admin/files/{}/theirs.pdf"

    def queries(address):
        told = []
        for _again in range(2):
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            told.append([re.sub(r"'[^']*'|[0-9a-f]{32}|\d+|NULL", "?", query["sql"]) for query in captured])
        return [[sql.partition(" ?")[0] for sql in each] for each in told]

    assert queries(form.format(theirs.pk)) == queries(form.format(theirs.pk + 5_000))
    assert queries(file.format(stored.key)) == queries(file.format(stored.key[::-1]))


def test_a_refusal_of_what_is_not_found_is_noted_once_in_ten_minutes(client, trail, frozen_clock):
    theirs = make_document(created_by=make_account("editor"))
    client.force_login(make_account("contributor"))
    where = f"/admin/documents/pressrelease/{theirs.pk}/change/"
    trail.look()

    for minutes, entries in ((0, 1), (0, 0), (9, 0), (2, 1)):
        frozen_clock.tick(minutes=minutes)
        client.get(where)
        assert len(trail.look()) == entries


def test_a_file_that_a_contributor_may_not_have_is_noted_without_its_key(client, trail):
    document = make_document(created_by=make_account("editor"))
    theirs = make_stored_file("theirs.pdf")
    document.versions.update(file=theirs)
    client.force_login(make_account("contributor"))
    trail.look()

    for path in (
        f"/admin/files/{theirs.key}/theirs.pdf",
        "/preview/a-token/",
        f"/preview/a-token/files/{theirs.key}/x",
    ):
        assert client.get(path).status_code == 404

    noted = [(what, uid) for what, uid in AuditEntry.objects.filter(kind="refusal").values_list("what", "uid")]
    assert noted[::-1] == [
        ("GET admin_file: not found", document.uid),
        ("GET preview: not found", None),
        ("GET preview_file: not found", None),
    ]


def test_what_was_typed_into_an_address_is_not_kept(client, trail):
    client.force_login(make_account("contributor"))
    trail.look()

    client.get("/admin/documents/statement/my-secret/change/")
    client.get("/admin/my-secret/")

    assert [what for *_others, what in trail.look()] == ["GET documents_statement_change: not found"]


def test_to_who_reads_all_drafts_nothing_is_hidden_and_so_not_found_is_no_refusal(client, trail):
    client.force_login(make_account("publisher"))
    trail.look()

    client.get("/admin/documents/statement/90000/change/")
    client.get("/admin/conferences/conference/90000/history/")

    assert trail.look() == []


def read(client, path, **headers):
    assert b"".join(client.get(path, **headers).streaming_content)


def test_previews_and_files_that_are_not_public_are_noted_when_opened(client, rf, trail):
    publisher = make_account("publisher")
    client.force_login(publisher)
    conference = make_conference()
    document = make_document(conference)
    stored = make_stored_file("summary.pdf", created_by=publisher)
    document.versions.update(file=stored)
    trail.look()

    read(client, f"/admin/files/{stored.key}/summary.pdf")
    assert trail.look() == [("opening", "done", "publisher", f"file summary.pdf (no. {stored.pk})")]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.uid, entry.type) == (document.uid, "document")

    request = rf.get("/")
    request.session, request.user = client.session, publisher
    assert client.get(preview_address(request, conference)).status_code == 200
    assert trail.look() == [("opening", "done", "publisher", "preview in en")]

    publish(conference, by=publisher)
    publish(document, by=publisher)
    read(client, f"/admin/files/{stored.key}/summary.pdf")
    assert trail.look() == []


@pytest.mark.parametrize(
    "wanted", ["bytes=0-", "bytes=5-", "bytes=1-3", "bytes=-999999", "bytes=00-", "items=1-2", "x"]
)
def test_whatever_range_of_an_unpublished_file_is_asked_for_its_opening_is_noted(client, trail, wanted):
    client.force_login(make_account("publisher"))
    stored = make_stored_file("summary.pdf")
    trail.look()

    read(client, f"/admin/files/{stored.key}/summary.pdf", HTTP_RANGE=wanted)

    assert trail.look() == [("opening", "done", "publisher", f"file summary.pdf (no. {stored.pk})")]


def test_an_opening_is_noted_once_in_ten_minutes_for_each_account_and_file(client, trail, frozen_clock):
    first, second = make_stored_file("scan.pdf"), make_stored_file("scan.pdf")
    people = [make_account("publisher"), make_account("editor")]
    trail.look()

    def opened():
        for person in people:
            client.force_login(person)
            for stored in (first, second):
                read(client, f"/admin/files/{stored.key}/scan.pdf", HTTP_RANGE="bytes=0-3")
                read(client, f"/admin/files/{stored.key}/scan.pdf", HTTP_RANGE="bytes=4-")
        return sorted((who, what) for kind, _outcome, who, what in trail.look() if kind == "opening")

    each = sorted(
        (person.username, f"file scan.pdf (no. {stored.pk})") for person in people for stored in (first, second)
    )
    assert opened() == each
    frozen_clock.tick(minutes=9)
    assert opened() == []
    frozen_clock.tick(minutes=2)
    assert opened() == each


def test_pictures_made_of_an_unpublished_photo_are_noted_but_for_the_thumbnails(client, trail):
    client.force_login(make_account("publisher"))
    photo = make_photo(make_conference())
    sizes = [
        make_stored_file(f"hall-{width}.webp", b"x", "image/webp", source=photo.file, variant=f"{width}.webp")
        for width in ("w320", "w640", "w1280")
    ]
    trail.look()

    for stored in (*sizes, photo.file):
        read(client, f"/admin/files/{stored.key}/{stored.name}")

    noted = [what for _kind, _outcome, _who, what in trail.look()]
    assert noted == [f"file {stored.name} (no. {stored.pk})" for stored in (*sizes[1:], photo.file)]
    assert set(AuditEntry.objects.filter(kind="opening").values_list("uid", flat=True)) == {photo.uid}


def test_a_file_that_only_a_past_edition_shows_is_noted_with_the_record(client, trail):
    publisher = make_account("publisher")
    client.force_login(publisher)
    conference = make_conference()
    document = make_document(conference)
    old = make_stored_file("old.pdf")
    document.versions.update(file=old)
    publish(conference, by=publisher)
    publish(document, by=publisher)
    document.versions.update(file=make_stored_file("new.pdf"))
    publish(document, by=publisher)
    trail.look()

    read(client, f"/admin/files/{old.key}/old.pdf")

    assert [what for *_others, what in trail.look()] == [f"file old.pdf (no. {old.pk})"]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.uid, entry.type) == (document.uid, "document")


def test_an_answer_without_bytes_is_no_opening(client, trail):
    client.force_login(make_account("publisher"))
    stored = make_stored_file("summary.pdf")
    path = f"/admin/files/{stored.key}/summary.pdf"
    trail.look()

    statuses = [
        client.head(path).status_code,
        client.get(path, HTTP_IF_NONE_MATCH=f'"{stored.sha256}"').status_code,
        client.get(path, HTTP_RANGE="bytes=99999-").status_code,
    ]

    assert (statuses, trail.look()) == ([200, 304, 416], [])


def test_an_entry_that_cannot_be_written_breaks_nothing(client, trail, monkeypatch, caplog):
    def fail(*_arguments, **_values):
        raise DatabaseError("disk full")

    make_account("editor", "maria").set_password("x")
    client.force_login(make_user("maria"))
    monkeypatch.setattr(AuditEntry, "save", fail)

    assert client.post("/admin/logout/").status_code == 200

    assert "could not be written" in caplog.text
    assert "_auth_user_id" not in client.session


def test_control_characters_and_marks_of_direction_are_written_as_codes(trail):
    audit.note(audit.Kind.RIGHTS, "role a\r\nb\x1b[2J\u202e: made\0", who="ma\x00ria")

    ((_kind, _outcome, who, what),) = trail.look()

    assert (who, what) == ("ma\\u0000ria", "role a\\u000d\\u000ab\\u001b[2J\\u202e: made\\u0000")


def test_the_database_refuses_to_change_or_delete_an_entry():
    audit.note(audit.Kind.RIGHTS, "role x: made")
    for sql in (
        "UPDATE workflow_auditentry SET who = 'nobody'",
        "DELETE FROM workflow_auditentry",
    ):
        with pytest.raises(DatabaseError, match="the audit trail is append only"), transaction.atomic():
            raw(sql)
    assert AuditEntry.objects.filter(what="role x: made").count() == 1


@pytest.mark.parametrize(
    ("role", "trail_status", "steps_status"),
    [
        ("contributor", 403, 403),
        ("editor", 403, 403),
        ("translator", 403, 403),
        ("photo editor", 403, 403),
        ("publisher", 403, 200),
        ("administrator", 200, 200),
    ],
)
def test_only_administrators_read_the_trail_and_nobody_writes_it(client, role, trail_status, steps_status):
    client.force_login(make_account(role))
    entry = AuditEntry.objects.latest("pk")

    statuses = [client.get(f"{LIST}{page}").status_code for page in ("", "export/", f"{entry.pk}/change/")]
    more = ("workflow/workflowstep", "publishing/ledgerentry")
    steps = [client.get(f"/admin/{name}/{page}").status_code for name in more for page in ("", "export/")]

    assert (set(statuses), set(steps)) == ({trail_status}, {steps_status})
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{LIST}{entry.pk}/change/", {"who": "nobody"}).status_code == 403


def exported(client, query):
    response = client.get(f"{LIST}export/{query}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_the_trail_is_narrowed_by_person_kind_day_and_record_and_so_is_its_export(client):
    client.force_login(make_account("administrator", "boss"))
    conference = make_conference()
    audit.note(audit.Kind.OPENING, "preview in en", who="maria", record=conference)
    audit.note(audit.Kind.OPENING, "preview in en", who="ivan")
    queries = {
        "?who=maria": ["preview in en"],
        "?q=ivan": ["preview in en"],
        "?kind__exact=sign-in&who=boss": [""],
        f"?uid={conference.uid}": ["preview in en"],
        f"?q={conference.uid}": ["preview in en"],
        "?at__gte=2100-01-01+00:00:00%2B00:00": [],
    }

    for query, found in queries.items():
        shown = client.get(f"{LIST}{query}").context["cl"].result_list
        assert [entry.what for entry in shown] == found, query
        header, *rows = exported(client, query)
        assert header == ["at", "who", "account", "kind", "outcome", "what", "type", "uid", "address"]
        assert [row[5] for row in rows] == found, query


def test_no_cell_of_the_export_is_a_formula(client):
    client.force_login(make_account("administrator", "boss"))
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "a=1", '"quoted", and more'):
        audit.note(audit.Kind.OPENING, text, who="=cmd")

    rows = exported(client, "?who=%3Dcmd")[1:]

    assert [row[5] for row in rows] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "a=1", '"quoted", and more']
    assert {row[1] for row in rows} == {"'=cmd"}
    (line,) = list(csv_lines(["x"], [["\t1", "\r1"]]))[1:]
    assert line == "'\t1,\"'\r1\"\r\n"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize(
    "before", ["", "see;", "a line\r\n", "a line\n"]
)  # a semicolon separates cells in French or Russian
def test_no_sign_begins_a_formula(before, sign):
    assert cell(f"{before}{sign}1+1").startswith(f"{before}'{sign}")


def test_what_begins_no_formula_stays_as_it_is():
    for text in (
        "",
        "Ковалёв",
        "a-b",
        "1 = 1",
        "S/2019/1; A/72/284",
        "see; -",
        "maria@example.org",
        '"quoted", and more',
    ):
        assert cell(text) == text
    assert (cell(None), cell(0), cell(-1)) == ("", "0", "'-1")


def test_the_export_opens_in_a_spreadsheet_with_its_signs(client):
    client.force_login(make_account("administrator"))
    audit.note(audit.Kind.OPENING, 'Ковалёв, "Минск"\n2019', who="عمر")

    content = b"".join(client.get(f"{LIST}export/?who=عمر").streaming_content)

    assert content.startswith(b"\xef\xbb\xbfat,who,account,")
    assert content.count(b"\xef\xbb\xbf") == 1
    assert content.endswith(b"\r\n")
    # The trail keeps a line break as its code.
    assert r'عمر,,opening,done,"Ковалёв, ""Минск""\u000a2019",' in content.decode()


def test_the_export_needs_no_more_memory_for_many_entries():
    def peak(n):
        rows = ([f"account {number}: password set", "maria"] for number in range(n))
        tracemalloc.start()
        for _line in csv_lines(["what", "who"], rows):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(20_000) < peak(1_000) * 2


def test_the_export_is_sent_while_it_is_read(client):
    client.force_login(make_account("administrator"))

    response = client.get(f"{LIST}export/")

    assert response.streaming
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].startswith('attachment; filename="auditentry-')


@pytest.mark.parametrize("query", ["uid=nonsense", "at__gte=nonsense", "nonsense=1"])
def test_an_export_of_nonsense_is_refused(client, query):
    client.force_login(make_account("administrator"))

    assert client.get(f"{LIST}export/?{query}").status_code == 400


def test_the_steps_of_publication_are_listed_for_publishers(client):
    publisher = make_account("publisher")
    client.force_login(publisher)
    conference = make_conference(created_by=make_account("editor"))
    review.submit(conference, by=make_account("editor"), remark="=Please read")
    review.note_step(make_conference(), WorkflowStep.Action.TAKEN_BACK, publisher)  # of another record

    found = client.get(f"/admin/workflow/workflowstep/?uid={conference.uid}").context["cl"].result_list
    response = client.get("/admin/workflow/workflowstep/export/?action__exact=submitted")

    assert [step.remark for step in found] == ["=Please read"]
    (row,) = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))[1:]
    assert row[1:] == ["editor", "submitted", "", "conference", str(conference.uid), "'=Please read"]


def test_the_ledger_is_listed_for_publishers_and_narrowed_and_exported_whole(client, frozen_clock):
    publisher = make_account("publisher")
    client.force_login(publisher)
    conference, other = make_conference(), make_conference()
    for record in (conference, other):
        publish(record, by=publisher)
    frozen_clock.tick(hours=1)
    withdraw(conference, by=publisher, reason="=Wrong date")
    client.force_login(publisher)
    where = "/admin/publishing/ledgerentry/"

    page = client.get(f"{where}?uid={conference.uid}")
    response = client.get(f"{where}export/?uid={conference.uid}")

    assert [entry.action for entry in page.context["cl"].result_list] == ["withdrawn", "inserted"]
    html = page.content.decode()
    assert f'<a href="?uid={conference.uid}">conference {str(conference.uid)[:8]}</a>' in html
    assert '<td class="field-beginning">2026-03-02 10:00:00</td><td class="field-reason">=Wrong date</td>' in html
    header, *rows = csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))
    last = LedgerEntry.objects.latest("pk")
    assert header == [
        *("id", "at", "by", "action", "uid", "edition", "sha256", "effective_at", "public_until", "frozen", "reason"),
        *("previous", "hash"),
    ]
    assert [row[3] for row in rows] == ["inserted", "withdrawn"]
    assert rows[1][-4:] == [last.frozen, "'=Wrong date", last.previous, last.hash]


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_of_the_ledger_asks_the_same_for_many_entries(client, count, django_assert_max_num_queries):
    publisher = make_account("publisher")
    client.force_login(publisher)
    for _number in range(count):
        publish(make_conference(), by=publisher)

    with django_assert_max_num_queries(8):
        client.get("/admin/publishing/ledgerentry/")
    entry = LedgerEntry.objects.latest("pk")
    assert client.post(f"/admin/publishing/ledgerentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/publishing/ledgerentry/{entry.pk}/change/", {"by": "nobody"}).status_code == 403
