"""Puts into words, for staff, what a SavedState of a record holds and in what two of them differ.

Other records are called by their names where the *user* may know of them, else by their kind and number.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from ctportal.core.languages import LANGUAGES
from ctportal.publishing.base_models import Record
from ctportal.publishing.snapshot import plain
from ctportal.reading.differences import ADDED, CHANGED, REMOVED, paragraphs, text_changes
from ctportal.workflow.redaction import is_owner, known
from ctportal.workflow.revisions import called, columns_of

# Columns that tell a reader nothing.
UNTOLD = frozenset({"uid", "created_at", "created_by"})
BRIEF = 4  # words by which a row is called
SHORT = 80  # characters up to which a text is shown as it was and as it is, and not word by word


@dataclass
class Line:
    """One field: its name and what stood, or stands, in it, as texts (plain, or HTML)."""

    label: str
    before: str
    after: str

    @property
    def words(self):
        """(before, after) as plain text."""
        return plain(self.before), plain(self.after)

    @property
    def says_the_same(self):
        """Whether the words are the same and only their form is not."""
        return self.words[0] == self.words[1]

    @cached_property
    def changes(self):
        """The paragraphs that changed, as ``differences.text_changes`` tells it; [] of what is short enough to be read twice."""
        return text_changes(self.before, self.after) if max(map(len, self.words)) > SHORT else []

    @property
    def paragraphs(self):
        """What stands in it after, to be read."""
        return paragraphs(self.after)


@dataclass
class Group:
    """A row and its Lines. *kind* is ADDED, REMOVED or CHANGED; *heading* is "" for the record itself."""

    heading: str
    kind: str
    lines: list = field(default_factory=list)

    @property
    def kind_name(self):
        return {ADDED: _("added"), REMOVED: _("removed")}.get(self.kind, "")


def differences(before, after, user):
    """The Groups in which the SavedState *after* differs from *before*, both of one record."""
    names = Names(user, before, after)
    found = []
    for key in dict.fromkeys([*before.rows, *after.rows]):
        old, new = before.rows.get(key), after.rows.get(key)
        lines = list(_lines(key[0], old or {}, new or {}, names))
        kind = ADDED if old is None else REMOVED if new is None else CHANGED
        if lines or kind != CHANGED:
            found.append(Group(names.of_row(key[0], new or old), kind, lines))
    return sorted(found, key=lambda group: bool(group.heading))


def contents(saved_state, user):
    """The Groups of all that *saved_state* holds."""
    names = Names(user, saved_state)
    return [
        Group(names.of_row(model, fields), CHANGED, list(_lines(model, {}, fields, names)))
        for (model, _pk), fields in saved_state.rows.items()
    ]


def _lines(model, before, after, names):
    for column in _told(model):
        old, new = before.get(column.name), after.get(column.name)
        if old != new and not (_is_empty(old) and _is_empty(new)):
            yield Line(_label(column), names.words(column, old), names.words(column, new))


def _is_empty(value):
    return value in (None, "", [], False)


def _told(model):
    """The columns of *model* that are told; what stands in the heading of a row, such as its record, is not."""
    names = {column.name for column in columns_of(model)}
    in_heading = {"language"} if "ready" in names else set()
    return [column for column in columns_of(model) if column.name not in UNTOLD | in_heading and not is_owner(column)]


def _label(column):
    """The name of *column*, with its language where it has one."""
    original = getattr(column, "translated_field", None)
    if original is None:
        return capfirst(str(column.verbose_name))
    return f"{capfirst(str(original.verbose_name))} ({LANGUAGES[column.language]})"


class Names:
    """What the records that SavedStates point to are called now or, where they are gone, were called last."""

    def __init__(self, user, *saved_states):
        named = defaultdict(set)
        for saved_state in saved_states:
            for (model, _pk), fields in saved_state.rows.items():
                for column in _told(model):
                    if column.is_relation and not _is_empty(value := fields.get(column.name)):
                        named[column.related_model].update(value if isinstance(value, list) else [value])
        self.names = {model: _names(model, keys, user) for model, keys in named.items()}

    def words(self, column, value):
        """*value* of *column*, as it stands in a SavedState, in words."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if _is_empty(value):
            return ""
        if column.many_to_many:
            return ", ".join(sorted(self._name(column, key) for key in value))
        if column.is_relation:
            return self._name(column, value)
        return str(dict(column.flatchoices).get(value, value)) if column.choices else str(value)

    def _name(self, column, key):
        return self.names[column.related_model][key]

    def of_row(self, model, fields):
        """What a row is called, by its first words; "" for the record itself."""
        if issubclass(model, Record):
            return ""
        kind = capfirst(str(model._meta.verbose_name))
        if "ready" in fields:  # a text
            return f"{kind}: {LANGUAGES[fields['language']]}"
        words = [self.words(column, fields.get(column.name)) for column in _told(model) if column.name != "order"]
        brief = Truncator(" · ".join([word for word in words if word][:BRIEF])).chars(80)
        return f"{kind}: {brief}"


def _names(model, keys, user):
    rows = known(model._base_manager.filter(pk__in=keys), user)
    found = {row.pk: str(row) for row in rows.prefetch_related(*getattr(model, "named_by", ()))}
    return found | {key: called(model, key, user) for key in keys - found.keys()}
