"""Searches made of the words of what is public, and hidden records made of the same words, which must change no answer."""

import random
import re
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
KINDS = ("word", "two words", "phrase", "exclusion", "filter", "symbol", "misspelt")
PAST, AHEAD = timedelta(days=400), timedelta(days=30)


class Search(NamedTuple):
    """What one reader asks: the text, the reader's language, and facets (name=value) as filters."""

    text: str
    language: str
    filters: tuple[tuple[str, ...], ...] = ()


def searches(count, editions):
    """Return *count* searches made of the texts and facets of *editions*, as many in each language and of each of KINDS."""
    draw = random.Random("influence")
    texts = {language: list(_texts(language, editions)) for language in LANGUAGES}
    symbols = sorted({edition.data["symbol"] for edition in editions if edition.data.get("symbol")})
    made = []
    for number in range(count):
        language, kind = LANGUAGES[number % 6], KINDS[number // 6 % len(KINDS)]
        made.append(_search(draw, kind, language, texts[language], symbols))
    return made


def _search(draw, kind, language, texts, symbols):
    words, facets = draw.choice(texts)
    at = draw.randrange(len(words) - 1)
    first, second, other = words[at], words[at + 1], draw.choice(words)
    text, filters = {
        "word": (first, ()),
        "two words": (f"{first} {other}", ()),
        "phrase": (f'"{first}{"" if language == "zh" else " "}{second}"', ()),
        "exclusion": (f"{first} -{other}" if other != first else first, ()),
        "filter": (first, ((draw.choice(facets),),)),
        "symbol": (draw.choice(symbols) if symbols else "A/RES/72/284", ()),
        "misspelt": (first[:-1] + first[-2:], ()),
    }[kind]
    return Search(text, language, filters)


def _texts(language, editions):
    """Yield (words, facets) of each text in *language*. A word of Chinese is two characters."""
    from ctportal.publishing.indexing import counted_facets, texts_of

    pattern = re.compile("[\u4e00-\u9fff]{2}" if language == "zh" else r"[^\W\d_]{3,}")
    for edition in editions:
        facets = counted_facets(edition.type, edition.facets.values_list("name", "value")).split()
        for found in texts_of(edition.data):
            words = pattern.findall(re.sub("<[^>]+>", " ", found.text)) if found.language == language else []
            if len(words) > 3:
                yield words, facets


def results_of(asked, context):
    """Return the Results of the search for *asked*."""
    from ctportal.reading.search import search
    from ctportal.search.parsing import parse

    return search(parse(asked.text), context, asked.language, asked.filters)


def answer(asked, context):
    """Return the whole answer of the search to *asked*, as text."""
    results = results_of(asked, context)
    return repr((results.hits, {name: dict(values) for name, values in results.facets.items()}))


def hide(count, editions, now):
    """Write *count* hidden editions with the contents of *editions*: to come, past (superseded or
    withdrawn) and unscheduled."""
    from ctportal.publishing.changes import edition_of, facet_rows
    from ctportal.publishing.indexing import write_entries
    from ctportal.publishing.models import Edition, Facet
    from ctportal.publishing.snapshot import Snapshot

    draw, made = random.Random("hidden"), []
    intervals = ((now + AHEAD, None), (now - PAST, now - PAST / 2), (now + AHEAD, now + AHEAD))
    for number in range(count):
        like, (start, until) = editions[number % len(editions)], intervals[number % 3]
        uid, slug = UUID(int=draw.getrandbits(128), version=4), f"{like.slug}-{number}"[-120:] if like.slug else ""
        snapshot = Snapshot(like.type, uid, slug, like.data, like.date, like.end_date, like.over_at)
        edition = edition_of(snapshot, start, until, by="hidden", at=now - PAST, note="", minor=False)
        made.append((edition, snapshot))
    Edition.objects.bulk_create([edition for edition, _snapshot in made])
    Facet.objects.bulk_create([row for edition, snapshot in made for row in facet_rows(edition, snapshot)])
    write_entries(made)
