"""Clean editors' HTML for pages. Only this module marks text from an edition as safe HTML, and only it has tags."""

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# The elements that the editor offers (conferences.models.RICH_TEXT). All others are removed, even if they were saved.
_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "br", "strong", "em", "a"}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"a": {"href"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}, "ol": {"start"}}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener",
    strip_comments=True,
)


def rich(html: str, *, deeper: int = 0) -> str:
    """Return *html* cleaned again, with headings *deeper* levels down and each table in a box that scrolls."""
    if not html:
        return ""
    clean = _CLEANER.clean(html)
    for level in (4, 3, 2) if deeper else ():
        clean = clean.replace(f"<h{level}>", f"<h{level + deeper}>").replace(f"</h{level}>", f"</h{level + deeper}>")
    if "<table" in clean:
        opening = format_html('<div class="table" tabindex="0" role="group" aria-label="{}">', _("Table"))
        clean = clean.replace("<table", f"{opening}<table").replace("</table>", "</table></div>")
    return SafeString(clean)
