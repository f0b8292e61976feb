"""What no page of the admin sends, but anybody can: it is refused in words, and never with an error of the server."""

import pytest
from django.contrib.admin import site
from django.db import models, transaction

from tests.admin.forms import AdminForm, errors_of
from tests.admin.test_forms import address
from tests.factories import make_account, make_conference, make_user

pytestmark = pytest.mark.django_db
NO_KEYS = ["NaN", "-1", "²", "9" * 25, "0" * 5000, "[", "1.0"]


@pytest.fixture
def conference():
    return make_conference(name="Minsk")


# Related records


@pytest.mark.slow
@pytest.mark.parametrize("value", NO_KEYS)
def test_what_is_no_key_is_refused_at_the_box_of_related_records(staff, conference, value):
    form = AdminForm(staff, address(conference)).fill(parent=value, themes=[value])
    response = form.add_row("appearances", person=value, role="speaker").press("_continue")

    assert response.status_code == 422
    assert set(errors_of(response)) == {"parent", "themes", "appearances-0-person"}


@pytest.mark.slow
@pytest.mark.parametrize("value", NO_KEYS)
def test_what_is_no_key_in_the_address_of_a_new_record_fills_in_nothing(staff, value):
    for entry, names in (
        ("conferences/conference", ("parent", "themes")),
        ("documents/statement", ("conference", "session", "themes")),
        ("conferences/photo", ("conference",)),
    ):
        response = staff.get(f"/admin/{entry}/add/", dict.fromkeys(names, value))
        assert response.status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("value", NO_KEYS)
def test_what_is_no_key_is_refused_among_the_rights_of_an_account_and_of_a_role(client, value):
    client.force_login(make_user("root", is_superuser=True))
    account = make_account("editor")
    role = account.groups.get()
    pages = {f"/admin/auth/user/{account.pk}/change/": "groups", f"/admin/auth/group/{role.pk}/change/": "permissions"}

    for page, name in pages.items():
        response = AdminForm(client, page).fill(**{name: [value]}).press("_save")
        assert list(errors_of(response)) == [name]


# What a form was opened with


@pytest.mark.slow
@pytest.mark.parametrize("opened", ["[" * 100_000, '{"venue":' * 100_000, "{", "[]", '"venue"', "1", "NaN", "9" * 5000])
def test_a_form_that_does_not_tell_what_it_was_opened_with_counts_as_stale(staff, conference, opened):
    response = AdminForm(staff, address(conference)).fill(opened=opened, venue="Palace").press("_continue")

    assert response.status_code == 422
    assert [conflict.name for conflict in response.context["portal"]["conflicts"]] == ["venue"]


def test_a_language_page_that_does_not_tell_what_it_was_opened_with_counts_as_stale(staff, conference):
    form = AdminForm(staff, address(conference, "language", "ru"))
    response = form.fill(opened="[" * 100_000, title="Название").press("_save")

    assert response.status_code == 422
    assert [conflict.name for conflict in response.context["portal"]["conflicts"]] == ["title"]


# Lists

HUGE, NUL = "9" * 25, "\0"


def odd_questions(model):
    """What of each kind of column of *model* and each filter of its list can be asked that has no answer.

    The kinds of document have the columns of all documents, and are not asked for them again.
    """
    columns = {} if model._meta.proxy else {type(column): column for column in model._meta.concrete_fields}
    for column in columns.values():
        yield from ({column.name: HUGE}, {column.name: NUL}, {f"{column.name}__in": f"1,{HUGE},{NUL}"})
        if isinstance(column, models.DateField):
            yield {f"{column.name}__year": HUGE}
            yield {f"{column.name}__gte": "0001-01-01", f"{column.name}__lt": "9999-12-31"}
            yield {f"{column.name}__gte": "0001-01-01 00:00+14:00"}
    for listed in site._registry[model].list_filter:
        if name := getattr(listed, "parameter_name", ""):
            yield from ({name: HUGE}, {name: NUL}, {name: "nonsense"}, {name: "²"})
    yield from ({"q": NUL}, {"p": HUGE}, {"p": "-1"}, {"o": HUGE}, {"o": NUL}, {"nonsense": "1"}, {"pk__nonsense": "1"})


def answer_to(client, path, question):
    """The answer of *path*. A query that fails spoils a transaction, which only a test has around it."""
    with transaction.atomic():
        response = client.get(path, question)
        transaction.set_rollback(True)
    return response


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime")  # it is taken as UTC
@pytest.mark.parametrize("model", site._registry, ids=lambda model: model._meta.label)
def test_a_list_answers_to_any_question(client, model):
    client.force_login(make_account("administrator"))
    path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    assert [client.get(address).status_code for address in (path, f"{path}?e=1")] == [200, 200]

    for question in odd_questions(model):
        response = answer_to(client, path, question)
        answer = response.status_code, response.headers.get("Location", "")
        assert answer in {(200, ""), (400, ""), (302, f"{path}?e=1")}, question


@pytest.mark.parametrize("path", ["/admin/workflow/auditentry/export/", "/admin/workflow/workflowstep/export/"])
@pytest.mark.parametrize("question", [{"at__year": HUGE}, {"at__gte": "0001-01-01 00:00+14:00"}, {"id__in": HUGE}])
def test_an_export_is_refused_before_its_first_line_or_comes_whole(client, path, question):
    client.force_login(make_account("administrator"))

    response = answer_to(client, path, question)

    # What the one database does not take for a number or an instant, the other does.
    assert response.status_code == 400 or b"".join(response.streaming_content).startswith(b"\xef\xbb\xbfat,")


@pytest.mark.parametrize(
    "question", ["dashboard=nonsense", "dashboard=review", "year=nonsense", "country=XX", "publication=secret"]
)
def test_a_list_that_is_asked_for_what_it_does_not_offer_says_that_it_shows_all(client, conference, question):
    client.force_login(make_account("editor"))  # who reviews nothing
    path = "/admin/conferences/conference/"
    response = client.get(f"{path}?{question}", follow=True)

    assert response.redirect_chain == [(f"{path}?e=1", 302)]
    assert [str(message) for message in response.context["messages"]] == [
        "The filter in the address could not be applied: the full list is shown."
    ]
    assert list(response.context["cl"].result_list) == [conference]


@pytest.mark.parametrize("asked", [{"term": NUL}, {"term": HUGE}, {"page": HUGE}, {"page": "²"}, {"field_name": NUL}])
@pytest.mark.parametrize(
    ("app_label", "model_name", "field_name"),
    [("conferences", "appearance", "person"), ("documents", "document", "session"), ("auth", "user", "groups")],
)
def test_a_box_answers_to_any_search(client, app_label, model_name, field_name, asked):
    client.force_login(make_account("administrator"))
    box = {"app_label": app_label, "model_name": model_name, "field_name": field_name, "term": ""}

    assert client.get("/admin/autocomplete/", box).status_code == 200
    assert answer_to(client, "/admin/autocomplete/", box | asked).status_code in (200, 400, 403, 404)
