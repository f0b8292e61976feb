"""Check and store uploads: ``uploads`` checks them, ``renditions`` cleans photos, ``serving`` sends them.

The bytes are written to disk before their row is committed, and removed when the row is rolled back, so no row is without
its file. ``manage.py sweep_files`` finds the files that a killed process left behind.
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
from ctportal.files.filetypes import DOCUMENT_TYPES, DOCX, PHOTO_TYPES, clean_name
from ctportal.files.inspection import inspect
from ctportal.files.models import StoredFile
from ctportal.files.renditions import DOWNLOAD, Rendition, make_renditions
from ctportal.files.uploads import check_size, check_type


def prepare_document(uploaded: "File[bytes]") -> "PreparedDocument":
    """Check a PDF or DOCX, read its text and return a PreparedDocument, whose ``store`` writes it.

    Callers that write more in the same transaction call it before, since reading takes seconds. Raises ValidationError.
    """
    check_size(uploaded, settings.CTPORTAL_MAX_DOCUMENT_MB, "document_too_large")
    kind = check_type(uploaded, DOCUMENT_TYPES)
    name = clean_name(uploaded.name or "", kind)
    if kind is DOCX:
        check_docx(uploaded)
    pages, text = inspect(uploaded, kind)
    return PreparedDocument(uploaded, name, kind.media_type, pages, text)


@dataclass(frozen=True)
class PreparedDocument:
    """A checked document with its text, not stored yet."""

    content: "File[bytes]"
    name: str
    media_type: str
    pages: int | None
    text: str

    def store(self, *, by: User | None) -> StoredFile:
        return store(self.content, name=self.name, media_type=self.media_type, by=by, pages=self.pages, text=self.text)


def store_photo(uploaded: "File[bytes]", *, by: User | None) -> StoredFile:
    """Check and store a JPEG, PNG or WebP; return the StoredFile of the original, which is never public.

    The cleaned download and the smaller pictures, which may become public, are stored with it as its ``renditions``.
    Raises ValidationError, storing nothing.
    """
    return prepare_photo(uploaded).store(by=by)


def prepare_photo(uploaded: "File[bytes]") -> "PreparedPhoto":
    """Check a photo, make its renditions in memory and return a PreparedPhoto, whose ``store`` writes them.

    Callers that write more in the same transaction call it before, since decoding takes seconds. Raises ValidationError.
    """
    check_size(uploaded, settings.CTPORTAL_MAX_PHOTO_MB, "photo_too_large")
    data = uploaded.read()
    kind = check_type(uploaded, PHOTO_TYPES)
    name = clean_name(uploaded.name or "", kind)
    size, renditions = make_renditions(data, kind, uploaded.name or "")
    return PreparedPhoto(data, name, kind.media_type, size, renditions)


@dataclass(frozen=True)
class PreparedPhoto:
    """A checked photo with its renditions, not stored yet. *size* is (width, height) in pixels."""

    data: bytes
    name: str
    media_type: str
    size: tuple[int, int]
    renditions: list[Rendition]

    def store(self, *, by: User | None) -> StoredFile:
        """Store the original and its renditions, all or none; return the StoredFile of the original."""
        width, height = self.size
        with transaction.atomic():
            original = store(
                ContentFile(self.data), name=self.name, media_type=self.media_type, by=by, width=width, height=height
            )
            for rendition in self.renditions:
                store(
                    ContentFile(rendition.data),
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
    """Return the file name of a rendition of "minsk.png": "minsk.jpg" for the download, else "minsk-w640.webp"."""
    stem = name.rpartition(".")[0]
    width, _dot, ending = variant.rpartition(".")
    return f"{stem}.jpg" if variant == DOWNLOAD else f"{stem}-{width}.{ending}"


def store(content: "File[bytes]", *, name: str, media_type: str, by: User | None, **fields: Any) -> StoredFile:
    """Store *content* without checks and return its StoredFile; *fields* are other fields of it."""
    size, sha256 = measure(content)
    stored = StoredFile(name=name, media_type=media_type, size=size, sha256=sha256, created_by=by, **fields)
    storage = stored.file.storage
    path = stored.file.field.generate_filename(stored, name)
    with transaction.atomic():
        remove_unless_committed(storage, path)  # before the first byte: on a full disk a partial file remains
        stored.file.save(name, content, save=False)
        if stored.file.name != path or storage.size(path) != size:
            raise OSError(f"The storage did not keep {name} ({size} bytes) as {path}")
        flush_to_disk(storage, path)
        stored.save(force_insert=True)
    return stored


def measure(content: "File[bytes]") -> tuple[int, str]:
    """Return (number of bytes, SHA-256 in hexadecimal) of *content*. The size that the browser declared is ignored."""
    size, digest = 0, hashlib.sha256()
    content.seek(0)
    for piece in content.chunks():
        size += len(piece)
        digest.update(piece)
    content.seek(0)
    return size, digest.hexdigest()


def remove_unless_committed(storage: Storage, path: str) -> None:
    """Remove the file at *path* when the transaction or savepoint that contains its row is rolled back.

    Django has a hook for commits only, but on rollback it discards the functions registered for the commit. So the file
    is removed when such a function is garbage-collected without having been called.
    """

    def keep() -> None:
        removal.detach()

    removal = weakref.finalize(keep, storage.delete, path)
    transaction.on_commit(keep, robust=True)
    if connection.run_on_commit:
        # First in the queue: when a function before it fails, it would be discarded too.
        connection.run_on_commit.insert(0, connection.run_on_commit.pop())


def flush_to_disk(storage: Storage, path: str) -> None:
    """Wait until the file is on disk, since a crash must not lose the file of a committed row. Other storages are skipped."""
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
