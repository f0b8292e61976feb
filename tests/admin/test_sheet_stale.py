"""Two photo editors at one contact sheet: nothing typed is lost, nothing saved is overwritten unseen, nothing is published unread."""

import json
from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.test import Client

from conferences.models import Photo
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, withdraw
from ctportal.staff import presence
from tests.admin.forms import AdminForm, delete
from tests.admin.test_photos import said, sheet
from tests.admin.test_stale import conflicts
from tests.factories import make_account, make_conference, make_person, make_photo, make_stored_file, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def conference():
    return make_conference()


@pytest.fixture
def photos(conference):
    """Three photos: a.jpg, b.jpg, c.jpg."""
    photos = [make_photo(conference, order=n, caption_en=f"Caption {name}") for n, name in enumerate("abc", start=1)]
    for photo, name in zip(photos, "abc", strict=True):
        photo.file.name = f"{name}.jpg"
        photo.file.save()
    return photos


@pytest.fixture
def other():
    """A second client, signed in as a photo editor."""
    client = Client()
    client.force_login(make_account("photo editor", "olga", first_name="Olga"))
    return client


def field(photo, name):
    return f"photo-{photo.pk}-{name}"


def order(conference):
    return [photo.file.name[0] for photo in conference.photos.order_by("order", "pk")]


# Texts


def test_the_second_to_save_sees_both_texts_per_photo_and_field_and_chooses(staff, other, conference, photos):
    first, second, _third = photos
    mine = AdminForm(staff, sheet(conference))
    theirs = {field(first, "caption"): "Theirs", field(first, "credit"): "Reuters", field(second, "caption"): "Theirs"}
    AdminForm(other, sheet(conference)).fill(**theirs).press("_save")

    response = mine.fill(**{field(first, "caption"): "Mine", field(second, "alt_text"): "Mine"}).press("_save")

    assert response.status_code == 422
    assert conflicts(response) == [
        (field(first, "caption"), "Theirs", "Mine", ""),
        (field(first, "credit"), "Reuters", "Somebody", "theirs"),
        (field(second, "caption"), "Theirs", "Caption b", "theirs"),
    ]
    assert response.context["portal"]["conflicts"][0].label == "1. a.jpg: Caption"
    assert response.context["portal"]["saved_by"][0] == "Olga"
    page = mine.again(response)
    assert page.values[field(first, "caption")] == page.values[field(second, "alt_text")] == "Mine"
    page.fill(**{f"choose-{name}": "theirs" for name in page.values["asked"]})
    page.fill(**{f"choose-{field(first, 'caption')}": "mine"})
    assert page.press("_save").status_code == 302
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.caption_en, first.credit) == ("Mine", "Reuters")
    assert (second.caption_en, second.alt_text_en) == ("Theirs", "Mine")


def test_without_an_answer_the_question_comes_again(staff, other, conference, photos):
    name = field(photos[0], "caption")
    mine = AdminForm(staff, sheet(conference))
    AdminForm(other, sheet(conference)).fill(**{name: "Theirs"}).press("_save")
    page = mine.again(mine.fill(**{name: "Mine"}).press("_save"))

    response = page.press("_save")

    assert (response.status_code, conflicts(response)) == (422, [(name, "Theirs", "Mine", "")])
    photos[0].refresh_from_db()
    assert photos[0].caption_en == "Theirs"


def test_a_photo_in_which_nothing_was_typed_is_not_asked_about_nor_written_but_shown_as_saved(
    staff, other, conference, photos
):
    first, second, _third = photos
    mine = AdminForm(staff, sheet(conference))
    theirs = {field(first, "caption"): "Theirs", field(first, "decorative"): "on", field(second, "caption"): "Theirs"}
    AdminForm(other, sheet(conference)).fill(**theirs).press("_save")

    # Refused for another photo, so that the page is shown again, and then saved.
    response = mine.fill(**{field(photos[2], "caption"): "x" * 1001}).press("_save")
    page = mine.again(response)
    assert page.values[field(first, "caption")] == "Theirs"
    assert page.values[field(first, "decorative")] == "on"
    assert page.fill(**{field(photos[2], "caption"): "Mine"}).press("_save").status_code == 302

    assert list(conference.photos.order_by("pk").values_list("caption_en", "decorative")) == [
        ("Theirs", True), ("Theirs", False), ("Mine", False),
    ]  # fmt: skip


def test_a_photo_saved_on_its_own_form_meanwhile_is_asked_about(staff, other, conference, photos):
    mine = AdminForm(staff, sheet(conference))
    own = f"/admin/conferences/photo/{photos[0].pk}/change/"
    AdminForm(other, own).fill(caption="Theirs").press("_continue")

    response = mine.fill(**{field(photos[0], "caption"): "Mine"}).press("_save")

    assert conflicts(response) == [(field(photos[0], "caption"), "Theirs", "Mine", "")]


def test_who_typed_the_same_is_not_asked(staff, other, conference, photos):
    mine = AdminForm(staff, sheet(conference))
    values = {field(photos[0], "caption"): "The same"}
    AdminForm(other, sheet(conference)).fill(**values).press("_save")

    assert mine.fill(**values).press("_save").status_code == 302


def test_people_are_compared_by_their_names(staff, other, conference, photos):
    ann, bob, cem = (make_person(name) for name in ("Ann", "Bob", "Cem"))
    photos[0].people.add(ann)
    mine = AdminForm(staff, sheet(conference))
    AdminForm(other, sheet(conference)).fill(**{field(photos[0], "people"): [str(bob.pk)]}).press("_save")

    response = mine.fill(**{field(photos[0], "people"): [str(ann.pk), str(cem.pk)]}).press("_save")

    assert conflicts(response) == [(field(photos[0], "people"), "Bob", "Ann, Cem", "")]
    page = mine.again(response).fill(**{f"choose-{field(photos[0], 'people')}": "theirs"})
    assert page.press("_save").status_code == 302
    assert list(photos[0].people.all()) == [bob]


def test_lines_of_a_caption_are_no_change(staff, conference, photos):
    Photo.objects.filter(pk=photos[0].pk).update(caption_en="Two\nlines")
    form = AdminForm(staff, sheet(conference))
    form.fill(**{field(photos[0], "caption"): "Two\r\nlines"})  # as browsers send them

    assert said(form.press("_save")) == ["Nothing was changed."]


def test_two_translators_at_one_sheet_and_two_languages_that_never_meet(staff, other, conference, photos):
    name = field(photos[0], "caption")
    mine, french = (AdminForm(client, sheet(conference, "?language=fr")) for client in (staff, other))
    AdminForm(other, sheet(conference, "?language=ru")).fill(**{name: "Открытие"}).press("_save")
    french.fill(**{name: "L’ouverture"}).press("_save")

    response = mine.fill(**{name: "Le début"}).press("_save")

    assert conflicts(response) == [(name, "L’ouverture", "Le début", "")]
    mine.again(response).fill(**{f"choose-{name}": "mine"}).press("_save")
    photos[0].refresh_from_db()
    assert (photos[0].caption_fr, photos[0].caption_ru) == ("Le début", "Открытие")


@pytest.mark.parametrize("opened", ["", "no json", "[1]", json.dumps({"order": 1, "featured": []})])
def test_a_page_that_does_not_say_what_it_was_opened_with_overwrites_nothing(staff, conference, photos, opened):
    page = AdminForm(staff, sheet(conference))
    page.fill(**{field(photos[0], "caption"): "Mine", field(photos[2], "number"): "1", "featured": str(photos[1].pk)})

    response = page.fill(opened=opened).press("_save")

    assert response.status_code == 422
    assert [name for name, *_rest in conflicts(response)] == ["order", "featured", field(photos[0], "caption")]
    assert order(conference) == ["a", "b", "c"]
    assert not Photo.objects.filter(featured=True).exists()


# Order, and the featured photo


@pytest.mark.parametrize(("choice", "result"), [("theirs", "bca"), ("mine", "cba")])
def test_who_moves_photos_that_somebody_else_has_moved_is_asked_once(staff, other, conference, photos, choice, result):
    a, _b, c = photos
    mine = AdminForm(staff, sheet(conference))
    AdminForm(other, sheet(conference)).fill(**{field(a, "number"): "3"}).press("_save")
    assert order(conference) == ["b", "c", "a"]

    response = mine.fill(**{field(c, "number"): "1", field(a, "caption"): "Typed"}).press("_save")

    assert conflicts(response) == [("order", "2. c.jpg", "1. c.jpg", "")]
    page = mine.again(response)
    assert page.press("_save").status_code == 422  # without an answer
    assert page.fill(**{"choose-order": choice}).press("_save").status_code == 302
    assert "".join(order(conference)) == result
    a.refresh_from_db()
    assert a.caption_en == "Typed"


def test_who_moves_nothing_keeps_the_order_of_the_other(staff, other, conference, photos):
    mine = AdminForm(staff, sheet(conference))
    AdminForm(other, sheet(conference)).fill(**{field(photos[2], "number"): "1"}).press("_save")

    refused = mine.fill(**{field(photos[0], "caption"): "x" * 1001}).press("_save")
    page = mine.again(refused)
    assert [row.shown_number for row in refused.context["rows"]] == [1, 2, 3]
    assert page.values[field(photos[2], "number")] == "1"
    assert page.fill(**{field(photos[0], "caption"): "Mine"}).press("_save").status_code == 302

    assert order(conference) == ["c", "a", "b"]


def test_photos_that_were_added_meanwhile_are_no_other_order(staff, conference, photos):
    mine = AdminForm(staff, sheet(conference)).fill(**{field(photos[1], "number"): "1"})
    make_photo(conference, order=4, file=make_stored_file("d.jpg"))

    assert mine.press("_save").status_code == 302
    assert order(conference) == ["b", "a", "c", "d"]


@pytest.mark.parametrize(("choice", "stays"), [("theirs", 1), ("mine", 2)])
def test_who_features_another_photo_than_somebody_else_is_asked(staff, other, conference, photos, choice, stays):
    mine = AdminForm(staff, sheet(conference))
    AdminForm(other, sheet(conference)).fill(featured=str(photos[1].pk)).press("_save")

    response = mine.fill(featured=str(photos[2].pk)).press("_save")

    assert conflicts(response) == [("featured", "2. b.jpg", "3. c.jpg", "")]
    page = mine.again(response)
    assert page.values["featured"] == str(photos[2].pk)
    assert page.fill(**{"choose-featured": choice}).press("_save").status_code == 302
    assert list(conference.photos.filter(featured=True)) == [photos[stays]]


def test_who_features_nothing_new_keeps_the_choice_of_the_other(staff, other, conference, photos):
    mine = AdminForm(staff, sheet(conference))
    AdminForm(other, sheet(conference)).fill(featured=str(photos[1].pk)).press("_save")

    page = mine.again(mine.fill(**{field(photos[0], "caption"): "x" * 1001}).press("_save"))
    assert page.values["featured"] == str(photos[1].pk)
    page.fill(**{field(photos[0], "caption"): "Mine"}).press("_save")

    assert list(conference.photos.filter(featured=True)) == [photos[1]]


# Photos that are gone


def test_a_photo_deleted_meanwhile_is_told_with_what_was_typed_in_it(staff, other, conference, photos):
    mine = AdminForm(staff, sheet(conference))
    for photo in photos[:2]:
        delete(other, f"/admin/conferences/photo/{photo.pk}/delete/")
    values = {field(photos[0], "caption"): "Typed <b>in vain</b>", field(photos[2], "caption"): "Mine"}

    response = mine.fill(**values).press("_save")

    assert said(response) == [
        (
            "2 photos have since been deleted.Your unsaved text, Caption: Typed &lt;b&gt;in vain&lt;/b&gt;"
        ),
        "1 photo is changed.",
    ]  # fmt: skip
    photos[2].refresh_from_db()
    assert photos[2].caption_en == "Mine"


def test_it_is_told_too_where_the_page_is_refused_for_something_else(staff, other, conference, photos):
    mine = AdminForm(staff, sheet(conference))
    delete(other, f"/admin/conferences/photo/{photos[0].pk}/delete/")

    response = mine.fill(
        **{field(photos[0], "caption"): "Typed in vain", field(photos[2], "caption"): "x" * 1001}
    ).press("_save")

    assert response.status_code == 422
    assert "Your unsaved text, Caption: Typed in vain" in response.content.decode()


def test_a_photo_withdrawn_meanwhile_is_told_once(staff, conference, photos):
    for record in (conference, *photos[:2]):
        publish(record, by=make_user())
    withdraw(photos[0], by=make_user(), reason="Long ago")
    mine = AdminForm(staff, sheet(conference))
    withdraw(photos[1], by=make_user(), reason="Meanwhile")

    refused = mine.fill(**{field(photos[1], "caption"): "x" * 1001}).press("_save")
    told = "“2. b.jpg” has since been withdrawn."
    assert told in refused.content.decode()
    response = mine.again(refused).fill(**{field(photos[1], "caption"): "Mine"}).press("_save")

    assert said(response) == ["1 photo is changed."]


# Actions

REFUSED = "These photos or the conference have changed since you opened this page. Check them again."


def changes(conference, photo, other):
    """{what may happen meanwhile: a function that does it}."""
    own = f"/admin/conferences/photo/{photo.pk}/change/"
    return {
        "a text": lambda: (
            AdminForm(other, sheet(conference)).fill(**{field(photo, "caption"): "Unread"}).press("_save")
        ),
        "a photo added": lambda: make_photo(conference),
        "submitted": lambda: AdminForm(other, own).press("_submit"),
        "published": lambda: publish(photo, by=make_user()),
        "the conference": lambda: publish(conference, by=make_user()),
    }


@pytest.mark.slow
@pytest.mark.parametrize("what", ["a text", "a photo added", "submitted", "published", "the conference"])
@pytest.mark.parametrize("button", ["_publish_ready", "_publish_conference"])
def test_the_buttons_that_publish_are_refused_on_a_stale_page(staff, other, conference, photos, what, button):
    publish(conference, by=make_user())
    mine = AdminForm(staff, sheet(conference)).fill(**{field(photos[0], "caption"): "Typed"})
    mine.buttons.append(button)  # whether it is shown or not
    changes(conference, photos[2], other)[what]()
    before = list(Edition.objects.order_by("pk").values_list("pk", flat=True))

    response = mine.press(button)

    assert (response.status_code, response.context["problem"]) == (422, REFUSED)
    assert list(Edition.objects.order_by("pk").values_list("pk", flat=True)) == before
    photos[0].refresh_from_db()
    assert photos[0].caption_en == "Caption a"
    page = mine.again(response)
    assert page.values[field(photos[0], "caption")] == "Typed"
    if what == "a text":
        assert page.values[field(photos[2], "caption")] == "Unread"
    assert page.press("_publish_ready").status_code == 302
    assert Edition.objects.public(epoch.now()).get(uid=photos[0].uid).data["caption"] == {"en": "Typed"}


def test_the_pages_on_which_two_people_meet_are_valid_html(staff, other, conference, photos, html_errors):
    for record in (conference, *photos):
        publish(record, by=make_user())
    versions = f"/admin/conferences/photo/{photos[0].pk}/versions/"
    mine = AdminForm(staff, sheet(conference)).fill(**{field(photos[0], "caption"): "Mine"})
    theirs = {field(photos[0], "caption"): "Theirs", "featured": str(photos[1].pk)}
    AdminForm(other, sheet(conference)).fill(**theirs).press("_save")
    pages = {
        "choices": mine.press("_publish_ready"),
        "versions": staff.get(versions),
        "comparison": staff.get(f"{versions}compare/"),
        "no comparison": staff.get(f"{versions}compare/?from=x"),
    }
    assert [response.status_code for response in pages.values()] == [422, 200, 200, 404]

    errors = html_errors({name: response.content.decode() for name, response in pages.items()})
    # What Django's own template writes: the rows of the side bar.
    assert [error for error in errors if "A table row was 2 columns wide" not in error] == []


def test_what_one_types_and_saves_oneself_makes_no_page_stale(staff, conference, photos):
    publish(conference, by=make_user())
    form = AdminForm(staff, sheet(conference)).fill(**{field(photos[0], "caption"): "Mine"})

    assert form.press("_publish_ready").status_code == 302
    assert Edition.objects.public(epoch.now()).of("photo").count() == 3


def test_who_is_told_that_nothing_was_saved_saved_nothing(staff, conference, photos, monkeypatch):
    monkeypatch.setattr(presence, "note_saving", Mock(side_effect=OperationalError))
    staff.raise_request_exception = False

    response = AdminForm(staff, sheet(conference)).fill(**{field(photos[0], "caption"): "New"}).press("_save")

    photos[0].refresh_from_db()
    assert (response.status_code, photos[0].caption_en) == (503, "Caption a")
