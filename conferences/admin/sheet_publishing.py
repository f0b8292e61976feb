"""The publishing buttons of the contact sheet: for the photos that are ready, and for the conference with its featured
photo.

The ``publish_…`` functions return messages as pairs of text and level.
"""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conferences.models import Conference, Photo
from ctportal.core.instants import show_instant
from ctportal.publishing.state import State
from ctportal.staff.components import component
from ctportal.staff.draft_changes import changes
from ctportal.staff.publication_state import publication_state
from ctportal.staff.record_admin import RecordAdmin
from ctportal.workflow import review

Message = tuple[str, int]


def release_of(state: State) -> tuple[str, datetime | None]:
    """Return when photos of a conference in *state* can be published: ("now", None), ("at", the instant of its
    scheduled edition), or ("never", None) if it is neither public nor scheduled.
    """
    if state.in_force:
        return "now", None
    return ("at", state.to_come.public_from) if state.to_come else ("never", None)


def publish_ready(photos: list[Photo], conference: Conference, state: State, *, by, alone: str, address: str):
    """Publish those of *photos* that are ready: now, or with the scheduled *conference*, whose form has *address*."""
    when, at = release_of(state)
    if when == "never":
        text = _("Nothing was published because the conference is not public. Publish the conference first.")
        return [(component("message", text=text, address=address, link=str(conference)), messages.ERROR)]
    done, left = 0, []
    for number, photo in enumerate(photos, start=1):
        refusal, publication = "", publication_state(photo)
        if publication == "withdrawn":
            refusal = _("withdrawn; to publish it again, use its own page.")
        elif publication in ("draft", "changed"):
            try:
                review.approve(photo, by=by, at=at, alone=alone)
                done += 1
            except ValidationError as error:
                refusal = " ".join(error.messages)
        if refusal:
            left.append((reverse("admin:conferences_photo_change", args=[photo.pk]), number, photo.file.name, refusal))
    return [_done(done, at, conference), *_left_out(left)]


def _done(n: int, at: datetime | None, conference: Conference) -> Message:
    if not n:
        return _("No photos were published."), messages.WARNING
    if at is None:
        text = ngettext("%(n)d photo is published.", "%(n)d photos are published.", n)
        return text % {"n": n}, messages.SUCCESS
    text = ngettext("%(n)d photo will be public at %(at)s.", "%(n)d photos will be public at %(at)s.", n)
    return text % {"n": n, "at": show_instant(at, conference.time_zone)}, messages.SUCCESS


def _left_out(photos) -> list[Message]:
    if not photos:
        return []
    text = ngettext("%(n)d photo was left out:", "%(n)d photos were left out:", len(photos)) % {"n": len(photos)}
    return [(component("left_out", text=text, photos=photos), messages.WARNING)]


def stale_page(admin: RecordAdmin, conference: Conference, state: State, featured: Photo | None) -> list[str] | None:
    """Return None if the public conference page shows the *featured* photo or there is no such page; else the names of
    the other differences that would be published with the conference.
    """
    edition = state.in_force
    if edition is None:
        return None
    public = [link.target for link in edition.relations.all() if link.name == "featured_photo"]
    if public == ([featured.uid] if featured else []):
        return None
    return [name for name in changes(admin, conference, edition) if name != _("relations to other records")]


def publish_conference(conference: Conference, stale: list[str] | None, *, by, alone: str) -> list[Message]:
    """Publish *conference*: as a minor edition if *stale* is empty, so that only the photo of its page differs."""
    try:
        review.approve(conference, by=by, minor=stale == [], alone=alone)
    except ValidationError as error:
        return [(" ".join(error.messages), messages.ERROR)]
    text = _("The conference page is published again, with the featured photo.")
    link = _("View as a visitor")
    return [(component("message", text=text, address=f"/id/{conference.uid}", link=link), messages.SUCCESS)]
