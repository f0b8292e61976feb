"""Paginated lists of public records. The filters work without JavaScript, and the address holds their state."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.core.paginator import Page
from django.db.models import TextChoices
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views import View

from ctportal.core import codes
from ctportal.core.alphabet import OTHER
from ctportal.core.countries import REGIONS, country_name, region_name
from ctportal.core.dates import format_date, format_instant
from ctportal.core.languages import LANGUAGES, comma
from ctportal.publishing.models import Edition
from ctportal.reading.context import ReadContext, ReadRequest
from ctportal.reading.filters import EditionFilterSet, filters_for
from ctportal.reading.menus import Option, options
from ctportal.reading.middleware import never_kept
from ctportal.reading.queries import Choice, PageOutOfRange, listing

from .cards import short_title, title_of
from .labels import label
from .page import Crumb, render_page
from .text import LocalizedText, number

# Menus of each kind of list: those always visible, and those under “More filters”.
MENUS = {
    "conference": (
        ("year", "country", "series", "theme"),
        ("organization", "person", "region", "kind", "format", "status", "language"),
    ),
    "document": (("kind", "conference", "year", "language"), ("theme", "organization", "person")),
    "photo": (("conference", "year", "person", "language"), ()),
    "organization": (("kind", "country"), ()),
    "person": ((), ()),
}
# What has a date, by which a list can be narrowed and ordered.
DATED = ("conference", "document", "photo")
# Label of each menu, and its first entry, which stands for no filter.
MENU_LABELS = {
    "year": (gettext_lazy("Year"), gettext_lazy("Any year")),
    "country": (gettext_lazy("Country"), gettext_lazy("Any country")),
    "region": (gettext_lazy("Region"), gettext_lazy("Any region")),
    "series": (pgettext_lazy("one", "Series"), gettext_lazy("Any series")),
    "theme": (gettext_lazy("Theme"), gettext_lazy("Any theme")),
    "kind": (gettext_lazy("Kind"), gettext_lazy("Any kind")),
    "format": (gettext_lazy("Format"), gettext_lazy("Any format")),
    "status": (gettext_lazy("Status"), gettext_lazy("Any status")),
    "language": (gettext_lazy("Language"), gettext_lazy("Any language")),
    "conference": (gettext_lazy("Conference"), gettext_lazy("Any conference")),
    "organization": (gettext_lazy("Organization"), gettext_lazy("Any organization")),
    "person": (gettext_lazy("Person"), gettext_lazy("Any person")),
}
# Labels of the chips for filters by time.
CHIPS = {
    "date_after": gettext_lazy("From %(date)s"),
    "date_before": gettext_lazy("Until %(date)s"),
    "updated_after": gettext_lazy("Changed after %(date)s"),
}
# The orders that the form offers; the first, without a value, is that of a list without the parameter.
ORDERINGS = {
    "": gettext_lazy("Newest first"),
    "date": gettext_lazy("Oldest first"),
    "-updated": gettext_lazy("Most recently changed first"),
}
KINDS: dict[str, type[TextChoices]] = {
    "conference": codes.ConferenceKind,
    "document": codes.DocumentKind,
    "organization": codes.OrganizationKind,
}
# What an organization did includes what its units did, so its own records are not counted in the menu.
UNCOUNTED = ("organization",)


class EditionListView(View):
    """One page of the public records of a type, filtered by the query parameters.

    *section* is the section of the site and *path* the path of the list below ``/{language}/``. *description* is for search engines,
    ``intro`` where it is empty. *fixed* are filters that the path implies, *kinds* the lists of kinds of this record: path and label.
    An invalid filter is reported at its field with status 400, a page that does not exist with 404.
    """

    record_type: str
    template_name: str
    section: str
    path: str
    title: Any
    intro: Any = ""
    description: Any = ""
    fixed: Mapping[str, str] = {}
    kinds: Sequence[tuple[str, Any]] = ()
    list_class = "rows"
    per_page = 20
    with_filters = True

    def page(self, filters: EditionFilterSet, context: ReadContext, language: str) -> Page[Edition]:
        """Return the page that is asked for of what *filters*, a valid filter set, select."""
        return listing(filters, self.per_page)

    def rows(self, editions: Sequence, at, language: str) -> list[dict[str, Any]]:
        """Return what the list shows of *editions* and of related records public at *at*."""
        raise NotImplementedError

    def get(self, request: ReadRequest, language: str) -> HttpResponse:
        read_context, path = request.read_context, f"{self.path}/"
        data = {**request.GET.dict(), **self.fixed}
        filters = filters_for(self.record_type, data, request)
        page, status, problems = page_of(filters, lambda: self.page(filters, read_context, language), language)
        given = {name: data[name] for name in filters.filters if data.get(name) and name not in self.fixed}
        searched = filters.searched
        if searched:
            given["q"] = searched.text
        else:
            given.pop("q", None)
        narrowed = {name: value for name, value in given.items() if name not in ("page", "ordering")}
        query = f"?{urlencode(given)}" if given and status == 200 else ""
        chips = chips_of(filters if not problems else None, narrowed, given, path, language)
        chosen = [] if problems else [text for text, _remark, _address in chips]
        heading, number_ = str(self.title), page.number if page is not None else 1
        title = " · ".join([heading, *map(str, chosen)])
        page_title = title if number_ == 1 else _("%(title)s, page %(number)d") % {"title": title, "number": number_}
        description = str(self.description or self.intro)
        context = {
            "heading": heading,
            "chosen": chosen,
            "intro": self.intro,
            "kinds": self.kinds,
            "problems": [problem for each in problems.values() for problem in each],
            "list_class": self.list_class,
            "rows": self.rows(page, read_context.at, language) if page else (),
            "tally": tally(self.record_type, page.paginator.count, language) if page is not None else "",
            "pager": pager_of(page, path, language, given) if page is not None else None,
            "letters": letters_of(page, path, language, given),
            "narrowed": bool(narrowed),
            "clear": f"/{language}/{path}",
            "shortened": searched if searched and searched.is_shortened else None,
        }
        if self.with_filters:
            context["form"] = form_of(filters, given, problems, self.fixed, read_context, language)
            context["chips"] = chips
        response = render_page(
            request,
            self.template_name,
            context,
            language=language,
            path=path,
            query=query,
            title=page_title,
            description=description if number_ == 1 else f"{description} {page_title}",
            crumbs=(Crumb(heading),),
            section=self.section,
            robots="noindex" if problems or "q" in given else "",
            status=status,
        )
        return response if page else never_kept(response)


def page_of(
    filters: EditionFilterSet, find: Callable[[], Page], language: str
) -> tuple[Page | None, int, dict[str, list[str]]]:
    """Return (page of editions that *filters* select, 200, {}), or (None, 400 or 404, {parameter: error messages}).

    *find* returns that page. It is called if the filters are valid.
    """
    if not filters.is_valid():
        errors = filters.form.errors.as_data()
        return None, 400, {name: _messages(filters, name, found, language) for name, found in errors.items()}
    try:
        return find(), 200, {}
    except PageOutOfRange as error:
        return None, 404, {"page": [_("Page %(number)d does not exist. The last page is %(pages)d.") % vars(error)]}


def _messages(filters: EditionFilterSet, name: str, errors: Iterable[ValidationError], language: str) -> list[str]:
    """Return the messages of the *errors* of the parameter *name*, with known values as the form calls them."""
    for error in errors:
        if error.params and "known" in error.params:
            error.params["known"] = comma(language).join(map(str, _known(filters, name, language)))
    return [message for error in errors for message in error.messages]


def _known(filters: EditionFilterSet, name: str, language: str) -> Iterable[Any]:
    """Return the labels of the known values of the filter *name*; the values themselves where the list has no form."""
    values = filters.form.fields[name].codes
    if filters.record_type not in MENUS:
        return values
    if name == "ordering":
        return ORDERINGS.values()
    return [label_of(name, value, filters.record_type, language) for value in values]


def tally(record_type: str, total: int, language: str) -> str:
    """Return the number of records with its noun, in the active language: "12 conferences"."""
    counted = {
        "conference": ngettext("%(count)s conference", "%(count)s conferences", total),
        "document": ngettext("%(count)s document", "%(count)s documents", total),
        "photo": ngettext("%(count)s photo", "%(count)s photos", total),
        "series": ngettext("%(count)s series", "%(count)s series", total),
        "theme": ngettext("%(count)s theme", "%(count)s themes", total),
        "organization": ngettext("%(count)s organization", "%(count)s organizations", total),
        "person": ngettext("%(count)s person", "%(count)s people", total),
    }[record_type]
    return counted % {"count": number(total, language)}


def pager_of(page: Page, path: str, language: str, given: Mapping[str, str]) -> dict[str, str] | None:
    """Return the links to the pages around *page* for ``components/pager.html``, None if there is only one page."""
    if page.paginator.num_pages == 1:
        return None

    rest = {name: value for name, value in given.items() if name != "page"}

    def address(to: int) -> str:
        return list_address(path, language, rest | ({"page": str(to)} if to > 1 else {}))

    return {
        "previous": address(page.number - 1) if page.has_previous() else "",
        "next": address(page.number + 1) if page.has_next() else "",
        "first": address(1) if page.number > 2 else "",
        "last": address(page.paginator.num_pages) if page.number < page.paginator.num_pages - 1 else "",
        "here": _("Page %(number)s of %(pages)s")
        % {"number": number(page.number, language), "pages": number(page.paginator.num_pages, language)},
    }


def letters_of(page: Page | None, path: str, language: str, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (letter, address at which it begins) for the letters of a list in the order of names, [] if there is only one."""
    letters = getattr(page, "letters", ())
    rest = {name: value for name, value in given.items() if name != "page"}
    return [
        (
            letter,
            f"{list_address(path, language, rest | ({'page': str(begins)} if begins > 1 else {}))}#{anchor_of(letter)}",
        )
        for letter, begins in (letters if len(letters) > 1 else ())
    ]


def anchor_of(letter: str) -> str:
    """Return the id of the heading *letter* of a list in the order of names. An id that stands in an address has no "#"."""
    return f"letter-{'other' if letter == OTHER else letter}"


def list_address(path: str, language: str, given: Mapping[str, str]) -> str:
    """Return the address of a list with the parameters *given*."""
    return f"/{language}/{path}" + (f"?{urlencode(given)}" if given else "")


# The form ------------------------------------------------------------------------------------------------------------


def form_of(filters, given, problems, fixed, read_context: ReadContext, language: str) -> dict[str, Any]:
    """Return the form above a list, filled with the parameters *given*, for ``components/filters.html``."""
    shown, more = MENUS[filters.record_type]
    names = [name for name in (*shown, *more) if name not in fixed]
    found = options(filters.record_type, read_context, names, None if problems else filters) if names else {}

    def menus(names: Sequence[str]) -> list[dict[str, Any]]:
        every = [
            _menu(name, found[name], filters, language) | {"problem": problems.get(name)}
            for name in names
            if name in found
        ]
        # The first entry stands for no filter: without another there is nothing to choose.
        return [menu for menu in every if len(menu["choices"]) > 1 or menu["problem"]]

    return {
        "given": given,
        "problems": problems,
        "menus": menus(shown),
        "more_menus": menus(more),
        "of_conferences": filters.record_type == "conference",
        "of_names": filters.record_type not in DATED,
        "orderings": ORDERINGS.items(),
        "is_open": bool(problems),
        "more_open": any(name in given for name in (*more, "date_after", "date_before", "ordering")),
    }


def _menu(name: str, found: Iterable[Option], filters, language: str) -> dict[str, Any]:
    """Return the menu of the filter *name*. It lists the chosen value even if no record has that value."""
    entries = [
        (
            value,
            _name_of(name, card, language) if card else label_of(name, value, filters.record_type, language),
            count,
        )
        for value, count, card in found
    ]
    if name == "region":
        entries.sort(key=lambda entry: REGIONS.index(entry[0]))
    elif name != "year":
        entries.sort(key=lambda entry: str(entry[1]).casefold())
    choices = [
        (value, text if name in UNCOUNTED else _counted(text, number(count, language)))
        for value, text, count in entries
    ]
    chosen = filters.chosen.get(name)
    # An address may give a series or theme by its uid or a former slug; the menu uses its current slug.
    selected = chosen.record.slug if isinstance(chosen, Choice) else chosen
    if selected and selected not in dict(choices):
        choices.append((selected, label_of(name, chosen, filters.record_type, language)))
    label, anything = MENU_LABELS[name]
    return {"name": name, "label": label, "choices": [("", anything), *choices], "selected": selected}


def _counted(text: LocalizedText | str, count: str) -> LocalizedText | str:
    """Return the label *text* followed by a number, in the language that it is in."""
    counted = f"{text} ({count})"
    return replace(text, text=counted) if isinstance(text, LocalizedText) else counted


def _name_of(name: str, card: Mapping[str, Any], language: str) -> LocalizedText:
    """Return how the filter *name* names the record with this *card*: a conference by its short title."""
    return short_title(dict(card), language) if name == "conference" else title_of(dict(card), language)


def label_of(name: str, value: Any, record_type: str, language: str) -> LocalizedText | str:
    """Return the label of *value*, a code or the Choice of a record, in the filter *name*."""
    if isinstance(value, Choice):
        return _name_of(name, value.record.card_data, language)
    if name == "country":
        return country_name(value, language)
    if name == "region":
        return region_name(value, language)
    if name == "language":
        return LocalizedText(LANGUAGES[value], value, foreign=value != language, announced=True)
    if name == "status":
        return label(codes.EventStatus, value)
    if name == "format":
        return label(codes.EventFormat, value)
    if name == "kind":
        return label(KINDS[record_type], value)
    return value


def chips_of(filters, narrowed, given, path: str, language: str) -> list[tuple[LocalizedText | str, str, str]]:
    """Return [(label of a chosen filter, remark on it, address of the list without that filter)]."""
    chips = []
    for name, value in narrowed.items():
        rest = {other: text for other, text in given.items() if other not in (name, "page")}
        chosen = filters.chosen.get(name) if filters else None
        remark = _("with its units") if isinstance(chosen, Choice) and chosen.has_units else ""
        chips.append((_chip(filters, name, value, language), remark, list_address(path, language, rest)))
    return chips


def _written(day: date | datetime, language: str) -> str:
    return format_instant(day, language) if isinstance(day, datetime) else format_date(day, language)


def _chip(filters, name: str, value: str, language: str) -> LocalizedText | str:
    if name == "q":
        return f"“{value}”"
    chosen = filters.chosen.get(name) if filters else None
    if name in CHIPS:
        return CHIPS[name] % {"date": _written(chosen, language) if chosen else value}
    return (chosen and label_of(name, chosen, filters.record_type, language)) or value
