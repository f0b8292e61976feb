"""The contact for the press: a record's own, else that of the organization that issued it, else the site's."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from ctportal.core.languages import DEFAULT
from ctportal.reading.queries import RelatedRecord

from .text import LanguageContext


def site_contact() -> dict[str, Any] | None:
    """Return the input of ``components/press_contact.html`` for the site, None where the settings give no contact."""
    return _contact(
        {
            "contact": settings.CTPORTAL_PRESS_CONTACT,
            "contact_email": settings.CTPORTAL_PRESS_EMAIL,
            "contact_phone": settings.CTPORTAL_PRESS_PHONE,
        }
    )


def press_contact(
    data: Mapping[str, Any], language: str, issuers: Iterable[RelatedRecord] = (), *, is_past: bool = False
) -> dict[str, Any] | None:
    """Return the input of ``components/press_contact.html`` for the record with the JSON *data*, or None.

    Its own contact comes first, then that of the first of *issuers*, public organizations, that has one, then the site's. A
    past version (*is_past*) shows its own only.
    """
    own = _contact(data, LanguageContext(language, data.get("original_language", DEFAULT)))
    if own or is_past:
        return own and own | {"is_own": True}
    return _of_organizations(issuers, LanguageContext(language)) or site_contact()


def _of_organizations(organizations: Iterable[RelatedRecord], texts: LanguageContext) -> dict[str, Any] | None:
    for organization in organizations:
        card = organization.card_data
        if contact := _contact(card, texts):
            return contact | {"name": texts.pick(card["name"])}
    return None


def _contact(data: Mapping[str, Any], texts: LanguageContext | None = None) -> dict[str, Any] | None:
    words, email, phone = (data.get(name, "") for name in ("contact", "contact_email", "contact_phone"))
    if not (words or email or phone):
        return None
    return {"name": "", "words": texts.own(words) if texts else words, "email": email, "phone": phone}
