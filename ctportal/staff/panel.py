"""The panel around the form of a record: its publication, languages, buttons and errors."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import InlineAdminFormSet
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ctportal.core import languages
from ctportal.core.instants import offset_text, show_instant
from ctportal.core.rich_text import plain
from ctportal.publishing.base_models import Stage
from ctportal.publishing.drafts import languages_leaving
from ctportal.publishing.state import State, state_of
from ctportal.staff import buttons
from ctportal.staff.draft_changes import changes
from ctportal.staff.object_pages import page_address
from ctportal.staff.preview import PAGES
from ctportal.staff.publication_state import name_of_state
from ctportal.workflow import review


def panel(admin: Any, request: HttpRequest, form: Any, record: Any) -> dict[str, Any]:
    """Return the context of the templates around *form*; *record* is None if it is not saved yet."""
    shown = {
        "publishable": admin.publishable,
        "previewable": admin.model.record_type in PAGES,
        "may_publish": admin.has_publish_permission(request, record),
        "may_edit": admin.has_change_permission(request, record) if record else True,
        "in_review": getattr(record, "stage", "") == Stage.REVIEW,
        "second_reader": False,
        "relabel": False,
        "zone": form.time_zone,
        "zone_offset": offset_text(timezone.now(), form.time_zone),
        "state": state_of(record.uid) if record else State([], timezone.now()),
    }
    if record:
        shown |= _of_saved(admin, request, form, record, shown)
    return shown | {"buttons": buttons.offered(shown)}


def _of_saved(admin: Any, request: HttpRequest, form: Any, record: Any, shown: dict[str, Any]) -> dict[str, Any]:
    state = shown["state"]
    record.has_edition = bool(state.editions)  # saves ``has_delete_permission`` a query
    changed = changes(admin, record, state.in_force) if state.in_force else []
    found = {
        "lines": list(_lines(state, form.time_zone, admin.publishable)),
        "changes": changed,
        "publication": name_of_state(state, bool(changed)),
        "relabel": not admin.publishable and bool(changed),
        "languages": language_matrix(admin, record),
        "newly_public": newly_public(admin.admin_site, form.newly_public),
    }
    if admin.publishable:
        found["steps"] = list(review.steps_of(record)[:5])
        found["second_reader"] = shown["may_publish"] and review.has_second_reader(record, request.user)
        if state.in_force:
            found["leaving"] = [languages.LANGUAGES[code] for code in languages_leaving(record, state.in_force)]
    return found


def _lines(state: State, zone: str, publishable: bool) -> Iterator[tuple[str, str]]:
    """Yield (kind, sentence) about what is public now and what is to come."""
    if state.in_force:
        yield "public", _("Public since %(at)s.") % {"at": show_instant(state.in_force.public_from, zone)}
    elif state.withdrawal:
        text = _("Withdrawn since %(at)s. Its address shows the reason: %(reason)s")
        at = show_instant(state.last.public_until, zone)
        yield "withdrawn", text % {"at": at, "reason": state.withdrawal.reason}
    elif state.last:
        yield "withdrawn", _("No longer public: nothing public refers to it.")
    elif publishable:
        yield "draft", _("Draft: the public cannot see it or know that it exists.")
    else:
        yield "draft", _("Not public: it becomes public with the first page that shows it.")
    if state.to_come:
        at = show_instant(state.to_come.public_from, zone)
        first, next_one = _("Scheduled: public at %(at)s."), _("A new edition is scheduled: public at %(at)s.")
        yield "scheduled", (next_one if state.in_force else first) % {"at": at}
    if state.scheduled_end:
        at = show_instant(state.scheduled_end.edition.public_until, zone)
        text = _("Withdrawal scheduled for %(at)s: %(reason)s")
        yield "scheduled", text % {"at": at, "reason": state.scheduled_end.reason}


def language_matrix(admin: Any, record: Any) -> list[dict[str, str]]:
    """Return the six languages of *record*: code, name, direction, state, address of the page that edits it."""
    states = admin.language_states(record) | {record.original_language: "original"}
    return [
        {
            "code": code,
            "name": name,
            "direction": languages.direction(code),
            "state": states.get(code, "missing"),
            "address": "" if code == record.original_language else page_address(admin, "language", record.pk, code),
        }
        for code, name in languages.LANGUAGES.items()
    ]


def newly_public(site: AdminSite, entries: Iterable[Any]) -> list[dict[str, str]]:
    """Return the newly public terms *entries* as the approver sees them, for admin/record/newly_public.html."""
    return [
        {
            "kind": entry._meta.verbose_name,
            "name": getattr(entry, f"name_{entry.original_language}") or str(entry),
            "description": plain(getattr(entry, f"description_{entry.original_language}", "") or ""),
            "contact": ", ".join(
                text for name in ("contact", "contact_email", "contact_phone") if (text := getattr(entry, name, ""))
            ),
            "language": entry.original_language,
            "direction": languages.direction(entry.original_language),
            "address": page_address(site.get_model_admin(type(entry)), "change", entry.pk),
        }
        for entry in entries
    ]


def faults(form: BaseForm, inlines: Iterable[InlineAdminFormSet]) -> Iterator[tuple[str, str, str]]:
    """Yield (address of the field, its name, message) for the list of errors above a form."""
    yield from _faults_of(form, "")
    for inline in inlines:
        heading = capfirst(inline.opts.verbose_name_plural)
        for message in inline.formset.non_form_errors():
            yield f"#{inline.formset.prefix}-group", heading, message
        for number, row in enumerate(inline.formset.forms, start=1):
            yield from _faults_of(row, f"{heading} {number}: ")


def _faults_of(form: BaseForm, where: str) -> Iterator[tuple[str, str, str]]:
    for name, messages in form.errors.items():  # empty if unbound
        field = form[name] if name in form.fields else None
        for message in messages:
            label = f"{where}{capfirst(field.label)}" if field else where.rstrip(": ")
            yield f"#{field.id_for_label}" if field else "", label, message
