"""Stored files: bytes that never change, under a random key."""

import secrets
from urllib.parse import quote

from django.conf import settings
from django.db import models
from django.utils import timezone

from .storage import PrivateStorage


def random_key() -> str:
    """Return a key of 192 random bits, safe in an address."""
    return secrets.token_urlsafe(24)


def private_storage() -> PrivateStorage:
    """Return the storage of uploaded files. Migrations name this function, not the storage."""
    return PrivateStorage()


def storage_path(stored_file: "StoredFile", _name: str) -> str:
    return f"{stored_file.key[:2]}/{stored_file.key}"


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
        """The address of the file below the site's root."""
        return f"/files/{self.key}/{quote(self.name)}"
