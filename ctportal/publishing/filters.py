"""What lists are filtered by: one FilterSet per type of record, with the same parameters on pages and in the API.

A value that cannot be right is an error by the parameter's name, which gives the value and what would be right. Pages
ignore parameters they do not know; the API asks ``unknown_parameters`` and refuses.
"""

import datetime
import re
import unicodedata
from functools import cached_property

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ctportal.geography import COUNTRY_CODES, REGIONS
from ctportal.languages import CODES
from ctportal.search_text import MAX_CHARACTERS, MAX_WORDS, SearchText, shorten

from . import codes
from .models import Edition, RecordType
from .reading import SLUG, SLUG_LENGTH, UID, Choice, choose

PAGE_DIGITS = 9
SHOWN = 60  # characters of a bad value that a message repeats


def shown(value):
    """Return *value* fit for a message: short, and without characters that cannot be seen."""
    visible = "".join("�" if unicodedata.category(c)[0] == "C" else c for c in value[:SHOWN])
    return visible + "…" if len(value) > SHOWN else visible


def refuse(value, message, code, **params):
    raise ValidationError(message, code=code, params={"value": shown(value), **params})


# Form fields ---------------------------------------------------------------------------------------------------------


class StrictField(forms.Field):
    """Base of the fields here: text in, "" when empty, no control characters.

    Each has ``read``, which returns what a text, never empty, stands for; ValidationError when it stands for nothing.
    """

    description = ""  # what is accepted, for messages and for the API's documentation

    def clean(self, value):
        value = "" if value is None else value
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
            refuse(value, _("“%(value)s” holds control characters. Leave them out."), "invalid_character")
        return self.read(value) if value else None


class QueryField(StrictField):
    description = format_lazy(
        _(
            "Words that must all occur in the title or text, in any language; upper and lower case are the same. Up to "
            "{words} words and {characters} characters are looked for; the answer says where there were more."
        ),
        words=MAX_WORDS,
        characters=MAX_CHARACTERS,
    )

    def read(self, value):
        searched = shorten(value)
        return searched if searched.text else None


class CodeField(StrictField):
    """One of a few codes."""

    def __init__(self, choices, **kwargs):
        self.codes = tuple(choices)
        super().__init__(**kwargs)

    def read(self, value):
        if value not in self.codes:
            refuse(
                value,
                _("“%(value)s” is not known here. Known: %(known)s."),
                "unknown_value",
                known=", ".join(self.codes),
            )
        return value


class CountryField(CodeField):
    description = _("Country: ISO 3166-1 alpha-2, such as BY.")

    def read(self, value):
        if value not in self.codes:
            refuse(value, _("“%(value)s” is no country code. Use two capital letters of ISO 3166-1, such as BY."),
                   "unknown_value")  # fmt: skip
        return value


class YearField(StrictField):
    description = _("Year in four digits.")

    def read(self, value):
        if not re.fullmatch(r"[0-9]{4}", value) or value == "0000":
            refuse(value, _("“%(value)s” is no year. Use four digits, such as 2019."), "invalid_year")
        return value


class DateField(StrictField):
    def read(self, value):
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                return datetime.date.fromisoformat(value)
        except ValueError:
            refuse(value, _("“%(value)s” is not in the calendar. Use a date such as 2019-09-03."), "invalid_date")
        refuse(value, _("“%(value)s” is no date. Use year, month and day, such as 2019-09-03."), "invalid_date")


class InstantField(StrictField):
    description = _("Instant of RFC 3339: records whose updated is later. Write “+” in an offset as %2B.")
    SHAPE = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

    def read(self, value):
        try:
            if self.SHAPE.fullmatch(value):
                return datetime.datetime.fromisoformat(value.upper()).astimezone(datetime.UTC)
        except (ValueError, OverflowError):
            pass
        refuse(value, _("“%(value)s” is no instant. Use date, time and offset, such as 2019-09-04T15:00:00Z; "
                        "in an address “+” is written %%2B."), "invalid_date")  # fmt: skip


class RecordField(StrictField):
    """A public record of *record_type* by slug or uid; its slug or uid of before leads to it too."""

    def __init__(self, record_type, **kwargs):
        self.record_type = record_type
        super().__init__(**kwargs)

    def read(self, value):
        if len(value) > SLUG_LENGTH or not (SLUG.fullmatch(value) or UID.fullmatch(value)):
            refuse(value, _("“%(value)s” is neither a slug such as minsk-2019 nor a uid."), "unknown_value")
        return value


class PageField(StrictField):
    description = _("Page of the list, from 1.")

    def read(self, value):
        if not re.fullmatch(r"[0-9]+", value) or not value.strip("0"):
            refuse(value, _("“%(value)s” is no page. Pages are numbered from 1."), "invalid_page")
        if len(value) > PAGE_DIGITS:
            refuse(value, _("“%(value)s” has too many digits for a page. Pages are numbered from 1."), "invalid_page")
        return int(value)


# Filters -------------------------------------------------------------------------------------------------------------


class Parameter(django_filters.Filter):
    """A filter whose label is set here: the base class would look the field up in the model, once a request.

    ``parts`` takes a cleaned value apart into what goes into SQL, ``join`` puts it together again: so ``reading.listing``
    keeps the SQL of each shape of list, and puts in the values.
    """

    def __init__(self, field_name=None, lookup_expr=None, **kwargs):
        super().__init__(field_name, lookup_expr, **{"label": "", **kwargs})

    def parts(self, value):
        return (value,)

    def join(self, parts):
        return parts[0]


class Words(Parameter):
    field_class = QueryField

    def filter(self, queryset, searched):
        for word in dict.fromkeys(searched.text.casefold().split()):
            queryset = queryset.filter(text__contains=word)
        return queryset


class FacetFilter(Parameter):
    """Editions that have the value among their facets of the filter's name."""

    def filter(self, queryset, value):
        return queryset.facet(self.field_name, *self.parts(value)) if value else queryset

    def lead(self, queryset, record_type, value):
        """Like ``filter``, but through a join, so that the rows come in the order of the facet's index."""
        values = self.parts(value)
        match = {"facets__value": values[0]} if len(values) == 1 else {"facets__value__in": values}
        return queryset.filter(facets__type=record_type, facets__name=self.field_name, **match)


class CodeFilter(FacetFilter):
    field_class = CodeField


class CountryFilter(FacetFilter):
    field_class = CountryField


class YearFilter(FacetFilter):
    field_class = YearField


class RecordFilter(FacetFilter):
    field_class = RecordField

    def parts(self, choice):
        return choice.values

    def join(self, parts):
        return Choice(None, "", "", parts)


class DateFilter(Parameter):
    field_class = DateField


class InstantFilter(Parameter):
    field_class = InstantField


class Ordering(Parameter):
    field_class = CodeField


class PageNumber(Parameter):
    field_class = PageField


# Facets from the one that leaves fewest rows to the one that leaves most, as far as one can say beforehand: a list
# filtered by several is read in the order of the first and checked for the others.
LEADING = (
    *("conference", "person", "organization", "series", "theme", "country", "year", "kind", "status"),
    *("region", "language"),
)
_BY_DATE = {
    "-date": (("date", True), ("slug", False), ("uid", False)),
    "date": (("date", False), ("slug", True), ("uid", True)),
}
_BY_SLUG = {
    "slug": (("slug", False), ("uid", False)),
    "-slug": (("slug", True), ("uid", True)),
}
_BY_UPDATE = {
    "-updated": (("public_from", True), ("uid", False)),
    "updated": (("public_from", False), ("uid", True)),
}


class FilterForm(forms.Form):
    """The form behind a FilterSet: only the parameters that are given, with the records that slugs and uids stand for."""

    def __init__(self, data, fields, moment):
        self.base_fields = fields
        self.moment = moment
        super().__init__(data)

    def clean(self):
        cleaned = super().clean()
        for name, field in self.fields.items():
            if isinstance(field, RecordField) and cleaned.get(name):
                address = cleaned[name]
                cleaned[name] = choose(field.record_type, address, self.moment.at)
                if cleaned[name] is None:
                    self.add_error(name, ValidationError(
                        _("“%(value)s” is the slug or uid of no public %(type)s."), code="unknown_value",
                        params={"value": address, "type": RecordType(field.record_type).label},
                    ))  # fmt: skip
        return cleaned


class EditionFilterSet(django_filters.FilterSet):
    """Base of the filter sets. ``is_valid()`` first; then ``narrow``, ``row_order`` and ``cleaned_data`` serve lists."""

    record_type: str
    orderings = _BY_DATE | _BY_UPDATE

    q = Words()
    updated_after = InstantFilter(field_name="public_from", lookup_expr="gt")
    page = PageNumber()

    class Meta:
        model = Edition
        fields = ()
        form = FilterForm

    def __init__(self, data, moment):
        # The base class copies every filter and every field for each request; ours hold no state.
        self.data = data
        self.filters = self.base_filters
        self.moment = moment

    @cached_property
    def form(self):
        given = {name: bound.field for name, bound in self.filters.items() if self.data.get(name)}
        return FilterForm(self.data, given, self.moment)

    def is_valid(self):
        return self.form.is_valid()

    @property
    def cleaned_data(self):
        """The values given, read: words, dates, instants, Choices. A parameter not given is not in it."""
        return self.form.cleaned_data

    @property
    def page_number(self):
        return self.cleaned_data.get("page") or 1

    @property
    def chosen(self):
        """What the list is narrowed by: {parameter: cleaned value}, page and ordering apart."""
        return {n: v for n, v in self.cleaned_data.items() if v is not None and n not in ("page", "ordering")}

    @property
    def key(self):
        """Names what is chosen, for the cache; page and ordering do not change a count."""
        return tuple(sorted((name, getattr(v, "values", v)) for name, v in self.chosen.items()))

    @property
    def leading(self):
        """Name of the facet whose index gives the rows; None when no facet is chosen."""
        return next((name for name in LEADING if name in self.chosen), None)

    @property
    def unknown_parameters(self):
        return sorted(set(self.data) - set(self.filters))

    @property
    def shortened_search(self) -> SearchText | None:
        """What is looked for of a search that was too long, also where another parameter is refused; else None."""
        searched = self.form.cleaned_data.get("q")
        return searched if searched and searched.is_shortened else None

    def narrow(self, queryset, chosen):
        """Return *queryset* (of editions, of any type) with only those of this type that pass what is *chosen*."""
        lead = self.leading
        queryset = (
            self.filters[lead].lead(queryset, self.record_type, chosen[lead]) if lead else queryset.of(self.record_type)
        )
        for name, value in chosen.items():
            if name != lead:
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    @property
    def shape(self):
        """Names everything about the list that changes its SQL, the values and the search words apart."""
        counts = tuple((name, len(self.filters[name].parts(value))) for name, value in sorted(self.chosen.items()))
        return self.record_type, self.cleaned_data.get("ordering"), counts

    def parts(self):
        """Return {name of a part: value} of everything chosen, each value one that goes into SQL."""
        return {
            f"{name}_{n}": part
            for name, value in self.chosen.items()
            for n, part in enumerate(self.filters[name].parts(value))
        }

    def joined(self, parts):
        """The reverse of ``parts``: {parameter: value} as in ``chosen``."""
        taken = {}
        for slot, part in parts.items():
            taken.setdefault(slot.rpartition("_")[0], []).append(part)
        return {name: self.filters[name].join(tuple(found)) for name, found in taken.items()}

    def order(self):
        """The order of the list, total: no two public records of one type share it."""
        return self._order({})

    def row_order(self):
        """Like ``order``, through the leading facet where that spares a sort."""
        return self._order({"date": "facets__date", "slug": "facets__slug"} if self.leading else {})

    def _order(self, names):
        fields = self.orderings[self.cleaned_data.get("ordering") or next(iter(self.orderings))]
        return [F(names.get(n, n)).desc() if descending else F(names.get(n, n)).asc() for n, descending in fields]


def ordering(orderings):
    return Ordering(choices=orderings)


class Dated(EditionFilterSet):
    """Records with a date; a conference lasts from ``date`` to ``end_date``."""

    year = YearFilter(field_name="year")
    language = CodeFilter(field_name="language", choices=CODES)
    person = RecordFilter(field_name="person", record_type=RecordType.PERSON)
    date_after = DateFilter(field_name="end_date", lookup_expr="gte")
    date_before = DateFilter(field_name="date", lookup_expr="lte")
    ordering = ordering(_BY_DATE | _BY_UPDATE)


class ConferenceFilterSet(Dated):
    record_type = RecordType.CONFERENCE
    kind = CodeFilter(field_name="kind", choices=codes.CONFERENCE_KINDS)
    status = CodeFilter(field_name="status", choices=codes.EVENT_STATUSES)
    country = CountryFilter(field_name="country", choices=COUNTRY_CODES)
    region = CodeFilter(field_name="region", choices=REGIONS)
    series = RecordFilter(field_name="series", record_type=RecordType.SERIES)
    theme = RecordFilter(field_name="theme", record_type=RecordType.THEME)
    organization = RecordFilter(field_name="organization", record_type=RecordType.ORGANIZATION)


class DocumentFilterSet(Dated):
    record_type = RecordType.DOCUMENT
    kind = CodeFilter(field_name="kind", choices=codes.DOCUMENT_KINDS)
    conference = RecordFilter(field_name="conference", record_type=RecordType.CONFERENCE)
    theme = RecordFilter(field_name="theme", record_type=RecordType.THEME)
    organization = RecordFilter(field_name="organization", record_type=RecordType.ORGANIZATION)


class PhotoFilterSet(Dated):
    record_type = RecordType.PHOTO
    conference = RecordFilter(field_name="conference", record_type=RecordType.CONFERENCE)


class Vocabulary(EditionFilterSet):
    orderings = _BY_SLUG | _BY_UPDATE
    ordering = ordering(_BY_SLUG | _BY_UPDATE)


class SeriesFilterSet(Vocabulary):
    record_type = RecordType.SERIES


class ThemeFilterSet(Vocabulary):
    record_type = RecordType.THEME


class OrganizationFilterSet(Vocabulary):
    record_type = RecordType.ORGANIZATION
    kind = CodeFilter(field_name="kind", choices=codes.ORGANIZATION_KINDS)
    country = CountryFilter(field_name="country", choices=COUNTRY_CODES)
    region = CodeFilter(field_name="region", choices=REGIONS)


class PersonFilterSet(Vocabulary):
    record_type = RecordType.PERSON


FILTERSETS = {
    filterset.record_type: filterset
    for filterset in (
        *(ConferenceFilterSet, DocumentFilterSet, PhotoFilterSet),
        *(SeriesFilterSet, ThemeFilterSet, OrganizationFilterSet, PersonFilterSet),
    )
}


def filters_for(record_type, data, moment):
    """Return the FilterSet of *record_type* over *data* (a QueryDict or a dictionary of texts), read at *moment* (a ReadContext)."""
    return FILTERSETS[record_type](data, moment)
