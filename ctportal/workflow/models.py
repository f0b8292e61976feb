"""Models of the workflow: steps, unreviewed edits, the revisions that editions were published from, the audit trail."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ctportal.publishing.models import Edition, RecordType
from ctportal.publishing.text_fields import Searched


class UnreviewedEditQuerySet(models.QuerySet["UnreviewedEdit"]):
    def counting(self, at: datetime) -> UnreviewedEditQuerySet:
        """Return the edits that are not public at *at*: not approved since, or in an edition that has not begun."""
        return self.exclude(Exists(Edition.objects.effective(at).filter(pk=OuterRef("edition"))))

    def unapproved(self) -> UnreviewedEditQuerySet:
        """Return the edits that were not approved since, or whose edition was unscheduled."""
        return self.exclude(Exists(Edition.objects.not_unscheduled().filter(pk=OuterRef("edition"))))


class UnreviewedEdit(models.Model):
    """An account has changed a record since it was last published, and so cannot be its second reader.

    Staff only. *language* is the language of a translation page, empty for the form of the record itself. *edition* is a
    scheduled edition approved since: the edit does not count once that has begun, and counts again if it is unscheduled.
    """

    uid = models.UUIDField(help_text="The record's permanent identifier.")
    language = models.CharField(max_length=2, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, related_name="+")

    objects = UnreviewedEditQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["uid", "language", "user"], condition=Q(edition=None), name="unreviewed_edit_once"
            )
        ]
        indexes = [models.Index(fields=["uid"], name="unreviewed_edit_of_record")]

    def __str__(self) -> str:
        return f"{self.user} {self.uid} {self.language}".rstrip()


class WorkflowStep(Searched):
    """One step of a record in the workflow, with its remark. Staff only. Never deleted."""

    class Action(models.TextChoices):
        SUBMITTED = "submitted", _("submitted for review")
        TAKEN_BACK = "taken-back", _("taken back by an editor")
        CHANGED = "changed", _("changed, no longer in review")
        SENT_BACK = "sent-back", _("sent back")
        APPROVED = "approved", _("approved")
        ALONE = "alone", _("published without second reader")
        UNSCHEDULED = "unscheduled", _("unscheduled")
        REDATED = "redated", _("moved to another time")
        WITHDRAWN = "withdrawn", _("withdrawn")
        RESTORED = "restored", _("restored")
        RENAMED = "renamed", _("names changed everywhere")
        MERGED = "merged", _("names changed by a merge")
        # Cascaded changes of documents and photos.
        MOVED_WITH_CONFERENCE = "moved-with-conference", _("moved to another time along with the conference")
        UNSCHEDULED_WITH_CONFERENCE = "unscheduled-with-conference", _("unscheduled along with the conference")
        WITHDRAWN_WITH_CONFERENCE = "withdrawn-with-conference", _("withdrawn along with the conference")
        KEPT_WITH_CONFERENCE = (
            "kept-with-conference",
            _("stays public along with the conference, whose withdrawal was unscheduled"),
        )
        RESTORED_WITH_CONFERENCE = "restored-with-conference", _("restored along with the conference")

    uid = models.UUIDField(help_text="The record's permanent identifier.")
    type = models.CharField(_("type"), max_length=20, choices=RecordType.choices)
    action = models.CharField(_("action"), max_length=30, choices=Action.choices)
    language = models.CharField(max_length=2, blank=True, help_text="Where the step was for one language alone.")
    at = models.DateTimeField(_("when"), default=timezone.now)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=150, help_text="Who, as text: accounts come and go.")
    remark = models.CharField(_("remark"), max_length=1000, blank=True)
    searched = ("by", "remark")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["uid"], name="step_of_record")]
        verbose_name = _("step of publication")
        verbose_name_plural = _("steps of publication")

    def __str__(self) -> str:
        return f"{self.action} {self.uid}"


class EditionRevision(models.Model):
    """The revision of the draft that an edition was published from. Discarding later changes restores it.

    Staff only; rows may be deleted. *language* is empty for the whole draft. An edition that publishes one language ahead has
    the rows of the edition before and one more for that language.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey("reversion.Revision", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["edition", "language"], name="revision_once_per_edition")]

    def __str__(self) -> str:
        return f"{self.edition} ← {self.revision_id} {self.language}".rstrip()


class AuditEntry(Searched):
    """Who did what in the admin, when and from where. Append only; written by ``ctportal.workflow.audit`` alone.

    It has no foreign keys, so it remains when accounts and records are deleted. Publications are recorded in WorkflowStep
    and in the ledger, not here.
    """

    class Kind(models.TextChoices):
        SIGN_IN = "sign-in", _("sign-in")
        SIGN_OUT = "sign-out", _("sign-out")
        RIGHTS = "rights", _("accounts and rights")
        OPENING = "opening", _("access to non-public content")
        REFUSAL = "refusal", _("refusal")
        SEALING = "sealing", _("sealing of an edition")

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        REFUSED = "refused", _("refused")

    at = models.DateTimeField(_("when"), default=timezone.now)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.DONE)
    who = models.CharField(_("who"), max_length=150, blank=True, help_text="User name, as text: accounts come and go.")
    account = models.BigIntegerField(null=True, help_text="The key that the account had.")
    what = models.CharField(_("what"), max_length=500, blank=True)
    uid = models.UUIDField(_("record"), null=True, help_text="The record's permanent identifier.")
    type = models.CharField(_("type"), max_length=20, blank=True, choices=RecordType.choices)
    address = models.CharField(_("from"), max_length=64, blank=True, help_text="The address of the client.")
    searched = ("who", "what", "address")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["at"], name="audit_by_time")]
        verbose_name = _("entry of the audit trail")
        verbose_name_plural = _("audit trail")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} UTC {self.who} {self.kind} {self.outcome}"
