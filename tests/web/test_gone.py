"""The page of what was withdrawn: kind, date, reason and what to read instead; the title only where that was allowed."""

import re
from datetime import timedelta

import pytest

from ctportal.core.dates import format_instant
from ctportal.core.languages import LANGUAGES
from ctportal.publishing import epoch, verification
from ctportal.publishing.models import Edition, Withdrawal
from ctportal.publishing.services import publish, restore, withdraw
from ctportal.reading.queries import Gone
from ctportal.workflow.sealing import seal
from tests.factories import make_conference, make_document, make_photo, make_user
from tests.web.test_history import text_of

pytestmark = pytest.mark.django_db
TITLE = "Canary-title-4711"
KINDS = {
    "en": "Press release",
    "ar": "نشرة صحفية",
    "zh": "新闻稿",
    "fr": "Communiqué de presse",
    "ru": "Пресс-релиз",
    "es": "Comunicado de prensa",
}


@pytest.fixture
def by():
    return make_user("administrator", is_superuser=True)


@pytest.fixture
def release(frozen_clock, by):
    conference = make_conference()
    publish(conference, by=by)
    document = make_document(conference, TITLE, slug="release", kind="press-release")
    publish(document, by=by)
    frozen_clock.tick()
    return document


def gone(client, address="documents/release/", language="en"):
    response = client.get(f"/{language}/{address}")
    assert response.status_code == 410
    return response.content.decode()


def everywhere(client, record):
    """Every byte that the old addresses of *record* answer, in six languages, as page, file and problem."""
    own = [f"/{code}/documents/release/{below}" for code in LANGUAGES for below in ("", "versions/1/")]
    answers = [client.get(address, follow=True) for address in (*own, f"/id/{record.uid}")]
    answers += [client.get(f"/id/{record.uid}", follow=True, headers={"accept": "application/json"})]
    answers += [client.get(f"/api/v1/documents/{record.uid}/")]
    assert {answer.status_code for answer in answers} == {410}
    return b"".join(answer.content + repr(answer.headers).encode() for answer in answers).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_tells_kind_date_reason_and_what_to_read_instead_but_no_title(client, release, by, language):
    instead = make_document(release.conference, "Corrected release", slug="instead")
    publish(instead, by=by)
    withdraw(release, by=by, reason="Issued in error.", replacement=instead.uid)

    html = gone(client, language=language)
    day = format_instant(Edition.objects.get(uid=release.uid).public_until, language)
    assert re.findall("<dd>(.*?)</dd>", html) == [KINDS[language], day]
    assert "Issued in error." in html
    assert f'href="/{language}/documents/instead/"' in html
    assert TITLE not in html


def test_without_leave_no_byte_anywhere_holds_the_title(client, release, by):
    withdraw(release, by=by, reason="Issued in error.")

    assert TITLE not in everywhere(client, release)


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_leave_the_title_is_shown(client, release, by, language):
    withdraw(release, by=by, reason="Issued in error.", show_title=True)

    assert TITLE in gone(client, language=language)
    verification.verify()


def test_the_title_of_a_sealed_record_is_never_shown(client, release, by):
    withdraw(release, by=by, reason="Issued in error.", show_title=True)
    seal(Edition.objects.get(uid=release.uid), by=by, reason="A court asked for it.")

    assert TITLE not in everywhere(client, release)
    assert "Document" in text_of(gone(client))


def test_leave_does_not_count_for_what_is_sealed():
    assert Gone(Edition(), Withdrawal(show_title=True), None).shows_title
    assert not Gone(Edition(sealed_at=epoch.now()), Withdrawal(show_title=True), None).shows_title


@pytest.mark.parametrize("allowed", [True, False])
def test_a_scheduled_withdrawal_keeps_the_choice(client, release, by, frozen_clock, allowed):
    end = epoch.now() + timedelta(hours=1)
    withdraw(release, by=by, reason="The event is over.", at=end, show_title=allowed)
    # A correction takes the end over, and the choice with it.
    release.versions.update(title=f"{TITLE} corrected")
    publish(release, by=by, note="Corrected")
    assert client.get("/en/documents/release/").status_code == 200
    frozen_clock.tick(hours=2)

    html = gone(client)
    assert (f"{TITLE} corrected" in html) == allowed
    verification.verify()


def test_withdrawing_again_chooses_again(client, release, by, frozen_clock):
    withdraw(release, by=by, reason="Once.", show_title=True)
    frozen_clock.tick()
    restore(release, by=by)
    frozen_clock.tick()
    withdraw(release, by=by, reason="Twice.")

    assert TITLE not in everywhere(client, release)


def test_what_is_withdrawn_along_with_its_conference_does_not_show_its_title(client, release, by, frozen_clock):
    photo = make_photo(release.conference, caption_en=TITLE)
    publish(photo, by=by)
    frozen_clock.tick()
    withdraw(release.conference, by=by, reason="Entered twice.", show_title=True)

    assert "Entered twice." in gone(client)
    assert TITLE not in everywhere(client, release)
    assert TITLE not in gone(client, f"photos/{photo.uid}/")
    title = Edition.objects.get(uid=release.conference.uid).card_data["title"]["en"]
    assert title in gone(client, f"conferences/{release.conference.slug}/")


def test_the_choice_cannot_be_changed_later_without_the_ledger_telling(release, by):
    withdraw(release, by=by, reason="Issued in error.")
    verification.verify()
    Withdrawal.objects.update(show_title=True)

    with pytest.raises(verification.Misfit):
        verification.verify()
