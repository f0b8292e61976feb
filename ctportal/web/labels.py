"""What pages call the codes that stand in editions, as plain dictionaries per language.

Most words are those of ``ctportal.publishing.codes``; here are only the ones that pages put differently.
"""

from functools import cache
from types import SimpleNamespace

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ctportal.languages import django_code
from ctportal.publishing import codes

# Headings above the organizations that had a role.
ORGANIZATION_ROLES = {
    "host": _("Hosted by"),
    "convener": _("Convened by"),
    "co-organizer": _("Co-organized by"),
    "in-cooperation-with": _("In cooperation with"),
    "supporter": _("Supported by"),
    "donor": _("Funded by"),
}
QUALIFIERS = {
    "exactly": "",
    "about": pgettext_lazy("before a number", "about"),
    "close to": pgettext_lazy("before a number", "close to"),
    "more than": pgettext_lazy("before a number", "more than"),
}
# Headings above the documents of a kind, in the order in which a dossier shows them.
DOCUMENT_GROUPS = {
    "co-chairs-summary": _("Co-chairs’ summaries"),
    "declaration": _("Declarations"),
    "press-release": _("Press releases"),
    "statement": _("Statements"),
    "keynote-address": _("Keynote addresses"),
    "report": _("Reports"),
    "programme": _("Programmes"),
    "concept-note": _("Concept notes"),
    "news-item": _("News items"),
    "reference": _("Reference documents"),
}
OCCASIONS = {"opening": _("Opening"), "closing": _("Closing"), "other": ""}
TEXT_STATES = {
    "as-prepared": _("As prepared for delivery"),
    "as-delivered": _("As delivered"),
    "final": _("Final text"),
    "digest": _("Digest"),
}
# From the document that names the relation, and from the one it names.
RELATIONS = {
    "supersedes": _("Supersedes"),
    "corrects": _("Corrects"),
    "adopted-at": _("Adopted at"),
    "cites": _("Cites"),
}
RELATIONS_REVERSED = {
    "supersedes": _("Superseded by"),
    "corrects": _("Corrected by"),
    "cites": _("Cited by"),
}
LANGUAGE_NAMES = {
    "ar": _("Arabic"),
    "zh": _("Chinese"),
    "en": _("English"),
    "fr": _("French"),
    "ru": _("Russian"),
    "es": _("Spanish"),
}


@cache
def labels(language):
    """Return every label in *language*: ``labels("fr").document_kinds["report"]``."""
    with translation.override(django_code(language)):
        return SimpleNamespace(
            conference_kinds=_capital(codes.CONFERENCE_KINDS),
            statuses=_capital(codes.EVENT_STATUSES),
            formats=_capital(codes.FORMATS),
            session_kinds=_capital(codes.SESSION_KINDS),
            appearance_roles=_capital(codes.APPEARANCE_ROLES),
            link_kinds=_capital(codes.LINK_KINDS),
            document_kinds=_capital(codes.DOCUMENT_KINDS),
            standings=_capital(codes.STANDINGS),
            measures=_plain(codes.MEASURES),
            organization_roles=_plain(ORGANIZATION_ROLES),
            qualifiers=_plain(QUALIFIERS),
            document_groups=_plain(DOCUMENT_GROUPS),
            occasions=_plain(OCCASIONS),
            text_states=_plain(TEXT_STATES),
            relations=_plain(RELATIONS),
            relations_reversed=_plain(RELATIONS_REVERSED),
            languages=_plain(LANGUAGE_NAMES),
            number_of=str(_("No. %d")),
            languages_are=str(_("Languages:")),
            digest_is=str(_("Digest:")),
            photo_by=str(_("Photo: %(credit)s")),
        )


def _plain(names):
    return {code: str(name) for code, name in names.items()}


def _capital(names):
    return {code: capfirst(str(name)) for code, name in names.items()}
