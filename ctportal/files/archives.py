"""DOCX, a ZIP archive of XML parts. Its list of members is checked before anything is unpacked."""

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import NoReturn
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from ctportal.files.filetypes import DOCX, MEGABYTE, damaged, refused, shown

# A real document of 300 pages has some 100 members and unpacks to 20 times its size.
MAX_MEMBERS = 2_000
MAX_UNPACKED = 150 * MEGABYTE
MAX_RATIO = 100  # of a member above 1 MB
MAX_DIRECTORY = MEGABYTE  # bytes of the list of members
MAX_PROLOG = 65_536  # bytes of XML before its first element
END_OF_ARCHIVE = struct.Struct("<4s4H2LH")
ACTIVE_PART = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/|oleobject[^/]*\.bin)", re.IGNORECASE)
ACTIVE_CONTENT_TYPE = re.compile(r"macroenabled|vbaproject|activex|vnd\.ms-office\.vba", re.IGNORECASE)
# Relations whose target Word loads when it opens the file. Hyperlinks are loaded only on a click.
FETCHED = re.compile(r"/(attachedTemplate|oleObject|frame|subDocument|aFChunk)$", re.IGNORECASE)

Element = tuple[str, dict[str, str]]  # (name without its namespace, attributes) of an XML element


def is_word(file: "File[bytes]") -> bool:
    """Return whether the archive lists the two members of every Word document. Reads only a list of limited length."""
    try:
        with open_archive(file) as archive:
            return {"[Content_Types].xml", "word/document.xml"} <= set(archive.namelist())
    except zipfile.BadZipFile:
        return False
    except ValidationError:
        return True  # check_docx refuses it with this message


def open_archive(file: "File[bytes]") -> zipfile.ZipFile:
    """Return the ZipFile. Raises BadZipFile, or ValidationError before reading a list of members that is too long."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - END_OF_ARCHIVE.size))
    end = file.read(END_OF_ARCHIVE.size)
    if len(end) < END_OF_ARCHIVE.size:
        raise zipfile.BadZipFile("too short for an archive")
    signature, _disk, _start, _here, members, directory, _offset, comment = END_OF_ARCHIVE.unpack(end)
    if signature != b"PK\x05\x06" or comment:
        raise zipfile.BadZipFile("no end record at the very end")  # so no other data follows the archive
    too_long = members > MAX_MEMBERS or directory > MAX_DIRECTORY  # covers the escape values of ZIP64 too
    archive = None if too_long else zipfile.ZipFile(file)
    if archive is None or len(archive.infolist()) > MAX_MEMBERS:
        message = _("“%(name)s” has more parts than allowed (limit %(limit)s). Save it again in Word.")
        raise refused(file.name or "", message, "archive_too_large", limit=MAX_MEMBERS)
    return archive


def check_docx(uploaded: "File[bytes]") -> None:
    """Raise ValidationError for a DOCX that is too large, unsafe, damaged or has active content.

    Nothing is unpacked before the size limits are checked.
    """
    name = uploaded.name or ""
    try:
        with open_archive(uploaded) as archive:
            check_members(archive, name)
            check_parts(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, expat.ExpatError, LookupError) as error:
        raise damaged(name, DOCX) from error


def check_members(archive: zipfile.ZipFile, name: str) -> None:
    """Check the list of members alone: sizes, names, positions in the archive, and parts that hold code."""
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    crowded = [member for member in members if member.file_size > MEGABYTE]
    if total > MAX_UNPACKED or any(member.file_size > MAX_RATIO * max(member.compress_size, 1) for member in crowded):
        message = _("“%(name)s” unpacks to %(size)s MB; the limit is %(limit)s MB and 100 times the packed size.")
        size, limit = -(-total // MEGABYTE), MAX_UNPACKED // MEGABYTE
        raise refused(name, message, "archive_too_large", size=size, limit=limit)
    names = [member.filename for member in members]
    unsafe = [member for member in members if is_unsafe(member)]
    if unsafe or len({entry.lower() for entry in names}) < len(names) or min(m.header_offset for m in members) != 0:
        message = _("“%(name)s” contains parts with unsafe names or locations. Save it again in Word.")
        raise refused(name, message, "archive_unsafe")
    active = next((entry for entry in names if ACTIVE_PART.search(entry)), None)
    if active:
        raise active_content(name, active)


def is_unsafe(member: zipfile.ZipInfo) -> bool:
    path = member.orig_filename
    return (
        path.startswith("/")
        or re.match(r"^[A-Za-z]:", path) is not None
        or ".." in path.split("/")
        or re.search(r"[\\\x00-\x1f]", path) is not None
        or stat.S_ISLNK(member.external_attr >> 16)
        or bool(member.flag_bits & 0x1)  # encrypted
        or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    )


def check_parts(archive: zipfile.ZipFile, name: str) -> None:
    """Check all checksums, and refuse XML parts with a DOCTYPE, macros, and targets that Word loads on opening."""
    if archive.testzip():
        raise zipfile.BadZipFile("a member's sum is wrong")
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels", ".vml")):
            check_prolog(archive, member, name)
    for part, attributes in elements(archive, "[Content_Types].xml"):
        if part in ("Default", "Override") and ACTIVE_CONTENT_TYPE.search(attributes.get("ContentType", "")):
            raise active_content(name, "macros")
    for member in archive.infolist():
        if member.filename.lower().endswith(".rels"):
            check_relations(elements(archive, member.filename), name)


def check_prolog(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    """Refuse a part with a DOCTYPE, which can define entities. It precedes the first element, so only the prolog is parsed."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = stop_with(DocumentType)
    parser.StartElementHandler = stop_with(FirstElement)
    try:
        with archive.open(member) as part:
            for _read in range(0, MAX_PROLOG, 4096):
                piece = part.read(4096)
                parser.Parse(piece, not piece)
        raise DocumentType  # no program writes a prolog that long; it may hide a DOCTYPE
    except FirstElement:
        return
    except DocumentType as error:
        message = _("“%(name)s” defines its own entities in %(part)s, which Word never does. Save it again in Word.")
        raise refused(name, message, "xml_not_allowed", part=shown(member.filename)) from error


class DocumentType(Exception):
    pass


class FirstElement(Exception):
    pass


def stop_with(exception: type[Exception]) -> Callable[..., NoReturn]:
    def stop(*_what: object) -> NoReturn:
        raise exception

    return stop


def elements(archive: zipfile.ZipFile, part: str) -> list[Element]:
    """Return all elements of *part*, whose prolog was checked. Raises BadZipFile above 5 MB."""
    found: list[Element] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda element, attributes: found.append((element.rpartition(" ")[2], attributes))
    if archive.getinfo(part).file_size > 5 * MEGABYTE:
        raise zipfile.BadZipFile("a list of parts or relations of more than 5 MB")
    with archive.open(part) as file:
        parser.ParseFile(file)
    return found


def check_relations(relations: Iterable[Element], name: str) -> None:
    for _element, attributes in relations:
        target = attributes.get("Target", "").strip().lower()
        # A template on the author's own disk does not exist for readers; one on a share or the web is loaded by all of them.
        is_local = target.startswith("file:///") and not target.startswith("file:////")
        external = attributes.get("TargetMode", "").lower() == "external"
        if external and not is_local and FETCHED.search(attributes.get("Type", "")):
            raise active_content(name, target)


def active_content(name: str, part: str) -> ValidationError:
    message = _(
        "“%(name)s” contains content that runs or is loaded when the file is opened (%(part)s). Remove it, or save "
        "the file as PDF."
    )
    return refused(name, message, "docx_active_content", part=shown(part))
