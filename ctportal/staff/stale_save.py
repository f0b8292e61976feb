"""The second to save a form: what somebody else has saved meanwhile stands beside what was typed, to choose field by field.

A form carries digests of what it was opened with (``opened``). When it is posted, a field of it is *stale* where what
the database holds no longer has that digest. Where what was typed differs from it too, the form is refused and shown
again with both texts; the answer comes back as ``choose-<name of the field>``, "theirs" or "mine". What the form does
not show is never touched, and what only the other has changed is proposed as theirs. Nothing that was typed is lost.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ctportal.publishing.base_models import is_key, lock
from ctportal.publishing.changes import name_of
from ctportal.publishing.snapshot import plain
from ctportal.reading.differences import text_changes
from ctportal.workflow import review

THEIRS, MINE = "theirs", "mine"
GONE = "gone"  # stands for the field's name where a whole row was deleted meanwhile
LONG = 80  # characters from which differences are marked word by word


@dataclass
class Conflict:
    """One field that somebody else has saved meanwhile and in which something else was typed."""

    name: str  # of the HTML field
    label: str
    theirs: str
    mine: str
    chosen: str  # "theirs", "mine" or "" for not yet

    @property
    def is_long(self):
        return max(len(self.theirs), len(self.mine)) > LONG

    @property
    def changes(self):
        """From theirs to mine, as ``differences.text_changes`` tells it."""
        return text_changes(self.theirs, self.mine)


def _posted_form(field, value):
    """The value of *field* as a browser would post it: a text, or a sorted list of texts."""
    if isinstance(value, bool) or value is None:
        return "on" if value else ""
    widget = getattr(field.widget, "widget", field.widget)  # the admin wraps those that may add in place
    shown = widget.format_value(field.prepare_value(value))
    if isinstance(shown, (list, tuple, set)):
        texts = sorted(str(item) for item in shown if str(item))
        return texts if getattr(widget, "allow_multiple_selected", False) else (texts or [""])[0]
    return "\n".join(str(shown if shown is not None else "").splitlines()).strip()


def _digest(value):
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]


def _own_fields(form):
    """(name, bound field) of the fields that *form* writes and whose value stands in the page."""
    for name, field in form.fields.items():
        if not (field.disabled or field.widget.is_hidden or name in form.never_stale):
            yield name, form[name]


def _saved(bound):
    """What the database holds of the field *bound*, as a browser would post it."""
    return _posted_form(bound.field, bound.form.get_initial_for_field(bound.field, bound.name))


def _typed(bound):
    value = bound.data
    return _posted_form(bound.field, value if value is not None else "")


def digests(form, key=""):
    """{key of the field: digest of what the database holds}, for a form or a row of it (*key* names the row)."""
    return {f"{key}{name}": _digest(_saved(bound)) for name, bound in _own_fields(form)}


def row_key(form):
    """Names a row whatever its number in the page: the prefix of its kind, and its primary key."""
    return f"{form.prefix.rsplit('-', 1)[0]}:{form.instance.pk}:"


def opened(form, formsets=()):
    """The text that a page carries: what it was opened with."""
    return as_text(digests(form) | digests_of_rows(row for formset in formsets for row in formset.initial_forms))


def digests_of_rows(rows):
    return {key: digest for row in rows for key, digest in digests(row, row_key(row)).items()}


def as_text(found):
    """*found*, a dictionary of digests and other short texts, as a page carries it."""
    return json.dumps(found, separators=(",", ":"))


def read_opened(data):
    """The digests that *data* (a posted form) was opened with; {} where it carries none that can be read."""
    try:
        found = json.loads(data.get("opened") or "{}")
    except (ValueError, RecursionError):  # the second where brackets stand in brackets without end
        return {}
    return found if isinstance(found, dict) else {}


def take_theirs(form):
    """Put what is saved in the place of what was typed where "theirs" was chosen. Call it before the form is cleaned."""
    for _name, bound in _own_fields(form):
        if form.data.get(f"choose-{bound.html_name}") == THEIRS:
            form.data = _with_value(form.data, bound, _saved(bound))


def is_touched(form, key=""):
    """Whether something was typed in the bound *form* since it was opened."""
    was = read_opened(form.data)
    return any(_digest(_typed(bound)) != was.get(f"{key}{name}") for name, bound in _own_fields(form))


def take_all_theirs(form):
    """Show what is saved in all fields of *form*, in which nothing was typed. Call it before the form is cleaned."""
    for _name, bound in _own_fields(form):
        if _saved(bound) != _typed(bound):
            form.data = _with_value(form.data, bound, _saved(bound))


def changed_fields(form):
    """Names of the fields of the bound *form* in which something else stands than what is saved."""
    return [name for name, bound in _own_fields(form) if _saved(bound) != _typed(bound)]


def typed_in(form, *, except_for):
    """[(label, words)] of what was typed in the bound *form* since it was opened, but in the fields named *except_for*."""
    was = read_opened(form.data)
    return [
        (capfirst(str(bound.label)), in_words(bound, _typed(bound)))
        for name, bound in _own_fields(form)
        if name not in except_for and _digest(_typed(bound)) != was.get(name)
    ]


def with_what_is_saved(data, form, *, except_for):
    """*data*, of another form, with what is saved in all fields of the unbound *form* but those named *except_for*."""
    for name, bound in _own_fields(form):
        if name not in except_for:
            data = _with_value(data, bound, _saved(bound))
    return data


def _with_value(data, bound, value):
    data = data.copy()
    if isinstance(value, list):
        data.setlist(bound.html_name, value)
    elif value == "" and bound.widget_type == "checkbox":
        data.pop(bound.html_name, None)
    else:
        data[bound.html_name] = value
    return data


def conflicts_of(form, key="", where=""):
    """The Conflicts of *form*, bound to an existing record or row."""
    was = read_opened(form.data)
    asked = set(form.data.getlist("asked"))
    for name, bound in _own_fields(form):
        saved, typed = _saved(bound), _typed(bound)
        before = was.get(f"{key}{name}", "")
        choice = form.data.get(f"choose-{bound.html_name}", "")
        unanswered = bound.html_name in asked and choice not in (THEIRS, MINE)
        if saved == typed or not (unanswered or _digest(saved) != before):
            continue
        untouched = _digest(typed) == before
        label = f"{where}{capfirst(str(bound.label))}"
        chosen = THEIRS if untouched else ""
        yield Conflict(bound.html_name, label, in_words(bound, saved), in_words(bound, typed), chosen)


def in_words(bound, value):
    """What *value*, as a browser posts it, means to a reader."""
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
    """Return (data, numbers) with the posted rows of *prefix* whose record was deleted meanwhile as new rows at the end.

    *existing* holds the primary keys that there are. A row without one is new, whatever its number. A row
    in which nothing was typed goes with its record; *numbers* are those of the rows in which something was.
    """
    rows, initial = _rows(data, prefix)
    if rows is None:
        return data, []
    was = read_opened(data)
    stay = [row for row in rows if _key(row) in existing]
    new = [row for row in rows if row and not _key(row)]
    if len(stay) == initial and [*stay, *new] == rows:
        return data, []
    gone = [row for row in rows if _key(row) and row not in stay and _is_touched(row, prefix, was)]
    for row in gone:
        row["id"] = [""]
    settled = [*stay, *new, *gone]
    result = data.copy()
    for name in [name for name in data if _number(name, prefix) is not None]:
        del result[name]
    for number, row in enumerate(settled):
        for name, values in row.items():
            result.setlist(f"{prefix}-{number}-{name}", values)
    result[f"{prefix}-INITIAL_FORMS"] = str(len(stay))
    result[f"{prefix}-TOTAL_FORMS"] = str(len(settled))
    return result, list(range(len(settled) - len(gone), len(settled)))


def _number(name, prefix):
    """The row's number in the name of a field of *prefix*, or None."""
    number = name.removeprefix(f"{prefix}-").partition("-")[0]
    return int(number) if name.startswith(f"{prefix}-") and number.isdecimal() and len(number) < 6 else None


def _rows(data, prefix):
    """(the posted rows as {field: values}, how many of them existed), or (None, 0) where the counts make no sense."""
    counts = [data.get(f"{prefix}-{name}", "") for name in ("TOTAL_FORMS", "INITIAL_FORMS")]
    if not all(count.lstrip("-").isdecimal() and len(count) < 5 for count in counts):
        return None, 0
    rows: list[dict[str, list[str]]] = [{} for _n in range(max(0, int(counts[0])))]
    for name in data:
        number = _number(name, prefix)
        if number is not None and number < len(rows):
            rows[number][name.removeprefix(f"{prefix}-{number}-")] = data.getlist(name)
    return rows, max(0, int(counts[1]))


def _key(row):
    return (row.get("id") or [""])[0]


def _is_touched(row, prefix, was):
    """Whether something was typed in *row* since it was opened: only texts can be compared, and that is enough."""
    for name, values in row.items():
        before = was.get(f"{prefix}:{_key(row)}:{name}")
        value = values[0] if len(values) == 1 else sorted(values)
        if before is not None and _digest_of_text(value) != before:
            return True
    return False


def _digest_of_text(value):
    return _digest("\n".join(value.splitlines()).strip() if value else "")


def typed_in_gone(data, prefix, key, names):
    """{name: text} of what was typed in the text fields *names* of a row of *data* whose record was deleted meanwhile."""
    was = read_opened(data)
    texts = {name: data.get(f"{prefix}-{name}", "").strip() for name in names}
    return {name: text for name, text in texts.items() if text and _digest_of_text(text) != was.get(f"{key}{name}")}


def conflicts_of_rows(formset, heading):
    """The Conflicts of the rows of *formset* that are there, and of those deleted meanwhile."""
    was = read_opened(formset.data)
    for number, row in enumerate(formset.initial_forms, start=1):
        if not row.instance.pk:
            continue
        where, key = f"{heading} {number}: ", row_key(row)
        if formset.can_delete and row["DELETE"].data:
            stale = [bound for name, bound in _own_fields(row) if _digest(_saved(bound)) != was.get(f"{key}{name}")]
            yield from _deletion(row, f"{heading} {number}", stale, formset.data)
        else:
            yield from conflicts_of(row, key, where)
    for number in formset.gone:
        name = f"{formset.prefix}-{number}-{GONE}"
        if formset.data.get(f"choose-{name}") not in (THEIRS, MINE):
            row = formset.forms[number]
            typed = [in_words(bound, _typed(bound)) for _name, bound in _own_fields(row)]
            words = ", ".join(word for word in typed if word)
            yield Conflict(name, f"{heading} {number + 1}", _("deleted"), words, "")


def _deletion(row, label, stale, data):
    """The Conflict of a *row* that is to be deleted although somebody has changed its fields *stale* meanwhile."""
    name = row["DELETE"].html_name
    if stale and data.get(f"choose-{name}") != MINE:
        words = ", ".join(f"{capfirst(str(bound.label))}: {in_words(bound, _saved(bound))}" for bound in stale)
        yield Conflict(name, label, words, _("deleted"), "")


def lock_form(model, pk):
    """Let nobody else save the record *pk* (a text) of *model* until this transaction ends: what its form is compared with
    must still stand there when it is written."""
    if is_key(pk):
        lock(model._base_manager.filter(pk=pk))


def log_of(record):
    """What the admin has logged of *record*, in whichever entry, the latest first."""
    kinds = ContentType.objects.get_for_models(type(record), record._meta.concrete_model, for_concrete_models=False)
    entries = LogEntry.objects.filter(content_type__in=kinds.values(), object_id=str(record.pk))
    return entries.select_related("user").order_by("-action_time")


def who_saved_last(record):
    """(name, instant) of the last saving of *record* in the admin, or None."""
    entry = log_of(record).first()
    return (name_of(entry.user), entry.action_time) if entry else None


def refusal():
    """What is said where a form is stale."""
    return ValidationError(
        _(
            "Someone else has saved this record since you opened it. For each field, choose what to keep, then save "
            "again."
        ),
        code="stale",
    )


def stale_message(record):
    """What is said to somebody who acts on a *record* that has changed since they opened it."""
    text = _(
        "“%(record)s” has changed since you opened this page. Nothing was done: open it again and look at it first."
    )
    params = {"record": record}
    if step := review.steps_of(record).first():
        text = " ".join((text, _("Last step: %(step)s, by %(by)s.")))
        params |= {"step": step.get_action_display(), "by": step.by}
    return ValidationError(text, code="stale", params=params)


def stale_context(form, formsets=()):
    """For the templates: what the page was opened with and, where somebody else has saved meanwhile, what to choose."""
    if not form.instance.pk:
        return {"opened": "", "conflicts": []}
    conflicts = [*form.conflicts, *(conflict for formset in formsets for conflict in formset.conflicts)]
    context = {"opened": opened(form, formsets), "conflicts": conflicts}
    if conflicts:
        context["saved_by"] = who_saved_last(form.instance)
    return context


class ComparedForm:
    """Mixin of the forms of saved records: refused where somebody else has saved something else in one of their fields."""

    # Fields that are no part of the record, or that nobody can compare in a page.
    never_stale: frozenset[str] = frozenset()
    conflicts: Sequence[Conflict] = ()

    def full_clean(self):
        is_saved = self.is_bound and bool(self.instance.pk)
        if is_saved:
            take_theirs(self)
        super().full_clean()
        if is_saved and self.prefix is None:  # rows are compared by their form set
            self.conflicts = list(conflicts_of(self))
            if self.conflicts:
                self.add_error(None, refusal())
