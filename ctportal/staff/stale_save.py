"""Stale saves: a form is refused if another user has saved the record since the form was opened.

A form contains digests of the values it was opened with (``opened``). When it is posted, a field is *stale* if the
value in the database no longer has that digest. If the typed value differs from the saved one too, the form is refused
and shown again with both; the choice is posted as ``choose-<name of the field>``, "theirs" or "mine". Fields that the
form does not show are never written; a change by the other user alone is preselected as "theirs". No typed text is
lost.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ctportal.core.rich_text import plain
from ctportal.publishing.base_models import is_key
from ctportal.publishing.changes import name_of
from ctportal.reading.differences import text_changes
from ctportal.workflow import review

THEIRS, MINE = "theirs", "mine"
GONE = "gone"  # in place of the field's name: the whole row was deleted meanwhile


@dataclass
class Conflict:
    """A field in which the value saved meanwhile differs from the typed one."""

    name: str  # of the HTML field
    label: str
    theirs: str
    mine: str
    chosen: str  # "theirs", "mine" or "" (not chosen)

    @property
    def changes(self):
        """The changes from *theirs* to *mine*; see ``differences.text_changes``."""
        return text_changes(self.theirs, self.mine)


def _posted_form(field, value):
    """Return *value* of *field* as a browser would post it: a string, or a sorted list of strings."""
    if isinstance(value, bool) or value is None:
        return "on" if value else ""
    widget = getattr(field.widget, "widget", field.widget)  # the admin wraps widgets that have an add link
    shown = widget.format_value(field.prepare_value(value))
    if isinstance(shown, (list, tuple, set)):
        texts = sorted(str(item) for item in shown if str(item))
        return texts if getattr(widget, "allow_multiple_selected", False) else (texts or [""])[0]
    return "\n".join(str(shown if shown is not None else "").splitlines()).strip()


def _digest(value):
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]


def _own_fields(form):
    """Yield the bound fields of *form* that are visible and that it writes."""
    for name, field in form.fields.items():
        if not (field.disabled or field.widget.is_hidden or name in form.never_stale):
            yield form[name]


def _with_opened(form):
    """Yield (bound field, digest of the value it was opened with or "") of the bound *form*."""
    was, key = read_opened(form.data), row_key(form)
    for bound in _own_fields(form):
        yield bound, was.get(f"{key}{bound.name}", "")


def _saved(bound):
    """Return the saved value of the field *bound*, as a browser would post it."""
    return _posted_form(bound.field, bound.form.get_initial_for_field(bound.field, bound.name))


def _typed(bound):
    value = bound.data
    return _posted_form(bound.field, value if value is not None else "")


def digests(*forms):
    """Return {key of the row + name of the field: digest of the saved value} of *forms*."""
    return {f"{row_key(form)}{bound.name}": _digest(_saved(bound)) for form in forms for bound in _own_fields(form)}


def row_key(form):
    """Return a key of a row that does not depend on its position: the form set's prefix and the primary key. Return ""
    for a form without prefix.
    """
    return f"{form.prefix.rsplit('-', 1)[0]}:{form.instance.pk}:" if form.prefix else ""


def as_text(found):
    """Return *found*, a dictionary of digests and other short strings, as JSON for the hidden field ``opened``."""
    return json.dumps(found, separators=(",", ":"))


def read_opened(data):
    """Return the digests that *data* (a posted form) was opened with; {} if there are none or they are invalid."""
    try:
        found = json.loads(data.get("opened") or "{}")
    except (ValueError, RecursionError):  # RecursionError: brackets nested too deeply
        return {}
    return found if isinstance(found, dict) else {}


def take_theirs(form, *, everywhere=False):
    """Replace typed values with saved ones where "theirs" was chosen, or *everywhere*. Call it before the form is
    cleaned.
    """
    fields = _own_fields(form)
    chosen = [bound for bound in fields if everywhere or form.data.get(f"choose-{bound.html_name}") == THEIRS]
    if changed := [bound for bound in chosen if _saved(bound) != _typed(bound)]:
        form.data = _with_saved(form.data, changed)


def is_touched(form):
    """Return whether the bound *form* was edited since it was opened."""
    return any(_digest(_typed(bound)) != before for bound, before in _with_opened(form))


def changed_fields(form):
    """Return the names of the fields of the bound *form* whose typed value differs from the saved one."""
    return [bound.name for bound in _own_fields(form) if _saved(bound) != _typed(bound)]


def typed_in(form, *, except_for):
    """Return [(label, value in words)] of the edited fields of the bound *form*, except those named in *except_for*."""
    return [
        (capfirst(str(bound.label)), in_words(bound, _typed(bound)))
        for bound, before in _with_opened(form)
        if bound.name not in except_for and _digest(_typed(bound)) != before
    ]


def with_what_is_saved(data, form, *, except_for):
    """Return *data* of another form with the saved values of the unbound *form*, except for fields in *except_for*."""
    return _with_saved(data, [bound for bound in _own_fields(form) if bound.name not in except_for])


def _with_saved(data, fields):
    """Return *data* with the saved values of the bound *fields*."""
    data = data.copy()
    for bound in fields:
        value = _saved(bound)
        if isinstance(value, list):
            data.setlist(bound.html_name, value)
        elif value == "" and bound.widget_type == "checkbox":
            data.pop(bound.html_name, None)
        else:
            data[bound.html_name] = value
    return data


def conflicts_of(form, where=""):
    """Yield the Conflicts of *form*, which is bound to an existing record or row."""
    asked = set(form.data.getlist("asked"))
    for bound, before in _with_opened(form):
        saved, typed = _saved(bound), _typed(bound)
        unanswered = bound.html_name in asked and not is_answered(form.data, bound.html_name)
        if saved == typed or not (unanswered or _digest(saved) != before):
            continue
        label = f"{where}{capfirst(str(bound.label))}"
        chosen = THEIRS if _digest(typed) == before else ""
        yield Conflict(bound.html_name, label, in_words(bound, saved), in_words(bound, typed), chosen)


def is_answered(data, name):
    """Return whether a choice was posted for the conflict *name*."""
    return data.get(f"choose-{name}") in (THEIRS, MINE)


def in_words(bound, value):
    """Return *value*, as a browser posts it, in words for a reader."""
    if bound.widget_type == "checkbox":
        return _("yes") if value else _("no")
    choices = getattr(bound.field, "queryset", None)
    if choices is not None:
        keys = [pk for pk in (value if isinstance(value, list) else [value]) if is_key(pk)]
        stays = getattr(bound.field, "stays", {})
        stay = [str(stays[pk]) for pk in keys if pk in stays]
        return ", ".join([*(str(record) for record in choices.filter(pk__in=keys)), *stay])
    if hasattr(bound.field, "choices"):
        return str(dict(bound.field.choices).get(value, value))
    return plain(str(value))


# Rows


def move_deleted_rows_last(data, prefix, existing):
    """Return (data, indexes): the posted rows of *prefix* that were deleted meanwhile become new rows at the end.

    *existing* holds the primary keys in the database. A row without a key is new, whatever its index. A deleted row
    that was not edited is dropped; *indexes* are those of the deleted rows that were.
    """
    field = re.compile(rf"{re.escape(prefix)}-(\d{{1,5}})-(.+)", re.ASCII)
    posted = [match for match in map(field.fullmatch, data) if match]
    by_number: dict[int, dict[str, list[str]]] = {}
    for match in posted:
        by_number.setdefault(int(match[1]), {})[match[2]] = data.getlist(match[0])
    rows = [row for _number, row in sorted(by_number.items())]
    was = read_opened(data)
    stay = [row for row in rows if _key(row) in existing]
    new = [row for row in rows if not _key(row)]
    if not rows or ([*stay, *new] == rows and data.get(f"{prefix}-INITIAL_FORMS") == str(len(stay))):
        return data, []
    gone = [row for row in rows if _key(row) and row not in stay and _is_touched(row, prefix, was)]
    for row in gone:
        row["id"] = [""]
    settled = [*stay, *new, *gone]
    result = data.copy()
    for match in posted:
        del result[match[0]]
    for number, row in enumerate(settled):
        for name, values in row.items():
            result.setlist(f"{prefix}-{number}-{name}", values)
    result[f"{prefix}-INITIAL_FORMS"] = str(len(stay))
    result[f"{prefix}-TOTAL_FORMS"] = str(len(settled))
    return result, list(range(len(settled) - len(gone), len(settled)))


def _key(row):
    return (row.get("id") or [""])[0]


def _is_touched(row, prefix, was):
    """Return whether *row* was edited since it was opened. Comparing the posted texts is sufficient."""
    for name, values in row.items():
        before = was.get(f"{prefix}:{_key(row)}:{name}")
        value = values[0] if len(values) == 1 else sorted(values)
        if before is not None and _digest_of_text(value) != before:
            return True
    return False


def _digest_of_text(value):
    return _digest("\n".join(value.splitlines()).strip() if value else "")


def typed_in_gone(data, prefix, key, names):
    """Return {name: text} of the edited text fields *names* in a row of *data* that was deleted meanwhile."""
    was = read_opened(data)
    texts = {name: data.get(f"{prefix}-{name}", "").strip() for name in names}
    return {name: text for name, text in texts.items() if text and _digest_of_text(text) != was.get(f"{key}{name}")}


def conflicts_of_rows(formset, heading):
    """Yield the Conflicts of the rows of *formset*, including those deleted meanwhile."""
    for number, row in enumerate(formset.initial_forms, start=1):
        if not row.instance.pk:
            continue
        if formset.can_delete and row["DELETE"].data:
            yield from _deletion(row, f"{heading} {number}")
        else:
            yield from conflicts_of(row, f"{heading} {number}: ")
    for number in formset.gone:
        name = f"{formset.prefix}-{number}-{GONE}"
        if not is_answered(formset.data, name):
            typed = [in_words(bound, _typed(bound)) for bound in _own_fields(formset.forms[number])]
            words = ", ".join(word for word in typed if word)
            yield Conflict(name, f"{heading} {number + 1}", _("deleted"), words, "")


def _deletion(row, label):
    """Yield a Conflict if *row* is to be deleted and another user has changed it meanwhile."""
    name = row["DELETE"].html_name
    stale = [bound for bound, before in _with_opened(row) if _digest(_saved(bound)) != before]
    if stale and row.data.get(f"choose-{name}") != MINE:
        words = ", ".join(f"{capfirst(str(bound.label))}: {in_words(bound, _saved(bound))}" for bound in stale)
        yield Conflict(name, label, words, _("deleted"), "")


def log_of(record):
    """Return the admin's log entries of *record* from all its admin entries, newest first."""
    kinds = ContentType.objects.get_for_models(type(record), record._meta.concrete_model, for_concrete_models=False)
    entries = LogEntry.objects.filter(content_type__in=kinds.values(), object_id=str(record.pk))
    return entries.select_related("user").order_by("-action_time")


def who_saved_last(record):
    """Return (name, instant) of the last save of *record* in the admin, or None."""
    entry = log_of(record).first()
    return (name_of(entry.user), entry.action_time) if entry else None


def refusal():
    """Return the error of a stale form."""
    return ValidationError(
        _(
            "Someone else has saved this record since you opened it. For each field, choose what to keep, then save "
            "again."
        ),
        code="stale",
    )


def stale_message(record):
    """Return the error of an action on *record* from a page opened before its last change."""
    text = _(
        "“%(record)s” has changed since you opened this page. Nothing was done: open it again and look at it first."
    )
    params = {"record": record}
    if step := review.steps_of(record).first():
        text = " ".join((text, _("Last step: %(step)s, by %(by)s.")))
        params |= {"step": step.get_action_display(), "by": step.by}
    return ValidationError(text, code="stale", params=params)


def stale_context(form, formsets=()):
    """Return the template context: the digests of the page and, after a stale save, conflicts and who saved last."""
    if not form.instance.pk:
        return {"opened": "", "conflicts": []}
    conflicts = [*form.conflicts, *(conflict for formset in formsets for conflict in formset.conflicts)]
    rows = (row for formset in formsets for row in formset.initial_forms)
    context = {"opened": as_text(digests(form, *rows)), "conflicts": conflicts}
    if conflicts:
        context["saved_by"] = who_saved_last(form.instance)
    return context


class ComparedForm:
    """Mixin of forms of saved records that refuses stale saves."""

    # Fields that are not part of the record or cannot be compared.
    never_stale: frozenset[str] = frozenset()
    conflicts: Sequence[Conflict] = ()

    def full_clean(self):
        is_saved = self.is_bound and bool(self.instance.pk)
        if is_saved:
            take_theirs(self)
        super().full_clean()
        if is_saved and self.prefix is None:  # form sets compare their rows
            self.conflicts = list(conflicts_of(self))
            if self.conflicts:
                self.add_error(None, refusal())
