"""Fifty items are withdrawn: at the origin they are gone at once from every channel, caches warm, files and renditions included."""

import pytest

from ctportal.files.models import StoredFile
from ctportal.publishing.services import publish, withdraw
from tests.embargo import addresses
from tests.embargo.canaries import letters
from tests.embargo.readers import VISITOR, Reader
from tests.factories import (
    make_conference,
    make_document,
    make_person,
    make_photo,
    make_stored_file,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db

CONFERENCES, DOCUMENTS, PHOTOS = 5, 4, 5  # of each conference: fifty items in all
ASKED = ({}, {"Range": "bytes=0-3"}, {"If-None-Match": "*"})  # of a file, beside HEAD


def word(*of):
    return "zq" + letters("/".join(map(str, of)), 12)


def make_items():
    """The records, each with a word that stands nowhere else, as {record: word}; and the theme and the person they show."""
    theme, person = make_theme(word("theme")), make_person(word("person"))
    items = {}
    for n in range(CONFERENCES):
        conference = make_conference(word("c", n), slug=word("slug", n))
        conference.themes.add(theme)
        items[conference] = word("c", n)
        for m in range(DOCUMENTS):
            document = make_document(conference, word("d", n, m), slug=word("slug", n, m), delivered_by=person)
            document.versions.update(file=make_stored_file(f"{word('file', n, m)}.pdf"))
            items[document] = word("d", n, m)
        for m in range(PHOTOS):
            items[make_photo(conference, caption_en=word("p", n, m))] = word("p", n, m)
    return items, [theme, person]


def own_addresses(records):
    for record in records:
        slugs = [record.slug] if hasattr(record, "slug") else []
        yield from addresses.of_record(record.record_type, slugs, str(record.uid))


def lists(items, vocabulary):
    """Every list there is, whole, in the order of its changes, filtered by the vocabulary, and searched for some of the words."""
    yield from addresses.of_everybody()
    for name in addresses.COLLECTIONS.values():
        yield from (f"/api/v1/{name}/?page_size=100", f"/api/v1/{name}/?ordering=-updated&lang=fr")
    for name in ("conferences", "documents", "photos"):
        yield from (
            f"/en/{name}/?ordering=-updated",
            f"/en/{name}/?year=2019",
            f"/api/v1/{name}/?year=2019&page_size=1",
        )
    yield from (
        f"/api/v1/documents/?{kind}={entry.slug}" for kind, entry in zip(("theme", "person"), vocabulary, strict=True)
    )
    for record, its in [*items.items()][::7]:
        yield from addresses.of_words(record.record_type, [its])


@pytest.mark.slow
def test_fifty_withdrawn_items_are_gone_at_once_from_every_channel():
    items, vocabulary = make_items()
    by, reader = make_user(), Reader(VISITOR)
    for record in items:
        publish(record, by=by)
    shown = StoredFile.objects.filter(editions__isnull=False).distinct()
    files = [(stored.path, stored.key) for stored in shown]
    names = {*items.values(), *(str(record.uid) for record in (*items, *vocabulary)), *(key for _path, key in files)}

    def told():
        """Which of *names* the lists tell of. What one says oneself is no news."""
        answers = {address: reader.ask(address).data for address in lists(items, vocabulary)}
        return {
            name for address, data in answers.items() for name in names if name.encode() in data and name not in address
        }

    def statuses():
        own = {address: reader.ask(address).status for address in own_addresses([*items, *vocabulary])}
        of_files = {
            (path, method, *headers): reader.ask(path, method, headers=headers).status
            for path, _key in files
            for method, headers in [("HEAD", {}), *(("GET", headers) for headers in ASKED)]
        }
        return set(own.values()), set(of_files.values())

    assert (len(items), len(files)) == (50, CONFERENCES * (DOCUMENTS + PHOTOS * 2))
    assert told() >= {*items.values()}
    assert 410 not in set.union(*statuses())

    for record in [record for record in items if record.record_type == "conference"]:
        withdraw(record, by=by, reason="Wrong date")

    assert statuses() == ({410}, {410})
    assert told() == set()
