"""The conferences that an account may know of: for forms, their choices, filters and uploads.

The one place that reads them from all there are, and hands on none that ``roles`` does not allow.
"""

from django.urls import reverse

from conferences.models import Conference
from ctportal.publishing.base_models import is_key
from ctportal.workflow import roles
from ctportal.workflow.redaction import Redacted


def readable_conferences(user):
    """Those whose drafts *user* may read."""
    return roles.readable(Conference.objects.all(), user)


def known_conferences(user):
    """Those that *user* may name in a record of their own; see ``roles.choosable``."""
    return roles.choosable(Conference.objects.all(), user)


def named_conference(value, user):
    """The conference whose primary key is the text *value*, such as an address gives it, where *user* may know of it; or None."""
    return known_conferences(user).filter(pk=value).first() if is_key(value) else None


def city_of(conference):
    """The city of *conference* in its original language, "" where none is given."""
    return getattr(conference, f"city_{conference.original_language}") or ""


def parent_link(obj):
    """Where a document or photo belongs: {name, address} of its conference, or None."""
    if not obj.conference_id or isinstance(obj.conference, Redacted):
        return None
    address = reverse("admin:conferences_conference_change", args=[obj.conference_id])
    return {"name": obj.conference.name, "address": address}
