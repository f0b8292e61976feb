"""What the page of a document shows, computed in plain Python from the edition's JSON, without models."""

import re

from django.utils.translation import gettext as _

from ctportal.core import codes
from ctportal.core.languages import LANGUAGES
from ctportal.core.rich_text import excerpt
from ctportal.core.symbols import symbol_url
from ctportal.web.addresses import public_file
from ctportal.web.cards import date_of, file_line, kinds, person, web_address
from ctportal.web.labels import label, language_notice
from ctportal.web.organizations import organization
from ctportal.web.text import texts_of_page

# schema.org's types for kinds of documents; all others are a DigitalDocument.
SCHEMA_TYPES = {"press-release": "NewsArticle", "news-item": "NewsArticle", "report": "Report"}


def document_view(data, language, address_of=public_file, lines=None):
    """Return what the page of a document shows of its public JSON *data*. *language* must be active. *address_of* as in
    ``web.cards``; *lines* are the organizations with those above them (``web.organizations.Lines``).
    """
    texts = texts_of_page(data, language)
    title = texts.pick(data["title"])
    rest = texts.after(title)
    body = rest.pick(data["body"])
    version = version_for(data["versions"], title.language)
    versions = [version_view(each, language, address_of) for each in data["versions"]]
    return {
        "title": title,
        "kind": kinds(data),
        "code": data["kind"],
        "occasion": codes.OCCASION_WORDS.get(data["occasion"], ""),
        **date_of(data, language),
        "place": rest.pick(data["place"]),
        "by": [delivered_by(entry, rest, lines) for entry in data["delivered_by"]],
        "mentions": [
            person(entry, rest) | {"role": label(codes.MentionKind, entry["kind"])} for entry in data["mentions"]
        ],
        "issued_by": [organization(entry, rest, lines) for entry in data["issued_by"]],
        "symbol": data["symbol"],
        "symbol_address": symbol_url(data["symbol"], language) if data["symbol"] else "",
        "reissue": data["reissue"],
        "dateline": rest.pick(data["dateline"]),
        "contact": texts.own(data["contact"]),
        "hashtags": data["hashtags"],
        "themes": [(rest.pick(theme["name"]), f"/{language}/themes/{theme['slug']}/") for theme in data["themes"]],
        "body": body,
        "version": version and version_view(version, language, address_of),
        "versions": versions,
        "originals": [each for each in versions if each["file"] or each["external"]],
        "notice": language_notice(
            title, data, language, _("This document is not available in %(language)s. You are reading it in %(shown)s.")
        ),
        "description": excerpt(str(body), 200) if body else str(title),
    }


def organizations_of(data):
    """Yield the organizations that issued a document, and those (or None) of the people who delivered it."""
    yield from data["issued_by"]
    for entry in data["delivered_by"]:
        yield entry["organization"]


def delivered_by(entry, texts, lines):
    """Return a person who delivered a document, with the organizations above theirs in ``above``."""
    named = entry["organization"] and organization(entry["organization"], texts, lines)
    return person(entry, texts) | {"above": named["above"] if named else ()}


def version_for(versions, language):
    """Return the version in *language*, else the first one, else None."""
    return next((each for each in versions if each["language"] == language), versions[0] if versions else None)


def version_view(version, language, address_of):
    file = version["file"]
    return {
        "language": version["language"],
        "name": LANGUAGES[version["language"]],
        "state": codes.TEXT_STATE_WORDS.get(version["state"], version["state"]),
        "standing": label(codes.TextStanding, version["standing"]),
        "digest": version["state"] == "digest",
        "unofficial": version["standing"] == "unofficial",
        "file": file and file_line(file, language) | {"address": address_of(file)},
        "external": web_address(version["external_url"]),
        "host": host_of(version["external_url"]),
    }


def host_of(address):
    """Return the host of a web address, for a link that says where it leads."""
    match = re.match(r"https?://(?:www\.)?([^/:?#]+)", address)
    return match[1] if match else ""
