"""Store uploads: checked by ``uploads``, photos cleaned by ``renditions``, served by ``serving``.

The bytes are on the disk before their row is committed, and go again where the row is rolled back; so a row never
lacks its file. What a killed process leaves behind is found by ``manage.py sweep_files``.
"""

import hashlib
import os
import weakref
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import connection, transaction

from ctportal.files.archives import check_docx
from ctportal.files.filetypes import DOCUMENT_TYPES, DOCX, PHOTO_TYPES, clean_name, shown
from ctportal.files.inspection import inspect
from ctportal.files.models import StoredFile
from ctportal.files.renditions import DOWNLOAD, Rendition, make_renditions
from ctportal.files.uploads import check_size, check_type


def store_document(uploaded: "File[bytes]", *, by: User | None) -> StoredFile:
    """Check and store a PDF or DOCX; return its StoredFile, with pages and text. Raises ValidationError, storing nothing.

    *uploaded*: a Django File with a name; *by*: who uploads it, None for the portal itself.
    """
    check_size(uploaded, settings.CTPORTAL_MAX_DOCUMENT_MB, "document_too_large")
    kind = check_type(uploaded, DOCUMENT_TYPES)
    name = clean_name(uploaded.name or "", kind)
    if kind is DOCX:
        check_docx(uploaded)
    pages, text = inspect(uploaded, kind)
    uploaded.seek(0)
    return store(uploaded, name=name, media_type=kind.media_type, by=by, pages=pages, text=text)


def store_photo(uploaded: "File[bytes]", *, by: User | None) -> StoredFile:
    """Check and store a JPEG, PNG or WebP; return the StoredFile of the original, which is never public.

    Its cleaned download and its smaller pictures, which may be, are stored with it as its ``renditions``. All of them
    or, with a ValidationError, none.
    """
    return prepare_photo(uploaded).store(by=by)


def prepare_photo(uploaded: "File[bytes]") -> "PreparedPhoto":
    """Check a photo and make its renditions in memory; return a PreparedPhoto, whose ``store`` writes all of them.

    For callers that write more in the same transaction: the seconds that decoding takes are not spent inside it.
    """
    check_size(uploaded, settings.CTPORTAL_MAX_PHOTO_MB, "photo_too_large")
    data = uploaded.read()
    kind = check_type(uploaded, PHOTO_TYPES)
    name = clean_name(uploaded.name or "", kind)
    size, renditions = make_renditions(data, kind, shown(uploaded.name or ""))
    return PreparedPhoto(data, name, kind.media_type, size, renditions)


@dataclass(frozen=True)
class PreparedPhoto:
    """A photo that passed the checks, with its renditions, not stored yet. *size*: (width, height) in pixels."""

    data: bytes
    name: str
    media_type: str
    size: tuple[int, int]
    renditions: list[Rendition]

    def store(self, *, by: User | None) -> StoredFile:
        """Store the original and its renditions, all or none; return the StoredFile of the original."""
        width, height = self.size
        with transaction.atomic():
            original = store_bytes(
                self.data, name=self.name, media_type=self.media_type, by=by, width=width, height=height
            )
            for rendition in self.renditions:
                store_bytes(
                    rendition.data,
                    name=rendition_name(self.name, rendition.variant),
                    media_type=rendition.media_type,
                    by=by,
                    width=rendition.width,
                    height=rendition.height,
                    source=original,
                    variant=rendition.variant,
                )
        return original


def rendition_name(name: str, variant: str) -> str:
    """Return the name offered for a rendition: "minsk.png" gives "minsk.jpg" for the download, else "minsk-w640.webp"."""
    stem = name.rpartition(".")[0]
    width, _dot, ending = variant.rpartition(".")
    return f"{stem}.jpg" if variant == DOWNLOAD else f"{stem}-{width}.{ending}"


def store_bytes(data: bytes, *, name: str, media_type: str, by: User | None, **fields: Any) -> StoredFile:
    """Store *data* as it is, unchecked; return the StoredFile. For what this portal made itself.

    *fields*: other fields of StoredFile.
    """
    return store(ContentFile(data), name=name, media_type=media_type, by=by, **fields)


def store(content: "File[bytes]", *, name: str, media_type: str, by: User | None, **fields: Any) -> StoredFile:
    size, sha256 = measure(content)
    stored = StoredFile(name=name, media_type=media_type, size=size, sha256=sha256, created_by=by, **fields)
    storage = stored.file.storage
    path = stored.file.field.generate_filename(stored, name)
    with transaction.atomic():
        remove_unless_committed(storage, path)  # before the first byte: a disk that fills up leaves a piece
        stored.file.save(name, content, save=False)
        if stored.file.name != path or storage.size(path) != size:
            raise OSError(f"The storage did not keep {name} ({size} bytes) as {path}")
        flush_to_disk(storage, path)
        stored.save(force_insert=True)
    return stored


def measure(content: "File[bytes]") -> tuple[int, str]:
    """Return (bytes, SHA-256 in hexadecimal), counted: what the browser declared is not asked."""
    size, digest = 0, hashlib.sha256()
    content.seek(0)
    for piece in content.chunks():
        size += len(piece)
        digest.update(piece)
    content.seek(0)
    return size, digest.hexdigest()


def remove_unless_committed(storage: Storage, path: str) -> None:
    """Remove the file at *path* when the transaction around its row, whichever it is, is rolled back.

    Django tells of commits only. But it forgets the functions waiting for a commit when it rolls back, so one that
    disappears without having been called means that the row is not there.
    """

    def keep() -> None:
        removal.detach()

    removal = weakref.finalize(keep, storage.delete, path)
    transaction.on_commit(keep, robust=True)
    if connection.run_on_commit:
        # First in the queue: a function before it that fails would take it along.
        connection.run_on_commit.insert(0, connection.run_on_commit.pop())


def flush_to_disk(storage: Storage, path: str) -> None:
    """Wait until the bytes are on the disk, where the storage is one: a committed row must not outlive its file."""
    try:
        on_disk = storage.path(path)
    except NotImplementedError:
        return
    for target in (on_disk, os.path.dirname(on_disk)):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
