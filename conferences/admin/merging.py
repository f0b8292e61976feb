"""Merging two people or two organizations: the working records, and their editions through the services."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conferences.models import Appearance, Organization, OrganizationRole, Person, Photo, parent_keys
from ctportal.core.codes import OrganizationKind
from ctportal.core.languages import CODES
from ctportal.publishing import epoch
from ctportal.publishing.base_models import Record, ReviewedRecord, label_names
from ctportal.publishing.drafts import note_draft
from ctportal.publishing.models import Edition, LedgerEntry, Relation
from ctportal.publishing.renaming import lock_showing, merge_entries, relabel
from ctportal.publishing.snapshot import builder_for
from ctportal.publishing.state import SHOWS, differs
from ctportal.publishing.transactions import atomic
from ctportal.workflow import review, revisions
from documents.models import Delivery, Issuer, Mention

MERGEABLE = (Person, Organization)
# Columns of the surviving row that are never filled in from the other one.
OWN = frozenset(
    {"id", "uid", "slug", "original_language", "draft_sha256", "created_at", "created_by", "modified_at", "search_text"}
)
# Columns that are filled in together or not at all.
CONTACT = frozenset({"contact", "contact_email", "contact_phone"})
# {model of rows that refer to an entry: columns in which two of them say the same}
SAME = {
    OrganizationRole: ("conference", "session", "organization", "role"),
    Appearance: ("conference", "session", "person", "role"),
    Photo.people.through: ("photo", "person"),
    Issuer: ("document", "organization"),
    Delivery: ("document", "person"),
    Mention: ("document", "person", "kind"),
}
WITH_TITLE = (Appearance, Delivery, Mention)
DETAILS = ("organization_id", *(f"title_{code}" for code in CODES))  # further columns of those with a title


def merge(away, into, *, by):
    """Merge *away* into *into*, delete *away*, and return the minor editions made.

    Both are people, or both organizations. Relations and current editions that refer to *away* then refer to *into*.
    Empty labels and fields of *into* are filled in from *away*; of duplicate rows of one conference or photo, one is
    kept. The uid and the slugs of *away* redirect to *into*. Raise ValidationError, changing nothing, if they cannot be
    merged or an edition to come shows *away*.
    """
    _check(away, into)
    with atomic():
        # A concurrent merger of the same rows waits here and then finds them deleted.
        lock_for_merger([away, into])
        rows = type(into).objects.in_bulk([away.pk, into.pk])
        if len(rows) < 2:
            raise ValidationError(_("One of these entries has since been merged or deleted."), code="gone")
        away, into = rows[away.pk], rows[into.pk]
        _leave_each_other(away, into)
        units = [unit.pk for unit in _units(away, into) if unit not in (away, into)]
        _fill_in(into, away)
        into.save()
        records = {_record_of(row) for row in referring_rows(away)} | {_record_of(row) for row in referring_rows(into)}
        for row, name in _references(away):
            _repoint(row, name, into)
        if isinstance(into, Organization):
            into.clean()  # it may be a unit over more levels now
        text, names = gettext_noop("“%(away)s” was merged into “%(into)s”."), {"away": away, "into": into}
        reason = Truncator(_(text) % names).chars(LedgerEntry._meta.get_field("reason").max_length)
        editions, _left_out = merge_entries(away, into, by=by, reason=reason)
        editions += _publish_labels(into, units, by, reason)
        type(away)._base_manager.filter(pk=away.pk).delete()
        review.note_merger(away, into, by)
        _refresh({into, *records} - {away}, by, revisions.sentence(text, **names))
    return editions


def lock_for_merger(entries):
    """Lock *entries*, their units and all records that refer to or show one of them, for this transaction.

    Several mergers in one transaction lock all their entries first.
    """
    lock_showing([*entries, *_units(*entries)])


def _check(away, into):
    if type(away) is not type(into) or not isinstance(into, MERGEABLE):
        raise ValidationError(_("Only two people or two organizations can be merged."), code="not_alike")
    if away.pk == into.pk:
        raise ValidationError(_("“%(name)s” cannot be merged with itself."), code="same", params={"name": str(into)})


# References to an entry


def _references(entry):
    """Yield (row, name of its foreign key) of all rows that refer to *entry*, including those of many-to-many tables."""
    for relation in entry._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            for row in relation.related_model._base_manager.filter(**{relation.field.name: entry}).order_by("pk"):
                yield row, relation.field.name


def referring_rows(entry):
    """Return the rows that refer to *entry*: roles, appearances, rows of documents, expected documents, photos, units."""
    return [row for row, _name in _references(entry)]


def _record_of(row):
    """Return the record whose public JSON contains *row*, which refers to an entry."""
    if isinstance(row, Record):
        return row
    if isinstance(row, Photo.people.through):
        return row.photo
    if isinstance(row, (Issuer, Delivery, Mention)):
        return row.document
    return row.conference or row.session.conference


def records_naming(entry):
    """Return the distinct working records that refer to *entry*, sorted by model and name."""
    found = {_record_of(row) for row in referring_rows(entry)}
    return sorted(found, key=lambda record: (record._meta.model_name, str(record)))


def public_records(entry):
    """Return the current editions that show *entry*, whose pages change when it is merged."""
    shown = Relation.objects.filter(name=SHOWS, target=entry.uid).values("edition")
    return list(Edition.objects.public(epoch.now()).filter(pk__in=shown).defer("json").order_by("type", "slug"))


# Repointing


def _repoint(row, name, into):
    """Make *row* refer to *into*, or delete it if that makes it a duplicate."""
    setattr(row, name, into)
    twin = _twin(row, name)
    if twin is None:
        row.save(update_fields=[name])
        return
    if isinstance(row, WITH_TITLE):
        _fill_columns(twin, row, DETAILS)
        twin.save()
    row.delete()


def _twin(row, name):
    """Return another row that says the same as *row*, whose relation *name* has changed, or None.

    A person with another title or organization does not say the same.
    """
    columns = SAME.get(type(row), ())
    if name not in columns:
        return None
    details = DETAILS if isinstance(row, WITH_TITLE) else ()
    same = type(row)._base_manager.filter(**{column: getattr(row, column) for column in columns})
    for other in same.exclude(pk=row.pk):
        pairs = [(getattr(row, column), getattr(other, column)) for column in details]
        if all(not mine or not theirs or mine == theirs for mine, theirs in pairs):
            return other
    return None


def _fill_in(into, away):
    # Labels are filled in by their columns per language; the plain name reads that of the interface language.
    labels = label_names(type(into))
    own = OWN | labels
    if any(getattr(into, name, "") for name in CONTACT):
        own |= CONTACT
    names = [column.attname for column in into._meta.concrete_fields if column.name not in own]
    _fill_columns(into, away, names)
    if isinstance(into, Organization) and into.kind == OrganizationKind.OTHER:
        into.kind = away.kind


def _fill_columns(into, away, names):
    for name in names:
        setattr(into, name, getattr(into, name) or getattr(away, name))


# Parents of organizations: a merger must not create a cycle


def _leave_each_other(away, into):
    """Remove each of the two from the other's chain of parents."""
    if not isinstance(into, Organization):
        return
    if into.pk in parent_keys(away):
        away.parent_id = None  # otherwise *into* would become a unit of itself
    if away.pk in parent_keys(into):
        into.parent_id = away.parent_id  # *into* was a direct or indirect unit of *away* and takes its place


def _units(*entries):
    """Return the organizations that are units of one of *entries*, in their drafts or in public."""
    if not isinstance(entries[0], Organization):
        return []
    public = Edition.objects.public(epoch.now()).of("organization")
    shown = public.filter(relations__name=SHOWS, relations__target__in=[entry.uid for entry in entries])
    return list(
        Organization.objects.filter(Q(parent__in=entries) | Q(uid__in=list(shown.values_list("uid", flat=True))))
    )


# In public


def _publish_labels(into, units, by, reason):
    """Publish the survivor if its labels were filled in, and the units of both (*units*, primary keys), whose editions refer
    to their parent.

    Return the minor editions.
    """
    made = []
    for entry in (into, *type(into).objects.filter(pk__in=units)):
        edition = Edition.objects.public(epoch.now()).filter(uid=entry.uid).first()
        if edition and differs(entry, edition):
            made += relabel(entry, by=by, reason=reason)[0]
            review.note_step(entry, review.Action.RENAMED, by)
    return made


def _refresh(records, by, comment):
    """Update the draft checksums of *records*, which lists compare with current editions, and keep a revision of each.

    Records in review whose draft has changed return to draft.
    """
    by_type: dict[str, list] = {}
    for record in records:
        by_type.setdefault(record.record_type, []).append(record.pk)
    for record_type, keys in by_type.items():
        builder = next(builder_for(record) for record in records if record.record_type == record_type)
        found = list(builder.queryset().filter(pk__in=keys))
        for loaded, snapshot in zip(found, builder.snapshots_of(found), strict=True):
            before = loaded.draft_sha256
            note_draft(loaded, snapshot)
            if isinstance(loaded, ReviewedRecord) and loaded.draft_sha256 != before:
                review.return_for_entry(loaded, by)
            revisions.keep_loaded(loaded, by=by, comment=comment)
