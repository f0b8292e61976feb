"""The other users who have a page of the admin open or have saved it since. For information only; ``stale_save``
decides what a save may do.

Showing a page writes nothing. Its script (static/admin-portal/presence.js) sends a signal when the page is loaded and
every 20 seconds until it is left, and shows the response. A signal carries a signed key and the instant at which the
page was made, so neither can be forged. Only users who may save a page are recorded; users who may open it see them.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBadRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from ctportal.staff.models import Presence
from ctportal.staff.object_pages import ObjectPage, page_address

FORM = "form"  # the part edited by the record's own form
SALT = "ctportal.presence"
# How long a page counts as open after its last signal: browsers run the script of a background tab only once a minute,
# and one signal may be late.
ALIVE = timedelta(seconds=80)
KEPT = timedelta(hours=12)  # as long as a session; signals of older pages are rejected


@dataclass
class Page:
    """The context of the template admin/record/presence.html."""

    address: str = ""  # that signals are sent to
    token: str = ""  # identifies the page; see ``_opened``
    others: list[Presence] = field(default_factory=list)  # who else has it open, then who has saved it since


def _token(uid, part, user, at):
    payload = [secrets.token_urlsafe(16), str(uid), part, user.pk, at.isoformat()]
    return signing.Signer(salt=SALT).sign_object(payload)


def _opened(token, uid, part, user, now):
    """Return (key of the page, instant at which it was made) from *token*; None if it is invalid, too old, or for
    another record, part or user.
    """
    try:
        key, *made_for, at = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    opened_at = datetime.fromisoformat(at)
    return (key, opened_at) if made_for == [str(uid), part, user.pk] and opened_at >= now - KEPT else None


def open_page(request, uid, part, address):
    """Return the Page for *part* of the record *uid*, with the other users who have it open. One query."""
    now = timezone.now()
    return Page(address, _token(uid, part, request.user, now), _others(uid, part, request.user, now, saved_since=now))


def note_saving(user, uid, part):
    """Record that *user* has saved *part* of the record *uid*, for users who have it open."""
    page = secrets.token_urlsafe(16)
    Presence.objects.create(uid=uid, part=part, user=user, page=page, opened_at=timezone.now(), saved=True)


def _others(uid, part, user, now, *, saved_since):
    """Return the first opened page and the last save after *saved_since* of each account other than *user*."""
    which = Q(saved=False, seen_at__gte=now - ALIVE) | Q(saved=True, opened_at__gt=saved_since)
    rows = Presence.objects.filter(which, uid=uid, part=part).exclude(user=user).select_related("user")
    found: dict[tuple[bool, int], Presence] = {}
    for row in rows.order_by("saved", "opened_at", "pk"):
        if row.saved or (row.saved, row.user_id) not in found:
            found[row.saved, row.user_id] = row
    return list(found.values())


# Signals


def answer_sign(request, uid, part, *, may_save):
    """Return the response to a signal of a page: HTML that lists the other users; 204 when the page is left; 400 if the
    key is invalid. The caller checks that the user may open the page.
    """
    now, user = timezone.now(), request.user
    opened = _opened(request.POST.get("page", ""), uid, part, user, now)
    if opened is None:
        return HttpResponseBadRequest(_("“page” is not a valid page key."), content_type="text/plain; charset=utf-8")
    key, opened_at = opened
    mine = Presence.objects.filter(uid=uid, part=part, user=user, page=key)
    if "leave" in request.POST:
        mine.delete()
        return HttpResponse(status=204)
    with transaction.atomic():  # one turn among those who write, not one for each statement
        Presence.objects.filter(opened_at__lt=now - KEPT).delete()
        if may_save and not mine.update(seen_at=now):
            row = Presence(uid=uid, part=part, user=user, page=key, opened_at=opened_at, seen_at=now)
            Presence.objects.bulk_create([row], ignore_conflicts=True)  # two signals may arrive at once
    page = Page(others=_others(uid, part, user, now, saved_since=opened_at if may_save else now))
    return TemplateResponse(request, "admin/record/presence_lines.html", {"presence": page})


# Forms


class PresencePage(ObjectPage):
    """The presence signals of a form, ``…/<id>/presence/``."""

    def post(self, request, **kwargs):
        uid, part = self.admin.record_of(self.record).uid, self.admin.presence_part(self.record)
        return answer_sign(request, uid, part, may_save=self.may_edit)


def open_form(request, admin, obj):
    """Return the Page of the form of *obj*; see ``open_page``."""
    address = page_address(admin, "presence", obj.pk)
    return open_page(request, admin.record_of(obj).uid, admin.presence_part(obj), address)
