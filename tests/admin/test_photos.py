"""Photos in the admin: many files in one form, the contact sheet, the list."""

import io
import re
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from conferences.admin.sheet_changes import in_new_order
from conferences.models import Photo
from ctportal.files.models import StoredFile
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, withdraw
from tests.admin.forms import AdminForm
from tests.factories import make_account, make_conference, make_organization, make_person, make_photo, make_user
from tests.files.samples import picture, png

UPLOAD = "/admin/conferences/photo/upload/"
JSON = {"HTTP_ACCEPT": "application/json"}


def jpeg(name="hall.jpg", shade=0, **options):
    return SimpleUploadedFile(name, picture(size=(60 + shade, 40), **options), "image/jpeg")


def upload(client, conference, *pictures, extra=None, **values):
    data = {"conference": conference.pk, "pictures": list(pictures), "credit": "A. Photographer"} | values
    return client.post(UPLOAD, data, **(extra or {}))


def sheet(conference, query=""):
    return reverse("admin:conferences_conference_photos", args=[conference.pk]) + query


def names(conference):
    return [photo.file.name for photo in conference.photos.all()]


def said(response):
    """The messages that wait for the next page, without markup."""
    return [re.sub(r"<[^>]+>", "", str(message)) for message in response.wsgi_request._messages]


# Many files in one form


def test_several_pictures_become_photos_with_what_they_share(staff):
    conference = make_conference()

    response = upload(
        staff,
        conference,
        jpeg("one.jpg"),
        jpeg("two.jpg", 1),
        rights="Free use",
        taken_on="2019-09-03",
        place="Minsk",
    )

    assert (response.status_code, response["Location"]) == (302, sheet(conference))
    columns = ("file__name", "credit", "rights", "taken_on", "place_en", "order", "original_language")
    shared = ("A. Photographer", "Free use", date(2019, 9, 3), "Minsk")
    assert list(conference.photos.values_list(*columns)) == [
        ("one.jpg", *shared, 1, "en"),
        ("two.jpg", *shared, 2, "en"),
    ]
    photo = conference.photos.first()
    assert photo.created_by.username == "editor"
    assert photo.draft_sha256
    assert {stored.variant for stored in photo.file.renditions.all()} >= {"download", "w320.webp"}
    assert not Edition.objects.exists()


def test_each_file_gets_an_answer_and_the_good_ones_are_kept(staff):
    conference = make_conference()

    response = upload(staff, conference, jpeg("good.jpg"), SimpleUploadedFile("page.jpg", b"<html>", "image/jpeg"))

    assert response.status_code == 422
    answers = [(answer.name, answer.status) for answer in response.context["answers"]]
    assert answers == [("good.jpg", "saved"), ("page.jpg", "refused")]
    assert "“page.jpg” is" in response.content.decode()
    assert names(conference) == ["good.jpg"]


@pytest.mark.parametrize(
    ("name", "content", "status", "says"),
    [
        ("notes.jpg", b"%PDF-1.4\n%", 422, "“notes.jpg” is a PDF document, not a JPEG picture as its name suggests"),
        ("empty.jpg", b"", 422, "“empty.jpg” is empty"),
        ("bomb.png", png(20_000, 20_000), 422, "“bomb.png” has more than 64 megapixels"),
        ("large.jpg", None, 413, "“large.jpg” is 2 MB; the limit is 1 MB"),
    ],
)
def test_a_bad_picture_is_refused_by_its_name_and_leaves_nothing(staff, settings, name, content, status, says):
    settings.CTPORTAL_MAX_PHOTO_MB = 1
    conference = make_conference()
    content = b"\xff\xd8\xff" + bytes(1024**2) if content is None else content

    response = upload(staff, conference, SimpleUploadedFile(name, content, "image/" + name[-3:]), extra=JSON)

    assert response.status_code == status
    assert response.json()["message"].startswith(says)
    assert not Photo.objects.exists()
    assert not StoredFile.objects.exists()
    assert not [path for path in settings.STORED_FILES_ROOT.rglob("*") if path.is_file()]


def test_more_than_fifty_pictures_are_refused_before_any_is_taken(staff):
    conference = make_conference()

    response = upload(staff, conference, *(SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(1, 52)))

    assert response.status_code == 422
    assert response.context["form"].errors["pictures"] == [
        (
            "You chose 51 pictures; the limit is 50 at a time. None were uploaded. Remove the pictures from “51.jpg” "
            "onwards and upload them after the first 50."
        )
    ]
    assert not StoredFile.objects.exists()


def test_more_files_than_are_read_at_all_get_a_clear_answer(staff):
    conference = make_conference()

    response = upload(staff, conference, *(SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(101)))

    assert response.status_code == 413
    assert response.context["problem"] == "Too many pictures: the limit is 50 at a time. None were uploaded."


def test_the_upload_needs_the_token_of_the_form(editor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)

    assert upload(client, make_conference(), jpeg()).status_code == 403
    assert not Photo.objects.exists()


def test_who_may_not_add_photos_gets_no_form(client, db):
    client.force_login(make_user("reader"))

    assert client.get(UPLOAD).status_code == 403
    assert upload(client, make_conference(), jpeg()).status_code == 403
    assert not Photo.objects.exists()


def test_a_picture_the_conference_has_is_not_added_again_unless_asked(staff):
    conference = make_conference()
    upload(staff, conference, jpeg("first.jpg"))

    response = upload(staff, conference, jpeg("copy.jpg"), extra=JSON)

    assert response.status_code == 409
    assert response.json()["message"] == "“copy.jpg” was not added: this conference already has it as “first.jpg”."
    assert names(conference) == ["first.jpg"]
    assert upload(staff, conference, jpeg("copy.jpg"), extra=JSON, again="on").status_code == 201
    assert names(conference) == ["first.jpg", "copy.jpg"]
    assert upload(staff, make_conference(), jpeg("elsewhere.jpg"), extra=JSON).status_code == 201


@pytest.mark.parametrize("is_public", [False, True])
def test_a_picture_that_one_may_not_see_is_no_reason_to_refuse_the_same(staff, is_public):
    conference = make_conference()
    publish(conference, by=make_user())
    upload(staff, conference, jpeg("somebody-elses-secret.jpg"))
    if is_public:
        hidden = conference.photos.get()
        hidden.alt_text_en = "A hall"
        hidden.save()
        publish(hidden, by=make_user())
    contributor = Client()
    contributor.force_login(make_account("contributor"))

    answers = [upload(contributor, conference, jpeg(f"{n}.jpg", n), extra=JSON).json() for n in (0, 1)]

    assert [(answer["status"], answer["message"]) for answer in answers] == [("saved", "Saved.")] * 2
    assert names(conference) == ["somebody-elses-secret.jpg", "0.jpg", "1.jpg"]
    own = upload(contributor, conference, jpeg("again.jpg"), extra=JSON)
    assert (own.status_code, own.json()["message"]) == (
        409,
        "“again.jpg” was not added: this conference already has it as “0.jpg”.",
    )
    own = upload(staff, conference, jpeg("again.jpg"), extra=JSON)
    assert "already has it as “somebody-elses-secret.jpg”" in own.json()["message"]


def test_empty_fields_are_filled_in_from_what_the_file_carries(staff):
    conference = make_conference()
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x8298] = "Delegates in the hall", "UNIC/Somebody", "Free use"
    exif.get_ifd(0x8769)[0x9003] = "2019:09:04 10:00:00"

    response = upload(staff, conference, jpeg(exif=exif), extra=JSON, credit="")

    assert (response.status_code, response.json()["message"]) == (
        201,
        "Saved. Read from the file: caption, credit, rights, date.",
    )
    columns = ("caption_en", "credit", "rights", "taken_on")
    assert conference.photos.values_list(*columns).get() == (
        "Delegates in the hall",
        "UNIC/Somebody",
        "Free use",
        date(2019, 9, 4),
    )


def test_what_is_typed_goes_before_what_the_file_carries_and_a_wrong_clock_is_ignored(staff):
    conference = make_conference()
    exif = Image.Exif()
    exif[0x013B] = "UNIC/Somebody"
    exif.get_ifd(0x8769)[0x9003] = "2099:09:04 10:00:00"

    upload(staff, conference, jpeg(exif=exif), credit="Typed")

    assert conference.photos.values_list("credit", "taken_on").get() == ("Typed", None)


def described(**tags):
    """Return EXIF with the texts of *tags*, named as Pillow does; *taken* is when the picture was taken."""
    exif = Image.Exif()
    if taken := tags.pop("taken", ""):
        exif.get_ifd(0x8769)[0x9003] = taken
    for name, text in tags.items():
        exif[getattr(Image.ExifTags.Base, name)] = text
    return exif


def place_in_xmp(city):
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        f' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="{city}"/></rdf:RDF>'
    ).encode()


CUT = "Too long and cut at %d characters: %s. Check how it ends."
READ_AND_TOLD = {  # {what: (metadata, {field: value}, what is read, what is told)}
    "caption": (
        {"exif": described(ImageDescription="word " * 300)},
        {"caption_en": ("word " * 300)[:999] + "…"},
        "caption",
        CUT % (1000, "caption"),
    ),
    "rights": (
        {"exif": described(Copyright="c" * 301)},
        {"rights": "c" * 299 + "…"},
        "rights",
        CUT % (300, "rights"),
    ),
    "credit": (
        {"exif": described(Artist="n" * 201)},
        {"credit": "n" * 199 + "…"},
        "credit",
        CUT % (200, "credit"),
    ),
    "caption of 1000 characters": (
        {"exif": described(ImageDescription="c" * 1000)},
        {"caption_en": "c" * 1000},
        "caption",
        "",
    ),
    "date to come": (
        {"exif": described(taken="2099:09:04 10:00:00")},
        {"taken_on": None},
        "",
        "The date in the file, 2099-09-04, is in the future and was left out: check the clock of the camera.",
    ),
    "place": (
        {"xmp": place_in_xmp("Minsk")},
        {"place_en": "Minsk"},
        "place",
        "The file names the place: Minsk. Check that it may be public.",
    ),
    "a camera's own text": (
        {"exif": described(ImageDescription="SONY DSC", Artist="Picasa")},
        {"caption_en": None, "credit": None},
        "",
        "",
    ),
}


@pytest.mark.parametrize(("options", "values", "read", "told"), READ_AND_TOLD.values(), ids=READ_AND_TOLD)
@pytest.mark.parametrize("one_by_one", [True, False])
def test_what_is_cut_or_left_out_of_a_file_is_told(staff, one_by_one, options, values, read, told):
    """With JavaScript in the answer of the file, without it on the page that follows."""
    conference = make_conference()

    response = upload(staff, conference, jpeg(**options), extra=JSON if one_by_one else {}, credit="")

    photo = conference.photos.get()
    assert {name: getattr(photo, name) or None for name in values} == values
    if one_by_one:
        says = ["Saved. Read from the file: " + read + "." if read else "Saved.", told]
        assert response.json()["message"] == " ".join(filter(None, says))
    else:
        assert said(response) == ["1 photo is saved.", *([f"“hall.jpg”: {told}"] if told else [])]


ADD = "/admin/conferences/photo/add/?conference=%s"
SAYS_MUCH = {"ImageDescription": "Delegates in the hall", "Artist": "UNIC/Somebody", "Copyright": "c" * 301}
CUT_RIGHTS = CUT % (300, "rights")


def test_the_form_of_one_photo_reads_the_file_too(staff):
    form = AdminForm(staff, ADD % make_conference(city_en="Minsk").pk)
    exif = described(**SAYS_MUCH, taken="2019:09:04 10:00:00")

    response = form.fill(upload=jpeg(exif=exif, xmp=place_in_xmp("Secret")), caption="Typed").press("_continue")

    photo = Photo.objects.get()
    assert (photo.caption_en, photo.credit, photo.rights) == ("Typed", "UNIC/Somebody", "c" * 299 + "…")
    assert (photo.taken_on, photo.place_en) == (date(2019, 9, 4), "Minsk")
    assert said(response)[1:] == ["Read from the file: credit, rights, date.", CUT_RIGHTS]
    assert "unic/somebody" in photo.search_text


def test_a_file_that_replaces_another_fills_empty_fields_only(staff):
    photo = make_photo(make_conference(original_language="ru"), credit="Kept", original_language="ru", caption_ru="")
    form = AdminForm(staff, reverse("admin:conferences_photo_change", args=[photo.pk]))
    exif = described(**SAYS_MUCH, taken="2099:09:04 10:00:00")

    response = form.fill(upload=jpeg("new.jpg", exif=exif, xmp=place_in_xmp("Minsk"))).press("_continue")

    photo.refresh_from_db()
    assert (photo.file.name, photo.credit, photo.taken_on) == ("new.jpg", "Kept", None)
    assert (photo.caption_ru, photo.caption_en, photo.place_ru) == ("Delegates in the hall", None, "Minsk")
    assert said(response)[1:] == [
        "Read from the file: caption, rights, place.",
        READ_AND_TOLD["date to come"][3],
        CUT_RIGHTS,
        READ_AND_TOLD["place"][3],
    ]


def test_a_file_is_read_when_the_form_is_saved_at_last_and_nothing_is_published_unseen(staff):
    conference = make_conference()
    publish(conference, by=make_user())
    form = AdminForm(staff, ADD % conference.pk)
    form.fill(upload=jpeg(exif=described(**SAYS_MUCH)), alt_text="The hall")

    refused = form.press("_publish")
    assert set(refused.context["adminform"].errors) == {"credit"}
    again = form.again(refused).fill(credit="Typed").press("_publish")
    photo = Photo.objects.get()
    assert (photo.caption_en, photo.credit, len(said(again))) == ("", "Typed", 1)

    form = AdminForm(staff, ADD % conference.pk).fill(
        upload=jpeg("b.jpg", exif=described(**SAYS_MUCH)), taken_on="2999-01-01"
    )
    refused = form.press("_continue")
    form.again(refused).fill(taken_on="2019-09-03").press("_continue")
    assert Photo.objects.latest("pk").caption_en == "Delegates in the hall"


def test_a_place_that_is_typed_is_not_read_from_the_file_and_coordinates_never_are(staff):
    conference = make_conference()
    exif = described(taken="2019:09:04 10:00:00")
    exif.get_ifd(0x8825).update({1: "N", 2: (53.0, 54.0, 0.0), 3: "E", 4: (27.0, 33.0, 0.0), 28: b"ASCII\0\0\0Hotel"})

    upload(staff, conference, jpeg(xmp=place_in_xmp("Secret"), exif=exif), place="Minsk")
    upload(staff, conference, jpeg("other.jpg", 1, exif=exif))

    assert list(conference.photos.values_list("place_en", flat=True)) == ["Minsk", ""]


def test_today_at_the_conference_is_not_still_to_come(staff, frozen_clock):
    """At 2:00 of 3 March in Dushanbe it is 2 March in UTC."""
    frozen_clock.move_to(datetime(2026, 3, 2, 21, 0, tzinfo=UTC))
    conference = make_conference(time_zone="Asia/Dushanbe")
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:03:03 01:30:00"

    typed = upload(staff, conference, jpeg("typed.jpg"), taken_on="2026-03-03")
    read = upload(staff, conference, jpeg("read.jpg", 1, exif=exif))
    tomorrow = upload(staff, conference, jpeg("tomorrow.jpg", 2), extra=JSON, taken_on="2026-03-04")

    assert (typed.status_code, read.status_code, tomorrow.status_code) == (302, 302, 422)
    assert tomorrow.json()["errors"] == {"taken_on": ["2026-03-04 is in the future."]}
    assert list(conference.photos.values_list("taken_on", flat=True)) == [date(2026, 3, 3)] * 2


def test_today_at_the_conference_is_taken_in_the_form_of_a_photo(staff, frozen_clock):
    frozen_clock.move_to(datetime(2026, 3, 2, 21, 0, tzinfo=UTC))
    photo = make_photo(make_conference(time_zone="Asia/Dushanbe"))
    form = AdminForm(staff, reverse("admin:conferences_photo_change", args=[photo.pk]))

    refused = form.fill(taken_on="2026-03-04").press("_continue")
    assert refused.context["adminform"].errors == {"taken_on": ["2026-03-04 is in the future."]}
    form.fill(taken_on="2026-03-03").press("_continue")

    photo.refresh_from_db()
    assert photo.taken_on == date(2026, 3, 3)


def test_a_mistake_in_what_they_share_is_told_by_the_field(staff):
    response = upload(staff, make_conference(), jpeg(), extra=JSON, taken_on="2999-01-01", credit="x" * 201)

    assert response.status_code == 422
    assert response.json()["errors"] == {
        "credit": ["Ensure this value has at most 200 characters (it has 201)."],
        "taken_on": ["2999-01-01 is in the future."],
    }
    assert not StoredFile.objects.exists()


def test_the_page_opened_from_a_conference_is_filled_in(staff):
    conference = make_conference(city_en="Minsk")

    values = AdminForm(staff, f"{UPLOAD}?conference={conference.pk}").values

    assert (values["conference"], values["place"]) == (str(conference.pk), "Minsk")
    assert staff.get(f"{UPLOAD}?conference=9999999999999999999999").status_code == 200


# The contact sheet


def test_the_sheet_saves_what_was_changed_and_nothing_else(staff):
    conference = make_conference()
    first, second = make_photo(conference), make_photo(conference, alt_text_fr="Une salle")
    person = make_person("Ann Speaker")
    form = AdminForm(staff, sheet(conference))
    Photo.objects.filter(pk=second.pk).update(credit="Somebody else, meanwhile")
    form.fill(**{f"photo-{first.pk}-caption": "The opening", f"photo-{first.pk}-people": [str(person.pk)]})

    response = form.press("_save")

    assert response.status_code == 302
    assert said(response) == ["1 photo is changed."]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.caption_en, list(first.people.all())) == ("The opening", [person])
    assert (second.credit, second.alt_text_fr) == ("Somebody else, meanwhile", "Une salle")


def test_one_refused_field_saves_nothing_and_keeps_everything_typed(staff):
    conference = make_conference()
    first, second = make_photo(conference), make_photo(conference)
    form = AdminForm(staff, sheet(conference)).fill(
        **{f"photo-{first.pk}-caption": "Typed", f"photo-{second.pk}-alt_text": "x" * 301, "featured": str(second.pk)}
    )

    response = form.press("_save")

    assert response.status_code == 422
    assert [row.errors for row in response.context["rows"]] == [
        {},
        {"alt_text": ["Ensure this value has at most 300 characters (it has 301)."]},
    ]
    form._read(response)
    assert form.values[f"photo-{first.pk}-caption"] == "Typed"
    assert form.values["featured"] == str(second.pk)
    first.refresh_from_db()
    assert first.caption_en is None or first.caption_en == ""
    assert not Photo.objects.filter(featured=True).exists()


def test_a_fault_in_a_field_that_the_sheet_does_not_show_keeps_nobody_from_describing(staff):
    conference = make_conference()
    photo = make_photo(conference)
    Photo.objects.filter(pk=photo.pk).update(taken_on=date(2099, 1, 1))

    AdminForm(staff, sheet(conference)).fill(**{f"photo-{photo.pk}-caption": "The opening"}).press("_save")

    photo.refresh_from_db()
    assert photo.caption_en == "The opening"


def test_numbers_put_the_photos_in_order(staff):
    conference = make_conference()
    photos = [make_photo(conference) for _n in range(4)]
    form = AdminForm(staff, sheet(conference)).fill(**{f"photo-{photos[3].pk}-number": "1"})

    form.press("_save")

    assert list(conference.photos.values_list("pk", "order")) == [
        (photos[3].pk, 1),
        (photos[0].pk, 2),
        (photos[1].pk, 3),
        (photos[2].pk, 4),
    ]


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        ({}, "abcd"),
        ({"d": 1}, "dabc"),
        ({"a": 99}, "bcda"),
        ({"a": 2, "b": 1}, "bacd"),
        ({"c": 1, "d": 1}, "dcab"),
    ],
)
def test_a_photo_goes_to_the_number_it_is_given(wanted, order):
    assert "".join(in_new_order(list("abcd"), wanted)) == order


def test_one_photo_is_featured_and_the_public_conference_is_to_be_published_again(staff):
    conference = make_conference()
    before, after = make_photo(conference, featured=True), make_photo(conference)
    publish(conference, by=make_user())
    page = AdminForm(staff, sheet(conference))
    assert page.response.context["stale"] is None

    page.fill(featured=str(after.pk)).press("_save")

    assert list(Photo.objects.filter(featured=True)) == [after]
    page = AdminForm(staff, sheet(conference))
    assert page.response.context["stale"] == []
    assert said(page.press("_publish_conference"))[-1].startswith("The conference page is published again")
    edition = Edition.objects.public(epoch.now()).get(uid=conference.uid)
    assert [link.target for link in edition.relations.filter(name="featured_photo")] == [after.uid]
    assert edition.minor
    page = AdminForm(staff, sheet(conference))
    assert page.response.context["stale"] is None
    # Chosen and published in one step.
    page.buttons.append("_publish_conference")
    page.fill(featured=str(before.pk)).press("_publish_conference")
    edition = Edition.objects.public(epoch.now()).get(uid=conference.uid)
    assert ([link.target for link in edition.relations.filter(name="featured_photo")], edition.minor) == (
        [before.uid],
        True,
    )


def test_all_that_are_ready_are_published_and_the_rest_named(staff):
    conference = make_conference()
    ready, bare, gone = (
        make_photo(conference),
        make_photo(conference, alt_text_en="", credit=""),
        make_photo(conference),
    )
    publish(conference, by=make_user())
    publish(gone, by=make_user())
    withdraw(gone, by=make_user(), reason="A mistake")
    form = AdminForm(staff, sheet(conference)).fill(**{f"photo-{ready.pk}-caption": "The opening"})

    response = form.press("_publish_ready")

    assert list(Edition.objects.public(epoch.now()).of("photo").values_list("uid", flat=True)) == [ready.uid]
    assert Edition.objects.public(epoch.now()).get(uid=ready.uid).data["caption"] == {"en": "The opening"}
    assert said(response) == [
        "1 photo is changed.",
        "1 photo is published.",
        (
            "2 photos were left out: 2. photo.jpg: The alternative text is missing; tick “decorative” if the picture "
            "conveys no information. The credit is missing.3. photo.jpg: withdrawn; to publish it again, use its own "
            "page."
        ),
    ]
    assert not Edition.objects.filter(uid=bare.uid).exists()


def test_photos_of_a_conference_that_is_not_public_stay_drafts(staff):
    conference = make_conference()
    make_photo(conference)
    form = AdminForm(staff, sheet(conference))
    assert "_publish_ready" not in form.buttons

    response = staff.post(sheet(conference), form.values | {"_publish_ready": "1"})

    assert said(response)[-1].startswith("Nothing was published because the conference is not public.")
    assert not Edition.objects.exists()


def test_photos_of_a_scheduled_conference_are_scheduled_with_it(staff, frozen_clock):
    conference = make_conference()
    photo = make_photo(conference)
    edition = publish(conference, by=make_user(), at=frozen_clock.now.replace(hour=18))
    frozen_clock.tick()

    AdminForm(staff, sheet(conference)).press("_publish_ready")

    assert Edition.objects.get(uid=photo.uid).public_from == edition.public_from


def test_another_language_shows_the_original_beside_and_writes_its_own_columns(staff):
    conference = make_conference()
    photo = make_photo(conference, caption_en="The opening")
    form = AdminForm(staff, sheet(conference, "?language=fr"))
    assert [line["original"] for line in form.response.context["rows"][0].lines] == ["A hall", "The opening"]
    assert f"photo-{photo.pk}-credit" not in form.values

    form.fill(**{f"photo-{photo.pk}-alt_text": "Une salle"}).press("_save")

    photo.refresh_from_db()
    assert (photo.alt_text_en, photo.alt_text_fr, photo.caption_fr) == ("A hall", "Une salle", None)


def test_photos_beyond_sixty_stand_on_a_second_page(staff):
    conference = make_conference()
    file = make_photo(conference, order=1).file
    Photo.objects.bulk_create(
        Photo(conference=conference, file=file, order=number, credit="C", alt_text_en="A") for number in range(2, 63)
    )

    first, second = staff.get(sheet(conference)), staff.get(sheet(conference, "?page=2"))

    assert [row.shown_number for row in first.context["rows"]] == list(range(1, 61))
    assert [row.shown_number for row in second.context["rows"]] == [61, 62]
    assert staff.get(sheet(conference, "?page=99")).context["page"].number == 2


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_sheet_takes_the_same_queries_for_any_number_of_photos(staff):
    conference = make_conference()
    make_photo(conference, featured=True).people.add(make_person(), make_person())
    publish(conference, by=make_user())
    staff.get(sheet(conference))
    for_one = queries_of(staff, sheet(conference))
    for _n in range(4):
        make_photo(conference).people.add(make_person(), make_person())

    assert queries_of(staff, sheet(conference)) == for_one <= 16  # two for who else has it open, one for the clock


def test_the_sheet_of_no_conference_or_language_is_not_found(staff):
    conference = make_conference()

    assert staff.get(sheet(conference, "?language=xx")).status_code == 404
    assert staff.get("/admin/conferences/conference/999999/photos/").status_code == 404
    assert staff.get(sheet(conference)).status_code == 200


def test_who_may_only_view_cannot_save_the_sheet(client, db):
    client.force_login(make_account("translator"))
    conference = make_conference()
    photo = make_photo(conference)
    form = AdminForm(client, sheet(conference))
    assert form.buttons == []

    response = client.post(sheet(conference), form.values | {f"photo-{photo.pk}-caption": "Mine"})

    assert response.status_code == 403


# The list


def test_the_list_of_photos_takes_a_constant_number_of_queries(staff):
    make_photo(make_conference())
    staff.get("/admin/conferences/photo/")
    for_one = queries_of(staff, "/admin/conferences/photo/")
    for _n in range(3):
        make_photo(make_conference())

    assert queries_of(staff, "/admin/conferences/photo/") == for_one <= 12


def test_the_list_tells_and_finds_what_is_missing(staff):
    conference = make_conference(start_date=date(2019, 9, 3))
    whole, mute, plain = (
        make_photo(conference),
        make_photo(conference, alt_text_en=""),
        make_photo(conference, credit=""),
    )
    make_photo(
        make_conference(start_date=date(2020, 1, 1), end_date=date(2020, 1, 1)), alt_text_en=None, decorative=True
    )

    def found(query):
        return sorted(photo.pk for photo in staff.get(f"/admin/conferences/photo/{query}").context["cl"].result_list)

    assert found("?complete=no") == [mute.pk, plain.pk]
    assert found("?complete=yes&year=2019") == [whole.pk]
    page = staff.get("/admin/conferences/photo/").content.decode()
    assert page.count('<span class="dossier-missing">missing</span>') == 2
    assert ">decorative</td>" in page


def test_the_form_of_a_photo_shows_the_picture(staff):
    photo = make_photo(make_conference())

    page = staff.get(reverse("admin:conferences_photo_change", args=[photo.pk])).content.decode()

    shown = photo.file.renditions.get(variant="w640.webp")
    assert f'<img src="{reverse("admin_file", args=[shown.key, shown.name])}" alt="" class="photo-shown">' in page
    assert "photo.jpg · 1600 × 1067" in page


def test_the_list_and_the_index_lead_to_the_form_for_many(staff):
    assert f'href="{UPLOAD}"' in staff.get("/admin/conferences/photo/").content.decode()
    assert f'href="{UPLOAD}"' in staff.get("/admin/").content.decode()


def test_a_small_picture_of_the_photo_is_served_to_staff_alone(staff, client):
    conference = make_conference()
    upload(staff, conference, jpeg())
    address = staff.get(sheet(conference)).context["rows"][0].thumbnail

    response = staff.get(address)
    assert Image.open(io.BytesIO(b"".join(response.streaming_content))).format in ("WEBP", "JPEG")
    assert Client().get(address).status_code == 404


def test_the_pages_of_photos_and_of_merging_are_valid_html(staff, html_errors):
    conference = make_conference()
    photo = make_photo(conference, alt_text_en="", featured=True)
    photo.people.add(make_person())
    publish(conference, by=make_user())
    first, second = make_organization("One", acronym="O", parent=make_organization()), make_organization("Two")
    form = AdminForm(staff, sheet(conference)).fill(**{f"photo-{photo.pk}-caption": "x" * 1001})
    merge = f"/admin/conferences/organization/merge/?ids={first.pk},{second.pk}"
    pages = {
        "upload": staff.get(f"{UPLOAD}?conference={conference.pk}"),
        "answers": upload(staff, conference, jpeg(), SimpleUploadedFile("x.jpg", b"x", "image/jpeg")),
        "sheet": staff.get(sheet(conference)),
        "refused": form.press("_save"),
        "translation": staff.get(sheet(conference, "?language=ar")),
        "merge": staff.get(merge),
        "merge refused": staff.post(merge, {}),
    }

    errors = html_errors({name: response.content.decode() for name, response in pages.items()})
    # What Django's own templates write: the rows of the side bar, hidden fields that keep what was there before.
    own = ("A table row was 2 columns wide", "“hidden” must not have any “aria-*” attributes")
    assert [error for error in errors if not any(text in error for text in own)] == []
