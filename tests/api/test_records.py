"""Single records: the envelope, relations, versions, languages, redirects and tombstones."""

import copy
from datetime import timedelta
from hashlib import sha256

import pytest

from ctportal.publishing.models import Edition
from ctportal.publishing.renaming import merge_entries
from ctportal.publishing.services import publish, withdraw
from ctportal.publishing.snapshot import BUILDERS, canonical
from tests.api.conftest import Dossier
from tests.conftest import clock_frozen
from tests.factories import make_conference, make_document, make_organization, make_stored_file, make_user


@pytest.fixture(scope="module")
def dossier_of_all(shared_content):
    with clock_frozen():
        return Dossier(make_user())


@pytest.fixture
def dossier(dossier_of_all, frozen_clock):
    """The dossier of ``conftest``, published once for these tests, which see it unchanged."""
    return copy.deepcopy(dossier_of_all)


# The keys that a response adds to an edition's JSON. Without them, its canonical JSON has the checksum sha256.
ENVELOPE = ("uid", "type", "slug", "url", "version", "published", "updated", "sha256", "files", "related")


def own(record):
    """What is left of *record* without the envelope, in canonical form."""
    return canonical({name: value for name, value in record.items() if name not in (*ENVELOPE, "chain")})


def test_a_record_is_its_editions_json_in_an_envelope(get, dossier, publisher, frozen_clock):
    first = frozen_clock.now
    frozen_clock.tick(hours=1, microseconds=250)
    dossier.conference.texts.filter(language="en").update(summary="Now with a summary.")
    edition = publish(dossier.conference, by=publisher)

    status, record = get("conferences/minsk-2019/")
    uid = str(dossier.conference.uid)
    assert status == 200
    assert {name: record[name] for name in ENVELOPE if name not in ("files", "related")} == {
        "uid": uid,
        "type": "conference",
        "slug": "minsk-2019",
        "url": f"http://testserver/id/{uid}",
        "version": 2,
        "published": f"{first:%Y-%m-%dT%H:%M:%SZ}",
        "updated": "2026-03-02T10:00:00.000250Z",
        "sha256": edition.sha256,
    }
    assert own(record) == edition.json
    assert sha256(own(record).encode()).hexdigest() == record["sha256"]
    assert get(f"conferences/{uid}/")[1] == record


@pytest.mark.parametrize("builder", BUILDERS.values(), ids=BUILDERS)
def test_no_field_of_a_record_has_a_name_of_the_envelope(builder):
    assert not set(builder.serializer_class().fields) & {*ENVELOPE, "chain"}


def test_relations_lead_to_public_records_only(get, dossier, publisher, frozen_clock):
    hidden = make_document(None, slug="hidden")
    dossier.conference.references.create(document=hidden, order=7)
    frozen_clock.tick()
    publish(hidden, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    publish(dossier.conference, by=publisher)

    def link(record, record_type, key=""):
        slug = {"slug": record.slug} if record_type != "photo" else {}
        url = f"http://testserver/id/{record.uid}"
        return {"uid": str(record.uid), "type": record_type, **slug, "url": url, "key": key}

    _status, record = get("conferences/minsk-2019/")
    figure = dossier.conference.figures.get(measure="participants")
    cards = {name: [link.pop("card") for link in links] for name, links in record["related"].items()}
    assert record["related"] == {
        "featured_photo": [link(dossier.photo, "photo")],
        "parent": [link(dossier.week, "conference")],
        "reference": [link(dossier.reference, "document")],
        "source": [link(dossier.reference, "document", str(figure.uid))],
    }
    assert cards["reference"][0]["symbol"] == "S/RES/2396 (2017)"

    frozen_clock.tick(hours=1)
    slugs = [link["slug"] for link in get("conferences/minsk-2019/")[1]["related"]["reference"]]
    assert slugs == ["resolution", "hidden"]


def test_a_list_has_the_same_relations_without_cards(get, dossier):
    (row,) = get("documents/?kind=press-release")[1]["results"]
    one = get("documents/closing-release/")[1]
    for links in one["related"].values():
        for link in links:
            del link["card"]
    assert row == one
    assert set(row["related"]) == {"conference", "cites"}


@pytest.mark.parametrize("address", ["conferences/minsk-2019/", "documents/closing-release/", "documents/resolution/"])
def test_a_record_costs_three_queries(client, dossier, address, django_assert_num_queries):
    with django_assert_num_queries(3):  # the epoch; the edition with its history; its relations
        assert client.get(f"/api/v1/{address}").status_code == 200


# Files


def test_a_file_is_named_by_its_key_and_has_an_absolute_address(get, client, dossier, publisher, frozen_clock):
    """In every list and record; a past version names its files and gives no addresses."""
    stored = dossier.document.versions.get(language="ru").file
    named = {
        "key": stored.key,
        "name": "file.pdf",
        "media_type": "application/pdf",
        "size": 23,
        "sha256": "0" * 64,
        "width": None,
        "height": None,
        "pages": None,
    }
    addresses = {stored.key: f"http://testserver/files/{stored.key}/file.pdf"}
    document = "documents/closing-release/"
    for record in (
        get(document)[1],
        get(f"{document}?lang=fr")[1],
        get("documents/?kind=press-release")[1]["results"][0],
        get(f"{document}versions/1/")[1],
    ):
        assert ([version["file"] for version in record["versions"]], record["files"]) == ([None, named], addresses)
    assert client.get(addresses[stored.key]).status_code == 200

    frozen_clock.tick()
    dossier.document.versions.filter(language="ru").update(file=make_stored_file("новый.pdf"))
    publish(dossier.document, by=publisher)
    past, current = (get(f"{document}versions/{number}/")[1] for number in (1, 2))
    assert (past["versions"][1]["file"], past["files"]) == (named, {})
    assert [address.rpartition("/")[2] for address in current["files"].values()] == [
        "%D0%BD%D0%BE%D0%B2%D1%8B%D0%B9.pdf"
    ]


def test_each_size_of_a_photo_has_an_address(get, dossier):
    record = get(f"photos/{dossier.photo.uid}/")[1]
    keys = [file["key"] for file in (record["download"], *record["renditions"])]
    assert (len(set(keys)), sorted(record["files"])) == (2, sorted(keys))


# Languages


def test_texts_are_objects_by_language(get, dossier):
    record = get("conferences/minsk-2019/")[1]
    assert record["title"] == {"en": "Countering terrorism", "ru": "Противодействие терроризму"}
    assert (record["city"], record["motto"]) == ({"en": "Minsk", "ru": "Минск"}, {})


def test_one_language_is_given_with_fallback_and_says_which(get, dossier):
    record = get("conferences/minsk-2019/?lang=ru")[1]
    assert record["title"] == {"text": "Противодействие терроризму", "language": "ru"}
    assert record["motto"] is None
    assert record["main_topics"] == [{"title": {"text": "First topic", "language": "en"}}]
    assert record["people"][0]["name"] == {"text": "Некто", "language": "ru"}
    assert record["people"][0]["organization"]["name"] == {"text": "Office", "language": "en"}
    assert record["sessions"][0]["people"][0]["title"] is None
    (listed,) = get("conferences/?series=regional-conferences&lang=ru")[1]["results"]
    assert listed["title"] == record["title"]


def test_what_is_missing_falls_back_to_the_original_language_before_english(get, publisher):
    conference = make_conference("Conférence", language="fr", slug="paris")
    conference.texts.create(language="en", title="Conference", ready=True)
    publish(conference, by=publisher)

    assert get("conferences/paris/?lang=es")[1]["title"] == {"text": "Conférence", "language": "fr"}


# Versions


def test_versions_are_listed_with_a_chain_that_can_be_computed_again(get, dossier, publisher, frozen_clock):
    frozen_clock.tick(hours=1)
    publish(dossier.conference, by=publisher, note="Corrected.", minor=True)
    frozen_clock.tick(hours=1)
    publish(dossier.conference, by=publisher)
    publish(dossier.conference, by=publisher, at=frozen_clock.now + timedelta(hours=1), note="Secret.")

    status, listed = get("conferences/minsk-2019/versions/")
    assert (status, listed["count"], [row["version"] for row in listed["results"]]) == (200, 3, [1, 2, 3])
    assert [(row["note"], row["minor"]) for row in listed["results"]] == [
        ("", False),
        ("Corrected.", True),
        ("", False),
    ]
    assert [row["public_until"] for row in listed["results"]] == ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", None]
    chain = ""
    for row in listed["results"]:
        chain = sha256("\n".join([chain, row["sha256"], row["public_from"]]).encode()).hexdigest()
        assert row["chain"] == chain
        one = get(row["url"].removeprefix("http://testserver/api/v1/"))[1]
        assert (one["version"], one["chain"], one["updated"]) == (row["version"], chain, row["public_from"])
        assert sha256(own(one).encode()).hexdigest() == row["sha256"]


def test_a_scheduled_withdrawal_does_not_show_in_the_versions(get, dossier, publisher, frozen_clock):
    before = get("documents/closing-release/versions/")
    withdraw(dossier.document, by=publisher, reason="Secret.", at=frozen_clock.now + timedelta(hours=1))

    assert get("documents/closing-release/versions/") == before


@pytest.mark.parametrize("number", ["0", "2", "-1", "01", "１", "x", "9" * 5000])
def test_a_version_that_does_not_exist_is_not_found(get, dossier, number):
    assert get(f"conferences/minsk-2019/versions/{number}/") == get("conferences/nowhere/")


def test_a_sealed_version_keeps_its_hashes(get, dossier, publisher, frozen_clock):
    frozen_clock.tick()
    publish(dossier.conference, by=publisher)
    before = get("conferences/minsk-2019/versions/")[1]["results"]
    first = Edition.objects.filter(uid=dossier.conference.uid).earliest("public_from")
    # What sealing does; there is no service for it yet.
    Edition.objects.filter(pk=first.pk).update(json="", card="", sealed_at=frozen_clock.now)

    status, problem = get("conferences/minsk-2019/versions/1/")
    hashes = {name: before[0][name] for name in ("version", "sha256", "chain", "public_from")}
    assert (status, problem["type"]) == (410, "http://testserver/en/developers/#problem-sealed")
    assert {name: problem[name] for name in hashes} == hashes
    assert get("conferences/minsk-2019/versions/")[1]["results"] == [before[0] | {"sealed": True}, before[1]]


# Redirects and tombstones


def test_a_former_slug_redirects_with_its_parameters(client, dossier, publisher, frozen_clock):
    frozen_clock.tick()
    dossier.conference.slug = "minsk-september-2019"
    dossier.conference.save()
    publish(dossier.conference, by=publisher)

    for below in ("", "versions/", "versions/1/"):
        response = client.get(f"/api/v1/conferences/minsk-2019/{below}")
        assert (response.status_code, response.headers["Location"]) == (
            301,
            f"/api/v1/conferences/minsk-september-2019/{below}",
        )
    response = client.get("/api/v1/conferences/minsk-2019/?lang=fr")
    assert response.headers["Location"] == "/api/v1/conferences/minsk-september-2019/?lang=fr"


def test_what_was_merged_away_redirects(client, dossier, publisher, frozen_clock):
    right = make_organization("The office", slug="the-office")
    frozen_clock.tick()
    merge_entries(dossier.organization, right, by=publisher)

    for address in ("office", str(dossier.organization.uid)):
        response = client.get(f"/api/v1/organizations/{address}/")
        assert (response.status_code, response.headers["Location"]) == (301, "/api/v1/organizations/the-office/")


def test_a_withdrawn_record_leaves_a_tombstone(get, client, dossier, publisher, frozen_clock):
    published = frozen_clock.now
    frozen_clock.tick(hours=1)
    withdraw(dossier.document, by=publisher, reason="Sent by mistake.", replacement=dossier.reference.uid)

    uid, reference = str(dossier.document.uid), str(dossier.reference.uid)
    for address in ("closing-release", uid):
        for below in ("", "versions/", "versions/1/"):
            status, problem = get(f"documents/{address}/{below}")
            assert status == 410
            assert problem == {
                "type": "http://testserver/en/developers/#problem-withdrawn",
                "title": "Withdrawn",
                "status": 410,
                "detail": "The record was public; record says why it is not, and what to read instead.",
                "record": {
                    "uid": uid,
                    "type": "document",
                    "url": f"http://testserver/id/{uid}",
                    "published": f"{published:%Y-%m-%dT%H:%M:%SZ}",
                    "withdrawn": "2026-03-02T10:00:00Z",
                    "reason": "Sent by mistake.",
                    "replacement": {
                        "uid": reference,
                        "type": "document",
                        "slug": "resolution",
                        "url": f"http://testserver/id/{reference}",
                    },
                },
            }


def test_vocabulary_that_nothing_shows_any_more_is_gone_too(get, dossier, publisher, frozen_clock):
    frozen_clock.tick()
    withdraw(dossier.conference, by=publisher, reason="Wrong.")

    status, problem = get("series/regional-conferences/")
    assert (status, problem["record"]["reason"]) == (410, "No longer referred to.")


# HTTP


def test_the_same_bytes_are_not_sent_twice(client, dossier):
    address = "/api/v1/conferences/minsk-2019/"
    first = client.get(address)
    etag = first.headers["ETag"]

    for tag in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get(address, headers={"if-none-match": tag})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert client.get(address, headers={"if-none-match": '"other"'}).content == first.content
    assert etag.startswith('"')


def test_the_tag_changes_when_a_related_record_does(client, dossier, publisher, frozen_clock):
    before = client.get("/api/v1/conferences/minsk-2019/")
    frozen_clock.tick(hours=1)
    withdraw(dossier.reference, by=publisher, reason="Wrong.")

    since = {"if-modified-since": before.headers["Last-Modified"]}
    after = client.get("/api/v1/conferences/minsk-2019/", headers=since)
    assert after.headers["Last-Modified"] == before.headers["Last-Modified"] == "Mon, 02 Mar 2026 09:00:00 GMT"
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize("address", ["conferences/", "conferences/minsk-2019/", "conferences/minsk-2019/versions/", ""])
def test_head_answers_as_get_without_the_body(client, dossier, address):
    got, head = client.get(f"/api/v1/{address}"), client.head(f"/api/v1/{address}")

    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(got.headers)
    assert (got.headers["Cache-Control"], got.headers["Content-Type"]) == ("no-cache", "application/json")


def test_no_cookie_is_set_and_no_user_is_read(client, dossier, publisher, django_assert_num_queries):
    client.force_login(publisher)
    with django_assert_num_queries(3):
        response = client.get("/api/v1/conferences/minsk-2019/")
    assert dict(response.cookies) == {}
    assert "Cookie" not in response.headers.get("Vary", "")
