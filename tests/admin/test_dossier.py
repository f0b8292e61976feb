"""A whole dossier through the real forms, its panel, and the pages for further languages."""

import re

import pytest

from conferences.models import Conference
from ctportal.publishing import epoch
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from documents.models import Document
from tests.admin.forms import AdminForm, errors_of
from tests.admin.test_forms import address, minsk
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_series,
    make_user,
)


def link_to_add(staff, conference, label):
    """The address behind a link of the dossier panel."""
    panel = staff.get(address(conference)).context["portal"]
    rows = [*panel["dossier"], *panel["dossier_links"]]
    links = {row.get("add_label") or row.get("label"): row.get("add_address") or row.get("address") for row in rows}
    return links[label]


@pytest.mark.slow
def test_a_dossier_like_minsk_2019_takes_at_most_eight_submissions(staff):
    series = make_series("Regional conferences")
    office, host = make_organization("UNOCT"), make_organization("Belarus")
    head, minister, president = make_person("The head"), make_person("The minister"), make_person("The president")
    first = make_conference()
    submissions = []

    def send(form, button):
        response = form.press(button)
        assert response.status_code == 302, errors_of(response)
        submissions.append(button)

    form = minsk(staff, summary="Two days.", description="<p>Two days in Minsk.</p>", venue="Palace")
    form.add_row("series_entries", series=series.pk, ordinal=4)
    for topic in ("Exploitation", "Countering it", "Cooperation"):
        form.add_row("main_topics", title=topic)
    form.add_row("organization_roles", organization=office.pk, role="convener")
    form.add_row("organization_roles", organization=host.pk, role="host")
    form.add_row("appearances", person=head.pk, role="chair", title="Under-Secretary-General")
    form.add_row("appearances", person=president.pk, role="opening-speaker", organization=host.pk)
    form.add_row("figures", measure="participants", qualifier="close to", value=400, official="on")
    form.add_row("links", kind="video", title="Recording", address="https://example.org/video")
    form.add_row("relations", kind="follows-up-on", target=first.pk)
    form.add_row("sessions", kind="opening", title="Opening")
    form.add_row("sessions", kind="closing", title="Closing", date="2019-09-04")
    send(form, "_publish")
    conference = Conference.objects.get(slug="minsk-2019")

    release = link_to_add(staff, conference, "Add opening release")
    form = AdminForm(staff, release).fill(title="It opens", body="<p>Opening.</p>", hashtags="#CT")
    send(form.add_row("issuers", organization=office.pk), "_publish")
    release = link_to_add(staff, conference, "Add closing release")
    send(AdminForm(staff, release).fill(title="It closes", body="<p>Closing.</p>"), "_publish")
    summary = link_to_add(staff, conference, "Add co-chairs’ summary")
    send(AdminForm(staff, summary).fill(title="Summary", external_url="https://example.org/summary.pdf"), "_publish")
    statement = link_to_add(staff, conference, "Add statements")
    form = AdminForm(staff, statement).fill(title="Remarks", body="<p>Thanks.</p>")
    send(form.add_row("deliveries", person=minister.pk, title="Minister"), "_publish")

    closing = Document.objects.get(occasion="closing", kind="press-release")
    page = AdminForm(staff, f"/admin/documents/pressrelease/{closing.pk}/language/ru/")
    send(page.fill(title="Закрытие", body="<p>Закрылась.</p>", ready="on"), "_publish_language")

    assert len(submissions) <= 8
    editions = {edition.slug: edition.data for edition in Edition.objects.public(epoch.now()).of("document")}
    assert sorted(editions) == ["it-closes", "it-opens", "remarks", "summary"]
    assert editions["it-closes"]["title"] == {"en": "It closes", "ru": "Закрытие"}
    assert (editions["it-opens"]["occasion"], editions["it-opens"]["date"]) == ("opening", "2019-09-03")
    assert (editions["it-closes"]["dateline"], editions["it-closes"]["place"]) == (
        {"en": "Minsk, 4 September 2019"},
        {"en": "Minsk"},
    )
    assert [entry["title"] for entry in editions["remarks"]["delivered_by"]] == [{"en": "Minister"}]
    public = Edition.objects.public(epoch.now()).get(uid=conference.uid).data
    assert [topic["title"] for topic in public["main_topics"]] == [
        {"en": "Exploitation"},
        {"en": "Countering it"},
        {"en": "Cooperation"},
    ]
    assert [(entry["ordinal"], entry["name"]) for entry in public["series"]] == [(4, {"en": "Regional conferences"})]
    assert [(entry["kind"], entry["date"]) for entry in public["sessions"]] == [
        ("closing", "2019-09-04"),
        ("opening", None),
    ]
    assert [(entry["role"], entry["name"]["en"]) for entry in public["people"]] == [
        ("chair", "The head"),
        ("opening-speaker", "The president"),
    ]


def test_the_forms_have_no_row_in_which_there_is_nothing_to_say(staff):
    conference, document = make_conference(), make_document()
    conference.sessions.create(title_en="Opening")
    forms = [
        AdminForm(staff, "/admin/conferences/conference/add/"),
        AdminForm(staff, address(conference)),
        AdminForm(staff, address(conference.sessions.get())),
        AdminForm(staff, "/admin/documents/statement/add/"),
        AdminForm(staff, f"/admin/documents/pressrelease/{document.pk}/change/"),
    ]
    rows = [
        {name.removesuffix("-TOTAL_FORMS"): form.values[name] for name in form.values if name.endswith("-TOTAL_FORMS")}
        for form in forms
    ]

    assert [len(each) for each in rows] == [12, 12, 4, 4, 4]
    found = [{prefix: total for prefix, total in each.items() if total != "0"} for each in rows]
    assert found == [{}, {"sessions": "1"}, {}, {}, {}]


def test_the_panel_shows_what_exists_and_what_is_missing(staff):
    conference = make_conference()
    make_document(conference, "It opens", occasion="opening")
    remarks = make_document(conference, "Closing remarks", kind="statement", occasion="closing")
    Document.objects.filter(pk=remarks.pk).update(also_serves_as="co-chairs-summary")

    rows = staff.get(address(conference)).context["portal"]["dossier"]

    assert [(str(row["part"]), row.get("title"), row.get("add_label")) for row in rows] == [
        ("Conference text", None, None),
        ("Opening release", "It opens", None),
        ("Closing release", None, "Add closing release"),
        ("Co-chairs’ summary", "Closing remarks", None),
        ("Photos", None, "Add photos"),
    ]


def test_an_expected_document_is_a_row_of_its_conference(staff):
    conference = make_conference()
    form = AdminForm(staff, address(conference)).add_row(
        "expected_documents", title="Detailed report", date="2022-11-01"
    )
    assert form.press("_continue").status_code == 302
    row = conference.expected_documents.get()
    page = AdminForm(staff, address(conference, "language", "ru"))

    page.fill(**{f"expecteddocument-{row.pk}-title": "Подробный доклад", "title": "Заголовок"}).press("_save")

    row.refresh_from_db()
    assert (row.kind, row.date_precision, row.title_en, row.title_ru) == (
        "report",
        "month",
        "Detailed report",
        "Подробный доклад",
    )


def test_a_language_page_of_a_document_has_the_titles_of_the_people_it_names(staff):
    document = make_document(kind="statement", delivered_by=make_person(), delivered_title="Minister")
    row, mention = document.deliveries.get(), document.mentions.create(person=make_person(), title_en="President")
    page = AdminForm(staff, f"/admin/documents/statement/{document.pk}/language/ru/")

    page.fill(
        **{f"delivery-{row.pk}-title": "Министр", f"mention-{mention.pk}-title": "Президент", "title": "Речь"}
    ).press("_save")

    row.refresh_from_db()
    mention.refresh_from_db()
    assert [(each.title_en, each.title_ru) for each in (row, mention)] == [
        ("Minister", "Министр"),
        ("President", "Президент"),
    ]


def test_a_language_page_writes_that_language_and_nothing_else(staff):
    conference = make_conference(city_en="Minsk")
    topic = conference.main_topics.create(title_en="A topic", title_fr="Un sujet")
    page = AdminForm(staff, address(conference, "language", "ru"))
    # Meanwhile another translator and an editor save.
    Conference.objects.update(city_fr="Minsk (fr)", venue_en="Palace")
    conference.texts.create(language="fr", title="Une conférence")

    values = {f"conference-{conference.pk}-city": "Минск", f"maintopic-{topic.pk}-title": "Тема", "title": "Заголовок"}
    response = page.fill(**values).press("_save")

    conference.refresh_from_db()
    topic.refresh_from_db()
    assert response.status_code == 302
    assert [conference.city_ru, conference.city_fr, conference.city_en, conference.venue_en] == [
        "Минск",
        "Minsk (fr)",
        "Minsk",
        "Palace",
    ]
    assert (topic.title_ru, topic.title_en, topic.title_fr) == ("Тема", "A topic", "Un sujet")
    texts = {row.language: (row.title, row.ready) for row in conference.texts.all()}
    assert texts == {"en": ("A conference", True), "fr": ("Une conférence", False), "ru": ("Заголовок", False)}


def test_a_language_is_published_ahead_of_the_rest(staff):
    conference = make_conference(title="A conference", city_en="Minsk")
    publish(conference, by=make_user())
    Conference.objects.update(venue_en="Not public yet")
    page = AdminForm(staff, address(conference, "language", "ru")).fill(title="Конференция", ready="on")

    assert page.press("_publish_language").status_code == 302

    edition = Edition.objects.public(epoch.now()).get(uid=conference.uid)
    assert (edition.data["title"], edition.data["venue"]) == ({"en": "A conference", "ru": "Конференция"}, {})
    assert edition.minor


def test_a_language_that_is_not_ready_is_not_published_and_nothing_typed_is_lost(staff):
    conference = make_conference()
    publish(conference, by=make_user())
    page = AdminForm(staff, address(conference, "language", "ru")).fill(title="Конференция")

    response = page.press("_publish_language")

    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {"ready": ["This language is not marked as ready."]}
    assert "Конференция" in response.content.decode()
    assert conference.texts.count() == 1


def test_a_language_refused_for_want_of_a_reason_is_published_once_that_is_given(staff):
    conference = make_conference()
    publish(conference, by=make_user())
    page = AdminForm(staff, address(conference, "language", "ru"))
    page.fill(title="Конференция", ready="on", alone_reason=None)

    response = page.press("_publish_language")

    # Not that the record has changed since: what was written of it before the refusal is taken back.
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["alone_reason"])
    assert (
        page.again(response).fill(alone_reason="Nobody else reads Russian").press("_publish_language").status_code
        == 302
    )
    assert Edition.objects.public(epoch.now()).get(uid=conference.uid).data["title"]["ru"] == "Конференция"


def test_the_original_stands_beside_the_translation(staff):
    conference = make_conference(city_en="Minsk")
    conference.texts.update(description="<h2>About</h2><p>Two days.</p>")

    html = staff.get(address(conference, "language", "ar")).content.decode()

    assert "<h2>About</h2>" in html
    assert re.search(r'<textarea[^>]*name="description"[^>]*lang="ar"[^>]*dir="rtl"', html)


def test_the_page_of_the_original_language_is_the_form_itself(staff):
    conference = make_conference(language="ru")

    response = staff.get(address(conference, "language", "ru"))

    assert (response.status_code, response["Location"]) == (302, address(conference))


def test_an_unknown_language_has_no_page(staff):
    assert staff.get(address(make_conference(), "language", "de")).status_code == 404


def test_a_session_has_its_own_page_with_people_and_organizations(staff):
    conference = make_conference(language="ru")
    person = make_person()
    add = f"/admin/conferences/session/add/?conference={conference.pk}"
    form = AdminForm(staff, add).fill(kind="opening", title="Открытие", date="2019-09-03", start_time="10:00")
    form.add_row("appearances", person=person.pk, role="opening-speaker", title="Министр")

    response = form.press("_save")

    session = conference.sessions.get()
    assert response["Location"] == f"{address(conference)}#sessions-group"
    assert (session.title_ru, session.title_en) == ("Открытие", None)
    assert session.appearances.get().title_ru == "Министр"
    before = conference.draft_sha256
    conference.refresh_from_db()
    assert conference.draft_sha256 != before


@pytest.mark.slow
def test_a_conference_with_forty_sessions_is_saved(staff):
    conference = make_conference()
    for number in range(40):
        conference.sessions.create(title_en=f"Session {number}", order=number)
    for number in range(30):
        conference.appearances.create(person=make_person(f"Person {number}"))
    form = AdminForm(staff, address(conference)).fill(**{"sessions-39-title": "The last"})

    assert form.press("_continue").status_code == 302
    assert conference.sessions.last().title_en == "The last"


# Sessions that documents name


def test_a_session_does_not_move_while_documents_name_it(staff):
    before, after = make_conference(name="Minsk"), make_conference(name="Nairobi")
    session = before.sessions.create(title_en="Opening")
    document = make_document(before, "Closing remarks", session=session)

    form = AdminForm(staff, address(session)).fill(conference=str(after.pk), title="Typed")
    response = form.press("_save")

    text = (
        "It cannot be moved while documents refer to it: Document: Closing remarks. First remove it from them, or move "
        "them to the other conference without it."
    )
    assert (response.status_code, errors_of(response)) == (422, {"conference": [text]})
    assert form.again(response).values["title"] == "Typed"
    session.refresh_from_db()
    assert (session.conference, session.title_en) == (before, "Opening")
    document.clean()


def test_a_session_that_no_document_names_any_more_moves(staff):
    before, after = make_conference(), make_conference()
    session = before.sessions.create(title_en="Opening")
    document = make_document(before, session=session)
    form = AdminForm(staff, address(session)).fill(conference=str(after.pk))
    Document.objects.filter(pk=document.pk).update(session=None)

    assert form.press("_save").status_code == 302

    session.refresh_from_db()
    assert session.conference == after


def test_a_session_that_documents_name_is_changed_where_it_is(staff):
    conference = make_conference()
    session = conference.sessions.create(title_en="Opening")
    make_document(conference, session=session)

    assert AdminForm(staff, address(session)).fill(room="Hall A").press("_save").status_code == 302


def test_a_contributor_is_told_the_number_of_documents_of_others_and_not_their_names(client, db):
    contributor = make_account("contributor")
    client.force_login(contributor)
    before, after = make_conference(created_by=contributor), make_conference(created_by=contributor)
    session = before.sessions.create(title_en="Opening")
    make_document(before, "Mine", session=session, created_by=contributor)
    for number in range(2):
        make_document(before, f"Canary {number}", slug=f"canary-{number}", session=session)

    response = AdminForm(client, address(session)).fill(conference=str(after.pk)).press("_save")

    (text,) = errors_of(response)["conference"]
    assert "Document: Mine, 2 records you cannot open. " in text
    assert "anary" not in response.content.decode()


def test_a_document_has_changed_once_its_session_is_deleted_in_the_table_of_the_conference(staff):
    conference = make_conference()
    session = conference.sessions.create(title_en="Opening")
    document = make_document(conference, session=session)
    refresh_draft(document)
    before = document.draft_sha256

    AdminForm(staff, address(conference)).fill(**{"sessions-0-DELETE": "on"}).press("_continue")

    document.refresh_from_db()
    assert document.session is None
    assert document.draft_sha256 != before
