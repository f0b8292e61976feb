"""Photos, as staff work on them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ctportal.core.instants import today
from ctportal.files.models import StoredFile
from ctportal.publishing.base_models import ReviewedRecord
from ctportal.publishing.models import RecordType
from ctportal.publishing.text_fields import LineField, LinesField, Searched

from .vocabulary import Person


def is_download(stored_file):
    """Return whether a rendition is the full-size picture for download ("download.jpg"), not one that pages show."""
    return stored_file.variant.partition(".")[0] == "download"


class Photo(Searched, ReviewedRecord):
    searched = ("credit", "caption", "alt_text")
    record_type = RecordType.PHOTO
    arranged = ("order", "featured")
    conference = models.ForeignKey(
        "Conference", on_delete=models.PROTECT, related_name="photos", verbose_name=_("conference")
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
