"""The newly public terms of a publication, as its approver sees them."""

from django.utils.text import Truncator

from ctportal.core import languages
from ctportal.publishing.snapshot import plain
from ctportal.staff.object_pages import page_address


def shown(admin_site, entries):
    """Return the kind, name, description, language and address of *entries*, for admin/record/newly_public.html."""
    return [
        {
            "kind": entry._meta.verbose_name,
            "name": getattr(entry, f"name_{entry.original_language}") or str(entry),
            "description": Truncator(plain(getattr(entry, f"description_{entry.original_language}", "") or "")).chars(
                300
            ),
            "language": entry.original_language,
            "direction": languages.direction(entry.original_language),
            "address": page_address(admin_site.get_model_admin(type(entry)), "change", entry.pk),
        }
        for entry in entries
    ]
