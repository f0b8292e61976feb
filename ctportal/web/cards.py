"""Cards: what lists show of a record, made from the card of its edition in the reader's language.

A *record* is any object with ``type``, ``uid``, ``slug`` and ``card_data``: an edition, a related record, or a draft
in a preview. The results are the inputs of the components of the same names.

Where files are shown, *address_of* is the function from a file in the JSON to its address (``RecordPage.address_of``).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from django.utils.translation import pgettext

from ctportal.core import codes
from ctportal.core.countries import country_first, country_name
from ctportal.core.dates import format_date, format_date_range, iso_date
from ctportal.core.languages import DEFAULT, LANGUAGES, direction
from ctportal.publishing.models import Edition
from ctportal.reading.queries import related

from .addresses import page_address, public_file, record_path
from .labels import label, number_in_series
from .text import LanguageContext, LocalizedText, media_name, size

AddressOf = Callable[[dict[str, Any]], str]
# Media types of pictures in order of preference; the last one that a picture has is the fallback.
FORMATS = ("image/avif", "image/webp", "image/jpeg", "image/png")
# Width in pixels of the picture in ``src``, for browsers that do not support ``srcset``.
MIDDLE = 960
CARD_SIZES = "(min-width: 60rem) 18rem, (min-width: 40rem) 45vw, 95vw"
WIDE_CARD_SIZES = "(min-width: 60rem) 30rem, 95vw"
TILE_SIZES = "(min-width: 60rem) 17rem, (min-width: 40rem) 45vw, 95vw"


def web_address(text: str) -> str:
    """Return *text* if it is an http or https address, which may be linked, else ""."""
    return text if text.lower().startswith(("https://", "http://")) else ""


def dates_of(data: dict[str, Any], language: str) -> str:
    """Return the first and last day in *data* as a date range formatted in *language*."""
    return format_date_range(
        date.fromisoformat(data["start_date"]), date.fromisoformat(data["end_date"]), data["date_precision"], language
    )


def date_of(data: dict[str, Any], language: str) -> dict[str, str]:
    """Return the date of a document to its precision: ``date`` formatted in *language*, and ``iso_date``."""
    day, precision = data["date"], data["date_precision"]
    return {
        "date": format_date(date.fromisoformat(day), language, precision),
        "iso_date": iso_date(day, precision),
    }


def off(status: str) -> bool:
    """Return whether a conference with this event status is postponed or cancelled."""
    return status in ("postponed", "cancelled")


def event_status(status: str, *, is_over: bool) -> str:
    """Return the label of an event status. What is over is neither planned nor confirmed any more: "" then."""
    return "" if is_over and status in ("planned", "confirmed") else label(codes.EventStatus, status)


def title_of(data: dict[str, Any], language: str) -> LocalizedText:
    """Return the title of the record with the card *data*: its title, its name or, for a photo, its caption."""
    texts = LanguageContext(language, data.get("original_language", DEFAULT))
    return texts.pick(data.get("title") or data.get("name") or data.get("caption"))


def short_title(data: dict[str, Any], language: str) -> LocalizedText:
    """Return how readers know the conference with this JSON or card where space is short: its short title or, without
    one, place and year: "Minsk 2019".
    """
    texts = LanguageContext(language, data["original_language"])
    return texts.pick(data["short_title"]) or place_and_year(data, language) or texts.pick(data["title"])


def place_and_year(data: dict[str, Any], language: str) -> LocalizedText:
    """Return where and when the conference with this JSON or card is held: "Minsk 2019"; an empty text without a place."""
    texts = LanguageContext(language, data["original_language"])
    place = texts.pick(data["city"]) or LocalizedText(country_name(data["country"], language), language)
    if not place:
        return place
    year = data["start_date"][:4]
    pattern = "%(place)s %(year)s" if place.foreign else pgettext("a conference", "%(place)s %(year)s")
    return replace(place, text=pattern % {"place": place, "year": year})


def page_title(title: str, *occasion: object) -> str:
    """Return *title* with those parts of its *occasion* that it does not hold itself, for ``<title>``."""
    for part in (str(each) for each in occasion if each):
        if part.casefold() not in title.casefold():
            title = f"{title} – {part}"
    return title


def target(record, language: str) -> dict[str, Any]:
    """Return the title and the address of *record*, for a link to it."""
    return {
        "title": title_of(record.card_data, language),
        "address": page_address(record.type, record.slug, record.uid, language),
    }


def pointed_to(editions: Iterable[Edition], name: str, at: datetime) -> dict[int, Any]:
    """Return {edition's pk: record} for the *editions* whose relation *name* leads to a public record. One query."""
    found = related(editions, at)
    return {pk: each for pk, records in found.items() for each in records if each.name == name}


def conference_row(record, at: datetime, language: str, series: str = "") -> dict[str, Any]:
    """Return what a list shows of a conference at the instant *at*, with its number in *series* (a uid)."""
    data, status = record.card_data, record.card_data["event_status"]
    texts = LanguageContext(language, data["original_language"])
    title = texts.pick(data["title"])
    rest = texts.after(title)
    number = next((entry["ordinal"] for entry in data["series"] if entry["uid"] == series), None)
    return {
        "address": page_address("conference", record.slug, record.uid, language),
        "title": title,
        "summary": rest.pick(data["summary"]),
        "dates": dates_of(data, language),
        "iso_date": iso_date(data["start_date"], data["date_precision"]),
        "kind": label(codes.ConferenceKind, data["kind"]),
        "status": event_status(status, is_over=record.over_at <= at) if status != "held" else "",
        "off": off(status),
        "format": label(codes.EventFormat, data["format"]) if data["format"] not in ("in-person", "not-known") else "",
        "city": rest.pick(data["city"]),
        "country": country_name(data["country"], language),
        "country_first": country_first(language),
        "ordinal": number_in_series(number) if number else "",
        "also_in": [
            (code, LANGUAGES[code]) for code in data["languages"] if code in LANGUAGES and code != title.language
        ],
    }


def conference_card(record, at: datetime, language: str, photo: dict[str, Any] | None, *, wide: bool = False):
    """Return what a card shows of a conference at the instant *at*; *photo* is the card of its featured photo."""
    sizes = WIDE_CARD_SIZES if wide else CARD_SIZES
    picture = picture_of(photo, language, sizes=sizes, eager=wide, decorative=True) if photo else None
    return {**conference_row(record, at, language), "picture": picture}


def document_row(record, language: str, conference=None, *, with_excerpt: bool = True, with_kind: bool = True):
    """Return what a list shows of a document; *conference* is its conference, None if the page already names it."""
    data = record.card_data
    texts = LanguageContext(language, data["original_language"])
    title = texts.pick(data["title"])
    rest = texts.after(title)
    path = record_path("document", record.slug, record.uid)
    # The title leads to the version in its own language; only the others need a link.
    own = [version for version in data["versions"] if version["language"] == title.language]
    others = [version for version in data["versions"] if version["language"] != title.language]
    return {
        "address": f"/{language}/{path}",
        "title": title,
        **date_of(data, language),
        "marks": [mark for mark in (with_kind and kinds(data), codes.OCCASION_WORDS.get(data["occasion"])) if mark],
        "symbol": data["symbol"],
        "by": [rest.pick(entry["name"]) for entry in data["delivered_by"]],
        "conference": conference
        and {
            "name": short_title(conference.card_data, language),
            "address": page_address("conference", conference.slug, conference.uid, language),
        },
        "excerpt": rest.pick(data["excerpt"]) if with_excerpt else "",
        "digest": any(version["state"] == "digest" for version in data["versions"]),
        "file": next((file_line(version["file"], language) for version in own if version["file"]), None),
        "also_in": [
            {
                "language": version["language"],
                "dir": direction(version["language"]),
                "name": LANGUAGES[version["language"]],
                "address": f"/{version['language']}/{path}",
                "file": version["file"] and file_line(version["file"], language),
            }
            for version in others
        ],
    }


def kinds(data: dict[str, Any]) -> str:
    """Return the names of the kinds of a document: "Statement · Co-chairs’ summary"."""
    names = [label(codes.DocumentKind, data[key]) for key in ("kind", "also_serves_as") if data[key]]
    return " · ".join(names)


def person(entry: dict[str, Any], texts: LanguageContext) -> dict[str, Any]:
    """Return a person with the title and organization on that occasion. One without a name has no address."""
    return {
        "name": texts.pick(entry["name"]),
        "address": page_address("person", entry["slug"], entry["uid"], texts.language) if entry["slug"] else "",
        "title": texts.pick(entry["title"]),
        "organization": entry["organization"] and texts.pick(entry["organization"]["name"]),
    }


def photo_tile(record, language: str, conference=None, *, address_of: AddressOf = public_file) -> dict[str, Any]:
    """Return what an album shows of a photo; *conference* is its conference, None if the page already names it."""
    data = record.card_data
    texts = LanguageContext(language, data["original_language"])
    return {
        "address": page_address("photo", "", record.uid, language),
        "picture": picture_of(data, language, sizes=TILE_SIZES, address_of=address_of),
        "caption": texts.pick(data["caption"]),
        "credit": texts.own(data["credit"]),
        "conference": short_title(conference.card_data, language) if conference else "",
    }


def picture_of(
    data: dict[str, Any],
    language: str,
    *,
    sizes: str,
    eager: bool = False,
    decorative: bool = False,
    address_of: AddressOf = public_file,
) -> dict[str, Any] | None:
    """Return a photo in all its formats and widths for ``components/picture.html``; None without renditions.

    *data* is the JSON or the card of a photo. *sizes* is the HTML attribute. An *eager* picture is loaded at once. A
    *decorative* one appears beside its own title and has an empty alternative text.
    """
    by_format: dict[str, list] = {}
    for file in data["renditions"]:
        by_format.setdefault(file["media_type"], []).append(file)
    ordered = [(name, sorted(by_format[name], key=itemgetter("width"))) for name in FORMATS if name in by_format]
    if not ordered:
        return None
    fallback = ordered[-1][1]
    middle = min(fallback, key=lambda file: abs(file["width"] - MIDDLE))
    texts = {} if data["decorative"] or decorative else data["alt_text"]
    return {
        "sources": [(name, _srcset(files, address_of)) for name, files in ordered[:-1]],
        "src": address_of(middle),
        "srcset": _srcset(fallback, address_of),
        "sizes": sizes,
        "width": middle["width"],
        "height": middle["height"],
        "alt": LanguageContext(language, data["original_language"]).pick(texts),
        "eager": eager,
    }


def _srcset(files: list, address_of: AddressOf) -> str:
    return ", ".join(f"{address_of(file)} {file['width']}w" for file in files)


def file_line(file: dict[str, Any], language: str) -> dict[str, Any]:
    """Return *file* with its format and size as text added, in ``format`` and ``size_text``."""
    return {**file, "format": media_name(file["media_type"]), "size_text": size(file["size"], language)}
