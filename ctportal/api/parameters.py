"""Query parameters of the API: strict where pages are lenient."""

from django.core.exceptions import ValidationError

from ctportal.languages import CODES
from ctportal.publishing.filters import CodeField, StrictField, filters_for, shown

from .problems import bad_parameters

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100


class PageSizeField(StrictField):
    def read(self, value):
        if not (value.isascii() and value.isdigit() and len(value) <= 3 and 1 <= int(value) <= MAX_PAGE_SIZE):
            raise ValidationError(
                f"“{shown(value)}” is no page size. Use a number from 1 to {MAX_PAGE_SIZE}.", code="invalid_page_size"
            )
        return int(value)


# Parameters beside the filters: {name: (field, description)}.
LANG = ("lang", CodeField(CODES, required=False))
SIZE = ("page_size", PageSizeField(required=False))


def own_parameters(query, *declared):
    """Return ({name: value}, errors) for the *declared* (name, field) pairs."""
    values, errors = {}, []
    for name, field in declared:
        try:
            values[name] = field.clean(query.get(name))
        except ValidationError as error:
            errors += _errors(name, error)
    return values, errors


def _errors(name, error):
    return [(name, single.code or "invalid", " ".join(single.messages)) for single in error.error_list]


def _repeated(query):
    return [(name, "repeated", "Given more than once.") for name in query if len(query.getlist(name)) > 1]


def _unknown(names, known):
    listed = ", ".join(known)
    return [(shown(n), "unknown_parameter", f"“{shown(n)}” is no parameter here. Known: {listed}.") for n in names]


def read_detail(query):
    """Return the values of the parameters that single records take; the Problem bad-parameters is raised for others."""
    values, errors = own_parameters(query, LANG)
    errors += _repeated(query) + _unknown(sorted(set(query) - {"lang"}), ["lang"])
    if errors:
        raise bad_parameters(errors)
    return values


def read_nothing(query):
    """Raise the Problem bad-parameters for any parameter at all."""
    if query:
        raise bad_parameters([(shown(n), "unknown_parameter", "No parameters are known here.") for n in sorted(query)])


def read_list(record_type, query, read_context):
    """Return (filters, values of page_size and lang) for a list; the Problem bad-parameters is raised for all errors."""
    values, errors = own_parameters(query, SIZE, LANG)
    filters = filters_for(record_type, query, read_context)
    valid = filters.is_valid()
    if not valid:
        for name, found in filters.form.errors.as_data().items():
            for error in found:
                errors += _errors(name, error)
    own = {"page_size", "lang"}
    unknown = [name for name in filters.unknown_parameters if name not in own]
    errors += _repeated(query) + _unknown(unknown, sorted({*filters.filters, *own}))
    if errors:
        raise bad_parameters(errors)
    return filters, values
