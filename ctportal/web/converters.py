"""Parts of addresses."""

from django.urls import register_converter
from django.urls.converters import IntConverter, StringConverter, UUIDConverter

from ctportal.core.languages import CODES


class LanguageConverter(StringConverter):
    """One of the six languages; any other word is no page of ours."""

    regex = "|".join(CODES)


class SlugConverter(StringConverter):
    """A slug as the portal makes them, which never looks like a path."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"


class UidConverter(UUIDConverter):
    """A permanent identifier as people hand it on: in capitals, or without hyphens, it is the same."""

    regex = "-?".join(f"[0-9A-Fa-f]{{{length}}}" for length in (8, 4, 4, 4, 12))


class FileKeyConverter(StringConverter):
    """The random key of a stored file; nothing else, such as NUL, is asked of the database."""

    regex = "[A-Za-z0-9_-]{16,43}"


class NumberConverter(IntConverter):
    """A version number: no sign, no leading nought, small enough to be one."""

    regex = "[1-9][0-9]{0,5}"


register_converter(LanguageConverter, "language")
register_converter(UidConverter, "uid")
register_converter(FileKeyConverter, "file_key")
register_converter(SlugConverter, "record")
register_converter(NumberConverter, "version")
