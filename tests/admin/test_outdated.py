"""A translation knows the original that it was made from, and is outdated when that has changed."""

import pytest
from django.contrib.admin import site
from django.utils import timezone

from ctportal.publishing.drafts import refresh_draft
from ctportal.staff.dashboard import dashboard
from tests.admin.forms import AdminForm
from tests.admin.test_forms import address
from tests.factories import make_account, make_conference, make_document, make_stored_file

OUTDATED = "has changed since this translation was made"


@pytest.fixture
def conference(db):
    # Editors are asked for the languages of what took place lately.
    today = timezone.now().date()
    conference = make_conference(name="Minsk", start_date=today, end_date=today, kind="workshop")
    conference.main_topics.create(title_en="Borders", order=1)
    conference.main_topics.create(title_en="Youth", order=2)
    refresh_draft(conference)
    return conference


def french(client, record):
    return AdminForm(client, address(record, "language", "fr"))


def translate(client, record, **fields):
    page = french(client, record).fill(**{"title": "Une conférence", "ready": True} | fields)
    assert page.press("_save").status_code == 302


def states_of(client):
    row = client.get("/admin/conferences/conference/").content.decode()
    return "Français: outdated" in row, "Français: ready" in row


def is_told(client, record):
    page = client.get(address(record, "language", "fr")).content.decode()
    assert (OUTDATED in page) == ('name="up_to_date"' in page)
    return OUTDATED in page


def test_a_new_translation_is_made_from_the_original_as_it_is(staff, conference):
    translate(staff, conference)

    assert conference.texts.get(language="fr").made_from == conference.original_sha256 != ""
    assert (is_told(staff, conference), states_of(staff)) == (False, (False, True))


@pytest.mark.parametrize("fields", [{"title": "Another title"}, {"venue": "Palace"}, {"main_topics-0-title": "Limits"}])
def test_a_changed_text_or_label_of_the_original_makes_it_outdated(staff, conference, fields):
    translate(staff, conference)
    AdminForm(staff, address(conference)).fill(**fields).press("_continue")

    assert (is_told(staff, conference), states_of(staff)) == (True, (True, False))


def test_what_is_not_translated_makes_nothing_outdated(staff, conference):
    translate(staff, conference)
    form = AdminForm(staff, address(conference)).fill(contact="Press office", event_status="held")
    form.fill(**{"main_topics-0-order": "2", "main_topics-1-order": "1"}).press("_continue")

    assert not is_told(staff, conference)


def test_a_correction_alone_does_not_make_it_up_to_date_and_the_tick_does(staff, conference):
    translate(staff, conference)
    AdminForm(staff, address(conference)).fill(title="Another title").press("_continue")
    translate(staff, conference, title="Un titre")
    assert is_told(staff, conference)
    translate(staff, conference, up_to_date=True)

    assert (is_told(staff, conference), states_of(staff)) == (False, (False, True))


def test_a_translation_is_made_from_the_original_that_was_on_its_page(staff, conference):
    page = french(staff, conference).fill(title="Une conférence", ready=True)
    AdminForm(staff, address(conference)).fill(title="Changed meanwhile").press("_continue")
    page.press("_save")

    assert is_told(staff, conference)


def test_a_change_while_the_translation_is_corrected_leaves_it_outdated(staff, conference):
    translate(staff, conference)
    page = french(staff, conference).fill(title="Un titre")
    AdminForm(staff, address(conference)).fill(title="Changed meanwhile").press("_continue")
    page.press("_save")

    assert conference.texts.get(language="fr").title == "Un titre"
    assert is_told(staff, conference)


def test_another_file_of_the_original_makes_its_translations_outdated(staff, db):
    document = make_document()
    document.versions.update(file=make_stored_file("first.pdf"))
    refresh_draft(document)
    translate(staff, document, body="<p>Texte</p>")
    other = make_stored_file("second.pdf")
    other.sha256 = "1" * 64
    other.save()
    document.versions.filter(language="en").update(file=other)
    refresh_draft(document)

    assert is_told(staff, document)


def test_the_dashboard_asks_for_what_is_outdated(staff, conference):
    translate(staff, conference)
    for code in ("ar", "zh", "ru", "es"):
        conference.texts.create(language=code, title=code, ready=True)
    editor = make_account("editor")
    assert "languages" not in {section["key"] for section in dashboard(editor, site)}
    AdminForm(staff, address(conference)).fill(title="Another title").press("_continue")

    shown = {section["key"]: section["rows"] for section in dashboard(editor, site)}
    assert [[(each["code"], each["state"]) for each in row["languages"]] for row in shown["languages"]] == [
        [("fr", "outdated")]
    ]
