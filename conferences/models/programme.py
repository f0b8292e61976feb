"""Sessions, and the rows that a conference or one session of it has, as staff work on them."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ctportal.core import languages
from ctportal.core.codes import (
    WITHOUT_NUMBER,
    AppearanceRole,
    Expectation,
    LinkKind,
    Measure,
    OrganizerRole,
    Qualifier,
    SessionKind,
)
from ctportal.publishing.text_fields import AddressField, LineField, LinesField, Searched

from .conference import Conference
from .fields import (
    dated,
    exactly_one_place,
    in_some_language,
    optional_key,
)
from .vocabulary import Organization, Person

LONGEST_PAST_MIDNIGHT = 12  # hours of a session that ends on the next day; more is taken for a mistake


class Session(Searched):
    searched = ("title",)
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(_("kind"), max_length=20, choices=SessionKind.choices, default=SessionKind.SESSION)
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    title = LineField(_("title"), max_length=300)
    description = LinesField(_("description"), blank=True)
    date = dated(_("date"), null=True, blank=True, help_text=_("Empty if the day is not known."))
    start_time = models.TimeField(_("from"), null=True, blank=True, help_text=_("Local time of the conference."))
    end_time = models.TimeField(
        _("to"), null=True, blank=True, help_text=_("A time before the start is on the next day.")
    )
    room = LineField(_("room"), max_length=120, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        # Databases differ in where they put NULL; the order is part of the published JSON.
        ordering = ["order", F("date").asc(nulls_last=True), F("start_time").asc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                name="session_lasts_some_time",
                condition=Q(end_time__isnull=True) | Q(start_time__isnull=True) | ~Q(end_time=F("start_time")),
                violation_error_message=_("The session ends when it starts."),
            )
        ]

    def __str__(self):
        return self.title or self.get_kind_display()

    def clean(self):
        for name in ("start_time", "end_time"):  # to the minute, as they are shown
            if value := getattr(self, name):
                setattr(self, name, value.replace(second=0, microsecond=0))
        if not (self.start_time and self.end_time and self.end_time < self.start_time):
            return
        minutes = (self.end_time.hour - self.start_time.hour) * 60 + self.end_time.minute - self.start_time.minute
        if minutes + 24 * 60 > LONGEST_PAST_MIDNIGHT * 60:
            text = _("%(start)s to %(end)s on the next day is longer than %(hours)d hours.")
            times = {"start": f"{self.start_time:%H:%M}", "end": f"{self.end_time:%H:%M}"}
            raise ValidationError({"end_time": text % {**times, "hours": LONGEST_PAST_MIDNIGHT}})


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
    """A person at a conference or session, with the title held on that occasion.

    Where a source gives no name, the title stands alone or with the organization: "Heads of regional organizations".
    """

    conference = models.ForeignKey(
        Conference, on_delete=models.CASCADE, null=True, blank=True, related_name="appearances"
    )
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, blank=True, related_name="appearances")
    person = optional_key(
        Person, _("person"), related_name="appearances", help_text=_("Empty if the source does not give the name.")
    )
    role = models.CharField(_("role"), max_length=20, choices=AppearanceRole.choices, default=AppearanceRole.SPEAKER)
    title = LineField(
        _("title on that occasion"),
        max_length=300,
        blank=True,
        help_text=_("Needed without a person; enough alone for a group: “Heads of regional organizations”."),
    )
    organization = optional_key(Organization, _("organization"), related_name="appearances")
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("person and role")
        verbose_name_plural = _("people and their roles")
        constraints = [
            exactly_one_place("appearance_in_one_place"),
            models.CheckConstraint(
                name="appearance_has_a_person_or_a_title",
                condition=Q(person__isnull=False) | in_some_language("title"),
                violation_error_message=_("Enter a person or, where the source gives no name, a title."),
            ),
        ]

    def __str__(self):
        return f"{self.person or self.title}: {self.get_role_display()}"


class Figure(models.Model):
    """How many took part in a conference, or in one session of it, according to one source.

    Sources disagree: each is kept, the official one is shown.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, null=True, blank=True, related_name="figures")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, blank=True, related_name="figures")
    measure = models.CharField(_("measure"), max_length=30, choices=Measure.choices)
    expectation = models.CharField(
        _("actual or expected"), max_length=10, choices=Expectation.choices, default=Expectation.ACTUAL
    )
    qualifier = models.CharField(_("qualifier"), max_length=10, choices=Qualifier.choices, default=Qualifier.EXACTLY)
    value = models.PositiveIntegerField(
        _("value"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(10_000_000)],
        help_text=_("Empty where the source says “several” or “many”."),
    )
    source_document = optional_key("documents.Document", _("source (document)"), related_name="+")
    source = LineField(_("source (text)"), max_length=300, blank=True)
    source_address = AddressField(_("address of the source"), max_length=1000, blank=True)
    source_date = dated(_("date of the source"), null=True, blank=True)
    official = models.BooleanField(_("official"), default=False, help_text=_("The one that is shown first."))
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("participation figure")
        verbose_name_plural = _("participation figures")
        constraints = [
            exactly_one_place("figure_in_one_place"),
            models.UniqueConstraint(
                name="one_official_figure_per_measure",
                fields=["conference", "measure"],
                condition=Q(official=True),
                violation_error_message=_("Another figure for this measure is already the official one."),
            ),
            models.UniqueConstraint(
                name="one_official_figure_per_measure_of_session",
                fields=["session", "measure"],
                condition=Q(official=True),
                violation_error_message=_("Another figure for this measure is already the official one."),
            ),
            models.CheckConstraint(
                name="figure_has_a_number_or_says_how_many",
                condition=Q(qualifier__in=WITHOUT_NUMBER, value__isnull=True)
                | (~Q(qualifier__in=WITHOUT_NUMBER) & Q(value__isnull=False)),
                violation_error_message=_("“Several” and “many” stand without a number; all other figures have one."),
            ),
        ]

    def __str__(self):
        if self.value is None:
            return f"{self.get_measure_display()}: {self.get_qualifier_display()}"
        return f"{self.get_qualifier_display()} {self.value} {self.get_measure_display()}"


class Link(models.Model):
    """A video, photo coverage or page on another site, about a conference or one session of it."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    kind = models.CharField(_("kind"), max_length=20, choices=LinkKind.choices, default=LinkKind.WEB_PAGE)
    title = LineField(_("title"), max_length=300)
    address = AddressField(_("address"), max_length=1000)
    language = models.CharField(_("language"), max_length=2, choices=languages.CHOICES, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("related link")
        verbose_name_plural = _("related links")
        constraints = [exactly_one_place("link_in_one_place")]

    def __str__(self):
        return self.title or self.address
