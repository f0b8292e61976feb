"""What the page of a document shows, computed in plain Python from the edition's JSON, without models."""

import re
from datetime import date

from django.utils.translation import gettext as _

from ctportal.core import codes
from ctportal.core.dates import format_date
from ctportal.core.languages import LANGUAGES
from ctportal.core.rich_text import excerpt
from ctportal.core.symbols import symbol_url
from ctportal.web.cards import file_line, kinds, web_address
from ctportal.web.labels import label, language_notice
from ctportal.web.text import texts_of_page

# schema.org's types for kinds of documents; all others are a DigitalDocument.
SCHEMA_TYPES = {"press-release": "NewsArticle", "news-item": "NewsArticle", "report": "Report"}


def document_view(data, language):
    """Return what the page of a document shows of its public JSON *data*. *language* must be active."""
    texts = texts_of_page(data, language)
    title = texts.pick(data["title"])
    rest = texts.after(title)
    body = rest.pick(data["body"])
    version = version_for(data["versions"], title.language)
    versions = [version_view(each, language) for each in data["versions"]]
    by, issuer = data["delivered_by"], data["issued_by"]
    return {
        "title": title,
        "kind": kinds(data),
        "code": data["kind"],
        "occasion": codes.OCCASION_WORDS.get(data["occasion"], ""),
        "date": format_date(date.fromisoformat(data["date"]), language),
        "iso_date": data["date"],
        "place": rest.pick(data["place"]),
        "by": by and rest.pick(by["name"]),
        "by_address": by and f"/{language}/documents/?person={by['slug']}",
        "by_title": rest.pick(data["delivered_title"]),
        "issued_by": issuer and rest.pick(issuer["name"]),
        "issued_address": issuer and f"/{language}/documents/?organization={issuer['slug']}",
        "symbol": data["symbol"],
        "symbol_address": symbol_url(data["symbol"], language) if data["symbol"] else "",
        "reissue": data.get("reissue", ""),  # not in editions published before it was kept
        "dateline": rest.pick(data["dateline"]),
        "contact": data["contact"],
        "hashtags": data["hashtags"],
        "themes": [(rest.pick(theme["name"]), f"/{language}/themes/{theme['slug']}/") for theme in data["themes"]],
        "body": body,
        "version": version and version_view(version, language),
        "versions": versions,
        "originals": [each for each in versions if each["file"] or each["external"]],
        "notice": language_notice(
            title, data, language, _("This document is not available in %(language)s. You are reading it in %(shown)s.")
        ),
        "description": excerpt(str(body), 200) if body else str(title),
    }


def version_for(versions, language):
    """Return the version in *language*, else the first one, else None."""
    return next((each for each in versions if each["language"] == language), versions[0] if versions else None)


def version_view(version, language):
    return {
        "language": version["language"],
        "name": LANGUAGES[version["language"]],
        "state": codes.TEXT_STATE_WORDS.get(version["state"], version["state"]),
        "standing": label(codes.TextStanding, version["standing"]),
        "digest": version["state"] == "digest",
        "unofficial": version["standing"] == "unofficial",
        "file": version["file"] and file_line(version["file"], language),
        "external": web_address(version["external_url"]),
        "host": host_of(version["external_url"]),
    }


def host_of(address):
    """Return the host of a web address, for a link that says where it leads."""
    match = re.match(r"https?://(?:www\.)?([^/:?#]+)", address)
    return match[1] if match else ""
