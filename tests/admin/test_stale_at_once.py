"""Two editors who save at the same moment: the second waits for the first, and is then asked. PostgreSQL alone lets them."""

import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from conferences.models import Conference
from tests.admin.forms import AdminForm
from tests.admin.test_forms import address
from tests.factories import make_account, make_conference
from tests.together import needs_postgresql, until_somebody_waits


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", ["form", "language", "session"])
def test_who_saves_while_another_is_saving_is_asked_and_overwrites_nothing(page):
    needs_postgresql()
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
    answers = []

    def press():
        try:
            answers.append(form.press(button).status_code)
        finally:
            connection.close()

    second = threading.Thread(target=press)
    with transaction.atomic():
        Conference.objects.select_for_update().get()
        second.start()
        until_somebody_waits(second)
        rows.update(**{column: "First"})
    second.join(timeout=30)

    assert answers == [422]
    assert set(rows.values_list(column, flat=True)) == {"First"}
