"""Who else has a page of the admin open, and who has saved it since. It informs; what a save may do is for ``admin_stale``.

A page notes that it is opened. Its script (static/admin-portal/presence.js) gives a sign every 20 seconds until the page is
left, and shows what the answer says. Only who may save a page is noted, and only who may open it is told.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q, Subquery
from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from .changes import name_of
from .models import Presence

FORM = "form"  # the part that is the record's own form
# How long a page counts as open after its last sign: a browser lets the script of a tab in the background run only once a
# minute, and one sign may be late.
ALIVE = timedelta(seconds=80)
WITHOUT_SCRIPT = timedelta(minutes=5)  # the same after opening, where no sign has come
KEPT = timedelta(hours=12)  # as long as a session
KEY = re.compile(r"[\w-]{22}", re.ASCII)


@dataclass
class Other:
    """Somebody else at the page: since when and, where its script gives no signs, that this is all that is known."""

    name: str
    since: object
    is_alive: bool


@dataclass
class Page:
    """An opened page, for the template admin/record/presence.html."""

    address: str = ""  # that it gives its signs to
    key: str = ""
    others: list[Other] = field(default_factory=list)
    savings: list[Other] = field(default_factory=list)  # *since* is the instant


def open_page(request, uid, part, address, *, may_save):
    """Note that *part* of the record *uid* is opened, and return its Page. Two queries.

    A form that is shown again after a mistake was opened before, and is noted with its first sign.
    """
    now = timezone.now()
    page = Page(address, secrets.token_urlsafe(16), _others(uid, part, request.user, now))
    if may_save and request.method == "GET":
        Presence.objects.create(uid=uid, part=part, user=request.user, page=page.key, opened_at=now)
    return page


def note_saving(user, uid, part):
    """Tell those who have *part* of the record *uid* open that *user* has saved it."""
    page = secrets.token_urlsafe(16)
    Presence.objects.create(uid=uid, part=part, user=user, page=page, opened_at=timezone.now(), saved=True)


def _others(uid, part, user, now):
    """One Other for each account but *user* that has the page open, who came first first."""
    is_alive = Q(seen_at__gte=now - ALIVE) | Q(seen_at=None, opened_at__gte=now - WITHOUT_SCRIPT)
    rows = Presence.objects.filter(is_alive, uid=uid, part=part, saved=False).exclude(user=user)
    found = {}
    for row in rows.select_related("user").order_by("opened_at", "pk"):
        other = found.setdefault(row.user_id, Other(name_of(row.user), row.opened_at, False))
        other.is_alive |= row.seen_at is not None
    return list(found.values())


def _savings(mine, uid, part, user):
    """The last saving of each account but *user* since the page *mine* (a queryset of its row) was opened."""
    rows = Presence.objects.filter(uid=uid, part=part, saved=True, opened_at__gt=Subquery(mine.values("opened_at")[:1]))
    rows = rows.exclude(user=user).select_related("user").order_by("opened_at", "pk")
    return list({row.user_id: Other(name_of(row.user), row.opened_at, True) for row in rows}.values())


# Signs


def answer_sign(request, uid, part, *, may_save):
    """Answer a sign of a page, sent by who may open it: with who else is there, as HTML, or with nothing where it is left."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    key = request.POST.get("page", "")
    if not KEY.fullmatch(key):
        return HttpResponseBadRequest(_("“page” is not the key of a page."), content_type="text/plain; charset=utf-8")
    now, user = timezone.now(), request.user
    mine = Presence.objects.filter(uid=uid, part=part, user=user, page=key)
    if "leave" in request.POST:
        mine.delete()
        return HttpResponse(status=204)
    Presence.objects.filter(opened_at__lt=now - KEPT).delete()
    if may_save and not mine.update(seen_at=now):
        row = Presence(uid=uid, part=part, user=user, page=key, opened_at=now, seen_at=now)
        Presence.objects.bulk_create([row], ignore_conflicts=True)  # two signs at once are one
    page = Page(others=_others(uid, part, user, now), savings=_savings(mine, uid, part, user))
    return TemplateResponse(request, "admin/record/presence_lines.html", {"presence": page})


# Forms


def form_of(record):
    return record.uid, FORM


def url(admin, page_of=form_of):
    """The address below a form's own, ``…/<id>/presence/``. *page_of* names the record and the part of an object."""

    def view(request, object_id):
        obj = admin.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404("No such record.")
        if not admin.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        return answer_sign(request, *page_of(obj), may_save=admin.has_change_permission(request, obj))

    return path("<path:object_id>/presence/", admin.admin_site.admin_view(view), name=_name(admin))


def open_form(request, admin, obj, page_of=form_of):
    """Note that the form of *obj* is opened; see ``open_page``."""
    address = reverse(f"admin:{_name(admin)}", args=[obj.pk], current_app=admin.admin_site.name)
    return open_page(request, *page_of(obj), address, may_save=admin.has_change_permission(request, obj))


def _name(admin):
    return f"{admin.opts.app_label}_{admin.opts.model_name}_presence"
