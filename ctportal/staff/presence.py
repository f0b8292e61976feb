"""Who else has a page of the admin open, and who has saved it since. It informs; what a save may do is for ``stale_save``.

Showing a page writes nothing. Its script (static/admin-portal/presence.js) gives a sign when the page is loaded and every 20
seconds until it is left, and shows what the answer says. A sign carries the key of the page with the instant at which the page
was made, signed, so that neither is invented. Only who may save a page is noted, and only who may open it is told.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core import signing
from django.http import HttpResponse, HttpResponseBadRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from ctportal.staff.models import Presence
from ctportal.staff.object_pages import ObjectPage, page_address

FORM = "form"  # the part that is the record's own form
SALT = "ctportal.presence"
# How long a page counts as open after its last sign: a browser lets the script of a tab in the background run only once a
# minute, and one sign may be late.
ALIVE = timedelta(seconds=80)
KEPT = timedelta(hours=12)  # as long as a session; a page that was made before gives no sign any more


@dataclass
class Page:
    """A page that is shown, for the template admin/record/presence.html."""

    address: str = ""  # that it gives its signs to
    token: str = ""  # what it signs with; see ``_opened``
    others: list[Presence] = field(default_factory=list)  # who else has it open
    savings: list[Presence] = field(default_factory=list)  # who has saved it since


def _token(uid, part, user, at):
    payload = [secrets.token_urlsafe(16), str(uid), part, user.pk, at.isoformat()]
    return signing.Signer(salt=SALT).sign_object(payload)


def _opened(token, uid, part, user, now):
    """(key of the page, instant at which it was made), as *token* tells; None where that was not made for *part* of the
    record *uid* and for *user*, or too long ago."""
    try:
        key, *made_for, at = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    opened_at = datetime.fromisoformat(at)
    return (key, opened_at) if made_for == [str(uid), part, user.pk] and opened_at >= now - KEPT else None


def open_page(request, uid, part, address):
    """Return the Page for *part* of the record *uid*, with who else has it open. One query."""
    now = timezone.now()
    return Page(address, _token(uid, part, request.user, now), _others(uid, part, request.user, now))


def note_saving(user, uid, part):
    """Tell those who have *part* of the record *uid* open that *user* has saved it."""
    page = secrets.token_urlsafe(16)
    Presence.objects.create(uid=uid, part=part, user=user, page=page, opened_at=timezone.now(), saved=True)


def _others(uid, part, user, now):
    """The first sign of each account but *user* that has the page open, who came first first."""
    rows = Presence.objects.filter(uid=uid, part=part, saved=False, seen_at__gte=now - ALIVE).exclude(user=user)
    found: dict[int, Presence] = {}
    for row in rows.select_related("user").order_by("opened_at", "pk"):
        found.setdefault(row.user_id, row)
    return list(found.values())


def _savings(uid, part, user, since):
    """The last saving of each account but *user* after the instant *since*."""
    rows = Presence.objects.filter(uid=uid, part=part, saved=True, opened_at__gt=since).exclude(user=user)
    rows = rows.select_related("user").order_by("opened_at", "pk")
    return list({row.user_id: row for row in rows}.values())


# Signs


def answer_sign(request, uid, part, *, may_save):
    """Answer a sign of a page, sent by who may open it: with who else is there, as HTML, or with nothing where it is left."""
    now, user = timezone.now(), request.user
    opened = _opened(request.POST.get("page", ""), uid, part, user, now)
    if opened is None:
        return HttpResponseBadRequest(_("“page” is not a valid page key."), content_type="text/plain; charset=utf-8")
    key, opened_at = opened
    mine = Presence.objects.filter(uid=uid, part=part, user=user, page=key)
    if "leave" in request.POST:
        mine.delete()
        return HttpResponse(status=204)
    Presence.objects.filter(opened_at__lt=now - KEPT).delete()
    if may_save and not mine.update(seen_at=now):
        row = Presence(uid=uid, part=part, user=user, page=key, opened_at=opened_at, seen_at=now)
        Presence.objects.bulk_create([row], ignore_conflicts=True)  # two signs at once are one
    savings = _savings(uid, part, user, opened_at) if may_save else []
    page = Page(others=_others(uid, part, user, now), savings=savings)
    return TemplateResponse(request, "admin/record/presence_lines.html", {"presence": page})


# Forms


class PresencePage(ObjectPage):
    """The address that a form gives its signs to, ``…/<id>/presence/``."""

    def post(self, request, **kwargs):
        uid, part = self.admin.record_of(self.record).uid, self.admin.presence_part(self.record)
        return answer_sign(request, uid, part, may_save=self.may_edit)


def open_form(request, admin, obj):
    """The Page of the form of *obj*; see ``open_page``."""
    address = page_address(admin, "presence", obj.pk)
    return open_page(request, admin.record_of(obj).uid, admin.presence_part(obj), address)
