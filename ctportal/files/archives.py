"""DOCX, a ZIP archive of XML parts. Its list of members is checked before anything is unpacked."""

import os
import re
import stat
import struct
import zipfile
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import unquote
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from ctportal.core.types import LazyText
from ctportal.files.filetypes import DOCX, MEGABYTE, damaged, readable, refused, shown
from ctportal.files.parts import (
    COMPRESSIONS,
    CONTENT_TYPES,
    MAX_LIST,
    UNREADABLE,
    PartRelation,
    elements,
    main_part,
    read_relations,
    xml_parts,
)
from ctportal.files.word_activity import LINK

# A real document of 300 pages has some 100 members and unpacks to 20 times its size.
MAX_MEMBERS = 2_000
MAX_UNPACKED = 150 * MEGABYTE
MAX_RATIO = 100  # of a member above 1 MB
MAX_DIRECTORY = MEGABYTE  # bytes of the list of members
MAX_PROLOG = 65_536  # bytes of XML before its first element
END_OF_ARCHIVE = struct.Struct("<4s4H2LH")
ACTIVE_PART = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/|oleobject[^/]*\.bin)", re.IGNORECASE)
ACTIVE_CONTENT_TYPE = re.compile(r"macroenabled|vbaproject|activex|vnd\.ms-office\.vba", re.IGNORECASE)
# What messages call the things that a Word document loads or runs, by the kind of relation, or as ``word_activity`` names them.
FOUND: dict[str, LazyText] = {
    "afchunk": _("an inserted file"),
    "attachedtemplate": _("a template"),
    "audio": _("a sound or film"),
    "control": _("a control"),
    "field": _("a field"),
    "frame": _("a frame"),
    "hyperlink": _("a link"),
    "image": _("a linked picture"),
    "macros": _("macros"),
    "mail merge": _("a data source"),
    "mailmergesource": _("a data source"),
    "media": _("a sound or film"),
    "oleobject": _("an embedded object"),
    "subdocument": _("a subdocument"),
    "vbaproject": _("macros"),
    "video": _("a sound or film"),
    "webextensiontaskpanes": _("an add-in"),
}
# Relations that act or are loaded although their target lies in the file itself.
ACTIVE_INSIDE = {"afchunk", "control", "oleobject", "subdocument", "vbaproject", "webextensiontaskpanes"}
SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)  # of two letters or more: one is a drive


def is_word(file: "File[bytes]") -> bool:
    """Return whether the archive has a Word document's two indispensable parts. Reads only lists of limited length."""
    try:
        with open_archive(file) as archive:
            return {CONTENT_TYPES, main_part(archive)} <= set(archive.namelist())
    except UNREADABLE:
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
    except UNREADABLE as error:
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
        raise active_content(name, "", active)


def is_unsafe(member: zipfile.ZipInfo) -> bool:
    path = member.orig_filename
    return (
        path.startswith("/")
        or re.match(r"^[A-Za-z]:", path) is not None
        or ".." in path.split("/")
        or re.search(r"[\\\x00-\x1f]", path) is not None
        or stat.S_ISLNK(member.external_attr >> 16)
        or bool(member.flag_bits & 0x1)  # encrypted
        or member.compress_type not in COMPRESSIONS
    )


def check_parts(archive: zipfile.ZipFile, name: str) -> None:
    """Check all checksums, and refuse XML parts with a DOCTYPE, macros, and targets that Word loads on opening."""
    if archive.testzip():
        raise zipfile.BadZipFile("a member's sum is wrong")
    check_prolog(archive, CONTENT_TYPES, name)  # which says what else is XML
    for part in xml_parts(archive):
        check_prolog(archive, part, name)
    for element, attributes in elements(archive, CONTENT_TYPES):
        if element in ("Default", "Override") and ACTIVE_CONTENT_TYPE.search(attributes.get("ContentType", "")):
            raise active_content(name, "macros")
    lists = [part for part in archive.namelist() if part.lower().endswith(".rels")]
    if sum(archive.getinfo(part).file_size for part in lists) > MAX_LIST:
        raise zipfile.BadZipFile("lists of relations that are too long")
    for part in lists:
        for relation in read_relations(archive, part):
            check_relation(relation, name)


def check_prolog(archive: zipfile.ZipFile, part: str, name: str) -> None:
    """Refuse a part with a DOCTYPE, which can define entities. It precedes the first element, so only the prolog is parsed."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = stop_with(DocumentType)
    parser.StartElementHandler = stop_with(FirstElement)
    try:
        with archive.open(part) as file:
            for _read in range(0, MAX_PROLOG, 4096):
                piece = file.read(4096)
                parser.Parse(piece, not piece)
        raise DocumentType  # no program writes a prolog that long; it may hide a DOCTYPE
    except FirstElement:
        return
    except DocumentType as error:
        message = _("“%(name)s” defines its own entities in %(part)s, which Word never does. Save it again in Word.")
        raise refused(name, message, "xml_not_allowed", part=shown(part)) from error


class DocumentType(Exception):
    pass


class FirstElement(Exception):
    pass


def stop_with(exception: type[Exception]) -> Callable[..., NoReturn]:
    def stop(*_what: object) -> NoReturn:
        raise exception

    return stop


def check_relation(relation: PartRelation, name: str) -> None:
    """Refuse what Word loads when it opens the file, and links to anything but the web, mail and the document itself."""
    kind = relation.kind.lower()
    if relation.is_external or is_elsewhere(relation.target):
        if kind == "attachedtemplate" and is_local_path(relation.target):
            return  # does not exist for readers
        if kind != "hyperlink":
            raise active_content(name, kind, relation.target)
        if not LINK.match(relation.target):
            raise ValidationError(
                _(
                    "“%(name)s” has a link to “%(target)s”. Links may lead to addresses with http, https or mailto; change it "
                    "or remove it."
                ),
                code="docx_active_content",
                params={"name": name, "target": readable(relation.target)},
            )
    elif kind in ACTIVE_INSIDE:
        raise active_content(name, kind, relation.target)


def is_elsewhere(target: str) -> bool:
    """Return whether *target* is an address with a scheme or on a share, whatever the relation says of it."""
    return SCHEME.match(target) is not None or target.replace("\\", "/").startswith("//")


def is_local_path(target: str) -> bool:
    """Return whether *target* is a path on the author's own disk, as Windows, macOS or an old Mac OS write it.

    On a share ("\\\\server", "//server", "file://server") and on the web it is loaded by all readers.
    """
    path = target
    while path != (path := unquote(path)):
        pass
    path = path.strip().replace("\\", "/")
    if path[:5].lower() == "file:":
        path = re.sub(r"^//(localhost)?(?=/)", "", path[5:], flags=re.IGNORECASE)
    return not path.startswith("//") and not SCHEME.match(path.lstrip("/")) and not re.search(r"[\x00-\x1f]", path)


def active_content(name: str, kind: str, target: str = "") -> ValidationError:
    """Return the ValidationError for what is found in the Word document *name*: the *kind* of thing, and its *target*."""
    found = ": ".join(str(word) for word in (FOUND.get(kind, kind), readable(target)) if word)
    message = _(
        "“%(name)s” contains content that runs or is loaded when the file is opened (%(part)s). Remove it, or save "
        "the file as PDF."
    )
    return refused(name, message, "docx_active_content", part=found)
