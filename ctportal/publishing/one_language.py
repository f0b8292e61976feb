"""One language ahead: the JSON in force with the texts of a single language from the draft."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

from ctportal.core.entries import identity
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
            result[name] = [code for code in old[name] if code != language]
        elif name == "versions":
            result[name] = [v for v in old[name] if v["language"] != language]
            result[name] += [v for v in new[name] if v["language"] == language]
            result[name].sort(key=lambda version: CODES.index(version["language"]))
        elif isinstance(declared, serializers.ListSerializer) and isinstance(declared.child, serializers.Serializer):
            matches = _matches(old[name], new[name], language)
            result[name] = [
                _merge(declared.child, item, matches[i], language) if i in matches else item
                for i, item in enumerate(old[name])
            ]
    return result


def _replace_language(old: TextByLanguage, new: TextByLanguage, language: str) -> TextByLanguage:
    texts = {code: text for code, text in old.items() if code != language}
    return texts | ({language: new[language]} if language in new else {})


def _matches(old: list[JsonObject], new: list[JsonObject], language: str) -> dict[int, JsonObject]:
    """Return {index in *old*: the entry of *new* that corresponds to it}, each entry once.

    Both have the same identity (``core.entries``). Of several, the one that says the same in the languages other than
    *language* comes first, then one that says some of it, then any. Without identity, what they say decides, and the position
    only where neither says anything.
    """
    matches: dict[int, JsonObject] = {}
    free = dict(enumerate(new))
    said = [_said_in_others(item, language) for item in old]
    said_now = [_said_in_others(entry, language) for entry in new]
    rules: tuple[Callable[[int, int], object], ...] = (
        lambda i, n: said[i] and said[i] == said_now[n],
        lambda i, n: said[i] & said_now[n],
        lambda i, n: identity(old[i]) or (i == n and not said[i] and not said_now[n]),
    )
    for rule in rules:
        for i, item in enumerate(old):
            alike = (n for n, entry in free.items() if identity(entry) == identity(item) and rule(i, n))
            if i not in matches and (found := next(alike, None)) is not None:
                matches[i] = free.pop(found)
    return matches


def _said_in_others(item: JsonObject, language: str) -> set[tuple[str, str, str]]:
    return {
        (name, code, text)
        for name, texts in item.items()
        if isinstance(texts, dict)
        for code, text in texts.items()
        if code in CODES and code != language
    }
