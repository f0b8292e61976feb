"""What every page has: its frame, the language switch, the canonical address, structured data."""

import json
from functools import cache
from html import escape

from django.conf import settings
from django.http import HttpResponse
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ctportal.languages import LANGUAGES, direction, django_code


class Crumb:
    """One step of the way to a page; *path* is below /{language}/, None for the page itself."""

    __slots__ = ("label", "path")

    def __init__(self, label, path=None):
        self.label, self.path = label, path


@cache
def words(language):
    """Return the words of the frame in *language*."""
    with translation.override(django_code(language)):
        return {
            "language": language,
            "site_name": _("Counter-Terrorism Conferences"),
            "site_line": _("Dossiers of record"),
            "language_label": _("Language"),
            "breadcrumb_label": _("Breadcrumb"),
            "home": _("Home"),
            "navigation": [
                ("conferences", _("Conferences")),
                ("series", _("Series")),
                ("themes", _("Themes")),
                ("documents", _("Documents")),
                ("press-releases", _("Press releases")),
                ("co-chairs-summaries", _("Co-chairs’ summaries")),
                ("photos", _("Photos")),
            ],
        }


@cache
def frame(language, section, demo):
    """Return the parts of the frame that are the same on every page of a *section*, as HTML, and its words."""
    with translation.override(django_code(language)):
        context = {**words(language), "section": section, "demo": demo}
        parts = {
            name: get_template(f"components/frame_{name}.html").template.render(Context(context))
            for name in ("links", "top", "sections", "foot")
        }
    return {**words(language), **parts}


def switch_of(addresses, language, complete):
    """Return the language switch: links to *addresses* (language to path), marked where the record is not *complete*."""
    items = []
    for code, path in addresses.items():
        if code == language:
            items.append(f'<li><b lang="{code}" aria-current="true">{LANGUAGES[code]}</b></li>')
        else:
            missing = "" if not complete or code in complete else " data-missing"
            items.append(
                f'<li><a href="{path}" lang="{code}" hreflang="{code}" dir="{direction(code)}"{missing}>'
                f"{LANGUAGES[code]}</a></li>"
            )
    return SafeString("\n".join(items))


def crumbs_of(crumbs, language):
    """Return the way to the page as HTML, "" for the home page."""
    if not crumbs:
        return ""
    items = [
        f'<li><span aria-current="page">{escape(crumb.label)}</span></li>'
        if crumb.path is None
        else f'<li><a href="/{language}/{escape(crumb.path)}">{escape(crumb.label)}</a></li>'
        for crumb in crumbs
    ]
    label = escape(words(language)["breadcrumb_label"])
    return SafeString(f'<nav class="crumbs" aria-label="{label}"><ol>{"".join(items)}</ol></nav>')


def comma(language):
    """Return what stands between the parts of a place or a list."""
    return {"ar": "، ", "zh": "，"}.get(language, ", ")


def part(template, context):
    """Return the HTML of a part of a page. The language must be active."""
    return get_template(template).template.render(Context(context))


def structured(data):
    """Return *data* as JSON-LD text that cannot break out of its ``<script>`` element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return SafeString(text)


def breadcrumb_data(root, language, crumbs):
    items = []
    for position, crumb in enumerate(crumbs, 1):
        item = {"@type": "ListItem", "position": position, "name": str.__str__(crumb.label)}
        if crumb.path is not None:
            item["item"] = f"{root}/{language}/{crumb.path}"
        items.append(item)
    return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}


def site_root(request):
    """Return scheme and host of the site, without a slash at the end."""
    return f"{request.scheme}://{request.get_host()}"


def render_page(
    request,
    template,
    context,
    *,
    language,
    path,
    title,
    description="",
    crumbs=(),
    data=None,
    section="",
    image="",
    robots="",
    query="",
    permanent="",
    languages=(),
    preview="",
    status=200,
):
    """Return the page *template* as an answer, without context processors: no session, no user, no messages.

    *path* is the page's address below ``/{language}/`` and *query* what follows it, "" or "?…", in every language
    alike. *permanent* is the uid of the record the page shows. *data* is what JSON-LD says of it. *languages* are those the
    record itself is complete in, () for pages that speak all six. *preview* is the address of a preview, which has no
    other and no canonical one.
    """
    root = site_root(request)
    if crumbs:
        crumbs = (Crumb(words(language)["home"], ""), *crumbs)
    data = [each for each in (data, crumbs and breadcrumb_data(root, language, crumbs)) if each]
    # Paths are made of slugs and numbers, the query of whatever the reader asked for.
    tail = escape(path + query)
    addresses = {code: f"{preview}?lang={code}" if preview else f"/{code}/{tail}" for code in LANGUAGES}
    html = get_template(template).template.render(
        Context(
            {
                "comma": comma(language),
                **context,
                "frame": frame(language, section, settings.DEMO),
                "language": language,
                "dir": direction(language),
                "title": title,
                "description": description,
                "crumbs": crumbs_of(crumbs, language),
                "canonical": "" if preview else f"{root}/{language}/{path}{query}",
                "image": image and f"{root}{image}",
                "robots": robots,
                "switch": switch_of(addresses, language, languages),
                "alternates": alternates_of(addresses, root, f"{root}/id/{permanent}" if permanent else ""),
                "structured": [structured(each) for each in data],
            }
        )
    )
    return HttpResponse(html, status=status, headers={"Content-Language": language})


def alternates_of(addresses, root, default):
    """Return the links to the page in each language; *default* is where a reader of none of them goes, else English."""
    lines = [f'<link rel="alternate" hreflang="{code}" href="{root}{path}">' for code, path in addresses.items()]
    lines.append(f'<link rel="alternate" hreflang="x-default" href="{default or root + addresses["en"]}">')
    return SafeString("\n".join(lines))
