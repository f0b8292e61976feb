"""What the search page shows of each result, for ``components/found_row.html``."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ctportal.core import codes
from ctportal.core.dates import format_date
from ctportal.core.languages import LANGUAGES, direction
from ctportal.publishing.models import Edition, RecordType
from ctportal.reading.found import SearchResult
from ctportal.reading.search import Hit
from ctportal.search.highlighting import Highlighter, Marked

from . import cards
from .addresses import page_address
from .labels import label
from .text import LanguageContext, LocalizedText, by_direction

THUMBNAIL_SIZES = "7.5rem"
# Pieces of a text, each with whether it is highlighted, grouped by whether they read from left to right in any language.
Directed = list[tuple[bool, Marked]]


def rows(found: Sequence[SearchResult], highlighter: Highlighter, at: datetime, language: str) -> list[dict[str, Any]]:
    """Return what the page shows of the results *found*, in their order. One query if there are documents or photos."""
    children = [each.edition for each in found if each.edition.type in (RecordType.DOCUMENT, RecordType.PHOTO)]
    homes = cards.pointed_to(children, "conference", at)
    return [_row(each, homes.get(each.edition.pk), highlighter, at, language) for each in found]


def _row(each: SearchResult, conference: Any, highlighter: Highlighter, at: datetime, language: str) -> dict[str, Any]:
    hit, edition, excerpt = each
    title = _title(edition, language)
    return {
        "address": page_address(edition.type, edition.slug, edition.uid, language),
        "title": title,
        "marked_title": directed(highlighter.highlight(str(title), title.language).pieces, title.language),
        **_about(edition, conference, at, language),
        "excerpt": directed(excerpt.pieces, excerpt.language),
        "language": excerpt.language,
        "dir": direction(excerpt.language),
        # Where the excerpt is in a language that is neither the page's nor the title's: the page in that language.
        "elsewhere": page_address(edition.type, edition.slug, edition.uid, excerpt.language)
        if excerpt.language not in (language, title.language)
        else "",
        "language_name": LANGUAGES[excerpt.language],
        "group": _group(hit, language),
    }


def _group(hit: Hit, language: str) -> str:
    if hit.is_similar:
        return "similar"
    return "foreign" if hit.language != language and not hit.is_exact else "results"


def _title(edition: Edition, language: str) -> LocalizedText:
    """Return the title; of a photo without a caption what it shows or, without that, whose it is."""
    data = edition.card_data
    if title := cards.title_of(data, language):
        return title
    shown = LanguageContext(language, data["original_language"]).pick(data["alt_text"])
    return shown or LocalizedText(data["credit"], language)


def _about(edition: Edition, conference: Any, at: datetime, language: str) -> dict[str, Any]:
    """Return the kinds, date, place and picture of a result, and the conference it belongs to."""
    data = edition.card_data
    home = conference and {
        "name": cards.short_title(conference.card_data, language),
        "address": page_address("conference", conference.slug, conference.uid, language),
    }
    match edition.type:
        case RecordType.CONFERENCE:
            row = cards.conference_row(edition, at, language)
            return {
                "kinds": [row["kind"]],
                "status": row["status"],
                "off": row["off"],
                "date": row["dates"],
                "iso_date": row["iso_date"],
                "city": row["city"],
                "country": row["country"],
            }
        case RecordType.DOCUMENT:
            return {
                "kinds": [cards.kinds(data)],
                "symbol": data["symbol"],
                "conference": home,
                **cards.date_of(data, language),
            }
        case RecordType.PHOTO:
            taken = data["taken_on"]
            picture = cards.picture_of(data, language, sizes=THUMBNAIL_SIZES, decorative=True)
            return {
                "kinds": [label(RecordType, edition.type)],
                "conference": home,
                "picture": picture,
                "date": taken and format_date(date.fromisoformat(taken), language),
                "iso_date": taken,
            }
        case RecordType.ORGANIZATION:
            return {"kinds": [label(codes.OrganizationKind, data["kind"])], "acronym": data["acronym"]}
    return {"kinds": [label(RecordType, edition.type)]}


def directed(marked: Marked, language: str) -> Directed:
    """Return *marked*, pieces of a text in *language*, grouped by whether they read from left to right in any language, as in
    ``text.by_direction``. Only in a language that reads from the right does that matter."""
    if direction(language) == "ltr":
        return [(False, marked)] if marked else []
    groups: Directed = []
    left, pieces = "", iter(marked)
    is_found = False
    for part, is_ltr in by_direction("".join(text for text, _is_found in marked)):
        group: Marked = []
        while part:
            if not left:
                left, is_found = next(pieces)
            taken = left[: len(part)]
            group.append((taken, is_found))
            left, part = left[len(taken) :], part[len(taken) :]
        groups.append((is_ltr, group))
    return groups
