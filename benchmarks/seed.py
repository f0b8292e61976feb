"""Fill an empty database with synthetic dossiers: working rows and their editions.

The snapshot builders make the contents of the editions, as in the services. Only the rows are written in batches, since
10,000 conferences with their documents and photos have more than 140,000 editions.
"""

import hashlib
import io
import itertools
import multiprocessing
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from copy import copy
from dataclasses import replace
from datetime import date, time, timedelta
from functools import cache

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Min, OuterRef, Subquery
from PIL import Image, ImageDraw

from conferences.models import (
    AnnouncedDate,
    Appearance,
    Conference,
    ConferenceText,
    Figure,
    Link,
    MainTopic,
    Organization,
    OrganizationRole,
    Person,
    Photo,
    Reference,
    Series,
    SeriesEntry,
    Session,
    Theme,
)
from ctportal.core.codes import ConferenceKind, DocumentKind, OrganizationKind
from ctportal.core.languages import CODES
from ctportal.files.models import StoredFile
from ctportal.publishing import epoch, ledger
from ctportal.publishing.changes import edition_of, facet_rows, relation_rows
from ctportal.publishing.indexing import write_entries
from ctportal.publishing.models import Edition, EditionFile, Facet, LedgerEntry, Relation
from ctportal.publishing.snapshot import BUILDERS
from ctportal.publishing.state import SHOWS
from documents.models import Delivery, Document, DocumentRelation, Issuer, LanguageVersion

from . import synthetic, worker

BY = "benchmarks"
PLAIN = {"note": "", "minor": False}
BATCH = 50  # conferences written together; parents and references are in the same batch, so batches are independent
LEDGER_BATCH = 2000
SERIES, THEMES, ORGANIZATIONS, PEOPLE, PICTURES = 20, 30, 300, 500, 10
DOCUMENTS, PHOTOS, SESSIONS = 6, 4, 3
LAST_KINDS = (
    DocumentKind.KEYNOTE_ADDRESS,
    DocumentKind.DECLARATION,
    DocumentKind.REPORT,
    DocumentKind.CONCEPT_NOTE,
    DocumentKind.NEWS_ITEM,
)


def seed(conferences, *, processes=1, progress=lambda done: None):
    """Write *conferences* dossiers into an empty database. ``progress(done)`` is called after each batch."""
    _vocabulary.cache_clear()
    with transaction.atomic():
        write_vocabulary()
        for number in range(PICTURES):
            write_picture(number)
    batches = [range(start, min(start + BATCH, conferences)) for start in range(0, conferences, BATCH)]
    done = 0
    for written in _written(batches, processes):
        done += written
        progress(done)
    with transaction.atomic():
        publish_vocabulary()
        note_drafts()
        write_ledger()
        epoch.replace_mark()


def _written(batches, processes):
    """Write *batches* and yield the size of each one written."""
    if processes == 1:
        yield from map(write_batch, batches)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=worker.start) as pool:
        for future in as_completed([pool.submit(write_batch, batch) for batch in batches]):
            yield future.result()


def write_batch(numbers):
    """Write the dossiers *numbers*, working rows first, then editions. Return their number."""
    with transaction.atomic():
        written = Dossiers(numbers).write()
    # Building the editions takes longest, so it happens outside of transactions, while another process may write.
    made = [make_editions(record_type, keys) for record_type, keys in written.items()]
    with transaction.atomic():
        for editions, snapshots in made:
            insert(editions, snapshots)
    return len(numbers)


def write_vocabulary():
    def record(kind, number, words, codes=CODES):
        labels = {f"name_{code}": synthetic.phrase(code, number * 3 + len(kind), words) for code in codes}
        return {"uid": synthetic.uid(kind, number), "slug": synthetic.slug(kind, number), **labels}

    def descriptions(number):
        return {f"description_{code}": synthetic.summary(code, number) for code in CODES}

    kinds = list(OrganizationKind.values)
    Series.objects.bulk_create(Series(**record("series", n, 5), **descriptions(n)) for n in range(SERIES))
    Theme.objects.bulk_create(Theme(**record("theme", n, 3), **descriptions(n)) for n in range(THEMES))
    Person.objects.bulk_create(Person(**record("person", n, 2, {"en", *synthetic.languages(n)})) for n in range(PEOPLE))
    Organization.objects.bulk_create(
        Organization(
            **record("organization", n, 6, {"en", *synthetic.languages(n)}),
            acronym=f"SO{n}" if n % 2 else "",
            kind=kinds[n % len(kinds)],
            country=synthetic.COUNTRIES[n * 17 % len(synthetic.COUNTRIES)] if n % 3 == 0 else "",
            website=f"https://organization-{n}.example/" if n % 4 else "",
        )
        for n in range(ORGANIZATIONS)
    )


@cache
def _vocabulary():
    """Return everything that dossiers refer to, in the order of numbers. Cached for the process."""
    models = (Series, Theme, Organization, Person)
    pictures = StoredFile.objects.filter(source=None).order_by("pk")
    return [list(model.objects.order_by("slug")) for model in models] + [list(pictures)]


class Dossiers:
    """The working rows of the conferences *numbers*."""

    def __init__(self, numbers):
        self.numbers = numbers
        self.series, self.themes, self.organizations, self.people, self.pictures = _vocabulary()
        self.summaries = {}  # {number of a conference: its co-chairs' summary}, for references

    def write(self):
        """Write all rows; return {record type: keys}."""
        conferences = self.write_conferences()
        documents = self.write_documents(conferences)
        self.write_references(conferences, documents)
        photos = self.write_photos(conferences)
        written = ((Conference, conferences), (Document, documents), (Photo, photos))
        return {model.record_type: [record.pk for record in records] for model, records in written}

    def write_conferences(self):
        conferences = [make_conference(number) for number in self.numbers]
        umbrellas = {conference.number: conference for conference in conferences if conference.kind == "week"}
        Conference.objects.bulk_create(umbrellas.values())
        for conference in conferences:
            if conference.number % 25 in (1, 2):
                conference.parent = umbrellas.get(conference.number - conference.number % 25)
        Conference.objects.bulk_create(each for each in conferences if each.kind != "week")
        rows = defaultdict(list)
        for conference in conferences:
            self.add_rows_of_conference(rows, conference)
        for model in (ConferenceText, SeriesEntry, AnnouncedDate, MainTopic, Session, Link):
            model.objects.bulk_create(rows[model])
        Conference.themes.through.objects.bulk_create(rows["themes"])
        for session in rows[Session]:
            session.conference.kept_sessions.append(session)
            self.add_people_of_session(rows, session)
        OrganizationRole.objects.bulk_create(rows[OrganizationRole])
        Appearance.objects.bulk_create(rows[Appearance])
        return conferences

    def add_rows_of_conference(self, rows, conference):
        number = conference.number
        codes = synthetic.languages(number)
        for code in codes:
            rows[ConferenceText].append(make_conference_text(conference, code))
        rows[SeriesEntry].append(
            SeriesEntry(conference=conference, series=self.series[number % SERIES], ordinal=number // SERIES + 1)
        )
        if number % 10 == 3:
            rows[SeriesEntry].append(SeriesEntry(conference=conference, series=self.series[(number + 7) % SERIES]))
        for step in range(2 + number % 2):
            theme = self.themes[(number * 7 + step * 11) % THEMES]
            rows["themes"].append(Conference.themes.through(conference=conference, theme=theme))
        if number % 8 == 5:
            rows[AnnouncedDate].append(
                AnnouncedDate(
                    conference=conference,
                    start_date=conference.start_date - timedelta(days=70),
                    end_date=conference.end_date - timedelta(days=70),
                    announced_on=conference.start_date - timedelta(days=300),
                    reason="Moved at the request of the host.",
                )
            )
        for step in range(3):
            title = {f"title_{code}": synthetic.phrase(code, number + step, 7) for code in codes}
            rows[MainTopic].append(MainTopic(conference=conference, order=step, **title))
        for step, role in enumerate(("host", "co-organizer", "in-cooperation-with")):
            organization = self.organizations[(number * 31 + step * 101) % ORGANIZATIONS]
            rows[OrganizationRole].append(
                OrganizationRole(conference=conference, organization=organization, role=role, order=step)
            )
        for step, role in enumerate(("opening-speaker", "keynote")):
            rows[Appearance].append(self.make_appearance(number * 2 + step, codes, role, step, conference=conference))
        for step, kind in enumerate(("opening", "panel", "closing")):
            rows[Session].append(make_session(conference, codes, step, kind))
        for step, kind in enumerate(("video", "web-page")):
            title = {f"title_{code}": synthetic.phrase(code, number + 40 + step, 4) for code in codes}
            address = f"https://coverage.example/{number}/{kind}"
            rows[Link].append(
                Link(conference=conference, kind=kind, address=address, language="en", order=step, **title)
            )

    def add_people_of_session(self, rows, session):
        number = session.conference.number * SESSIONS + session.order
        codes = synthetic.languages(session.conference.number)
        organization = self.organizations[(number * 13 + 7) % ORGANIZATIONS]
        rows[OrganizationRole].append(OrganizationRole(session=session, organization=organization, role="convener"))
        for step, role in enumerate(("moderator", "speaker")):
            rows[Appearance].append(self.make_appearance(number * 2 + step + 150, codes, role, step, session=session))

    def make_appearance(self, number, codes, role, order, **where):
        return Appearance(
            person=self.people[number * 37 % PEOPLE],
            organization=self.organizations[number * 41 % ORGANIZATIONS] if number % 2 else None,
            role=role,
            order=order,
            **{f"title_{code}": synthetic.phrase(code, number, 5) for code in codes},
            **where,
        )

    def write_documents(self, conferences):
        rows = defaultdict(list)
        for conference in conferences:
            for step in range(DOCUMENTS):
                rows[Document].append(self.make_document(conference, step))
        documents = Document.objects.bulk_create(rows[Document])
        for document in documents:
            number = document.number
            for code in synthetic.languages(number):
                rows[LanguageVersion].append(make_version(document, code))
            for step in range(1 + number % 2):
                theme = self.themes[(number * 5 + step * 11) % THEMES]
                rows["themes"].append(Document.themes.through(document=document, theme=theme))
            row = self.make_delivery(document) if document.session else self.make_issuer(document)
            rows[type(row)].append(row)
            if document.kind == DocumentKind.CO_CHAIRS_SUMMARY:
                self.summaries[document.conference.number] = document
            earlier = self.summaries.get(document.conference.number - 1)
            if document.kind == DocumentKind.CO_CHAIRS_SUMMARY and earlier:
                rows[DocumentRelation].append(DocumentRelation(document=document, kind="cites", target=earlier))
            if document.kind == DocumentKind.DECLARATION:
                rows[DocumentRelation].append(
                    DocumentRelation(document=document, kind="adopted-at", conference=document.conference)
                )
        LanguageVersion.objects.bulk_create(rows[LanguageVersion])
        Document.themes.through.objects.bulk_create(rows["themes"])
        for model in (Issuer, Delivery, DocumentRelation):
            model.objects.bulk_create(rows[model])
        return documents

    def make_document(self, conference, step):
        number = conference.number * DOCUMENTS + step
        kind = (
            DocumentKind.PRESS_RELEASE,
            DocumentKind.PRESS_RELEASE,
            DocumentKind.CO_CHAIRS_SUMMARY,
            DocumentKind.STATEMENT,
            DocumentKind.PROGRAMME,
            LAST_KINDS[conference.number % len(LAST_KINDS)],
        )[step]
        occasion = ("opening", "closing", "closing", "opening", "other", "other")[step]
        spoken = kind in (DocumentKind.STATEMENT, DocumentKind.KEYNOTE_ADDRESS)
        day = conference.end_date if occasion == "closing" else conference.start_date
        codes = synthetic.languages(number)
        document = Document(
            uid=synthetic.uid("document", number),
            slug=synthetic.slug("document", number),
            original_language=codes[0],
            kind=kind,
            conference=conference,
            session=conference.kept_sessions[0] if spoken else None,
            occasion=occasion,
            date=day,
            contact="Press office, press@scale.example" if kind == DocumentKind.PRESS_RELEASE else "",
            hashtags="#Conference #Cooperation" if kind == DocumentKind.PRESS_RELEASE else "",
        )
        for code in codes:
            place = synthetic.place(conference.country, code)
            setattr(document, f"place_{code}", place)
            if kind == DocumentKind.PRESS_RELEASE:
                setattr(document, f"dateline_{code}", f"{place}, {day.isoformat()}")
        document.number = number
        return document

    def make_issuer(self, document):
        return Issuer(document=document, organization=self.organizations[document.number * 19 % ORGANIZATIONS])

    def make_delivery(self, document):
        number, codes = document.number, synthetic.languages(document.number)
        titles = {f"title_{code}": synthetic.phrase(code, number, 5) for code in codes}
        return Delivery(document=document, person=self.people[number * 29 % PEOPLE], **titles)

    def write_references(self, conferences, documents):
        """Write the rows that need conferences and documents: references, and figures with their source."""
        references, figures = [], []
        opening = {document.conference_id: document for document in documents if document.occasion == "opening"}
        for conference in conferences:
            number = conference.number
            wanted = [self.summaries.get(number), self.summaries.get(number - 1)]
            references += [
                Reference(conference=conference, document=document, order=order)
                for order, document in enumerate(wanted)
                if document
            ]
            figures += make_figures(conference, opening[conference.pk])
        Reference.objects.bulk_create(references)
        Figure.objects.bulk_create(figures)

    def write_photos(self, conferences):
        photos = []
        for conference in conferences:
            codes = synthetic.languages(conference.number)
            for step in range(PHOTOS):
                number = conference.number * PHOTOS + step
                photo = Photo(
                    uid=synthetic.uid("photo", number),
                    original_language=codes[0],
                    conference=conference,
                    file=self.pictures[number % PICTURES],
                    credit=f"Synthetic picture {number % PICTURES}",
                    rights="Free for any use",
                    taken_on=conference.start_date,
                    order=step,
                    featured=step == 0,
                )
                for code in codes:
                    setattr(photo, f"alt_text_{code}", synthetic.phrase(code, number, 8))
                    setattr(photo, f"caption_{code}", synthetic.summary(code, number))
                    setattr(photo, f"place_{code}", synthetic.place(conference.country, code))
                photo.number = number
                photos.append(photo)
        Photo.objects.bulk_create(photos)
        Photo.people.through.objects.bulk_create(
            Photo.people.through(photo=photo, person=self.people[photo.number * 23 % PEOPLE])
            for photo in photos
            if photo.number % 2
        )
        return photos


# Editions


def make_editions(record_type, keys):
    """Return (editions, their snapshots) of the working records *keys*: one in force, every fifth record also past ones."""
    builder = _with_one_serializer(BUILDERS[record_type])
    snapshots, editions = [], []
    for record in builder.queryset().filter(pk__in=keys).order_by("pk"):
        snapshot = builder.snapshot_of(record)
        number = record.uid.int  # serves as a random number
        line = [snapshot]
        if number % 5 == 0:
            line = [earlier(snapshot, back) for back in range(1 + number // 5 % 2, 0, -1)] + line
        snapshots += line
        editions += line_of_editions(line, number)
    for each in snapshots:
        each.indexed  # noqa: B018 - computed here, outside of transactions
    return editions, snapshots


def _with_one_serializer(builder):
    """Return a copy of *builder* that reuses its serializer, since copying the fields takes most of the time."""
    builder = copy(builder)
    serializer = builder.serializer_class(context={})

    def serialize(record):
        serializer._context.update(builder.context(record))
        return builder.with_languages(serializer.to_representation(record), serializer.context["languages"])

    builder.serialize = serialize
    return builder


def line_of_editions(line, number):
    """Return the editions of one record. Each ends when the next begins; the last one is in force."""
    first = line[-1]
    if first.type == "conference":
        start = synthetic.release(first.date - timedelta(days=30), number, hour=6)
    else:
        start = synthetic.release(first.date, number, hour=12)
    starts = [start + timedelta(hours=step) for step in range(len(line))]
    return [
        edition_of(snapshot, begin, until, by=BY, at=begin, **PLAIN)
        for snapshot, begin, until in itertools.zip_longest(line, starts, starts[1:])
    ]


def insert(editions, snapshots):
    """Write *editions* with facets, relations, files and search entries, like ``changes.Changes``."""
    Edition.objects.bulk_create(editions)
    facets, relations, files = [], [], []
    for edition, snapshot in zip(editions, snapshots, strict=True):
        facets += facet_rows(edition, snapshot)
        relations += relation_rows(edition, snapshot)
        files += [EditionFile(edition=edition, file=file) for file in dict.fromkeys(snapshot.files)]
    Facet.objects.bulk_create(facets)
    Relation.objects.bulk_create(relations)
    EditionFile.objects.bulk_create(files)
    write_entries(list(zip(editions, snapshots, strict=True)))


def publish_vocabulary():
    """Publish each vocabulary entry that an edition shows, from the start of the first such edition."""
    shown = Relation.objects.filter(name=SHOWS).values_list("target")
    opened = dict(shown.annotate(first=Min("edition__public_from")))
    for builder in (BUILDERS[model.record_type] for model in (Series, Theme, Organization, Person)):
        snapshots = [builder.snapshot_of(entry) for entry in builder.queryset().order_by("pk") if entry.uid in opened]
        starts = [opened[snapshot.uid] for snapshot in snapshots]
        pairs = zip(snapshots, starts, strict=True)
        made = [edition_of(each, start, None, by=BY, at=start, **PLAIN) for each, start in pairs]
        insert(made, snapshots)


def note_drafts():
    """Give each working record the checksum of its edition in force, since nothing has changed since publication."""
    in_force = Edition.objects.public(epoch.now()).filter(uid=OuterRef("uid")).values("sha256")[:1]
    for model in (Conference, Document, Photo, Series, Theme, Organization, Person):
        shown = model.objects.filter(uid__in=Edition.objects.of(model.record_type).values("uid"))
        shown.update(draft_sha256=Subquery(in_force))


def write_ledger():
    """Write the ledger in the order of time. An edition ends in the step that inserts the next one."""
    events = []
    fields = Edition.objects.order_by("pk").values_list("public_from", "public_until", "uid", "pk", "sha256")
    for start, until, uid, pk, sha256 in fields.iterator():
        events.append((start, 1, uid, pk, sha256))
        if until:
            events.append((until, 0, uid, pk, sha256))
    events.sort()
    previous, entries = "", []
    for at, is_start, uid, pk, sha256 in events:
        entry = LedgerEntry(
            at=at,
            by=BY,
            action=LedgerEntry.Action.INSERTED if is_start else LedgerEntry.Action.ENDED,
            uid=uid,
            edition_id=pk,
            sha256=sha256,
            effective_at=at,
            previous=previous,
        )
        previous = entry.hash = ledger.entry_hash(entry)
        entries.append(entry)
    LedgerEntry.objects.bulk_create(entries, batch_size=LEDGER_BATCH)


def make_conference(number):
    start = synthetic.first_day(number)
    country = synthetic.COUNTRIES[number * 53 % len(synthetic.COUNTRIES)]
    codes = synthetic.languages(number)
    kinds = [kind for kind in ConferenceKind.values if kind != "week"]
    conference = Conference(
        uid=synthetic.uid("conference", number),
        slug=synthetic.slug("conference", number),
        original_language=codes[0],
        name=f"{synthetic.place(country, 'en')} {start.year} ({number})",
        kind="week" if number % 25 == 0 else kinds[number % len(kinds)],
        start_date=start,
        end_date=start + timedelta(days=number % 4),
        event_status="confirmed" if start > date(2026, 7, 1) else "cancelled" if number % 50 == 7 else "held",
        format=("in-person", "in-person", "hybrid")[number % 3],
        country=country,
        time_zone=synthetic.TIME_ZONES[number % len(synthetic.TIME_ZONES)],
        contact="Conference office, +00 0 000 0000",
        contact_email="office@scale.example",
    )
    for code in codes:
        setattr(conference, f"city_{code}", synthetic.place(country, code))
        setattr(conference, f"venue_{code}", synthetic.phrase(code, number, 3))
    conference.number = number
    conference.kept_sessions = []
    return conference


def make_conference_text(conference, code):
    number = conference.number
    place = synthetic.place(conference.country, code)
    return ConferenceText(
        conference=conference,
        language=code,
        title=f"{synthetic.phrase(code, number, 9)}, {place} {conference.start_date.year}",
        motto=synthetic.phrase(code, number + 3, 8),
        summary=synthetic.summary(code, number),
        # Together about as many words as in a document.
        description=synthetic.html(code, number, 240),
        background=synthetic.html(code, number + 1, 80),
        outcome=synthetic.html(code, number + 2, 80),
        ready=True,
    )


def make_session(conference, codes, step, kind):
    number = conference.number * SESSIONS + step
    texts = {f"title_{code}": synthetic.phrase(code, number, 6) for code in codes}
    if kind == "panel":
        texts |= {f"description_{code}": synthetic.summary(code, number) for code in codes}
    return Session(
        uid=synthetic.uid("session", number),
        conference=conference,
        kind=kind,
        number=step if kind == "panel" else None,
        date=conference.end_date if kind == "closing" else conference.start_date,
        start_time=time(9 + 3 * step, 30),
        end_time=time(11 + 3 * step),
        room=f"Room {1 + number % 9}",
        order=step,
        **texts,
    )


def make_figures(conference, document):
    number = conference.number
    measures = (("participants", "about", 300), ("countries", "exactly", 40), ("civil-society", "more than", 20))
    return [
        Figure(
            uid=synthetic.uid("figure", number * len(measures) + step),
            conference=conference,
            measure=measure,
            qualifier=qualifier,
            value=value + number % 97,
            source_document=document if step == 0 else None,
            source="" if step == 0 else "Counted at the door.",
            official=True,
            order=step,
        )
        for step, (measure, qualifier, value) in enumerate(measures)
    ]


def make_version(document, code):
    number = document.number
    return LanguageVersion(
        document=document,
        language=code,
        title=f"{synthetic.phrase(code, number, 8)}, {synthetic.place(document.conference.country, code)}",
        body=synthetic.html(code, number, 400),
        external_url=f"https://originals.example/{code}/{number}" if number % 3 == 0 else "",
        state="digest" if number % 3 == 0 else "final",
        standing="original" if code == document.original_language else "unofficial",
        ready=True,
    )


def earlier(snapshot, back):
    """Return *snapshot* as of *back* editions before, with another beginning of its title or caption."""
    name = "title" if "title" in snapshot.data else "caption"
    texts = {code: f"Advance text {back}: {text}"[:300] for code, text in snapshot.data[name].items()}
    return replace(snapshot, data=snapshot.data | {name: texts})


# Pictures


WIDTHS = (320, 640, 1280)
FORMATS = (("webp", "WEBP"), ("jpg", "JPEG"))


def write_picture(number):
    """Store a simple drawing with its download and renditions. Return the original."""
    drawing = Image.new("RGB", (WIDTHS[-1], WIDTHS[-1] * 2 // 3), (40 + number * 15, 90, 160 - number * 10))
    pen = ImageDraw.Draw(drawing)
    for step in range(6):
        left = 80 + step * 190
        pen.rectangle((left, 300 + step * number * 4, left + 120, 853), fill=(220, 200 - step * 12, 120 + number * 9))
    original = store(drawing, number, "original", "jpg", "JPEG")
    store(drawing, number, "download", "jpg", "JPEG", source=original)
    for width in WIDTHS:
        small = drawing.resize((width, width * 2 // 3))
        for ending, form in FORMATS:
            store(small, number, f"w{width}.{ending}", ending, form, source=original)
    return original


def store(picture, number, variant, ending, form, source=None):
    buffer = io.BytesIO()
    picture.save(buffer, form, quality=60)
    data = buffer.getvalue()
    name = f"{synthetic.PREFIX}picture-{number}-{variant.partition('.')[0]}.{ending}"
    stored = StoredFile(
        # Derived from the name, so that the content is the same each time. Real keys are random.
        key=hashlib.sha256(name.encode()).hexdigest()[:32],
        name=name,
        media_type=f"image/{form.lower()}",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        width=picture.width,
        height=picture.height,
        source=source,
        variant=variant if source else "",
    )
    stored.file.save(name, ContentFile(data), save=False)
    stored.save()
    return stored
