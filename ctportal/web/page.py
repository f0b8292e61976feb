"""The parts that every page has: frame, language switch, canonical address, structured data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ctportal.core.languages import LANGUAGES, comma, direction
from ctportal.core.types import LazyText

from . import share_image
from .text import LocalizedText

SITE_NAME = gettext_lazy("Counter-Terrorism Conferences")
# The sections of the site, as the menu lists them: path below /{language}/ and label.
NAVIGATION = (
    ("conferences", gettext_lazy("Conferences")),
    ("series", gettext_lazy("Series")),
    ("themes", gettext_lazy("Themes")),
    ("documents", gettext_lazy("Documents")),
    ("photos", pgettext_lazy("menu", "Photos")),  # as short as the language allows: the menu is one line on a phone
)
# The kinds of document that have a list of their own. They belong to the section of documents.
KINDS_OF_DOCUMENT = (
    ("press-releases", gettext_lazy("Press releases")),
    ("co-chairs-summaries", gettext_lazy("Co-chairs’ summaries")),
)
PEOPLE_AND_ORGANIZATIONS = (
    ("people", gettext_lazy("People")),
    ("organizations", gettext_lazy("Organizations")),
)
# All lists, as the footer and the page about the site name them.
LISTS = (
    *NAVIGATION[:-1],
    *KINDS_OF_DOCUMENT,
    ("photos", gettext_lazy("Photos")),
    *PEOPLE_AND_ORGANIZATIONS,
)


@dataclass(frozen=True, slots=True)
class Crumb:
    """One breadcrumb; *path* is below ``/{language}/``, None for the page itself."""

    label: str | LocalizedText
    path: str | None = None


def site_root(request: HttpRequest) -> str:
    """Return scheme and host of the site, without a slash at the end."""
    return f"{request.scheme}://{request.get_host()}"


def frame(language: str, section: str = "") -> dict[str, Any]:
    """Return the inputs of ``base.html`` that every page in *language* has, error pages included."""
    return {
        "language": language,
        "dir": direction(language),
        "site_name": SITE_NAME,
        "navigation": NAVIGATION,
        "all_lists": LISTS,
        "section": section,
        "demo": settings.DEMO,
    }


def breadcrumb_data(root: str, language: str, crumbs: Iterable[Crumb]) -> dict[str, Any]:
    """Return the breadcrumbs of a page as schema.org/BreadcrumbList."""
    items = []
    for position, crumb in enumerate(crumbs, 1):
        item = {"@type": "ListItem", "position": position, "name": str(crumb.label)}
        if crumb.path is not None:
            item["item"] = f"{root}/{language}/{crumb.path}"
        items.append(item)
    return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    language: str,
    path: str,
    title: str,
    description: LazyText = "",
    crumbs: Sequence[Crumb] = (),
    data: dict[str, Any] | None = None,
    section: str = "",
    image: str = "",
    robots: str = "",
    query: str = "",
    permanent: str = "",
    languages: Sequence[str] = (),
    original: str = "",
    preview: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return the page *template* as a response. No context processors run: there is no session, user or message.

    *path* is the page's address below ``/{language}/`` and *query* is "" or "?…"; both are the same in every language.
    *permanent* is the uid of the record that the page shows, and *data* its JSON-LD. *languages* are those in which the
    record is complete, () for pages available in all six; *original* is the one that its other pages fall back to. *image* is the address, from the root, of the picture that other
    sites show beside a link, by default a plain one. *preview* is the address of a preview, which has no canonical
    address.
    """
    root = site_root(request)
    is_complete = not languages or language in languages
    if crumbs:
        crumbs = (Crumb(_("Home"), ""), *crumbs)
    address = "" if preview else f"{root}/{language}/{path}{query}"
    html = render_to_string(
        template,
        {
            "comma": comma(language),
            **context,
            **frame(language, section),
            "title": title,
            "description": description,
            "crumbs": crumbs,
            "root": root,
            "address": address,
            # A page whose texts fall back to another language is no page of its own for search engines.
            "canonical": address if is_complete else "",
            # For hreflang="x-default": readers of none of the six languages.
            "default": f"{root}/id/{permanent}" if permanent else f"{root}/en/{path}{query}",
            "image": root + (image or static(share_image.PLAIN)),
            "robots": robots,
            "translations": [
                {
                    "code": code,
                    "name": name,
                    "dir": direction(code),
                    "address": f"{preview}?lang={code}" if preview else f"/{code}/{path}{query}",
                    "current": code == language,
                    # The record is not complete in that language.
                    "missing": bool(languages) and code not in languages,
                }
                for code, name in LANGUAGES.items()
            ],
            "structured": [each for each in (data, crumbs and breadcrumb_data(root, language, crumbs)) if each],
        },
    )
    in_use = language if is_complete else f"{language}, {original}"
    return HttpResponse(html, status=status, headers={"Content-Language": in_use})
