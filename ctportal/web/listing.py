"""Lists: filters that work without script, counts of public records, the state in the address, page by page."""

import json
from datetime import date
from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ctportal.geography import REGIONS, country_name, region_name
from ctportal.languages import LANGUAGES
from ctportal.publishing.filters import filters_for
from ctportal.publishing.reading import Choice, PageOutOfRange, listing, options
from ctportal.reading.middleware import never_kept

from . import cards
from .addresses import page_address
from .labels import labels
from .page import Crumb, part, render_page
from .text import Reader, number

# Menus of each kind of list: those always in sight, and those behind "more".
MENUS = {
    "conference": (("year", "country", "series", "theme"), ("region", "kind", "status", "language")),
    "document": (("kind", "year", "theme", "language"), ()),
    "photo": (("year",), ("language",)),
}
# Filters reached from a record's page, without a menu of their own: kept in the form, shown as chips.
FROM_RECORDS = ("organization", "person", "conference")


def listed(
    request,
    language,
    *,
    record_type,
    path,
    section,
    title,
    rows,
    intro="",
    fixed=None,
    classes="",
    list_class="rows",
    per_page=20,
    with_filters=True,
):
    """Answer with one page of the records of *record_type*.

    *rows* makes HTML rows of the editions on the page, as they are at an instant. *fixed* are filters that the address itself implies.
    A filter that cannot be read is told by its field and answered with 400, a page that does not exist with 404.
    """
    moment = request.read_context
    data = {**request.GET.dict(), **(fixed or {})}
    filters = filters_for(record_type, data, moment)
    page, status = None, 200
    if filters.is_valid():
        try:
            page = listing(filters, per_page)
        except PageOutOfRange as error:
            status = 404
            problems = {"page": [_("Page %(number)d does not exist; there are %(pages)d.") % vars(error)]}
        else:
            problems = {}
    else:
        status, problems = 400, {name: list(map(str, errors)) for name, errors in filters.form.errors.items()}
    given = {name: data[name] for name in filters.filters if data.get(name) and name not in (fixed or {})}
    shortened = filters.shortened_search
    if shortened:
        given["q"] = shortened.text
    narrowed = {name: value for name, value in given.items() if name not in ("page", "ordering")}
    query = urlencode(given) if status == 200 else ""
    context = {
        "heading": title,
        "intro": intro,
        "problems": [problem for each in problems.values() for problem in each],
        "list_class": f"{list_class} {classes}".strip(),
        "rows": cards.rows(rows(page.editions, moment.at)) if page and page.editions else "",
        "tally": _tally(record_type, page, language) if page else "",
        "pager": _pager(page, path, language, given) if page else None,
        "narrowed": bool(narrowed),
        "clear": f"/{language}/{path}",
        "feedback": status != 200,
        "here": not query,
        "shortened": shortened,
    }
    if with_filters:
        context["form"] = _form_html(filters, path, given, problems, fixed or {}, moment, language)
        context["chips"] = _chips(filters if not problems else None, narrowed, given, path, language)
    number_ = page.number if page else 1
    response = render_page(
        request,
        "web/list.html",
        context,
        language=language,
        path=path,
        query=f"?{query}" if query else "",
        title=title if number_ == 1 else _("%(title)s, page %(number)d") % {"title": title, "number": number_},
        description=intro,
        crumbs=(Crumb(title),),
        section=section,
        robots="noindex" if problems or "q" in given else "",
        status=status,
    )
    return response if page and page.total else never_kept(response)


def _tally(record_type, page, language):
    """Return how many records there are, in words."""
    counted = {
        "conference": ngettext("%(count)s conference", "%(count)s conferences", page.total),
        "document": ngettext("%(count)s document", "%(count)s documents", page.total),
        "photo": ngettext("%(count)s photo", "%(count)s photos", page.total),
        "series": ngettext("%(count)s series", "%(count)s series", page.total),
        "theme": ngettext("%(count)s theme", "%(count)s themes", page.total),
    }[record_type]
    return counted % {"count": number(page.total, language)}


def _pager(page, path, language, given):
    """Return the links to the pages around *page*, None where there is but one."""
    if page.pages == 1:
        return None

    def address(to):
        query = urlencode({**{n: v for n, v in given.items() if n != "page"}, **({"page": to} if to > 1 else {})})
        return f"/{language}/{path}?{query}" if query else f"/{language}/{path}"

    return {
        "previous": address(page.number - 1) if page.has_previous else "",
        "next": address(page.number + 1) if page.has_next else "",
        "first": address(1) if page.number > 2 else "",
        "last": address(page.pages) if page.number < page.pages - 1 else "",
        "here": _("Page %(number)s of %(pages)s")
        % {"number": number(page.number, language), "pages": number(page.pages, language)},
    }


# The form ------------------------------------------------------------------------------------------------------------


def _form_html(filters, path, given, problems, fixed, moment, language):
    context = _form(filters, given, problems, fixed, moment, language)
    return part("components/filters.html", {**context, "clear": f"/{language}/{path}"})


def _form(filters, given, problems, fixed, moment, language):
    record_type = filters.record_type
    shown, more = (tuple(name for name in names if name not in fixed) for names in MENUS[record_type])
    menus = _menus(record_type, not fixed, moment, language)
    chosen = {name: _choice(name, filters, given[name], language) for name in (*shown, *more) if name in given}
    return {
        "search": given.get("q", ""),
        "search_problem": problems.get("q"),
        "menus": [_menu(name, menus, chosen, problems) for name in shown],
        "more_menus": [_menu(name, menus, chosen, problems) for name in more],
        "dates": [
            ("date_after", _("Held on or after") if record_type == "conference" else _("Dated on or after"),
             given.get("date_after", ""), problems.get("date_after")),
            ("date_before", _("Held on or before") if record_type == "conference" else _("Dated on or before"),
             given.get("date_before", ""), problems.get("date_before")),
        ],
        "orders": _select(
            [("", _("Newest first")), ("date", _("Oldest first")), ("-updated", _("Last changed first"))],
            given.get("ordering", ""),
        ),
        "hidden": [(name, given[name]) for name in FROM_RECORDS if name in given],
        "more_open": any(name in given for name in (*more, "date_after", "date_before", "ordering")),
        "narrowed": any(name not in ("page", "ordering") for name in given),
    }  # fmt: skip


def _choice(name, filters, given, language):
    """Return (value, label) of what is chosen for *name* as its menu has it, None where *given* cannot be read.

    An address may name a series or theme by its uid or by a former slug; the menu knows it by its slug.
    """
    value = filters.chosen.get(name)
    if value is None:
        return None
    if not isinstance(value, Choice):
        return str(value), value_label(name, value, filters.record_type, language)
    return value.slug, Reader(language).say(value.card_data["name"]).plain


def _menu(name, menus, chosen, problems):
    """Return the menu of *name* with what is *chosen* selected, also where no record of the list has it."""
    label, entries = menus[name]
    if choice := chosen.get(name):
        mark = format_html('<option value="{}"', choice[0])
        if mark not in entries:
            entries += format_html('<option value="{}">{}</option>', *choice)
        entries = SafeString(entries.replace(mark, f"{mark} selected", 1))
    return {"name": name, "label": label, "options": entries, "problem": problems.get(name)}


def _select(entries, chosen):
    return format_html_join(
        "", '<option value="{}"{}>{}</option>', [(v, " selected" if v == chosen else "", t) for v, t in entries]
    )


def _menus(record_type, counted, moment, language):
    """Return {filter: (label, its options as HTML)} in *language*."""
    found = options(record_type, moment)
    texts = {
        "year": (_("Year"), _("Any year")),
        "country": (_("Country"), _("Any country")),
        "region": (_("Region"), _("Any region")),
        "series": (pgettext("one", "Series"), _("Any series")),
        "theme": (_("Theme"), _("Any theme")),
        "kind": (_("Kind"), _("Any kind")),
        "status": (_("Status"), _("Any status")),
        "language": (_("Language"), _("Any language")),
    }
    menus = {}
    for name, (label, anything) in texts.items():
        entries = [
            (each.value, value_label(name, each.value, record_type, language, each.names), each.count)
            for each in found[name]
        ]
        if name == "region":
            entries.sort(key=lambda entry: REGIONS.index(entry[0]))
        elif name != "year":
            entries.sort(key=lambda entry: entry[1].casefold())
        menus[name] = (
            label,
            format_html('<option value="">{}</option>', anything)
            + format_html_join(
                "",
                '<option value="{}">{}</option>',
                [(value, f"{text} ({number(n, language)})" if counted else text) for value, text, n in entries],
            ),
        )
    return menus


def value_label(name, value, record_type, language, names=None):
    """Return what readers call *value* of the filter *name*."""
    words = labels(language)
    if names:
        return Reader(language).say(names).plain
    if name == "country":
        return country_name(value, language)
    if name == "region":
        return region_name(value, language)
    if name == "language":
        return LANGUAGES[value]
    if name == "status":
        return words.statuses.get(value, value)
    if name == "kind":
        return (words.conference_kinds if record_type == "conference" else words.document_kinds).get(value, value)
    return str(value)


def _chips(filters, narrowed, given, path, language):
    """Return [(what is chosen, the address without it)]."""
    chips = []
    for name, value in narrowed.items():
        rest = {other: text for other, text in given.items() if other not in (name, "page")}
        address = f"/{language}/{path}" + (f"?{urlencode(rest)}" if rest else "")
        chips.append((_chip(filters, name, value, language), address))
    return chips


def _chip(filters, name, value, language):
    chosen = filters.chosen.get(name) if filters else None
    if hasattr(chosen, "card_data"):
        data = chosen.card_data
        texts = data.get("title") or data.get("name")
        return Reader(language, data.get("original_language", "en")).say(texts) or value
    if name == "q":
        return f"“{value}”"
    if filters and chosen is not None and not isinstance(chosen, (tuple, date)) and name != "updated_after":
        return value_label(name, value, filters.record_type, language)
    return {
        "date_after": _("From %(date)s"), "date_before": _("Until %(date)s"), "updated_after": _("Changed after %(date)s"),
    }.get(name, "%(date)s") % {"date": value}  # fmt: skip


# Series and themes ---------------------------------------------------------------------------------------------------


def vocabulary_page(
    request,
    language,
    record_type,
    text,
    *,
    address=("", ""),
    edition=None,
    envelope=None,
    banner=None,
    version=None,
    preview="",
):
    """Return the page of a series or theme: what it is and, for the edition in force, the conferences in it."""
    data = json.loads(text)
    reader = Reader(language)
    name = reader.say(data["name"])
    slug, uid = address
    section = "series" if record_type == "series" else "themes"
    path = f"{section}/{slug or uid}/" + (f"versions/{version}/" if version else "")
    moment, page, status, problem = request.read_context, None, 200, ""
    documents = []
    if edition:
        given = request.GET.get("page", "")
        ordering = "date" if record_type == "series" else "-date"
        filters = filters_for("conference", {record_type: str(uid), "ordering": ordering, "page": given}, moment)
        if not filters.is_valid():
            status, problem = 400, " ".join(str(each) for errors in filters.form.errors.values() for each in errors)
        else:
            try:
                page = listing(filters, 50)
            except PageOutOfRange as error:
                status, problem = 404, _("Page %(number)d does not exist; there are %(pages)d.") % vars(error)
        if record_type == "theme":
            its = filters_for("document", {"theme": str(uid)}, moment)
            documents = listing(its, 10).editions if its.is_valid() else []
    rows = [
        cards.conference_row(e.card, e.slug, str(e.uid), language, 3, str(uid) if record_type == "series" else "")
        for e in (page.editions if page else ())
    ]
    root = f"{request.scheme}://{request.get_host()}"
    known = {
        "@context": "https://schema.org",
        "@type": "EventSeries" if record_type == "series" else "DefinedTerm",
        "@id": f"{root}/id/{uid}",
        "name": name.plain,
        "description": reader.say(data["description"]).plain,
        "url": root + page_address(record_type, slug, uid, language),
    }
    number_ = page.number if page else 1
    query = f"?page={number_}" if number_ > 1 else ""
    return render_page(
        request,
        "conferences/vocabulary.html",
        {
            "name": name,
            "text": reader.after(name).say(data["description"]),
            "is_series": record_type == "series",
            "rows": cards.rows(rows),
            "tally": _tally("conference", page, language) if page else "",
            "pager": _pager(page, path, language, {}) if page else None,
            "problem": problem,
            "documents": cards.rows(cards.document_row(e.card, e.slug, str(e.uid), language) for e in documents),
            "all_documents": f"/{language}/documents/?theme={slug}",
            "envelope": envelope or "",
            "banner": banner,
        },
        language=language,
        path=path,
        query=query,
        title=name.plain,
        description=reader.say(data["description"]).plain,
        crumbs=(Crumb(_("Series") if record_type == "series" else _("Themes"), f"{section}/"), Crumb(name.plain)),
        data={key: value for key, value in known.items() if value},
        section=section,
        robots="noindex" if version or problem else "",
        preview=preview,
        permanent=str(uid) if envelope else "",
        status=status,
    )


__all__ = ["listed", "value_label", "vocabulary_page"]
