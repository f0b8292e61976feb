"""The search, asked for each word of the world: of what is hidden it finds nothing, and at its instant all of it, without a job."""

from datetime import timedelta

from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.reading.context import ReadContext
from ctportal.reading.search import search
from ctportal.search.parsing import parse

from .canaries import CLOSED, OPEN, WORD
from .world import NOW, RELEASE

# Fields whose words are found once they are public: titles, texts, captions, texts of files, symbols and names.
FOUND = (
    *("ConferenceText.title", "LanguageVersion.title", "LanguageVersion.body", "Photo.caption_en", "StoredFile.text"),
    *("Document.symbol", "Person.name_en", "Organization.name_en", "Series.name_en", "Theme.name_en"),
)


def at(instant):
    """Return a context that reads at *instant*."""
    context = ReadContext()
    vars(context)["_read"] = epoch.Reading(instant, f"at {instant}")
    return context


def words(world):
    return [word for word in world.canaries.names if WORD.fullmatch(word.encode())]


def contents(instant):
    """Return {primary key: all that readers may find} of the editions public at *instant*."""
    public = Edition.objects.public(instant).prefetch_related("files__file")
    texts = {
        edition.pk: [edition.slug, edition.json, *(row.file.text for row in edition.files.all())] for edition in public
    }
    return {pk: "\n".join(parts).lower() for pk, parts in texts.items()}


def told(results):
    """Return all that Results tell."""
    return [*results.hits], results.facets, results.total, results.unfiltered, [*results.alone]


def test_each_word_is_found_only_where_readers_may_read_it(world):
    readable, context, found = contents(NOW), at(NOW), set()

    for word in words(world):
        results = search(parse(word), context, "en")
        holding = {pk for pk, text in readable.items() if word in text}
        assert {hit.edition for hit in results.hits} <= holding, world.canaries.names[word]
        assert holding or told(results) == ([], {}, 0, 0, [0]), world.canaries.names[word]
        found |= {world.canaries.names[word].what.removeprefix("en ")} if results else set()

    assert set(FOUND) <= found


def test_what_is_scheduled_is_found_from_its_instant_on(world):
    hidden = [
        word
        for word in words(world)
        if "scheduled" in world.canaries.names[word].case
        and world.canaries.names[word].side == CLOSED
        and world.canaries.names[word].what.removeprefix("en ") in FOUND
    ]
    before, then = at(RELEASE - timedelta(microseconds=1)), at(RELEASE)

    assert {word for word in hidden if search(parse(word), before, "en")} == set()
    assert {word for word in hidden if search(parse(word), then, "en")} == set(hidden) != set()


def test_an_unpublished_correction_is_not_found_under_its_new_words(world):
    names = world.canaries.names
    new = [word for word in words(world) if "correction" in names[word].case and names[word].side == CLOSED]
    old = [word for word in words(world) if "correction" in names[word].case and names[word].side == OPEN]

    assert [word for word in new if search(parse(word), at(NOW), "en")] == []
    assert [word for word in old if search(parse(word), at(NOW), "en")] != []
    assert [word for word in new if search(parse(word), at(RELEASE), "en")] != []
