"""What every page has: its frame, the language switch, the canonical address, structured data."""

import json
from functools import cache

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
def frame(language):
    """Return the parts of the frame that only depend on the language: names, navigation, footer."""
    with translation.override(django_code(language)):
        return {
            "site_name": _("Counter-Terrorism Conferences"),
            "site_line": _("Dossiers of record"),
            "comma": {"ar": "، ", "zh": "，"}.get(language, ", "),
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
        crumbs = (Crumb(_("Home"), ""), *crumbs)
    content = get_template(template).template
    html = content.render(
        Context(
            {
                **frame(language),
                **context,
                "language": language,
                "dir": direction(language),
                "root": root,
                "title": title,
                "description": description,
                "section": section,
                "crumbs": crumbs,
                "canonical": "" if preview else f"{root}/{language}/{path}{query}",
                "image": image and f"{root}{image}",
                "robots": robots,
                "switch": [
                    (
                        code,
                        name,
                        f"{preview}?lang={code}" if preview else f"/{code}/{path}{query}",
                        direction(code),
                        not languages or code in languages,
                    )
                    for code, name in LANGUAGES.items()
                ],
                "default_address": f"{root}/id/{permanent}" if permanent else f"{root}/en/{path}{query}",
                "structured": [
                    structured(each) for each in (data, crumbs and breadcrumb_data(root, language, crumbs)) if each
                ],
                "demo": settings.DEMO,
            }
        )
    )
    return HttpResponse(html, status=status, headers={"Content-Language": language})
