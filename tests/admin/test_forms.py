"""The forms of the admin: drafts, buttons, refusals."""

from datetime import date

from django.contrib.auth.models import Group
from django.urls import reverse

from conferences.models import Conference, ConferenceText
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from tests.admin.forms import AdminForm, errors_of
from tests.factories import make_conference, make_document, make_user

CONFERENCE_ADD = "/admin/conferences/conference/add/"


def address(record, page="change", *args):
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[record.pk, *args])


EMPTY = {}  # {role: the form for a new conference as its users open it}


def minsk(client, **values):
    """Return the filled form for a new conference. It is the same for all users of a role, and requested once for each role."""
    role = Group.objects.get(user=client.session["_auth_user_id"]).name
    if role not in EMPTY:
        EMPTY[role] = AdminForm(client, CONFERENCE_ADD)
    facts = {
        "name": "Minsk 2019",
        "kind": "international",
        "event_status": "held",
        "start_date": "2019-09-03",
        "end_date": "2019-09-04",
        "city": "Minsk",
        "country": "BY",
        "time_zone": "Europe/Minsk",
        "title": "Countering Terrorism through Innovative Approaches",
    }
    return EMPTY[role].sent_by(client).fill(**facts | values)


def test_saving_a_draft_publishes_nothing(staff):
    response = minsk(staff).press("_continue")

    conference = Conference.objects.get()
    assert response.status_code == 302
    assert response["Location"] == address(conference)
    assert (conference.name, conference.slug, conference.city_en) == ("Minsk 2019", "minsk-2019", "Minsk")
    assert conference.texts.get().title == "Countering Terrorism through Innovative Approaches"
    assert conference.created_by.username == "editor"
    assert conference.draft_sha256
    assert not Edition.objects.exists()


def test_publishing_from_the_add_form_saves_and_publishes(staff):
    minsk(staff, publish_note="First release").press("_publish")

    edition = Edition.objects.public(epoch.now()).get(slug="minsk-2019")
    assert edition.data["city"] == {"en": "Minsk"}
    assert (edition.note, edition.by) == ("First release", "Edith")


def test_a_refused_publication_saves_nothing_and_says_why_by_the_field(staff):
    response = minsk(staff, title="", country="", motto="").press("_publish")

    assert response.status_code == 422
    assert set(errors_of(response)) == {"title", "country"}
    assert not Conference.objects.exists()
    assert "Minsk 2019" in response.content.decode()


def test_labels_are_written_in_the_original_language_whatever_the_interface_speaks(staff):
    staff.cookies["django_language"] = "ar"

    form = minsk(staff, original_language="ru", city="Минск", title="Конференция")
    form.add_row("main_topics", title="Тема")
    form.press("_continue")

    conference = Conference.objects.get()
    assert (conference.city_ru, conference.city_ar, conference.city_en) == ("Минск", None, None)
    topic = conference.main_topics.get()
    assert (topic.title_ru, topic.title_ar, topic.title_en) == ("Тема", None, None)
    assert conference.texts.get().language == "ru"


def test_saving_the_form_leaves_the_other_languages_alone(staff):
    conference = make_conference(city_en="Minsk", city_fr="Minsque")
    topic = conference.main_topics.create(title_en="A topic", title_fr="Un sujet")
    form = AdminForm(staff, address(conference)).fill(city="Minsk City", **{"main_topics-0-title": "The topic"})
    Conference.objects.update(city_fr="Minsk (fr)")  # a translator, meanwhile

    form.press("_continue")

    conference.refresh_from_db()
    topic.refresh_from_db()
    assert (conference.city_en, conference.city_fr) == ("Minsk City", "Minsk (fr)")
    assert (topic.title_en, topic.title_fr) == ("The topic", "Un sujet")


def test_changing_the_original_language_moves_the_texts_to_it(staff):
    conference = make_conference(title="Конференция", city_en="Минск")
    conference.main_topics.create(title_en="Тема")
    session = conference.sessions.create(title_en="Открытие", description_en="Описание")
    form = AdminForm(staff, address(conference)).fill(original_language="ru")

    assert form.press("_continue").status_code == 302

    conference.refresh_from_db()
    session.refresh_from_db()
    topic = conference.main_topics.get()
    assert (conference.city_ru, conference.city_en) == ("Минск", None)
    assert (topic.title_ru, topic.title_en) == ("Тема", None)
    assert (session.title_ru, session.title_en) == ("Открытие", None)
    assert (session.description_ru, session.description_en) == ("Описание", None)
    assert [(row.language, row.title) for row in ConferenceText.objects.all()] == [("ru", "Конференция")]


def test_the_original_language_cannot_become_one_that_has_texts(staff):
    conference = make_conference()
    conference.texts.create(language="ru", title="Конференция")

    response = AdminForm(staff, address(conference)).fill(original_language="ru").press("_continue")

    assert response.status_code == 422
    assert list(errors_of(response)) == ["original_language"]
    assert conference.texts.count() == 2


def test_the_form_says_what_the_public_sees_and_what_has_changed_since(staff):
    conference = make_conference()
    publish(conference, by=make_user())
    AdminForm(staff, address(conference)).fill(venue="Palace", motto="Together").press("_continue")

    panel = staff.get(address(conference)).context["portal"]

    assert panel["state"].in_force is not None
    assert panel["changes"] == ["Venue", "Motto"]


def test_publish_at_is_typed_in_the_conferences_time_zone(staff, frozen_clock):
    minsk(staff, publish_at="2026-09-03T10:00").press("_publish_at")

    edition = Edition.objects.get(slug="minsk-2019")
    assert edition.public_from.isoformat() == "2026-09-03T07:00:00+00:00"
    page = staff.get(address(Conference.objects.get())).content.decode()
    assert "2026-09-03 10:00 Europe/Minsk (07:00 UTC)" in page


def test_unschedule_and_publish_is_one_step(staff, frozen_clock):
    minsk(staff, publish_at="2026-09-03T10:00").press("_publish_at")
    conference = Conference.objects.get()
    frozen_clock.tick()

    AdminForm(staff, address(conference)).fill(venue="Palace").press("_replace")

    edition = Edition.objects.public(epoch.now()).get(uid=conference.uid)
    assert edition.data["venue"] == {"en": "Palace"}
    assert not Edition.objects.to_come(epoch.now()).exists()


def test_withdrawing_needs_a_reason_and_restoring_brings_the_text_back(staff, frozen_clock):
    conference = make_conference()
    publish(conference, by=make_user())
    frozen_clock.tick()

    refused = AdminForm(staff, address(conference)).press("_withdraw")
    assert (refused.status_code, list(errors_of(refused))) == (422, ["withdraw_reason"])
    frozen_clock.tick()

    AdminForm(staff, address(conference)).fill(withdraw_reason="Published by mistake").press("_withdraw")
    assert not Edition.objects.public(epoch.now()).exists()
    frozen_clock.tick()

    AdminForm(staff, address(conference)).press("_restore")
    assert Edition.objects.public(epoch.now()).get().uid == conference.uid


def test_a_document_of_a_conference_known_to_the_month_starts_with_that_month(staff):
    day = date(2022, 3, 1)
    conference = make_conference(city_en="Tashkent", start_date=day, end_date=day, date_precision="month")
    form = AdminForm(staff, f"/admin/documents/pressrelease/add/?conference={conference.pk}&occasion=closing")
    assert (form.values["date_precision"], form.values["dateline"]) == ("month", "Tashkent, March 2022")

    form.fill(title="A release", body="<p>It ended.</p>").press("_continue")

    assert "March 2022" in staff.get("/admin/documents/pressrelease/").content.decode()


def test_a_document_is_entered_with_its_text_and_published(staff):
    conference = make_conference(city_en="Minsk", slug="minsk-2019")
    publish(conference, by=make_user())
    form = AdminForm(staff, f"/admin/documents/pressrelease/add/?conference={conference.pk}&occasion=closing")
    assert {name: form.values[name] for name in ("date", "place", "dateline", "occasion", "original_language")} == {
        "date": "2019-09-04",
        "place": "Minsk",
        "dateline": "Minsk, 4 September 2019",
        "occasion": "closing",
        "original_language": "en",
    }

    response = form.fill(title="A closing release", body="<p>It <strong>ended</strong>.<script>x</script></p>").press(
        "_publish"
    )

    assert response.status_code == 302, errors_of(response)
    edition = Edition.objects.public(epoch.now()).of("document").get()
    assert edition.slug == "a-closing-release"
    assert edition.data["title"] == {"en": "A closing release"}
    assert edition.data["body"] == {"en": "<p>It <strong>ended</strong>.</p>"}


def test_every_form_and_list_opens(staff):
    conference = make_conference()
    make_document(conference)
    for name in ("conference", "photo", "person", "organization", "series", "theme"):
        assert staff.get(f"/admin/conferences/{name}/").status_code == 200, name
        assert staff.get(f"/admin/conferences/{name}/add/").status_code == 200, name
    for name in ("document", "cochairssummary", "pressrelease", "statement", "otherdocument"):
        assert staff.get(f"/admin/documents/{name}/").status_code == 200, name
        assert staff.get(f"/admin/documents/{name}/add/").status_code == 200, name
