"""Two editors who save at the same moment: the second waits for the first, and is then asked. PostgreSQL alone lets them."""

import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from conferences.models import Conference
from ctportal.publishing.base_models import Stage
from tests.admin.forms import AdminForm
from tests.admin.test_forms import address
from tests.concurrency import needs_postgresql, until_somebody_waits
from tests.factories import make_account, make_conference


def answer_while_another_saves(press, save):
    """What *press* gives where it begins before *save*, by somebody else, ends."""
    needs_postgresql()
    answers = []

    def second():
        try:
            answers.append(press())
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        Conference.objects.select_for_update().get()
        thread.start()
        until_somebody_waits(thread)
        save()
    thread.join(timeout=30)
    return answers[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", ["form", "language", "session"])
def test_who_saves_while_another_is_saving_is_asked_and_overwrites_nothing(page):
    conference, client = make_conference(), Client()
    rows, at, button = {
        "form": (conference.texts, address(conference), "_continue"),
        "language": (conference.texts, address(conference, "language", "ru"), "_save"),
        "session": (conference.sessions, address(conference.sessions.create(title="Opening")), "_save"),
    }[page]
    column = "title_en" if page == "session" else "title"
    conference.texts.create(language="ru", title="Было")
    client.force_login(make_account("editor"))
    form = AdminForm(client, at).fill(title="Second")

    answer = answer_while_another_saves(lambda: form.press(button), lambda: rows.update(**{column: "First"}))

    assert answer.status_code == 422
    assert set(rows.values_list(column, flat=True)) == {"First"}


@pytest.mark.django_db(transaction=True)
def test_who_deletes_while_another_is_saving_looks_again_first():
    conference, client = make_conference(), Client()
    client.force_login(make_account("editor"))
    question = AdminForm(client, address(conference, "delete"))

    answer = answer_while_another_saves(
        lambda: question.press("_delete"), lambda: Conference.objects.update(stage=Stage.REVIEW)
    )

    assert answer["Location"] == address(conference)
    assert Conference.objects.exists()
