"""Models of accounts: counters of attempts, the second factor and its recovery codes, invitations."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WINDOW = timedelta(minutes=15)


class AttemptCounter(models.Model):
    """The attempts of the last quarter of an hour that count towards one limit: those that failed, or are not decided yet.

    *key* is a keyed hash (HMAC) of what is limited, so that neither names nor addresses can be read here; *of_name* and
    *of_address* are those of the name and the address in it, by which limits are lifted.
    """

    key = models.CharField(max_length=64, primary_key=True)
    of_name = models.CharField(max_length=64, blank=True)
    of_address = models.CharField(max_length=64, blank=True)
    attempts = models.JSONField(default=list)  # instants, in seconds since 1970
    until = models.DateTimeField(help_text="When the last attempt no longer counts.")
    reported = models.DateTimeField(null=True, help_text="When it was last logged that the limit is reached.")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["until"], name="attempts_by_end"),
            models.Index(fields=["of_name"], name="attempts_by_name"),
            models.Index(fields=["of_address"], name="attempts_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]}: {len(self.attempts)}"

    def recent(self, now: datetime) -> list[float]:
        """Return the attempts that count at *now*, the oldest first."""
        begin = (now - WINDOW).timestamp()
        return sorted(attempt for attempt in self.attempts if attempt > begin)


class SecondFactor(models.Model):
    """The authenticator app of an account. A new app is a new row.

    *secret* is encrypted with a key outside the database; see ``second_factor.encrypt``. *last_step* is the time step of the
    last code that was accepted: codes of this step and of earlier ones are refused.
    """

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor")
    secret = models.TextField()
    last_step = models.BigIntegerField()
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("second factor")

    def __str__(self) -> str:
        return str(self.account)


class RecoveryCode(models.Model):
    """A code that replaces one code of the app, once. Only its hash is stored."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    # Plain SHA-256: a code has 80 random bits, which nobody can try out, however fast the hash. Slow and salted hashes protect
    # what people choose.
    sha256 = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("recovery code")
        constraints = [models.UniqueConstraint(fields=["factor", "sha256"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.factor} {self.pk}"


class Invitation(models.Model):
    """The last message with which the owner of an account was invited to choose a password."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitation")
    sent_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.account} {self.sent_at}"
