"""The words of a text that is plain or our rich text: for search, excerpts and comparisons."""

import re
from html import unescape

import nh3

from ctportal.core.pasted_html import BLOCKS, KEPT

_SEPARATING = BLOCKS | {"br"}
_FORMS = {"h2", "h3", "h4", "li", "td", "th", "blockquote", "strong", "em", "sub", "sup"}
_CLEANER = nh3.Cleaner(tags=_SEPARATING | KEPT, attributes={"a": {"href"}, "*": set()}, link_rel=None)
# Every tag that _CLEANER leaves: a slash, its name, the address of a link.
_TAG = re.compile(r'<(/?)(\w+)(?: href="([^"]*)")?>')
# The end of an element of rich text, or a character that it has escaped. A plain text with "<" or "&" has neither.
_RICH_TEXT = re.compile(
    r"</(?:p|div|h[1-6]|ul|ol|li|blockquote|table|strong|em|a|su[bp])>|<br[\s/>]|&(?:amp|lt|gt|nbsp);"
)


def paragraphs(text: str, with_form: bool = False) -> list[str]:
    """Return the paragraphs of *text* (plain or HTML) as plain text with single spaces, empty ones left out.

    *with_form* adds marks for headings, list items, table cells and emphasis, and the addresses of links, to compare
    texts whose words are the same.
    """

    def mark(tag: re.Match[str]) -> str:
        closing, name, address = tag.groups(default="")
        form = f"&lt;{name}&gt; " if name in _FORMS else f" &lt;{address}&gt; " if name == "a" else ""
        return ("\0" if name in _SEPARATING else "") + (form if with_form and not closing else "")

    if _RICH_TEXT.search(text):
        found = unescape(_TAG.sub(mark, _CLEANER.clean(text))).split("\0")
    else:
        found = text.splitlines()
    return [line for line in (" ".join(each.split()) for each in found) if line]


def plain(text: str) -> str:
    """Return the words of *text* (plain or HTML) with single spaces."""
    return " ".join(paragraphs(text))


def excerpt(text: str, length: int = 240) -> str:
    """Return the first *length* characters of the words of *text*, cut at a word."""
    words = plain(text)
    if len(words) <= length:
        return words
    cut = words[:length]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
