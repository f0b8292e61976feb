"""Conferences and what belongs to them, as staff work on them. The public reads editions, never these tables."""

import uuid
import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField, create_sanitizer

from ctportal.core import languages
from ctportal.core.codes import (
    AppearanceRole,
    ConferenceKind,
    DatePrecision,
    EventFormat,
    EventStatus,
    Expectation,
    LinkKind,
    Measure,
    OrganizationKind,
    OrganizerRole,
    Qualifier,
    SessionKind,
)
from ctportal.core.countries import COUNTRY_CHOICES
from ctportal.core.instants import today
from ctportal.core.pasted_html import tidied
from ctportal.files.models import StoredFile
from ctportal.publishing.base_models import ReviewedRecord, SluggedRecord, TextOfLanguage, TranslatedRecord
from ctportal.publishing.models import RecordType
from ctportal.publishing.text_fields import AddressField, LineField, LinesField, MailboxField, Searched

# The elements that the rich text editor offers. Only these are saved.
RICH_TEXT = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
}


def rich_text(label, **kwargs):
    """Return a rich text field with the elements in RICH_TEXT. On save what was pasted is brought to these, then sanitized."""
    return ProseEditorField(label, blank=True, extensions=RICH_TEXT, sanitize=[create_sanitizer, tidied], **kwargs)


def optional_key(to: type[models.Model] | str, label: Any, **kwargs: Any) -> "models.ForeignKey[Any, Any]":
    """Return a foreign key that may be empty. What it refers to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, null=True, blank=True, verbose_name=label, **kwargs)


def validate_time_zone(value):
    if value not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(value)s” is not a valid time zone. Use a name such as Asia/Dushanbe or Europe/Vienna."),
            code="time_zone_unknown",
            params={"value": value},
        )


class Series(Searched, SluggedRecord):
    searched = ("name", "slug")
    record_type = RecordType.SERIES
    name = LineField(_("name"), max_length=200)
    description = LinesField(_("description"), blank=True)

    class Meta:
        verbose_name = _("series")
        ordering = ["name"]
        verbose_name_plural = _("series")

    def __str__(self):
        return self.name or self.slug


class Theme(Searched, SluggedRecord):
    """An entry of the site's own taxonomy."""

    searched = ("name", "slug")
    record_type = RecordType.THEME
    name = LineField(_("name"), max_length=120)
    description = LinesField(_("description"), blank=True)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["name"]

    def __str__(self):
        return self.name or self.slug


class Organization(Searched, SluggedRecord):
    searched = ("name", "acronym", "slug")
    record_type = RecordType.ORGANIZATION
    name = LineField(_("name"), max_length=250)
    acronym = LineField(_("acronym"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind.choices, default=OrganizationKind.OTHER)
    country = models.CharField(_("country"), max_length=2, choices=COUNTRY_CHOICES, blank=True)
    parent = optional_key("self", _("unit of"))
    website = AddressField(_("website"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="organization_is_not_its_own_parent",
                condition=~Q(parent=F("pk")) | Q(parent__isnull=True),
                violation_error_message=_("An organization cannot be a unit of itself."),
            )
        ]

    def __str__(self):
        return f"{self.name} ({self.acronym})" if self.acronym else self.name or self.slug


class Person(Searched, SluggedRecord):
    """A person's name. A title belongs to the occasion (Appearance), never to the person."""

    searched = ("name", "slug")
    record_type = RecordType.PERSON
    name = LineField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("person")
        ordering = ["name"]
        verbose_name_plural = _("people")

    def __str__(self):
        return self.name or self.slug


def ends_on_or_after_start(name):
    return models.CheckConstraint(
        name=name,
        condition=Q(end_date__gte=F("start_date")),
        violation_error_message=_("The last day is before the first day."),
    )


class Conference(Searched, TranslatedRecord, SluggedRecord):
    """A conference as staff work on it, held from start_date to end_date inclusive (local dates of its time zone)."""

    searched = ("name", "slug", "city")
    record_type = RecordType.CONFERENCE
    name = LineField(
        _("name"), max_length=120, unique=True, help_text=_("What colleagues call it, for example “Dushanbe 2019”.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ConferenceKind.choices)
    start_date = models.DateField(_("first day"))
    end_date = models.DateField(_("last day"), help_text=_("The same as the first for a one-day meeting."))
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
    format = models.CharField(_("format"), max_length=10, choices=EventFormat.choices, default=EventFormat.IN_PERSON)
    city = LineField(_("city"), max_length=120, blank=True)
    venue = LineField(_("venue"), max_length=200, blank=True)
    country = models.CharField(
        _("country"), max_length=2, choices=COUNTRY_CHOICES, blank=True, help_text=_("Empty for an online meeting.")
    )
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
        ]

    def __str__(self):
        return self.name

    def clean(self):
        if not (self.start_date and self.end_date):
            return
        for field in ("start_date", "end_date"):
            value = getattr(self, field)
            if not 1945 <= value.year <= 2100:
                raise ValidationError(
                    {field: _("%(value)s: the year must be between 1945 and 2100.") % {"value": value.isoformat()}}
                )
        days = (self.end_date - self.start_date).days
        if days > 366:
            text = _("The last day is %(days)d days after the first; a conference can last a year at most.")
            raise ValidationError({"end_date": text % {"days": days}})


class ConferenceText(Searched, TextOfLanguage):
    """The long texts of a conference in one language, and whether everything in that language is ready for the public."""

    searched = ("title",)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=2, choices=languages.CHOICES)
    title = LineField(_("title"), max_length=300)
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


class AnnouncedDate(models.Model):
    """Dates that were announced earlier, shown to the public as the history of changes."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="announced_dates")
    start_date = models.DateField(_("first day"))
    end_date = models.DateField(_("last day"))
    date_precision = models.CharField(
        _("precision"), max_length=5, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    reason = LineField(_("reason for the change"), max_length=300, blank=True)

    class Meta:
        ordering = ["announced_on", "pk"]
        verbose_name = _("announced date")
        verbose_name_plural = _("announced dates")
        constraints = [ends_on_or_after_start("announced_date_ends_on_or_after_start")]

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


class Session(Searched):
    searched = ("title",)
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(_("kind"), max_length=20, choices=SessionKind.choices, default=SessionKind.PLENARY)
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    title = LineField(_("title"), max_length=300)
    description = LinesField(_("description"), blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    start_time = models.TimeField(_("from"), null=True, blank=True, help_text=_("Local time of the conference."))
    end_time = models.TimeField(_("to"), null=True, blank=True)
    room = LineField(_("room"), max_length=120, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["order", "date", "start_time", "pk"]
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_it_starts",
                condition=Q(end_time__isnull=True) | Q(start_time__isnull=True) | Q(end_time__gt=F("start_time")),
                violation_error_message=_("The session ends before it starts."),
            )
        ]

    def __str__(self):
        return self.title or self.get_kind_display()


def exactly_one_place(name):
    return models.CheckConstraint(
        name=name,
        condition=Q(conference__isnull=False, session__isnull=True) | Q(conference__isnull=True, session__isnull=False),
        violation_error_message=_("Give either the conference or the session."),
    )


class OrganizationRole(models.Model):
    """What an organization did for a conference, or for one session of it."""

    conference = models.ForeignKey(
        Conference, on_delete=models.CASCADE, null=True, blank=True, related_name="organization_roles"
    )
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, null=True, blank=True, related_name="organization_roles"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="roles", verbose_name=_("organization")
    )
    role = models.CharField(_("role"), max_length=20, choices=OrganizerRole.choices)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("organization and its role")
        verbose_name_plural = _("organizations and their roles")
        constraints = [
            exactly_one_place("organization_role_in_one_place"),
            models.UniqueConstraint(
                name="organization_role_once_per_conference",
                fields=["conference", "organization", "role"],
                violation_error_message=_("This organization already has this role."),
            ),
            models.UniqueConstraint(
                name="organization_role_once_per_session",
                fields=["session", "organization", "role"],
                violation_error_message=_("This organization already has this role."),
            ),
        ]

    def __str__(self):
        return f"{self.organization}: {self.get_role_display()}"


class Appearance(models.Model):
    """A person at a conference or session, with the title held on that occasion."""

    conference = models.ForeignKey(
        Conference, on_delete=models.CASCADE, null=True, blank=True, related_name="appearances"
    )
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, blank=True, related_name="appearances")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appearances", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=AppearanceRole.choices, default=AppearanceRole.SPEAKER)
    title = LineField(_("title on that occasion"), max_length=300, blank=True)
    organization = optional_key(Organization, _("organization"), related_name="appearances")
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("person and role")
        verbose_name_plural = _("people and their roles")
        constraints = [exactly_one_place("appearance_in_one_place")]

    def __str__(self):
        return f"{self.person}: {self.get_role_display()}"


class Figure(models.Model):
    """How many took part, according to one source. Sources disagree: each is kept, the official one is shown."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="figures")
    measure = models.CharField(_("measure"), max_length=30, choices=Measure.choices)
    expectation = models.CharField(
        _("actual or expected"), max_length=10, choices=Expectation.choices, default=Expectation.ACTUAL
    )
    qualifier = models.CharField(_("qualifier"), max_length=10, choices=Qualifier.choices, default=Qualifier.EXACTLY)
    value = models.PositiveIntegerField(_("value"))
    source_document = optional_key("documents.Document", _("source (document)"), related_name="+")
    source = LineField(_("source (text)"), max_length=300, blank=True)
    official = models.BooleanField(_("official"), default=False, help_text=_("The one that is shown first."))
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("participation figure")
        verbose_name_plural = _("participation figures")
        constraints = [
            models.UniqueConstraint(
                name="one_official_figure_per_measure",
                fields=["conference", "measure"],
                condition=Q(official=True),
                violation_error_message=_("Another figure for this measure is already the official one."),
            )
        ]

    def __str__(self):
        return f"{self.get_qualifier_display()} {self.value} {self.get_measure_display()}"


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


class Link(models.Model):
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(_("kind"), max_length=20, choices=LinkKind.choices, default=LinkKind.WEB_PAGE)
    title = LineField(_("title"), max_length=300)
    address = AddressField(_("address"), max_length=1000)
    language = models.CharField(_("language"), max_length=2, choices=languages.CHOICES, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("related link")
        verbose_name_plural = _("related links")

    def __str__(self):
        return self.title or self.address


def is_download(stored_file):
    """Return whether a rendition is the full-size picture for download ("download.jpg"), not one that pages show."""
    return stored_file.variant.partition(".")[0] == "download"


class Photo(Searched, ReviewedRecord):
    searched = ("credit", "caption", "alt_text")
    record_type = RecordType.PHOTO
    arranged = ("order", "featured")
    conference = models.ForeignKey(
        Conference, on_delete=models.PROTECT, related_name="photos", verbose_name=_("conference")
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    alt_text = LineField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("Describes the picture for people who cannot see it."),
    )
    decorative = models.BooleanField(
        _("decorative"), default=False, help_text=_("Conveys no information: no alternative text needed.")
    )
    caption = LinesField(_("caption"), blank=True, max_length=1000)
    credit = LineField(_("credit"), max_length=200, blank=True)
    rights = LineField(_("rights"), max_length=300, blank=True)
    taken_on = models.DateField(_("taken on"), null=True, blank=True)
    place = LineField(_("place"), max_length=200, blank=True)
    people = models.ManyToManyField(Person, blank=True, related_name="photos", verbose_name=_("people shown"))
    order = models.PositiveIntegerField(_("order"), default=0)
    featured = models.BooleanField(_("featured"), default=False, help_text=_("Represents the conference in lists."))

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_featured_photo_per_conference",
                fields=["conference"],
                condition=Q(featured=True),
                violation_error_message=_("Another photo of this conference is already featured."),
            )
        ]

    def __str__(self):
        return self.caption or self.alt_text or self.file.name

    @property
    def download_file(self):
        return next((file for file in self.file.renditions.all() if is_download(file)), None)

    @property
    def rendition_files(self):
        return [file for file in self.file.renditions.all() if not is_download(file)]

    def clean(self):
        # In a form, a conference that the user may not view is replaced by a placeholder without a time zone.
        zone = getattr(self.conference, "time_zone", "") if self.conference_id else ""
        if self.taken_on and self.taken_on > today(timezone.now(), zone):
            raise ValidationError({"taken_on": _("%(value)s is in the future.") % {"value": self.taken_on.isoformat()}})
