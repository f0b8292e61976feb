"""Load the demo content of ``fixtures/`` and publish it with the services that the admin uses."""

import time
import tomllib
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import translation

from conferences.models import Conference, Organization, Person, Series, Theme
from ctportal.files.store import store_photo
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from ctportal.publishing.transactions import atomic
from ctportal.workflow import revisions
from documents.models import Document
from fixtures.draw_photos import draw

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
REFERENCES = "reference-documents.toml"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://ctportal.example/demo/")
BY = "Demo content"  # stored in editions and ledger in place of the name of an account

VOCABULARY = {"series": Series, "themes": Theme, "organizations": Organization, "people": Person}
# {list of a record or session in a fixture: relation of its rows}
ROWS = {
    "series": "series_entries",
    "announced_dates": "announced_dates",
    "main_topics": "main_topics",
    "links": "links",
    "expected_documents": "expected_documents",
    "organizations": "organization_roles",
    "people": "appearances",
    "versions": "versions",
    "issued_by": "issuers",
    "delivered_by": "deliveries",
    "mentions": "mentions",
}


def uid_of(kind, name):
    """Return the uid of a demo record. It is the same on every machine, so that loading again finds the record."""
    return uuid.uuid5(NAMESPACE, f"{kind}:{name}")


def refuse_beside_real_content():
    """Raise CommandError where the site has published other content and is not set to demo mode: loading publishes."""
    if not settings.DEMO and Edition.objects.exclude(by=BY).exists():
        raise CommandError(
            "This site has published content of its own, and load_demo publishes the demo content beside it. "
            "Set CTPORTAL_DEMO=1 if that is meant."
        )


class Command(BaseCommand):
    help = "Load and publish the demo content where it is not there yet. What is there is left as it is."

    def handle(self, *args, **options):
        refuse_beside_real_content()
        began = time.monotonic()
        with translation.override("en"), atomic():
            # In one transaction: dossiers cite documents of each other, and an interrupted load must not leave part of one.
            loader = Loader(self.stdout.write)
            loader.load()
        self.stdout.write(f"{loader.summary()} {time.monotonic() - began:.1f} s.")


@dataclass
class Dossier:
    """What one fixture, *file*, with *data* holds: a conference and what belongs to it, or documents without one."""

    file: str
    data: dict
    conference: Conference | None = None
    sessions: dict = field(default_factory=dict)  # {key: session}
    documents: list = field(default_factory=list)
    photos: list = field(default_factory=list)


class Loader:
    """Creates the missing working records of the demo content and publishes them."""

    def __init__(self, say):
        self.say = say
        self.where = ""  # name of the current fixture, for error messages
        self.published = 0
        self.left = 0  # number of dossiers and reference documents that exist already
        self.references = {entry["slug"]: entry for entry in self.read(REFERENCES)["documents"]}

    def load(self):
        for kind, model in VOCABULARY.items():
            self.load_vocabulary(kind, model)
        references = Dossier(REFERENCES, {"documents": self.missing_references()})
        dossiers = [references, *self.missing_dossiers()]
        # Links between records need all records: a figure of one dossier may have its source in another.
        for step in (self.make_dossier, self.connect, self.publish):
            for dossier in dossiers:
                self.where = dossier.file
                step(dossier)

    def read(self, name):
        """Return the contents of the fixture *name*. Raises CommandError with the name for invalid TOML."""
        self.where = name
        try:
            return tomllib.loads((FIXTURES / name).read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise CommandError(f"{name}: {error}") from error

    def summary(self):
        left = f"{self.left} dossiers and documents left as they are."
        if not self.published:
            return f"The demo content is there already: {left}"
        return f"{self.published} records made and published, {left}"

    # What is missing

    def load_vocabulary(self, kind, model):
        for entry in self.read(f"vocabulary/{kind}.toml")[kind]:
            if not found(model, entry["slug"]):
                record = self.make(model, entry, uid=uid_of(model.record_type, entry["slug"]))
                revisions.keep(record, by=BY, comment="Demo content.")

    def missing_references(self):
        """Return the reference documents that do not exist, by slug or symbol, and were never published."""
        missing = [
            entry for slug, entry in self.references.items() if not (self.cited(slug) or was_public("document", slug))
        ]
        self.left += len(self.references) - len(missing)
        return missing

    def missing_dossiers(self):
        """Return the dossiers that are not there, by year, and within a year parents before children."""
        all_data = [self.read(f"dossiers/{path.name}") for path in sorted((FIXTURES / "dossiers").glob("*.toml"))]
        missing = [data for data in all_data if not is_there(data)]
        self.left += len(all_data) - len(missing)
        missing.sort(key=lambda data: (data["start_date"].year, "parent" in data, data["start_date"]))
        return [Dossier(f"dossiers/{data['slug']}.toml", data) for data in missing]

    def cited(self, slug):
        """Return the document *slug* of the fixtures, or the one with its symbol, or None where it does not exist."""
        symbol = self.references.get(slug, {}).get("symbol")
        same = Document.objects.filter(symbol=symbol).first() if symbol else None
        return found(Document, slug) or same

    # Creating

    def make(self, model, entry, *apart, **values):
        """Save a record of *model* with *values* and the fields that *entry* holds, except those named in *apart*, and
        with its rows. Raises CommandError with the fixture and the field if it is not valid.
        """
        record = model(**values | self.fields(model, entry, apart))
        try:
            record.full_clean()
        except ValidationError as error:
            problems = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
            raise CommandError(f"fixtures/{self.where}: {model.__name__} “{record}”: {problems}") from error
        record.save()
        for relation in model._meta.many_to_many:
            slugs = entry.get(relation.name, [])
            getattr(record, relation.name).set([self.named(relation.related_model, slug) for slug in slugs])
        for name, relation in ROWS.items():
            for order, row in enumerate(entry.get(name, []) if hasattr(record, relation) else []):
                self.add(getattr(record, relation), order, row)
        return record

    def add(self, manager, order, entry, *apart, **values):
        """Make one row of the related *manager* of a record, at the place *order*."""
        given = {manager.field.name: manager.instance, "order": order, "ready": True}
        known = {name: value for name, value in given.items() if hasattr(manager.model, name)}
        return self.make(manager.model, entry, *apart, **known, **values)

    def fields(self, model, entry: dict[str, Any], apart: tuple[str, ...]) -> dict[str, Any]:
        """Return {field: value} for *entry*. Labels {"city": {"en": …}} become {"city_en": …}, slugs become the records
        they name, and other values stay.

        Lists, which become rows, and the keys *apart* are left out.
        """
        given: dict[str, Any] = {}
        for name, value in entry.items():
            if name in apart or isinstance(value, list):
                continue
            if isinstance(value, dict):
                given |= {f"{name}_{code}": text for code, text in value.items()}
            elif related := model._meta.get_field(name).related_model:
                given[name] = self.named(related, value)
            else:
                given[name] = value.strip() if isinstance(value, str) else value
        return given

    def named(self, model, slug):
        """Return the record of *model* that a fixture names by *slug*. Raises CommandError where there is none."""
        if record := found(model, slug):
            return record
        raise CommandError(f"fixtures/{self.where}: there is no {model._meta.verbose_name} “{slug}”.")

    def make_dossier(self, dossier):
        """Save the conference with all that belongs to it, and the documents."""
        data, sessions = dossier.data, dossier.sessions
        if dossier.file != REFERENCES:
            conference = self.make(Conference, data, "texts", uid=uid_of("conference", data["slug"]))
            for language, texts in data["texts"].items():
                self.add(conference.texts, 0, texts, language=language)
            for order, entry in enumerate(data.get("sessions", [])):
                uid = uid_of("session", f"{conference.slug}/{entry['key']}")
                sessions[entry["key"]] = self.add(conference.sessions, order, entry, "key", uid=uid)
            dossier.photos = [self.add_photo(conference, *each) for each in enumerate(data.get("photos", []))]
            dossier.conference = conference
        for entry in data.get("documents", []):
            session = sessions[entry["session"]] if "session" in entry else None
            values = {"uid": uid_of("document", entry["slug"]), "conference": dossier.conference, "session": session}
            dossier.documents.append(self.make(Document, entry, "session", **values))

    def add_photo(self, conference, order, entry):
        scene = entry["scene"]
        picture = ContentFile(draw(scene, entry["palette"]), name=f"{conference.slug}-{scene}.jpg")
        values = {"uid": uid_of("photo", f"{conference.slug}/{scene}"), "rights": "Demonstration"}
        stored = store_photo(picture, by=None)
        return self.add(conference.photos, order, entry, "scene", "palette", file=stored, **values)

    # Links between records

    def connect(self, dossier):
        """Add the references and the sourced figures of the conference, and the relations of the documents."""
        conference, data = dossier.conference, dossier.data
        for order, slug in enumerate(data.get("references", [])):
            if document := self.cited(slug):
                self.add(conference.references, order, {}, document=document)
        if conference:
            for order, relation in enumerate(data.get("relations", [])):
                self.add(conference.relations, order, relation)
        self.add_figures(conference, data, data.get("slug"))
        for entry in data.get("sessions", []):
            self.add_figures(dossier.sessions[entry["key"]], entry, f"{data['slug']}/{entry['key']}")
        for entry, document in zip(data.get("documents", []), dossier.documents, strict=True):
            for order, relation in enumerate(entry.get("relations", [])):
                conference = Conference.objects.filter(slug=relation.get("conference")).first()
                target = self.cited(relation.get("target"))
                if conference or target:
                    values = {"kind": relation["kind"], "conference": conference, "target": target}
                    self.add(document.relations, order, {}, **values)

    def add_figures(self, place, data, name):
        """Make the figures in *data* of *place*, a conference or session that the uids of its figures call *name*."""
        for order, entry in enumerate(data.get("figures", [])):
            values = {
                "uid": uid_of("figure", f"{name}/{entry['measure']}"),
                "source_document": self.cited(entry.get("source_document")),
            }
            self.add(place.figures, order, entry, "source_document", **values)

    # Publishing

    def publish(self, dossier):
        records = [*filter(None, [dossier.conference]), *dossier.documents, *dossier.photos]
        for record in records:
            try:
                publish(record, by=BY)
            except ValidationError as error:
                problems = " ".join(error.messages)
                raise CommandError(f"fixtures/{self.where}: “{record}” cannot be published: {problems}") from error
            if isinstance(record, (Conference, Document)):
                texts = record.texts if isinstance(record, Conference) else record.versions
                texts.exclude(language=record.original_language).update(made_from=record.original_sha256)
        if records:
            self.published += len(records)
            self.say(f"{self.where}: {len(records)} records published")


def found(model, slug):
    """Return the record of *model* that was made for *slug* in a fixture or has this slug, or None."""
    return model.objects.filter(Q(uid=uid_of(model.record_type, slug)) | Q(slug=slug)).first()


def is_there(data):
    """Return whether anything of the dossier *data* exists or was published. Such a dossier is not loaded."""
    slug, documents = data["slug"], [entry["slug"] for entry in data.get("documents", [])]
    return (
        found(Conference, slug)
        or Conference.objects.filter(name=data["name"]).exists()
        or Document.objects.filter(slug__in=documents).exists()
        or was_public("conference", slug)
    )


def was_public(kind, slug):
    return Edition.objects.filter(uid=uid_of(kind, slug)).exists()
