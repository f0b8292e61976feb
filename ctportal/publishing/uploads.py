"""What may be uploaded: by content, never by name or declared type (docs/decisions/files.md).

Every refusal is a ValidationError with a code and params; its message names the file, what it is and what would be right.
"""

import json
import os
import re
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from xml.parsers import expat

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MEGABYTE = 1024**2


@dataclass(frozen=True)
class FileType:
    media_type: str
    label: str
    extensions: tuple
    also_declared_as: tuple = ()


JPEG = FileType(
    "image/jpeg", _("a JPEG picture"), ("jpg", "jpeg", "jpe", "jfif"), ("image/jpg", "image/pjpeg", "image/jfif")
)
PNG = FileType("image/png", _("a PNG picture"), ("png",), ("image/x-png",))
WEBP = FileType("image/webp", _("a WebP picture"), ("webp",))
PDF = FileType("application/pdf", _("a PDF document"), ("pdf",), ("application/x-pdf",))
DOCX = FileType(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    _("a Word document (.docx)"),
    ("docx",),
    ("application/zip", "application/x-zip-compressed", "application/msword"),
)
PHOTO_TYPES = (JPEG, PNG, WEBP)
DOCUMENT_TYPES = (PDF, DOCX)
ALL_TYPES = PHOTO_TYPES + DOCUMENT_TYPES
# What browsers declare when they do not know; says nothing, so contradicts nothing.
DECLARES_NOTHING = ("", "application/octet-stream", "binary/octet-stream", "application/x-download")

# DOCX: a real one of 300 pages has some 100 members and unpacks to 20 times its size.
MAX_MEMBERS = 2_000
MAX_UNPACKED = 150 * MEGABYTE
MAX_RATIO = 100  # of a member above 1 MB
MAX_DIRECTORY = MEGABYTE  # bytes of the list of members
MAX_PROLOG = 65_536  # bytes of XML before its first element
END_OF_ARCHIVE = struct.Struct("<4s4H2LH")
ACTIVE_PART = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/|oleobject[^/]*\.bin)", re.IGNORECASE)
ACTIVE_CONTENT_TYPE = re.compile(r"macroenabled|vbaproject|activex|vnd\.ms-office\.vba", re.IGNORECASE)
# Relations by which Word fetches something by itself when it opens the file. A link waits for a click.
FETCHED = re.compile(r"/(attachedTemplate|oleObject|frame|subDocument|aFChunk)$", re.IGNORECASE)

EXTRACTION_SECONDS = 15
MAX_ANSWER = 8 * MEGABYTE  # bytes: what the extracting process may say

RESERVED_NAME = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
# Turns the order of the letters around: "report\u202efdp.exe" reads as if it ended in exe.pdf.
REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Characters that break addresses, headers or file systems.
TROUBLESOME = re.compile(r"[\s\"'<>|:*?;#%&\\/`^{}\[\]=,]+")
MAX_STEM_BYTES = 150


# Names


def clean_name(name, extension):
    """Return *name* as it is stored and offered: one path component, safe in addresses, headers and file systems.

    Letters of all scripts stay. Ends in *extension* (without the dot). Raises ValidationError for a name that reverses
    its reading order, which hides what kind of file it is.
    """
    if REORDERING.search(name):
        raise ValidationError(
            _("The name of “%(name)s” contains invisible characters that reorder its letters; rename the file."),
            code="invalid_name",
            params={"name": shown(name)},
        )
    stem, found = split_name(name)
    if found and found not in extensions_of(extension):
        stem = f"{stem}.{found}"
    stem = TROUBLESOME.sub("-", "".join(char if char.isprintable() or char.isspace() else "" for char in stem))
    stem = stem.strip("-. ").encode()[:MAX_STEM_BYTES].decode(errors="ignore").strip("-. ") or "file"
    if RESERVED_NAME.match(stem):
        stem = f"file-{stem}"
    return f"{stem}.{extension}"


def split_name(name):
    """Return (stem, extension) of the last path component; the extension in lower case, without the dot, or ""."""
    name = unicodedata.normalize("NFC", name.encode(errors="replace").decode())
    base = re.split(r"[/\\]", name)[-1].rstrip(". \x00")
    stem, dot, extension = base.rpartition(".")
    return (stem, extension.lower()) if dot and stem else (base, "")


def extensions_of(extension):
    return next((kind.extensions for kind in ALL_TYPES if extension in kind.extensions), (extension,))


def shown(name):
    """Return *name* for a message: without control characters, not longer than 100 characters."""
    text = "".join(char for char in re.split(r"[/\\]", name)[-1] if char.isprintable())
    return (text[:99] + "…" if len(text) > 100 else text) or "?"


# Size and type


def read_all(uploaded, limit_mb, code):
    """Return the bytes of *uploaded*; refuses an empty file and one above the limit before reading it whole."""
    check_size(uploaded, limit_mb, code)
    uploaded.seek(0)
    return uploaded.read()


def check_size(uploaded, limit_mb, code):
    uploaded.seek(0, os.SEEK_END)
    size = uploaded.tell()  # counted, not declared
    uploaded.seek(0)
    if not size:
        raise ValidationError(
            _("“%(name)s” is empty; choose the file again, or save it anew."),
            code="file_empty",
            params={"name": shown(uploaded.name)},
        )
    if size > limit_mb * MEGABYTE:
        raise ValidationError(
            _("“%(name)s” is %(size)s MB; the limit is %(limit)s MB."),
            code=code,
            params={"name": shown(uploaded.name), "size": -(-size // MEGABYTE), "limit": limit_mb},
        )


def check_type(uploaded, allowed):
    """Return the FileType of *uploaded* by its content; name and declared type must agree with it."""
    found, description = recognise(uploaded)
    extension = split_name(uploaded.name)[1]
    claimed = next((kind for kind in ALL_TYPES if extension in kind.extensions), None)
    params = {"name": shown(uploaded.name), "found": description, "right": right_types(allowed)}
    if claimed and claimed is not found:
        raise ValidationError(
            _("“%(name)s” is %(found)s, not %(claimed)s as its name says. Right would be: %(right)s."),
            code="content_mismatch",
            params={**params, "claimed": claimed.label},
        )
    if found not in allowed:
        raise ValidationError(
            _("“%(name)s” is %(found)s, which is not accepted here. Right would be: %(right)s."),
            code="type_not_allowed",
            params=params,
        )
    if extension and extension not in found.extensions:
        raise ValidationError(
            _("“%(name)s” is %(found)s, but its name ends in .%(extension)s. Right would be the ending .%(ending)s."),
            code="content_mismatch",
            params={**params, "extension": extension[:20], "ending": found.extensions[0]},
        )
    declared = (getattr(uploaded, "content_type", None) or "").split(";")[0].strip().lower()
    if declared not in (found.media_type, *found.also_declared_as, *DECLARES_NOTHING):
        raise ValidationError(
            _("“%(name)s” is %(found)s, but was sent as %(declared)s. Save it anew and choose it again."),
            code="content_mismatch",
            params={**params, "declared": shown(declared)},
        )
    return found


def right_types(allowed):
    return ", ".join(str(kind.label) for kind in allowed)


def recognise(uploaded):
    """Return (FileType or None, what to call it) by the first bytes and, for archives, the members."""
    uploaded.seek(0)
    head = uploaded.read(8192)
    guess = filetype.guess_mime(head) or ""
    found = {
        "image/jpeg": JPEG if head[:3] == b"\xff\xd8\xff" else None,
        "image/png": PNG if head[:8] == b"\x89PNG\r\n\x1a\n" else None,
        "image/apng": PNG,
        "image/webp": WEBP,
        "application/pdf": PDF if head[:5] == b"%PDF-" else None,
    }.get(guess)
    if head[:4] == b"PK\x03\x04":
        found = DOCX if is_word(uploaded) else None
    return found, found.label if found else describe(head, guess)


def describe(head, guess):
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2000].lower()
    if b"<svg" in start and start[:1] == b"<":
        return _("an SVG drawing")
    if start[:14] == b"<!doctype html" or start[:5] in (b"<html", b"<scri", b"<head", b"<body"):
        return _("a web page (HTML)")
    if head[:4] == b"PK\x03\x04":
        return _("a ZIP archive")
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _("an old Office document, or one protected by a password")
    if head[:2] == b"MZ" or head[:4] == b"\x7fELF":
        return _("a program")
    if guess:
        return guess
    return _("a text file") if b"\x00" not in head else _("a file of an unknown kind")


# DOCX: a ZIP archive, looked at before anything of it is unpacked


def is_word(file):
    """True when the archive lists the two members that make a Word document. Looks at a bounded list only."""
    try:
        with open_archive(file) as archive:
            return {"[Content_Types].xml", "word/document.xml"} <= set(archive.namelist())
    except zipfile.BadZipFile:
        return False
    except ArchiveTooLarge:
        return True  # refused by check_docx, with the right words


class ArchiveTooLarge(Exception):
    pass


def open_archive(file):
    """Return the ZipFile; raises BadZipFile, or ArchiveTooLarge before a list of members that is too long is read."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - END_OF_ARCHIVE.size))
    end = file.read(END_OF_ARCHIVE.size)
    if len(end) < END_OF_ARCHIVE.size:
        raise zipfile.BadZipFile("too short for an archive")
    signature, _disk, _start, _here, members, directory, _offset, comment = END_OF_ARCHIVE.unpack(end)
    if signature != b"PK\x05\x06" or comment:
        raise zipfile.BadZipFile("no end record at the very end")  # so nothing hangs on behind it either
    if members > MAX_MEMBERS or directory > MAX_DIRECTORY:  # covers the escape values of ZIP64 too
        raise ArchiveTooLarge
    archive = zipfile.ZipFile(file)
    if len(archive.infolist()) > MAX_MEMBERS:
        raise ArchiveTooLarge
    return archive


def check_docx(uploaded):
    """Refuse an archive that is too large, unsafe, damaged or active. Bounded: unpacks only after the limits hold."""
    name = shown(uploaded.name)
    try:
        with open_archive(uploaded) as archive:
            check_members(archive, name)
            check_parts(archive, name)
    except ArchiveTooLarge as error:
        raise ValidationError(
            _("“%(name)s” has more parts than a document needs (limit %(limit)s). Save it anew in Word."),
            code="archive_too_large",
            params={"name": name, "limit": MAX_MEMBERS},
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, expat.ExpatError, LookupError) as error:
        raise damaged(name, DOCX) from error


def check_members(archive, name):
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    crowded = [member for member in members if member.file_size > MEGABYTE]
    if total > MAX_UNPACKED or any(member.file_size > MAX_RATIO * max(member.compress_size, 1) for member in crowded):
        raise ValidationError(
            _("“%(name)s” unpacks to %(size)s MB; the limit is %(limit)s MB and 100 times the packed size."),
            code="archive_too_large",
            params={"name": name, "size": -(-total // MEGABYTE), "limit": MAX_UNPACKED // MEGABYTE},
        )
    names = [member.filename for member in members]
    unsafe = [member for member in members if is_unsafe(member)]
    if unsafe or len({entry.lower() for entry in names}) < len(names) or min(m.header_offset for m in members) != 0:
        raise ValidationError(
            _("“%(name)s” has parts with names or places that could do harm. Save it anew in Word."),
            code="archive_unsafe",
            params={"name": name},
        )
    active = next((entry for entry in names if ACTIVE_PART.search(entry)), None)
    if active:
        raise active_content(name, active)


def is_unsafe(member):
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


def check_parts(archive, name):
    """Check all sums, refuse document types (entities) in every XML part, and what is fetched or run at opening."""
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


def check_prolog(archive, member, name):
    """A document type stands before the first element or nowhere, so only the beginning is parsed."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = stop_with(DocumentType)
    parser.StartElementHandler = stop_with(FirstElement)
    try:
        with archive.open(member) as part:
            for _read in range(0, MAX_PROLOG, 4096):
                piece = part.read(4096)
                parser.Parse(piece, not piece)
        raise DocumentType  # or hidden behind a prolog as long as no program writes one
    except FirstElement:
        return
    except DocumentType as error:
        raise ValidationError(
            _("“%(name)s” defines entities of its own in %(part)s, which Word does not do. Save it anew in Word."),
            code="xml_not_allowed",
            params={"name": name, "part": shown(member.filename)},
        ) from error


class DocumentType(Exception):
    pass


class FirstElement(Exception):
    pass


def stop_with(exception):
    def stop(*_what):
        raise exception

    return stop


def elements(archive, part):
    """Return (local name, attributes) of each element of a small part whose prolog was checked."""
    found = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda element, attributes: found.append((element.rpartition(" ")[2], attributes))
    if archive.getinfo(part).file_size > 5 * MEGABYTE:
        raise zipfile.BadZipFile("a list of parts or relations of more than 5 MB")
    with archive.open(part) as file:
        parser.ParseFile(file)
    return found


def check_relations(relations, name):
    for _element, attributes in relations:
        target = attributes.get("Target", "").strip().lower()
        # A template on the author's own disk leads nowhere; one on a share or in the web is fetched by every reader.
        is_local = target.startswith("file:///") and not target.startswith("file:////")
        external = attributes.get("TargetMode", "").lower() == "external"
        if external and not is_local and FETCHED.search(attributes.get("Type", "")):
            raise active_content(name, target)


def active_content(name, part):
    return ValidationError(
        _("“%(name)s” contains what runs or is fetched at opening (%(part)s). Remove it, or save as PDF."),
        code="docx_active_content",
        params={"name": name, "part": shown(part)},
    )


def damaged(name, kind):
    return ValidationError(
        _("“%(name)s” is damaged or incomplete: it cannot be opened as %(label)s. Save it anew and upload it again."),
        code={PDF: "pdf_damaged", DOCX: "docx_damaged"}.get(kind, "image_damaged"),
        params={"name": name, "label": kind.label},
    )


# What only another process may look into


def inspect(uploaded, kind):
    """Return (pages or None, text) of a PDF or DOCX; raises ValidationError for what must not be accepted.

    The text is empty where reading it failed; that is no reason to refuse the file.
    """
    name = shown(uploaded.name)
    verdict, text = {}, ""
    for line in run_extraction(uploaded, kind.extensions[0]):
        verdict = line if "verdict" in line else verdict
        text = line.get("text", text)
    if verdict.get("verdict") == "ok":
        return verdict["pages"], text
    if verdict.get("verdict") == "damaged":
        raise damaged(name, kind)
    if verdict.get("verdict") == "encrypted":
        raise ValidationError(
            _("“%(name)s” is protected, so it cannot be checked. Save it without password and restrictions."),
            code="pdf_encrypted",
            params={"name": name},
        )
    if verdict.get("verdict") == "active":
        raise ValidationError(
            _("“%(name)s” contains %(detail)s, which readers must not receive. Print it to a new PDF."),
            code="pdf_active_content" if kind is PDF else "xml_not_allowed",
            params={"name": name, "detail": verdict["detail"]},
        )
    raise ValidationError(
        _("“%(name)s” is too complex to be checked. Print it to a new PDF."),
        code="document_not_checked",
        params={"name": name},
    )


def run_extraction(uploaded, kind):
    """Run ctportal.publishing.extract on *uploaded*; return its lines as far as it got. No file of ours is left behind."""
    with tempfile.TemporaryFile() as copy:  # without a name: the process reads it as its standard input
        uploaded.seek(0)
        for piece in iter(lambda: uploaded.read(MEGABYTE), b""):
            copy.write(piece)
        copy.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-s", "-m", "ctportal.publishing.extract", kind],
            stdin=copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            # Nothing of our own environment: it holds the secrets of the site.
            env={"PYTHONPATH": str(settings.BASE_DIR), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        )
    clock = threading.Timer(EXTRACTION_SECONDS, process.kill)
    clock.start()
    with process:
        try:
            answer = process.stdout.read(MAX_ANSWER)
        finally:
            clock.cancel()
            process.kill()
    return list(lines_of(answer))


def lines_of(answer):
    for line in answer.split(b"\n"):
        try:
            yield json.loads(line)
        except ValueError:
            continue  # cut off in the middle: the process was stopped there
