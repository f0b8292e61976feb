"""What is planned for a language that is not ready: readers learn of what is in preparation, staff are not asked for what is not planned."""

import pytest
from django.contrib.admin import site
from django.utils import timezone

from ctportal.publishing.services import publish, publish_language
from ctportal.staff.dashboard import dashboard
from ctportal.workflow import restoring, revisions
from ctportal.workflow.release import parts_of
from tests.admin.forms import AdminForm
from tests.admin.test_forms import address
from tests.factories import make_account, make_conference, make_document
from tests.search.index import indexed

FRENCH_NOTICE = "<p>Une version en français est en préparation.</p>"


@pytest.fixture
def conference(db):
    today = timezone.now().date()
    return make_conference(slug="minsk", name="Minsk", start_date=today, end_date=today, kind="workshop")


@pytest.fixture
def publisher(db):
    return make_account("publisher")


def plan(client, record, plan, **fields):
    page = AdminForm(client, address(record, "language", "fr")).fill(plan=plan, **fields)
    response = page.press("_save")
    assert response.status_code == 302, response.context["form"].errors


@pytest.mark.parametrize("make", [make_conference, make_document])
def test_a_language_in_preparation_is_published_with_the_record(staff, publisher, client, db, make):
    record = make(slug="minsk")
    plan(staff, record, "in-preparation")
    edition = publish(record, by=publisher)
    pages = {code: client.get(f"/{code}/{edition.type}s/minsk/").content.decode() for code in ("fr", "ru")}

    assert edition.data["languages_in_preparation"] == ["fr"]
    assert (FRENCH_NOTICE in pages["fr"], "Готовится перевод" in pages["ru"]) == (True, False)


def test_what_is_planned_waits_for_the_next_publication(staff, publisher, client, conference):
    edition = publish(conference, by=publisher)
    plan(staff, conference, "in-preparation")

    assert edition.data["languages_in_preparation"] == []
    assert FRENCH_NOTICE not in client.get("/fr/conferences/minsk/").content.decode()
    assert client.get("/api/v1/conferences/minsk/").json()["languages_in_preparation"] == []


def test_a_draft_in_preparation_tells_nothing_of_its_text(staff, publisher, conference):
    plan(staff, conference, "in-preparation", title="Brouillon secret")
    edition = publish(conference, by=publisher)

    assert edition.data["languages_in_preparation"] == ["fr"]
    assert "secret" not in edition.json + edition.card + indexed(edition)


def test_a_language_that_is_not_planned_is_told_to_nobody_outside(staff, publisher, client, conference):
    plan(staff, conference, "not-planned")
    edition = publish(conference, by=publisher)

    assert edition.data["languages_in_preparation"] == []
    assert '"fr"' not in edition.json
    assert "not-planned" not in edition.json


def test_what_is_ready_is_in_preparation_no_more(staff, publisher, conference, frozen_clock):
    plan(staff, conference, "in-preparation")
    publish(conference, by=publisher)
    plan(staff, conference, "in-preparation", title="Une conférence", ready=True)
    frozen_clock.tick()
    edition = publish_language(conference, "fr", by=publisher)

    assert (edition.data["languages"], edition.data["languages_in_preparation"]) == (["en"], [])
    assert edition.data["partial_languages"] == ["fr"]


def test_nobody_is_asked_for_a_language_that_is_not_planned(staff, publisher, conference):
    for code in ("ar", "zh", "ru", "es"):
        conference.texts.create(language=code, title=code, ready=True)
    editor = make_account("editor")
    asked = {section["key"] for section in dashboard(editor, site)}
    plan(staff, conference, "not-planned")

    assert "languages" in asked
    assert "languages" not in {section["key"] for section in dashboard(editor, site)}
    assert [part.waiting for part in parts_of(conference, publisher)] == [[]]
    assert 'title="Français: not planned"' in staff.get("/admin/conferences/conference/").content.decode()


def test_a_translation_begins_with_its_text_and_not_with_the_plan(staff, conference):
    plan(staff, conference, "in-preparation")
    AdminForm(staff, address(conference)).fill(title="Another title").press("_continue")
    page = staff.get(address(conference, "language", "fr")).content.decode()

    assert conference.texts.get(language="fr").made_from == ""
    assert "has changed since" not in page


def test_a_plan_can_be_taken_back(staff, conference):
    plan(staff, conference, "in-preparation")
    AdminForm(staff, address(conference, "language", "fr")).fill(plan="", title="Une conférence").press("_save")

    assert conference.texts.get(language="fr").plan == ""


def test_a_text_that_is_ready_needs_its_title_whatever_is_planned(staff, conference):
    page = AdminForm(staff, address(conference, "language", "fr")).fill(plan="in-preparation", ready=True)
    response = page.press("_save")

    assert (response.status_code, [*response.context["form"].errors]) == (422, ["title"])


def test_a_plan_without_text_is_restored(staff, conference, editor):
    plan(staff, conference, "in-preparation")
    revision = revisions.keep(conference, by=editor, comment="Planned.", always=True)
    plan(staff, conference, "not-planned")
    restoring.restore(conference, revisions.SavedState.of_revision(revision), by=editor, comment="Back.")

    assert conference.texts.get(language="fr").plan == "in-preparation"
