"""Share links to drafts, and the presence of users on pages of the admin."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from ctportal.files.models import random_key
from ctportal.publishing.models import RecordType


class ShareLink(models.Model):
    """A link to one draft for a reader without an account; see ``ctportal.staff.sharing``. Staff only."""

    key = models.CharField(max_length=43, unique=True, default=random_key, editable=False)
    uid = models.UUIDField(help_text="The record's permanent identifier.")
    type = models.CharField(max_length=20, choices=RecordType.choices)
    name = models.CharField(max_length=200, help_text="Whom it is for.")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["uid"], name="share_of_record")]

    def __str__(self):
        return f"{self.name}: {self.uid}"


class ShareOpening(models.Model):
    """One opening of a share link."""

    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.link} {self.at:%Y-%m-%d %H:%M}"


class Presence(models.Model):
    """A page of the admin that a user has open or has saved; see ``ctportal.staff.presence``. Staff only; deleted after
    twelve hours.
    """

    uid = models.UUIDField(help_text="The record's permanent identifier.")
    part = models.CharField(max_length=40, help_text="Which page of it: the form, a language, a session, the photos.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=22, help_text="Names the opened page: one account may have several.")
    opened_at = models.DateTimeField(help_text="Or saved.")
    seen_at = models.DateTimeField(null=True, help_text="Of the last sign of its script; None for a saving.")
    saved = models.BooleanField(default=False, help_text="It tells of a saving, not of an open page.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["uid", "part", "user", "page"], name="presence_once_per_page")]
        indexes = [models.Index(fields=["opened_at"], name="presence_by_time")]

    def __str__(self):
        return f"{self.user} {self.uid} {self.part}"
