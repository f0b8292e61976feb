"""Series, themes, organizations and people: names, renaming everywhere, adding in place."""

import json

from conferences.models import Person
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from tests.admin.forms import AdminForm, errors_of
from tests.admin.test_forms import address
from tests.factories import make_conference, make_document, make_person, make_series, make_user


def test_an_entry_is_added_with_an_address_of_its_own(staff):
    form = AdminForm(staff, "/admin/conferences/person/add/")

    assert form.fill(name="Vladimir Voronkov").press("_continue").status_code == 302
    assert errors_of(form.fill(name="Владимир Воронков").press("_continue")) == {
        "slug": ["Write the address in Latin letters, like minsk-2019."]
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
    assert Edition.objects.public().get(uid=conference.uid).data["series"][0]["name"] == {"en": "Regional conferences"}
    frozen_clock.tick()

    response = AdminForm(staff, address(series)).press("_relabel")

    assert response.status_code == 302
    edition = Edition.objects.public().get(uid=conference.uid)
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
