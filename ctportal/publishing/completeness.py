"""In which of its languages a record is complete, computed from its public JSON.

A language is complete when every own text and label that the original language has is there in it. It is *partial* when
something is published in it, but not all. Labels of the vocabulary do not count: they are other records' texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from rest_framework import serializers

from ctportal.core.languages import CODES
from ctportal.core.types import JsonObject, TextByLanguage

from .shapes import LanguageObject


def own_texts(declared: serializers.Serializer[Any], data: JsonObject) -> Iterator[TextByLanguage]:
    """Yield the language objects of *data* that *declared*, its serializer, marks as the record's own, at any depth."""
    for name, field in declared.fields.items():
        value = data[name]
        if isinstance(field, LanguageObject):
            if field.own:
                yield value
        elif isinstance(field, serializers.ListSerializer) and isinstance(field.child, serializers.Serializer):
            for item in value:
                yield from own_texts(field.child, item)
        elif isinstance(field, serializers.Serializer) and value:
            yield from own_texts(field, value)


def divided(texts: Collection[TextByLanguage], original: str, ready: Collection[str]) -> dict[str, list[str]]:
    """Return {"languages": complete, "partial_languages": partial}, codes in their order.

    *texts* are the own texts of a record. Only languages that are *ready* count; the *original* one is always complete.
    """
    required = [text for text in texts if text.get(original)]
    others = [code for code in CODES if code in ready and code != original]
    begun = {code for code in others if any(text.get(code) for text in texts)}
    complete = {code for code in begun if all(text.get(code) for text in required)} | {original}
    return {
        "languages": [code for code in CODES if code in complete],
        "partial_languages": [code for code in CODES if code in begun - complete],
    }


def published_languages(data: JsonObject) -> list[str]:
    """Return the codes of the languages in which something of the public JSON *data* is published, in their order."""
    found = {*data.get("languages", ()), *data.get("partial_languages", ())}
    return [code for code in CODES if code in found]
