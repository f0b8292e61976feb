"""The public pages of conferences, series, themes, people, organizations and photos. They read editions and nothing else.

The functions ``render_…`` render the page of one record from its public JSON: that of an edition in force, of a past
edition, or of a draft in a preview.
"""

from collections import defaultdict

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ctportal.core import codes
from ctportal.core.countries import country_name, place_name
from ctportal.core.csv_files import csv_lines
from ctportal.core.dates import format_date_range
from ctportal.reading.context import ReadRequest
from ctportal.reading.directory import by_name
from ctportal.reading.queries import conferences_by, in_full, referring, uids_of
from ctportal.web import cards
from ctportal.web.addresses import page_address
from ctportal.web.labels import number_in_series
from ctportal.web.listing import EditionListView, tally
from ctportal.web.organizations import lines_of
from ctportal.web.page import PEOPLE_AND_ORGANIZATIONS, SITE_NAME, Crumb, site_root
from ctportal.web.press import press_contact
from ctportal.web.records import (
    EditionDetailView,
    RecordPage,
    banner_of,
    crumbs_to,
    render_record_page,
    structured_data,
)
from ctportal.web.share_image import MEDIA_TYPE, share_image
from ctportal.web.text import LanguageContext, LocalizedText, first_sentence, texts_of_page
from ctportal.web.vocabulary import render_vocabulary

from .comparison import columns_and_rows, comparison
from .directory import organization_rows, person_rows
from .neighbours import neighbours
from .pages import conference_view, event_data, has_ended, notice, organizations_of, photo_view
from .profiles import render_organization, render_person

# What stands under "At a glance", beside the umbrella and the contact.
FACTS = ("figures", "other_figures", "organizers", "venue", "coordinates", "format", "series", "announced", "reported")
HERO_SIZES = "(min-width: 60rem) 22.5rem, 95vw"
PHOTO_SIZES = "(min-width: 76rem) 51rem, (min-width: 60rem) 65vw, 95vw"


# Conferences ---------------------------------------------------------------------------------------------------------


class ConferenceListView(EditionListView):
    record_type = "conference"
    template_name = "conferences/list.html"
    section = path = "conferences"
    title = gettext_lazy("Conferences")
    description = gettext_lazy(
        "Counter-terrorism conferences with dates, place, programme, figures, documents and photos."
    )
    list_class = "rows placed"

    def rows(self, editions, at, language):
        return [cards.conference_row(each, at, language) for each in editions]


def render_conference(request: ReadRequest, page: RecordPage) -> HttpResponse:
    language, at = page.language, request.read_context.at
    documents = [child for child in page.children if child.type == "document"]
    photos = sorted((child for child in page.children if child.type == "photo"), key=_photo_order)
    conference = conference_view(
        page.data,
        language,
        is_over=not page.version and has_ended(page.data, at),  # a version shows what it said
        sources={each.key: cards.target(each, language) for each in page.related_as("source")},
        documents=_by_session(documents, language),
        fulfilled={each.key for each in page.related_as("expected")},
        lines={} if page.version else lines_of(organizations_of(page.data), at),
    )
    hero = _hero(photos, page)
    image = hero["picture"]["src"] if hero else ""
    parent = next(iter(page.related_as("parent")), None)
    press = press_contact(page.data, language, is_past=bool(page.version))
    shown = {
        "conference": conference,
        "documents": _digests_once(_in_order(documents, language)),
        "photos": [cards.photo_tile(each, language, address_of=page.address_of) for each in photos],
        "side_events": [
            cards.conference_row(each, at, language)
            for each in reversed(page.children)
            if each.type == "conference" and each.relation == "parent"
        ],
        "relations": _relations(page),
        "references": _digests_once(
            [
                cards.document_row(each, language, with_excerpt=False, with_kind=False)
                for each in page.related_as("reference")
            ]
        ),
        "hero": hero,
        "parent": parent and cards.target(parent, language),
        "has_facts": bool(parent or press or any(conference[name] for name in FACTS)),
        "neighbours": _places(conference["series"], page.neighbours, language),
        "press": press,
    }
    return render_record_page(
        request,
        page,
        "conferences/detail.html",
        # The notice about its language alone stands in the page, on phones below the facts.
        {**shown, "banner": page.banner and banner_of(page, conference["notice"])},
        title=cards.page_title(
            str(conference["title"]), cards.place_and_year(page.data, language) or conference["year"]
        ),
        description=conference["description"],
        crumbs=(
            Crumb(_("Conferences"), "conferences/"),
            *crumbs_to(page, conference["short_title"], f"conferences/{page.slug}/"),
        ),
        data=structured_data(
            request, page, "Event", event_data(page.data, language) | {"image": image and site_root(request) + image}
        ),
        section="conferences",
        image="" if page.preview else f"{page.address}{ConferenceShareImageView.suffix}",
    )


def _relations(page):
    """Return [(heading, conferences)] of those that this one is related to, in both directions, by their short titles."""
    own, theirs = codes.CONFERENCE_RELATION_HEADINGS, codes.REVERSED_CONFERENCE_RELATION_HEADINGS
    tied = [(own.get(each.name), each) for each in page.related]
    tied_here = [(theirs.get(each.relation), each) for each in reversed(page.children) if each.type == "conference"]
    groups = defaultdict(list)
    for heading, record in [*tied, *tied_here]:
        if heading:
            short = {"title": cards.short_title(record.card_data, page.language)}
            groups[heading].append(cards.target(record, page.language) | short)
    return list(groups.items())


def _photo_order(photo):
    data = photo.card_data
    return data["order"], data["taken_on"] or "", str(photo.uid)


def _hero(photos, page):
    """Return the featured photo with caption and credit, or the first photo if none is featured."""
    if not photos:
        return None
    all_cards = [photo.card_data for photo in photos]
    data = next((card for card in all_cards if card["featured"]), all_cards[0])
    picture = cards.picture_of(data, page.language, sizes=HERO_SIZES, eager=True, address_of=page.address_of)
    if picture is None:
        return None
    texts = LanguageContext(page.language, data["original_language"])
    return {"picture": picture, "caption": texts.pick(data["caption"]), "credit": texts.own(data["credit"])}


# Of two documents of one day, or of one month where no more is known, that of the opening stands first.
_OCCASIONS = ("opening", "other", "closing")


def _by_date(document):
    return document.date, _OCCASIONS.index(document.card_data["occasion"]), document.slug


def _in_order(documents, language):
    """Return the rows of the *documents* by kind, in the order of a dossier, and each kind by date."""
    order = codes.DOSSIER_ORDER.index
    ordered = sorted(documents, key=lambda each: (order(each.card_data["kind"]), _by_date(each)))
    return [cards.document_row(each, language, with_excerpt=False) for each in ordered]


def _digests_once(rows):
    """Return the *rows* of a list of documents, and whether all are digests: this is then said once, above them."""
    if not rows:
        return None
    all_digests = len(rows) > 1 and all(row["digest"] for row in rows)
    return {"rows": [row | {"digest": False} for row in rows] if all_digests else rows, "all_digests": all_digests}


def _by_session(documents, language):
    """Return {key of a session: its documents, by date}."""
    sessions = defaultdict(list)
    for document in sorted(documents, key=_by_date):
        data = document.card_data
        if key := data["session"]:
            sessions[key].append(cards.target(document, language) | {"kind": cards.kinds(data)})
    return sessions


def _places(series, neighbours, language):
    """Return the conference's place in each of its *series*, with the previous and the next conference."""
    places = []
    for entry in series:
        before, after = neighbours.get(entry["uid"], (None, None))
        if before or after:
            places.append(
                {
                    **entry,
                    "number_label": number_in_series(entry["ordinal"]) if entry["ordinal"] else "",
                    "previous": before and cards.target(before, language),
                    "next": after and cards.target(after, language),
                }
            )
    return places


class ConferenceDetailView(EditionDetailView):
    record_type = "conference"
    renderer = staticmethod(render_conference)

    def surroundings(self, edition, language):
        series, at = edition.data["series"], self.request.read_context.at
        names = ("conference", "parent", *codes.ConferenceRelationKind.values)
        return super().surroundings(edition, language) | {
            "children": referring(edition.uid, *names, at=at),
            "neighbours": neighbours(edition, series, at) if series else {},
        }


class ConferenceShareImageView(EditionDetailView):
    """The picture that other sites show beside a link to the conference: its title, dates and place."""

    record_type = "conference"
    suffix = "share.png"

    def surroundings(self, edition, language):
        return {}

    def renderer(self, _request, page):
        texts = texts_of_page(page.data, page.language)
        city, country = texts.pick(page.data["city"]), country_name(page.data["country"], page.language)
        place = place_name(str(city), country, page.language)
        below = [
            LocalizedText(line, page.language) for line in (cards.dates_of(page.data, page.language), place) if line
        ]
        picture = share_image(LocalizedText(str(SITE_NAME), page.language), texts.pick(page.data["title"]), below)
        return HttpResponse(picture, content_type=MEDIA_TYPE)


# Series and themes ---------------------------------------------------------------------------------------------------


class SubjectListView(EditionListView):
    """A list of series or themes, each with the number of its public conferences, their years, and what it is about."""

    template_name = "conferences/vocabulary_list.html"
    list_class = "rows narrow"
    kinds = PEOPLE_AND_ORGANIZATIONS
    per_page = 100
    with_filters = False

    def rows(self, editions, at, language):
        # The cards hold the names alone.
        in_detail = in_full([each.pk for each in editions])
        conferences = conferences_by(self.record_type, [each.uid for each in editions], at)
        return [_subject_row(each, conferences.get(each.uid), language) for each in in_detail]


def _subject_row(edition, conferences, language):
    """Return what a list shows of a series or theme with these public *conferences* (None if there are none)."""
    texts = LanguageContext(language)
    name = texts.pick(edition.data["name"])
    return {
        "title": name,
        "address": page_address(edition.type, edition.slug, edition.uid, language),
        "sentence": first_sentence(texts.after(name).pick(edition.data["description"])),
        "tally": tally("conference", conferences.number if conferences else 0, language),
        "years": conferences and format_date_range(conferences.first, conferences.last, "year", language),
    }


class SeriesListView(SubjectListView):
    record_type = "series"
    section = path = "series"
    title = gettext_lazy("Series")
    intro = gettext_lazy("Conferences that follow on from one another, in their order.")


class ThemeListView(SubjectListView):
    record_type = "theme"
    section = path = "themes"
    title = gettext_lazy("Themes")
    intro = gettext_lazy("What the conferences dealt with, across years and places.")


class VocabularyDetailView(EditionDetailView):
    shows_changes = False

    def surroundings(self, edition, language):
        return {}


class SeriesDetailView(VocabularyDetailView):
    record_type = "series"

    def renderer(self, request, page):
        at, language = request.read_context.at, page.language

        def compare(uids):
            return comparison(uids, at, language) | {"csv": f"{page.address}{SeriesFiguresView.suffix}"}

        return render_vocabulary(request, page, compare)


class SeriesFiguresView(VocabularyDetailView):
    """The figures of all conferences of a series, as CSV."""

    record_type = "series"
    suffix = "figures.csv"

    def renderer(self, request, page):
        at, uids = request.read_context.at, uids_of(page.uid)
        lines = csv_lines(*columns_and_rows(uids, at, page.language, site_root(request)))
        disposition = f'attachment; filename="{page.slug}-figures.csv"'
        return HttpResponse(
            "".join(lines), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
        )


class ThemeDetailView(VocabularyDetailView):
    record_type = "theme"
    renderer = staticmethod(render_vocabulary)


# People and organizations --------------------------------------------------------------------------------------------


class NameListView(EditionListView):
    """A list in the order of the names, with the letters that they stand under."""

    template_name = "conferences/name_list.html"
    per_page = 60

    def page(self, filters, context, language):
        return by_name(filters, context, language, self.per_page)


class PersonListView(NameListView):
    record_type = "person"
    kinds = PEOPLE_AND_ORGANIZATIONS[1:]
    section = path = "people"
    title = gettext_lazy("People")
    intro = gettext_lazy(
        "Who spoke, chaired or moderated at the conferences, delivered a document or is shown in a photo."
    )

    def rows(self, editions, at, language):
        return person_rows(editions, at, language)


class OrganizationListView(NameListView):
    record_type = "organization"
    kinds = PEOPLE_AND_ORGANIZATIONS[:1]
    section = path = "organizations"
    title = gettext_lazy("Organizations")
    intro = gettext_lazy("Who held, convened or supported the conferences and issued their documents.")

    def rows(self, editions, at, language):
        return organization_rows(editions, at, language)


class PersonDetailView(VocabularyDetailView):
    record_type = "person"
    renderer = staticmethod(render_person)


class OrganizationDetailView(VocabularyDetailView):
    record_type = "organization"
    renderer = staticmethod(render_organization)


# Photos --------------------------------------------------------------------------------------------------------------


class PhotoListView(EditionListView):
    record_type = "photo"
    template_name = "conferences/photo_list.html"
    section = path = "photos"
    title = gettext_lazy("Photos")
    description = gettext_lazy("Photos of counter-terrorism conferences with caption, credit and rights.")
    list_class = "album"
    per_page = 24

    def rows(self, editions, at, language):
        homes = cards.pointed_to(editions, "conference", at)
        return [cards.photo_tile(each, language, homes.get(each.pk)) for each in editions]


def render_photo(request: HttpRequest, page: RecordPage) -> HttpResponse:
    data, language, uid = page.data, page.language, str(page.uid)
    photo = photo_view(data, language)
    home = page.conference
    name = cards.short_title(home.card_data, language) if home else ""
    order = [str(each.uid) for each in sorted(page.children, key=_photo_order)]
    place, count = order.index(uid) + 1 if uid in order else 0, len(order)
    picture = (
        None
        if page.version
        else cards.picture_of(data, language, sizes=PHOTO_SIZES, eager=True, address_of=page.address_of)
    )
    download = data["download"] and cards.file_line(data["download"], language)
    caption = str(photo["caption"]) or str(photo["alt"]) or data["credit"]
    title = caption if len(caption) <= 90 else caption[:90].rsplit(" ", 1)[0] + "…"
    return render_record_page(
        request,
        page,
        "conferences/photo.html",
        {
            **photo,
            "picture": picture,
            "download": download and download | {"address": page.address_of(download)},
            "files": [cards.file_line(file, language) for file in data["renditions"]] if page.version else (),
            "conference": home and cards.target(home, language),
            "name": name,
            "position": (place, count) if place else None,
            "previous": f"/{language}/photos/{order[place - 2]}/" if place > 1 else "",
            "next": f"/{language}/photos/{order[place]}/" if 0 < place < count else "",
            "banner": banner_of(page, notice(photo["caption"] or photo["alt"], data, language)),
            "og_type": "article",
        },
        title=title,
        description=caption,
        crumbs=(
            Crumb(_("Photos"), "photos/"),
            *((Crumb(name, f"conferences/{home.slug}/"),) if home else ()),
            Crumb(_("Photo %(number)d of %(count)d") % {"number": place, "count": count} if place else _("Photo")),
        ),
        data=_image_data(request, page, photo) if picture else None,
        section="photos",
        image=picture["src"] if picture else "",
    )


def _image_data(request, page, photo):
    """Return the photo as schema.org/ImageObject."""
    download = page.data["download"]
    known = {
        "contentUrl": site_root(request) + page.address_of(download),
        "encodingFormat": download["media_type"],
        "caption": str(photo["caption"]),
        "creditText": str(photo["credit"]),
        "copyrightNotice": str(photo["rights"]),
        "dateCreated": photo["iso_date"],
        "contentLocation": photo["place"] and {"@type": "Place", "name": str(photo["place"])},
    }
    return structured_data(request, page, "ImageObject", known)


class PhotoDetailView(EditionDetailView):
    record_type = "photo"
    renderer = staticmethod(render_photo)

    def surroundings(self, edition, language):
        around = super().surroundings(edition, language)
        home = next((each for each in around["related"] if each.name == "conference"), None)
        siblings = referring(home.uid, "conference", at=self.request.read_context.at) if home else []
        return around | {"children": [each for each in siblings if each.type == "photo"]}
