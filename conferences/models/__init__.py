"""Conferences and what belongs to them, as staff work on them. The public reads editions, never these tables."""

from .conference import (
    AnnouncedDate,
    Conference,
    ConferenceRelation,
    ConferenceText,
    ExpectedDocument,
    MainTopic,
    Reference,
    SameAs,
    SeriesEntry,
)
from .fields import dated, optional_key, parent_keys, rich_text
from .photo import Photo
from .programme import Appearance, Figure, Link, OrganizationRole, Session
from .vocabulary import Organization, Person, Series, Theme

__all__ = [
    "AnnouncedDate",
    "Appearance",
    "Conference",
    "ConferenceRelation",
    "ConferenceText",
    "ExpectedDocument",
    "Figure",
    "Link",
    "MainTopic",
    "Organization",
    "OrganizationRole",
    "Person",
    "Photo",
    "Reference",
    "SameAs",
    "Series",
    "SeriesEntry",
    "Session",
    "Theme",
    "dated",
    "optional_key",
    "parent_keys",
    "rich_text",
]
