"""Parts of addresses."""

import uuid

from django.urls import register_converter

from ctportal.core.languages import CODES


class LanguageConverter:
    """One of the six languages; any other word is no page of ours."""

    regex = "|".join(CODES)

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class SlugConverter:
    """A slug as the portal makes them, which never looks like a path."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class UidConverter:
    """A permanent identifier as people hand it on: in capitals, or without hyphens, it is the same."""

    regex = "-?".join(f"[0-9A-Fa-f]{{{length}}}" for length in (8, 4, 4, 4, 12))

    def to_python(self, value):
        return uuid.UUID(value)

    def to_url(self, value):
        return str(value)


class FileKeyConverter:
    """The random key of a stored file; nothing else, such as NUL, is asked of the database."""

    regex = "[A-Za-z0-9_-]{16,43}"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class NumberConverter:
    """A version number: no sign, no leading nought, small enough to be one."""

    regex = "[1-9][0-9]{0,5}"

    def to_python(self, value):
        return int(value)

    def to_url(self, value):
        return str(value)


register_converter(LanguageConverter, "language")
register_converter(UidConverter, "uid")
register_converter(FileKeyConverter, "file_key")
register_converter(SlugConverter, "record")
register_converter(NumberConverter, "version")
