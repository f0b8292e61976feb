"""The conferences that an account may view or choose, for forms, filters and uploads.

Only this module queries all conferences; it returns only those that ``roles`` allows.
"""

from django.urls import reverse

from conferences.models import Conference
from ctportal.publishing.base_models import is_key
from ctportal.workflow import roles
from ctportal.workflow.redaction import Redacted


def readable_conferences(user):
    """Return the conferences whose drafts *user* may read."""
    return roles.readable(Conference.objects.all(), user)


def known_conferences(user):
    """Return the conferences that *user* may choose in a record of their own; see ``roles.choosable``."""
    return roles.choosable(Conference.objects.all(), user)


def named_conference(value, user):
    """Return the conference with the primary key *value* (a string) if *user* may choose it, else None."""
    return known_conferences(user).filter(pk=value).first() if is_key(value) else None


def city_of(conference):
    """Return the city of *conference* in its original language, or ""."""
    return getattr(conference, f"city_{conference.original_language}") or ""


def parent_link(obj):
    """Return {name, address} of the conference of a document or photo; None without one or if it is redacted."""
    if not obj.conference_id or isinstance(obj.conference, Redacted):
        return None
    address = reverse("admin:conferences_conference_change", args=[obj.conference_id])
    return {"name": obj.conference.name, "address": address}
