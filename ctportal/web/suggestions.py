"""The answer to what a reader types into a search box, for the script of the box."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ctportal.publishing.models import RecordType
from ctportal.reading.context import ReadRequest
from ctportal.reading.middleware import never_kept
from ctportal.reading.suggestions import Suggestion, suggest

from . import cards
from .addresses import page_address
from .labels import label


def suggestions(request: ReadRequest, language: str) -> HttpResponse:
    """Return the suggestions for ``q`` as JSON: the list with its *label* and a *message* that says how many there are."""
    found = suggest(request.GET.get("q", ""), request.read_context, language)
    number = len(found)
    message = ngettext("%(number)d suggestion", "%(number)d suggestions", number) % {"number": number}
    answer = {
        "label": _("Suggestions"),
        "message": message if found else _("No suggestions"),
        "suggestions": [_row(each, language) for each in found],
    }
    return never_kept(JsonResponse(answer, json_dumps_params={"ensure_ascii": False}))


def _row(suggestion: Suggestion, language: str) -> dict[str, Any]:
    edition = suggestion.edition
    card = edition.card_data
    title = cards.title_of(card, suggestion.language)
    is_document = edition.type == RecordType.DOCUMENT
    marks = (cards.kinds(card), card["symbol"]) if is_document else (label(RecordType, edition.type),)
    return {
        "title": str(title),
        "lang": title.language,
        "dir": title.dir,
        "kind": " · ".join(filter(None, marks)),
        "address": page_address(edition.type, edition.slug, edition.uid, language),
    }
