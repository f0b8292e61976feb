"""The Declaration as documents in the index: each article one document in six languages.

``python -m tests.search.relevance --ranker tests.search.declaration:all_words --ranker tests.search.declaration:portal``
measures the search of the portal, in a database that it makes for this: what matches all terms, and all results.
"""

import functools
import json
import os
from pathlib import Path

import django
from django.utils.html import escape

from tests.search.relevance import DATA, LANGUAGES


def publish_declaration():
    """Publish the preamble and the articles. Return {primary key of an edition: number of the article}."""
    from ctportal.publishing.models import Edition
    from ctportal.publishing.services import publish
    from tests.factories import make_user

    user = make_user()
    for number, of_languages in _articles().items():
        publish(_document(number, of_languages), by=user)
    slugs = Edition.objects.of("document").filter(slug__startswith="text-").values_list("pk", "slug")
    return {pk: int(slug.rpartition("-")[2]) for pk, slug in slugs}


def ranked(query, language, numbers, *, is_similar=(False, True)):
    """Return the articles that the search finds, best first. *numbers* is what ``publish_declaration`` returned."""
    from ctportal.reading.context import ReadContext
    from ctportal.reading.search import search
    from ctportal.search.parsing import parse

    hits = search(parse(query), ReadContext(), language).hits
    return [numbers[hit.edition] for hit in hits if hit.is_similar in is_similar]


def portal(query, language):
    """Like ``ranked``, outside of tests: in a temporary database with the Declaration."""
    return ranked(query, language, _in_a_database_of_its_own())


def all_words(query, language):
    """Like ``portal``, without results that are only similar."""
    return ranked(query, language, _in_a_database_of_its_own(), is_similar=(False,))


def _articles():
    """Return {number: {language: {"title", "text"}}}."""
    found = {}
    for language in LANGUAGES:
        for part in json.loads(Path(DATA, "udhr", f"{language}.json").read_text("utf-8")):
            found.setdefault(part["number"], {})[language] = part
    return found


def _document(number, of_languages):
    from documents.models import Document
    from tests.factories import make_document

    def body(part):
        return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in part["text"].split("\n"))

    texts = {language: (part["title"], body(part)) for language, part in of_languages.items()}
    title, english = texts.pop("en")
    document = make_document(title=title, body=english, slug=f"text-{number}", kind="declaration")
    for language, (title, text) in texts.items():
        document.versions.create(language=language, title=title, body=text, ready=True)
    return Document.objects.get(pk=document.pk)


@functools.cache
def _in_a_database_of_its_own():
    os.environ["DJANGO_SETTINGS_MODULE"] = "ctportal.settings.test"
    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0)
    return publish_declaration()
