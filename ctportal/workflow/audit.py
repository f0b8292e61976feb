"""The audit trail: sign-ins, accounts and rights, refusals, openings of what is not public.

An entry must never break what it tells of: one that cannot be written is logged as an error, and the request goes on. What
a GET or HEAD notes is written after its answer is made; see ``after_answer``.
No secret goes in: no password, no session, no token of an address; a user name that was typed and belongs to no account
may be a password in the wrong field, so it is not kept. Publications stand in WorkflowStep and in the ledger.
"""

import logging
from contextlib import nullcontext
from contextvars import ContextVar
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model, signals
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.urls import reverse
from django.utils import timezone

from ctportal.files.models import StoredFile
from ctportal.files.renditions import WIDTHS
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition, RecordType
from ctportal.publishing.snapshot import BUILDERS
from ctportal.workflow import after_answer
from ctportal.workflow.models import AuditEntry

Kind, Outcome = AuditEntry.Kind, AuditEntry.Outcome
logger = logging.getLogger(__name__)
_request = ContextVar("request", default=None)
NOBODY_SIGNED_IN = "(command line)"
ONCE_IN = timedelta(minutes=10)  # what a page or a reader of PDFs asks for again and again is one opening
PRIVATE = ("admin_file", "preview", "preview_file")  # views for staff beside the admin's own
READ_ALL = "publishing.read_all_drafts"
THUMBNAIL = f"w{WIDTHS[0]}."  # the renditions that the admin's own pages show by dozens


def clean(text, most):
    """Return *text* on one line: what prints nothing, line breaks and marks that turn letters around included, becomes its
    code, such as \\u202e; at most *most* characters."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in str(text)[:most])[:most]


def note(kind, what="", *, outcome=Outcome.DONE, request=None, user=None, who=None, record=None, once=False):
    """Write one entry. *user* and *request* default to those at work now; *record* is a working record or an edition.

    With *once*, nothing is written where an entry of the last ten minutes says the same.
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
            "address": clean(request.META.get("REMOTE_ADDR") or "", 64) if request else "",
        }
        now = timezone.now()
        # The savepoint keeps a failure from ending the transaction that is noted. A GET has none, and may begin none.
        with nullcontext() if after_answer.is_deferred() else transaction.atomic():
            if not (once and AuditEntry.objects.filter(at__gt=now - ONCE_IN, **said).exists()):
                after_answer.save(AuditEntry(at=now, **said))
    except (DatabaseError, ValueError):
        logger.exception("An entry of the audit trail could not be written: %s", kind)


class AuditMiddleware:
    """Knows the request at work, for signals that do not bring it, and notes what was refused in the admin.

    After the answer is made, when nothing is rolled back any more.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = _request.set(request)
        try:
            with after_answer.deferring(request):
                response = self.get_response(request)
                match = request.resolver_match
                if match and ("admin" in match.namespaces or match.url_name in PRIVATE):
                    note_refusal(request, response)
        finally:
            _request.reset(token)
        return response


def note_refusal(request, response):
    """Note a 403, a step that the rules refuse (``request.refusal``), or that something was not found, of who is signed in.

    The view is named with the numbers in its address, and nothing else of that, since it may hold what was typed.
    """
    if not request.user.is_authenticated:
        return
    match, refusal = request.resolver_match, getattr(request, "refusal", None)
    what = f"{request.method} {match.url_name}"
    if refusal or response.status_code == 403:
        reason = f"{response.status_code}" if refusal is None else "; ".join(refusal.messages)
        note(Kind.REFUSAL, f"{what}: {reason}", outcome=Outcome.REFUSED, request=request, record=_record_of(match))
    elif match.url_name and _is_not_found(response, match) and not request.user.has_perm(READ_ALL):
        # To who reads their own drafts alone, what is there answers as what never was. So this does the same work for
        # both: as many queries, and one entry, in ten minutes.
        numbers = "/".join(str(value) for value in match.kwargs.values() if str(value).isdecimal())
        what = f"{what} {numbers}".rstrip() + ": not found"
        note(Kind.REFUSAL, what, outcome=Outcome.REFUSED, request=request, record=_record_of(match), once=True)


def _is_not_found(response, match):
    """Whether *response* says that there is no such thing: in some places the admin leads to its first page instead."""
    to_index = response.status_code == 302 and response.url == reverse("admin:index")
    return response.status_code == 404 or (to_index and "object_id" in match.kwargs)


class Named(NamedTuple):
    """As much of a record as an entry tells."""

    uid: UUID
    record_type: str


def _record_of(match):
    """The record whose page or file *match* is, or None."""
    if match.url_name == "admin_file":
        source, pk = StoredFile.objects.filter(key=match.kwargs["key"]).values_list("source", "pk").first() or (0, 0)
        return _record_with(pk, source or pk)
    models = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in apps.get_models()}
    model = models.get("_".join((match.url_name or "").split("_")[:2]))
    if model is None or not hasattr(model, "record_type") or "object_id" not in match.kwargs:
        return None
    try:
        return _named(model, pk=match.kwargs["object_id"])
    except (TypeError, ValueError, OverflowError, ValidationError, DatabaseError):
        return None  # what was wrong with the address may be what was refused


def _named(model, **which):
    """The record of *model* that *which* picks, as Named, or None. Without loading it: that would take its time."""
    uid = model._base_manager.filter(**which).values_list("uid", flat=True).first()
    return uid and Named(uid, model.record_type)


def _record_with(pk, original):
    """The photo or document that has the file *original* or, where that is in no draft any more, the last edition that
    shows the file *pk*; None where there is none. Asks the same of what is there and of what is not."""
    photo, document = (BUILDERS[name].queryset().model for name in (RecordType.PHOTO, RecordType.DOCUMENT))
    found = [
        _named(photo, file=original),
        _named(document, versions__file=original),
        Edition.objects.filter(files__file=pk).only("uid", "type").order_by("-pk").first(),
    ]
    return next(filter(None, found), None)


# What is not public


def note_preview(request, record, language, link=None):
    """Note that a preview was opened: by staff, or with the share link *link*."""
    if request.method == "GET":
        note(Kind.OPENING, f"preview in {language}{_with(link)}", request=request, record=record)


def note_file(request, stored, status, record=None, link=None):
    """Note that bytes of a file which no public edition shows were sent (*status* 200 or 206), once in ten minutes for each
    account, address and file, whichever part of it was asked for. Not the thumbnails."""
    if request.method != "GET" or status not in (200, 206) or stored.variant.startswith(THUMBNAIL):
        return
    if not Edition.objects.public(epoch.now()).filter(files__file=stored).exists():
        what = f"file {stored.name} (no. {stored.pk}){_with(link)}"
        record = record or _record_with(stored.pk, stored.source_id or stored.pk)
        note(Kind.OPENING, what, request=request, record=record, once=True)


def _with(link):
    return f", with share link {link.pk}" if link else ""


# Sign-ins


def _signed_in(sender, request, user, **kwargs):
    note(Kind.SIGN_IN, request=request, user=user)


def _signed_out(sender, request, user, **kwargs):
    if user is not None:
        note(Kind.SIGN_OUT, request=request, user=user)


def _sign_in_failed(sender, credentials, request=None, **kwargs):
    typed = str(credentials.get(get_user_model().USERNAME_FIELD, ""))
    note(Kind.SIGN_IN, _name_of_account(typed), outcome=Outcome.FAILED, request=request, who="")


def _name_of_account(typed):
    try:
        is_known = "\0" not in typed and get_user_model().objects.filter(username=typed).exists()
    except DatabaseError:
        is_known = False
    return f"account {typed}" if is_known else "a name that no account has"


# Accounts and rights

WATCHED = ("username", "is_active", "is_staff", "is_superuser", "password")


def _before_account(sender, instance, update_fields=None, **kwargs):
    instance.audit_before = None
    if instance.pk and (update_fields is None or set(update_fields) & set(WATCHED)):
        instance.audit_before = sender._base_manager.filter(pk=instance.pk).values(*WATCHED).first()


def _after_account(sender, instance, created, raw=False, **kwargs):
    before, name = instance.audit_before, instance.get_username()
    if created:
        marks = [field for field in ("is_staff", "is_superuser") if getattr(instance, field)]
        note(Kind.RIGHTS, f"account {name}: made{''.join(f', {mark}' for mark in marks)}")
    elif before:
        changes = list(_changes(before, instance))
        if changes:
            note(Kind.RIGHTS, f"account {name}: {', '.join(changes)}")


def _changes(before, account):
    for field in WATCHED:
        if before[field] == getattr(account, field):
            continue
        if field == "password":
            if account._password is not None:  # else Django has hashed the same one anew
                yield "password set"
        elif field == "username":
            yield f"was called {before[field]}"
        else:
            yield f"{field} {'on' if getattr(account, field) else 'off'}"


def _role_saved(sender, instance, created, **kwargs):
    if created:
        note(Kind.RIGHTS, f"role {instance.name}: made")


def _deleted(sender, instance, **kwargs):
    note(Kind.RIGHTS, f"{_called(instance)}: deleted")


def _called(thing):
    """An account, a role or a right, as the trail names it."""
    if isinstance(thing, Group):
        return f"role {thing.name}"
    return f"account {thing.get_username()}" if hasattr(thing, "get_username") else f"right {thing.codename}"


WORDS = {"post_add": "given", "pre_remove": "taken", "pre_clear": "taken"}


def _given_or_taken(sender, instance, action, reverse, model, pk_set, **kwargs):
    """Roles and rights of an account, rights of a role; from either side."""
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


def listen():
    """Connect the signals; once, when the app is ready."""
    account = get_user_model()
    signals.user_logged_in.connect(_signed_in)
    signals.user_logged_out.connect(_signed_out)
    signals.user_login_failed.connect(_sign_in_failed)
    pre_save.connect(_before_account, sender=account)
    post_save.connect(_after_account, sender=account)
    post_save.connect(_role_saved, sender=Group)
    for model in (account, Group):
        post_delete.connect(_deleted, sender=model)
    for links in (account.groups.through, account.user_permissions.through, Group.permissions.through):
        m2m_changed.connect(_given_or_taken, sender=links)
