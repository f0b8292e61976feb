"""Names of the shapes of data that packages hand to each other."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django_stubs_ext import StrPromise
else:
    from django.utils.functional import Promise as StrPromise

# {language code: text}, with only the languages that there are. In the API it is called a language object.
TextByLanguage: TypeAlias = dict[str, str]

# Text that may be translated only when it is shown.
LazyText: TypeAlias = str | StrPromise

# Who asks, signed in or not; and who did something: an account or, from a command, a plain name.
AnyUser: TypeAlias = "User | AnonymousUser"
Author: TypeAlias = "User | str"

# What ``json.loads`` returns. The fields of a record's JSON and of its card are declared by the serializers.
JsonObject: TypeAlias = dict[str, Any]
JsonValue: TypeAlias = JsonObject | list[Any] | str | int | float | bool | None
