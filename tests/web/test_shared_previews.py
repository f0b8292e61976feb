"""Share links: the draft of one record and its files for whoever has the address, until it ends; nothing beside it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from ctportal.publishing.services import publish
from ctportal.staff import sharing
from ctportal.staff.models import ShareLink, ShareOpening
from ctportal.staff.share_page import ShareForm
from tests import factories as make
from tests.admin.forms import AdminForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make.make_account("editor")


@pytest.fixture
def visitor():
    return Client()


@pytest.fixture
def conference(editor):
    return make.make_conference("A title nobody has read", time_zone="Europe/Minsk")


@pytest.fixture
def address(conference, editor):
    return sharing.address_of(sharing.share(conference, by=editor, days=7, name="A colleague in Vienna"))


def test_who_has_the_address_reads_the_draft_in_every_language(conference, address, visitor):
    conference.texts.create(language="ar", title="عنوان", ready=True)

    english, arabic = visitor.get(address), visitor.get(f"{address}?lang=ar")

    assert "A title nobody has read" in english.content.decode()
    assert "shared with you" in english.content.decode()
    assert "عنوان" in arabic.content.decode()
    for response in (english, arabic):
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert not response.cookies


def test_who_was_sent_what_is_public_by_now_is_not_told_that_it_is_not(conference, address, visitor, editor):
    publish(conference, by=editor)

    banner = visitor.get(address).content.decode()

    assert "Preview: identical to what is public now." in banner
    assert "it is not public" not in banner


def test_a_photo_that_is_public_stands_at_its_public_address_in_a_shared_preview(conference, address, visitor, editor):
    photo = make.make_photo(conference)
    for record in (conference, photo):
        publish(record, by=editor)
    picture = photo.rendition_files[0].path

    assert f'src="{picture}"' in visitor.get(address).content.decode()
    own = sharing.address_of(sharing.share(photo, by=editor, days=7, name="A colleague"))
    assert f'src="{own.rstrip("/")}{picture}"' in visitor.get(own).content.decode()


def test_each_opening_is_recorded_and_a_look_at_the_head_is_none(address, visitor):
    for _n in range(2):
        visitor.get(address)
    visitor.head(address)
    assert ShareOpening.objects.count() == 2


def test_a_link_ends_at_its_instant(address, visitor, frozen_clock):
    end = ShareLink.objects.get().expires_at
    frozen_clock.move_to(end - timedelta(milliseconds=1))
    assert visitor.get(address).status_code == 200
    frozen_clock.move_to(end)
    assert visitor.get(address).status_code == 404


def test_a_revoked_link_opens_nothing(conference, address, editor, visitor):
    sharing.revoke(ShareLink.objects.get(), by=editor, record=conference)
    assert visitor.get(address).status_code == 404


def _lock(editor):
    editor.is_active = False
    editor.save()


def _take_role(editor):
    editor.groups.remove(Group.objects.get(name="editor"))


@pytest.mark.parametrize("change", [_lock, _take_role, lambda editor: editor.delete()])
def test_a_link_lives_no_longer_than_the_right_of_who_made_it(conference, address, editor, visitor, change):
    change(editor)
    assert visitor.get(address).status_code == 404


def test_a_link_that_opens_nothing_answers_as_one_that_never_was(address, visitor):
    never = visitor.get("/preview/never/").content.decode()
    changed = f"{address[:-3]}{'a' if address[-3] != 'a' else 'b'}/"
    ShareLink.objects.update(revoked_at=timezone.now())

    for where in (address, changed):
        response = visitor.get(where)
        assert response.status_code == 404
        assert response.content.decode().replace(where, "/preview/never/") == never
    assert not ShareOpening.objects.exists()


def test_a_link_covers_its_record_and_its_files_and_nothing_else(conference, address, editor, visitor):
    publish(conference, by=editor)
    hidden = make.make_document(conference, "A hidden document")
    photo = make.make_photo(conference, caption_en="A hidden photo")
    public = make.make_document(conference, "A public document")
    publish(public, by=editor)
    public.versions.update(title="A title typed since")
    conference.references.create(document=hidden)

    html = visitor.get(address).content.decode()

    assert "A public document" in html
    assert not [words for words in ("A hidden document", "A hidden photo", "A title typed since") if words in html]
    file = photo.download_file
    assert visitor.get(f"{address}files/{file.key}/{file.name}").status_code == 404


def test_a_link_to_a_photo_shows_its_files(conference, editor, visitor):
    photo = make.make_photo(conference)
    address = sharing.address_of(sharing.share(photo, by=editor, days=1, name="The photographer"))
    shown, original = photo.download_file, photo.file

    response = visitor.get(f"{address}files/{shown.key}/{shown.name}")

    assert b"".join(response.streaming_content) == b"download"
    assert visitor.get(f"{address}files/{original.key}/{original.name}").status_code == 404
    assert f"{address}files/{shown.key}" in visitor.get(address).content.decode()


def test_the_banner_says_when_it_is_to_be_public(conference, address, editor, visitor, frozen_clock):
    frozen_clock.move_to(timezone.now().replace(year=2026, month=12, day=1, hour=9, minute=0))
    at = timezone.now().replace(year=2026, month=12, day=2, hour=7, minute=0, second=0, microsecond=0)
    ShareLink.objects.update(expires_at=at)
    publish(conference, by=editor, at=at)

    html = visitor.get(address).content.decode()
    assert "Will be public at 2026-12-02 10:00 Europe/Minsk (07:00 UTC), not before." in html
    assert "differs from this draft" not in html
    conference.texts.update(title="Typed since")
    assert "differs from this draft" in visitor.get(address).content.decode()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"days": 365, "name": "x"}, "days"),
        ({"days": 7, "name": " "}, "name"),
        ({"days": 7, "name": "n" * 201}, "name"),
    ],
)
def test_a_link_needs_an_end_and_a_name(values, field):
    assert set(ShareForm(values).errors) == {field}


def test_each_link_opens_its_own_record_and_the_newest_is_listed_first(conference, address, editor, visitor):
    other = make.make_conference("Another title nobody has read")
    of_other = sharing.share(other, by=editor, days=7, name="Somebody else")
    sharing.share(conference, by=editor, days=7, name="A printer")

    texts = [visitor.get(each).content.decode() for each in (address, sharing.address_of(of_other))]

    assert ["A title nobody has read" in text for text in texts] == [True, False]
    assert ["Another title nobody has read" in text for text in texts] == [False, True]
    assert [link.name for link in sharing.links_of(conference)] == ["A printer", "A colleague in Vienna"]


def test_revoking_again_does_not_change_when_it_was_revoked(conference, address, editor, frozen_clock):
    sharing.revoke(ShareLink.objects.get(), by=editor, record=conference)
    frozen_clock.tick(hours=1)
    sharing.revoke(ShareLink.objects.get(), by=editor, record=conference)

    assert ShareLink.objects.get().revoked_at == frozen_clock.now - timedelta(hours=1)


def test_who_may_not_edit_shares_and_revokes_nothing(conference, address):
    for role in ("contributor", "translator", "photo editor"):
        user = make.make_account(role)
        with pytest.raises(PermissionDenied):
            sharing.share(conference, by=user, days=7, name="Me")
        with pytest.raises(PermissionDenied):
            sharing.revoke(ShareLink.objects.get(), by=user, record=conference)


# The page in the admin


def test_a_link_is_made_and_revoked_in_the_admin(client, conference, editor, visitor):
    client.force_login(editor)
    where = f"/admin/conferences/conference/{conference.pk}/share/"

    AdminForm(client, where).fill(name="A colleague", days="3").press("_share")
    page = client.get(where)
    [row] = page.context["rows"]
    assert row["address"] in page.content.decode()
    assert visitor.get(row["address"].removeprefix("http://testserver")).status_code == 200
    client.post(where, {"revoke": row["link"].pk})

    assert visitor.get(row["address"].removeprefix("http://testserver")).status_code == 404
    [row] = client.get(where).context["rows"]
    assert (row["alive"], row["link"].openings) == (False, 1)
    assert client.post(where, {"revoke": "1" * 30}).status_code == 404
    assert AdminForm(client, where).fill(name="").press("_share").status_code == 422


def test_the_page_of_links_is_for_who_may_edit(client, conference):
    where = f"/admin/conferences/conference/{conference.pk}/share/"
    for role, status in (("translator", 403), ("photo editor", 403), ("contributor", 404)):
        client.force_login(make.make_account(role))
        assert client.get(where).status_code == status
        assert client.post(where, {"name": "Me", "days": "7"}).status_code == status
    assert not ShareLink.objects.exists()


def test_a_contributor_previews_their_conference_without_the_drafts_of_others(client):
    contributor = make.make_account("contributor")
    conference = make.make_conference("Mine", created_by=contributor)
    make.make_document(conference, "A hidden document")
    make.make_document(conference, "My document", created_by=contributor)
    client.force_login(contributor)
    form = AdminForm(client, f"/admin/conferences/conference/{conference.pk}/change/")

    html = client.get(form.press("_preview")["Location"]).content.decode()

    assert "My document" in html
    assert "A hidden document" not in html
