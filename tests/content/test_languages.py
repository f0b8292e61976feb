"""A reader of a language finds what is complete in it, and no more."""

import pytest

from conferences.models import ConferenceText
from ctportal.core.languages import CODES
from documents.models import LanguageVersion

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        # Every conference has its title in further languages, none all of its texts.
        ("conferences", {"ar": 0, "zh": 0, "en": 21, "fr": 0, "ru": 0, "es": 0}),
        ("documents", {"ar": 1, "zh": 0, "en": 42, "fr": 2, "ru": 3, "es": 0}),
        ("photos", {"ar": 2, "zh": 0, "en": 23, "fr": 4, "ru": 10, "es": 0}),
    ],
)
def test_a_language_finds_the_records_that_are_complete_in_it(client, demo, kind, counts):
    answers = {code: client.get(f"/api/v1/{kind}/", {"language": code, "page_size": 1}).json() for code in CODES}

    assert {code: answer["count"] for code, answer in answers.items()} == counts


def test_a_conference_of_which_only_the_title_is_in_arabic_is_there_in_part(client, demo):
    minsk = client.get("/api/v1/conferences/minsk-2019/").json()
    page = client.get("/ar/conferences/minsk-2019/")

    assert (minsk["languages"], minsk["partial_languages"]) == (["en"], ["ar", "zh", "fr", "ru", "es"])
    assert page["Content-Language"] == "ar, en"


def test_every_translation_knows_its_original(demo):
    texts = [(text, text.conference) for text in ConferenceText.objects.select_related("conference")]
    texts += [(text, text.document) for text in LanguageVersion.objects.select_related("document")]
    translations = [(text, record) for text, record in texts if text.language != record.original_language]

    assert len(translations) > 70
    assert [text for text, record in translations if text.made_from != record.original_sha256] == []
