"""The codes used in public JSON and in filters, with their labels for models, pages and the API."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext_lazy, pgettext_lazy


class ConferenceKind(TextChoices):
    HIGH_LEVEL = "high-level", _("high-level conference")
    REGIONAL = "regional", _("regional conference")
    INTERNATIONAL = "international", _("international conference")
    CONGRESS = "congress", _("congress")
    CONSULTATION = "consultation", _("consultation")
    WEEK = "week", _("week of events")
    SIDE_EVENT = "side-event", _("side event")
    WORKSHOP = "workshop", _("workshop")


class EventStatus(TextChoices):
    PLANNED = "planned", _("planned")
    CONFIRMED = "confirmed", _("confirmed")
    HELD = "held", _("held")
    POSTPONED = "postponed", _("postponed")
    CANCELLED = "cancelled", _("cancelled")


class EventFormat(TextChoices):
    IN_PERSON = "in-person", _("in person")
    ONLINE = "online", _("online")
    HYBRID = "hybrid", _("hybrid")
    NOT_KNOWN = "not-known", _("not known")


class ConferenceRelationKind(TextChoices):
    FOLLOWS_UP_ON = "follows-up-on", _("follows up on")
    POSTPONED_TO = "postponed-to", _("postponed to")
    REPLACED_BY = "replaced-by", _("replaced by")


class DatePrecision(TextChoices):
    DAY = "day", _("day")
    MONTH = "month", _("month only")
    YEAR = "year", _("year only")


class DateKind(TextChoices):
    """Where other dates of a conference are from than those it has."""

    ANNOUNCED = "announced", _("announced by the organizers")
    REPORTED = "reported", _("reported by a source")


class SessionKind(TextChoices):
    SESSION = "session", _("session")
    OPENING = "opening", _("opening")
    PLENARY = "plenary", _("plenary")
    HIGH_LEVEL = "high-level-session", _("high-level session")
    PANEL = "panel", _("panel")
    WORKSHOP = "workshop", _("workshop")
    CIVIL_SOCIETY = "civil-society", _("civil-society event")
    SIDE_EVENT = "side-event", _("side event")
    BILATERAL_MEETING = "bilateral-meeting", _("bilateral meeting")
    CLOSING = "closing", _("closing")


class OrganizationKind(TextChoices):
    GOVERNMENT = "government", _("government or ministry")
    UN_ENTITY = "un-entity", _("United Nations entity")
    INTERGOVERNMENTAL = "intergovernmental", _("international or regional organization")
    CIVIL_SOCIETY = "civil-society", _("civil-society organization")
    ACADEMIC = "academic", _("academic institution")
    PRIVATE = "private", _("private sector")
    OTHER = "other", _("other")


class OrganizerRole(TextChoices):
    HOST = "host", _("host")
    ORGANIZER = "organizer", _("organizer")
    CONVENER = "convener", _("convener")
    CO_ORGANIZER = "co-organizer", _("co-organizer")
    COOPERATION = "in-cooperation-with", _("in cooperation with")
    SUPPORTER = "supporter", _("supporter")
    DONOR = "donor", _("donor")


class AppearanceRole(TextChoices):
    CONVENER = "convener", pgettext_lazy("a person", "convener")
    OPENING_SPEAKER = "opening-speaker", _("opening speaker")
    KEYNOTE = "keynote", _("keynote speaker")
    CHAIR = "chair", _("chair")
    MODERATOR = "moderator", _("moderator")
    SPEAKER = "speaker", _("speaker")
    PRESENT = "present", _("present")


class Measure(TextChoices):
    PARTICIPANTS = "participants", _("participants")
    REGISTERED = "registered-participants", _("registered participants")
    COUNTRIES = "countries", _("countries")
    MEMBER_STATES = "member-states", _("Member States")
    ORGANIZATIONS = "organizations", _("international and regional organizations")
    REGIONAL_ORGANIZATIONS = "regional-organizations", _("regional organizations")
    UN_ENTITIES = "un-entities", _("United Nations entities")
    UN_DELEGATIONS = "un-delegations", _("United Nations delegations")
    CIVIL_SOCIETY = "civil-society", _("civil-society organizations")
    INSTITUTIONS = "institutions", _("institutions of academia, civil society and the private sector")
    SIDE_EVENTS = "side-events", _("side events")
    STAKEHOLDERS = "stakeholders", _("co-organizing stakeholders")


class Expectation(TextChoices):
    ACTUAL = "actual", _("actual")
    EXPECTED = "expected", _("expected")


class Qualifier(TextChoices):
    EXACTLY = "exactly", _("exactly")
    ABOUT = "about", _("about")
    CLOSE_TO = "close to", _("close to")
    ALMOST = "almost", _("almost")
    SOME = "some", pgettext_lazy("before a number", "some")
    AT_LEAST = "at least", _("at least")
    MORE_THAN = "more than", _("more than")
    SEVERAL = "several", _("several")
    MANY = "many", _("many")


# Qualifiers of figures for which the source gives no number.
WITHOUT_NUMBER = (Qualifier.SEVERAL, Qualifier.MANY)


class LinkKind(TextChoices):
    VIDEO = "video", _("video")
    PHOTO_COVERAGE = "photo-coverage", _("photo coverage")
    WEB_PAGE = "web-page", _("web page")


class DocumentKind(TextChoices):
    CO_CHAIRS_SUMMARY = "co-chairs-summary", _("co-chairs’ summary")
    PRESS_RELEASE = "press-release", _("press release")
    STATEMENT = "statement", _("statement")
    KEYNOTE_ADDRESS = "keynote-address", _("keynote address")
    DECLARATION = "declaration", _("declaration")
    REPORT = "report", _("report")
    PROGRAMME = "programme", _("programme")
    CONCEPT_NOTE = "concept-note", _("concept note")
    NEWS_ITEM = "news-item", _("news item")
    REFERENCE = "reference", _("reference document")


class Occasion(TextChoices):
    OPENING = "opening", _("opening")
    CLOSING = "closing", _("closing")
    OTHER = "other", _("other")


class MentionKind(TextChoices):
    QUOTED = "quoted", _("quoted")
    MENTIONED = "mentioned", _("mentioned")


class TextState(TextChoices):
    AS_PREPARED = "as-prepared", _("as prepared")
    AS_DELIVERED = "as-delivered", _("as delivered")
    FINAL = "final", _("final")
    DIGEST = "digest", _("digest: a summary by this portal, not the text")


class TextStanding(TextChoices):
    ORIGINAL = "original", _("original")
    OFFICIAL = "official-translation", _("official translation")
    UNOFFICIAL = "unofficial", _("unofficial translation")


class DocumentRelationKind(TextChoices):
    SUPERSEDES = "supersedes", _("supersedes")
    CORRECTS = "corrects", _("corrects")
    ADOPTED_AT = "adopted-at", _("adopted at")
    CITES = "cites", _("cites")


# Other labels that pages use for some of them.

# Headings above the organizations with a role.
ORGANIZER_HEADINGS = {
    "host": _("Hosted by"),
    "organizer": _("Organized by"),
    "convener": _("Convened by"),
    "co-organizer": _("Co-organized by"),
    "in-cooperation-with": _("In cooperation with"),
    "supporter": _("Supported by"),
    "donor": _("Funded by"),
}
# Before a number.
QUALIFIER_WORDS = {
    "exactly": "",
    "about": pgettext_lazy("before a number", "about"),
    "close to": pgettext_lazy("before a number", "close to"),
    "almost": pgettext_lazy("before a number", "almost"),
    "some": pgettext_lazy("before a number", "some"),
    "at least": pgettext_lazy("before a number", "at least"),
    "more than": pgettext_lazy("before a number", "more than"),
}
# What a figure counts, after its number, which decides between singular and plural forms.
MEASURE_WORDS = {
    "participants": npgettext_lazy("after a number", "participant", "participants"),
    "registered-participants": npgettext_lazy("after a number", "registered participant", "registered participants"),
    "countries": npgettext_lazy("after a number", "country", "countries"),
    "member-states": npgettext_lazy("after a number", "Member State", "Member States"),
    "organizations": npgettext_lazy(
        "after a number", "international or regional organization", "international and regional organizations"
    ),
    "regional-organizations": npgettext_lazy("after a number", "regional organization", "regional organizations"),
    "un-entities": npgettext_lazy("after a number", "United Nations entity", "United Nations entities"),
    "un-delegations": npgettext_lazy("after a number", "United Nations delegation", "United Nations delegations"),
    "civil-society": npgettext_lazy("after a number", "civil-society organization", "civil-society organizations"),
    "institutions": npgettext_lazy(
        "after a number",
        "institution of academia, civil society or the private sector",
        "institutions of academia, civil society and the private sector",
    ),
    "side-events": npgettext_lazy("after a number", "side event", "side events"),
    "stakeholders": npgettext_lazy("after a number", "co-organizing stakeholder", "co-organizing stakeholders"),
}
# A figure without a number. Whole phrases, since the word for “many” may depend on what follows.
FIGURES_WITHOUT_NUMBER = {
    "several": {
        "participants": _("several participants"),
        "registered-participants": _("several registered participants"),
        "countries": _("several countries"),
        "member-states": _("several Member States"),
        "organizations": _("several international and regional organizations"),
        "regional-organizations": _("several regional organizations"),
        "un-entities": _("several United Nations entities"),
        "un-delegations": _("several United Nations delegations"),
        "civil-society": _("several civil-society organizations"),
        "institutions": _("several institutions of academia, civil society and the private sector"),
        "side-events": _("several side events"),
        "stakeholders": _("several co-organizing stakeholders"),
    },
    "many": {
        "participants": _("many participants"),
        "registered-participants": _("many registered participants"),
        "countries": _("many countries"),
        "member-states": _("many Member States"),
        "organizations": _("many international and regional organizations"),
        "regional-organizations": _("many regional organizations"),
        "un-entities": _("many United Nations entities"),
        "un-delegations": _("many United Nations delegations"),
        "civil-society": _("many civil-society organizations"),
        "institutions": _("many institutions of academia, civil society and the private sector"),
        "side-events": _("many side events"),
        "stakeholders": _("many co-organizing stakeholders"),
    },
}
# The kinds of documents in the order of a dossier.
DOSSIER_ORDER = (
    DocumentKind.CO_CHAIRS_SUMMARY,
    DocumentKind.DECLARATION,
    DocumentKind.PRESS_RELEASE,
    DocumentKind.STATEMENT,
    DocumentKind.KEYNOTE_ADDRESS,
    DocumentKind.REPORT,
    DocumentKind.PROGRAMME,
    DocumentKind.CONCEPT_NOTE,
    DocumentKind.NEWS_ITEM,
    DocumentKind.REFERENCE,
)
OCCASION_WORDS = {"opening": _("Opening"), "closing": _("Closing"), "other": ""}
TEXT_STATE_WORDS = {
    "as-prepared": _("As prepared for delivery"),
    "as-delivered": _("As delivered"),
    "final": _("Final text"),
    "digest": _("Digest"),
}
# Headings on the conference that has the relation and, reversed, on its target.
CONFERENCE_RELATION_HEADINGS = {
    "follows-up-on": _("Follows up on"),
    "postponed-to": _("Postponed to"),
    "replaced-by": _("Replaced by"),
}
REVERSED_CONFERENCE_RELATION_HEADINGS = {
    "follows-up-on": _("Followed up by"),
    "postponed-to": _("Postponed from"),
    "replaced-by": _("Replaces"),
}
# Headings on the document that has the relation and, reversed, on its target.
RELATION_HEADINGS = {
    "supersedes": _("Supersedes"),
    "corrects": _("Corrects"),
    "adopted-at": _("Adopted at"),
    "cites": _("Cites"),
}
REVERSED_RELATION_HEADINGS = {
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
