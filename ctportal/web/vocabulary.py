"""The page of a series or theme, with its conferences if it shows the edition in force."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from ctportal.reading.context import ReadRequest
from ctportal.reading.filters import filters_for
from ctportal.reading.queries import first_rows, listing

from . import cards
from .listing import page_of, pager_of, tally
from .page import Crumb
from .records import RecordPage, render_record_page, structured_data
from .text import LanguageContext

CONFERENCES, DOCUMENTS = 50, 10  # per page


# From the uids by which editions refer to a series to the table of its conferences.
Compare = Callable[[Sequence[str]], dict[str, Any]]


def render_vocabulary(request: ReadRequest, page: RecordPage, compare: Compare | None = None) -> HttpResponse:
    """Return the page of a series or theme. *compare* returns the table of all conferences of a series."""
    texts = LanguageContext(page.language)
    name = texts.pick(page.data["name"])
    description = texts.after(name).pick(page.data["description"])
    is_series = page.record_type == "series"
    section, heading = ("series", _("Series")) if is_series else ("themes", _("Themes"))
    members = _members(request, page, compare) if page.edition else {"status": 200, "number": 1}
    number = members["number"]
    kind, known = "EventSeries" if is_series else "DefinedTerm", {"name": str(name), "description": str(description)}
    return render_record_page(
        request,
        page,
        "conferences/vocabulary.html",
        {
            "name": name,
            "text": description,
            "is_series": is_series,
            "banner": page.banner,
            "all_documents": f"/{page.language}/documents/?theme={page.slug}",
            **members,
        },
        query=f"?page={number}" if number > 1 else "",
        title=str(name),
        description=str(description),
        crumbs=(Crumb(heading, f"{section}/"), Crumb(str(name))),
        data=structured_data(request, page, kind, known),
        section=section,
        robots="noindex" if members.get("problem") else "",
        status=members["status"],
    )


def _members(request: ReadRequest, page: RecordPage, compare: Compare | None) -> dict[str, Any]:
    """Return one page of the conferences in a series or on a theme and, for a theme, its newest documents."""
    language, is_series = page.language, page.record_type == "series"
    asked = {page.record_type: str(page.uid), "ordering": "date" if is_series else "-date"}
    filters = filters_for("conference", {**asked, "page": request.GET.get("page", "")}, request)
    found, status, problems = page_of(filters, lambda: listing(filters, CONFERENCES), language)
    result: dict[str, Any] = {"status": status, "number": 1}
    if found is None:
        result["problem"] = " ".join(problem for each in problems.values() for problem in each)
    else:
        series = str(page.uid) if is_series else ""
        result |= {
            "number": found.number,
            "rows": [cards.conference_row(each, request.read_context.at, language, series) for each in found],
            "tally": tally("conference", found.paginator.count, language),
            "pager": pager_of(found, page.path, language, {}),
            "comparison": compare(filters.chosen["series"].values) if compare and len(found) else None,
        }
    if not is_series:
        on_theme = filters_for("document", {"theme": str(page.uid)}, request)
        documents = first_rows(on_theme, DOCUMENTS) if on_theme.is_valid() else ()
        result["documents"] = [cards.document_row(each, language) for each in documents]
    return result
