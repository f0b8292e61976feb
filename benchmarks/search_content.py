"""``python -m benchmarks.search_content N``: fill an empty database with N documents to search in.

Each has 400 words in one of six languages. The words are invented, of the letters of the language, 20,000 in each, and as
frequent as in a natural text: the second half as frequent as the first, the third a third (Zipf's law). The editions and the
index are made as when publishing; there are no working rows.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import random
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import django
from django.db import connection, transaction

from . import synthetic, worker

WORDS = 20_000
LENGTH, TITLE_LENGTH = 400, 6  # words of a document and of its title
BATCH = 100  # documents
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
KINDS = ("press-release", "statement", "report", "co-chairs-summary", "declaration")
LETTERS = {
    "en": (list("bcdfghlmnprstvw"), list("aeiou"), ["", "s", "ed", "ing"]),
    "fr": (list("bcdfglmnprstv"), list("aeiouéè"), ["", "s", "es", "ment"]),
    "es": (list("bcdfglmnprstvz"), list("aeiouáí"), ["", "s", "ción", "ciones"]),
    "ru": (list("бвгджзклмнпрстхч"), list("аеиоуыя"), ["", "а", "ов", "ами"]),
    "ar": (list("بتجحدرزسشصطعفقكلمنه"), ["", "ا", "ي", "و"], ["", "ات", "ين", "ها"]),
}
CHARACTERS = 2_500  # that Chinese words of two are made of, from U+4E00 on


@cache
def words(language):
    """Return WORDS different words of *language*, the most frequent first. Four in a row are forms of one word."""
    draw = random.Random(f"search {language}")
    found = {}
    while len(found) < WORDS:
        found |= dict.fromkeys(_forms(draw, language))
    return list(found)[:WORDS]


def _forms(draw, language):
    if language == "zh":
        return [chr(0x4E00 + draw.randrange(CHARACTERS)) + chr(0x4E00 + draw.randrange(CHARACTERS))]
    consonants, vowels, endings = LETTERS[language]
    root = "".join(draw.choice(consonants) + draw.choice(vowels) for _ in range(draw.randint(2, 4)))
    stem = root + draw.choice(consonants)
    return [stem + ending for ending in endings]


@cache
def _weights():
    return list(itertools.accumulate(1 / rank for rank in range(1, WORDS + 1)))


def language_of(number):
    return ("ar", "zh", "en", "fr", "ru", "es")[number % 6]


@cache
def text(number):
    """Return (title, the words of the text) of the *number*-th document."""
    draw, language = random.Random(number), language_of(number)
    title = draw.choices(words(language)[20:2_000], k=TITLE_LENGTH)
    return synthetic.JOINTS[language].join(title), draw.choices(words(language), cum_weights=_weights(), k=LENGTH)


def _body(language, its_words):
    sentences = (its_words[start : start + 16] for start in range(0, LENGTH, 16))
    written = [synthetic.JOINTS[language].join(each) + synthetic.STOPS[language] for each in sentences]
    return "".join(f"<p>{''.join(written[start : start + 5])}</p>" for start in range(0, len(written), 5))


def template():
    """Return the Snapshot of a document, from which the others are copied. Its working rows are not kept."""
    from ctportal.publishing.snapshot import builder_for
    from tests.factories import make_document

    with transaction.atomic():
        document = make_document(slug="search-template")
        made = builder_for(document).snapshot(document)
        transaction.set_rollback(True)
    return made


def snapshot(number, like):
    """Return the Snapshot of the *number*-th document, a copy of the Snapshot *like*."""
    language, (title, its_words) = language_of(number), text(number)
    day = synthetic.first_day(number)
    uid = synthetic.uid("search", number)
    version = {**like.data["versions"][0], "language": language}
    data = like.data | {
        "kind": KINDS[number % 7 % 5],
        "date": day.isoformat(),
        "original_language": language,
        "languages": [language],
        "title": {language: title},
        "body": {language: _body(language, its_words)},
        "versions": [version],
        "symbol": f"A/{number % 90 + 1}/{number}" if number % 10 == 0 else "",
    }
    return replace(like, uid=uid, slug=f"{synthetic.PREFIX}search-{number:06d}", data=data, date=day, end_date=day)


def edition(made, number, **interval):
    """Return the unsaved edition of the Snapshot *made*, public since a second of its own, or in *interval*."""
    from ctportal.publishing.changes import edition_of

    start = FIRST + timedelta(seconds=number)
    whole = {"start": start, "until": None} | interval
    return edition_of(made, whole["start"], whole["until"], by="benchmarks", at=start, note="", minor=False)


def write(made):
    """Write *made*, pairs of an unsaved edition and its Snapshot, as ``changes.Changes`` does."""
    from ctportal.publishing.changes import facet_rows
    from ctportal.publishing.indexing import write_entries
    from ctportal.publishing.models import Edition, Facet

    Edition.objects.bulk_create([each for each, _snapshot in made])
    Facet.objects.bulk_create([row for each, snapshot in made for row in facet_rows(each, snapshot)])
    write_entries(made)


def make(numbers, like):
    """Return pairs of an unsaved edition and its Snapshot, with its tokens, of the documents *numbers*."""
    made = [(snapshot(number, like), number) for number in numbers]
    for each, _number in made:
        each.indexed  # noqa: B018 - computed here, in the process that makes it
    text.cache_clear()
    return [(edition(each, number), each) for each, number in made]


def fill(documents):
    """Write *documents* documents. Return {"seconds", "processor"}: for all, and for analysis and writing alone."""
    from ctportal.publishing import epoch

    worker.hurry()
    began, like, writing = time.monotonic(), template(), 0.0
    batches = [range(start, min(start + BATCH, documents)) for start in range(0, documents, BATCH)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context, initializer=worker.start) as pool:
        for place, made in enumerate(pool.map(make, batches, itertools.repeat(like))):
            begin = time.monotonic()
            with transaction.atomic():
                write(made)
            writing += time.monotonic() - begin
            if place % 50 == 0:
                print(f"{place * BATCH} documents, {time.monotonic() - began:.0f} s", flush=True)
    with transaction.atomic():
        epoch.replace_mark()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return {"documents": documents, "seconds": time.monotonic() - began, "writing": writing}


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_content", description=__doc__.splitlines()[0])
    parser.add_argument("documents", type=int, metavar="N")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ctportal.settings.demo")
    django.setup()
    print(json.dumps(fill(options.documents)))


if __name__ == "__main__":
    main()
