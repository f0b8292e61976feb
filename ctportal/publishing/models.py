"""Editions, their facets, relations, files and withdrawals, and the ledger.

No model here refers to a working model. A record is identified by its ``uid``.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, Expression, F, Min, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ctportal.core import languages
from ctportal.core.types import JsonObject
from ctportal.publishing.text_fields import Searched


class RecordType(models.TextChoices):
    CONFERENCE = "conference", _("conference")
    DOCUMENT = "document", _("document")
    PHOTO = "photo", _("photo")
    SERIES = "series", _("series")
    THEME = "theme", _("theme")
    ORGANIZATION = "organization", _("organization")
    PERSON = "person", _("person")


VOCABULARY = frozenset({RecordType.SERIES, RecordType.THEME, RecordType.ORGANIZATION, RecordType.PERSON})

# The clocks of two machines may differ by this much without readers noticing. Beyond it each machine uses its own clock.
APART = timedelta(seconds=5)


def in_force(at: datetime | Expression, prefix: str = "") -> Q:
    """Return the condition that an edition is in force at *at* (aware datetime): public_from <= at < public_until.

    This is the publishing rule, defined for queries here only. ``Edition.is_public`` is the same rule for one row, and a
    test compares the two. *prefix* leads to the edition from other rows, such as "edition__".
    """
    is_not_over = Q(**{f"{prefix}public_until__isnull": True}) | Q(**{f"{prefix}public_until__gt": at})
    return Q(**{f"{prefix}public_from__lte": at}) & is_not_over


class EditionQuerySet(models.QuerySet["Edition"]):
    def public(self, at: datetime | Expression) -> EditionQuerySet:
        """Return the editions in force at *at* (aware datetime): public_from <= at < public_until.

        *at* comes from the read context of the request or, for staff, from ``epoch.now`` or ``epoch.reached``.
        """
        return self.filter(in_force(at))

    def hidden(self, at: datetime) -> EditionQuerySet:
        """Return the other editions: to come, past and unscheduled. Where they are fewer, counting them is faster."""
        return self.filter(Q(public_from__gt=at) | Q(public_until__lte=at))

    def effective(self, at: datetime) -> EditionQuerySet:
        """Return the editions that have taken effect by *at* and were not unscheduled: those in force or past."""
        return self.not_unscheduled().filter(public_from__lte=at)

    def not_unscheduled(self) -> EditionQuerySet:
        """Return the editions that were not unscheduled: past, in force or to come."""
        return self.filter(Q(public_until__isnull=True) | Q(public_until__gt=F("public_from")))

    def to_come(self, at: datetime) -> EditionQuerySet:
        """Return the editions that become public after *at*."""
        return self.not_unscheduled().filter(public_from__gt=at)

    def of(self, *record_types: str) -> EditionQuerySet:
        return self.filter(type__in=record_types) if len(record_types) > 1 else self.filter(type=record_types[0])

    def facet(self, name: str, *values: str) -> EditionQuerySet:
        """Return the editions with one of *values* for the facet *name*."""
        return self.filter(Exists(Facet.objects.filter(edition=OuterRef("pk"), name=name, value__in=values)))

    def with_history(self) -> EditionQuerySet:
        """Annotate editions that have taken effect with ``version`` (1 for the first) and ``published`` (start of the first
        edition). Editions that began before them have taken effect too."""
        same = Edition.objects.not_unscheduled().filter(uid=OuterRef("uid")).order_by()
        earlier = same.filter(public_from__lte=OuterRef("public_from"))
        columns = {
            "version": Subquery(earlier.values("uid").annotate(n=models.Count("pk")).values("n")),
            "published": Subquery(same.values("uid").annotate(first=Min("public_from")).values("first")),
        }
        return self.annotate(**columns)


class Edition(models.Model):
    """One frozen version of one record and the interval [public_from, public_until) in which the public reads it.

    Frozen on insert. Only ``ctportal.publishing.changes`` changes it afterwards, and only its end, while that is
    open or still to come, or, on sealing, its contents, which are emptied. Unscheduled means public_until = public_from.
    """

    uid = models.UUIDField(help_text="The record's permanent identifier.")
    type = models.CharField(max_length=20, choices=RecordType.choices)
    slug = models.CharField(max_length=120, blank=True)
    date = models.DateField(null=True, help_text="First day; lists are in its order.")
    end_date = models.DateField(null=True, help_text="Last day, of the month or year where no more is known.")
    over_at = models.DateTimeField(null=True, help_text="When the last day of a conference is over at its place.")
    public_from = models.DateTimeField()
    public_until = models.DateTimeField(null=True)
    minor = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True, help_text="Public change note.")
    by = models.CharField(max_length=150, help_text="Who published, as text: accounts come and go.")
    created_at = models.DateTimeField(default=timezone.now)
    sealed_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, help_text="Of the UTF-8 bytes of json; stays when the edition is sealed.")
    # The large columns come last: SQLite reads a row from its beginning, and most queries need only the columns above.
    card = models.TextField(help_text="JSON text with the few fields that lists show.")
    json = models.TextField(help_text="Canonical text: UTF-8, keys sorted, no white space, no floats.")

    # Annotated by ``EditionQuerySet.with_history``.
    version: int
    published: datetime

    objects = EditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="edition_ends_on_or_after_its_start",
                condition=Q(public_until__isnull=True) | Q(public_until__gte=F("public_from")),
            ),
        ]
        indexes = [
            # The indexes for pages, lists and histories include the interval, so that the rule is checked in the index, and
            # so that SQLite, which has no statistics on the values, chooses the best one. The first one also includes the
            # columns that relations and the comparison with the draft need, so that neither reads rows.
            models.Index(
                fields=["uid", "public_from", "public_until", "type", "slug", "sha256"], name="edition_of_record"
            ),
            models.Index(fields=["type", "slug", "public_from", "public_until"], name="edition_by_slug"),
            models.Index(
                *("type", F("date").desc(), "slug", "uid", "public_from", "public_until"), name="edition_in_order"
            ),
            models.Index("type", F("public_from").desc(), "uid", "public_until", name="edition_by_update"),
            models.Index(fields=["public_from"], name="edition_by_start"),
            models.Index(fields=["public_until"], name="edition_by_end"),
        ]
        # Permissions of roles, besides Django's own for each model; see ctportal.workflow.roles.
        permissions = [
            ("publish_records", "Can approve, release, unschedule and withdraw records"),
            ("seal_edition", "Can seal past editions"),
            ("read_all_drafts", "Can read the drafts of others"),
            ("edit_all_drafts", "Can edit the drafts of others"),
            *((f"translate_{code}", f"Can translate into {name}") for code, name in languages.CHOICES),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.slug or self.uid} from {self.public_from:%Y-%m-%d %H:%M:%S} UTC"

    def is_public(self, at: datetime) -> bool:
        """Return whether the edition is public at *at*: the rule of ``EditionQuerySet.public`` for this row."""
        return self.public_from <= at and (self.public_until is None or at < self.public_until)

    @property
    def is_unscheduled(self) -> bool:
        return self.public_until == self.public_from

    @property
    def is_sealed(self) -> bool:
        return self.sealed_at is not None

    @cached_property
    def data(self) -> JsonObject:
        """The public JSON, parsed; {} when sealed."""
        return json.loads(self.json) if self.json else {}

    @cached_property
    def card_data(self) -> JsonObject:
        """The card, parsed; {} when sealed."""
        return json.loads(self.card) if self.card else {}


class Facet(models.Model):
    """One value by which an edition is filtered. Type, date and slug repeat those of the edition, so that a filtered list reads
    its first page from one index, however many editions match."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="facets")
    name = models.CharField(max_length=30)
    value = models.CharField(max_length=120, help_text="A code, a year, or the uid of a record.")
    type = models.CharField(max_length=20)
    date = models.DateField(null=True)
    slug = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "name", "value"], name="facet_once_per_edition")]
        indexes = [models.Index("type", "name", "value", F("date").desc(), "slug", name="facet_in_order")]

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class Relation(models.Model):
    """A link from an edition to another record. It is not part of the JSON, and is joined with what is public when read."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="relations")
    name = models.CharField(max_length=30, help_text="parent, conference, reference, source, cites, featured_photo …")
    target = models.UUIDField(help_text="uid of the record it points to.")
    key = models.CharField(
        max_length=40, blank=True, help_text="What it belongs to inside the record, such as a figure."
    )
    order = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["name", "target"], name="relation_by_target"),
            # Relations that pages follow, without the many that only record whose labels are in the JSON.
            models.Index(
                fields=["edition", "name", "order", "id", "key", "target"],
                name="relation_to_follow",
                condition=~Q(name="shows"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.target}"


class Redirect(models.Model):
    """A record that was merged into another. Its uid and its slugs redirect to the target."""

    type = models.CharField(max_length=20, choices=RecordType.choices)
    uid = models.UUIDField(unique=True)
    target = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.uid} → {self.target}"


class EditionFile(models.Model):
    """A file that an edition shows: the only thing that makes a file public."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="editions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "file"], name="file_once_per_edition")]

    def __str__(self) -> str:
        return str(self.file)


class Withdrawal(models.Model):
    """The public reason why an edition ends without a successor, and what to read instead.

    It takes effect at the end of the edition. Until then, unscheduling lifts it.
    """

    edition = models.OneToOneField(Edition, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=500)
    replacement = models.UUIDField(null=True, help_text="uid of the record to read instead.")
    cause = models.UUIDField(null=True, help_text="uid of the conference whose withdrawal took this child along.")
    by = models.CharField(max_length=150)
    show_title = models.BooleanField(default=False, help_text="Readers of the old address may be told the title.")

    def __str__(self) -> str:
        return self.reason


class LedgerEntry(Searched):
    """One change to an edition, with time and author. Each entry holds the SHA-256 of the one before. Append only.

    The hash does not cover ``search_text``, which repeats what it covers.
    """

    class Action(models.TextChoices):
        INSERTED = "inserted", _("inserted")
        UNSCHEDULED = "unscheduled", _("unscheduled")
        ENDED = "ended", _("ended")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REOPENED = "reopened", _("end removed")
        SEALED = "sealed", _("sealed")

    at = models.DateTimeField(_("when"))
    by = models.CharField(max_length=150)
    action = models.CharField(_("action"), max_length=12, choices=Action.choices)
    uid = models.UUIDField()
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="ledger")
    sha256 = models.CharField(max_length=64, help_text="Checksum of the edition.")
    effective_at = models.DateTimeField(help_text="When it takes effect.")
    public_until = models.DateTimeField(null=True, help_text="The end of the edition from this entry on.")
    frozen = models.CharField(
        max_length=64,
        blank=True,
        help_text="Checksum of the rest of the edition, where it was inserted or sealed; of the withdrawal, where it was.",
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    previous = models.CharField(max_length=64, blank=True, help_text="Hash of the entry before; empty for the first.")
    hash = models.CharField(max_length=64, unique=True)
    searched = ("by", "reason")

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        indexes = [models.Index(fields=["uid"], name="ledger_of_record")]

    def __str__(self) -> str:
        return f"{self.action} {self.uid}"


class EpochMark(models.Model):
    """One row: the random mark of the epoch (see ``ctportal.publishing.epoch``), which publications lock. It stays internal."""

    value = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.value
