"""Check a Word document and read its text as Word shows it; part of ``ctportal.files.extract``.

Parts are found by their relations. Read are the main part, its text boxes, the foot- and endnotes that it refers to, and the
headers and footers that a page can show; not read is what is hidden, deleted or moved away, a former format, the instruction of a field, the pronunciation above a
word, or the second form of a thing that the file holds twice.
"""

import io
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

from ctportal.files.parts import UNREADABLE, elements, links_of, main_part, parts_of, related_part, xml_parts
from ctportal.files.symbol_fonts import UNKNOWN, sign, signs
from ctportal.files.verdict import MAX_TEXT, Refused
from ctportal.files.word_activity import COMPATIBILITY, Activity, Attributes, parse, word_attribute, word_name

MATH = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math ",
    "http://purl.oclc.org/ooxml/officeDocument/math ",
)
EMOJI = "http://schemas.microsoft.com/office/word/2015/wordml/symex "
DRAWN = ("http://schemas.openxmlformats.org/drawingml/2006/main ", "http://purl.oclc.org/ooxml/drawingml/main ")
# Namespaces of Choice that Word knows; of others it shows the Fallback.
KNOWN = ("http://schemas.microsoft.com/office/", "http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/")
SKIPPED = {"moveFrom", "del", "instrText", "delText", "delInstrText", "rt"}
SKIPPED |= {"rPrChange", "pPrChange", "sectPrChange"}  # former formats
STORIES = {"txbxContent", "footnote", "endnote"}
CHARACTERS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "\u2011", "softHyphen": ""}
NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
IN_SECTION = {"headerReference", "footerReference", "titlePg"}
TEXT_PARTS = ("header", "footer", "footnotes", "endnotes")  # beside the main part
IN_RUN = {"vanish", "rStyle", "rFonts", "sym", "symEx", *CHARACTERS, *NOTES}


def read_docx(data: bytes) -> tuple[None, Iterable[str]]:
    """Return (None, [text]), since a DOCX has no fixed pages. Raises Refused where it is damaged or has active content."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            read = [part for _identifier, part in parts_of(archive, main_part(archive), TEXT_PARTS)]
            for part in {*xml_parts(archive), *read}:  # whatever their content type
                with archive.open(part) as file:
                    Activity(links_of(archive, part)).check(file)
            return None, [read_text(archive)]
    except UNREADABLE as error:
        raise Refused("damaged") from error


def read_text(archive: zipfile.ZipFile) -> str:
    main = main_part(archive)
    styles = related_part(archive, main, "styles")
    hidden = hidden_styles(archive, styles) if styles else set()
    body = TextReader(hidden).read(archive, main)
    texts = [body.text()]
    for kind in ("footnotes", "endnotes"):
        part = related_part(archive, main, kind)
        notes = TextReader(hidden).read(archive, part).notes if part else {}
        texts += [notes[number] for noted, number in body.references if noted == kind and number in notes]
    texts += headers_and_footers(archive, main, body.sections, hidden)
    return "\n".join(text for text in texts if text)


def headers_and_footers(
    archive: zipfile.ZipFile, main: str, sections: "list[PageSection]", hidden: set[str]
) -> Iterable[str]:
    """Return the texts of the headers and footers that pages of *sections* can show, each once."""
    parts = dict(parts_of(archive, main, ("header", "footer"))) if sections else {}
    settings = related_part(archive, main, "settings") if parts else ""
    has_even = bool(settings) and any(
        element == "evenAndOddHeaders" and is_on(attributes) for element, attributes in elements(archive, settings)
    )
    known: dict[tuple[str, str], str] = {}  # what a section does not name is that of the section before
    shown: dict[str, None] = {}
    for section in sections:
        known |= section.named
        types = {"default"} | ({"first"} if section.has_first else set()) | ({"even"} if has_even else set())
        shown |= {parts[link]: None for (_kind, type_), link in known.items() if type_ in types and link in parts}
    texts: dict[str, None] = {}
    for part in shown:
        texts[TextReader(hidden).read(archive, part).text()] = None
        if sum(map(len, texts)) > MAX_TEXT:
            break
    return texts


def is_on(attributes: Attributes) -> bool:
    return word_attribute(attributes, "val") not in ("0", "false", "off")


def hidden_styles(archive: zipfile.ZipFile, part: str) -> set[str]:
    """Return the styles whose text is hidden, "" for the paragraphs without a style. A style inherits it from its base."""
    bases: dict[str, str] = {}
    own: dict[str, bool] = {}
    style = default = ""
    for element, attributes in elements(archive, part):
        if element == "style":
            style = word_attribute(attributes, "styleId")
            if word_attribute(attributes, "type") == "paragraph" and word_attribute(attributes, "default") == "1":
                default = style
        elif element == "basedOn":
            bases[style] = word_attribute(attributes, "val")
        elif element == "vanish" and style:
            own[style] = is_on(attributes)

    def is_hidden(style: str) -> bool:
        seen: set[str] = set()
        while style not in own and style in bases and style not in seen:
            seen.add(style)
            style = bases[style]
        return own.get(style, False)

    hidden = {style for style in {*own, *bases} if is_hidden(style)}
    return hidden | {""} if default in hidden else hidden


class EnoughText(Exception):
    pass


@dataclass
class Run:
    """A run, the piece of text with one format. *hidden* is None where its format does not say."""

    pieces: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    hidden: bool | None = None
    style: str = ""
    font: str = ""


@dataclass
class PageSection:
    """Pages with the same headers and footers. *named* are relations by (element, type): default, first or even."""

    named: dict[tuple[str, str], str] = field(default_factory=dict)
    has_first: bool = False  # whether its first page has headers of its own


@dataclass
class Story:
    """A text of its own: the body, a note, a text box."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)  # of the paragraph that is being read
    runs: list[Run] = field(default_factory=list)  # one within the other
    fields: list[bool] = field(default_factory=list)  # one within the other: whether its result has begun
    in_format: bool = False  # of the paragraph
    is_joined: bool = False  # the paragraph's end is deleted or hidden
    style: str = ""
    number: str = ""  # of a note

    def text(self) -> str:
        return "".join([*self.pieces, *self.boxes]).strip()


class TextReader:
    """Reads the visible text of one part."""

    def __init__(self, hidden_styles: set[str]) -> None:
        self.hidden_styles = hidden_styles
        self.stories = [Story()]
        self.notes: dict[str, str] = {}
        self.references: list[tuple[str, str]] = []
        self.sections: list[PageSection] = []
        self.alternatives: list[bool] = []  # one within the other: whether one was taken
        self.namespaces: dict[str, str] = {}
        self.skipping = 0
        self.in_text = False
        self.length = 0

    def read(self, archive: zipfile.ZipFile, part: str) -> "TextReader":
        with archive.open(part) as file, suppress(EnoughText):
            parse(file, self.start, self.end, self.characters, self.namespaces.__setitem__)
        return self

    @property
    def story(self) -> Story:
        return self.stories[-1]

    def text(self) -> str:
        return self.stories[0].text()

    def start(self, name: str, attributes: Attributes) -> None:
        local = local_name(name)
        if local == "fldChar":
            self.mark(word_attribute(attributes, "fldCharType"))  # even where it is deleted: its partner may not be
        if self.skipping:
            self.skipping += 1
        elif local == "t":
            self.in_text = True
        elif local == "r":
            self.story.runs.append(Run())
        elif local in IN_RUN and self.story.runs:
            self.start_in_run(local, attributes)
        elif local in SKIPPED:
            self.story.is_joined |= self.story.in_format and local in ("del", "moveFrom")
            self.skipping = 1
        elif local == "pPr":
            self.story.in_format = True
        elif local == "pStyle":
            self.story.style = word_attribute(attributes, "val")
        elif local == "vanish" and self.story.in_format:
            self.story.is_joined = is_on(attributes)
        elif local == "sectPr":
            self.sections.append(PageSection())
        elif local in IN_SECTION and self.sections:
            self.start_in_section(local, attributes)
        elif local in STORIES:
            self.stories.append(Story(number=word_attribute(attributes, "id")))
        elif name.startswith(COMPATIBILITY):
            self.start_alternative(name[len(COMPATIBILITY) :], attributes)

    def start_alternative(self, local: str, attributes: Attributes) -> None:
        if local == "AlternateContent":
            self.alternatives.append(False)
        elif local in ("Choice", "Fallback") and self.alternatives:
            needed = [self.namespaces.get(prefix, "") for prefix in attributes.get("Requires", "").split()]
            if self.alternatives[-1] or not all(namespace.startswith(KNOWN) for namespace in needed):
                self.skipping = 1
            else:
                self.alternatives[-1] = True

    def start_in_run(self, local: str, attributes: Attributes) -> None:
        run = self.story.runs[-1]
        if local == "vanish":
            run.hidden = is_on(attributes)
        elif local == "rStyle":
            run.style = word_attribute(attributes, "val")
        elif local == "rFonts":
            run.font = word_attribute(attributes, "ascii") or word_attribute(attributes, "hAnsi")
        elif local in CHARACTERS:
            self.add(CHARACTERS[local])
        elif local in ("sym", "symEx"):
            self.add(symbol(attributes))
        elif local in NOTES and all(self.story.fields):
            run.references.append((NOTES[local], word_attribute(attributes, "id")))

    def start_in_section(self, local: str, attributes: Attributes) -> None:
        section = self.sections[-1]
        if local == "titlePg":
            section.has_first = is_on(attributes)
        else:
            link = next((value for name, value in attributes.items() if name.endswith("/relationships id")), "")
            kind = word_attribute(attributes, "type") or "default"
            if kind in ("default", "first", "even"):
                section.named[local, kind] = link

    def mark(self, kind: str) -> None:
        fields = self.story.fields
        if kind == "begin":
            fields.append(False)
        elif kind == "separate" and fields:
            fields[-1] = True
        elif kind == "end" and fields:
            fields.pop()

    def end(self, name: str) -> None:
        local = local_name(name)
        if self.skipping:
            self.skipping -= 1
        elif name == f"{COMPATIBILITY}AlternateContent":
            self.alternatives.pop()
        elif local == "t":
            self.in_text = False
        elif local == "r":
            self.end_run(self.story.runs.pop())
        elif local == "pPr":
            self.story.in_format = False
        elif local == "p":
            self.end_paragraph()
        elif local == "num":
            self.keep("/")  # between the two parts of a fraction
        elif local == "txbxContent":
            text = self.stories.pop().text()
            if text and not (self.story.runs and self.is_hidden(self.story.runs[-1])):
                self.story.boxes.append(f"{text}\n")
        elif local in ("footnote", "endnote"):
            note = self.stories.pop()
            self.notes[note.number] = note.text()

    def end_run(self, run: Run) -> None:
        if self.is_hidden(run):
            return
        text = signs(run.font, "".join(run.pieces))
        if self.story.runs:  # within another, as the base of ruby
            self.story.runs[-1].pieces.append(text)
            self.story.runs[-1].references.extend(run.references)
        else:
            self.keep(text)
            self.references.extend(run.references)

    def end_paragraph(self) -> None:
        story = self.story
        if not story.is_joined:
            self.keep("\n")
            story.pieces.extend(story.boxes)
            story.boxes = []
        story.is_joined, story.style = False, ""

    def is_hidden(self, run: Run) -> bool:
        """Return whether *run* is hidden: by its own format or else by one style, its own or that of the paragraph.

        Two styles that hide show again, as two that are bold are not.
        """
        if run.hidden is not None:
            return run.hidden
        return (self.story.style in self.hidden_styles) != (bool(run.style) and run.style in self.hidden_styles)

    def characters(self, text: str) -> None:
        if self.in_text and not self.skipping and self.story.runs:
            self.add(text.replace("\xad", ""))

    def add(self, text: str) -> None:
        if all(self.story.fields):
            self.story.runs[-1].pieces.append(text)

    def keep(self, text: str) -> None:
        self.story.pieces.append(text)
        self.length += len(text)
        if self.length > MAX_TEXT:
            raise EnoughText


@lru_cache(maxsize=1000)  # asked for each of a million elements
def local_name(name: str) -> str:
    """Return the local *name* of an element whose text is read, "" for others: of Word, formulas and drawings."""
    if local := word_name(name):
        return local
    namespace, _space, local = name.rpartition(" ")
    if f"{namespace} " in MATH + DRAWN and local in ("r", "t", "p"):
        return local
    is_other = (f"{namespace} " in MATH and local == "num") or name == f"{EMOJI}symEx"
    return local if is_other else ""


def symbol(attributes: Attributes) -> str:
    font, code = (word_attribute(attributes, name) or attributes.get(EMOJI + name, "") for name in ("font", "char"))
    try:
        return sign(font, int(code, 16))
    except ValueError:
        return UNKNOWN
