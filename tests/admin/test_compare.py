"""The comparison of a draft with what is public, and of any two editions: what it marks, what it leaves out, and for whom."""

from datetime import timedelta

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition, EpochMark
from ctportal.publishing.services import publish, unschedule_all, withdraw
from ctportal.staff.draft_changes import name_of_field
from ctportal.workflow import review
from ctportal.workflow.sealing import seal
from documents.models import Document
from tests.admin.test_forms import address
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_series,
    make_user,
)
from tests.web.test_history import marked, section, text_of

pytestmark = pytest.mark.django_db
CANARY = "Canary-4711"


@pytest.fixture
def by():
    return make_user()


def compare(record):
    return address(record, "compare")


def told(response):
    """[(field, what is removed, what is added)] of the page."""
    assert response.status_code == 200, response.context["error"]
    found = []
    for row in section(response, "changes").split("<dt>")[1:]:
        name, _end, said = row.partition("</dt>")
        said = said.replace('<span class="hidden">', '<span class="hidden" >')
        found.append((text_of(name), marked(said, "del"), marked(said, "ins")))
    return found


def editions(record):
    return list(Edition.objects.filter(uid=record.uid).order_by("public_from", "pk"))


# What is compared


def test_by_default_what_is_public_is_compared_with_the_draft(staff, by):
    conference = make_conference("Countering terrorism", slug="minsk", venue_en="Palace")
    publish(conference, by=by)
    conference.texts.update(title="Preventing terrorism")
    conference.slug, conference.venue_en = "minsk-2019", "Hotel"
    conference.save()

    response = staff.get(compare(conference))

    assert told(response) == [
        ("Web address", ["minsk"], ["minsk-2019"]),
        ("Title (English)", ["Countering"], ["Preventing"]),
        ("Venue (English)", ["Palace"], ["Hotel"]),
    ]
    assert response.context["heading"].startswith("From “Version 1, public from ")
    assert response.context["heading"].endswith("to “Draft”")


def test_documents_and_photos_are_compared_too(staff, by):
    conference = make_conference()
    document, photo = make_document(conference, "A speech", body="<p>Ten words of it.</p>"), make_photo(conference)
    for record in (conference, document, photo):
        publish(record, by=by)
    document.versions.update(body="<p>Two words of it.</p>")
    photo.credit = "Somebody else"
    photo.save()

    assert told(staff.get(compare(document))) == [("Text (English)", ["Ten"], ["Two"])]
    [(field, removed, added)] = told(staff.get(compare(photo)))
    assert (field, removed, added) == ("Credit", [], ["else"])


@pytest.mark.parametrize("make", [make_person, make_organization, make_series])
def test_the_vocabulary_is_compared_too(staff, by, make):
    entry, conference = make("The old name"), make_conference()
    if make is make_person:
        conference.appearances.create(person=entry)
    elif make is make_organization:
        conference.organization_roles.create(organization=entry)
    else:
        conference.series_entries.create(series=entry)
    publish(conference, by=by)
    entry.name_en = "The new name"
    entry.save()

    assert told(staff.get(compare(entry))) == [("Name (English)", ["old"], ["new"])]


def test_any_two_editions_are_compared_the_unscheduled_and_the_one_to_come_included(staff, by, frozen_clock):
    conference = make_conference("First")
    publish(conference, by=by)
    for title in ("Unscheduled", "To come"):
        conference.texts.update(title=title)
        publish(conference, by=by, at=frozen_clock.now + timedelta(days=1))
        if title == "Unscheduled":
            unschedule_all([conference], by=by)
    first, *others = editions(conference)
    unscheduled, to_come = sorted(others, key=lambda edition: edition.pk)
    page = compare(conference)

    found = {
        pair: told(staff.get(page, {"from": pair[0], "to": pair[1]}))
        for pair in ((first.pk, to_come.pk), (unscheduled.pk, to_come.pk), (to_come.pk, first.pk), ("draft", first.pk))
    }

    assert found == {
        (first.pk, to_come.pk): [("Title (English)", ["First"], ["To come"])],
        (unscheduled.pk, to_come.pk): [("Title (English)", ["Unscheduled"], ["To come"])],
        (to_come.pk, first.pk): [("Title (English)", ["To come"], ["First"])],
        ("draft", first.pk): [("Title (English)", ["To come"], ["First"])],
    }
    assert told(staff.get(page)) == [("Title (English)", ["First"], ["To come"])]


def test_what_was_withdrawn_is_compared_with_the_draft(staff, by, frozen_clock):
    conference = make_conference("Before")
    publish(conference, by=by)
    frozen_clock.tick()
    withdraw(conference, by=by, reason="A mistake")
    conference.texts.update(title="After")

    assert told(staff.get(compare(conference))) == [("Title (English)", ["Before"], ["After"])]


def test_a_scheduled_first_edition_is_compared_with_the_draft(staff, by, frozen_clock):
    conference = make_conference("As unscheduled")
    publish(conference, by=by, at=frozen_clock.now + timedelta(days=2))
    unschedule_all([conference], by=by)
    conference.texts.update(title="As approved")
    publish(conference, by=by, at=frozen_clock.now + timedelta(days=1))
    conference.texts.update(title="As corrected")

    assert told(staff.get(compare(conference))) == [("Title (English)", ["As approved"], ["As corrected"])]


def test_languages_of_the_draft_that_are_not_ready_are_named_and_not_compared(staff, by):
    conference = make_conference()
    publish(conference, by=by)
    conference.texts.create(language="ru", title="Название", ready=True)
    conference.texts.create(language="fr", title=CANARY, ready=False)

    response = staff.get(compare(conference))

    assert ("Title (Russian)", [], ["Название"]) in told(response)
    assert response.context["waiting"] == ["Français"]
    assert CANARY not in response.content.decode()


def test_where_nothing_differs_the_page_says_so(staff, by):
    conference = make_conference()
    publish(conference, by=by)

    response = staff.get(compare(conference))

    assert told(response) == []
    assert "Nothing shown on this page has changed." in section(response, "changes")


def test_a_record_that_was_never_published_has_nothing_to_compare_with(staff):
    response = staff.get(compare(make_conference()))

    assert told(response) == []
    assert "It was never published" in section(response, "changes")


def test_the_page_speaks_the_language_of_the_interface(staff, by):
    conference = make_conference(country="BY")
    publish(conference, by=by)
    conference.country = "KE"
    conference.save()
    staff.cookies["django_language"] = "ar"

    response = staff.get(compare(conference))

    assert told(response) == [("البلد", ["بيلاروس"], ["كينيا"])]
    assert '<html lang="ar" dir="rtl"' in response.content.decode()


# What it points to


def test_what_a_record_refers_to_is_compared_by_its_title_and_address(staff, by):
    before, after = (make_document(title="A resolution", slug=slug) for slug in ("old", "new"))
    conference = make_conference()
    reference = conference.references.create(document=before)
    publish(conference, by=by)
    reference.document = after
    reference.save()

    assert told(staff.get(compare(conference))) == [
        ("Reference documents", ["A resolution (old)"], ["A resolution (new)"])
    ]


def test_a_contributor_is_not_told_of_records_that_they_may_not_read(client, by):
    contributor = make_account("contributor")
    conference = make_conference(created_by=contributor)
    publish(conference, by=by)
    hidden, public = make_document(title=CANARY, slug="canary-4711"), make_document(title="A resolution", slug="known")
    publish(public, by=by)
    for document in (hidden, public):
        conference.references.create(document=document)
    client.force_login(contributor)

    response = client.get(compare(conference))

    assert told(response) == [("Reference documents", [], ["A resolution (known)"])]
    assert "4711" not in response.content.decode()
    hidden.created_by = contributor
    hidden.save()
    assert told(client.get(compare(conference)))[0][2] == [f"{CANARY} (canary-4711)", "A resolution (known)"]


# Who may, and what is refused


def test_to_a_contributor_the_record_of_somebody_else_never_was(client, by):
    conference = make_conference(CANARY)
    publish(conference, by=by)
    client.force_login(make_account("contributor"))

    there, none = (client.get(f"/admin/conferences/conference/{pk}/versions/compare/") for pk in (conference.pk, 999))

    assert (there.status_code, there.content) == (none.status_code, none.content)
    assert there.status_code == 404


def test_an_edition_of_another_record_cannot_be_asked_for(staff, by):
    mine, other = make_conference(), make_conference(CANARY)
    for conference in (mine, other):
        publish(conference, by=by)

    response = staff.get(compare(mine), {"from": editions(other)[0].pk})

    assert response.status_code == 404
    assert CANARY not in response.content.decode()


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("from=x", 404, "“x” is neither the draft nor an edition of this record. Choose two of those below."),
        ("to=99999999999999999999", 404, "“99999999999999999999” is neither"),
        ("from=%00&to=draft", 404, "is neither"),
        ("from=", 400, "Choose two of those below."),
        ("to=", 404, "“” is neither"),
        ("from=draft", 400, "You chose the same one twice. Choose two different ones."),
        ("from=" + "9" * 5000, 404, f"“{'9' * 40}” is neither"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_with_a_message(staff, by, query, status, message):
    conference = make_conference()
    publish(conference, by=by)

    response = staff.get(f"{compare(conference)}?{query}")

    assert response.status_code == status
    assert message in response.context["error"]
    assert response.context["error"] in text_of(response.content.decode())


def test_a_sealed_edition_says_so_and_cannot_be_chosen(staff, by, frozen_clock):
    conference = make_conference(CANARY)
    publish(conference, by=by)
    frozen_clock.tick()
    conference.texts.update(title="Another")
    publish(conference, by=by)
    frozen_clock.tick()
    first, second = editions(conference)
    seal(first, by=make_user("root", is_superuser=True), reason="A reason")

    response = staff.get(compare(conference), {"from": first.pk, "to": second.pk})

    assert response.status_code == 410
    assert "was sealed: its text is gone" in response.context["error"]
    assert CANARY not in response.content.decode()
    versions = staff.get(address(conference, "versions")).content.decode()
    assert f'name="from" value="{second.pk}"' in versions
    assert f'value="{first.pk}"' not in versions


def test_comparing_writes_nothing_and_is_kept_by_no_cache(staff, by):
    conference = make_conference()
    publish(conference, by=by)
    mark = EpochMark.objects.get().value

    response = staff.get(compare(conference))

    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert EpochMark.objects.get().value == mark


def test_a_comparison_takes_as_many_queries_for_few_rows_as_for_many(staff, by):
    conference = make_conference()
    conference.references.create(document=make_document())
    conference.sessions.create(title_en="A session").appearances.create(person=make_person())
    publish(conference, by=by)

    def queries():
        conference.references.create(document=make_document())
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(compare(conference)).status_code == 200
        return len(captured)

    few = queries()
    for number in range(4):
        conference.references.create(document=make_document(make_conference(), f"Document {number}"))
        conference.sessions.create(title_en="A session").appearances.create(person=make_person())
    assert queries() == few <= 41


# Where it is linked from


def test_the_versions_of_a_record_offer_the_choice_of_two(staff, by, frozen_clock):
    conference = make_conference()
    publish(conference, by=by)
    frozen_clock.tick()
    publish(conference, by=by)
    first, second = editions(conference)

    html = staff.get(address(conference, "versions")).content.decode()

    assert f'<form method="get" action="{compare(conference)}">' in html
    for key in ("draft", first.pk, second.pk):
        assert f'name="from" value="{key}"' in html
        assert f'name="to" value="{key}"' in html
    assert f'name="from" value="{second.pk}" checked' in html
    assert 'name="to" value="draft" checked' in html


def test_the_form_leads_to_the_comparison_where_something_has_changed_and_nowhere_else(staff, by, frozen_clock):
    conference = make_conference("Before")
    publish(conference, by=by)
    link = f'href="{compare(conference)}"'
    assert link not in staff.get(address(conference)).content.decode()

    conference.texts.update(title="After")
    review.submit(conference, by=make_account("editor"))
    refresh_draft(conference)
    html = staff.get(address(conference)).content.decode()
    assert f"{link}>Compare</a>" in html
    assert f"{link}>See what would change</a>" in html


def test_the_form_leads_to_what_a_scheduled_edition_will_change(staff, by, frozen_clock):
    conference = make_conference("Before")
    publish(conference, by=by)
    conference.texts.update(title="After")
    publish(conference, by=by, at=frozen_clock.now + timedelta(days=1))
    in_force, to_come = editions(conference)

    html = staff.get(address(conference)).text

    page = f"{compare(conference)}?from={in_force.pk}&to={to_come.pk}"
    assert f'<a href="{page.replace("&", "&amp;")}">See what will change at that time</a>' in html
    assert told(staff.get(page)) == [("Title (English)", ["Before"], ["After"])]


def test_the_release_of_a_dossier_leads_to_the_comparison_of_each_changed_part(staff, by):
    conference = make_conference("Before")
    changed, same, new = (make_document(conference, title) for title in ("Changed", "Same", "New"))
    for record in (conference, changed, same):
        publish(record, by=by)
    changed.versions.update(title="Changed since")

    rows = staff.get(address(conference, "release")).context["rows"]

    found = {row["part"].record.pk: row["compare"] for row in rows if row["part"].record.record_type == "document"}
    assert found == {changed.pk: compare(changed), same.pk: "", new.pk: ""}
    assert staff.get(compare(changed)).status_code == 200


@pytest.mark.parametrize(
    ("name", "called"), [("issued_by", "Publié par"), ("languages", "Langues"), ("date", "Date"), ("place", "Lieu")]
)
def test_a_field_is_called_as_in_the_language_of_the_interface(name, called):
    with translation.override("fr"):
        assert name_of_field(site.get_model_admin(Document), name) == called
