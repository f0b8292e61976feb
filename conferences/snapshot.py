"""Snapshot builders of conferences, photos and the vocabulary."""

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from ctportal.core.codes import EventFormat
from ctportal.core.countries import regions_of
from ctportal.core.dates import first_day, last_day
from ctportal.core.instants import over_at
from ctportal.core.languages import CODES
from ctportal.publishing.base_models import LanguagePlan
from ctportal.publishing.models import RecordType
from ctportal.publishing.snapshot import SnapshotBuilder, SnapshotLink, register

from . import serializers
from .models import (
    Appearance,
    Conference,
    ExpectedDocument,
    Figure,
    Organization,
    OrganizationRole,
    Person,
    Photo,
    Series,
    Session,
    Theme,
)
from .places import series_place


class VocabularySnapshotBuilder(SnapshotBuilder):
    """Builds the snapshots of one record type of the vocabulary."""

    def __init__(self, model, serializer_class):
        self.type, self.model, self.serializer_class = model.record_type, model, serializer_class

    def queryset(self):
        return self.model.objects.all()

    def missing(self, record, texts=None):
        if any(getattr(record, f"name_{code}") for code in CODES):
            return {}
        return {"name": _("A name in at least one language is missing.")}


class OrganizationSnapshotBuilder(VocabularySnapshotBuilder):
    vocabulary_paths = ("parent",)

    def queryset(self):
        return Organization.objects.select_related("parent")

    def facets(self, data):
        yield "kind", data["kind"]
        yield from place_facets(data["country"])

    def links(self, record):
        if record.parent:
            yield SnapshotLink("parent", record.parent.uid)


def place_facets(country):
    if country:
        yield "country", country
        for region in regions_of(country):
            yield "region", region


def of_organization(entry):
    """Yield the facet of the organization that *entry* of the public JSON names, if any."""
    if entry["organization"]:
        yield "organization", entry["organization"]["uid"]


class TextsSnapshotBuilder(SnapshotBuilder):
    """Base of the builders of records whose long texts are rows per language, in the relation ``rows``."""

    rows: str

    def texts(self, record):
        rows = getattr(record, self.rows).all()
        ready = [row for row in rows if row.ready or row.language == record.original_language]
        return sorted(ready, key=lambda row: CODES.index(row.language))

    def languages(self, record):
        return {row.language for row in self.texts(record)} | {record.original_language}

    def in_preparation(self, record):
        planned = [row for row in getattr(record, self.rows).all() if row.plan == LanguagePlan.IN_PREPARATION]
        return {row.language for row in planned} - self.languages(record)

    def missing(self, record, texts=None):
        texts = self.texts(record) if texts is None else texts
        if untitled := [row.get_language_display() for row in texts if not row.title.strip()]:
            return {"title": _("The title is missing in: %(languages)s.") % {"languages": ", ".join(untitled)}}
        if not any(row.language == record.original_language for row in texts):
            return {"title": _("The title in the original language is missing.")}
        return {}


_ROLES = Prefetch("organization_roles", OrganizationRole.objects.select_related("organization"))
_APPEARANCES = Prefetch("appearances", Appearance.objects.select_related("person", "organization"))
_FIGURES = Prefetch("figures", Figure.objects.select_related("source_document"))


class ConferenceSnapshotBuilder(TextsSnapshotBuilder):
    type = RecordType.CONFERENCE
    rows = "texts"
    serializer_class = serializers.ConferenceSerializer
    vocabulary_paths = (
        "series_entries__series",
        "themes",
        "organization_roles__organization",
        "appearances__person",
        "appearances__organization",
        "sessions__organization_roles__organization",
        "sessions__appearances__person",
        "sessions__appearances__organization",
        "expected_documents__organization",
    )
    link_paths = (
        *("parent", "relations__target", "references__document", "expected_documents__document", "photos"),
        *("figures__source_document", "sessions__figures__source_document"),
    )

    def queryset(self):
        return Conference.objects.select_related("parent").prefetch_related(
            "texts",
            "announced_dates",
            "main_topics",
            "themes",
            "series_entries__series",
            _ROLES,
            _APPEARANCES,
            Prefetch("sessions", Session.objects.prefetch_related(_ROLES, _APPEARANCES, "links", _FIGURES)),
            _FIGURES,
            "links",
            "same_as",
            "references__document",
            Prefetch("expected_documents", ExpectedDocument.objects.select_related("organization", "document")),
            "relations__target",
            "photos",
        )

    def own_texts(self, data):
        # What is expected is shown for a time only, whatever the edition says.
        return super().own_texts(data | {"expected_documents": []})

    def dates(self, record):
        first = first_day(record.start_date, record.date_precision)
        last = last_day(record.end_date, record.date_precision)
        return first, last, over_at(record.end_date, record.date_precision, record.time_zone)

    def card(self, data):
        # A document's page links to its session only if the programme contains it.
        return super().card(data) | {"sessions": [session["key"] for session in data["sessions"]]}

    def facets(self, data):
        for year in range(int(data["start_date"][:4]), int(data["end_date"][:4]) + 1):
            yield "year", year
        yield "kind", data["kind"]
        yield "status", data["event_status"]
        yield "format", data["format"]
        yield from place_facets(data["country"])
        for name, entries in (("series", "series"), ("theme", "themes")):
            for entry in data[entries]:
                yield name, entry["uid"]
        for entry in data["series"]:
            if entry["ordinal"]:
                yield "place", series_place(entry["uid"], entry["ordinal"])
        for part in (data, *data["sessions"]):
            for entry in part["organizations"]:
                yield "organization", entry["uid"]
            for entry in part["people"]:
                yield "person", entry["uid"]
                yield from of_organization(entry)
        for entry in data["expected_documents"]:
            yield from of_organization(entry)
        for code in data["languages"]:
            yield "language", code

    def links(self, record):
        if record.parent:
            yield SnapshotLink("parent", record.parent.uid)
        for relation in record.relations.all():
            yield SnapshotLink(relation.kind, relation.target.uid)
        for reference in record.references.all():
            yield SnapshotLink("reference", reference.document.uid)
        for part in (record, *record.sessions.all()):
            for figure in part.figures.all():
                if figure.source_document:
                    yield SnapshotLink("source", figure.source_document.uid, str(figure.uid))
        for expected in record.expected_documents.all():
            if expected.document:
                yield SnapshotLink("expected", expected.document.uid, str(expected.uid))
        for photo in record.photos.all():
            if photo.featured:
                yield SnapshotLink("featured_photo", photo.uid)

    def missing(self, record, texts=None):
        missing = super().missing(record, texts)
        if not record.country and record.format != EventFormat.ONLINE:
            missing["country"] = _("The country is missing; only an online meeting has none.")
        return missing


class PhotoSnapshotBuilder(SnapshotBuilder):
    type = RecordType.PHOTO
    serializer_class = serializers.PhotoSerializer
    vocabulary_paths = ("people",)

    def queryset(self):
        return Photo.objects.select_related("conference", "file").prefetch_related("people", "file__renditions")

    def dates(self, record):
        # An undated photo takes the date of its conference's public edition (scheduling.insert_edition).
        return record.taken_on, record.taken_on, None

    def facets(self, data):
        for person in data["people"]:
            yield "person", person["uid"]
        for code in data["languages"]:
            yield "language", code

    def links(self, record):
        yield SnapshotLink("conference", record.conference.uid)

    def files(self, record):
        if record.download_file:
            yield record.download_file
        yield from record.rendition_files

    def missing(self, record, texts=None):
        missing = {}
        if not record.decorative and not getattr(record, f"alt_text_{record.original_language}"):
            missing["alt_text"] = _(
                "The alternative text is missing; tick “decorative” if the picture conveys no information."
            )
        if not record.credit.strip():
            missing["credit"] = _("The credit is missing.")
        if not (record.file_id and record.download_file and record.rendition_files):
            missing["file"] = _("The picture has no renditions. Upload it again.")
        return missing


register(VocabularySnapshotBuilder(Series, serializers.SeriesSerializer))
register(VocabularySnapshotBuilder(Theme, serializers.ThemeSerializer))
register(OrganizationSnapshotBuilder(Organization, serializers.OrganizationSerializer))
register(VocabularySnapshotBuilder(Person, serializers.PersonSerializer))
register(ConferenceSnapshotBuilder())
register(PhotoSnapshotBuilder())
