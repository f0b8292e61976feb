"""What acts or is loaded when Word opens a part: fields, objects and addresses. Relations are checked in ``archives``."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, NoReturn
from xml.parsers import expat

from ctportal.files.verdict import Refused

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
STRICT_WORD = "http://purl.oclc.org/ooxml/wordprocessingml/main "
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006 "
OFFICE = "urn:schemas-microsoft-com:office:office "
DRAWING = "urn:schemas-microsoft-com:vml "

# INCLUDE and IMPORT are former names of INCLUDETEXT and INCLUDEPICTURE; LINK shows a part of another file.
ACTIVE_FIELDS = ("DDE", "DDEAUTO", "INCLUDE", "INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "LINK", "DATABASE")
LINK = re.compile(
    r"(https?://|mailto:|#|$)", re.IGNORECASE
)  # where links may lead; "#" is a place in the document itself
LINK_FIELD = re.compile(r"[^A-Za-z]*HYPERLINK\b(.*)", re.IGNORECASE | re.DOTALL)
# What stands in a field for a link: its address, and before or behind it switches, of which some have a value.
LINK_WORDS = re.compile(r'\\(?:[lots]\s*(?:"[^"]*"?|[^\s"\\]\S*)|[a-z](?=\s|\\|$))|"([^"]*)"?|(\S+)', re.IGNORECASE)
MEANINGS = {
    **dict.fromkeys(("instrText", "delInstrText"), "instruction"),
    **dict.fromkeys(("t", "delText"), "text"),
    "fldChar": "fldChar",
    "fldSimple": "fldSimple",
    "txbxContent": "scope",
    "altChunk": "afchunk",
    "control": "control",
    "objectEmbed": "oleobject",
    "objectLink": "oleobject",
    "subDoc": "subdocument",
    "connectString": "mail merge",
    "udl": "mail merge",
}
LOADED = re.compile(r"\s*([a-z][a-z0-9+.-]+://|file:|[\\/]{2})", re.IGNORECASE)

# Elements that are links: in the text, and on or over a drawing. They and others name a relation by these attributes.
LINKING = {"hyperlink", "hlinkClick", "hlinkHover", "hlinkMouseOver"}
USES = (
    "/relationships id",
    "/relationships link",
    "/relationships href",
    "/relationships embed",
    "/relationships pict",
)

Attributes = dict[str, str]


@lru_cache(maxsize=1000)  # asked for each of a million elements
def word_name(name: str) -> str:
    """Return the local *name* of an element or attribute of WordprocessingML, "" for others."""
    return (
        name[len(WORD) :] if name.startswith(WORD) else name[len(STRICT_WORD) :] if name.startswith(STRICT_WORD) else ""
    )


def word_attribute(attributes: Attributes, name: str) -> str:
    return attributes.get(WORD + name) or attributes.get(STRICT_WORD + name) or ""


def parse(
    file: IO[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
    namespace: Callable[[str, str], None] | None = None,
) -> None:
    """Parse *file*, with names as "namespace name". Raises Refused for a document type, which can define entities."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartNamespaceDeclHandler = namespace
    parser.ParseFile(file)


def refuse_doctype(*_declaration: object) -> NoReturn:
    raise Refused("damaged")  # check_docx found none: the file is not what it was


@lru_cache(maxsize=1000)
def meaning(name: str) -> str:
    """Return what the element *name* is for ``Activity``: a word of ``MEANINGS``, or "" where it does not matter."""
    if name in (f"{COMPATIBILITY}Choice", f"{COMPATIBILITY}Fallback"):
        return "scope"
    if name == f"{OFFICE}OLEObject":
        return "oleobject"
    return "drawing" if name.startswith(DRAWING) else MEANINGS.get(word_name(name), "")


def refuse_loaded(attributes: Attributes) -> None:
    for attribute in ("src", f"{OFFICE}href"):
        if LOADED.match(attributes.get(attribute, "")):
            raise Refused("active", attributes[attribute], "image")


def refuse_other_use(links: set[str], name: str, attributes: Attributes) -> None:
    local = name.rpartition(" ")[2]
    if local not in LINKING and any(key.endswith(USES) and value in links for key, value in attributes.items()):
        raise Refused("active", local, "hyperlink")


@dataclass
class Field:
    """A field whose end has not come yet."""

    instruction: str = ""
    has_result: bool = False


@dataclass
class Scope:
    """A text of its own, whose fields begin and end in it: a part, a text box, an alternative."""

    fields: list[Field] = field(default_factory=list)
    stray: str = ""  # instructions outside all fields


class Activity:
    """Raises Refused for what acts or is loaded, wherever it stands in a part: hidden, deleted, or in an alternative.

    *links* are the relations that may lead elsewhere because they are links: nothing but a link may use them.
    """

    def __init__(self, links: set[str]) -> None:
        self.links = links
        self.scopes = [Scope()]
        self.in_instruction = False
        self.in_text = False

    def check(self, file: IO[bytes]) -> None:
        parse(file, self.start, self.end, self.characters)
        self.close(self.scopes.pop())

    def start(self, name: str, attributes: Attributes) -> None:
        found = meaning(name)
        if self.links and not self.links.isdisjoint(attributes.values()):
            refuse_other_use(self.links, name, attributes)
        if found == "scope":
            self.scopes.append(Scope())
        elif found == "instruction":
            self.in_instruction = True
        elif found == "text":
            self.in_text = True
        elif found == "fldChar":
            self.mark(word_attribute(attributes, "fldCharType"))
        elif found == "fldSimple":
            refuse_active_field(word_attribute(attributes, "instr"))
        elif found == "drawing":
            refuse_loaded(attributes)
        elif found == "mail merge" and not word_attribute(attributes, "val").strip():
            return  # Word writes empty ones
        elif found:
            raise Refused("active", attributes.get("ProgID", "") or word_attribute(attributes, "val"), found)

    def mark(self, kind: str) -> None:
        fields = self.scopes[-1].fields
        if kind == "begin":
            if fields and not fields[-1].has_result:
                refuse_made_name(fields[-1].instruction)
            fields.append(Field())
        elif not fields:
            self.scopes[-1].stray += f"\n{kind}"
        elif kind == "separate":
            refuse_active_field(fields[-1].instruction)
            fields[-1].has_result = True
        elif kind == "end":
            refuse_active_field(fields.pop().instruction)

    def end(self, name: str) -> None:
        found = meaning(name)
        if found == "instruction":
            self.in_instruction = False
        elif found == "text":
            self.in_text = False
        elif found == "scope":
            scope = self.scopes.pop()
            self.close(scope)
            if name.startswith(COMPATIBILITY) and (scope.fields or scope.stray):
                # Else programs that take another alternative would see another field.
                raise Refused("active", "AlternateContent", "field")

    def characters(self, text: str) -> None:
        """Note an instruction. In the first half of a field, Word takes ordinary text for a part of it."""
        scope = self.scopes[-1]
        if not scope.fields:
            scope.stray += text if self.in_instruction else ""
        elif self.in_instruction or (self.in_text and not scope.fields[-1].has_result):
            scope.fields[-1].instruction += text

    @staticmethod
    def close(scope: Scope) -> None:
        for open_field in scope.fields:
            refuse_active_field(open_field.instruction)
        refuse_active_field(scope.stray)


def first_word(instruction: str) -> str:
    found = re.match(r"[^A-Za-z=]*([A-Za-z=]*)", instruction)
    return found[1].upper() if found else ""


def refuse_active_field(instruction: str) -> None:
    if first_word(instruction) in ACTIVE_FIELDS:
        raise Refused("active", " ".join(instruction.split()), "field")
    link = LINK_FIELD.match(instruction)
    words = LINK_WORDS.findall(link[1]) if link else []
    address = next((quoted or plain for quoted, plain in words if quoted or plain), "").strip()
    if not LINK.match(address):
        raise Refused("active", address, "hyperlink")


def refuse_made_name(instruction: str) -> None:
    """Refuse a field within the name of another, which hides that name: Word puts its result in the place."""
    word = first_word(instruction)
    is_complete = re.search(r"[A-Za-z=][^A-Za-z=]", instruction)
    if not is_complete and any(name.startswith(word) for name in ACTIVE_FIELDS):
        raise Refused("active", f"{instruction.strip()}{{…}}", "field")
