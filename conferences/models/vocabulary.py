"""The vocabulary as staff work on it: series, themes, organizations and people."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ctportal.core.codes import OrganizationKind
from ctportal.core.countries import country_choices
from ctportal.publishing.base_models import SluggedRecord
from ctportal.publishing.models import RecordType
from ctportal.publishing.text_fields import AddressField, LineField, LinesField, MailboxField, Searched

from .fields import optional_key, parent_keys


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


LEVELS = 8  # of units, the organization at the top included; each costs publications two queries


class Organization(Searched, SluggedRecord):
    searched = ("name", "acronym", "slug")
    record_type = RecordType.ORGANIZATION
    name = LineField(_("name"), max_length=250)
    acronym = LineField(_("acronym"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind.choices, default=OrganizationKind.OTHER)
    country = models.CharField(_("country"), max_length=2, choices=country_choices, blank=True)
    parent = optional_key("self", _("unit of"))
    website = AddressField(_("website"), max_length=500, blank=True)
    contact = LineField(
        _("contact"),
        max_length=300,
        blank=True,
        help_text=_("Who to contact with questions; for journalists where a press release names nobody else."),
    )
    contact_email = MailboxField(_("contact e-mail"), blank=True)
    contact_phone = LineField(
        _("contact telephone"), max_length=60, blank=True, help_text=_("With the country code, such as +43 1 26060.")
    )

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

    def clean(self):
        above = parent_keys(self)
        if self.pk and self.pk in above:
            raise ValidationError(
                {"parent": _("The organization would be a unit of itself: the one chosen is a unit of it.")}
            )
        if above and len(above) + self.levels_below() >= LEVELS:
            text = _(
                "Units can be at most %(levels)d levels deep, from the smallest unit to the organization at the top."
            )
            raise ValidationError({"parent": text % {"levels": LEVELS}})

    def levels_below(self):
        """Return over how many levels it has units, counted up to LEVELS. One query for each."""
        levels, units = 0, [self.pk]
        while levels < LEVELS and self.pk:
            units = list(Organization._base_manager.filter(parent__in=units).values_list("pk", flat=True))
            if not units:
                break
            levels += 1
        return levels


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
