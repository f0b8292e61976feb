"""What else becomes public: the vocabulary entries that open with the publication of a record, as its approver is shown them."""

from django.utils.text import Truncator

from ctportal.core import languages
from ctportal.publishing.snapshot import plain
from ctportal.staff.object_pages import page_address


def shown(admin_site, entries):
    """For admin/record/newly_public.html: of each of *entries* its kind, its words in its original language, and its form."""
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
