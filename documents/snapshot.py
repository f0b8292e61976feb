"""The snapshot builder of documents."""

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from conferences.snapshot import TextsSnapshotBuilder, of_organization
from ctportal.core.codes import DocumentKind
from ctportal.core.dates import first_day, last_day
from ctportal.core.rich_text import excerpt
from ctportal.publishing.models import RecordType
from ctportal.publishing.snapshot import SnapshotLink, register

from .models import Delivery, Document, Issuer, Mention
from .serializers import DocumentSerializer


class DocumentSnapshotBuilder(TextsSnapshotBuilder):
    type = RecordType.DOCUMENT
    rows = "versions"
    serializer_class = DocumentSerializer
    vocabulary_paths = (
        "themes",
        "issuers__organization",
        "deliveries__person",
        "deliveries__organization",
        "mentions__person",
        "mentions__organization",
    )
    link_paths = ("conference", "relations__target", "relations__conference")

    def queryset(self):
        return Document.objects.select_related("conference", "session").prefetch_related(
            "versions__file",
            "themes",
            Prefetch("issuers", Issuer.objects.select_related("organization")),
            Prefetch("deliveries", Delivery.objects.select_related("person", "organization")),
            Prefetch("mentions", Mention.objects.select_related("person", "organization")),
            "relations__target",
            "relations__conference",
        )

    def dates(self, record):
        precision = record.date_precision
        return first_day(record.date, precision), last_day(record.date, precision), None

    def own_texts(self, data):
        # A file or an external address is as good as a text on the page.
        elsewhere = {v["language"]: "elsewhere" for v in data["versions"] if v["file"] or v["external_url"]}
        return super().own_texts(data | {"body": elsewhere | data["body"]})

    def originals(self, data):
        # The text may stand in the file alone.
        files = [
            v["file"]["sha256"] for v in data["versions"] if v["language"] == data["original_language"] and v["file"]
        ]
        return [*super().originals(data), *files]

    def card(self, data):
        people = [{name: entry[name] for name in ("uid", "slug", "name")} for entry in data["delivered_by"]]
        beginning = {code: excerpt(html) for code, html in data["body"].items()}
        return super().card(data) | {"delivered_by": people, "excerpt": beginning}

    def facets(self, data):
        yield "kind", data["kind"]
        yield "kind", data["also_serves_as"]
        for code in data["languages"]:
            yield "language", code
        for theme in data["themes"]:
            yield "theme", theme["uid"]
        for entry in data["issued_by"]:
            yield "organization", entry["uid"]
        for entry in data["delivered_by"]:
            yield from of_organization(entry)
        for entry in (*data["delivered_by"], *data["mentions"]):
            yield "person", entry["uid"]

    def links(self, record):
        if record.conference:
            yield SnapshotLink("conference", record.conference.uid)
        for relation in record.relations.all():
            target = relation.target or relation.conference
            yield SnapshotLink(relation.kind, target.uid)

    def files(self, record):
        return [row.file for row in self.texts(record) if row.file]

    def missing(self, record, texts=None):
        texts = self.texts(record) if texts is None else texts
        missing = super().missing(record, texts)
        empty = [row.get_language_display() for row in texts if not (row.body or row.file or row.external_url)]
        if empty:
            missing["body"] = _("A text, a file or an external address is missing in: %(languages)s.") % {
                "languages": ", ".join(empty)
            }
        if record.kind == DocumentKind.CO_CHAIRS_SUMMARY and not record.conference:
            missing["conference"] = _("A co-chairs’ summary belongs to a conference.")
        return missing


register(DocumentSnapshotBuilder())
