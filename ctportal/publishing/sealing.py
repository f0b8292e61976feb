"""Sealing: the text of a past edition is removed for good, to protect somebody; its hashes stay and the chain verifies."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from . import ledger
from .models import Edition, EditionFile, LedgerEntry, StoredFile
from .services import name_of, service

LONGEST = 500  # characters of a reason


def may_seal(user):
    """Whether *user* is an administrator, who alone may seal."""
    return user.is_active and (user.is_superuser or user.has_perm("publishing.seal_edition"))


@service
def seal(edition, *, by, reason, now):
    """Empty the JSON, card, text and facets of *edition* for good and return it. *reason* is kept in the ledger alone.

    Of files that no other edition shows the extracted text goes too, and they are never served again. Raises
    PermissionDenied for who may not, ValidationError for an edition in force, to come or sealed already.
    """
    if not may_seal(by):
        raise PermissionDenied(_("Only an administrator may seal an edition."))
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": _("Give the reason: it is kept in the ledger.")})
    if len(reason) > LONGEST:
        raise ValidationError({"reason": _("The reason has %(n)d characters; it may have 500.") % {"n": len(reason)}})
    edition = Edition.objects.get(pk=edition.pk)
    _refuse_unless_over(edition, now)
    edition.json = edition.card = edition.text = ""
    edition.sealed_at = now
    edition.save(update_fields=["json", "card", "text", "sealed_at"])
    edition.facets.all().delete()
    sealed_files().filter(Q(editions__edition=edition) | Q(renditions__editions__edition=edition)).exclude(
        text=""
    ).update(text="")
    ledger.append(LedgerEntry.Action.SEALED, edition, by=name_of(by), at=now, effective_at=now, reason=reason)
    return edition


def _refuse_unless_over(edition, now):
    if edition.is_sealed:
        raise ValidationError(_("This edition is sealed already."), code="sealed")
    if edition.is_public(now):
        message = _("This edition is in force. Publish a corrected one or withdraw the record, then seal it.")
        raise ValidationError(message, code="in_force")
    if edition.public_from > now and not edition.is_recalled:
        raise ValidationError(_("This edition is scheduled. Recall it, then seal it."), code="to_come")


def sealed_files():
    """The stored files that sealed editions show, themselves or by a rendition, and that no other edition does."""
    rows = EditionFile.objects.filter(Q(file=OuterRef("pk")) | Q(file__source=OuterRef("pk")))
    return StoredFile.objects.filter(
        Exists(rows.filter(edition__sealed_at__isnull=False)), ~Exists(rows.filter(edition__sealed_at__isnull=True))
    )


def is_sealed_away(stored):
    """Whether nobody may have the file *stored* any more, staff included."""
    return sealed_files().filter(pk=stored.pk).exists()
