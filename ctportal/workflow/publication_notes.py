"""Receivers of the signals of a publication: they write revisions, unreviewed edits and steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils.translation import gettext_noop

from ctportal.core.types import Author
from ctportal.publishing.base_models import Record
from ctportal.publishing.changes import name_of
from ctportal.publishing.models import Edition
from ctportal.publishing.signals import editions_written, names_changed
from ctportal.workflow import revisions
from ctportal.workflow.models import UnreviewedEdit, WorkflowStep


@receiver(editions_written)
def note_editions(
    by: Author, drafts: list[tuple[Edition, Record, str]], successors: list[tuple[Edition, Edition]], **_signal: Any
) -> None:
    """Link each edition to the revision it was published from. An edition with the content of another takes over its links
    and, where the other never began, its unreviewed edits."""
    comment = gettext_noop("Published.")
    kept = revisions.keep_all([loaded for _edition, loaded, _language in drafts], by=by, comment=comment)
    links = [(edition, revision, language) for (edition, _loaded, language), revision in zip(drafts, kept, strict=True)]
    revisions.link_all(links, successors)
    _carry_edits({source.pk: edition for source, edition in successors if source.is_unscheduled})


def _carry_edits(successors: dict[int | None, Edition]) -> None:
    if not successors:
        return
    edits = list(UnreviewedEdit.objects.filter(edition__in=list(successors)))
    for edit in edits:
        edit.edition = successors[edit.edition_id]
    UnreviewedEdit.objects.bulk_update(edits, ["edition"])


@receiver(names_changed)
def note_names(by: Author, at: datetime, is_merger: bool, records: list[tuple[UUID, str]], **_signal: Any) -> None:
    """Write one step for each record whose names changed, since nobody approves these one by one. The step holds no name: it
    remains when an edition is sealed."""
    action = WorkflowStep.Action.MERGED if is_merger else WorkflowStep.Action.RENAMED
    who = {"user": None if isinstance(by, str) else by, "by": name_of(by)}
    WorkflowStep.objects.bulk_create(
        WorkflowStep(uid=uid, type=record_type, action=action, at=at, **who) for uid, record_type in records
    )
