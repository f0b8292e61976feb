"""What holds for every text of the demo content."""

import re

import pytest

from ctportal.core.rich_text import plain
from ctportal.publishing import epoch
from ctportal.publishing.indexing import texts_of
from ctportal.publishing.models import Edition

pytestmark = pytest.mark.django_db
QUOTATION_MARKS = re.compile(r"[\"“”„‟«»‹›「」『』‘‛‚]")


def bodies():
    """{(slug, language): words of the body} of every public document."""
    return {
        (edition.slug, language): plain(html)
        for edition in Edition.objects.public(epoch.now()).of("document")
        for language, html in edition.data["body"].items()
    }


def test_no_text_of_a_document_quotes(demo):
    assert [key for key, text in bodies().items() if QUOTATION_MARKS.search(text)] == []


def test_every_text_of_a_document_is_a_digest(demo):
    states = {
        version["state"]
        for edition in Edition.objects.public(epoch.now()).of("document")
        for version in edition.data["versions"]
    }

    assert states == {"digest"}


def test_ten_documents_are_real_pages(demo):
    long = {slug for (slug, language), text in bodies().items() if language == "en" and len(text.split()) >= 250}

    assert len(long) >= 10


@pytest.mark.parametrize(
    ("slug", "languages"),
    [
        ("minsk-2019-closing-press-release", ["en", "ru"]),
        ("abu-dhabi-2019-opening-press-release", ["ar", "en"]),
        ("new-york-hlc-2023-closing-press-release", ["en", "fr"]),
    ],
)
def test_a_release_stands_in_a_second_language(demo, slug, languages):
    assert sorted(language for found, language in bodies() if found == slug) == languages


def test_the_french_release_says_that_it_is_unofficial(demo):
    text = bodies()["new-york-hlc-2023-closing-press-release", "fr"]

    assert text.startswith("Traduction de démonstration, non officielle (demonstration translation, unofficial).")


def test_at_least_eighteen_conferences_four_series_and_thirty_documents(demo):
    counts = {
        kind: Edition.objects.public(epoch.now()).of(kind).count() for kind in ("conference", "series", "document")
    }

    assert counts == {"conference": 21, "series": 4, "document": 43}


def test_every_photo_is_a_placeholder_described_in_words(demo):
    photos = [edition.data for edition in Edition.objects.public(epoch.now()).of("photo")]

    assert 12 <= len(photos) <= 24
    assert {photo["rights"] for photo in photos} == {"Demonstration"}
    assert [photo for photo in photos if not photo["credit"].startswith("Placeholder drawing; ")] == []
    assert [photo for photo in photos if not photo["alt_text"].get("en", "").startswith("Drawing of ")] == []


def test_every_conference_with_photos_features_one(demo):
    featured = [edition.data["featured"] for edition in Edition.objects.public(epoch.now()).of("photo")]

    assert featured.count(True) == 11


TYPING_ERRORS = re.compile(
    r"Secretar-|Summery|dowbload|releae|particpate|Statment|biannual|counterterror ", re.IGNORECASE
)


def test_typing_errors_of_the_sources_do_not_come_along(demo):
    texts = {
        edition.slug: "\n".join(plain(found.text) for found in texts_of(edition.data))
        for edition in Edition.objects.public(epoch.now())
    }

    assert [slug for slug, text in texts.items() if TYPING_ERRORS.search(text)] == []
