"""Names of the shapes of data that packages hand to each other."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise
else:
    from django.utils.functional import Promise as StrPromise

# {language code: text}, with only the languages that there are. In the API it is called a language object.
TextByLanguage: TypeAlias = dict[str, str]

# Text that may be translated only when it is shown.
LazyText: TypeAlias = str | StrPromise

# What ``json.loads`` returns. The fields of a record's JSON and of its card are declared by the serializers.
JsonObject: TypeAlias = dict[str, Any]
JsonValue: TypeAlias = JsonObject | list[Any] | str | int | float | bool | None
