"""Cards: how a record stands in a list, written once per edition and language and kept in the process.

What a card says is frozen with its edition, so the text of the card and the language are all it hangs on; the cache is
keyed by them and never stale.
"""

import json
from datetime import date
from functools import lru_cache

from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import SafeString

from ctportal.dates import format_date, format_date_range
from ctportal.geography import country_name
from ctportal.languages import LANGUAGES, django_code

from .addresses import page_address
from .labels import labels
from .text import Reader, media_name, size

KEPT = 8192
# Widest first choice of formats for <picture>; the last is for <img> itself.
FORMATS = ("image/avif", "image/webp", "image/jpeg", "image/png")


def day(text):
    """Return the date written as YYYY-MM-DD in JSON, None for none."""
    return date.fromisoformat(text) if text else None


def web_address(text):
    """Return *text* where it may stand in a link, "" where it is anything but http or https."""
    return text if text.lower().startswith(("https://", "http://")) else ""


def fragment(template, language, **context):
    """Return the HTML of a component, in *language*."""
    with translation.override(django_code(language)):
        return get_template(f"components/{template}").template.render(Context({"language": language, **context}))


def dates_of(data, language):
    """Return the days of a conference as written in *language*."""
    return format_date_range(day(data["start_date"]), day(data["end_date"]), data["date_precision"], language)


def off(status):
    return status in ("postponed", "cancelled")


@lru_cache(maxsize=KEPT)
def conference_row(card, slug, uid, language, level=3, series=""):
    """Return the row of a conference in the register, its title a heading of *level*, with its number in *series* (uid)."""
    return fragment("conference_row.html", language, level=level, **_conference(card, slug, uid, language, series))


@lru_cache(maxsize=KEPT)
def conference_card(card, slug, uid, language, photo="", level=3, wide=False):
    """Return the card of a conference with its featured *photo* (the card of that photo, "" for none)."""
    sizes = "(min-width: 60rem) 30rem, 95vw" if wide else "(min-width: 60rem) 18rem, (min-width: 40rem) 45vw, 95vw"
    picture = photo and picture_of(json.loads(photo), language, sizes=sizes, eager=wide)
    return fragment(
        "conference_card.html", language, level=level, picture=picture, **_conference(card, slug, uid, language)
    )


def _conference(card, slug, uid, language, series=""):
    data = json.loads(card)
    reader = Reader(language, data["original_language"])
    title = reader.say(data["title"])
    rest = reader.after(title)
    words = labels(language)
    return {
        "address": page_address("conference", slug, uid, language),
        "title": title,
        "summary": rest.say(data["summary"]),
        "dates": dates_of(data, language),
        "start_date": data["start_date"],
        "kind": words.conference_kinds.get(data["kind"], data["kind"]),
        "status": words.statuses.get(data["event_status"], "") if data["event_status"] != "held" else "",
        "off": off(data["event_status"]),
        "format": words.formats.get(data["format"], "") if data["format"] != "in-person" else "",
        "city": rest.say(data["city"]),
        "country": country_name(data["country"], language),
        "ordinal": next((entry["ordinal"] for entry in data["series"] if entry["uid"] == series), None),
        "tongues": [(code, LANGUAGES[code]) for code in data["languages"]],
    }


@lru_cache(maxsize=KEPT)
def document_row(
    card, slug, uid, language, level=3, conference="", conference_slug="", with_excerpt=True, with_kind=True
):
    """Return the row of a document; *conference* is the card of the one it belongs to, "" where that is plain."""
    data = json.loads(card)
    reader = Reader(language, data["original_language"])
    title = reader.say(data["title"])
    rest = reader.after(title)
    words = labels(language)
    belongs = None
    if conference:
        its = json.loads(conference)
        belongs = (
            Reader(language, its["original_language"]).say(its["title"]),
            its["name"],
            f"/{language}/conferences/{conference_slug}/",
        )
    return fragment(
        "document_row.html",
        language,
        level=level,
        address=page_address("document", slug, uid, language),
        title=title,
        excerpt=rest.say(data["excerpt"]) if with_excerpt else "",
        date=format_date(day(data["date"]), language),
        iso_date=data["date"],
        kind=kinds(data, words) if with_kind else "",
        occasion=words.occasions.get(data["occasion"], ""),
        symbol=data["symbol"],
        place=rest.say(data["place"]),
        by=data["delivered_by"] and rest.say(data["delivered_by"]["name"]),
        belongs=belongs,
        digest=any(version["state"] == "digest" for version in data["versions"]),
        versions=[version_line(version, language) for version in data["versions"]],
        several=len(data["versions"]) > 1,
        base=page_address("document", slug, uid, "")[1:],
    )


def kinds(data, words):
    """Return what a document is and what it also serves as: "Statement · Co-chairs’ summary"."""
    names = [words.document_kinds.get(data[key], data[key]) for key in ("kind", "also_serves_as") if data[key]]
    return " · ".join(names)


def version_line(version, language):
    """Return one language version of a document as lists show it."""
    file = version["file"]
    return {
        "language": version["language"],
        "name": LANGUAGES[version["language"]],
        "file": file and {**file, "format": media_name(file["media_type"]), "size": size(file["size"], language)},
        "digest": version["state"] == "digest",
    }


@lru_cache(maxsize=KEPT)
def photo_tile(card, uid, language, conference=""):
    """Return a photo of an album with caption and credit; *conference* is the short name of its conference, if shown."""
    data = json.loads(card)
    reader = Reader(language, data["original_language"])
    return fragment(
        "photo_tile.html",
        language,
        address=page_address("photo", "", uid, language),
        picture=picture_of(data, language, sizes="(min-width: 60rem) 17rem, (min-width: 40rem) 45vw, 95vw"),
        caption=reader.say(data["caption"]),
        credit=data["credit"],
        conference=conference,
    )


def picture_of(data, language, *, sizes, eager=False):
    """Return what ``components/picture.html`` shows of a photo: sources by format, the fallback, the alt text.

    None where a photo has no renditions.
    """
    by_format = {}
    for file in data["renditions"]:
        by_format.setdefault(file["media_type"], []).append(file)
    ordered = [(name, sorted(by_format[name], key=_width)) for name in FORMATS if name in by_format]
    if not ordered:
        return None
    fallback = ordered[-1][1]
    middle = min(fallback, key=lambda file: abs((file["width"] or 0) - 960))
    alt = Reader(language, data["original_language"]).say(data["alt_text"])
    return {
        "sources": [(name, _srcset(files)) for name, files in ordered[:-1]],
        "srcset": _srcset(fallback),
        "src": middle["path"],
        "width": middle["width"],
        "height": middle["height"],
        "sizes": sizes,
        "alt": "" if data["decorative"] else alt.plain,
        "attributes": "" if data["decorative"] else alt.attributes,
        "eager": eager,
    }


def _width(file):
    return file["width"] or 0


def _srcset(files):
    return ", ".join(f"{file['path']} {file['width']}w" for file in files if file["width"])


def rows(items):
    """Join rendered rows; each is safe by itself."""
    return SafeString("".join(items))


def file_line(file, language):
    """Return a file as pages name it: path, name, format, size, SHA-256."""
    return {**file, "format": media_name(file["media_type"]), "size_text": size(file["size"], language)}


@lru_cache(maxsize=1024)
def vocabulary_row(card, section, slug, language):
    """Return the row of a series or theme."""
    name = Reader(language).say(json.loads(card)["name"])
    return fragment("vocabulary_row.html", language, address=f"/{language}/{section}/{slug}/", name=name)


@lru_cache(maxsize=1024)
def upcoming(card, slug, uid, language):
    """Return a conference to come as the home page announces it."""
    return _conference(card, slug, uid, language)
