"""One language ahead: the JSON in force with the texts of a single language from the draft."""

from typing import Any

from rest_framework import serializers

from ctportal.core.languages import CODES
from ctportal.core.types import JsonObject, TextByLanguage

from .completeness import published_languages
from .shapes import LanguageObject
from .snapshot import SnapshotBuilder


def with_language(builder: SnapshotBuilder, published: JsonObject, draft: JsonObject, language: str) -> JsonObject:
    """Return the JSON *published* with the record's own texts in *language* from *draft*. Nothing else changes."""
    merged = _merge(builder.declared, published, draft, language)
    return builder.with_languages(merged, {*published_languages(published), language})


def _merge(serializer: serializers.Serializer[Any], old: JsonObject, new: JsonObject, language: str) -> JsonObject:
    result = dict(old)
    for name, declared in serializer.fields.items():
        if isinstance(declared, LanguageObject):
            if declared.own:
                result[name] = _replace_language(old[name], new[name], language)
        elif name == "languages_in_preparation":
            result[name] = [code for code in old.get(name, ()) if code != language]
        elif name == "versions":
            result[name] = [v for v in old[name] if v["language"] != language]
            result[name] += [v for v in new[name] if v["language"] == language]
            result[name].sort(key=lambda version: CODES.index(version["language"]))
        elif isinstance(declared, serializers.ListSerializer) and isinstance(declared.child, serializers.Serializer):
            result[name] = [
                _merge(declared.child, item, match, language)
                if (match := _counterpart(item, i, new[name], language))
                else item
                for i, item in enumerate(old[name])
            ]
    return result


def _replace_language(old: TextByLanguage, new: TextByLanguage, language: str) -> TextByLanguage:
    texts = {code: text for code, text in old.items() if code != language}
    return texts | ({language: new[language]} if language in new else {})


def _counterpart(item: JsonObject, index: int, candidates: list[JsonObject], language: str) -> JsonObject | None:
    """Return the entry of *candidates* that corresponds to *item*: by key, by uid and role or kind, by address, or by its
    texts in languages other than *language*; by position only where neither has any."""
    if "key" in item:
        return next((c for c in candidates if c["key"] == item["key"]), None)
    if item.get("uid"):
        identity = ("uid", "role", "kind")
        return next((c for c in candidates if all(c.get(name) == item.get(name) for name in identity)), None)
    if "address" in item:
        return next((c for c in candidates if c["address"] == item["address"]), None)
    known = _said_in_others(item, language)
    if known:
        return next((c for c in candidates if known & _said_in_others(c, language)), None)
    same_place = candidates[index : index + 1]
    return next((c for c in same_place if not _said_in_others(c, language)), None)


def _said_in_others(item: JsonObject, language: str) -> set[tuple[str, str, str]]:
    return {
        (name, code, text)
        for name, texts in item.items()
        if isinstance(texts, dict)
        for code, text in texts.items()
        if code in CODES and code != language
    }
