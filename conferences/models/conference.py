"""Conferences, their texts and the rows that only a conference has, as staff work on them."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ctportal.core import languages
from ctportal.core.codes import (
    ConferenceKind,
    ConferenceRelationKind,
    DateKind,
    DatePrecision,
    DocumentKind,
    EventFormat,
    EventStatus,
)
from ctportal.core.countries import country_choices
from ctportal.publishing.base_models import SluggedRecord, TextOfLanguage, TranslatedRecord
from ctportal.publishing.models import RecordType
from ctportal.publishing.text_fields import AddressField, LineField, LinesField, MailboxField, Searched

from .fields import (
    YEARS,
    dated,
    degrees,
    ends_on_or_after_start,
    optional_key,
    parent_keys,
    rich_text,
    validate_time_zone,
)
from .vocabulary import Organization, Series, Theme


class Conference(Searched, TranslatedRecord, SluggedRecord):
    """A conference as staff work on it, held from start_date to end_date inclusive (local dates of its time zone)."""

    searched = ("name", "slug", "city")
    record_type = RecordType.CONFERENCE
    name = LineField(
        _("name"),
        max_length=120,
        unique=True,
        help_text=_("What colleagues call it, for example “Dushanbe 2019”. Readers never see it."),
    )
    short_title = LineField(
        _("short title"),
        max_length=120,
        blank=True,
        help_text=_("What readers see where space is short. If empty: place and year, in their language."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ConferenceKind.choices)
    start_date = dated(_("first day"))
    end_date = dated(_("last day"), help_text=_("The same as the first for a one-day meeting."))
    date_precision = models.CharField(
        _("precision of the dates"),
        max_length=5,
        choices=DatePrecision.choices,
        default=DatePrecision.DAY,
        help_text=_("“Month only” shows October 2019: enter the first and last day of that month."),
    )
    event_status = models.CharField(
        _("status"), max_length=10, choices=EventStatus.choices, default=EventStatus.PLANNED
    )
    format = models.CharField(_("format"), max_length=10, choices=EventFormat.choices, default=EventFormat.NOT_KNOWN)
    city = LineField(_("city"), max_length=120, blank=True)
    venue = LineField(_("venue"), max_length=200, blank=True)
    country = models.CharField(
        _("country"), max_length=2, choices=country_choices, blank=True, help_text=_("Empty for an online meeting.")
    )
    latitude = degrees(_("latitude"), 90, help_text=_("In degrees with decimals, south of the equator with a minus."))
    longitude = degrees(_("longitude"), 180, help_text=_("In degrees with decimals, west of Greenwich with a minus."))
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("Time zone of the venue, such as Asia/Dushanbe. Release times are entered in it."),
    )
    parent = optional_key(
        "self",
        _("part of"),
        related_name="side_events",
        help_text=_("The umbrella event it was held under, such as a Counter-Terrorism Week."),
    )
    themes = models.ManyToManyField(Theme, blank=True, verbose_name=_("themes"), related_name="conferences")
    contact = LineField(_("contact"), max_length=300, blank=True, help_text=_("Who to contact with questions."))
    contact_email = MailboxField(_("contact e-mail"), blank=True)

    class Meta:
        verbose_name = _("conference")
        verbose_name_plural = _("conferences")
        ordering = ["-start_date", "name"]
        indexes = [models.Index(F("start_date").desc(), "name", name="conference_in_order")]
        constraints = [
            ends_on_or_after_start("conference_ends_on_or_after_start"),
            models.CheckConstraint(
                name="conference_is_not_its_own_parent",
                condition=~Q(parent=F("pk")) | Q(parent__isnull=True),
                violation_error_message=_("A conference cannot be part of itself."),
            ),
            models.CheckConstraint(
                name="conference_has_both_coordinates_or_none",
                # A comparison with NULL would count as satisfied.
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__isnull=False,
                    longitude__range=(-180, 180),
                ),
                violation_error_message=_("Give both latitude and longitude, or neither."),
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        if self.pk and self.pk in parent_keys(self) and self.pk != self.parent_id:
            text = _("“%(parent)s” is itself part of “%(conference)s”: choose another conference, or none.")
            raise ValidationError({"parent": text % {"parent": self.parent, "conference": self}})
        if not (self.start_date and self.end_date):
            return
        days = (self.end_date - self.start_date).days
        if days > 366 and {self.start_date.year, self.end_date.year} <= {*YEARS}:
            text = _("The last day is %(days)d days after the first; a conference can last a year at most.")
            raise ValidationError({"end_date": text % {"days": days}})


class ConferenceText(Searched, TextOfLanguage):
    """The long texts of a conference in one language, and whether everything in that language is ready for the public."""

    searched = ("title", "alternate_title")
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=2, choices=languages.CHOICES)
    title = LineField(_("title"), max_length=300)
    alternate_title = LineField(
        _("alternate title"),
        max_length=300,
        blank=True,
        help_text=_("If sources call it by two titles: the other one."),
    )
    motto = LineField(_("motto"), max_length=300, blank=True, help_text=_("“Held under the theme …”"))
    summary = LinesField(_("summary"), blank=True, help_text=_("One or two sentences for lists and search engines."))
    description = rich_text(_("description"))
    background = rich_text(_("background"))
    outcome = rich_text(_("outcome"))
    ready = models.BooleanField(
        _("ready"),
        default=False,
        help_text=_("Only languages marked as ready are published. Tick this when the language is complete."),
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("text of a conference")
        verbose_name_plural = _("texts of conferences")
        # For the search in titles: with this index, the long texts are not read.
        indexes = [models.Index(fields=["conference", "search_text"], name="conference_titles")]
        constraints = [
            models.UniqueConstraint(
                name="conference_text_once_per_language",
                fields=["conference", "language"],
                violation_error_message=_("This conference already has a text in this language."),
            )
        ]

    def __str__(self):
        return self.title


class SeriesEntry(models.Model):
    """A conference's place in a series. A conference may belong to several series."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="series_entries")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="entries", verbose_name=_("series"))
    ordinal = models.PositiveIntegerField(
        _("number"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("4 for the fourth in the series."),
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("place in a series")
        verbose_name_plural = _("places in series")
        constraints = [
            models.UniqueConstraint(
                name="conference_once_per_series",
                fields=["conference", "series"],
                violation_error_message=_("This conference is already in that series."),
            ),
            models.UniqueConstraint(
                name="ordinal_once_per_series",
                fields=["series", "ordinal"],
                violation_error_message=_("Another conference already has this number in that series."),
            ),
        ]

    def __str__(self):
        return f"{self.series} #{self.ordinal}" if self.ordinal else str(self.series)


class ConferenceRelation(models.Model):
    """What a conference has to do with another one that it is no part of."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(_("kind"), max_length=20, choices=ConferenceRelationKind.choices)
    target = models.ForeignKey(
        Conference, on_delete=models.PROTECT, related_name="related_by", verbose_name=_("other conference")
    )
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("relation to another conference")
        verbose_name_plural = _("relations to other conferences")
        constraints = [
            models.CheckConstraint(
                name="conference_not_related_to_itself",
                condition=~Q(target=F("conference")),
                violation_error_message=_("A conference cannot be related to itself."),
            ),
            models.UniqueConstraint(
                name="conference_relation_once",
                fields=["conference", "kind", "target"],
                violation_error_message=_("This relation is already listed."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.target}"

    def clean(self):
        # Django's inline forms do not check the constraint, which names the conference.
        if self.target_id and self.target_id == self.conference_id:
            raise ValidationError({"target": _("A conference cannot be related to itself.")})


class SameAs(models.Model):
    """The address of the same conference in another catalogue, such as Wikidata."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="same_as")
    address = AddressField(_("address"), max_length=1000)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("address in another catalogue")
        verbose_name_plural = _("addresses in other catalogues")
        constraints = [
            models.UniqueConstraint(
                name="same_as_once_per_conference",
                fields=["conference", "address"],
                violation_error_message=_("This conference already has this address."),
            )
        ]

    def __str__(self):
        return self.address


class AnnouncedDate(models.Model):
    """Other dates of a conference: announced earlier, which is the history of changes, or reported by a source."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="announced_dates")
    kind = models.CharField(_("kind"), max_length=10, choices=DateKind.choices, default=DateKind.ANNOUNCED)
    start_date = dated(_("first day"))
    end_date = dated(_("last day"))
    date_precision = models.CharField(
        _("precision"), max_length=5, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    announced_on = dated(_("announced on"), null=True, blank=True)
    reason = LineField(_("reason for the change"), max_length=300, blank=True)
    source = LineField(_("source (text)"), max_length=300, blank=True)
    source_address = AddressField(_("address of the source"), max_length=1000, blank=True)

    class Meta:
        # Databases differ in where they put NULL; the order is part of the published JSON.
        ordering = [F("announced_on").asc(nulls_last=True), "pk"]
        verbose_name = _("announced or reported date")
        verbose_name_plural = _("announced and reported dates")
        constraints = [
            ends_on_or_after_start("announced_date_ends_on_or_after_start"),
            models.CheckConstraint(
                name="reported_date_has_a_source",
                condition=~Q(kind=DateKind.REPORTED) | ~Q(source=""),
                violation_error_message=_("Say which source reports these dates."),
            ),
        ]

    def __str__(self):
        return f"{self.start_date} – {self.end_date}"


class MainTopic(models.Model):
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="main_topics")
    title = LineField(_("title"), max_length=300)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("main topic")
        verbose_name_plural = _("main topics")

    def __str__(self):
        return self.title or "–"


class Reference(models.Model):
    """A document that readers of the conference need, in the order given."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="references")
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, related_name="referenced_by", verbose_name=_("document")
    )
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("reference document")
        verbose_name_plural = _("reference documents")
        constraints = [
            models.UniqueConstraint(
                name="reference_once_per_conference",
                fields=["conference", "document"],
                violation_error_message=_("This document is already among the references."),
            )
        ]

    def __str__(self):
        return str(self.document)


class ExpectedDocument(models.Model):
    """A document that was announced for a date. It is shown until *document*, which fulfils it, has been public."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="expected_documents")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices, default=DocumentKind.REPORT)
    title = LineField(_("title"), max_length=300, blank=True)
    date = dated(_("expected on"))
    date_precision = models.CharField(
        _("precision"), max_length=5, choices=DatePrecision.choices, default=DatePrecision.MONTH
    )
    organization = optional_key(Organization, _("issued by"), related_name="expected_documents")
    issued_by = LineField(
        _("issued by (text)"), max_length=300, blank=True, help_text=_("If it is more than one organization.")
    )
    document = optional_key(
        "documents.Document",
        _("the document itself"),
        related_name="+",
        help_text=_("Once it is public, it is shown in place of this row."),
    )

    class Meta:
        ordering = ["date", "pk"]
        verbose_name = _("expected document")
        verbose_name_plural = _("expected documents")

    def __str__(self):
        return self.title or self.get_kind_display()
