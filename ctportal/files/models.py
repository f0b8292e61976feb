"""Stored files: bytes that never change, under a random key."""

import secrets
from urllib.parse import quote

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from .filetypes import DOCUMENT_TYPES
from .pdf_text import PAGE_END
from .storage import PrivateStorage
from .verdict import MAX_TEXT

LAST_WORDS = 60  # characters that say where the text of a document ends


def random_key() -> str:
    """Return a key of 192 random bits, safe in an address."""
    return secrets.token_urlsafe(24)


def private_storage() -> PrivateStorage:
    """Return the storage of uploaded files. Migrations name this function, not the storage."""
    return PrivateStorage()


def storage_path(stored_file: "StoredFile", _name: str) -> str:
    return f"{stored_file.key[:2]}/{stored_file.key}"


def file_path(key: str, name: str) -> str:
    """Return the address of a file from the site's root. Previews and the admin serve it below addresses of their own."""
    return f"/files/{key}/{quote(name)}"


class StoredFile(models.Model):
    """Bytes that never change, under a random key. Each request checks whether a public edition shows them."""

    key = models.CharField(max_length=43, unique=True, default=random_key, editable=False)
    name = models.CharField(max_length=200, help_text="Name offered to who downloads it.")
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels.")
    height = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels.")
    pages = models.PositiveIntegerField(null=True, blank=True)
    # Where it comes from a PDF, each page ends in a form feed.
    text = models.TextField(blank=True, help_text="Text found in the file, for search.")
    source = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="renditions")
    variant = models.CharField(max_length=20, blank=True, help_text="Which rendition of its source, such as w640.webp.")
    file = models.FileField(storage=private_storage, upload_to=storage_path, max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        return file_path(self.key, self.name)

    @property
    def search_notice(self) -> str:
        """What an editor should know of a document whose text is not searched, or only to some place; else empty."""
        names = {"name": self.name}
        if self.media_type not in {kind.media_type for kind in DOCUMENT_TYPES}:
            return ""
        if not self.text.strip():
            return (
                _(
                    "No text was found in “%(name)s”, so a search will not find its words. If it is a scan, let a program "
                    "recognize its text and upload the new file."
                )
                % names
            )
        read = self.text.count(PAGE_END)
        if self.pages and 0 < read < self.pages:
            return _(
                "“%(name)s” is long: its text is searched up to page %(read)s of %(pages)s. To have the rest searched, "
                "upload it in parts."
            ) % {**names, "read": read, "pages": self.pages}
        if len(self.text) >= MAX_TEXT and read != self.pages:
            words = self.text.rstrip()[-LAST_WORDS:].split()  # the first may be a part of one
            return _(
                "“%(name)s” is long: its text is searched up to “%(last)s”. To have the rest searched, upload it in parts."
            ) % {**names, "last": " ".join(words[1:] or words)}
        return ""
