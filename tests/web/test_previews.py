"""Previews: the public templates over drafts, for the staff member they were made for."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from ctportal.core.languages import CODES
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, unschedule_all, withdraw
from ctportal.staff.preview import preview_address
from ctportal.workflow.review import submit
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = make.make_user("editor", is_superuser=True)
    client.force_login(user)
    return user


def address_for(client, record, language=""):
    """Return the address of the preview of *record* for the session that *client* is signed in with."""

    class Request:
        session = client.session

    return preview_address(Request, record, language)


def test_a_draft_is_shown_with_its_drafts_around_it(client, editor):
    conference = make.make_conference("A conference nobody knows yet", slug="unknown-2030")
    document = make.make_document(conference, "A draft statement")
    photo = make.make_photo(conference, caption_en="A draft photo")
    for record, title in [(conference, "A conference nobody knows yet"), (document, "A draft statement"),
                          (photo, "A draft photo")]:  # fmt: skip
        response = client.get(address_for(client, record))
        html = response.content.decode()
        assert response.status_code == 200
        assert title in html
        assert "Preview of the draft" in html
        assert 'rel="canonical"' not in html
    page = client.get(address_for(client, conference)).content.decode()
    assert "A draft statement" in page
    assert "A draft photo" in page
    assert Edition.objects.count() == 0


def test_the_files_of_a_preview_are_at_addresses_of_its_own(client, editor):
    photo = make.make_photo(make.make_conference(), caption_en="A draft photo")
    address = address_for(client, photo)
    html = client.get(address).content.decode()
    assert '"/files/' not in html
    assert f'src="{address.split("?")[0]}files/' in html


def test_the_languages_of_a_preview_are_previews(client, editor):
    conference = make.make_conference()
    address = address_for(client, conference).split("?")[0]
    html = client.get(f"{address}?lang=ar").content.decode()
    assert '<html lang="ar" dir="rtl">' in html
    assert f'href="{address}?lang=fr"' in html


def test_a_preview_shows_the_draft_and_not_what_is_public(client, editor):
    conference = make.make_conference("The title in force")
    publish(conference, by=editor)
    conference.texts.update(title="The title to come")
    assert "The title to come" in client.get(address_for(client, conference)).content.decode()
    assert "The title in force" in client.get(f"/en/conferences/{conference.slug}/").content.decode()


def test_a_preview_is_for_nobody_else(client, editor):
    address = address_for(client, make.make_conference("Secret"))
    other = Client()
    anonymous = other.get(address)
    other.force_login(make.make_user("another", is_superuser=True))
    assert [anonymous.status_code, other.get(address).status_code] == [404, 404]
    assert client.get(address)["Cache-Control"] == "private, no-store"
    assert "ETag" not in client.get(address).headers


@pytest.mark.parametrize("path", ["/preview/nobody/", f"/preview/nobody/files/{'a' * 32}/a.pdf", "/admin/nothing/"])
def test_that_there_is_nothing_is_kept_by_no_cache_either(client, editor, path):
    response = client.get(path)

    assert (response.status_code, response["Cache-Control"]) == (404, "private, no-store")


def test_a_token_with_one_character_changed_opens_nothing(client, editor):
    start, _slash, rest = address_for(client, make.make_conference("Secret")).rpartition(":")
    other = "A" if rest[5] != "A" else "B"
    assert client.get(f"{start}:{rest[:5]}{other}{rest[6:]}").status_code == 404


def test_a_preview_is_there_in_six_languages_and_no_other(client, editor):
    address = address_for(client, make.make_conference()).partition("?")[0]
    assert [client.get(f"{address}?lang={code}").status_code for code in (*CODES, "de", "", "en%00")] == [200] * 6 + [
        404
    ] * 3


@pytest.mark.parametrize("make_entry", [make.make_organization, make.make_person])
def test_what_has_no_page_has_no_preview(client, editor, make_entry):
    assert client.get(address_for(client, make_entry(), "en")).status_code == 404


def test_a_preview_says_in_which_state_the_record_is(client, editor):
    conference = make.make_conference()

    def lines():
        return client.get(address_for(client, conference)).content.decode()

    assert "In review." not in lines()
    submit(conference, by=editor)
    assert "In review." in lines()
    publish(conference, by=editor)
    assert "Preview: identical to what is public now." in lines()
    assert "not public" not in lines()
    assert f'href="/id/{conference.uid}"' in lines()
    conference.texts.update(title="Another")
    assert "The draft differs from the public edition." in lines()
    end = timezone.now() + timedelta(days=2)
    withdraw(conference, by=editor, reason="Wrong date", at=end)
    assert f"To be withdrawn at {end:%Y-%m-%d %H:%M} UTC." in lines()
    unschedule_all([conference], by=editor)
    assert "To be withdrawn" not in lines()
    withdraw(conference, by=editor, reason="Wrong date")
    assert "It was withdrawn: the public sees the reason." in lines()
    assert f'href="/id/{conference.uid}"' not in lines()


def test_of_records_that_the_reader_may_not_read_a_preview_shows_what_is_public(client):
    author = make.make_account("contributor")
    client.force_login(author)
    public, hidden = (make.make_conference(title, created_by=make.make_user()) for title in ("In force", "Unknown"))
    publish(public, by=make.make_user())
    public.texts.update(title="Still to come")
    for conference in (public, hidden):
        document = make.make_document(conference, created_by=author)
        html = client.get(address_for(client, document)).content.decode()
        assert ("In force" in html) == (conference is public)
        assert "Still to come" not in html
        assert "Unknown" not in html


def test_the_files_of_the_admin_are_for_their_owner_and_for_who_reads_all_drafts(client):
    author, photo = make.make_account("contributor"), make.make_photo(make.make_conference())
    original = photo.file
    rendition = original.renditions.first()
    addresses = [f"/admin/files/{stored.key}/{stored.name}" for stored in (original, rendition)]

    def statuses(user):
        if user:
            client.force_login(user)
        responses = [client.get(address) for address in addresses]
        for response in responses:
            response.getvalue()  # reading to the end closes the file
        return [response.status_code for response in responses]

    assert statuses(None) == [404, 404]
    assert statuses(make.make_user("nobody")) == [404, 404]
    assert statuses(author) == [404, 404]
    assert statuses(make.make_account("publisher")) == [200, 200]
    type(original).objects.filter(pk=original.pk).update(created_by=author)
    assert statuses(author) == [200, 200]


def test_a_preview_tells_a_release_in_the_time_zone_of_its_conference(client, editor, frozen_clock):
    conference = make.make_conference(time_zone="Europe/Minsk")
    document = make.make_document(conference)
    for record in (conference, document):
        publish(record, by=editor, at=frozen_clock.now + timedelta(days=1))
        html = client.get(address_for(client, record)).content.decode()
        assert "Will be public at 2026-03-03 12:00 Europe/Minsk (09:00 UTC), not before." in html


def test_a_preview_ends_where_the_account_is_staff_no_more(client, editor):
    address = address_for(client, make.make_conference())
    assert client.get(address).status_code == 200
    type(editor).objects.filter(pk=editor.pk).update(is_staff=False)
    assert client.get(address).status_code == 404


def test_a_preview_of_a_conference_shows_its_own_documents_and_the_sources_of_its_figures(client, editor):
    conference, other = make.make_conference(), make.make_conference()
    make.make_document(conference, "Of this one")
    make.make_document(other, "Of another one")
    source = make.make_document(other, "The list of participants")
    conference.figures.create(measure="participants", value=400, source_document=source)

    html = client.get(address_for(client, conference)).content.decode()

    assert ("Of this one" in html, "Of another one" in html) == (True, False)
    assert "The list of participants" in html


@pytest.mark.parametrize("record_type", ["series", "theme"])
def test_vocabulary_has_previews(client, editor, record_type):
    record = {"series": make.make_series, "theme": make.make_theme}[record_type]("A name to come")
    assert "A name to come" in client.get(address_for(client, record)).content.decode()


def test_of_others_a_contributor_sees_beside_their_draft_what_is_public_and_nothing_scheduled(client):
    author, publisher = make.make_account("contributor"), make.make_user()
    conference, elsewhere = make.make_conference("Mine", created_by=author), make.make_conference("Elsewhere")
    hidden = make.make_conference("A hidden week", slug="hidden-week")
    later, earlier = (
        make.make_document(conference, title, date=date(2019, 9, day)) for title, day in (("Later", 4), ("Earlier", 3))
    )
    scheduled = make.make_document(conference, "A scheduled text")
    unrelated = make.make_document(elsewhere, "A text of elsewhere")
    for record in (conference, elsewhere, later, earlier, unrelated):
        publish(record, by=publisher)
    for record in (scheduled, hidden):
        publish(record, by=publisher, at=timezone.now() + timedelta(days=1))
    conference.parent = hidden
    conference.save()
    client.force_login(author)

    html = client.get(address_for(client, conference)).content.decode()

    assert 0 < html.index("Earlier") < html.index("Later")
    assert [words for words in ("A scheduled text", "A text of elsewhere", "A hidden week") if words in html] == []


def test_what_has_no_conference_is_released_in_utc(client, editor):
    document = make.make_document(None, "A resolution")
    at = timezone.now() + timedelta(days=1)
    publish(document, by=editor, at=at)

    assert f"{at:%Y-%m-%d %H:%M} UTC" in client.get(address_for(client, document)).content.decode()


def test_a_preview_ends_with_the_right_to_the_draft(client):
    author = make.make_account("contributor")
    client.force_login(author)
    conference = make.make_conference(created_by=author)
    address = address_for(client, conference)
    assert client.get(address).status_code == 200

    conference.created_by = make.make_user()
    conference.save()

    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("rights", "status"),
    [({"view_photo", "read_all_drafts"}, 200), ({"view_document", "read_all_drafts"}, 200), ({"read_all_drafts"}, 404)],
)
def test_a_file_of_the_admin_needs_the_right_to_one_kind_of_record_with_files(client, rights, status):
    user = make.make_user("somebody", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    stored = make.make_stored_file()

    response = client.get(f"/admin/files/{stored.key}/{stored.name}")

    assert response.status_code == status
    b"".join(response) if response.streaming else response.content
