"""A reader of a language finds what is complete in it, and no more."""

import pytest

from conferences.models import ConferenceText
from ctportal.core.languages import CODES
from documents.models import LanguageVersion

pytestmark = pytest.mark.django_db


# {kind: {language: what is complete in it}}; in English all is, but for a statement in Russian alone.
COMPLETE = {
    "conferences": {
        "ar": ["abu-dhabi-2019", "abu-dhabi-civil-society-2019", "dushanbe-2019", "nairobi-2019"],
        "zh": ["dushanbe-2019"],
        "fr": ["dushanbe-2019", "nairobi-2019", "new-york-hlc-2023", "trinidad-and-tobago-2019", "vienna-2020"],
        "ru": ["dushanbe-2019", "dushanbe-2022", "minsk-2019", "new-york-side-event-2019", "tashkent-2022"],
        "es": ["dushanbe-2019", "trinidad-and-tobago-2019"],
    },
    "documents": {
        "ar": [
            "abu-dhabi-2019-closing-press-release",
            "abu-dhabi-2019-co-chairs-summary",
            "abu-dhabi-2019-keynote-address",
            "abu-dhabi-2019-opening-press-release",
            "abu-dhabi-civil-society-2019-remarks",
            "dushanbe-declaration-2019",
        ],
        "zh": ["dushanbe-declaration-2019"],
        "fr": [
            "dushanbe-declaration-2019",
            "global-counter-terrorism-strategy",
            "new-york-hlc-2023-closing-press-release",
            "vienna-2020-closing-press-release",
            "vienna-2020-opening-statement",
        ],
        "ru": [
            "dushanbe-declaration-2019",
            "global-counter-terrorism-strategy",
            "minsk-2019-closing-press-release",
            "minsk-2019-statement",
        ],
        "es": ["dushanbe-declaration-2019"],
    },
}


@pytest.mark.parametrize("kind", COMPLETE)
@pytest.mark.parametrize("language", ["ar", "zh", "fr", "ru", "es"])
def test_a_language_finds_the_records_that_are_complete_in_it(client, demo, kind, language):
    answer = client.get(f"/api/v1/{kind}/", {"language": language, "page_size": 100}).json()

    assert sorted(row["slug"] for row in answer["results"]) == COMPLETE[kind][language]


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("conferences", {"ar": 4, "zh": 1, "en": 21, "fr": 5, "ru": 5, "es": 2}),
        ("documents", {"ar": 6, "zh": 1, "en": 42, "fr": 5, "ru": 4, "es": 1}),
        ("photos", {"ar": 6, "zh": 2, "en": 23, "fr": 8, "ru": 10, "es": 2}),
    ],
)
def test_each_language_counts_what_is_complete_in_it(client, demo, kind, counts):
    answers = {code: client.get(f"/api/v1/{kind}/", {"language": code, "page_size": 1}).json() for code in CODES}

    assert {code: answer["count"] for code, answer in answers.items()} == counts


def test_dushanbe_2019_is_complete_in_all_six_languages(client, demo):
    dossier = [client.get("/api/v1/conferences/dushanbe-2019/").json()]
    for kind in ("documents", "photos"):
        dossier += client.get(f"/api/v1/{kind}/", {"conference": "dushanbe-2019"}).json()["results"]

    assert [record["languages"] for record in dossier] == 4 * [list(CODES)]


def test_a_conference_of_which_only_the_title_is_in_arabic_is_there_in_part(client, demo):
    minsk = client.get("/api/v1/conferences/minsk-2019/").json()
    page = client.get("/ar/conferences/minsk-2019/")

    assert (minsk["languages"], minsk["partial_languages"]) == (["en", "ru"], ["ar", "zh", "fr", "es"])
    assert page["Content-Language"] == "ar, en"


def test_what_is_in_preparation_is_said(client, demo):
    found = {}
    for kind in ("conferences", "documents"):
        for row in client.get(f"/api/v1/{kind}/", {"page_size": 100}).json()["results"]:
            if row["languages_in_preparation"]:
                found[row["slug"]] = row["languages_in_preparation"]

    assert found == {"vienna-civil-society-2020": ["fr"], "minsk-2019-co-chairs-summary": ["ru"]}


def test_every_translation_knows_its_original(demo):
    texts = [(text, text.conference) for text in ConferenceText.objects.select_related("conference")]
    texts += [(text, text.document) for text in LanguageVersion.objects.select_related("document")]
    translations = [(text, record) for text, record in texts if text.language != record.original_language]

    assert len(translations) > 70
    assert [text for text, record in translations if text.made_from != record.original_sha256] == []
