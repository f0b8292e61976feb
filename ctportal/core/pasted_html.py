"""HTML as people paste and send it, from Word, LibreOffice, Google Docs or a page, brought to the elements of our rich text.

What a paragraph, a list, a heading or a note is stays one. This is no protection: who calls it cleans the result.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import nh3

from ctportal.core.text_cleaning import cleaned_pieces, one_line

KEPT = {"p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "br", "strong", "em", "sub", "sup", "a"}
KEPT |= {"table", "thead", "tbody", "tr", "th", "td"}
VOID = {"br", "img", "hr"}
# Elements that end a paragraph, but are none of ours.
BOXES = {
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "address",
    "figure",
    "figcaption",
    "center",
}
BOXES |= {"form", "fieldset", "details", "summary", "dl", "dt", "dd", "pre", "hr", "caption", "body", "html"}
BLOCKS = BOXES | (KEPT - {"br", "strong", "em", "sub", "sup", "a"}) | {"h1", "h5", "h6", "tfoot"}
INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "cite": "em", "sub": "sub", "sup": "sup"}
OTHERS = {"span", "font", "u", "s", "img", "del"}
# Left out with what is in them: the pronunciation above a word, too.
DROPPED = {"script", "style", "title", "noscript", "template", "rt", "rp"}
ATTRIBUTES = {"ol": ("start",), "th": ("colspan", "rowspan"), "td": ("colspan", "rowspan")}
# Elements that have no end or may leave it out, and so do not tell how deep the next one is.
WITHOUT_END = VOID | {"area", "base", "col", "dd", "dt", "embed", "input", "li", "link", "meta", "p", "param", "source"}
WITHOUT_END |= {"tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr"}
TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)[^>]*>")
MAX_DEPTH = 100  # elements within each other; deeper ones are left out, not their text

# Makes any HTML well formed, and drops comments and DROPPED with what is in them.
_WELL_FORMED = nh3.Cleaner(
    tags=BLOCKS | KEPT | OTHERS | set(INLINE),
    clean_content_tags=DROPPED,
    attributes={
        "*": {"style", "class", "id", "name", "hidden"},
        "a": {"href", "rel", "title"},
        "img": {"src", "alt"},
        "ol": {"start"},
        "th": {"colspan", "rowspan"},
        "td": {"colspan", "rowspan"},
    },
    url_schemes={"http", "https", "mailto", "file", "data", "cid", "blob"},
    link_rel=None,
)

WORD_LIST = re.compile(r"mso-list:\s*(l\d+)\s+level([1-9])", re.IGNORECASE)
MARKER = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
# What numbers an item: figures, or a few letters with a sign behind them. Letters alone are bullets: o, and § or q of a symbol font.
NUMBER = re.compile(r"\W*(?:\d+(?:\.\d+)*\W*|[(（]?[^\W\d_]{1,5}[.)、．）،])$")
HIDDEN = re.compile(r"display:\s*none|mso-hide:\s*all")
BOX = re.compile(r"display:\s*(?:block|flex|grid|list-item|table)\b")
# Comments of Word and Google Docs, and the marks that lead to them.
COMMENT = re.compile(r"\b(?:MsoCommentReference|msocomanchor|msocomtxt|MsoCommentText)\b", re.IGNORECASE)
COMMENT_MARK = re.compile(r"#(?:_msocom_|cmnt)\d")
NOTE = re.compile(r"#(note|ref)-(\d+)$")  # how our own notes are stored
# A host: labels, and a last one that is no ending of a file.
HOST = re.compile(
    r"(?:[\w-]+\.)+(?!(?:html?|php|aspx?|pdf|docx?|xlsx?|pptx?|odt|txt|png|jpe?g|gif)\b)[^\W\d_]{2,}(?::\d+)?(?=[/?#]|$)",
    re.IGNORECASE,
)
MAILBOX = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+$")


@dataclass
class Element:
    """An element with its attributes and what is in it: elements, and texts as str."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: "list[Element | str]" = field(default_factory=list)

    @property
    def style(self) -> str:
        return self.attributes.get("style", "").lower()

    def text(self) -> str:
        return "".join(item if isinstance(item, str) else item.text() for item in self.content)

    def elements(self) -> "Iterator[Element]":
        for item in self.content:
            if isinstance(item, Element):
                yield item
                yield from item.elements()


Content = list[Element | str]


@dataclass(frozen=True)
class Tidied:
    """Rich text, and the names of the pictures that it cannot keep."""

    html: str
    pictures: tuple[str, ...] = ()


def tidy(html: str) -> Tidied:
    """Return *html* with the elements of our rich text, its words cleaned. What is one already stays as it is."""
    reader = _Reader()
    reader.feed(_WELL_FORMED.clean(shallow(html)))
    reader.close()
    root = reader.root
    for element in [root, *root.elements()]:
        clean_words(element)
    leave_out_comments(root)
    pictures = tuple(dict.fromkeys(picture_name(item) for item in root.elements() if item.tag == "img"))
    link_notes(root)
    shift = any(item.tag == "h1" for item in root.elements())
    return Tidied(serialised(_Converter(int(shift)).convert(root.content)), pictures)


def shallow(html: str) -> str:
    """Return *html* without the tags of elements deeper than MAX_DEPTH: a parser takes minutes over a hundred thousand."""
    depth = 0

    def kept(tag: re.Match[str]) -> str:
        nonlocal depth
        if tag[2].lower() in WITHOUT_END:
            return tag[0]
        here = depth if tag[1] else depth + 1
        depth = max(depth - 1, 0) if tag[1] else here
        return tag[0] if here <= MAX_DEPTH else ""

    return TAG.sub(kept, html)


def tidied(html: str) -> str:
    return tidy(html).html


class _Reader(HTMLParser):
    """Builds elements from HTML that _WELL_FORMED has made."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self.open = [self.root]
        self.left_out = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: one_line(value or "") for name, value in attributes})
        if tag in VOID:
            self.open[-1].content.append(element)
        elif len(self.open) > MAX_DEPTH:
            self.left_out += 1
        else:
            self.open[-1].content.append(element)
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.left_out:
            self.left_out -= 1
        elif len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def clean_words(element: Element) -> None:
    """Clean the texts in *element*. What opens a direction needs its partner in the same element, before the next block."""
    row: list[int] = []  # positions of texts
    for position, item in enumerate([*element.content, None]):
        if isinstance(item, str):
            row.append(position)
        elif item is None or any(each.tag in BLOCKS for each in (item, *item.elements())):
            pieces = cleaned_pieces(str(element.content[each]) for each in row)
            for each, piece in zip(row, pieces, strict=True):
                element.content[each] = piece
            row = []
    element.content = [item for item in element.content if item != ""]


def picture_name(picture: Element) -> str:
    """Return the name of a picture for a message: its file, or else its description, or ""."""
    address = picture.attributes.get("src", "")
    name = (
        "" if address.startswith(("data:", "blob:", "cid:")) else re.split(r"[/\\]", unquote(address.split("?")[0]))[-1]
    )
    return " ".join((name or picture.attributes.get("alt", "")).split())[:80]


def leave_out_comments(element: Element) -> None:
    """Leave out what colleagues wrote beside the text, in Word or Google Docs, and the marks that lead there."""

    def is_comment(item: Element | str) -> bool:
        if isinstance(item, str):
            return False
        return (
            "mso-element:comment" in item.style.replace(" ", "")
            or COMMENT.search(item.attributes.get("class", "")) is not None
            or COMMENT_MARK.match(item.attributes.get("href", "")) is not None
            or (
                item.tag == "p"
                and any(each.attributes.get("href", "").startswith("#cmnt_ref") for each in item.elements())
            )
        )

    element.content = [item for item in element.content if not is_comment(item)]
    for item in element.content:
        if isinstance(item, Element):
            leave_out_comments(item)


# Notes


def link_notes(root: Element) -> None:
    """Number the notes: pairs of links that lead to each other. Only these, and further references to a note, keep their
    addresses within the page."""
    links: list[tuple[Element, set[str]]] = []  # with the names under which each can be found
    raised: set[int] = set()

    def collect(element: Element, names: set[str], is_raised: bool) -> None:
        own = {element.attributes[name] for name in ("id", "name") if element.attributes.get(name)}
        is_raised = is_raised or element.tag == "sup"
        if element.tag == "a" and (address := element.attributes.get("href", "")).startswith("#"):
            stored = NOTE.match(address)
            links.append(
                (element, {f"{'ref' if stored[1] == 'note' else 'note'}-{stored[2]}"} if stored else own | names)
            )
            if is_raised:
                raised.add(id(element))
        for item in element.content:
            if isinstance(item, Element):
                collect(item, own | names, is_raised)

    collect(root, set(), False)
    by_name: dict[str, Element] = {}
    for link, names in links:
        for name in names:
            by_name.setdefault(name, link)
    number = 0
    paired: set[int] = set()
    numbers: dict[int, int] = {}  # of the notes
    for link, _names in links:
        note = by_name.get(link.attributes["href"][1:])
        if (
            note is None
            or note is link
            or {id(link), id(note)} & paired
            or by_name.get(note.attributes["href"][1:]) is not link
        ):
            continue
        number += 1
        paired |= {id(link), id(note)}
        numbers[id(note)] = number
        lead(link, "note", number, is_small=id(link) not in raised)
        lead(note, "ref", number)
    for link, _names in links:
        if id(link) in paired:
            continue
        if again := numbers.get(id(by_name.get(link.attributes["href"][1:]))):  # a second reference to a note
            lead(link, "note", again, is_small=id(link) not in raised)
        else:
            link.attributes["href"] = ""


def lead(link: Element, goal: str, number: int, *, is_small: bool = False) -> None:
    """Let *link* lead to the note or reference of *number*, and show this where it shows a number or nothing."""
    link.attributes["href"] = f"#{goal}-{number}"
    if re.search(r"\d", link.text()) or not link.text().strip():
        link.content = [Element("sup", {}, [str(number)])] if is_small else [str(number)]


# Addresses


def address_of(href: str) -> str:
    """Return the address that *href* means, with https:// where it has no scheme, or "" where it leads nowhere."""
    href = href.strip()
    if NOTE.match(href) or re.match(r"/[^/\\]", href):
        return href
    if MAILBOX.match(href):
        return f"mailto:{href}"
    if href.startswith("//"):
        href = f"https:{href}"
    elif HOST.match(href):
        href = f"https://{href}"
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https"):
        return href if parts.hostname else ""
    return href if parts.scheme == "mailto" and "@" in parts.path else ""


# Elements


class _Converter:
    """Turns elements into ours. *shift* is the number of levels that headings go down."""

    def __init__(self, shift: int) -> None:
        self.shift = shift
        self.in_heading = False

    def convert(self, content: Iterable[Element | str]) -> Content:
        made: Content = []
        for item in word_lists(list(content)):
            made += [item] if isinstance(item, str) else self.element(item)
        return made

    def element(self, element: Element) -> Content:
        tag, style = element.tag, element.style
        is_heading = re.fullmatch("h[1-6]", tag) is not None
        is_marker = MARKER.search(style) and not self.in_heading
        if tag in ("img", "del") or is_marker or HIDDEN.search(style) or "hidden" in element.attributes:
            return []
        if tag == "br":
            return [element]
        if tag == "pre":
            break_lines(element)
        self.in_heading |= is_heading
        content = self.convert(element.content)
        self.in_heading &= not is_heading
        if tag in BOXES or (BOX.search(style) and tag not in BLOCKS and not self.in_heading):
            return paragraphs(content)
        if tag == "p" and any(isinstance(item, Element) and item.tag in BLOCKS for item in content):
            return paragraphs(content)
        if MARKER.search(style):  # of a heading
            return [f"{' '.join(element.text().split())} "]
        if is_heading:
            tag = f"h{min(max(int(tag[1]) + self.shift, 2), 4)}"
        elif (
            tag == "p"
            and element.attributes.get("class", "").startswith("Mso")
            and not Element("", {}, content).text().strip()
        ):
            return []  # an empty line of Word
        elif tag == "tfoot":
            tag = "tbody"
        elif tag not in BLOCKS:
            return self.inline(element, content)
        attributes = {name: element.attributes[name] for name in ATTRIBUTES.get(tag, ()) if name in element.attributes}
        if tag in ("ul", "ol"):
            content = in_items(content)
        if tag != "table":
            return [Element(tag, attributes, content)]
        captions = [
            item for item in content if isinstance(item, Element) and item.tag == "p"
        ]  # which a table cannot hold
        rows = [item for item in content if isinstance(item, str) or item.tag != "p"]
        return [*captions, Element(tag, attributes, rows)]

    def inline(self, element: Element, content: Content) -> Content:
        tags = []
        if element.tag == "a":
            if any(each.tag == "a" for each in Element("", {}, content).elements()):
                return content  # a link in a link, which a parser divides
            if address := address_of(element.attributes.get("href", "")):
                kept = {name: value for name, value in element.attributes.items() if name in ("rel", "title")}
                return around("a", {"href": address} | kept, content)
            return content
        if element.tag in INLINE and not re.search(r"font-(weight|style):\s*(normal|400)", element.style):
            tags.append(INLINE[element.tag])
        elif element.tag in ("span", "font"):
            tags += [tag for tag, pattern in STYLES if re.search(pattern, element.style)]
        for tag in tags:
            content = around(tag, {}, content)
        return content


def around(tag: str, attributes: dict[str, str], content: Content) -> Content:
    """Return *content* in the inline element *tag*; where it has blocks, what is in each of them."""
    if not any(isinstance(item, Element) and item.tag in BLOCKS for item in content):
        return [Element(tag, attributes, content)] if content else []
    made: Content = []
    for item in content:
        if isinstance(item, Element) and item.tag in BLOCKS:
            made.append(Element(item.tag, item.attributes, around(tag, attributes, item.content)))
        elif made and isinstance(made[-1], Element) and made[-1].tag == tag:
            made[-1].content.append(item)
        else:
            made.append(item if isinstance(item, str) and not item.strip() else Element(tag, attributes, [item]))
    return made


STYLES = (
    ("strong", r"font-weight:\s*(bold|[6-9]00)"),
    ("em", r"font-style:\s*italic"),
    ("sup", r"vertical-align:\s*super"),
    ("sub", r"vertical-align:\s*sub\b"),
)


def paragraphs(content: Content) -> Content:
    """Return *content* with each row of texts and inline elements in a paragraph, and blank ones left out."""
    made: Content = []
    row: Content = []
    for item in [*content, None]:
        if item is not None and (isinstance(item, str) or item.tag not in BLOCKS):
            row.append(item)
            continue
        if Element("", {}, row).text().strip():
            made.append(Element("p", {}, row))
        row = []
        if item is not None:
            made.append(item)
    return made


def is_item_of_word(element: Element) -> bool:
    """Return whether Word marks *element* as an item of a list. A numbered heading is a heading."""
    return element.tag not in ("h1", "h2", "h3", "h4", "h5", "h6") and WORD_LIST.search(element.style) is not None


def in_items(content: Content) -> Content:
    """Return *content* of a list with each list that stands between its items, as in Google Docs, in the item before."""
    made: Content = []
    for item in content:
        if isinstance(item, Element) and item.tag in ("ul", "ol"):
            before = next((each for each in reversed(made) if isinstance(each, Element)), None)
            if before is None:
                before = Element("li")
                made.append(before)
            before.content.append(item)
        else:
            made.append(item)
    return made


def break_lines(element: Element) -> None:
    """Put a ``br`` at each line end in *element*, text that is shown line by line."""
    content: Content = []
    for item in element.content:
        if isinstance(item, Element):
            break_lines(item)
            content.append(item)
        else:
            for number, line in enumerate(item.strip("\n").split("\n")):
                content += [Element("br"), line] if number else [line]
    element.content = content


def word_lists(content: Content) -> Content:
    """Return *content* with the paragraphs that Word marks as items of a list in lists, by their levels."""
    if not any(isinstance(item, Element) and is_item_of_word(item) for item in content):
        return content
    made: Content = []
    lists: list[tuple[int, str, Element]] = []  # (level, which list of Word, ours), one within the other
    for item in content:
        found = WORD_LIST.search(item.style) if isinstance(item, Element) and is_item_of_word(item) else None
        if found is None or isinstance(item, str):
            if not isinstance(item, str) or item.strip():
                lists = []
            made.append(item)
            continue
        level = int(found[2])
        marker = "".join(each.text() for each in item.elements() if MARKER.search(each.style)).strip()
        tag = "ol" if NUMBER.match(marker) else "ul"
        while lists and lists[-1][0] > level:
            lists.pop()
        if lists and lists[-1][0] == level and (lists[-1][1], lists[-1][2].tag) != (found[1], tag):
            lists.pop()
        if not lists or lists[-1][0] < level:
            figures = re.findall(r"\d+", marker)
            start = int(figures[-1][:9]) if figures else 1
            new = Element(tag, {"start": str(start)} if tag == "ol" and start != 1 else {})
            parent = lists[-1][2].content[-1] if lists else None
            (parent.content if isinstance(parent, Element) else made).append(new)
            lists.append((level, found[1], new))
        lists[-1][2].content.append(Element("li", {}, [Element("p", {}, item.content)]))
    return made


def serialised(content: Content) -> str:
    pieces = []
    for item in content:
        if isinstance(item, str):
            pieces.append(escape(item, quote=False))
            continue
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in item.attributes.items())
        pieces.append(f"<{item.tag}{attributes}>")
        if item.tag not in VOID:
            pieces.append(f"{serialised(item.content)}</{item.tag}>")
    return "".join(pieces)
