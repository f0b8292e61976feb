"""Files through the forms of documents and photos."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from conferences.admin.photo import PhotoAdmin
from conferences.models import Photo
from ctportal.files.models import StoredFile
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from documents.admin import DocumentAdmin
from documents.models import Document
from tests.admin.forms import AdminForm, errors_of
from tests.admin.test_forms import address
from tests.factories import make_conference, make_document, make_photo, make_user
from tests.files.samples import pdf, picture


def a_pdf(text="Opening release"):
    return SimpleUploadedFile("Opening release.pdf", pdf(text=text), content_type="application/pdf")


def release_form(staff, conference, **values):
    form = AdminForm(staff, f"/admin/documents/pressrelease/add/?conference={conference.pk}")
    return form.fill(title="A release", **values)


def test_a_file_alone_is_text_enough_to_publish(staff):
    conference = make_conference()
    publish(conference, by=make_user())

    response = release_form(staff, conference, upload=a_pdf()).press("_publish")

    assert response.status_code == 302, errors_of(response)
    version = Edition.objects.public(epoch.now()).of("document").get().data["versions"][0]
    assert (version["file"]["name"], version["file"]["media_type"]) == ("Opening-release.pdf", "application/pdf")
    assert StoredFile.objects.get().created_by.username == "editor"


@pytest.mark.parametrize("page", ["add", "language", "photo"])
def test_a_file_is_checked_before_the_transaction_that_saves_it(staff, monkeypatch, page):
    """Checking takes seconds. On SQLite nobody else could write meanwhile."""
    depths = []

    def check(uploaded):
        depths.append(len(connection.savepoint_ids))
        raise ValidationError("No")

    for admin in (PhotoAdmin, DocumentAdmin):
        monkeypatch.setattr(admin, "prepare_upload", staticmethod(check))
    pages = {"add": "/admin/documents/pressrelease/add/", "photo": "/admin/conferences/photo/add/"}
    form = AdminForm(staff, pages.get(page) or address(make_document(make_conference()), "language", "ru"))

    response = form.fill(upload=a_pdf()).press("_save" if page == "language" else "_continue")

    assert (response.status_code, depths) == (422, [0])
    assert "<li>No</li>" in response.content.decode()


def test_a_file_that_is_not_what_its_name_says(staff):
    fake = SimpleUploadedFile("release.pdf", b"<html>not a PDF</html>", content_type="application/pdf")

    response = release_form(staff, make_conference(), upload=fake).press("_continue")

    assert response.status_code == 422
    assert list(errors_of(response)) == ["upload"]
    assert not Document.objects.exists()
    assert not StoredFile.objects.exists()


def test_the_form_says_that_no_text_was_found_in_its_file(staff):
    scan = SimpleUploadedFile("scan.pdf", pdf(text=""), content_type="application/pdf")

    response = release_form(staff, make_conference(), upload=scan).press("_continue")
    page = staff.get(response.url).content.decode()

    assert page.count("No text was found in “scan.pdf”") == 2  # as a message, and below the file


def test_a_file_outlives_a_form_shown_again(staff):
    conference = make_conference()
    form = release_form(staff, conference, upload=a_pdf(), hashtags="#no-hashtag")
    refused = form.press("_continue")
    assert list(errors_of(refused)) == ["hashtags"]

    # The browser shows the form again, without the file: no browser keeps one.
    form._read(refused)
    response = form.fill(hashtags="#right").press("_continue")

    assert response.status_code == 302, errors_of(response)
    assert Document.objects.get().versions.get().file.name == "Opening-release.pdf"


def test_a_file_outlives_a_refused_publication(staff):
    conference = make_conference()
    form = release_form(staff, conference, upload=a_pdf())
    refused = form.press("_publish")
    assert errors_of(refused) == {"__all__": ["Its conference is not public then. Publish the conference first."]}
    publish(conference, by=make_user())

    form._read(refused)
    response = form.press("_publish")

    assert response.status_code == 302, errors_of(response)
    assert (
        Edition.objects.public(epoch.now()).of("document").get().data["versions"][0]["file"]["name"]
        == "Opening-release.pdf"
    )


def test_a_kept_file_is_for_who_uploaded_it(staff, client):
    form = release_form(staff, make_conference(), upload=a_pdf(), hashtags="#no-hashtag")
    form._read(form.press("_continue"))
    client.force_login(make_user("another", is_superuser=True))

    form.fill(hashtags="").press("_continue")

    assert Document.objects.get().versions.get().file is None


def test_a_file_is_replaced_and_removed(staff):
    document = make_document(make_conference())
    form = AdminForm(staff, address(document).replace("/document/", "/pressrelease/"))
    form.fill(upload=a_pdf()).press("_continue")
    assert document.versions.get().file.name == "Opening-release.pdf"

    form = AdminForm(staff, form.address)
    assert "Opening-release.pdf" in form.response.content.decode()
    form.fill(remove_file="on").press("_continue")
    assert document.versions.get().file is None


def test_a_file_in_another_language_is_uploaded_on_its_page(staff):
    document = make_document(make_conference())
    page = AdminForm(staff, address(document, "language", "ru"))

    assert page.fill(title="Релиз", upload=a_pdf()).press("_save").status_code == 302

    version = document.versions.get(language="ru")
    assert (version.title, version.file.name) == ("Релиз", "Opening-release.pdf")
    assert document.versions.get(language="en").file is None


def test_a_bad_file_on_a_language_page(staff):
    document = make_document(make_conference())
    fake = SimpleUploadedFile("release.pdf", b"not a PDF", content_type="application/pdf")

    response = AdminForm(staff, address(document, "language", "ru")).fill(title="Релиз", upload=fake).press("_save")

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["upload"]
    assert document.versions.count() == 1


def test_a_photo_is_uploaded_with_its_renditions_and_published(staff):
    conference = make_conference()
    publish(conference, by=make_user())
    upload = SimpleUploadedFile("hall.jpg", picture("JPEG", size=(800, 600)), content_type="image/jpeg")
    form = AdminForm(staff, f"/admin/conferences/photo/add/?conference={conference.pk}")
    assert (form.values["place"], form.values["taken_on"]) == ("Minsk", "")  # the file may know the date

    response = form.fill(upload=upload, alt_text="The hall", credit="UN Photo").press("_publish")

    assert response.status_code == 302, errors_of(response)
    photo = Photo.objects.get()
    assert Edition.objects.public(epoch.now()).get(uid=photo.uid).data["alt_text"] == {"en": "The hall"}


def test_a_photo_without_alternative_text_and_credit_is_not_published(staff):
    conference = make_conference()
    publish(conference, by=make_user())
    photo = make_photo(conference, alt_text_en="", credit="")

    response = AdminForm(staff, address(photo)).press("_publish")

    assert response.status_code == 422
    assert set(errors_of(response)) == {"alt_text", "credit"}


def test_a_photo_needs_a_picture(staff):
    form = AdminForm(staff, f"/admin/conferences/photo/add/?conference={make_conference().pk}")

    assert errors_of(form.press("_continue")) == {"upload": ["Choose the picture."]}
    fake = SimpleUploadedFile("hall.jpg", b"no picture", content_type="image/jpeg")
    assert list(errors_of(form.fill(upload=fake).press("_continue"))) == ["upload"]
    assert not Photo.objects.exists()


def test_a_second_featured_photo(staff):
    conference = make_conference()
    make_photo(conference, featured=True)
    second = make_photo(conference)

    response = AdminForm(staff, address(second)).fill(featured="on").press("_continue")

    assert errors_of(response) == {"featured": ["Another photo of this conference is already featured."]}


def test_files_are_for_staff_who_may_see_records(staff, client):
    photo = make_photo(make_conference())
    where = f"/admin/files/{photo.file.key}/{photo.file.name}"

    response = staff.get(where)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert b"".join(response.streaming_content) == b"original"

    client.force_login(make_user("accountant"))
    assert client.get(where).status_code == 404
    client.logout()
    assert client.get(where).status_code == 404


def test_a_preview_serves_the_files_of_its_drafts_and_no_others(staff):
    conference = make_conference()
    photo = make_photo(conference)
    stranger = make_photo(make_conference())
    preview = AdminForm(staff, address(conference)).press("_preview")["Location"].split("?")[0]

    shown = photo.download_file
    response = staff.get(f"{preview}files/{shown.key}/{shown.name}")
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert b"".join(response.streaming_content) == b"download"
    for hidden in (photo.file, stranger.download_file):
        assert staff.get(f"{preview}files/{hidden.key}/{hidden.name}").status_code == 404
