"""Series, themes, organizations and people: names, renaming everywhere, adding in place."""

import json
import re

import pytest
from django.contrib.admin import site
from django.template.loader import render_to_string
from django.test import Client

from conferences.models import Person
from ctportal.publishing import epoch
from ctportal.publishing.base_models import Stage
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.services import publish
from ctportal.staff.panel import newly_public
from ctportal.workflow import review
from tests.admin.forms import AdminForm, errors_of
from tests.admin.test_forms import address
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_series,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere():
    """A contributor, signed in on another machine, with a theme of their own that a conference in review names."""
    client, contributor = Client(), make_account("contributor")
    client.force_login(contributor)
    client.theme = make_theme("Borders", description_en="What was read", created_by=contributor)
    client.conference = make_conference()
    client.conference.themes.add(client.theme)
    for record in (client.theme, client.conference):
        refresh_draft(record)
    review.submit(client.conference, by=make_account("editor", "submitting"))
    return client


def opens(response):
    """(kind, name, description) of what the page says becomes public with the record."""
    return [
        (str(entry["kind"]), entry["name"], entry["description"])
        for entry in response.context["portal"]["newly_public"]
    ]


def test_an_entry_is_added_with_an_address_of_its_own(staff):
    form = AdminForm(staff, "/admin/conferences/person/add/")

    assert form.fill(name="Vladimir Voronkov").press("_continue").status_code == 302
    assert errors_of(form.fill(name="Владимир Воронков").press("_continue")) == {
        "slug": ["Use Latin letters for the address, such as minsk-2019."]
    }
    assert list(Person.objects.values_list("slug", "name_en")) == [("vladimir-voronkov", "Vladimir Voronkov")]


def test_an_entry_is_added_in_place(staff):
    form = AdminForm(staff, "/admin/conferences/person/add/?_popup=1")

    response = form.fill(name="A person").press("_save")

    assert response.status_code == 200
    answer = json.loads(response.context["popup_response_data"])
    assert answer == {"value": str(Person.objects.get().pk), "obj": "A person"}


def test_a_rename_stays_unpublished_until_it_is_published_everywhere(staff, frozen_clock):
    series = make_series("Regional conferences")
    conference = make_conference()
    conference.series_entries.create(series=series, ordinal=4)
    publish(conference, by=make_user())
    frozen_clock.tick()

    AdminForm(staff, address(series)).fill(name="Regional high-level conferences").press("_continue")
    assert Edition.objects.public(epoch.now()).get(uid=conference.uid).data["series"][0]["name"] == {
        "en": "Regional conferences"
    }
    frozen_clock.tick()

    response = AdminForm(staff, address(series)).press("_relabel")

    assert response.status_code == 302
    edition = Edition.objects.public(epoch.now()).get(uid=conference.uid)
    assert edition.data["series"][0]["name"] == {"en": "Regional high-level conferences"}
    assert edition.minor
    page = staff.get(address(series)).content.decode()
    assert "1 page that shows it has a new minor edition" in page


def test_a_renamed_and_published_entry_leaves_its_pages_unchanged_in_the_list(staff, frozen_clock):
    person = make_person("A person")
    conference = make_conference()
    publish(conference, by=make_user())
    document = make_document(conference, delivered_by=person)
    publish(document, by=make_user())
    frozen_clock.tick()

    AdminForm(staff, address(person)).fill(name="Another name").press("_relabel")

    assert staff.get("/admin/documents/document/?publication=public").context["cl"].result_count == 1


def test_an_entry_that_is_not_public_has_no_button_to_publish(staff):
    form = AdminForm(staff, address(make_person()))

    assert [name for name in form.buttons if name not in (None, "_continue")] == []


def test_every_language_of_an_entry_is_written_on_its_page(staff):
    person = make_person("Vladimir Voronkov")
    page = AdminForm(staff, address(person, "language", "ru"))

    page.fill(**{f"person-{person.pk}-name": "Владимир Воронков"}).press("_save")

    person.refresh_from_db()
    assert (person.name_en, person.name_ru, person.name_ar) == ("Vladimir Voronkov", "Владимир Воронков", None)


# What becomes public with a record


def test_the_approver_reads_what_becomes_public_with_the_record(staff, elsewhere):
    public = make_person("A public person")
    publish(make_document(delivered_by=public), by=make_user())
    elsewhere.conference.appearances.create(person=public, role="speaker")
    elsewhere.conference.sessions.create(title_en="Opening").appearances.create(
        person=make_person("<b>Ann</b> Speaker"), role="speaker"
    )

    response = staff.get(address(elsewhere.conference))

    assert opens(response) == [("theme", "Borders", "What was read"), ("person", "<b>Ann</b> Speaker", "")]
    page = response.content.decode()
    assert "What was read" in page
    assert "&lt;b&gt;Ann&lt;/b&gt; Speaker" in page
    assert re.search(rf'<a href="{address(elsewhere.theme)}"[^>]*><bdi>Borders</bdi></a>', page)


def test_who_may_not_approve_is_not_asked_to_read_it(client, elsewhere):
    client.force_login(make_account("editor"))

    response = client.get(address(elsewhere.conference))

    assert opens(response) == []
    assert "Also becomes public" not in response.content.decode()


def test_a_form_that_is_open_does_not_publish_words_saved_since(staff, elsewhere):
    form = AdminForm(staff, address(elsewhere.conference))
    entry = AdminForm(elsewhere, address(elsewhere.theme)).fill(name="CANARY")
    assert entry.press("_continue").status_code == 302

    assert form.press("_publish").status_code == 422
    assert not Edition.objects.exists()


def test_nor_a_description_saved_since_while_the_record_is_a_draft(staff, elsewhere):
    review.take_back(elsewhere.conference, by=make_account("editor", "submitting"))
    form = AdminForm(staff, address(elsewhere.conference))
    description = AdminForm(elsewhere, address(elsewhere.theme)).fill(description="CANARY")
    assert description.press("_continue").status_code == 302

    assert form.press("_publish").status_code == 422
    assert not Edition.objects.exists()
    assert AdminForm(staff, address(elsewhere.conference)).press("_publish").status_code == 302
    assert Edition.objects.public(epoch.now()).get(uid=elsewhere.theme.uid).data["description"] == {"en": "CANARY"}


def test_saving_an_entry_returns_what_is_in_review_and_saving_nothing_does_not(elsewhere):
    AdminForm(elsewhere, address(elsewhere.theme)).press("_continue")
    elsewhere.conference.refresh_from_db()
    assert elsewhere.conference.stage == Stage.REVIEW

    AdminForm(elsewhere, address(elsewhere.theme)).fill(description="Other words").press("_continue")
    elsewhere.conference.refresh_from_db()
    assert elsewhere.conference.stage == Stage.DRAFT


def test_translating_an_entry_returns_what_is_in_review(staff, elsewhere):
    page = AdminForm(staff, address(elsewhere.theme, "language", "fr"))

    page.fill(**{f"theme-{elsewhere.theme.pk}-name": "Frontières"}).press("_save")

    elsewhere.conference.refresh_from_db()
    assert elsewhere.conference.stage == Stage.DRAFT
    review.submit(elsewhere.conference, by=make_account("editor", "submitting"))
    assert not review.has_second_reader(elsewhere.conference, make_account("publisher", "editor"))


def test_the_page_of_a_release_tells_what_becomes_public_and_refuses_words_saved_since(staff, elsewhere):
    make_document(elsewhere.conference, delivered_by=make_person("Ann Speaker"))
    release = f"/admin/conferences/conference/{elsewhere.conference.pk}/release/"
    form = AdminForm(staff, release).fill(alone="At once")
    form.values["parts"] = [row["part"].key for row in form.response.context["rows"]]
    names = [entry["name"] for entry in form.response.context["newly_public"]]
    assert names == ["Ann Speaker", "Borders"]
    assert "What was read" in form.response.content.decode()

    AdminForm(elsewhere, address(elsewhere.theme)).fill(description="CANARY").press("_continue")

    assert form.press("_release").status_code == 422
    assert not Edition.objects.exists()


# Publishing a new name


@pytest.fixture
def public_person():
    person = make_person("Before")
    publish(make_document(delivered_by=person), by=make_user())
    return person


def test_ones_own_new_name_is_published_with_a_reason(staff, public_person):
    form = AdminForm(staff, address(public_person)).fill(name="After")
    form.press("_continue")
    form = AdminForm(staff, address(public_person)).fill(alone_reason=None)

    response = form.press("_relabel")
    assert response.status_code == 422
    assert list(response.context["adminform"].form.errors) == ["alone_reason"]
    assert "you edited it yourself" in response.content.decode()

    assert form.fill(alone_reason="Nobody else is here").press("_relabel").status_code == 302
    assert Edition.objects.public(epoch.now()).get(uid=public_person.uid).data["name"] == {"en": "After"}
    reasons = LedgerEntry.objects.filter(uid=public_person.uid).order_by("pk").values_list("reason", flat=True)
    assert list(reasons)[-1] == "Nobody else is here"


def test_a_new_name_that_somebody_else_has_saved_since_is_not_published(staff, public_person):
    colleague = Client()
    colleague.force_login(make_account("editor", "colleague"))
    AdminForm(colleague, address(public_person)).fill(name="Read").press("_continue")
    form = AdminForm(staff, address(public_person))
    french = AdminForm(colleague, address(public_person, "language", "fr"))
    assert french.fill(**{f"person-{public_person.pk}-name": "CANARY"}).press("_save").status_code == 302

    assert form.press("_relabel").status_code == 422
    assert Edition.objects.public(epoch.now()).get(uid=public_person.uid).data["name"] == {"en": "Before"}


def test_the_approver_sees_the_contact_that_becomes_public_too():
    office = make_organization("Office", contact="Ms Roe", contact_email="roe@example.org", contact_phone="+1 1")

    [seen] = newly_public(site, [office])

    assert seen["contact"] == "Ms Roe, roe@example.org, +1 1"
    html = render_to_string("admin/record/newly_public.html", {"newly_public": [seen], "heading_level": "h2"})
    assert "Contact: <bdi>Ms Roe, roe@example.org, +1 1</bdi>" in html
