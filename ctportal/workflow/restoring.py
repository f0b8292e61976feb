"""Bringing back what a revision holds: into the draft of a record that is there, or as a record that was deleted.

Nothing is published by it, and no edition is touched. The record keeps its identifiers, who made it and when. What it names
may be gone by now: what was merged away is followed to what it was merged into, what a record can be without is left out and
told, and for the rest it is refused, by field. Each function does the whole of its work in one transaction, or nothing.
"""

import uuid
from collections import defaultdict
from itertools import product

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ctportal.core.languages import CODES
from ctportal.publishing.base_models import ADDRESS_IN_USE, Record, ReviewedRecord, label_names, lock
from ctportal.publishing.models import Redirect
from ctportal.publishing.snapshot import delete_rows, refresh_draft
from ctportal.publishing.state import slug_is_reserved, state_of
from ctportal.reading.queries import merged_into
from ctportal.workflow import review, revisions, roles
from ctportal.workflow.redaction import known, redact, reveal, words
from ctportal.workflow.revisions import SavedState, columns_of

# Of a record that is there, what stays as it is.
OWN = frozenset({"uid", "created_by", "created_at"})


def mark(record):
    """Like ``review.mark``, and it changes with every save of *record*, whether the public would read of it or not."""
    last = revisions.versions_of(type(record), record.pk).values_list("revision", flat=True).first()
    return f"{review.mark(record)}-{last or 0}"


def restore(record, saved_state, *, by, comment):
    """Make of the draft of *record* what *saved_state* holds, and keep that as a revision with *comment*. Returns what was
    left out or replaced, in sentences. What is set for all records of a conference together stays (``Record.arranged``).

    *by* has a hand in the record by it, and so have those who wrote what was never published of it. Raises
    PermissionDenied, and ValidationError with all that stands against it.
    """
    edits = {by, *revisions.authors_of(record, saved_state.revision)}
    return _restore(record, saved_state, by, comment, edits, leave=OWN.union(record.arranged))


def discard(record, *, by):
    """Make of the draft of *record* what was published last, and is in force. Returns as ``restore``.

    Nobody has a hand in the record by it: what stands there then was approved.
    """
    edition = state_of(record.uid).in_force
    saved_state = edition and revisions.saved_state_of_edition(edition)
    if saved_state is None:
        raise ValidationError(_("Of the draft that is public no copy was kept."), code="not_kept")
    comment = gettext_noop("Changes since publication discarded.")
    return _restore(record, saved_state, by, comment, edits=(), leave=OWN)


@transaction.atomic
def _restore(record, saved_state, by, comment, edits, leave):
    if not roles.may_edit(by, record):
        raise PermissionDenied
    model = record._meta.concrete_model
    if not lock(model._base_manager.filter(pk=record.pk)):
        raise ValidationError(_("“%(record)s” was deleted meanwhile."), code="gone", params={"record": record})
    row = model._base_manager.get(pk=record.pk)
    # A revision of its own where something was written past the admin.
    before = SavedState.of_revision(revisions.keep(row, by="", comment=gettext_noop("As it was before.")))
    told = _Writer(saved_state, by).write(row, leave)
    if isinstance(row, ReviewedRecord):
        review.return_to_draft(row, by)
        for account, page in product(edits, ["", *_languages_changed(before, saved_state, row.original_language)]):
            review.note_hand(row, account, page)
    else:
        for account in edits:
            review.note_hand(row, account)
        review.return_naming(row, by)
    _finish(row, by, comment)
    return told


def _languages_changed(before, after, original):
    """The languages with a page of their own whose texts the SavedState *after* has otherwise than *before*."""
    others = (code for code in CODES if code != original)
    return [code for code in others if before.with_language(code, after).rows != before.rows]


def may_recover(user, model, fields):
    """Whether *user* could have edited the record with *fields* (as in JSON) before it was deleted."""
    may_edit_all = user.has_perm("publishing.edit_all_drafts")
    return roles.has_right(user, model, "change") and (may_edit_all or fields.get("created_by") == user.pk)


def recoverable(model, user):
    """[(last Version, SavedState's fields of the record)] of the deleted records of *model* that *user* may recover."""
    found = []
    merged = {str(uid) for uid in Redirect.objects.filter(type=model.record_type).values_list("uid", flat=True)}
    for version in revisions.deleted(model._meta.concrete_model):
        fields = revisions.fields_of(version)
        kinds = getattr(model, "kinds", None)
        is_here = kinds is None or fields["kind"] in kinds
        if is_here and fields["uid"] not in merged and may_recover(user, model, fields):
            found.append((version, fields))
    return found


@transaction.atomic
def recover(saved_state, *, by, comment):
    """Save the deleted record that *saved_state* holds again, as a draft. Returns (the record, as ``restore``)."""
    model, pk = saved_state.root
    if not may_recover(by, model, saved_state.fields):
        raise PermissionDenied
    if model._base_manager.filter(pk=pk).exists():
        raise ValidationError(_("It is there again already."), code="there")
    row = model(pk=pk)
    told = _Writer(saved_state, by).write(row, frozenset({"created_at"}))
    made = model._meta.get_field("created_at").to_python(saved_state.fields["created_at"])
    model._base_manager.filter(pk=pk).update(created_at=made)
    if isinstance(row, ReviewedRecord):
        review.note_hand(row, by)
    _finish(row, by, comment)
    return row, told


def _finish(row, by, comment):
    refresh_draft(row)
    revisions.keep(row, by=by, comment=comment, always=True)


# What the rows name


class _Targets:
    """What the rows of a SavedState point to, as it is now. ``told`` are sentences on what is left out or replaced."""

    def __init__(self, saved_state, user):
        self.user = user
        self.told = []
        self.gone = {}  # {(model, key): what it was called}
        self.merged = {}  # {(model, key): what it was merged into}
        named = defaultdict(set)
        for (model, _pk), fields in saved_state.rows.items():
            for column in _pointers(model):
                named[column.related_model].update(_keys(column, fields))
        for model, keys in named.items():
            there = set(model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))
            for key in keys - there - {pk for kept, pk in saved_state.rows if kept is model}:
                self._look_for(model, key)

    def _look_for(self, model, key):
        """Find what the row *key* of *model*, which is not there any more, was called, and what it was merged into."""
        self.gone[model, key] = revisions.called(model, key, self.user)
        version = revisions.versions_of(model, key).first()
        uid = version and revisions.fields_of(version).get("uid")
        target = merged_into(uuid.UUID(uid)) if uid else None
        survivor = model._base_manager.filter(uid=target).first() if target else None
        if survivor:
            self.merged[model, key] = survivor

    def follows_a_merger(self, model, fields):
        """Whether a row with *fields* would now name something else than it did."""
        return any(
            (column.related_model, key) in self.merged for column in _pointers(model) for key in _keys(column, fields)
        )

    def one(self, column, key):
        """The key to write for the foreign key *column*, which held *key*. Raises ValidationError where it needs what is gone."""
        where = column.related_model, key
        if where in self.merged:
            return self._follow(where)
        if where not in self.gone:
            return key
        what = {"field": capfirst(column.verbose_name), "name": self.gone[where]}
        if column.remote_field.on_delete is models.SET_NULL:
            self._leave_out(column, what)
            return None
        if issubclass(column.related_model, Record):
            raise ValidationError(_("%(field)s: “%(name)s” was deleted. Recover it first.") % what)
        raise ValidationError(_("%(field)s: “%(name)s” is not there any more.") % what)

    def many(self, column, keys):
        """Those to write for the many-to-many relation *column*, which held *keys*."""
        found = []
        for key in keys:
            where = column.related_model, key
            if where in self.merged:
                found.append(self._follow(where))
            elif where in self.gone:
                self._leave_out(column, {"field": capfirst(column.verbose_name), "name": self.gone[where]})
            else:
                found.append(key)
        return found

    def _follow(self, where):
        text = _("“%(name)s” was merged into “%(into)s”, which stands in its place.")
        into = self.merged[where]
        is_known = known(type(into)._base_manager.filter(pk=into.pk), self.user).exists()
        self._tell(text % {"name": self.gone[where], "into": into if is_known else words()})
        return into.pk

    def _leave_out(self, column, what):
        if column.name != "created_by":
            self._tell(_("%(field)s: “%(name)s” was deleted and is left out.") % what)

    def _tell(self, sentence):
        if sentence not in self.told:
            self.told.append(sentence)


def _pointers(model):
    return [column for column in columns_of(model) if column.is_relation]


def _keys(column, fields):
    value = fields.get(column.name)
    return value if isinstance(value, list) else [] if value is None else [value]


# Writing


class _Writer:
    """Writes the rows of a SavedState. Rows that nothing points to are deleted and made anew under their keys, so that two of
    them may change places; sessions, which documents name, stay where they are."""

    def __init__(self, saved_state, user):
        self.saved_state = saved_state
        self.targets = _Targets(saved_state, user)
        self.errors = []

    def write(self, row, leave):
        """Write *row*, the record itself, but for its columns *leave*, and all that belongs to it. Returns what is to be told."""
        try:
            with transaction.atomic():
                self._write(row, leave)
        except IntegrityError as error:
            text = _("It cannot be brought back as it was: another record stands against it. Nothing was changed.")
            raise ValidationError(text, code="integrity") from error
        return self.targets.told

    def _write(self, row, leave):
        before = {} if row._state.adding else _rows_by_model(row)
        for model in [model for model in before if _is_leaf(model)]:
            model._base_manager.filter(pk__in=before.pop(model)).delete()
        self._save(row, self.saved_state.fields, leave)
        for rows in self._steps():
            self._refuse_if_faulty()  # the rest would only repeat it
            for (model, pk), fields in rows:
                there = model._base_manager.filter(pk=pk).first() if pk in before.get(model, ()) else None
                self._save(there or model(pk=pk), fields)
        self._refuse_if_faulty()
        for model, keys in before.items():
            stay = [pk for kept, pk in self.saved_state.rows if kept is model]
            delete_rows(model._base_manager.filter(pk__in=keys).exclude(pk__in=stay))

    def _steps(self):
        """The rows that belong to the record: first those that others belong to; last those that may have become the same as
        another by a merger."""
        rows = list(self.saved_state.rows.items())[1:]
        steps = {(leaf, moved): [] for leaf in (False, True) for moved in (False, True)}
        for (model, pk), fields in rows:
            moved = self.targets.follows_a_merger(model, fields)
            steps[_is_leaf(model), moved].append(((model, pk), fields))
        return steps.values()

    def _refuse_if_faulty(self):
        if self.errors:
            raise ValidationError(self.errors)

    def _save(self, row, fields, leave=frozenset()):
        """Save *row* with *fields*, or note what stands against that."""
        model = type(row)
        columns = [column for column in columns_of(model) if column.name in fields and column.name not in leave]
        faults = list(self._fill(row, columns, fields)) or list(self._faults(row))
        if faults and self.targets.follows_a_merger(model, fields) and not isinstance(row, Record):
            return  # another row says the same of the one it was merged into
        if faults:
            self.errors += [_of_row(model, text) for text in faults]
            return
        if row._state.adding:
            row.save(force_insert=True)
        else:
            noted = ["modified_at"] if isinstance(row, Record) else []
            row.save(update_fields=[column.name for column in columns if not column.many_to_many] + noted)
        for column in columns:
            if column.many_to_many:
                getattr(row, column.name).set(self.targets.many(column, fields[column.name]))

    def _fill(self, row, columns, fields):
        """Put what *fields* hold into the *columns* of *row*; yield what cannot be."""
        for column in columns:
            if column.many_to_many:
                continue
            try:
                value = column.to_python(fields[column.name])
                setattr(row, column.attname, self.targets.one(column, value) if column.is_relation else value)
            except ValidationError as error:
                yield from error.messages

    def _faults(self, row):
        """What the rules of the model say against *row*, each with the name of its field."""
        faults = {}
        slug = getattr(row, "slug", "")
        if slug and isinstance(row, Record) and slug_is_reserved(row.record_type, slug, row.uid):
            faults["slug"] = [ADDRESS_IN_USE]
        redact([row], self.targets.user, [column.name for column in row._meta.concrete_fields])
        try:
            row.full_clean(exclude={*label_names(type(row)), *faults})  # told once, also where a draft has the address
        except ValidationError as error:
            faults |= error.message_dict
        reveal([row])
        for name, messages in faults.items():
            label = "" if name == NON_FIELD_ERRORS else f"{capfirst(row._meta.get_field(name).verbose_name)}: "
            yield from (f"{label}{message}" for message in messages)


def _rows_by_model(row):
    """{model: primary keys} of what belongs to *row* now."""
    found = defaultdict(set)
    for part in revisions.rows_below(row):
        found[type(part)].add(part.pk)
    return found


def _is_leaf(model):
    """Whether nothing points to rows of *model*."""
    return not model._meta.related_objects


def _of_row(model, text):
    return text if issubclass(model, Record) else f"{capfirst(model._meta.verbose_name)}: {text}"
