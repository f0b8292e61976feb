"""The parts of an Office package, what they hold and how they are related (ECMA-376, part 2).

Part names are compared without case. Nothing here is checked: ``archives`` checks members and sizes before anything is read.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import unquote
from xml.parsers import expat

MAX_LIST = 5 * 1024**2  # bytes of a list of relations or styles
MAX_PACKAGE_LIST = 1024**2  # of those that tell what a package is; a tenth of that describes 500 parts
COMPRESSIONS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
)  # all that Office writes; others may ask for gigabytes of memory
CONTENT_TYPES = "[Content_Types].xml"
PACKAGE_LISTS = (CONTENT_TYPES.lower(), "_rels/.rels")
USUAL_MAIN_PART = "word/document.xml"
XML_ENDINGS = (".xml", ".rels", ".vml")
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    LookupError,
    EOFError,
    ValueError,
    RuntimeError,
)  # RuntimeError: locked

Element = tuple[str, dict[str, str]]  # (name without its namespace, attributes) of an XML element


@dataclass(frozen=True)
class PartRelation:
    """What a part refers to. *kind* is the last word of its type; *target* an address, or a path seen from that part."""

    identifier: str
    kind: str
    target: str
    is_external: bool


def elements(archive: zipfile.ZipFile, part: str) -> list[Element]:
    """Return all elements of *part*. Raises BadZipFile for what is not to be unpacked, and for a document type, which can
    define entities."""
    found: list[Element] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = lambda element, attributes: found.append((element.rpartition(" ")[2], attributes))
    member = archive.getinfo(part)
    limit = MAX_PACKAGE_LIST if part.lower() in PACKAGE_LISTS else MAX_LIST
    if member.file_size > limit or member.compress_type not in COMPRESSIONS:
        raise zipfile.BadZipFile("a list that is too long, or packed as Office never does")
    with archive.open(part) as file:
        parser.ParseFile(file)
    return found


def refuse_doctype(*_declaration: object) -> NoReturn:
    raise zipfile.BadZipFile("a document type declaration")


def stored_name(archive: zipfile.ZipFile, part: str) -> str:
    """Return the name under which *part* is stored, or "" where it is not."""
    return next((name for name in archive.namelist() if name.lower() == part.lower()), "")


def content_types(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return {name of a member: content type}, both in lower case; "" where none is declared."""
    by_name, by_ending = {}, {}
    for element, attributes in elements(archive, CONTENT_TYPES):
        declared = attributes.get("ContentType", "").strip().lower()
        if element == "Override":
            by_name[unquote(attributes.get("PartName", "")).lstrip("/").lower()] = declared
        elif element == "Default":
            by_ending[attributes.get("Extension", "").lower()] = declared
    names = [name.lower() for name in archive.namelist()]
    return {name: by_name.get(name, by_ending.get(name.rpartition(".")[2], "")) for name in names}


def xml_parts(archive: zipfile.ZipFile) -> list[str]:
    """Return the names of the members that are XML by their name or, whatever their name, by their content type."""
    types = content_types(archive)
    return [
        name
        for name in archive.namelist()
        if name.lower().endswith(XML_ENDINGS) or types[name.lower()].endswith(("/xml", "+xml"))
    ]


def read_relations(archive: zipfile.ZipFile, relations_part: str) -> Iterator[PartRelation]:
    for element, attributes in elements(archive, relations_part):
        if element == "Relationship":
            yield PartRelation(
                identifier=attributes.get("Id", ""),
                kind=attributes.get("Type", "").strip().rstrip("/").rpartition("/")[2],
                target=attributes.get("Target", "").strip(),
                is_external=attributes.get("TargetMode", "").strip().lower() == "external",
            )


def relations_of(archive: zipfile.ZipFile, source: str) -> Iterator[PartRelation]:
    """Yield the relations of the part *source*, "" for those of the package itself."""
    folder, _slash, name = source.rpartition("/")
    if relations_part := stored_name(archive, posixpath.join(folder, "_rels", f"{name}.rels")):
        yield from read_relations(archive, relations_part)


def related_part(archive: zipfile.ZipFile, source: str, kind: str) -> str:
    """Return the name of the first stored part that *source* refers to as *kind*, or ""."""
    return next((part for _identifier, part in parts_of(archive, source, {kind.lower()})), "")


def parts_of(archive: zipfile.ZipFile, source: str, kinds: Container[str]) -> list[tuple[str, str]]:
    """Return [(identifier of the relation, name)] of the stored parts that *source* refers to as one of *kinds*."""
    stored = {name.lower(): name for name in archive.namelist()}
    found = [
        (relation.identifier, stored.get(path_of(source, relation.target).lower(), ""))
        for relation in relations_of(archive, source)
        if relation.kind.lower() in kinds and not relation.is_external
    ]
    return [(identifier, part) for identifier, part in found if part]


def path_of(source: str, target: str) -> str:
    """Return the path in the archive of what the part *source* calls *target*."""
    path = posixpath.normpath(posixpath.join("/", source.rpartition("/")[0], unquote(target)))
    return path.lstrip("/")


def links_of(archive: zipfile.ZipFile, source: str) -> set[str]:
    """Return the identifiers of the relations of *source* that are links to elsewhere."""
    relations = relations_of(archive, source)
    return {
        relation.identifier for relation in relations if relation.is_external and relation.kind.lower() == "hyperlink"
    }


def main_part(archive: zipfile.ZipFile) -> str:
    """Return the name of the part with the text of a Word document: by the package's relations, else the usual name."""
    try:
        part = related_part(archive, "", "officeDocument")
        if part and "word" in content_types(archive)[part.lower()]:
            return part
    except UNREADABLE:
        pass  # as in many archives that are no Word documents; check_docx refuses it where it is one
    return USUAL_MAIN_PART
