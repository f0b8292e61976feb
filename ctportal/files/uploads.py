"""What may be uploaded: by content, never by name or declared type (docs/decisions/files.md).

Every refusal is a ValidationError with a code and params; its message names the file, what it is and what would be right.
"""

import os

import filetype
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

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
    shown,
    split_name,
)


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
