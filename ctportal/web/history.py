"""The public history of a record: its versions with their change notes, and what changed from one to the next."""

import json
from functools import lru_cache

from django.utils.translation import gettext as _

from ctportal.dates import format_instant
from ctportal.languages import DEFAULT
from ctportal.publishing.models import Edition
from ctportal.publishing.prepared import prepared
from ctportal.publishing.reading import related

from .addresses import page_address
from .changes import changed, relations_changed
from .page import part
from .text import Reader


@prepared
def _rows(uid, at):
    editions = Edition.objects.effective(at).filter(uid=uid).order_by("public_from")
    return editions.values_list("public_from", "minor", "note", "sealed_at")


def history_of(edition, language):
    """Return the list of versions of the record whose edition in force is *edition*, as HTML, newest first.

    One query; none for a record with one version, which the edition itself tells (*edition* comes from ``resolve``).
    """
    if edition.version == 1:
        rows = [(edition.public_from, edition.minor, edition.note, None)]
    else:
        rows = _rows(uid=edition.uid, at=edition.at)[: edition.version]
    rows = tuple((start, minor, note, sealed is not None) for start, minor, note, sealed in rows)
    return _history(page_address(edition.type, edition.slug, edition.uid, language), rows, language)


@lru_cache(maxsize=2048)
def _history(address, rows, language):
    versions = [
        {
            "number": number,
            "address": f"{address}versions/{number}/",
            "iso": f"{start:%Y-%m-%dT%H:%M}Z",
            "at": format_instant(start, "UTC", language),
            "first": number == 1,
            "minor": minor,
            "note": note,
            "sealed": sealed,
            "current": number == len(rows),
        }
        for number, (start, minor, note, sealed) in enumerate(rows, start=1)
    ]
    return part("components/history.html", {"versions": versions[::-1]})


def changes_of(edition, language):
    """Return what changed from the version before to *edition*, as HTML; ``records.show_version`` has noted that one on it.

    One query: the records that the two point to and that are public now.
    """
    before = edition.before
    changes, remark = [], ""
    if before is None:
        remark = _("This is the first version.")
    elif before.is_sealed:
        remark = _("The version before was sealed: what changed cannot be shown.")
    else:
        pointers = _pointers((before, edition), edition.at, language)
        changes = [
            *changed(before.json, edition.json, language),
            *relations_changed(pointers[before.pk], pointers[edition.pk], language),
        ]
        if not changes:
            remark = _("Nothing that this page shows has changed.")
    return part(
        "components/changes.html",
        {
            "changes": changes,
            "remark": remark,
            "heading": _("What changed from version %(number)d") % {"number": edition.version - 1}
            if before is not None
            else _("What changed"),
            "language": language,
        },
    )


def _pointers(editions, at, language):
    """Return {pk: [(name of the relation, title)]} of what *editions* point to and who reads at *at* may see."""
    found = related(editions, at)
    return {pk: [(each.name, title_of(each, language)) for each in records] for pk, records in found.items()}


def title_of(record, language):
    """What *record* (an edition, or what would become one) is called in *language*."""
    card = json.loads(record.card)
    said = Reader(language, card.get("original_language", DEFAULT)).say(card.get("title") or card.get("caption") or {})
    return said.plain or record.slug or str(record.uid)
