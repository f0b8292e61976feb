"""The audit trail: sign-ins, accounts and rights, refusals, and access to what is not public.

A failure to write an entry never breaks the request: it is logged as an error. Entries of a GET or HEAD are written after
the response is made; see ``after_answer``.
Entries hold no secret: no password, session or token of an address. A user name without account may be a password typed
into the wrong field, so it is not stored. Publications are recorded in WorkflowStep and in the ledger, not here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import ResolverMatch, reverse
from django.utils import timezone

from ctportal.core.client_address import client_address
from ctportal.core.types import AnyUser
from ctportal.files.models import StoredFile
from ctportal.files.renditions import WIDTHS
from ctportal.publishing import epoch
from ctportal.publishing.base_models import Record
from ctportal.publishing.models import Edition, RecordType
from ctportal.publishing.snapshot import BUILDERS
from ctportal.workflow import after_answer
from ctportal.workflow.models import AuditEntry

Kind, Outcome = AuditEntry.Kind, AuditEntry.Outcome
logger = logging.getLogger(__name__)
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
NOBODY_SIGNED_IN = "(command line)"
ONCE_IN = timedelta(minutes=10)  # repeated requests, as of a PDF viewer, count once in this time
PRIVATE = ("admin_file", "preview", "preview_file")  # views for staff outside the admin site
READ_ALL = "publishing.read_all_drafts"
THUMBNAIL = f"w{WIDTHS[0]}."  # pages of the admin show dozens of these renditions


def clean(text: object, most: int) -> str:
    """Return the first *most* characters of *text* with unprintable ones, such as line breaks, escaped like \\u202e."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in str(text)[:most])[:most]


def note(
    kind: str,
    what: str = "",
    *,
    outcome: str = Outcome.DONE,
    request: HttpRequest | None = None,
    user: AnyUser | None = None,
    who: str | None = None,
    record: Record | Edition | Named | None = None,
    once: bool = False,
) -> None:
    """Write one entry. *request* defaults to the current request, *user* to its user, *who* to the name of *user*.

    With *once*, nothing is written where the last ten minutes have an equal entry.
    """
    request = request or _request.get()
    try:
        user = user or getattr(request, "user", None)
        if who is None:
            who = user.get_username() if user else "" if request else NOBODY_SIGNED_IN
        said = {
            "kind": kind,
            "outcome": outcome,
            "who": clean(who, 150),
            "account": user.pk if user else None,
            "what": clean(what, 500),
            "uid": getattr(record, "uid", None),
            "type": getattr(record, "record_type", None) or getattr(record, "type", ""),
            "address": clean(client_address(request), 64) if request else "",
        }
        now = timezone.now()
        # The savepoint keeps a failure from breaking the surrounding transaction. A GET has none, and must not begin one.
        with nullcontext() if after_answer.is_deferred() else transaction.atomic():
            if not (once and AuditEntry.objects.filter(at__gt=now - ONCE_IN, **said).exists()):
                after_answer.save(AuditEntry(at=now, **said))
    except (DatabaseError, ValueError):
        logger.exception("An entry of the audit trail could not be written: %s", kind)


class AuditMiddleware:
    """Stores the current request for signals that do not pass it, and notes in the admin what is forbidden or not found.

    This is noted after the response is made, when nothing is rolled back any more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            with after_answer.deferring(request):
                response = self.get_response(request)
                match = request.resolver_match
                if match and ("admin" in match.namespaces or match.url_name in PRIVATE):
                    note_response(request, match, response)
        finally:
            _request.reset(token)
        return response


def note_refusal(request: HttpRequest, error: ValidationError) -> None:
    """Note a step of the admin that the rules refuse. Call it when nothing is rolled back any more."""
    if match := request.resolver_match:
        _note_refused(request, match, ": " + "; ".join(error.messages))


def note_response(request: HttpRequest, match: ResolverMatch, response: HttpResponse) -> None:
    """Note a 403 or a page not found, for users who are signed in."""
    if not request.user.is_authenticated:
        return
    if response.status_code == 403:
        _note_refused(request, match, ": 403")
    elif match.url_name and _is_not_found(response, match) and not request.user.has_perm(READ_ALL):
        # Users who read their own drafts only get the same answer whether the record exists or not. So both cases take
        # the same queries, and one entry in ten minutes.
        numbers = "/".join(str(value) for value in match.kwargs.values() if str(value).isdecimal())
        _note_refused(request, match, f" {numbers}".rstrip() + ": not found", once=True)


def _note_refused(request: HttpRequest, match: ResolverMatch, how: str, *, once: bool = False) -> None:
    """Note a refused request. The entry names the view and *how*, but no address: it may hold typed text."""
    what = f"{request.method} {match.url_name}{how}"
    note(Kind.REFUSAL, what, outcome=Outcome.REFUSED, request=request, record=_record_of(match), once=once)


def _is_not_found(response: HttpResponse, match: ResolverMatch) -> bool:
    """Return whether *response* is a 404, or the admin's redirect to its index for an unknown object."""
    to_index = isinstance(response, HttpResponseRedirect) and response.url == reverse("admin:index")
    return response.status_code == 404 or (to_index and "object_id" in match.kwargs)


class Named(NamedTuple):
    """The identifier and type of a record: what an entry stores of it."""

    uid: UUID
    record_type: str


def _record_of(match: ResolverMatch) -> Named | Edition | None:
    """Return the record whose page or file *match* is, or None."""
    if match.url_name == "admin_file":
        source, pk = StoredFile.objects.filter(key=match.kwargs["key"]).values_list("source", "pk").first() or (0, 0)
        return _record_with(pk, source or pk)
    models = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in apps.get_models()}
    model = models.get("_".join((match.url_name or "").split("_")[:2]))
    if model is None or not issubclass(model, Record) or "object_id" not in match.kwargs:
        return None
    try:
        return _named(model, pk=match.kwargs["object_id"])
    except (TypeError, ValueError, OverflowError, ValidationError, DatabaseError):
        return None  # the request may have been refused for its invalid address


def _named(model: type[Record], **which: object) -> Named | None:
    """Return the record of *model* with the lookups *which*, as Named, or None. The row is not loaded."""
    uid = model._base_manager.filter(**which).values_list("uid", flat=True).first()
    return Named(uid, model.record_type) if uid else None


def _record_with(pk: int, original: int) -> Named | Edition | None:
    """Return the photo or document with the file *original*, else the last edition that shows the file *pk*, else None.
    Always three queries, so that the time taken does not reveal what exists."""
    photo, document = (BUILDERS[name].queryset().model for name in (RecordType.PHOTO, RecordType.DOCUMENT))
    found: list[Named | Edition | None] = [
        _named(photo, file=original),
        _named(document, versions__file=original),
        Edition.objects.filter(files__file=pk).only("uid", "type").order_by("-pk").first(),
    ]
    return next((each for each in found if each), None)


# What is not public


def note_preview(request: HttpRequest, record: Record, language: str, link: Model | None) -> None:
    """Note that a preview was opened: by staff, or with the share link *link*."""
    if request.method == "GET":
        note(Kind.OPENING, f"preview in {language}{_with(link)}", request=request, record=record)


def note_file(request: HttpRequest, stored: StoredFile, status: int, record: Record | None, link: Model | None) -> None:
    """Note that a file which no public edition shows was sent, in whole or in part (*status* 200 or 206): once in ten minutes
    for each account, address and file. Thumbnails are not noted."""
    if request.method != "GET" or status not in (200, 206) or stored.variant.startswith(THUMBNAIL):
        return
    if not Edition.objects.public(epoch.now()).filter(files__file=stored).exists():
        what = f"file {stored.name} (no. {stored.pk}){_with(link)}"
        shown_in = record or _record_with(stored.pk, stored.source_id or stored.pk)
        note(Kind.OPENING, what, request=request, record=shown_in, once=True)


def _with(link: Model | None) -> str:
    return f", with share link {link.pk}" if link else ""


# Sign-ins


@receiver(user_logged_in)
def _signed_in(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    note(Kind.SIGN_IN, request=request, user=user)


@receiver(user_logged_out)
def _signed_out(sender: object, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        note(Kind.SIGN_OUT, request=request, user=user)


@receiver(user_login_failed)
def _sign_in_failed(sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    typed = str(credentials.get(User.USERNAME_FIELD, ""))
    note(Kind.SIGN_IN, name_of_account(typed), outcome=Outcome.FAILED, request=request, who="")


def name_of_account(typed: str) -> str:
    """Return how the audit trail names the account called *typed*; what no account is called is not repeated."""
    try:
        is_known = "\0" not in typed and User.objects.filter(username=typed).exists()
    except DatabaseError:
        is_known = False
    return f"account {typed}" if is_known else "a name that no account has"


# Accounts and rights

Held: TypeAlias = User | Group | Permission

WATCHED = ("username", "is_active", "is_staff", "is_superuser", "password")


@receiver(pre_save, sender=User)
def _before_account(sender: type[User], instance: User, update_fields: Iterable[str] | None = None, **_: Any) -> None:
    is_watched = instance.pk and (update_fields is None or set(update_fields) & set(WATCHED))
    before = sender._base_manager.filter(pk=instance.pk).values(*WATCHED).first() if is_watched else None
    instance.audit_before = before  # type: ignore[attr-defined]  # handed on to _after_account


@receiver(post_save, sender=User)
def _after_account(sender: type[User], instance: User, created: bool, **_: Any) -> None:
    before, name = getattr(instance, "audit_before", None), instance.get_username()
    if created:
        marks = [field for field in ("is_staff", "is_superuser") if getattr(instance, field)]
        note(Kind.RIGHTS, f"account {name}: made{''.join(f', {mark}' for mark in marks)}")
    elif before:
        changes = list(_changes(before, instance))
        if changes:
            note(Kind.RIGHTS, f"account {name}: {', '.join(changes)}")


def _changes(before: dict[str, Any], account: User) -> Iterator[str]:
    for field in WATCHED:
        if before[field] == getattr(account, field):
            continue
        if field == "password":
            if getattr(account, "_password", None) is not None:  # else Django has rehashed the same password
                yield "password set"
        elif field == "username":
            yield f"was called {before[field]}"
        else:
            yield f"{field} {'on' if getattr(account, field) else 'off'}"


@receiver(post_save, sender=Group)
def _role_saved(sender: type[Group], instance: Group, created: bool, **_: Any) -> None:
    if created:
        note(Kind.RIGHTS, f"role {instance.name}: made")


@receiver(post_delete, sender=User)
@receiver(post_delete, sender=Group)
def _deleted(sender: type[Model], instance: User | Group, **_: Any) -> None:
    note(Kind.RIGHTS, f"{_called(instance)}: deleted")


def _called(thing: Held) -> str:
    """Return how the audit trail names an account, a role or a right."""
    if isinstance(thing, Group):
        return f"role {thing.name}"
    return f"account {thing.get_username()}" if hasattr(thing, "get_username") else f"right {thing.codename}"


WORDS = {"post_add": "given", "pre_remove": "taken", "pre_clear": "taken"}


@receiver(m2m_changed, sender=User.groups.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
@receiver(m2m_changed, sender=Group.permissions.through)
def _given_or_taken(
    sender: type[Model],
    instance: Held,
    action: str,
    reverse: bool,
    model: type[Held],
    pk_set: set[int] | None,
    **_: Any,
) -> None:
    """Note changes to the roles and rights of an account and to the rights of a role, from either side of the relation."""
    if action not in WORDS:
        return
    field = next(f for f in sender._meta.fields if f.related_model and isinstance(instance, f.related_model))
    other = next(f for f in sender._meta.fields if f.related_model is model)
    there = sender._base_manager.filter(**{field.name: instance})  # after adding, before removing or emptying
    if pk_set is not None:
        there = there.filter(**{f"{other.name}__in": pk_set})
    for thing in model._base_manager.filter(pk__in=there.values(other.name)):
        holder, held = (thing, instance) if reverse else (instance, thing)
        note(Kind.RIGHTS, f"{_called(holder)}: {_called(held)} {WORDS[action]}")
