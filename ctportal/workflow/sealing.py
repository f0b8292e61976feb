"""Sealing removes the text of a past edition permanently, to protect a person. Its hashes stay and the ledger verifies."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ctportal.core.types import AnyUser
from ctportal.files.models import StoredFile
from ctportal.publishing import epoch, ledger
from ctportal.publishing.base_models import Record
from ctportal.publishing.changes import name_of
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.services import reason_in_one_line
from ctportal.publishing.snapshot import BUILDERS
from ctportal.publishing.state import sealed_files, snapshot_differs, state_of
from ctportal.search.storage import remove_traces
from ctportal.workflow import audit, revisions, roles


def may_seal(user: AnyUser) -> bool:
    """Return whether *user* may seal editions."""
    return user.has_perm(roles.SEAL)


def seal(edition: Edition, *, by: User, reason: str) -> Edition:
    """Empty the JSON, card, facets and search entries of *edition* and return it. *reason* is stored in the ledger and the audit
    trail.

    Files that no other edition shows lose their extracted text and are never served again. The revisions of the record are
    deleted, except one of the current draft. After the commit SQLite's files are cleared of what was deleted. Raises
    PermissionDenied without permission, ValidationError for an edition that is in force, scheduled or sealed already.
    """
    if not may_seal(by):
        raise PermissionDenied(_("Only an administrator may seal an edition."))
    reason = reason_in_one_line(reason, missing=_("Enter a reason: it is kept in the ledger."))
    with epoch.publication_lock() as now:
        edition = Edition.objects.get(pk=edition.pk)
        _refuse_unless_over(edition, now)
        edition.json = edition.card = ""
        edition.sealed_at = now
        edition.save(update_fields=["json", "card", "sealed_at"])
        edition.facets.all().delete()
        edition.search_entries.all().delete()
        epoch.replace_mark()
        files = sealed_files().filter(Q(editions__edition=edition) | Q(renditions__editions__edition=edition))
        files.exclude(text="").update(text="")
        shown = [row.file for row in edition.files.select_related("file")]
        said = {"reason": reason, "frozen": ledger.frozen_checksum(edition, [], edition.relations.all(), shown)}
        entry = ledger.entry(LedgerEntry.Action.SEALED, edition, by=name_of(by), at=now, effective_at=now, **said)
        ledger.append([entry])
        _forget_history(edition, by, now)
        audit.note(audit.Kind.SEALING, f"{edition}: {reason}", user=by, record=edition)
        transaction.on_commit(remove_traces, robust=True)  # what it cannot remove now stands in the log
    return edition


def _forget_history(edition: Edition, by: User, now: datetime) -> None:
    """Delete all revisions of the record, since any of them may contain the sealed text, and keep the current draft."""
    builder = BUILDERS[edition.type]
    kept = revisions.of_uid(builder.queryset().model, edition.uid)
    record = builder.queryset().filter(uid=edition.uid).first()
    # The admin's log may have entries from before the first revision.
    _blank_log([*revisions.rows_of(kept), *(_rows_now(record) if record else ())])
    revisions.remove(kept)
    if record is None:  # merged away
        return
    revision = revisions.keep_loaded(
        record, by=by, comment=gettext_noop("A version was sealed; the history starts again.")
    )
    in_force = state_of(edition.uid, now).in_force
    if in_force and not snapshot_differs(builder.snapshot_of(record), in_force):
        revisions.link_all([(in_force, revision, "")])


def _rows_now(record: Record) -> list[tuple[int, str]]:
    """Like ``revisions.rows_of``, of *record* as it is now."""
    return [(ContentType.objects.get_for_model(row).pk, str(row.pk)) for row in (record, *revisions.rows_below(record))]


def _blank_log(rows: Iterable[tuple[int, str]]) -> None:
    """Remove the texts from the admin's log of *rows*, pairs as from ``revisions.rows_of``. User and time stay."""
    by_kind: dict[int, set[str]] = defaultdict(set)
    for kind, pk in rows:
        by_kind[kind].add(pk)
    for kind, keys in by_kind.items():
        model = ContentType.objects.get_for_id(kind).model_class()
        same = [each for each in apps.get_models() if each._meta.concrete_model is model]
        kinds = ContentType.objects.get_for_models(*same, for_concrete_models=False).values()
        LogEntry.objects.filter(content_type__in=kinds, object_id__in=keys).update(object_repr="–", change_message="")


def _refuse_unless_over(edition: Edition, now: datetime) -> None:
    if edition.is_sealed:
        raise ValidationError(_("This edition is already sealed."), code="sealed")
    if edition.is_public(now):
        message = _("This is the current edition. Publish a corrected one or withdraw the record, then seal it.")
        raise ValidationError(message, code="in_force")
    if edition.public_from > now and not edition.is_unscheduled:
        raise ValidationError(_("This edition is scheduled. Unschedule it, then seal it."), code="to_come")


def is_sealed_away(stored: StoredFile) -> bool:
    """Return whether the file *stored* is shown by sealed editions only, so that not even staff may download it."""
    return sealed_files().filter(pk=stored.pk).exists()
