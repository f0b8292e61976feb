"""Reading takes no write lock: whoever opens a page waits for nobody who writes, and what is noted of it is written afterwards."""

import itertools
import json
import re
import secrets
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.models import Session as LoginSession
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils import timezone

from ctportal.publishing.models import LedgerEntry
from ctportal.publishing.services import publish
from ctportal.staff import sharing
from ctportal.staff.models import Presence, ShareOpening
from ctportal.staff.preview import preview_address
from ctportal.workflow import after_answer, release, review, revisions, roles
from ctportal.workflow.models import AuditEntry, WorkflowStep
from tests import factories as make
from tests.admin.forms import AdminForm
from tests.admin.test_forms import address
from tests.concurrency import another_writer

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|BEGIN|SAVEPOINT|LOCK)\b|.*\bFOR (NO KEY )?UPDATE\b", re.DOTALL)
NOTED = (AuditEntry, ShareOpening, Presence, LoginSession)
NOT_MADE_HERE = {
    model._meta.model_name: model for model in (AuditEntry, WorkflowStep, LedgerEntry, get_user_model(), Group)
}
PATIENT = 2  # seconds: a page waits for nobody; a note for a tenth of one


class World:
    """A dossier with a row for every kind of page, made by *user* where it is given."""

    def __init__(self, user=None):
        by = {"created_by": user}
        self.conference = make.make_conference("A dossier", **by)
        self.session = self.conference.sessions.create(title_en="Opening", date=self.conference.start_date)
        self.document = make.make_document(self.conference, kind="statement", **by)
        self.file = make.make_stored_file("statement.pdf", **by)
        self.document.versions.update(file=self.file)
        self.photo = make.make_photo(self.conference, **by)
        self.person, self.organization = make.make_person(), make.make_organization()
        self.series, self.theme = make.make_series(), make.make_theme()
        publisher = make.make_account("publisher", "paul")
        for record in (self.conference, self.document, self.photo):
            self.edition = publish(record, by=publisher)
            review.note_step(record, WorkflowStep.Action.SUBMITTED, publisher)
            revisions.keep(record, by=publisher, comment="Published.", always=True)
        type(self.conference).objects.update(venue_en="Changed since")
        gone = make.make_document(kind="statement", **by)
        revisions.keep(gone, by=publisher, comment="Deleted.", always=True)
        self.recoverable = revisions.revisions_of(gone).first()
        gone.delete()

    def pk(self, path):
        """The primary key of the row that the pages below *path* (``<app>/<model>``) are shown for."""
        name = path.partition("/")[2]
        if path.startswith("documents/"):
            return self.document.pk
        if name in ("auditentry", "workflowstep", "ledgerentry"):
            return (
                {"auditentry": AuditEntry, "workflowstep": WorkflowStep, "ledgerentry": LedgerEntry}[name]
                .objects.latest("pk")
                .pk
            )
        if path.startswith("auth/"):
            return {"user": get_user_model(), "group": Group}[name].objects.latest("pk").pk
        return getattr(self, name).pk

    def address(self, route):
        """The address of *route* (``admin/<app>/<model>/…``) with what there is in the place of its parts."""
        part = re.match(r"admin/(\w+/\w+)/.*<(path:|int:|)(object_id|id)>", route)
        if part:
            route = re.sub(r"<(path:|int:|)(object_id|id)>", str(self.pk(part[1])), route)
        kept = revisions.revisions_of(self.document if "documents/" in route else self.conference).first()
        number = (
            self.recoverable.pk if "recover" in route else kept.pk if kept and "history" in route else self.edition.pk
        )
        return "/" + re.sub(r"<\w+:pk>", str(number), route.replace("<str:language>", "fr"))

    def beside(self, client):
        """Addresses of previews and files, for who is signed in as *client*."""
        preview = preview_address(SimpleNamespace(session=client.session), self.conference)
        below = preview.partition("?")[0]
        return [
            preview,
            preview_address(SimpleNamespace(session=client.session), self.document),
            f"{below}files/{self.file.key}/{self.file.name}",
            f"/admin/files/{self.file.key}/{self.file.name}",
            f"/admin/files/{self.photo.file.key}/{self.photo.file.name}",
        ]


def routes(resolver=None, prefix=""):
    """Every route of the admin."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry.pattern, RoutePattern):
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from routes(entry, route) if route.startswith("admin/") else ()
            elif route.startswith("admin/") and "<path:content_type_id>" not in route and "<file_key:key>" not in route:
                yield route


FEW = (
    "conferences/conference",
    "conferences/session",
    "conferences/photo",
    "documents/statement",
    "conferences/person",
)


def read(client, where, method="get"):
    response = getattr(client, method)(where)
    response.getvalue()
    return response


def signed_in(role):
    client = Client(raise_request_exception=False)
    user = make.make_account(role, f"a {role}".replace(" ", "-"))
    client.force_login(user)
    return client, user


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", roles.ROLES)
def test_no_get_or_head_of_the_admin_sends_a_statement_that_writes_while_the_answer_is_made(role, monkeypatch):
    client, user = signed_in(role)
    world = World(user if role == "contributor" else None)
    everything = role == "administrator"
    addresses = [
        world.address(route)
        for route in dict.fromkeys(routes())
        if everything or any(f"/{path}/" in route for path in FEW) or route.count("/") < 3
    ]
    assert {address(world.conference), address(world.conference, "photos"), address(world.session, "delete")} < {
        *addresses
    }
    beside, noted = world.beside(client), []
    monkeypatch.setattr(after_answer, "_write", noted.extend)

    wrote, statuses = {}, {}
    for method in ("get", "head") if role == "publisher" else ("get",):
        for where in [*addresses, *beside]:
            with CaptureQueriesContext(connection) as captured:
                statuses[where] = read(client, where, method).status_code
            if found := [query["sql"] for query in captured if WRITES.match(query["sql"])]:
                wrote[method, where] = found

    assert wrote == {}
    assert {status for status in statuses.values() if status >= 500} == set()
    if everything:
        watched = (world.conference, world.session, world.photo, world.person)
        shown = [*map(address, watched), address(world.session, "delete"), *beside]
        assert [where for where in shown if statuses[where] != 200] == []
    assert noted  # the previews at least


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["contributor", "publisher"])
def test_who_reads_waits_for_nobody_who_writes(role, caplog):
    """By who is refused the most, each time with a note, and by who is shown the most; the others are asked above."""
    client, user = signed_in(role)
    world = World(user if role == "contributor" else None)
    link = sharing.share(world.document, by=make.make_account("editor"), days=7, name="The press office")
    few = [world.address(route) for route in dict.fromkeys(routes()) if any(f"/{path}/" in route for path in FEW)]
    addresses = ["/admin/", *few, *world.beside(client), sharing.address_of(link)]
    free = {where: read(client, where).status_code for where in addresses}
    assert 200 in free.values()

    answers = {}
    with another_writer(*NOTED):
        for where in addresses:
            begun = time.monotonic()
            answers[where] = read(client, where).status_code
            assert time.monotonic() - begun < PATIENT, where

    assert answers == free
    assert "Internal Server Error" not in caplog.text


def noted_in_log(caplog, table):
    lines = [record.getMessage() for record in caplog.records if record.name == after_answer.__name__]
    return [
        json.loads(line.partition("): ")[2]) for line in lines if line.startswith(f"Could not be written to {table} ")
    ]


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_noted_in_time_goes_to_the_log_with_the_same_facts(client, caplog):
    contributor, editor = make.make_account("contributor"), make.make_account("editor")
    theirs, document = make.make_conference(created_by=editor), make.make_document()
    link = sharing.share(document, by=editor, days=7, name="The press office")
    client.force_login(contributor)
    where = sharing.address_of(link)
    before = AuditEntry.objects.count()

    with another_writer(*NOTED):
        assert client.get(address(theirs)).status_code == 302
        begun = time.monotonic()
        assert Client().get(where).status_code == 200
        assert time.monotonic() - begun < PATIENT
    assert (AuditEntry.objects.count(), ShareOpening.objects.count()) == (before, 0)
    refusal, opening = noted_in_log(caplog, "workflow_auditentry")
    assert refusal.pop("at") and opening.pop("at")
    assert refusal == {
        "kind": "refusal",
        "outcome": "refused",
        "who": "contributor",
        "account": contributor.pk,
        "what": f"GET conferences_conference_change {theirs.pk}: not found",
        "uid": str(theirs.uid),
        "type": "conference",
        "address": "127.0.0.1",
    }
    assert (opening["what"], opening["uid"]) == (f"preview in en, with share link {link.pk}", str(document.uid))
    ((shared),) = noted_in_log(caplog, "staff_shareopening")
    assert (shared["link_id"], len(shared)) == (link.pk, 2)
    for secret in (link.key, where.split("/")[2], client.session.session_key):
        assert secret not in caplog.text

    Client().get(where)
    assert (AuditEntry.objects.count(), ShareOpening.objects.count()) == (before + 1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_note_waits_a_tenth_of_a_second_and_every_other_statement_as_long_as_before(client):
    link = sharing.share(make.make_document(), by=make.make_account("editor"), days=7, name="The press office")

    def patience():
        setting = "PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout"
        with connection.cursor() as cursor:
            cursor.execute(setting)
            return cursor.fetchone()[0]

    before = patience()
    with another_writer(*NOTED):
        client.get(sharing.address_of(link))
        begun = time.monotonic()
        client.get(sharing.address_of(link))
        waited = time.monotonic() - begun

    assert 0.08 < waited < PATIENT
    assert patience() == before


@pytest.mark.django_db(transaction=True)
def test_a_message_kept_in_the_session_is_shown_again_where_that_cannot_be_saved(client, monkeypatch):
    monkeypatch.setattr(CookieStorage, "max_cookie_size", 180)  # what does not fit goes into the session
    client.force_login(make.make_account("publisher"))
    name = secrets.token_hex(60)
    assert (
        AdminForm(client, address(make.make_conference(name=name))).fill(venue="Palace").press("_continue").status_code
        == 302
    )
    assert SessionStorage.session_key in client.session

    with another_writer(*NOTED):
        busy = client.get("/admin/password_change/")
    again, then = client.get("/admin/password_change/"), client.get("/admin/password_change/")

    told = [f"“{name}” is saved" in response.content.decode() for response in (busy, again, then)]
    assert told == [True, True, False]


WRITTEN = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


def tables_written_by(save):
    """Return the names of the tables that *save* writes, in quotes as in SQL. Its changes are undone."""
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        save()
        transaction.set_rollback(True)
    return {f'"{table}"' for query in captured for table in WRITTEN.findall(query["sql"])}


def shown_while_another_saves(client, where, save, number):
    """Return (the form at *where*, whether that was the last place): somebody else calls *save* while it is being shown, just
    before the query *number* of those that read what it writes, or in the last place after all of them. Between two such
    queries the place makes no difference."""
    tables = tables_written_by(save)
    asked = iter(range(number))

    def interrupt(execute, sql, params, many, context):
        if not done and any(table in sql for table in tables) and next(asked, None) is None:
            done.append(True)
            save()
        return execute(sql, params, many, context)

    done = []
    with connection.execute_wrapper(interrupt):
        form = AdminForm(client, where)
    if not done:
        save()
    return form, not done


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("page", ["form", "language", "session", "sheet"])
def test_whenever_somebody_saves_while_a_form_is_being_shown_nothing_of_theirs_is_overwritten(staff, page):
    conference = make.make_conference("A title", city_en="Minsk", venue_en="Palace")
    topic = conference.main_topics.create(title_en="A topic")
    session = conference.sessions.create(title_en="Opening", date=conference.start_date)
    photo = make.make_photo(conference, caption_en="A caption")
    conference.texts.create(language="ru", title="Название")
    where, rows, mine, button = {
        "form": (
            address(conference),
            [(type(conference), conference.pk, "venue_en"), (type(topic), topic.pk, "title_en")],
            "city",
            "_continue",
        ),
        "language": (
            address(conference, "language", "ru"),
            [(type(conference.texts.first()), conference.texts.get(language="ru").pk, "title")],
            f"conference-{conference.pk}-city",
            "_save",
        ),
        "session": (address(session), [(type(session), session.pk, "title_en")], "room", "_save"),
        "sheet": (
            address(conference, "photos"),
            [(type(photo), photo.pk, "caption_en")],
            f"photo-{photo.pk}-credit",
            "_save",
        ),
    }[page]

    def write(text):
        for model, pk, column in rows:
            model.objects.filter(pk=pk).update(**{column: text})

    answers = []
    for number in itertools.count():
        write("Before")
        form, was_last = shown_while_another_saves(staff, where, lambda: write("Theirs"), number)
        answers.append(form.fill(**{mine: f"Mine {number}"}).press(button).status_code)
        assert {getattr(model.objects.get(pk=pk), column) for model, pk, column in rows} == {"Theirs"}, number
        if was_last:
            break

    # Before all that is read of it, the form shows theirs; after all of it, saving is refused.
    assert (answers[0], answers[-1], set(answers)) == (302, 422, {302, 422})


@pytest.mark.slow
@pytest.mark.django_db
def test_whenever_somebody_publishes_while_a_release_is_being_shown_it_is_refused_or_shown(staff):
    conference, publisher = make.make_conference("A title"), make.make_account("publisher", "paul")
    document = make.make_document(conference, "The opening")
    where, now = address(conference, "release"), timezone.now()
    in_a_day, in_two_days = now + timedelta(days=1), now + timedelta(days=2)
    publish(conference, by=publisher)

    refused = []
    for number in itertools.count():
        publish(document, by=publisher, at=in_a_day)
        form, was_last = shown_while_another_saves(
            staff, where, lambda: review.unschedule(document, by=publisher), number
        )
        (shown,) = [row["part"] for row in form.response.context["rows"] if row["part"].record == document]
        form.fill(parts=[str(document.uid)], alone="Nobody else is there", at=f"{in_two_days:%Y-%m-%dT%H:%M}")
        response = form.press("_release_at")
        refused.append(response.status_code == 422)
        if refused[-1]:
            assert response.context["form"].errors.as_data()["__all__"][0].code == "stale"
        else:
            assert shown.plan == release.Plan.PUBLISH, number
            review.unschedule(document, by=publisher)
        if was_last:
            break

    assert (refused[0], refused[-1]) == (False, True)
