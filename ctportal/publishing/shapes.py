"""Serializer fields of the public JSON: language objects, vocabulary labels, files. Imports no working model."""

from typing import Any

from rest_framework import serializers

from ctportal.core.languages import CODES
from ctportal.core.types import TextByLanguage


# Base class of the serializers of the public JSON, which only serialize. Their docstrings are the descriptions of the
# OpenAPI schema, so this class has none to inherit.
class Serializer(serializers.Serializer[Any]):
    pass


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


class VocabularyLabel(Serializer):
    """A theme, organization or person, by the name it had when the record was published."""

    uid = serializers.UUIDField()
    slug = serializers.CharField()
    name = Labels()


class PublicFile(Serializer):
    """A file of the record. Its address is ``path`` below the root of the site."""

    path = serializers.CharField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    width = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    pages = serializers.IntegerField(allow_null=True)
