"""The accepted types of file, and the names under which files are stored."""

import re
import unicodedata
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ctportal.core.types import LazyText

MEGABYTE = 1024**2


@dataclass(frozen=True)
class FileType:
    """An accepted type of file. *extensions* are without dots; stored names end in the first."""

    media_type: str
    label: LazyText
    extensions: tuple[str, ...]
    also_declared_as: tuple[str, ...] = ()


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
# Media types that browsers send for a type they do not know. They contradict no type.
DECLARES_NOTHING = ("", "application/octet-stream", "binary/octet-stream", "application/x-download")

RESERVED_NAME = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
# Characters that reverse the reading order: "report\u202efdp.exe" is displayed as ending in "exe.pdf".
REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Characters that are not safe in addresses, headers or file systems.
TROUBLESOME = re.compile(r"[\s\"'<>|:*?;#%&\\/`^{}\[\]=,]+")
MAX_STEM_BYTES = 150


def clean_name(name: str, kind: FileType) -> str:
    """Return *name* as it is stored and offered: one path component, safe in addresses, headers and file systems.

    Letters of all scripts stay. The result ends in the first extension of *kind*. Raises ValidationError for a name that
    reverses its reading order, which hides its extension.
    """
    if REORDERING.search(name):
        message = _("The name of “%(name)s” contains invisible characters that reorder its letters; rename the file.")
        raise refused(name, message, "invalid_name")
    stem, found = split_name(name)
    if found and found not in kind.extensions:
        stem = f"{stem}.{found}"
    stem = TROUBLESOME.sub("-", "".join(char if char.isprintable() or char.isspace() else "" for char in stem))
    stem = stem.strip("-. ").encode()[:MAX_STEM_BYTES].decode(errors="ignore").strip("-. ") or "file"
    if RESERVED_NAME.match(stem):
        stem = f"file-{stem}"
    return f"{stem}.{kind.extensions[0]}"


def split_name(name: str) -> tuple[str, str]:
    """Return (stem, extension) of the last path component; the extension in lower case, without the dot, or ""."""
    name = unicodedata.normalize("NFC", name.encode(errors="replace").decode())
    base = re.split(r"[/\\]", name)[-1].rstrip(". \x00")
    stem, dot, extension = base.rpartition(".")
    return (stem, extension.lower()) if dot and stem else (base, "")


def shown(name: str) -> str:
    """Return the last component of *name* for a message, without control characters and at most 100 characters long."""
    return readable(re.split(r"[/\\]", name)[-1]) or "?"


def readable(text: str) -> str:
    """Return *text*, such as an address found in a file, for a message: printable and at most 100 characters long."""
    text = "".join(char for char in text if char.isprintable())
    return text[:99] + "…" if len(text) > 100 else text


def refused(name: str, message: LazyText, code: str, **params: object) -> ValidationError:
    """Return the ValidationError for the file *name*, which *message* repeats as ``%(name)s``."""
    return ValidationError(message, code=code, params={"name": shown(name), **params})


def damaged(name: str, kind: FileType) -> ValidationError:
    """Return the ValidationError for a file that cannot be opened as *kind*."""
    message = _(
        "“%(name)s” is damaged or incomplete: it cannot be opened as %(label)s. Save it again and upload the new file."
    )
    code = {PDF: "pdf_damaged", DOCX: "docx_damaged"}.get(kind, "image_damaged")
    return refused(name, message, code, label=kind.label)
