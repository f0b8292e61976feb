"""Previews for signed-in staff: the public templates over the JSON made on the spot from the working record.

The address holds a token that is bound to the reader's session; it is never cached, nor indexed.
"""

import hashlib
import json
from importlib import import_module
from typing import NamedTuple

from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from ctportal import languages

from . import roles
from .gate import GATES, gate_for
from .models import RecordType, StoredFile
from .sealing import is_sealed_away
from .services import state_of
from .serving import STAFF, serve

SALT = "ctportal.preview"
# Where the public pages of each type of record are made.
VIEWS = {RecordType.DOCUMENT: "documents.views"}
WITHOUT_PAGE = frozenset({RecordType.ORGANIZATION, RecordType.PERSON})


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
    if not roles.may_read(user, record):
        raise Http404("No such preview.")
    return record


def private(view):
    """Answers for one reader alone: kept by no cache, named in no index."""

    def answer(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return cache_control(private=True, no_store=True)(answer)


class Shown(NamedTuple):
    """Another record as the page shows it: in the draft's own words, whether public or not."""

    type: str
    uid: object
    slug: str
    card: str
    name: str = ""
    key: str = ""
    relation: str = "conference"
    date: object = None

    @property
    def card_data(self):
        return json.loads(self.card)

    @classmethod
    def of(cls, content, card, **relation):
        return cls(content.type, content.uid, content.slug, card, date=content.date, **relation)


class Draft:
    """A working record with what its page shows beside it, all as it would be published now."""

    def __init__(self, record):
        self.content = gate_for(record).content_of(record)
        self.children = self._contents_of_children(record)

    @property
    def files(self):
        """The files it shows, by key: its own and those of its documents and photos."""
        return {file.key: file for content in (self.content, *self.children) for file in content.files}

    def _contents_of_children(self, record):
        if record.record_type != RecordType.CONFERENCE:
            return []
        gates = (GATES[RecordType.DOCUMENT], GATES[RecordType.PHOTO])
        return [gate.content_of(child) for gate in gates for child in gate.queryset().filter(conference=record.pk)]

    def related(self, token):
        """What the record points to."""
        targets = {}
        for kind in (RecordType.CONFERENCE, RecordType.DOCUMENT, RecordType.PHOTO):
            gate = GATES[kind]
            for record in gate.queryset().filter(uid__in=[link.target for link in self.content.links]):
                targets[record.uid] = gate.content_of(record)
        for link in self.content.links:
            if content := targets.get(link.target):
                card = through(token, content.card)
                yield Shown.of(content, card, name=link.name, key=link.key, relation=link.name)

    def shown_children(self, token):
        """The documents and photos of a conference."""
        for content in self.children:
            yield Shown.of(content, through(token, content.card), name="conference")


def through(token, text):
    """Return canonical JSON *text* with the addresses of its files leading through the preview."""
    return text.replace('"path":"/files/', f'"path":"/preview/{token}/files/')


@private
def preview(request, token):
    """The page of a record as it would be published now, marked as a preview."""
    record = _record(request, token)
    language = request.GET.get("lang", record.original_language)
    if language not in languages.CODES or record.record_type in WITHOUT_PAGE:
        raise Http404("No such preview.")
    draft = Draft(record)
    views = import_module(VIEWS.get(record.record_type, "conferences.views"))
    with translation.override(languages.django_code(language)):
        return views.render_record(
            request,
            record.record_type,
            through(token, draft.content.json),
            language=language,
            address=(draft.content.slug, record.uid),
            related=list(draft.related(token)),
            children=list(draft.shown_children(token)),
            banner=banner(record),
            preview=request.path,
        )


def banner(record):
    """What stands on top of a preview: that it is one, and what the public sees instead."""
    state = state_of(record.uid)
    lines = [_("Preview of the draft: not public, for you alone.")]
    if state.to_come:
        lines.append(_("Scheduled to be public at %(at)s UTC.") % {"at": f"{state.to_come.public_from:%Y-%m-%d %H:%M}"})
    elif state.in_force:
        lines.append(_("The public reads an edition of its own; the draft may differ from it."))
    link = (f"/id/{record.uid}", _("What the public reads")) if state.in_force else None
    return {"lines": lines, "off": True, "link": link}


@private
def preview_file(request, token, key, name):
    """A file that the previewed record, or a document or photo of the previewed conference, shows."""
    files = Draft(_record(request, token)).files
    if key not in files:
        raise Http404("No such file.")
    return _serve(request, files[key])


@private
def admin_file(request, key, name):
    """A stored file for staff who may view records: the original in the admin's forms."""
    user = request.user
    names = ("conferences.view_photo", "documents.view_document")
    if not (user.is_active and user.is_staff and any(user.has_perm(name) for name in names)):
        raise Http404("No such file.")
    stored = get_object_or_404(StoredFile.objects.select_related("source"), key=key)
    owner = stored.source.created_by_id if stored.source else stored.created_by_id
    if owner != user.pk and not user.has_perm("publishing.read_all_drafts"):
        raise Http404("No such file.")
    return _serve(request, stored)


def _serve(request, stored):
    if is_sealed_away(stored):
        raise Http404("This file was sealed.")
    return serve(request, stored, cache=STAFF)
