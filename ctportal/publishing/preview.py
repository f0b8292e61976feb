"""Previews for signed-in staff: the public templates over the JSON made on the spot from the working record.

The address holds a token that is bound to the reader's session; it is never cached, nor indexed.
"""

import hashlib
import json
from importlib import import_module
from typing import NamedTuple

from django.contrib.auth import get_permission_codename
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from ctportal import languages

from .gate import GATES, gate_for
from .models import RecordType, StoredFile

SALT = "ctportal.preview"
# Where the public pages of each type of record are made.
VIEWS = {"document": "documents.views"}


def _session_mark(request):
    """What ties a token to the reader's session without telling its key."""
    if not request.session.session_key:
        request.session.save()
    return hashlib.sha256(request.session.session_key.encode()).hexdigest()[:20]


def preview_token(request, record):
    payload = {"t": str(record.record_type), "u": str(record.uid), "s": _session_mark(request)}
    return signing.dumps(payload, salt=SALT, compress=True)


def preview_address(request, record, language=""):
    """Return the address at which the reader of *request* sees the draft of *record*, in *language* (default: original)."""
    address = reverse("preview", args=[preview_token(request, record)])
    return f"{address}?lang={language or record.original_language}"


def _record(request, token):
    """Return the working record that *token* is for; 404 for anybody else than the staff member it was made for."""
    try:
        payload = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Http404("No such preview.") from None
    user = request.user
    if not (user.is_active and user.is_staff) or payload["s"] != _session_mark(request):
        raise Http404("No such preview.")
    record = get_object_or_404(GATES[payload["t"]].queryset(), uid=payload["u"])
    if not may_view(user, record):
        raise Http404("No such preview.")
    return record


def may_view(user, record):
    """Whether *user* has the right to view or change the working *record*."""
    opts = record._meta
    actions = ("view", "change")
    return any(user.has_perm(f"{opts.app_label}.{get_permission_codename(action, opts)}") for action in actions)


def private(view):
    """Answers for one reader alone: kept by no cache, named in no index."""

    def answer(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return cache_control(private=True, no_store=True)(answer)


@private
def preview(request, token):
    """The page of a record as it would be published now, marked as a preview."""
    record = _record(request, token)
    language = request.GET.get("lang", record.original_language)
    if language not in languages.CODES:
        raise Http404("No such language.")
    content = gate_for(record).content_of(record)
    views = import_module(VIEWS.get(record.record_type, "conferences.views"))
    with translation.override(languages.django_code(language)):
        return views.render_record(
            request,
            record.record_type,
            with_private_files(content.json, token),
            language=language,
            address=(content.slug, content.uid),
            related=targets_of(content, token),
            children=children_of(record, token),
            banner={
                "lines": [
                    _(
                        "Preview of the draft: this is how it would be published now. Nobody but you can open this address."
                    )
                ],
                "off": True,
            },
            preview=request.path,
        )


def with_private_files(text, token):
    """Return canonical JSON *text* with its files at the addresses that this preview alone answers."""
    return text.replace('"path":"/files/', f'"path":"/preview/{token}/files/')


def targets_of(content, token):
    """Return what the draft points to, as drafts too: a page is previewed among its own kind."""
    found = []
    for link in content.links:
        for gate in GATES.values():
            record = gate.queryset().filter(uid=link.target).first()
            if record:
                found.append(_as_related(gate.content_of(record), link.name, link.key, token))
                break
    return found


def children_of(record, token):
    """Return the documents and photos that a conference would show."""
    if record.record_type != RecordType.CONFERENCE:
        return []
    return [
        _as_related(gate.content_of(child), "conference", "", token)
        for gate in (GATES[RecordType.DOCUMENT], GATES[RecordType.PHOTO])
        for child in gate.queryset().filter(conference=record)
    ]


def _as_related(content, name, key, token):
    return PreviewRecord(
        name, key, name, content.uid, content.type, content.slug, with_private_files(content.card, token), content.date
    )


class PreviewRecord(NamedTuple):
    """A draft as pages read related records and children of editions."""

    name: str
    key: str
    relation: str
    uid: object
    type: str
    slug: str
    card: str
    date: object

    @property
    def card_data(self):
        return json.loads(self.card)


@private
def preview_file(request, token, key, name):
    """A file that the previewed record shows."""
    record = _record(request, token)
    files = {file.key: file for file in gate_for(record).files(record)}
    if key not in files:
        raise Http404("No such file.")
    return _serve(request, files[key])


@private
def admin_file(request, key, name):
    """A stored file for staff who may view records: the original in the admin's forms."""
    user = request.user
    names = (
        "conferences.view_photo",
        "documents.view_document",
        "conferences.change_photo",
        "documents.change_document",
    )
    if not (user.is_active and user.is_staff and any(user.has_perm(name) for name in names)):
        raise Http404("No such file.")
    return _serve(request, get_object_or_404(StoredFile, key=key))


def _serve(request, stored):
    from .serving import STAFF, serve

    return serve(request, stored, cache=STAFF)
