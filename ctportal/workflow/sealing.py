"""Sealing: the text of a past edition is removed for good, to protect somebody; its hashes stay and the chain verifies."""

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ctportal.publishing import epoch, ledger
from ctportal.publishing.changes import name_of
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.snapshot import BUILDERS
from ctportal.publishing.state import sealed_files, snapshot_differs, state_of
from ctportal.workflow import audit, revisions, roles

LONGEST = 500  # characters of a reason


def may_seal(user: Any) -> bool:
    """Whether *user* is an administrator, who alone may seal."""
    return user.has_perm(roles.SEAL)


def seal(edition: Edition, *, by: Any, reason: str) -> Edition:
    """Empty the JSON, card, text and facets of *edition* for good and return it. *reason* is kept in the ledger and the audit trail.

    Of files that no other edition shows the extracted text goes too, and they are never served again. The history that
    staff have of the record begins anew with the draft as it is now. Raises
    PermissionDenied for who may not, ValidationError for an edition in force, to come or sealed already.
    """
    if not may_seal(by):
        raise PermissionDenied(_("Only an administrator may seal an edition."))
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": _("Give the reason: it is kept in the ledger.")})
    if len(reason) > LONGEST:
        raise ValidationError({"reason": _("The reason has %(n)d characters; it may have 500.") % {"n": len(reason)}})
    with epoch.publication_lock() as now:
        edition = Edition.objects.get(pk=edition.pk)
        _refuse_unless_over(edition, now)
        edition.json = edition.card = edition.text = ""
        edition.sealed_at = now
        edition.save(update_fields=["json", "card", "text", "sealed_at"])
        edition.facets.all().delete()
        epoch.replace_mark()
        files = sealed_files().filter(Q(editions__edition=edition) | Q(renditions__editions__edition=edition))
        files.exclude(text="").update(text="")
        ledger.append(LedgerEntry.Action.SEALED, edition, by=name_of(by), at=now, effective_at=now, reason=reason)
        _forget_history(edition, by, now)
        audit.note(audit.Kind.SEALING, f"{edition}: {reason}", user=by, record=edition)
    return edition


def _forget_history(edition, by, now):
    """Remove every revision of the record: nobody can tell in which of them the sealed words stand as well."""
    builder = BUILDERS[edition.type]
    kept = revisions.of_uid(builder.queryset().model, edition.uid)
    record = builder.queryset().filter(uid=edition.uid).first()
    # Of what was logged before there was a history no revision tells.
    _blank_log([*revisions.rows_of(kept), *(_rows_now(record) if record else ())])
    revisions.remove(kept)
    if record is None:  # merged away
        return
    revision = revisions.keep_loaded(
        record, by=by, comment=gettext_noop("A version was sealed; the history begins anew.")
    )
    in_force = state_of(edition.uid, now).in_force
    if in_force and not snapshot_differs(builder.snapshot_of(record), in_force):
        revisions.link_all([(in_force, revision, "")])


def _rows_now(record):
    """Like ``revisions.rows_of``, of *record* as it is now."""
    return [(ContentType.objects.get_for_model(row).pk, str(row.pk)) for row in (record, *revisions.rows_below(record))]


def _blank_log(rows):
    """Take the words out of the admin's log of *rows*, as ``revisions.rows_of`` names them. Who and when stay."""
    by_kind = defaultdict(set)
    for kind, pk in rows:
        by_kind[kind].add(pk)
    for kind, keys in by_kind.items():
        model = ContentType.objects.get_for_id(kind).model_class()
        same = [each for each in apps.get_models() if each._meta.concrete_model is model]
        kinds = ContentType.objects.get_for_models(*same, for_concrete_models=False).values()
        LogEntry.objects.filter(content_type__in=kinds, object_id__in=keys).update(object_repr="–", change_message="")


def _refuse_unless_over(edition, now):
    if edition.is_sealed:
        raise ValidationError(_("This edition is sealed already."), code="sealed")
    if edition.is_public(now):
        message = _("This edition is in force. Publish a corrected one or withdraw the record, then seal it.")
        raise ValidationError(message, code="in_force")
    if edition.public_from > now and not edition.is_unscheduled:
        raise ValidationError(_("This edition is scheduled. Unschedule it, then seal it."), code="to_come")


def is_sealed_away(stored):
    """Whether nobody may have the file *stored* any more, staff included."""
    return sealed_files().filter(pk=stored.pk).exists()
