"""What the page of a document shows, worked out in plain Python from the edition's JSON. Knows no model."""

import json
import re
from functools import lru_cache

from django.utils.translation import gettext as _

from ctportal.dates import format_date
from ctportal.languages import LANGUAGES
from ctportal.publishing.gate import excerpt
from ctportal.web.cards import day, file_line, kinds, web_address
from ctportal.web.labels import labels
from ctportal.web.page import part
from ctportal.web.text import Reader, rich

from .symbols import symbol_url

# What of the page hangs on the edition alone, rendered once with it.
PARTS = ("heading", "body", "originals", "facts")
# schema.org's name for each kind; the others are plain digital documents.
SCHEMA_TYPES = {"press-release": "NewsArticle", "news-item": "NewsArticle", "report": "Report"}
BIBTEX_TYPES = {"report": "techreport"}
RIS_TYPES = {"press-release": "PRESS", "report": "RPRT", "news-item": "NEWS"}


@lru_cache(maxsize=1024)
def view_of(text, language):
    """Return what the page of a document shows of its own JSON *text*. The language must be active."""
    data = json.loads(text)
    words = labels(language)
    reader = Reader(language, data["original_language"])
    title = reader.say(data["title"])
    rest = reader.after(title)
    body = rest.say(data["body"])
    version = version_for(data["versions"], title.lang)
    digest = version is not None and version["state"] == "digest"
    versions = [version_view(each, words, language) for each in data["versions"]]
    view = {
        "title": title,
        "kind": kinds(data, words),
        "code": data["kind"],
        "occasion": words.occasions.get(data["occasion"], ""),
        "date": format_date(day(data["date"]), language),
        "iso_date": data["date"],
        "place": rest.say(data["place"]),
        "by": data["delivered_by"] and rest.say(data["delivered_by"]["name"]),
        "by_address": data["delivered_by"] and f"/{language}/documents/?person={data['delivered_by']['slug']}",
        "by_title": rest.say(data["delivered_title"]),
        "issued_by": data["issued_by"] and rest.say(data["issued_by"]["name"]),
        "issued_address": data["issued_by"] and f"/{language}/documents/?organization={data['issued_by']['slug']}",
        "symbol": data["symbol"],
        "symbol_address": symbol_url(data["symbol"], language) if data["symbol"] else "",
        "dateline": rest.say(data["dateline"]),
        "contact": data["contact"],
        "hashtags": data["hashtags"],
        "themes": [(rest.say(theme["name"]), f"/{language}/themes/{theme['slug']}/") for theme in data["themes"]],
        "session": data["session"],
        "body": body,
        "html": rich(body.plain),
        "version": version and version_view(version, words, language),
        "versions": versions,
        "originals": [each for each in versions if each["file"] or each["external"]],
        "digest": digest,
        "demo_translation": version is not None and version["standing"] == "unofficial",
        "notice": notice(title, language),
        "languages": data["languages"],
        "description": excerpt(body.plain, 200) if body else title.plain,
        "data": {"title": title.plain, "lang": title.lang, "date": data["date"], "kind": data["kind"],
                 "author": data["delivered_by"] and rest.say(data["delivered_by"]["name"]).plain,
                 "issuer": data["issued_by"] and rest.say(data["issued_by"]["name"]).plain,
                 "symbol": data["symbol"], "place": rest.say(data["place"]).plain},
    }  # fmt: skip
    view["parts"] = {name: part(f"documents/parts/{name}.html", view) for name in PARTS}
    return view


def notice(title, language):
    """Return the banner of a page whose document is not in the reader's language, None where it is."""
    if not title.foreign:
        return None
    words = labels(language)
    return {
        "lines": [
            _("This document is not available in %(language)s. You are reading it in %(shown)s.")
            % {"language": words.languages[language], "shown": words.languages[title.lang]}
        ]
    }


def version_for(versions, language):
    """Return the version in *language*, the first one where there is none."""
    return next((each for each in versions if each["language"] == language), versions[0] if versions else None)


def version_view(version, words, language):
    return {
        "language": version["language"],
        "name": LANGUAGES[version["language"]],
        "state": words.text_states.get(version["state"], version["state"]),
        "standing": words.standings.get(version["standing"], version["standing"]),
        "digest": version["state"] == "digest",
        "file": version["file"] and file_line(version["file"], language),
        "external": web_address(version["external_url"]),
        "host": host_of(version["external_url"]),
    }


def host_of(address):
    """Return the host of a web address, for a link that says where it leads."""
    match = re.match(r"https?://(?:www\.)?([^/:?#]+)", address)
    return match[1] if match else ""


# Citations -----------------------------------------------------------------------------------------------------------


def citations(view, address, key):
    """Return [(name, text)] to cite the document found at *address*; *key* names it in BibTeX."""
    known = view["data"]
    return [
        (_("Plain text"), plain_citation(known, view, address)),
        ("BibTeX", bibtex(known, address, key)),
        ("RIS", ris(known, address)),
    ]


def plain_citation(known, view, address):
    # Who delivered it or issued it; title; kind; place and date; symbol; address.
    parts = [known["author"] or known["issuer"], f"“{known['title']}”", view["kind"]]
    parts += [", ".join(part for part in (known["place"], view["date"]) if part), known["symbol"], address]
    return ". ".join(part for part in parts if part)


def bibtex(known, address, key):
    fields = {
        "author": known["author"] and f"{{{_bibtex(known['author'])}}}",
        "title": f"{{{_bibtex(known['title'])}}}",
        "institution": known["issuer"] and _bibtex(known["issuer"]),
        "year": known["date"][:4],
        "month": str(int(known["date"][5:7])),
        "day": str(int(known["date"][8:10])),
        "number": _bibtex(known["symbol"]),
        "address": _bibtex(known["place"]),
        "url": address,
        "language": known["lang"],
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{BIBTEX_TYPES.get(known['kind'], 'misc')}{{{key},\n" + ",\n".join(lines) + "\n}"


_BIBTEX_NAMES = {"\\": "textbackslash", "~": "textasciitilde", "^": "textasciicircum"}


def _bibtex(text):
    """Return *text* with what BibTeX would read as a command made plain."""
    plain = re.sub(r"[\\~^]", lambda found: f"\\{_BIBTEX_NAMES[found[0]]} ", " ".join(text.split()))
    return re.sub(r"([{}%$#&_])", r"\\\1", plain)


def ris(known, address):
    fields = [
        ("TY", RIS_TYPES.get(known["kind"], "GEN")),
        ("AU", known["author"]),
        ("TI", known["title"]),
        ("PB", known["issuer"]),
        ("CY", known["place"]),
        ("DA", known["date"].replace("-", "/")),
        ("PY", known["date"][:4]),
        ("M1", known["symbol"]),
        ("LA", known["lang"]),
        ("UR", address),
    ]
    return "\n".join(f"{tag}  - {' '.join(value.split())}" for tag, value in fields if value) + "\nER  - "
