"""Checks of uploads by content, not by name or declared type (docs/decisions/files.md).

*uploaded* is always a Django File of bytes with a name. It is read from its beginning, whatever its position.

An upload is refused by a ValidationError with a code and params. The message names the file, what it is and what is accepted.
"""

import os
import re
from collections.abc import Sequence

import filetype
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from ctportal.core.types import LazyText
from ctportal.files.archives import is_word
from ctportal.files.filetypes import (
    ALL_TYPES,
    DECLARES_NOTHING,
    DOCX,
    JPEG,
    MEGABYTE,
    PDF,
    PNG,
    WEBP,
    FileType,
    refused,
    shown,
    split_name,
)
from ctportal.files.pdf import MAX_BEFORE

# Readers of PDFs skip what stands before the header. A few bytes are accepted, but no markup, script or Office document.
PDF_HEAD = re.compile(rb"(?!#!|\xd0\xcf\x11\xe0)[^<]{0,%d}?%%PDF-" % MAX_BEFORE, re.DOTALL)


def check_size(uploaded: "File[bytes]", limit_mb: int, code: str) -> None:
    """Raise ValidationError for an empty file or, with *code*, for one of more than *limit_mb* MB of 1024 × 1024 bytes."""
    uploaded.seek(0, os.SEEK_END)
    size = uploaded.tell()  # not the declared size
    uploaded.seek(0)
    name = uploaded.name or ""
    if not size:
        raise refused(name, _("“%(name)s” is empty. Choose the file again, or save it again first."), "file_empty")
    if size > limit_mb * MEGABYTE:
        message = _("“%(name)s” is %(size)s MB; the limit is %(limit)s MB.")
        raise refused(name, message, code, size=-(-size // MEGABYTE), limit=limit_mb)


def check_type(uploaded: "File[bytes]", allowed: Sequence[FileType]) -> FileType:
    """Return the FileType of *uploaded* by its content.

    Raises ValidationError where it is not in *allowed*, or where the name or the declared type contradicts it.
    """
    found, description = recognise(uploaded)
    name = uploaded.name or ""
    extension = split_name(name)[1]
    claimed = next((kind for kind in ALL_TYPES if extension in kind.extensions), None)
    right = ", ".join(str(kind.label) for kind in allowed)
    if claimed and claimed is not found:
        message = _("“%(name)s” is %(found)s, not %(claimed)s as its name suggests. Accepted here: %(right)s.")
        raise refused(name, message, "content_mismatch", found=description, claimed=claimed.label, right=right)
    if found is None or found not in allowed:
        message = _("“%(name)s” is %(found)s, which is not accepted here. Accepted: %(right)s.")
        raise refused(name, message, "type_not_allowed", found=description, right=right)
    if extension and extension not in found.extensions:
        message = _("“%(name)s” is %(found)s, but its name ends in .%(extension)s. The name should end in .%(ending)s.")
        wrong, ending = extension[:20], found.extensions[0]
        raise refused(name, message, "content_mismatch", found=description, extension=wrong, ending=ending)
    declared = (getattr(uploaded, "content_type", None) or "").split(";")[0].strip().lower()
    if declared not in (found.media_type, *found.also_declared_as, *DECLARES_NOTHING):
        message = _("“%(name)s” is %(found)s, but was sent as %(declared)s. Save it again and choose the new file.")
        raise refused(name, message, "content_mismatch", found=description, declared=shown(declared))
    return found


def recognise(uploaded: "File[bytes]") -> tuple[FileType | None, LazyText]:
    """Return (FileType or None, description) by the first bytes and, for archives, by the list of members."""
    uploaded.seek(0)
    head = uploaded.read(8192)
    guess = filetype.guess_mime(head) or ""
    found = {
        "image/jpeg": JPEG if head[:3] == b"\xff\xd8\xff" else None,
        "image/png": PNG if head[:8] == b"\x89PNG\r\n\x1a\n" else None,
        "image/apng": PNG,
        "image/webp": WEBP,
    }.get(guess)
    if PDF_HEAD.match(head) and guess in ("", PDF.media_type):
        found = PDF
    if head[:4] == b"PK\x03\x04":
        found = DOCX if is_word(uploaded) else None
    return found, found.label if found else describe(head, guess)


def describe(head: bytes, guess: str) -> LazyText:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2000].lower()
    if b"<svg" in start and start[:1] == b"<":
        return _("an SVG drawing")
    if start[:14] == b"<!doctype html" or start[:5] in (b"<html", b"<scri", b"<head", b"<body"):
        return _("a web page (HTML)")
    if head[:4] == b"PK\x03\x04":
        return _("a ZIP archive")
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _("an old or password-protected Office document")
    if head[:2] == b"MZ" or head[:4] == b"\x7fELF":
        return _("a program")
    if guess:
        return guess
    return _("a text file") if b"\x00" not in head else _("a file of an unknown kind")
