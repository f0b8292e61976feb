"""Workflow and roles in the admin: which buttons each role sees, what is refused when posted, what stale pages may not do."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from ctportal.publishing import epoch
from ctportal.publishing.base_models import Stage
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from ctportal.workflow import review
from tests.admin.forms import AdminForm, errors_of
from tests.admin.test_forms import address, minsk
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_person,
    make_photo,
    make_stored_file,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client):
    """A function: sign in an account of a role; returns the client."""

    def sign_in(role, username=""):
        client.force_login(make_account(role, username))
        return client

    return sign_in


def state(record):
    record = type(record).objects.get(pk=record.pk)
    return record.stage, Edition.objects.public(epoch.now()).filter(uid=record.uid).exists()


def test_a_dossier_goes_from_contributor_to_publisher(sign_in):
    minsk(sign_in("contributor"), remark="Please read").press("_submit")
    conference = only_conference()
    assert state(conference) == (Stage.REVIEW, False)

    AdminForm(sign_in("publisher"), address(conference)).fill(remark="Name the hotel").press("_send_back")
    assert state(conference) == (Stage.DRAFT, False)

    form = AdminForm(sign_in("contributor"), address(conference))
    assert "Name the hotel" in form.response.content.decode()
    form.fill(venue="Hotel Minsk").press("_submit")
    form = AdminForm(sign_in("publisher"), address(conference)).fill(alone_reason=None)
    response = form.press("_publish")

    assert response.status_code == 302
    assert state(conference) == (Stage.DRAFT, True)
    assert [step.action for step in review.steps_of(conference)] == [
        *("approved", "submitted", "sent-back", "submitted")
    ]


def only_conference():
    from conferences.models import Conference

    return Conference.objects.get()


BUTTONS = {"_continue", "_preview"}
PUBLISHING = {"_publish", "_publish_at"}


@pytest.mark.parametrize(
    ("role", "buttons"),
    [
        ("contributor", BUTTONS | {"_submit"}),
        ("editor", BUTTONS | {"_submit"}),
        ("publisher", BUTTONS | PUBLISHING | {"_submit"}),
        ("administrator", BUTTONS | PUBLISHING | {"_submit"}),
        ("translator", set()),
        ("photo editor", set()),
    ],
)
def test_each_role_sees_the_buttons_it_may_use(sign_in, role, buttons):
    client = sign_in(role)
    conference = make_conference(created_by=make_user(role.replace(" ", "-")))

    assert set(AdminForm(client, address(conference)).buttons) - {"_save"} == buttons


def test_the_buttons_of_a_record_in_review(sign_in):
    conference = make_conference()
    review.submit(conference, by=make_account("editor"))

    assert set(AdminForm(sign_in("editor"), address(conference)).buttons) == BUTTONS | {"_take_back"}
    publisher = BUTTONS | PUBLISHING | {"_take_back", "_send_back"}
    assert set(AdminForm(sign_in("publisher"), address(conference)).buttons) == publisher


@pytest.mark.slow
@pytest.mark.parametrize(
    "button",
    [
        *("_publish", "_publish_at", "_replace", "_replace_at", "_unschedule", "_redate", "_withdraw", "_restore"),
        "_send_back",
    ],
)
@pytest.mark.parametrize("role", ["contributor", "editor"])
def test_a_button_that_a_role_may_not_use_is_refused_when_posted(sign_in, role, button):
    client = sign_in(role)
    conference = make_conference(created_by=make_user(role))
    form = AdminForm(client, address(conference)).fill(venue="Palace", alone_reason="I want to", remark="No")
    form.fill(publish_at="2090-01-01T10:00", withdraw_reason="No")
    form.buttons.append(button)

    response = form.press(button)

    assert response.status_code == 403
    assert type(conference).objects.get().venue == ""
    assert not Edition.objects.exists()


def test_publishing_ones_own_work_asks_for_the_reason_and_loses_nothing(sign_in):
    form = minsk(sign_in("publisher"), alone_reason=None)

    response = form.press("_publish")

    assert response.status_code == 422
    [message] = errors_of(response)["alone_reason"]
    assert message.startswith("Nobody else has read it")
    assert not Edition.objects.exists()
    form.fill(alone_reason="Nobody else is on duty").press("_publish")
    assert review.steps_of(only_conference())[0].remark == "Nobody else is on duty"


def test_saving_in_review_without_a_change_leaves_it_in_review(sign_in):
    conference = make_conference(title="One", venue_en="Palace")
    review.submit(conference, by=make_account("editor"))

    AdminForm(sign_in("publisher"), address(conference)).fill(remark="Looks well").press("_continue")
    assert state(conference)[0] == Stage.REVIEW

    AdminForm(sign_in("publisher"), address(conference)).fill(venue="Another palace").press("_continue")
    assert state(conference)[0] == Stage.DRAFT


def test_a_row_added_in_review_returns_it_to_draft(sign_in):
    conference = make_conference()
    review.submit(conference, by=make_account("editor"))

    AdminForm(sign_in("editor"), address(conference)).add_row("main_topics", title="A topic").press("_continue")

    assert state(conference)[0] == Stage.DRAFT


def test_sending_back_with_a_change_of_ones_own_is_refused_in_words(sign_in):
    conference = make_conference()
    review.submit(conference, by=make_account("editor"))

    form = AdminForm(sign_in("publisher"), address(conference)).fill(venue="Palace", remark="Wrong venue")
    response = form.press("_send_back")

    assert response.status_code == 422
    assert "You have made changes yourself" in response.content.decode()
    assert state(conference)[0] == Stage.REVIEW
    assert type(conference).objects.get().venue == ""


@pytest.mark.slow
@pytest.mark.parametrize("button", ["_publish", "_send_back", "_take_back", "_publish_at"])
def test_nobody_acts_on_what_has_changed_since_they_opened_it(sign_in, button):
    conference = make_conference()
    editor = make_account("editor")
    review.submit(conference, by=editor)
    opened = AdminForm(sign_in("publisher"), address(conference)).fill(remark="No", publish_at="2090-01-01T10:00")
    opened.fill(alone_reason="Quick")

    AdminForm(sign_in("editor"), address(conference)).fill(venue="Palace").press("_continue")
    review.submit(type(conference).objects.get(), by=editor)
    sign_in("publisher")
    response = opened.press(button)

    assert response.status_code == 422
    assert "has changed since you opened this page" in response.content.decode()
    assert state(conference) == (Stage.REVIEW, False)
    assert type(conference).objects.get().venue == "Palace"


def test_a_page_without_its_mark_may_not_act_either(sign_in):
    conference = make_conference()
    form = AdminForm(sign_in("publisher"), address(conference)).fill(mark="")

    assert form.press("_publish").status_code == 422
    assert not Edition.objects.exists()


# What is not one's own


def pages_of(record):
    return [address(record, page) for page in ("change", "history", "delete")] + [address(record, "language", "ru")]


@pytest.mark.parametrize("make", [make_conference, make_document, lambda: make_photo(make_conference())])
def test_a_contributor_meets_the_draft_of_another_as_if_it_did_not_exist(sign_in, make):
    record = make()
    client = sign_in("contributor")
    missing = type(record)(pk=record.pk + 1000)

    def answer(page):
        response = client.get(page)
        text = re.sub(r"nonce[^ >]*|csrfmiddlewaretoken[^>]*", "", response.content.decode())
        return response.status_code, response.headers.get("Location"), text.replace(page, "ADDRESS")

    for there, nowhere in zip(pages_of(record), pages_of(missing), strict=True):
        assert answer(there) == answer(nowhere), there
    opts = record._meta
    listed = client.get(f"/admin/{opts.app_label}/{opts.model_name}/").content.decode()
    assert f"/{record.pk}/change/" not in listed


def test_a_contributor_chooses_only_what_they_may_know_of(sign_in):
    client = sign_in("contributor")
    public, hidden = make_conference(name="Open canary"), make_conference(name="Hidden canary")
    mine = make_conference(name="My canary", created_by=make_user("contributor"))
    publish(public, by=make_user())
    choices = {"app_label": "documents", "model_name": "document", "field_name": "conference", "term": "canary"}

    found = client.get("/admin/autocomplete/", choices).json()["results"]

    assert sorted(choice["text"] for choice in found) == ["My canary", "Open canary"]
    add = AdminForm(client, "/admin/documents/pressrelease/add/")
    response = add.fill(title="A text", date="2019-09-03", conference=str(hidden.pk)).press("_continue")
    assert response.status_code == 422
    assert list(errors_of(response)) == ["conference"]
    assert "Hidden canary" not in response.content.decode()
    prefilled = client.get("/admin/documents/pressrelease/add/", {"conference": hidden.pk}).content.decode()
    assert "Hidden canary" not in prefilled
    assert "Minsk" not in prefilled
    assert mine.pk


def test_a_contributor_adds_no_session_to_the_conference_of_another(sign_in):
    client = sign_in("contributor")
    public = make_conference()
    publish(public, by=make_user())
    form = AdminForm(client, f"/admin/conferences/session/add/?conference={public.pk}").fill(
        kind="plenary", title="Mine"
    )

    response = form.fill(conference=str(public.pk), date="2019-09-03").press("_save")

    assert response.status_code == 403
    assert not public.sessions.exists()


def test_filters_of_a_contributor_tell_nothing_of_the_drafts_of_others(sign_in):
    from datetime import date

    client = sign_in("contributor")
    make_conference(start_date=date(2031, 5, 5), end_date=date(2031, 5, 6), country="JP")
    make_document(date=date(2032, 5, 5))

    pages = [
        client.get(f"/admin/{name}/").content.decode() for name in ("conferences/conference", "documents/statement")
    ]

    assert not [word for word in ("2031", "2032", "Japan") for page in pages if word in page]


def test_a_contributor_opens_no_file_of_another(sign_in):
    client = sign_in("contributor")
    mine = make_stored_file("mine.pdf", created_by=make_user("contributor"))
    theirs = make_stored_file("theirs.pdf", created_by=make_user("other"))

    def status(stored):
        response = client.get(f"/admin/files/{stored.key}/{stored.name}")
        assert b"".join(response) != b""
        return response.status_code

    assert [status(mine), status(theirs)] == [200, 404]
    sign_in("translator")
    assert status(theirs) == 200


def test_the_dossier_of_a_contributor_hides_the_documents_of_others(sign_in):
    client = sign_in("contributor")
    mine = make_conference(created_by=make_user("contributor"))
    make_document(mine, "An embargoed release", occasion="opening")

    assert "An embargoed release" not in client.get(address(mine)).content.decode()
    assert "An embargoed release" in sign_in("editor").get(address(mine)).content.decode()


def test_the_missing_parts_of_a_contributors_list_do_not_tell_of_the_drafts_of_others(sign_in):
    client = sign_in("contributor")
    mine = make_conference(created_by=make_user("contributor"))
    make_document(mine, "An embargoed release", occasion="opening")
    make_photo(mine)

    [row] = client.get("/admin/conferences/conference/").context["cl"].result_list

    assert [document.pk for document in row.documents.all()] == []
    assert row.has_photos is False


# Languages


def test_a_translator_saves_the_languages_given_to_them_alone(sign_in):
    client = sign_in("translator")
    make_user("translator").user_permissions.add(Permission.objects.get(codename="translate_ru"))
    conference = make_conference()

    form = AdminForm(client, address(conference, "language", "ru")).fill(title="Конференция", ready="on")
    assert set(form.buttons) - {"_save"} == {"_preview"}
    assert form.press("_save").status_code == 302
    assert conference.texts.get(language="ru").title == "Конференция"
    arabic = AdminForm(client, address(conference, "language", "ar"))
    assert arabic.buttons == []
    arabic.buttons.append("_save")
    assert arabic.fill(title="مؤتمر").press("_save").status_code == 403
    assert client.post(address(conference), form.values | {"_continue": "1"}).status_code == 403
    assert not conference.texts.filter(language="ar").exists()


def test_who_may_not_write_a_language_is_told_and_types_into_nothing(sign_in):
    client = sign_in("translator")
    make_user("translator").user_permissions.add(Permission.objects.get(codename="translate_ru"))
    conference = make_conference()

    told = {}
    for language in ("ru", "ar"):
        response = client.get(address(conference, "language", language))
        boxes = [field for field in response.context["form"].fields.values() if not field.disabled]
        told[language] = bool(boxes), "but not edit it." in response.content.decode()

    assert told == {"ru": (True, False), "ar": (False, True)}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("publisher", {"pressrelease", "cochairssummary", "statement", "otherdocument", "photo"}),
        ("editor", {"pressrelease", "cochairssummary", "statement", "otherdocument", "photo"}),
        ("photo editor", {"photo"}),
        ("translator", set()),
    ],
)
def test_the_dossier_offers_to_add_what_a_role_may_add(sign_in, role, expected):
    conference = make_conference()

    shown = sign_in(role).get(address(conference)).content.decode()

    dossier = shown.split('id="dossier-heading"')[1].split("</section>")[0]
    assert set(re.findall(r"/admin/\w+/(\w+)/(?:add|upload)/", dossier)) == expected
    assert "missing" in dossier
    assert ('href="#publishing-heading"' in shown) == ('id="publishing-heading"' in shown) == (role == "publisher")


def test_a_ready_translation_in_review_returns_the_record_to_draft_and_an_unready_one_does_not(sign_in):
    conference = make_conference()
    refresh_draft(conference)
    review.submit(conference, by=make_account("editor"))
    client = sign_in("editor")

    AdminForm(client, address(conference, "language", "ru")).fill(title="Конференция").press("_save")
    assert state(conference)[0] == Stage.REVIEW

    AdminForm(client, address(conference, "language", "ru")).fill(ready="on").press("_save")
    assert state(conference)[0] == Stage.DRAFT


def test_an_administrator_gives_a_translator_their_languages(sign_in):
    client, translator = sign_in("administrator"), make_account("translator")
    form = AdminForm(client, f"/admin/auth/user/{translator.pk}/change/")

    form.fill(translates=["ar", "fr"]).press("_save")

    codenames = translator.user_permissions.values_list("codename", flat=True)
    assert sorted(codenames) == ["translate_ar", "translate_fr"]
    form = AdminForm(client, f"/admin/auth/user/{translator.pk}/change/")
    form.fill(translates=["fr"]).press("_save")
    assert list(codenames.all()) == ["translate_fr"]


# Others


def test_only_a_publisher_renames_everywhere_and_merges(sign_in):
    person, other = make_person("Ann"), make_person("Anne")
    conference = make_conference()
    conference.appearances.create(person=person)
    publish(conference, by=make_user())
    client = sign_in("editor")

    AdminForm(client, address(person)).fill(name="Anna").press("_continue")
    form = AdminForm(client, address(person))
    assert "_relabel" not in form.buttons
    form.buttons.append("_relabel")
    assert form.press("_relabel").status_code == 403
    chosen = {"action": "merge", "_selected_action": [person.pk, other.pk]}
    assert "Location" not in client.post("/admin/conferences/person/", chosen).headers
    assert client.get(f"/admin/conferences/person/merge/?ids={person.pk},{other.pk}").status_code == 403


def test_a_scheduled_edition_is_moved_with_one_button(sign_in):
    conference = make_conference(time_zone="Europe/Minsk")
    client = sign_in("publisher")
    AdminForm(client, address(conference)).fill(publish_at="2030-01-01T10:00").press("_publish_at")

    AdminForm(client, address(conference)).fill(publish_at="2031-01-01T10:00").press("_redate")

    [edition] = Edition.objects.to_come(epoch.now())
    assert edition.public_from.isoformat() == "2031-01-01T07:00:00+00:00"


def test_a_withdrawal_is_scheduled_in_the_time_zone_of_the_conference_and_unscheduled(sign_in):
    conference = make_conference(time_zone="Europe/Minsk")
    publish(conference, by=make_user())
    client = sign_in("publisher")
    form = AdminForm(client, address(conference)).fill(withdraw_reason="The event is over")

    for typed, message in (("", "Enter the date and time."), ("2001-01-01T10:00", "is already past")):
        response = form.fill(withdraw_at=typed).press("_withdraw_at")
        assert response.status_code == 422
        assert message in errors_of(response)["withdraw_at"][0]
    form.fill(withdraw_at="2030-01-01T10:00").press("_withdraw_at")

    [edition] = Edition.objects.public(epoch.now())
    assert edition.public_until.isoformat() == "2030-01-01T07:00:00+00:00"
    html = client.get(address(conference)).content.decode()
    assert "Withdrawal scheduled for 2030-01-01 10:00 Europe/Minsk (07:00 UTC): The event is over" in html
    AdminForm(client, address(conference)).press("_unschedule")
    assert Edition.objects.public(epoch.now()).get().public_until is None


def scheduled_dossier(publisher):
    """A conference with a document and a photo, all scheduled for one instant."""
    conference = make_conference("The conference")
    records = [conference, make_document(conference, "The opening"), make_photo(conference)]
    at = timezone.now() + timedelta(days=5)
    for record in records:
        review.approve(record, by=publisher, at=at, alone="Alone")
    return records


def told(client, conference):
    """The messages that the form of *conference* shows."""
    return [str(message) for message in client.get(address(conference)).context["messages"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("button", "values", "what"),
    [
        ("_unschedule", {}, "Unscheduled along with the conference"),
        ("_redate", {"publish_at": "2030-01-01T10:00"}, "Moved to another time along with the conference"),
        ("_replace_at", {"publish_at": "2030-01-01T10:00"}, "Moved to another time along with the conference"),
        ("_replace", {}, "Moved to another time along with the conference"),
    ],
)
def test_who_moves_or_unschedules_a_conference_is_told_what_went_along_with_it(sign_in, button, values, what):
    client, publisher = sign_in("publisher"), make_account("publisher")
    conference, document, photo = scheduled_dossier(publisher)

    response = AdminForm(client, address(conference)).fill(**values).press(button)

    assert response.status_code == 302
    assert told(client, conference)[1:] == [f"{what} (2): “{document}”, “{photo}”"]


@pytest.mark.slow
@pytest.mark.parametrize("button", ["_withdraw", "_withdraw_at"])
def test_who_withdraws_and_restores_a_conference_is_told_what_went_along_with_it(sign_in, button):
    client, publisher = sign_in("publisher"), make_account("publisher")
    conference = make_conference()
    document = make_document(conference)
    for record in (conference, document):
        publish(record, by=publisher)
    what = {"withdraw_reason": "A mistake", "withdraw_at": "2030-01-01T10:00"}

    AdminForm(client, address(conference)).fill(**what).press(button)
    assert told(client, conference)[1:] == [f"Withdrawn along with the conference (1): “{document}”"]
    AdminForm(client, address(conference)).press("_restore" if button == "_withdraw" else "_unschedule")
    assert told(client, conference)[1:] == [
        f"Restored along with the conference (1): “{document}”"
        if button == "_withdraw"
        else f"Stays public along with the conference, whose withdrawal was unscheduled (1): “{document}”"
    ]


@pytest.mark.parametrize("button", ["_withdraw", "_withdraw_at"])
@pytest.mark.parametrize("allowed", [True, False])
def test_whoever_withdraws_chooses_whether_the_old_address_tells_the_title(sign_in, button, allowed):
    conference = make_conference()
    publish(conference, by=make_account("publisher"))
    what = {"withdraw_reason": "A mistake", "withdraw_at": "2030-01-01T10:00"}

    form = AdminForm(sign_in("publisher"), address(conference)).fill(**what)
    if allowed:
        form.fill(withdraw_show_title="on")
    form.press(button)

    assert Edition.objects.get(uid=conference.uid).withdrawal.show_title is allowed


def test_a_message_names_ten_of_many_and_says_how_many_there_are(sign_in):
    client, publisher = sign_in("publisher"), make_account("publisher")
    conference = make_conference()
    documents = [make_document(conference, f"Document {number}") for number in range(12)]
    for record in (conference, *documents):
        publish(record, by=publisher)

    AdminForm(client, address(conference)).fill(withdraw_reason="A mistake").press("_withdraw")

    [_done, cascaded] = told(client, conference)
    assert cascaded.startswith("Withdrawn along with the conference (12): “")
    assert (cascaded.count("“"), cascaded[-3:]) == (10, ", …")


def helped(form):
    """What the form says beside its buttons of what goes along, without markup."""
    found = re.findall(
        r'<div class="help" id="(\w+)-with-conference"><div>(.*?)</div>', form.response.content.decode(), re.DOTALL
    )
    return {what: " ".join(re.sub("<[^>]*>", "", text).split()) for what, text in found}


def test_the_form_names_what_will_go_along_before_a_button_is_pressed(sign_in):
    client, publisher = sign_in("publisher"), make_account("publisher")
    conference, document, photo = scheduled_dossier(publisher)
    review.redate(photo, by=publisher, at=timezone.now() + timedelta(days=6))

    said = helped(AdminForm(client, address(conference)))

    assert said["moving"].endswith(f": “{document}”")
    assert said["unscheduled"].partition(": ")[2] == f"“{document}”, “{photo}”"
    assert helped(AdminForm(client, address(document))) == {}


def test_the_form_names_nothing_where_a_correction_is_to_come(sign_in):
    client, publisher = sign_in("publisher"), make_account("publisher")
    conference = make_conference("The conference")
    document = make_document(conference)
    for record in (conference, document):
        publish(record, by=publisher)
        publish(record, by=publisher, at=timezone.now() + timedelta(days=5))

    assert helped(AdminForm(client, address(conference))) == {}


def test_of_many_that_will_go_along_ten_are_named(sign_in):
    client, publisher = sign_in("publisher"), make_account("publisher")
    conference, at = make_conference(), timezone.now() + timedelta(days=5)
    for record in [conference, *(make_document(conference, f"Document {number}") for number in range(11))]:
        publish(record, by=publisher, at=at)

    said = helped(AdminForm(client, address(conference)))

    assert (said["moving"].count("“"), said["moving"][-3:]) == (10, ", …")


@pytest.fixture
def in_arabic():
    """A public conference and a public document of it, both in English, Arabic and French."""
    conference = make_conference("The conference")
    document = make_document(conference, "The opening")
    for code in ("ar", "fr"):
        conference.texts.create(language=code, title=code, ready=True)
        document.versions.create(language=code, title=code, body=f"<p>{code}</p>", ready=True)
    for record in (conference, document):
        refresh_draft(record)
        publish(record, by=make_user())
    return conference, document


def take_back_arabic(conference, document):
    conference.texts.filter(language="ar").update(ready=False)
    document.versions.filter(language="ar").delete()
    for record in (conference, document):
        refresh_draft(record)


LEAVES = "Not marked as ready, so no longer public when this is published: العربية"


def words(client, page):
    return " ".join(re.sub("<[^>]*>", "", client.get(page).content.decode()).split())


def test_a_language_that_will_leave_the_public_page_is_named_before_anything_is_published(sign_in, in_arabic):
    client, (conference, document) = sign_in("publisher"), in_arabic
    release = f"/admin/conferences/conference/{conference.pk}/release/"
    compare = f"/admin/conferences/conference/{conference.pk}/versions/compare/"
    pages = (address(conference), address(document), compare, release)
    assert not any("no longer public" in words(client, page) for page in pages)
    take_back_arabic(conference, document)

    # On the form where the state stands and beside the buttons; of the dossier on both of its parts.
    assert [words(client, page).count(LEAVES) for page in pages] == [2, 2, 1, 2]
    assert "not included:" not in words(client, release)
    assert "In preparation in the draft" not in words(client, compare)


def test_who_takes_a_public_language_back_is_told_that_it_will_leave(sign_in, in_arabic):
    client, (conference, _document) = sign_in("editor"), in_arabic
    page = f"/admin/conferences/conference/{conference.pk}/language/ar/"
    form = AdminForm(client, page)
    assert "العربية is public now." in words(client, page)

    form.values.pop("ready")
    form.press("_save")

    told = [str(message) for message in client.get(page).context["messages"]]
    assert told == [
        "العربية is saved.",
        "العربية is not marked as ready: it stays public only until the record is next published.",
    ]


def test_a_language_that_stays_or_was_never_public_is_not_said_to_leave(sign_in, in_arabic):
    client, (conference, _document) = sign_in("editor"), in_arabic
    conference.texts.create(language="ru", title="ru", ready=False)

    AdminForm(client, f"/admin/conferences/conference/{conference.pk}/language/ar/").press("_save")
    AdminForm(client, f"/admin/conferences/conference/{conference.pk}/language/ru/").press("_save")

    text = words(client, f"/admin/conferences/conference/{conference.pk}/language/ru/")
    assert "no longer" not in text
    assert "is public now" not in text


def test_a_language_that_cannot_go_ahead_of_a_scheduled_edition_has_no_button_but_the_way_to_the_form(
    sign_in, in_arabic
):
    client, (conference, _document) = sign_in("publisher"), in_arabic
    page = f"/admin/conferences/conference/{conference.pk}/language/ar/"
    assert "_publish_language" in AdminForm(client, page).buttons
    assert "is scheduled for" not in words(client, page)
    publish(conference, by=make_user(), at=timezone.now() + timedelta(days=5))

    form = AdminForm(client, page)

    assert form.buttons == ["_save", "_save", "_preview"]
    assert "العربية cannot be published before then" in words(client, page)
    [link] = re.findall(r'<a href="([^"]*)">Unschedule or replace', form.response.content.decode())
    assert "_unschedule" in AdminForm(client, link).buttons
    assert form.fill(title="عنوان").press("_save").status_code == 302
    assert "is scheduled for" not in words(sign_in("editor"), page)
