"""Path converters for URL patterns."""

from django.urls import register_converter
from django.urls.converters import IntConverter, StringConverter, UUIDConverter

from ctportal.core.languages import CODES


class LanguageConverter(StringConverter):
    """One of the six language codes."""

    regex = "|".join(CODES)


class SlugConverter(StringConverter):
    """A slug: groups of lower-case letters and digits, joined by hyphens."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"


class UidConverter(UUIDConverter):
    """A uid. Capitals are accepted, and hyphens may be missing, because people copy and type uids."""

    regex = "-?".join(f"[0-9A-Fa-f]{{{length}}}" for length in (8, 4, 4, 4, 12))


class FileKeyConverter(StringConverter):
    """The random key of a stored file. Other characters, such as NUL, never reach the database."""

    regex = "[A-Za-z0-9_-]{16,43}"


class NumberConverter(IntConverter):
    """A version number: one to six digits, without a sign or leading zeros."""

    regex = "[1-9][0-9]{0,5}"


register_converter(LanguageConverter, "language")
register_converter(UidConverter, "uid")
register_converter(FileKeyConverter, "file_key")
register_converter(SlugConverter, "record")
register_converter(NumberConverter, "version")
