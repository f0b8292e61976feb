"""The search page: results with the places where they match, filters with counts, and help where nothing is found."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from ctportal.core import codes
from ctportal.core.search_text import SearchText
from ctportal.core.types import LazyText
from ctportal.publishing.models import RecordType
from ctportal.reading.context import ReadContext, ReadRequest
from ctportal.reading.found import found, names_of
from ctportal.reading.menus import options
from ctportal.reading.search import MOST_COUNTED, Results, search
from ctportal.reading.search_form import SearchForm, typed_filters
from ctportal.reading.suggestions import spelling
from ctportal.search.highlighting import Highlighter
from ctportal.search.parsing import Query, Term, parse, without_filters

from . import found_rows
from .labels import label
from .listing import MENU_LABELS, label_of, list_address, pager_of
from .page import LISTS, Crumb, render_page
from .text import LanguageContext, LocalizedText, number

PATH = "search/"
PER_PAGE = 10
YEARS = 12  # offered where there are no results
AT_ONCE, AT_MOST = 8, 100  # values of a facet that are shown at once, and below "More"
TYPES = {
    "conference": gettext_lazy("Conferences"),
    "document": gettext_lazy("Documents"),
    "photo": gettext_lazy("Photos"),
    "series": gettext_lazy("Series"),
    "theme": gettext_lazy("Themes"),
    "organization": gettext_lazy("Organizations"),
    "person": gettext_lazy("People"),
}
# {facet: heading}; each narrows the results by the parameter of that name, "type" by "kind". That of "kind" hangs on the type.
FACETS: dict[str, LazyText] = {
    "type": MENU_LABELS["kind"][0],
    "kind": "",
    **{name: MENU_LABELS[name][0] for name in ("year", "language", "country", "series", "theme")},
}
# {group of results: heading}, in the order of the page.
GROUPS = {
    "results": gettext_lazy("Results"),
    "foreign": gettext_lazy("In other languages"),
    "similar": gettext_lazy("Similar results"),
}
KINDS = {
    "document": (gettext_lazy("Kind of document"), codes.DocumentKind),
    "conference": (gettext_lazy("Kind of conference"), codes.ConferenceKind),
}


class Asked(NamedTuple):
    """What a request searches for. *given* is {parameter: value} of the page's address, with filters that were typed."""

    query: Query
    form: SearchForm
    given: dict[str, str]
    problems: dict[str, list[str]]
    language: str

    def address(self, **changes: str) -> str:
        """Return the address of the first page of this search with *changes*; an empty value takes a parameter away."""
        given = {name: value for name, value in {**self.given, **changes}.items() if value and name != "page"}
        return list_address(PATH, self.language, given)


def search_page(request: ReadRequest, language: str) -> HttpResponse:
    """Return the results of the search for ``q``, or how to search where it is empty.

    An invalid filter is reported with status 400, a page that does not exist with 404.
    """
    asked, context = _asked(request, language), request.read_context
    results, page, status, problems = Results(), None, 400 if asked.problems else 200, asked.problems
    if asked.query.terms and not problems:
        results = search(asked.query, context, language, asked.form.facets)
        page, status, problems = _page(results, asked)
    words, heading = asked.given.get("q", ""), pgettext("page", "Search")
    title = f"{words} – {heading}" if words else heading
    shown = page.number if page is not None else 1
    return render_page(
        request,
        "web/search.html",
        {
            "words": words,
            "hidden": [(name, value) for name, value in asked.given.items() if name not in ("q", "page")],
            "problems": [problem for each in problems.values() for problem in each],
            "shortened": SearchText(asked.query.text, True) if asked.query.is_shortened else None,
            "chips": _chips(asked),
            "clear": list_address(PATH, language, {"q": words} if words else {}),
            **(_results(results, page, asked, context) if page is not None else {}),
            **(_nothing_found(results, asked, context) if page is not None and not results.complete else {}),
            "lists": () if page is not None else [(f"/{language}/{path}/", name) for path, name in LISTS],
            "years": () if results.complete else _years(context, language),
        },
        language=language,
        path=PATH,
        query=list_address("", "", asked.given).removeprefix("//") if status == 200 else "",
        title=title if shown == 1 else _("%(title)s, page %(number)d") % {"title": title, "number": shown},
        description=_("Search all conferences, documents, photos, people and organizations in six languages."),
        crumbs=(Crumb(heading),),
        robots="noindex" if asked.given or problems else "",
        status=status,
    )


def _asked(request: ReadRequest, language: str) -> Asked:
    query = parse(request.GET.get("q", ""))
    words = without_filters(query.text)
    data = {**request.GET.dict(), **typed_filters(query)}
    form = SearchForm(data, request.read_context.at)
    problems = {name: list(map(str, errors)) for name, errors in form.errors.items()}
    if words and not query.terms:
        problems["q"] = [_("There are no words to search for.")]
    given = {"q": words, **{name: data[name] for name in form.fields if data.get(name)}}
    return Asked(query, form, {name: value for name, value in given.items() if value}, problems, language)


def _page(results: Results, asked: Asked) -> tuple[Page | None, int, dict[str, list[str]]]:
    """Return (page of hits, 200, {}), or (None, 404, {"page": error messages})."""
    paginator = Paginator(results.hits[:MOST_COUNTED], PER_PAGE)
    wanted = asked.form.cleaned_data["page"] or 1
    if wanted <= paginator.num_pages:
        return paginator.page(wanted), 200, {}
    numbers = {"number": wanted, "pages": paginator.num_pages}
    return None, 404, {"page": [_("Page %(number)d does not exist. The last page is %(pages)d.") % numbers]}


def _results(results: Results, page: Page, asked: Asked, context: ReadContext) -> dict[str, Any]:
    language, highlighter = asked.language, Highlighter(asked.query.terms)
    results_shown = found(list(page), highlighter, context.at, language)
    rows = found_rows.rows(results_shown, highlighter, context.at, language)
    return {
        "groups": [(name, heading, [row for row in rows if row["group"] == name]) for name, heading in GROUPS.items()],
        "tally": _tally(results.complete, language),
        "pager": pager_of(page, PATH, language, asked.given),
        "cut": len(results) > MOST_COUNTED and not page.has_next(),
        "facets": _facets(results, asked, context),
    }


def _tally(total: int, language: str) -> str:
    if total > MOST_COUNTED:
        return _("More than %(count)s results") % {"count": number(MOST_COUNTED, language)}
    return ngettext("%(count)s result", "%(count)s results", total) % {"count": number(total, language)}


# Filters -------------------------------------------------------------------------------------------------------------


def _chips(asked: Asked) -> list[tuple[LocalizedText | str, str, str]]:
    """Return [(label of a chosen filter, "", address of the search without it)], as ``components/chips.html`` takes them."""
    valid = asked.form.chosen
    return [
        (
            _label(name, valid[name], asked.language) if name in valid else value,
            "",
            asked.address(**{name: ""}),
        )
        for name, value in asked.given.items()
        if name not in ("q", "page")
    ]


def _label(name: str, value: Any, language: str) -> LocalizedText | str:
    """Return the label of *value*, a code or the Choice of a record, in the filter or facet *name*."""
    if value in TYPES:
        return str(TYPES[value])
    if name == "kind":
        return label(codes.DocumentKind if value in codes.DocumentKind else codes.ConferenceKind, value)
    return label_of(name, value, "", language)


def _facets(results: Results, asked: Asked, context: ReadContext) -> list[dict[str, Any]]:
    """Return the facets by which the results can be narrowed, each with its heading and (label, count, address) of its values:
    those shown at once, and more."""
    chosen, facets = asked.form.chosen, []
    uids = [uid for name in ("series", "theme") if name not in chosen for uid in results.facets.get(name, ())]
    names = names_of(uids, context.at) if uids else {}
    texts = LanguageContext(asked.language)
    for name, heading in FACETS.items():
        counts = results.facets.get(name, {})
        if name == "kind":
            heading, counts = _kinds(chosen.get("kind"), counts)
        elif (name if name != "type" else "kind") in chosen:
            continue
        values: list[tuple[LocalizedText | str, int, str]] = []
        for value, count in counts.items():
            if name in ("series", "theme"):
                if value in names:
                    values.append((texts.pick(names[value].names), count, names[value].slug))
            else:
                values.append((_label(name, value, asked.language), count, value))
        values.sort(key=lambda each: str(each[0]).casefold())
        values.sort(key=lambda each: each[2] if name == "year" else each[1], reverse=True)
        parameter = "kind" if name == "type" else name
        entries = [
            (text, _count(count, asked.language), asked.address(**{parameter: value}))
            for text, count, value in values[:AT_MOST]
        ]
        if entries:
            facets.append({"name": name, "heading": heading, "values": entries[:AT_ONCE], "more": entries[AT_ONCE:]})
    return facets


def _kinds(chosen: str | None, counts: Mapping[str, int]) -> tuple[LazyText, dict[str, int]]:
    """Return the heading and the counts of the kinds of the type of record that is *chosen*, of documents if none is."""
    if chosen not in (None, *KINDS):
        return "", {}
    heading, kinds = KINDS[chosen or "document"]
    return heading, {value: count for value, count in counts.items() if value in kinds}


def _count(count: int, language: str) -> str:
    return number(count, language) if count <= MOST_COUNTED else f"{number(MOST_COUNTED, language)}+"


# Help ----------------------------------------------------------------------------------------------------------------


def _nothing_found(results: Results, asked: Asked, context: ReadContext) -> dict[str, Any]:
    """Return the searches that find something: each word alone, all words without filters, other spelling."""
    corrected = spelling(asked.query, context, asked.language, asked.form.facets)
    return {
        "spelling": (corrected, asked.address(q=corrected)) if corrected else None,
        "alone": list(_alone(asked.query.terms, results.alone, asked.language)),
        "unfiltered": (
            _tally(results.unfiltered, asked.language),
            list_address(PATH, asked.language, {"q": asked.given["q"]}),
        )
        if results.unfiltered
        else None,
    }


def _alone(terms: Sequence[Term], counts: Sequence[int], language: str) -> Iterable[tuple[str, str, str]]:
    """Yield (word or phrase, number of results, address) of those *terms* that are in public texts, if there are several."""
    if len(terms) < 2:
        return
    for term, count in zip(terms, counts, strict=True):
        # A phrase finds the same only in its quotation marks.
        typed = next((text for text in (term.text, f'"{term.text}"') if parse(text).terms == (term,)), "")
        if count and typed:
            yield typed, _count(count, language), list_address(PATH, language, {"q": typed})


def _years(context: ReadContext, language: str) -> list[tuple[str, str]]:
    """Return (year, address) of the latest years with conferences."""
    found_years = options(RecordType.CONFERENCE, context, ("year",))["year"]
    return [(each.value, list_address("conferences/", language, {"year": each.value})) for each in found_years[:YEARS]]
