"""Names of the shapes of data that packages hand to each other."""

from typing import Any, TypeAlias

# {language code: text}, with only the languages that there are. The JSON and the API call it a language object.
TextByLanguage: TypeAlias = dict[str, str]

# What ``json.loads`` returns. The fields of a record's JSON and of its card are declared by the serializers.
JsonObject: TypeAlias = dict[str, Any]
JsonValue: TypeAlias = JsonObject | list[Any] | str | int | float | bool | None
