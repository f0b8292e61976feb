"""What the index of the search holds."""

import itertools
import uuid

from django.utils import timezone

from ctportal.publishing.models import Edition
from ctportal.search.analysis import analyze
from ctportal.search.models import Place, SearchEntry, SearchTokens

_parts = itertools.count()


def indexed(edition):
    """Return all tokens of *edition* as one text, in the notation of the database."""
    rows = SearchTokens.objects.filter(entry__edition=edition).order_by("pk")
    return " ".join(rows.values_list("tokens", flat=True))


def make_edition(**fields):
    """Return an edition of a person, public from now on, that no service has written: it has no ledger entry."""
    values = {"uid": uuid.uuid4(), "type": "person", "public_from": timezone.now(), "json": "{}", "card": "{}"}
    return Edition.objects.create(**values | fields)


def make_entry(tokens, *, edition=None, language="en", place=Place.TEXT):
    """Return a search entry of *tokens*, or of a text in *language*, with an edition of its own by default."""
    entry = SearchEntry.objects.create(
        edition=edition or make_edition(), language=language, place=place, part=next(_parts)
    )
    tokens = analyze(tokens, language) if isinstance(tokens, str) else tokens
    SearchTokens.objects.create(entry=entry, tokens=tokens)
    return entry
