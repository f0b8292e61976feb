"""Serializer fields of the public JSON: language objects, vocabulary labels, files. Imports no working model."""

from collections.abc import Iterator
from typing import Any

from rest_framework import serializers

from ctportal.core.codes import DatePrecision
from ctportal.core.languages import CODES
from ctportal.core.types import JsonObject, JsonValue, TextByLanguage


# Base class of the serializers of the public JSON, which only serialize. Their docstrings are the descriptions of the
# OpenAPI schema, so this class has none to inherit.
class Serializer(serializers.Serializer[Any]):
    # Of records: the fields that their cards repeat, and those that only cards have.
    card_fields: tuple[str, ...] = ()
    more_of_card: dict[str, serializers.Field[Any, Any, Any, Any]] = {}
    # Of records: {name of a relation: type of the record that it leads to}.
    relations: dict[str, str] = {}


class LanguageObject(serializers.Field[Any, Any, TextByLanguage, Any]):
    """Base of text in six languages: an object from language code to text, holding only the languages that exist."""

    own = False  # whether the text is the record's own, and not a label of the vocabulary

    def __init__(self, *, source: str = "*", **kwargs: Any) -> None:
        super().__init__(read_only=True, source=source, **kwargs)


class Labels(LanguageObject):
    """A short label from the columns ``<name>_<language>`` of the record or of its attribute *source*.

    *own* marks the record's own labels, which appear only in the languages that are ready (context "languages");
    labels of the vocabulary appear in all languages they have.
    """

    def __init__(self, *, own: bool = False, **kwargs: Any) -> None:
        self.own = own
        super().__init__(**kwargs)

    def to_representation(self, value: Any) -> TextByLanguage:
        codes = [code for code in CODES if code in self.context["languages"]] if self.own else CODES
        texts = ((code, getattr(value, f"{self.field_name}_{code}")) for code in codes)
        return {code: text for code, text in texts if text}


class Texts(LanguageObject):
    """A long text from the rows per language in context "texts", which holds only the rows that are ready."""

    own = True

    def to_representation(self, value: Any) -> TextByLanguage:
        texts = ((row.language, getattr(row, str(self.field_name))) for row in self.context["texts"])
        return {code: text for code, text in texts if text}


class Languages(serializers.ListField):
    """Codes of languages, in the order of ctportal.core.languages. ``SnapshotBuilder.serialize`` fills them in: what is
    complete can be told only from all texts together."""

    child = serializers.ChoiceField(CODES)
    which = "Languages in which all texts are there; the original is one of them."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, help_text=self.which, **kwargs)

    def get_attribute(self, instance: Any) -> list[str]:
        return []


class PartialLanguages(Languages):
    which = "Languages in which some of the texts are there, not all."


class LanguagesInPreparation(Languages):
    """Those of context "in_preparation"."""

    which = "Languages that are not there yet and in preparation."

    def get_attribute(self, instance: Any) -> list[str]:
        return [code for code in CODES if code in self.context["in_preparation"]]


# Texts of one form


class Slug(serializers.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__("^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120, **kwargs)


class Sha256(serializers.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__("^[0-9a-f]{64}$", **kwargs)


class CountryCode(serializers.RegexField):
    def __init__(self) -> None:
        super().__init__("^([A-Z]{2})?$", help_text="ISO 3166-1 alpha-2, or empty.")


class WebAddress(serializers.RegexField):
    """An address as staff enter it; it may have letters of any script, so it is no URI of RFC 3986."""

    scheme = "[Hh][Tt][Tt][Pp][Ss]?://"

    def __init__(self, help_text: str, *, may_be_empty: bool = True) -> None:
        super().__init__(f"^({self.scheme}.+)?$" if may_be_empty else f"^{self.scheme}.+$", help_text=help_text)


class DatePrecisionField(serializers.ChoiceField):
    def __init__(self, of: str) -> None:
        super().__init__(DatePrecision.choices, help_text=f"day, month or year: how much of {of} is meant.")


class VocabularyLabel(Serializer):
    """A theme, organization or person, by the name it had when the record was published."""

    uid = serializers.UUIDField()
    slug = Slug()
    name = Labels()


class PublicFile(Serializer):
    """A file of the record. Its address stands in files, by its key."""

    key = serializers.RegexField("^[A-Za-z0-9_-]{16,43}$")
    name = serializers.CharField()
    media_type = serializers.RegexField("^[a-z]+/[a-z0-9.+-]+$")
    size = serializers.IntegerField(min_value=0, help_text="Bytes.")
    sha256 = Sha256()
    width = serializers.IntegerField(allow_null=True, min_value=1, help_text="Pixels, of a picture.")
    height = serializers.IntegerField(allow_null=True, min_value=1, help_text="Pixels, of a picture.")
    pages = serializers.IntegerField(allow_null=True, min_value=1, help_text="Of a PDF.")


def files_in(data: JsonValue) -> Iterator[JsonObject]:
    """Yield the files, in the shape of PublicFile, at any depth of *data*."""
    if isinstance(data, dict) and "sha256" in data:
        yield data
    elif isinstance(data, (dict, list)):
        for value in data.values() if isinstance(data, dict) else data:
            yield from files_in(value)
