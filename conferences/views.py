"""The public pages of conferences, series, themes and photos. They read editions and nothing else.

``render_record`` makes the page of one record from JSON text alone, wherever that text comes from: an edition in force,
a past one, or the working record of a preview.
"""

import json
from collections import defaultdict
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from ctportal.languages import CODES
from ctportal.publishing.models import Edition, Facet
from ctportal.publishing.prepared import prepared
from ctportal.publishing.reading import referring, related
from ctportal.web import cards
from ctportal.web.addresses import page_address
from ctportal.web.history import changes_of, history_of
from ctportal.web.labels import labels
from ctportal.web.listing import listed, vocabulary_page
from ctportal.web.page import Crumb, render_page
from ctportal.web.records import envelope_of, show, show_version
from ctportal.web.text import Reader

from .pages import figures_part, notice, photo_view, programme_part, view_of
from .places import HIGHEST, series_place

HERO_SIZES = "(min-width: 60rem) 30rem, 95vw"
PHOTO_SIZES = "(min-width: 76rem) 72rem, 95vw"


# Conferences ---------------------------------------------------------------------------------------------------------


def conference_list(request, language):
    return listed(
        request,
        language,
        record_type="conference",
        path="conferences/",
        section="conferences",
        title=_("Conferences"),
        rows=lambda editions, at: [cards.conference_row(e.card, e.slug, str(e.uid), language, 2) for e in editions],
        classes="placed",
    )


def conference_detail(request, language, slug):
    return show(request, language, "conference", slug, lambda edition: _conference(request, language, edition))


def conference_version(request, language, slug, number):
    def render(edition, banner):
        return render_record(
            request, "conference", edition.json, language=language, address=(edition.slug, edition.uid),
            banner=banner, version=number, history=changes_of(edition, language),
        )  # fmt: skip

    return show_version(request, language, "conference", slug, number, render)


def _conference(request, language, edition):
    series = view_of(edition.json, language)["series"]
    return render_record(
        request,
        "conference",
        edition.json,
        language=language,
        address=(edition.slug, edition.uid),
        envelope=envelope_of(edition, language),
        related=related([edition], edition.at)[edition.pk],
        children=referring(edition.uid, "conference", "parent", at=edition.at),
        neighbours=neighbours(edition, series) if series else {},
        history=history_of(edition, language),
    )


def neighbours(edition, series):
    """Return {uid of the series: [previous, next]} of public conferences, None at either end. One query.

    *series* are the entries of the JSON of *edition*. What has a number stands between the nearest numbers; where these end,
    beside the nearest by date if that has none. What has no number stands by its date.
    """
    ordinals = {entry["uid"]: entry["ordinal"] for entry in series}
    place = {"date": edition.date, "slug": edition.slug, "series": list(ordinals)}
    if numbered := {uid: ordinal for uid, ordinal in ordinals.items() if ordinal}:
        place["lowest"] = [series_place(uid, 0) for uid in numbered]
        place["places"] = [series_place(uid, ordinal) for uid, ordinal in numbered.items()]
        place["highest"] = [series_place(uid, HIGHEST) for uid in numbered]
    others = [(other, other.card_data["series"]) for other in _neighbours(at=edition.at, **place)]
    found = {}
    for uid, ordinal in ordinals.items():
        # What is next in one series may also stand further on in another: the nearest is meant.
        members = [(other, entry["ordinal"]) for other, entries in others for entry in entries if entry["uid"] == uid]
        found[uid] = [_nearest(edition, ordinal, members, later) for later in (False, True)]
    return found


def _nearest(edition, ordinal, members, later):
    """Return which of *members*, (conference, its number or None), comes next after *edition* or, not *later*, before it."""
    step = 1 if later else -1
    steps = [(step * (theirs - ordinal), other) for other, theirs in members if ordinal and theirs]
    if ahead := [each for each in steps if each[0] > 0]:
        return min(ahead, key=lambda each: each[0])[1]
    dated = [
        other
        for other, theirs in members
        if not (ordinal and theirs) and ((other.date, edition.slug) > (edition.date, other.slug)) == later
    ]
    return min(dated, key=lambda other: abs(other.date - edition.date), default=None)


@prepared
def _neighbours(at, date, slug, series, lowest=(), places=(), highest=()):
    # Asked of each row as it comes off the index, so that one row is read and not the whole series.
    public = Exists(Edition.objects.public(at).filter(pk=OuterRef("edition")))
    match = Q()
    for uid in series:
        rows = Facet.objects.filter(type="conference", name="series", value=uid)
        before = rows.filter(Q(date__lt=date) | Q(slug__gt=slug), date__lte=date)
        after = rows.filter(Q(date__gt=date) | Q(slug__lt=slug), date__gte=date)
        match |= Q(pk=Subquery(before.filter(public).order_by("-date", "slug").values("edition")[:1]))
        match |= Q(pk=Subquery(after.filter(public).order_by("date", "-slug").values("edition")[:1]))
    for first, place, last in zip(lowest, places, highest, strict=True):
        rows = Facet.objects.filter(type="conference", name="place")
        before, after = rows.filter(value__gte=first, value__lt=place), rows.filter(value__gt=place, value__lte=last)
        match |= Q(pk=Subquery(before.filter(public).order_by("-value", "date", "slug").values("edition")[:1]))
        match |= Q(pk=Subquery(after.filter(public).order_by("value", "-date", "slug").values("edition")[:1]))
    return Edition.objects.filter(match).defer("json", "text")


def render_record(
    request,
    record_type,
    text,
    *,
    language,
    address=("", ""),
    envelope=None,
    related=(),
    children=(),
    neighbours=None,
    banner=None,
    version=None,
    preview="",
    history="",
):
    """Return the page of a conference, photo, series or theme made from its canonical JSON *text*.

    *address* is (slug, uid). *related* are what it points to and *children* what points to it: objects with ``type``,
    ``slug``, ``uid`` and ``card`` (JSON text), the former with ``name`` and ``key`` (reading.RelatedRecord), the latter
    with ``relation``. *neighbours* is what ``neighbours()`` returns. *banner* is shown on top. *version* is the number of
    a past version, which names its files and shows none. *preview* is the address at which staff see a draft: its
    languages are then at ``?lang=``. *history* is HTML of ``ctportal.web.history``. Leave out what is not there. Language texts are those of the active language.
    """
    render = {"conference": _render_conference, "photo": _render_photo}.get(record_type)
    if render is None:
        return vocabulary_page(
            request, language, record_type, text, address=address, banner=banner, version=version, preview=preview
        )
    around = {"banner": banner, "version": version, "preview": preview, "history": history}
    return render(request, text, language, address, envelope, related, children, neighbours or {}, **around)


def _render_conference(
    request, text, language, address, envelope, related, children, neighbours, *, banner, version, preview, history
):
    view = view_of(text, language)
    slug, uid = address
    documents = [child for child in children if child.type == "document"]
    photos = sorted((child for child in children if child.type == "photo"), key=_photo_order)
    shown = {
        "documents": _grouped(documents, language),
        "photos": cards.rows(cards.photo_tile(e.card, str(e.uid), language) for e in photos),
        "side_events": cards.rows(
            cards.conference_row(e.card, e.slug, str(e.uid), language)
            for e in reversed([child for child in children if child.type == "conference"])
        ),
        "references": cards.rows(
            cards.document_row(each.card, each.slug, str(each.uid), language, with_excerpt=False)
            for each in related
            if each.name == "reference"
        ),
        "hero": _hero(photos, language),
        "parent": next((_target(each, language) for each in related if each.name == "parent"), None),
        "neighbours": _places(view["series"], neighbours, language),
        "programme_part": programme_part(text, language, _of_sessions(documents)),
        "figures_part": figures_part(text, language, _sources(related, language)),
    }
    return render_page(
        request,
        "conferences/detail.html",
        {
            **view,
            **shown,
            "contents": _contents({**view, **shown}, language),
            "envelope": envelope or "",
            "history": history,
            "banner": banner or view["notice"],
        },
        language=language,
        path=_path("conferences", slug or uid, version),
        title=_with_year(view),
        description=view["description"],
        crumbs=(Crumb(_("Conferences"), "conferences/"), Crumb(view["name"])),
        data=_located(view["event"], request, "conference", slug, uid, language, shown["hero"]),
        section="conferences",
        image=shown["hero"]["picture"]["src"] if shown["hero"] else "",
        robots="noindex" if version else "",
        preview=preview,
        permanent=str(uid) if envelope else "",
        languages=view["languages"],
    )


def _path(section, last, version=None):
    return f"{section}/{last}/versions/{version}/" if version else f"{section}/{last}/"


def _with_year(view):
    """Return the title for the window, which must tell one year's conference from the next."""
    title, year = view["title"].plain, view["start_date"][:4]
    return title if year in title else f"{title} ({year})"


def _located(event, request, record_type, slug, uid, language, hero):
    root = f"{request.scheme}://{request.get_host()}"
    located = {**event, "url": root + page_address(record_type, slug, uid, language), "@id": f"{root}/id/{uid}"}
    if hero:
        located["image"] = root + hero["picture"]["src"]
    return located


def _photo_order(edition):
    data = edition.card_data if hasattr(edition, "card_data") else json.loads(edition.card)
    return data["order"], data["taken_on"] or "", str(edition.uid)


def _hero(photos, language):
    """Return the featured photo with caption and credit, the first one where none is featured."""
    if not photos:
        return None
    all_cards = [json.loads(photo.card) for photo in photos]
    data = next((card for card in all_cards if card["featured"]), all_cards[0])
    picture = cards.picture_of(data, language, sizes=HERO_SIZES, eager=True)
    if picture is None:
        return None
    caption = Reader(language, data["original_language"]).say(data["caption"])
    return {"picture": picture, "caption": caption, "credit": data["credit"]}


def _grouped(documents, language):
    """Return [(heading, rows)] by kind in the order of a dossier, each kind by date."""
    groups = defaultdict(list)
    for edition in documents:
        groups[json.loads(edition.card)["kind"]].append(edition)
    return [
        (
            heading,
            cards.rows(
                cards.document_row(e.card, e.slug, str(e.uid), language, 4, with_kind=False)
                for e in sorted(groups[kind], key=lambda e: (e.date is not None and e.date, e.slug))
            ),
        )
        for kind, heading in labels(language).document_groups.items()
        if kind in groups
    ]


def _of_sessions(documents):
    """Return (key of the session, card, slug, uid) of the *documents* that belong to one, by date."""
    ordered = sorted(documents, key=lambda e: (e.date is not None and e.date, e.slug))
    # Editions of before the key stood in the card are listed among the documents alone.
    return tuple((key, e.card, e.slug, str(e.uid)) for e in ordered if (key := json.loads(e.card).get("session")))


def _target(record, language):
    """Return title and address of a record that this one points to."""
    data = json.loads(record.card)
    return {
        "title": Reader(language, data["original_language"]).say(data["title"]),
        "address": page_address(record.type, record.slug, record.uid, language),
    }


def _sources(related, language):
    """Return (key of the figure, address, title) of each public document that a figure is from."""
    targets = ((each.key, _target(each, language)) for each in related if each.name == "source")
    return tuple((key, target["address"], target["title"].plain) for key, target in targets)


def _places(series, neighbours, language):
    """Return the conference's place in each of its *series* with the ones before and after it."""
    places = []
    for entry in series:
        before, after = neighbours.get(entry["uid"], (None, None))
        if before or after:
            label = _("No. %(number)d") % {"number": entry["ordinal"]} if entry["ordinal"] else ""
            places.append(
                {
                    **entry,
                    "number_label": label,
                    "previous": before and _target(before, language),
                    "next": after and _target(after, language),
                }
            )
    return places


def _contents(shown, language):
    """Return the list of the sections that the page has."""
    there = {
        "about": shown["texts"] or shown["topics"],
        "people": shown["people"],
        "programme": shown["days"],
        "documents": shown["documents"],
        "photos": shown["photos"],
        "events": shown["side_events"],
        "references": shown["references"],
        "links": shown["links"],
        "series": shown["neighbours"],
    }
    return _contents_html(("facts", *(anchor for anchor, content in there.items() if content)), language)


@lru_cache(maxsize=512)
def _contents_html(anchors, language):
    names = {
        "facts": _("At a glance"),
        "about": _("What it was about"),
        "people": _("People"),
        "programme": _("Programme"),
        "documents": _("Documents"),
        "photos": _("Photos"),
        "events": _("Held as part of it"),
        "references": _("Reference documents"),
        "links": _("Related links"),
        "series": _("Its place in the series"),
    }
    return format_html_join("\n", '<li><a href="#{}">{}</a></li>', ((anchor, names[anchor]) for anchor in anchors))


# Series and themes ---------------------------------------------------------------------------------------------------


def series_list(request, language):
    return listed(
        request,
        language,
        record_type="series",
        path="series/",
        section="series",
        title=_("Series"),
        intro=_("Conferences that follow on from one another, in their order."),
        rows=lambda editions, at: [cards.vocabulary_row(e.card, "series", e.slug, language) for e in editions],
        classes="narrow",
        per_page=100,
        with_filters=False,
    )


def series_detail(request, language, slug):
    return show(
        request, language, "series", slug,
        lambda edition: vocabulary_page(
            request, language, "series", edition.json, address=(edition.slug, edition.uid), edition=edition,
            envelope=envelope_of(edition, language),
        ),
    )  # fmt: skip


def theme_list(request, language):
    return listed(
        request,
        language,
        record_type="theme",
        path="themes/",
        section="themes",
        title=_("Themes"),
        intro=_("What the conferences dealt with, across years and places."),
        rows=lambda editions, at: [cards.vocabulary_row(e.card, "themes", e.slug, language) for e in editions],
        classes="narrow",
        per_page=100,
        with_filters=False,
    )


def theme_detail(request, language, slug):
    return show(
        request, language, "theme", slug,
        lambda edition: vocabulary_page(
            request, language, "theme", edition.json, address=(edition.slug, edition.uid), edition=edition,
            envelope=envelope_of(edition, language),
        ),
    )  # fmt: skip


def vocabulary_version(request, language, record_type, slug, number):
    def render(edition, banner):
        return vocabulary_page(
            request,
            language,
            record_type,
            edition.json,
            address=(edition.slug, edition.uid),
            banner=banner,
            version=number,
        )

    return show_version(request, language, record_type, slug, number, render)


# Photos --------------------------------------------------------------------------------------------------------------


def photo_list(request, language):
    def tiles(editions, at):
        found = related(editions, at)
        names = {
            edition.pk: next(
                (json.loads(each.card)["name"] for each in found[edition.pk] if each.name == "conference"), ""
            )
            for edition in editions
        }
        return [cards.photo_tile(e.card, str(e.uid), language, names[e.pk]) for e in editions]

    return listed(
        request,
        language,
        record_type="photo",
        path="photos/",
        section="photos",
        title=_("Photos"),
        rows=tiles,
        list_class="album",
        per_page=24,
    )


def photo_detail(request, language, uid):
    def render(edition):
        found = related([edition], edition.at)[edition.pk]
        home = next((each for each in found if each.name == "conference"), None)
        siblings = referring(home.uid, "conference", at=edition.at) if home else []
        return render_record(
            request,
            "photo",
            edition.json,
            language=language,
            address=("", edition.uid),
            envelope=envelope_of(edition, language),
            related=found,
            children=[each for each in siblings if each.type == "photo"],
            history=history_of(edition, language),
        )

    return show(request, language, "photo", str(uid), render)


def photo_version(request, language, uid, number):
    def render(edition, banner):
        return render_record(
            request, "photo", edition.json, language=language, address=("", edition.uid), banner=banner, version=number,
            history=changes_of(edition, language),
        )  # fmt: skip

    return show_version(request, language, "photo", str(uid), number, render)


def _render_photo(
    request, text, language, address, envelope, related, siblings, _neighbours, *, banner, version, preview, history
):
    data = json.loads(text)
    uid = str(address[1])
    view = photo_view(data, language)
    home = next((each for each in related if each.name == "conference"), None)
    conference = home and _target(home, language)
    name = json.loads(home.card)["name"] if home else ""
    order = [str(photo.uid) for photo in sorted(siblings, key=_photo_order)]
    place = order.index(uid) if uid in order else None
    picture = None if version else cards.picture_of(data, language, sizes=PHOTO_SIZES, eager=True)
    caption = view["caption"].plain or view["alt"].plain or data["credit"]
    title = caption if len(caption) <= 90 else caption[:90].rsplit(" ", 1)[0] + "…"
    languages = [code for code in CODES if code in data["caption"] or code in data["alt_text"]]
    return render_page(
        request,
        "conferences/photo.html",
        {
            **view,
            "picture": picture,
            "download": cards.file_line(data["download"], language) if data["download"] else None,
            "files": [cards.file_line(file, language) for file in data["renditions"]] if version else (),
            "conference": conference,
            "conference_name": name,
            "heading": (name and _("Photo: %(conference)s") % {"conference": name}) or _("Photo"),
            "position": place is not None and (place + 1, len(order)),
            "previous": f"/{language}/photos/{order[place - 1]}/" if place else "",
            "next": f"/{language}/photos/{order[place + 1]}/" if place is not None and place + 1 < len(order) else "",
            "envelope": envelope or "",
            "history": history,
            "banner": banner or notice(view["caption"], language, languages),
            "og_type": "article",
        },
        language=language,
        path=_path("photos", uid, version),
        title=title,
        description=caption,
        crumbs=(
            Crumb(_("Photos"), "photos/"),
            *((Crumb(name, f"conferences/{home.slug}/"),) if home else ()),
            Crumb(
                _("Photo %(number)d of %(count)d") % {"number": place + 1, "count": len(order)} if order else _("Photo")
            ),
        ),
        data=_image_data(request, data, view, uid, language, picture),
        section="photos",
        image=picture["src"] if picture else "",
        robots="noindex" if version else "",
        preview=preview,
        permanent=uid if envelope else "",
        languages=languages,
    )


def _image_data(request, data, view, uid, language, picture):
    """Return what schema.org/ImageObject says of the photo; nothing where no picture is shown."""
    if not picture:
        return None
    root = f"{request.scheme}://{request.get_host()}"
    known = {
        "@context": "https://schema.org",
        "@type": "ImageObject",
        "@id": f"{root}/id/{uid}",
        "url": f"{root}/{language}/photos/{uid}/",
        "contentUrl": root + data["download"]["path"],
        "encodingFormat": data["download"]["media_type"],
        "caption": view["caption"].plain,
        "creditText": data["credit"],
        "copyrightNotice": data["rights"],
        "dateCreated": data["taken_on"],
        "contentLocation": view["place"].plain and {"@type": "Place", "name": view["place"].plain},
    }
    return {key: value for key, value in known.items() if value}
