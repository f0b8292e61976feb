"""Type aliases for data that packages exchange."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django_stubs_ext import StrPromise
else:
    from django.utils.functional import Promise as StrPromise

# {language code: text}, with only the languages that exist. The API calls it a language object.
TextByLanguage: TypeAlias = dict[str, str]

# Text that may be translated lazily, when it is shown.
LazyText: TypeAlias = str | StrPromise

# The user of a request, signed in or not; and the author of a change: an account or, from a command, a plain name.
AnyUser: TypeAlias = "User | AnonymousUser"
Author: TypeAlias = "User | str"

# Values that ``json.loads`` returns. The serializers declare the fields of a record's JSON and of its card.
JsonObject: TypeAlias = dict[str, Any]
JsonValue: TypeAlias = JsonObject | list[Any] | str | int | float | bool | None
