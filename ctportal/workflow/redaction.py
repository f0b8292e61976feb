"""What an account may not know of, in what it may: records of others that somebody has put into its own.

``roles.choosable`` says which records an account may know of. Where one that it may read names another, a ``Redacted``
stands in that one's place: forms, tables, lists and headings then say the same words of it, whatever it is, and saving
leaves it where it is. Who may read all drafts is spared the questions.
"""

from functools import cache

from django.contrib.admin.utils import NestedObjects
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, prefetch_related_objects
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ctportal.core import languages
from ctportal.publishing import epoch
from ctportal.publishing.base_models import Record
from ctportal.publishing.models import VOCABULARY, Edition
from ctportal.publishing.snapshot import BUILDERS
from ctportal.workflow import roles
from ctportal.workflow.revisions import parts_of

NOWHERE = "-"  # stands for the address of what is not named: no record can have it


def words():
    return _("a record you cannot open")


class Redacted:
    """Stands for a record: with its keys and those of what it belongs to, and with no word of it."""

    def __init__(self, model, keys):
        self._meta = model._meta
        vars(self).update(keys)

    def __str__(self):
        return words()

    @property
    def pk(self):
        return getattr(self, self._meta.pk.attname)


def is_owner(column):
    """Whether *column* is the foreign key by which a row belongs to a record or session."""
    return column.many_to_one and column in parts_of(column.related_model).values()


def _owners_of(model):
    return [column for column in model._meta.concrete_fields if is_owner(column)]


def known(rows, user):
    """Those of *rows* (a queryset) that *user* may know of, themselves or by the record that they belong to."""
    if user.has_perm("publishing.read_all_drafts"):
        return rows
    if issubclass(rows.model, Record):
        return roles.choosable(rows, user)
    theirs = Q()
    for owner in _owners_of(rows.model):
        theirs |= Q(**{f"{owner.name}__in": known(owner.related_model._base_manager.all(), user)})
    return rows.filter(theirs)


@cache
def pointers(model):
    """The relations by which a row of *model* names records, or parts of records, to which it does not belong."""
    columns = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [column for column in columns if column.is_relation and not is_owner(column) and _is_guarded(column)]


def _is_guarded(column):
    return issubclass(column.related_model, Record) or bool(_owners_of(column.related_model))


def redact(rows, user, names=None):
    """Let a Redacted stand wherever *rows* (objects of one model) name what *user* may not know of; returns them.

    *names*: of the relations that are read, all where None. One query for each.
    """
    if user.has_perm("publishing.read_all_drafts") or not rows:
        return rows
    for column in pointers(type(rows[0])):
        if names is None or column.name in names:
            _withhold(column, rows, user)
    return rows


def _withhold(column, rows, user):
    if column.many_to_many:
        prefetch_related_objects(rows, column.name)
        lists = [getattr(row, column.name).all() for row in rows]
        hidden = _hidden(column.related_model, {entry.pk for entries in lists for entry in entries}, user)
        for entries in lists:
            # As Django fills it when it reads many-to-many relations ahead.
            entries._result_cache = [hidden.get(entry.pk, entry) for entry in entries]
        return
    hidden = _hidden(column.related_model, {getattr(row, column.attname) for row in rows} - {None}, user)
    for row in rows:
        if getattr(row, column.attname) in hidden:
            column.set_cached_value(row, hidden[getattr(row, column.attname)])


def _hidden(model, keys, user):
    """{primary key: Redacted} of the rows *keys* of *model* that *user* may not know of. One query."""
    if not keys:
        return {}
    rows = model._base_manager.filter(pk__in=keys)
    hidden = rows.exclude(pk__in=known(rows, user).order_by().values("pk")).order_by()
    return {row[model._meta.pk.attname]: Redacted(model, row) for row in hidden.values(*_keys_of(model))}


@cache
def _keys_of(model):
    columns = model._meta.concrete_fields
    return [column.attname for column in columns if column.primary_key or column.name == "uid" or is_owner(column)]


def reveal(rows, names=None):
    """Undo ``redact`` for the foreign keys *names* of *rows*, all where None: to write them, or what others read as well."""
    for row in rows:
        for column in row._meta.concrete_fields:
            is_meant = column.is_relation and (names is None or column.name in names)
            if is_meant and isinstance(column.get_cached_value(row, default=None), Redacted):
                column.delete_cached_value(row)


# Deleting


def what_goes(records, request, site):
    """What Django's ``get_deleted_objects`` returns, for who may not read all drafts: names of what is deleted with
    *records*, how many rows of each kind, kinds that the account may not delete, and names of what stands against it.

    Django asks for the right to delete the latter too, although they stay, and would name nothing else.
    """
    collector = NestedObjects(using=DEFAULT_DB_ALIAS, origin=records)
    collector.collect(records)
    counts, refused = {}, set()
    for model, rows in collector.model_objs.items():
        redact(list(rows), request.user)
        counts[model._meta.verbose_name_plural] = len(rows)
        if site.is_registered(model):
            may_delete = site.get_model_admin(model).has_delete_permission
            refused |= {model._meta.verbose_name for row in rows if not may_delete(request, row)}
    return collector.nested(_called), counts, refused, named_as_known(collector.protected, request.user)


def _called(row):
    return f"{capfirst(row._meta.verbose_name)}: {row}"


def named_as_known(rows, user):
    """What *rows*, of any models, are called as far as *user* may know of them, and how many others there are."""
    by_model = {}
    for row in rows:
        by_model.setdefault(type(row), {})[row.pk] = row
    found = []
    for model, there in by_model.items():
        keys = known(model._base_manager.filter(pk__in=there), user).values_list("pk", flat=True)
        found += map(_called, redact([there[key] for key in sorted(keys)], user))
    hidden = sum(map(len, by_model.values())) - len(found)
    if hidden:
        text = ngettext("%(n)d record you cannot open", "%(n)d records you cannot open", hidden)
        found.append(text % {"n": hidden})
    return found


# Labels in public JSON


def labels_for(user, data, shows):
    """*data*, the public JSON of a draft, which shows the entries *shows* (uids) of the vocabulary: with the labels of those
    that *user* may not know of as the public reads them or, where it reads none, without a word of them."""
    if user.has_perm("publishing.read_all_drafts") or not shows:
        return data
    hidden = set(shows)
    for kind in VOCABULARY:
        hidden -= set(known(BUILDERS[kind].queryset().filter(uid__in=hidden), user).values_list("uid", flat=True))
    if not hidden:
        return data
    public = {
        edition.uid: edition.data | {"slug": edition.slug}
        for edition in Edition.objects.public(epoch.now()).filter(uid__in=hidden)
    }
    nothing = {"name": _in_all_languages(), "slug": NOWHERE, "acronym": ""}
    return _relabelled(data, {str(uid): public.get(uid, nothing) for uid in hidden})


def _in_all_languages():
    said = {}
    for code in languages.CODES:
        with translation.override(languages.django_code(code)):
            said[code] = words()
    return said


def _relabelled(value, labels):
    if isinstance(value, list):
        return [_relabelled(each, labels) for each in value]
    if not isinstance(value, dict):
        return value
    told = {name: _relabelled(each, labels) for name, each in value.items()}
    instead = labels.get(value.get("uid"), {})
    return told | {name: instead[name] for name in ("name", "slug", "acronym") if name in told and name in instead}
