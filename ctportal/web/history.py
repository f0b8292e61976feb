"""The public history of a record: its versions with their change notes, and what changed from one to the next."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ctportal.core.dates import format_instant
from ctportal.publishing.models import Edition
from ctportal.reading.queries import versions

from . import cards
from .addresses import page_address
from .changes import changed, relations_changed


def history_of(edition: Edition, at: datetime, language: str) -> list[dict[str, Any]]:
    """Return the versions of a record up to *at*, newest first, for ``components/history.html``.

    *edition* is its edition in force at *at*, from ``resolve``. One query; none for a record with one version.
    """
    if edition.version == 1:
        rows: Iterable[Any] = [(edition.public_from, edition.minor, edition.note, None)]
    else:
        rows = versions(edition.uid, at).values_list("public_from", "minor", "note", "sealed_at")
    address = page_address(edition.type, edition.slug, edition.uid, language)
    entries = [
        {
            "number": number,
            "address": f"{address}versions/{number}/",
            "iso": f"{start:%Y-%m-%dT%H:%M}Z",
            "at": format_instant(start, language),
            "first": number == 1,
            "minor": minor,
            "note": note,
            "sealed": sealed_at is not None,
        }
        for number, (start, minor, note, sealed_at) in enumerate(rows, start=1)
    ]
    return entries[::-1]


def changes_of(
    edition: Edition, before: Edition | None, pointed_to: Mapping[int, Sequence[Any]], language: str
) -> dict[str, Any]:
    """Return the changes from *before*, the previous version, to *edition*, for ``components/changes.html``.

    *pointed_to* are the public records that the two editions point to, from ``related``.
    """
    if before is None:
        return {"heading": _("What changed"), "changes": [], "remark": _("This is the first version.")}
    heading = _("Changes since version %(number)d") % {"number": edition.version - 1}
    if before.is_sealed:
        remark = _("The previous version was sealed, so the changes cannot be shown.")
        return {"heading": heading, "changes": [], "remark": remark}
    pointers = _pointers(pointed_to, language)
    changes = [
        *changed(edition.type, before.json, edition.json, language),
        *relations_changed(pointers[before.pk], pointers[edition.pk]),
    ]
    remark = "" if changes else _("Nothing shown on this page has changed.")
    return {"heading": heading, "changes": changes, "remark": remark}


def _pointers(found, language):
    """Return {edition's pk: [(relation name, title)]} for the public records that editions point to."""
    return {
        pk: [(each.name, title_of(each, language)) for each in records if each.card] for pk, records in found.items()
    }


def title_of(record, language: str) -> str:
    """Return the title of *record*, an edition or a snapshot, in *language*; its slug or uid if it has none."""
    return str(cards.title_of(json.loads(record.card), language)) or record.slug or str(record.uid)
