"""Clean editors' HTML for pages. Only this module marks text from an edition as safe HTML, and only it has tags."""

import re
from html import escape, unescape
from zlib import crc32

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ctportal.web.text import by_direction

# The elements that the editor offers (conferences.models.fields.RICH_TEXT), and bdi, which ``rich`` adds. All others are removed,
# even if they were saved.
_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "br", "strong", "em", "sub", "sup", "a"}
_TAGS |= {"bdi", "table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {
    "a": {"href"},
    "bdi": {"dir"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener",
    strip_comments=True,
)

# A note and the place that refers to it are links to each other; ctportal.core.pasted_html stores them so.
_NOTE_LINK = re.compile(r'<a href="#(note|ref)-(\d+)"')


def rich(html: str, *, deeper: int = 0, rtl: bool = False) -> str:
    """Return *html* cleaned again, with headings *deeper* levels down and each table in a box that scrolls.

    In a text in a right-to-left language, *rtl*, what reads from left to right is isolated.
    """
    if not html:
        return ""
    if rtl:
        parts = re.split("(<[^>]*>)", html)
        parts[::2] = map(_isolated, parts[::2])  # the words, which every other part is
        html = "".join(parts)
    clean = _CLEANER.clean(html)
    for level in (4, 3, 2) if deeper else ():
        clean = clean.replace(f"<h{level}>", f"<h{level + deeper}>").replace(f"</h{level}>", f"</h{level + deeper}>")
    if '"#note-' in clean:
        clean = _with_notes(clean)
    if "<table" in clean:
        opening = format_html('<div class="table" tabindex="0" role="group" aria-label="{}">', _("Table"))
        clean = clean.replace("<table", f"{opening}<table").replace("</table>", "</table></div>")
    return SafeString(clean)


def _isolated(words: str) -> str:
    """Return *words*, HTML without elements, with what reads from left to right isolated."""
    parts = [(escape(part, quote=False), is_ltr) for part, is_ltr in by_direction(unescape(words))]
    return "".join(f'<bdi dir="ltr">{part}</bdi>' if is_ltr else part for part, is_ltr in parts)


def _with_notes(clean: str) -> str:
    """Give both ends of each note an id, of its own where a page shows several texts, and lead the links there."""
    text = f"{crc32(clean.encode()):x}"
    given = set()

    def link(found: re.Match[str]) -> str:
        goal, number = found.groups()
        own = f"{'ref' if goal == 'note' else 'note'}-{number}-{text}"
        identity = "" if own in given else f' id="{own}"'
        given.add(own)
        return f'<a{identity} href="#{goal}-{number}-{text}"'

    return _NOTE_LINK.sub(link, clean)
