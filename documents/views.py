"""The public pages of documents. They read editions and nothing else.

``render_record`` makes the page of one document from JSON text alone, as ``conferences.views.render_record`` does.
"""

import json

from django.utils.translation import gettext as _

from ctportal.publishing.reading import referring, related
from ctportal.web import cards
from ctportal.web.addresses import page_address, record_path
from ctportal.web.history import changes_of, history_of
from ctportal.web.labels import labels
from ctportal.web.listing import listed
from ctportal.web.page import Crumb, render_page
from ctportal.web.records import envelope_of, show, show_version
from ctportal.web.text import Reader

from .pages import SCHEMA_TYPES, citations, view_of

REVERSED = ("supersedes", "corrects", "cites")


def _rows(language):
    """Return the function that makes the rows of a list of documents, each with the conference it belongs to."""

    def rows(editions, at):
        found = related(editions, at)
        result = []
        for edition in editions:
            home = next((each for each in found[edition.pk] if each.name == "conference"), None)
            its = (home.card, home.slug) if home else ("", "")
            result.append(cards.document_row(edition.card, edition.slug, str(edition.uid), language, 2, *its))
        return result

    return rows


def document_list(request, language):
    return listed(
        request,
        language,
        record_type="document",
        path="documents/",
        section="documents",
        title=_("Documents"),
        rows=_rows(language),
    )


def press_release_list(request, language):
    return listed(
        request,
        language,
        record_type="document",
        path="press-releases/",
        section="press-releases",
        title=_("Press releases"),
        fixed={"kind": "press-release"},
        rows=_rows(language),
    )


def co_chairs_summary_list(request, language):
    return listed(
        request,
        language,
        record_type="document",
        path="co-chairs-summaries/",
        section="co-chairs-summaries",
        title=_("Co-chairs’ summaries"),
        fixed={"kind": "co-chairs-summary"},
        rows=_rows(language),
    )


def document_detail(request, language, slug):
    def render(edition):
        return render_record(
            request,
            "document",
            edition.json,
            language=language,
            address=(edition.slug, edition.uid),
            envelope=envelope_of(edition, language),
            related=related([edition], edition.at)[edition.pk],
            children=referring(edition.uid, *REVERSED, "reference", at=edition.at),
            history=history_of(edition, language),
        )

    return show(request, language, "document", slug, render)


def document_version(request, language, slug, number):
    def render(edition, banner):
        return render_record(
            request, "document", edition.json, language=language, address=(edition.slug, edition.uid),
            banner=banner, version=number, history=changes_of(edition, language),
        )  # fmt: skip

    return show_version(request, language, "document", slug, number, render)


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
    banner=None,
    version=None,
    preview="",
    history="",
):
    """Return the page of a document made from its canonical JSON *text*; see ``conferences.views.render_record``."""
    view = view_of(text, language)
    slug, uid = address
    root = f"{request.scheme}://{request.get_host()}"
    home = next((each for each in related if each.name == "conference"), None)
    conference = home and _target(home, language)
    session = _session(home, view["session"], language) if home and view["session"] else ""
    path = f"documents/{slug or uid}/" + (f"versions/{version}/" if version else "")
    permanent = f"{root}/id/{uid}" if uid else ""
    return render_page(
        request,
        "documents/detail.html",
        {
            **view,
            "said_title": view["title"],
            "conference": conference,
            "session": session,
            "relations": _relations(related, children, language),
            "citations": citations(view, permanent, slug or str(uid)) if permanent and not version else (),
            "base": record_path("document", slug, uid) + (f"versions/{version}/" if version else ""),
            "past_files": [each["file"] for each in view["versions"] if each["file"]] if version else (),
            "past": bool(version),
            "envelope": envelope or "",
            "history": history,
            "banner": banner or view["notice"],
            "og_type": "article",
        },
        language=language,
        path=path,
        title=view["title"].plain,
        description=view["description"],
        crumbs=(
            *((Crumb(conference["name"], f"conferences/{home.slug}/"),) if home else ()),
            *(() if home else (Crumb(_("Documents"), "documents/"),)),
            Crumb(view["kind"].split(" · ")[0]),
        ),
        data=_structured(view, root, slug, uid, language, conference, version),
        section={"press-release": "press-releases", "co-chairs-summary": "co-chairs-summaries"}.get(
            view["code"], "documents"
        ),
        robots="noindex" if version else "",
        preview=preview,
        permanent=str(uid) if envelope else "",
        languages=view["languages"],
    )


def _target(record, language):
    data = json.loads(record.card)
    return {
        "title": Reader(language, data["original_language"]).say(data["title"]),
        "name": data.get("name", ""),
        "address": page_address(record.type, record.slug, record.uid, language),
    }


def _session(home, key, language):
    """Return the address of the session in the programme of its conference; "" where what is public of it has no such one."""
    known = key in json.loads(home.card).get("sessions", ())
    return f"/{language}/conferences/{home.slug}/#session-{key}" if known else ""


def _relations(related, children, language):
    """Return [(heading, targets)] of the documents and conferences this one is tied to, in both directions."""
    words = labels(language)
    groups = {}
    for each in related:
        if each.name in words.relations:
            groups.setdefault(words.relations[each.name], []).append(_target(each, language))
    for each in children:
        heading = (
            _("Reference document of") if each.relation == "reference" else words.relations_reversed.get(each.relation)
        )
        if heading:
            groups.setdefault(heading, []).append(_target(each, language))
    return list(groups.items())


def _structured(view, root, slug, uid, language, conference, version):
    """Return what schema.org says of the document: only what is known."""
    known = view["data"]
    kind = SCHEMA_TYPES.get(known["kind"], "DigitalDocument")
    file = view["version"] and view["version"]["file"]
    data = {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": f"{root}/id/{uid}",
        "url": root + page_address("document", slug, uid, language),
        "headline" if kind == "NewsArticle" else "name": known["title"],
        "inLanguage": known["lang"],
        "datePublished": known["date"],
        "author": known["author"] and {"@type": "Person", "name": known["author"]},
        "publisher": known["issuer"] and {"@type": "Organization", "name": known["issuer"]},
        "identifier": known["symbol"],
        "about": conference
        and {"@type": "Event", "name": conference["title"].plain, "url": root + conference["address"]},
        "encodingFormat": file and not version and file["media_type"],
    }
    if kind == "NewsArticle":
        data["dateline"] = view["dateline"].plain
        data.pop("encodingFormat")
    return {key: value for key, value in data.items() if value}
