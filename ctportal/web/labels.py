"""What pages call the codes that stand in editions, in the active language.

Most words are those of ``ctportal.core.codes``; here are only the ones that pages put differently.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext, npgettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .text import LocalizedText

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


def language_name(code: str) -> str:
    """Return what the active language calls the language *code*."""
    return str(LANGUAGE_NAMES[code])


def label(names: Mapping[str, Any], code: str) -> str:
    """Return what *names*, {code: lower-case name}, call *code*, in the active language with a capital letter; *code* itself
    where they do not know it."""
    return capfirst(str(names[code])) if code in names else code


def foreign_notice(title: LocalizedText, language: str, sentence: str) -> dict[str, Any] | None:
    """Return the banner that says by *sentence* that the record with this *title* is not in the reader's *language*, None where
    it is."""
    if not title.foreign:
        return None
    return {"lines": [sentence % {"language": LANGUAGE_NAMES[language], "shown": LANGUAGE_NAMES[title.language]}]}


def measure(code: str, count: int) -> str:
    """Return what the measure *code* counts, as it stands beside the number *count*, in the active language."""
    return MEASURES[code] % count if code in MEASURES else code


def number_in_series(number: int) -> str:
    """Return the number of a conference in its series, in the active language: "No. 3"."""
    return gettext("No. %(number)d") % {"number": number}
