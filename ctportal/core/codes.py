"""The codes that stand in public JSON and in filters, with their labels: what the public side knows of the choices.

The models declare the same choices for staff; a test holds the two together.
"""

from django.utils.translation import gettext_lazy as _

CONFERENCE_KINDS = {
    "high-level": _("high-level conference"),
    "regional": _("regional conference"),
    "international": _("international conference"),
    "congress": _("congress"),
    "consultation": _("consultation"),
    "week": _("week of events"),
    "side-event": _("side event"),
    "workshop": _("workshop"),
}
EVENT_STATUSES = {
    "planned": _("planned"),
    "confirmed": _("confirmed"),
    "held": _("held"),
    "postponed": _("postponed"),
    "cancelled": _("cancelled"),
}
FORMATS = {"in-person": _("in person"), "online": _("online"), "hybrid": _("hybrid")}
DATE_PRECISIONS = {"day": _("day"), "month": _("month only"), "year": _("year only")}
SESSION_KINDS = {
    "opening": _("opening"),
    "plenary": _("plenary"),
    "panel": _("panel"),
    "workshop": _("workshop"),
    "civil-society": _("civil-society event"),
    "side-event": _("side event"),
    "closing": _("closing"),
}
ORGANIZATION_KINDS = {
    "government": _("government or ministry"),
    "un-entity": _("United Nations entity"),
    "intergovernmental": _("international or regional organization"),
    "civil-society": _("civil-society organization"),
    "academic": _("academic institution"),
    "private": _("private sector"),
    "other": _("other"),
}
ORGANIZATION_ROLES = {
    "host": _("host"),
    "convener": _("convener"),
    "co-organizer": _("co-organizer"),
    "in-cooperation-with": _("in cooperation with"),
    "supporter": _("supporter"),
    "donor": _("donor"),
}
APPEARANCE_ROLES = {
    "opening-speaker": _("opening speaker"),
    "keynote": _("keynote speaker"),
    "chair": _("chair"),
    "moderator": _("moderator"),
    "speaker": _("speaker"),
    "present": _("present"),
}
MEASURES = {
    "participants": _("participants"),
    "registered-participants": _("registered participants"),
    "countries": _("countries"),
    "member-states": _("Member States"),
    "organizations": _("international and regional organizations"),
    "un-entities": _("United Nations entities"),
    "civil-society": _("civil-society organizations"),
    "institutions": _("institutions of academia, civil society and the private sector"),
    "side-events": _("side events"),
    "stakeholders": _("co-organizing stakeholders"),
}
EXPECTATIONS = {"actual": _("actual"), "expected": _("expected")}
QUALIFIERS = {
    "exactly": _("exactly"),
    "about": _("about"),
    "close to": _("close to"),
    "more than": _("more than"),
}
LINK_KINDS = {"video": _("video"), "photo-coverage": _("photo coverage"), "web-page": _("web page")}
DOCUMENT_KINDS = {
    "co-chairs-summary": _("co-chairs’ summary"),
    "press-release": _("press release"),
    "statement": _("statement"),
    "keynote-address": _("keynote address"),
    "declaration": _("declaration"),
    "report": _("report"),
    "programme": _("programme"),
    "concept-note": _("concept note"),
    "news-item": _("news item"),
    "reference": _("reference document"),
}
OCCASIONS = {"opening": _("opening"), "closing": _("closing"), "other": _("other")}
TEXT_STATES = {
    "as-prepared": _("as prepared"),
    "as-delivered": _("as delivered"),
    "final": _("final"),
    "digest": _("digest: a summary by this portal, not the text"),
}
STANDINGS = {
    "original": _("original"),
    "official-translation": _("official translation"),
    "unofficial": _("unofficial translation"),
}
