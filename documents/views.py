"""The public pages of documents. They read editions and nothing else.

``render_document`` renders the page of one document from its public JSON, as the functions in ``conferences.views`` do.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ctportal.core import codes
from ctportal.core.types import LazyText
from ctportal.reading.context import ReadRequest
from ctportal.reading.queries import referring
from ctportal.web import cards
from ctportal.web.listing import EditionListView
from ctportal.web.organizations import lines_of
from ctportal.web.page import KINDS_OF_DOCUMENT, Crumb, site_root
from ctportal.web.press import press_contact
from ctportal.web.records import (
    EditionDetailView,
    RecordPage,
    banner_of,
    crumbs_to,
    render_record_page,
    structured_data,
)

from .citations import citations
from .pages import SCHEMA_TYPES, document_view, organizations_of

REVERSED = ("supersedes", "corrects", "cites")


class DocumentListView(EditionListView):
    record_type = "document"
    template_name = "documents/list.html"
    section = path = "documents"
    title = gettext_lazy("Documents")
    description = gettext_lazy("Statements, summaries, press releases and reports of counter-terrorism conferences.")
    kinds: Sequence[tuple[str, LazyText]] = KINDS_OF_DOCUMENT

    def rows(self, editions, at, language):
        homes = cards.pointed_to(editions, "conference", at)
        return [cards.document_row(each, language, homes.get(each.pk)) for each in editions]


class PressReleaseListView(DocumentListView):
    path = "press-releases"
    kinds = ()
    title = gettext_lazy("Press releases")
    description = gettext_lazy("Press releases on the opening and the closing of counter-terrorism conferences.")
    fixed = {"kind": "press-release"}


class CoChairsSummaryListView(DocumentListView):
    path = "co-chairs-summaries"
    kinds = ()
    title = gettext_lazy("Co-chairs’ summaries")
    description = gettext_lazy("What the co-chairs of counter-terrorism conferences summed up at their end.")
    fixed = {"kind": "co-chairs-summary"}


def render_document(request: ReadRequest, page: RecordPage) -> HttpResponse:
    """Return the page of a document. The interface is in the active language."""
    language, home = page.language, page.conference
    lines = {} if page.version else lines_of(organizations_of(page.data), request.read_context.at)
    document = document_view(page.data, language, page.address_of, lines)
    conference = home and cards.target(home, language)
    address = f"{site_root(request)}/id/{page.uid}"
    return render_record_page(
        request,
        page,
        "documents/detail.html",
        {
            "document": document,
            "conference": conference,
            "session": _session(home, page.data["session"], language) if home and page.data["session"] else "",
            "relations": _relations(page),
            "press": _press(page, lines),
            "citations": None
            if page.version
            else citations(document, address, page.slug or page.uid, page.edition and page.edition.version),
            "path": page.path,
            "past_files": [each["file"] for each in document["versions"] if each["file"]] if page.version else (),
            "past": bool(page.version),
            "banner": banner_of(page, document["notice"]),
            "og_type": "article",
        },
        title=cards.page_title(str(document["title"]), *_occasion(page, document)),
        description=document["description"],
        crumbs=(
            *(
                (
                    Crumb(_("Conferences"), "conferences/"),
                    Crumb(cards.short_title(home.card_data, language), f"conferences/{home.slug}/"),
                )
                if home
                else (Crumb(_("Documents"), "documents/"),)
            ),
            *crumbs_to(page, document["kind"].split(" · ")[0], f"documents/{page.slug}/"),
        ),
        data=_structured(request, page, document, conference),
        section="documents",
    )


class DocumentDetailView(EditionDetailView):
    record_type = "document"
    renderer = staticmethod(render_document)

    def surroundings(self, edition, language):
        children = referring(edition.uid, *REVERSED, "reference", at=self.request.read_context.at)
        return super().surroundings(edition, language) | {"children": children}


def _occasion(page, document):
    """Return what tells a document from others with its title: its conference with place and year, or symbol and date."""
    if home := page.conference:
        card, language = home.card_data, page.language
        return cards.short_title(card, language), cards.place_and_year(card, language) or card["start_date"][:4]
    return document["symbol"], document["date"]


def _session(home, key, language):
    """Return the address of the session in its conference's programme, "" if the public programme does not have it."""
    known = key in home.card_data["sessions"]
    return f"/{language}/conferences/{home.slug}/#session-{key}" if known else ""


def _relations(page):
    """Return [(heading, targets)] of the documents and conferences that this one is related to, in both directions."""
    reversed_ = codes.REVERSED_RELATION_HEADINGS | {"reference": _("Reference document of")}
    tied = [(codes.RELATION_HEADINGS.get(each.name), each) for each in page.related]
    tied_here = [(reversed_.get(each.relation), each) for each in page.children]
    groups = defaultdict(list)
    for heading, record in [*tied, *tied_here]:
        if heading:
            groups[heading].append(cards.target(record, page.language))
    return list(groups.items())


def _press(page, lines):
    """Return the contact for the press on the page of a press release, None on that of another document."""
    if "press-release" not in (page.data["kind"], page.data["also_serves_as"]):
        return None
    issuers = [lines[each["uid"]][0] for each in page.data["issued_by"] if each["uid"] in lines]
    return press_contact(page.data, page.language, issuers, is_past=bool(page.version))


def _structured(request, page, document, conference):
    """Return the document as schema.org describes it, without unknown values."""
    title = document["title"]
    kind = SCHEMA_TYPES.get(document["code"], "DigitalDocument")
    is_article = kind == "NewsArticle"
    file = document["version"] and document["version"]["file"]
    known = {
        "headline" if is_article else "name": str(title),
        "inLanguage": title.language,
        "datePublished": document["iso_date"],
        "author": [{"@type": "Person", "name": str(person["name"])} for person in document["by"]],
        "publisher": [{"@type": "Organization", "name": str(each["name"])} for each in document["issued_by"]],
        "identifier": document["symbol"],
        "about": conference
        and {"@type": "Event", "name": str(conference["title"]), "url": site_root(request) + conference["address"]},
        "encodingFormat": file and not page.version and not is_article and file["media_type"],
        "dateline": is_article and str(document["dateline"]),
    }
    return structured_data(request, page, kind, known)
