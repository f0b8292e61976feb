"""The storage of uploaded files. It has no public address: the file view reads it after checking access."""

import os
from typing import NoReturn

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """The folder STORED_FILES_ROOT. The setting is read on each use. Files are readable for the group, so that nginx can
    send them, and for no others."""

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
