"""Cards: how a record stands in a list, written once per edition and language and kept in the process.

What a card says is frozen with its edition, so the text of the card and the language are all it hangs on; the cache is
keyed by them and never stale. A page has dozens of cards, and a template takes ten times as long as the strings here; so
this module writes HTML itself. Every value goes through ``e``, or is a Said, which escapes itself.
"""

import json
from datetime import date
from functools import lru_cache
from html import escape as e

from django.utils.safestring import SafeString

from ctportal.dates import format_date, format_date_range
from ctportal.geography import country_name
from ctportal.languages import LANGUAGES

from .addresses import page_address, record_path
from .labels import labels
from .text import Reader, media_name, size

KEPT = 8192
# Widest first choice of formats for <picture>; the last is for <img> itself.
FORMATS = ("image/avif", "image/webp", "image/jpeg", "image/png")
LAZY = ' loading="lazy"'


def day(text):
    """Return the date written as YYYY-MM-DD in JSON, None for none."""
    return date.fromisoformat(text) if text else None


def web_address(text):
    """Return *text* where it may stand in a link, "" where it is anything but http or https."""
    return text if text.lower().startswith(("https://", "http://")) else ""


def dates_of(data, language):
    """Return the days of a conference as written in *language*."""
    return format_date_range(day(data["start_date"]), day(data["end_date"]), data["date_precision"], language)


def off(status):
    return status in ("postponed", "cancelled")


@lru_cache(maxsize=KEPT)
def conference_row(card, slug, uid, language, level=3, series=""):
    """Return the row of a conference in the register, its title a heading of *level*, with its number in *series* (uid)."""
    its = _conference(card, slug, uid, language, series)
    words = labels(language)
    status = f'<span class="state{" off" if its["off"] else ""}">{e(its["status"])}</span>' if its["status"] else ""
    ordinal = f'<b class="number">{e(words.number_of % its["ordinal"])}</b> ' if its["ordinal"] else ""
    city, country = its["city"], e(its["country"])
    place = f"<p><b>{city.tagged}</b>{country}</p>" if city else f"<p><b>{country}</b></p>" if country else ""
    form = f"<p>{e(its['format'])}</p>" if its["format"] else ""
    tongues = "".join(f'<span lang="{code}">{LANGUAGES[code]}</span>' for code in its["languages"])
    return SafeString(
        f'<li><p class="when">{ordinal}<time datetime="{e(its["start_date"])}">{e(its["dates"])}</time></p>\n'
        f'<div class="what"><p class="kind"><span>{e(its["kind"])}</span>{status}</p>\n'
        f"{_heading(level, its['address'], its['title'])}\n"
        f"{_more(its['summary'].tagged)}</div>\n"
        f'<div class="where">{place}{form}\n'
        f'<p class="tongues"><span class="hidden">{e(words.languages_are)}</span>{tongues}</p></div></li>\n'
    )


@lru_cache(maxsize=KEPT)
def conference_card(card, slug, uid, language, photo="", level=3, wide=False):
    """Return the card of a conference with its featured *photo* (the card of that photo, "" for none)."""
    its = _conference(card, slug, uid, language)
    sizes = "(min-width: 60rem) 30rem, 95vw" if wide else "(min-width: 60rem) 18rem, (min-width: 40rem) 45vw, 95vw"
    picture = photo and picture_of(json.loads(photo), language, sizes=sizes, eager=wide, decorative=True)
    # The picture leads where the title does; one link is enough for who does not see it.
    shown = (
        picture
        and f'<a class="picture" href="{e(its["address"])}" tabindex="-1" aria-hidden="true">{picture["html"]}</a>'
    )
    called_off = e(its["status"]) if its["off"] else ""
    about = "".join(f" · {each}" for each in (its["city"].__html__(), e(its["country"]), called_off) if each)
    return SafeString(
        f'<li class="card">{shown or ""}\n{_heading(level, its["address"], its["title"])}\n'
        f'<p><time datetime="{e(its["start_date"])}">{e(its["dates"])}</time>{about}</p></li>\n'
    )


def _heading(level, address, title):
    return f'<h{level}><a href="{e(address)}">{title.__html__()}</a>{title.tag}</h{level}>'


def _more(html):
    return f'<p class="more">{html}</p>\n' if html else ""


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
        "languages": [code for code in data["languages"] if code in LANGUAGES],
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
    marks = [
        f"<span>{e(each)}</span>"
        for each in (with_kind and kinds(data, words), words.occasions.get(data["occasion"]))
        if each
    ]
    if data["symbol"]:
        marks.append(f'<span class="number" dir="ltr">{e(data["symbol"])}</span>')
    belongs = ""
    if conference:
        name = e(json.loads(conference)["name"])
        belongs = f'<a href="/{language}/conferences/{e(conference_slug)}/">{name}</a>'
    excerpt = rest.say(data["excerpt"]).tagged if with_excerpt else ""
    if excerpt and any(version["state"] == "digest" for version in data["versions"]):
        excerpt = f"<b>{e(words.digest_is)}</b> {excerpt}"
    below = record_path("document", slug, uid)
    versions = "".join(_version_link(version, below, language) for version in data["versions"])
    return SafeString(
        f'<li><p class="when"><time datetime="{e(data["date"])}">{format_date(day(data["date"]), language)}</time></p>\n'
        f'<div class="what">{f"""<p class="kind">{"".join(marks)}</p>""" if marks else ""}\n'
        f"{_heading(level, f'/{language}/{below}', title)}\n"
        f"{_more(data['delivered_by'] and rest.say(data['delivered_by']['name']).tagged)}{_more(belongs)}{_more(excerpt)}"
        f'<ul class="files">{versions}</ul></div></li>\n'
    )


def _version_link(version, below, language):
    code, file = version["language"], version["file"]
    about = f" <span>{e(media_name(file['media_type']))}, {size(file['size'], language)}</span>" if file else ""
    return f'<li><a href="/{code}/{e(below)}" lang="{code}" hreflang="{code}">{LANGUAGES[code]}</a>{about}</li>'


def kinds(data, words):
    """Return what a document is and what it also serves as: "Statement · Co-chairs’ summary"."""
    names = [words.document_kinds.get(data[key], data[key]) for key in ("kind", "also_serves_as") if data[key]]
    return " · ".join(names)


@lru_cache(maxsize=KEPT)
def photo_tile(card, uid, language, conference=""):
    """Return a photo of an album with caption and credit; *conference* is the short name of its conference, if shown."""
    data = json.loads(card)
    caption = Reader(language, data["original_language"]).say(data["caption"])
    picture = picture_of(data, language, sizes="(min-width: 60rem) 17rem, (min-width: 40rem) 45vw, 95vw")
    shown = picture["html"] if picture else ""
    if not (picture and picture["alt"]):
        # A link needs words, even where the picture is decorative.
        shown += f'<span class="hidden">{e(caption.plain or data["credit"])}</span>'
    lines = f'<span class="credit">{e(labels(language).photo_by % {"credit": data["credit"]})}</span>'
    if conference:
        lines += f'<span class="credit">{e(conference)}</span>'
    return SafeString(
        f'<li><figure><a href="{page_address("photo", "", e(uid), language)}">{shown}</a>\n'
        f"<figcaption>{caption.tagged} {lines}</figcaption></figure></li>\n"
    )


def picture_of(data, language, *, sizes, eager=False, decorative=False):
    """Return {html, src, alt} of a photo: a ``<picture>`` in all its formats and widths. None without renditions.

    *sizes* is the attribute of that name; *eager* pictures load at once; *decorative* ones stand beside their own title.
    """
    by_format = {}
    for file in data["renditions"]:
        by_format.setdefault(file["media_type"], []).append(file)
    ordered = [(name, sorted(by_format[name], key=_width)) for name in FORMATS if name in by_format]
    if not ordered:
        return None
    fallback = ordered[-1][1]
    middle = min(fallback, key=lambda file: abs((file["width"] or 0) - 960))
    said = Reader(language, data["original_language"]).say("" if data["decorative"] or decorative else data["alt_text"])
    sources = "".join(
        f'<source type="{e(name)}" srcset="{e(_srcset(files))}" sizes="{sizes}">' for name, files in ordered[:-1]
    )
    srcset = _srcset(fallback)
    html = (
        f'<picture>{sources}<img src="{e(middle["path"])}"'
        + (f' srcset="{e(srcset)}" sizes="{sizes}"' if srcset else "")
        + (f' width="{middle["width"]:d}" height="{middle["height"]:d}"' if middle["width"] else "")
        + f' alt="{e(said.plain)}"{said.attributes}{"" if eager else LAZY} decoding="async"></picture>'
    )
    return {"html": SafeString(html), "src": middle["path"], "alt": said.plain}


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
    return SafeString(f'<li><div class="what">{_heading(2, f"/{language}/{section}/{slug}/", name)}</div></li>\n')


@lru_cache(maxsize=1024)
def upcoming(card, slug, uid, language):
    """Return a conference to come as the home page announces it."""
    return _conference(card, slug, uid, language)
