"""What pages call the codes that stand in editions, as plain dictionaries per language.

Most words are those of ``ctportal.core.codes``; here are only the ones that pages put differently.
"""

from functools import cache
from types import SimpleNamespace

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext, npgettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ctportal.core import codes
from ctportal.core.languages import django_code

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
# What a figure counts, beside its number: most languages bend the word to it.
MEASURES = {
    "participants": npgettext_lazy("after a number", "participant", "participants"),
    "registered-participants": npgettext_lazy("after a number", "registered participant", "registered participants"),
    "countries": npgettext_lazy("after a number", "country", "countries"),
    "member-states": npgettext_lazy("after a number", "Member State", "Member States"),
    "organizations": npgettext_lazy(
        "after a number", "international or regional organization", "international and regional organizations"
    ),
    "un-entities": npgettext_lazy("after a number", "United Nations entity", "United Nations entities"),
    "civil-society": npgettext_lazy("after a number", "civil-society organization", "civil-society organizations"),
    "institutions": npgettext_lazy(
        "after a number",
        "institution of academia, civil society or the private sector",
        "institutions of academia, civil society and the private sector",
    ),
    "side-events": npgettext_lazy("after a number", "side event", "side events"),
    "stakeholders": npgettext_lazy("after a number", "co-organizing stakeholder", "co-organizing stakeholders"),
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
            organization_roles=_plain(ORGANIZATION_ROLES),
            qualifiers=_plain(QUALIFIERS),
            document_groups=_plain(DOCUMENT_GROUPS),
            occasions=_plain(OCCASIONS),
            text_states=_plain(TEXT_STATES),
            relations=_plain(RELATIONS),
            relations_reversed=_plain(RELATIONS_REVERSED),
            languages=_plain(LANGUAGE_NAMES),
        )


def measure(code, count):
    """Return what the measure *code* counts, as it stands beside the number *count*, in the active language."""
    return MEASURES[code] % count if code in MEASURES else code


def number_in_series(number):
    """Return the number of a conference in its series, in the active language: "No. 3"."""
    return gettext("No. %(number)d") % {"number": number}


def _plain(names):
    return {code: str(name) for code, name in names.items()}


def _capital(names):
    return {code: capfirst(str(name)) for code, name in names.items()}
