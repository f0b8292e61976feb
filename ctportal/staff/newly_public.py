"""What else becomes public: the vocabulary entries that open with the publication of a record, as its approver is shown them."""

from django.urls import reverse
from django.utils.text import Truncator

from ctportal.core import languages
from ctportal.publishing.snapshot import plain


def shown(admin_site, entries):
    """For admin/record/newly_public.html: of each of *entries* its kind, its words in its original language, and its form."""
    return [_shown(admin_site, entry) for entry in entries]


def _shown(admin_site, entry):
    language, opts = entry.original_language, entry._meta
    address = f"admin:{opts.app_label}_{opts.model_name}_change"
    return {
        "kind": opts.verbose_name,
        "name": getattr(entry, f"name_{language}") or str(entry),
        "description": Truncator(plain(getattr(entry, f"description_{language}", "") or "")).chars(300),
        "language": language,
        "direction": languages.direction(language),
        "address": reverse(address, args=[entry.pk], current_app=admin_site.name),
    }
