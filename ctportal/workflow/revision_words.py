"""Describes for staff the content of a SavedState and the differences between two of them.

Other records are shown by name where the *user* may view them, else by kind and number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import ManyToManyField, Model
from django.db.models.fields.related import RelatedField
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from ctportal.core.languages import LANGUAGES
from ctportal.core.rich_text import paragraphs, plain
from ctportal.core.types import AnyUser, JsonObject, JsonValue
from ctportal.publishing.base_models import Record
from ctportal.reading.differences import Part, text_changes
from ctportal.workflow.redaction import Pointer, is_owner, known
from ctportal.workflow.revisions import Column, SavedState, called, columns_of

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
# Columns that are not shown.
UNTOLD = frozenset({"uid", "created_at", "created_by", "made_from"})
BRIEF = 4  # words in the heading of a row
SHORT = 80  # characters; the changes of longer texts are shown word by word


@dataclass
class Line:
    """One field: its label and its values before and after, as plain text or HTML."""

    label: str
    before: str
    after: str

    @property
    def words(self) -> tuple[str, str]:
        """(before, after) as plain text."""
        return plain(self.before), plain(self.after)

    @property
    def says_the_same(self) -> bool:
        """Whether only the markup differs."""
        return self.words[0] == self.words[1]

    @cached_property
    def changes(self) -> list[list[Part]]:
        """The changed paragraphs, as ``differences.text_changes`` returns them; [] for short texts."""
        return text_changes(self.before, self.after) if max(map(len, self.words)) > SHORT else []

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs of the value after."""
        return paragraphs(self.after)


@dataclass
class Group:
    """A row and its Lines. *kind* is ADDED, REMOVED or CHANGED. *heading* is "" for the record itself."""

    heading: str
    kind: str
    lines: list[Line] = field(default_factory=list)

    @property
    def kind_name(self) -> str:
        return {ADDED: _("added"), REMOVED: _("removed")}.get(self.kind, "")


def differences(before: SavedState, after: SavedState, user: AnyUser) -> list[Group]:
    """Return the Groups in which *before* and *after*, of the same record, differ."""
    names = Names(user, before, after)
    found = []
    for key in dict.fromkeys([*before.rows, *after.rows]):
        old, new = before.rows.get(key), after.rows.get(key)
        lines = list(_lines(key[0], old or {}, new or {}, names))
        kind = ADDED if old is None else REMOVED if new is None else CHANGED
        if lines or kind != CHANGED:
            found.append(Group(names.of_row(key[0], new or old or {}), kind, lines))
    return sorted(found, key=lambda group: bool(group.heading))


def contents(saved_state: SavedState, user: AnyUser) -> list[Group]:
    """Return the Groups of all rows of *saved_state*."""
    return differences(SavedState({}), saved_state, user)


def _lines(model: type[Model], before: JsonObject, after: JsonObject, names: Names) -> Iterator[Line]:
    for column in _told(model):
        old, new = before.get(column.name), after.get(column.name)
        if old != new and not (_is_empty(old) and _is_empty(new)):
            yield Line(_label(column), names.words(column, old), names.words(column, new))


def _is_empty(value: JsonValue) -> bool:
    return value in (None, "", [], False)


def _told(model: type[Model]) -> list[Column]:
    """Return the columns of *model* that are shown, without those in the heading of a row, such as its record."""
    names = {column.name for column in columns_of(model)}
    in_heading = {"language"} if "ready" in names else set()
    return [column for column in columns_of(model) if column.name not in UNTOLD | in_heading and not is_owner(column)]


def _label(column: Column) -> str:
    """Return the label of *column*, with its language where it has one."""
    original, language = getattr(column, "translated_field", column), getattr(column, "language", "")
    name = capfirst(str(original.verbose_name))
    return f"{name} ({LANGUAGES[language]})" if language else name


class Names:
    """The names of the records that SavedStates refer to; of deleted records the last name."""

    def __init__(self, user: AnyUser, *saved_states: SavedState) -> None:
        named: dict[type[Model], set[Any]] = defaultdict(set)
        for saved_state in saved_states:
            for (model, _pk), fields in saved_state.rows.items():
                for column in _told(model):
                    if isinstance(column, RelatedField) and not _is_empty(value := fields.get(column.name)):
                        named[column.related_model].update(value if isinstance(value, list) else [value])
        self.names = {model: _names(model, keys, user) for model, keys in named.items()}

    def words(self, column: Column, value: Any) -> str:
        """Return *value* of *column*, as in a SavedState, as text."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if _is_empty(value):
            return ""
        if isinstance(column, ManyToManyField):
            return ", ".join(sorted(self._name(column, key) for key in value))
        if isinstance(column, RelatedField):
            return self._name(column, value)
        return str(dict(column.flatchoices).get(value, value)) if column.choices else str(value)

    def _name(self, column: Pointer, key: int) -> str:
        return self.names[column.related_model][key]

    def of_row(self, model: type[Model], fields: JsonObject) -> str:
        """Return the heading of a row: its kind and first values; "" for the record itself."""
        if issubclass(model, Record):
            return ""
        kind = capfirst(str(model._meta.verbose_name))
        if "ready" in fields:  # a text
            return f"{kind}: {LANGUAGES[fields['language']]}"
        words = [self.words(column, fields.get(column.name)) for column in _told(model) if column.name != "order"]
        brief = Truncator(" · ".join([word for word in words if word][:BRIEF])).chars(80)
        return f"{kind}: {brief}"


def _names(model: type[Model], keys: set[int], user: AnyUser) -> dict[int, str]:
    rows = known(model._base_manager.filter(pk__in=keys), user)
    found = {row.pk: str(row) for row in rows.prefetch_related(*getattr(model, "named_by", ()))}
    return found | {key: called(model, key, user) for key in keys - found.keys()}
