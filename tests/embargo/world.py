"""A world in which everything that could leak contains a canary: a conference, a document and a photo in each of six states.

All belong to one public conference, the *host*, and show its vocabulary besides their own, so that any list, count, relation
or neighbour could reveal them. Uids, keys and words do not depend on the order of creation, so two worlds that differ only
in hidden records can be compared byte for byte.
"""

import hashlib
import io
import struct
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django_prose_editor.fields import ProseEditorField
from PIL import ExifTags, Image

from conferences.models import Conference, Organization, Person, Photo, Series, Theme
from ctportal.core.languages import CODES
from ctportal.files.models import StoredFile
from ctportal.files.store import prepare_photo, rendition_name
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition
from ctportal.staff import presence, sharing
from ctportal.staff.models import Presence
from ctportal.workflow import review, revisions
from ctportal.workflow.models import AuditEntry, WorkflowStep
from documents.models import CoChairsSummary, Document, PressRelease, Statement
from tests.factories import make_account, make_user

from .canaries import CLOSED, HELD, KEPT, NAMED, OPEN, TOLD, Canaries

STATES = ("draft", "in review", "scheduled", "newer draft", "correction", "withdrawn")
NEVER_PUBLIC, ONCE_PUBLIC = STATES[:3], STATES[3:]
KINDS = ("conference", "document", "photo")
MAKING = ("document", "photo", "conference")  # in the order of creation: a conference refers to the others
VOCABULARY = {"series": Series, "theme": Theme, "organization": Organization, "person": Person}
SHOWN_BY = {
    "conference": ("series", "theme", "organization", "person"),
    "document": ("theme", "organization", "person"),
    "photo": ("person",),
}

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # when everything public was published
NOW = BEGIN + timedelta(days=1)
RELEASE = BEGIN + timedelta(days=10)
READY = ("ar", "en", "zh")  # the languages in the public edition of a conference or document
PLANNED = {OPEN: "fr", CLOSED: "es"}  # the language that is in preparation, in public editions and in drafts
PLAN = '"languages_in_preparation":["{}"]'  # as in the JSON

# Text columns without canary: codes, and values that the portal computes.
NO_CANARY = {
    "draft_sha256",
    "made_from",
    "original_sha256",
    "search_text",
    "time_zone",
    "sha256",
    "key",
    "media_type",
    "variant",
    "file",
    "language",
    "reissue",
}
SHAPES = {
    "contact_email": "{}@example.org",
    "website": "https://{}.example.org/",
    "address": "https://{}.example.org/",
    "source_address": "https://{}.example.org/",
    "external_url": "https://{}.example.org/",
    "hashtags": "#{}",
    "symbol": "A/99/{}/1",
}


# Metadata of a photo, as written by cameras and agencies.
METADATA = ("ImageDescription", "Copyright", "GPSAreaInformation", "XMP description", "IPTC caption", "comment")


def written_into(metadata):
    """Return the arguments of Pillow's ``save`` that write *metadata*, {one of METADATA: text}, into a JPEG."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = metadata["ImageDescription"]
    exif[ExifTags.Base.Copyright] = metadata["Copyright"]
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = metadata["GPSAreaInformation"].encode()
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        f' photoshop:Headline="{metadata["XMP description"]}"/></rdf:RDF></x:xmpmeta>'
    )
    caption = metadata["IPTC caption"].encode()
    iptc = b"\x1c\x02\x78" + struct.pack(">H", len(caption)) + caption  # record 2, data set 120
    block = b"Photoshop 3.0\0" + b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(iptc)) + iptc + bytes(len(iptc) % 2)
    segment = b"\xff\xed" + struct.pack(">H", len(block) + 2) + block
    return {"exif": exif, "xmp": xmp.encode(), "extra": segment, "comment": metadata["comment"].encode()}


def text_fields(model):
    """Yield the columns of *model* with text: (name, name without language, language or "")."""
    names = {column.name for column in model._meta.concrete_fields}
    for column in model._meta.concrete_fields:
        if not isinstance(column, (models.CharField, models.TextField, models.FileField)) or column.choices:
            continue
        if column.name in NO_CANARY or f"{column.name}_en" in names:
            continue
        stem, _mark, language = column.name.rpartition("_")
        translated = language in CODES and f"{stem}_en" in names
        yield column.name, stem if translated else column.name, language if translated else ""


@dataclass
class Case:
    """One record in one state, with its files and its vocabulary."""

    state: str
    kind: str
    record: object = None
    slugs: dict = field(default_factory=dict)  # {side: slug}
    files: list = field(default_factory=list)
    vocabulary: dict = field(default_factory=dict)  # {(side, kind): entry}

    def __str__(self):
        return f"{self.kind}, {self.state}"


class World:
    """A world, created in steps: ``public``, ``hidden`` (records never public) and ``newer`` (unpublished changes)."""

    def __init__(self, clock):
        self.clock, self.canaries = clock, Canaries()
        clock.move_to(BEGIN)
        self.author = make_account("editor", "author", first_name=self.canaries.word("host", HELD, "User.first_name"))
        self.releaser = make_account("publisher", "releaser")
        self.identities = {
            role: make_account(role, f"reader-{role.replace(' ', '-')}")
            for role in ("contributor", "translator", "photo editor", "publisher")
        }
        self.identities["translator"].user_permissions.add(Permission.objects.get(codename="translate_ru"))
        self.cases = {(state, kind): Case(state, kind) for state in STATES for kind in KINDS}
        self.host, self.host_document, self.host_photo = (Case("public", kind) for kind in KINDS)
        self.deleted = []  # (path in the admin, last Version) of deleted drafts
        self.canaries.phrase(PLAN.format(PLANNED[OPEN]), "conference, public", OPEN, "plan of a language")
        # Nothing public has this language in preparation: it is the draft of one record or another that tells.
        self.canaries.phrase(PLAN.format(PLANNED[CLOSED]), "conference, draft", HELD, "plan of a language")

    # Steps

    def stand(self):
        """Create the public host, to which all others belong. It is the first step; the others may come in any order."""
        self.clock.move_to(BEGIN)
        for case in (self.host, self.host_document, self.host_photo):
            self._begin(case, OPEN)
            self._approve(case, note=OPEN)
        self.clock.move_to(NOW)
        return self

    def public(self):
        """Create the public editions of the other cases."""
        self.clock.move_to(BEGIN)
        for state in ONCE_PUBLIC:
            for kind in MAKING:
                case = self.cases[state, kind]
                self._begin(case, TOLD if state == "withdrawn" else OPEN)
                self._approve(case, note=HELD if state == "withdrawn" else OPEN)
        self.clock.move_to(BEGIN + timedelta(hours=1))
        for kind in MAKING:
            case = self.cases["withdrawn", kind]
            reason = self.canaries.word(str(case), OPEN, "Withdrawal.reason")
            review.withdraw(case.record, by=self.releaser, reason=reason)
        self.clock.move_to(NOW)
        return self

    def hidden(self):
        """Create the records that were never public."""
        for state in NEVER_PUBLIC:
            for kind in MAKING:
                case = self.cases[state, kind]
                self._begin(case, CLOSED)
                if state == "in review":
                    remark = self.canaries.word(str(case), CLOSED, "WorkflowStep.remark")
                    review.submit(case.record, by=self.author, remark=remark)
                if state == "scheduled":
                    self._approve(case, note=HELD, at=RELEASE)
        self._delete_one()
        return self

    def _delete_one(self):
        """Create and delete a draft, which then exists in revisions only."""
        case = Case("draft", "document")
        record = Document(kind="press-release", date=self._day(case), created_by=self.author)
        record.uid = self.canaries.uid(f"{case}, deleted", HELD, "uid")
        self._fill(record, f"{case}, deleted", HELD).save()
        text = record.versions.model(document=record, language="en")
        self._fill(text, f"{case}, deleted", HELD).save()
        revision = revisions.keep(record, by=self.author, comment="Deleted.")
        record.delete()
        kind = ContentType.objects.get_for_model(Document)
        self.deleted.append(("documents/pressrelease", revision.version_set.get(content_type=kind)))

    def newer(self):
        """Change the drafts of public records, and schedule a correction."""
        for state in ONCE_PUBLIC:
            for kind in MAKING:
                case = self.cases[state, kind]
                self._dress(case, CLOSED)
                if state == "correction":
                    self._approve(case, note=HELD, at=RELEASE)
        return self

    # Records

    def _begin(self, case, side):
        owned = {
            "uid": self.canaries.uid(str(case), CLOSED if side == CLOSED else TOLD, "uid"),
            "created_by": self.author,
        }
        if case.kind == "conference":
            day = self._day(case)
            case.record = Conference(kind="regional", start_date=day, end_date=day, country="BY", **owned)
        elif case.kind == "document":
            kind = {"withdrawn": "statement", "in review": "statement", "draft": "co-chairs-summary"}.get(case.state)
            record = Document(kind=kind or "press-release", date=self._day(case), conference=self.host.record, **owned)
            case.record = record
        else:
            case.record = Photo(conference=self.host.record, **owned)
        self._dress(case, side)
        self._log(case)

    def _day(self, case):
        month = 1 + (*STATES, "public").index(case.state)
        return date(2025, month, 10)

    def _approve(self, case, *, note, at=None):
        alone = self.canaries.word(str(case), HELD, f"WorkflowStep.remark {'later' if at else 'at once'}")
        text = self.canaries.word(str(case), note, "Edition.note")
        edition = review.approve(case.record, by=self.releaser, at=at, note=text, alone=alone).edition
        side = CLOSED if at else OPEN if case.state != "withdrawn" else HELD
        self.canaries.checksum(edition.sha256, str(case), HELD if side == CLOSED else side, "Edition.sha256")

    def _log(self, case):
        LogEntry.objects.create(
            user=self.author,
            content_type=ContentType.objects.get_for_model(self._entry(case.record), for_concrete_model=False),
            object_id=str(case.record.pk),
            object_repr=self.canaries.word(str(case), HELD, "LogEntry.object_repr"),
            action_flag=CHANGE,
            action_time=BEGIN - timedelta(days=1),  # before the first revision
            change_message=self.canaries.word(
                str(case), HELD if case.state == "public" else CLOSED, "LogEntry.change_message"
            ),
        )

    @staticmethod
    def _entry(record):
        """Return the model in whose admin *record* has its history."""
        entries = (CoChairsSummary, PressRelease, Statement) if isinstance(record, Document) else ()
        return next((entry for entry in entries if record.kind in entry.kinds), type(record))

    # Texts

    def _dress(self, case, side):
        """Replace all texts of *case* and its parts by canaries of *side*."""
        text = HELD if side == TOLD else side
        record = case.record
        self._fill(record, case, text, by_language=case.kind != "photo")
        if case.kind != "photo":
            case.slugs[side] = record.slug
        if side == CLOSED:
            self._move(record)
        if case.kind == "photo":
            record.file = self._picture(case, text)
        record.save()
        getattr(self, f"_dress_{case.kind}")(case, record, side, text)
        record = case.record = type(record).objects.get(pk=record.pk)
        refresh_draft(record)
        held = HELD if side != CLOSED else CLOSED
        comment = self.canaries.word(str(case), held, "Revision.comment")
        revisions.keep(record, by=self.author, comment=comment)
        if side == CLOSED:
            self._work_on(case)

    def _work_on(self, case):
        """Create other rows about a draft: a step with a remark, a share link, an entry of the audit trail, and the
        presence of a colleague."""
        record, of = case.record, {"uid": case.record.uid, "type": case.record.record_type}
        step = WorkflowStep(action=WorkflowStep.Action.SENT_BACK, user=self.releaser, **of)
        self._fill(step, case, HELD, prefix="another ").save()
        whom = self.canaries.word(str(case), HELD, "ShareLink.name")
        sharing.share(record, by=self.author, days=sharing.DAYS[-1], name=whom)
        self._fill(AuditEntry(kind=AuditEntry.Kind.OPENING, **of), case, KEPT).save()
        name = self.canaries.word(str(case), HELD, "Presence.user")
        at = {"opened_at": self.clock.now, "seen_at": NOW}
        Presence.objects.create(
            user=make_user(name, first_name=name), uid=record.uid, part=presence.FORM, page=name, **at
        )

    def _move(self, record):
        """Give *record* a year and a country that no public record has, so that menus of filters could reveal them."""
        if isinstance(record, Conference):
            record.start_date = record.end_date = record.start_date.replace(year=2031)
            record.country, record.event_status = "KE", "confirmed"
        elif isinstance(record, Document):
            record.date = record.date.replace(year=2032)
        else:
            record.taken_on = date(2024, 5, 5)

    def _fill(self, row, case, side, *, by_language=True, languages=READY, prefix=""):
        """Give each text of *row* a canary. With *by_language*, those in languages that are not ready are HELD."""
        model = type(row)
        for name, stem, language in text_fields(model):
            held = by_language and side == OPEN and language and language not in languages
            kept = HELD if held else side
            if side == OPEN and isinstance(row, Conference) and name == "name":
                kept = NAMED
            word = self.canaries.word(str(case), kept, f"{prefix}{model.__name__}.{name}")
            value = SHAPES.get(stem, "{}").format(word)
            column = model._meta.get_field(name)
            setattr(
                row,
                name,
                f"<p>{value}</p>"
                if isinstance(column, ProseEditorField)
                else value.upper()
                if stem == "symbol"
                else value,
            )
        return row

    def _rows_by_language(self, rows, case, side, **fields):
        rows.all().delete()
        for code in CODES:
            held = side == OPEN and code not in READY
            plan = "in-preparation" if code == PLANNED.get(side) else ""
            row = rows.model(
                language=code, ready=not (held or plan), plan=plan, **{rows.field.name: case.record}, **fields
            )
            self._fill(row, case, HELD if held else side, prefix=f"{code} ")
            yield row

    def _dress_conference(self, case, record, side, text):
        for row in self._rows_by_language(record.texts, case, text):
            row.save()
        entries = self._vocabulary(case, side, text)
        for rows in (record.announced_dates, record.main_topics, record.sessions, record.figures, record.links):
            rows.all().delete()
        record.expected_documents.all().delete()
        for rows in (
            record.series_entries,
            record.organization_roles,
            record.appearances,
            record.references,
            record.same_as,
        ):
            rows.all().delete()
        day = record.start_date
        self._row(record.announced_dates, case, text, start_date=day, end_date=day)
        self._row(record.main_topics, case, text)
        self._row(record.links, case, text)
        self._row(record.same_as, case, text)
        record.relations.all().delete()
        targets = [] if case is self.host else [self.host.record]
        for target in [*targets, *filter(None, [self.cases["draft", "conference"].record])]:
            if target.pk != record.pk:
                record.relations.create(kind="follows-up-on", target=target)
        uid = self.canaries.uid(str(case), HELD if text != OPEN else TOLD, "Figure.uid")
        figure = {"measure": "participants", "value": 400, "uid": uid}
        documents = [
            self.cases[state, "document"].record for state in (case.state, "draft", "scheduled") if state in STATES
        ]
        for document in dict.fromkeys(filter(None, documents)):
            record.references.create(document=document)
            figure["source_document"] = document
        self._row(record.figures, case, text, **figure)
        uid = self.canaries.uid(str(case), HELD if text != OPEN else TOLD, "ExpectedDocument.uid")
        expected = {"date": day, "uid": uid, "organization": entries["organization"]}
        self._row(record.expected_documents, case, text, document=figure.get("source_document"), **expected)
        uid = self.canaries.uid(str(case), HELD if text != OPEN else TOLD, "Session.uid")
        session = self._row(record.sessions, case, text, uid=uid, date=day)
        figure |= {"uid": self.canaries.uid(str(case), HELD if text != OPEN else TOLD, "session's Figure.uid")}
        self._row(session.figures, case, text, prefix="session's ", **figure)
        self._row(session.links, case, text, prefix="session's ")
        for place in (record, session):
            place.organization_roles.create(organization=entries["organization"], role="host")
            self._row(
                place.appearances, case, text, prefix="" if place is record else "session's ", person=entries["person"]
            )
        self._row(record.appearances, case, text, prefix="unnamed ", organization=entries["organization"])
        for place in (record, session):
            self._row(place.appearances, case, text, prefix="group's " if place is record else "session's group's ")
        record.series_entries.create(series=entries["series"])
        record.themes.set([entries["theme"]])
        if case is not self.host:
            record.series_entries.create(series=self.host.vocabulary[OPEN, "series"])
            record.themes.add(self.host.vocabulary[OPEN, "theme"])
            record.organization_roles.create(organization=self.host.vocabulary[OPEN, "organization"], role="donor")
            record.parent = self.host.record
            record.save(update_fields=["parent"])

    def _row(self, rows, case, side, *, prefix="", **fields):
        row = rows.model(**{rows.field.name: rows.instance}, **fields)
        self._fill(row, case, side, prefix=prefix).save()
        return row

    def _dress_document(self, case, record, side, text):
        entries = self._vocabulary(case, side, text)
        for row in self._rows_by_language(record.versions, case, text):
            if row.language in ("en", "fr"):
                row.file = self._paper(case, text if row.language in READY or text != OPEN else HELD, row.language)
            row.save()
        record.relations.all().delete()
        for rows in (record.issuers, record.deliveries, record.mentions):
            rows.all().delete()
        record.issuers.create(organization=entries["organization"])
        for rows in (record.deliveries, record.mentions):
            self._row(rows, case, text, person=entries["person"], organization=entries["organization"])
        record.themes.set([entries["theme"], self.host.vocabulary[OPEN, "theme"]])
        record.relations.create(kind="adopted-at", conference=self.host.record)
        record.save()

    def _dress_photo(self, case, record, side, text):
        record.people.set(self._vocabulary(case, side, text).values())

    def _vocabulary(self, case, side, text):
        """Create vocabulary entries that only this side of this record shows. Return {kind: entry}."""
        for kind in SHOWN_BY[case.kind]:
            owner = f"{case}, its {kind}"
            uid = self.canaries.uid(owner, HELD if side == CLOSED else TOLD, f"{VOCABULARY[kind].__name__}.uid")
            entry = VOCABULARY[kind](uid=uid, created_by=self.author)
            self._fill(entry, owner, text, by_language=False).save()
            refresh_draft(entry)
            case.vocabulary[side, kind] = entry
        return {kind: case.vocabulary[side, kind] for kind in SHOWN_BY[case.kind]}

    # Files

    def _paper(self, case, side, language):
        owner = f"{case}, its {language} file"
        body = f"%PDF-1.7 {self.canaries.word(owner, side, 'bytes of the file')}".encode()
        return self._store(
            owner, side, body, name=f"{self.canaries.word(owner, side, 'StoredFile.name')}.pdf", case=case
        )

    def _picture(self, case, side):
        """Store an original with canaries in its metadata, and its renditions."""
        owner = f"{case}, its picture"
        inside = HELD if side == OPEN else side
        metadata = {what: self.canaries.word(owner, inside, what) for what in METADATA}
        colour = tuple(hashlib.blake2b(f"{owner}{side}".encode(), digest_size=3).digest())
        data = io.BytesIO()
        Image.new("RGB", (700, 40), colour).save(data, "JPEG", **written_into(metadata))
        name = f"{self.canaries.word(owner, side, 'StoredFile.name')}.jpg"
        prepared = prepare_photo(SimpleUploadedFile(name, data.getvalue(), "image/jpeg"))
        kind = {"media_type": "image/jpeg", "case": case}
        original = self._store(f"{owner} as it came", inside, data.getvalue(), name=name, **kind)
        for made in prepared.renditions:
            self._store(
                f"{owner} as {made.variant}", side, made.data, name=rendition_name(name, made.variant), case=case,
                media_type=made.media_type, width=made.width, height=made.height, source=original, variant=made.variant,
            )  # fmt: skip
        return original

    def _store(self, owner, side, data, *, name, case, media_type="application/pdf", **fields):
        original = owner.endswith("as it came")
        stored = StoredFile(
            key=self.canaries.key(owner, HELD if original else side, f"StoredFile.key, {side}"), name=name, media_type=media_type, size=len(data),
            sha256=hashlib.sha256(data).hexdigest(), created_by=self.author, created_at=BEGIN,
            text=self.canaries.word(owner, HELD, "StoredFile.text"), **fields,
        )  # fmt: skip
        self.canaries.checksum(stored.sha256, owner, HELD if side == CLOSED else side, "StoredFile.sha256")
        stored.file.save(name, ContentFile(data), save=False)
        stored.save()
        case.files.append((side, stored))
        return stored


def editions_to_come():
    return Edition.objects.filter(public_from__gt=NOW)
