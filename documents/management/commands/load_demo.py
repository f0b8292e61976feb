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
from django.db import transaction
from django.db.models import Q
from django.utils import translation

from conferences.models import Conference, Organization, Person, Photo, Series, Theme
from ctportal.files.store import store_photo
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from ctportal.workflow import revisions
from documents.models import Document
from fixtures.draw_photos import draw

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://ctportal.example/demo/")
BY = "Demo content"  # stored in editions and ledger in place of the name of an account

VOCABULARY = {"series": Series, "themes": Theme, "organizations": Organization, "people": Person}
# {field whose value in a fixture is the slug of a vocabulary entry: kind of entry}
NAMED = {
    "series": "series",
    "organization": "organizations",
    "issued_by": "organizations",
    "person": "people",
    "delivered_by": "people",
}
# {list of a conference or session in a fixture: relation of its rows}
ROWS = {
    "series": "series_entries",
    "announced_dates": "announced_dates",
    "main_topics": "main_topics",
    "links": "links",
    "organizations": "organization_roles",
    "people": "appearances",
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
        with translation.override("en"), transaction.atomic():
            # In one transaction: dossiers cite documents of each other, and an interrupted load must not leave part of one.
            loader = Loader(self.stdout.write)
            loader.load()
        self.stdout.write(f"{loader.summary()} {time.monotonic() - began:.1f} s.")


@dataclass
class Dossier:
    """A conference that is being loaded, with the *data* of its fixture."""

    slug: str
    data: dict
    conference: Conference
    documents: list = field(default_factory=list)
    photos: list = field(default_factory=list)

    @property
    def records(self):
        return [self.conference, *self.documents, *self.photos]


class Loader:
    """Creates the missing working records of the demo content and publishes them."""

    def __init__(self, say):
        self.say = say
        self.where = ""  # name of the current fixture, for error messages
        self.published = 0
        self.left = []  # names of dossiers and reference documents that exist already
        self.vocabulary: dict[str, dict[str, Any]] = {kind: {} for kind in VOCABULARY}
        self.references = {entry["slug"]: entry for entry in self.read("reference-documents.toml")["documents"]}

    def load(self):
        for kind, model in VOCABULARY.items():
            self.load_vocabulary(kind, model)
        entries = self.missing_references()
        references = self.make_documents(entries)
        dossiers = self.make_conferences()
        for dossier in dossiers:
            self.fill(dossier)
        # Links between records need all records: a figure of one dossier may have its source in another.
        self.relate(entries, references)
        for dossier in dossiers:
            self.connect(dossier)
        if references:
            self.publish_all(references, f"{len(references)} reference documents")
        for dossier in dossiers:
            self.publish_all(dossier.records, describe(dossier.data))

    def read(self, name):
        """Return the contents of the fixture *name*. Raises CommandError with the name for invalid TOML."""
        self.where = name
        try:
            return tomllib.loads((FIXTURES / name).read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise CommandError(f"{name}: {error}") from error

    def summary(self):
        if not self.published:
            return f"The demo content is there already: {len(self.left)} dossiers and documents left as they are."
        left = f", left as they were: {', '.join(self.left)}" if self.left else ""
        return f"{self.published} records made and published{left}."

    # What is missing

    def load_vocabulary(self, kind, model):
        made = 0
        for entry in self.read(f"vocabulary/{kind}.toml")[kind]:
            uid = uid_of(model.record_type, entry["slug"])
            record = model.objects.filter(Q(uid=uid) | Q(slug=entry["slug"])).first()
            if not record:
                parent = {"parent": self.vocabulary[kind][entry["parent"]]} if "parent" in entry else {}
                record = self.save(model(uid=uid, **parent, **self.fields(entry, "parent")))
                revisions.keep(record, by=BY, comment="Demo content.")
                made += 1
            self.vocabulary[kind][entry["slug"]] = record
        if made:
            self.say(f"{kind}: {made} new")

    def missing_references(self):
        """Return the reference documents that do not exist, by slug or symbol, and were never published."""
        missing = [
            entry for slug, entry in self.references.items() if not (self.cited(slug) or was_public("document", slug))
        ]
        self.left += [slug for slug, entry in self.references.items() if entry not in missing]
        return missing

    def make_conferences(self):
        """Save the missing conferences, parents first, and return their dossiers."""
        dossiers = []
        found = [self.read(f"dossiers/{path.name}") for path in sorted((FIXTURES / "dossiers").glob("*.toml"))]
        # By year, and within a year parents before children.
        for data in sorted(found, key=lambda each: (each["start_date"].year, "parent" in each, each["start_date"])):
            slug = data["slug"]
            self.where = f"dossiers/{slug}.toml"
            if self.is_there(slug, data):
                self.left.append(data["name"])
            else:
                dossiers.append(Dossier(slug, data, self.make_conference(slug, data)))
        return dossiers

    def is_there(self, slug, data):
        """Return whether anything of this dossier exists or was published. Such a dossier is not loaded."""
        mine = Q(uid=uid_of("conference", slug)) | Q(slug=slug) | Q(name=data["name"])
        documents = [entry["slug"] for entry in data.get("documents", [])]
        return (
            Conference.objects.filter(mine).exists()
            or Document.objects.filter(slug__in=documents).exists()
            or was_public("conference", slug)
        )

    # Creating

    def save(self, record, **relations):
        """Validate *record* and save it. Raises CommandError with the fixture and the field."""
        try:
            record.full_clean()
        except ValidationError as error:
            problems = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
            raise CommandError(f"fixtures/{self.where}: {type(record).__name__} “{record}”: {problems}") from error
        record.save()
        for name, related in relations.items():
            getattr(record, name).set(related)
        return record

    def add(self, manager, **values):
        """Save one row of the related *manager* of a record."""
        return self.save(manager.model(**{manager.field.name: manager.instance}, **values))

    def add_rows(self, record, data):
        """Save the rows of ROWS that *data* has for *record*, a conference or a session."""
        for name, relation in ROWS.items():
            for order, entry in enumerate(data.get(name, [])):
                manager = getattr(record, relation)
                place = {"order": order} if hasattr(manager.model, "order") else {}
                self.add(manager, **place, **self.fields(entry))

    def entries(self, kind, slugs):
        return [self.vocabulary[kind][slug] for slug in slugs]

    def fields(self, entry: dict[str, Any], *apart: str) -> dict[str, Any]:
        """Return {field: value} for *entry*. Labels {"city": {"en": …}} become {"city_en": …}, slugs of vocabulary entries
        become the entries, and other values stay.

        Lists, which become rows, and the keys *apart* are left out.
        """
        found: dict[str, Any] = {}
        for name, value in entry.items():
            if name in apart or isinstance(value, list):
                continue
            if isinstance(value, dict):
                found |= {f"{name}_{code}": text for code, text in value.items()}
            else:
                found[name] = self.vocabulary[NAMED[name]][value] if name in NAMED else value
        return found

    def make_conference(self, slug, data):
        parent = Conference.objects.get(slug=data["parent"]) if "parent" in data else None
        return self.save(
            Conference(uid=uid_of("conference", slug), parent=parent, **self.fields(data, "parent", "texts")),
            themes=self.entries("themes", data.get("themes", [])),
        )

    def fill(self, dossier):
        """Add the texts, programme, documents and photos of the conference."""
        self.where = f"dossiers/{dossier.slug}.toml"
        conference, data = dossier.conference, dossier.data
        for language, texts in data["texts"].items():
            self.add(conference.texts, language=language, ready=True, **trimmed(texts))
        self.add_rows(conference, data)
        sessions = self.make_sessions(conference, data.get("sessions", []))
        dossier.documents = self.make_documents(data.get("documents", []), conference, sessions)
        for order, entry in enumerate(data.get("photos", [])):
            dossier.photos.append(self.make_photo(conference, order, entry))

    def make_sessions(self, conference, entries):
        """Save the sessions and return {key in the fixture: session}."""
        sessions = {}
        for order, entry in enumerate(entries):
            session = self.add(
                conference.sessions,
                uid=uid_of("session", f"{conference.slug}/{entry['key']}"),
                order=order,
                **self.fields(entry, "key"),
            )
            self.add_rows(session, entry)
            sessions[entry["key"]] = session
        return sessions

    def make_documents(self, entries, conference=None, sessions=None):
        """Save documents with their language versions and return them in the order of *entries*."""
        documents = []
        for entry in entries:
            document = self.save(
                Document(
                    uid=uid_of("document", entry["slug"]),
                    conference=conference,
                    session=sessions[entry["session"]] if "session" in entry else None,
                    **self.fields(entry, "session"),
                ),
                themes=self.entries("themes", entry.get("themes", [])),
            )
            for version in entry["versions"]:
                self.add(document.versions, ready=True, **trimmed(version))
            documents.append(document)
        return documents

    def make_photo(self, conference, order, entry):
        scene = entry["scene"]
        picture = ContentFile(draw(scene, entry["palette"]), name=f"{conference.slug}-{scene}.jpg")
        return self.save(
            Photo(
                uid=uid_of("photo", f"{conference.slug}/{scene}"),
                conference=conference,
                file=store_photo(picture, by=None),
                order=order,
                rights="Demonstration",
                **self.fields(entry, "scene", "palette"),
            ),
            people=self.entries("people", entry.get("people", [])),
        )

    # Links between records

    def connect(self, dossier):
        """Add the references and the sourced figures of the conference, and the relations of its documents."""
        self.where = f"dossiers/{dossier.slug}.toml"
        conference = dossier.conference
        for order, slug in enumerate(dossier.data.get("references", [])):
            if document := self.cited(slug):
                self.add(conference.references, document=document, order=order)
        for order, entry in enumerate(dossier.data.get("figures", [])):
            self.add(
                conference.figures,
                uid=uid_of("figure", f"{dossier.slug}/{entry['measure']}"),
                order=order,
                source_document=self.cited(entry.get("source_document")),
                **self.fields(entry, "source_document"),
            )
        self.relate(dossier.data.get("documents", []), dossier.documents)

    def relate(self, entries, documents):
        for entry, document in zip(entries, documents, strict=True):
            for order, relation in enumerate(entry.get("relations", [])):
                conference = Conference.objects.filter(slug=relation.get("conference")).first()
                target = self.cited(relation.get("target"))
                if conference or target:
                    self.add(
                        document.relations, kind=relation["kind"], conference=conference, target=target, order=order
                    )

    def cited(self, slug):
        """Return the document *slug* of the fixtures, or the one with its symbol, or None where it does not exist."""
        if not slug:
            return None
        same = Q(slug=slug) | Q(uid=uid_of("document", slug))
        symbol = self.references.get(slug, {}).get("symbol")
        return Document.objects.filter(same | Q(symbol=symbol) if symbol else same).first()

    # Publishing

    def publish_all(self, records, title):
        for record in records:
            try:
                publish(record, by=BY)
            except ValidationError as error:
                raise CommandError(f"{title}: “{record}” cannot be published: {' '.join(error.messages)}") from error
        self.published += len(records)
        self.say(f"{title}: published")


def was_public(kind, slug):
    return Edition.objects.filter(uid=uid_of(kind, slug)).exists()


def trimmed(texts):
    return {name: text.strip() for name, text in texts.items()}


def describe(data):
    """Return the name of the dossier *data* with the number of its parts, for the progress line."""
    versions = sum(len(document["versions"]) for document in data.get("documents", []))
    counts = (
        (len(data["texts"]), "language"),
        (len(data.get("sessions", [])), "session"),
        (len(data.get("documents", [])), "document"),
        (versions, "language version"),
        (len(data.get("photos", [])), "photo"),
    )
    counted = [f"{n} {what}" if n == 1 else f"{n} {what}s" for n, what in counts if n]
    return f"{data['name']} ({', '.join(counted)})"
