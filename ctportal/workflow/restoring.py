"""Restoring the draft of a record from a revision, or recovering a record that was deleted.

Nothing is published and no edition changes. The record keeps its identifiers, its author and its date of creation. Related
records may be gone: one that was merged is replaced by the record it was merged into, an optional one is left out with a
message, and for a required one ValidationError is raised. Each function does all of its work in one transaction, or none.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby, product
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ManyToManyField, Model
from django.db.models.fields.related import RelatedField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from reversion.models import Version

from ctportal.core.languages import CODES
from ctportal.core.types import AnyUser, JsonObject
from ctportal.publishing.base_models import (
    ADDRESS_IN_USE,
    Record,
    ReviewedRecord,
    SluggedRecord,
    by_model,
    concrete_model,
    label_names,
    lock,
)
from ctportal.publishing.drafts import delete_rows, refresh_draft
from ctportal.publishing.models import Redirect
from ctportal.publishing.state import slug_is_reserved, state_of
from ctportal.reading.queries import merged_into
from ctportal.workflow import review, revisions, roles
from ctportal.workflow.redaction import Pointer, known, redact, reveal, words
from ctportal.workflow.revisions import Column, RowKey, SavedState, columns_of

# Fields of an existing record that restoring does not change.
OWN = frozenset({"uid", "created_by", "created_at"})


def mark(record: Record) -> str:
    """Like ``review.mark``, but changes with every save of *record*, also where its public JSON stays the same."""
    last = revisions.versions_of(type(record), record.pk).values_list("revision", flat=True).first()
    return f"{review.mark(record)}-{last or 0}"


def restore(record: Record, saved_state: SavedState, *, by: User, comment: str) -> list[str]:
    """Restore the draft of *record* from *saved_state* and keep a revision with *comment*. Returns sentences on what was left
    out or replaced. The fields ``Record.arranged`` stay as they are.

    *by* gets an unreviewed edit, and so do the authors of unpublished changes in *saved_state*. Raises PermissionDenied, and
    ValidationError with all problems.
    """
    edits = {by, *revisions.authors_of(record, saved_state.revision)}
    return _restore(record, saved_state, by, comment, edits, leave=OWN.union(record.arranged))


def discard(record: Record, *, by: User) -> list[str]:
    """Restore the draft of *record* from which the edition in force was published. Returns as ``restore``.

    This adds no unreviewed edits, since that draft was approved. Raises PermissionDenied and ValidationError.
    """
    edition = state_of(record.uid).in_force
    saved_state = revisions.saved_state_of_edition(edition) if edition else None
    if saved_state is None:
        raise ValidationError(_("There is no saved state of the published draft."), code="not_kept")
    comment = gettext_noop("Changes since publication discarded.")
    return _restore(record, saved_state, by, comment, edits=(), leave=OWN)


@transaction.atomic
def _restore(
    record: Record, saved_state: SavedState, by: User, comment: str, edits: Collection[User], leave: frozenset[str]
) -> list[str]:
    if not roles.may_edit(by, record):
        raise PermissionDenied
    model = concrete_model(type(record))
    if not lock(model._base_manager.filter(pk=record.pk)):
        raise ValidationError(_("“%(record)s” has since been deleted."), code="gone", params={"record": record})
    row = model._base_manager.get(pk=record.pk)
    # A revision of the current draft, in case it was changed outside of the admin.
    before = SavedState.of_revision(revisions.keep(row, by="", comment=gettext_noop("State before the restore.")))
    told = _Writer(saved_state, by).write(row, leave)
    if isinstance(row, ReviewedRecord):
        review.return_to_draft(row, by)
        for account, page in product(edits, ["", *_languages_changed(before, saved_state, row.original_language)]):
            review.note_hand(row, account, page)
    elif isinstance(row, SluggedRecord):
        for account in edits:
            review.note_hand(row, account)
        review.return_naming(row, by)
    _finish(row, by, comment)
    return told


def _languages_changed(before: SavedState, after: SavedState, original: str) -> list[str]:
    """Return the languages, except *original*, whose texts differ between *before* and *after*."""
    others = (code for code in CODES if code != original)
    return [code for code in others if before.with_language(code, after).rows != before.rows]


def may_recover(user: AnyUser, model: type[Model], fields: JsonObject) -> bool:
    """Return whether *user* could edit the record with *fields* (as in JSON) before it was deleted."""
    may_edit_all = user.has_perm("publishing.edit_all_drafts")
    return roles.has_right(user, model, "change") and (may_edit_all or fields.get("created_by") == user.pk)


def recoverable(model: type[Record], user: AnyUser) -> list[tuple[Version, JsonObject]]:
    """Return [(last Version, its fields as in JSON)] of the deleted records of *model* that *user* may recover."""
    found = []
    merged = {str(uid) for uid in Redirect.objects.filter(type=model.record_type).values_list("uid", flat=True)}
    for version in revisions.deleted(concrete_model(model)):
        fields = revisions.fields_of(version)
        kinds = getattr(model, "kinds", None)
        is_here = kinds is None or fields["kind"] in kinds
        if is_here and fields["uid"] not in merged and may_recover(user, model, fields):
            found.append((version, fields))
    return found


@transaction.atomic
def recover(saved_state: SavedState, *, by: User, comment: str) -> tuple[Record, list[str]]:
    """Save the deleted record in *saved_state* again as a draft. Returns (record, sentences as ``restore``)."""
    model, pk = saved_state.root
    if not may_recover(by, model, saved_state.fields):
        raise PermissionDenied
    if model._base_manager.filter(pk=pk).exists():
        raise ValidationError(_("It has already been recovered."), code="there")
    row = model()
    row.pk = pk
    told = _Writer(saved_state, by).write(row, frozenset({"created_at"}))
    made = datetime.fromisoformat(saved_state.fields["created_at"])
    model._base_manager.filter(pk=pk).update(created_at=made)
    if isinstance(row, ReviewedRecord):
        review.note_hand(row, by)
    _finish(row, by, comment)
    return row, told


def _finish(row: Record, by: User, comment: str) -> None:
    refresh_draft(row)
    revisions.keep(row, by=by, comment=comment, always=True)


# References of rows


class _Targets:
    """What the rows of a SavedState refer to, as it is now. ``told`` are sentences on what is left out or replaced."""

    def __init__(self, saved_state: SavedState, user: User) -> None:
        self.user = user
        self.told: list[str] = []
        self.gone: dict[RowKey, str] = {}  # {(model, key): its last name}
        self.merged: dict[RowKey, Model] = {}  # {(model, key): what it was merged into}
        named: dict[type[Model], set[int]] = defaultdict(set)
        for (model, _pk), fields in saved_state.rows.items():
            for column in _pointers(model):
                named[column.related_model].update(_keys(column, fields))
        for model, keys in named.items():
            there = set(model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))
            for key in keys - there - {pk for kept, pk in saved_state.rows if kept is model}:
                self._look_for(model, key)

    def _look_for(self, model: type[Model], key: int) -> None:
        """Look up the last name of the deleted row *key* of *model*, and the record it was merged into."""
        self.gone[model, key] = revisions.called(model, key, self.user)
        version = revisions.versions_of(model, key).first()
        uid = version and revisions.fields_of(version).get("uid")
        target = merged_into(uuid.UUID(uid)) if uid else None
        survivor = model._base_manager.filter(uid=target).first() if target else None
        if survivor:
            self.merged[model, key] = survivor

    def follows_a_merger(self, model: type[Model], fields: JsonObject) -> bool:
        """Return whether a row with *fields* refers to a record that was merged into another."""
        return any(
            (column.related_model, key) in self.merged for column in _pointers(model) for key in _keys(column, fields)
        )

    def key_for(self, column: Pointer, key: int) -> Any:
        """Return the key to save in *column*, which held *key*, or None where that row is gone and may be left out. Raises
        ValidationError where it is gone and required."""
        where = column.related_model, key
        if where in self.merged:
            return self._follow(where)
        if where not in self.gone:
            return key
        what = {"field": capfirst(column.verbose_name), "name": self.gone[where]}
        if column.many_to_many or column.remote_field.on_delete is models.SET_NULL:
            if column.name != "created_by":
                self._tell(_("%(field)s: “%(name)s” was deleted and is left out.") % what)
            return None
        if issubclass(column.related_model, Record):
            raise ValidationError(_("%(field)s: “%(name)s” was deleted. Recover it first.") % what)
        raise ValidationError(_("%(field)s: “%(name)s” no longer exists.") % what)

    def _follow(self, where: RowKey) -> Any:
        text = _("“%(name)s” was merged into “%(into)s”, which replaces it.")
        into = self.merged[where]
        is_known = known(type(into)._base_manager.filter(pk=into.pk), self.user).exists()
        self._tell(text % {"name": self.gone[where], "into": into if is_known else words()})
        return into.pk

    def _tell(self, sentence: str) -> None:
        if sentence not in self.told:
            self.told.append(sentence)


def _pointers(model: type[Model]) -> list[Pointer]:
    return [column for column in columns_of(model) if isinstance(column, RelatedField)]


def _keys(column: Pointer, fields: JsonObject) -> list[int]:
    value = fields.get(column.name)
    return value if isinstance(value, list) else [] if value is None else [value]


# Writing


class _Writer:
    """Writes the rows of a SavedState. Rows without references to them are deleted and created again with the same keys, so
    that two of them may swap unique values. Sessions, which documents refer to, are updated."""

    def __init__(self, saved_state: SavedState, user: User) -> None:
        self.saved_state = saved_state
        self.targets = _Targets(saved_state, user)
        self.errors: list[str] = []

    def write(self, row: Record, leave: frozenset[str]) -> list[str]:
        """Write *row*, the record itself, without its columns *leave*, and the rows that belong to it. Returns the sentences."""
        try:
            with transaction.atomic():
                self._write(row, leave)
        except IntegrityError as error:
            text = _("It cannot be restored because it conflicts with another record. Nothing was changed.")
            raise ValidationError(text, code="integrity") from error
        return self.targets.told

    def _write(self, row: Record, leave: frozenset[str]) -> None:
        there_now: Iterable[Model] = () if row._state.adding else revisions.rows_below(row)
        before = {model: {part.pk for part in parts} for model, parts in by_model(there_now).items()}
        for model in [model for model in before if _is_leaf(model)]:
            model._base_manager.filter(pk__in=before.pop(model)).delete()
        self._save(row, self.saved_state.fields, leave)
        below = [(key, fields) for key, fields in self.saved_state.rows.items() if key != self.saved_state.root]
        for _step, rows in groupby(sorted(below, key=self._step), key=self._step):
            self._refuse_if_faulty()  # the rest would only repeat it
            for (model, pk), fields in rows:
                there = model._base_manager.filter(pk=pk).first() if pk in before.get(model, ()) else None
                self._save(there or model(pk=pk), fields)
        self._refuse_if_faulty()
        for model, keys in before.items():
            stay = [pk for kept, pk in self.saved_state.rows if kept is model]
            delete_rows(model._base_manager.filter(pk__in=keys).exclude(pk__in=stay))

    def _step(self, row: tuple[RowKey, JsonObject]) -> tuple[bool, bool]:
        """Return when *row* is written: parents before their parts, and last within each the rows that a merger may have made
        equal to another."""
        (model, _pk), fields = row
        return _is_leaf(model), self.targets.follows_a_merger(model, fields)

    def _refuse_if_faulty(self) -> None:
        if self.errors:
            raise ValidationError(self.errors)

    def _save(self, row: Model, fields: JsonObject, leave: frozenset[str] = frozenset()) -> None:
        """Save *row* with *fields*, or add to ``errors``."""
        model = type(row)
        columns = [column for column in columns_of(model) if column.name in fields and column.name not in leave]
        faults = list(self._fill(row, columns, fields)) or list(self._faults(row))
        if faults and self.targets.follows_a_merger(model, fields) and not isinstance(row, Record):
            return  # another row has the same values for the merged record
        if faults:
            self.errors += [_of_row(model, text) for text in faults]
            return
        if row._state.adding:
            row.save(force_insert=True)
        else:
            noted = ["modified_at"] if isinstance(row, Record) else []
            row.save(update_fields=[column.name for column in columns if not column.many_to_many] + noted)
        for column in columns:
            if isinstance(column, ManyToManyField):
                keys = [self.targets.key_for(column, key) for key in fields[column.name]]
                getattr(row, column.name).set(key for key in keys if key is not None)

    def _fill(self, row: Model, columns: Iterable[Column], fields: JsonObject) -> Iterator[str]:
        """Set the *columns* of *row* from *fields*; yield the error messages."""
        for column in columns:
            if column.many_to_many:
                continue
            try:
                value = column.to_python(fields[column.name])
                key = self.targets.key_for(column, value) if isinstance(column, RelatedField) else value
                setattr(row, column.attname, key)
            except ValidationError as error:
                yield from error.messages

    def _faults(self, row: Model) -> Iterator[str]:
        """Yield the messages of the validation of *row*, each with the name of its field."""
        faults: dict[str, list[str]] = {}
        slug = getattr(row, "slug", "")
        if slug and isinstance(row, Record) and slug_is_reserved(row.record_type, slug, row.uid):
            faults["slug"] = [str(ADDRESS_IN_USE)]
        redact([row], self.targets.user, [column.name for column in row._meta.concrete_fields])
        try:
            row.full_clean(exclude={*label_names(type(row)), *faults})  # a slug in use is reported once
        except ValidationError as error:
            faults |= error.message_dict
        reveal([row])
        for name, messages in faults.items():
            label = "" if name == NON_FIELD_ERRORS else f"{capfirst(str(label_for_field(name, type(row))))}: "
            yield from (f"{label}{message}" for message in messages)


def _is_leaf(model: type[Model]) -> bool:
    """Return whether no model refers to *model*."""
    return not model._meta.related_objects


def _of_row(model: type[Model], text: str) -> str:
    return text if issubclass(model, Record) else f"{capfirst(model._meta.verbose_name)}: {text}"
