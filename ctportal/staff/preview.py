"""Previews: the public templates with the JSON of the working record as it is now.

The address contains a token. A token for staff is bound to the session; the token of a share link is signed, expires
and can be revoked. Previews are neither cached nor indexed.
"""

import hashlib
import json
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

import conferences.views
import documents.views
from ctportal.core import languages
from ctportal.core.instants import is_time_zone, show_instant
from ctportal.files.models import StoredFile, file_path
from ctportal.files.serving import STAFF, serve
from ctportal.publishing.base_models import Stage
from ctportal.publishing.models import Edition, RecordType
from ctportal.publishing.snapshot import BUILDERS, builder_for
from ctportal.publishing.state import snapshot_differs, state_of
from ctportal.reading.queries import RelatedRecord
from ctportal.staff import sharing
from ctportal.web.records import RecordPage
from ctportal.web.vocabulary import render_vocabulary
from ctportal.workflow import audit, roles
from ctportal.workflow.redaction import labels_for
from ctportal.workflow.sealing import is_sealed_away

SALT = "ctportal.preview"
# {record type: function that renders its page}; organizations and people have none
PAGES = {
    "conference": conferences.views.render_conference,
    "photo": conferences.views.render_photo,
    "series": render_vocabulary,
    "theme": render_vocabulary,
    "document": documents.views.render_document,
}


def _session_mark(request):
    """Return a hash of the session key, which binds a token to the session without revealing the key."""
    return hashlib.sha256(request.session.session_key.encode()).hexdigest()[:20]


def preview_address(request, record, language=""):
    """Return the address of the preview of *record* for the user of *request*, in *language* (default: original)."""
    payload = {"t": str(record.record_type), "u": str(record.uid), "s": _session_mark(request)}
    address = reverse("preview", args=[signing.dumps(payload, salt=SALT, compress=True)])
    return f"{address}?lang={language or record.original_language}"


class Reader(NamedTuple):
    """The reader of a preview: the staff account *user*, or the holder of a share link that *user* made."""

    user: object
    link: object = None

    def may_read(self, record):
        """Return whether the reader sees the draft of a related *record*; if not, they see its current edition."""
        return self.link is None and roles.may_read(self.user, record)

    def allowed(self, snapshot):
        """Return *snapshot*, redacting labels of records that the reader, or the maker of the link, may not view."""
        return replace(snapshot, data=labels_for(self.user, snapshot.data, snapshot.shows))


def _opened(request, token):
    """Return (working record, Reader) of a preview. Raise Http404 unless *token* is valid for this request."""
    link = sharing.link_for(token)
    if link:
        record, reader = sharing.record_for(link), Reader(link.created_by, link)
    else:
        record, reader = _for_staff(request, token), Reader(request.user)
    if record is None:
        raise Http404("No such preview.")
    return record, reader


def _for_staff(request, token):
    user = request.user
    if not (user.is_active and user.is_staff):  # first: the response varies by cookie even for an invalid token
        return None
    try:
        payload = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    if payload["s"] != _session_mark(request):
        return None
    record = BUILDERS[payload["t"]].queryset().filter(uid=payload["u"]).first()
    return record if record and roles.may_read(user, record) else None


def private(view):
    """Decorate a view so that its responses are neither cached nor indexed."""

    def answer(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return cache_control(private=True, no_store=True)(answer)


def drafts_of(uids, may_read):
    """Yield the snapshots of the conferences, documents and photos *uids* for which *may_read* is true."""
    for kind in (RecordType.CONFERENCE, RecordType.DOCUMENT, RecordType.PHOTO):
        builder = BUILDERS[kind]
        yield from builder.snapshots_of([each for each in builder.queryset().filter(uid__in=uids) if may_read(each)])


class PreviewedDraft:
    """A working record with the records around it on its page: their drafts if *reader* may read these, else their
    editions in force at *at*.
    """

    def __init__(self, record, reader, at):
        self.reader, self.at = reader, at
        self.snapshot = builder_for(record).snapshot_of(record)
        self.shown = reader.allowed(self.snapshot)
        self.children = set()  # uids of the documents and photos of a conference
        if record.record_type == RecordType.CONFERENCE:
            for children in (record.documents, record.photos):
                self.children.update(children.values_list("uid", flat=True))

    @cached_property
    def files(self):
        """The files of the record and of its documents and photos, by key: those that the preview serves."""
        return {file.key: file for draft in (self.snapshot, *self.drafts_of_children) for file in draft.files}

    @cached_property
    def drafts_of_children(self):
        return list(drafts_of(self.children, self.reader.may_read))

    def around(self, uids):
        """Return the records *uids* as editions; those of drafts are not saved."""
        drafts = [draft for draft in self.drafts_of_children if draft.uid in uids]
        drafts += drafts_of(uids - self.children, self.reader.may_read)
        allowed = map(self.reader.allowed, drafts)
        shown = [
            Edition(type=each.type, uid=each.uid, slug=each.slug, date=each.date, card=each.card) for each in allowed
        ]
        others = uids - {draft.uid for draft in drafts}
        return [*shown, *Edition.objects.public(self.at).filter(uid__in=others).order_by("date", "slug")]

    def related(self):
        """Return the records that the record points to."""
        targets = {each.uid: each for each in self.around({link.target for link in self.snapshot.links})}
        found = [(link, targets[link.target]) for link in self.snapshot.links if link.target in targets]
        return [RelatedRecord(link.name, link.key, each.uid, each.type, each.slug, each.card) for link, each in found]

    def address_of(self, token):
        """Return the function from a file in the JSON to its address: that of the preview for the files that it serves."""

        def address(file):
            path = file_path(file["key"], file["name"])
            return f"/preview/{token}{path}" if file["key"] in self.files else path

        return address


@private
def preview(request, token):
    """Return the page of a record as it would be published now, marked as a preview."""
    record, reader = _opened(request, token)
    language = request.GET.get("lang", record.original_language)
    if language not in languages.CODES or record.record_type not in PAGES:
        raise Http404("No such preview.")
    if reader.link and request.method == "GET":
        sharing.note_opening(reader.link)
    audit.note_preview(request, record, language, reader.link)
    draft = PreviewedDraft(record, reader, request.read_context.at)
    with translation.override(languages.django_code(language)):
        page = RecordPage(
            record_type=record.record_type,
            data=json.loads(draft.shown.json),
            language=language,
            uid=record.uid,
            slug=draft.snapshot.slug,
            related=draft.related(),
            children=draft.around(draft.children),
            banner=banner(record, reader, draft.snapshot),
            preview=request.path,
            address_of=draft.address_of(token),
        )
        return PAGES[record.record_type](request, page)


def banner(record, reader, snapshot):
    """Return the banner of a preview: that it is one, when the draft will be public, and what is public now."""
    state = state_of(record.uid)
    differs = state.in_force is None or snapshot_differs(snapshot, state.in_force)
    lines = [_preview_of(differs, reader)]
    if reader.link:
        valid = _("This address is valid until %(at)s.")
        lines.append(valid % {"at": show_instant(reader.link.expires_at, "UTC")})
    elif getattr(record, "stage", "") == Stage.REVIEW:
        lines.append(_("In review."))
    if state.to_come:
        at = show_instant(state.to_come.public_from, zone_of(record))
        lines.append(_("Will be public at %(at)s, not before.") % {"at": at})
        if snapshot_differs(snapshot, state.to_come):
            lines.append(_("The scheduled edition differs from this draft."))
    elif state.in_force and differs:
        lines.append(_("The draft differs from the public edition."))
    elif state.withdrawal:
        lines.append(_("It was withdrawn: the public sees the reason."))
    if state.scheduled_end:
        at = show_instant(state.scheduled_end.edition.public_until, zone_of(record))
        lines.append(_("To be withdrawn at %(at)s.") % {"at": at})
    link = (f"/id/{record.uid}", _("View the public page")) if state.in_force else None
    return {"lines": lines, "off": True, "link": link}


def _preview_of(differs, reader):
    """Return the first line of the banner: whether the draft is public, and for whom the preview is."""
    if not differs:
        return _("Preview: identical to what is public now.")
    if reader.link:
        return _("Preview of a draft, shared with you: it is not public and may change.")
    return _("Preview of the draft: not public, visible only to you.")


def zone_of(record):
    """Return the time zone in which releases of *record* are shown: that of its conference, or UTC."""
    zone = getattr(record, "time_zone", "") or getattr(getattr(record, "conference", None), "time_zone", "")
    return zone if is_time_zone(zone) else "UTC"


@private
def preview_file(request, token, key, name):
    """Return a file of the previewed record or, for staff, of a document or photo of the previewed conference."""
    record, reader = _opened(request, token)
    files = PreviewedDraft(record, reader, request.read_context.at).files
    if key not in files:
        raise Http404("No such file.")
    return _serve(request, files[key], record, reader.link)


@private
def admin_file(request, key, name):
    """Return a stored file for the admin's forms, to its uploader and to users who may read all drafts."""
    user = request.user
    names = ("conferences.view_photo", "documents.view_document")
    if not (user.is_active and user.is_staff and any(user.has_perm(name) for name in names)):
        raise Http404("No such file.")
    stored = get_object_or_404(StoredFile.objects.select_related("source"), key=key)
    owner = stored.source.created_by_id if stored.source else stored.created_by_id
    if owner != user.pk and not user.has_perm("publishing.read_all_drafts"):
        raise Http404("No such file.")
    return _serve(request, stored)


def _serve(request, stored, record=None, link=None):
    if is_sealed_away(stored):
        raise Http404("This file was sealed.")
    response = serve(request, stored, cache=STAFF)
    audit.note_file(request, stored, response.status_code, record, link)
    return response
