"""A published dossier with a value in each field, and the addresses of all kinds of page."""

import json
from datetime import date, time

from ctportal.core.codes import DocumentKind
from ctportal.core.languages import CODES
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from tests import factories as make

WORDS = " ".join(["Delegations exchanged experience of cooperation across borders."] * 50)


def everywhere(name, text):
    """Return {name_en: text, name_ar: …} for the columns of a label."""
    return {f"{name}_{code}": f"{text} {code}" for code in CODES}


def make_dossier(n=1, *, title="Border security", by=None, documents=6, photos=4, series=None, theme=None):
    """Return a published conference with sessions, organizations, people, figures, links, documents and photos in two languages."""
    by = by or make.make_user()
    conference = make.make_conference(
        f"{title} {n}",
        name=f"Dossier {n}",
        slug=f"dossier-{n}",
        start_date=date(2019, 1 + n % 12, 1 + n % 27),
        end_date=date(2019, 1 + n % 12, 2 + n % 27),
        time_zone="Europe/Minsk",
        contact="Press office",
        contact_email="press@example.org",
        event_status="held",
        format="in-person",
        venue_en="Palace",
        latitude="53.9006",
        longitude="27.559",
    )
    conference.texts.update(
        alternate_title="Borders",
        motto="Together",
        summary="What was said.",
        description=f"<p>{WORDS}</p><h2>Points</h2><ul><li>One</li></ul>",
        background=f"<p>{WORDS}</p>",
        outcome="<table><tbody><tr><th>A</th><td>B</td></tr></tbody></table>",
    )
    conference.texts.create(language="ru", title=f"Безопасность {n}", description="<p>Текст.</p>", ready=True)
    person = make.make_person(f"Speaker {n}")
    organizations = [make.make_organization(f"Organization {n}.{i}", acronym=f"ORG{i}") for i in range(3)]
    for i, (organization, role) in enumerate(zip(organizations, ("host", "convener", "donor"), strict=True)):
        conference.organization_roles.create(organization=organization, role=role, order=i)
    conference.appearances.create(person=person, role="keynote", organization=organizations[0])
    sessions = [
        conference.sessions.create(
            title_en=f"Session {i}",
            description_en="What it was about.",
            kind="panel",
            number=i + 1,
            date=conference.start_date,
            start_time=time(9 + i),
            end_time=time(10 + i),
            room="Hall A",
            order=i,
        )
        for i in range(3)
    ]
    sessions[0].appearances.create(person=person, title_en="Minister", role="chair")
    sessions[0].figures.create(measure="participants", qualifier="some", value=300, official=True, source="A newspaper")
    sessions[0].links.create(title_en="Web TV", address="https://example.org/tv", kind="video", language="en")
    sessions[0].organization_roles.create(organization=organizations[1], role="host")
    conference.appearances.create(title_en="Legal Officer", organization=organizations[0], order=1)
    sessions[0].appearances.create(title_en="Heads of regional organizations", role="present", order=1)
    conference.same_as.create(address="https://www.wikidata.org/wiki/Q1")
    conference.main_topics.create(title_en="First topic")
    conference.expected_documents.create(
        title_en="Detailed report", date=date(2019, 12, 1), issued_by_en="The co-chairs"
    )
    conference.expected_documents.create(date=date(2020, 1, 1), date_precision="year", organization=organizations[0])
    conference.links.create(title_en="Recording", address="https://example.org/video", kind="video", language="en")
    conference.announced_dates.create(
        start_date=date(2019, 1, 1),
        end_date=date(2019, 1, 2),
        announced_on=date(2018, 6, 1),
        reason="A change of place",
    )
    if series:
        conference.series_entries.create(series=series, ordinal=n)
    if theme:
        conference.themes.add(theme)
    publish(conference, by=by)
    for i in range(documents):
        make_dossier_document(conference, n, i, person, organizations[0], sessions[0], theme, by)
    for i in range(photos):
        photo = make.make_photo(
            conference, order=i, featured=i == 0, caption_en=f"Caption {i}", rights="Free", place_en="Minsk",
            taken_on=conference.start_date,
        )  # fmt: skip
        photo.people.add(person)
        publish(photo, by=by)
    source = conference.documents.first()
    conference.figures.create(measure="participants", qualifier="close to", value=1400, official=True, source="Remarks",
                              source_document=source)  # fmt: skip
    conference.figures.create(measure="participants", qualifier="about", value=1300, source="A newspaper",
                              source_address="https://example.org/news", source_date=conference.end_date)  # fmt: skip
    conference.figures.create(measure="regional-organizations", qualifier="many", official=True)
    if source:
        conference.references.create(document=source)
    conference.texts.filter(language="en").update(background=f"<p>{WORDS} They agreed to go on.</p>")
    publish(conference, by=by)
    return conference


def make_dossier_document(conference, n, i, person, organization, session, theme, by):
    kinds = list(DocumentKind)
    document = make.make_document(
        conference,
        f"Document {n}.{i}",
        slug=f"document-{n}-{i}",
        kind=kinds[i % len(kinds)],
        also_serves_as="co-chairs-summary" if i == 2 else "",
        occasion="closing",
        place_en="Minsk",
        issued_by=organization,
        delivered_by=person,
        delivered_title="Minister",
        dateline_en="Minsk, 4 September 2019",
        contact="Press office",
        hashtags="#CTWeek",
        symbol=f"S/2019/{n}{i}",
        session=session,
        body=f"<p>{WORDS}</p>",
    )
    document.versions.create(
        language="ru", title=f"Документ {n}.{i}", body="<p>Текст.</p>", state="digest", standing="unofficial",
        external_url="https://example.org/original", ready=True, file=make.make_stored_file(),
    )  # fmt: skip
    document.mentions.create(person=person, kind="quoted", title_en="President", organization=organization)
    if theme:
        document.themes.add(theme)
    publish(document, by=by)
    return document


def issuer():
    """Return the edition of an organization that issues documents."""
    organizations = Edition.objects.public(epoch.now()).of("organization").order_by("pk")
    return next(each for each in organizations if each.data["name"]["en"].endswith(".0"))


def every_page(language="en"):
    """Return {kind of page: address} with one page of each kind, for the records that are public now."""
    first = {
        each: Edition.objects.public(epoch.now()).of(each).order_by("pk").first() for each in ("document", "photo")
    }
    return {
        "home": f"/{language}/",
        "about": f"/{language}/about/",
        "conferences": f"/{language}/conferences/",
        "conference": f"/{language}/conferences/dossier-1/",
        "conference version": f"/{language}/conferences/dossier-1/versions/1/",
        "conference changes": f"/{language}/conferences/dossier-1/versions/2/",
        "series list": f"/{language}/series/",
        "series": f"/{language}/series/{Edition.objects.public(epoch.now()).of('series').first().slug}/",
        "themes": f"/{language}/themes/",
        "theme": f"/{language}/themes/{Edition.objects.public(epoch.now()).of('theme').first().slug}/",
        "people": f"/{language}/people/",
        "person": f"/{language}/people/{Edition.objects.public(epoch.now()).of('person').first().slug}/",
        "organizations": f"/{language}/organizations/",
        "organization": f"/{language}/organizations/{issuer().slug}/",
        "documents": f"/{language}/documents/",
        "document": f"/{language}/documents/{first['document'].slug}/",
        "document version": f"/{language}/documents/{first['document'].slug}/versions/1/",
        "press releases": f"/{language}/press-releases/",
        "summaries": f"/{language}/co-chairs-summaries/",
        "photos": f"/{language}/photos/",
        "photo": f"/{language}/photos/{first['photo'].uid}/",
        "photo version": f"/{language}/photos/{first['photo'].uid}/versions/1/",
        "search": f"/{language}/search/",
        "results": f"/{language}/search/?q=border&kind=document&page=1",
        "narrowed": f"/{language}/search/?q=border+kind:statement&year=2019",
        "no results": f"/{language}/search/?q=987654321",
        "bad search": f"/{language}/search/?q=border&year=never",
        "filtered": f"/{language}/conferences/?year=2019&q=border&date_after=2019-01-01",
        "nothing found": f"/{language}/conferences/?q=nowhere",
        "bad filter": f"/{language}/conferences/?year=never",
        "no page": f"/{language}/conferences/nowhere/",
    }


def json_ld(html):
    """Return the JSON-LD objects of a page."""
    marker = '<script type="application/ld+json">'
    return [json.loads(part.split("</script>")[0]) for part in html.split(marker)[1:]]
