"""Filters of lists: one FilterSet per record type, with the same parameters on pages and in the API.

An invalid value is an error under the parameter's name; its message gives the value and what would be right. Pages
ignore unknown parameters; the API rejects them.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, TypeAlias

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ctportal.core import codes
from ctportal.core.countries import COUNTRY_CODES, REGIONS
from ctportal.core.languages import CODES
from ctportal.core.search_text import MAX_CHARACTERS, MAX_WORDS, SearchText, shorten
from ctportal.core.types import LazyText
from ctportal.publishing.models import Edition, EditionQuerySet, RecordType
from ctportal.reading.cache import is_worth_keeping
from ctportal.reading.context import ReadRequest
from ctportal.reading.queries import SLUG, SLUG_LENGTH, UID, Choice, choose
from ctportal.search.models import SearchEntry
from ctportal.search.parsing import Query, Term, parse

PAGE_DIGITS = 9
SHOWN = 60  # characters of an invalid value that a message repeats


def shown(value: str) -> str:
    """Return *value* for use in a message: shortened, and with control characters replaced."""
    visible = "".join("�" if unicodedata.category(c)[0] == "C" else c for c in value[:SHOWN])
    return visible + "…" if len(value) > SHOWN else visible


def refuse(value: str, message: LazyText, code: str, **params: str) -> NoReturn:
    """Raise ValidationError for *value*, which *message* may repeat as ``%(value)s``."""
    raise ValidationError(message, code=code, params={"value": shown(value), **params})


# Form fields ---------------------------------------------------------------------------------------------------------


class StrictField(forms.Field):
    """Base of the form fields here. An empty value becomes None; control characters are refused."""

    description: LazyText = ""  # what is accepted, for messages and for the API's documentation
    refused: tuple[str, ...] = ("Cc", "Cs")  # categories of characters

    def clean(self, value: str | None) -> Any:
        value = value or ""
        if any(unicodedata.category(character) in self.refused for character in value):
            refuse(value, _("“%(value)s” contains control characters. Remove them."), "invalid_character")
        return self.read(value) if value else None

    def read(self, value: str) -> object:
        """Return the Python value for *value*, which is not empty; raise ValidationError if it is invalid."""
        raise NotImplementedError


class QueryField(StrictField):
    description = format_lazy(
        _(
            "Words that must all occur in the title, the text or the files, in any language and in any inflected form. "
            "Case and accents are ignored; words in quotation marks are a phrase; “-” before a word excludes it. Up to "
            "{words} words and {characters} characters are searched for; the response says if there were more."
        ),
        words=MAX_WORDS,
        characters=MAX_CHARACTERS,
    )

    refused = ("Cs",)  # control characters separate words

    def read(self, value: str) -> SearchText:
        searched = shorten(value)
        query = words_of(searched)
        if not query.terms and not query.excluded:  # marks alone, too: they would be folded away and match everything
            refuse(value, _("There are no words to search for."), "no_words")
        return searched


class CodeField(StrictField):
    """One of a few codes."""

    unknown = _("“%(value)s” is not a known value. Known values: %(known)s.")

    def __init__(self, choices: Iterable[str], **kwargs: Any) -> None:
        self.codes = tuple(choices)
        super().__init__(**kwargs)

    def read(self, value: str) -> str:
        if value not in self.codes:
            refuse(value, self.unknown, "unknown_value", known=", ".join(self.codes))
        return value


class CountryField(CodeField):
    description = _("Country: ISO 3166-1 alpha-2, such as BY.")
    unknown = _("“%(value)s” is not a country code. Use two capital letters (ISO 3166-1), such as BY.")


class YearField(StrictField):
    description = _("Year in four digits.")

    def read(self, value: str) -> str:
        if not re.fullmatch(r"[0-9]{4}", value) or value == "0000":
            refuse(value, _("“%(value)s” is not a valid year. Use four digits, such as 2019."), "invalid_year")
        return value


class DateField(StrictField):
    def read(self, value: str) -> datetime.date:
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                return datetime.date.fromisoformat(value)
        except ValueError:
            refuse(value, _("“%(value)s” is not a real date. Use a date such as 2019-09-03."), "invalid_date")
        refuse(
            value, _("“%(value)s” is not a valid date. Use year, month and day, such as 2019-09-03."), "invalid_date"
        )


class InstantField(StrictField):
    description = _("RFC 3339 date and time: records updated later than this. Write “+” in an offset as %2B.")
    SHAPE = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

    def read(self, value: str) -> datetime.datetime:
        try:
            if self.SHAPE.fullmatch(value):
                return datetime.datetime.fromisoformat(value.upper()).astimezone(datetime.UTC)
        except (ValueError, OverflowError):
            pass
        refuse(value, _("“%(value)s” is not a valid date and time. Use date, time and offset, such as "
                        "2019-09-04T15:00:00Z; in an address, write “+” as %%2B."), "invalid_date")  # fmt: skip


class RecordField(StrictField):
    """A record of *record_type* that is public at ``at``, by slug or uid, current or former."""

    at: datetime.datetime  # set by the filter

    def __init__(self, record_type: str, **kwargs: Any) -> None:
        self.record_type = record_type
        self.description = format_lazy(_("Slug or uid of a public {type}."), type=RecordType(record_type).label)
        if record_type == RecordType.ORGANIZATION:
            self.description = _("Slug or uid of a public organization. What its units did is found too.")
        super().__init__(**kwargs)

    def read(self, value: str) -> Choice:
        if len(value) > SLUG_LENGTH or not (SLUG.fullmatch(value) or UID.fullmatch(value)):
            refuse(value, _("“%(value)s” is neither a slug such as minsk-2019 nor a uid."), "unknown_value")
        choice = choose(self.record_type, value, self.at)
        if choice is None:
            raise ValidationError(
                _("“%(value)s” is not the slug or uid of a public %(type)s."),
                code="unknown_value",
                params={"value": value, "type": RecordType(self.record_type).label},
            )
        return choice


class PageField(StrictField):
    description = _("Page of the list, from 1.")

    def read(self, value: str) -> int:
        if not re.fullmatch(r"[0-9]+", value) or not value.strip("0"):
            refuse(value, _("“%(value)s” is not a valid page number. Pages are numbered from 1."), "invalid_page")
        if len(value) > PAGE_DIGITS:
            refuse(
                value,
                _("“%(value)s” has too many digits for a page number. Pages are numbered from 1."),
                "invalid_page",
            )
        return int(value)


# Filters -------------------------------------------------------------------------------------------------------------


class Parameter(django_filters.Filter):  # type: ignore[misc]  # django-filter has no types
    """A filter whose value is read by *field_class*. It has no label: pages write their own."""

    def __init__(self, field_class: type[StrictField], **kwargs: Any) -> None:
        super().__init__(label="", **kwargs)
        self.field_class = field_class


class Words(Parameter):
    def filter(self, queryset: EditionQuerySet, searched: SearchText | None) -> EditionQuerySet:
        query = words_of(searched) if searched else None
        for term in query.terms if query else ():
            queryset = queryset.filter(pk__in=_containing(term))
        for term in query.excluded if query else ():
            queryset = queryset.exclude(pk__in=_containing(term))
        return queryset


def words_of(searched: SearchText) -> Query:
    """Return the words and phrases that *searched* looks for or excludes. Lists have parameters for filters, so ``kind:`` is a
    word here like any other."""
    return parse(re.sub("[:：]", " ", searched.text))


def _containing(term: Term) -> QuerySet[SearchEntry, int]:
    """Return the primary keys of the editions that contain *term*, hidden ones among them."""
    return SearchEntry.objects.matching(term.alternatives).values_list("edition", flat=True)


class FacetFilter(Parameter):
    """Filters by the facet with the filter's name."""

    def values(self, value: Any) -> tuple[str, ...]:
        """Return the facet's values that match *value*, the cleaned value of the parameter."""
        return (value,)

    def filter(self, queryset: EditionQuerySet, value: Any) -> EditionQuerySet:
        return queryset.facet(self.field_name, *self.values(value)) if value else queryset

    def lead(self, queryset: EditionQuerySet, record_type: str, value: Any) -> EditionQuerySet:
        """Like ``filter``, but through a join, so that the rows come in the order of the facet's index."""
        [only] = self.values(value)
        return queryset.filter(facets__type=record_type, facets__name=self.field_name, facets__value=only)


class RecordFilter(FacetFilter):
    def __init__(self, record_type: str) -> None:
        super().__init__(RecordField, record_type=record_type)

    def values(self, value: Choice) -> tuple[str, ...]:
        return value.values

    @property
    def field(self) -> RecordField:
        field: RecordField = super().field
        filters: EditionFilterSet | None = getattr(self, "parent", None)
        if filters is not None:
            field.at = filters.request.read_context.at
        return field


class NoFilter(Parameter):
    """A parameter that does not narrow a list; see ``EditionFilterSet.chosen``."""


# Facets by expected selectivity, the most selective first. A list with several filters is read through the index of the
# first and checked for the others.
LEADING = (
    *("conference", "person", "organization", "series", "theme", "country", "year", "kind", "status"),
    *("region", "language", "format"),
)
# {value of "ordering": fields, with a minus for descending}; the first is the default. Each is a total order: no two
# public records of one type compare as equal.
Orderings: TypeAlias = dict[str, tuple[str, ...]]
_BY_DATE: Orderings = {"-date": ("-date", "slug", "uid"), "date": ("date", "-slug", "-uid")}
_BY_SLUG: Orderings = {"slug": ("slug", "uid"), "-slug": ("-slug", "-uid")}
_BY_UPDATE: Orderings = {"-updated": ("-public_from", "uid"), "updated": ("public_from", "-uid")}
# The fields of an edition that its facets repeat.
_IN_FACETS = {"date": "facets__date", "slug": "facets__slug"}


class EditionFilterSet(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """Base of the filter sets over public editions of any type, for a request with a ``read_context``."""

    request: ReadRequest
    qs: EditionQuerySet

    record_type: str
    orderings = _BY_DATE | _BY_UPDATE

    q = Words(QueryField)
    updated_after = Parameter(InstantField, field_name="public_from", lookup_expr="gt")
    page = NoFilter(PageField)

    class Meta:
        model = Edition
        fields = ()

    @property
    def page_number(self) -> int:
        """The page number, from 1. The filter set must be valid."""
        return self.form.cleaned_data["page"] or 1

    @property
    def chosen(self) -> dict[str, Any]:
        """{parameter: cleaned value} of the filters in use, without page and ordering."""
        return {
            name: value
            for name, value in self.form.cleaned_data.items()
            if value is not None and not isinstance(self.filters[name], NoFilter)
        }

    @property
    def leading(self) -> str | None:
        """The name of the facet whose index the list is read through; None if no facet is chosen."""
        chosen = self.chosen
        # With several values, an edition could appear more than once.
        return next((n for n in LEADING if n in chosen and len(self.filters[n].values(chosen[n])) == 1), None)

    @property
    def searched(self) -> SearchText | None:
        """What ``q`` looks for, even if another parameter is invalid; None where it has no words."""
        self.is_valid()
        searched: SearchText | None = self.form.cleaned_data.get("q")
        return searched

    def filter_queryset(self, queryset: EditionQuerySet) -> EditionQuerySet:
        """Return the editions of this type in *queryset* that match the chosen filters, in the chosen order."""
        leading, chosen = self.leading, self.chosen
        if leading:
            queryset = self.filters[leading].lead(queryset, self.record_type, chosen[leading])
        else:
            queryset = queryset.of(self.record_type)
        for name, value in chosen.items():
            if name != leading:
                queryset = self.filters[name].filter(queryset, value)
        return queryset.order_by(*self.order(_IN_FACETS if leading else None))

    def others_than(self, name: str) -> EditionQuerySet:
        """Return the editions that match the chosen filters without the filter *name*, in no order."""
        queryset: EditionQuerySet = self.queryset.of(self.record_type).order_by()
        for each, value in self.chosen.items():
            if each != name:
                queryset = self.filters[each].filter(queryset, value)
        return queryset

    def order(self, names: Mapping[str, str] | None = None) -> list[OrderBy]:
        """Return the list's order for ``order_by()``; *names* is {field: lookup to use instead}."""
        fields = self.orderings[self.form.cleaned_data["ordering"] or next(iter(self.orderings))]
        names = names or {}
        columns = ((F(names.get(field.strip("-"), field.strip("-"))), field.startswith("-")) for field in fields)
        return [column.desc() if descending else column.asc() for column, descending in columns]

    def count(self) -> int:
        """Return the number of public records that match the filters; cached for the epoch if worth it."""
        names = sorted(self.chosen)
        if not is_worth_keeping(names):
            return self.qs.order_by().count()
        key = "count", self.record_type, *((name, self.data[name]) for name in names)
        return self.request.read_context.cached(key, self.qs.order_by().count)


class Dated(EditionFilterSet):
    """Records with a date; a conference lasts from ``date`` to ``end_date``."""

    year = FacetFilter(YearField)
    language = FacetFilter(CodeField, choices=CODES)
    person = RecordFilter(RecordType.PERSON)
    date_after = Parameter(DateField, field_name="end_date", lookup_expr="gte")
    date_before = Parameter(DateField, field_name="date", lookup_expr="lte")
    ordering = NoFilter(CodeField, choices=_BY_DATE | _BY_UPDATE)


class ConferenceFilterSet(Dated):
    record_type = RecordType.CONFERENCE
    kind = FacetFilter(CodeField, choices=codes.ConferenceKind.values)
    status = FacetFilter(CodeField, choices=codes.EventStatus.values)
    format = FacetFilter(CodeField, choices=codes.EventFormat.values)
    country = FacetFilter(CountryField, choices=COUNTRY_CODES)
    region = FacetFilter(CodeField, choices=REGIONS)
    series = RecordFilter(RecordType.SERIES)
    theme = RecordFilter(RecordType.THEME)
    organization = RecordFilter(RecordType.ORGANIZATION)


class DocumentFilterSet(Dated):
    record_type = RecordType.DOCUMENT
    kind = FacetFilter(CodeField, choices=codes.DocumentKind.values)
    conference = RecordFilter(RecordType.CONFERENCE)
    theme = RecordFilter(RecordType.THEME)
    organization = RecordFilter(RecordType.ORGANIZATION)


class PhotoFilterSet(Dated):
    record_type = RecordType.PHOTO
    conference = RecordFilter(RecordType.CONFERENCE)


class Vocabulary(EditionFilterSet):
    orderings = _BY_SLUG | _BY_UPDATE
    ordering = NoFilter(CodeField, choices=orderings)


class SeriesFilterSet(Vocabulary):
    record_type = RecordType.SERIES


class ThemeFilterSet(Vocabulary):
    record_type = RecordType.THEME


class OrganizationFilterSet(Vocabulary):
    record_type = RecordType.ORGANIZATION
    kind = FacetFilter(CodeField, choices=codes.OrganizationKind.values)
    country = FacetFilter(CountryField, choices=COUNTRY_CODES)
    region = FacetFilter(CodeField, choices=REGIONS)


class PersonFilterSet(Vocabulary):
    record_type = RecordType.PERSON


FILTERSETS: dict[str, type[EditionFilterSet]] = {
    filterset.record_type: filterset
    for filterset in (
        *(ConferenceFilterSet, DocumentFilterSet, PhotoFilterSet),
        *(SeriesFilterSet, ThemeFilterSet, OrganizationFilterSet, PersonFilterSet),
    )
}


def filters_for(record_type: str, data: Mapping[str, str], request: ReadRequest) -> EditionFilterSet:
    """Return the filter set of *record_type* for *data*, a QueryDict or a dictionary of strings.

    It selects from the editions that are public at the instant of ``request.read_context``.
    """
    public = Edition.objects.public(request.read_context.at)
    return FILTERSETS[record_type](data, public, request=request)
