"""What is remembered of attempts to sign in, and of invitations."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

WINDOW = timedelta(minutes=15)


class AttemptCounter(models.Model):
    """The attempts of the last quarter of an hour that count towards one limit: those that failed, or are not decided yet.

    *key* is a keyed hash (HMAC) of what is limited, so that neither names nor addresses can be read here.
    """

    key = models.CharField(max_length=64, primary_key=True)
    attempts = models.JSONField(default=list)  # instants, in seconds since 1970
    until = models.DateTimeField(help_text="When the last attempt no longer counts.")
    reported = models.DateTimeField(null=True, help_text="When it was last logged that the limit is reached.")

    class Meta:
        indexes = [models.Index(fields=["until"], name="attempts_by_end")]

    def __str__(self) -> str:
        return f"{self.key[:8]}: {len(self.attempts)}"

    def recent(self, now: datetime) -> list[float]:
        """Return the attempts that count at *now*, the oldest first."""
        begin = (now - WINDOW).timestamp()
        return sorted(attempt for attempt in self.attempts if attempt > begin)


class Invitation(models.Model):
    """The last message with which the owner of an account was invited to choose a password."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitation")
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account} {self.sent_at}"
