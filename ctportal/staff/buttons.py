"""The buttons on the form of a record: their labels, the rights they need, the services they call, their messages.

Every button saves the draft first. The form shows the buttons from ``offered``; ``press`` runs the posted one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from ctportal.core.instants import show_instant
from ctportal.publishing import services
from ctportal.publishing.base_models import Stage
from ctportal.publishing.models import RecordType
from ctportal.publishing.problems import Problems
from ctportal.publishing.snapshot import BUILDERS
from ctportal.staff.components import component
from ctportal.staff.form_changes import what_changed
from ctportal.staff.preview import preview_address
from ctportal.staff.replacement import replacement_from
from ctportal.workflow import review
from ctportal.workflow.models import WorkflowStep

CHANGE, PUBLISH = "change", "publish"  # rights, checked with ``ModelAdmin.has_<right>_permission``
FEW_NAMES = 10  # names of records in one message


@dataclass
class Press:
    """One press of a button on the form of *record*, which is already saved."""

    request: HttpRequest
    record: Any
    form: Any
    at: datetime | None = None  # the instant typed for it
    problems: Problems = field(default_factory=Problems)  # found before the service runs; raised with its own

    @property
    def by(self) -> Any:
        return self.request.user

    def given(self, name: str) -> Any:
        return self.form.cleaned_data[name]


@dataclass
class Outcome:
    """The result of a button."""

    cascaded: Sequence[Any] = ()  # cascaded changes of documents and photos
    words: Mapping[str, object] = field(default_factory=dict)  # parameters of the button's message
    message: str = ""  # on success
    warning: str = ""
    address: str = ""  # address to redirect to; "" for the form


@dataclass(frozen=True)
class Button:
    name: str
    label: Promise
    service: Callable[[Press], Outcome | None]
    message: Promise  # on success
    shown: str = "always"  # key of ``_forms_with``
    right: str = PUBLISH
    publishable: bool | None = True  # for records published on their own (True), vocabulary (False) or both (None)
    instant: str = ""  # form field with the required date and time
    needs: tuple[Callable[[Any, Any, Iterable], None], ...] = ()  # raise ValidationError if the form lacks something
    links: bool = False  # whether the message links to the public page
    is_danger: bool = False

    def is_of(self, publishable: bool) -> bool:
        return self.publishable in (None, publishable)


def with_public_link(text: str, record: Any) -> str:
    return component("message", text=text, address=f"/id/{record.uid}", link=gettext("View as a visitor"))


# Services. Those of ``review`` check the rights of the account.


def _save(press: Press) -> None:
    """Do nothing: every button saves the draft first."""


def _preview(press: Press) -> Outcome:
    return Outcome(address=preview_address(press.request, press.record))


def _publish(press: Press, *, replacing: bool = False) -> Outcome:
    edition = review.approve(
        press.record,
        by=press.by,
        at=press.at,
        note=press.given("publish_note"),
        minor=press.given("publish_minor"),
        replace=replacing,
        alone=press.given("alone_reason"),
        problems=press.problems,
    )
    return Outcome(edition.cascaded)


def _submit(press: Press) -> None:
    review.submit(press.record, by=press.by, remark=press.given("remark"))


def _take_back(press: Press) -> None:
    if press.record.stage == Stage.REVIEW:  # otherwise saving the change has already returned it
        review.take_back(press.record, by=press.by)


def _send_back(press: Press) -> None:
    if press.record.stage != Stage.REVIEW and press.form.instance_stage == Stage.REVIEW:
        raise ValidationError(
            _(
                "You have made changes yourself. Undo them to send the record back, or save the draft and tell its "
                "editors."
            )
        )
    review.send_back(press.record, by=press.by, remark=press.given("remark"))


def _unschedule(press: Press) -> Outcome:
    return Outcome(review.unschedule(press.record, by=press.by))


def _redate(press: Press) -> Outcome:
    press.problems.raise_if_any()
    return Outcome(review.redate(press.record, by=press.by, at=press.at).cascaded)


def _withdraw(press: Press) -> Outcome:
    replacement = None
    with press.problems.collect():
        replacement = replacement_from(press.given("withdraw_replacement"))
    edition = review.withdraw(
        press.record,
        by=press.by,
        reason=press.given("withdraw_reason"),
        at=press.at,
        replacement=replacement,
        show_title=bool(press.given("withdraw_show_title")),
        problems=press.problems,
    )
    return Outcome(edition.cascaded)


def _restore(press: Press) -> Outcome:
    return Outcome(review.restore(press.record, by=press.by, note=press.given("publish_note")).cascaded)


def _relabel(press: Press) -> Outcome:
    note, alone = press.given("publish_note"), press.given("alone_reason")
    made, left_out = review.relabel(press.record, by=press.by, note=note, alone=alone)
    warning = ""
    if left_out:
        names = ", ".join(edition.slug or str(edition.uid) for edition in left_out[:10])
        warning = gettext("Left out because an edition is already scheduled: %(names)s.") % {"names": names}
    return Outcome(words={"n": len(made)}, warning=warning)


# Requirements of buttons


def _instant(form: Any, name: str) -> datetime:
    if form.instants.get(name) is None:
        raise ValidationError({name: _("Enter the date and time.")})
    return form.instants[name]


def _public_reason(form: Any, user: Any, formsets: Iterable) -> None:
    services.public_reason(form.cleaned_data.get("withdraw_reason", ""))


def _second_reader(form: Any, user: Any, formsets: Iterable) -> None:
    is_changed = not form.instance.pk or what_changed(form, formsets)
    is_read = not is_changed and review.has_second_reader(form.instance, user)
    review.reason_or_refuse(is_read, form.cleaned_data.get("alone_reason", ""))


def _completeness(form: Any, user: Any, formsets: Iterable) -> None:
    raise ValidationError(form.missing())


# The buttons


def _forms_with(panel: Mapping[str, Any]) -> dict[str, bool]:
    """Return {value of Button.shown: whether the form with *panel* shows these buttons}."""
    state, is_read, is_renamed = panel["state"], panel["second_reader"], panel["relabel"]
    return {
        "always": True,
        "draft": not panel["in_review"],
        "in review": panel["in_review"],
        "not scheduled": not state.to_come,
        "not scheduled, read": not state.to_come and is_read,
        "not scheduled, unread": not state.to_come and not is_read,
        "scheduled": state.to_come,
        "withdrawal scheduled": state.scheduled_end and not state.to_come,
        "public": state.in_force,
        "withdrawn": state.last and not state.in_force and not state.to_come,
        "public, renamed": is_renamed,
        "public, not renamed": state.in_force and not is_renamed,
        "previewable": panel["previewable"],
    }


SAVED = _("The draft of “%(record)s” is saved.")
SUBMITTED = _("“%(record)s” was submitted: publishers see it among the records waiting for review.")
SCHEDULED = _("“%(record)s” will be public at %(at)s.")
TAKEN_BACK = _("“%(record)s” is a draft again.")
SENT_BACK = _("“%(record)s” is sent back with your remark.")
UNSCHEDULED = _("The scheduled publication or withdrawal of “%(record)s” was unscheduled.")
WITHDRAWN = _("“%(record)s” is withdrawn; its address gives the reason.")
TO_BE_WITHDRAWN = _("“%(record)s” will be withdrawn at %(at)s.")
RESTORED = _("“%(record)s” is public again, with the text it had before.")
RELABELLED = ngettext_lazy(
    "The new name is public; %(n)d page that shows it has a new minor edition.",
    "The new name is public; %(n)d pages that show it have a new minor edition.",
    "n",
)
_replace = partial(_publish, replacing=True)
NOW = {"message": _("“%(record)s” is public."), "needs": (_second_reader, _completeness), "links": True}
LATER = {"message": SCHEDULED, "needs": (_second_reader, _completeness), "instant": "publish_at"}
END = {"message": WITHDRAWN, "needs": (_public_reason,), "is_danger": True}
END_LATER = END | {"message": TO_BE_WITHDRAWN, "instant": "withdraw_at"}
NAME = {"message": RELABELLED, "publishable": False}
REPLACE_AT = _("Unschedule the edition and publish this text at this time")
REDATE = _("Move the scheduled edition, unchanged, to this time")
# If several are posted, the first in this order counts. A button with two labels is listed twice.
BUTTONS = (
    Button("_publish", _("Publish now"), _publish, shown="not scheduled, unread", **NOW),
    Button("_publish", _("Approve and publish now"), _publish, shown="not scheduled, read", **NOW),
    Button("_publish_at", _("Publish at this time"), _publish, shown="not scheduled", **LATER),
    Button("_replace", _("Unschedule the edition and publish now"), _replace, shown="scheduled", **NOW),
    Button("_replace_at", REPLACE_AT, _replace, shown="scheduled", **LATER),
    Button("_submit", _("Save and submit for review"), _submit, SUBMITTED, "draft", CHANGE, needs=(_completeness,)),
    Button("_take_back", _("Take back from review"), _take_back, TAKEN_BACK, "in review", CHANGE),
    Button("_send_back", _("Send back with this remark"), _send_back, SENT_BACK, "in review"),
    Button("_unschedule", _("Unschedule the edition"), _unschedule, UNSCHEDULED, "scheduled"),
    Button("_unschedule", _("Unschedule the withdrawal"), _unschedule, UNSCHEDULED, "withdrawal scheduled"),
    Button("_redate", REDATE, _redate, SCHEDULED, "scheduled", instant="publish_at"),
    Button("_withdraw", _("Withdraw now"), _withdraw, shown="public", **END),
    Button("_withdraw_at", _("Withdraw at this time"), _withdraw, shown="public", **END_LATER),
    Button("_restore", _("Restore the last public text"), _restore, RESTORED, "withdrawn"),
    Button("_relabel", _("Save and publish the new name everywhere"), _relabel, shown="public, renamed", **NAME),
    Button("_relabel", _("Save and publish everywhere"), _relabel, shown="public, not renamed", **NAME),
    Button("_preview", _("Save draft and preview"), _preview, SAVED, "previewable", CHANGE, None),
    Button("_continue", _("Save draft"), _save, SAVED, "always", CHANGE, None),
)
# Buttons that do more than save. They depend on the current state of the record and its editions.
ACTIONS = frozenset(button.name for button in BUTTONS if button.publishable is not None)
# The last one is on the page of a language.
FOR_PUBLISHERS = frozenset(button.name for button in BUTTONS if button.right == PUBLISH) | {"_publish_language"}


def require_right(request: HttpRequest, admin: Any) -> None:
    """Raise PermissionDenied if a publisher's button was posted without the right to publish.

    This comes before any query: a check for stale saves would reveal that the record has changed.
    """
    if FOR_PUBLISHERS.intersection(request.POST) and not admin.has_publish_permission(request):
        raise PermissionDenied


def offered(panel: Mapping[str, Any]) -> dict[str, Button]:
    """Return the buttons on the form with *panel*, by name without the leading underscore."""
    rights, shown = {CHANGE: panel["may_edit"], PUBLISH: panel["may_publish"]}, _forms_with(panel)
    mine = (button for button in BUTTONS if button.is_of(panel["publishable"]) and rights[button.right])
    return {button.name[1:]: button for button in mine if shown[button.shown]}


def posted(request: HttpRequest) -> Button:
    """Return the button that *request* was posted with; if there is none, that of the Return key."""
    return next((button for button in BUTTONS if button.name in request.POST), BUTTONS[-1])


def press(admin: Any, request: HttpRequest, record: Any, form: Any) -> Outcome:
    """Run the posted button on *record*, which *form* has saved.

    Raise ValidationError, keyed by form fields, if the service refuses.
    """
    button, press = posted(request), Press(request, record, form)
    if not button.is_of(admin.publishable):
        raise no_such_button()
    if button.instant:
        with press.problems.collect():
            press.at = _instant(form, button.instant)
    try:
        outcome = button.service(press) or Outcome()
    except ValidationError as error:
        # The services name every instant "at"; the form has two fields for it.
        by_field = getattr(error, "error_dict", {})
        if button.instant and "at" in by_field:
            by_field[button.instant] = by_field.pop("at")
        raise
    at = show_instant(press.at, form.time_zone) if press.at else ""
    message = button.message % {"record": record, "at": at, **outcome.words}
    outcome.message = with_public_link(message, record) if button.links else message
    return outcome


def lacking(admin: Any, request: HttpRequest, form: Any, formsets: Iterable) -> Sequence[ValidationError]:
    """Return the errors of *form* and *formsets* that prevent the posted button from running."""
    button, problems = posted(request), Problems()
    if not button.is_of(admin.publishable):
        return []
    if button.instant:
        with problems.collect():
            _instant(form, button.instant)
    for need in button.needs:
        with problems.collect():
            need(form, request.user, formsets)
    return problems.errors


def no_such_button() -> ValidationError:
    """Return the error for a posted button that this kind of record does not have."""
    return ValidationError(_("This kind of record has no such button. Nothing was done."), code="no_such_button")


# Cascaded changes


def cascaded_in_words(cascaded: Sequence[Any]) -> Iterable[str]:
    """Yield one sentence per kind of cascaded change in *cascaded*, naming the documents and photos."""
    for action in dict.fromkeys(child.action for child in cascaded):
        those = [(child.record_type, child.uid) for child in cascaded if child.action == action]
        names = [f"“{name}”" for name in names_of(those).values()]
        few = ", ".join(names[:FEW_NAMES] + ["…"] * (len(names) > FEW_NAMES))
        what = capfirst(WorkflowStep.Action(action).label)
        yield gettext("%(what)s (%(n)d): %(names)s") % {"what": what, "n": len(names), "names": few}


def names_of(children: Sequence[tuple[str, Any]]) -> dict[Any, str]:
    """Return {uid: name} of the documents and photos *children*, pairs of type and uid."""
    names: dict[Any, str] = {}
    for record_type in sorted({record_type for record_type, _uid in children}):
        uids = [uid for of_type, uid in children if of_type == record_type]
        rows = BUILDERS[record_type].queryset().model._base_manager.filter(uid__in=uids)
        rows = rows.prefetch_related("versions") if record_type == RecordType.DOCUMENT else rows
        names |= {record.uid: str(record) for record in rows}
    return names
