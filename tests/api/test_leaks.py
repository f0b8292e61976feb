"""What is not public, or not yet, or no longer, shows nowhere: each test makes the thing that could leak."""

import json
from datetime import date, timedelta

import pytest

from ctportal.publishing.services import publish, unschedule_all, withdraw
from tests.factories import (
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_series,
    make_theme,
)

from .conftest import COLLECTIONS

CANARY = "kestrel"


def hidden_dossier():
    """A conference with everything that could betray it, every text of it holding the canary."""
    conference = make_conference(
        f"{CANARY} title",
        slug=f"{CANARY}-conference",
        country="KE",
        start_date=date(2031, 1, 1),
        end_date=date(2031, 1, 2),
    )
    series = make_series(f"{CANARY} series", slug=f"{CANARY}-series")
    theme = make_theme(f"{CANARY} theme", slug=f"{CANARY}-theme")
    organization = make_organization(f"{CANARY} office", slug=f"{CANARY}-office")
    person = make_person(f"{CANARY} person", slug=f"{CANARY}-person")
    conference.series_entries.create(series=series)
    conference.themes.add(theme)
    conference.organization_roles.create(organization=organization, role="host")
    conference.appearances.create(person=person, role="keynote")
    document = make_document(conference, f"{CANARY} document", slug=f"{CANARY}-document")
    photo = make_photo(conference, caption_en=f"{CANARY} photo")
    return {
        "conferences": conference,
        "documents": document,
        "photos": photo,
        "series": series,
        "themes": theme,
        "organizations": organization,
        "people": person,
    }


def release(records, publisher, at=None):
    for name in ("conferences", "documents", "photos"):
        publish(records[name], by=publisher, at=at)


def draft(records, publisher, clock):
    pass


def scheduled(records, publisher, clock):
    release(records, publisher, clock.now + timedelta(hours=1))


def unscheduled(records, publisher, clock):
    scheduled(records, publisher, clock)
    unschedule_all([records["conferences"]], by=publisher)


def withdrawn(records, publisher, clock):
    release(records, publisher)
    clock.tick()
    withdraw(records["conferences"], by=publisher, reason="Wrong.")


def addresses(records):
    """Every way to ask for the hidden records: lists, filters, searches."""
    yield from (f"{name}/" for name in COLLECTIONS)
    yield from (f"{name}/?q={CANARY}" for name in COLLECTIONS)
    yield from (f"{name}/?ordering=-updated&page_size=100" for name in COLLECTIONS)
    yield from ("conferences/?country=KE", "conferences/?year=2031", "conferences/?region=eastern-africa")


def by_record(records):
    """Every filter by a hidden record, by slug and by uid."""
    for value in ("slug", "uid"):
        yield from (
            f"conferences/?series={getattr(records['series'], value)}",
            f"conferences/?theme={getattr(records['themes'], value)}",
            f"conferences/?organization={getattr(records['organizations'], value)}",
            f"conferences/?person={getattr(records['people'], value)}",
            f"documents/?conference={getattr(records['conferences'], value)}",
            f"photos/?conference={getattr(records['conferences'], value)}",
        )


def masked(client, address, value):
    """Status, headers and body of the answer, with what was asked for taken out of it."""
    response = client.get(f"/api/v1/{address}")
    body = response.content.decode().replace(str(value), "ASKED")
    return response.status_code, dict(response.headers), body


@pytest.mark.parametrize("state", [draft, scheduled, unscheduled, withdrawn])
def test_lists_counts_filters_and_searches_are_the_same_with_and_without_it(client, publisher, frozen_clock, state):
    public = make_conference(slug="public")
    publish(public, by=publisher)
    records = hidden_dossier()
    before = {address: client.get(f"/api/v1/{address}") for address in addresses(records)}

    state(records, publisher, frozen_clock)
    for address, answer in before.items():
        after = client.get(f"/api/v1/{address}")
        assert (after.status_code, after.content, dict(after.headers)) == (
            answer.status_code,
            answer.content,
            dict(answer.headers),
        )
        assert CANARY not in after.content.decode().replace(f"q={CANARY}", "")


@pytest.mark.parametrize("state", [draft, scheduled, unscheduled])
def test_its_addresses_answer_byte_for_byte_as_if_it_did_not_exist(client, publisher, frozen_clock, state):
    records = hidden_dossier()
    state(records, publisher, frozen_clock)

    for name, record in records.items():
        for value in (record.uid, getattr(record, "slug", "")):
            if value:
                for below in ("", "versions/", "versions/1/"):
                    asked = masked(client, f"{name}/{value}/{below}", value)
                    nowhere = masked(client, f"{name}/nowhere/{below}", "nowhere")
                    assert asked == nowhere
                    assert asked[0] == 404


@pytest.mark.parametrize("state", [draft, scheduled, unscheduled])
def test_filtering_by_it_is_refused_as_if_it_did_not_exist(client, publisher, frozen_clock, state):
    records = hidden_dossier()
    state(records, publisher, frozen_clock)

    for address in by_record(records):
        parameter, value = address.partition("?")[2].split("=")
        nowhere = address.partition("=")[0] + "=nowhere"
        asked = masked(client, address, value)
        expected = masked(client, nowhere, "nowhere")
        assert (asked[0], asked[2]) == (expected[0], expected[2]), parameter
        assert asked[0] == 400


def test_the_edition_to_come_of_a_public_record_does_not_show(client, publisher, frozen_clock):
    conference = make_conference(slug="minsk-2019")
    publish(conference, by=publisher)
    frozen_clock.tick()
    asked = [
        "conferences/",
        "conferences/minsk-2019/",
        "conferences/minsk-2019/versions/",
        "conferences/minsk-2019/versions/1/",
        "conferences/minsk-2019/versions/2/",
        f"conferences/?q={CANARY}",
        "conferences/?country=KE",
    ]
    before = [masked(client, address, "") for address in asked]
    conference.texts.update(title=f"{CANARY} title")
    conference.country = "KE"
    conference.save()
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1), note=CANARY)

    assert [masked(client, address, "") for address in asked] == before
    frozen_clock.tick(hours=1)
    assert json.loads(client.get("/api/v1/conferences/minsk-2019/").content)["version"] == 2


def test_it_appears_at_its_instant_and_not_before(client, publisher, frozen_clock):
    records = hidden_dossier()
    scheduled(records, publisher, frozen_clock)

    counts = []
    for step in (timedelta(minutes=59, seconds=59), timedelta(seconds=1)):
        frozen_clock.now += step
        counts.append([json.loads(client.get(f"/api/v1/{name}/").content)["count"] for name in COLLECTIONS])
    assert counts == [[0] * 7, [1] * 7]


def test_a_child_of_a_public_conference_does_not_show_before_its_time(client, publisher, frozen_clock):
    conference = make_conference(slug="minsk-2019")
    publish(conference, by=publisher)
    before = client.get("/api/v1/conferences/minsk-2019/").content
    photo = make_photo(conference, caption_en=CANARY, featured=True)
    publish(photo, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    publish(make_document(conference), by=publisher, at=frozen_clock.now + timedelta(hours=1))

    assert client.get("/api/v1/conferences/minsk-2019/").content == before
    for name in ("photos", "documents"):
        assert json.loads(client.get(f"/api/v1/{name}/?conference=minsk-2019").content)["count"] == 0


def test_the_description_of_the_api_holds_nothing_of_the_content(client, publisher):
    hidden_dossier()
    text = client.get("/api/v1/schema/").content.decode()
    assert CANARY not in text
    assert "draft" not in text.replace("drafts", "")
