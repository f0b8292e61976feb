"""The buttons of the form of a record: what each is called, who may press it, what it does, and what is said then.

Each of them saves the draft first. The form shows those that ``offered`` finds; ``press`` runs the one that was posted.
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

CHANGE, PUBLISH = "change", "publish"  # rights, asked by ``ModelAdmin.has_<right>_permission``
FEW_NAMES = 10  # of the records that stand in a message


@dataclass
class Press:
    """A button that is pressed on the form of *record*, which is saved."""

    request: HttpRequest
    record: Any
    form: Any
    at: datetime | None = None  # the instant given for it
    problems: Problems = field(default_factory=Problems)  # found before the service is asked; raised with what it finds

    @property
    def by(self) -> Any:
        return self.request.user

    def given(self, name: str) -> Any:
        return self.form.cleaned_data[name]


@dataclass
class Outcome:
    """What came of a button."""

    cascaded: Sequence[Any] = ()  # what documents and photos did with their conference
    words: Mapping[str, object] = field(default_factory=dict)  # for the button's message
    message: str = ""  # of success
    warning: str = ""
    address: str = ""  # where it leads on to, instead of the form


@dataclass(frozen=True)
class Button:
    name: str
    label: Promise
    service: Callable[[Press], Outcome]
    message: Promise  # of success
    shown: str = "always"  # on which forms; see ``_forms_with``
    right: str = PUBLISH
    publishable: bool | None = True  # on forms of records that are published themselves, of others, of all
    instant: str = ""  # field with the date and time that it asks for
    needs: tuple[Callable[[Any, Any, Iterable], None], ...] = ()  # raise ValidationError for what a form lacks for it
    links: bool = False  # whether the message leads to the public page
    is_danger: bool = False

    def is_of(self, publishable: bool) -> bool:
        return self.publishable in (None, publishable)


def with_public_link(text: str, record: Any) -> str:
    return component("message", text=text, address=f"/id/{record.uid}", link=gettext("View as a visitor"))


# Services. Those of ``review`` check the right of who asks.


def _save(press: Press) -> Outcome:
    return Outcome()


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


def _submit(press: Press) -> Outcome:
    review.submit(press.record, by=press.by, remark=press.given("remark"))
    return Outcome()


def _take_back(press: Press) -> Outcome:
    if press.record.stage == Stage.REVIEW:  # else the change just saved has returned it
        review.take_back(press.record, by=press.by)
    return Outcome()


def _send_back(press: Press) -> Outcome:
    if press.record.stage != Stage.REVIEW and press.form.instance_stage == Stage.REVIEW:
        raise ValidationError(
            _(
                "You have made changes yourself. Undo them to send the record back, or save the draft and tell its "
                "editors."
            )
        )
    review.send_back(press.record, by=press.by, remark=press.given("remark"))
    return Outcome()


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


# What a button asks of its form


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
    """Which buttons the form with *panel* shows: {Button.shown: whether it does}."""
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
# Where several are posted, the first of these counts. What has two labels stands twice.
BUTTONS = (
    Button("_publish", _("Publish now"), _publish, shown="not scheduled, unread", **NOW),
    Button("_publish", _("Approve and publish now"), _publish, shown="not scheduled, read", **NOW),
    Button("_publish_at", _("Publish at this time"), _publish, shown="not scheduled", **LATER),
    Button("_replace", _("Unschedule the edition and publish now"), _replace, shown="scheduled", **NOW),
    Button(
        "_replace_at",
        _("Unschedule the edition and publish this text at this time"),
        _replace,
        shown="scheduled",
        **LATER,
    ),
    Button("_submit", _("Save and submit for review"), _submit, SUBMITTED, "draft", CHANGE, needs=(_completeness,)),
    Button(
        "_take_back", _("Take back from review"), _take_back, _("“%(record)s” is a draft again."), "in review", CHANGE
    ),
    Button(
        "_send_back",
        _("Send back with this remark"),
        _send_back,
        _("“%(record)s” is sent back with your remark."),
        "in review",
    ),
    Button("_unschedule", _("Unschedule the edition"), _unschedule, UNSCHEDULED, "scheduled"),
    Button("_unschedule", _("Unschedule the withdrawal"), _unschedule, UNSCHEDULED, "withdrawal scheduled"),
    Button(
        "_redate",
        _("Move the scheduled edition, unchanged, to this time"),
        _redate,
        SCHEDULED,
        "scheduled",
        instant="publish_at",
    ),
    Button("_withdraw", _("Withdraw now"), _withdraw, WITHDRAWN, "public", needs=(_public_reason,), is_danger=True),
    Button(
        "_withdraw_at",
        _("Withdraw at this time"),
        _withdraw,
        TO_BE_WITHDRAWN,
        "public",
        instant="withdraw_at",
        needs=(_public_reason,),
        is_danger=True,
    ),
    Button("_restore", _("Restore the last public text"), _restore, RESTORED, "withdrawn"),
    Button(
        "_relabel",
        _("Save and publish the new name everywhere"),
        _relabel,
        RELABELLED,
        "public, renamed",
        publishable=False,
    ),
    Button(
        "_relabel", _("Save and publish everywhere"), _relabel, RELABELLED, "public, not renamed", publishable=False
    ),
    Button("_preview", _("Save draft and preview"), _preview, SAVED, "previewable", CHANGE, None),
    Button("_continue", _("Save draft"), _save, SAVED, "always", CHANGE, None),
)
# Buttons that do more than save, and so depend on what the record and its editions are at this moment.
ACTIONS = frozenset(button.name for button in BUTTONS if button.publishable is not None)
# The last one is on the page of a language.
FOR_PUBLISHERS = frozenset(button.name for button in BUTTONS if button.right == PUBLISH) | {"_publish_language"}


def require_right(request: HttpRequest, admin: Any) -> None:
    """Refuse a publisher's button to everybody else, before anything is looked up: an old page would tell of changes."""
    if FOR_PUBLISHERS.intersection(request.POST) and not admin.has_publish_permission(request):
        raise PermissionDenied


def offered(panel: Mapping[str, Any]) -> dict[str, Button]:
    """Return the buttons on the form with *panel*, by their names without the underscore before them."""
    rights, shown = {CHANGE: panel["may_edit"], PUBLISH: panel["may_publish"]}, _forms_with(panel)
    mine = (button for button in BUTTONS if button.is_of(panel["publishable"]) and rights[button.right])
    return {button.name[1:]: button for button in mine if shown[button.shown]}


def posted(request: HttpRequest) -> Button:
    """Return the button that *request* was posted with; without any, that of the Return key."""
    return next((button for button in BUTTONS if button.name in request.POST), BUTTONS[-1])


def press(admin: Any, request: HttpRequest, record: Any, form: Any) -> Outcome:
    """Do to *record*, which *form* has saved, what the posted button stands for. Raises ValidationError, by the form's fields."""
    button, press = posted(request), Press(request, record, form)
    if not button.is_of(admin.publishable):
        raise no_such_button()
    if button.instant:
        with press.problems.collect():
            press.at = _instant(form, button.instant)
    try:
        outcome = button.service(press)
    except ValidationError as error:
        # The services call every instant "at"; the form has two.
        by_field = getattr(error, "error_dict", {})
        if button.instant and "at" in by_field:
            by_field[button.instant] = by_field.pop("at")
        raise
    at = show_instant(press.at, form.time_zone) if press.at else ""
    message = button.message % {"record": record, "at": at, **outcome.words}
    outcome.message = with_public_link(message, record) if button.links else message
    return outcome


def lacking(admin: Any, request: HttpRequest, form: Any, formsets: Iterable) -> Sequence[ValidationError]:
    """Return what *form*, with the rows of *formsets*, lacks for the posted button."""
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
    """What is said to somebody who presses a button that pages of this kind of record do not have."""
    return ValidationError(_("This kind of record has no such button. Nothing was done."), code="no_such_button")


# Cascaded changes


def cascaded_in_words(cascaded: Sequence[Any]) -> Iterable[str]:
    """Tell what documents and photos did with their conference, in a sentence for each thing they did."""
    for action in dict.fromkeys(child.action for child in cascaded):
        those = [(child.record_type, child.uid) for child in cascaded if child.action == action]
        names = [f"“{name}”" for name in names_of(those).values()]
        few = ", ".join(names[:FEW_NAMES] + ["…"] * (len(names) > FEW_NAMES))
        what = capfirst(WorkflowStep.Action(action).label)
        yield gettext("%(what)s (%(n)d): %(names)s") % {"what": what, "n": len(names), "names": few}


def names_of(children: Sequence[tuple[str, Any]]) -> dict[Any, str]:
    """{uid: name} of the documents and photos *children*, pairs of type and uid."""
    names: dict[Any, str] = {}
    for record_type in sorted({record_type for record_type, _uid in children}):
        uids = [uid for of_type, uid in children if of_type == record_type]
        rows = BUILDERS[record_type].queryset().model._base_manager.filter(uid__in=uids)
        rows = rows.prefetch_related("versions") if record_type == RecordType.DOCUMENT else rows
        names |= {record.uid: str(record) for record in rows}
    return names
