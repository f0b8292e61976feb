"""Buttons posted by somebody whose page does not have them: refused before anything is looked at, and nothing has changed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.utils import timezone

from conferences.models import Conference, ConferenceText, Theme
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.services import publish
from ctportal.staff.buttons import ACTIONS
from ctportal.workflow import review, revisions
from ctportal.workflow.models import UnreviewedEdit, WorkflowStep
from tests.admin.forms import AdminForm
from tests.factories import make_account, make_conference, make_document, make_theme, make_user

pytestmark = pytest.mark.django_db

OTHERS = ("author", "contributor", "editor", "translator", "photo editor")  # all but publishers and administrators
WRITE = {"title": "Typed by somebody who may not", "name": "Typed by somebody who may not"}


def client_of(role):
    """A browser in which somebody is signed in. The author is a contributor who made the conference."""
    account = make_account("contributor" if role == "author" else role, role.replace(" ", "-"))
    if role == "translator":
        account.user_permissions.add(Permission.objects.get(codename="translate_ru"))
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def publisher():
    return make_account("publisher")


@pytest.fixture
def conference(publisher):
    """A complete draft with a document, in which the author and nobody else has a hand."""
    conference = make_conference("As it was", created_by=make_user("author"))
    conference.texts.create(language="ru", title="Как было", ready=True)
    conference.themes.add(make_theme("A theme"))
    make_document(conference, "A document")
    refresh_draft(conference)
    return conference


def later(days=5):
    return timezone.now() + timedelta(days=days)


def submitted(conference, publisher):
    review.submit(conference, by=publisher)


def scheduled(conference, publisher):
    publish(conference, by=publisher, at=later())


def public(conference, publisher):
    publish(conference, by=publisher)


def withdrawn(conference, publisher):
    public(conference, publisher)
    review.withdraw(conference, by=publisher, reason="A mistake")


def renamed(conference, publisher):
    public(conference, publisher)
    for theme in Theme.objects.all():
        theme.name_en = "Another name"
        theme.save()
        refresh_draft(theme)


def nothing(conference, publisher):
    """A draft stays one."""


FORM = "/admin/conferences/conference/{pk}/change/"
RUSSIAN = "/admin/conferences/conference/{pk}/language/ru/"
RELEASE = "/admin/conferences/conference/{pk}/release/"
THEME = "/admin/conferences/theme/{theme}/change/"
# (page, what comes before, buttons): where a publisher's press would be accepted.
FOR_PUBLISHERS = [
    (FORM, nothing, ("_publish", "_publish_at")),
    (FORM, submitted, ("_send_back",)),
    (FORM, scheduled, ("_replace", "_replace_at", "_redate", "_unschedule")),
    (FORM, public, ("_withdraw", "_withdraw_at")),
    (FORM, withdrawn, ("_restore",)),
    (THEME, renamed, ("_relabel",)),
    (RUSSIAN, public, ("_publish_language",)),
    (RELEASE, nothing, ("_release", "_release_at")),
    (RELEASE, scheduled, ("_redate", "_unschedule")),
]
GIVEN = {
    "publish_at": "2030-01-01T10:00",
    "at": "2030-01-01T10:00",
    "withdraw_at": "2030-01-01T10:00",
    "withdraw_reason": "A reason",
    "remark": "A remark",
    "alone_reason": "Alone",
    "alone": "Alone",
}


def all_there_is():
    """Every row that a button could change."""
    tables = (Conference, ConferenceText, Theme, Edition, LedgerEntry, WorkflowStep, UnreviewedEdit)
    return [list(model.objects.order_by("pk").values()) for model in tables]


def filled(conference, publisher, page):
    """The form as a publisher has it, filled in so that its buttons would be accepted."""
    client = Client()
    client.force_login(publisher)
    theme = conference.themes.get().pk
    form = AdminForm(client, page.format(pk=conference.pk, theme=theme))
    form.values |= {name: value for name, value in GIVEN.items() if name in form.values}
    if page == RELEASE:
        form.values["parts"] = [row["part"].key for row in form.response.context["rows"] if row["chosen"]]
    return form


@pytest.mark.slow
@pytest.mark.parametrize(("page", "before", "buttons"), FOR_PUBLISHERS)
def test_a_button_for_publishers_is_refused_to_everybody_else_and_changes_nothing(
    conference, publisher, page, before, buttons
):
    before(conference, publisher)
    form, was = filled(conference, publisher, page), all_there_is()
    by, values, others = form.client, form.values, {role: client_of(role) for role in OTHERS}

    for button in buttons:
        typed = WRITE if button in ("_relabel", "_replace", "_replace_at") or page == RUSSIAN else {}
        right = values | {name: text for name, text in typed.items() if name in values}
        old = right | {"mark": "of another moment"}  # the right is asked before the page is found to be old
        for role, form.client in others.items():
            for form.values in (right, old):
                assert form.press(button).status_code == 403, (button, role)
        assert all_there_is() == was
        form.client, form.values = by, right
        with transaction.atomic():
            assert form.press(button).status_code == 302, button
            assert all_there_is() != was
            transaction.set_rollback(True)


# What is no publisher's alone.

SUBMIT = [("_submit", FORM, nothing), ("_take_back", FORM, submitted), ("_continue", FORM, nothing)]


@pytest.mark.parametrize("role", ["translator", "photo editor"])
@pytest.mark.parametrize(("button", "page", "before"), SUBMIT)
def test_who_does_not_write_conferences_neither_saves_nor_submits_one(
    conference, publisher, button, page, before, role
):
    before(conference, publisher)
    form, was = filled(conference, publisher, page), all_there_is()
    form.client = client_of(role)

    assert form.fill(**WRITE).press(button).status_code == 403
    assert all_there_is() == was


@pytest.mark.parametrize(("button", "page", "before"), SUBMIT)
def test_to_a_contributor_the_draft_of_another_answers_like_one_that_never_was(
    conference, publisher, button, page, before
):
    before(conference, publisher)
    form, was = filled(conference, publisher, page), all_there_is()
    form.client = client_of("contributor")

    there = form.press(button)
    form.address = FORM.format(pk=conference.pk + 1000)
    never = form.press(button)

    assert (there.status_code, there["Location"]) == (never.status_code, never["Location"]) == (302, "/admin/")
    assert all_there_is() == was


@pytest.mark.parametrize(
    ("role", "language", "status"),
    [("photo editor", "ru", 403), ("translator", "fr", 403), ("contributor", "ru", 404)],
)
def test_a_language_is_not_saved_by_who_does_not_write_it(conference, publisher, role, language, status):
    page = f"/admin/conferences/conference/{conference.pk}/language/{language}/"
    client = Client()
    client.force_login(publisher)
    form, was = AdminForm(client, page).fill(title="Typed by somebody who may not"), all_there_is()
    form.client = client_of(role)

    assert form.press("_save").status_code == status
    assert all_there_is() == was


@pytest.mark.slow
@pytest.mark.parametrize("button", ["_restore", "_discard"])
def test_an_old_state_is_restored_and_changes_are_discarded_by_who_writes_the_record(conference, publisher, button):
    client = Client()
    client.force_login(publisher)
    change = FORM.format(pk=conference.pk)
    AdminForm(client, change).press("_publish")
    AdminForm(client, change).fill(title="Changed").press("_continue")
    page = "discard" if button == "_discard" else f"history/{oldest(conference)}"
    address = change.replace("change", page)
    form, was = AdminForm(client, address), all_there_is()

    for role, status in {"translator": 403, "photo editor": 403, "contributor": 404, "editor": 302}.items():
        form.client = client_of(role)
        assert form.press(button).status_code == status, role
        assert (all_there_is() == was) == (status != 302), role


def oldest(record):
    """The key of the first revision kept of *record*."""
    return revisions.versions_of(type(record), record.pk).values_list("revision", flat=True).last()


# Buttons that are a publisher's, but not of this kind of record


def test_a_theme_has_none_of_the_buttons_of_a_record(conference, publisher):
    renamed(conference, publisher)
    form, was = filled(conference, publisher, THEME).fill(**GIVEN), all_there_is()

    for button in sorted(ACTIONS - {"_relabel"}):
        form.buttons.append(button)
        response = form.press(button)
        assert response.status_code == 422, button
        assert "has no such button" in response.content.decode()
    assert all_there_is() == was


def test_a_language_of_a_theme_is_not_published_ahead(conference, publisher):
    renamed(conference, publisher)
    theme = conference.themes.get()
    form = filled(conference, publisher, f"/admin/conferences/theme/{theme.pk}/language/ru/")
    form.buttons.append("_publish_language")
    was = all_there_is()

    response = form.fill(mark=review.mark(theme), **{f"theme-{theme.pk}-name": "Тема"}).press("_publish_language")

    assert (response.status_code, all_there_is() == was) == (422, True)
    assert "has no such button" in response.content.decode()


def test_a_conference_is_not_published_by_the_button_that_renames_an_entry(conference, publisher):
    """It asks for no second reader."""
    public(conference, publisher)
    form, was = filled(conference, publisher, FORM), all_there_is()
    form.buttons.append("_relabel")

    response = form.fill(title="Typed by a publisher and read by nobody").press("_relabel")

    assert (response.status_code, all_there_is() == was) == (422, True)
    assert "has no such button" in response.content.decode()
