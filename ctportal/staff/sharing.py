"""Share links: one draft for a reader without an account. Links are signed, expire and can be revoked; every opening
is recorded.

A link gives access to its record and that record's own files only. It stops working when the account that made it is
inactive or may no longer read the record.
"""

from datetime import timedelta

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone

from ctportal.publishing.snapshot import BUILDERS
from ctportal.staff.models import ShareLink, ShareOpening
from ctportal.workflow import after_answer, roles

SALT = "ctportal.share"
DAYS = (1, 3, 7, 14, 30)


def share(record, *, by, days, name):
    """Return a new link to the draft of *record*, valid for *days*; *name* says whom it is for.

    Raise PermissionDenied unless *by* may edit the record.
    """
    if not roles.may_edit(by, record):
        raise PermissionDenied
    return ShareLink.objects.create(
        uid=record.uid,
        type=record.record_type,
        name=" ".join(name.split()),
        created_by=by,
        expires_at=timezone.now() + timedelta(days=days),
    )


def links_of(record):
    """Return the links to *record*, newest first, annotated with ``openings`` (their number) and ``last_opened``."""
    links = ShareLink.objects.filter(uid=record.uid).select_related("created_by")
    return links.annotate(openings=Count("shareopening"), last_opened=Max("shareopening__at")).order_by("-pk")


def revoke(link, *, by, record):
    """Revoke *link*. Raise PermissionDenied unless *by* may edit *record* and the link is to it."""
    if not roles.may_edit(by, record) or link.uid != record.uid:
        raise PermissionDenied
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())


def address_of(link):
    """Return the address of the preview that *link* opens, without the host."""
    return reverse("preview", args=[signing.dumps(link.key, salt=SALT)])


def link_for(token):
    """Return the ShareLink of *token*, or None if it is invalid, expired or revoked."""
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    links = ShareLink.objects.select_related("created_by")
    link = links.filter(key=key, revoked_at=None, expires_at__gt=timezone.now()).first()
    return link if link and link.created_by else None


def record_for(link):
    """Return the working record of *link*, or None if the account that made it may no longer read the record."""
    record = BUILDERS[link.type].queryset().filter(uid=link.uid).first()
    maker = link.created_by
    return record if record and maker.is_active and roles.may_read(maker, record) else None


def note_opening(link):
    after_answer.save(ShareOpening(link=link))
