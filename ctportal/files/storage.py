"""Where uploaded bytes lie. No address leads here; the file view reads it after asking the editions."""

import os
from typing import NoReturn

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """The folder STORED_FILES_ROOT, read when used: not copied into the model. Readable for our own group alone (nginx)."""

    def __init__(self) -> None:
        super().__init__(base_url=None, file_permissions_mode=0o640, directory_permissions_mode=0o750)

    @property
    def base_location(self) -> str:
        return str(settings.STORED_FILES_ROOT)

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("A private file has no address in the storage; link to StoredFile.path.")
